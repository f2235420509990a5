//! The scripts of a repository: a shell script's file, and the recipes of a Makefile, a justfile, a Taskfile, mise and composer.
//! What a name there would run becomes lines for the reader.

use std::path::{Path, PathBuf};

use super::options::{after_flags, options};
use super::script::known_scripts;
use super::{Inner, Reader, Sure, Word, makefile, taskfile};
use crate::domain::guard::line;
use crate::domain::guard::project::{self, Content};
use crate::domain::guard::scope::{self, Origin, Scope, Value};

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
    if file.sure == Sure::No || file.text.contains("{}") {
        return Some(vec![Inner::Unknown("the line computes which script it runs".to_owned(), scope.clone())]);
    }
    let path = scope.path(&file.text);
    reader.journal.ran(&path);
    let text = match reader.files.read(&path) {
        Content::Text(text) => text,
        Content::Missing => return None,
        Content::Unreadable(why) => return Some(vec![Inner::Unknown(format!("{}: {why}", file.text), scope.clone())]),
    };
    reader.journal.allow_for_file(&path, &text);
    let mut scope = entered(&format!("script {}", path.display()), &file.text, scope)?;
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
    let path = scope.path(&file.text);
    reader.journal.ran(&path);
    let first = reader.files.first_line(&path)?;
    let shell = match first.strip_prefix("#!") {
        Some(program) => program.split([' ', '/']).any(is_shell),
        None => file.text.ends_with("sh") && !first.contains('\u{fffd}'),
    };
    if shell { script(reader, file, arguments, scope) } else { None }
}

pub(super) fn is_shell(name: &str) -> bool {
    matches!(name, "bash" | "sh" | "zsh" | "dash" | "ksh" | "fish" | "ash" | "mksh")
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
        "make" | "gmake" => make(reader, words, scope),
        "just" => just(reader, words, scope),
        "task" | "go-task" => task(reader, words, scope),
        "mise" | "rtx" => mise(reader, words, scope),
        "composer" => composer(reader, words, scope),
        _ => None,
    }
}

