//! Processes of a Procfile, as foreman and its kind start them.

use super::super::options::options;
use super::super::{Inner, Reader, Word};
use super::{lines, read_first, unknown};
use crate::domain::guard::scope::Scope;

/// Who starts them, and the word that does.
const STARTERS: &[(&str, &str)] = &[
    ("foreman", "start"),
    ("honcho", "start"),
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
