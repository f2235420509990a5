//! What needs the data key: deriving the keys, sealing and verifying a store, opening and closing values.
//!
//! Values are reached through [`Verified`] alone, which only [`Keys::verify`] makes: no value of a store is opened
//! before its seal held.

pub mod merge;

use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::history::{self, Expiry, History, Moment, Note};
use super::{Ciphertext, NONCE, PADDING, Recipient, RecipientName, Store, TAG, VERSION, format};
use crate::domain::config::Protection;
use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::config::vars::Vars;
use crate::domain::text::day::Day;
use crate::domain::text::secret::Secret;

const DOMAIN: &[u8] = b"nexus-env/v1";

/// The 32 bytes that the age file inside a store holds.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        DataKey(bytes)
    }

    /// For whoever wraps it for the recipients.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What is derived from a data key for one environment of one repository.
pub struct Keys {
    values: XChaCha20Poly1305,
    seal: Zeroizing<[u8; 32]>,
    fingerprint: [u8; 16],
    repository: RepositoryId,
    environment: EnvironmentName,
}

/// The seal does not hold: the file was not written by someone who can read this environment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unsealed;

/// A value does not open under its name, although the seal held.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Damaged(pub VariableName);

/// A store whose seal held.
#[derive(Clone, Copy)]
pub struct Verified<'a> {
    store: &'a Store,
    keys: &'a Keys,
}

/// One wish of a person who edits an environment.
#[derive(Clone, Debug)]
pub enum Change {
    Set(VariableName, Secret),
    Unset(VariableName),
    /// Of a secret that is there; `None` takes it off.
    Expires(VariableName, Option<Expiry>),
    /// Likewise.
    Noted(VariableName, Option<Note>),
}

impl Change {
    pub fn name(&self) -> &VariableName {
        match self {
            Change::Set(name, _) | Change::Unset(name) | Change::Expires(name, _) | Change::Noted(name, _) => name,
        }
    }
}

impl Keys {
    /// Salted by repository and environment, so that nothing can move between them.
    pub fn derive(data_key: &DataKey, id: &RepositoryId, environment: &EnvironmentName) -> Self {
        let mut salt = Vec::with_capacity(128);
        for part in [DOMAIN, id.as_str().as_bytes(), environment.as_str().as_bytes()] {
            frame(&mut salt, part);
        }
        let hkdf = Hkdf::<Sha256>::new(Some(&salt), data_key.expose());
        let mut value_key = Zeroizing::new([0; 32]);
        let mut seal = Zeroizing::new([0; 32]);
        let mut fingerprint = [0; 16];
        // RFC 5869 limits the output to 255 hashes; these are one each, so the errors cannot happen.
        let _ = hkdf.expand(b"value", value_key.as_mut());
        let _ = hkdf.expand(b"seal", seal.as_mut());
        let _ = hkdf.expand(b"fingerprint", &mut fingerprint);
        let values = XChaCha20Poly1305::new((&*value_key).into());
        Keys { values, seal, fingerprint, repository: id.clone(), environment: environment.clone() }
    }

    /// Tells one data key of an environment from another, and says nothing else about it.
    pub fn fingerprint(&self) -> [u8; 16] {
        self.fingerprint
    }

    /// A store without secrets at revision zero, sealed.
    pub fn create(
        &self,
        wrapped_key: Vec<u8>,
        mut recipients: Vec<Recipient>,
        protection: Protection,
        today: Day,
    ) -> Store {
        recipients.sort_by(|a, b| a.name.cmp(&b.name));
        // The first revision that is written is the one that has a secret.
        let moment = Moment { revision: 1, day: today };
        let joined = recipients.iter().map(|reader| (reader.name.clone(), moment)).collect();
        let mut store = Store {
            repository: self.repository.clone(),
            environment: self.environment.clone(),
            protected: Some(protection),
            revision: 0,
            seal: [0; 32],
            key: wrapped_key,
            recipients,
            secrets: Vec::new(),
            stale: Vec::new(),
            history: History { joined, ..History::default() },
        };
        self.seal(&mut store);
        store
    }

    /// Compares in constant time.
    ///
    /// # Errors
    /// Where the seal is another than this key makes, or the store is another environment's.
    pub fn verify<'a>(&'a self, store: &'a Store) -> Result<Verified<'a>, Unsealed> {
        match self.transcript(store).verify_slice(&store.seal) {
            Ok(()) if self.is_of(store) => Ok(Verified { store, keys: self }),
            Ok(()) | Err(_) => Err(Unsealed),
        }
    }

    fn is_of(&self, store: &Store) -> bool {
        store.environment == self.environment && store.repository == self.repository
    }

    /// Seals what a holder of the key decided. A store is changed through [`Verified::changed`].
    pub fn seal(&self, store: &mut Store) {
        store.seal = self.transcript(store).finalize().into_bytes().into();
    }

