//! Code of another language that stands on a line: what `node -e` and `python -c` would hand to a shell. Only its strings are
//! looked at, and only where the code starts processes.

use super::options::is_one_expansion;
use super::talk::{self, Starts};
use super::{Inner, Scope, Sure, Word};
use crate::domain::guard::scope::Fed;

/// Calls that start a process.
const STARTS: &[&str] = &[
    "exec", "spawn", "system(", "popen", "subprocess", "child_process", "Bun.$", "zx", "$`", "shell_exec", "passthru",
    "proc_open", "%x(", "Kernel.",
];

/// What the code of a program would do: lines that it hands to a shell, and what it does to a database by itself.
pub(super) fn run<'a>(program: &str, code: &Word, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let text = code.text.trim();
    if code.sure == Sure::No && is_one_expansion(text) {
        return vec![Inner::Unknown("the line computes the code that it runs".to_owned(), scope.clone())];
    }
    let mut found = lines(text, scope);
    let starts = if starts(text) { Starts::Processes } else { Starts::Nothing };
    if talk::loses(text, starts) {
        found.push(Inner::Talks(program.to_owned(), talk::named(text), scope.clone()));
    }
    found
}

fn starts(text: &str) -> bool {
    STARTS.iter().any(|call| text.contains(call))
}

/// Every string of the code as a line, and all of them together as one: `spawn('npx', 'prisma', 'migrate', 'dev')`. The
/// strings of an array are the words of one command, with the string in front of it: `spawn('npx', ['prisma', …])`.
fn lines<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    if !starts(text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut single: Vec<String> = Vec::new();
    let mut array: Option<Vec<Word>> = None;
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '`', '[', ']']) {
        let (between, behind) = (&rest[..at], &rest[at..]);
        match behind.chars().next() {
            Some('[') => {
                let program = single.last().filter(|_| between.trim() == ",").map(|text| Word::sure(text));
                array = Some(program.into_iter().collect());
                rest = &behind[1..];
            }
            Some(']') => {
                found.extend(
                    array.take().filter(|words| words.len() > 1).map(|words| Inner::Command(words, scope.clone())),
                );
                rest = &behind[1..];
            }
            _ => {
                let Some((inside, after)) = string(behind) else { break };
                match &mut array {
                    Some(words) => words.push(Word::sure(&inside)),
                    None => single.push(inside),
                }
                rest = after;
            }
        }
    }
    // What an array that never ends holds is as good as single.
    single.extend(array.into_iter().flatten().map(|word| word.text));
    let words: Vec<Word> = single.iter().filter(|text| !text.contains(' ')).map(|text| Word::sure(text)).collect();
    // Modules that are imported stand before the program.
    let from =
        words.iter().position(|word| !matches!(word.text.as_str(), "child_process" | "node:child_process" | "utf8"));
    let together = from.map(|at| Inner::Command(words[at..].to_vec(), scope.clone()));
    found.extend(single.into_iter().map(|text| Inner::Line(text, scope.clone())).chain(together));
    found
}

/// Code that is fed to an interpreter. `None` where nothing is: it is a person's own prompt.
pub(super) fn fed<'a>(program: &str, scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    match &scope.fed {
        Fed::Text(text) => Some(run(program, &Word::sure(text), scope)),
        Fed::Unknown => Some(vec![Inner::Unknown("what it is fed is computed by the line".to_owned(), scope.clone())]),
        Fed::Nothing => None,
    }
}

/// Every string, where the code is known to start processes.
pub(super) fn strings_as_lines<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    strings(text).into_iter().map(|text| Inner::Line(text, scope.clone())).collect()
}

/// JSON, or what looks like it, that holds a command: each string as a line, and all of them as words.
pub(super) fn of_json<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let words = strings(text).iter().map(|text| Word::sure(text)).collect();
    strings_as_lines(text, scope).into_iter().chain([Inner::Command(words, scope.clone())]).collect()
}

pub(super) fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let Some((inside, after)) = string(&rest[start..]) else { break };
        found.push(inside);
        rest = after;
    }
    found
}

/// The string with which a text begins, and what follows it. A quote behind a backslash is one of its own.
fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let mut inside = String::new();
    let mut rest = text[1..].char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            c if c == quote => return Some((inside, &text[at + 2..])),
            '\\' => match rest.next()?.1 {
                c @ ('"' | '\'' | '`' | '\\') => inside.push(c),
                'n' => inside.push('\n'),
                c => inside.extend(['\\', c]),
            },
            c => inside.push(c),
        }
    }
    None
}
