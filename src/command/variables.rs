//! The daily work on an environment's variables: `get` and `unset`, and what they share with `list`, `set` and `import` below.
//! None is printed but the one that `get` was asked for.

mod edit;
mod import;
mod list;
mod plain;
mod rotate;
mod set;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::refused::{self, Refusal};
use crate::domain::config::vars::Vars;
use crate::domain::session::ambient::Ambient;
use crate::domain::session::clipboard::way;
use crate::domain::store::identity::Identities;
use crate::domain::store::sealed::seal::Change;
use crate::domain::store::sealed::{Pin, Recipient, Store};
use crate::domain::target::acceptance::{Emptiness, Keeping, Offer, Role};
use crate::domain::target::holding;
use crate::domain::text::day::Day;
use crate::domain::text::secret::Secret;
use crate::edge::entry;
use crate::edge::vault::{self, By, Expected, Opened, Outcome, VaultFailure, Wanted};
use crate::edge::{ambient as surroundings, clipboard, identity, terminal, trust};
use crate::error::{Failure, Result};
use crate::steps::plain::Edited;
use crate::steps::{self, load, unfinished};

pub use edit::edit;
pub use import::{Questions, Replacing, Source, import, import_chosen};
pub use list::{Form, Stock, list, list_chosen};
pub use plain::set_typed;
pub use rotate::rotate;
pub use set::{Beside, Kept, refuse_argument, set, store};

/// One environment of one repository, and who works on it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub ambient: &'a Ambient,
    pub root: &'a Path,
    pub expected: Expected<'a>,
    pub identities: &'a Identities,
    /// The names that take a database URL.
    pub database_variables: &'a [VariableName],
    /// The names of the environment's plain variables, which win over secrets.
    pub plain: &'a [VariableName],
    /// Called with what is to be remembered of the store after it was opened or changed.
    pub remember: &'a dyn Fn(Pin, &[Recipient]) -> Result<()>,
}

impl Place<'_> {
    /// A secret that is to be stored here under this name.
    fn offer<'a>(&'a self, name: &'a VariableName) -> Offer<'a> {
        let role = Role::of(name, self.database_variables);
        Offer { name, environment: self.expected.environment, role, keeping: Keeping::Encrypted }
    }
}

/// `get NAME`: prints one value, with a newline after it only where a person reads it. `plain` is what the
/// configuration says for this name; `present` makes of a stored value what the shell would have.
///
/// # Errors
/// A name that is none or is not set, a store that does not open, and an output that cannot be written.
pub fn get(
    place: &Place<'_>,
    name: &str,
    plain: Option<Secret>,
    present: &dyn Fn(&VariableName, Secret) -> Result<Secret>,
    out: &mut dyn Write,
) -> Result<()> {
    print(&value(place, name, plain, present)?, out)
}

fn value(
    place: &Place<'_>,
    name: &str,
    plain: Option<Secret>,
    present: &dyn Fn(&VariableName, Secret) -> Result<Secret>,
) -> Result<Secret> {
    let name = readable_name(name)?;
    let store = vault::read(place.root, place.expected.environment)?;
    let stored = match &store {
        None => None,
        Some(store) => {
            let opened = open(place, store, Wanted::Only(std::slice::from_ref(&name)))?;
            seen(place, opened.pin, &store.recipients, opened.warning.as_deref())?;
            opened.vars.get(&name).cloned()
        }
    };
    // A plain variable of that name wins, so that `.nexusenv.local` can put one in a secret's place.
    let value = plain.or(stored).ok_or_else(|| {
        let environment = place.expected.environment;
        let secrets = store.iter().flat_map(|store| &store.secrets).map(|(name, _)| name);
        let close = |known: &&VariableName| {
            known.as_str().len() > 3 && strsim::damerau_levenshtein(known.as_str(), name.as_str()) <= 2
        };
        let hint = match secrets.chain(place.plain).find(close) {
            Some(meant) => format!("nexus-env get {meant} -e {environment}"),
            None => format!("nexus-env set {name} -e {environment}"),
        };
        Failure::new(format!("`{name}` is not set for {environment}")).hint(hint)
    })?;
    present(&name, value)
}

