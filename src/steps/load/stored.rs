//! What is stored for an environment, opened as it was allowed here, or the sentence that says why not. Nothing asks.

use std::path::Path;

use super::{Asking, Loaded, absent};
use crate::domain::config::Environment;
use crate::domain::config::name::RepositoryId;
use crate::domain::config::vars::Vars;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::identity::Identities;
use crate::domain::store::readers;
use crate::domain::store::sealed::{Pin, Store};
use crate::edge::vault::{self, Expected, VaultFailure, Wanted};
use crate::edge::{terminal, trust};
use crate::error::Result;
use crate::steps::unfinished;

/// An environment's secrets, opened, or none where it has no store. Nothing asks.
///
/// # Errors
/// No identity, a store that was not allowed or that does not open, and one that git left out of this work tree.
pub fn secrets(ambient: &Ambient, loaded: &Loaded, environment: &Environment) -> Result<Vars> {
    let root = &loaded.repository.root;
    let Some(store) = vault::read(root, &environment.name)? else {
        return match absent::left_out(root, &environment.name) {
            Some(failure) => Err(failure.into()),
            None => Ok(Vars::default()),
        };
    };
    let identities = loaded.opened.identities(ambient, &environment.name, &[&store], Asking::Nobody)?;
    let pin = known_pin(ambient, loaded, environment, &store, &identities)?;
    let opened = vault::open(&store, &expected(loaded, environment, Some(pin)), &identities, Wanted::All)
        .map_err(|failure| with_readers(ambient, root, &loaded.config.id, failure))?;
    if let Some(warning) = &opened.warning {
        terminal::say_anyway(warning);
    }
    if opened.pin != pin {
        trust::remember(ambient, &loaded.config.id, &environment.name, opened.pin, &store.recipients)?;
    }
    Ok(opened.vars)
}

/// A key that was replaced is told with what became of the readers who were seen here before.
pub fn with_readers(ambient: &Ambient, root: &Path, id: &RepositoryId, failure: VaultFailure) -> VaultFailure {
    match failure {
        VaultFailure::KeyReplaced { environment, .. } if unfinished::is_cut_off(ambient, root, &environment) => {
            VaultFailure::CutOff { environment }
        }
        VaultFailure::KeyReplaced { environment, .. } => {
            let now = vault::read(root, &environment).ok().flatten();
            let differs = readers::since(&trust::readers(ambient, id, &environment), now.as_ref());
            VaultFailure::KeyReplaced { environment, differs }
        }
        other => other,
    }
}

/// What was allowed of an environment's secrets. A store that was never allowed does not load: who has the recipients'
/// public keys can make one that opens. Whoever is no reader of it is told that instead: to allow it would change nothing.
///
/// # Errors
/// A store that was not allowed, or that none of the identities reads.
pub fn known_pin(
    ambient: &Ambient,
    loaded: &Loaded,
    environment: &Environment,
    store: &Store,
    identities: &Identities,
) -> Result<Pin> {
    match trust::pin(ambient, &loaded.config.id, &environment.name)? {
        Some(pin) => Ok(pin),
        None => {
            vault::readable(store, &expected(loaded, environment, None), identities)?;
            Err(VaultFailure::NotAllowed { environment: environment.name.clone() }.into())
        }
    }
}

pub fn expected<'a>(loaded: &'a Loaded, environment: &'a Environment, pin: Option<Pin>) -> Expected<'a> {
    Expected {
        id: &loaded.config.id,
        environment: &environment.name,
        protection: environment.protection,
        pin,
        lifted: &loaded.lifted,
    }
}