fn make<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &["-C", "--directory", "-f", "--file", "--makefile", "-I", "-o", "-W"];
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
    let (path, text) = read_first(reader, &scope.cwd, &named.unwrap_or_else(usual))?;
    let whole = match text.and_then(|text| with_includes(reader, text, &scope)) {
        Ok(whole) => whole,
        Err(why) => return unknown(why, &scope),
    };
    let mut file = makefile::read(&whole);
    // `include .env`, with `export`: what it gives reaches the recipes.
    for included in file.includes.clone().iter().filter(|file| file.contains(".env")) {
        if let Some(Ok(pairs)) = project::env_file(reader.files, &scope.path(included), &scope) {
            for (name, value) in pairs {
                if let Some(text) = value.as_text() {
                    file.variables.entry(name.clone()).or_insert_with(|| text.to_owned());
                }
                if file.exports_all || file.exported.contains(&name) {
                    scope.set(&name, value, Origin::File(included.clone()));
                }
            }
        }
    }
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
            }
            None => targets.push(word.text.clone()),
        }
    }
    let exported: Vec<String> = file.exported.clone();
    for name in &exported {
        if let Some(value) = file.variables.get(name).filter(|value| !value.contains('$')) {
            scope.set(name, Value::text(value.as_str()), Origin::File(shown(&path, reader.cwd)));
        }
    }
    if targets.is_empty() {
        targets.extend(file.first().map(str::to_owned));
    }
    let each = targets.iter().filter_map(|target| {
        let scope = entered(&format!("{} {target}", path.display()), &format!("make {target}"), &scope)?;
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
            match reader.files.read(&path) {
                Content::Text(text) => {
                    reader.journal.allow_for_file(&path, &text);
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
    let mut names = reader.files.names(directory);
    names.sort();
    names
        .iter()
        .filter(|known| crate::domain::text::pattern::fits(&name, known))
        .map(|known| directory.join(known))
        .collect()
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
    names.iter().find_map(|name| {
        let path = directory.join(name.as_ref());
        reader.journal.ran(&path);
        let text = match reader.files.read(&path) {
            Content::Missing => return None,
            Content::Text(text) => Ok(text),
            Content::Unreadable(why) => Err(format!("{}: {why}", shown(&path, reader.cwd))),
        };
        if let Ok(text) = &text {
            reader.journal.allow_for_file(&path, text);
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

fn just<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let options = options(words, &["-f", "--justfile", "-d", "--working-directory", "--dotenv-path", "--set"]);
    if options.has(&[
        "-l", "--list", "-n", "--dry-run", "-s", "--show", "--summary", "--dump", "--version", "--help", "-e", "--edit",
    ]) {
        return Some(Vec::new());
    }
    let (path, text) = match options.value(&["-f", "--justfile"]) {
        Some(word) => {
            let path = scope.path(&word.text);
            read_first(reader, Path::new("/"), &[path.to_string_lossy()])?
        }
        None => nearest(reader, &scope.cwd, &["justfile", "Justfile", ".justfile"])?,
    };
    let text = match text.and_then(|text| with_imports(reader, &path, text)) {
        Ok(text) => text,
        Err(why) => return unknown(why, scope),
    };
    let mut file = taskfile::just(&text);
    let mut scope = scope.clone();
    if let Some(directory) = path.parent() {
        scope.cwd = directory.to_owned();
    }
    if text.contains("dotenv-load") {
        super::dotenv::load(reader, &mut scope, ".env", super::dotenv::Wins::Shell, "just");
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
        let scope = entered(&format!("just {first}"), &format!("just {first}"), &scope)?;
        return Some(lines(file.lines(&first, &[]), &scope));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        at += 1;
        let Some(recipe) = file.all.get(&word.text) else {
            // A recipe of a module, which is another file.
            if text.lines().any(|line| line.starts_with("mod ") || line.starts_with("mod? ")) {
                found.push(Inner::Unknown(format!("{} is in a module, which is not read", word.text), scope.clone()));
            }
            continue;
        };
        let takes = recipe.parameters.len().min(rest.len() - at);
        let arguments: Vec<String> = rest[at..at + takes].iter().map(|word| word.text.clone()).collect();
        at += takes;
        if let Some(scope) = entered(&format!("just {}", word.text), &format!("just {}", word.text), &scope) {
            found.extend(lines(file.lines(&word.text, &arguments), &scope));
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
            let path = scope::tidy(&path.parent().unwrap_or(Path::new("/")).join(name));
            if seen.contains(&path) {
                continue;
            }
            seen.push(path.clone());
            match reader.files.read(&path) {
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

fn task<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let end = words.iter().position(|word| word.text == "--").unwrap_or(words.len());
    let arguments: Vec<String> = words.get(end + 1..).unwrap_or(&[]).iter().map(|word| word.text.clone()).collect();
    let options = options(&words[..end], &["-t", "--taskfile", "-d", "--dir", "-o", "--output", "-C", "-I"]);
    if options.has(&["-l", "--list", "-a", "--list-all", "-n", "--dry", "--summary", "--status", "--version", "--help"])
    {
        return Some(Vec::new());
    }
    let names =
        ["Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml"];
    let (path, text) = nearest(reader, &scope.cwd, &names)?;
    let text = match text {
        Ok(text) => text,
        Err(why) => return unknown(why, scope),
    };
    let file = taskfile::task(&text);
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
        let scope = entered(&format!("task {target}"), &format!("task {target}"), &scope)?;
        if !file.all.contains_key(target.trim_start_matches(':')) {
            // Another file's, or one that is written in a way of YAML's that is not read.
            return unknown(format!("{} has no task {target} that is read", shown(&path, reader.cwd)), &scope);
        }
        Some(lines(file.lines(target, &arguments), &scope))
    });
    Some(each.flatten().collect())
}

/// `mise run NAME`: tasks of its configuration, or files of that name.
fn mise<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let rest = match words {
        [run, rest @ ..] if matches!(run.text.as_str(), "run" | "r") => rest,
        [tasks, run, rest @ ..] if matches!(tasks.text.as_str(), "tasks" | "task" | "t") && run.text == "run" => rest,
        _ => return None,
    };
    let rest = after_flags(rest, &["-C", "--cd", "-j", "--jobs", "-t", "--tool"]);
    let mut found = Vec::new();
    for name in rest.iter().take_while(|word| word.text != "--").map(|word| word.text.as_str()) {
        let Some(scope) = entered(&format!("mise {name}"), &format!("mise run {name}"), scope) else { continue };
        found.extend(mise_task(reader, name, &scope));
    }
    Some(found)
}

fn mise_task<'a>(reader: &Reader<'_>, name: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    for directory in ["mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks"] {
        let file = Word::sure(&format!("{directory}/{}", name.replace(':', "/")));
        if let Some(inner) = script(reader, &file, &[], scope) {
            return inner;
        }
    }
    let names = ["mise.toml", ".mise.toml", "mise/config.toml", ".config/mise.toml", ".config/mise/config.toml"];
    let Some((path, text)) = nearest(reader, &scope.cwd, &names) else { return Vec::new() };
    let read = |text: String| text.parse::<toml::Table>().map_err(|_| format!("{} is not TOML", path.display()));
    let file = match text.and_then(read) {
        Ok(file) => file,
        Err(why) => return vec![Inner::Unknown(why, scope.clone())],
    };
    let Some(entry) = file.get("tasks").and_then(|tasks| tasks.get(name)) else { return Vec::new() };
    let texts = |value: &toml::Value| match value {
        toml::Value::String(text) => vec![text.clone()],
        toml::Value::Array(all) => all.iter().filter_map(|one| Some(one.as_str()?.to_owned())).collect(),
        _ => Vec::new(),
    };
    let run = entry.get("run").map_or_else(|| texts(entry), texts);
    let needs = entry.get("depends").map(texts).unwrap_or_default();
    let needs = needs.iter().map(|need| format!("mise run {need}"));
    lines(needs.chain(run).collect(), scope)
}

/// `composer run NAME`, and `composer NAME`.
fn composer<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut rest = after_flags(words, &["-d", "--working-dir"]).iter();
    let mut name = &rest.next()?.text;
    if matches!(name.as_str(), "run" | "run-script") {
        name = &rest.find(|word| !word.text.starts_with('-'))?.text;
    }
    let known = match reader.files.read(&scope.cwd.join("composer.json")) {
        Content::Text(text) => known_scripts(&text, name)?,
        Content::Missing => return None,
        Content::Unreadable(why) => Err(format!("composer.json: {why}")),
    };
    let texts = match known {
        Ok(texts) => texts,
        Err(why) => return Some(vec![Inner::Unknown(why, scope.clone())]),
    };
    let scope = entered(&format!("composer {name}"), &format!("composer {name}"), scope)?;
    let line = |text: String| match text.strip_prefix('@') {
        Some(text) if text.starts_with("php ") || text.starts_with("composer ") => text.to_owned(),
        Some(text) => format!("composer run {text}"),
        None => text,
    };
    Some(lines(texts.into_iter().map(line).collect(), &scope))
}
