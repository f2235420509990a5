//! `allow` and `deny`: the person's word on a configuration, which is about its content. What cannot be understood is
//! not allowed.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::domain::ambient::Ambient;
use crate::domain::change::Change;
use crate::domain::config::{Config, Environment, Protection};
use crate::domain::name::VariableName;
use crate::domain::repository::{InputKind, Repository};
use crate::domain::safe_text::{self, safe_text};
use crate::domain::schema;
use crate::edge::repo::{self, Found};
use crate::edge::trust::{self, Trust};
use crate::edge::vault::{self, Expected, Wanted};
use crate::edge::{identity, terminal};
use crate::error::{Failure, Result, told};

/// What is trusted now, for recording which stores of secrets go with it.
#[derive(Debug)]
pub struct Allowed {
    pub repository: Repository,
    pub config: Config,
}

/// `allow [PATH]`: trusts the content of a configuration, and shows what changed, or for the first time what is in it.
/// `lifted` are the refused names that the person's own configuration lets through.
///
/// # Errors
/// No configuration there, or one that cannot be read or understood, which then stays as it was.
pub fn allow(ambient: &Ambient, path: Option<&Path>, lifted: &[VariableName]) -> Result<Allowed> {
    let repository = repository(ambient, path)?;
    let config = schema::parse(&trust::texts(&repository)?, lifted)?;
    let file = shown(ambient, &repository);
    match trust::judge(ambient, &repository)? {
        Trust::Allowed(_) => terminal::say(ambient, &format!("{file} is already allowed")),
        Trust::Asks(changes) if !changes.is_empty() => {
            trust::allow(ambient, &repository)?;
            terminal::say(ambient, &format!("allowed {file}, which changed:{}", differences(&changes)));
        }
        Trust::Asks(_) | Trust::Denied => {
            trust::allow(ambient, &repository)?;
            terminal::say(ambient, &format!("allowed {file}{}", summary(&config)));
        }
    }
    Ok(Allowed { repository, config })
}

/// `deny [PATH]`: distrusts the content of a configuration. It need not be understood.
pub fn deny(ambient: &Ambient, path: Option<&Path>) -> Result<()> {
    let repository = repository(ambient, path)?;
    let file = shown(ambient, &repository);
    // Whatever was said about it before, an allowed text that cannot be judged included, the answer is now no.
    if let Ok(Trust::Denied) = trust::judge(ambient, &repository) {
        terminal::say(ambient, &format!("{file} is already denied"));
        return Ok(());
    }
    trust::deny(ambient, &repository)?;
    terminal::say(ambient, &format!("denied {file}: nothing is loaded from it, and it no longer asks"));
    Ok(())
}

/// The configuration at or above the current directory, or that which a path names: a directory at or below it, or one
/// of its files.
fn repository(ambient: &Ambient, path: Option<&Path>) -> Result<Repository> {
    let found = match path {
        None => repo::find(ambient)?,
        Some(path) => repo::find_from(ambient, &directory(ambient, path)?)?,
    };
    match found {
        Found::Repository(repository) => Ok(repository),
        Found::Unreadable(_, error) => Err(error),
        Found::Nothing(_) => {
            let place = path.map_or("here".to_owned(), |path| format!("at `{}`", safe_text::path(path)));
            Err(anyhow!(Failure::new(format!("no `.nexusenv` {place} or above")).hint("nexus-env init, to make one")))
        }
    }
}

fn directory(ambient: &Ambient, typed: &Path) -> Result<PathBuf> {
    let shown = safe_text::path(typed);
    let missing = || anyhow!(Failure::new(format!("there is no `{shown}`")));
    let path = ambient.cwd.as_deref().unwrap_or(Path::new("/")).join(typed);
    let ours = [InputKind::Main, InputKind::Local].map(|kind| kind.file_name().as_ref());
    let directory = if path.is_dir() {
        path.as_path()
    } else if !path.exists() {
        return Err(missing());
    } else if path.file_name().is_some_and(|name| ours.contains(&name)) {
        path.parent().unwrap_or(&path)
    } else {
        return Err(anyhow!(
            Failure::new(format!("`{shown}` is no configuration")).hint("name a directory, or its `.nexusenv`")
        ));
    };
    directory.canonicalize().map_err(|_| missing())
}

/// `.nexusenv` where it stands in the current directory, else its path, `~` for home.
fn shown(ambient: &Ambient, repository: &Repository) -> String {
    let path = &repository.main.path;
    let shown = if ambient.cwd.as_deref() == Some(&repository.root) {
        InputKind::Main.file_name().to_owned()
    } else {
        match ambient.home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(below) => format!("~/{}", below.display()),
            None => path.display().to_string(),
        }
    };
    format!("`{}`", safe_text(&shown))
}

