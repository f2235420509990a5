//! A guard that cannot do its work: what a rule names is blocked with one sentence that says how to get out, and
//! everything else runs as it always did. A stand-in breaks down in place of the program.

use std::os::unix::fs::PermissionsExt;

use crate::pausing::{DEV, world};
use crate::world::shell::stories;
use crate::world::{Shell, World};

/// The world's shells with a guard that does this when it is asked; loading works.
fn broken(shell: Shell, script: &str) -> World {
    let world = world();
    std::fs::write(world.home().join(".config/nexus-env/config.toml"), "[shell]\nline = false\n").unwrap();
    let stand_in = world.outside("nexus-env");
    let text = format!(
        "#!/bin/sh\ncase $1 in\n__guard) {script} ;;\n*) exec {} \"$@\" ;;\nesac\n",
        env!("CARGO_BIN_EXE_nexus-env")
    );
    std::fs::write(&stand_in, text).unwrap();
    std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = stand_in.display().to_string();
    world.after_hook(&shell.sets("__nexus_env_bin", &path))
}

stories! {
    fn a_guard_that_is_killed_or_crashes_blocks(shell) {
        for (signal, status) in [("KILL", 137), ("SEGV", 139), ("ABRT", 134), ("TERM", 143)] {
            let world = broken(shell, &format!("kill -{signal} $$"));
            let mut session = world.enter(shell);
            session.types("npx prisma migrate dev").ends_with_status(3);
            let said = session.said().text.clone();
            assert!(said.contains(&format!(
                "nexus-env: blocked: the guard gave no answer (status {status}), so `npx` did not run\n\
                 hint: nexus-env status, or `command npx …` to go without the guard"
            )), "{signal}: {said}");
            let said = session.types("npx --version; npx eslint .").text.clone();
            assert!(said.contains("ran: --version\n") && said.contains("ran: eslint ."), "{said}");
            session.types("command npx prisma migrate dev").prints("ran: prisma migrate dev");
        }
    }

    fn a_guard_that_hangs_is_broken_off_by_the_person_and_nothing_runs(shell) {
        let world = broken(shell, "echo waiting >&2; read -r _ <~/fifo");
        let mut session = world.enter(shell);
        session.types(&format!("mkfifo {}/fifo", world.home().display()));
        session.presses("npx prisma migrate dev\r");
        session.shows("waiting\r\n");
        session.presses("\u{3}");
        assert!(!session.returns().text.contains("ran:"), "{}", session.said().text);
        session.types("echo on").prints("on");
    }

    fn a_program_that_cannot_be_started_blocks(shell) {
        let world = broken(shell, "exit 0");
        let mut session = world.enter(shell);
        session.settles();
        let stand_in = world.outside("nexus-env");
        std::fs::write(&stand_in, "\u{7f}no program").unwrap();
        session.types("npx prisma migrate dev").ends_with_status(3);
        assert!(session.types("npx eslint .").text.ends_with("ran: eslint ."));
        std::fs::remove_file(&stand_in).unwrap();
        std::fs::create_dir(&stand_in).unwrap();
        session.types("npx prisma migrate dev").ends_with_status(3);
        assert!(!session.said().text.contains("ran:"), "{}", session.said().text);
        assert!(session.types("npx eslint .").text.ends_with("ran: eslint ."));
    }
}

/// `guard check` and `run` judge by themselves, without a shell's function to fall back on.
#[test]
fn without_a_shell_a_broken_configuration_blocks_what_a_rule_names_and_runs_the_rest() {
    let world = world();
    let check = |line: &str| world.run(&["guard", "check", "--line", line]).status;
    assert_eq!((check(&format!("DATABASE_URL={DEV} npx prisma migrate dev")), check("npm test")), (0, 0));
    for (file, text) in [(".nexusenv", "[[["), (".nexusenv", ""), (".nexusenv.local", "default = 3\n")] {
        let before = std::fs::read(world.repo().join(file)).ok();
        world.writes(file, text);
        for line in ["npx prisma migrate dev", "psql -c 'DROP TABLE x'", "npx prisma studio"] {
            assert_eq!(check(line), 3, "{file}: {line}");
        }
        for line in ["npm test", "npx prisma generate", "git push", "psql -c 'SELECT 1'"] {
            assert_eq!(check(line), 0, "{file}: {line}");
        }
        match before {
            Some(bytes) => world.writes(file, bytes),
            None => std::fs::remove_file(world.repo().join(file)).unwrap(),
        }
    }
}

