//! The scripts of a repository: a shell script's file, and the recipes of a Makefile, a justfile, a Taskfile, mise and composer.
//! What a name there would run becomes lines for the reader.

mod compose;
mod just;
mod make;
mod named;
mod procfile;
mod task;

use std::path::{Path, PathBuf};

use super::options::{after_flags, is_one_expansion};
use super::{Inner, Reader, Sure, Word};
use crate::domain::guard::project::Content;
use crate::domain::guard::scope::Scope;
use crate::domain::text::pattern;

/// A script's file as lines, if it is here. Nothing where it is not: it may be anything.
pub(super) fn script<'a>(
    reader: &Reader<'_>,
    file: &Word,
    arguments: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    if let Some(piped) = scope.piped(&file.text) {
        let why = || Inner::Unknown("what it runs is computed by the line".to_owned(), scope.clone());
        return Some(vec![piped.map_or_else(why, |text| Inner::Line(text, scope.clone()))]);
    }
    if file.sure == Sure::Yes && file.text.contains(['*', '?', '[']) {
        return Some(globbed(reader, file, arguments, scope));
    }
    if file.sure == Sure::No || file.text.contains("{}") {
        return Some(vec![Inner::Unknown("the line computes which script it runs".to_owned(), scope.clone())]);
    }
    let path = scope.path(&file.text);
    reader.journal.ran(&path);
    let text = match reader.read(&path) {
        Content::Text(text) => text,
        Content::Missing => {
            reader.journal.missed(&path);
            return None;
        }
        Content::Unreadable(why) => return Some(vec![Inner::Unknown(format!("{}: {why}", file.text), scope.clone())]),
    };
    reader.journal.allow_for_file(&path, &text);
    reader.journal.followed(&path);
    let mut scope = entered(&format!("script {}", path.display()), &file.text, scope)?;
    scope.arguments = Some(arguments.iter().map(|word| word.text.clone()).collect());
    Some(vec![Inner::Line(text, scope)])
}

/// Of the scripts that a pattern fits the first is run, and the others are its arguments.
fn globbed<'a>(reader: &Reader<'_>, file: &Word, arguments: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let (directory, pattern) = file.text.rsplit_once('/').unwrap_or((".", &file.text));
    let mut names = reader.names(&scope.path(directory));
    names.retain(|name| pattern::fits(pattern, name) && !name.starts_with('.'));
    names.sort();
    match (names.first(), pattern.contains(['?', '[']) || directory.contains(['*', '?', '['])) {
        (Some(name), false) => {
            let first = Word::sure(&format!("{directory}/{name}"));
            script(reader, &first, arguments, scope).unwrap_or_default()
        }
        (Some(_) | None, true) => {
            vec![Inner::Unknown("the line computes which script it runs".to_owned(), scope.clone())]
        }
        (None, false) => Vec::new(),
    }
}

/// A program that is named by its path and is a shell's script: by its first line, or by its name.
pub(super) fn program<'a>(
    reader: &Reader<'_>,
    file: &Word,
    arguments: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    if file.sure == Sure::No || !file.text.contains('/') {
        return None;
    }
    let path = scope.path(&file.text);
    reader.journal.ran(&path);
    let Some(first) = reader.first_line(&path) else {
        if file.text.ends_with("sh") {
            reader.journal.missed(&path);
        }
        return None;
    };
    let shell = match first.strip_prefix("#!") {
        Some(program) => program.split([' ', '/']).any(is_shell),
        None => file.text.ends_with("sh") && !first.contains('\u{fffd}'),
    };
    if shell { script(reader, file, arguments, scope) } else { None }
}

pub(super) fn is_shell(name: &str) -> bool {
    const NAMES: &[&str] =
        &["bash", "sh", "zsh", "dash", "ksh", "fish", "ash", "mksh", "yash", "osh", "nu", "xonsh", "elvish"];
    NAMES.contains(&name)
}

/// The scope of something that is followed only once.
fn entered<'a>(place: &str, label: &str, scope: &Scope<'a>) -> Option<Scope<'a>> {
    let mut scope = scope.clone();
    if scope.is_running(place) {
        return None;
    }
    scope.enter(place, label);
    Some(scope)
}

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
    first.is_some_and(|word| word.sure == Sure::No && is_one_expansion(&word.text))
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
        reader.journal.ran(&path);
        let text = match reader.read(&path) {
            Content::Missing => return None,
            Content::Text(text) => Ok(text),
            Content::Unreadable(why) => Err(format!("{}: {why}", shown(&path, reader.cwd))),
        };
        if let Ok(text) = &text {
            reader.journal.allow_for_file(&path, text);
            reader.journal.followed(&path);
        }
        Some((path, text))
    })
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
