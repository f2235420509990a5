//! What the shells' own look at the words lets through without a question, held against what the program makes of the same
//! words: whatever the program would judge, the shells must ask about.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nexus_env::domain::guard::invocation::{Journal, Reader};
use nexus_env::domain::guard::verdict::Effect;
use nexus_env::edge::project::Disk;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::world::{Shell, program};

const CORPORA: [&str; 5] = [
    include_str!("../guard_corpus.txt"),
    include_str!("../guard_corpus_second.txt"),
    include_str!("../guard_corpus_third.txt"),
    include_str!("../guard_corpus_fourth.txt"),
    include_str!("../guard_corpus_fifth.txt"),
];

/// Runs code behind the hook in a shell that is not interactive, with nothing of the person's.
fn runs(shell: Shell, directory: &Path, code: &str) -> String {
    let hook = Command::new(env!("CARGO_BIN_EXE_nexus-env")).args(["hook", &shell.to_string()]).output().unwrap();
    let script = directory.join("script");
    fs::write(&script, [&hook.stdout[..], code.as_bytes()].concat()).unwrap();
    let mut command = Command::new(program(&shell.to_string()));
    command.args(match shell {
        Shell::Bash | Shell::Bash32 => &["--norc"][..],
        Shell::Zsh => &["-f"],
        Shell::Fish => &["--no-config"],
    });
    let output = command
        .arg(&script)
        .env_clear()
        .env("HOME", directory)
        .env("PATH", "/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("XDG_RUNTIME_DIR", directory);
    let output = output.stdin(Stdio::null()).current_dir(directory).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell}");
    String::from_utf8(output.stdout).unwrap()
}

/// A recipe or a script of `package.json` may be any line.
#[test]
fn every_line_that_could_do_harm_is_seen_to_reach_a_database() {
    let directory = tempfile::tempdir().unwrap();
    let lines: Vec<&str> = CORPORA
        .iter()
        .flat_map(|corpus| corpus.lines())
        .filter_map(|line| line.strip_prefix("destructive ").or_else(|| line.strip_prefix("gated ")))
        // Quotes inside of the words: the other layers see that one.
        .filter(|line| !line.contains("\\n") && !line.contains("pr\"ism\"a"))
        .collect();
    assert!(lines.len() > 1000);
    fs::write(directory.path().join("lines"), lines.join("\n") + "\n").unwrap();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let code = match shell {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => {
                "while IFS='' read -r line; do __nexus_env_reaches \"$line\" || printf '%s\\n' \"$line\"; done <lines\n"
            }
            Shell::Fish => "while read -l line; __nexus_env_reaches $line; or echo $line; end <lines\n",
        };
        assert_eq!(runs(shell, directory.path(), code), "", "{shell}: not seen");
    }
}

/// What a recipe, a variable or a script says.
const HARMFUL: [&str; 6] = [
    "npx prisma migrate reset", "psql -c 'DROP TABLE x'", "./node_modules/.bin/prisma db push",
    "bash -c 'npx prisma migrate dev'", "dropdb nexus_db", "mysql -e 'DROP DATABASE x'",
];
const HARMLESS: [&str; 5] = ["tsc -b", "eslint .", "@echo \"make one, npx prisma\"", "vitest run", "rm -rf dist"];
const NAMES: [&str; 7] = ["one", "two", "three", "four", "db", "one-more", "all"];

fn words() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => prop::sample::select(&HARMLESS[..]), 1 => prop::sample::select(&HARMFUL[..])]
}

/// A name, what it needs, and its lines; the last says whether a variable stands for the first line.
fn piece() -> impl Strategy<Value = (&'static str, Vec<&'static str>, Vec<&'static str>, u8)> {
    let name = prop::sample::select(&NAMES[..]);
    (name.clone(), prop::collection::vec(name, 0..2), prop::collection::vec(words(), 0..3), 0u8..6)
}

fn makefile(pieces: &[(&str, Vec<&str>, Vec<&str>, u8)]) -> String {
    let mut text = String::from("# made up\n.PHONY: one two\n");
    for (at, (name, needs, lines, kind)) in pieces.iter().enumerate() {
        let needs = needs.join(" ");
        match (kind, lines.split_first()) {
            (0, Some((first, rest))) => {
                text += &format!("V{at} := {first}\n{name}: {needs}\n\t$(V{at})\n");
                text.extend(rest.iter().map(|line| format!("\t{line}\n")));
            }
            (1, Some((first, _))) => text += &format!("{name}: {needs} ; {first}\n"),
            (2, Some(_)) => {
                text += &format!("{name} x{at}: \\\n{needs}\n");
                text.extend(lines.iter().map(|line| format!("\t@cd . && \\\n\t  {line}\n")));
            }
            (3, _) => text += &format!("{name}:\n\t@$(MAKE) {needs}\n"),
            _ => {
                text += &format!("{name}: {needs}\n");
                text.extend(lines.iter().map(|line| format!("\t{line}\n")));
            }
        }
        text += "\n";
    }
    text
}

