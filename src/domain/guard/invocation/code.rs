//! Code of another language that stands on a line: what `node -e` and `python -c` would hand to a shell. Only its strings are
//! looked at, and only where the code starts processes.

use super::{Inner, Scope, Word};
use crate::domain::guard::scope::Fed;

/// Calls that start a process.
const STARTS: &[&str] = &[
    "exec", "spawn", "system(", "popen", "subprocess", "child_process", "Bun.$", "zx", "shell_exec", "passthru",
    "proc_open", "%x(", "Kernel.",
];

/// Every string of the code as a line, and all of them together as one: `spawn('npx', ['prisma', 'migrate', 'dev'])`.
pub(super) fn lines<'a>(text: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    if !STARTS.iter().any(|call| text.contains(call)) {
        return Vec::new();
    }
    let strings = strings(text);
    let words: Vec<Word> = strings.iter().filter(|text| !text.contains(' ')).map(|text| Word::sure(text)).collect();
    // The words of an array begin where a program stands; modules that are imported stand before it.
    let from =
        words.iter().position(|word| !matches!(word.text.as_str(), "child_process" | "node:child_process" | "utf8"));
    let together = from.map(|at| Inner::Command(words[at..].to_vec(), scope.clone()));
    strings.into_iter().map(|text| Inner::Line(text, scope.clone())).chain(together).collect()
}

/// Code that is fed to an interpreter. `None` where nothing is known to be.
pub(super) fn fed<'a>(scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    match &scope.fed {
        Fed::Text(text) => Some(lines(text, scope)),
        Fed::Nothing | Fed::Unknown => None,
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

fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let quote = &rest[start..=start];
        let inside = &rest[start + 1..];
        let Some(end) = inside.find(quote) else { break };
        found.push(inside[..end].to_owned());
        rest = &inside[end + 1..];
    }
    found
}
