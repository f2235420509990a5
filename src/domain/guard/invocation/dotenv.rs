//! Sees through the wrappers that load `.env` files: dotenv-cli, dotenvx, env-cmd. Each has its own answer to the
//! question whether the file or the shell wins, tried out with the real programs.

use super::options::{Options, after_flags, leading};
use super::{Inner, Reader, Word};
use crate::domain::guard::project;
use crate::domain::guard::scope::{Origin, Scope, Under, Value};

/// dotenv-cli: `-e FILE`, `-o`, `-v NAME=VALUE`, `-c [NAME]`; python-dotenv's `-f FILE run`. The shell's values win, unless
/// `-o`.
pub(super) fn dotenv<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const FILE: &[&str] = &["-e", "-f", "--file"];
    let words = words.strip_prefix(&[Word::sure("run")]).unwrap_or(words);
    // The name of a cascade may be left out.
    let cascades = words.iter().position(|word| word.text == "-c").and_then(|at| words.get(at + 1..at + 3));
    let named = cascades.is_some_and(|behind| !behind[0].text.starts_with('-') && !behind[0].text.is_empty());
    let valued = [FILE, if named { &["-v", "-c"] } else { &["-v"] }].concat();
    let (flags, rest) = leading(words, &valued);
    if flags.has(&["-p"]) {
        return Some(vec![]);
    }
    let rest = rest.strip_prefix(&[Word::sure("run")]).map_or(rest, |behind| after_flags(behind, &valued));
    let mut files = texts(&flags, FILE);
    if files.is_empty() {
        files.push(".env".to_owned());
    }
    if flags.has(&["-c"]) {
        let name = flags.value(&["-c"]).map_or("", |name| name.text.as_str());
        let cascade = |file: &String| match name {
            "" => vec![format!("{file}.local"), file.clone()],
            _ => {
                vec![format!("{file}.{name}.local"), format!("{file}.local"), format!("{file}.{name}"), file.clone()]
            }
        };
        files = files.iter().flat_map(cascade).collect();
    }
    let mut scope = scope.clone();
    let wins = if flags.has(&["-o", "--override"]) { Wins::File } else { Wins::Shell };
    for file in &files {
        load(reader, &mut scope, file, wins, &format!("dotenv -e {file}"));
    }
    for pair in texts(&flags, &["-v"]) {
        if let Some((name, value)) = pair.split_once('=') {
            scope.set(name, Value::text(value), Origin::Line);
        }
    }
    Some(vec![Inner::Command(rest.to_vec(), scope)])
}

/// `dotenvx run`: `-f FILE`, `-e NAME=VALUE`; the shell's values win over both, unless `--overload`.
pub(super) fn dotenvx<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["-f", "--env-file", "-e", "--env", "--convention", "-fk", "--env-keys-file", "-fv", "-l", "--log-level"];
    let run = words.iter().position(|word| word.text == "run")?;
    let (flags, rest) = leading(&words[run + 1..], VALUED);
    let wins = if flags.has(&["--overload", "-o"]) { Wins::File } else { Wins::Shell };
    let mut scope = scope.clone();
    for pair in texts(&flags, &["-e", "--env"]) {
        if let Some((name, value)) = pair.split_once('=') {
            let pairs = [(name.to_owned(), Value::text(value))];
            match wins {
                Wins::File => scope.overlay(&pairs, "the line"),
                Wins::Shell => scope.fill(&pairs, "the line", &format!("dotenvx run -e {name}")),
            }
        }
    }
    let mut files = texts(&flags, &["-f", "--env-file"]);
    if files.is_empty() {
        files.push(".env".to_owned());
    }
    for file in &files {
        load(reader, &mut scope, file, wins, &format!("dotenvx run -f {file}"));
    }
    Some(vec![Inner::Command(rest.to_vec(), scope)])
}

/// env-cmd: its file wins, unless `--no-override`. Before version 9 the file is the first word.
pub(super) fn env_cmd<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const NAMED: &[&str] = &["-e", "--environments", "-r", "--rc-file"];
    let valued = [NAMED, &["-f", "--file"]].concat();
    let (flags, mut rest) = leading(words, &valued);
    let mut scope = scope.clone();
    let mut file = flags.value(&["-f", "--file"]).map(|word| word.text.clone());
    if flags.has(NAMED) {
        scope.given_by("env-cmd", Under::Replaced);
    } else if let (None, Some(first)) = (&file, rest.first().filter(|word| word.text.contains(".env"))) {
        file = Some(first.text.clone());
        rest = after_flags(&rest[1..], &valued);
    } else {
        file.get_or_insert_with(|| "./.env".to_owned());
    }
    if let Some(file) = file {
        let wins = if flags.has(&["--no-override"]) { Wins::Shell } else { Wins::File };
        load(reader, &mut scope, &file, wins, &format!("env-cmd -f {file}"));
    }
    Some(vec![Inner::Command(rest.to_vec(), scope)])
}

fn texts(flags: &Options<'_>, names: &[&str]) -> Vec<String> {
    flags.values(names).map(|word| word.text.clone()).collect()
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Wins {
    Shell,
    File,
}

/// Lays a `.env` file over or under what is set. One that wins and cannot be read leaves everything unknown.
pub(super) fn load(reader: &Reader<'_>, scope: &mut Scope<'_>, file: &str, wins: Wins, by: &str) {
    let path = scope.path(file);
    match (project::env_file(reader, &path, scope), wins) {
        (Some(Ok(pairs)), Wins::File) => scope.overlay(&pairs, file),
        (Some(Ok(pairs)), Wins::Shell) => scope.fill(&pairs, file, by),
        (Some(Err(_)) | None, Wins::File) => scope.given_by(file, Under::Replaced),
        (Some(Err(_)), Wins::Shell) => scope.given_by(file, Under::Kept),
        (None, Wins::Shell) => {}
    }
}