    fn transcript(&self, store: &Store) -> Hmac<Sha256> {
        let _: () = const { assert!(VERSION == 1, "the version is a part of DOMAIN") };
        let values: usize = store.secrets.iter().map(|(name, text)| 16 + name.as_str().len() + text.0.len()).sum();
        let mut all = Vec::with_capacity(values + store.key.len() + 256 * (1 + store.recipients.len()));
        frame(&mut all, DOMAIN);
        frame(&mut all, store.environment.as_str().as_bytes());
        all.extend_from_slice(&store.revision.to_le_bytes());
        frame(&mut all, &store.key);
        count(&mut all, store.recipients.len());
        for recipient in &store.recipients {
            frame(&mut all, recipient.name.as_str().as_bytes());
            frame(&mut all, recipient.key.as_bytes());
        }
        count(&mut all, store.secrets.len());
        for (name, ciphertext) in &store.secrets {
            frame(&mut all, name.as_str().as_bytes());
            frame(&mut all, ciphertext.as_bytes());
        }
        count(&mut all, store.stale.len());
        for (name, seen_by) in &store.stale {
            frame(&mut all, name.as_str().as_bytes());
            frame(&mut all, seen_by.as_bytes());
        }
        if let Some(protection) = store.protected {
            frame(&mut all, b"protected");
            frame(&mut all, format::said(protection).as_bytes());
        }
        for (table, entries) in store.history.tables() {
            frame(&mut all, table.as_bytes());
            count(&mut all, entries.len());
            for (name, text) in entries {
                frame(&mut all, name.as_bytes());
                frame(&mut all, text.as_bytes());
            }
        }
        let key = padded_key(&self.seal);
        <Hmac<Sha256> as KeyInit>::new((&*key).into()).chain_update(&all)
    }

    fn close(&self, name: &VariableName, value: &Secret, nonce: [u8; NONCE]) -> Option<Ciphertext> {
        let padded = (value.expose().len() / PADDING + 1) * PADDING;
        let mut bytes = Zeroizing::new(Vec::with_capacity(NONCE + padded + TAG));
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(value.expose());
        bytes.push(0x80);
        bytes.resize(NONCE + padded, 0);
        let tag = self
            .values
            .encrypt_in_place_detached(&XNonce::from(nonce), name.as_str().as_bytes(), &mut bytes[NONCE..])
            .ok()?;
        bytes.extend_from_slice(&tag);
        // It is ciphertext by now: taking it out of the zeroizing wrapper loses nothing.
        Ciphertext::new(std::mem::take(&mut *bytes))
    }

    fn open(&self, name: &VariableName, ciphertext: &Ciphertext) -> Result<Secret, Damaged> {
        self.opened(name, ciphertext).ok_or_else(|| Damaged(name.clone()))
    }

    fn opened(&self, name: &VariableName, ciphertext: &Ciphertext) -> Option<Secret> {
        let (nonce, rest) = ciphertext.as_bytes().split_at_checked(NONCE)?;
        let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        let mut value = Zeroizing::new(body.to_vec());
        self.values
            .decrypt_in_place_detached(
                XNonce::from_slice(nonce),
                name.as_str().as_bytes(),
                &mut value,
                Tag::from_slice(tag),
            )
            .ok()?;
        let end = value.iter().rposition(|&byte| byte != 0)?;
        if value[end] != 0x80 {
            return None;
        }
        // Everything after the end is padding: zeros, and this one byte, which says nothing.
        value.truncate(end);
        Some(Secret::new(std::mem::take(&mut *value)))
    }

    /// Whether a value was written under this name, for this environment, with this key: what its associated data
    /// says by itself, whether or not the seal of the whole holds. The value stays inside.
    pub fn belongs(&self, name: &VariableName, ciphertext: &Ciphertext) -> bool {
        self.opened(name, ciphertext).is_some()
    }
}

