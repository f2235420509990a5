//! Reads from the words and the environment of a Cloud SQL Auth Proxy, version 1 or 2, which instance it serves at which
//! port or socket; recognises declared tunnels and local database servers. Pure.
//!
//! After GoogleCloudPlatform/cloud-sql-proxy v2.25.3 (`cmd/root.go`, `internal/proxy/proxy.go`) and v1.38.3
//! (`cmd/cloud_sql_proxy`).

use core::net::IpAddr;

use super::config::Proxy;
use super::listening::{Door, Process};

/// One instance and where it is served.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Served {
    /// `PROJECT:REGION:INSTANCE` as written; a DNS name where that stands in its place.
    pub instance: String,
    pub at: At,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum At {
    /// `None` for the address: the loopback of whichever family the machine has.
    Tcp { address: Option<IpAddr>, ports: Ports },
    /// A socket, or the directory in which PostgreSQL's `.s.PGSQL.5432` is.
    Unix(String),
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ports {
    /// One of these: several where the number depends on what the instances turn out to be.
    OneOf(Vec<u16>),
    Any,
}

/// What a proxy serves, as far as its words and environment tell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Serves {
    pub known: Vec<Served>,
    /// Whether there may be more: a configuration file, a whole project, instances on demand.
    pub more: More,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum More {
    #[default]
    No,
    Perhaps,
}

impl Serves {
    /// The instances that may be behind this door; several where the words leave it open.
    pub fn behind(&self, door: &Door) -> Vec<&str> {
        self.known.iter().filter(|served| served.at.is(door)).map(|served| served.instance.as_str()).collect()
    }
}

impl At {
    fn is(&self, door: &Door) -> bool {
        match (self, door) {
            (At::Tcp { address, ports }, Door::Tcp { address: bound, port }) => {
                let bound = bound.to_canonical();
                let here = match address {
                    None => bound.is_loopback() || bound.is_unspecified(),
                    Some(address) => {
                        let address = address.to_canonical();
                        address == bound || address.is_unspecified() || bound.is_unspecified()
                    }
                };
                let number = match ports {
                    Ports::OneOf(ports) => ports.contains(port),
                    Ports::Any => true,
                };
                here && number
            }
            (At::Unix(path), Door::Unix(socket)) => {
                let bare = |text: &str| {
                    let text = text.trim_end_matches('/');
                    text.rsplit_once("/.s.PGSQL.").map_or(text, |(directory, _)| directory).to_owned()
                };
                bare(path) == bare(socket)
            }
            (At::Tcp { .. }, Door::Unix(_)) | (At::Unix(_), Door::Tcp { .. }) => false,
        }
    }
}

/// What this process serves, if it is a Cloud SQL Auth Proxy. Told by its flags and not by its version's name, since
/// the second version is to accept the words of the first.
pub fn cloud_sql(process: &Process) -> Option<Serves> {
    let named = |word: &str| {
        let base = word.rsplit('/').next().unwrap_or(word).replace('_', "-");
        base.starts_with("cloud-sql-proxy") || base.starts_with("cloudsql-proxy")
    };
    let at = if process.argv.first().is_some_and(|word| named(word)) || named(&process.program) {
        0
    } else {
        // A loader or interpreter may stand in front of it.
        process.argv.iter().take(3).position(|word| named(word))?
    };
    let words = process.argv.get(at + 1..).unwrap_or(&[]);
    let first_version = words.iter().any(|word| {
        let flag = word.trim_start_matches('-');
        word.starts_with('-') && (flag == "instances" || flag.starts_with("instances="))
    }) || process.program.starts_with("cloud_sql_proxy")
        || process.argv[at].rsplit('/').next().is_some_and(|name| name.starts_with("cloud_sql_proxy"));
    if first_version { Some(version_1(words, process)) } else { version_2(words, process) }
}

fn version_1(words: &[String], process: &Process) -> Serves {
    const VALUED: &[&str] = &[
        "instances",
        "dir",
        "projects",
        "credential_file",
        "token",
        "max_connections",
        "instances_metadata",
        "fuse_tmp",
        "host",
        "ip_address_types",
        "refresh_config_throttle",
        "fd_rlimit",
        "term_timeout",
        "health_check_port",
        "quota_project",
        "impersonate_service_account",
        "user_agent_suffix",
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
        .map(|entry| first_entry(entry, directory.as_deref()))
        .collect();
    Serves { known, more }
}

/// `INSTANCE[=(tcp|tcp4|tcp6):[HOST:]PORT | =unix:PATH]`
fn first_entry(entry: &str, directory: Option<&str>) -> Served {
    let below = |name: &str| match directory {
        Some(directory) if !name.starts_with('/') => format!("{}/{name}", directory.trim_end_matches('/')),
        Some(_) | None => name.to_owned(),
    };
    let Some((instance, options)) = entry.split_once('=') else {
        return Served { instance: entry.to_owned(), at: At::Unix(below(entry)) };
    };
    let at = match options.split_once(':') {
        Some(("unix", path)) => At::Unix(below(path)),
        Some((_, place)) => {
            let (host, port) = place.rsplit_once(':').unwrap_or(("", place));
            let ports = match port.parse() {
                Ok(0) | Err(_) => Ports::Any,
                Ok(port) => Ports::OneOf(vec![port]),
            };
            At::Tcp { address: host.trim_start_matches('[').trim_end_matches(']').parse().ok(), ports }
        }
        None => At::Tcp { address: None, ports: Ports::Any },
    };
    Served { instance: instance.to_owned(), at }
}

/// Flags that take a value, by their long names; the short ones stand in `SHORT`.
const VALUED_2: &[&str] = &[
    "address",
    "port",
    "unix-socket",
    "sql-data",
    "credentials-file",
    "json-credentials",
    "token",
    "login-token",
    "fuse",
    "fuse-tmp-dir",
    "http-address",
    "http-port",
    "admin-port",
    "config-file",
    "max-connections",
    "max-sigterm-delay",
    "min-sigterm-delay",
    "impersonate-service-account",
    "quota-project",
    "sqladmin-api-endpoint",
    "telemetry-project",
    "telemetry-prefix",
    "telemetry-sample-rate",
    "prometheus-namespace",
    "user-agent",
    "universe-domain",
    "run-connection-test-timeout",
];
const SHORT: &[(char, &str)] = &[
    ('a', "address"),
    ('p', "port"),
    ('u', "unix-socket"),
    ('c', "credentials-file"),
    ('j', "json-credentials"),
    ('t', "token"),
];

fn version_2(words: &[String], process: &Process) -> Option<Serves> {
    let (mut flags, mut instances) = flags_2(words);
    if matches!(instances.first().map(String::as_str), Some("wait" | "shutdown" | "completion" | "help")) {
        return None;
    }
    for (flag, variable) in
        [("address", "CSQL_PROXY_ADDRESS"), ("port", "CSQL_PROXY_PORT"), ("unix-socket", "CSQL_PROXY_UNIX_SOCKET")]
    {
        if let (false, Some(value)) = (flags.iter().any(|(name, _)| name == flag), process.variable(variable)) {
            flags.push((flag.to_owned(), value.to_owned()));
        }
    }
    let flag = |name: &str| flags.iter().rfind(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let mut more = More::No;
    if flag("fuse").is_some() || flag("config-file").is_some() || process.variable("CSQL_PROXY_FUSE").is_some() {
        more = More::Perhaps;
    }
    if instances.is_empty() {
        let name = "CSQL_PROXY_INSTANCE_CONNECTION_NAME";
        instances.extend(process.variable(name).map(str::to_owned));
        instances.extend((0..1000).map_while(|at| process.variable(&format!("{name}_{at}")).map(str::to_owned)));
        if instances.is_empty() {
            more = More::Perhaps;
        }
    }
    let mut used: u16 = 0;
    let start = flag("port").and_then(|port| port.parse::<u16>().ok());
    let skips = flags.iter().any(|(name, value)| name == "skip-failed-instance-config" && value != "false");
    let mut known = Vec::new();
    for written in &instances {
        let (instance, query) = written.split_once('?').unwrap_or((written, ""));
        let option = |name: &str| {
            query.split('&').filter_map(|field| field.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
        };
        let at = match (option("port"), option("address"), option("unix-socket-path"), option("unix-socket")) {
            (None, None, Some(path), _) => At::Unix(path.to_owned()),
            // The directory of the whole proxy comes before the instance's own.
            (None, None, None, own) if flag("unix-socket").or(own).is_some() => {
                let directory = flag("unix-socket").or(own).unwrap_or_default();
                At::Unix(format!("{}/{instance}", directory.trim_end_matches('/')))
            }
            (port, address, _, _) => {
                let ports = match port.and_then(|port| port.parse().ok()) {
                    Some(port) => Ports::OneOf(vec![port]),
                    None => {
                        let ports = counted(start, used, skips);
                        used = used.saturating_add(1);
                        ports
                    }
                };
                let address = address.or(flag("address")).unwrap_or("127.0.0.1").parse().ok();
                At::Tcp { address, ports }
            }
        };
        known.push(Served { instance: instance.to_owned(), at });
    }
    Some(Serves { known, more })
}

/// The number that an instance without its own gets after `used` others: counted from `--port`, or from the default
/// of its engine, which only Google's interface knows, among the instances of that engine alone.
fn counted(start: Option<u16>, used: u16, skips: bool) -> Ports {
    let up_to = |from: u16| (0..=used).map(move |step| from.saturating_add(step));
    match start {
        Some(0) => Ports::Any,
        Some(start) if skips => Ports::OneOf(up_to(start).collect()),
        Some(start) => Ports::OneOf(vec![start.saturating_add(used)]),
        None => Ports::OneOf([5432, 3306, 1433].into_iter().flat_map(up_to).collect()),
    }
}

/// Flags with their values and the positional words, as pflag reads them: mixed, `--port=5`, `--port 5`, `-p5`, `-p=5`,
/// `-ip 5` in one group, `--` ends the flags.
fn flags_2(words: &[String]) -> (Vec<(String, String)>, Vec<String>) {
    let (mut flags, mut positional) = (Vec::new(), Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            positional.extend(rest.by_ref().cloned());
        } else if let Some(long) = word.strip_prefix("--") {
            match long.split_once('=') {
                Some((name, value)) => flags.push((name.to_owned(), value.to_owned())),
                None if VALUED_2.contains(&long) => {
                    flags.push((long.to_owned(), rest.next().cloned().unwrap_or_default()));
                }
                None => flags.push((long.to_owned(), String::new())),
            }
        } else if let Some(group) = word.strip_prefix('-').filter(|group| !group.is_empty()) {
            let letters = group.char_indices();
            for (at, letter) in letters {
                let Some((_, name)) = SHORT.iter().find(|(short, _)| *short == letter) else { continue };
                let value = &group[at + letter.len_utf8()..];
                let value = match value.strip_prefix('=').unwrap_or(value) {
                    "" => rest.next().cloned().unwrap_or_default(),
                    value => value.to_owned(),
                };
                flags.push(((*name).to_owned(), value));
                break;
            }
        } else {
            positional.push(word.clone());
        }
    }
    (flags, positional)
}

/// The words of a declared tunnel with its port and instance filled in.
pub fn command_of(proxy: &Proxy) -> Vec<String> {
    proxy
        .command
        .iter()
        .map(|word| word.replace("{port}", &proxy.port.to_string()).replace("{instance}", &proxy.instance))
        .collect()
}

/// Whether the process was started with the words of the declared tunnel. An interpreter may stand in front.
pub fn is_declared(proxy: &Proxy, process: &Process) -> bool {
    let declared = command_of(proxy);
    let Some((name, words)) = declared.split_first() else { return false };
    let base = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    process.argv.len() >= declared.len()
        && process.argv.len() <= declared.len() + 2
        && process.argv[process.argv.len() - words.len()..] == *words
        && base(&process.argv[process.argv.len() - declared.len()]) == base(name)
}

/// Whether a database server of this machine is behind the socket, told by the executable's name.
pub fn is_database_server(process: &Process) -> bool {
    const SERVERS: &[&str] = &["postgres", "mysqld", "mariadbd", "mongod", "sqlservr", "cockroach", "edb-postgres"];
    SERVERS.contains(&process.program.as_str())
}

/// The same, or one of the processes that a PostgreSQL server starts, which rename themselves `postgres: …`.
pub fn is_part_of_database_server(process: &Process) -> bool {
    is_database_server(process) || process.argv.first().is_some_and(|word| word.starts_with("postgres: "))
}

/// The instance that a socket's path names, `/cloudsql/PROJECT:REGION:INSTANCE`, as the proxy makes it.
pub fn instance_of_socket(path: &str) -> Option<&str> {
    let path = path.rsplit_once("/.s.PGSQL.").map_or(path, |(directory, _)| directory).trim_end_matches('/');
    let name = path.rsplit('/').next()?;
    (name.split(':').count() >= 3 && name.split(':').all(|part| !part.is_empty())).then_some(name)
}

#[cfg(test)]
#[path = "proxy_tests.rs"]
mod tests;