/// A pipe in the place of each file that is read on the way: whoever opens it without care waits for good.
#[test]
fn a_pipe_in_the_place_of_a_file_makes_no_guard_wait() {
    let world = world();
    let line = "npx dotenv -e .env.prod -- prisma migrate dev --schema prisma/schema.prisma";
    let state = world.home().join(".local/state/nexus-env");
    let config = world.home().join(".config/nexus-env");
    std::fs::create_dir_all(world.repo().join("prisma")).unwrap();
    for place in [
        world.repo().join(".env"),
        world.repo().join(".env.prod"),
        world.repo().join("package.json"),
        world.repo().join("prisma.config.ts"),
        world.repo().join("prisma/schema.prisma"),
        world.repo().join(".nexusenv.local"),
        world.repo().join(".nexusenv.d/prod.toml"),
        config.join("config.toml"),
        config.join("identity.txt"),
        state.join("pauses"),
        state.join("audit.log"),
        state.join("generation"),
    ] {
        let before = std::fs::read(&place).ok();
        let _ = std::fs::remove_file(&place);
        let made = std::process::Command::new("mkfifo").arg(&place).status().unwrap();
        assert!(made.success(), "{}", place.display());
        let output = world.run(&["run", "-e", "dev", "--", "sh", "-c", "true"]);
        assert!(!output.stderr.contains("within 10 s"), "{}: {}", place.display(), output.stderr);
        let output = world.run(&["guard", "check", "--line", line]);
        assert!(output.status == 3, "{}: {}", place.display(), output.stderr);
        assert!(!output.stderr.contains("within 10 s"), "{}: {}", place.display(), output.stderr);
        std::fs::remove_file(&place).unwrap();
        if let Some(bytes) = before {
            std::fs::write(&place, bytes).unwrap();
            std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// The released program has no tables for unwinding, so that taking a trace would abort it; `.ci/run` looks at that one.
#[test]
fn a_wish_for_stack_traces_changes_nothing_and_is_handed_on() {
    let world = world().variable("RUST_BACKTRACE", "1");
    world.run(&["get", "MISSING", "-e", "dev"]).ends_with_status(1);
    let told = world.run(&["run", "-e", "dev", "--", "sh", "-c", "echo $RUST_BACKTRACE ${RUST_LIB_BACKTRACE-unset}"]);
    assert_eq!(String::from_utf8_lossy(&told.stdout), "1 unset\n");
    let world = world.variable("RUST_LIB_BACKTRACE", "full");
    let told = world.run(&["run", "-e", "dev", "--", "sh", "-c", "echo $RUST_BACKTRACE $RUST_LIB_BACKTRACE"]);
    assert_eq!(String::from_utf8_lossy(&told.stdout), "1 full\n");
}

#[test]
fn what_cannot_be_written_says_where_to_look() {
    let world = world();
    std::fs::remove_dir_all(world.repo().join(".nexusenv.d")).unwrap();
    std::fs::write(world.repo().join(".nexusenv.d"), "").unwrap();
    world.run_in(world.repo(), &["set", "TOKEN", "-e", "dev"], b"x").ends_with_status(1).says(
        "nexus-env: could not write `.nexusenv.d/dev.toml`: not a directory\nhint: ls -ld .nexusenv.d shows who may write there\n",
    );
    let world = world.variable("XDG_STATE_HOME", "/proc/nothing");
    world.run(&["allow", "--yes"]).ends_with_status(1);
    let denied = world.run(&["deny"]).ends_with_status(1);
    let hint = "no such file or directory\nhint: ls -ld /proc shows who may write there\n";
    assert!(denied.stderr.ends_with(hint), "{}", denied.stderr);
}
