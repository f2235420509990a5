//! The variables through which the guard reaches processes that no shell function sees: Prisma's engine, and a preload
//! for Node and one for bun. They are set beside the environment's own and taken out again; what a person had there stays. Pure.

use std::path::{Path, PathBuf};

use super::ambient::Environ;
use crate::domain::config::name::VariableName;
use crate::domain::config::vars::Vars;
use crate::domain::text::secret::Secret;

/// The variable by which Prisma finds its schema engine.
pub const ENGINE: &str = "PRISMA_SCHEMA_ENGINE_BINARY";
pub use super::given::ENGINE as ENGINE_BEFORE;
const NODE: &str = "NODE_OPTIONS";
const BUN: &str = "BUN_OPTIONS";
const ALL: [&str; 3] = [ENGINE, NODE, BUN];

/// How the names of our files begin and end, wherever they are.
pub const PRELOAD: (&str, &str) = ("nexus-env-preload-", ".cjs");
pub const ENGINE_LINK: &str = "nexus-env/engine/schema-engine";

/// The files that the variables name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Files {
    pub engine: PathBuf,
    pub preload: PathBuf,
}

/// Whether the variable is one of these, so that it is none of the environment's own.
pub fn is_one(name: &VariableName) -> bool {
    ALL.contains(&name.as_str())
}

/// Whether the variable holds something of ours.
pub fn holds_ours(name: &VariableName, exported: &Environ) -> bool {
    exported.text(name.as_str()).is_some_and(|value| match name.as_str() {
        ENGINE => is_engine(value),
        NODE | BUN => without_ours(value).is_some(),
        _ => false,
    })
}

/// The environment's variables with these beside them.
pub fn added(vars: &Vars, exported: &Environ, files: &Files) -> Vars {
    let own = vars.iter().map(|(name, value)| (name.clone(), value.clone()));
    let ours = ALL.iter().filter_map(|name| {
        let name = VariableName::new(name)?;
        let path = if name.as_str() == ENGINE { &files.engine } else { &files.preload }.to_str()?;
        let beside = match vars.get(&name) {
            Some(own) => std::str::from_utf8(own.expose()).ok()?,
            // A value that is no text is left alone.
            None if exported.get(name.as_str()).is_some() => exported.text(name.as_str())?,
            None => "",
        };
        let flag = |flag: &str| {
            let beside = without_ours(beside).unwrap_or_else(|| beside.to_owned());
            let ours = format!("{flag}={}", quoted(path));
            if beside.is_empty() { ours } else { format!("{ours} {beside}") }
        };
        let value = match name.as_str() {
            NODE => flag("--require"),
            BUN => flag("--preload"),
            _ => path.to_owned(),
        };
        Some((name, Secret::new(value)))
    });
    Vars::new(own.chain(ours.collect::<Vec<_>>()))
}

/// The engine that Prisma would start without us, as far as the environment names one.
pub fn engine_before(vars: &Vars, exported: &Environ) -> Option<String> {
    let own = VariableName::new(ENGINE).and_then(|name| vars.get(&name).cloned());
    let own = own.and_then(|own| String::from_utf8(own.expose().to_vec()).ok());
    let now = own.or_else(|| exported.text(ENGINE).map(str::to_owned));
    let before = match now {
        Some(now) if !is_engine(&now) => Some(now),
        Some(_) => exported.text(ENGINE_BEFORE).map(str::to_owned),
        None => None,
    };
    before.filter(|path| !path.is_empty())
}

/// What stands beside ours, for each variable that holds something of ours and something else, also what came there since.
pub fn beside_ours(exported: &Environ) -> Vec<(VariableName, Secret)> {
    let names = ALL.iter().filter_map(|name| VariableName::new(name)).filter(|name| holds_ours(name, exported));
    names
        .filter_map(|name| {
            let beside = match name.as_str() {
                ENGINE => exported.text(ENGINE_BEFORE).map(str::to_owned),
                _ => without_ours(exported.text(name.as_str()).unwrap_or_default()),
            };
            Some((name, Secret::new(beside.filter(|beside| !beside.is_empty())?)))
        })
        .collect()
}

fn is_engine(path: &str) -> bool {
    path.ends_with(ENGINE_LINK)
}

/// The options without ours, byte for byte as they were before; `None` where ours are not among them.
pub fn without_ours(options: &str) -> Option<String> {
    let mut rest = String::with_capacity(options.len());
    let mut found = false;
    let mut at = 0;
    while at < options.len() {
        let end = word_end(&options[at..]) + at;
        if is_preload(&options[at..end]) {
            found = true;
            // The space behind it came with it; at the end, the one before.
            at = if options[end..].starts_with(' ') { end + 1 } else { end };
            continue;
        }
        let next = options[end..].chars().next().map_or(end, |space| end + space.len_utf8());
        rest.push_str(&options[at..next]);
        at = next;
    }
    found.then_some(rest)
}

/// Where the first word ends, as Node reads its options: a space outside of double quotes.
fn word_end(text: &str) -> usize {
    let mut inside = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            ' ' if !inside => return at,
            _ => {}
        }
    }
    text.len()
}

fn is_preload(word: &str) -> bool {
    let path = word.strip_prefix("--require=").or_else(|| word.strip_prefix("--preload="));
    path.and_then(|path| Path::new(path.trim_matches('"')).file_name()?.to_str()).is_some_and(|file| {
        file.strip_prefix(PRELOAD.0).and_then(|rest| rest.strip_suffix(PRELOAD.1)).is_some_and(|hash| !hash.is_empty())
    })
}

/// As one word of Node's options. Plain where it can be: not everything that reads them knows quotes.
fn quoted(path: &str) -> String {
    match path.contains([' ', '"', '\\']) {
        true => format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")),
        false => path.to_owned(),
    }
}

#[cfg(test)]
#[path = "layers_tests.rs"]
mod tests;
