//! The parts of a URL's text: places, query, percent-encoding, and what may be shown of them.

use core::net::IpAddr;

use super::{Host, Place};

/// Stands for what is not shown.
pub(super) const HIDDEN: &str = "•••";

/// `host`, `host:port`, `[v6]:port`, or nothing, which means the client's default.
pub(super) fn place(text: &str, default_port: u16) -> Option<Place> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (address, port.strip_prefix(':').unwrap_or(port))
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let port = if port.is_empty() { default_port } else { port.parse().ok()? };
    let host = decode(host);
    Some(Place { host: host_of(if host.is_empty() { "localhost" } else { &host })?, port })
}

pub(super) fn host_of(text: &str) -> Option<Host> {
    if text.starts_with('/') || text.starts_with('@') {
        return Some(Host::Socket(text.to_owned()));
    }
    if let Ok(address) = text.split('%').next().unwrap_or("").parse::<IpAddr>() {
        return Some(Host::Address(address));
    }
    let good = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    (good && !text.is_empty()).then(|| Host::Name(text.trim_end_matches('.').to_lowercase()))
}

pub(super) fn canonical(host: &Host) -> Host {
    match host {
        Host::Name(name) if name == "localhost" => Host::Address(IpAddr::from([127, 0, 0, 1])),
        Host::Address(address) if address.to_canonical().is_loopback() => Host::Address(IpAddr::from([127, 0, 0, 1])),
        Host::Name(_) | Host::Address(_) | Host::Socket(_) => host.clone(),
    }
}

pub(super) fn split_query(text: &str) -> (&str, &str) {
    text.split_once('?').unwrap_or((text, ""))
}

/// The text before the query, the query, and the fragment with its `#`.
pub(super) fn cut(text: &str) -> (&str, Option<&str>, &str) {
    let (rest, tail) = text.split_at(text.find('#').unwrap_or(text.len()));
    match rest.split_once('?') {
        Some((head, query)) => (head, Some(query), tail),
        None => (rest, None, tail),
    }
}

pub(super) fn key_of(field: &str) -> String {
    decode(field.split('=').next().unwrap_or(""))
}

pub(super) fn value_of(field: &str) -> String {
    decode(field.split_once('=').map_or("", |(_, value)| value))
}

pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    query.split('&').filter(|field| !field.is_empty()).map(|field| (key_of(field), value_of(field))).collect()
}

/// Whether the last word of the options that speaks about it says on.
pub(super) fn is_read_only(options: &str) -> bool {
    options
        .split([' ', '+'])
        .filter_map(|word| word.trim_start_matches("-c").trim_start_matches("--").split_once('='))
        .rfind(|(name, _)| name.replace('-', "_") == "default_transaction_read_only")
        .is_some_and(|(_, value)| matches!(value, "on" | "true" | "yes" | "1"))
}

/// Shows the values of the parameters that are known to be harmless; any other may be a credential.
pub(super) fn redact_query(query: &str) -> String {
    const HARMLESS: &[&str] = &[
        "schema",
        "host",
        "port",
        "hostaddr",
        "sslmode",
        "sslaccept",
        "options",
        "connection_limit",
        "connect_timeout",
        "pool_timeout",
        "socket_timeout",
        "max_idle_connection_lifetime",
        "pgbouncer",
        "statement_cache_size",
        "application_name",
        "channel_binding",
        "target_session_attrs",
        "replicaSet",
        "authSource",
        "retryWrites",
        "w",
        "tls",
        "ssl",
        "socket",
    ];
    if query.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = query
        .split('&')
        .map(|field| match field.split_once('=') {
            Some((key, value)) if HARMLESS.contains(&key) && !decode(value).contains(['@', ':']) => {
                format!("{key}={value}")
            }
            Some((key, value)) if key == "host" && decode(value).starts_with('/') => {
                format!("{key}={value}")
            }
            Some((key, _)) => format!("{}={HIDDEN}", shown_key(key)),
            None => HIDDEN.to_owned(),
        })
        .collect();
    format!("?{}", shown.join("&"))
}

/// A parameter's name, where it looks like one: what stands there may also be the rest of a broken password.
pub(super) fn shown_key(key: &str) -> &str {
    let plain = key.len() <= 40 && key.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | ' '));
    if plain { key } else { HIDDEN }
}

/// Percent-decoding. What is no escape stays, bytes that are no UTF-8 are replaced.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
