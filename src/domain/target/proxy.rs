//! Reads from the words, the environment and the configuration file of a listening program what it leads to: Cloud SQL
//! and AlloyDB proxies, ssh, kubectl and other tunnels, published container ports, database servers. Pure; what a program
//! leads to is told here, and never which environment that is.

mod cloud_sql;
mod cloud_sql_1;
mod declared;
pub mod engine;
mod flat;
mod gcloud;
mod kubectl;
mod pgbouncer;
mod published;
mod relay;
mod ssh;

use core::net::IpAddr;

use super::listening::{Door, Process};
use super::url::{Host, Place};

pub use declared::{Declared, command_of, declared, is_declared};
pub(super) use published::is_database_image;
pub use published::{is_published, publishes};

/// What a tunnel leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FarEnd {
    /// For people: `nexus:us-central1:prod`, `ssh to bastion → db.prod.internal:5432`.
    pub told: String,
    /// What `[env.*.proxy] instance` calls it.
    pub names: Vec<String>,
    /// What it may be called where the words leave out a part, such as the cluster. Enough to speak for a protected
    /// environment, and never for another.
    pub perhaps: Vec<String>,
    /// Its host and port.
    pub place: Option<Place>,
    pub side: Side,
}

/// From where the far end's host and port are seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// From this machine, so behind it may be the next tunnel.
    Here,
    There,
}

/// One far end and where it is served.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Served {
    pub far: FarEnd,
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

/// What a tunnel serves, as far as its words, its environment and its file tell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Serves {
    pub known: Vec<Served>,
    /// Whether there may be more: a file that cannot be read, a whole project, instances on demand.
    pub more: More,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum More {
    #[default]
    No,
    Perhaps,
}

impl FarEnd {
    /// Something with one name that means the same everywhere, as a Cloud SQL instance has.
    fn named(name: &str) -> FarEnd {
        FarEnd {
            told: name.to_owned(),
            names: vec![name.to_owned()],
            perhaps: Vec::new(),
            place: None,
            side: Side::There,
        }
    }

    /// A host and a port, named as such.
    fn at(told: String, place: Place, side: Side) -> FarEnd {
        let host = place.host.to_string();
        FarEnd { told, names: vec![shown(&place)], perhaps: vec![host], place: Some(place), side }
    }
}

/// `host:port`, `[v6]:port`, or a socket's path.
fn shown(place: &Place) -> String {
    match &place.host {
        Host::Address(IpAddr::V6(address)) => format!("[{address}]:{}", place.port),
        Host::Socket(path) => path.clone(),
        Host::Name(_) | Host::Address(_) => format!("{}:{}", place.host, place.port),
    }
}

impl Serves {
    /// The far ends that may be behind this door; several where the words leave it open.
    pub fn behind(&self, door: &Door) -> Vec<&FarEnd> {
        self.known.iter().filter(|served| served.at.is(door)).map(|served| &served.far).collect()
    }
}

impl Served {
    /// Whether it is served at exactly this door, which "some port" is not.
    pub(super) fn claims(&self, door: &Door) -> bool {
        match &self.at {
            At::Tcp { ports: Ports::Any, .. } => false,
            At::Tcp { ports: Ports::OneOf(_), .. } | At::Unix(_) => self.at.is(door),
        }
    }
}

impl At {
    fn tcp(address: Option<IpAddr>, port: u16) -> At {
        At::Tcp { address, ports: if port == 0 { Ports::Any } else { Ports::OneOf(vec![port]) } }
    }

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

/// What this process serves, if it is a tunnel whose words are known. `database` is the one that a URL asks for: a pooler
/// leads elsewhere for each.
pub fn leads(process: &Process, database: Option<&str>) -> Option<Serves> {
    cloud_sql(process)
        .or_else(|| cloud_sql::alloydb(process))
        .or_else(|| ssh::serves(process))
        .or_else(|| kubectl::serves(process))
        .or_else(|| gcloud::serves(process))
        .or_else(|| pgbouncer::serves(process, database))
        .or_else(|| relay::serves(process))
}

/// What this process serves, if it is a Cloud SQL Auth Proxy of either version.
pub fn cloud_sql(process: &Process) -> Option<Serves> {
    cloud_sql_1::serves(process).or_else(|| cloud_sql::version_2(process))
}

/// The configuration file that the process's words name, as they name it: relative to its own working directory.
pub fn file_of(process: &Process) -> Option<String> {
    cloud_sql::file_of(process).or_else(|| pgbouncer::file_of(process))
}

/// Whether the process is the program of this name, told by its executable or by its first word.
fn is_named(process: &Process, names: &[&str]) -> bool {
    names.contains(&base(&process.program)) || process.argv.first().is_some_and(|word| names.contains(&base(word)))
}

/// The last part of a path.
fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// A host as a tunnel's words name it: in brackets for IPv6.
fn host_of(text: &str) -> Host {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    match (text.parse(), text.starts_with('/')) {
        (Ok(address), _) => Host::Address(address),
        (Err(_), true) => Host::Socket(text.to_owned()),
        (Err(_), false) => Host::Name(text.trim_end_matches('.').to_lowercase()),
    }
}

/// The address to which a tunnel's words bind it; none where a name or nothing stands.
fn bound(text: &str) -> Option<IpAddr> {
    text.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether a database server of this machine is behind the socket, told by the executable's name.
pub fn is_database_server(process: &Process) -> bool {
    const SERVERS: &[&str] =
        &["postgres", "postmaster", "mysqld", "mariadbd", "mongod", "sqlservr", "cockroach", "edb-postgres"];
    SERVERS.contains(&process.program.as_str())
}

/// The same, or one of the processes that a PostgreSQL server starts, which rename themselves `postgres: …`.
pub fn is_part_of_database_server(process: &Process) -> bool {
    is_database_server(process) || process.argv.first().is_some_and(|word| word.starts_with("postgres: "))
}

/// The instance that a socket's path names, `/cloudsql/PROJECT:REGION:INSTANCE`, as the proxy makes it.
pub fn instance_of_socket(path: &str) -> Option<FarEnd> {
    let path = path.rsplit_once("/.s.PGSQL.").map_or(path, |(directory, _)| directory).trim_end_matches('/');
    let name = path.rsplit('/').next()?;
    (name.split(':').count() >= 3 && name.split(':').all(|part| !part.is_empty())).then(|| FarEnd::named(name))
}

#[cfg(test)]
#[path = "proxy_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "proxy_far_tests.rs"]
mod far_tests;
