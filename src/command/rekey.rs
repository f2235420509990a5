//! `rekey`: a new data key for an environment's secrets, for the same readers; and with `--unprotected` the one way in
//! which the secrets of a protected environment become those of an open one. No value is shown.

use super::audit;
use super::load::{self, Loaded};
use crate::domain::config::{Environment, Protection};
use crate::domain::page::record::{Entry, Event};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::container::Container;
use crate::edge::vault::{self, Outcome};
use crate::edge::{entry, identity, terminal, trust};
use crate::error::{Failure, Result};

/// What `rekey` was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aim {
    NewKey,
    /// `--unprotected`.
    Unprotected,
}

/// Makes a new data key, encrypts every value anew and remembers the new key. Everybody else's machine asks once whether
/// the new key is right.
///
/// # Errors
/// No secrets, or ones that this person cannot read; with status 3 for a coding agent where the environment is protected,
/// and for whoever did not type its name for `--unprotected`.
pub fn rekey(ambient: &Ambient, named: Option<&str>, aim: Aim) -> Result<()> {
    let loaded = load::configuration_to_rekey(ambient)?;
    let active = load::chosen(ambient, &loaded, named)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let name = &environment.name;
    let Some(container) = vault::read(&loaded.repository.root, name)? else {
        return Err(Failure::new(format!("{name} has no secrets"))
            .hint(format!("nexus-env set NAME -e {name}"))
            .into());
    };
    let identities = identity::find_asking(ambient, &entry::passphrase)?;
    let pin = load::known_pin(ambient, &loaded, environment, &container, &identities)?;
    let protected = environment.is_protected()
        || pin.protection == Protection::Protected
        || container.protected == Some(Protection::Protected);
    let becomes = match (aim, protected) {
        (Aim::Unprotected, true) => {
            let question = format!("type {name} to make its secrets those of an unprotected environment");
            load::consent(ambient, environment, "`rekey --unprotected`", &question)?;
            Protection::Open
        }
        (Aim::Unprotected, false) | (Aim::NewKey, false) => Protection::Open,
        (Aim::NewKey, true) => {
            load::refuse_agent(ambient, environment, &format!("`rekey` of {name}"))?;
            Protection::Protected
        }
    };
    let lock = vault::lock(&loaded.repository.root)?;
    let expected = load::expected(&loaded, environment, Some(pin));
    let Some(Outcome { after: Some(after), pin, warning, .. }) = vault::rekey(&lock, &expected, &identities, becomes)?
    else {
        return Err(Failure::new(format!("{name} has no secrets"))
            .hint(format!("nexus-env set NAME -e {name}"))
            .into());
    };
    trust::forget(ambient, &loaded.config.id, name)?;
    trust::remember(ambient, &loaded.config.id, name, pin)?;
    drop(lock);
    if let Some(warning) = warning {
        terminal::say_anyway(&warning);
    }
    record(ambient, &loaded, environment, aim);
    terminal::say(ambient, &told(environment, &after, aim));
    Ok(())
}

fn record(ambient: &Ambient, loaded: &Loaded, environment: &Environment, aim: Aim) {
    let entry = Entry::new(Event::Rekeyed).environment(&environment.name).repository(&loaded.repository.root);
    let entry = if aim == Aim::Unprotected { entry.detail("unprotected") } else { entry };
    audit::record(ambient, &entry);
}

fn told(environment: &Environment, after: &Container, aim: Aim) -> String {
    let name = &environment.name;
    let secrets = match after.secrets.len() {
        1 => "1 secret".to_owned(),
        count => format!("{count} secrets"),
    };
    let mut told = format!("{name} has a new key: {secrets} encrypted anew for {}", after.readers());
    if aim == Aim::Unprotected {
        told.push_str(match environment.is_protected() {
            true => "; no longer protected by it, but still by `.nexusenv`",
            false => "; no longer protected",
        });
    }
    told.push_str("\nhint: commit the file; the others accept the new key with nexus-env allow");
    told
}
