//! `guard pause`, the way out, and `log`, which remembers that it was taken.

use crate::world::shell::stories;
use crate::world::{Shell, World};

/// Nothing listens on port 1, and the user's name tells prod.
pub const GUARDED: &str = r#"
id = "9f3k2v7m4q8x1c5b"
default = "dev"
[env.dev.vars]
NODE_ENV = "development"
[env.dev.match]
users = ["dev"]
[env.prod.vars]
NODE_ENV = "production"
[env.prod.match]
users = ["prod"]
"#;
pub const DEV: &str = "postgresql://dev:hunter2-dev@127.0.0.1:1/nexus_db";
pub const PROD: &str = "postgresql://prod:hunter2-prod@127.0.0.1:1/nexus_db";

pub fn world() -> World {
    World::with(GUARDED)
        .secret("dev", "DATABASE_URL", DEV)
        .secret("prod", "DATABASE_URL", PROD)
        .program("npx", "#!/bin/sh\necho ran: \"$@\"\n")
}

/// The log as `event environment command detail`, one a line.
pub fn logged(world: &World) -> String {
    let output = world.run(&["log", "--json"]).succeeds();
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let entries = object["entries"].as_array().unwrap();
    let line = |entry: &serde_json::Value| {
        let text = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {}\n", text("event"), text("environment"), text("command"), text("detail"))
    };
    entries.iter().map(line).collect()
}

const ASKS: &str = "nexus-env: type prod to pause the guard on prod for 10m: ";
const PAUSED: &str = "\
nexus-env: the guard is paused on prod until 15:42, in all your shells here
hint: nexus-env guard resume ends it; nexus-env log shows what it let through
nexus-env: write access to prod takes nexus-env use prod --write, as before";

stories! {
    fn a_pause_lets_everything_through_says_so_and_is_remembered(shell) {
        let world = world();
        let mut session = world.enter(shell);
        let mut other = world.enter(shell);
        session.types("nexus-env use prod");
        session.types("npx prisma migrate dev").ends_with_status(3);
        assert!(session.said().text.starts_with("nexus-env: blocked: prisma migrate dev would write to prod\n"), "{}", session.said().text);
        session.answers("nexus-env guard pause", "10m: ", "prod").prints(&format!("{ASKS}prod\n{PAUSED}")).ends_with_status(0);
        session.types("npx prisma migrate dev").prints(
            "nexus-env: guard is paused until 15:42: prisma migrate dev runs on prod\nran: prisma migrate dev");
        session.types("nexus-env guard check -- npx prisma db push").prints("nexus-env: allowed: paused: prisma db push on prod");
        session.types("nexus-env prompt").prints("prod 30m paused 10m");
        session.types("nexus-env status");
        assert!(session.said().text.contains("guard        PAUSED on prod · 10m left · nexus-env guard resume ends it\n"), "{}", session.said().text);
        // Another shell of the same person: the same way out.
        other.types("nexus-env prompt").prints("dev paused 10m");
        let beside = if shell == Shell::Fish { "env" } else { "" };
        other.types(&format!("{beside} DATABASE_URL={PROD} nexus-env guard check -- npx prisma db push")).ends_with_status(0);
        // A coding agent is not let through by it.
        other.types(&format!("{beside} CLAUDECODE=1 DATABASE_URL={PROD} nexus-env guard check -- npx prisma db push")).ends_with_status(3);
        session.types("nexus-env guard resume").prints("nexus-env: the guard stands again on prod");
        session.types("npx prisma migrate dev").ends_with_status(3);
        session.types("nexus-env guard resume").prints("nexus-env: the guard was not paused here");
        assert_eq!(logged(&world), "\
selected prod - for 30m, read-only
blocked prod prisma migrate dev -
paused prod - for 10m
let-through prod prisma migrate dev -
resumed prod - -
blocked prod prisma migrate dev -
");
        let log = std::fs::read_to_string(world.home().join(".local/state/nexus-env/audit.log")).unwrap();
        assert!(!log.contains("hunter2"), "{log}");
    }

    fn it_ends_by_itself(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.types("nexus-env use prod");
        session.answers("nexus-env guard pause --for 1s", "1s: ", "prod").ends_with_status(0);
        // Each line is a full turn of the shell, so nothing here waits for time itself.
        let deadline = std::time::Instant::now() + crate::world::PATIENCE;
        while session.types("npx prisma migrate dev").status != 3 {
            assert!(std::time::Instant::now() < deadline, "the pause does not end");
        }
        assert!(session.said().text.contains("would write to prod"), "{}", session.said().text);
        session.types("nexus-env prompt").prints("prod 30m");
    }

    fn another_word_pauses_nothing(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.answers("nexus-env guard pause", "10m: ", "yes").prints(&format!(
            "{ASKS}yes\nnexus-env: `guard pause` was not confirmed, nothing changed")).ends_with_status(3);
        session.types(&format!("echo {PROD} | tr a-z a-z >/dev/null; DATABASE_URL={PROD} npx prisma db push")).ends_with_status(3);
        session.types("nexus-env guard pause --for 2h").prints(
            "nexus-env: the guard is paused for 1h at most\nhint: nexus-env guard pause --for 1h, and again when that is over")
            .ends_with_status(2);
    }
}

#[test]
fn neither_a_pipe_nor_a_coding_agent_pauses_the_guard() {
    let alone = world();
    alone
        .run_with_input(&["guard", "pause", "-e", "prod"], b"prod\n")
        .ends_with_status(3)
        .says("nexus-env: `guard pause` needs a person at a terminal\n");
    let mut session = alone.enter(Shell::Bash);
    session
        .types("AI_AGENT=x nexus-env guard pause")
        .prints("nexus-env: `guard pause` is not for a coding agent (AI_AGENT)\nhint: a person types it in a shell of their own")
        .ends_with_status(3);
    assert_eq!(logged(&alone), "");
}

#[test]
fn a_file_of_the_repository_pauses_nothing() {
    let world = world();
    let mut session = world.enter(Shell::Bash);
    session.answers("nexus-env guard pause", "10m: ", "prod").ends_with_status(0);
    let file = world.home().join(".local/state/nexus-env/pauses/9f3k2v7m4q8x1c5b.prod");
    let text = std::fs::read(&file).unwrap();
    let check =
        ["guard", "check", "--line", "DATABASE_URL=postgresql://prod:x@127.0.0.1:1/nexus_db npx prisma db push"];
    world.run(&check).ends_with_status(0);
    std::fs::remove_file(&file).unwrap();
    world.run(&check).ends_with_status(3);
    for place in
        [".nexusenv.d/pauses/9f3k2v7m4q8x1c5b.prod", "pauses/9f3k2v7m4q8x1c5b.prod", ".local/state/nexus-env/pauses/x"]
    {
        world.writes(place, &text);
    }
    world.run(&check).ends_with_status(3);
    // A link to a file that is otherwise right is none either.
    std::os::unix::fs::symlink(world.repo().join("pauses/9f3k2v7m4q8x1c5b.prod"), &file).unwrap();
    world.run(&check).ends_with_status(3);
}
