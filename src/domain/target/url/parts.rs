//! The parts of a URL's text: places, query, percent-encoding, and what may be shown of them.

use crate::domain::text::percent::decoded;
use core::net::IpAddr;

use super::Host;

/// Stands for what is not shown.
pub(super) const HIDDEN: &str = "•••";

/// `host`, `host:port`, `[v6]:port`, or nothing, which means the client's default. The port is `None` where none stands
/// there. A port may have spaces and a sign around its digits, as libpq reads numbers.
pub(super) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (address, port.strip_prefix(':').unwrap_or(port))
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let port = if port.is_empty() { None } else { Some(port_of(&decoded(port))?) };
    Some((decoded(host), port))
}

pub(super) fn port_of(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|&port| port != 0)
}

pub(super) fn host_of(text: &str) -> Option<Host> {
    if text.starts_with('/') || text.starts_with('@') {
        return Some(Host::Socket(text.to_owned()));
    }
    if let Ok(address) = text.split('%').next().unwrap_or("").parse::<IpAddr>() {
        return Some(Host::Address(address));
    }
    if let Some(address) = numbers(text) {
        return Some(Host::Address(address));
    }
    let good = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    (good && !text.is_empty()).then(|| Host::Name(text.trim_end_matches('.').to_lowercase()))
}

/// An IPv4 address as inet_aton(3) reads it, which name services do as well: `127.1`, `0x7f000001`, `0`. Up to four numbers,
/// decimal, octal or hexadecimal, the last of which fills what is left.
fn numbers(text: &str) -> Option<IpAddr> {
    let number = |part: &str| match part.strip_prefix("0x").or(part.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if part.len() > 1 && part.starts_with('0') => u32::from_str_radix(part, 8).ok(),
        None => part.parse().ok(),
    };
    if !text.starts_with(|c: char| c.is_ascii_digit()) || text.contains('+') {
        return None;
    }
    let parts = text.split('.').map(number).collect::<Option<Vec<u32>>>()?;
    let (last, first) = parts.split_last().filter(|(_, first)| first.len() <= 3)?;
    let room = 8 * (4 - first.len());
    if first.iter().any(|&part| part > 255) || room < 32 && last >> room != 0 {
        return None;
    }
    let high = first.iter().enumerate().fold(0, |all, (at, part)| all | part << (24 - 8 * at));
    Some(core::net::Ipv4Addr::from(high | last).into())
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

pub(super) fn query_of(text: &str) -> Option<&str> {
    cut(text).1
}

pub(super) fn key_of(field: &str) -> String {
    decoded(field.split('=').next().unwrap_or(""))
}

pub(super) fn value_of(field: &str) -> String {
    decoded(field.split_once('=').map_or("", |(_, value)| value))
}

pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    query.split('&').filter(|field| !field.is_empty()).map(|field| (key_of(field), value_of(field))).collect()
}

/// Shows the values of the parameters that are known to be harmless; any other may be a credential.
pub(super) fn redact_query(query: &str) -> String {
    const HARMLESS: &[&str] = &[
        "schema", "host", "port", "hostaddr", "dbname", "database", "user", "service", "sslmode", "sslaccept",
        "options", "connection_limit", "connect_timeout", "pool_timeout", "socket_timeout",
        "max_idle_connection_lifetime", "pgbouncer", "statement_cache_size", "application_name", "channel_binding",
        "target_session_attrs", "targetServerType", "replicaSet", "authSource", "retryWrites", "w", "tls", "ssl",
        "socket",
    ];
    if query.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = query
        .split('&')
        .map(|field| match field.split_once('=') {
            Some((key, value)) if HARMLESS.contains(&key) && !decoded(value).contains(['@', ':']) => {
                format!("{key}={value}")
            }
            Some((key, value)) if key == "host" && decoded(value).starts_with('/') => {
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
