//! Database URLs: the password apart from the rest, printed redacted, changed without touching another byte.
//!
//! An own splitter instead of a URL library: [`DatabaseUrl::read_only`] must keep every byte that it does not add,
//! SQL Server's form and several hosts are no WHATWG URLs, and a text that is no URL must never be echoed.

mod clients;
mod conninfo;
mod parts;
mod read_only;
mod sql_server;

use crate::domain::text::percent::decoded;
use core::net::IpAddr;
use std::fmt;

use self::clients::{Client, Reading, Split};
use self::conninfo::Enough;
use self::parts::{HIDDEN, canonical, pairs, query_of, redact_query, split_query};
use crate::domain::text::secret::Secret;
pub use read_only::Unheld;

/// What the scheme says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DatabaseKind {
    PostgreSql,
    CockroachDb,
    MySql,
    SqlServer,
    MongoDb,
    Sqlite,
    /// `prisma://` and `prisma+postgres://`: a service of Prisma's, or its local stand-in.
    PrismaService,
}

impl DatabaseKind {
    /// The name in words.
    pub fn name(self) -> &'static str {
        match self {
            DatabaseKind::PostgreSql => "PostgreSQL",
            DatabaseKind::CockroachDb => "CockroachDB",
            DatabaseKind::MySql => "MySQL",
            DatabaseKind::SqlServer => "SQL Server",
            DatabaseKind::MongoDb => "MongoDB",
            DatabaseKind::Sqlite => "SQLite",
            DatabaseKind::PrismaService => "Prisma's service",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            DatabaseKind::PostgreSql => 5432,
            DatabaseKind::CockroachDb => 26257,
            DatabaseKind::MySql => 3306,
            DatabaseKind::SqlServer => 1433,
            DatabaseKind::MongoDb => 27017,
            DatabaseKind::PrismaService => 443,
            DatabaseKind::Sqlite => 0,
        }
    }
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Host {
    /// Lower case, without a trailing dot.
    Name(String),
    Address(IpAddr),
    /// A unix socket, or the directory in which it is.
    Socket(String),
}

/// One place that the URL names. A PostgreSQL socket has a port as well: it is in the socket's file name.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Place {
    pub host: Host,
    pub port: u16,
}

/// Where the database is, without who asks: what two URLs for one database have in common.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    pub places: Vec<Place>,
    pub database: Option<String>,
}

/// How it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    Url,
    /// libpq's `host=… dbname=…`.
    Conninfo,
}

/// A URL that a database client would understand, or a connection string of libpq's.
#[derive(Clone)]
pub struct DatabaseUrl {
    text: Secret,
    form: Form,
    kind: DatabaseKind,
    user: Option<String>,
    password: Option<Secret>,
    places: Vec<Place>,
    database: Option<String>,
    /// Where other clients go with the same text.
    others: Vec<Reading>,
    redacted: String,
}

/// What is printed for a text that is no database URL. The text itself may be a password, so it is never shown.
pub const NOT_A_URL: &str = "not a URL";

/// What a client takes from its environment where the text says nothing: `PGHOST`, `PGHOSTADDR`, `PGPORT`, `PGDATABASE` and
/// `PGUSER` (PostgreSQL manual, 34.15).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Defaults {
    pub host: Option<String>,
    pub hostaddr: Option<String>,
    pub port: Option<String>,
    pub database: Option<String>,
    pub user: Option<String>,
}

/// A longer text is no URL that anybody wrote.
const LONGEST: usize = 64 * 1024;

