//! Recipes of a Makefile, with the files that it includes.

use std::path::PathBuf;

use super::super::makefile::{self, Makefile};
use super::super::options::options;
use super::super::{Inner, Reader, Sure, Word};
use super::compose::filled;
use super::{lines, read_named, shown, unknown};
use crate::domain::guard::line;
use crate::domain::guard::project::{self, Content, Files};
use crate::domain::guard::scope::{Origin, Scope, Value};

pub fn make<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &["--eval", "-E", "-C", "--directory", "-f", "--file", "--makefile", "-I", "-o", "-W"];
    let options = options(words, VALUED);
    if options.has(&[
        "-n", "--dry-run", "--just-print", "--recon", "-q", "--question", "-t", "--touch", "-v", "--version", "--help",
    ]) {
        return Some(Vec::new());
    }
    let mut scope = scope.clone();
    if let Some(directory) = options.value(&["-C", "--directory"]) {
        scope.cwd = scope.path(&directory.text);
    }
    let named = options.value(&["-f", "--file", "--makefile"]).map(|word| vec![word.text.clone()]);
    let usual = || ["GNUmakefile", "makefile", "Makefile"].map(str::to_owned).to_vec();
    let added = options.value(&["--eval", "-E"]);
    if added.is_some_and(|word| word.sure == Sure::No) {
        return unknown("the line computes its recipes".to_owned(), &scope);
    }
    let found = read_named(reader, &scope, &named.unwrap_or_else(usual));
    let nothing = || added.map(|_| (scope.cwd.join("Makefile"), Ok(String::new())));
    let (path, text) = found.or_else(nothing)?;
    let mut whole = match text.and_then(|text| with_includes(reader, text, &scope)) {
        Ok(whole) => whole,
        Err(why) => return unknown(why, &scope),
    };
    if let Some(added) = added {
        whole = format!("{}\n{whole}", added.text);
    }
    let mut file = makefile::read(&whole);
    // What a file or a word of the command line gives outranks what the Makefile says.
    let mut given: Vec<String> = Vec::new();
    // `include .env`, with `export` or where the name is there already: what it gives reaches the recipes.
    for included in file.includes.clone().iter().filter(|file| file.contains(".env")) {
        if let Some(Ok(pairs)) = project::env_file(reader, &scope.path(included), &scope) {
            for (name, value) in pairs {
                if let Some(text) = value.as_text() {
                    file.variables.entry(name.clone()).or_insert_with(|| text.to_owned());
                }
                if file.exports_all || file.exported.contains(&name) || scope.get(&name).value != Value::Unset {
                    scope.set(&name, value, Origin::File(included.clone()));
                    given.push(name);
                }
            }
        }
    }
    // How many jobs there may be stands behind `-j`, or nothing does.
    let jobs = words.windows(2).find(|pair| matches!(pair[0].text.as_str(), "-j" | "--jobs")).map(|pair| &pair[1]);
    let counts = |word: &Word| word.sure == Sure::No || word.text.bytes().all(|byte| byte.is_ascii_digit());
    let mut targets: Vec<String> = Vec::new();
    for word in &options.rest {
        match word.text.split_once('=').filter(|(name, _)| line::is_name(name.trim_end_matches([':', '?']))) {
            Some((name, value)) => {
                let name = name.trim_end_matches([':', '?']);
                file.variables.insert(name.to_owned(), value.to_owned());
                let value = if word.sure == Sure::Yes {
                    Value::text(value)
                } else {
                    Value::Unknown("the line computes it".to_owned())
                };
                scope.set(name, value, Origin::Line);
                given.push(name.to_owned());
            }
            None if jobs.is_some_and(|jobs| std::ptr::eq(jobs, *word) && counts(jobs)) => {}
            None if word.sure == Sure::No => {
                return unknown("the line computes which recipe it runs".to_owned(), &scope);
            }
            None => targets.push(word.text.clone()),
        }
    }
    if options.has(&["-e", "--environment-overrides"]) {
        file.defaults.extend(file.variables.keys().cloned());
    }
    export(&file, &shown(&path, reader.cwd), &given, &mut scope);
    if targets.is_empty() {
        targets.extend(file.first().map(str::to_owned));
    }
    let each = targets.iter().filter_map(|target| {
        let scope = scope.entered(&format!("{} {target}", path.display()), &format!("make {target}"))?;
        let recipe = file.lines(target);
        let why = || format!("{} makes {target} in a way that is not read", shown(&path, reader.cwd));
        let unread = match recipe.is_whole {
            true => Vec::new(),
            false => vec![Inner::Unknown(why(), scope.clone())],
        };
        Some(lines(recipe.lines, &scope).into_iter().chain(unread))
    });
    Some(each.flatten().collect())
}

/// What recipes find in their environment: what is exported, and what was there already (GNU make manual, 5.7.2 and 6.10).
fn export(file: &Makefile, from: &str, given: &[String], scope: &mut Scope<'_>) {
    let before = scope.clone();
    for name in file.variables.keys().filter(|name| !given.contains(name)) {
        let is_there = before.get(name).value != Value::Unset;
        let reaches = is_there || file.exports_all || file.exported.contains(name);
        if !reaches || is_there && file.defaults.contains(name) {
            continue;
        }
        let value = match file.value(name) {
            Some(text) => filled(&text, &before),
            None => Value::Unknown("make computes it".to_owned()),
        };
        scope.set(name, value, Origin::File(from.to_owned()));
    }
}

/// The text with those that it includes in place of what includes them. What names no file that is here stays.
fn with_includes(reader: &Reader<'_>, text: String, scope: &Scope<'_>) -> Result<String, String> {
    let mut whole = text;
    let mut seen: Vec<PathBuf> = Vec::new();
    loop {
        let file = makefile::read(&whole);
        let mut more = String::new();
        for path in file.included().flat_map(|pattern| matching(reader, scope, &pattern)) {
            if seen.contains(&path) || path.to_string_lossy().contains(".env") {
                continue;
            }
            match reader.read(&path) {
                Content::Text(text) => {
                    reader.notes.allow_for_file(&path, &text);
                    more.push_str(&text);
                    more.push('\n');
                }
                Content::Missing => {}
                Content::Unreadable(why) => return Err(format!("{}: {why}", shown(&path, reader.cwd))),
            }
            seen.push(path);
        }
        if more.is_empty() {
            return Ok(whole);
        }
        whole.push('\n');
        whole.push_str(&more);
    }
}

/// The files that a path with a `*` in its last part names.
fn matching(reader: &Reader<'_>, scope: &Scope<'_>, pattern: &str) -> Vec<PathBuf> {
    let path = scope.path(pattern);
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let name = name.to_string_lossy();
    if !name.contains('*') {
        return vec![path];
    }
    let mut names = reader.names(directory);
    names.sort();
    names
        .iter()
        .filter(|known| crate::domain::text::pattern::fits(&name, known))
        .map(|known| directory.join(known))
        .collect()
}
