//! What the shell files never use: words that the bash of macOS (3.2) does not know, and settings that are the person's.

use std::fs;
use std::path::{Path, PathBuf};

use super::source::files_below;

/// What bash learnt after 3.2. `PS0` and an array in `PROMPT_COMMAND` do no harm there but do nothing either.
const NEWER_THAN_BASH_3_2: &[(&str, &str)] = &[
    ("declare -A", "4.0"),
    ("typeset -A", "4.0"),
    ("local -A", "4.0"),
    ("local -n", "4.3"),
    ("declare -n", "4.3"),
    ("mapfile", "4.0"),
    ("readarray", "4.0"),
    ("coproc", "4.0"),
    ("|&", "4.0"),
    ("&>>", "4.0"),
    (";;&", "4.0"),
    ("^^}", "4.0"),
    (",,}", "4.0"),
    ("@Q}", "4.4"),
    ("@E}", "4.4"),
    ("@P}", "4.4"),
    ("@A}", "4.4"),
    ("%(", "4.2"),
    ("[[ -v ", "4.2"),
    ("test -v ", "4.2"),
    ("wait -n", "4.3"),
    ("PS0=", "4.4"),
    ("PROMPT_COMMAND+=(", "5.1"),
    ("PROMPT_COMMAND=(", "5.1"),
];

fn shell_files() -> Vec<PathBuf> {
    let files = files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("shell"));
    assert!(files.len() >= 3, "a hook for each of bash, zsh and fish: {files:?}");
    files
}

fn faults(text: &str, words: &[&str]) -> Vec<String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
    lines
        .flat_map(|(number, line)| {
            words.iter().filter(|word| line.contains(**word)).map(move |word| (number + 1, word))
        })
        .map(|(number, word)| format!("line {number}: {word}"))
        .collect()
}

/// Without the lines that say in a comment which bash they are for: what stands before them asks for that version.
fn for_every_version(text: &str) -> String {
    text.lines().map(|line| if line.contains("# bash ") { "\n".into() } else { format!("{line}\n") }).collect()
}

#[test]
fn the_bash_hook_is_written_in_what_macos_ships() {
    let words: Vec<&str> = NEWER_THAN_BASH_3_2.iter().map(|(word, _)| *word).collect();
    for file in shell_files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "bash" || extension == "sh"))
    {
        let text = for_every_version(&fs::read_to_string(&file).unwrap());
        assert_eq!(faults(&text, &words), [""; 0], "{}", file.display());
    }
    assert_eq!(faults("# declare -A\ndeclare -A x\n", &words), ["line 2: declare -A"]);
}

#[test]
fn no_hook_sets_a_trap_or_an_option_of_the_persons() {
    // `setopt` inside a function that began with `emulate -L zsh` ends with it; at the margin it would stay.
    let lasting = ["setopt ", "unsetopt ", "shopt ", "set -e", "set +e", "set -u", "set +u", "IFS="];
    for file in shell_files() {
        // zsh gives the person's DEBUG trap back by itself when the function ends.
        let text = fs::read_to_string(&file).unwrap().replace("trap - DEBUG # until this function ends", "");
        let margin: Vec<&str> = text.lines().filter(|line| lasting.iter().any(|word| line.starts_with(word))).collect();
        assert_eq!(margin, [""; 0], "{}", file.display());
        let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let mut words = code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        assert!(words.all(|word| word != "trap"), "{} sets a trap", file.display());
    }
}

#[test]
fn no_hook_names_a_variable_that_a_shell_keeps() {
    for file in shell_files() {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["local status", "local path", "status=", "path=("] {
            let taken = text.lines().any(|line| line.trim_start().starts_with(word));
            assert!(!taken, "{}: `{word}` is special in zsh", file.display());
        }
    }
}
