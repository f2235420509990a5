//! The scripts of a repository: a shell script's file, and the recipes of a Makefile, a justfile, a Taskfile, mise and composer.
//! What a name there would run becomes lines for the reader.

mod compose;
mod just;
mod make;
mod named;
mod procfile;
mod task;

use std::path::{Path, PathBuf};

use super::options::after_flags;
use super::{Inner, Reader, Sure, Word};
use crate::domain::guard::project::{Content, Files};
use crate::domain::guard::scope::{Fed, Scope};

fn lines<'a>(texts: Vec<String>, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    texts.into_iter().map(|text| Inner::Line(text, scope.clone())).collect()
}

/// What is inside, if this is a runner of recipes.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    match name {
        "make" | "gmake" | "just" | "task" | "go-task" if computes(words) => {
            unknown("the line computes which recipe it runs".to_owned(), scope)
        }
        "make" | "gmake" | "remake" => make::make(reader, words, scope),
        "just" => just::just(reader, words, scope),
        "task" | "go-task" => task::task(reader, words, scope),
        "mise" | "rtx" => named::mise(reader, words, scope),
        "composer" => named::composer(reader, words, scope),
        "moon" => named::moon(reader, words, scope),
        "docker" | "podman" | "nerdctl" | "docker-compose" | "podman-compose" => {
            compose::compose(reader, name, words, scope)
        }
        name => procfile::procfile(reader, name, words, scope),
    }
}

/// Whether a word that names a recipe is one that nobody here knows.
fn computes(words: &[Word]) -> bool {
    let first =
        after_flags(words, &["-j", "--jobs", "-C", "-f", "--directory", "--file", "--justfile", "-d", "-t"]).first();
    first.is_some_and(|word| word.sure == Sure::No && !word.text.contains('='))
}

fn shown(path: &Path, cwd: &Path) -> String {
    path.strip_prefix(cwd).unwrap_or(path).display().to_string()
}

/// The first of these files that is there: where it is, and its text or why it cannot be read.
fn read_first(
    reader: &Reader<'_>,
    directory: &Path,
    names: &[impl AsRef<str>],
) -> Option<(PathBuf, Result<String, String>)> {
    // `<(…)`, or a file of another machine.
    if names.iter().any(|name| name.as_ref().starts_with("<(") || name.as_ref().contains("://")) {
        return Some((directory.to_owned(), Err("its file is nobody's here to read".to_owned())));
    }
    names.iter().find_map(|name| {
        let path = directory.join(name.as_ref());
        reader.notes.ran(&path);
        let text = match reader.read(&path) {
            Content::Missing => return None,
            Content::Text(text) => Ok(text),
            Content::Unreadable(why) => Err(format!("{}: {why}", shown(&path, reader.cwd))),
        };
        if let Ok(text) = &text {
            reader.notes.allow_for_file(&path, text);
            reader.notes.followed(&path);
        }
        Some((path, text))
    })
}

/// The same, where `-` is what the program is fed.
fn read_named(
    reader: &Reader<'_>,
    scope: &Scope<'_>,
    names: &[impl AsRef<str>],
) -> Option<(PathBuf, Result<String, String>)> {
    if names.iter().any(|name| name.as_ref() == "-") {
        let text = match &scope.fed {
            Fed::Text(text) => Ok(text.clone()),
            Fed::Nearly(_) | Fed::Unknown => Err("what it is fed is computed by the line".to_owned()),
            Fed::Nothing => return None,
        };
        return Some((scope.cwd.join("-"), text));
    }
    read_first(reader, &scope.cwd, names)
}

/// The file that a flag names: one that is there, what the program is fed, or what a substitution prints.
fn named_file(reader: &Reader<'_>, scope: &Scope<'_>, word: &Word) -> Option<(PathBuf, Result<String, String>)> {
    match scope.piped(&word.text) {
        Some(piped) => {
            let text = piped.ok_or_else(|| "its file is nobody's here to read".to_owned());
            Some((scope.cwd.join("-"), text))
        }
        None if word.text == "-" => read_named(reader, scope, &["-"]),
        None => read_first(reader, Path::new("/"), &[scope.path(&word.text).to_string_lossy()]),
    }
}

/// The nearest of these files at or above the directory.
fn nearest(
    reader: &Reader<'_>,
    directory: &Path,
    names: &[impl AsRef<str>],
) -> Option<(PathBuf, Result<String, String>)> {
    directory.ancestors().find_map(|directory| read_first(reader, directory, names))
}

fn unknown<'a>(why: String, scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    Some(vec![Inner::Unknown(why, scope.clone())])
}

#[cfg(test)]
#[path = "recipe_tests.rs"]
mod tests;
