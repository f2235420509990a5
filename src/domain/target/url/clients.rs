//! Where each client goes with one URL. They differ in what the query decides and in what a `#` is. Measured with libpq 15,
//! node-postgres 8.23, postgres.js 3.4, asyncpg 0.32 and pgjdbc 42.5; tests/stories/clients.rs holds the first two to it.
//! Prisma's engine was read (`quaint/src/connector/postgres/url.rs`), not measured.
//!
//! | in the query | libpq | node-postgres | Prisma's engine | postgres.js | asyncpg | JDBC |
//! |---|---|---|---|---|---|---|
//! | `host=` | decides | decides | decides | refused | authority wins | decides |
//! | `port=` | decides | decides | ignored | refused | authority wins | decides |
//! | `hostaddr=` | decides | ignored | ignored | refused | refused | ignored |
//! | `dbname=` | decides | ignored | ignored | refused | path wins | decides |
//! | `database=` | refused | ignored | ignored | decides | path wins | ignored |
//! | `user=`, `password=` | decide | decide | ignored | decide | authority wins | decide |
//! | `PGHOST=`, `PORT=` | refused | ignored | ignored | refused | refused | decide |
//! | an empty value | the default | ignored | the default | ignored | ignored | fails |
//! | a name given twice | the last | the last | the last | the last | the last | the last |
//! | `#` | a letter | the end | the end | the end | the end | a letter |

use super::parts::{host_and_port, host_of, pairs, port_of};
use super::{DatabaseKind, Defaults, Host, Place};
use crate::domain::text::percent::decoded;

/// Where one of them goes.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub client: Client,
    pub user: Option<String>,
    pub places: Vec<Place>,
    pub database: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Client {
    Libpq,
    /// The host that libpq names to the server, where an address says how to get there.
    LibpqByName,
    Other,
}

/// The parts of a URL's text.
pub(super) struct Split<'a> {
    pub user: Option<&'a str>,
    pub hosts: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub fragment: &'a str,
}

/// The same, taken apart.
#[derive(Clone)]
struct Parts {
    user: Option<String>,
    /// Hosts as text with their ports.
    authority: Vec<(String, Option<u16>)>,
    hostaddr: Option<String>,
    path: String,
    pairs: Vec<(String, String)>,
    default_port: u16,
}

/// Each different reading, libpq's first. `None` where a host or a port is none.
pub(super) fn readings(text: &str, kind: DatabaseKind, split: &Split<'_>, defaults: &Defaults) -> Option<Vec<Reading>> {
    let parts = |path: &str, query: &str| {
        let authority = split.hosts.split(',').map(host_and_port).collect::<Option<Vec<_>>>()?;
        let (user, path) = (split.user.map(str::to_owned), decoded(path.strip_prefix('/').unwrap_or(path)));
        Some(Parts { user, authority, hostaddr: None, path, pairs: pairs(query), default_port: kind.default_port() })
    };
    let cut = parts(split.path, split.query)?;
    let mut all = Vec::new();
    match kind {
        DatabaseKind::PostgreSql | DatabaseKind::CockroachDb => {
            // libpq and JDBC read on through a `#`.
            let whole = match (split.query, split.fragment) {
                (_, "") => cut.clone(),
                ("", fragment) => {
                    let whole = format!("{}#{fragment}", split.path);
                    let (path, query) = super::split_query(&whole);
                    parts(path, query)?
                }
                (query, fragment) => parts(split.path, &format!("{query}#{fragment}"))?,
            };
            all.extend(whole.filled_by(defaults)?.libpq()?);
            // node-postgres has the same defaults, Prisma and JDBC have none.
            all.extend(cut.filled_by(defaults)?.node()?);
            all.extend(cut.node()?);
            if text.starts_with("jdbc:") {
                all.push(whole.jdbc()?);
            }
        }
        // Node's drivers take any option from the query (mysql2 `lib/connection_config.js`), Prisma the socket.
        DatabaseKind::MySql => all.extend(cut.node()?),
        DatabaseKind::SqlServer | DatabaseKind::MongoDb | DatabaseKind::Sqlite | DatabaseKind::PrismaService => {
            all.push(cut.plain()?)
        }
    }
    let mut different: Vec<Reading> = Vec::new();
    for reading in all {
        let same = |other: &Reading| {
            (&other.user, &other.places, &other.database) == (&reading.user, &reading.places, &reading.database)
        };
        if !different.iter().any(same) {
            different.push(reading);
        }
    }
    Some(different)
}

/// The places of numeric addresses, each with its own port or the one that all share. `None` where one is no address.
pub(super) fn addressed(addresses: &str, ports: &[u16]) -> Option<Vec<Place>> {
    let port = |at: usize| ports.get(at).or(ports.first()).copied();
    let place = |(at, text): (usize, &str)| match host_of(text.trim())? {
        host @ Host::Address(_) => Some(Place { host, port: port(at)? }),
        Host::Name(_) | Host::Socket(_) => None,
    };
    addresses.split(',').enumerate().map(place).collect()
}

impl Parts {
    /// With what the environment says where the text says nothing.
    fn filled_by(&self, defaults: &Defaults) -> Option<Parts> {
        let mut parts = self.clone();
        if let ([(host, port)], Some(others)) = (self.authority.as_slice(), &defaults.host)
            && host.is_empty()
        {
            parts.authority = others.split(',').map(|other| (other.to_owned(), *port)).collect();
        }
        let ports: Vec<&str> = defaults.port.iter().flat_map(|list| list.split(',')).collect();
        for (at, (_, port)) in parts.authority.iter_mut().enumerate().filter(|(_, (_, port))| port.is_none()) {
            *port = match ports.get(at).or(ports.first()) {
                Some(text) => Some(port_of(text)?),
                None => None,
            };
        }
        parts.hostaddr.clone_from(&defaults.hostaddr);
        if parts.path.is_empty() {
            parts.path = defaults.database.clone().unwrap_or_default();
        }
        parts.user = parts.user.or_else(|| defaults.user.clone());
        Some(parts)
    }

