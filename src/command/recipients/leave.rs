//! `recipients remove` and `rekey`: a new data key, and every value encrypted anew for those who stay. What somebody who left
//! could read is listed, and stays stale until it is changed where it was issued: a removal alone takes nothing back.

use super::{Changed, Site, commit};
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Environment, Protection};
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::needs;
use crate::domain::store::reader_key;
use crate::domain::store::readers::{self, listed, secrets};
use crate::domain::store::sealed::history;
use crate::domain::store::sealed::{RecipientName, Store};
use crate::edge::{terminal, vault};
use crate::error::{Failure, Result};
use crate::steps::{audit, load};

/// What `rekey` was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aim {
    NewKey,
    /// `--unprotected`.
    Unprotected,
}

/// Whether somebody may take themselves out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Leaving {
    Others,
    /// They said so, by `--yes`.
    Oneself,
}

/// `recipients remove NAME`.
///
/// # Errors
/// Somebody who is no reader of one of the environments, the last reader, oneself without `--yes`: then none is changed.
pub fn remove(ambient: &Ambient, name: &str, named: &[String], leaving: Leaving) -> Result<()> {
    let leaver = reader_key::name(name)?;
    let site = Site::new(ambient, load::configuration(ambient)?, named)?;
    let changed = site.change(&|before, expected, identities| {
        let own = identities.recipients();
        let staying = readers::without(before, &leaver)?;
        let environment = expected.environment;
        if leaving == Leaving::Others && !staying.iter().any(|reader| own.contains(&reader.key)) {
            return Err(Failure::new(format!("`{leaver}` is you, and you could no longer read {environment}"))
                .hint(format!("if that is meant: nexus-env recipients remove {leaver} -e {environment} --yes"))
                .into());
        }
        let becomes = expected.protection;
        Ok(Some(vault::renew(before.clone(), expected, identities, staying, becomes, &site.wrapping())?))
    })?;
    for one in &changed {
        let entry = Entry::new(Event::ReaderRemoved).environment(&one.environment);
        audit::record(ambient, &entry.repository(&site.loaded.repository.root).detail(leaver.as_str()));
        terminal::say(ambient, &left(one, &leaver));
    }
    for still in still_reading(&site, &changed, &leaver) {
        terminal::say(ambient, &still);
    }
    let names: Vec<String> = changed.iter().map(|one| format!("nexus-env rotate -e {}", one.environment)).collect();
    let asks = if names.len() == 1 { "asks" } else { "ask" };
    terminal::narrate(
        ambient,
        &format!("hint: {}; {} {asks} for each new value in turn", commit(&changed), listed(&names)),
    );
    Ok(())
}

/// What a person who left could read, and from when on.
fn left(Changed { environment, before, after }: &Changed, leaver: &RecipientName) -> String {
    let mut told =
        format!("{leaver} is no reader of {environment} any more: it has a new key, for {}", after.readers());
    let seen = needs::seen(before, leaver);
    if seen.is_empty() {
        return told;
    }
    let (count, each) = (secrets(seen.len()), if seen.len() == 1 { "it is" } else { "each is" });
    told.push_str(&format!("\n{leaver} could read {count}, stale until {each} changed where it was issued:"));
    let width = seen.iter().map(|sight| sight.name.as_str().len()).max().unwrap_or(0);
    for sight in &seen {
        let note = history::get(&before.history.notes, &sight.name).map(|note| format!("  {note}")).unwrap_or_default();
        told.push_str(&format!("\n  {:width$}  {}{note}", sight.name.as_str(), sight.words()));
    }
    told
}

/// The environments that the same key still opens.
fn still_reading(site: &Site<'_>, changed: &[Changed], leaver: &RecipientName) -> Vec<String> {
    let keys: Vec<&String> = changed
        .iter()
        .flat_map(|one| one.before.recipients.iter().filter(|reader| reader.name == *leaver).map(|reader| &reader.key))
        .collect();
    let others = site.loaded.config.environments.iter().map(|environment| &environment.name);
    let others = others.filter(|name| !changed.iter().any(|one| one.environment == **name));
    let still = |name: &&EnvironmentName| {
        let store = vault::read(&site.loaded.repository.root, name).ok().flatten()?;
        let reader = store.recipients.iter().find(|reader| keys.contains(&&reader.key))?;
        Some(format!("the same key still reads {name}: nexus-env recipients remove {} -e {name}", reader.name))
    };
    others.filter_map(|name| still(&name)).collect()
}

/// `rekey`: a new data key for the same readers; everybody else's machine asks once whether the new key is right.
///
/// # Errors
/// No secrets, or ones that this person cannot read; with status 3 for a coding agent where an environment is protected, and
/// for whoever did not type its name for `--unprotected`.
pub fn rekey(ambient: &Ambient, named: &[String], aim: Aim) -> Result<()> {
    let site = Site::new(ambient, load::configuration_to_rekey(ambient)?, named)?;
    let changed = site.change(&|before, expected, identities| {
        let environment = load::environment(&site.loaded, expected.environment.as_str())?;
        let becomes = becomes(ambient, environment, before, expected, aim)?;
        // Whatever the configuration calls it, what is there is judged as strictly as what it may be.
        let strict = vault::Expected { protection: Protection::Protected, ..*expected };
        Ok(Some(vault::renew(
            before.clone(),
            &strict,
            identities,
            before.recipients.clone(),
            becomes,
            &site.wrapping(),
        )?))
    })?;
    for one in &changed {
        let entry = Entry::new(Event::Rekeyed).environment(&one.environment).repository(&site.loaded.repository.root);
        audit::record(ambient, &if aim == Aim::Unprotected { entry.detail("unprotected") } else { entry });
        let environment = load::environment(&site.loaded, one.environment.as_str())?;
        terminal::say(ambient, &renewed(environment, &one.after, aim));
    }
    terminal::narrate(
        ambient,
        &format!("hint: {}; the others accept the new key with nexus-env allow", commit(&changed)),
    );
    Ok(())
}

/// What the secrets are from here on: the one way in which those of a protected environment become those of an open one.
fn becomes(
    ambient: &Ambient,
    environment: &Environment,
    before: &Store,
    expected: &vault::Expected<'_>,
    aim: Aim,
) -> Result<Protection> {
    let name = &environment.name;
    let protected = environment.is_protected()
        || expected.pin.is_some_and(|pin| pin.protection == Protection::Protected)
        || before.protected == Some(Protection::Protected);
    match (aim, protected) {
        (Aim::Unprotected, true) => {
            let question = format!("type {name} to make its secrets those of an unprotected environment");
            load::consent(ambient, environment, "`rekey --unprotected`", &question)?;
            Ok(Protection::Open)
        }
        (Aim::Unprotected, false) | (Aim::NewKey, false) => Ok(Protection::Open),
        (Aim::NewKey, true) => {
            load::refuse_any_agent(ambient, &format!("`rekey` of {name}"))?;
            Ok(Protection::Protected)
        }
    }
}

fn renewed(environment: &Environment, after: &Store, aim: Aim) -> String {
    let (name, count) = (&environment.name, secrets(after.secrets.len()));
    let mut told = format!("{name} has a new key: {count} encrypted anew for {}", after.readers());
    if aim == Aim::Unprotected {
        told.push_str(match environment.is_protected() {
            true => "; no longer protected by it, but still by `.nexusenv`",
            false => "; no longer protected",
        });
    }
    told
}
