//! The Cloud SQL Auth Proxy, version 2, and the AlloyDB Auth Proxy, which was made from it: flags, variables and a
//! configuration file, in this order. What only Google's interface knows, such as an instance's engine, stays open.
//!
//! After GoogleCloudPlatform/cloud-sql-proxy v2.25.3 (`cmd/root.go`, `internal/proxy/proxy.go`) and
//! GoogleCloudPlatform/alloydb-auth-proxy v1.

use super::flat::{self, Format};
use super::{At, FarEnd, More, Ports, Served, Serves, base};
use crate::domain::target::listening::Process;

/// In what the two proxies differ.
struct Dialect {
    prefix: &'static str,
    instance: &'static str,
    /// The first port of each engine.
    ports: &'static [u16],
}

const CLOUD_SQL: Dialect =
    Dialect { prefix: "CSQL_PROXY_", instance: "instance-connection-name", ports: &[5432, 3306, 1433] };
const ALLOYDB: Dialect = Dialect { prefix: "ALLOYDB_PROXY_", instance: "instance-uri", ports: &[5432] };

/// Flags that take a value, by their long names; the short ones stand in `SHORT`.
const VALUED: &[&str] = &[
    "address", "port", "unix-socket", "sql-data", "credentials-file", "json-credentials", "token", "login-token",
    "fuse", "fuse-tmp-dir", "http-address", "http-port", "admin-port", "config-file", "max-connections",
    "max-sigterm-delay", "min-sigterm-delay", "impersonate-service-account", "quota-project", "sqladmin-api-endpoint",
    "alloydbadmin-api-endpoint", "telemetry-project", "telemetry-prefix", "telemetry-sample-rate",
    "prometheus-namespace", "user-agent", "universe-domain", "run-connection-test-timeout",
];
const SHORT: &[(char, &str)] = &[
    ('a', "address"),
    ('p', "port"),
    ('u', "unix-socket"),
    ('c', "credentials-file"),
    ('j', "json-credentials"),
    ('t', "token"),
];

/// The name by which a Cloud SQL proxy was started, and the words after it. A loader or interpreter may stand in front.
pub(super) fn words_of(process: &Process) -> Option<(&str, &[String])> {
    called(process, |name| name.starts_with("cloud-sql-proxy") || name.starts_with("cloudsql-proxy"))
}

fn called(process: &Process, is: impl Fn(&str) -> bool) -> Option<(&str, &[String])> {
    let is = |word: &str| is(&base(word).replace('_', "-"));
    let at = if process.argv.first().is_some_and(|word| is(word)) || is(&process.program) {
        0
    } else {
        process.argv.iter().take(3).position(|word| is(word))?
    };
    Some((process.argv.get(at)?, process.argv.get(at + 1..).unwrap_or(&[])))
}

pub(super) fn version_2(process: &Process) -> Option<Serves> {
    read(&CLOUD_SQL, words_of(process)?.1, process)
}

pub(super) fn alloydb(process: &Process) -> Option<Serves> {
    read(&ALLOYDB, called(process, |name| name.starts_with("alloydb-auth-proxy"))?.1, process)
}

/// `--config-file`, which counts as a flag alone: it is read before the variables are.
pub(super) fn file_of(process: &Process) -> Option<String> {
    let words = words_of(process).or_else(|| called(process, |name| name.starts_with("alloydb-auth-proxy")))?.1;
    flags(words).0.into_iter().rfind(|(name, _)| name == "config-file").map(|(_, path)| path)
}

/// What the proxy was told, wherever it was.
struct Told<'a> {
    dialect: &'a Dialect,
    flags: Vec<(String, String)>,
    process: &'a Process,
    file: Vec<(String, String)>,
}

impl Told<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let of = |pairs: &'_ [(String, String)]| pairs.iter().rposition(|(n, _)| n == name);
        if let Some(at) = of(&self.flags) {
            return Some(&self.flags[at].1);
        }
        let variable = format!("{}{}", self.dialect.prefix, name.replace('-', "_").to_uppercase());
        match self.process.variable(&variable).filter(|value| !value.is_empty()) {
            Some(value) => Some(value),
            None => of(&self.file).map(|at| self.file[at].1.as_str()),
        }
    }

    /// `-connection-name`, or the one with `-0`, then `-1` and so on until one is missing.
    fn instances(&self) -> Vec<String> {
        let name = self.dialect.instance;
        let first = self.get(name).or_else(|| self.get(&format!("{name}-0")));
        let more = (1..1000).map_while(|at| self.get(&format!("{name}-{at}")));
        first.into_iter().chain(more.filter(|_| first.is_some())).map(str::to_owned).collect()
    }
}

