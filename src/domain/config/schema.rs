//! Reads the texts of `.nexusenv` and `.nexusenv.local` as a [`Config`], or says what is wrong, where, and what was
//! probably meant. Never reads a text that nobody allowed: its argument can only hold allowed ones.

mod environment;
mod place;
mod reader;
mod tree;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

use std::path::{Component, PathBuf};

use super::declared::{Config, Environment, GuardAction, GuardRule, RuleOrigin, Service};
use super::name::{EnvironmentName, RepositoryId, VariableName};
use super::repository::AllowedTexts;
use crate::domain::text::near::nearest;
use crate::error::Failure;
use place::{At, File, Places, shown};
use reader::{Found, Keys};

const KEYS: &[&str] = &["id", "default", "database_variables", "env", "services", "prisma", "guard"];

/// The configuration of a repository: `.nexusenv`, with `.nexusenv.local` laid over it key by key (its `[[guard]]`
/// rules are added to the repository's). `lifted` are the names that the person's own configuration allows although
/// [`super::refused`] speaks against them.
///
/// The failure names file, line and key, and in its hint the nearest name that is known there.
///
/// # Errors
/// The first fault, with its file and line: no TOML, an unknown key, a wrong value, a name that is refused.
pub fn parse(texts: &AllowedTexts, lifted: &[VariableName]) -> Result<Config, Failure> {
    let places = Places(texts);
    let top = At { file: File::Main, byte: 0 };
    let read = |file, text| {
        tree::read(file, text).map_err(|(sentence, at)| places.failure(at, format!("is no TOML: {sentence}")))
    };
    let mut entries = read(File::Main, &texts.main.text)?;
    let shared_id = id_of(&entries);
    if let Some(local) = &texts.local {
        entries = tree::merge(entries, read(File::Local, &local.text)?);
    }
    let mut keys = Keys::top(places, entries, KEYS, top)?;

    let id = id(&mut keys, shared_id.as_deref())?;
    let database_variables = match keys.take("database_variables") {
        None => VariableName::new("DATABASE_URL").into_iter().collect(),
        Some(list) => list.list()?.iter().map(Found::variable).collect::<Result<_, _>>()?,
    };
    let environments = environments(&mut keys, lifted)?;
    let default = default(&mut keys, &environments)?;
    Ok(Config {
        id,
        default,
        database_variables,
        services: services(&mut keys)?,
        prisma_directory: prisma_directory(&mut keys)?,
        guard: guard(&mut keys, &environments)?,
        environments,
    })
}

