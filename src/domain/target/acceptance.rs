//! Whether a value may be stored under a name, and what to type instead where it may not. Never shows a value, not even
//! a part of one.

use super::url::DatabaseUrl;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars;
use crate::error::Failure;

/// A value that somebody hands over, and where it is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub name: &'a VariableName,
    pub environment: &'a EnvironmentName,
    pub role: Role,
    pub keeping: Keeping,
}

/// What the configuration says about the name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// One of `database_variables`: it takes a URL or nothing.
    Database,
    Other,
}

impl Role {
    pub fn of(name: &VariableName, database_variables: &[VariableName]) -> Self {
        if database_variables.contains(name) { Role::Database } else { Role::Other }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keeping {
    /// In the environment's store, byte by byte.
    Encrypted,
    /// In `.nexusenv`, which is in git, and in which `${NAME}` is a reference.
    Clear,
}

/// What an empty value means. A password manager that failed in front of a pipe hands over one, too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Emptiness {
    Refused,
    Meant,
}

/// What is wrong with a value: the rest of a sentence that begins with "the value of `NAME`", and what to do.
#[derive(Debug, Eq, PartialEq)]
pub struct Wrong {
    pub what: &'static str,
    pub hint: String,
}

impl Offer<'_> {
    /// # Errors
    /// What is refused, in a sentence, with what to type instead.
    pub fn accept(&self, value: &[u8], emptiness: Emptiness) -> Result<(), Failure> {
        if value.is_empty() && emptiness == Emptiness::Refused {
            let plain = if self.keeping == Keeping::Clear { " --plain" } else { "" };
            let (name, environment) = (self.name, self.environment);
            return Err(Failure::new(format!("the value of `{name}` is empty, and nothing was stored"))
                .hint(format!("if that is meant: nexus-env set{plain} {name} -e {environment} --empty")));
        }
        match self.fault(value) {
            None => Ok(()),
            Some(Wrong { what, hint }) => {
                Err(Failure::new(format!("the value of `{}` {what}, and nothing was stored", self.name)).hint(hint))
            }
        }
    }

    /// What is wrong with a value that may be empty.
    pub fn fault(&self, value: &[u8]) -> Option<Wrong> {
        let wrong = |what, hint: String| Some(Wrong { what, hint });
        if value.contains(&0) {
            let hint = "store it in base64, or store the path of a file";
            return wrong("holds a NUL byte, which no variable can", hint.to_owned());
        }
        if !vars::can_be_exported(self.name, value) {
            return wrong(
                "is longer than the 128 KiB that a program can be given",
                "store the path of a file".to_owned(),
            );
        }
        let text = std::str::from_utf8(value);
        let password = |text: &str| if names_a_password(self.name) { in_clear(text) } else { holds_a_password(text) };
        if self.keeping == Keeping::Clear && text.is_ok_and(password) {
            let hint = format!("nexus-env set {} -e {}, without --plain, encrypts it", self.name, self.environment);
            return wrong("would put a password into git", hint);
        }
        if self.role == Role::Other || value.is_empty() {
            return None;
        }
        match text {
            Ok(text) if self.keeping == Keeping::Clear && text.contains("${") => None,
            Ok(text) if is_database_url(text) => None,
            Ok(text) => wrong("is no database URL", how_to_mend(self.name, text).to_owned()),
            Err(_) => wrong("is no database URL", NO_URL.to_owned()),
        }
    }
}

const NO_URL: &str = "one begins with postgresql://, mysql:// or the like; `database_variables` in `.nexusenv` says which variables hold one";

/// Also one of a database that is not known here, since a client may know it: what is refused is what no client would
/// take, and a known kind's URL that does not hold together.
fn is_database_url(text: &str) -> bool {
    if DatabaseUrl::parse(text).is_some() {
        return true;
    }
    let bare = text.strip_prefix("jdbc:").unwrap_or(text);
    let Some((scheme, rest)) = bare.split_once("://") else { return false };
    let whole = !text.chars().any(|c| c.is_control() || c.is_whitespace()) && !rest.is_empty();
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | ':'));
    let scheme = scheme.to_ascii_lowercase();
    let known = ["postgre", "mysql", "mariadb", "sqlserver", "mssql", "mongodb", "cockroach", "prisma"];
    let of_the_web = ["http", "https", "ftp", "ssh", "git"];
    whole && named && !known.iter().any(|known| scheme.starts_with(known)) && !of_the_web.contains(&scheme.as_str())
}

