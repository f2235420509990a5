//! A Makefile, as far as a guard needs it: variables, targets with what they depend on, and the lines of their recipes. It runs
//! no function of make's; what it cannot expand stays a variable of the shell's.

use std::collections::{BTreeMap, BTreeSet};

/// In bytes; Linux takes no longer path (`PATH_MAX`, limits.h).
const LONGEST_NAME: usize = 4096;

/// More names of targets than these depend on each other in no project, in bytes.
const MOST_NAMES: usize = 512 * 1024;

/// In bytes: a line that comes out longer doubles itself.
const LONGEST_LINE: usize = 256 * 1024;

/// More variables than these are in no line, unless they hold each other.
const MOST_VARIABLES: u32 = 10_000;

/// How deep variables are followed into each other.
const DEEPEST: u8 = 32;

/// A Makefile's text, read.
#[derive(Debug, Default)]
pub struct Makefile {
    pub variables: BTreeMap<String, String>,
    /// Those of them that count only where the environment has none: `NAME ?= value`.
    pub defaults: BTreeSet<String>,
    /// Variables that recipes find in their environment.
    pub exported: Vec<String>,
    pub exports_all: bool,
    pub rules: Vec<Rule>,
    /// Other files that it reads.
    pub includes: Vec<String>,
    /// Whether it makes rules by functions of its own.
    pub computes: bool,
}

#[derive(Debug)]
pub struct Rule {
    pub targets: Vec<String>,
    pub needs: Vec<String>,
    pub recipe: Vec<String>,
}

/// Reads a text; whatever it does not know, it leaves out.
pub fn read(text: &str) -> Makefile {
    let mut found = Makefile::default();
    let mut defining: Option<(String, Vec<String>)> = None;
    for line in joined(text) {
        if let Some((name, mut lines)) = defining.take() {
            if line.trim() == "endef" {
                found.variables.insert(name, lines.join("\n"));
            } else {
                lines.push(line);
                defining = Some((name, lines));
            }
            continue;
        }
        if let Some(recipe) = line.strip_prefix('\t') {
            if let Some(rule) = found.rules.last_mut() {
                rule.recipe.push(recipe.trim_start().to_owned());
            }
            continue;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (keyword, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match keyword {
            "define" => {
                let name = rest.trim_end_matches(['=', ':', '?', '+', ' ']).trim();
                defining = Some((name.to_owned(), Vec::new()));
            }
            _ if line.starts_with("$(eval") || line.starts_with("$(foreach") => found.computes = true,
            "ifeq" | "ifneq" | "ifdef" | "ifndef" | "else" | "endif" | "unexport" | "vpath" | "override"
                if !rest.starts_with('=') => {}
            "include" | "-include" | "sinclude" => found.includes.extend(rest.split_whitespace().map(str::to_owned)),
            "export" if rest.is_empty() => found.exports_all = true,
            "export" => match assignment(rest) {
                Some((name, operator, value)) => {
                    found.assign(&name, operator, value);
                    found.exported.push(name);
                }
                None => found.exported.extend(rest.split_whitespace().map(str::to_owned)),
            },
            _ => found.line(line),
        }
    }
    found
}

/// Lines, with those that end in a backslash joined to the next one.
fn joined(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let (body, more) = match line.strip_suffix('\\') {
            Some(body) => (body, true),
            None => (line, false),
        };
        match all.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.push(' ');
                last.push_str(body.trim_start());
            }
            None => all.push(body.to_owned()),
        }
        goes_on = more;
    }
    all
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Operator {
    Set,
    IfUnset,
    Append,
}

/// `NAME = value`, with any of make's operators.
fn assignment(line: &str) -> Option<(String, Operator, &str)> {
    let at = line.find('=')?;
    let (name, value) = (&line[..at], line[at + 1..].trim());
    let (name, operator) = match name.trim_end().chars().last()? {
        '?' => (name.trim_end().trim_end_matches('?'), Operator::IfUnset),
        '+' => (name.trim_end().trim_end_matches('+'), Operator::Append),
        ':' | '!' => (name.trim_end().trim_end_matches([':', '!']), Operator::Set),
        _ => (name, Operator::Set),
    };
    let name = name.trim();
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    good.then(|| (name.to_owned(), operator, value))
}

