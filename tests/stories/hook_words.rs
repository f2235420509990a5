//! Which lines the shells ask the program about: every one that it would stop, and the three shells the same ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use nexus_env::domain::guard::trigger;

use crate::corpus::{CORPUS, entries};
use crate::world::{Shell, program};

/// Each line of the corpora, with its class.
fn corpora() -> Vec<(&'static str, &'static str)> {
    CORPUS.iter().flat_map(|(_, corpus)| entries(corpus)).collect()
}

/// What `__nexus_env_listed` does, said once more.
fn asks(words: &BTreeSet<&str>, line: &str) -> bool {
    let bare: String = line.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
    let is_apart = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    bare.split(is_apart).any(|word| words.contains(word)) || names_no_program(&bare)
}

/// Whether a path, a variable or a substitution stands in a command's place.
fn names_no_program(text: &str) -> bool {
    const BEFORE: [&str; 12] =
        ["do", "then", "else", "elif", "if", "while", "until", "time", "and", "or", "not", "begin"];
    let begins = |(at, c): (usize, char)| match c {
        ' ' | '\t' => BEFORE.contains(&text[..at].rsplit([' ', '\t']).next().unwrap_or_default()).then_some(at + 1),
        c => ";&|({!`\n".contains(c).then_some(at + 1),
    };
    std::iter::once(0).chain(text.char_indices().filter_map(begins)).any(|at| {
        let mut rest = text[at..].trim_start_matches([' ', '\t']);
        loop {
            let end = rest.find([' ', '\t', ';', '&', '|', '<', '>', '(', ')']).unwrap_or(rest.len());
            let word = &rest[..end];
            if word.contains(['/', '$', '~', '`']) || word.ends_with('.') && rest[end..].starts_with([' ', '\t']) {
                return true;
            }
            let is_name = |name: &str| {
                name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            };
            let blank = rest.find([' ', '\t']).filter(|_| rest.split_once('=').is_some_and(|(name, _)| is_name(name)));
            match blank {
                Some(blank) => rest = rest[blank..].trim_start_matches([' ', '\t']),
                None => return false,
            }
        }
    })
}

#[test]
fn every_line_that_the_guard_would_stop_has_a_word_that_makes_a_shell_ask() {
    let words = trigger::words();
    let mut silent = Vec::new();
    for (class, line) in corpora() {
        let asks = line.split("\\n").any(|part| asks(&words, part)) || asks(&words, line);
        match class {
            "safe" | "mention" => {}
            _ if !asks => silent.push(line),
            _ => {}
        }
    }
    assert!(silent.is_empty(), "no shell would ask about:\n{}", silent.join("\n"));
    for line in [
        "git status", "git push origin main", "git commit -m 'fix: a typo'", "ls -la src", "cd ../web",
        "vim src/main.rs", "cat README.md | less", "rg foo src", "echo hi", "mkdir -p a/b", "rm -rf dist",
        "curl -s localhost", "nexus-env use prod", "nexus-env status", "if true; then echo x; fi", "export A=b",
        "code .", "tail -f log/x.log",
    ] {
        assert!(!asks(&words, line), "{line}");
    }
}

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

#[test]
fn the_three_shells_ask_about_the_same_lines() {
    let directory = tempfile::tempdir().unwrap();
    let words = trigger::words();
    let lines: Vec<&str> = corpora().into_iter().map(|(_, line)| line).filter(|line| line.is_ascii()).collect();
    assert!(lines.len() > 3000);
    fs::write(directory.path().join("lines"), lines.join("\n") + "\n").unwrap();
    let expected: Vec<&str> = lines.iter().copied().filter(|line| asks(&words, line)).collect();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let code = match shell {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => {
                "while IFS='' read -r line; do __nexus_env_listed \"$line\" && printf '%s\\n' \"$line\"; done <lines\n:\n"
            }
            Shell::Fish => "while read -l line; __nexus_env_listed $line; and printf '%s\\n' $line; end <lines\ntrue\n",
        };
        let told = runs(shell, directory.path(), code);
        let told: BTreeSet<&str> = told.lines().collect();
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        let differ: Vec<&&str> = told.symmetric_difference(&expected).take(20).collect();
        assert!(differ.is_empty(), "{shell}: {differ:#?}");
    }
}