fn print(value: &Secret, out: &mut dyn Write) -> Result<()> {
    out.write_all(value.expose())?;
    if entry::stdout_is_terminal() {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// `unset NAME`: removes a secret.
///
/// # Errors
/// A name that is none or has no secret, a store that does not open, and one that cannot be written.
pub fn unset(place: &Place<'_>, name: &str) -> Result<()> {
    let name = readable_name(name)?;
    let environment = place.expected.environment;
    let stored = vault::read(place.root, environment)?.is_some_and(|store| store.ciphertext(&name).is_some());
    if !stored {
        let failure = Failure::new(format!("`{name}` is no secret of {environment}"));
        return Err(if place.plain.contains(&name) {
            failure.hint("it is a plain variable: its line stands in `.nexusenv`").into()
        } else {
            failure.hint(format!("nexus-env list -e {environment}")).into()
        });
    }
    change(place, &[Change::Unset(name.clone())])?;
    terminal::say(place.ambient, &format!("removed `{name}` from {environment}"));
    Ok(())
}

/// Makes changes to the environment's secrets, all of them or none.
pub(super) fn change(place: &Place<'_>, changes: &[Change]) -> Result<Outcome> {
    let lock = vault::lock(place.root)?;
    let expected = Expected { pin: pin_by_now(place)?, ..place.expected };
    let id = expected.id;
    let name = identity::own_name(place.ambient);
    let by = By { name: &name, today: today(place.ambient) };
    let outcome = vault::change(&lock, &expected, place.identities, by, changes);
    let outcome = outcome.map_err(|failure| load::with_readers(place.ambient, place.root, id, failure))?;
    // Before the next one may write, so that it knows what is there.
    let readers = outcome.after.as_ref().or(outcome.before.as_ref()).map(|store| store.recipients.as_slice());
    seen(place, outcome.pin, readers.unwrap_or_default(), outcome.warning.as_deref())?;
    Ok(outcome)
}

/// Another process of this person's may have made the store since it was looked for; while the lock is held, it has said so.
fn pin_by_now(place: &Place<'_>) -> Result<Option<Pin>> {
    let Expected { id, environment, pin, .. } = place.expected;
    pin.map_or_else(|| trust::pin(place.ambient, id, environment), |pin| Ok(Some(pin)))
}

fn seen(place: &Place<'_>, pin: Pin, readers: &[Recipient], warning: Option<&str>) -> Result<()> {
    if let Some(warning) = warning {
        terminal::say_anyway(warning);
    }
    if place.expected.pin == Some(pin) { Ok(()) } else { (place.remember)(pin, readers) }
}

fn today(ambient: &Ambient) -> Day {
    Day::of(ambient.now.seconds)
}

/// All that is stored.
pub(super) fn stored(place: &Place<'_>) -> Result<Vars> {
    let Some(store) = vault::read(place.root, place.expected.environment)? else { return Ok(Vars::default()) };
    let opened = open(place, &store, Wanted::All)?;
    seen(place, opened.pin, &store.recipients, opened.warning.as_deref())?;
    Ok(opened.vars)
}

/// Whether a value may be stored under this name, an empty one too.
pub(super) fn accept(place: &Place<'_>, name: &VariableName, value: &Secret) -> Result<()> {
    let name = allowed_name(place, name.as_str())?;
    Ok(place.offer(&name).accept(value.expose(), Emptiness::Meant)?)
}

/// Opens a store that was allowed.
fn open(place: &Place<'_>, store: &Store, wanted: Wanted<'_>) -> Result<Opened> {
    let pin = match place.expected.pin {
        Some(pin) => Some(pin),
        None => {
            // Where nothing can be locked, nothing was written just now.
            let _lock = vault::lock(place.root).ok();
            pin_by_now(place)?
        }
    };
    match pin {
        Some(_) => {
            let expected = Expected { pin, ..place.expected };
            let opened = vault::open(store, &expected, place.identities, wanted);
            let told = |failure| load::with_readers(place.ambient, place.root, place.expected.id, failure);
            Ok(opened.map_err(told)?)
        }
        None => Err(VaultFailure::NotAllowed { environment: place.expected.environment.clone() }.into()),
    }
}

fn allowed_name(place: &Place<'_>, text: &str) -> Result<VariableName> {
    let name = readable_name(text)?;
    match refusal(place, &name) {
        None => Ok(name),
        Some(refusal) => {
            Err(Failure::new(format!("`{name}` is refused: {}", refusal.reason())).hint(refusal.hint(&name)).into())
        }
    }
}

fn refusal(place: &Place<'_>, name: &VariableName) -> Option<Refusal> {
    refused::refusal(name, place.expected.lifted)
}

/// The words of a command line may hold a secret that was typed in the wrong place: only what looks like a name is
/// shown again.
fn readable_name(text: &str) -> Result<VariableName> {
    if let Some((name, _)) = text.split_once('=') {
        return Err(refuse_argument(name, None).into());
    }
    VariableName::new(text).ok_or_else(|| {
        let wordlike = text.len() <= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        let shown = if wordlike { format!("`{text}`") } else { "this".to_owned() };
        Failure::new(format!("{shown} is no name of a variable"))
            .hint("a name has letters, digits and _, and does not begin with a digit")
            .into()
    })
}

/// Does `work` at an environment of this repository: the one that was named, else the selected one. What this machine
/// remembers of its store goes in, and is kept up to date.
///
/// # Errors
/// No usable configuration, an unknown environment, a coding agent at a protected one, no identity, and whatever `work`
/// fails with.
pub fn at<T>(
    ambient: &Ambient,
    environment: Option<&str>,
    work: impl FnOnce(&Place<'_>, &load::Loaded, &load::Active) -> Result<T>,
) -> Result<T> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, environment)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    load::refuse_agent(ambient, environment, &format!("changing the secrets of {}", environment.name))?;
    unfinished::finish(ambient, &loaded.repository.root)?;
    let store = vault::read(&loaded.repository.root, &environment.name)?;
    let identities = match &store {
        Some(store) => loaded.opened.identities(ambient, &environment.name, &[store], load::Asking::Person)?,
        None => match load::gone(&loaded.repository.root, &environment.name) {
            Some(failure) => return Err(failure.into()),
            None => Arc::new(identity::find_asking(ambient, &entry::passphrase)?),
        },
    };
    if store.is_some() && trust::pin(ambient, &loaded.config.id, &environment.name)?.is_none() {
        // Another `set` may have made the store this very moment: it is remembered before its lock is given back.
        drop(vault::lock(&loaded.repository.root)?);
    }
    let pin = match &store {
        Some(store) => Some(load::known_pin(ambient, &loaded, environment, store, &identities)?),
        None => None,
    };
    let remember =
        |pin, readers: &[Recipient]| trust::remember(ambient, &loaded.config.id, &environment.name, pin, readers);
    let place = Place {
        ambient,
        root: &loaded.repository.root,
        expected: load::expected(&loaded, environment, pin),
        identities: &identities,
        database_variables: &loaded.config.database_variables,
        plain: &plain_names(&loaded, &environment.name),
        remember: &remember,
    };
    work(&place, &loaded, &active)
}

/// `get` as it is typed: what the shell would have, read-only where the shell's is.
///
/// # Errors
/// As [`at`] and [`get`].
pub fn get_presented(ambient: &Ambient, name: &str, environment: Option<&str>, out: &mut dyn Write) -> Result<()> {
    print(&presented(ambient, name, environment)?.0, out)
}

/// `get --copy`: the same to the clipboard.
///
/// # Errors
/// As [`at`] and [`get`], and a clipboard that cannot be reached.
pub fn copy_presented(ambient: &Ambient, name: &str, environment: Option<&str>) -> Result<()> {
    let (value, environment) = presented(ambient, name, environment)?;
    let path = ambient.variables.get("PATH").unwrap_or_default();
    let way =
        way(&ambient.variables, ambient.terminal, &|program| surroundings::finds(path, program)).ok_or_else(|| {
            Failure::new("there is no clipboard here: no display with wl-copy, xclip or xsel, and no terminal")
                .hint(format!("nexus-env get {name} -e {environment}"))
        })?;
    clipboard::copy(way, &value)?;
    let sentence = format!(
        "copied `{name}` of {environment} to the clipboard, by {}; nothing clears it there, so copy something else afterwards",
        way.name()
    );
    terminal::say(ambient, &sentence);
    Ok(())
}

/// The value that the shell would have, and whose it is.
fn presented(ambient: &Ambient, name: &str, environment: Option<&str>) -> Result<(Secret, EnvironmentName)> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, environment)?;
    let of_it = load::environment(&loaded, active.environment.as_str())?;
    load::refuse_agent(ambient, of_it, &format!("`get` of {}", of_it.name))?;
    let whose = of_it.name.clone();
    // Without a store no identity is needed.
    if vault::read(&loaded.repository.root, &active.environment)?.is_none() {
        let value = VariableName::new(name).and_then(|name| {
            let given = load::given(ambient, &loaded, &active).ok()?;
            given.vars.get(&name).cloned().inspect(|_| given.warn())
        });
        if let Some(value) = value {
            return Ok((value, whose));
        }
    }
    at(ambient, environment, |place, loaded, active| {
        let environment = load::environment(loaded, active.environment.as_str())?;
        let plain = match VariableName::new(name).filter(|name| environment.vars.iter().any(|(n, _)| n == name)) {
            Some(name) => load::variables(ambient, loaded, active)?.get(&name).cloned(),
            None => None,
        };
        let access = load::access(environment, active.granted);
        let named = &loaded.config.database_variables;
        let present = |name: &VariableName, value: Secret| {
            let value = holding::presented(&environment.name, access, named, name, &value)?;
            let given = load::as_seen(ambient, loaded, environment, Vars::new([(name.clone(), value.clone())]))?;
            given.warn();
            Ok(given.vars.get(name).cloned().unwrap_or(value))
        };
        Ok((value(place, name, plain, &present)?, whose.clone()))
    })
}

