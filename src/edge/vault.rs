//! The store on disk: `.nexusenv.d/<environment>.toml`, read whole, opened or refused whole, replaced whole.
//!
//! No value leaves a store whose seal does not hold, and who cannot read a store cannot write it.

mod failure;
mod membership;
mod merge;
mod wrapped;
mod write;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use age::DecryptError;

pub use crate::disk::has_stores;
pub use failure::{Tampering, VaultFailure, earlier};
pub use membership::{admit, begin, renew};
pub use merge::{Merging, Texts, sides};
pub use write::{By, Lock, Others, Outcome, change, lock};

use crate::disk;
use crate::domain::config::Protection;
use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::config::refused;
use crate::domain::config::vars::Vars;
use crate::domain::store::identity::Identities;
use crate::domain::store::readers;
use crate::domain::store::sealed::format::{self, Malformed};
use crate::domain::store::sealed::seal::{Damaged, DataKey, Keys, Unsealed, Verified};
use crate::domain::store::sealed::{Pin, Store, marked};
use crate::error::Failure;
use crate::trace::{self, Step};

/// An age header takes a hundred bytes a recipient, and each costs time at every load: 600 are enough.
const LARGEST_KEY: usize = 64 * 1024;

/// What a store must be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub id: &'a RepositoryId,
    pub environment: &'a EnvironmentName,
    pub protection: Protection,
    /// What this machine remembers of it. `None` is for whoever decides whether to trust it for the first time, and
    /// for a store that is about to be made: any key passes then.
    pub pin: Option<Pin>,
    /// Names that the person's own settings let through although they are refused otherwise.
    pub lifted: &'a [VariableName],
}

#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    All,
    /// Those of these that there are.
    Only(&'a [VariableName]),
}

#[derive(Debug)]
pub struct Opened {
    pub vars: Vars,
    /// To be remembered: the highest revision seen.
    pub pin: Pin,
    /// Something to say that is no reason to refuse.
    pub warning: Option<String>,
}

/// `<root>/.nexusenv.d/<environment>.toml`.
pub fn path(root: &Path, environment: &EnvironmentName) -> PathBuf {
    root.join(".nexusenv.d").join(format!("{environment}.toml"))
}

/// The path as messages show it.
pub fn place(environment: &EnvironmentName) -> String {
    format!(".nexusenv.d/{environment}.toml")
}

/// The environment's store, or `None` where there is none. Only a regular file of at most 1 MiB is read.
///
/// # Errors
/// What is no regular file, is too large, cannot be read, or is no store.
pub fn read(root: &Path, environment: &EnvironmentName) -> Result<Option<Store>, VaultFailure> {
    let bytes = bytes(root, environment)?;
    bytes.map(|bytes| parsed(place(environment), &bytes)).transpose()
}

fn bytes(root: &Path, environment: &EnvironmentName) -> Result<Option<Vec<u8>>, VaultFailure> {
    let place = place(environment);
    match disk::read(&path(root, environment)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
            ErrorKind::InvalidInput => Err(VaultFailure::NotAFile { place }),
            ErrorKind::FileTooLarge => Err(VaultFailure::TooLarge { place }),
            _ => Err(VaultFailure::File { act: "read", place, error }),
        },
    }
}

fn parsed(place: String, text: &[u8]) -> Result<Store, VaultFailure> {
    match format::parse(text) {
        Ok(store) if store.key.len() > LARGEST_KEY => Err(VaultFailure::TooLarge { place }),
        Ok(store) => Ok(store),
        Err(malformed) => Err(unread(place, text, malformed)),
    }
}

fn unread(place: String, text: &[u8], malformed: Malformed) -> VaultFailure {
    match malformed {
        Malformed::TooLarge => VaultFailure::TooLarge { place },
        Malformed::Conflict { line } => VaultFailure::Conflict { place, line, mendable: marked::sides(text).is_some() },
        Malformed::Version(version) => VaultFailure::UnknownVersion { place, version },
        Malformed::At { line, what } => VaultFailure::Malformed { place, line, what },
    }
}

