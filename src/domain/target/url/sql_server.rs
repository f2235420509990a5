//! SQL Server's form of a URL, Prisma's and JDBC's: fields behind semicolons.

use super::parts::{HIDDEN, host_of, shown_key};
use super::{DatabaseKind, DatabaseUrl, Form, Place};
use crate::domain::text::secret::Secret;

/// `sqlserver://HOST[\INSTANCE][:PORT][;KEY=VALUE]…`, Prisma's and JDBC's form.
pub(super) fn read(text: &str, scheme: &str, rest: &str) -> Option<DatabaseUrl> {
    let mut fields = rest.split(';');
    let host = fields.next().unwrap_or("");
    if host.contains('@') || host.contains('/') {
        return None;
    }
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && !host.ends_with(']') => (name, port.parse().ok()?),
        Some(_) | None => (host, DatabaseKind::SqlServer.default_port()),
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
        match key.to_ascii_lowercase().as_str() {
            "database" | "databasename" => database = Some(plain),
            "user" | "username" | "uid" | "userid" => user = Some(plain),
            "password" | "pwd" => password = Some(Secret::new(plain)),
            "encrypt" | "schema" | "trustservercertificate" | "integratedsecurity" => {}
            _ => {
                redacted.push_str(&format!(";{}={HIDDEN}", shown_key(key)));
                continue;
            }
        }
        let shown = if key.to_ascii_lowercase().starts_with('p') { HIDDEN } else { value };
        redacted.push_str(&format!(";{}={shown}", shown_key(key)));
    }
    let places = vec![Place { host: host_of(if name.is_empty() { "localhost" } else { name })?, port }];
    Some(DatabaseUrl {
        text: Secret::new(text),
        form: Form::Url,
        kind: DatabaseKind::SqlServer,
        user,
        password,
        places,
        database,
        others: Vec::new(),
        redacted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_is_taken_by_any_of_its_names() {
        for (text, user, password, database) in [
            ("sqlserver://h:1433;database=d;user=u;password=p", Some("u"), Some("p"), Some("d")),
            ("sqlserver://h;databaseName=d;UID=u;PWD={p}", Some("u"), Some("p"), Some("d")),
            ("mssql://h\\i;userid=u;password=p=1", Some("u"), Some("p=1"), None),
            ("jdbc:sqlserver://h;username=u;encrypt=true;x=y;z", Some("u"), None, None),
            ("sqlserver://h", None, None, None),
        ] {
            let url = DatabaseUrl::parse(text).unwrap_or_else(|| panic!("{text}"));
            let got = url.password().map(|secret| std::str::from_utf8(secret.expose()).unwrap());
            assert_eq!((url.user(), got, url.database()), (user, password, database), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for (text, shown) in [
            ("sqlserver://h;PWD={p};user=u", "sqlserver://h;PWD=•••;user=u"),
            ("sqlserver://h;user=u;Password=p=1;encrypt=true", "sqlserver://h;user=u;Password=•••;encrypt=true"),
            ("sqlserver://h;accessToken=x;hunter2", "sqlserver://h;accessToken=•••;•••"),
            ("sqlserver://h;hunter2=x", "sqlserver://h;•••=•••"),
        ] {
            assert_eq!(DatabaseUrl::parse(text).unwrap().to_string(), shown);
        }
        for text in
            ["sqlserver://u:p@h;database=d", "sqlserver://h/d", "sqlserver://h:x;database=d", "sqlserver://h;user id=u"]
        {
            assert!(DatabaseUrl::parse(text).is_none(), "{text}");
        }
    }
}
