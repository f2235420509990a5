//! A database URL that a command will use, and what the name or the text that stands for one comes to where the command runs.

use super::Reader;
use super::datasource::Written;
use crate::domain::guard::scope::{Origin, Scope, Setting, Value};
use crate::domain::target::url::{DatabaseUrl, Defaults, Host};

/// A database URL that a command will use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Use {
    /// What it is called: `DATABASE_URL`, `--url`, `shadowDatabaseUrl`.
    pub label: String,
    /// The variable that holds it, if one does.
    pub variable: Option<String>,
    pub role: Role,
    pub value: UrlValue,
    pub origin: Origin,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    Main,
    /// `directUrl`, which Prisma 5 and 6 use in place of `url`.
    Direct,
    /// Wiped at every use.
    Shadow,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UrlValue {
    Url(DatabaseUrl),
    NotAUrl,
    /// Nothing sets it, or it is empty.
    Absent,
    /// Why it cannot be known.
    Unknown(String),
    /// What this environment stores under the variable.
    Stored(String),
}

/// What is written in `file` comes to this URL.
pub fn resolve(written: &Written, role: Role, label: &str, file: &str, scope: &Scope<'_>) -> Use {
    match written {
        Written::Computed => {
            let value = UrlValue::Unknown(format!("{file} puts it together"));
            Use { label: label.to_owned(), variable: None, role, value, origin: Origin::Schema(file.to_owned()) }
        }
        Written::Literal(text) => {
            let url = DatabaseUrl::parse_with(text, &surroundings(scope));
            let value = url.map_or(UrlValue::NotAUrl, |url| seen(url, scope));
            Use { label: label.to_owned(), variable: None, role, value, origin: Origin::Schema(file.to_owned()) }
        }
        Written::Variable(name) => {
            let Setting { value, origin } = scope.get(name);
            let value = match &value {
                Value::Text(_) => match value.as_text() {
                    Some("") => UrlValue::Absent,
                    Some(text) => {
                        let url = DatabaseUrl::parse_with(text, &surroundings(scope));
                        url.map_or(UrlValue::NotAUrl, |url| seen(url, scope))
                    }
                    None => UrlValue::NotAUrl,
                },
                Value::Unset => UrlValue::Absent,
                Value::Unknown(why) => UrlValue::Unknown(why.clone()),
                Value::Stored(environment) => UrlValue::Stored(environment.clone()),
            };
            Use { label: name.clone(), variable: Some(name.clone()), role, value, origin }
        }
    }
}

/// A URL as this command will see it: in a container, or on another machine, what is local is not what is local here. The
/// names that Docker and Podman have for this machine lead back to it.
pub fn seen(url: DatabaseUrl, scope: &Scope<'_>) -> UrlValue {
    let local = url.places().iter().all(|place| match &place.host {
        Host::Name(name) => !name.contains('.'),
        Host::Address(address) => address.is_loopback() || address.is_unspecified(),
        Host::Socket(_) => true,
    });
    match scope.elsewhere() {
        Some(place) if local => UrlValue::Unknown(format!("{place} reaches its own network")),
        Some(_) | None => UrlValue::Url(url),
    }
}

/// What libpq, and drivers that follow it, take from the environment where a URL says nothing. What cannot be known there
/// is as good as not set: it counts where no URL is given.
pub fn surroundings(scope: &Scope<'_>) -> Defaults {
    let text = |name: &str| scope.get(name).value.as_text().filter(|text| !text.is_empty()).map(str::to_owned);
    Defaults {
        host: text("PGHOST"),
        hostaddr: text("PGHOSTADDR"),
        port: text("PGPORT"),
        database: text("PGDATABASE"),
        user: text("PGUSER"),
    }
}

/// The database variables as any other program would find them.
pub fn of_any_program(reader: &Reader<'_>, scope: &Scope<'_>) -> Vec<Use> {
    let one = |name: &str| resolve(&Written::Variable(name.to_owned()), Role::Main, name, "", scope);
    let mut found: Vec<Use> = reader.database_variables.iter().map(|name| one(name.as_str())).collect();
    keep_what_is_set(&mut found);
    found
}

/// Where nothing is set, one that is not stands for all.
pub fn keep_what_is_set(found: &mut Vec<Use>) {
    match found.iter().any(|one| one.value != UrlValue::Absent) {
        true => found.retain(|one| one.value != UrlValue::Absent),
        false => found.truncate(1),
    }
}