/// The environments that have a store, in order, also those that no configuration names.
pub fn names(root: &Path) -> Vec<EnvironmentName> {
    let mut all: Vec<EnvironmentName> =
        disk::stores(root).filter_map(|path| EnvironmentName::new(path.file_stem()?.to_str()?)).collect();
    all.sort();
    all
}

/// Opens a store: unwraps its key once, verifies the seal, compares with what is remembered, then opens the values.
/// Any failure opens nothing.
///
/// # Errors
/// An identity that is no reader, a seal that is broken, a store that is older or another than what is remembered, and
/// a value that does not open.
pub fn open(
    store: &Store,
    expected: &Expected<'_>,
    identities: &Identities,
    wanted: Wanted<'_>,
) -> Result<Opened, VaultFailure> {
    let keys = unwrap(store, expected, identities)?;
    let (verified, warning) = verify(store, expected, &keys)?;
    for (name, _) in &store.secrets {
        if let Some(refusal) = refused::refusal(name, expected.lifted) {
            let (environment, name) = (expected.environment.clone(), name.clone());
            return Err(VaultFailure::RefusedName { environment, name, reason: refusal.reason() });
        }
    }
    let vars = match wanted {
        Wanted::All => verified.values(),
        Wanted::Only(names) => names
            .iter()
            .filter_map(|name| verified.value(name).map(|value| Some((name.clone(), value?))).transpose())
            .collect::<Result<Vec<_>, Damaged>>()
            .map(Vars::new),
    };
    let vars = vars.map_err(|damaged| value_damaged(expected, damaged))?;
    let (count, environment) = (store.secrets.len(), expected.environment);
    trace::line(
        Step::Concluded,
        format_args!("the store of {environment} is whole: revision {}, values: {count}", store.revision),
    );
    Ok(Opened { vars, pin: pin(store, expected, &keys), warning })
}

/// The data key of a store that is verified as [`open`] does, to be kept for a time, and what is to be remembered of it.
///
/// # Errors
/// As [`open`].
pub fn unlock(
    store: &Store,
    expected: &Expected<'_>,
    identities: &Identities,
) -> Result<(DataKey, Opened), VaultFailure> {
    let opened = open(store, expected, identities, Wanted::Only(&[]))?;
    Ok((data_key(store, expected.id, expected.environment, identities)?, opened))
}

/// What to remember: the highest revision seen, also where an older one was let through with a warning.
fn pin(store: &Store, expected: &Expected<'_>, keys: &Keys) -> Pin {
    let protection = match store.protected {
        _ if was_protected(expected.pin, keys) => Protection::Protected,
        Some(stated) => stated,
        // It says nothing, so what it is called counts, until the next write says it.
        None => expected.protection,
    };
    let (revision, seal) = match expected.pin {
        Some(pin) if pin.revision > store.revision => (pin.revision, pin.seal),
        Some(_) | None => (store.revision, Some(store.seal)),
    };
    Pin { fingerprint: keys.fingerprint(), revision, protection, seal }
}

/// Whether secrets under this very key were seen to be a protected environment's.
fn was_protected(pin: Option<Pin>, keys: &Keys) -> bool {
    pin.is_some_and(|pin| pin.fingerprint == keys.fingerprint() && pin.protection == Protection::Protected)
}

/// What to remember of a store that was just allowed, where `known` was remembered before: secrets under the same key that
/// were a protected environment's stay so.
///
/// # Errors
/// Where the configuration calls that environment unprotected.
pub fn still_protected(known: Option<Pin>, opened: Pin, expected: &Expected<'_>) -> Result<Pin, VaultFailure> {
    let was = |pin: Pin| pin.fingerprint == opened.fingerprint && pin.protection == Protection::Protected;
    match (known.is_some_and(was), expected.protection) {
        (true, Protection::Open) => Err(VaultFailure::CalledUnprotected { environment: expected.environment.clone() }),
        (true, Protection::Protected) => Ok(Pin { protection: Protection::Protected, ..opened }),
        (false, _) => Ok(opened),
    }
}

