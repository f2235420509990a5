//! Looks whether each environment could be loaded here, for `doctor` and `status`: its store is opened as a load would,
//! and nothing is remembered, said or mended.

use super::load::{self, Loaded};
use crate::domain::config::Environment;
use crate::domain::config::vars::{self, Vars};
use crate::domain::page::doctor::stores::{self, Examined, State};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::needs;
use crate::domain::text::day::Day;
use crate::edge::trust;
use crate::edge::vault::{self, Wanted};
use crate::error::{Failure, told};

/// Every environment, in the configuration's order.
pub fn all(ambient: &Ambient, loaded: &Loaded) -> Vec<Examined> {
    let names = loaded.config.environments.iter().map(|environment| &environment.name);
    let missing = load::missing(&loaded.repository.root, names);
    let one = |environment: &Environment| Examined {
        environment: environment.name.clone(),
        protection: environment.protection,
        is_default: environment.name == loaded.config.default,
        state: match missing.contains(&&environment.name) {
            true => State::Missing,
            false => state(ambient, loaded, environment),
        },
    };
    loaded.config.environments.iter().map(one).collect()
}

fn state(ambient: &Ambient, loaded: &Loaded, environment: &Environment) -> State {
    let store = match vault::read(&loaded.repository.root, &environment.name) {
        Ok(Some(store)) => store,
        Ok(None) => return State::Open(made(loaded, environment, Vars::default())),
        Err(failure) => return State::Failed(failure.into()),
    };
    let found = loaded.opened.identities(ambient, &environment.name, &[&store], load::Asking::Nobody);
    let Ok(identities) = found.as_deref() else { return State::Unseen };
    let unpinned = load::expected(loaded, environment, None);
    match vault::readable(&store, &unpinned, identities) {
        Ok(()) => {}
        Err(failure @ vault::VaultFailure::NotARecipient { .. }) => return State::Closed(failure.into()),
        Err(failure) => return State::Failed(failure.into()),
    }
    let pin = match trust::pin(ambient, &loaded.config.id, &environment.name) {
        Ok(Some(pin)) => pin,
        Ok(None) => {
            return State::NotAllowed(vault::VaultFailure::NotAllowed { environment: environment.name.clone() }.into());
        }
        Err(error) => return State::Failed(failure(&error)),
    };
    match vault::open(&store, &load::expected(loaded, environment, Some(pin)), identities, Wanted::All) {
        Ok(opened) => {
            let unstated = store.protected.is_none();
            let waiting = needs::needs(&store, Day::of(ambient.now.seconds));
            State::Open(stores::Loaded { unstated, waiting, ..made(loaded, environment, opened.vars) })
        }
        Err(failure) => {
            State::Failed(load::with_readers(ambient, &loaded.repository.root, &loaded.config.id, failure).into())
        }
    }
}

fn made(loaded: &Loaded, environment: &Environment, secrets: Vars) -> stores::Loaded {
    match vars::resolve(&environment.vars, secrets) {
        Ok(vars) => {
            let empty = |name: &&_| vars.get(name).is_some_and(|value| value.expose().is_empty());
            let empty = loaded.config.database_variables.iter().filter(empty).cloned().collect();
            stores::Loaded { empty, ..stores::Loaded::default() }
        }
        Err(failure) => stores::Loaded { broken: Some(failure), ..stores::Loaded::default() },
    }
}

fn failure(error: &anyhow::Error) -> Failure {
    let (message, hint, exit) = told(error);
    Failure { message, hint, exit }
}