impl DatabaseUrl {
    /// Reads a URL of PostgreSQL, CockroachDB, MySQL, MariaDB, SQL Server (`sqlserver://host:port;database=…`),
    /// MongoDB, SQLite (`file:`) or Prisma's service, or a connection string of libpq's. `None` for everything else, which
    /// also means: for a URL whose password holds a `/`, `?` or `#` that should have been percent-encoded, since nobody can
    /// tell what is what.
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_with(text, &Defaults::default())
    }

    /// The same for a process that has these defaults.
    pub fn parse_with(text: &str, defaults: &Defaults) -> Option<Self> {
        if text.len() > LONGEST { None } else { Self::read_with(text, defaults) }
    }

    /// As libpq itself reads what stands where a database's name may stand: a URL of a scheme that it knows, or a connection
    /// string. Only where it goes counts.
    pub fn for_libpq(text: &str, defaults: &Defaults) -> Option<Self> {
        let mut url = match ["postgresql://", "postgres://"].iter().any(|scheme| text.starts_with(scheme)) {
            true => Self::parse_with(text, defaults)?,
            false => conninfo::read(text, defaults, Enough::Anything)?,
        };
        url.others.retain(|reading| reading.client == Client::LibpqByName);
        Some(url)
    }

    fn read(text: &str) -> Option<Self> {
        Self::read_with(text, &Defaults::default())
    }

    fn read_with(text: &str, defaults: &Defaults) -> Option<Self> {
        if text.contains('=') && !text.contains("://") {
            return conninfo::read(text, defaults, Enough::ToBeOne);
        }
        if text.chars().any(|c| c.is_control() || c == ' ') {
            return None;
        }
        let bare = text.strip_prefix("jdbc:").unwrap_or(text);
        if let Some(path) = bare.strip_prefix("file:").or_else(|| bare.strip_prefix("sqlite:")) {
            return Some(Self::sqlite(text, path));
        }
        let (scheme, rest) = bare.split_once("://")?;
        let kind = kind_of(scheme)?;
        match kind {
            DatabaseKind::SqlServer => sql_server::read(text, scheme, rest),
            DatabaseKind::PostgreSql
            | DatabaseKind::CockroachDb
            | DatabaseKind::MySql
            | DatabaseKind::MongoDb
            | DatabaseKind::Sqlite
            | DatabaseKind::PrismaService => Self::generic(text, kind, scheme, rest, defaults),
        }
    }

    /// Whether a text means to be a PostgreSQL URL, also one that cannot be read.
    pub fn is_meant(text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let scheme = |scheme: &str| {
            text.match_indices(scheme).any(|(at, _)| text[at..].find("://").is_some_and(|slashes| slashes <= 32))
        };
        // .NET's form has no scheme at all.
        let fields = ["host=", "database=", "user"].iter().all(|field| text.contains(field)) && text.contains(';');
        ["postgres", "cockroach"].into_iter().any(scheme) || text.contains("jdbc:postgresql:") || fields
    }

    fn sqlite(text: &str, path: &str) -> Self {
        let (path, query) = split_query(path);
        DatabaseUrl {
            text: Secret::new(text),
            form: Form::Url,
            kind: DatabaseKind::Sqlite,
            user: None,
            password: None,
            places: Vec::new(),
            database: Some(decoded(path)),
            others: Vec::new(),
            redacted: format!("file:{path}{}", redact_query(query)),
        }
    }

    fn generic(text: &str, kind: DatabaseKind, scheme: &str, rest: &str, defaults: &Defaults) -> Option<Self> {
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = split_query(rest);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // An `@` behind the authority may mean that a raw `/`, `?` or `#` cut the password in two.
        if [path, query, fragment].iter().any(|part| part.contains('@')) {
            return None;
        }
        let (userinfo, hosts) = match authority.rsplit_once('@') {
            Some((userinfo, hosts)) => (Some(userinfo), hosts),
            None => (None, authority),
        };
        let (user, password) = match userinfo.map(|info| info.split_once(':').ok_or(info)) {
            Some(Ok((user, password))) => (Some(decoded(user)), Some(Secret::new(decoded(password)))),
            Some(Err(user)) => (Some(decoded(user)), None),
            None => (None, None),
        };
        let split = Split { user: user.as_deref(), hosts, path, query, fragment };
        let readings = clients::readings(text, kind, &split, defaults)?;
        let (first, others) = readings.split_first()?;
        let pairs = pairs(query);
        let last = |name: &str| pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let shown_user = userinfo.map_or(String::new(), |info| {
            let user = info.split(':').next().unwrap_or("");
            format!("{user}{}@", if password.is_some() { format!(":{HIDDEN}") } else { String::new() })
        });
        let redacted = format!("{scheme}://{shown_user}{hosts}{path}{}", redact_query(query));
        // libpq, node-postgres and postgres.js take these before what stands in front of the host.
        let in_query = match kind {
            DatabaseKind::PostgreSql | DatabaseKind::CockroachDb => {
                last("password").filter(|word| !word.is_empty()).map(Secret::new)
            }
            DatabaseKind::MySql
            | DatabaseKind::SqlServer
            | DatabaseKind::MongoDb
            | DatabaseKind::Sqlite
            | DatabaseKind::PrismaService => None,
        };
        Some(DatabaseUrl {
            text: Secret::new(text),
            form: Form::Url,
            kind,
            user: first.user.clone(),
            password: in_query.or(password),
            places: first.places.clone(),
            database: first.database.clone(),
            others: others.to_vec(),
            redacted,
        })
    }

    /// The password, percent-decoded.
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    /// The URL as it was, with its password.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.text.expose()).unwrap_or("")
    }

    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// Percent-decoded.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Percent-decoded; for `file:` the path.
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The hosts with their ports, default ports filled in. Empty for a file alone.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// A parameter of the query, percent-decoded; the last one where it stands several times. It may be a secret.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let pairs = match self.form {
            Form::Url => pairs(query_of(self.expose())?),
            Form::Conninfo => conninfo::pairs(self.expose())?,
        };
        pairs.into_iter().rfind(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The same text as each client reads it: libpq's way first, then what differs in others. Whatever one of them reaches
    /// counts, since nobody knows which of them will be given it.
    pub fn readings(&self) -> Vec<DatabaseUrl> {
        let first = DatabaseUrl { others: Vec::new(), ..self.clone() };
        let other = |reading: &Reading| DatabaseUrl {
            user: reading.user.clone(),
            places: reading.places.clone(),
            database: reading.database.clone(),
            ..first.clone()
        };
        std::iter::once(first.clone()).chain(self.others.iter().map(other)).collect()
    }

    pub fn endpoint(&self) -> Endpoint {
        let places = self.places.iter().map(|p| Place { host: canonical(&p.host), port: p.port }).collect();
        Endpoint { places, database: self.database.clone() }
    }

    /// Whether a client may find everything but the query the same: user, password, hosts, ports and database. `localhost`
    /// and the loopback addresses count as one host, and so do different spellings of a scheme.
    pub fn same_but_query(&self, other: &DatabaseUrl) -> bool {
        let family = |kind| if kind == DatabaseKind::CockroachDb { DatabaseKind::PostgreSql } else { kind };
        let same = |a: &DatabaseUrl, b: &DatabaseUrl| a.user == b.user && a.endpoint() == b.endpoint();
        let others = other.readings();
        family(self.kind) == family(other.kind)
            && self.password == other.password
            && self.readings().iter().any(|one| others.iter().any(|other| same(one, other)))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.redacted)
    }
}