fn how_to_mend(name: &VariableName, text: &str) -> &'static str {
    let trimmed = text.trim();
    if trimmed.len() < text.len() && is_database_url(trimmed) {
        return "there is white space before or after the URL";
    }
    if trimmed.strip_prefix(name.as_str()).is_some_and(|rest| rest.trim_start().starts_with('=')) {
        return "only what stands after the `=` is the value";
    }
    let quotes = ['"', '\'', '`'];
    if trimmed.starts_with(quotes) && is_database_url(trimmed.trim_matches(quotes)) {
        return "the quotes are not part of the URL";
    }
    if trimmed.contains("://") && trimmed.contains('@') {
        return "a password's `@`, `/`, `?`, `#` and `%` are written %40, %2F, %3F, %23 and %25";
    }
    NO_URL
}

/// Names that mean a password to a database's own client (libpq-envars, mysql(1)).
fn names_a_password(name: &VariableName) -> bool {
    matches!(name.as_str(), "PGPASSWORD" | "MYSQL_PWD")
}

/// Whether a password, or a private key, stands in the text in clear. A reference to another variable is none.
fn holds_a_password(text: &str) -> bool {
    let key = text.contains("PRIVATE KEY-----") || text.to_ascii_uppercase().contains("AGE-SECRET-KEY-1");
    key || passwords(text).iter().any(|password| in_clear(password))
}

/// The passwords inside of URLs and connection strings in the text, as they are written and, of a database's URL, also
/// percent-decoded.
pub fn passwords(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(url) = DatabaseUrl::parse(text) {
        all.extend(url.password().map(|password| String::from_utf8_lossy(password.expose()).into_owned()));
        all.extend(PARAMETERS.iter().filter_map(|name| url.parameter(name)));
    }
    for (at, _) in text.match_indices("://") {
        let scheme = &text[..at];
        let scheme = &scheme[scheme.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '+').len()..];
        let info = user_info(scheme, &text[at + 3..]);
        all.extend(info.and_then(|info| info.split_once(':')).map(|(_, password)| password.to_owned()));
    }
    // `?password=…`, `;Password=…`, and the `password=…` of libpq's connection strings.
    let fields = text.split(|c: char| c.is_whitespace() || matches!(c, '?' | '&' | ';'));
    let is_credential = |key: &str| PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(key.trim()));
    let parameters = fields.filter_map(|field| field.split_once('='));
    all.extend(parameters.filter(|(key, _)| is_credential(key)).map(|(_, value)| value.to_owned()));
    all.retain(|password| !password.is_empty());
    all
}

/// Parameters of URLs and connection strings that hold a credential: libpq, JDBC, ADO.NET, MySQL, libsql, and Prisma's service.
const PARAMETERS: &[&str] = &["password", "passwd", "pwd", "sslpassword", "authToken", "access_token", "api_key"];

/// `user:password` of what follows `://`. A database's password may hold a `/` that should have been written %2F; the
/// address of a web page has an `@` behind its path, and that means nothing.
fn user_info<'t>(scheme: &str, rest: &'t str) -> Option<&'t str> {
    let rest = rest.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).next()?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let of_the_web = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ws" | "wss" | "file");
    let within = if authority.contains('@') || of_the_web { authority } else { rest };
    within.rsplit_once('@').map(|(info, _)| info)
}

/// Whether anything stands there beside references.
fn in_clear(password: &str) -> bool {
    let mut rest = password;
    while let Some(after) = rest.strip_prefix("${") {
        match after.split_once('}') {
            Some((_, after)) => rest = after,
            None => return true,
        }
    }
    !rest.is_empty()
}

#[cfg(test)]
#[path = "acceptance_tests.rs"]
mod tests;
