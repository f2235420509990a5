//! Which of an environment's variables are database URLs, whether PostgreSQL holds them read-only, and in which words that is
//! said. Pure: it changes values and opens nothing.

use super::url::{DatabaseKind, DatabaseUrl};
use crate::domain::config::Access;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars::Vars;
use crate::domain::text::secret::Secret;
use crate::error::Failure;

/// What a variable's value is to a database client.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Value {
    /// Nothing that a client would connect with.
    Other,
    /// PostgreSQL refuses writes over it, once it is written so.
    Held(DatabaseUrl),
    /// A database that cannot be told to, in a word.
    Unheld(&'static str),
    /// It means to be a URL and cannot be read, so that nobody knows what a client makes of it.
    Unreadable,
}

/// libpq, and drivers that follow it, connect by these where no URL is given (PostgreSQL manual, 34.15).
const LIBPQ: [&str; 6] = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE", "PGUSER", "PGPASSWORD"];
const OPTION: &str = "-c default_transaction_read_only=on";

fn value(name: &VariableName, value: &Secret, named: &[VariableName]) -> Value {
    let is_named = named.contains(name);
    let Ok(text) = std::str::from_utf8(value.expose()) else {
        return if is_named { Value::Unreadable } else { Value::Other };
    };
    match DatabaseUrl::parse(text) {
        // A file is a database only where a variable is said to hold one.
        Some(url) if url.kind() == DatabaseKind::Sqlite && !is_named => Value::Other,
        Some(url) => url.read_only().map_or_else(|unheld| Value::Unheld(unheld.word()), Value::Held),
        None if text.is_empty() => Value::Other,
        None if is_named && begins_as_one(text) && is_of_another_kind(text) => {
            Value::Unheld("another kind of database")
        }
        None if is_named || DatabaseUrl::is_meant(text) && begins_as_one(text) => Value::Unreadable,
        None if DatabaseUrl::is_meant(text) => Value::Unheld("a URL inside other text"),
        None => Value::Other,
    }
}

/// Whether nothing stands before the scheme, so that the whole is a URL that somebody mistyped.
fn begins_as_one(text: &str) -> bool {
    let scheme = text.trim_start().trim_start_matches("jdbc:").split("://").next().unwrap_or("");
    text.contains("://") && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
}

/// `libsql://…`, which some client may know.
fn is_of_another_kind(text: &str) -> bool {
    let scheme = text.split("://").next().unwrap_or("").to_ascii_lowercase();
    let known = ["postgres", "cockroach", "mysql", "mariadb", "sqlserver", "mssql", "mongodb", "prisma"];
    !text.starts_with(char::is_whitespace) && !known.iter().any(|known| scheme.contains(known))
}

/// One value as a shell of this access has it. `named` are the variables that are said to hold database URLs.
///
/// # Errors
/// A value that means to be a database URL and cannot be read: it would stay writable.
pub fn presented(
    environment: &EnvironmentName,
    access: Access,
    named: &[VariableName],
    name: &VariableName,
    written: &Secret,
) -> Result<Secret, Failure> {
    match (access, value(name, written, named)) {
        (Access::ReadWrite, _) | (Access::ReadOnly, Value::Other | Value::Unheld(_)) => Ok(written.clone()),
        (Access::ReadOnly, Value::Held(url)) => Ok(Secret::new(url.expose())),
        (Access::ReadOnly, Value::Unreadable) => {
            Err(Failure::new(format!("`{name}` of {environment} is no database URL, so it cannot be made read-only")).hint(
                format!(
                    "nexus-env set {name} -e {environment}; a password's `@`, `/`, `?` and `#` are written %40, %2F, %3F and %23"
                ),
            ))
        }
    }
}

/// All of an environment's variables as a shell of this access has them. Where some say to libpq how to connect without a
/// URL, `PGOPTIONS` says the same as the option in a URL.
///
/// # Errors
/// As [`presented`].
pub fn all_presented(
    environment: &EnvironmentName,
    access: Access,
    named: &[VariableName],
    vars: Vars,
) -> Result<Vars, Failure> {
    if access == Access::ReadWrite {
        return Ok(vars);
    }
    let mut all = Vec::with_capacity(vars.len());
    for (name, written) in vars.iter() {
        all.push((name.clone(), presented(environment, access, named, name, written)?));
    }
    if let (true, Some(options)) =
        (vars.iter().any(|(name, _)| LIBPQ.contains(&name.as_str())), VariableName::new("PGOPTIONS"))
    {
        let own = vars.get(&options).map(|own| String::from_utf8_lossy(own.expose()).into_owned());
        let text = own.filter(|own| !own.is_empty()).map_or(OPTION.to_owned(), |own| format!("{own} {OPTION}"));
        all.push((options, Secret::new(text)));
    }
    Ok(Vars::new(all))
}

