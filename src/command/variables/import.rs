//! `import`: takes the variables of files into an environment's secrets, all in one write or none. Never shows a value, and
//! leaves the files for the person to delete.

use std::path::Path;

use super::{Place, at, change, open, refusal};
use crate::domain::config::Environment;
use crate::domain::config::name::VariableName;
use crate::domain::config::vars::Vars;
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::store::dotenv::{self, Dialect, Dollar, Entry};
use crate::domain::store::sealed::seal::Change;
use crate::domain::store::stand_in;
use crate::domain::target::holding;
use crate::domain::text::safe_text;
use crate::edge::vault::{self, Wanted};
use crate::edge::{consent, entry, terminal};
use crate::error::{Exit, Failure, Result};
use crate::steps::load;

/// Whether a person is asked before a protected environment's value is replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Replacing {
    Asked,
    /// They said so already, on the command line.
    Unasked,
}

/// A file, and what it is written in.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub path: &'a Path,
    pub dialect: Dialect,
}

impl<'a> Source<'a> {
    /// In the dialect that was named, else in that of files of this name.
    pub fn new(path: &'a Path, dialect: Option<Dialect>) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Source { path, dialect: dialect.unwrap_or_else(|| Dialect::of(&name)) }
    }
}

/// What is asked on the way. Neither shows a value.
pub struct Questions<'a> {
    /// Whether the values under these names may be replaced; where not, it fails.
    pub replace: &'a dyn Fn(&str) -> Result<()>,
    /// Which of these files counts for a name that they set differently.
    pub choose: &'a dyn Fn(&VariableName, &[&Path]) -> Result<usize>,
}

