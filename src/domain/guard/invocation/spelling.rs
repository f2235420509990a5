//! How tools other than libpq's clients write where their database is: schemes of their own, and .NET's fields. Each becomes a
//! text that `DatabaseUrl` reads; what it does not know it leaves alone.

use super::options::Options;
use super::{Sure, Word};
use crate::domain::guard::line::is_name;
use crate::domain::guard::scope::Scope;
use crate::domain::text::pattern;

/// Schemes of PostgreSQL's and MySQL's that others have names of their own for: usql, sqitch, Go's drivers.
const SCHEMES: &[(&str, &str)] = &[
    ("pg|pgsql|pgx|pgx5|postgis|crdb-postgres|db:pg|db:postgres|db:postgresql|db:cockroach", "postgresql"),
    ("my|mariadb|db:mysql|db:mariadb", "mysql"),
];

/// .NET's names of fields, with libpq's (www.npgsql.org/doc/connection-string-parameters.html).
const FIELDS: &[(&str, &str)] = &[
    ("host|server|data source", "host"),
    ("port", "port"),
    ("database|db|initial catalog", "dbname"),
    ("username|user id|user name|uid|user", "user"),
    ("password|pwd", "password"),
];

/// The text as `DatabaseUrl` reads it.
pub fn usual(text: &str) -> String {
    if let Some((scheme, rest)) = text.split_once("://") {
        let ours = SCHEMES.iter().find(|(theirs, _)| pattern::fits_any(theirs, &scheme.to_ascii_lowercase()));
        return ours.map_or_else(|| text.to_owned(), |(_, ours)| format!("{ours}://{rest}"));
    }
    // `db:pg:NAME`, on this machine.
    if let Some((scheme, name)) = text.rsplit_once(':')
        && let Some((_, ours)) = SCHEMES.iter().find(|(theirs, _)| pattern::fits_any(theirs, scheme))
    {
        return format!("{ours}:///{name}");
    }
    fields(text).unwrap_or_else(|| text.to_owned())
}

/// `Host=…;Port=…;Database=…` as libpq's `host=… port=… dbname=…`.
fn fields(text: &str) -> Option<String> {
    let pairs: Vec<(&str, &str)> = text.split(';').filter_map(|pair| pair.split_once('=')).collect();
    if !text.contains(';') && pairs.len() < 2 {
        return None;
    }
    let ours = |(name, value): &(&str, &str)| {
        let name = name.trim().to_ascii_lowercase();
        let (_, ours) = FIELDS.iter().find(|(theirs, _)| pattern::fits_any(theirs, &name))?;
        let value = value.trim().trim_matches(['"', '\'']);
        Some(format!("{ours}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'")))
    };
    let found: Vec<String> = pairs.iter().filter_map(ours).collect();
    found.iter().any(|field| field.starts_with("host=")).then(|| found.join(" "))
}

/// The word that names the database: behind one of these flags, in one of these variables, or by itself.
pub fn word(options: &Options<'_>, places: &'static [&'static str], scope: &Scope<'_>) -> Option<(&'static str, Word)> {
    let flagged = |flag: &&'static str| Some((*flag, options.value(&[*flag])?.clone()));
    let variable = |name: &&'static str| {
        let value = scope.get(name).value;
        is_name(name).then(|| value.as_text().map(|text| (*name, Word::sure(text)))).flatten()
    };
    let stands = || options.rest.iter().find(|word| is_one(word)).map(|word| ("URL", (*word).clone()));
    places.iter().find_map(flagged).or_else(stands).or_else(|| places.iter().find_map(variable))
}

/// Whether a word is a URL, or a connection string of libpq's or .NET's.
pub fn is_one(word: &Word) -> bool {
    let text = word.text.as_str();
    let says =
        |name: &str| text.starts_with(name) || text.contains(&format!(" {name}")) || text.contains(&format!(";{name}"));
    text.contains("://")
        || text.starts_with("db:")
        || ["host=", "dbname=", "Host=", "Server="].into_iter().any(says)
        || word.sure == Sure::No && text.to_ascii_uppercase().contains("URL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(usual(text), expected);
    }

    #[test]
    fn each_way_to_write_a_database_is_read_as_one() {
        check("pg://u@h/x", "postgresql://u@h/x");
        check("db:pg://u@h/x", "postgresql://u@h/x");
        check("db:pg:app", "postgresql:///app");
        check("postgres://u@h/x", "postgres://u@h/x");
        check("Host=h;Port=5433;Database=x;Username=u", "host='h' port='5433' dbname='x' user='u'");
        check("Data Source=app.db", "Data Source=app.db");
        check("host=h dbname=x", "host=h dbname=x");
        check("app", "app");
    }
}