fn justfile(pieces: &[(&str, Vec<&str>, Vec<&str>, u8)]) -> String {
    let mut text = String::from("# made up\nset positional-arguments\n");
    let mut seen = Vec::new();
    for (at, (name, needs, lines, kind)) in pieces.iter().enumerate() {
        if seen.contains(name) {
            continue;
        }
        seen.push(name);
        let needs = needs.join(" ");
        match (kind, lines.split_first()) {
            (0, Some((first, rest))) => {
                text += &format!("v{at} := \"{}\"\n{name}: {needs}\n    {{{{v{at}}}}}\n", first.replace('"', "'"));
                text.extend(rest.iter().map(|line| format!("    {line}\n")));
            }
            (1, _) => text += &format!("[private]\n@{name} mode=\"x\": {needs}\n    {}\n", lines.join("\n    ")),
            _ => {
                text += &format!("{name}: {needs}\n");
                text.extend(lines.iter().map(|line| format!("    {line}\n")));
            }
        }
        text += "\n";
    }
    text
}

fn taskfile(pieces: &[(&str, Vec<&str>, Vec<&str>, u8)]) -> String {
    let mut text = String::from("version: '3'\ntasks:\n");
    let mut seen = Vec::new();
    for (name, needs, lines, kind) in pieces {
        if seen.contains(name) {
            continue;
        }
        seen.push(name);
        let quoted = |line: &str| line.replace('\'', "''");
        match kind {
            0 => text += &format!("  '{name}':\n    deps: [{}]\n    cmds:\n", needs.join(", ")),
            _ => {
                text += &format!("  {name}:\n    cmds:\n");
                text.extend(needs.iter().map(|need| format!("      - task: {need}\n")));
            }
        }
        text.extend(lines.iter().map(|line| format!("      - '{}'\n", quoted(line.trim_start_matches('@')))));
        text += "      - 'true'\n";
    }
    text
}

fn is_judged(directory: &Path, line: &str) -> bool {
    let reader = Reader {
        files: &Disk,
        process: &|name| (name == "PATH").then(|| "/usr/bin:/bin".to_owned()),
        database_variables: &[],
        cwd: directory,
        root: directory,
        prisma_directory: None,
        journal: Journal::default(),
    };
    reader.line(line).iter().any(|invocation| invocation.effect != Effect::Safe)
}

/// Random files, from a seed that is always the same.
#[test]
fn every_recipe_that_the_program_would_judge_is_asked_about() {
    let directory = tempfile::tempdir().unwrap();
    let mut random = TestRunner::deterministic();
    let mut lines: Vec<(PathBuf, String)> = Vec::new();
    for case in 0..120 {
        let pieces = prop::collection::vec(piece(), 1..6).new_tree(&mut random).unwrap().current();
        let of_case = directory.path().join(case.to_string());
        fs::create_dir(&of_case).unwrap();
        for (file, text) in
            [("Makefile", makefile(&pieces)), ("justfile", justfile(&pieces)), ("Taskfile.yml", taskfile(&pieces))]
        {
            fs::write(of_case.join(file), text).unwrap();
        }
        for tool in ["make", "just", "task"] {
            let first = pieces.first().map(|(name, ..)| *name);
            lines.extend(
                [None, first, pieces.last().map(|(name, ..)| *name)]
                    .map(|name| (of_case.clone(), [tool].into_iter().chain(name).collect::<Vec<_>>().join(" "))),
            );
        }
    }
    let judged: Vec<bool> = lines.iter().map(|(directory, line)| is_judged(directory, line)).collect();
    let table: String = lines.iter().map(|(directory, line)| format!("{} {line}\n", directory.display())).collect();
    fs::write(directory.path().join("lines"), table).unwrap();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let code = match shell {
            Shell::Bash | Shell::Bash32 => {
                "while read -r at words; do cd \"$at\"; set -- $words; __nexus_env_named \"$@\" && echo ask || echo run; done <lines\n"
            }
            Shell::Zsh => {
                "zmodload zsh/stat\nemulate zsh\nwhile read -r at words; do cd \"$at\"; set -- ${=words}; \
                 __nexus_env_named \"$@\" && echo ask || echo run; done <lines\n"
            }
            Shell::Fish => {
                "while read -l at words; cd $at; __nexus_env_named (string split ' ' -- $words); and echo ask; or echo run; end <lines\n"
            }
        };
        let told = runs(shell, directory.path(), code);
        let asks: Vec<bool> = told.lines().map(|line| line == "ask").collect();
        assert_eq!(asks.len(), lines.len(), "{shell}: {told}");
        let mut let_through = 0;
        for ((at, line), (judged, asks)) in lines.iter().zip(judged.iter().zip(&asks)) {
            let files = || {
                fs::read_dir(at)
                    .unwrap()
                    .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
                    .collect::<Vec<_>>()
            };
            assert!(!judged || *asks, "{shell}: `{line}` ran without a question in\n{}", files().join("\n---\n"));
            let_through += usize::from(!asks);
        }
        assert!(judged.iter().filter(|judged| **judged).count() > 100, "most would be harmless");
        assert!(let_through > 200, "{shell}: asks about nearly all, {let_through} of {}", lines.len());
    }
}
