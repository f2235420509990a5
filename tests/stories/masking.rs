//! `run` where its output is kept: stored values are replaced, nothing is delayed, and how the command ends is how `run` does.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use crate::world::World;
use crate::world::shell::Shell;
use crate::{DEV_AND_PROD, DEV_URL};

fn world() -> World {
    World::with(DEV_AND_PROD)
        .secret("dev", "DATABASE_URL", DEV_URL)
        .secret("dev", "PIN", "1234")
        .secret("dev", "TOKEN", "to ken/1")
}

#[test]
fn stored_values_are_replaced_in_each_of_their_forms() {
    let world = world();
    let script = "echo $DATABASE_URL; echo ${DATABASE_URL%@*} >&2; echo hunter2-dev; echo $PIN; \
                  printf %s hunter2-dev | base64; echo 'x?t=to%20ken%2F1&u=to+ken%2F1'; printf 'hunter2-'; printf 'dev\\nhunter2-d'";
    world
        .run(&["run", "--", "sh", "-c", script])
        .succeeds()
        .prints("•••\n•••\n1234\n•••=\nx?t=•••&u=•••\n•••\nhunter2-d")
        .says("postgresql://postgres:•••\n");
    world.run(&["run", "--no-mask", "--", "sh", "-c", "echo $TOKEN"]).succeeds().prints("to ken/1\n");
}

#[test]
fn both_streams_into_one_file_keep_their_order() {
    let world = world();
    let mut command = world.command("sh", world.repo());
    command.args(["-c", "nexus-env run -- sh -c 'echo a; echo hunter2-dev >&2; echo b; echo c >&2' > out 2>&1"]);
    world.finish(command, b"").succeeds();
    assert_eq!(std::fs::read_to_string(world.repo().join("out")).unwrap(), "a\n•••\nb\nc\n");
}

#[test]
fn a_line_comes_when_it_is_written_and_what_stays_behind_goes_on() {
    let world = world();
    let mut command = world.command("nexus-env", world.repo());
    let script = "echo first; read x; (read y < go; echo hunter2-dev) & echo second $x";
    std::process::Command::new("mkfifo").arg(world.repo().join("go")).status().unwrap();
    let mut child = command
        .args(["run", "--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "first");
    child.stdin.take().unwrap().write_all(b"word\n").unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "second word");
    assert!(child.wait().unwrap().success(), "it ends with its command, not with what that left running");
    std::fs::write(world.repo().join("go"), "\n").unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "•••");
    assert!(lines.next().is_none());
}

#[test]
fn status_and_signals_are_the_commands_own() {
    let world = world();
    for (script, code, signal) in [
        ("exit 7", Some(7), None),
        ("kill -TERM $$", None, Some(15)),
        // What is sent to `run` comes to the command.
        ("sleep 60 >/dev/null & trap 'kill $!; exit 9' TERM; kill -TERM $PPID; wait", Some(9), None),
        ("sleep 60 >/dev/null & trap 'kill $!; exit 8' INT; kill -INT $PPID; wait", Some(8), None),
    ] {
        let mut command = world.command("nexus-env", world.repo());
        let output = command.args(["run", "--", "sh", "-c", script]).output().unwrap();
        assert_eq!((output.status.code(), output.status.signal()), (code, signal), "{script}");
    }
}

/// Until it has become the command, the new process has this program's handlers.
#[test]
#[cfg(target_os = "linux")]
fn what_ends_the_command_before_it_has_begun_ends_it() {
    let world = world();
    let mut command = world.command("strace", world.repo());
    let words = ["-f", "-qq", "-o", "/dev/null", "--trace=?dup2,dup3", "--inject=?dup2,dup3:signal=INT:when=1"];
    let output = command.args(words).args(["nexus-env", "run", "--", "true"]).output().unwrap();
    assert_eq!(output.status.signal(), Some(libc::SIGINT), "{output:?}");
}

#[test]
fn a_reader_that_goes_early_ends_the_command() {
    let world = world();
    let mut command = world.command("sh", world.repo());
    command.args(["-c", "nexus-env run -- sh -c 'while echo y; do :; done; echo $? > ended' | head -1"]);
    world.finish(command, b"").succeeds().prints("y\n");
}

#[test]
fn on_a_terminal_it_becomes_the_command() {
    let world = world();
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env run -- sh -c 'test $PPID = '$$' && echo $TOKEN'").prints("to ken/1");
}
