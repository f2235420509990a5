//! A change of several environments' readers that was killed half-way: whoever changes secrets next, or lists readers, ends it.
//! Where nothing of it was written yet, it is as if it had never been begun.

use std::path::Path;

use crate::domain::config::Protection;
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::readers::listed;
use crate::domain::store::sealed::{Pin, Store};
use crate::edge::intent::{self, Step};
use crate::edge::{terminal, trust, vault};
use crate::error::Result;

/// How a store stands to what was begun.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    Old,
    New,
    /// Something else came meanwhile, such as another commit: that stays.
    Another,
}

fn standing(store: Option<&Store>, step: &Step) -> Standing {
    match store {
        Some(store) if store.seal == step.after.seal => Standing::New,
        Some(store) if store.seal == step.before => Standing::Old,
        Some(_) | None => Standing::Another,
    }
}

/// Ends what was begun at this repository, and says so.
///
/// # Errors
/// A store that cannot be written.
pub fn finish(ambient: &Ambient, root: &Path) -> Result<()> {
    intent::sweep(ambient);
    if intent::find(ambient, root).is_empty() {
        return Ok(());
    }
    // Whoever is still at it has the lock until it is done.
    let lock = vault::lock(root)?;
    let steps = intent::find(ambient, root);
    let stands = |step: &Step| standing(lock.read(&step.environment).ok().flatten().as_ref(), step);
    let all: Vec<(&Step, Standing)> = steps.iter().map(|step| (step, stands(step))).collect();
    if all.iter().any(|(_, standing)| *standing == Standing::New) {
        let old = all.iter().filter(|(_, standing)| *standing == Standing::Old);
        let left: Vec<(&EnvironmentName, &Store)> = old.map(|(step, _)| (&step.environment, &step.after)).collect();
        lock.write_all(&left)?;
        for (step, _) in all.iter().filter(|(_, standing)| *standing != Standing::Another) {
            trust::accept(ambient, &step.after.repository, &step.environment, pin(step), &step.after.recipients)?;
        }
        terminal::say_anyway(&told(&all));
    }
    intent::forget(ambient, root)
}

fn told(all: &[(&Step, Standing)]) -> String {
    let names = |wanted: &dyn Fn(Standing) -> bool| -> Vec<String> {
        all.iter().filter(|(_, found)| wanted(*found)).map(|(step, _)| step.environment.to_string()).collect()
    };
    let mut told = format!("a change of who reads {} was cut off, and is done now", listed(&names(&|_| true)));
    let another = names(&|found| found == Standing::Another);
    if !another.is_empty() {
        told.push_str(&format!("; {} was changed since, and stays as it is", listed(&another)));
    }
    told
}

fn pin(Step { after, fingerprint, .. }: &Step) -> Pin {
    Pin {
        fingerprint: *fingerprint,
        revision: after.revision,
        protection: after.protected.unwrap_or(Protection::Open),
        seal: Some(after.seal),
    }
}

/// Whether the key that an environment's secrets have now came from such a change.
pub fn is_cut_off(ambient: &Ambient, root: &Path, environment: &EnvironmentName) -> bool {
    let store = || vault::read(root, environment).ok().flatten();
    let steps = intent::find(ambient, root);
    let step = steps.iter().find(|step| step.environment == *environment);
    step.is_some_and(|step| standing(store().as_ref(), step) == Standing::New)
}
