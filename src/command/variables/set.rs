//! `set`: stores one secret, typed without echo or from stdin. No value passes through an argument, and none is shown.

use super::{Place, allowed_name, change, myself, open};
use crate::domain::config::name::VariableName;
use crate::domain::store::container::Container;
use crate::domain::store::container::seal::Change;
use crate::domain::target::acceptance::Emptiness;
use crate::domain::target::holding;
use crate::domain::text::secret::Secret;
use crate::edge::entry;
use crate::edge::vault::{self, Wanted};
use crate::edge::{identity, terminal};
use crate::error::{Exit, Failure, Result};

/// `set NAME`: stores a secret, typed without echo or from stdin.
pub fn set(place: &Place<'_>, name: &str, emptiness: Emptiness) -> Result<()> {
    let name = allowed_name(place, name)?;
    let readers = readers(place)?;
    let environment = place.expected.environment;
    let prompt = format!("nexus-env: {environment} · {readers}\nvalue of {name} (not shown): ");
    store(place, name, entry::value(&prompt, emptiness)?, emptiness)
}

/// Stores one value, wherever it came from. A value that is the same writes nothing.
pub fn store(place: &Place<'_>, name: VariableName, value: Secret, emptiness: Emptiness) -> Result<()> {
    let environment = place.expected.environment;
    place.offer(&name).accept(value.expose(), emptiness)?;
    let (given, value) = (value.clone(), holding::stored(&value));
    if given != value {
        terminal::say(place.ambient, &format!("left out of `{name}`: the read-only option that get and export put on"));
    }
    let outcome = change(place, &[Change::Set(name.clone(), value)])?;
    let before = outcome.before.as_ref().and_then(|container| container.ciphertext(&name));
    let mut said = match (outcome.after, before) {
        (None, _) => format!("`{name}` has this value for {environment} already"),
        (Some(_), None) => format!("stored `{name}` for {environment}"),
        (Some(_), Some(_)) => format!("replaced the value of `{name}` for {environment}"),
    };
    if place.plain.contains(&name) {
        said.push_str("; its plain value, in `.nexusenv` or `.nexusenv.local`, wins until that line goes");
    }
    terminal::say(place.ambient, &said);
    Ok(())
}

/// Why a value on the command line is not taken.
pub fn refuse_argument(name: &str) -> Failure {
    let known = VariableName::new(name).map_or_else(|| "NAME".to_owned(), |name| name.to_string());
    Failure::new("a value is never taken from the command line: other users see it there, and the history keeps it")
        .hint(format!("nexus-env set {known}, which asks for it, or some-command | nexus-env set {known}"))
        .exit(Exit::Usage)
}

/// Who will be able to read what is about to be typed. A store that cannot be read cannot be written, so that is
/// found out before anything is typed.
fn readers(place: &Place<'_>) -> Result<String> {
    let Some(container) = vault::read(place.root, place.expected.environment)? else {
        identity::own_recipient(place.identities)?;
        return Ok(format!("new, 1 reader: {}", myself(place)));
    };
    open(place, &container, Wanted::Only(&[]))?;
    Ok(said(&container))
}

fn said(container: &Container) -> String {
    match container.recipients.len() {
        1 => format!("1 reader: {}", container.readers()),
        count => format!("{count} readers: {}", container.readers()),
    }
}