fn read(dialect: &Dialect, words: &[String], process: &Process) -> Option<Serves> {
    let (flags, mut instances) = flags(words);
    if matches!(instances.first().map(String::as_str), Some("wait" | "shutdown" | "completion" | "help")) {
        return None;
    }
    let mut more = More::No;
    let named = flags.iter().rfind(|(name, _)| name == "config-file").map(|(_, path)| path.clone());
    let file = match &named {
        None => Vec::new(),
        Some(path) => {
            let text = process.file.as_deref();
            match text.zip(Format::of(path)).and_then(|(text, format)| flat::read(text, format)) {
                Some(pairs) => pairs,
                None => {
                    more = More::Perhaps;
                    Vec::new()
                }
            }
        }
    };
    let told = Told { dialect, flags, process, file };
    if told.get("fuse").is_some() {
        more = More::Perhaps;
    }
    if instances.is_empty() {
        instances = told.instances();
        if instances.is_empty() {
            more = More::Perhaps;
        }
    }
    if more == More::Perhaps && named.is_some() && told.file.is_empty() {
        // The file that cannot be read may give the port and the address of every instance.
        return Some(Serves { known: instances.iter().map(|written| anywhere(written)).collect(), more });
    }
    let mut used: u16 = 0;
    let known = instances.iter().map(|written| one(&told, written, &mut used)).collect();
    Some(Serves { known, more })
}

fn anywhere(written: &str) -> Served {
    let instance = written.split('?').next().unwrap_or(written);
    Served { far: FarEnd::named(instance), at: At::Tcp { address: None, ports: Ports::Any } }
}

/// One instance with its own options. `used` counts the numbers that instances without their own have taken.
fn one(told: &Told<'_>, written: &str, used: &mut u16) -> Served {
    let (instance, query) = written.split_once('?').unwrap_or((written, ""));
    let option = |name: &str| {
        let pairs = query.split('&').filter_map(|field| field.split_once('='));
        pairs.into_iter().find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
    };
    let at = match (option("port"), option("address"), option("unix-socket-path"), option("unix-socket")) {
        (None, None, Some(path), _) => At::Unix(path.to_owned()),
        // The directory of the whole proxy comes before the instance's own.
        (None, None, None, own) if told.get("unix-socket").or(own).is_some() => {
            let directory = told.get("unix-socket").or(own).unwrap_or_default();
            At::Unix(format!("{}/{}", directory.trim_end_matches('/'), in_a_directory(instance)))
        }
        (port, address, _, _) => {
            let ports = match port.and_then(|port| port.parse().ok()) {
                Some(port) => Ports::OneOf(vec![port]),
                None => {
                    let ports = counted(told, *used);
                    *used = used.saturating_add(1);
                    ports
                }
            };
            let address = address.or(told.get("address")).unwrap_or("127.0.0.1").parse().ok();
            At::Tcp { address, ports }
        }
    };
    let mut far = FarEnd::named(instance);
    // `[env.*.proxy] instance` may call an AlloyDB instance by its four parts.
    far.names.extend(parts_of_uri(instance).map(|parts| parts.join(":")));
    Served { far, at }
}

/// The name of an instance's socket: AlloyDB's has the parts of its URI, with dots.
fn in_a_directory(instance: &str) -> String {
    parts_of_uri(instance).map_or_else(|| instance.to_owned(), |parts| parts.join("."))
}

/// `projects/P/locations/L/clusters/C/instances/I`
fn parts_of_uri(instance: &str) -> Option<[&str; 4]> {
    match instance.split('/').collect::<Vec<_>>().as_slice() {
        ["projects", project, "locations", location, "clusters", cluster, "instances", instance] => {
            Some([project, location, cluster, instance])
        }
        _ => None,
    }
}

/// The number that an instance without its own gets after `used` others: counted from `--port`, or from the default of
/// its engine, among the instances of that engine alone.
fn counted(told: &Told<'_>, used: u16) -> Ports {
    let up_to = |from: u16| (0..=used).map(move |step| from.saturating_add(step));
    let skips = told.get("skip-failed-instance-config").is_some_and(is_on);
    match told.get("port").and_then(|port| port.parse::<u16>().ok()) {
        Some(0) => Ports::Any,
        Some(start) if skips => Ports::OneOf(up_to(start).collect()),
        Some(start) => Ports::OneOf(vec![start.saturating_add(used)]),
        None => Ports::OneOf(told.dialect.ports.iter().copied().flat_map(up_to).collect()),
    }
}

/// A flag without a value is on.
fn is_on(value: &str) -> bool {
    !matches!(value.to_ascii_lowercase().as_str(), "false" | "f" | "0")
}

/// Flags with their values and the positional words, as pflag reads them: mixed, `--port=5`, `--port 5`, `-p5`, `-p=5`,
/// `-ip 5` in one group, `--` ends the flags.
fn flags(words: &[String]) -> (Vec<(String, String)>, Vec<String>) {
    let (mut flags, mut positional) = (Vec::new(), Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            positional.extend(rest.by_ref().cloned());
        } else if let Some(long) = word.strip_prefix("--") {
            match long.split_once('=') {
                Some((name, value)) => flags.push((name.to_owned(), value.to_owned())),
                None if VALUED.contains(&long) => {
                    flags.push((long.to_owned(), rest.next().cloned().unwrap_or_default()));
                }
                None => flags.push((long.to_owned(), String::new())),
            }
        } else if let Some(group) = word.strip_prefix('-').filter(|group| !group.is_empty()) {
            for (at, letter) in group.char_indices() {
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
