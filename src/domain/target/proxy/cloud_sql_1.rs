//! The Cloud SQL Auth Proxy, version 1: `cloud_sql_proxy -instances=INSTANCE=tcp:PORT`. It reads words and the variable
//! `INSTANCES`, nothing else.
//!
//! After GoogleCloudPlatform/cloud-sql-proxy v1.38.3 (`cmd/cloud_sql_proxy`).

use super::{At, FarEnd, More, Ports, Served, Serves, base, bound, cloud_sql};
use crate::domain::target::listening::Process;

/// What it serves, if it is this proxy: told by its flags, since the second version is to accept the words of the first.
pub(super) fn serves(process: &Process) -> Option<Serves> {
    let (name, words) = cloud_sql::words_of(process)?;
    let by_name = |name: &str| base(name).starts_with("cloud_sql_proxy");
    let flagged = words.iter().filter(|word| word.starts_with('-')).any(|word| {
        let flag = word.trim_start_matches('-');
        flag == "instances" || flag.starts_with("instances=")
    });
    (flagged || by_name(name) || by_name(&process.program)).then(|| read(words, process))
}

fn read(words: &[String], process: &Process) -> Serves {
    const VALUED: &[&str] = &[
        "instances", "dir", "projects", "credential_file", "token", "max_connections", "instances_metadata",
        "fuse_tmp", "host", "ip_address_types", "refresh_config_throttle", "fd_rlimit", "term_timeout",
        "health_check_port", "quota_project", "impersonate_service_account", "user_agent_suffix",
    ];
    let mut lists: Vec<String> = Vec::new();
    let mut directory: Option<String> = None;
    let mut more = More::No;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).filter(|flag| !flag.is_empty())
        else {
            break;
        };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None if VALUED.contains(&flag) => (flag, rest.next().cloned()),
            None => (flag, None),
        };
        match (name, value) {
            ("instances", Some(value)) => lists.push(value),
            ("dir", Some(value)) => directory = Some(value),
            ("projects" | "instances_metadata" | "fuse" | "fuse_tmp", _) => more = More::Perhaps,
            _ => {}
        }
    }
    if lists.is_empty() {
        match process.variable("INSTANCES") {
            Some(list) if !list.is_empty() => lists.push(list.to_owned()),
            // All instances of a project then: nothing to be read here.
            Some(_) | None => more = More::Perhaps,
        }
    }
    let known = lists
        .iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(|entry| one(entry, directory.as_deref()))
        .collect();
    Serves { known, more }
}

/// `INSTANCE[=(tcp|tcp4|tcp6):[HOST:]PORT | =unix:PATH]`
fn one(entry: &str, directory: Option<&str>) -> Served {
    let below = |name: &str| match directory {
        Some(directory) if !name.starts_with('/') => format!("{}/{name}", directory.trim_end_matches('/')),
        Some(_) | None => name.to_owned(),
    };
    let Some((instance, options)) = entry.split_once('=') else {
        return Served { far: FarEnd::named(entry), at: At::Unix(below(entry)) };
    };
    let at = match options.split_once(':') {
        Some(("unix", path)) => At::Unix(below(path)),
        Some((_, place)) => {
            let (host, port) = place.rsplit_once(':').unwrap_or(("", place));
            At::tcp(bound(host), port.parse().unwrap_or(0))
        }
        None => At::Tcp { address: None, ports: Ports::Any },
    };
    Served { far: FarEnd::named(instance), at }
}
