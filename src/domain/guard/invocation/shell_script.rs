//! A shell's script by its file: its text as a line. Whether a program is one its first line tells, or its name.

use super::program::is_shell;
use super::{Inner, Reader, Sure, Word};
use crate::domain::guard::project::{Content, Files};
use crate::domain::guard::scope::Scope;
use crate::domain::text::pattern;

/// A script's file as lines, if it is here. Nothing where it is not: it may be anything.
pub fn script<'a>(reader: &Reader<'_>, file: &Word, arguments: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
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
    reader.notes.ran(&path);
    let text = match reader.read(&path) {
        Content::Text(text) => text,
        // In another place the line's own file may be known under another path.
        Content::Missing if let Some(text) = scope.elsewhere().and_then(|_| reader.notes.brought_as(&path)) => text,
        Content::Missing => {
            reader.notes.missed(&path);
            return None;
        }
        Content::Unreadable(why) => return Some(vec![Inner::Unknown(format!("{}: {why}", file.text), scope.clone())]),
    };
    reader.notes.allow_for_file(&path, &text);
    reader.notes.followed(&path);
    let mut scope = scope.entered(&format!("script {}", path.display()), &file.text)?;
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
pub fn program<'a>(reader: &Reader<'_>, file: &Word, arguments: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    if file.sure == Sure::No {
        return None;
    }
    if !file.text.contains('/') {
        // One that the line itself puts where programs are.
        let installed = reader.notes.installed(&file.text)?;
        return script(reader, &Word::sure(&installed.to_string_lossy()), arguments, scope);
    }
    let path = scope.path(&file.text);
    reader.notes.ran(&path);
    let Some(first) = reader.first_line(&path) else {
        if file.text.ends_with("sh") {
            reader.notes.missed(&path);
        }
        return None;
    };
    let shell = match first.strip_prefix("#!") {
        Some(program) => program.split([' ', '/']).any(is_shell),
        None => file.text.ends_with("sh") && !first.contains('\u{fffd}'),
    };
    if shell { script(reader, file, arguments, scope) } else { None }
}
