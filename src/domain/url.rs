//! Database URLs: the password apart from the rest, printed redacted, changed without touching another byte.
//!
//! An own splitter instead of a URL library: [`DatabaseUrl::read_only`] must keep every byte that it does not add,
//! SQL Server's form and several hosts are no WHATWG URLs, and a text that is no URL must never be echoed.

mod parts;

use core::net::IpAddr;
use std::fmt;

use self::parts::{
    HIDDEN, canonical, cut, decode, host_of, is_read_only, key_of, pairs, place, redact_query, shown_key, split_query,
    value_of,
};
use super::secret::Secret;

/// What the scheme says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    PostgreSql,
    CockroachDb,
    MySql,
    SqlServer,
    MongoDb,
    Sqlite,
    /// `prisma://` and `prisma+postgres://`: a service of Prisma's, or its local stand-in.
    PrismaService,
}

impl Kind {
    /// The name in words.
    pub fn name(self) -> &'static str {
        match self {
            Kind::PostgreSql => "PostgreSQL",
            Kind::CockroachDb => "CockroachDB",
            Kind::MySql => "MySQL",
            Kind::SqlServer => "SQL Server",
            Kind::MongoDb => "MongoDB",
            Kind::Sqlite => "SQLite",
            Kind::PrismaService => "Prisma's service",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Kind::PostgreSql => 5432,
            Kind::CockroachDb => 26257,
            Kind::MySql => 3306,
            Kind::SqlServer => 1433,
            Kind::MongoDb => 27017,
            Kind::PrismaService => 443,
            Kind::Sqlite => 0,
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

/// A URL that a database client would understand.
#[derive(Clone)]
pub struct DatabaseUrl {
    text: Secret,
    kind: Kind,
    user: Option<String>,
    password: Option<Secret>,
    places: Vec<Place>,
    database: Option<String>,
    redacted: String,
}

/// What is printed for a text that is no database URL. The text itself may be a password, so it is never shown.
pub const NOT_A_URL: &str = "not a URL";

const READ_ONLY: &str = "-c%20default_transaction_read_only%3Don";

impl DatabaseUrl {
    /// Reads a URL of PostgreSQL, CockroachDB, MySQL, MariaDB, SQL Server (`sqlserver://host:port;database=…`),
    /// MongoDB, SQLite (`file:`) or Prisma's service. `None` for everything else, which also means: for a URL whose
    /// password holds a `/`, `?` or `#` that should have been percent-encoded, since nobody can tell what is what.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 64 * 1024 || text.chars().any(|c| c.is_control() || c == ' ') {
            return None;
        }
        let bare = text.strip_prefix("jdbc:").unwrap_or(text);
        if let Some(path) = bare.strip_prefix("file:").or_else(|| bare.strip_prefix("sqlite:")) {
            return Some(Self::sqlite(text, path));
        }
        let (scheme, rest) = bare.split_once("://")?;
        let kind = kind_of(scheme)?;
        match kind {
            Kind::SqlServer => Self::sql_server(text, scheme, rest),
            Kind::PostgreSql | Kind::CockroachDb | Kind::MySql | Kind::MongoDb | Kind::Sqlite | Kind::PrismaService => {
                Self::generic(text, kind, scheme, rest)
            }
        }
    }

    fn sqlite(text: &str, path: &str) -> Self {
        let (path, query) = split_query(path);
        DatabaseUrl {
            text: Secret::new(text),
            kind: Kind::Sqlite,
            user: None,
            password: None,
            places: Vec::new(),
            database: Some(decode(path)),
            redacted: format!("file:{path}{}", redact_query(query)),
        }
    }

