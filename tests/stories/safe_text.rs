//! What others wrote moves nothing on the terminal, and forges no line of ours.

use std::os::unix::process::CommandExt;

use crate::DEV_AND_PROD;
use crate::world::World;

/// A name that retitles the window, colours, rings, goes back in the line, turns text, and pretends to be a message.
const NAME: &str = "plain\u{1b}]0;title\u{7}\u{1b}[31m\r\u{9b}2K\u{202e}\nnexus-env: forged";
const SHOWN: &str = "plain�]0;title��[31m��2K��nexus-env: forged";

/// No control character but the end of a line, and no line that somebody else made up.
#[track_caller]
fn is_safe(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let obeyed = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
    assert!(!text.contains(obeyed), "{what}: {text:?}");
    assert!(!text.lines().any(|line| line.starts_with("nexus-env: forged")), "{what}: {text}");
}

#[test]
fn a_directorys_name_is_no_command_for_the_terminal() {
    let place = format!("../{NAME}");
    let world = World::with(DEV_AND_PROD).file(&format!("{place}/.nexusenv"), DEV_AND_PROD);
    let directory = world.repo().join(&place).canonicalize().unwrap();
    let said = |words: &[&str]| {
        let output = world.run_in(&directory, words, b"x");
        is_safe(&words.join(" "), &output.stdout);
        is_safe(&words.join(" "), output.stderr.as_bytes());
        (String::from_utf8(output.stdout).unwrap(), output.stderr)
    };
    let lines: [&[&str]; 22] = [
        &["status"],
        &["allow"],
        &["status"],
        &["status", "--json"],
        &["set", "SECRET", "-e", "dev"],
        &["list"],
        &["guard", "explain", "--line", "npx prisma migrate reset"],
        &["guard", "check", "--line", "npx prisma migrate reset", "--json"],
        &["db", "verify"],
        &["doctor"],
        &["doctor", "--json"],
        &["proxy", "status"],
        &["proxy", "up", "-e", "dev"],
        &["ps"],
        &["run", "-e", "prod", "--", "true"],
        &["import", "none.env"],
        &["use", "dev"],
        &["log"],
        &["log", "--json"],
        &["deny"],
        &["run", "--", "true"],
        &["init"],
    ];
    lines.iter().for_each(|words| {
        said(words);
    });
    std::fs::write(directory.join(".nexusenv"), "nonsense = \u{1}\n").unwrap();
    for words in [["status"], ["allow"], ["doctor"], ["list"]] {
        said(&words);
    }
    assert!(said(&["allow", "\u{1b}[1m"]).1.starts_with("nexus-env: there is no `�[1m`\n"));
    std::fs::remove_file(directory.join(".nexusenv")).unwrap();
    std::fs::create_dir(directory.join(".nexusenv")).unwrap();
    // Shown so that it is seen, and spelled so that it can be typed.
    let (_, told) = said(&["list"]);
    assert_eq!(
        told,
        format!(
            "nexus-env: `/home/ada/{SHOWN}/.nexusenv` is no regular file\n\
             hint: ls -ld $'/home/ada/plain\\033]0;title\\007\\033[31m\\015\\302\\2332K\\342\\200\\256\\012nexus-env: forged/.nexusenv' \
             shows what it is\n"
        )
    );
}

#[test]
fn words_from_elsewhere_are_none_either() {
    let world = World::with(DEV_AND_PROD);
    for words in [["run", "-e", NAME, "--", "true"], ["run", "-e", "dev", "--", NAME], ["get", NAME, "-e", "dev", "-q"]]
    {
        let output = world.run(&words);
        is_safe(&words.join(" "), output.stderr.as_bytes());
        assert_ne!(output.status, 0);
    }
    let mut command = world.command("nexus-env", world.repo());
    command.arg0(NAME).args(["use", NAME]);
    is_safe("use", world.finish(command, b"").stderr.as_bytes());
}
