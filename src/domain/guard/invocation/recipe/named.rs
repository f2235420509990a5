//! Tasks that a configuration names: mise's, composer's and moon's.

use std::path::PathBuf;

use super::super::options::after_flags;
use super::super::script::{known_scripts, run};
use super::super::{Inner, Reader, Word, shell_script};
use super::{lines, nearest};
use crate::domain::guard::project::{Content, Files, Package};
use crate::domain::guard::scope::Scope;
use crate::domain::text::json::Json;
use crate::domain::text::yaml;

/// `mise run NAME`: tasks of its configuration, or files of that name.
pub fn mise<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let rest = match words {
        [run, rest @ ..] if matches!(run.text.as_str(), "run" | "r") => rest,
        // `mise TASK`, where no command has its name.
        [task, ..] if !task.text.starts_with('-') && has_mise_task(reader, &task.text, scope) => words,
        [tasks, run, rest @ ..] if matches!(tasks.text.as_str(), "tasks" | "task" | "t") && run.text == "run" => rest,
        _ => return None,
    };
    let rest = after_flags(rest, &["-C", "--cd", "-j", "--jobs", "-t", "--tool"]);
    let mut found = Vec::new();
    for name in rest.iter().take_while(|word| word.text != "--").map(|word| word.text.as_str()) {
        let Some(scope) = scope.entered(&format!("mise {name}"), &format!("mise run {name}")) else { continue };
        found.extend(mise_task(reader, name, &scope));
    }
    Some(found)
}

fn has_mise_task(reader: &Reader<'_>, name: &str, scope: &Scope<'_>) -> bool {
    !matches!(name, "run" | "r" | "tasks" | "task" | "t" | "x" | "exec" | "use" | "install")
        && !mise_task(reader, name, scope).is_empty()
}

fn mise_task<'a>(reader: &Reader<'_>, name: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    for directory in ["mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks"] {
        let file = Word::sure(&format!("{directory}/{}", name.replace(':', "/")));
        if reader.first_line(&scope.path(&file.text)).is_none() {
            continue;
        }
        if let Some(inner) = shell_script::script(reader, &file, &[], scope) {
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
pub fn composer<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut rest = after_flags(words, &["-d", "--working-dir"]).iter();
    let mut name = &rest.next()?.text;
    if matches!(name.as_str(), "run" | "run-script") {
        name = &rest.find(|word| !word.text.starts_with('-'))?.text;
    }
    let known = match reader.read(&scope.cwd.join("composer.json")) {
        Content::Text(text) => known_scripts(&text, name)?,
        Content::Missing => return None,
        Content::Unreadable(why) => Err(format!("composer.json: {why}")),
    };
    let texts = match known {
        Ok(texts) => texts,
        Err(why) => return Some(vec![Inner::Unknown(why, scope.clone())]),
    };
    let scope = scope.entered(&format!("composer {name}"), &format!("composer {name}"))?;
    let line = |text: String| match text.strip_prefix('@') {
        Some(text) if text.starts_with("php ") || text.starts_with("composer ") => text.to_owned(),
        Some(text) => format!("composer run {text}"),
        None => text,
    };
    Some(lines(texts.into_iter().map(line).collect(), &scope))
}

/// `moon run PROJECT:TASK`: tasks of the project's `moon.yml`, else its scripts (moonrepo.dev/docs/config/project).
pub fn moon<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let (verb, rest) = words.split_first()?;
    let rest = match verb.text.as_str() {
        "run" | "r" | "exec" | "x" | "check" | "ci" => rest,
        text if text.contains(':') => words,
        _ => return None,
    };
    let mut found = Vec::new();
    let all = Package::workspace(reader, &scope.cwd);
    for target in after_flags(rest, &["--query", "--status", "--profile"]).iter().take_while(|word| word.text != "--") {
        let (project, task) = target.text.split_once(':').unwrap_or((".", &target.text));
        let here = || vec![scope.cwd.clone()];
        let places: Vec<PathBuf> = match project {
            "." | "~" => here(),
            _ => {
                let named = all.iter().filter(|one| project.is_empty() || one.is_named(project));
                named.map(|one| one.directory.clone()).collect()
            }
        };
        for place in if places.is_empty() { here() } else { places } {
            let label = format!("moon run {}", target.text);
            let Some(mut inner) = scope.entered(&format!("{label} in {}", place.display()), &label) else { continue };
            inner.cwd.clone_from(&place);
            found.extend(moon_task(reader, task, &inner));
        }
    }
    Some(found)
}

fn moon_task<'a>(reader: &Reader<'_>, name: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let path = scope.cwd.join("moon.yml");
    let json = match reader.read(&path) {
        Content::Text(text) => yaml::read(&text).ok_or("moon.yml is written in a way that is not read".to_owned()),
        Content::Missing => Ok(Json::Other),
        Content::Unreadable(why) => Err(format!("moon.yml: {why}")),
    };
    let json = match json {
        Ok(json) => json,
        Err(why) => return vec![Inner::Unknown(why, scope.clone())],
    };
    let Some(task) = json.get("tasks").and_then(|tasks| tasks.get(name)) else {
        let package = Package::at(reader, &scope.cwd);
        let name = package.iter().find_map(|package| package.scripts_like(name).pop());
        return package
            .iter()
            .zip(name)
            .flat_map(|(package, name)| run(package, &name, &[], "moon run", scope))
            .collect();
    };
    let texts = |key: &str| {
        let value = task.get(key);
        let list = value.map(Json::list).unwrap_or_default().iter().filter_map(Json::text);
        value.and_then(Json::text).into_iter().chain(list).map(str::to_owned).collect::<Vec<_>>()
    };
    let needs = texts("deps").into_iter().map(|need| format!("moon run {}", need.trim_start_matches(['^', '~', ':'])));
    let command = [texts("command"), texts("args")].concat().join(" ");
    lines(needs.chain([command]).chain(texts("script")).filter(|line| !line.is_empty()).collect(), scope)
}
