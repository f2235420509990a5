//! `set`: stores one secret, typed without echo or from stdin. No value passes through an argument, and none is shown.

use super::{Place, allowed_name, change, myself, open};
use crate::domain::container::Container;
use crate::domain::container::seal::Change;
use crate::domain::name::VariableName;
use crate::domain::secret::Secret;
use crate::edge::entry::{self, Entry};
use crate::edge::vault::{self, Wanted};
use crate::edge::{identity, terminal};
use crate::error::{Exit, Failure, Result};

/// Linux starts no program with a longer `NAME=value` (MAX_ARG_STRLEN, execve(2)); in bytes, without the final NUL.
const LONGEST_EXPORTED: usize = 128 * 1024 - 1;

/// `set NAME`: stores a secret, typed without echo or from stdin.
pub fn set(place: &Place<'_>, name: &str) -> Result<()> {
    let name = allowed_name(place, name)?;
    let readers = readers(place)?;
    let environment = place.expected.environment;
    let value = match entry::kind() {
        Entry::Stdin => entry::from_stdin()?,
        Entry::Terminal => {
            entry::from_terminal(&format!("nexus-env: {environment} · {readers}\nvalue of {name} (not shown): "))?
        }
    };
    store(place, name, value)
}

/// Stores one value, wherever it came from. A value that is the same writes nothing.
pub fn store(place: &Place<'_>, name: VariableName, value: Secret) -> Result<()> {
    let environment = place.expected.environment;
    if value.expose().contains(&0) {
        return Err(Failure::new(format!("the value of `{name}` holds a NUL byte, which no variable can"))
            .hint("store it in base64, or store the path of a file")
            .into());
    }
    let long = value.expose().len() + name.as_str().len() + 1 > LONGEST_EXPORTED;
    let outcome = change(place, &[Change::Set(name.clone(), value)])?;
    match outcome.after {
        Some(_) => terminal::say(place.ambient, &format!("stored `{name}` for {environment}")),
        None => terminal::say(place.ambient, &format!("`{name}` has this value for {environment} already")),
    }
    if long {
        let sentence = format!("`{name}` is longer than 128 KiB: Linux starts no program while it is exported");
        terminal::say_anyway(&sentence);
    }
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