/// Whether an environment's secrets are a protected one's, as far as can be told without a key: its store says so, or,
/// where that says nothing yet, this machine remembers it. Nothing is verified: this may close, and never opens.
///
/// # Errors
/// As [`read`].
pub fn claims_protection(
    root: &Path,
    environment: &EnvironmentName,
    pin: impl FnOnce() -> Option<Pin>,
) -> Result<bool, VaultFailure> {
    let Some(bytes) = bytes(root, environment)? else { return Ok(false) };
    let claimed = format::claimed(&bytes).map_err(|malformed| unread(place(environment), &bytes, malformed))?;
    Ok(match claimed {
        Some(stated) => stated == Protection::Protected,
        None => pin().is_some_and(|pin| pin.protection == Protection::Protected),
    })
}

fn value_damaged(expected: &Expected<'_>, Damaged(name): Damaged) -> VaultFailure {
    let environment = expected.environment.clone();
    VaultFailure::ValueDamaged { place: place(&environment), environment, name }
}

/// The keys of a store that says that it is the one expected. Nothing of it is verified yet.
fn unwrap(store: &Store, expected: &Expected<'_>, identities: &Identities) -> Result<Keys, VaultFailure> {
    let (id, environment) = (expected.id, expected.environment);
    Ok(Keys::derive(&data_key(store, id, environment, identities)?, id, environment))
}

/// The data key itself, for whoever wraps it for one more reader or keeps it for a time.
fn data_key(
    store: &Store,
    id: &RepositoryId,
    environment: &EnvironmentName,
    identities: &Identities,
) -> Result<DataKey, VaultFailure> {
    belongs(store, id, environment)?;
    if let Some(key) = identities.data_key() {
        return Ok(key.clone());
    }
    wrapped::data_key(store, identities).map_err(|error| closed(store, environment, identities, error))
}

/// The data key by what plugins open, of which `own` are the public keys. Nothing of the store is verified yet.
///
/// # Errors
/// A store that is another's, an identity that is no reader, and what a plugin says.
pub fn unwrap_by(
    store: &Store,
    expected: &Expected<'_>,
    plugins: &[Box<dyn age::Identity>],
    own: &Identities,
) -> Result<DataKey, VaultFailure> {
    belongs(store, expected.id, expected.environment)?;
    let key = wrapped::by(store, plugins.iter().map(|plugin| plugin.as_ref()));
    key.map_err(|error| closed(store, expected.environment, own, error))
}

fn belongs(store: &Store, id: &RepositoryId, environment: &EnvironmentName) -> Result<(), VaultFailure> {
    let place = place(environment);
    if store.repository != *id {
        return Err(VaultFailure::OtherRepository { place });
    }
    if store.environment != *environment {
        return Err(VaultFailure::OtherEnvironment { place, found: store.environment.clone() });
    }
    Ok(())
}

/// Why these identities do not open the key of a store.
fn closed(store: &Store, environment: &EnvironmentName, identities: &Identities, error: DecryptError) -> VaultFailure {
    let environment = environment.clone();
    let error = match error {
        DecryptError::Io(error) => match error.downcast::<Failure>() {
            Ok(failure) => return VaultFailure::Plugin(failure),
            Err(error) => DecryptError::Io(error),
        },
        other => other,
    };
    let own = identities.recipients();
    match (error, store.recipients.iter().find(|recipient| own.contains(&recipient.key))) {
        (DecryptError::NoMatchingKeys, Some(listed)) => {
            VaultFailure::Stripped { environment, name: listed.name.clone() }
        }
        (DecryptError::NoMatchingKeys, None) => not_a_reader(store, identities),
        // The enum is age's and may grow; every other way to fail means that these bytes are not what age wrote.
        (_, _) => VaultFailure::KeyDamaged { place: place(&environment), environment },
    }
}

