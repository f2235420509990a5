//! Makes PostgreSQL itself refuse writes, by `options=-c default_transaction_read_only=on` in the URL, and takes exactly that
//! off again. What cannot be held so is said, never taken for read-only.

use super::parts::{cut, key_of, value_of};
use super::{DatabaseKind, DatabaseUrl, Form, conninfo};

const OPTION: &str = "-c default_transaction_read_only=on";
/// The same in a query.
const ENCODED: &str = "-c%20default_transaction_read_only%3Don";
/// What a connection string ends in, behind its own options.
const APPENDED: &str = "-c default_transaction_read_only=on'";

/// Parameters by which a client looks whether the session may write before it takes the server: libpq and Go's pgx the
/// first one, pgjdbc the second. A session that is read-only makes them refuse every server.
const WANTS_WRITES: [(&str, &str, &str); 3] = [
    ("target_session_attrs", "read-write", "%61ny"),
    ("targetServerType", "primary", "%61ny"),
    ("targetServerType", "master", "a%6Ey"),
];

/// Why a URL cannot be held read-only, in a word or two.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unheld {
    /// Only PostgreSQL has the option.
    DatabaseKind(&'static str),
    /// Its own options, or a `#`, leave open what the server would be told.
    Options,
}

impl Unheld {
    pub fn word(self) -> &'static str {
        match self {
            Unheld::DatabaseKind(name) => name,
            Unheld::Options => "its own options",
        }
    }
}

impl DatabaseUrl {
    /// The URL with `options=-c default_transaction_read_only=on`, so that PostgreSQL itself refuses writes. Options
    /// that are there stay, and ours comes last, where it wins (`PGOPTIONS`, PostgreSQL manual 20.1.4). Every other
    /// byte stays, but that a demand for a server that takes writes becomes one for any.
    ///
    /// # Errors
    /// Why this URL cannot be held read-only.
    pub fn read_only(&self) -> Result<DatabaseUrl, Unheld> {
        match self.kind {
            DatabaseKind::PostgreSql | DatabaseKind::CockroachDb => {}
            DatabaseKind::MySql => return Err(Unheld::DatabaseKind("mysql")),
            DatabaseKind::SqlServer => return Err(Unheld::DatabaseKind("sqlserver")),
            DatabaseKind::MongoDb => return Err(Unheld::DatabaseKind("mongodb")),
            DatabaseKind::Sqlite => return Err(Unheld::DatabaseKind("sqlite")),
            DatabaseKind::PrismaService => return Err(Unheld::DatabaseKind("prisma")),
        }
        let text = match self.form {
            Form::Url => with_option(self.expose()),
            Form::Conninfo => self.conninfo_with_option(),
        };
        // Read again, so that nothing is called held which the same reader would not call so.
        let held = Self::read(&text).filter(DatabaseUrl::is_read_only);
        held.ok_or(Unheld::Options)
    }

    /// Whether its options make the session read-only, for each client whichever of several `options` it takes.
    pub fn is_read_only(&self) -> bool {
        let (fields, tail) = match self.form {
            Form::Conninfo => (self.parameter("options").into_iter().collect::<Vec<String>>(), ""),
            Form::Url => {
                let (_, query, tail) = cut(self.expose());
                let fields = query.unwrap_or("").split('&').filter(|field| key_of(field) == "options");
                (fields.map(value_of).collect(), tail)
            }
        };
        let exact = self.form == Form::Conninfo || self.has_plain_options();
        exact
            && !fields.is_empty()
            && fields.iter().all(|options| says_read_only(options))
            && !tail.contains(['?', '&'])
    }

    /// JDBC does not decode the names of a query.
    fn has_plain_options(&self) -> bool {
        let (_, query, _) = cut(self.expose());
        query.unwrap_or("").split('&').any(|field| field.starts_with("options="))
    }

    fn conninfo_with_option(&self) -> String {
        let text = self.expose();
        if self.is_read_only() {
            return text.to_owned();
        }
        let own = self.parameter("options").filter(|options| !options.is_empty());
        let options = own.map_or(OPTION.to_owned(), |own| format!("{own} {OPTION}"));
        let attributes = match self.parameter("target_session_attrs").as_deref() {
            Some("read-write") => " target_session_attrs=any",
            Some(_) | None => "",
        };
        // In quotes also where none are needed, so that it is known again.
        let quoted = format!("'{}'", options.replace('\\', "\\\\").replace('\'', "\\'"));
        format!("{text}{attributes} options={quoted}")
    }

    /// Takes back what [`read_only`](Self::read_only) added, and nothing else.
    pub fn read_write(&self) -> DatabaseUrl {
        let text = match self.form {
            Form::Url => without_option(self.expose()),
            Form::Conninfo => conninfo_without_option(self.expose()),
        };
        text.and_then(|text| Self::read(&text)).unwrap_or_else(|| self.clone())
    }
}

