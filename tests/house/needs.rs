//! What the tests start, `tests/run` installs: a machine that has it already, as CI's own image does, would not show what
//! is missing there.

use std::collections::BTreeSet;
use std::path::Path;

use super::source;

/// Of every Debian, or the tests' own.
const THERE: &[&str] = &["nexus-env", "sh", "true", "mkfifo", "env", "cat", "sleep", "cp", "id"];

/// Comes in the package of the other.
const BESIDE: &[(&str, &str)] =
    &[("age-keygen", "age"), ("psql", "postgresql"), ("ssh", "ssh-keygen"), ("npx", "npm"), ("fish_indent", "fish")];

/// The programs that a test's text starts by name.
fn started(text: &str) -> BTreeSet<String> {
    let starts = ["Command::new(\"", ".command(\"", " program(\"", "(program(\"", "::program(\"", "names_of(\""];
    let rest = starts.iter().flat_map(|start| text.split(start).skip(1));
    rest.filter_map(|rest| rest.split('"').next()?.rsplit('/').next()).map(str::to_owned).collect()
}

#[test]
fn what_the_tests_start_is_installed_by_the_test_command() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let command = std::fs::read_to_string(root.join("tests/run")).expect("tests/run");
    let files = source::files_below(&root.join("tests"));
    let texts = files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    let names: BTreeSet<String> =
        texts.flat_map(|file| started(&std::fs::read_to_string(file).expect("a test's text"))).collect();
    assert!(names.contains("direnv") && names.contains("sshd"), "{names:?}");
    let package = |name: &str| {
        BESIDE.iter().find(|(beside, _)| *beside == name).map_or(name.to_owned(), |(_, p)| (*p).to_owned())
    };
    let known = |name: &str| command.split_whitespace().any(|word| word.rsplit('/').next() == Some(name));
    let missing: Vec<&String> =
        names.iter().filter(|name| !THERE.contains(&name.as_str()) && !known(&package(name))).collect();
    assert!(missing.is_empty(), "tests/run does not look for {missing:?}");
}