/// `import FILE…` as it is typed.
///
/// # Errors
/// A file that cannot be read or understood, and as `at` and [`import`].
pub fn import_chosen(
    ambient: &Ambient,
    files: &[Source<'_>],
    environment: Option<&str>,
    replacing: Replacing,
) -> Result<()> {
    at(ambient, environment, |place, loaded, active| {
        let environment = load::environment(loaded, active.environment.as_str())?;
        let replace = |replaced: &str| match replacing {
            Replacing::Asked if environment.is_protected() => ask(ambient, environment, files, replaced),
            Replacing::Asked | Replacing::Unasked => Ok(()),
        };
        import(place, files, &Questions { replace: &replace, choose: &|name, files| choose(ambient, name, files) })
    })
}

fn ask(ambient: &Ambient, environment: &Environment, files: &[Source<'_>], replaced: &str) -> Result<()> {
    let name = &environment.name;
    if ambient.terminal == Terminal::Absent {
        let files = typed(files.iter().map(|file| file.path));
        return Err(Failure::new(format!("{name} has another value of {replaced}, and nothing was taken"))
            .hint(format!("if it is to be replaced: nexus-env import {files} -e {name} --yes"))
            .exit(Exit::Blocked)
            .into());
    }
    load::consent(ambient, environment, &format!("`import` into {name}"), &format!("type {name} to replace {replaced}"))
}

fn choose(ambient: &Ambient, name: &VariableName, files: &[&Path]) -> Result<usize> {
    let shown: Vec<String> = files.iter().map(|file| format!("`{}`", safe_text::path(file))).collect();
    let differs = format!("`{name}` has another value in each of {}", shown.join(", "));
    if ambient.terminal == Terminal::Absent {
        return Err(Failure::new(format!("{differs}, and nothing was taken"))
            .hint("import them one after the other: what comes later replaces what was there")
            .exit(Exit::Blocked)
            .into());
    }
    let numbered: Vec<String> = (1..).zip(&shown).map(|(number, file)| format!("{number} for {file}")).collect();
    let answer = consent::typed(&format!("nexus-env: {differs}; type {}: ", numbered.join(", ")))?;
    let chosen = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    chosen.filter(|chosen| *chosen < files.len()).ok_or_else(|| {
        Failure::new(format!("none of the files was chosen for `{name}`, and nothing was taken"))
            .exit(Exit::Blocked)
            .into()
    })
}

/// A variable, and the number of the file that it was found in.
struct Found {
    file: usize,
    entry: Entry,
}

/// Takes the variables of files, all in one write or none. Names that are refused, what is no value, and empty ones that would
/// wipe a value, are left out and said.
///
/// # Errors
/// A store that does not open or cannot be written, and an answer that is no.
pub fn import(place: &Place<'_>, files: &[Source<'_>], questions: &Questions<'_>) -> Result<()> {
    let (ambient, environment) = (place.ambient, place.expected.environment);
    let (found, mut left_out) = read(files)?;
    let found = one_of_each(found, files, questions.choose)?;
    let before = stored(place, &found)?;
    let (mut changes, mut kept) = (Vec::new(), Vec::new());
    let (mut new, mut replaced, mut same) = (Vec::new(), Vec::new(), Vec::new());
    for Found { file, entry } in &found {
        let (name, value) = (&entry.name, &holding::stored(&entry.value));
        let known = before.get(name);
        if let Some(reason) = why_not(place, entry, known.is_some_and(|known| !known.expose().is_empty())) {
            left_out = true;
            say_not_taken(&format!("`{name}`"), files, *file, entry.line, &reason);
            continue;
        }
        if let Some(wrong) = place.offer(name).fault(value.expose()) {
            let shown = safe_text::path(files[*file].path);
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
        let shown: Vec<String> = files.iter().map(|file| format!("`{}`", safe_text::path(file.path))).collect();
        return Err(Failure::new(format!("there is nothing to take in {}", shown.join(", ")))
            .hint("a .env file has lines of NAME=value")
            .into());
    }
    if let Some(names) = joined(&replaced) {
        (questions.replace)(&names)?;
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
    let shown: Vec<String> = files.iter().map(|file| format!("`{}`", safe_text::path(file.path))).collect();
    let (verb, them) = if files.len() == 1 { ("holds", "it") } else { ("hold", "them") };
    let (shown, quoted) = (shown.join(", "), typed(files.iter().map(|file| file.path)));
    terminal::say(ambient, &format!("{shown} still {verb} these values in clear; delete {them}{rest}: rm -- {quoted}"));
    Ok(())
}

/// What stands in the files, and whether something was passed over, which is said.
fn read(files: &[Source<'_>]) -> Result<(Vec<Found>, bool)> {
    let (mut found, mut left_out) = (Vec::new(), false);
    for (file, source) in files.iter().enumerate() {
        let shown = safe_text::path(source.path);
        let text = entry::from_file(source.path)?;
        let taken = dotenv::parse(source.dialect, text.expose()).map_err(|wrong| {
            Failure::new(format!("`{shown}:{}`: {}, and nothing was taken", wrong.line, wrong.what))
                .hint(format!("mend line {} and import it again", wrong.line))
        })?;
        for over in &taken.passed_over {
            left_out = true;
            let what = over.name.as_ref().map_or_else(|| format!("line {}", over.line), |name| format!("`{name}`"));
            say_not_taken(&what, files, file, over.line, over.what);
        }
        found.extend(taken.entries.into_iter().map(|entry| Found { file, entry }));
    }
    Ok((found, left_out))
}

fn say_not_taken(what: &str, files: &[Source<'_>], file: usize, line: usize, reason: &str) {
    let place = match files.len() {
        1 => format!("line {line}"),
        _ => format!("{}:{line}", safe_text::path(files[file].path)),
    };
    let place = if what == place { String::new() } else { format!(" ({place})") };
    terminal::say_anyway(&format!("not taken: {what}{place}: {reason}"));
}

/// Each name once: in one file as it stands last, as it does for every loader of such files; of several files that differ, as
/// was chosen.
fn one_of_each(
    found: Vec<Found>,
    files: &[Source<'_>],
    choose: &dyn Fn(&VariableName, &[&Path]) -> Result<usize>,
) -> Result<Vec<Found>> {
    let mut all: Vec<Vec<Found>> = Vec::new();
    for one in found {
        match all.iter_mut().find(|others| others[0].entry.name == one.entry.name) {
            None => all.push(vec![one]),
            Some(others) => {
                if let Some(first) =
                    others.iter().find(|other| other.file == one.file && other.entry.value != one.entry.value)
                {
                    let (shown, name) = (safe_text::path(files[one.file].path), &one.entry.name);
                    let (first, last) = (first.entry.line, one.entry.line);
                    terminal::say_anyway(&format!(
                        "`{name}` stands twice in `{shown}`: line {last} counts, and not line {first}"
                    ));
                }
                others.retain(|other| other.file != one.file);
                others.push(one);
            }
        }
    }
    let chosen = |mut others: Vec<Found>| {
        let differ = others.iter().any(|other| other.entry.value != others[0].entry.value);
        let which = match differ {
            true => {
                let paths: Vec<&Path> = others.iter().map(|other| files[other.file].path).collect();
                choose(&others[0].entry.name, &paths)?
            }
            false => 0,
        };
        Ok(others.swap_remove(which))
    };
    all.into_iter().map(chosen).collect()
}

/// Why an entry is left out.
fn why_not(place: &Place<'_>, entry: &Entry, is_stored: bool) -> Option<String> {
    let (name, environment) = (&entry.name, place.expected.environment);
    if let Some(refusal) = refusal(place, name) {
        return Some(refusal.reason().to_owned());
    }
    if let Some(what) = stand_in::named(entry.value.expose()) {
        return Some(format!("it is {what}, and no value"));
    }
    let wipes = entry.value.expose().is_empty() && is_stored;
    wipes.then(|| format!("it is empty there; if that is meant: nexus-env set {name} -e {environment} --empty"))
}

/// What the environment holds now under the names of these entries.
fn stored(place: &Place<'_>, found: &[Found]) -> Result<Vars> {
    let Some(store) = vault::read(place.root, place.expected.environment)? else { return Ok(Vars::default()) };
    let names: Vec<VariableName> = found.iter().map(|one| one.entry.name.clone()).collect();
    Ok(open(place, &store, Wanted::Only(&names))?.vars)
}

fn joined(names: &[&VariableName]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Paths as they are typed in a shell.
fn typed<'p>(paths: impl Iterator<Item = &'p Path>) -> String {
    paths.map(safe_text::typed).collect::<Vec<_>>().join(" ")
}
