//! libpq's connection strings: `host=… port=… dbname='…'` (PostgreSQL manual, 34.1.1.1). The last of a name counts.

use super::clients::{self, Client, Reading};
use super::parts::{HIDDEN, host_of, port_of};
use super::{DatabaseKind, DatabaseUrl, Defaults, Form, Place};
use crate::domain::text::secret::Secret;

/// Every name that libpq 17 knows. Another one makes libpq refuse the whole, so that such a text is something else.
const NAMES: &[&str] = &[
    "application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname", "fallback_application_name",
    "gssdelegation", "gssencmode", "gsslib", "host", "hostaddr", "keepalives", "keepalives_count", "keepalives_idle",
    "keepalives_interval", "krbsrvname", "load_balance_hosts", "max_protocol_version", "min_protocol_version",
    "options", "passfile", "password", "port", "replication", "require_auth", "requirepeer", "requiressl", "service",
    "servicefile", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcertmode", "sslcompression",
    "sslcrl", "sslcrldir", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert", "sslsni",
    "target_session_attrs", "tcp_user_timeout", "user",
];

/// The names and values of a connection string, in order. `None` where it is none.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, behind) = rest.split_once('=')?;
        let name = name.trim_end();
        if !NAMES.contains(&name) {
            return None;
        }
        let (value, behind) = value(behind.trim_start())?;
        found.push((name.to_owned(), value));
        rest = behind.trim_start();
    }
    Some(found)
}

/// A value and what follows it: in quotes or up to a space, with `\` before a quote or another `\`.
fn value(text: &str) -> Option<(String, &str)> {
    let (quoted, text) = text.strip_prefix('\'').map_or((false, text), |rest| (true, rest));
    let mut value = String::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '\\' => value.extend(rest.next().map(|(_, c)| c)),
            '\'' if quoted => return Some((value, &text[at + 1..])),
            c if !quoted && c.is_ascii_whitespace() => return Some((value, &text[at..])),
            c => value.push(c),
        }
    }
    if quoted { None } else { Some((value, "")) }
}

/// How much has to stand there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Enough {
    Anything,
    /// A service, or two of host, database, user, password and port.
    ToBeOne,
}

/// A connection string, beside what the environment says.
pub(super) fn read(text: &str, defaults: &Defaults, enough: Enough) -> Option<DatabaseUrl> {
    let own = pairs(text)?;
    let given = [
        ("host", &defaults.host),
        ("hostaddr", &defaults.hostaddr),
        ("port", &defaults.port),
        ("dbname", &defaults.database),
        ("user", &defaults.user),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    let pairs: Vec<(String, String)> = given.chain(own.iter().cloned()).collect();
    let last = |name: &str| pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let filled = |name: &str| last(name).filter(|value| !value.is_empty());
    let told = [&["host", "hostaddr"][..], &["dbname"], &["user"], &["password"], &["port"]];
    let told = told.iter().filter(|names| names.iter().any(|name| filled(name).is_some())).count();
    if enough == Enough::ToBeOne && told < 2 && filled("service").is_none() {
        return None;
    }
    let port = |text: &str| if text.is_empty() { Some(DatabaseKind::PostgreSql.default_port()) } else { port_of(text) };
    let ports = last("port").unwrap_or("").split(',').map(port).collect::<Option<Vec<u16>>>()?;
    let named = |hosts: &str| {
        let place = |(at, host): (usize, &str)| {
            let host = host_of(if host.is_empty() { "localhost" } else { host })?;
            Some(Place { host, port: *ports.get(at).or(ports.first())? })
        };
        hosts.split(',').enumerate().map(place).collect::<Option<Vec<_>>>()
    };
    let user = filled("user").map(str::to_owned);
    let database = filled("dbname").map(str::to_owned);
    let by_name = named(last("host").unwrap_or(""))?;
    let (places, others) = match filled("hostaddr") {
        Some(addresses) => {
            let (user, database) = (user.clone(), database.clone());
            let other = Reading { client: Client::LibpqByName, user, places: by_name, database };
            let others = if filled("host").is_some() { vec![other] } else { Vec::new() };
            (clients::addressed(addresses, &ports)?, others)
        }
        None => (by_name, Vec::new()),
    };
    let shown = |(name, value): &(String, String)| match name.contains("pass") || name == "sslkey" {
        true => format!("{name}={HIDDEN}"),
        false => format!("{name}={}", written(value)),
    };
    Some(DatabaseUrl {
        text: Secret::new(text),
        form: Form::Conninfo,
        kind: DatabaseKind::PostgreSql,
        password: filled("password").map(Secret::new),
        user,
        places,
        database,
        others,
        redacted: own.iter().map(shown).collect::<Vec<_>>().join(" "),
    })
}

/// A value as it is written in such a string.
pub(super) fn written(value: &str) -> String {
    let plain = !value.is_empty() && value.chars().all(|c| !c.is_whitespace() && c != '\'' && c != '\\');
    if plain { value.to_owned() } else { format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'")) }
}