fn differences(changes: &[Change]) -> String {
    let mut text = String::new();
    for change in changes {
        if changes.len() > 1 || change.file != InputKind::Main.file_name() {
            text.push_str(&format!("\n  {}", change.file));
        }
        for line in change.told() {
            text.push_str(&format!("\n  {line}"));
        }
    }
    text
}

/// A line for each environment: what it is, and the names of its variables.
fn summary(config: &Config) -> String {
    let label = |environment: &Environment| {
        let word = match environment.protection {
            Protection::Protected => " (protected)",
            Protection::Open if environment.name == config.default => " (default)",
            Protection::Open => "",
        };
        format!("{}{word}", environment.name)
    };
    let width = config.environments.iter().map(|environment| label(environment).len()).max().unwrap_or(0);
    let line = |environment: &Environment| {
        let names: Vec<&str> = environment.vars.iter().map(|(name, _)| name.as_str()).collect();
        let names = if names.is_empty() { "no plain variables".to_owned() } else { names.join(", ") };
        format!("\n  {:width$}  {}", label(environment), safe_text(&names))
    };
    config.environments.iter().map(line).collect()
}

/// `allow` as it is typed: the configuration, and with it the keys of the environments' secrets that this person can
/// read. A store that opens was made by somebody who could read the environment, or anew by somebody who could not: that
/// is what the person's word is about.
pub fn allow_with_secrets(ambient: &Ambient, path: Option<&Path>) -> Result<()> {
    let lifted = identity::lifted_names(ambient);
    let Allowed { repository, config } = allow(ambient, path, &lifted)?;
    for environment in &config.environments {
        if let Err(error) = pin(ambient, &repository, &config, environment, &lifted) {
            let (sentence, hint, _) = told(&error);
            let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            terminal::say(ambient, &format!("the secrets of {} stay closed: {sentence}{hint}", environment.name));
        }
    }
    Ok(())
}

fn pin(
    ambient: &Ambient,
    repository: &Repository,
    config: &Config,
    environment: &Environment,
    lifted: &[VariableName],
) -> Result<()> {
    let name = &environment.name;
    let Some(container) = vault::read(&repository.root, name)? else { return Ok(()) };
    let identities = identity::find(ambient)?;
    let expected =
        Expected { id: &config.id, environment: name, protection: environment.protection, pin: None, lifted };
    let opened = vault::open(&container, &expected, &identities, Wanted::Only(&[]))?;
    // A file that was damaged is written anew; that is what it tells one to do.
    let known = trust::pin(ambient, &config.id, name).unwrap_or(None);
    let opened_pin = vault::still_protected(known, opened.pin, &expected)?;
    match known {
        Some(known) if known == opened_pin => return Ok(()),
        Some(known) if known.fingerprint == opened.pin.fingerprint && known.revision > opened.pin.revision => {
            let (found, seen) = (opened.pin.revision, known.revision);
            terminal::say(
                ambient,
                &format!("the secrets of {name} went back from revision {seen} to {found}, and are allowed"),
            );
        }
        Some(known) if known.fingerprint != opened.pin.fingerprint => {
            terminal::say(
                ambient,
                &format!("the secrets of {name} have a new key, and are allowed ({})", container.readers()),
            );
        }
        Some(_) | None => {}
    }
    trust::forget(ambient, &config.id, name)?;
    trust::remember(ambient, &config.id, name, opened_pin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::repository::{AllowedText, AllowedTexts};

    #[test]
    fn the_first_time_environments_and_names_are_shown() {
        let text =
            "id = \"9f3k2v7m4q8x1c5b\"\n[env.dev.vars]\nB = \"\"\nA = \"\"\n[env.test]\n[env.prod.vars]\nA = \"\"";
        let main = AllowedText { file: ".nexusenv", text: text.to_owned() };
        let config = schema::parse(&AllowedTexts { main, local: None }, &[]).unwrap();
        assert_eq!(
            summary(&config),
            "\n  dev (default)     B, A\n  test              no plain variables\n  prod (protected)  A"
        );
    }

    #[test]
    fn the_file_is_named_where_it_is_not_the_obvious_one() {
        let change = |file: &'static str| Change { file, lines: vec!["+ a".to_owned()], more: 0 };
        assert_eq!(differences(&[change(".nexusenv")]), "\n  + a");
        assert_eq!(differences(&[change(".nexusenv.local")]), "\n  .nexusenv.local\n  + a");
    }
}
