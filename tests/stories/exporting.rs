//! `export --format dotenv` and `shell`, read back by the real readers: dotenv for Node, `node --env-file`, shells.

use std::path::Path;
use std::process::Command;

use nexus_env::domain::config::name::VariableName;
use nexus_env::domain::store::dotenv::line::{self, Readers};
use nexus_env::domain::store::dotenv::{self, Dialect};

use crate::DEV_AND_PROD;
use crate::world::{World, program};

/// All short texts of characters that mean something to some reader, and some of every day.
fn values() -> Vec<String> {
    let alphabet = ["a", "'", "\"", "`", "$", "\\", "#", " ", "\n", "="];
    let mut all = vec![String::new()];
    let mut longest = all.clone();
    for _ in 0..3 {
        longest = longest.iter().flat_map(|text| alphabet.map(|character| format!("{text}{character}"))).collect();
        all.extend(longest.iter().cloned());
    }
    all.extend(
        [
            "it's $5 and #1",
            "both ' and \" quotes",
            "run '\" `touch pwned` $(touch pwned)",
            "C:\\new\\",
            "it's C:\\new\\table",
            "$2b$10$abcdefghijklmnopqrstuv",
            "{\"key\": \"it's\"}",
            "-----BEGIN KEY-----\nMII=\nA=b\n-----END KEY-----\n",
            "~/x:~",
            "!history ^y",
            "a&b;c|d>e<f(g)h*i?j[k]{l,m}",
            "ключ it's ‘$x’",
            "=x",
            "export A=1",
            "\tit's\t$x",
        ]
        .map(str::to_owned),
    );
    all
}

/// Of the file and the program's name, what the program found in the variables `V0`, `V1`, …
#[track_caller]
fn read_by(world: &World, name: &str, words: &[&str]) -> Vec<String> {
    let mut command = Command::new(program(name));
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(world.outside("")).args(words);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{name} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name} {words:?}");
    String::from_utf8(output.stdout).unwrap().split('\0').map(str::to_owned).collect()
}

const PRINT: &str = "let i = 0; while (`V${i}` in all) process.stdout.write(`${all[`V${i++}`]}\\0`)";
const SOURCE: &str = "set -u; . ./values.env; i=0; while eval \"[ -n \\\"\\${V$i+x}\\\" ]\"; do eval \"printf '%s\\\\0' \\\"\\$V$i\\\"\"; i=$((i + 1)); done";

/// Whether these readers find what was written for them, and how much of all values that was.
#[track_caller]
fn is_read_alike(readers: Readers, at_least: usize) {
    let world = World::new();
    let (mut text, mut expected) = (String::new(), Vec::new());
    for value in values() {
        let name = VariableName::new(&format!("V{}", expected.len())).unwrap();
        if let Ok(lines) = line::write(readers, &name, value.as_bytes()) {
            text.push_str(&lines);
            expected.push(value);
        }
    }
    assert!(expected.len() * 100 > values().len() * at_least, "{} of {}", expected.len(), values().len());
    expected.push(String::new());
    std::fs::write(world.outside("values.env"), &text).unwrap();
    let parts = concat!(env!("CARGO_MANIFEST_DIR"), "/target/real-parts/tools/node_modules/dotenv");
    assert!(Path::new(parts).exists(), "{parts} is missing; run tests/run");
    let parse = format!("const all = require('{parts}').parse(require('fs').readFileSync('values.env')); {PRINT}");
    let env_file = format!("const all = process.env; {PRINT}");
    for (name, words) in [
        ("node", &["-e", &parse][..]),
        ("node", &["--env-file=values.env", "-e", &env_file]),
        ("sh", &["-c", SOURCE]),
        ("bash", &["-c", SOURCE]),
        ("bash", &["--posix", "-e", "-c", SOURCE]),
        ("zsh", &["-f", "-c", SOURCE]),
    ] {
        let found = read_by(&world, name, words);
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found, expected, "V{at} by {name} {words:?}");
        }
        assert_eq!(found.len(), expected.len(), "{name} {words:?}");
    }
    if readers == Readers::All {
        // As docker's own documentation and reader have it: our grammar of it was compared with the program's once.
        let read = dotenv::parse(Dialect::Docker, text.as_bytes()).unwrap();
        let found: Vec<_> =
            read.entries.iter().filter(|entry| entry.name.as_str() != "_").map(|e| e.value.clone()).collect();
        expected.pop();
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(
                found.expose().escape_ascii().to_string(),
                expected.as_bytes().escape_ascii().to_string(),
                "V{at}"
            );
        }
        assert_eq!(found.len(), expected.len());
    }
    assert!(!world.outside("pwned").exists(), "a value was run");
}

