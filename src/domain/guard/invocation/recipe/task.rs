//! Tasks of a Taskfile, with the files that it includes.

use std::path::{Path, PathBuf};

use super::super::options::options;
use super::super::taskfile::{self, Recipes};
use super::super::{Inner, Reader, Word};
use super::{lines, named_file, nearest, read_first, shown, unknown};
use crate::domain::guard::scope::Scope;
use crate::domain::text::json::Json;
use crate::domain::text::yaml;

const NAMES: [&str; 6] =
    ["Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml"];

/// More files than these do not include each other.
const DEEPEST: u8 = 8;

pub fn task<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let end = words.iter().position(|word| word.text == "--").unwrap_or(words.len());
    let arguments: Vec<String> = words.get(end + 1..).unwrap_or(&[]).iter().map(|word| word.text.clone()).collect();
    let options = options(&words[..end], &["-t", "--taskfile", "-d", "--dir", "-o", "--output", "-C", "-I"]);
    if options.has(&["-l", "--list", "-a", "--list-all", "-n", "--dry", "--summary", "--status", "--version", "--help"])
    {
        return Some(Vec::new());
    }
    let (path, text) = match options.value(&["-t", "--taskfile"]) {
        Some(word) => named_file(reader, scope, word)?,
        None => nearest(reader, &scope.cwd, &NAMES)?,
    };
    let file = match text.and_then(|text| read(reader, &path, &text, 0)) {
        Ok(file) => file,
        Err(why) => return unknown(why, scope),
    };
    let mut scope = scope.clone();
    if let Some(directory) = path.parent() {
        scope.cwd = directory.to_owned();
    }
    let mut targets: Vec<String> =
        options.rest.iter().map(|word| word.text.clone()).filter(|t| !t.contains('=')).collect();
    if targets.is_empty() {
        targets.extend(file.first.clone());
    }
    let each = targets.iter().filter_map(|target| {
        let scope = scope.entered(&format!("task {target}"), &format!("task {target}"))?;
        if !file.all.contains_key(target.trim_start_matches(':')) {
            // Another file's, or one that is written in a way of YAML's that is not read.
            return unknown(format!("{} has no task {target} that is read", shown(&path, reader.cwd)), &scope);
        }
        Some(lines(file.lines(target, &arguments), &scope))
    });
    Some(each.flatten().collect())
}

/// A Taskfile with those that it includes, each under its namespace.
fn read(reader: &Reader<'_>, path: &Path, text: &str, depth: u8) -> Result<Recipes, String> {
    let why = || format!("{} is written in a way that is not read", shown(path, reader.cwd));
    let json = yaml::read(text).ok_or_else(why)?;
    let mut file = taskfile::task(&json);
    let directory = path.parent().unwrap_or(Path::new("/"));
    for (name, include) in json.get("includes").map(Json::pairs).unwrap_or_default() {
        let Some(named) = include.text().or_else(|| include.get("taskfile")?.text()) else { continue };
        let place: PathBuf = directory.join(named);
        let found = match read_first(reader, directory, &[named]) {
            Some((path, Ok(text))) => Some((path, Ok(text))),
            Some((_, Err(_))) | None => read_first(reader, &place, &NAMES),
        };
        let inner = match found {
            Some((path, Ok(text))) if depth < DEEPEST => read(reader, &path, &text, depth + 1)?,
            Some((path, _)) => return Err(format!("{} cannot be read", shown(&path, reader.cwd))),
            // What is not there yet, or is fetched from elsewhere: a task of it has no recipe that is read.
            None => continue,
        };
        file.add_namespace(name, inner);
    }
    Ok(file)
}