fn with_option(text: &str) -> String {
    let (head, query, tail) = cut(text);
    let Some(query) = query else { return format!("{head}?options={ENCODED}{tail}") };
    // A query that ends in `&` goes on there: an empty field is an error to libpq.
    let (query, end) = query.strip_suffix('&').map_or((query, ""), |query| (query, "&"));
    let mut fields: Vec<String> =
        query.split('&').filter(|field| !query.is_empty() || !field.is_empty()).map(str::to_owned).collect();
    let mut plain = false;
    for field in &mut fields {
        let (key, value) = (key_of(field), value_of(field));
        if let Some((_, _, any)) = WANTS_WRITES.iter().find(|(name, wants, _)| key == *name && value == *wants) {
            *field = format!("{}={any}", field.split('=').next().unwrap_or(""));
        }
        if key != "options" {
            continue;
        }
        plain |= field.starts_with("options=");
        if says_read_only(&value) {
            continue;
        }
        match value.is_empty() {
            true => *field = format!("{}={ENCODED}", field.split('=').next().unwrap_or("")),
            false => field.push_str(&format!("%20{ENCODED}")),
        }
    }
    if !plain {
        fields.push(format!("options={ENCODED}"));
    }
    format!("{head}?{}{end}{tail}", fields.join("&"))
}

fn without_option(text: &str) -> Option<String> {
    let (head, query, tail) = cut(text);
    let (query, end) = query?.strip_suffix('&').map_or((query?, ""), |query| (query, "&"));
    let ours = format!("options={ENCODED}");
    let mut taken = false;
    let mut fields: Vec<String> = Vec::new();
    for field in query.split('&') {
        if field == ours {
            taken = true;
            continue;
        }
        let rest = match key_of(field) == "options" {
            true => field.strip_suffix(ENCODED).and_then(|rest| rest.strip_suffix("%20").or(rest.strip_suffix('+'))),
            false => None,
        };
        taken |= rest.is_some();
        fields.push(rest.unwrap_or(field).to_owned());
    }
    if !taken {
        return None;
    }
    for field in &mut fields {
        let Some((key, value)) = field.split_once('=') else { continue };
        if let Some((_, wants, _)) = WANTS_WRITES.iter().find(|(name, _, any)| key_of(key) == *name && value == *any) {
            *field = format!("{key}={wants}");
        }
    }
    let mark = if fields.is_empty() && end.is_empty() { "" } else { "?" };
    Some(format!("{head}{mark}{}{end}{tail}", fields.join("&")))
}

fn conninfo_without_option(text: &str) -> Option<String> {
    let (rest, added) = text.rsplit_once(" options='")?;
    if !added.ends_with(APPENDED) {
        return None;
    }
    let rest = match rest.strip_suffix(" target_session_attrs=any") {
        Some(without) if names_writes(without) => without,
        Some(_) | None => rest,
    };
    Some(rest.to_owned())
}

fn names_writes(text: &str) -> bool {
    let pairs = conninfo::pairs(text).unwrap_or_default();
    pairs.iter().rfind(|(name, _)| name == "target_session_attrs").is_some_and(|(_, value)| value == "read-write")
}

/// Whether the server, told these options, makes the session read-only: split as `pg_split_opts` does, read as the server's
/// own command line (`process_postgres_switches`), where the last one counts. The server refuses the session where it
/// understands a word no better than this does, but for what a service takes out itself, as Neon does `endpoint=…`.
fn says_read_only(options: &str) -> bool {
    let mut read_only = false;
    let words = split(options);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("--") {
            Some(setting) => setting,
            None => match word.strip_prefix("-c") {
                Some("") => words.next().map_or("", String::as_str),
                Some(setting) => setting,
                None => continue,
            },
        };
        let Some((name, value)) = setting.split_once('=') else { continue };
        if name.replace('-', "_").eq_ignore_ascii_case("default_transaction_read_only") {
            read_only = is_true(value);
        }
    }
    read_only
}

/// As `parse_bool` reads it: any beginning of `true` and `yes`, `on`, `1`.
fn is_true(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    !value.is_empty() && ("true".starts_with(&value) || "yes".starts_with(&value)) || value == "on" || value == "1"
}

fn split(options: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    let mut rest = options.chars();
    while let Some(c) = rest.next() {
        if c.is_ascii_whitespace() {
            inside = false;
            continue;
        }
        if !inside {
            words.push(String::new());
            inside = true;
        }
        let c = if c == '\\' { rest.next() } else { Some(c) };
        if let (Some(word), Some(c)) = (words.last_mut(), c) {
            word.push(c);
        }
    }
    words
}

#[cfg(test)]
#[path = "read_only_tests.rs"]
mod tests;
