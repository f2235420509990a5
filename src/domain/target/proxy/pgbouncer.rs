//! PgBouncer: where its configuration file sends each database. Of the file only `[databases]` is read; who may log in
//! and with what is never looked at.

use super::{At, FarEnd, More, Ports, Served, Serves, Side, host_of, is_named, shown};
use crate::domain::target::listening::Process;
use crate::domain::target::url::{Host, Place};

/// The file is the last word: `pgbouncer -d /etc/pgbouncer/pgbouncer.ini`.
pub(super) fn file_of(process: &Process) -> Option<String> {
    if !is_named(process, &["pgbouncer"]) {
        return None;
    }
    process.argv.iter().skip(1).rfind(|word| word.ends_with(".ini")).cloned()
}

pub(super) fn serves(process: &Process, database: Option<&str>) -> Option<Serves> {
    if !is_named(process, &["pgbouncer"]) {
        return None;
    }
    let nothing = Serves { known: Vec::new(), more: More::Perhaps };
    let Some(text) = &process.file else { return Some(nothing) };
    let Some(databases) = databases(text) else { return Some(nothing) };
    // `*` stands for every database that is not named.
    let entry = |wanted: &str| databases.iter().rfind(|(name, _)| name == wanted);
    let found = database.and_then(entry).or_else(|| entry("*"));
    let Some((_, settings)) = found else { return Some(nothing) };
    let setting = |name: &str| settings.iter().rfind(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let port: u16 = setting("port").and_then(|port| port.parse().ok()).unwrap_or(5432);
    // Without a host it is the server's socket in a directory of this machine.
    let hosts = setting("host").unwrap_or("localhost");
    let known = hosts
        .split(',')
        .map(|host| {
            let place = Place { host: host_of(host.trim()), port };
            let told = match &place.host {
                Host::Socket(path) => format!("pgbouncer to {path}"),
                Host::Name(_) | Host::Address(_) => format!("pgbouncer to {}", shown(&place)),
            };
            let at = At::Tcp { address: Some(core::net::Ipv4Addr::UNSPECIFIED.into()), ports: Ports::Any };
            let far = FarEnd::at(told, place, Side::Here);
            // Under another name behind the pooler it is none that a URL or a pattern could be compared with.
            let renamed = setting("dbname").is_some_and(|name| Some(name) != database);
            let far = if renamed { FarEnd { names: Vec::new(), place: None, side: Side::There, ..far } } else { far };
            Served { far, at }
        })
        .collect();
    Some(Serves { known, more: More::No })
}

type Entry = (String, Vec<(String, String)>);

/// `name = host=… port=… dbname=…` below `[databases]`; `None` where another file is taken in.
fn databases(text: &str) -> Option<Vec<Entry>> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if line.starts_with("%include") {
            return None;
        }
        if let Some(section) = line.strip_prefix('[') {
            inside = section.trim_end().trim_end_matches(']').trim() == "databases";
            continue;
        }
        if let Some((name, settings)) = line.split_once('=').filter(|_| inside) {
            found.push((name.trim().trim_matches('"').to_owned(), pairs(settings)));
        }
    }
    Some(found)
}

/// A connection string of `key=value` pairs, values in single quotes where they hold white space.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').unwrap_or((quoted, "")),
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        found.push((name.trim().to_lowercase(), value.to_owned()));
        rest = next.trim_start();
    }
    found
}
