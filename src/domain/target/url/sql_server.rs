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
