//! The program's source as the rules read it: without comments, without its unit tests, imports written out.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Source {
    /// Relative to the top of the project, `src/edge/repo.rs`.
    pub path: String,
    /// With the comments.
    pub text: String,
    /// Every path of names that the code spells, imports in braces written out: `std::fs::File`, `super::load`.
    pub names: Vec<String>,
    code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        let code = code_of(text);
        Source { path: path.to_owned(), text: text.to_owned(), names: names_in(&code), code }
    }

    /// Whether the code, whitespace apart, has this text.
    pub fn has(&self, text: &str) -> bool {
        self.code.contains(text)
    }

    /// The names that are `prefix` or lie below it.
    pub fn below(&self, prefix: &str) -> Vec<&str> {
        let deeper = format!("{prefix}::");
        self.names.iter().filter(|name| *name == prefix || name.starts_with(&deeper)).map(String::as_str).collect()
    }
}

/// All of `src`, without the files that hold nothing but unit tests.
pub fn all() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources: Vec<Source> = files_below(&top.join("src"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")))
        .map(|path| {
            let shown = path.strip_prefix(top).unwrap().display().to_string();
            Source::new(&shown, &fs::read_to_string(&path).unwrap())
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 10, "the source was not found");
    sources
}

pub fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display())) {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files_below(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// The lines before the unit tests, without line comments. A string that holds `//` loses its end, which no rule minds.
fn code_of(text: &str) -> String {
    let before_tests = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text);
    let lines: Vec<&str> = before_tests.lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
    lines.join("\n")
}

fn names_in(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        rest = &rest[at..];
        let used = path_at(rest, "", &mut names);
        rest = &rest[used..];
    }
    names
}

/// Reads one path with its braces from the start of `text`, and returns how many bytes it took.
fn path_at(text: &str, prefix: &str, names: &mut Vec<String>) -> usize {
    let word = text.len() - text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let path = if prefix.is_empty() { text[..word].to_owned() } else { format!("{prefix}::{}", &text[..word]) };
    match text[word..].strip_prefix("::") {
        Some(group) if group.starts_with('{') => word + 2 + group_at(group, &path, names),
        Some(next) if next.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
            word + 2 + path_at(next, &path, names)
        }
        Some(_) | None => {
            names.push(path);
            word
        }
    }
}

fn group_at(text: &str, prefix: &str, names: &mut Vec<String>) -> usize {
    let mut at = 1;
    while at < text.len() && !text[at..].starts_with('}') {
        match text[at..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            true => at += path_at(&text[at..], prefix, names),
            false => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    (at + 1).min(text.len())
}

#[test]
fn names_are_written_out() {
    let source = Source::new(
        "x.rs",
        "use std::{fs::File, io::{self, Read}};\nuse super::load; // std::net\nfn f() { std::env::var(\"A\"); }\n\
         #[cfg(test)]\nmod tests { use std::process; }\n",
    );
    for name in ["std::fs::File", "std::io::self", "std::io::Read", "super::load", "std::env::var"] {
        assert!(source.names.iter().any(|found| found == name), "{name} in {:?}", source.names);
    }
    assert!(source.below("std::net").is_empty() && source.below("std::process").is_empty());
    assert_eq!(source.below("std::io"), ["std::io::self", "std::io::Read"]);
}
