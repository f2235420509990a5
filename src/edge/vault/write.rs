//! Changing a store: one writer at a time, verified before it is touched, replaced by a rename. It never wraps an
//! existing key anew, so a recipient planted in the file gains nothing by waiting.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use age::{EncryptError, Encryptor};
use rand::RngCore;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use super::{Expected, VaultFailure, pin, place, read, unwrap, value_damaged, verify};
use crate::disk;
use crate::domain::config::name::EnvironmentName;
use crate::domain::store::identity::Identities;
use crate::domain::store::plugin::PluginName;
use crate::domain::store::sealed::seal::{Change, Damaged, DataKey, Keys};
use crate::domain::store::sealed::{LARGEST, NONCE, Pin, Recipient, RecipientName, Store, format};
use crate::domain::text::day::Day;
use crate::domain::text::safe_text;
use crate::error::Failure;

/// The right to replace stores of one repository, for as long as it lives. The kernel takes it back when the process
/// dies, and no file is left behind for git to see: what is locked is the directory itself.
pub struct Lock {
    /// Locked for as long as it is open.
    _directory: File,
    root: PathBuf,
    path: PathBuf,
}

/// A store before and after a change.
#[derive(Debug)]
pub struct Outcome {
    /// `None` when the store was made by it.
    pub before: Option<Store>,
    /// `None` when nothing was another, and nothing was written.
    pub after: Option<Store>,
    /// To be remembered.
    pub pin: Pin,
    pub warning: Option<String>,
}

/// Waits for another writer of the same repository, and makes `.nexusenv.d` where there is none.
///
/// # Errors
/// Where the directory cannot be made or locked.
pub fn lock(root: &Path) -> Result<Lock, VaultFailure> {
    let path = root.join(".nexusenv.d");
    let failed = |error| VaultFailure::File { act: "lock", place: ".nexusenv.d".to_owned(), error };
    match DirBuilder::new().create(&path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(VaultFailure::File { act: "make", place: safe_text::typed(&path), error });
        }
        Ok(()) | Err(_) => {}
    }
    let directory = disk::lock(&path).map_err(failed)?;
    Ok(Lock { _directory: directory, root: root.to_owned(), path })
}

impl Lock {
    /// The environment's store as it is while nobody else writes.
    ///
    /// # Errors
    /// What is no regular file, is too large, cannot be read, or is no store.
    pub fn read(&self, environment: &EnvironmentName) -> Result<Option<Store>, VaultFailure> {
        read(&self.root, environment)
    }

    /// Replaces an environment's store: beside it, to disk, then renamed over it. Whenever the process dies, the
    /// store is the old one or the new one. Keeps the mode, and a symbolic link stays one.
    ///
    /// # Errors
    /// Where it cannot be written; the old one is there still.
    pub fn write(&self, environment: &EnvironmentName, store: &Store) -> Result<(), VaultFailure> {
        self.write_all(&[(environment, store)])
    }

    /// The same for several: where one of them cannot be written beside its old one, none is replaced.
    ///
    /// # Errors
    /// Where one of them cannot be written.
    pub fn write_all(&self, stores: &[(&EnvironmentName, &Store)]) -> Result<(), VaultFailure> {
        let mut staged = Vec::with_capacity(stores.len());
        // What a killed `set --plain` left stands beside `.nexusenv`, where git shows it.
        disk::beside::sweep(&self.root);
        for (environment, store) in stores {
            let place = place(environment);
            let text = format::render(store);
            if text.len() > LARGEST {
                return Err(VaultFailure::TooLarge { place });
            }
            let path = self.path.join(format!("{environment}.toml"));
            match disk::stage(&path, text.as_bytes()) {
                Ok(beside) => staged.push((place, beside)),
                Err(error) => return Err(VaultFailure::File { act: "write", place, error }),
            }
        }
        for (place, beside) in staged {
            beside.replace().map_err(|error| VaultFailure::File { act: "write", place, error })?;
        }
        Ok(())
    }
}

/// Who changes a store, and on which day: what it tells beside its secrets.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// What they are called among the readers of a store that they make.
    pub name: &'a RecipientName,
    pub today: Day,
}

/// Makes changes to an environment's store, all in one write or none; `expected` is what was remembered since the lock
/// was taken, so that what another writer of this machine made just before is known. Where there is no store, one is made with
/// `by` as the only recipient; where there is one, it must be one whose key is remembered.
///
/// # Errors
/// A store that does not open, a name that is refused, and a file that cannot be written.
pub fn change(
    lock: &Lock,
    expected: &Expected<'_>,
    identities: &Identities,
    by: By<'_>,
    changes: &[Change],
) -> Result<Outcome, VaultFailure> {
    let before = lock.read(expected.environment)?;
    // A file made to the public recipients by somebody else would hand them what is stored now.
    if before.is_some() && expected.pin.is_none() {
        return Err(VaultFailure::NotAllowed { environment: expected.environment.clone() });
    }
    let (base, keys) = match &before {
        Some(store) => (store.clone(), unwrap(store, expected, identities)?),
        None => create(expected, identities, by)?,
    };
    // What is remembered is of a store that is gone, where this one was made just now.
    let expected = Expected { pin: before.as_ref().and(expected.pin), ..*expected };
    let (verified, warning) = verify(&base, &expected, &keys)?;
    let after =
        verified.changed(changes, expected.protection, by.today, nonce).map_err(|stopped| stopped.told(&expected))?;
    if let Some(after) = &after {
        lock.write(expected.environment, after)?;
    }
    let pin = pin(after.as_ref().unwrap_or(&base), &expected, &keys);
    Ok(Outcome { before, after, pin, warning })
}

