//! The variables that a line hands to a command in a container or on another machine: `-e NAME=VALUE`, `-e NAME`,
//! `--env-file FILE`. What it does not hand over is that place's own.

use crate::domain::guard::invocation::{Reader, Sure, Word};
use crate::domain::guard::line::is_name;
use crate::domain::guard::project;
use crate::domain::guard::scope::{Origin, Scope, Under, Value};

/// Reads the flags in front of the command; `from` is where the line itself is read.
pub fn hand<'a>(reader: &Reader<'_>, flags: &[Word], from: &Scope<'a>, to: &mut Scope<'a>) {
    let mut words = flags.iter();
    while let Some(word) = words.next() {
        let (flag, value) = match word.text.split_once('=') {
            Some((flag @ ("-e" | "--env" | "--env-file"), value)) => (flag, Some(of(value, word))),
            _ => match word.text.strip_prefix("-e").filter(|rest| is_name(rest.split('=').next().unwrap_or(rest))) {
                Some(rest) => ("-e", Some(of(rest, word))),
                None => (word.text.as_str(), None),
            },
        };
        match flag {
            "-e" | "--env" => {
                if let Some(pair) = value.or_else(|| words.next().cloned()) {
                    one(&pair, from, to);
                }
            }
            "--env-file" => {
                if let Some(file) = value.or_else(|| words.next().cloned()) {
                    match project::env_file(reader, &from.path(&file.text), from) {
                        Some(Ok(pairs)) => to.overlay(&pairs, &file.text),
                        Some(Err(_)) | None => to.given_by(&file.text, Under::Elsewhere),
                    }
                }
            }
            _ => {}
        }
    }
}

fn of(text: &str, word: &Word) -> Word {
    Word { text: text.to_owned(), sure: word.sure }
}

fn one(pair: &Word, from: &Scope<'_>, to: &mut Scope<'_>) {
    match pair.text.split_once('=') {
        Some((name, text)) if is_name(name) => {
            let value = match (pair.sure, text.strip_prefix('$')) {
                (Sure::Yes, _) => Value::text(text),
                (Sure::No, Some(variable)) if is_name(variable) => from.expand(variable),
                (Sure::No, _) => Value::Unknown("the line computes it".to_owned()),
            };
            to.set(name, value, Origin::Line);
        }
        None if is_name(&pair.text) => {
            let setting = from.get(&pair.text);
            to.set(&pair.text, setting.value, setting.origin);
        }
        Some(_) | None => {}
    }
}
