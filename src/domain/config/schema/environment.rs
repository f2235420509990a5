//! One `[env.NAME]`: protection, access, variables, proxy and patterns. Looks at no other environment.

use super::place::shown;
use super::reader::{Found, Keys};
use crate::domain::config::fingerprint::Fingerprint;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::refused;
use crate::domain::config::vars;
use crate::domain::config::{Access, Backup, Deploy, Environment, Export, Match, Protection, Proxy};
use crate::domain::text::duration::Duration;
use crate::error::Failure;

pub(super) const KEYS: &[&str] =
    &["protected", "promote_from", "access", "export", "fingerprint", "vars", "proxy", "match", "backup", "deploy"];

/// An environment, and its `promote_from`, which can be looked up when all names are known.
pub(super) type Parsed<'t> = (Environment, Option<Found<'t>>);

pub(super) fn parse<'t>(
    name: EnvironmentName,
    found: Found<'t>,
    lifted: &[VariableName],
) -> Result<Parsed<'t>, Failure> {
    let mut keys = found.keys(KEYS)?;
    let protected = match keys.take("protected") {
        Some(found) => found.truth()?,
        None => name.protected_by_default(),
    };
    let protection = if protected { Protection::Protected } else { Protection::Open };
    let access = match (keys.take("access"), protection) {
        (Some(found), Protection::Protected | Protection::Open) => {
            found.choice(&[("read-only", Access::ReadOnly), ("read-write", Access::ReadWrite)])?
        }
        (None, Protection::Protected) => Access::ReadOnly,
        (None, Protection::Open) => Access::ReadWrite,
    };
    let export = match keys.take("export") {
        Some(found) => found.choice(&[("shell", Export::Shell), ("command", Export::Command)])?,
        None => Export::Shell,
    };
    let environment = Environment {
        name,
        protection,
        promote_from: None,
        access,
        export,
        fingerprint: keys.take("fingerprint").map(|found| fingerprint(&found)).transpose()?,
        vars: variables(&mut keys, lifted)?,
        proxy: keys.take("proxy").map(proxy).transpose()?,
        matches: keys.take("match").map(matches).transpose()?.unwrap_or_default(),
        backup: keys.take("backup").map(backup).transpose()?,
        deploy: keys.take("deploy").map(deploy).transpose()?.unwrap_or_default(),
    };
    Ok((environment, keys.take("promote_from")))
}

/// The server's `system_identifier`, 64 bits without a sign, and the database's name, which may hold a slash itself.
fn fingerprint(found: &Found<'_>) -> Result<Fingerprint, Failure> {
    Fingerprint::parse(found.word()?).ok_or_else(|| {
        found
            .failure("must be SYSTEM_IDENTIFIER/DATABASE")
            .hint("`nexus-env db pin` reads it from the database and writes it")
    })
}

fn variables(keys: &mut Keys<'_>, lifted: &[VariableName]) -> Result<Vec<(VariableName, String)>, Failure> {
    let Some(found) = keys.take("vars") else { return Ok(Vec::new()) };
    let mut variables = Vec::new();
    for (name, found) in found.named()? {
        let name = VariableName::new(&name).ok_or_else(|| {
            found
                .failure(format!("sets `{}`, which is no name for a variable", shown(&name)))
                .hint("letters, digits and `_`, not beginning with a digit")
        })?;
        if let Some(refusal) = refused::refusal(&name, lifted) {
            let sentence = format!("is refused from a repository: {}", refusal.reason());
            return Err(found.failure(sentence).hint(refusal.hint(&name)));
        }
        let value = found.text()?;
        vars::check_references(value).map_err(|sentence| found.failure(sentence).hint(vars::REFERENCES))?;
        variables.push((name, value.to_owned()));
    }
    Ok(variables)
}

fn proxy(found: Found<'_>) -> Result<Proxy, Failure> {
    let mut keys = found.keys(&["instance", "port", "command"])?;
    let instance = keys.need("instance", "what stands behind the tunnel, as PROJECT:REGION:INSTANCE")?;
    let port = keys.need("port", "the local port of the tunnel")?.port()?;
    let name = instance.word()?;
    if name.chars().any(char::is_whitespace) {
        return Err(instance.failure("holds white space"));
    }
    let command = match keys.take("command") {
        Some(found) => command(found, "leave it out for cloud-sql-proxy")?,
        None if name.split(':').filter(|part| !part.is_empty()).count() < 3 => {
            return Err(instance.failure("must be PROJECT:REGION:INSTANCE").hint("another tunnel needs a `command`"));
        }
        None => Proxy::COMMAND.map(str::to_owned).to_vec(),
    };
    Ok(Proxy { instance: name.to_owned(), port, command })
}

fn command(found: Found<'_>, empty: &str) -> Result<Vec<String>, Failure> {
    let empty = found.failure("is empty").hint(empty);
    let words: Vec<String> =
        found.list()?.iter().map(|word| word.text().map(str::to_owned)).collect::<Result<_, _>>()?;
    match words.first() {
        Some(program) if !program.trim().is_empty() => Ok(words),
        Some(_) | None => Err(empty),
    }
}

fn backup(found: Found<'_>) -> Result<Backup, Failure> {
    let mut keys = found.keys(&["command", "verify", "restore"])?;
    let needed = keys.need("command", "what makes a backup, word by word")?;
    let words = |found| command(found, "a command is a list of words: [\"gcloud\", \"sql\"]");
    Ok(Backup {
        command: words(needed)?,
        verify: keys.take("verify").map(words).transpose()?,
        restore: keys.take("restore").map(|found| found.word().map(str::to_owned)).transpose()?,
    })
}

fn deploy(found: Found<'_>) -> Result<Deploy, Failure> {
    let mut keys = found.keys(&["lock_timeout", "statement_timeout"])?;
    let mut time = |key: &str| {
        keys.take(key)
            .map(|found| {
                let word = found.word()?;
                Duration::parse(word).map_err(|why| found.failure(format!("holds {why}")).hint("write 30s, 30m or 2h"))
            })
            .transpose()
    };
    Ok(Deploy {
        lock_timeout: time("lock_timeout")?.unwrap_or(Duration::LOCK),
        statement_timeout: time("statement_timeout")?,
    })
}

fn matches(found: Found<'_>) -> Result<Match, Failure> {
    let mut keys = found.keys(&["hosts", "ports", "databases", "users"])?;
    let mut patterns = |key: &str| match keys.take(key) {
        None => Ok(Vec::new()),
        Some(found) => found.list()?.iter().map(|pattern| pattern.word().map(str::to_owned)).collect(),
    };
    let (hosts, databases, users) = (patterns("hosts")?, patterns("databases")?, patterns("users")?);
    let ports = match keys.take("ports") {
        None => Vec::new(),
        Some(found) => found.list()?.iter().map(Found::port).collect::<Result<_, _>>()?,
    };
    Ok(Match { hosts, ports, databases, users, ..Match::default() })
}
