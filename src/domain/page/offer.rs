//! All that a configuration can do, as `allow` shows it before it is answered: every environment, variable, program, rule
//! and store, in full. Pure; it decides nothing.

use std::path::PathBuf;

use super::loosening::words;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::refused::{self, Standing};
use crate::domain::config::{
    Access, Backup, Config, Deploy, Environment, Export, GuardAction, GuardRule, Protection, RuleOrigin, Service,
};
use crate::domain::target::url::DatabaseUrl;
use crate::domain::text::look_alike::marked;
use crate::domain::text::safe_text;

/// An environment's secrets, as far as they could be looked at.
#[derive(Clone, Debug)]
pub struct Stored {
    pub environment: EnvironmentName,
    pub names: Vec<VariableName>,
    /// Those that the key is wrapped to, `ada, ci`.
    pub readers: String,
    /// Which key it is, in digits.
    pub fingerprint: String,
    pub key: Key,
}

/// What this machine knows of a store's key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// It was allowed or made here.
    Known,
    New,
    /// Another one was allowed for this environment.
    Replaced,
}

/// The second input that can set a variable, `.nexusenv.local`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LocalFile {
    Absent,
    /// It is one person's, as it should be, or there is no git here.
    Ignored,
    /// Nothing keeps it out of git.
    NotIgnored,
    /// It came with the repository, or will go with it.
    Tracked,
}

/// The lines, without an end of line. `places` are the other directories in which this id was allowed.
pub fn lines(
    config: &Config,
    stores: &[Stored],
    local: LocalFile,
    places: &[PathBuf],
    lifted: &[VariableName],
) -> Vec<String> {
    // Whoever gives the configuration something to say says it here: what is left out would be allowed unseen.
    let Config { id: _, default, database_variables, environments, services, prisma_directory, guard } = config;
    let mut lines = Vec::new();
    for environment in environments {
        let stored = stores.iter().find(|stored| stored.environment == environment.name);
        lines.extend(of_environment(environment, default, stored, places, lifted));
    }
    let names: Vec<&str> = database_variables.iter().map(VariableName::as_str).collect();
    lines.push(format!("database variables  {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") }));
    lines.extend(guard.iter().filter(|rule| rule.origin != RuleOrigin::Person).map(rule));
    lines.extend(services.iter().map(service));
    lines.extend(prisma_directory.as_deref().map(|path| format!("prisma  {}", safe_text::path(path))));
    lines.extend(match local {
        LocalFile::Absent => None,
        LocalFile::Ignored => Some("`.nexusenv.local` is laid over it".to_owned()),
        LocalFile::NotIgnored => Some("`.nexusenv.local` is laid over it, and git does not ignore it".to_owned()),
        LocalFile::Tracked => {
            Some("`.nexusenv.local` is laid over it, and is in git: it is not yours alone".to_owned())
        }
    });
    lines
}

fn of_environment(
    environment: &Environment,
    default: &EnvironmentName,
    stored: Option<&Stored>,
    places: &[PathBuf],
    lifted: &[VariableName],
) -> Vec<String> {
    let Environment {
        name,
        protection,
        promote_from,
        access,
        export,
        fingerprint,
        vars,
        proxy,
        matches,
        backup,
        deploy,
    } = environment;
    let protection = match protection {
        Protection::Protected => "protected",
        Protection::Open if name.protected_by_default() => "NOT protected",
        Protection::Open => "not protected",
    };
    let access = match access {
        Access::ReadOnly => "read-only",
        Access::ReadWrite => "read-write",
    };
    let export = match export {
        Export::Shell => "exported into the shell",
        Export::Command => "given to single commands alone",
    };
    let mut head = format!("{name}  {protection}, {access}, {export}");
    if name == default {
        head.push_str(", the default");
    }
    let mut lines = vec![head];
    lines.extend(vars.iter().map(|(name, value)| format!("  {}", variable(name, value, lifted))));
    lines.extend(stored.into_iter().flat_map(|stored| of_store(stored, places)).map(|line| format!("  {line}")));
    if let Some(proxy) = proxy {
        let (instance, port) = (marked(&proxy.instance), proxy.port);
        lines.push(format!("  `proxy up` starts  {}  ({instance} on port {port})", words(&proxy.command)));
    }
    if !matches.is_empty() {
        lines.push(format!("  known by  {}", matches.told().join(", ")));
    }
    lines.extend(fingerprint.as_ref().map(|fingerprint| format!("  known by  fingerprint {fingerprint}")));
    if let Some(Backup { command, verify, restore }) = backup {
        lines.push(format!("  before a deployment runs  {}", words(command)));
        lines.extend(verify.as_ref().map(|command| format!("  and then  {}", words(command))));
        lines.extend(restore.as_ref().map(|text| format!("  a backup is restored by  {}", marked(text))));
    }
    let Deploy { lock_timeout, statement_timeout } = deploy;
    if *deploy != Deploy::default() {
        let statement = statement_timeout
            .map(|limit| format!(", a statement takes at most {} s", limit.seconds()))
            .unwrap_or_default();
        lines.push(format!("  a deployment waits for a lock at most {} s{statement}", lock_timeout.seconds()));
    }
    lines.extend(promote_from.as_ref().map(|from| format!("  promoted from  {from}")));
    lines
}

