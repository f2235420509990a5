//! Reads command lines as people write them, and fails on any that the guard takes for something else.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

mod corpus;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nexus_env::domain::config::name::VariableName;
use nexus_env::domain::guard::invocation::{self, Invocation, Notes, Reader, Tool};
use nexus_env::domain::guard::project::{Content, Files};
use nexus_env::domain::guard::verdict::Effect;

use corpus::{CORPUS, PROJECT, unescaped};

struct Project(BTreeMap<PathBuf, &'static str>);

impl Files for Project {
    fn read(&self, path: &Path) -> Content {
        self.0.get(path).map_or(Content::Missing, |text| Content::Text((*text).to_owned()))
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        let below = self.0.keys().filter_map(|path| path.strip_prefix(directory).ok()?.components().next());
        let mut names: Vec<String> = below.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        names.dedup();
        names
    }
}

fn read(line: &str) -> Vec<Invocation> {
    let project = Project(PROJECT.iter().map(|(path, text)| (Path::new("/repo").join(path), *text)).collect());
    let process = |name: &str| match name {
        "DATABASE_URL" => Some("postgresql://postgres:x@127.0.0.1:5433/nexus_db".to_owned()),
        "SHADOW_URL" | "DIRECT_URL" => Some("postgresql://postgres:x@127.0.0.1:5433/shadow".to_owned()),
        "PATH" => Some("/usr/bin".to_owned()),
        _ => None,
    };
    let names = [VariableName::new("DATABASE_URL").expect("an identifier")];
    let reader = Reader {
        files: &project,
        process: &process,
        database_variables: &names,
        cwd: Path::new("/repo"),
        root: Path::new("/repo"),
        prisma_directory: None,
        notes: Notes::default(),
    };
    invocation::of_line(&reader, line)
}

fn of(found: &[Invocation]) -> &'static str {
    match found.iter().map(|invocation| invocation.effect).max() {
        Some(Effect::Destructive) => "destructive",
        Some(Effect::Gated) => "gated",
        Some(Effect::Unknown) => "unknown",
        Some(Effect::Safe) | None => "safe",
    }
}

/// What the line was taken for, where that is wrong. A mention is harmless, and runs no Prisma at all.
fn mistaken(class: &str, line: &str) -> Option<String> {
    let found = read(&unescaped(line));
    let got = of(&found);
    let ran = found.iter().any(|invocation| invocation.tool == Tool::Prisma);
    let right = match class {
        "mention" => got == "safe" && !ran,
        "safe" | "destructive" | "gated" | "unknown" => got == class,
        _ => panic!("no class: {class} {line}"),
    };
    (!right).then(|| format!("{class} {line}   was taken for {got}{}", if ran { ", and Prisma runs" } else { "" }))
}

#[test]
fn every_line_is_taken_for_what_it_is() {
    let mut total = 0;
    let mut wrong = Vec::new();
    for (name, text) in CORPUS {
        let entries: Vec<(&str, &str)> = corpus::entries(text).collect();
        let dangerous = entries.iter().filter(|(class, _)| !matches!(*class, "safe" | "mention")).count();
        println!("{name}: {} lines, {dangerous} of them dangerous", entries.len());
        total += entries.len();
        wrong.extend(entries.iter().filter_map(|(class, line)| mistaken(class, line)));
    }
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    assert!(total > 14_000, "{total}");
}