fn id_of(entries: &[tree::Entry<'_>]) -> Option<String> {
    entries.iter().find(|entry| entry.key == "id").and_then(|entry| match &entry.node.value {
        tree::Value::Text(text) => Some(text.clone().into_owned()),
        tree::Value::Number(_)
        | tree::Value::Truth(_)
        | tree::Value::List(_)
        | tree::Value::Table(_)
        | tree::Value::Float
        | tree::Value::Date => None,
    })
}

/// The id binds the secrets in git to the repository, so one person's file cannot have another one.
fn id(keys: &mut Keys<'_>, shared: Option<&str>) -> Result<RepositoryId, Failure> {
    let found = keys.need("id", "the random text that binds the secrets to this repository").map_err(|failure| {
        failure.hint(
            "the right one stands in each .nexusenv.d/*.toml as `repository`, and in git log -p -- .nexusenv; \
                 where there are no secrets yet, nexus-env init in an empty directory writes one",
        )
    })?;
    if found.at.file == File::Local && shared != Some(found.text()?) {
        return Err(found.failure("belongs into `.nexusenv`: the secrets of everyone are bound to it"));
    }
    RepositoryId::new(found.text()?)
        .ok_or_else(|| found.failure("must be 16 to 128 lower-case letters and digits, as `nexus-env init` makes them"))
}

fn environments(keys: &mut Keys<'_>, lifted: &[VariableName]) -> Result<Vec<Environment>, Failure> {
    let Some(found) = keys.take("env") else { return Ok(Vec::new()) };
    let mut parsed = Vec::new();
    for (name, found) in found.named()? {
        let name = EnvironmentName::new(&name).ok_or_else(|| {
            found
                .failure("is no name for an environment")
                .hint("letters, digits, `-` and `_`, beginning with a letter, at most 64")
        })?;
        // Their secrets would share one file where file names do not tell the cases apart, as on macOS.
        let twin = |known: &&(Environment, _)| known.0.name.as_str().eq_ignore_ascii_case(name.as_str());
        if let Some((twin, _)) = parsed.iter().find(twin) {
            return Err(found.failure(format!("differs from `{}` in upper and lower case only", twin.name)));
        }
        parsed.push(environment::parse(name, found, lifted)?);
    }
    let names: Vec<EnvironmentName> = parsed.iter().map(|(environment, _)| environment.name.clone()).collect();
    for (environment, promote_from) in &mut parsed {
        if let Some(found) = promote_from {
            environment.promote_from = Some(known(found, &names)?);
        }
    }
    for (environment, promote_from) in &parsed {
        if let (true, Some(found)) = (promotes_to_itself(environment, &parsed), promote_from) {
            return Err(found.failure(format!("leads back to `{}`", environment.name)));
        }
    }
    Ok(parsed.into_iter().map(|(environment, _)| environment).collect())
}

fn promotes_to_itself(start: &Environment, all: &[environment::Parsed<'_>]) -> bool {
    let before = |name: &EnvironmentName| {
        all.iter().find(|(environment, _)| environment.name == *name).and_then(|(e, _)| e.promote_from.as_ref())
    };
    let mut at = start.promote_from.as_ref();
    for _ in 0..all.len() {
        match at {
            None => return false,
            Some(name) if *name == start.name => return true,
            Some(name) => at = before(name),
        }
    }
    false
}

/// The name of an environment that is declared.
fn known(found: &Found<'_>, names: &[EnvironmentName]) -> Result<EnvironmentName, Failure> {
    let text = found.text()?;
    names.iter().find(|name| name.as_str() == text).cloned().ok_or_else(|| {
        let failure = found.failure(format!("names `{}`, which is no environment here", shown(text)));
        let known: Vec<&str> = names.iter().map(EnvironmentName::as_str).collect();
        match nearest(text, known.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("known: {}", known.join(", "))),
        }
    })
}

fn default(keys: &mut Keys<'_>, environments: &[Environment]) -> Result<EnvironmentName, Failure> {
    if environments.is_empty() {
        return Err(keys.failure("no environment is declared").hint("add a line `[env.dev.vars]`"));
    }
    let names: Vec<EnvironmentName> = environments.iter().map(|environment| environment.name.clone()).collect();
    let open = |name: &EnvironmentName| environments.iter().any(|e| e.name == *name && !e.is_protected());
    match keys.take("default") {
        Some(found) => {
            let name = known(&found, &names)?;
            if open(&name) {
                Ok(name)
            } else {
                Err(found
                    .failure(format!("names `{name}`, which is protected"))
                    .hint("a new shell starts in an environment where nothing can be broken; select that one by `nexus-env use`"))
            }
        }
        None => names
            .iter()
            .find(|name| name.as_str() == "dev" && open(name))
            .or_else(|| names.iter().find(|name| open(name)))
            .cloned()
            .ok_or_else(|| {
                keys.failure("every environment is protected, and none can be the default")
                    .hint("add one for daily work: `[env.dev.vars]`")
            }),
    }
}

fn services(keys: &mut Keys<'_>) -> Result<Vec<Service>, Failure> {
    let Some(found) = keys.take("services") else { return Ok(Vec::new()) };
    let mut services = Vec::new();
    for (name, found) in found.named()? {
        if name.trim().is_empty() || name.chars().any(|c| c.is_control()) {
            return Err(found.failure("is no name for a service"));
        }
        let mut keys = found.keys(&["port", "health"])?;
        let port = keys.need("port", "where the service listens")?.port()?;
        let health = match keys.take("health") {
            None => None,
            Some(found) if found.word()?.starts_with('/') => Some(found.word()?.to_owned()),
            Some(found) => return Err(found.failure("must be a path that begins with `/`")),
        };
        services.push(Service { name: name.into_owned(), port, health });
    }
    Ok(services)
}

fn prisma_directory(keys: &mut Keys<'_>) -> Result<Option<PathBuf>, Failure> {
    let Some(found) = keys.take("prisma") else { return Ok(None) };
    let Some(found) = found.keys(&["directory"])?.take("directory") else { return Ok(None) };
    let path = PathBuf::from(found.word()?);
    match path.components().next() {
        Some(Component::RootDir | Component::Prefix(_)) => {
            Err(found.failure("must be relative to the directory of `.nexusenv`"))
        }
        Some(Component::CurDir | Component::ParentDir | Component::Normal(_)) | None => Ok(Some(path)),
    }
}

fn guard(keys: &mut Keys<'_>, environments: &[Environment]) -> Result<Vec<GuardRule>, Failure> {
    let Some(found) = keys.take("guard") else { return Ok(Vec::new()) };
    let names: Vec<EnvironmentName> = environments.iter().map(|environment| environment.name.clone()).collect();
    let mut rules = Vec::new();
    for found in found.list().map_err(|failure| failure.hint("a rule begins with `[[guard]]`, in double brackets"))? {
        let origin = match found.at.file {
            File::Main => RuleOrigin::Repository,
            File::Local => RuleOrigin::Local,
        };
        let mut keys = found.keys(&["command", "on", "action", "reason"])?;
        let command = keys.need("command", "the words that the rule is about, with `*` for any")?.word()?.to_owned();
        let on = match keys.take("on") {
            None => Vec::new(),
            Some(found) => {
                let empty = found.failure("names no environment").hint("leave it out for every protected one");
                let on = found.list()?.iter().map(|name| known(name, &names)).collect::<Result<Vec<_>, _>>()?;
                if on.is_empty() {
                    return Err(empty);
                }
                on
            }
        };
        let action = match keys.take("action") {
            None => GuardAction::Block,
            Some(found) => found.choice(&[
                ("block", GuardAction::Block),
                ("confirm", GuardAction::Confirm),
                ("allow", GuardAction::Allow),
            ])?,
        };
        let reason = keys.take("reason").map(|found| found.word().map(str::to_owned)).transpose()?;
        rules.push(GuardRule { command, on, action, reason, origin });
    }
    Ok(rules)
}