/// Who reads a store, for whoever does not.
pub fn not_a_reader(store: &Store, own: &Identities) -> VaultFailure {
    VaultFailure::NotARecipient {
        environment: store.environment.clone(),
        readers: store.recipients.clone(),
        own: own.reader().map(|own| readers::unlike(&store.recipients, own)),
    }
}

/// Whether one of these identities is among the readers of a store that says that it is the one expected. Nothing of it is
/// verified, and nothing of it is opened.
///
/// # Errors
/// [`VaultFailure::NotARecipient`] for whoever is none; and where the store is another's, or its key is damaged.
pub fn readable(store: &Store, expected: &Expected<'_>, identities: &Identities) -> Result<(), VaultFailure> {
    unwrap(store, expected, identities).map(drop)
}

/// Whether the store is the one that was allowed, and what to say about it all the same.
fn verify<'a>(
    store: &'a Store,
    expected: &Expected<'_>,
    keys: &'a Keys,
) -> Result<(Verified<'a>, Option<String>), VaultFailure> {
    let environment = expected.environment.clone();
    let place = place(&environment);
    let verified = sealed(store, &environment, keys)?;
    if expected.pin.is_some_and(|pin| pin.fingerprint != keys.fingerprint()) {
        return Err(VaultFailure::KeyReplaced { environment, differs: Vec::new() });
    }
    wrapped_as_listed(store, &environment)?;
    let protected = store.protected == Some(Protection::Protected) || was_protected(expected.pin, keys);
    if protected && expected.protection == Protection::Open {
        return Err(VaultFailure::CalledUnprotected { environment });
    }
    let Some(pin) = expected.pin else { return Ok((verified, None)) };
    let (found, seen) = (store.revision, pin.revision);
    match expected.protection {
        _ if found == seen && pin.seal.is_some_and(|seal| seal != store.seal) => {
            let warning = format!("`{place}` is another revision {found} than the one that was seen here before");
            Ok((verified, Some(warning)))
        }
        _ if found >= seen => Ok((verified, None)),
        Protection::Protected => Err(VaultFailure::RolledBack { environment, place, found, seen }),
        Protection::Open => {
            let warning = format!("`{place}` is revision {found}, and revision {seen} was seen here before");
            Ok((verified, Some(warning)))
        }
    }
}

/// Whether the seal holds.
fn sealed<'a>(store: &'a Store, environment: &EnvironmentName, keys: &'a Keys) -> Result<Verified<'a>, VaultFailure> {
    keys.verify(store).map_err(|Unsealed| VaultFailure::SealBroken {
        environment: environment.clone(),
        place: place(environment),
        tampering: tampering(store, keys),
    })
}

/// Whether the key is wrapped for as many as the store names.
fn wrapped_as_listed(store: &Store, environment: &EnvironmentName) -> Result<(), VaultFailure> {
    let (listed, wrapped) = (store.recipients.len(), store.wrapped_for());
    match listed == wrapped {
        true => Ok(()),
        false => {
            let (environment, place) = (environment.clone(), place(environment));
            Err(VaultFailure::Readers { environment, place, listed, wrapped })
        }
    }
}

/// Looks for what was done to a store whose seal does not hold.
fn tampering(store: &Store, keys: &Keys) -> Tampering {
    for (name, ciphertext) in &store.secrets {
        if !keys.belongs(name, ciphertext) {
            return Tampering::Value(name.clone());
        }
    }
    let (listed, wrapped) = (store.recipients.len(), store.wrapped_for());
    if listed == wrapped { Tampering::Whole } else { Tampering::Recipients { listed, wrapped } }
}
