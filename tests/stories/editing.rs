//! `edit`: the person's own editor, a text in memory alone, and only what changed is stored.

use std::path::PathBuf;

use crate::world::World;
use crate::world::shell::Shell;
use crate::{DEV_AND_PROD, DEV_URL};

/// An editor that shows what it was given, and saves what stands in `next`.
const EDITOR: &str = "#!/bin/sh\nfor file; do :; done\ncp \"$file\" seen.$(ls seen.* 2>/dev/null | wc -l)\nstat -c '%a %n' \"$file\" \"${file%/*}\" > modes\n\
                      [ -e next ] && cat next > \"$file\"; [ -e after ] && mv after next; exit $(cat status 2>/dev/null || echo 0)\n";

fn world(memory: &tempfile::TempDir) -> World {
    World::with(DEV_AND_PROD)
        .secret("dev", "DATABASE_URL", DEV_URL)
        .secret("dev", "TOKEN", "it's \"one\"\ntwo $x")
        .program("ed", EDITOR)
        .variable("VISUAL", "ed -s")
        .variable("XDG_RUNTIME_DIR", memory.path().to_str().unwrap())
}

#[track_caller]
fn holds(world: &World, name: &str, value: &str) {
    let got = world.run(&["get", name]).succeeds();
    assert_eq!(String::from_utf8_lossy(&got.stdout), value);
}

/// A place in memory that is the story's own.
fn memory() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("nexus-env-story-").tempdir_in("/dev/shm").unwrap()
}

fn desks(memory: &tempfile::TempDir) -> Vec<PathBuf> {
    let all = std::fs::read_dir(memory.path()).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("nexus-env-edit-")))
        .collect()
}

#[test]
fn what_changed_is_stored_and_nothing_else() {
    let memory = memory();
    let world = world(&memory);
    let store = || std::fs::read_to_string(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    let before = store();
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env edit").prints("nexus-env: nothing was changed").ends_with_status(0);
    assert_eq!(store(), before);
    let shown = std::fs::read_to_string(world.repo().join("seen.0")).unwrap();
    assert_eq!(
        shown,
        "# The secrets of dev, in clear while this is open. A line that is gone removes its secret.\n\
         # NAME=value, or 'value', or \"value\" with \\n \\t \\\" \\\\ \\$ in it; quoted, it may have several lines.\n\
         DATABASE_URL=postgresql://postgres:hunter2-dev@127.0.0.1:5433/nexus_db\n\
         TOKEN=\"it's \\\"one\\\"\\ntwo \\$x\"\n"
    );
    let modes = std::fs::read_to_string(world.repo().join("modes")).unwrap();
    let modes: Vec<&str> = modes.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(modes, ["600", "700"]);
    world.writes("next", shown.replace("TOKEN=\"it's", "NEW='a b'\nTOKEN=\"its").replace("DATABASE_URL=", "# "));
    session.types("nexus-env edit").prints(
        "nexus-env: dev took `NEW`\nnexus-env: dev replaced `TOKEN`\nnexus-env: dev no longer has `DATABASE_URL`\nnexus-env: dev · NEW and 2 more",
    );
    holds(&world, "NEW", "a b");
    holds(&world, "TOKEN", "its \"one\"\ntwo $x");
    world.writes("status", "3");
    session
        .types("nexus-env edit")
        .prints("nexus-env: `ed` ended with exit status 3, and nothing was changed")
        .ends_with_status(1);
    assert_eq!(desks(&memory), Vec::<PathBuf>::new());
}

#[test]
fn a_text_that_is_not_understood_is_opened_again_as_it_was_left() {
    let memory = memory();
    let world = world(&memory);
    let mut session = world.enter(Shell::Bash);
    world.writes("next", "DATABASE_URL=nowhere\nTOKEN='x\n");
    world.writes("after", "DATABASE_URL=nowhere\nTOKEN='x'\n");
    session.presses("nexus-env edit\r");
    session.shows("line 2: the quote that begins here never ends\r\npress Enter to edit it again, or type q to leave all as it was: ");
    session.presses("\r");
    session.shows("nexus-env: the value of `DATABASE_URL` is no database URL, and nothing was stored\r\npress Enter");
    session.presses("q\r");
    session.returns().ends_with_status(1);
    assert_eq!(std::fs::read_to_string(world.repo().join("seen.1")).unwrap(), "DATABASE_URL=nowhere\nTOKEN='x\n");
    holds(&world, "TOKEN", "it's \"one\"\ntwo $x");
    assert_eq!(desks(&memory), Vec::<PathBuf>::new());
}

#[test]
fn nothing_lies_there_after_it_was_killed() {
    let memory = memory();
    let world = world(&memory).program("ed", "#!/bin/sh\necho ready; kill -9 $PPID; exec sleep 60\n");
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env edit").ends_with_status(137);
    // Who clears away is another process.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !desks(&memory).is_empty() {
        assert!(std::time::Instant::now() < until, "{:?}", desks(&memory));
        std::thread::yield_now();
    }
}

#[test]
fn what_was_left_of_one_that_was_killed_is_cleared_away_by_the_next() {
    let memory = memory();
    let world = world(&memory);
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let left = ["nexus-env-edit-00000001", "nexus-env-edit-00000002", "nexus-env-edit-00000003"];
    let left = left.map(|name| memory.path().join(name));
    for directory in &left {
        std::fs::create_dir(directory).unwrap();
        std::fs::write(directory.join("secrets.env"), "TOKEN=left\n").unwrap();
    }
    let [_, used, _] = left.each_ref().map(|directory| std::fs::File::open(directory).unwrap());
    for old in &left[..2] {
        std::fs::File::open(old).unwrap().set_modified(long_ago).unwrap();
    }
    rustix::fs::flock(&used, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env edit").prints("nexus-env: nothing was changed");
    // One is in use, and one may be in a moment.
    let mut stays = desks(&memory);
    stays.sort();
    assert_eq!(stays, left[1..]);
}

#[test]
fn it_needs_a_person() {
    let memory = memory();
    let world = world(&memory);
    world
        .run(&["edit"])
        .ends_with_status(3)
        .prints("")
        .says("nexus-env: `edit` needs a person at a terminal\nhint: some-command | nexus-env set NAME -e dev\n");
    let world = world.variable("CLAUDECODE", "1");
    world.run(&["edit", "-e", "prod"]).ends_with_status(3).prints("").says(
        "nexus-env: `edit` of prod is not for a coding agent (CLAUDECODE)\nhint: a person types it in a shell of their own\n",
    );
    let world = self::world(&memory).variable("VISUAL", "emacs-that-is-not-there");
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env edit").prints(
        "nexus-env: there is no editor `emacs-that-is-not-there`\nhint: EDITOR=nano nexus-env edit, or whichever you have",
    );
}
