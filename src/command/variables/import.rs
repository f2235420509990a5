//! `import`: takes the variables of a `.env` file into an environment's secrets, all in one write or none. Never shows a
//! value, and leaves the file for the person to delete.

use crate::domain::safe_text;
use std::path::Path;

use super::{Place, change, refusal};
use crate::domain::container::seal::Change;
use crate::domain::dotenv::{self, Dollar};
use crate::domain::name::VariableName;
use crate::edge::entry;
use crate::edge::terminal;
use crate::edge::vault::Outcome;
use crate::error::{Failure, Result};

/// `import FILE`: takes the variables of a `.env` file, all in one write or none. Names that are refused are left
/// out and said.
pub fn import(place: &Place<'_>, file: &Path) -> Result<()> {
    let shown = safe_text::path(file);
    let text = entry::from_file(file)?;
    let entries = dotenv::parse(text.expose()).map_err(|wrong| {
        Failure::new(format!("`{shown}:{}`: {}, and nothing was taken", wrong.line, wrong.what))
            .hint(format!("mend line {} and import it again", wrong.line))
    })?;
    let ambient = place.ambient;
    let (mut changes, mut kept, mut refused) = (Vec::new(), Vec::new(), 0);
    for (at, entry) in entries.iter().enumerate() {
        // What stands twice counts as it stands last, as it does for every loader of such files.
        if entries[at + 1..].iter().any(|later| later.name == entry.name) {
            continue;
        }
        match refusal(place, &entry.name) {
            Some(reason) => {
                refused += 1;
                let name = &entry.name;
                terminal::say_anyway(&format!("not taken: `{name}` (line {}): {reason}", entry.line));
            }
            None => {
                if entry.dollar == Dollar::Kept {
                    kept.push(&entry.name);
                }
                changes.push(Change::Set(entry.name.clone(), entry.value.clone()));
            }
        }
    }
    if changes.is_empty() {
        return Err(Failure::new(format!("there is nothing to take in `{shown}`"))
            .hint("a .env file has lines of NAME=value")
            .into());
    }
    let outcome = change(place, &changes)?;
    let environment = place.expected.environment;
    let names = |which: Fate| {
        let all = changes.iter().filter_map(|change| match change {
            Change::Set(name, _) if fate(&outcome, name) == which => Some(name),
            Change::Set(..) | Change::Unset(_) => None,
        });
        joined(all)
    };
    for (fate, verb) in [(Fate::New, "took"), (Fate::Replaced, "replaced"), (Fate::Same, "has already")] {
        if let Some(names) = names(fate) {
            terminal::say(ambient, &format!("{environment} {verb} {names}"));
        }
    }
    if let Some(names) = joined(kept.into_iter()) {
        terminal::say(ambient, &format!("nothing was expanded: the `$` in {names} is kept as it stands"));
    }
    let rest = if refused == 0 { "" } else { ", after you moved what was not taken" };
    let quoted = safe_text::typed(file);
    terminal::say(ambient, &format!("`{shown}` still holds these values in clear; delete it{rest}: rm -- {quoted}"));
    Ok(())
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Fate {
    New,
    Replaced,
    Same,
}

fn fate(outcome: &Outcome, name: &VariableName) -> Fate {
    let before = outcome.before.as_ref().and_then(|container| container.ciphertext(name));
    let after = outcome.after.as_ref().and_then(|container| container.ciphertext(name));
    match (before, after) {
        (None, _) => Fate::New,
        // Nothing at all was written.
        (Some(_), None) => Fate::Same,
        (Some(before), Some(after)) if before == after => Fate::Same,
        (Some(_), Some(_)) => Fate::Replaced,
    }
}

fn joined<'a>(names: impl Iterator<Item = &'a VariableName>) -> Option<String> {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
