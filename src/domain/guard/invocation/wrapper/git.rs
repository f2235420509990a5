//! What git runs for a person: commands between its own steps, aliases of the line, programs that a setting names. What it only
//! stores, prints or searches is no command.

use super::given::values;
use super::shell::line_in;
use crate::domain::guard::invocation::options::{after_flags, joined};
use crate::domain::guard::invocation::{Inner, Word};
use crate::domain::guard::scope::{Origin, Scope};

const VALUED: &[&str] = &["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--exec-path"];

/// Settings that hold a program's line (git-config(1)); the patterns have one part that is free.
const PROGRAMS: &[&str] = &[
    "core.pager", "core.editor", "core.sshcommand", "core.fsmonitor", "core.askpass", "sequence.editor",
    "diff.external", "gpg.program", "credential.helper", "interactive.difffilter", "uploadpack.packobjectshook",
];

/// Variables that do the same (git(1)).
const VARIABLES: &[&str] = &[
    "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_ASKPASS", "EDITOR",
    "VISUAL", "PAGER",
];

/// What is inside; `None` where git runs nothing of the line's.
pub fn see_through<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let line = |text: &str| Inner::Line(text.to_owned(), scope.clone());
    let rest = after_flags(words, VALUED);
    let own = &words[..words.len() - rest.len()];
    let (verb, rest) = rest.split_first()?;
    let mut found: Vec<Inner<'a>> = Vec::new();
    for setting in values(own, &["-c"]) {
        let Some((name, value)) = setting.text.split_once('=') else { continue };
        let name = name.to_ascii_lowercase();
        let alias = name.strip_prefix("alias.").is_some_and(|alias| alias == verb.text.to_ascii_lowercase());
        match value.strip_prefix('!') {
            Some(command) if alias => found.push(line(&format!("{command} {}", joined(rest)))),
            Some(command) if PROGRAMS.contains(&name.as_str()) => found.push(line(command)),
            None if alias => {
                let words = value.split_whitespace().map(Word::sure).chain(rest.iter().cloned());
                found.extend(see_through(&words.collect::<Vec<_>>(), scope).into_iter().flatten());
            }
            _ if PROGRAMS.contains(&name.as_str()) || name.starts_with("pager.") || name.ends_with(".cmd") => {
                found.push(line(value));
            }
            _ => {}
        }
    }
    let given = VARIABLES.iter().map(|name| scope.get(name)).filter(|setting| setting.origin == Origin::Line);
    found.extend(given.filter_map(|setting| setting.value.as_text().map(line)));
    let lines = |flags: &[&str]| values(rest, flags).iter().map(|word| line_in(word, scope)).collect::<Vec<_>>();
    match verb.text.as_str() {
        "rebase" => {
            found.extend(lines(&["-x", "--exec"]));
            // `-xLINE`.
            let glued = rest.iter().filter_map(|word| word.text.strip_prefix("-x").filter(|text| !text.is_empty()));
            found.extend(glued.map(line));
        }
        "bisect" if rest.first().is_some_and(|word| word.text == "run") => {
            found.push(Inner::Command(rest[1..].to_vec(), scope.clone()));
        }
        "submodule" => {
            let behind = after_flags(rest, &[]);
            if behind.first().is_some_and(|word| word.text == "foreach") {
                found.push(line(&joined(after_flags(&behind[1..], &[]))));
            }
        }
        "for-each-repo" => {}
        "filter-branch" => found.extend(lines(&[
            "--setup", "--env-filter", "--tree-filter", "--index-filter", "--parent-filter", "--msg-filter",
            "--commit-filter", "--tag-name-filter",
        ])),
        "difftool" => found.extend(lines(&["-x", "--extcmd"])),
        "grep" => found.extend(lines(&["-O", "--open-files-in-pager"])),
        _ => {}
    }
    (!found.is_empty()).then_some(found)
}

/// Directories of hooks that the words name: `-c core.hooksPath=DIRECTORY`, `config core.hooksPath DIRECTORY`.
pub fn hooks_of(words: &[Word]) -> impl Iterator<Item = &str> {
    let is_name = |text: &str| text.eq_ignore_ascii_case("core.hooksPath");
    words.iter().enumerate().filter_map(move |(at, word)| match word.text.split_once('=') {
        Some((name, directory)) if is_name(name) => Some(directory),
        _ if is_name(&word.text) => words.get(at + 1).map(|word| word.text.as_str()),
        _ => None,
    })
}
