//! Where each client goes with one URL. They differ in what the query decides and in what a `#` is; tests/real/clients.rs holds
//! them to it. Measured with libpq 15 and 17, node-postgres 8, postgres.js 3, asyncpg 0.30 and pgjdbc 42.5; Prisma's engine
//! was read (`quaint/src/connector/postgres/url.rs`), not measured.
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

use super::parts::{decode, host_and_port, host_of, pairs, port_of};
use super::{Host, Kind, Place};

/// Where one of them goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Reading {
    pub user: Option<String>,
    pub places: Vec<Place>,
    pub database: Option<String>,
}

/// One way to split a URL, with its query.
struct Parts<'a> {
    user: Option<&'a str>,
    /// Hosts as text with their ports.
    authority: Vec<(String, Option<u16>)>,
    path: String,
    pairs: Vec<(String, String)>,
    default_port: u16,
}

/// Each different reading, libpq's first. `None` where a host or a port is none.
pub(super) fn readings(
    text: &str,
    kind: Kind,
    user: Option<&str>,
    hosts: &str,
    path: &str,
    query: &str,
    fragment: &str,
) -> Option<Vec<Reading>> {
    let parts = |path: &str, query: &str| {
        let authority = hosts.split(',').map(host_and_port).collect::<Option<Vec<_>>>()?;
        let path = decode(path.strip_prefix('/').unwrap_or(path));
        Some(Parts { user, authority, path, pairs: pairs(query), default_port: kind.default_port() })
    };
    let cut = parts(path, query)?;
    let mut all = Vec::new();
    match kind {
        Kind::PostgreSql | Kind::CockroachDb => {
            // libpq and JDBC read on through a `#`.
            let whole = match (query.is_empty(), fragment.is_empty()) {
                (_, true) => None,
                (true, false) => {
                    let whole = format!("{path}#{fragment}");
                    let (path, query) = super::split_query(&whole);
                    Some(parts(path, query)?)
                }
                (false, false) => Some(parts(path, &format!("{query}#{fragment}"))?),
            };
            all.push(whole.as_ref().unwrap_or(&cut).libpq()?);
            all.extend(cut.node()?);
            if text.starts_with("jdbc:") {
                all.push(whole.as_ref().unwrap_or(&cut).jdbc()?);
            }
        }
        // Node's drivers take any option from the query (mysql2 `lib/connection_config.js`), Prisma the socket.
        Kind::MySql => all.extend(cut.node()?),
        Kind::SqlServer | Kind::MongoDb | Kind::Sqlite | Kind::PrismaService => all.push(cut.plain()?),
    }
    let mut different: Vec<Reading> = Vec::new();
    for reading in all {
        if !different.contains(&reading) {
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

impl Parts<'_> {
    fn last(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn filled(&self, name: &str) -> Option<&str> {
        self.last(name).filter(|value| !value.is_empty())
    }

    fn reading(&self, places: Vec<Place>, database: &str) -> Reading {
        let user = self.filled("user").or(self.user).map(str::to_owned);
        Reading { user, places, database: Some(database.to_owned()).filter(|name| !name.is_empty()) }
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
    fn libpq(&self) -> Option<Reading> {
        let ports = self.last("port").map_or_else(|| Some(self.default_ports()), |list| self.ports(list))?;
        let places = match self.filled("hostaddr") {
            Some(addresses) => addressed(addresses, &ports)?,
            None => self.placed(self.last("host").unwrap_or(&self.hosts()), &ports)?,
        };
        Some(self.reading(places, self.last("dbname").unwrap_or(&self.path)))
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
        Some(readings)
    }

    fn plain(&self) -> Option<Reading> {
        Some(self.reading(self.placed(&self.hosts(), &self.default_ports())?, &self.path))
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
