//! The recipes of a justfile and of a Taskfile, as far as a guard needs them: names, what they need, and their lines. A
//! simple reader of lines, no parser of just's whole grammar.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::text::json::Json;

/// What a name runs.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Recipe {
    pub parameters: Vec<(String, Option<String>)>,
    pub needs: Vec<String>,
    pub lines: Vec<String>,
}

/// Recipes by name, and the one that runs where none is named.
#[derive(Debug, Default)]
pub struct Recipes {
    pub first: Option<String>,
    pub all: BTreeMap<String, Recipe>,
    pub variables: BTreeMap<String, String>,
    modules: BTreeSet<String>,
}

/// Reads a justfile.
/// just's `env("NAME")`, `env_var("NAME")` and `env_var_or_default("NAME", "VALUE")` as a shell writes it (just.systems/man).
fn from_environment(value: &str) -> Option<String> {
    let call = ["env_var_or_default(", "env_var(", "env("].iter().find_map(|call| value.strip_prefix(call))?;
    let name: String = call.trim_start_matches(['"', '\'']).chars().take_while(|c| !matches!(c, '"' | '\'')).collect();
    crate::domain::text::words::is_name(&name).then(|| format!("${{{name}}}"))
}

pub fn just(text: &str) -> Recipes {
    let mut found = Recipes::default();
    let mut now: Option<String> = None;
    let mut aliases = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(recipe) = now.as_ref().and_then(|name| found.all.get_mut(name)) {
                recipe.lines.push(line.trim_start().to_owned());
            }
            continue;
        }
        let line = line.trim_end();
        if line.is_empty() || line.starts_with(['#', '[']) {
            continue;
        }
        if let Some((name, value)) = line.split_once(":=") {
            match name.trim().strip_prefix("alias ") {
                Some(alias) => aliases.push((alias.trim().to_owned(), value.trim().to_owned())),
                None => {
                    let name = name.trim().trim_start_matches("export ").trim();
                    let quotes: &[char] = &['"', '\'', '`'];
                    let value = value.trim().trim_matches(quotes);
                    found.variables.insert(name.to_owned(), from_environment(value).unwrap_or(value.to_owned()));
                }
            }
            now = None;
            continue;
        }
        now = None;
        let Some((head, needs)) = line.split_once(':') else { continue };
        let mut words = head.trim_start_matches('@').split_whitespace();
        let Some(name) = words.next().filter(|name| !matches!(*name, "set" | "import" | "mod")) else { continue };
        let parameters = words.map(|word| {
            let word = word.trim_start_matches(['+', '*', '$']);
            match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.trim_matches(['"', '\'']).to_owned())),
                None => (word.to_owned(), None),
            }
        });
        let recipe = Recipe {
            parameters: parameters.collect(),
            needs: needs
                .split_whitespace()
                .filter(|need| *need != "&&")
                .map(|need| need.trim_matches(['(', ')']).to_owned())
                .collect(),
            lines: Vec::new(),
        };
        found.first.get_or_insert_with(|| name.to_owned());
        found.all.insert(name.to_owned(), recipe);
        now = Some(name.to_owned());
    }
    for (alias, name) in aliases {
        found.all.entry(alias).or_insert_with(|| Recipe { needs: vec![name], ..Recipe::default() });
    }
    found
}

/// Reads a Taskfile.
pub fn task(file: &Json) -> Recipes {
    let mut found = Recipes::default();
    for (name, value) in file.get("vars").map(Json::pairs).unwrap_or_default() {
        if let Some(text) = value.text() {
            found.variables.insert(format!(".{name}"), text.to_owned());
        }
    }
    for (name, entry) in file.get("tasks").map(Json::pairs).unwrap_or_default() {
        let mut recipe = Recipe::default();
        match entry {
            Json::Object(_) => {
                for key in ["deps", "cmds", "cmd"] {
                    let needs = key == "deps";
                    entry.get(key).into_iter().for_each(|value| commands(value, needs, &mut recipe));
                }
                for alias in entry.get("aliases").map(Json::list).unwrap_or_default().iter().filter_map(Json::text) {
                    found.all.insert(alias.to_owned(), Recipe { needs: vec![name.clone()], ..Recipe::default() });
                }
            }
            entry => commands(entry, false, &mut recipe),
        }
        found.first.get_or_insert_with(|| name.clone());
        if name == "default" {
            found.first = Some(name.clone());
        }
        found.all.insert(name.clone(), recipe);
    }
    found
}

/// Commands, or the names of other tasks: one, or a list of them.
fn commands(value: &Json, needs: bool, to: &mut Recipe) {
    match value {
        Json::Text(text) if needs => to.needs.push(text.clone()),
        Json::Text(text) => to.lines.push(text.clone()),
        Json::List(list) => list.iter().for_each(|one| commands(one, needs, to)),
        Json::Object(_) => {
            for (key, needs) in [("task", true), ("cmd", false), ("defer", false)] {
                value.get(key).into_iter().for_each(|inner| commands(inner, needs, to));
            }
        }
        Json::Other => {}
    }
}

impl Recipes {
    /// Puts the recipes of a module of just's under its name.
    pub fn add_module(&mut self, name: &str, module: Recipes) {
        self.modules.insert(name.to_owned());
        self.add(&format!("{name}::"), module);
    }