/// The variables over which writes are possible although the access is read-only, each with why, in their order.
pub fn unheld<'v>(named: &[VariableName], vars: impl Iterator<Item = (&'v VariableName, &'v Secret)>) -> Unheld {
    let (mut found, mut held) = (Vec::new(), Held::No);
    for (name, written) in vars {
        match value(name, written, named) {
            Value::Other => {}
            Value::Held(url) if url.expose().as_bytes() == written.expose() => held = Held::Some,
            Value::Held(_) => found.push((name.clone(), "writable")),
            Value::Unheld(word) => found.push((name.clone(), word)),
            Value::Unreadable => found.push((name.clone(), "unreadable")),
        }
    }
    Unheld { found, held }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Held {
    Some,
    No,
}

/// What of a read-only environment is not held so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unheld {
    found: Vec<(VariableName, &'static str)>,
    held: Held,
}

impl Unheld {
    /// `read-only`, or `not read-only: mysql`; with the variables where others are held, or differ.
    pub fn words(&self) -> String {
        let Some((_, first)) = self.found.first() else { return "read-only".to_owned() };
        if self.held == Held::No && self.found.iter().all(|(_, word)| word == first) {
            return format!("not read-only: {first}");
        }
        let each: Vec<String> = self.found.iter().map(|(name, word)| format!("{name} ({word})")).collect();
        format!("not read-only: {}", each.join(", "))
    }

    pub fn is_nothing(&self) -> bool {
        self.found.is_empty()
    }

    /// A line for each variable that is not held, when an environment is loaded.
    pub fn lines(&self, environment: &EnvironmentName) -> Vec<String> {
        self.found.iter().map(|(name, word)| format!("`{name}` of {environment} · not read-only: {word}")).collect()
    }
}

/// What a connection with the read-only option came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trial {
    Held,
    /// Whoever answered let the session in and left the option out, as PgBouncer does with `ignore_startup_parameters`.
    Ignored,
    /// Whoever answered takes no such option, so that no client gets in.
    Refused,
}

/// What is said where PostgreSQL itself was never told: a pooler stands in between. `at` is where it answers.
pub fn pooled(environment: &EnvironmentName, variable: &VariableName, at: &str, trial: Trial) -> Option<Pooled> {
    let sentence = match trial {
        Trial::Held => return None,
        Trial::Refused => format!("the one at {at} refuses the read-only option, so no client gets in"),
        Trial::Ignored => format!("the one at {at} leaves the read-only option out, so every client can write"),
    };
    let sentence = format!("`{variable}` of {environment} · {POOLED}: {sentence}");
    let hint = format!(
        "a URL that leads past the pooler; or nexus-env use {environment} --write; or a role that may only read, and \
         access = \"read-write\" under [env.{environment}] in .nexusenv"
    );
    Some(Pooled { sentence, hint })
}

/// See [`pooled`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pooled {
    pub sentence: String,
    pub hint: String,
}

/// How it is said in a word: `not read-only: pooler`.
pub const POOLED: &str = "not read-only: pooler";

/// The first variable whose URL PostgreSQL is told to hold read-only, which is where a trial makes sense.
pub fn to_try<'v>(named: &[VariableName], vars: &'v Vars) -> Option<(&'v VariableName, DatabaseUrl)> {
    let held = |name: &VariableName, written: &Secret| match value(name, written, named) {
        Value::Held(url) => Some(url),
        Value::Other | Value::Unheld(_) | Value::Unreadable => None,
    };
    let of_named = named.iter().find_map(|name| vars.iter().find(|(one, _)| *one == name));
    let all = of_named.into_iter().chain(vars.iter());
    all.into_iter().find_map(|(name, written)| Some((name, held(name, written)?)))
}

