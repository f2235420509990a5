//! The scripts of a repository: a shell script's file, the recipes of a Makefile, a justfile, a Taskfile and mise. What a
//! name there would run becomes lines for the reader.

use super::{Inner, Reader, Sure, Word};
use crate::domain::project::Content;
use crate::domain::scope::Scope;

/// A script's file as lines, if it is one of a shell. Nothing where the file is not here: it may be any program.
pub(super) fn script<'a>(
    reader: &Reader<'_>,
    file: &Word,
    arguments: &[Word],
    by: &str,
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    if file.sure == Sure::No {
        return None;
    }
    let path = scope.path(&file.text);
    let Content::Text(text) = reader.files.read(&path) else { return None };
    let mut scope = scope.clone();
    let place = format!("script {}", path.display());
    if scope.running.contains(&place) || scope.running.len() >= 8 {
        return Some(Vec::new());
    }
    scope.running.push(place);
    scope.through.push(format!("{by}{}", file.text));
    scope.arguments = Some(arguments.iter().map(|word| word.text.clone()).collect());
    Some(vec![Inner::Line(text, scope)])
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
    let Content::Text(text) = reader.files.read(&scope.path(&file.text)) else { return None };
    let first = text.lines().next().unwrap_or_default();
    let shell = first.starts_with("#!")
        && ["sh", "bash", "zsh", "dash", "fish"]
            .iter()
            .any(|name| first.trim_end().ends_with(name) || first.contains(&format!("{name} ")));
    let named = !first.starts_with("#!") && file.text.ends_with("sh");
    if shell || named { script(reader, file, arguments, "", scope) } else { None }
}
