//! Sees through the wrappers that load `.env` files: dotenv-cli, dotenvx, env-cmd. Each has its own answer to the
//! question whether the file or the shell wins, tried out with the real programs.

use super::{Inner, Reader, Word};
use crate::domain::guard::project;
use crate::domain::guard::scope::{Origin, Scope, Under, Value};

/// dotenv-cli: `-e FILE`, `-o`, `-v NAME=VALUE`, `-c [NAME]`. The shell's values win, unless `-o`.
pub(super) fn dotenv<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut scope = scope.clone();
    let (mut files, mut set, mut overrides) = (Vec::new(), Vec::new(), Wins::Shell);
    let mut cascade: Option<String> = None;
    let mut at = 0;
    // python-dotenv's `run`, and dotenvx's older name.
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1).map_or(String::new(), |word| word.text.clone());
        match word.text.as_str() {
            "--" => {
                at += 1;
                break;
            }
            "-e" | "-f" | "--file" => {
                files.push(next);
                at += 1;
            }
            "-v" => {
                set.push(next);
                at += 1;
            }
            "-c" if !next.starts_with('-') && !next.is_empty() && words.get(at + 2).is_some() => {
                cascade = Some(next);
                at += 1;
            }
            "-c" => cascade = Some(String::new()),
            "-o" | "--override" => overrides = Wins::File,
            "-p" => return Some(vec![]),
            "run" => {}
            text if text.starts_with("-e=") => files.push(text[3..].to_owned()),
            text if text.starts_with("-c=") => cascade = Some(text[3..].to_owned()),
            text if text.starts_with('-') => {}
            _ => break,
        }
        at += 1;
    }
    if files.is_empty() {
        files.push(".env".to_owned());
    }
    if let Some(name) = cascade {
        files = files
            .iter()
            .flat_map(|file| match name.as_str() {
                "" => vec![format!("{file}.local"), file.clone()],
                name => {
                    vec![
                        format!("{file}.{name}.local"),
                        format!("{file}.local"),
                        format!("{file}.{name}"),
                        file.clone(),
                    ]
                }
            })
            .collect();
    }
    for file in &files {
        load(reader, &mut scope, file, overrides, &format!("dotenv -e {file}"));
    }
    for pair in set {
        if let Some((name, value)) = pair.split_once('=') {
            scope.set(name, Value::text(value), Origin::Line);
        }
    }
    Some(vec![Inner::Command(words.get(at..).unwrap_or(&[]).to_vec(), scope)])
}

/// `dotenvx run`: `-f FILE`, `-e NAME=VALUE`; the shell's values win over both, unless `--overload`.
pub(super) fn dotenvx<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let run = words.iter().position(|word| word.text == "run")?;
    let words = &words[run + 1..];
    let mut scope = scope.clone();
    let overrides =
        match words.iter().take_while(|word| word.text != "--").any(|w| matches!(w.text.as_str(), "--overload" | "-o"))
        {
            true => Wins::File,
            false => Wins::Shell,
        };
    let (mut files, mut set) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1).map_or(String::new(), |word| word.text.clone());
        match word.text.as_str() {
            "--" => {
                at += 1;
                break;
            }
            "-f" | "--env-file" => {
                files.push(next);
                at += 1;
            }
            "-e" | "--env" => {
                set.push(next);
                at += 1;
            }
            "--convention" | "-fk" | "--env-keys-file" | "-fv" | "-l" | "--log-level" => at += 1,
            text if text.starts_with("--env-file=") => files.push(text["--env-file=".len()..].to_owned()),
            text if text.starts_with('-') => {}
            _ => break,
        }
        at += 1;
    }
    for pair in set {
        if let Some((name, value)) = pair.split_once('=') {
            let pairs = [(name.to_owned(), Value::text(value))];
            match overrides {
                Wins::File => scope.overlay(&pairs, "the line"),
                Wins::Shell => scope.fill(&pairs, "the line", &format!("dotenvx run -e {name}")),
            }
        }
    }
    if files.is_empty() {
        files.push(".env".to_owned());
    }
    for file in &files {
        load(reader, &mut scope, file, overrides, &format!("dotenvx run -f {file}"));
    }
    Some(vec![Inner::Command(words.get(at..).unwrap_or(&[]).to_vec(), scope)])
}

/// env-cmd: its file wins, unless `--no-override`. Before version 9 the file is the first word.
pub(super) fn env_cmd<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut scope = scope.clone();
    let mut overrides = Wins::File;
    let mut file: Option<String> = None;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1).map_or(String::new(), |word| word.text.clone());
        match word.text.as_str() {
            "--" => {
                at += 1;
                break;
            }
            "-f" | "--file" => {
                file = Some(next);
                at += 1;
            }
            "-e" | "--environments" | "-r" | "--rc-file" => {
                scope.given_by("env-cmd", Under::Replaced);
                file.get_or_insert_with(String::new);
                at += 1;
            }
            "--no-override" => overrides = Wins::Shell,
            text if text.starts_with('-') => {}
            text if file.is_none() && text.contains(".env") => file = Some(text.to_owned()),
            _ => break,
        }
        at += 1;
    }
    let file = file.unwrap_or_else(|| "./.env".to_owned());
    if !file.is_empty() {
        load(reader, &mut scope, &file, overrides, &format!("env-cmd -f {file}"));
    }
    Some(vec![Inner::Command(words.get(at..).unwrap_or(&[]).to_vec(), scope)])
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
