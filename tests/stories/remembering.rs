//! `log`: what it shows, what it never holds, and that no decision hangs on it.

use std::os::unix::process::CommandExt;

use crate::pausing::{DEV, PROD, logged, world};
use crate::world::shell::stories;
use crate::world::{Shell, World};

fn log_file(world: &World) -> std::path::PathBuf {
    world.home().join(".local/state/nexus-env/audit.log")
}

stories! {
    fn questions_and_their_answers_are_remembered(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.types("nexus-env use prod");
        session.answers("npx prisma db execute --stdin", "to go on: ", "prod").ends_with_status(0);
        session.answers("npx prisma db execute --stdin", "to go on: ", "no").ends_with_status(3);
        session.answers("nexus-env use prod --write --for 5m", "read-only: ", "prod").ends_with_status(0);
        session.types("nexus-env run -- sh -c 'echo hunter2'");
        assert_eq!(logged(&world), "\
selected prod - for 30m, read-only
confirmed prod prisma db execute -
not-confirmed prod prisma db execute -
write-granted prod - -
selected prod - for 5m, read-write
ran prod sh -
");
        assert!(!std::fs::read_to_string(log_file(&world)).unwrap().contains("hunter2"));
    }
}

#[test]
fn a_table_newest_last_says_where_it_is_kept() {
    let world = world();
    world
        .run(&["log"])
        .succeeds()
        .prints("")
        .says("nexus-env: the log has nothing to show: /home/ada/.local/state/nexus-env/audit.log\n");
    let world = world.variable("DATABASE_URL", PROD);
    world.run(&["run", "-e", "prod", "--", "npx", "prisma", "migrate", "reset", "--force"]).ends_with_status(3);
    world.run(&["run", "-e", "prod", "true"]).succeeds();
    let output =
        world.run(&["log"]).succeeds().says("nexus-env: 2 of 2 entries: /home/ada/.local/state/nexus-env/audit.log\n");
    let text = String::from_utf8(output.stdout).unwrap();
    let without_time: Vec<&str> = text.lines().map(|line| &line[12..]).collect();
    assert_eq!(
        without_time,
        [
            "  blocked  prod  prisma migrate reset · protected · in repo, through",
            "                 run",
            "  ran      prod  true · in repo, through run",
        ]
    );
    world.run(&["log", "-n", "1"]).says("nexus-env: 1 of 2 entries: /home/ada/.local/state/nexus-env/audit.log\n");
    world.run(&["log", "-e", "dev"]).prints("");
    world
        .run(&["log", "--since", "1h", "-e", "prod"])
        .says("nexus-env: 2 of 2 entries: /home/ada/.local/state/nexus-env/audit.log\n");
    world.run(&["log", "--since", "1d"]).ends_with_status(2);
    std::fs::write(log_file(&world), format!("{}{{\"time\":\"2", std::fs::read_to_string(log_file(&world)).unwrap()))
        .unwrap();
    world.run(&["log"]).says(
        "nexus-env: 1 torn line was skipped\nnexus-env: 2 of 2 entries: /home/ada/.local/state/nexus-env/audit.log\n",
    );
}

/// A file that may not grow, as under `ulimit -f 0`: the kernel would end the program by a signal.
#[test]
fn a_full_disk_changes_no_decision() {
    let world = world();
    // What is made once is there already.
    world.run(&["run", "-e", "dev", "true"]).succeeds();
    let limited = |words: &[&str]| {
        let mut command = world.command("nexus-env", world.repo());
        command.args(words);
        let limit = || {
            let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            // SAFETY: setrlimit(2) with a valid structure, between fork and exec.
            match unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const none) } {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        };
        // SAFETY: as above, nothing but a system call.
        unsafe { command.pre_exec(limit) };
        world.finish(command, b"")
    };
    let output = limited(&["run", "-e", "prod", "--", "npx", "prisma", "migrate", "dev"]).ends_with_status(3);
    assert!(
        output.stderr.starts_with("nexus-env: blocked: prisma migrate dev would write to prod\n"),
        "{}",
        output.stderr
    );
    assert_eq!(
        output.stderr.lines().last(),
        Some(
            "nexus-env: this could not be written to the log `/home/ada/.local/state/nexus-env/audit.log`: file too large"
        )
    );
    limited(&["run", "-e", "prod", "--", "true"]).succeeds();
    limited(&["run", "-e", "dev", "--", "npx", "prisma", "migrate", "dev"]).succeeds().says("");
}

#[test]
fn a_link_in_its_place_is_not_followed_and_changes_no_decision() {
    let world = world();
    let other = world.outside("other");
    std::fs::write(&other, "mine\n").unwrap();
    let _ = std::fs::remove_file(log_file(&world));
    std::os::unix::fs::symlink(&other, log_file(&world)).unwrap();
    let output = world.run(&["run", "-e", "prod", "--", "npx", "prisma", "migrate", "dev"]).ends_with_status(3);
    assert_eq!(
        output.stderr.lines().last(),
        Some(
            "nexus-env: this could not be written to the log `/home/ada/.local/state/nexus-env/audit.log`: it is a symbolic link"
        )
    );
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine\n");
    world.run(&["log"]).ends_with_status(1).says(
        "nexus-env: `/home/ada/.local/state/nexus-env/audit.log` cannot be read: it is a symbolic link\n\
         hint: ls -l /home/ada/.local/state/nexus-env/audit.log shows what is in the way\n",
    );
}

#[test]
fn many_programs_at_once_lose_no_line() {
    let world = world();
    let start = |_| {
        let mut command = world.command("nexus-env", world.repo());
        command.args(["run", "-e", "prod", "true"]).spawn().unwrap()
    };
    let children: Vec<_> = (0..24).map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(logged(&world).lines().filter(|line| line.starts_with("ran prod true")).count(), 24);
}

#[test]
fn what_is_harmless_leaves_no_line() {
    let world = world();
    let mut session = world.enter(Shell::Bash);
    session.types("npx --version; npx prisma generate");
    session.types(&format!("DATABASE_URL={DEV} npx prisma migrate dev")).ends_with_status(0);
    world.run(&["run", "--", "npx", "prisma", "migrate", "dev"]).succeeds();
    world.run(&["guard", "check", "--", "npx", "prisma", "migrate", "dev"]);
    assert_eq!(logged(&world), "");
}