    pub fn has_module(&self, name: &str) -> bool {
        self.modules.contains(name)
    }

    /// Puts the tasks of an included Taskfile under its namespace, the default one under the name itself.
    pub fn add_namespace(&mut self, name: &str, file: Recipes) {
        if let Some(first) = file.first.as_ref().filter(|first| *first == "default") {
            let needs = vec![format!("{name}:{first}")];
            self.all.entry(name.to_owned()).or_insert_with(|| Recipe { needs, ..Recipe::default() });
        }
        self.add(&format!("{name}:"), file);
    }

    fn add(&mut self, prefix: &str, other: Recipes) {
        for (name, mut recipe) in other.all {
            for need in &mut recipe.needs {
                // A name that begins with a colon is the outermost file's.
                *need = need.strip_prefix(':').map_or_else(|| format!("{prefix}{need}"), str::to_owned);
            }
            self.all.entry(format!("{prefix}{name}")).or_insert(recipe);
        }
        for (name, value) in other.variables {
            self.variables.entry(name).or_insert(value);
        }
    }

    /// The lines of a recipe and of what it needs, with `{{…}}` filled in as far as it is known.
    pub fn lines(&self, name: &str, arguments: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        self.follow(name, arguments, &mut Vec::new(), &mut lines);
        lines
    }

    fn follow(&self, name: &str, arguments: &[String], seen: &mut Vec<String>, lines: &mut Vec<String>) {
        let name = name.trim_start_matches(':');
        if seen.iter().any(|known| known == name) || seen.len() > 100 {
            return;
        }
        let Some(recipe) = self.all.get(name) else { return };
        seen.push(name.to_owned());
        for need in &recipe.needs {
            self.follow(need, &[], seen, lines);
        }
        let given = |at: usize| arguments.get(at).cloned();
        let parameters = recipe.parameters.iter().enumerate();
        let known: BTreeMap<&str, String> = parameters
            .filter_map(|(at, (name, default))| Some((name.as_str(), given(at).or_else(|| default.clone())?)))
            .collect();
        let text: Vec<String> = recipe.lines.iter().map(|line| self.filled(line, &known, arguments)).collect();
        if text.first().is_some_and(|line| line.starts_with("#!")) {
            lines.push(text.join("\n"));
        } else {
            lines.extend(text.into_iter().map(|line| line.trim_start_matches(['@', '-']).to_owned()));
        }
    }

    fn filled(&self, line: &str, known: &BTreeMap<&str, String>, arguments: &[String]) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find("{{") {
            let Some(end) = rest[at..].find("}}") else { break };
            out.push_str(&rest[..at]);
            let name = rest[at + 2..at + end].trim();
            match known.get(name).or_else(|| self.variables.get(name)) {
                Some(value) => out.push_str(value),
                None if name == ".CLI_ARGS" => out.push_str(&arguments.join(" ")),
                None => {
                    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    out.push_str(&format!("${{{name}}}"));
                }
            }
            rest = &rest[at + end + 2..];
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::yaml;
    use proptest::prelude::*;

    #[test]
    fn reads_a_justfile() {
        let text = "p := \"npx prisma\"\nset dotenv-load\n\n# x\nreset name=\"a\": (up \"x\")\n  @{{p}} migrate {{name}}\n\nup:\n  x\nalias r := reset\n[private]\nsh:\n  #!/bin/sh\n  a\n  b\n";
        let found = just(text);
        assert_eq!(found.first.as_deref(), Some("reset"));
        assert_eq!(found.lines("reset", &[]), ["x", "npx prisma migrate a"]);
        assert_eq!(found.lines("r", &[]), ["x", "npx prisma migrate a"]);
        assert_eq!(found.lines("reset", &["b".to_owned()])[1], "npx prisma migrate b");
        assert_eq!(found.lines("sh", &[]), ["#!/bin/sh\na\nb"]);
    }

    #[test]
    fn reads_a_taskfile() {
        let text = "version: '3'\ntasks:\n  a: one\n  'b:c':\n    desc: \"x: y\"\n    deps: [a]\n    cmds:\n      - two {{.CLI_ARGS}}\n      - task: d\n      - cmd: three\n      - |\n        four\n        five\n  d:\n    cmd: six\n";
        let found = task(&yaml::read(text).unwrap());
        assert_eq!(found.lines("b:c", &["z".to_owned()]), ["one", "six", "two z", "three", "four\nfive\n"]);
        assert_eq!(found.lines("d", &[]), ["six"]);
        assert_eq!(found.first.as_deref(), Some("a"));
        let first = |text| task(&yaml::read(text).unwrap()).first;
        assert_eq!(first("tasks:\n  a: one\n  default: two\n  z: three\n").as_deref(), Some("default"));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,80}|(a|b|:|:=|=|\\{\\{|\\}\\}|\"|'|- |\\||\n|  |tasks:\n|cmds:|deps:|\\[|\\]|é|\\(|\\)){0,50}") {
            for found in [just(&text), task(&yaml::read(&text).unwrap_or(Json::Other))] {
                for name in found.all.keys() {
                    let _ = found.lines(name, &["x".to_owned()]);
                }
            }
        }
    }
}