    fn generic(text: &str, kind: Kind, scheme: &str, rest: &str) -> Option<Self> {
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
            Some(Ok((user, password))) => (Some(decode(user)), Some(Secret::new(decode(password)))),
            Some(Err(user)) => (Some(decode(user)), None),
            None => (None, None),
        };
        let mut places = Vec::new();
        for host in hosts.split(',') {
            places.push(place(host, kind.default_port())?);
        }
        let pairs = pairs(query);
        let last = |name: &str| pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if let Some(sockets) = last("host").or_else(|| last("socket")).filter(|value| !value.is_empty()) {
            // libpq and Prisma take the parameter instead of the authority's host.
            let ports: Vec<u16> =
                last("port").map(|list| list.split(',').filter_map(|p| p.parse().ok()).collect()).unwrap_or_default();
            places = sockets
                .split(',')
                .enumerate()
                .map(|(at, host)| {
                    let fallback = places.get(at).or(places.first()).map_or(kind.default_port(), |place| place.port);
                    let port = ports.get(at).or(ports.first()).copied().unwrap_or(fallback);
                    Some(Place { host: host_of(host)?, port })
                })
                .collect::<Option<Vec<_>>>()?;
        }
        if let Some(addresses) = last("hostaddr") {
            let port = places.first().map_or(kind.default_port(), |place| place.port);
            places.extend(
                addresses.split(',').filter_map(|a| a.parse().ok()).map(|a| Place { host: Host::Address(a), port }),
            );
        }
        let database = Some(decode(path.trim_start_matches('/'))).filter(|name| !name.is_empty());
        let shown_user = userinfo.map_or(String::new(), |info| {
            let user = info.split(':').next().unwrap_or("");
            format!("{user}{}@", if password.is_some() { format!(":{HIDDEN}") } else { String::new() })
        });
        let redacted = format!("{scheme}://{shown_user}{hosts}{path}{}", redact_query(query));
        Some(DatabaseUrl { text: Secret::new(text), kind, user, password, places, database, redacted })
    }

    /// `sqlserver://HOST[\INSTANCE][:PORT][;KEY=VALUE]…`, Prisma's and JDBC's form.
    fn sql_server(text: &str, scheme: &str, rest: &str) -> Option<Self> {
        let mut fields = rest.split(';');
        let host = fields.next().unwrap_or("");
        if host.contains('@') || host.contains('/') {
            return None;
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.is_empty() && !host.ends_with(']') => (name, port.parse().ok()?),
            Some(_) | None => (host, Kind::SqlServer.default_port()),
        };
        let name = name.split('\\').next().unwrap_or("");
        let (mut user, mut password, mut database) = (None, None, None);
        let mut redacted = format!("{scheme}://{host}");
        for field in fields.filter(|field| !field.is_empty()) {
            let Some((key, value)) = field.split_once('=') else {
                redacted.push_str(&format!(";{HIDDEN}"));
                continue;
            };
            let plain = value.trim_start_matches('{').trim_end_matches('}').to_owned();
            match key.trim().to_ascii_lowercase().as_str() {
                "database" | "databasename" | "initial catalog" => database = Some(plain),
                "user" | "username" | "uid" | "userid" | "user id" => user = Some(plain),
                "password" | "pwd" => password = Some(Secret::new(plain)),
                "encrypt" | "schema" | "trustservercertificate" | "integratedsecurity" => {}
                _ => {
                    redacted.push_str(&format!(";{}={HIDDEN}", shown_key(key)));
                    continue;
                }
            }
            let shown = if key.trim().to_ascii_lowercase().starts_with('p') { HIDDEN } else { value };
            redacted.push_str(&format!(";{}={shown}", shown_key(key)));
        }
        let places = vec![Place { host: host_of(if name.is_empty() { "localhost" } else { name })?, port }];
        Some(DatabaseUrl { text: Secret::new(text), kind: Kind::SqlServer, user, password, places, database, redacted })
    }

    /// The password, percent-decoded.
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    /// The URL as it was, with its password.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.text.expose()).unwrap_or("")
    }

    pub fn kind(&self) -> Kind {
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
        let (_, query, _) = cut(self.expose());
        pairs(query?).into_iter().rfind(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub fn endpoint(&self) -> Endpoint {
        let places = self.places.iter().map(|p| Place { host: canonical(&p.host), port: p.port }).collect();
        Endpoint { places, database: self.database.clone() }
    }

    /// Whether everything but the query is the same: user, password, hosts, ports and database. `localhost` and the
    /// loopback addresses count as one host, and so do different spellings of a scheme.
    pub fn same_but_query(&self, other: &DatabaseUrl) -> bool {
        let family = |kind| if kind == Kind::CockroachDb { Kind::PostgreSql } else { kind };
        family(self.kind) == family(other.kind)
            && self.user == other.user
            && self.password == other.password
            && self.endpoint() == other.endpoint()
    }

    /// The URL with `options=-c default_transaction_read_only=on`, so that PostgreSQL itself refuses writes. Options
    /// that are there stay, and ours comes last, where it wins (`PGOPTIONS`, PostgreSQL manual 20.1.4). Every other
    /// byte stays. A URL of another database comes back as it is.
    pub fn read_only(&self) -> DatabaseUrl {
        match self.kind {
            Kind::PostgreSql | Kind::CockroachDb => {}
            Kind::MySql | Kind::SqlServer | Kind::MongoDb | Kind::Sqlite | Kind::PrismaService => return self.clone(),
        }
        let text = self.expose();
        let (head, query, tail) = cut(text);
        let changed = match query {
            None => format!("{head}?options={READ_ONLY}{tail}"),
            Some(query) => {
                let mut fields: Vec<String> = query.split('&').map(str::to_owned).collect();
                match fields.iter_mut().rev().find(|field| key_of(field) == "options") {
                    Some(field) if is_read_only(&value_of(field)) => return self.clone(),
                    Some(field) if value_of(field).is_empty() => {
                        *field = format!("options={READ_ONLY}");
                    }
                    Some(field) => field.push_str(&format!("%20{READ_ONLY}")),
                    None if query.is_empty() => fields = vec![format!("options={READ_ONLY}")],
                    None => fields.push(format!("options={READ_ONLY}")),
                }
                format!("{head}?{}{tail}", fields.join("&"))
            }
        };
        Self::parse(&changed).unwrap_or_else(|| self.clone())
    }

    /// Takes back what [`read_only`](Self::read_only) added, and nothing else.
    pub fn read_write(&self) -> DatabaseUrl {
        let (head, query, tail) = cut(self.expose());
        let Some(query) = query else { return self.clone() };
        let mut fields: Vec<&str> = query.split('&').collect();
        let ours = format!("options={READ_ONLY}");
        match fields.iter().rposition(|field| key_of(field) == "options") {
            Some(at) if fields[at] == ours => {
                fields.remove(at);
            }
            Some(at) => match fields[at].strip_suffix(READ_ONLY).and_then(|rest| rest.strip_suffix("%20")) {
                Some(rest) => fields[at] = rest,
                None => return self.clone(),
            },
            None => return self.clone(),
        }
        let mark = if fields.is_empty() { "" } else { "?" };
        Self::parse(&format!("{head}{mark}{}{tail}", fields.join("&"))).unwrap_or_else(|| self.clone())
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

fn kind_of(scheme: &str) -> Option<Kind> {
    let scheme = scheme.to_ascii_lowercase();
    match scheme.as_str() {
        "mongodb" | "mongodb+srv" => return Some(Kind::MongoDb),
        "prisma" | "prisma+postgres" | "prisma+postgresql" => return Some(Kind::PrismaService),
        _ => {}
    }
    // SQLAlchemy and others put the driver behind a plus sign.
    match scheme.split('+').next().unwrap_or("") {
        "postgres" | "postgresql" => Some(Kind::PostgreSql),
        "cockroach" | "cockroachdb" => Some(Kind::CockroachDb),
        "mysql" | "mariadb" => Some(Kind::MySql),
        "sqlserver" | "mssql" => Some(Kind::SqlServer),
        _ => None,
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