/// A value as it is stored: without the option that `get` and `export` put on, which would otherwise be there for good.
pub fn stored(written: &Secret) -> Secret {
    let url = std::str::from_utf8(written.expose()).ok().and_then(DatabaseUrl::parse);
    match url.map(|url| url.read_write()) {
        Some(url) if url.expose().as_bytes() != written.expose() => Secret::new(url.expose()),
        Some(_) | None => written.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> VariableName {
        VariableName::new(text).unwrap()
    }

    fn vars(pairs: &[(&str, &str)]) -> Vars {
        Vars::new(pairs.iter().map(|(n, v)| (name(n), Secret::new(*v))))
    }

    fn shown(pairs: &[(&str, &str)]) -> (String, String) {
        let named = [name("DATABASE_URL")];
        let prod = EnvironmentName::new("prod").unwrap();
        let vars = match all_presented(&prod, Access::ReadOnly, &named, vars(pairs)) {
            Ok(vars) => vars,
            Err(failure) => return (failure.message, String::new()),
        };
        let values: Vec<String> =
            vars.iter().map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value.expose()))).collect();
        let unheld = unheld(&named, vars.iter());
        let told: Vec<String> =
            unheld.found.iter().map(|(name, word)| format!("`{name}` of prod · not read-only: {word}")).collect();
        assert_eq!(unheld.lines(&prod), told);
        assert_eq!(unheld.is_nothing(), told.is_empty());
        (values.join("\n"), unheld.words())
    }

    #[track_caller]
    fn check(pairs: &[(&str, &str)], values: &str, words: &str) {
        assert_eq!(shown(pairs), (values.to_owned(), words.to_owned()));
    }

    #[test]
    fn a_postgresql_url_is_held_whatever_variable_it_stands_in() {
        let on = "?options=-c%20default_transaction_read_only%3Don";
        check(
            &[("DATABASE_URL", "postgres://h/a"), ("DIRECT_URL", "postgres://h/b"), ("JDBC", "jdbc:postgresql://h/c")],
            &format!("DATABASE_URL=postgres://h/a{on}\nDIRECT_URL=postgres://h/b{on}\nJDBC=jdbc:postgresql://h/c{on}"),
            "read-only",
        );
        check(
            &[("DSN", "host=h dbname=a"), ("KEY", "abc"), ("SITE", "https://h/")],
            "DSN=host=h dbname=a options='-c default_transaction_read_only=on'\nKEY=abc\nSITE=https://h/",
            "read-only",
        );
    }

    #[test]
    fn libpqs_own_variables_are_held_by_an_option_beside_them() {
        check(&[("PGHOST", "h")], "PGHOST=h\nPGOPTIONS=-c default_transaction_read_only=on", "read-only");
        check(
            &[("PGOPTIONS", "-c a.b=1"), ("PGSERVICE", "prod")],
            "PGOPTIONS=-c a.b=1 -c default_transaction_read_only=on\nPGSERVICE=prod",
            "read-only",
        );
    }

    #[test]
    fn what_cannot_be_held_is_never_called_read_only() {
        check(&[("DATABASE_URL", "mysql://h/a")], "DATABASE_URL=mysql://h/a", "not read-only: mysql");
        check(&[("DATABASE_URL", "file:./a.db")], "DATABASE_URL=file:./a.db", "not read-only: sqlite");
        check(&[("CACHE", "file:./a.db")], "CACHE=file:./a.db", "read-only");
        check(&[("DATABASE_URL", ""), ("DIRECT_URL", "")], "DATABASE_URL=\nDIRECT_URL=", "read-only");
        check(&[("DATABASE_URL", "libsql://h")], "DATABASE_URL=libsql://h", "not read-only: another kind of database");
        let on = "?options=-c%20default_transaction_read_only%3Don";
        check(
            &[("DATABASE_URL", "postgres://h/a"), ("OLD", "mongodb://h/a"), ("SETTINGS", "{\"a\":\"postgres://h/a\"}")],
            &format!("DATABASE_URL=postgres://h/a{on}\nOLD=mongodb://h/a\nSETTINGS={{\"a\":\"postgres://h/a\"}}"),
            "not read-only: OLD (mongodb), SETTINGS (a URL inside other text)",
        );
    }

    #[test]
    fn what_means_to_be_a_url_and_cannot_be_read_is_handed_to_nobody() {
        for (name, value) in [
            ("DATABASE_URL", "hunter2"),
            ("DATABASE_URL", "postgres://u:a/b@h/x"),
            ("DIRECT_URL", "postgres://u:a/b@h/x"),
            ("DIRECT_URL", " postgres://h/x"),
        ] {
            let sentence = format!("`{name}` of prod is no database URL, so it cannot be made read-only");
            assert_eq!(shown(&[(name, value)]), (sentence, String::new()));
        }
        let long = format!("postgres://h/{}", "a".repeat(70_000));
        assert!(shown(&[("DIRECT_URL", &long)]).0.contains("cannot be made read-only"));
    }

    #[test]
    fn what_get_gives_is_stored_as_it_was() {
        let written = "postgres://h/a?options=-c%20search_path%3Db&target_session_attrs=read-write";
        let given = DatabaseUrl::parse(written).unwrap().read_only().unwrap();
        assert_eq!(stored(&Secret::new(given.expose())), Secret::new(written));
        for other in ["abc", "mysql://h/a", written] {
            assert_eq!(stored(&Secret::new(other)), Secret::new(other));
        }
    }
}
