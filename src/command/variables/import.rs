//! `import`: takes the variables of a `.env` file into an environment's secrets, all in one write or none. Never shows a
//! value, and leaves the file for the person to delete.

use std::path::Path;

use super::{Place, at, change, open, refusal};
use crate::command::load;
use crate::domain::config::Environment;
use crate::domain::config::name::VariableName;
use crate::domain::config::vars::Vars;
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::store::container::seal::Change;
use crate::domain::store::dotenv::{self, Dollar};
use crate::domain::target::holding;
use crate::domain::text::safe_text;
use crate::edge::vault::{self, Wanted};
use crate::edge::{entry, terminal};
use crate::error::{Exit, Failure, Result};

/// Whether a person is asked before a protected environment's value is replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Replacing {
    Asked,
    /// They said so already, on the command line.
    Unasked,
}

/// `import FILE` as it is typed.
pub fn import_chosen(ambient: &Ambient, file: &Path, environment: Option<&str>, replacing: Replacing) -> Result<()> {
    at(ambient, environment, |place, loaded, active| {
        let environment = load::environment(loaded, active.environment.as_str())?;
        import(place, file, &|replaced| match replacing {
            Replacing::Asked if environment.is_protected() => ask(ambient, environment, file, replaced),
            Replacing::Asked | Replacing::Unasked => Ok(()),
        })
    })
}

fn ask(ambient: &Ambient, environment: &Environment, file: &Path, replaced: &str) -> Result<()> {
    let name = &environment.name;
    if ambient.terminal == Terminal::Absent {
        return Err(Failure::new(format!("{name} has another value of {replaced}, and nothing was taken"))
            .hint(format!("if it is to be replaced: nexus-env import {} -e {name} --yes", safe_text::typed(file)))
            .exit(Exit::Blocked)
            .into());
    }
    load::consent(ambient, environment, &format!("`import` into {name}"), &format!("type {name} to replace {replaced}"))
}

/// Takes the variables of a `.env` file, all in one write or none. Names that are refused, and empty ones that would
/// wipe a value, are left out and said. `confirm` is asked before any value is replaced, with the names.
pub fn import(place: &Place<'_>, file: &Path, confirm: &dyn Fn(&str) -> Result<()>) -> Result<()> {
    let shown = safe_text::path(file);
    let text = entry::from_file(file)?;
    let entries = dotenv::parse(text.expose()).map_err(|wrong| {
        Failure::new(format!("`{shown}:{}`: {}, and nothing was taken", wrong.line, wrong.what))
            .hint(format!("mend line {} and import it again", wrong.line))
    })?;
    let (ambient, environment) = (place.ambient, place.expected.environment);
    let before = stored(place, &entries)?;
    let (mut changes, mut kept, mut left_out) = (Vec::new(), Vec::new(), false);
    let (mut new, mut replaced, mut same) = (Vec::new(), Vec::new(), Vec::new());
    for (at, entry) in entries.iter().enumerate() {
        let (name, value) = (&entry.name, &holding::stored(&entry.value));
        // What stands twice counts as it stands last, as it does for every loader of such files.
        if entries[at + 1..].iter().any(|later| later.name == *name) {
            continue;
        }
        let known = before.get(name);
        let wipes = value.expose().is_empty() && known.is_some_and(|known| !known.expose().is_empty());
        let why_not = refusal(place, name).map(|refusal| refusal.reason().to_owned()).or_else(|| {
            wipes.then(|| format!("it is empty there; if that is meant: nexus-env set {name} -e {environment} --empty"))
        });
        if let Some(reason) = why_not {
            left_out = true;
            terminal::say_anyway(&format!("not taken: `{name}` (line {}): {reason}", entry.line));
            continue;
        }
        if let Some(wrong) = place.offer(name).fault(value.expose()) {
            let sentence =
                format!("`{shown}:{}`: the value of `{name}` {}, and nothing was taken", entry.line, wrong.what);
            return Err(Failure::new(sentence).hint(wrong.hint).into());
        }
        if entry.dollar == Dollar::Kept {
            kept.push(name);
        }
        match known {
            None => new.push(name),
            Some(known) if known == value => same.push(name),
            Some(_) => replaced.push(name),
        }
        changes.push(Change::Set(name.clone(), value.clone()));
    }
    if changes.is_empty() {
        return Err(Failure::new(format!("there is nothing to take in `{shown}`"))
            .hint("a .env file has lines of NAME=value")
            .into());
    }
    if let Some(names) = joined(&replaced) {
        confirm(&names)?;
    }
    change(place, &changes)?;
    for (names, verb) in [(&new, "took"), (&replaced, "replaced"), (&same, "has already")] {
        if let Some(names) = joined(names) {
            terminal::say(ambient, &format!("{environment} {verb} {names}"));
        }
    }
    let shadowed: Vec<_> =
        [new, replaced, same].concat().into_iter().filter(|name| place.plain.contains(name)).collect();
    if let Some(names) = joined(&shadowed) {
        let sentence =
            format!("the plain value of {names}, in `.nexusenv` or `.nexusenv.local`, wins until that line goes");
        terminal::say(ambient, &sentence);
    }
    if let Some(names) = joined(&kept) {
        terminal::say(ambient, &format!("nothing was expanded: the `$` in {names} is kept as it stands"));
    }
    let rest = if left_out { ", after you moved what was not taken" } else { "" };
    let quoted = safe_text::typed(file);
    terminal::say(ambient, &format!("`{shown}` still holds these values in clear; delete it{rest}: rm -- {quoted}"));
    Ok(())
}

/// What the environment holds now under the names of these entries.
fn stored(place: &Place<'_>, entries: &[dotenv::Entry]) -> Result<Vars> {
    let Some(container) = vault::read(place.root, place.expected.environment)? else { return Ok(Vars::default()) };
    let names: Vec<VariableName> = entries.iter().map(|entry| entry.name.clone()).collect();
    Ok(open(place, &container, Wanted::Only(&names))?.vars)
}

fn joined(names: &[&VariableName]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
