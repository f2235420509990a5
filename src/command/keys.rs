//! A person's own keys: `keygen` makes an identity, `unlock` opens an environment for a time where the identity stands behind a
//! passphrase or a plugin, `lock` ends that. No part of a key is ever shown, and no identity is kept.

use std::path::Path;

use rand::RngCore;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use crate::domain::config::Protection;
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::store::identity::passphrase;
use crate::domain::store::identity::{self as text_of, Identities, Understood};
use crate::domain::store::sealed::Store;
use crate::domain::text::calendar;
use crate::domain::text::duration::Duration;
use crate::domain::text::secret::Secret;
use crate::edge::keyring::{self, Kept};
use crate::edge::{ambient as surroundings, clock, consent, entry, identity, output, terminal, trust, vault};
use crate::error::{Failure, Result};
use crate::steps::{load, plugins};

/// What stands before a new identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Behind {
    Nothing,
    /// `--passphrase`.
    Passphrase,
}

/// Makes an identity at the usual place or in the file that was named, and prints its public key. With a passphrase, one
/// that lies there without is put behind it, after a question: it stays the same key.
///
/// # Errors
/// Anything that is there already; a place that git would take; for a passphrase, no terminal to ask on.
pub fn keygen(ambient: &Ambient, file: Option<&Path>, behind: Behind) -> Result<()> {
    let path = identity::place(ambient, file)?;
    let (made, public) = text_of::generate(&calendar::rfc3339(ambient.now.seconds));
    if behind == Behind::Nothing {
        let origin = identity::write(ambient, &path, made.expose())?;
        terminal::say(ambient, &format!("made the identity {origin}; its public key:"));
        return output::write(format!("{public}\n").as_bytes());
    }
    if ambient.terminal == Terminal::Absent {
        return Err(Failure::new("a passphrase is asked for, and there is no terminal to ask on")
            .hint("nexus-env keygen makes an identity without one")
            .into());
    }
    let Some(there) = identity::unprotected(ambient, &path)? else {
        let origin = identity::write(ambient, &path, protected(&made)?.as_bytes())?;
        terminal::say(ambient, &format!("made the identity {origin}, behind a passphrase; its public key:"));
        return output::write(format!("{public}\n").as_bytes());
    };
    let question = "there is an identity already; put it behind a passphrase? it stays the same key [y/N] ";
    if !matches!(consent::typed(&format!("nexus-env: {question}"))?.as_str(), "y" | "Y" | "yes") {
        return Err(Failure::new("nothing was changed").hint("nexus-env keygen -o FILE makes another one").into());
    }
    let origin = identity::protect(ambient, &path, protected(&there)?.as_bytes())?;
    terminal::say(ambient, &format!("{origin} is behind a passphrase now; nexus-env unlock opens what it reads"));
    Ok(())
}

fn protected(text: &Secret) -> Result<String> {
    let mut random = Zeroizing::new([0; passphrase::RANDOM]);
    OsRng.try_fill_bytes(random.as_mut())?;
    let chosen = entry::new_passphrase(&passphrase::suggested(&random), passphrase::SHORTEST)?;
    let file = passphrase::protected(text, &chosen);
    file.ok_or_else(|| Failure::new("the operating system gave no random bytes").into())
}

