//! `recipients`: who can read which environment. Here the list, the fingerprints that two people compare, and what every
//! change of readers shares: several environments, all of them or none.

mod admit;
mod leave;

use std::fmt::Write;

use crate::domain::config::Environment;
use crate::domain::config::name::EnvironmentName;
use crate::domain::page::doctor::stores::place;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::identity::Identities;
use crate::domain::store::reader_key;
use crate::domain::store::readers::{listed, secrets};
use crate::domain::store::sealed::fingerprint::Fingerprint;
use crate::domain::store::sealed::history;
use crate::domain::store::sealed::{Pin, Store};
use crate::edge::intent::{self, Step};
use crate::edge::vault::{self, Expected, Outcome, Wanted};
use crate::edge::{identity, output, terminal, trust};
use crate::error::{Failure, Result};
use crate::steps::load::{self, Asking, Loaded, Opened};
use crate::steps::{plugins, unfinished};

pub use admit::{Answer, add, approve};
pub use leave::{Aim, Leaving, rekey, remove};

/// Which environments are meant: those that were named, else the selected one.
fn meant<'l>(ambient: &Ambient, loaded: &'l Loaded, named: &[String]) -> Result<Vec<&'l Environment>> {
    let mut all: Vec<&Environment> = Vec::new();
    let selected = [load::active(ambient, loaded).environment.to_string()];
    for name in if named.is_empty() { &selected } else { named } {
        let environment = load::environment(loaded, name)?;
        if !all.iter().any(|known| known.name == environment.name) {
            all.push(environment);
        }
    }
    Ok(all)
}

fn stored(loaded: &Loaded, environment: &Environment) -> Result<Store> {
    let name = &environment.name;
    let root = &loaded.repository.root;
    vault::read(root, name)?.ok_or_else(|| load::none(root, name).into())
}

