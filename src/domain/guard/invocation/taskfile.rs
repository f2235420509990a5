//! The recipes of a justfile and of a Taskfile, as far as a guard needs them: names, what they need, and their lines. Simple
//! readers of lines, not parsers of just's or YAML's whole grammar.

use std::collections::BTreeMap;

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
}

/// Reads a justfile.
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
                    found.variables.insert(name.to_owned(), value.trim().trim_matches(quotes).to_owned());
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
pub fn task(text: &str) -> Recipes {
    let mut found = Recipes::default();
    let mut inside = false;
    let mut indent: Option<usize> = None;
    let mut now: Option<String> = None;
    let mut section = Section::Other;
    // A block scalar: the column at which it ends.
    let mut block: Option<usize> = None;
    for line in text.lines() {
        let body = line.trim_start();
        let column = line.len() - body.len();
        if let Some(end) = block {
            if body.is_empty() || column > end {
                if let Some(recipe) = now.as_ref().and_then(|name| found.all.get_mut(name)) {
                    match recipe.lines.last_mut() {
                        Some(last) => {
                            last.push_str(body);
                            last.push('\n');
                        }
                        None => recipe.lines.push(body.to_owned()),
                    }
                }
                continue;
            }
            block = None;
        }
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if column == 0 {
            inside = body.trim_end() == "tasks:";
            continue;
        }
        if !inside {
            continue;
        }
        let level = *indent.get_or_insert(column);
        if column == level {
            let Some((name, value)) = key(body) else { continue };
            let mut recipe = Recipe::default();
            items(value, &mut recipe.lines);
            found.first.get_or_insert_with(|| name.clone());
            if name == "default" {
                found.first = Some(name.clone());
            }
            found.all.insert(name.clone(), recipe);
            now = Some(name);
            section = Section::Commands;
            continue;
        }
        let Some(recipe) = now.as_ref().and_then(|name| found.all.get_mut(name)) else { continue };
        let item = body.strip_prefix("- ").map(str::trim_start);
        let text = item.unwrap_or(body);
        if item.is_none() {
            let Some((name, value)) = key(text) else { continue };
            section = match name.as_str() {
                "cmds" | "cmd" => Section::Commands,
                "deps" => Section::Needs,
                // Further keys of an item.
                "task" if section != Section::Other => section,
                _ => Section::Other,
            };
            match section {
                Section::Commands if name == "cmd" => take(value, column, &mut block, &mut recipe.lines),
                Section::Commands => items(value, &mut recipe.lines),
                Section::Needs => items(value, &mut recipe.needs),
                Section::Other => {}
            }
            continue;
        }
        match (section, key(text)) {
            (Section::Commands | Section::Needs, Some((name, value))) if name == "task" => {
                recipe.needs.push(unquoted(value).to_owned());
            }
            (Section::Commands, Some((name, value))) if matches!(name.as_str(), "cmd" | "defer") => {
                take(value, column, &mut block, &mut recipe.lines);
            }
            (Section::Commands, _) => take(text, column, &mut block, &mut recipe.lines),
            (Section::Needs, _) => recipe.needs.push(unquoted(text).to_owned()),
            (Section::Other, _) => {}
        }
    }
    found
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Section {
    Commands,
    Needs,
    Other,
}

/// One command; `|` and `>` begin a block.
fn take(value: &str, column: usize, block: &mut Option<usize>, lines: &mut Vec<String>) {
    if value.starts_with(['|', '>']) {
        *block = Some(column);
        lines.push(String::new());
    } else if !value.is_empty() {
        lines.push(unquoted(value).to_owned());
    }
}

/// What stands behind a key on its own line: nothing, one, or `[a, b]`.
fn items(value: &str, to: &mut Vec<String>) {
    match value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
        Some(list) => to.extend(list.split(',').map(|item| unquoted(item.trim()).to_owned())),
        None if value.is_empty() || value.starts_with(['{', '&', '*']) => {}
        None => to.push(unquoted(value).to_owned()),
    }
}

/// `name: value`, where the name may be quoted and hold colons itself.
fn key(text: &str) -> Option<(String, &str)> {
    let (name, value) = match text.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = text[1..].find(quote)? + 1;
            (&text[1..end], text[end + 1..].trim_start().strip_prefix(':')?)
        }
        _ => match text.split_once(": ") {
            Some(pair) => pair,
            None => (text.trim_end().strip_suffix(':')?, ""),
        },
    };
    Some((name.to_owned(), value.trim()))
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let of = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    of('"').or_else(|| of('\'')).unwrap_or(text)
}

impl Recipes {
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
        let found = task(text);
        assert_eq!(found.lines("b:c", &["z".to_owned()]), ["one", "six", "two z", "three", "four\nfive\n"]);
        assert_eq!(found.lines("d", &[]), ["six"]);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,80}|(a|b|:|:=|=|\\{\\{|\\}\\}|\"|'|- |\\||\n|  |tasks:\n|cmds:|deps:|\\[|\\]|é|\\(|\\)){0,50}") {
            for found in [just(&text), task(&text)] {
                for name in found.all.keys() {
                    let _ = found.lines(name, &["x".to_owned()]);
                }
            }
        }
    }
}