#[test]
fn every_reader_of_a_dotenv_file_finds_the_same_values() {
    // Only what needs quotes is refused: several lines, a `#`, a quote or a blank at an end.
    is_read_alike(Readers::All, 20);
}

#[test]
fn node_and_shells_find_the_same_values_also_where_docker_would_not() {
    // Only what needs all three quotes, or several lines beside them, is refused.
    is_read_alike(Readers::AllButDocker, 70);
}

#[test]
fn what_a_reader_would_change_is_refused_by_name() {
    let node = "a .env file that Node and a shell read alike";
    let no_file = "nexus-env export --format json, or nexus-env run -- COMMAND, which needs no file";
    for (value, format, place, holds, hint) in [
        (&b"a\rb"[..], "dotenv", node, "a carriage return", no_file),
        (b"\xff", "dotenv", node, "bytes that are no UTF-8", no_file),
        (
            b"it's\n$x",
            "dotenv",
            node,
            "more than one line, with quotes or other characters that a shell replaces",
            no_file,
        ),
        (b"one\ntwo", "docker", "docker's --env-file", "more than one line", no_file),
    ] {
        let world = World::with(DEV_AND_PROD).secret("dev", "TOKEN", value);
        let refused = world.run(&["export", "--format", format]).ends_with_status(1).prints("");
        refused.says(&format!("nexus-env: `TOKEN` cannot stand in {place}: it holds {holds}\nhint: {hint}\n"));
    }
}

#[test]
fn an_exported_file_is_imported_as_it_was() {
    let value = "it's \"$5\" and #1";
    let world = World::with(DEV_AND_PROD).secret("dev", "PRICE", value);
    let exported = world.run(&["export", "--format", "dotenv"]).succeeds();
    let world = world.file("../values.env", exported.stdout);
    world.run(&["import", "../values.env"]).succeeds().says(
        "nexus-env: dev took `NODE_ENV`\nnexus-env: dev has already `PRICE`\n\
         nexus-env: the plain value of `NODE_ENV`, in `.nexusenv` or `.nexusenv.local`, wins until that line goes\n\
         nexus-env: `../values.env` still holds these values in clear; delete it: rm -- ../values.env\n",
    );
}

#[test]
fn shell_lines_give_every_byte_back() {
    let value = b"it's $5 `x` \\ \"\n\n\xff\xfe!\n";
    let world = World::with(DEV_AND_PROD).secret("dev", "VALUE", [&value[..], b"\n"].concat());
    let lines = world.run(&["export", "--format", "shell"]).succeeds();
    std::fs::write(world.outside("lines"), lines.stdout).unwrap();
    for shell in ["sh", "bash", "zsh"] {
        let mut command = Command::new(program(shell));
        command.current_dir(world.outside("")).args(["-c", "eval \"$(cat lines)\"; printf %s \"$VALUE\""]);
        let output = command.output().unwrap();
        assert_eq!(output.stdout.escape_ascii().to_string(), value.escape_ascii().to_string(), "{shell}");
    }
}

#[test]
fn a_value_goes_to_the_clipboard_through_stdin_alone() {
    let world = World::with(DEV_AND_PROD).secret("dev", "TOKEN", "hunter2 two");
    world.run(&["get", "TOKEN", "--copy"]).ends_with_status(1).prints("").says(
        "nexus-env: there is no clipboard here: no display with wl-copy, xclip or xsel, and no terminal\n\
         hint: nexus-env get TOKEN -e dev\n",
    );
    let mut session = world.enter(crate::world::shell::Shell::Bash);
    let sentence = "nexus-env: copied `TOKEN` of dev to the clipboard, by the terminal (OSC 52), if it allows that; nothing clears it there, so copy something else afterwards";
    session.types("nexus-env get TOKEN --copy").prints(sentence);
    drop(session);
    let world = world
        .program("wl-copy", "#!/bin/sh\ncat > copied; echo \"$*\" > words\n")
        .variable("WAYLAND_DISPLAY", "wayland-0");
    world.run(&["get", "TOKEN", "--copy"]).succeeds().prints("").says(
        "nexus-env: copied `TOKEN` of dev to the clipboard, by wl-copy; nothing clears it there, so copy something else afterwards\n",
    );
    let of = |name: &str| std::fs::read_to_string(world.repo().join(name)).unwrap();
    assert_eq!((of("copied"), of("words")), ("hunter2 two".to_owned(), "\n".to_owned()));
}
