//! Sees through a shell that a line starts: the text behind `-c`, a script's file, or what it is fed; and the assignments in
//! front of a command that a program other than the shell reads. It runs nothing.

use crate::domain::guard::invocation::options::is_one_expansion;
use crate::domain::guard::invocation::recipe;
use crate::domain::guard::invocation::{Inner, Reader, Sure, Word};
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
            Some(vec![match text.sure == Sure::No && is_one_expansion(&text.text) {
                true => Inner::Unknown("what it runs is computed by the line".to_owned(), scope),
                false => Inner::Line(text.text.clone(), scope),
            }])
        }
        (Runs::Text, None) => Some(vec![]),
        (Runs::File, Some((file, arguments))) => recipe::script(reader, file, arguments, &scope),
        (Runs::Input, _) | (Runs::File, None) => {
            scope.arguments = Some(texts(rest));
            match std::mem::replace(&mut scope.fed, Fed::Unknown) {
                Fed::Text(text) => Some(vec![Inner::Line(text, scope)]),
                Fed::Unknown => Some(vec![Inner::Unknown("what it is fed is computed by the line".to_owned(), scope)]),
                // A person's own prompt.
                Fed::Nothing => Some(vec![]),
            }
        }
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