impl PartialEq for DatabaseUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for DatabaseUrl {}

impl Host {
    /// Whether it is this machine for certain: a loopback or unspecified address, a socket, or a name that always
    /// means loopback (RFC 6761, 6.3). Other names may, so a caller asks the hosts file as well.
    pub fn is_loopback(&self) -> bool {
        match self {
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Address(address) => {
                let address = address.to_canonical();
                address.is_loopback() || address.is_unspecified()
            }
            Host::Socket(_) => true,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Address(address) => write!(f, "{address}"),
            Host::Socket(path) => f.write_str(path),
        }
    }
}

fn kind_of(scheme: &str) -> Option<DatabaseKind> {
    let scheme = scheme.to_ascii_lowercase();
    match scheme.as_str() {
        "mongodb" | "mongodb+srv" => return Some(DatabaseKind::MongoDb),
        "prisma" | "prisma+postgres" | "prisma+postgresql" => return Some(DatabaseKind::PrismaService),
        _ => {}
    }
    // SQLAlchemy and others put the driver behind a plus sign.
    match scheme.split('+').next().unwrap_or("") {
        "postgres" | "postgresql" => Some(DatabaseKind::PostgreSql),
        "cockroach" | "cockroachdb" => Some(DatabaseKind::CockroachDb),
        "mysql" | "mariadb" => Some(DatabaseKind::MySql),
        "sqlserver" | "mssql" => Some(DatabaseKind::SqlServer),
        _ => None,
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