impl Makefile {
    fn assign(&mut self, name: &str, operator: Operator, value: &str) {
        // A comment ends a value.
        let value = value.split(" #").next().unwrap_or(value).trim_end();
        match operator {
            Operator::Set => {
                self.variables.insert(name.to_owned(), value.to_owned());
                self.defaults.remove(name);
            }
            Operator::IfUnset if self.variables.contains_key(name) => {}
            Operator::IfUnset => {
                self.variables.insert(name.to_owned(), value.to_owned());
                self.defaults.insert(name.to_owned());
            }
            Operator::Append => {
                let whole = self.variables.entry(name.to_owned()).or_default();
                whole.push(' ');
                whole.push_str(value);
            }
        }
    }

    fn line(&mut self, line: &str) {
        if let Some((name, operator, value)) = assignment(line) {
            self.assign(&name, operator, value);
            return;
        }
        let Some((targets, needs)) = line.split_once(':') else { return };
        let needs = needs.trim_start_matches(':');
        // A variable of one target's own, which counts for all here.
        if let Some((name, operator, value)) = assignment(needs.trim()) {
            self.assign(&name, operator, value);
            return;
        }
        let (needs, first) = needs.split_once(';').map_or((needs, None), |(needs, line)| (needs, Some(line)));
        let needs = needs.split('#').next().unwrap_or(needs);
        let words = |text: &str| text.split_whitespace().filter(|word| *word != "|").map(str::to_owned).collect();
        self.rules.push(Rule {
            targets: words(targets),
            needs: words(needs),
            recipe: first.into_iter().map(|line| line.trim().to_owned()).collect(),
        });
    }

    /// What a variable holds, with those of the environment as `${NAME}`; `None` where only make can work it out.
    pub fn value(&self, name: &str) -> Option<String> {
        let raw = self.variables.get(name)?;
        // It is put in front of, or behind, what the environment has.
        let raw = raw.replace(&format!("$({name})"), &format!("$${{{name}}}"));
        let Expanded { text, is_whole, .. } = self.expand(&raw, "", "");
        (is_whole && !text.contains("$(") && !text.contains("$__make")).then_some(text)
    }

    /// What plain `make` makes.
    pub fn first(&self) -> Option<&str> {
        let goal = self.variables.get(".DEFAULT_GOAL").map(String::as_str);
        let targets = self.rules.iter().flat_map(|rule| &rule.targets);
        goal.or_else(|| targets.map(String::as_str).find(|target| !target.starts_with('.')))
    }

    /// The files that it includes, as patterns; those that only make can work out are none.
    pub fn included(&self) -> impl Iterator<Item = String> {
        self.includes.iter().filter(|name| !is_env(name)).flat_map(|name| {
            let name = self.expand(name, "", "").text.replace("$__make", "$");
            let names: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
            names.into_iter().filter(|name| !name.contains('$'))
        })
    }

    /// The lines that a target runs, and those of what it needs, in order and expanded.
    pub fn lines(&self, target: &str) -> Lines {
        let patterns: Vec<Vec<String>> = self
            .rules
            .iter()
            .map(|rule| rule.targets.iter().map(|name| self.expand(name, "", "").text).collect())
            .collect();
        // A target that no rule names may be a file, or be made by what is computed.
        let computes = self.rules.iter().any(|rule| rule.targets.iter().any(|name| name.contains('$')))
            || self.includes.iter().any(|name| !is_env(name) && name.contains('$'))
            || self.computes;
        let mut lines = Lines { lines: Vec::new(), is_whole: true };
        let mut seen = BTreeSet::new();
        let mut names = 0;
        let mut waiting = vec![Part::Target(target.to_owned())];
        while let Some(part) = waiting.pop() {
            let target = match part {
                Part::Line(line) => {
                    lines.lines.push(line);
                    continue;
                }
                Part::Target(target) => target,
            };
            // A name that doubles itself at each step is no file's.
            if target.len() > LONGEST_NAME || names > MOST_NAMES {
                lines.is_whole = false;
                continue;
            }
            if !seen.insert(target.clone()) {
                continue;
            }
            names += target.len();
            let mut parts = Vec::new();
            for (rule, patterns) in self.rules.iter().zip(&patterns) {
                let Some(stem) = patterns.iter().find_map(|pattern| stem(pattern, &target)) else { continue };
                for need in &rule.needs {
                    let need = self.expand(need, &target, &stem).text.replacen('%', &stem, 1);
                    parts.extend(need.split_whitespace().map(|need| Part::Target(need.to_owned())));
                }
                for line in &rule.recipe {
                    let expanded = self.expand(line.trim_start_matches(['@', '-', '+', ' ', '\t']), &target, &stem);
                    lines.is_whole &= expanded.is_whole;
                    parts.extend(expanded.text.split('\n').map(|line| Part::Line(bare(line).to_owned())));
                }
            }
            if parts.is_empty() && computes && seen.len() == 1 {
                lines.is_whole = false;
            }
            waiting.extend(parts.into_iter().rev());
        }
        lines
    }

