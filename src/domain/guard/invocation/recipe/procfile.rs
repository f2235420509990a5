//! Processes of a Procfile, as foreman and its kind start them.

use super::super::options::{after_flags, options};
use super::super::{Inner, Reader, Word};
use super::{lines, read_first, unknown};
use crate::domain::guard::scope::{Scope, Under};

/// Who starts them, and the word that does.
const STARTERS: &[(&str, &str)] = &[
    ("foreman", "start"),
    ("foreman", "run"),
    ("honcho", "start"),
    ("honcho", "run"),
    ("overmind", "start"),
    ("overmind", "s"),
    ("goreman", "start"),
    ("goreman", "run"),
    ("hivemind", ""),
    ("nf", "start"),
    ("heroku", "local"),
    ("heroku", "local:start"),
];

/// The lines of the named processes, or of all.
pub fn procfile<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let options = options(words, &["-f", "--procfile", "-e", "--env", "-p", "--port", "-d", "--root", "-l", "-c"]);
    let verbs: Vec<&str> = STARTERS.iter().filter(|(who, _)| *who == name).map(|(_, verb)| *verb).collect();
    let first = options.rest.first().map_or("", |word| word.text.as_str());
    let skip = match verbs.as_slice() {
        [] => return None,
        verbs if verbs.contains(&first) && !first.is_empty() => 1,
        [""] => 0,
        _ => return None,
    };
    if first == "run" && matches!(name, "foreman" | "honcho") {
        return Some(run(reader, name, words, scope));
    }
    let named = options.value(&["-f", "--procfile"]).map_or("Procfile", |word| word.text.as_str());
    let (_, text) = read_first(reader, &scope.cwd, &[named])?;
    let text = match text {
        Ok(text) => text,
        Err(why) => return unknown(why, scope),
    };
    let only = options.values(&["-l", "--processes"]).flat_map(|word| word.text.split(','));
    let wanted: Vec<&str> = only
        .chain(options.rest.iter().skip(skip).flat_map(|word| word.text.split(',')).map(str::trim))
        .filter(|name| *name != named)
        .collect();
    let started = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
    let of = started.filter(|(process, _)| wanted.is_empty() || wanted.contains(&process.trim()));
    Some(lines(of.map(|(_, line)| line.trim().to_owned()).collect(), scope))
}

/// `foreman run`: a process of the Procfile by its name, else a command; with what its `.env` gives (ddollar.github.io/foreman).
fn run<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let mut scope = scope.clone();
    scope.given_by(name, Under::Kept);
    const VALUED: &[&str] = &["-e", "--env", "-f", "--procfile", "-d", "--root"];
    let behind = after_flags(words, VALUED).get(1..).unwrap_or(&[]);
    let command = after_flags(behind, VALUED).to_vec();
    let own = options(&words[..words.len() - command.len()], VALUED);
    let file = own.value(&["-f", "--procfile"]).map_or("Procfile", |word| word.text.as_str());
    let text = read_first(reader, &scope.cwd, &[file]).and_then(|(_, text)| text.ok()).unwrap_or_default();
    let line = |line: &str| {
        let (process, line) = line.split_once(':')?;
        command.first().is_some_and(|word| word.text == process.trim()).then(|| line.trim().to_owned())
    };
    match text.lines().find_map(line) {
        Some(line) => lines(vec![line], &scope),
        None => vec![Inner::Command(command, scope)],
    }
}
