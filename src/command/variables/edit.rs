//! `edit`: an environment's secrets in the person's own editor. The text lies in memory alone while it is open, and only what
//! changed is sealed.

use super::Place;
use crate::command::variables;
use crate::domain::config::name::VariableName;
use crate::domain::config::vars::Vars;
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::editor;
use crate::domain::store::draft;
use crate::domain::store::sealed::seal::Change;
use crate::domain::text::safe_text;
use crate::domain::text::secret::Secret;
use crate::edge::desk::{Desk, Memory};
use crate::edge::{consent, entry, foreground, identity, program, terminal};
use crate::error::{Exit, Failure, Result, told};
use crate::steps::load;

/// Opens the secrets of `environment`, or of the selected one, and stores what was changed.
///
/// # Errors
/// A coding agent, no terminal, an editor that cannot be started or ends badly, a text that cannot be read, and a store
/// that does not open or cannot be written.
pub fn edit(ambient: &Ambient, environment: Option<&str>) -> Result<()> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, environment)?;
    let of_it = load::environment(&loaded, active.environment.as_str())?;
    load::refuse_agent(ambient, of_it, &format!("`edit` of {}", of_it.name))?;
    if ambient.terminal == Terminal::Absent || !entry::is_at_a_terminal() {
        return Err(Failure::new("`edit` needs a person at a terminal")
            .hint(format!("some-command | nexus-env set NAME -e {}", of_it.name))
            .exit(Exit::Blocked)
            .into());
    }
    let words = chosen_editor(ambient)?;
    // Before anything is decrypted: who clears away knows nothing of what will lie there.
    let desk = Desk::new(ambient)?;
    if desk.memory() == Memory::Disk {
        let place = safe_text::path(desk.directory());
        terminal::say(
            ambient,
            &format!("this system has no memory for files: until the editor ends the text lies in `{place}`"),
        );
    }
    variables::at(ambient, environment, |place, _, _| edited(place, &desk, &words))
}

/// The words of the editor, up to the file.
fn chosen_editor(ambient: &Ambient) -> Result<Vec<String>> {
    let mut words = editor::words(&ambient.variables).unwrap_or_else(|| vec!["vi".to_owned()]);
    let Some(path) = program::find(ambient, &words[0]) else {
        return Err(Failure::new(format!("there is no editor `{}`", words[0]))
            .hint("EDITOR=nano nexus-env edit, or whichever you have")
            .into());
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match editor::flags(&name) {
        Some(flags) => words.extend(flags.iter().map(|flag| (*flag).to_owned())),
        None => {
            terminal::say(ambient, &format!("`{name}` is not known here: see that it keeps no copies of what it edits"))
        }
    }
    Ok(words)
}

fn edited(place: &Place<'_>, desk: &Desk, words: &[String]) -> Result<()> {
    let environment = place.expected.environment;
    let mut before = variables::stored(place)?;
    let draft = draft::write(environment, &before);
    desk.lay(&draft)?;
    let changes = loop {
        open(place.ambient, desk, words)?;
        let text = desk.take()?;
        match changes(place, &text, &before) {
            Ok(changes) => {
                let now = variables::stored(place)?;
                match meanwhile(&changes, &before, &now) {
                    None => break changes,
                    Some(name) => ask_again(&format!("`{name}` was changed meanwhile, by somebody else"))?,
                }
                before = now;
            }
            Err(error) => ask_again(&told(&error).0)?,
        }
    };
    if changes.is_empty() {
        terminal::say(place.ambient, "nothing was changed");
        return Ok(());
    }
    variables::change(place, &changes)?;
    tell(place, &changes, &before);
    Ok(())
}

/// Lets the person edit, with everything that this process has but its identity.
fn open(ambient: &Ambient, desk: &Desk, words: &[String]) -> Result<()> {
    let mut words = words.to_vec();
    words.push(desk.file().display().to_string());
    let kept = ambient.variables.iter().filter(|(name, _)| *name != identity::VARIABLE);
    let here = ambient.cwd.as_deref().unwrap_or(desk.directory());
    let ended = foreground::run(&words, here, kept)
        .map_err(|error| Failure::new(format!("could not start `{}`: {error}", words[0])))?;
    match ended.well() {
        true => Ok(()),
        false => Err(Failure::new(format!("`{}` ended with {ended}, and nothing was changed", words[0])).into()),
    }
}

/// What the text changes, if all of it may be stored.
fn changes(place: &Place<'_>, text: &Secret, before: &Vars) -> Result<Vec<Change>> {
    let changes =
        draft::read(text, before).map_err(|wrong| Failure::new(format!("line {}: {}", wrong.line, wrong.what)))?;
    let gone = changes.iter().filter(|change| matches!(change, Change::Unset(_))).count();
    if gone > 1 && gone == before.iter().count() {
        return Err(Failure::new("every secret is gone from the text, which `unset` does, one by one").into());
    }
    for change in &changes {
        if let Change::Set(name, value) = change {
            variables::accept(place, name, value)?;
        }
    }
    Ok(changes)
}

/// A variable of these changes that is another now than it was.
fn meanwhile<'c>(changes: &'c [Change], before: &Vars, now: &Vars) -> Option<&'c VariableName> {
    changes.iter().map(Change::name).find(|name| before.get(name) != now.get(name))
}

/// What is wrong, and whether the person goes on. The text stays as it is.
fn ask_again(wrong: &str) -> Result<()> {
    let answer = consent::typed(&format!(
        "nexus-env: {wrong}\npress Enter to edit it again, or type q to leave all as it was: "
    ))?;
    match answer.as_str() {
        "" => Ok(()),
        _ => Err(Failure::new("nothing was changed").into()),
    }
}

fn tell(place: &Place<'_>, changes: &[Change], before: &Vars) {
    let environment = place.expected.environment;
    let names = |verb: &str| {
        let of = |change: &Change| match change {
            Change::Set(name, _) if before.get(name).is_some() => ("replaced", name.clone()),
            Change::Set(name, _) => ("took", name.clone()),
            Change::Unset(name) => ("no longer has", name.clone()),
            // What is told of a secret stands in no text that is edited.
            Change::Expires(name, _) | Change::Noted(name, _) => ("", name.clone()),
        };
        let names = changes.iter().map(of).filter(|(other, _)| *other == verb);
        names.map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    for verb in ["took", "replaced", "no longer has"] {
        let names = names(verb);
        if !names.is_empty() {
            terminal::say(place.ambient, &format!("{environment} {verb} {names}"));
        }
    }
}
