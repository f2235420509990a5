//! What opens an environment's store: the person's identity, or, where that stands behind a passphrase or a plugin, the data key
//! that `unlock` keeps for a time. Only a command that a person typed asks for the passphrase, and none here starts a plugin.

use std::sync::{Arc, OnceLock};

use super::Loaded;
use crate::domain::config::Environment;
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::keyboard;
use crate::domain::store::identity::{Identities, Understood};
use crate::domain::store::sealed::Store;
use crate::domain::store::sealed::seal::Keys;
use crate::edge::keyring::{self, Kept};
use crate::edge::{entry, identity, vault};
use crate::error::{Failure, Result};

/// Whether a passphrase may be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asking {
    Nobody,
    Person,
}

/// The person's identity, once something needed it and it could be opened.
#[derive(Debug, Default)]
pub struct Opened(OnceLock<Arc<Identities>>);

impl Opened {
    /// What opens these stores of one environment.
    ///
    /// # Errors
    /// No identity, or one behind a passphrase with nothing unlocked and nobody who may be asked.
    pub fn identities(
        &self,
        ambient: &Ambient,
        environment: &EnvironmentName,
        stores: &[&Store],
        asking: Asking,
    ) -> Result<Arc<Identities>> {
        if let Some(known) = self.0.get() {
            return Ok(Arc::clone(known));
        }
        let found = match identity::look(ambient)? {
            Understood::Ready(identities) => identities,
            Understood::Locked(locked) => match (kept(ambient, stores), asking) {
                // It opens this environment alone, and is no identity.
                (Some(Kept { key, recipient }), _) => {
                    return Ok(Arc::new(Identities::unlocked(locked.origin(), key, recipient)));
                }
                (None, Asking::Person) if can_be_asked(ambient) => {
                    identity::unlock(ambient, locked, &entry::passphrase)?
                }
                (None, Asking::Person | Asking::Nobody) => return Err(self::locked(environment).into()),
            },
            // No plugin starts here, whoever asks: `unlock` alone does that.
            Understood::Plugged(plugged) => {
                if let Some(Kept { key, recipient }) = kept(ambient, stores) {
                    return Ok(Arc::new(Identities::unlocked(&plugged.origin, key, recipient)));
                }
                // Its public key is known without it.
                let reads = |store: &Store| store.recipients.iter().any(|one| plugged.recipients.contains(&one.key));
                return Err(match stores.iter().find(|store| !reads(store)) {
                    Some(store) => vault::not_a_reader(store, &identity::closed(ambient, &plugged)).into(),
                    None => self::locked(environment).into(),
                });
            }
        };
        Ok(Arc::clone(self.0.get_or_init(|| Arc::new(found))))
    }
}

fn can_be_asked(ambient: &Ambient) -> bool {
    ambient.terminal == Terminal::Present && keyboard::marker(&ambient.variables).is_none()
}

pub fn locked(environment: &EnvironmentName) -> Failure {
    Failure::new(format!("{environment} is locked")).hint(format!("nexus-env unlock {environment}"))
}

/// What is kept for the environment of these stores, where each of them is sealed under it. One that another
/// key has taken the place of is none.
fn kept(ambient: &Ambient, stores: &[&Store]) -> Option<Kept> {
    let first = stores.first()?;
    let kept = keyring::kept(&first.repository, &first.environment, ambient.clock())?;
    let keys = Keys::derive(&kept.key, &first.repository, &first.environment);
    stores.iter().all(|store| keys.verify(store).is_ok()).then_some(kept)
}

/// Asks for the passphrase of the person's identity, where it takes one to open this environment: for a command that was
/// typed. What is opened from here on asks no more.
///
/// # Errors
/// As [`Opened::identities`].
pub fn ask_for(ambient: &Ambient, loaded: &Loaded, environment: &Environment) -> Result<()> {
    // Most identities ask for nothing, whatever the store.
    if let Ok(Understood::Ready(identities)) = identity::look(ambient) {
        loaded.opened.0.get_or_init(|| Arc::new(identities));
        return Ok(());
    }
    match vault::read(&loaded.repository.root, &environment.name)? {
        None => Ok(()),
        Some(store) => loaded.opened.identities(ambient, &environment.name, &[&store], Asking::Person).map(drop),
    }
}