    fn last(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn filled(&self, name: &str) -> Option<&str> {
        self.last(name).filter(|value| !value.is_empty())
    }

    fn reading(&self, places: Vec<Place>, database: &str) -> Reading {
        let user = self.filled("user").or(self.user.as_deref()).map(str::to_owned);
        let database = Some(database.to_owned()).filter(|name| !name.is_empty());
        Reading { client: Client::Other, user, places, database }
    }

    fn default_ports(&self) -> Vec<u16> {
        self.authority.iter().map(|(_, port)| port.unwrap_or(self.default_port)).collect()
    }

    /// Each host with its own port, or with the one that all share.
    fn placed(&self, hosts: &str, ports: &[u16]) -> Option<Vec<Place>> {
        let place = |(at, host): (usize, &str)| {
            let host = host_of(if host.is_empty() { "localhost" } else { host })?;
            Some(Place { host, port: ports.get(at).or(ports.first()).copied().unwrap_or(self.default_port) })
        };
        hosts.split(',').enumerate().map(place).collect()
    }

    /// `5432`, `5432,5433`; nothing is the default.
    fn ports(&self, list: &str) -> Option<Vec<u16>> {
        list.split(',').map(|port| if port.is_empty() { Some(self.default_port) } else { port_of(port) }).collect()
    }

    fn hosts(&self) -> String {
        self.authority.iter().map(|(host, _)| host.as_str()).collect::<Vec<_>>().join(",")
    }

    /// PostgreSQL manual, 34.1.2.
    fn libpq(&self) -> Option<Vec<Reading>> {
        let ports = self.last("port").map_or_else(|| Some(self.default_ports()), |list| self.ports(list))?;
        let database = self.last("dbname").unwrap_or(&self.path);
        let named = self.last("host").map_or_else(|| self.hosts(), str::to_owned);
        let by_name = self.reading(self.placed(&named, &ports)?, database);
        Some(match self.filled("hostaddr").or(self.hostaddr.as_deref()) {
            Some(addresses) => {
                let there = self.reading(addressed(addresses, &ports)?, database);
                let by_name = Reading { client: Client::LibpqByName, ..by_name };
                let mut both = vec![Reading { client: Client::Libpq, ..there }];
                both.extend((!named.is_empty()).then_some(by_name));
                both
            }
            None => vec![Reading { client: Client::Libpq, ..by_name }],
        })
    }

    /// node-postgres, Prisma, postgres.js and asyncpg, and MySQL's drivers, which differ in how much the query decides.
    fn node(&self) -> Option<Vec<Reading>> {
        let own = self.default_ports();
        let authority = self.hosts();
        let host = self.filled("host").or(self.filled("socket")).or(self.filled("socketPath"));
        let ports = self.filled("port").map_or_else(|| Some(own.clone()), |list| self.ports(list))?;
        let mut readings = vec![
            self.reading(self.placed(host.unwrap_or(&authority), &ports)?, &self.path),
            self.reading(self.placed(host.unwrap_or(&authority), &own)?, &self.path),
        ];
        // Beside a socket `localhost` stands for nothing: `postgresql://u:p@localhost/db?host=/cloudsql/…` is how the
        // documentation of Prisma and of Cloud SQL writes it.
        let is_socket = host.is_some_and(|host| host.starts_with(['/', '@']));
        let stands_for_nothing = authority.is_empty() || authority == "localhost" && is_socket;
        if !stands_for_nothing {
            readings.push(self.reading(self.placed(&authority, &own)?, &self.path));
        }
        let first = readings[0].clone();
        if let Some(name) = self.filled("database") {
            readings.push(Reading { database: Some(name.to_owned()), ..first.clone() });
        }
        if let Some((name, _)) = self.path.split_once('/') {
            readings.push(Reading { database: Some(name.to_owned()).filter(|name| !name.is_empty()), ..first });
        }
        // Prisma's engine and asyncpg go as who stands in front of the host.
        if self.user.is_some() {
            let own: Vec<Reading> =
                readings.iter().map(|one| Reading { user: self.user.clone(), ..one.clone() }).collect();
            readings.extend(own);
        }
        Some(readings)
    }

    fn plain(&self) -> Option<Reading> {
        let reading = self.reading(self.placed(&self.hosts(), &self.default_ports())?, &self.path);
        Some(Reading { user: self.user.clone(), ..reading })
    }

    /// `PGProperty` of pgjdbc: libpq's names in any case, and those of its environment variables.
    fn jdbc(&self) -> Option<Reading> {
        let last = |name: &str| {
            let is_it = |key: &str| {
                let key = key.to_ascii_lowercase();
                key.strip_prefix("pg").unwrap_or(&key) == name
            };
            self.pairs.iter().rfind(|(key, value)| is_it(key) && !value.is_empty()).map(|(_, value)| value.as_str())
        };
        let ports = last("port").map_or_else(|| Some(self.default_ports()), |list| self.ports(list))?;
        let hosts = self.hosts();
        let places = self.placed(last("host").unwrap_or(&hosts), &ports)?;
        Some(self.reading(places, last("dbname").unwrap_or(&self.path)))
    }
}