/// The names of an environment's plain variables.
pub fn plain_names(loaded: &load::Loaded, environment: &EnvironmentName) -> Vec<VariableName> {
    let vars =
        loaded.config.environment(environment).map(|environment| environment.vars.as_slice()).unwrap_or_default();
    vars.iter().map(|(name, _)| name.clone()).collect()
}

/// `unset` as it is typed: a secret, or else a plain variable of `.nexusenv`.
///
/// # Errors
/// As [`at`] and [`unset`], and a `.nexusenv` that cannot be edited.
pub fn unset_chosen(ambient: &Ambient, name: &str, environment: Option<&str>) -> Result<()> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, environment)?;
    let of_it = load::environment(&loaded, active.environment.as_str())?;
    load::refuse_agent(ambient, of_it, &format!("`unset` in {}", of_it.name))?;
    let plain = plain_names(&loaded, &active.environment);
    let stored = vault::read(&loaded.repository.root, &active.environment)?;
    if let Some(name) = VariableName::new(name)
        && stored.is_none_or(|store| store.ciphertext(&name).is_none())
        && plain.contains(&name)
        && steps::plain::unset(steps::plain::place(ambient, &loaded, &active), &name)? == Edited::Yes
    {
        return Ok(());
    }
    at(ambient, environment, |place, _, _| unset(place, name))
}
