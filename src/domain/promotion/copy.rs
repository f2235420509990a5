//! Another database of the same server, for a rehearsal, and how PostgreSQL's own programs reach one.

use crate::domain::target::url::{DatabaseUrl, Host};
use crate::domain::text::secret::Secret;

/// The same URL with another database's name.
pub fn with_database(url: &DatabaseUrl, database: &str) -> DatabaseUrl {
    let text = url.expose();
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find(['?', '#']).map_or(text.len(), |at| start + at);
    let path = text[start..end].find('/').map_or(end, |at| start + at);
    DatabaseUrl::parse(&format!("{}/{database}{}", &text[..path], &text[end..])).unwrap_or_else(|| url.clone())
}

/// The variables by which libpq connects (manual, 34.15).
pub fn libpq(url: &DatabaseUrl) -> Vec<(&'static str, Secret)> {
    let mut found: Vec<(&'static str, Secret)> = Vec::new();
    let mut put = |name, value: String| found.push((name, Secret::new(value)));
    if let Some(place) = url.places().first() {
        put(
            "PGHOST",
            match &place.host {
                Host::Name(name) => name.clone(),
                Host::Address(address) => address.to_string(),
                Host::Socket(path) => path.clone(),
            },
        );
        put("PGPORT", place.port.to_string());
    }
    put("PGUSER", url.user().unwrap_or("postgres").to_owned());
    put("PGDATABASE", url.database().unwrap_or("postgres").to_owned());
    for (parameter, name) in [("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")] {
        if let Some(value) = url.parameter(parameter) {
            put(name, value);
        }
    }
    found.extend(url.password().map(|password| ("PGPASSWORD", password.clone())));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(with_database(&DatabaseUrl::parse(url).unwrap(), "copy").expose(), expected);
    }

    #[test]
    fn only_the_name_of_the_database_is_another() {
        check("postgresql://a:b@h:5433/nexus_db?schema=x#y", "postgresql://a:b@h:5433/copy?schema=x#y");
        check("postgresql://a@h", "postgresql://a@h/copy");
        check("postgresql:///db?host=/run/pg", "postgresql:///copy?host=/run/pg");
    }

    #[test]
    fn a_password_stands_in_a_variable() {
        let found = libpq(&DatabaseUrl::parse("postgresql://a:b@h:5433/d?sslmode=require").unwrap());
        let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSSLMODE", "PGPASSWORD"]);
    }
}