/// `recipients list`: every reader of these environments with their key, and from when on they can read. Needs no identity,
/// and believes what stands there: `recipients --fingerprint` and every load verify it.
///
/// # Errors
/// No configuration, an unknown environment, a store that cannot be read, and a page that cannot be written.
pub fn list(ambient: &Ambient, named: &[String]) -> Result<()> {
    let loaded = load::configuration(ambient)?;
    let environments = meant(ambient, &loaded, named)?;
    unfinished::finish(ambient, &loaded.repository.root)?;
    let mut page = String::new();
    for environment in &environments {
        let store = stored(&loaded, environment)?;
        let own = loaded.opened.identities(ambient, &environment.name, &[&store], Asking::Nobody);
        let own = own.map(|found| found.recipients().to_vec()).unwrap_or_default();
        let width = store.recipients.iter().map(|reader| reader.name.as_str().len()).max().unwrap_or(0);
        for reader in &store.recipients {
            let since = history::get(&store.history.joined, &reader.name);
            let since = since.map(|moment| format!("  since {}", moment.day)).unwrap_or_default();
            let you = if own.contains(&reader.key) { "  (you)" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(page, "{}  {:width$}  {}{since}{you}", environment.name, reader.name.as_str(), reader.key);
        }
        if let Some(stale) = stale(&store) {
            terminal::say(ambient, &stale);
        }
    }
    output::write(page.as_bytes())
}

/// What those who left could read and nobody changed since.
fn stale(store: &Store) -> Option<String> {
    let name = &store.environment;
    (!store.stale.is_empty()).then(|| {
        let count = secrets(store.stale.len());
        format!(
            "{count} of {name} could be read by somebody who left; nexus-env rotate -e {name} asks for each new value"
        )
    })
}

/// `recipients --fingerprint`: by which two people find out aloud whether they have the same key and the same readers, also
/// before the first `allow` of a new clone. Of all environments where none is named.
///
/// # Errors
/// No configuration, an unknown environment, a store that cannot be read, and a page that cannot be written.
pub fn fingerprint(ambient: &Ambient, named: &[String]) -> Result<()> {
    let (repository, config) = load::understood(ambient)?;
    let opened = Opened::default();
    let lifted = identity::lifted_names(ambient);
    let mut page = String::new();
    let wanted: Vec<&Environment> = match named {
        [] => config.environments.iter().collect(),
        named => named.iter().map(|name| load::environment_in(&config, name)).collect::<Result<_>>()?,
    };
    for environment in wanted {
        let (name, protection) = (&environment.name, environment.protection);
        let Some(store) = vault::read(&repository.root, name)? else { continue };
        let identities = opened.identities(ambient, name, &[&store], Asking::Person)?;
        let expected = Expected { id: &config.id, environment: name, protection, pin: None, lifted: &lifted };
        match vault::open(&store, &expected, &identities, Wanted::Only(&[])) {
            Ok(opened) => {
                let known = trust::pin(ambient, &config.id, name)?;
                page.push_str(&compared(&store, opened.pin, known));
            }
            Err(failure) if named.is_empty() => {
                terminal::say(ambient, &format!("{name}: {}", Failure::from(failure).message));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    output::write(page.as_bytes())
}

fn compared(store: &Store, pin: Pin, known: Option<Pin>) -> String {
    let standing = match known {
        None => "  (not allowed here yet)",
        Some(known) if known.fingerprint == pin.fingerprint => "",
        Some(_) => "  (not the key that was allowed here)",
    };
    let mut page = format!("{}  {}{standing}\n", store.environment, Fingerprint(pin.fingerprint));
    let width = store.recipients.iter().map(|reader| reader.name.as_str().len()).max().unwrap_or(0);
    for reader in &store.recipients {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "  {:width$}  {}", reader.name.as_str(), reader_key::fingerprint(&reader.key));
    }
    page
}

/// The environments whose readers are to be changed, and who changes them.
struct Site<'a> {
    ambient: &'a Ambient,
    loaded: Loaded,
    environments: Vec<EnvironmentName>,
}

/// What becomes of one environment's store, by what opens it; `None` where it is as it should be.
type Change<'c> = dyn Fn(&Store, &Expected<'_>, &Identities) -> Result<Option<Outcome>> + 'c;

/// One environment after a change.
struct Changed {
    environment: EnvironmentName,
    before: Store,
    /// What it is now, also where nothing was another.
    after: Store,
}

impl<'a> Site<'a> {
    /// # Errors
    /// No configuration or identity, an environment that there is not; with status 3 for a coding agent where one of them
    /// is protected.
    fn new(ambient: &'a Ambient, loaded: Loaded, named: &[String]) -> Result<Self> {
        let environments = meant(ambient, &loaded, named)?;
        for environment in &environments {
            load::refuse_agent(ambient, environment, &format!("changing the readers of {}", environment.name))?;
        }
        unfinished::finish(ambient, &loaded.repository.root)?;
        // A person takes their time, so it is asked for before anybody else has to wait.
        for environment in &environments {
            load::ask_for(ambient, &loaded, environment)?;
        }
        let environments = environments.into_iter().map(|environment| environment.name.clone()).collect();
        Ok(Site { ambient, loaded, environments })
    }

    /// What wraps for the readers whose keys only plugins know.
    fn wrapping(&self) -> impl Fn(&str) -> Result<Box<dyn age::Recipient>, Failure> + '_ {
        plugins::wrapping(self.ambient, &self.loaded.repository.root)
    }

    /// Makes the same change in every environment, all of them or none, and remembers what came of it.
    fn change(&self, change: &Change<'_>) -> Result<Vec<Changed>> {
        let (ambient, loaded) = (self.ambient, &self.loaded);
        let root = &loaded.repository.root;
        let lock = vault::lock(root)?;
        let mut planned = Vec::new();
        for name in &self.environments {
            let environment = load::environment(loaded, name.as_str())?;
            let before = stored(loaded, environment)?;
            let identities = loaded.opened.identities(ambient, name, &[&before], Asking::Person)?;
            let pin = load::known_pin(ambient, loaded, environment, &before, &identities)?;
            let outcome = change(&before, &load::expected(loaded, environment, Some(pin)), &identities)?;
            planned.push((name, before, outcome));
        }
        let written: Vec<(&EnvironmentName, &Store)> =
            planned.iter().filter_map(|(name, _, outcome)| Some((*name, outcome.as_ref()?.after.as_ref()?))).collect();
        intent::keep(ambient, root, &steps(&planned))?;
        lock.write_all(&written)?;
        let mut changed = Vec::new();
        for (name, before, outcome) in planned {
            let after = match outcome {
                None => before.clone(),
                Some(Outcome { after, pin, warning, .. }) => {
                    warning.iter().for_each(|warning| terminal::say_anyway(warning));
                    let after = after.unwrap_or_else(|| before.clone());
                    trust::accept(ambient, &loaded.config.id, name, pin, &after.recipients)?;
                    after
                }
            };
            changed.push(Changed { environment: name.clone(), before, after });
        }
        intent::forget(ambient, root)?;
        Ok(changed)
    }
}

/// What is about to be written.
fn steps(planned: &[(&EnvironmentName, Store, Option<Outcome>)]) -> Vec<Step> {
    let step = |(name, before, outcome): &(&EnvironmentName, Store, Option<Outcome>)| {
        let outcome = outcome.as_ref()?;
        let (environment, fingerprint) = ((*name).clone(), outcome.pin.fingerprint);
        Some(Step { environment, before: before.seal, after: outcome.after.clone()?, fingerprint })
    };
    planned.iter().filter_map(step).collect()
}

/// `commit .nexusenv.d/dev.toml and .nexusenv.d/prod.toml`.
fn commit(changed: &[Changed]) -> String {
    let files: Vec<String> = changed.iter().map(|one| place(&one.environment)).collect();
    format!("commit {}", listed(&files))
}
