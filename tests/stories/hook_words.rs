//! Which lines the shells ask the program about: every one that it would stop, and the three shells the same ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::corpus::{CORPUS, entries};
use crate::world::{Shell, program};

/// Each line of the corpora, with its class.
fn corpora() -> Vec<(&'static str, &'static str)> {
    CORPUS.iter().flat_map(|(_, corpus)| entries(corpus)).collect()
}

/// Nothing that the guard looks at.
const PLAIN: [&str; 22] = [
    "git status", "git push origin main", "git commit -m 'fix: a typo'", "ls -la src", "cd ../web", "vim src/main.rs",
    "cat README.md | less", "rg foo src", "echo hi", "mkdir -p a/b", "rm -rf dist", "curl -s localhost",
    "nexus-env use prod", "nexus-env status", "if true; then echo x; fi", "export A=b", "code .", "tail -f log/x.log",
    "A='a b' echo src/x", "cat <in >out/x", "for f in *; do echo $f; done", "A=b B=\"c d\" ls src/",
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

/// Of these lines, those that the shell would ask the program about.
fn asked<'a>(shell: Shell, lines: &[&'a str]) -> BTreeSet<&'a str> {
    let directory = tempfile::tempdir().unwrap();
    let one_each: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(directory.path().join("lines"), one_each).unwrap();
    let code = match shell {
        Shell::Bash | Shell::Bash32 | Shell::Zsh => {
            "n=0; while IFS='' read -r line; do line=${line//\\\\n/$'\\n'}; __nexus_env_listed \"$line\" && echo $n; n=$((n+1)); done <lines\n:\n"
        }
        Shell::Fish => {
            "set n 0; while read -l line; __nexus_env_listed (string split '\\n' -- $line); and echo $n; set n (math $n + 1); end <lines\ntrue\n"
        }
    };
    let told = runs(shell, directory.path(), code);
    told.lines().map(|number| lines[number.parse::<usize>().unwrap()]).collect()
}

#[test]
fn each_shell_asks_about_every_line_that_the_guard_would_stop_and_all_about_the_same_ones() {
    let lines: Vec<(&str, &str)> = corpora().into_iter().filter(|(_, line)| line.is_ascii()).collect();
    assert!(lines.len() > 13_000);
    let texts: Vec<&str> = lines.iter().map(|(_, line)| *line).chain(PLAIN).collect();
    let expected = asked(Shell::Bash, &texts);
    let stopped = lines.iter().filter(|(class, _)| !matches!(*class, "safe" | "mention")).map(|(_, line)| *line);
    let silent: Vec<&str> = stopped.filter(|line| !expected.contains(line)).collect();
    assert!(silent.is_empty(), "no shell would ask about:\n{}", silent.join("\n"));
    let needless: Vec<&&str> = PLAIN.iter().filter(|line| expected.contains(*line)).collect();
    assert!(needless.is_empty(), "{needless:?}");
    for shell in [Shell::Zsh, Shell::Fish] {
        let told = asked(shell, &texts);
        let differ: Vec<&&str> = told.symmetric_difference(&expected).take(20).collect();
        assert!(differ.is_empty(), "{shell}: {differ:#?}");
    }
}
