//! The tour checks each of its own steps; here it is taken in each shell, beside a Node that does not start, and what it leaves
//! behind is looked for.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use crate::world::shell::stories;
use crate::world::{Shell, World};

/// A tour takes the port that a team would take. Two at once would meet on it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

stories! {
    fn it_ends_well_and_leaves_nothing_behind(shell) {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let world = World::new();
        let before = everything_below(world.home());
        let told = world.run(&["tour", "--shell", shell.name()]).succeeds().prints("");
        for step in ["made your identity", "(not shown): ••••••••", "nexus-env: dev · DATABASE_URL and 1 more", "ran on acme",
            "nexus-env: blocked: prisma migrate dev would write to prod", "nexus-env: prod until 15:42 · read-only",
            "nexus-env: blocked: prisma migrate reset would erase prod", "is removed again"]
        {
            assert!(told.stderr.contains(step), "{step} is missing in\n{}", told.stderr);
        }
        assert!(!told.stderr.contains("prod-password"), "{}", told.stderr);
        // What the shell's own editor draws is not shown.
        assert!(!told.stderr.contains('⏎') && !told.stderr.contains("> npx"), "{}", told.stderr);
        assert_eq!(everything_below(world.home()), before);
        assert_eq!(everything_below(&world.temporary()), BTreeSet::new());
    }
}

#[test]
fn it_does_not_mind_what_node_there_is() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // Everything that the shells need, and a Node that does not start: a version manager's shim, say.
    let world = World::new();
    let tools = world.outside("tools");
    fs::create_dir(&tools).unwrap();
    for name in ["bash", "cat", "env", "grep", "sh", "mkdir", "rm"] {
        let real =
            ["/bin", "/usr/bin"].map(|directory| Path::new(directory).join(name)).into_iter().find(|p| p.exists());
        std::os::unix::fs::symlink(real.unwrap(), tools.join(name)).unwrap();
    }
    for name in ["node", "npm", "npx"] {
        fs::write(tools.join(name), "#!/bin/sh\nexit 127\n").unwrap();
        fs::set_permissions(tools.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let world = world.variable("PATH", tools.display().to_string());
    let program = env!("CARGO_BIN_EXE_nexus-env");
    let output = std::process::Command::new(program)
        .args(["tour", "--shell", Shell::Bash.name()])
        .env_clear()
        .envs(world.variables())
        .current_dir(world.home())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("It needs no Node"), "{told}");
    assert!(told.contains("(stand-in) prisma migrate dev ran on acme-480610:us-central1:nexusdev-v2"), "{told}");
    assert!(told.contains("blocked: prisma migrate dev would write to prod"), "{told}");
}

#[test]
fn a_reader_who_goes_early_leaves_nothing_behind_either() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let world = World::new();
    let mut command = world.command("nexus-env", world.home());
    let mut tour = command.args(["tour", "--shell", "bash"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(tour.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("A scratch repository in /"), "{line}");
    assert_eq!(tour.wait().unwrap().code(), Some(1));
    assert_eq!(fs::read_dir(world.temporary()).unwrap().count(), 0);
}

#[test]
fn a_shell_that_is_not_there_is_named() {
    let world = World::new().variable("PATH", "/nonexistent");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_nexus-env"))
        .args(["tour", "--shell", "fish"])
        .env_clear()
        .envs(world.variables())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "nexus-env: `fish` is not installed here\nhint: nexus-env tour --shell bash, zsh or fish, whichever you have\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

fn everything_below(directory: &Path) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            all.extend(everything_below(&entry.path()));
        }
        all.insert(entry.path());
    }
    all
}
