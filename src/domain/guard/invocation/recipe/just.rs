//! Recipes of a justfile, with the files that it imports and its modules.

use std::path::Path;

use super::super::dotenv::{self, Wins};
use super::super::options::options;
use super::super::taskfile::{self, Recipes};
use super::super::{Inner, Reader, Word};
use super::{lines, named_file, nearest, read_first, shown, unknown};
use crate::domain::guard::line;
use crate::domain::guard::project::{Content, Files};
use crate::domain::guard::scope::{Scope, tidy};

pub fn just<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let options = options(words, &["-f", "--justfile", "-d", "--working-directory", "--dotenv-path", "--set"]);
    if options.has(&[
        "-l", "--list", "-n", "--dry-run", "-s", "--show", "--summary", "--dump", "--version", "--help", "-e", "--edit",
    ]) {
        return Some(Vec::new());
    }
    let (path, text) = match options.value(&["-f", "--justfile"]) {
        Some(word) => named_file(reader, scope, word)?,
        None => nearest(reader, &scope.cwd, &["justfile", "Justfile", ".justfile"])?,
    };
    let text = match text.and_then(|text| with_imports(reader, &path, text)) {
        Ok(text) => text,
        Err(why) => return unknown(why, scope),
    };
    let mut file = taskfile::just(&text);
    let modules = with_modules(reader, &path, &text, "", &mut file, 0);
    let mut scope = scope.clone();
    if let Some(directory) = path.parent() {
        scope.cwd = directory.to_owned();
    }
    if text.contains("dotenv-load") {
        dotenv::load(reader, &mut scope, ".env", Wins::Shell, "just");
    }
    let mut rest: Vec<&Word> = options.rest.clone();
    rest.retain(|word| match word.text.split_once('=').filter(|(name, _)| line::is_name(name)) {
        Some((name, value)) => {
            file.variables.insert(name.to_owned(), value.to_owned());
            false
        }
        None => true,
    });
    if rest.is_empty() {
        let first = file.first.clone()?;
        let scope = scope.entered(&format!("just {first}"), &format!("just {first}"))?;
        return Some(lines(file.lines(&first, &[]), &scope));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        at += 1;
        // `just MODULE RECIPE` is `just MODULE::RECIPE`.
        let mut name = word.text.clone();
        while let Some(next) = rest.get(at).filter(|_| file.has_module(&name)) {
            name = format!("{name}::{}", next.text);
            at += 1;
        }
        let Some(recipe) = file.all.get(&name) else {
            if modules == Modules::Unread && name.contains("::") {
                found.push(Inner::Unknown(format!("{name} is in a module that is not read"), scope.clone()));
            }
            continue;
        };
        let takes = recipe.parameters.len().min(rest.len() - at);
        let arguments: Vec<String> = rest[at..at + takes].iter().map(|word| word.text.clone()).collect();
        at += takes;
        if let Some(scope) = scope.entered(&format!("just {name}"), &format!("just {name}")) {
            found.extend(lines(file.lines(&name, &arguments), &scope));
        }
    }
    Some(found)
}

/// A justfile's text with those of `import 'FILE'` behind it.
fn with_imports(reader: &Reader<'_>, path: &Path, text: String) -> Result<String, String> {
    let mut whole = String::new();
    let mut waiting = vec![(path.to_owned(), text)];
    let mut seen = vec![path.to_owned()];
    while let Some((path, text)) = waiting.pop() {
        let named = text.lines().filter_map(|line| {
            let rest = line.strip_prefix("import? ").or_else(|| line.strip_prefix("import "))?;
            Some(rest.trim().trim_matches(['"', '\'']).to_owned())
        });
        for name in named {
            let path = tidy(&path.parent().unwrap_or(Path::new("/")).join(name));
            if seen.contains(&path) {
                continue;
            }
            seen.push(path.clone());
            match reader.read(&path) {
                Content::Text(text) => waiting.push((path, text)),
                Content::Missing => {}
                Content::Unreadable(why) => return Err(format!("{}: {why}", shown(&path, reader.cwd))),
            }
        }
        whole.push_str(&text);
        whole.push('\n');
    }
    Ok(whole)
}

/// Whether all modules that are there were read.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Modules {
    Read,
    Unread,
}

/// The recipes of `mod NAME` and `mod NAME 'FILE'`, under `NAME::`.
fn with_modules(reader: &Reader<'_>, path: &Path, text: &str, above: &str, to: &mut Recipes, depth: u8) -> Modules {
    let mut modules = Modules::Read;
    let directory = path.parent().unwrap_or(Path::new("/"));
    let named = text.lines().filter_map(|line| line.strip_prefix("mod? ").or_else(|| line.strip_prefix("mod ")));
    for module in named {
        let (name, file) = module.trim().split_once(' ').unwrap_or((module.trim(), ""));
        let file = file.trim().trim_matches(['\'', '"']);
        let usual = || {
            let of = |file: &str| file.replace("NAME", name);
            ["NAME.just", "NAME/mod.just", "NAME/justfile", "NAME/.justfile"].map(of).to_vec()
        };
        let names = if file.is_empty() { usual() } else { vec![file.to_owned(), format!("{file}/justfile")] };
        let found = if depth < 5 { read_first(reader, directory, &names) } else { None };
        let Some((path, Ok(text))) = found else {
            modules = Modules::Unread;
            to.add_module(&format!("{above}{name}"), Recipes::default());
            continue;
        };
        to.add_module(&format!("{above}{name}"), taskfile::just(&text));
        if with_modules(reader, &path, &text, &format!("{above}{name}::"), to, depth + 1) == Modules::Unread {
            modules = Modules::Unread;
        }
    }
    modules
}