    fn expand(&self, text: &str, target: &str, stem: &str) -> Expanded {
        let mut out = Expanded { text: String::new(), is_whole: true, steps: 0 };
        self.expand_into(text, target, stem, 0, &mut out);
        out
    }

    fn expand_into(&self, text: &str, target: &str, stem: &str, depth: u8, out: &mut Expanded) {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            // A text that doubles itself is cut.
            out.steps += 1;
            if out.text.len() > LONGEST_LINE.max(text.len() * 2) || out.steps > MOST_VARIABLES {
                out.is_whole = false;
                return;
            }
            out.text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some(c) = rest.chars().next() else { break };
            let close = match c {
                '(' => ')',
                '{' => '}',
                _ => {
                    rest = &rest[c.len_utf8()..];
                    match c {
                        '$' => out.text.push('$'),
                        '@' => out.text.push_str(target),
                        '*' => out.text.push_str(stem),
                        '<' | '^' | '?' | '+' => out.text.push_str("$needs"),
                        c => self.variable(&c.to_string(), target, stem, depth, out),
                    }
                    continue;
                }
            };
            let Some(end) = closing(&rest[1..], c, close) else { break };
            let inside = &rest[1..=end];
            rest = &rest[end + 2..];
            match inside.split_once([' ', '\t']) {
                Some(("shell", command)) => {
                    out.text.push_str("$(");
                    out.text.push_str(command.trim());
                    out.text.push(')');
                }
                Some(("wildcard", pattern)) => self.expand_into(pattern.trim(), target, stem, depth, out),
                Some(("call", call)) if depth < DEEPEST => self.call(call, target, stem, depth, out),
                Some(("info" | "warning" | "error", _)) => out.text.push(':'),
                Some(_) => out.text.push_str("$__make"),
                None => self.variable(inside, target, stem, depth, out),
            }
        }
        out.text.push_str(rest);
    }

    /// `$(call NAME,ONE,TWO)`: the variable with its arguments filled in.
    fn call(&self, call: &str, target: &str, stem: &str, depth: u8, out: &mut Expanded) {
        let mut words = call.split(',');
        let name = words.next().unwrap_or_default().trim();
        let Some(value) = self.variables.get(name) else {
            out.text.push_str("$__make");
            return;
        };
        let mut text = value.clone();
        for (at, word) in words.enumerate().take(9) {
            text =
                text.replace(&format!("$({})", at + 1), word.trim()).replace(&format!("${{{}}}", at + 1), word.trim());
        }
        self.expand_into(&text, target, stem, depth + 1, out);
    }

    fn variable(&self, name: &str, target: &str, stem: &str, depth: u8, out: &mut Expanded) {
        match self.variables.get(name) {
            Some(value) if depth < DEEPEST => self.expand_into(value, target, stem, depth + 1, out),
            Some(_) => out.is_whole = false,
            None if name == "MAKE" => out.text.push_str("make"),
            None if name == "CURDIR" || name == "PWD" => out.text.push('.'),
            // make takes what it does not know from the environment, as the shell does.
            None if crate::domain::guard::line::is_name(name) => out.text.push_str(&format!("${{{name}}}")),
            None => {}
        }
    }
}

/// What a target runs.
#[derive(Debug)]
pub struct Lines {
    pub lines: Vec<String>,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// A text with its variables filled in, and whether all of it is there.
struct Expanded {
    text: String,
    is_whole: bool,
    /// How many variables were filled in.
    steps: u32,
}

enum Part {
    Target(String),
    Line(String),
}

fn is_env(name: &str) -> bool {
    name.contains(".env")
}

/// A recipe's line without what make itself takes off (GNU make manual, 5.2, 5.5 and 5.6).
fn bare(line: &str) -> &str {
    line.trim_start_matches(['@', '-', '+', ' ', '\t'])
}

/// What `%` stands for; empty where the pattern is the target itself.
fn stem(pattern: &str, target: &str) -> Option<String> {
    if pattern.split_whitespace().any(|one| one == target) {
        return Some(String::new());
    }
    let (before, after) = pattern.split_once('%')?;
    let stem = target.strip_prefix(before)?.strip_suffix(after)?;
    (!stem.is_empty()).then(|| stem.to_owned())
}

fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    None
}

#[cfg(test)]
#[path = "makefile_tests.rs"]
mod tests;
