//! What is written to `.nexusenv` itself, a plain variable or a pinned fingerprint: an edit that stays allowed. Never writes
//! a text that would not load.

use crate::domain::config::fingerprint::Fingerprint;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::plain;
use crate::domain::config::refused;
use crate::domain::config::repository::{AllowedText, AllowedTexts, InputKind, Repository};
use crate::domain::config::schema;
use crate::domain::session::ambient::Ambient;
use crate::edge::repo::{self, Found};
use crate::edge::terminal;
use crate::edge::trust::{self, Trust};
use crate::error::{Failure, Result};
use crate::steps::load::{Active, Loaded};

/// An allowed configuration, and the environment of it that is worked on.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub ambient: &'a Ambient,
    pub repository: &'a Repository,
    pub environment: &'a EnvironmentName,
    /// The refused names that the person's own configuration lets through.
    pub lifted: &'a [VariableName],
}

/// Whether there was anything to change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Edited {
    Yes,
    No,
}

/// Writes a plain variable to `.nexusenv`, its value as it would be typed there: `${NAME}` is a reference.
///
/// # Errors
/// A refused name; a value that is not UTF-8, holds NUL or a wrong reference; a file that cannot be written.
pub fn set(place: Place<'_>, name: &VariableName, value: &[u8]) -> Result<Edited> {
    if let Some(refusal) = refused::refusal(name, place.lifted) {
        let sentence = format!("`{name}` is refused from a repository: {}", refusal.reason());
        return Err(Failure::new(sentence).hint(refusal.hint(name)).into());
    }
    let value = std::str::from_utf8(value).map_err(|_| {
        Failure::new(format!("the value for `{name}` is not UTF-8, which `.nexusenv` must be"))
            .hint(format!("nexus-env set {name} -e {} stores any bytes, encrypted", place.environment))
    })?;
    let (_lock, repository) = locked(place)?;
    let place = Place { repository: &repository, ..place };
    let texts = trust::texts(place.repository)?;
    let edited = plain::set_plain(&texts.main.text, place.environment, name, value)?;
    let known = plain::unset_plain(&texts.main.text, place.environment, name)?.is_some();
    let overridden = texts.local.as_ref().is_some_and(|local| {
        plain::unset_plain(&local.text, place.environment, name).is_ok_and(|without| without.is_some())
    });
    let outcome = write(place, texts, edited)?;
    let said = match outcome {
        Edited::Yes if known => format!("replaced the value of `{name}` for {} in `.nexusenv`", place.environment),
        Edited::Yes => format!("set `{name}` for {} in `.nexusenv`", place.environment),
        Edited::No => format!("`{name}` has this value for {} already", place.environment),
    };
    let local = if overridden { "; your `.nexusenv.local` has its own value, which wins" } else { "" };
    terminal::say(place.ambient, &format!("{said}{local}"));
    Ok(outcome)
}

/// Removes a plain variable from `.nexusenv`; `No` when that file does not set it.
///
/// # Errors
/// A configuration that is not allowed any more, and a file that cannot be read or written.
pub fn unset(place: Place<'_>, name: &VariableName) -> Result<Edited> {
    let (_lock, repository) = locked(place)?;
    let place = Place { repository: &repository, ..place };
    let texts = trust::texts(place.repository)?;
    let Some(edited) = plain::unset_plain(&texts.main.text, place.environment, name)? else { return Ok(Edited::No) };
    write(place, texts, edited)?;
    terminal::say(place.ambient, &format!("removed `{name}` for {} from `.nexusenv`", place.environment));
    Ok(Edited::Yes)
}

/// Writes the fingerprint of the environment's database to `.nexusenv`.
///
/// # Errors
/// A configuration that is not allowed any more, and a file that cannot be read or written.
pub fn pin(place: Place<'_>, fingerprint: &Fingerprint) -> Result<Edited> {
    let (_lock, repository) = locked(place)?;
    let place = Place { repository: &repository, ..place };
    let texts = trust::texts(place.repository)?;
    let edited = plain::set_fingerprint(&texts.main.text, place.environment, &fingerprint.written())?;
    write(place, texts, edited)
}

/// The right to edit `.nexusenv`, and what stands in it now that nobody else edits it: another `set --plain` may have been
/// faster, and what it wrote is allowed too.
fn locked(place: Place<'_>) -> Result<(repo::Lock, Repository)> {
    let root = &place.repository.root;
    let lock = repo::lock(root)?;
    if let Found::Repository(repository) = repo::find_from(place.ambient, root)?
        && let Trust::Allowed(_) = trust::judge(place.ambient, &repository)?
    {
        return Ok((lock, repository));
    }
    Err(Failure::new("`.nexusenv` was changed just now, and nothing was written").hint("nexus-env allow").into())
}

/// Writes an edited `.nexusenv` that must load, and keeps it allowed.
fn write(place: Place<'_>, texts: AllowedTexts, edited: String) -> Result<Edited> {
    if edited == texts.main.text {
        return Ok(Edited::No);
    }
    let main = AllowedText { file: InputKind::Main.file_name(), text: edited };
    let texts = AllowedTexts { main, ..texts };
    schema::parse(&texts, place.lifted)?;
    let bytes = texts.main.text.as_bytes();
    // First the word, then the deed: a prompt in between finds either text allowed.
    trust::follow(place.ambient, place.repository, bytes)?;
    repo::replace(&place.repository.main.path, bytes)?;
    Ok(Edited::Yes)
}

/// The place that a selection of a loaded configuration means.
pub fn place<'a>(ambient: &'a Ambient, loaded: &'a Loaded, active: &'a Active) -> Place<'a> {
    Place { ambient, repository: &loaded.repository, environment: &active.environment, lifted: &loaded.lifted }
}