impl Verified<'_> {
    /// Every value, or the name of the first that does not open.
    ///
    /// # Errors
    /// The name of the first value that does not open.
    pub fn values(&self) -> Result<Vars, Damaged> {
        let mut all = Vec::with_capacity(self.store.secrets.len());
        for (name, ciphertext) in &self.store.secrets {
            all.push((name.clone(), self.keys.open(name, ciphertext)?));
        }
        Ok(Vars::new(all))
    }

    /// One value, when there is one of that name.
    ///
    /// # Errors
    /// Where it does not open.
    pub fn value(&self, name: &VariableName) -> Result<Option<Secret>, Damaged> {
        self.store.ciphertext(name).map(|ciphertext| self.keys.open(name, ciphertext)).transpose()
    }

    /// The store after these changes, one revision later, or `None` when nothing would be another. The wrapped key
    /// and the recipients stay what they are, byte for byte; so does the ciphertext of every value that is the same.
    /// `protection` is what the environment is now, and goes under the seal with them; so does `today` for every value that
    /// is another. `nonce` gives 24 new random bytes each time.
    ///
    /// # Errors
    /// A value that does not open, and whatever `nonce` fails with.
    pub fn changed<E: From<Damaged>>(
        &self,
        changes: &[Change],
        protection: Protection,
        today: Day,
        mut nonce: impl FnMut() -> Result<[u8; NONCE], E>,
    ) -> Result<Option<Store>, E> {
        let mut next = self.store.clone();
        let moment = Moment { revision: after(next.revision), day: today };
        for change in changes {
            match change {
                Change::Set(name, value) => {
                    let at = next.secrets.binary_search_by(|(n, _)| n.cmp(name));
                    if let Ok(at) = at
                        && self.keys.open(name, &next.secrets[at].1)? == *value
                    {
                        continue;
                    }
                    let closed = self.keys.close(name, value, nonce()?).ok_or_else(|| Damaged(name.clone()))?;
                    match at {
                        Ok(at) => next.secrets[at].1 = closed,
                        Err(at) => next.secrets.insert(at, (name.clone(), closed)),
                    }
                    next.stale.retain(|(stale, _)| stale != name);
                    next.history.wrote(name, moment);
                }
                Change::Unset(name) => {
                    next.secrets.retain(|(n, _)| n != name);
                    next.stale.retain(|(stale, _)| stale != name);
                    next.history.forget(name);
                }
                Change::Expires(name, expiry) if next.ciphertext(name).is_some() => {
                    history::put(&mut next.history.expires, name, *expiry);
                }
                Change::Noted(name, note) if next.ciphertext(name).is_some() => {
                    history::put(&mut next.history.notes, name, note.clone());
                }
                Change::Expires(..) | Change::Noted(..) => {}
            }
        }
        if next == *self.store {
            return Ok(None);
        }
        next.protected = Some(protection);
        next.revision = moment.revision;
        self.keys.seal(&mut next);
        Ok(Some(next))
    }

    /// The same data key, wrapped for readers of whom some are new: they can read every value there is.
    pub fn admitting(
        &self,
        wrapped_key: Vec<u8>,
        recipients: Vec<Recipient>,
        protection: Protection,
        today: Day,
    ) -> Store {
        let mut next = Store { key: wrapped_key, protected: Some(protection), ..self.store.clone() };
        next.revision = after(next.revision);
        let moment = Moment { revision: next.revision, day: today };
        for reader in recipients.iter().filter(|reader| !self.store.recipients.contains(reader)) {
            history::put(&mut next.history.joined, &reader.name, Some(moment));
        }
        next.recipients = recipients;
        self.keys.seal(&mut next);
        next
    }

    /// The same secrets under another data key, `keys`, which is wrapped for `recipients` in `wrapped_key`: every value is
    /// encrypted anew, one revision later. What readers who are none any more could read is stale from there on.
    ///
    /// # Errors
    /// A value that does not open, and whatever `nonce` fails with.
    pub fn rekeyed<E: From<Damaged>>(
        &self,
        keys: &Keys,
        wrapped_key: Vec<u8>,
        recipients: Vec<Recipient>,
        protection: Protection,
        mut nonce: impl FnMut() -> Result<[u8; NONCE], E>,
    ) -> Result<Store, E> {
        let left = self.store.recipients.iter().filter(|reader| !recipients.contains(reader));
        let left: Vec<RecipientName> = left.map(|reader| reader.name.clone()).collect();
        let mut next = Store {
            key: wrapped_key,
            protected: Some(protection),
            revision: after(self.store.revision),
            recipients,
            secrets: Vec::with_capacity(self.store.secrets.len()),
            ..self.store.clone()
        };
        for (name, ciphertext) in &self.store.secrets {
            let value = self.keys.open(name, ciphertext)?;
            let closed = keys.close(name, &value, nonce()?).ok_or_else(|| Damaged(name.clone()))?;
            next.secrets.push((name.clone(), closed));
            left.iter().for_each(|reader| next.call_stale(name, reader));
        }
        left.iter().for_each(|reader| history::put(&mut next.history.joined, reader, None));
        keys.seal(&mut next);
        Ok(next)
    }
}

/// TOML's integers end there; 2^63 changes will not be made.
fn after(revision: u64) -> u64 {
    revision.saturating_add(1).min(i64::MAX as u64)
}

fn frame(out: &mut Vec<u8>, bytes: &[u8]) {
    count(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn count(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&(number as u64).to_le_bytes());
}

/// RFC 2104 pads a key that is shorter than the hash's block with zeros; done here, `Mac::new` cannot fail.
fn padded_key(key: &[u8; 32]) -> Zeroizing<[u8; 64]> {
    let mut padded = Zeroizing::new([0; 64]);
    padded[..32].copy_from_slice(key);
    padded
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
