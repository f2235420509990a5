//! Sees through a shell that a line starts: the text behind `-c`, a script's file, or what it is fed; and the assignments in
//! front of a command that a program other than the shell reads. It runs nothing.

use crate::domain::guard::invocation::options::is_one_expansion;
use crate::domain::guard::invocation::{Inner, Reader, Sure, Word, shell_script};
use crate::domain::guard::line;
use crate::domain::guard::scope::{Fed, Origin, Scope, Value};

/// `bash -c TEXT`, also `-lc`, `-ec`; a script's file; or what the shell is fed.
pub fn shell<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut scope = scope.clone();
    let mut at = 0;
    let mut runs = Runs::File;
    while let Some(word) = words.get(at).filter(|word| word.text.starts_with('-') || word.text.starts_with('+')) {
        let single = !word.text.starts_with("--");
        let takes = |letter: char| single && word.text.contains(letter);
        if word.text == "--" {
            at += 1;
            break;
        }
        if takes('c') || word.text == "--command" {
            runs = Runs::Text;
        }
        if takes('s') {
            runs = Runs::Input;
        }
        // It reads and runs nothing.
        if takes('n') || matches!(word.text.as_str(), "--version" | "--help" | "--no-execute") {
            return Some(vec![]);
        }
        // `-euo pipefail`: the option's name is a word of its own.
        let option = single && word.text.to_ascii_lowercase().ends_with('o') || word.text == "--rcfile";
        at += if option { 2 } else { 1 };
    }
    let rest = words.get(at..).unwrap_or(&[]);
    let texts = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect();
    match (runs, rest.split_first()) {
        (Runs::Text, Some((text, arguments))) => {
            // `$0` comes first.
            scope.arguments = Some(texts(arguments.get(1..).unwrap_or(&[])));
            Some(begun(reader, &scope).into_iter().chain([line_in(text, &scope)]).collect())
        }
        (Runs::Text, None) => Some(vec![]),
        (Runs::File, Some((file, arguments))) => shell_script::script(reader, file, arguments, &scope),
        (Runs::Input, _) | (Runs::File, None) => {
            scope.arguments = Some(texts(rest));
            let first = begun(reader, &scope);
            let fed = std::mem::replace(&mut scope.fed, Fed::Unknown);
            Some(first.into_iter().chain(lines_fed(&fed, &scope)).collect())
        }
    }
}

/// What a shell reads before anything else, where the line says so: `BASH_ENV`, `ENV`; and what a prompt of its own runs.
fn begun<'a>(reader: &Reader<'_>, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let given = |name: &str| {
        let setting = scope.get(name);
        (setting.origin == Origin::Line).then_some(setting.value)
    };
    let unknown = || vec![Inner::Unknown("the line computes what the shell begins with".to_owned(), scope.clone())];
    let files = ["BASH_ENV", "ENV"].into_iter().filter_map(given);
    let read = |value: Value| match value.as_text() {
        Some(file) => shell_script::script(reader, &Word::sure(file), &[], scope).unwrap_or_default(),
        None if value == Value::Unset => Vec::new(),
        None => unknown(),
    };
    let lines = given("PROMPT_COMMAND").into_iter().flat_map(|value| match value.as_text() {
        Some(line) => vec![Inner::Line(line.to_owned(), scope.clone())],
        None if value == Value::Unset => Vec::new(),
        None => unknown(),
    });
    files.flat_map(read).chain(lines).collect()
}

/// What a shell is fed runs, line by line. Fed with nothing it is a person's own prompt.
pub fn lines_fed<'a>(fed: &Fed, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let line = fed.text().map(|text| Inner::Line(text.to_owned(), scope.clone()));
    let unknown = matches!(fed, Fed::Nearly(_) | Fed::Unknown)
        .then(|| Inner::Unknown("what it is fed is computed by the line".to_owned(), scope.clone()));
    line.into_iter().chain(unknown).collect()
}

/// A line that stands in one word, where the line does not compute all of it.
pub fn line_in<'a>(word: &Word, scope: &Scope<'a>) -> Inner<'a> {
    match word.sure == Sure::No && is_one_expansion(&word.text) {
        true => Inner::Unknown("what it runs is computed by the line".to_owned(), scope.clone()),
        false => Inner::Line(word.text.clone(), scope.clone()),
    }
}

/// What a shell runs.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Runs {
    Text,
    File,
    Input,
}

pub fn assignments<'w, 'a>(words: &'w [Word], scope: &Scope<'a>) -> (&'w [Word], Scope<'a>) {
    let mut scope = scope.clone();
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        let Some((name, value)) = word.text.split_once('=').filter(|(name, _)| line::is_name(name)) else {
            break;
        };
        let value = match word.sure {
            Sure::Yes => Value::text(value),
            Sure::No => Value::Unknown("the line computes it".to_owned()),
        };
        scope.set(name, value, Origin::Line);
        rest = after;
    }
    (rest, scope)
}