/// Asks for the passphrase of the identity or starts its plugin, and keeps the data key of an environment for a time: 15 minutes
/// where that is protected, else 8 hours, unless told otherwise. Every shell looks anew at its next prompt. A key that is new here
/// is kept as well, for `allow` to show and ask about: until then nothing loads with it.
///
/// # Errors
/// No secrets, or ones that this person cannot read; a system that keeps no keys for programs; with status 3 for a coding agent
/// where the environment is protected.
pub fn unlock(ambient: &Ambient, named: Option<&str>, lasting: Option<&str>) -> Result<()> {
    let lasting = lasting.map(Duration::parse).transpose()?;
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, named)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let name = &environment.name;
    load::refuse_agent(ambient, environment, &format!("`unlock` of {name}"))?;
    let Some(store) = vault::read(&loaded.repository.root, name)? else {
        return Err(load::none(&loaded.repository.root, name).into());
    };
    let unknown = load::expected(&loaded, environment, None);
    let identities = match identity::look(ambient)? {
        Understood::Ready(identities) => {
            terminal::say(ambient, &format!("{} has no passphrase, so {name} is never locked", identities.origin));
            return Ok(());
        }
        Understood::Locked(locked) => identity::unlock(ambient, locked, &entry::passphrase)?,
        Understood::Plugged(plugged) => {
            let own = identity::closed(ambient, &plugged);
            let by = plugins::of(ambient, &loaded.repository.root)?.identities(&plugged)?;
            // Once, whatever is opened with it: each time may take a touch.
            let key = vault::unwrap_by(&store, &unknown, &by, &own)?;
            Identities::unlocked(&plugged.origin, key, reader(&store, &own))
        }
    };
    let id = &loaded.config.id;
    let (mut key, opened) = vault::unlock(&store, &unknown, &identities)?;
    let known = trust::pin(ambient, id, name)?.filter(|pin| pin.fingerprint == opened.pin.fingerprint);
    if known.is_some() {
        let (same, opened) = vault::unlock(&store, &load::expected(&loaded, environment, known), &identities)?;
        if let Some(warning) = &opened.warning {
            terminal::say_anyway(warning);
        }
        trust::remember(ambient, id, name, opened.pin, &store.recipients)?;
        key = same;
    }
    let lasting = lasting.unwrap_or(match environment.protection {
        Protection::Protected => Duration::UNLOCKED_PROTECTED,
        Protection::Open => Duration::UNLOCKED_OPEN,
    });
    // A passphrase, or a touch, took a person's time.
    let now = surroundings::clock();
    let kept = Kept { key, recipient: reader(&store, &identities) };
    keyring::keep(id, name, &kept, lasting.seconds(), now).map_err(|error| kept_nowhere(name, &error))?;
    trust::stir(ambient)?;
    let until = clock::time_of_day(now.seconds.saturating_add(lasting.seconds()), now.seconds);
    let new = match known {
        Some(_) => "",
        None => "; its key is new here, and nothing loads with it before nexus-env allow",
    };
    terminal::say(ambient, &format!("{name} is unlocked until {until}{new}"));
    Ok(())
}

/// Which of the identity's keys is a reader's.
fn reader(store: &Store, identities: &Identities) -> String {
    let own = identities.recipients();
    let listed = own.iter().find(|key| store.recipients.iter().any(|reader| reader.key == **key));
    listed.or(own.first()).cloned().unwrap_or_default()
}

/// Containers often have no keyring: their default rules for system calls leave add_key(2) out.
fn kept_nowhere(name: &EnvironmentName, error: &std::io::Error) -> Failure {
    let why = error.to_string();
    let why = why.split(" (os error").next().unwrap_or_default().to_lowercase();
    Failure::new(format!("this system keeps no key for a time ({why}), so {name} cannot be unlocked here"))
        .hint(format!("nexus-env run -e {name} -- CMD asks for the passphrase each time"))
}

/// Forgets what `unlock` kept, at once: of one environment, or all that this person has anywhere. Every shell looks anew.
///
/// # Errors
/// A key that is there and cannot be removed.
pub fn lock(ambient: &Ambient, named: Option<&str>) -> Result<()> {
    let failed = |error: std::io::Error| Failure::new(format!("a key could not be forgotten: {error}"));
    let said = match named {
        None => match keyring::forget_all().map_err(failed)? {
            0 => "nothing was unlocked".to_owned(),
            1 => "locked 1 environment".to_owned(),
            count => format!("locked {count} environments"),
        },
        Some(named) => {
            let loaded = load::configuration(ambient)?;
            let name = &load::environment(&loaded, named)?.name;
            match keyring::forget(&loaded.config.id, name).map_err(failed)? {
                true => format!("{name} is locked"),
                false => format!("{name} was not unlocked"),
            }
        }
    };
    trust::stir(ambient)?;
    terminal::say(ambient, &said);
    Ok(())
}