pub(super) enum Stopped {
    NoRandomness,
    Damaged(Damaged),
}

impl From<Damaged> for Stopped {
    fn from(damaged: Damaged) -> Self {
        Stopped::Damaged(damaged)
    }
}

impl Stopped {
    pub(super) fn told(self, expected: &Expected<'_>) -> VaultFailure {
        match self {
            Stopped::NoRandomness => VaultFailure::NoRandomness,
            Stopped::Damaged(damaged) => value_damaged(expected, damaged),
        }
    }
}

pub(super) fn nonce() -> Result<[u8; NONCE], Stopped> {
    let mut nonce = [0; NONCE];
    OsRng.try_fill_bytes(&mut nonce).map_err(|_| Stopped::NoRandomness)?;
    Ok(nonce)
}

pub(super) fn new_data_key() -> Result<DataKey, VaultFailure> {
    let mut bytes = Zeroizing::new([0; 32]);
    OsRng.try_fill_bytes(bytes.as_mut()).map_err(|_| VaultFailure::NoRandomness)?;
    Ok(DataKey::new(bytes))
}

fn create(expected: &Expected<'_>, identities: &Identities, by: By<'_>) -> Result<(Store, Keys), VaultFailure> {
    let data_key = new_data_key()?;
    let key = identities.recipients().first().cloned().unwrap_or_default();
    let recipients = vec![Recipient { name: by.name.clone(), key }];
    let wrapped = wrap(&data_key, &recipients, &first_reader(expected.environment, by.name))?;
    let keys = Keys::derive(&data_key, expected.id, expected.environment);
    Ok((keys.create(wrapped, recipients, expected.protection, by.today), keys))
}

/// What wraps for a reader for whom age itself does not.
pub type Others<'o> = dyn Fn(&str) -> Result<Box<dyn age::Recipient>, Failure> + 'o;

/// An age file that holds the data key for these recipients.
pub(super) fn wrap(data_key: &DataKey, recipients: &[Recipient], others: &Others<'_>) -> Result<Vec<u8>, VaultFailure> {
    let one = |reader: &Recipient| match native(&reader.key) {
        Some(recipient) => recipient,
        None if PluginName::of_recipient(&reader.key).is_some() => others(&reader.key).map_err(VaultFailure::Plugin),
        None => Err(VaultFailure::BadRecipient { key: reader.key.clone() }),
    };
    let all: Vec<Box<dyn age::Recipient>> = recipients.iter().map(one).collect::<Result<_, _>>()?;
    let encryptor = Encryptor::with_recipients(all.iter().map(|recipient| recipient.as_ref()));
    let encryptor = encryptor.map_err(|error| match error {
        EncryptError::IncompatibleRecipients { .. } => VaultFailure::TwoKinds,
        EncryptError::Io(error) => match error.downcast::<Failure>() {
            Ok(failure) => VaultFailure::Plugin(failure),
            Err(_) => VaultFailure::NoRandomness,
        },
        // The enum is age's and may grow; of what it has, nothing else happens to a list of recipients that is not empty.
        _ => VaultFailure::NoRandomness,
    })?;
    // A Vec takes everything.
    let mut out = Vec::new();
    let written = encryptor.wrap_output(&mut out).and_then(|mut writer| {
        writer.write_all(data_key.expose())?;
        writer.finish().map(drop)
    });
    written.map_err(|_| VaultFailure::NoRandomness)?;
    Ok(out)
}

/// What age wraps for by itself; `None` where it does not.
fn native(key: &str) -> Option<Result<Box<dyn age::Recipient>, VaultFailure>> {
    if let Ok(recipient) = key.parse::<age::x25519::Recipient>() {
        return Some(Ok(Box::new(recipient)));
    }
    if let Ok(recipient) = key.parse::<age::tag::Recipient>() {
        return Some(Ok(Box::new(recipient)));
    }
    if let Ok(recipient) = key.parse::<age::tagpq::Recipient>() {
        return Some(Ok(Box::new(recipient)));
    }
    match key.parse::<age::ssh::Recipient>() {
        Ok(recipient @ age::ssh::Recipient::SshEd25519(..)) => Some(Ok(Box::new(recipient))),
        Ok(age::ssh::Recipient::SshRsa(..)) => Some(Err(VaultFailure::BadRecipient { key: key.to_owned() })),
        Err(_) => None,
    }
}

/// A store is made by `set`, which starts no plugin.
fn first_reader(
    environment: &EnvironmentName,
    by: &RecipientName,
) -> impl Fn(&str) -> Result<Box<dyn age::Recipient>, Failure> {
    move |key| {
        let program = PluginName::of_recipient(key).map(|name| name.program()).unwrap_or_default();
        Err(Failure::new(format!("{environment} has no secrets, and only {program} encrypts to your key")).hint(
            format!(
                "nexus-env recipients add {by} {key} -e {environment}, which makes its store with you as its reader"
            ),
        ))
    }
}
