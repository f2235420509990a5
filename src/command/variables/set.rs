//! `set`: stores one secret, typed without echo or from stdin. No value passes through an argument, and none is shown.

use super::{Place, allowed_name, change, open, today};
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::beside;
use crate::domain::store::reader_key;
use crate::domain::store::sealed::Store;
use crate::domain::store::sealed::history::{self, Expiry, Note};
use crate::domain::store::sealed::seal::Change;
use crate::domain::target::acceptance::{self, Emptiness};
use crate::domain::target::holding;
use crate::domain::text::secret::Secret;
use crate::edge::entry;
use crate::edge::vault::{self, Wanted};
use crate::edge::{identity, terminal};
use crate::error::{Exit, Failure, Result};

/// What is told of a secret beside its value, in clear; `Some(None)` takes it off.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub expiry: Option<Option<Expiry>>,
    pub note: Option<Option<Note>>,
    pub value: Kept,
}

/// Whether the value itself is asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Kept {
    #[default]
    No,
    /// `--keep`.
    Yes,
}

impl Beside {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A time that is none, and a note that cannot be kept or would put a password into git.
    pub fn typed(ambient: &Ambient, expires: Option<&str>, note: Option<&str>, value: Kept) -> Result<Beside> {
        if note.is_some_and(|note| !acceptance::passwords(note).is_empty() || reader_key::is_secret(note)) {
            return Err(Failure::new("this note holds a password, and a note is kept in clear")
                .hint("say where the secret was issued, without the secret itself")
                .exit(Exit::Usage)
                .into());
        }
        let expiry = expires.map(|text| beside::expiry(text, today(ambient))).transpose()?;
        Ok(Beside { expiry, note: note.map(beside::note).transpose()?, value })
    }

    fn changes(&self, name: &VariableName) -> Vec<Change> {
        let expiry = self.expiry.map(|expiry| Change::Expires(name.clone(), expiry));
        expiry.into_iter().chain(self.note.clone().map(|note| Change::Noted(name.clone(), note))).collect()
    }
}

/// `set NAME`: stores a secret, typed without echo or from stdin, and what is to be told beside it.
///
/// # Errors
/// A name or value that is refused, nothing on the terminal or on stdin, a store that does not open, and one that
/// cannot be written.
pub fn set(place: &Place<'_>, name: &str, emptiness: Emptiness, beside: &Beside) -> Result<()> {
    let name = allowed_name(place, name)?;
    let readers = readers(place)?;
    let environment = place.expected.environment;
    let known = vault::read(place.root, environment)?.is_some_and(|store| store.ciphertext(&name).is_some());
    let prompt = |how| format!("nexus-env: {environment} · {readers}\nvalue of {name} ({how}): ");
    let value = match (beside.value, known) {
        (Kept::Yes, true) => None,
        (Kept::Yes, false) => {
            return Err(Failure::new(format!("`{name}` is no secret of {environment}, so there is no value to keep"))
                .hint(format!("nexus-env set {name} -e {environment}"))
                .into());
        }
        (Kept::No, true) if !beside.changes(&name).is_empty() => {
            entry::value_or_kept(&prompt("not shown; Enter keeps the one it has"), emptiness)?
        }
        (Kept::No, _) => Some(entry::value(&prompt("not shown"), emptiness)?),
    };
    put(place, name, value, emptiness, beside)
}

/// Stores one value, wherever it came from. A value that is the same writes nothing.
///
/// # Errors
/// A value that is refused, a store that does not open, and one that cannot be written.
pub fn store(place: &Place<'_>, name: VariableName, value: Secret, emptiness: Emptiness) -> Result<()> {
    put(place, name, Some(value), emptiness, &Beside::default())
}

fn put(
    place: &Place<'_>,
    name: VariableName,
    value: Option<Secret>,
    emptiness: Emptiness,
    beside: &Beside,
) -> Result<()> {
    let environment = place.expected.environment;
    let mut changes = Vec::new();
    if let Some(given) = &value {
        place.offer(&name).accept(given.expose(), emptiness)?;
        let value = holding::stored(given);
        if *given != value {
            let sentence = format!("left out of `{name}`: the read-only option that get and export put on");
            terminal::say(place.ambient, &sentence);
        }
        changes.push(Change::Set(name.clone(), value));
    }
    changes.extend(beside.changes(&name));
    let outcome = change(place, &changes)?;
    let ciphertext = |store: &Option<Store>| store.as_ref().and_then(|store| store.ciphertext(&name).cloned());
    let (before, after) = (ciphertext(&outcome.before), ciphertext(&outcome.after));
    let mut said = match (&after, &before) {
        (None, _) => format!("`{name}` has this value for {environment} already"),
        (Some(_), None) => format!("stored `{name}` for {environment}"),
        (Some(new), Some(old)) if new == old => format!("`{name}` keeps its value for {environment}"),
        (Some(_), Some(_)) => format!("replaced the value of `{name}` for {environment}"),
    };
    let store = outcome.after.as_ref().or(outcome.before.as_ref());
    if let Some(expiry) = store.and_then(|store| history::get(&store.history.expires, &name)) {
        said.push_str(&format!("; it expires on {}", expiry.on));
    }
    if place.plain.contains(&name) {
        said.push_str("; its plain value, in `.nexusenv` or `.nexusenv.local`, wins until that line goes");
    }
    terminal::say(place.ambient, &said);
    Ok(())
}

/// Why a value on the command line is not taken.
pub fn refuse_argument(name: &str, environment: Option<&str>) -> Failure {
    let known = VariableName::new(name).map_or_else(|| "NAME".to_owned(), |name| name.to_string());
    let known = match environment.and_then(EnvironmentName::new) {
        Some(environment) => format!("{known} -e {environment}"),
        None => known,
    };
    Failure::new(
        "a value is never taken from the command line: other users see it there, and the shell's history has it now",
    )
    .hint(format!("nexus-env set {known}, which asks for it, or some-command | nexus-env set {known}"))
    .exit(Exit::Usage)
}

/// Who will be able to read what is about to be typed. A store that cannot be read cannot be written, so that is
/// found out before anything is typed.
fn readers(place: &Place<'_>) -> Result<String> {
    let Some(store) = vault::read(place.root, place.expected.environment)? else {
        identity::own_recipient(place.identities)?;
        return Ok(format!("new, 1 reader: {}", identity::own_name(place.ambient)));
    };
    open(place, &store, Wanted::Only(&[]))?;
    Ok(said(&store))
}

fn said(store: &Store) -> String {
    match store.recipients.len() {
        1 => format!("1 reader: {}", store.readers()),
        count => format!("{count} readers: {}", store.readers()),
    }
}