fn variable(name: &VariableName, value: &str, lifted: &[VariableName]) -> String {
    // A plain value is for everyone's eyes, a password that stands in one by mistake is not.
    let value = DatabaseUrl::parse(value).map_or_else(|| value.to_owned(), |url| url.to_string());
    let remark = match refused::judge(name, lifted) {
        Standing::Ordinary if lifted.contains(name) => "  (refused, but for your own `allow_names`)".to_owned(),
        Standing::Unusual(row) => format!("  (unusual: {})", row.what),
        Standing::Ordinary | Standing::Refused(_) => String::new(),
    };
    format!("{name} = {}{remark}", marked(&format!("{value:?}").replace("\\'", "'")))
}

fn of_store(stored: &Stored, places: &[PathBuf]) -> Vec<String> {
    let names: Vec<&str> = stored.names.iter().map(VariableName::as_str).collect();
    let secrets = match names.len() {
        0 => "no secrets yet".to_owned(),
        1 => format!("1 secret: {}", names.join(", ")),
        more => format!("{more} secrets: {}", names.join(", ")),
    };
    let known = match stored.key {
        Key::New => "new here".to_owned(),
        Key::Replaced => "not the one that was allowed".to_owned(),
        Key::Known if places.is_empty() => "known here".to_owned(),
        Key::Known => {
            let from: Vec<String> = places.iter().map(|place| safe_text::path(place)).collect();
            format!("known from {}", from.join(", "))
        }
    };
    let unusual = stored.names.iter().filter_map(|name| match refused::judge(name, &[]) {
        Standing::Unusual(row) => Some(format!("{name} is unusual: {}", row.what)),
        Standing::Ordinary | Standing::Refused(_) => None,
    });
    let mut lines = vec![
        format!("{secrets}, readable by {}", stored.readers),
        format!("under the key {}, {known}", stored.fingerprint),
    ];
    lines.extend(unusual);
    lines
}

fn rule(rule: &GuardRule) -> String {
    let action = match rule.action {
        GuardAction::Block => "blocks",
        GuardAction::Confirm => "asks before",
        GuardAction::Allow => "lets pass",
    };
    let on: Vec<&str> = rule.on.iter().map(EnvironmentName::as_str).collect();
    let on = if on.is_empty() { "every protected environment".to_owned() } else { on.join(", ") };
    let reason = rule.reason.as_ref().map(|reason| format!("  ({})", marked(reason))).unwrap_or_default();
    format!("a rule {action}  {}  on {on}{reason}", marked(&rule.command))
}

fn service(service: &Service) -> String {
    let Service { name, port, health } = service;
    let health = health.as_ref().map(|path| format!(", asked at {}", marked(path))).unwrap_or_default();
    format!("service {}  port {port}{health}", marked(name))
}

/// Lines as a terminal shows them whole: broken at `width` columns, what goes on indented by four more.
pub fn wrapped(lines: &[String], width: Option<usize>) -> String {
    let mut text = String::new();
    for line in lines {
        let indent = line.len() - line.trim_start().len() + 4;
        let mut rest: &str = line;
        let mut first = true;
        while !rest.is_empty() || first {
            let room =
                width.map_or(usize::MAX, |width| width.saturating_sub(if first { 2 } else { indent + 2 }).max(20));
            let end = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
            // At a space where there is one in the second half; else in the middle of a word, which stays readable.
            let end = match rest[..end].rfind(' ') {
                Some(space) if end < rest.len() && space > end / 2 => space + 1,
                Some(_) | None => end,
            };
            let pad = if first { 2 } else { indent + 2 };
            text.push_str(&format!("\n{:pad$}{}", "", rest[..end].trim_end()));
            rest = &rest[end..];
            first = false;
        }
    }
    text
}

#[cfg(test)]
#[path = "offer_tests.rs"]
mod tests;
