//! The harness itself, in shells without a hook: what it reports must be what happened.

use crate::world::shell::stories;
use crate::world::{Held, Shell, World};

stories! {
    fn a_line_returns_what_it_printed_and_its_status(shell) {
        let world = World::new().without_hook();
        let mut session = world.open(shell);
        session.types("echo one; echo two").prints("one\ntwo").ends_with_status(0);
        session.types("false").prints("").ends_with_status(1);
        session.types("printf unfinished").prints("unfinished");
        session.types("").prints("");
        session.types("cd repo && pwd").prints("/home/ada/repo");
    }

    fn the_environment_is_empty_but_for_what_the_world_gives(shell) {
        let world = World::new().without_hook().variable("GIVEN", "yes");
        let mut session = world.open(shell);
        let environment = session.env_of_child();
        assert_eq!(environment.get("GIVEN").map(Vec::as_slice), Some(&b"yes"[..]));
        for foreign in ["CARGO", "CARGO_MANIFEST_DIR", "SSH_AUTH_SOCK", "DATABASE_URL", "CLAUDECODE"] {
            assert!(!environment.contains_key(foreign), "{foreign} came from the tests' own environment");
        }
    }

    fn absent_set_and_exported_are_three_things(shell) {
        let world = World::new().without_hook();
        let mut session = world.open(shell);
        assert_eq!(session.holds("A"), Held::Absent);
        session.types(&shell.sets("A", "''"));
        assert_eq!(session.holds("A"), Held::in_the_shell(""));
        session.types(&shell.exports("A", "'two words'"));
        assert_eq!(session.holds("A"), Held::exported("two words"));
        session.types(&shell.unsets("A"));
        assert_eq!(session.holds("A"), Held::Absent);
    }

    fn a_nested_shell_and_its_end_are_two_prompts(shell) {
        let world = World::new().without_hook();
        let mut session = world.open(shell);
        let outer = session.pid();
        session.types(&shell.words(&world.home().display().to_string()).join(" "));
        assert_ne!(session.pid(), outer);
        session.types("echo inside").prints("inside");
        session.types("exit");
        assert_eq!(session.pid(), outer);
    }

    fn a_question_can_be_answered_and_interrupted(shell) {
        let world = World::new().without_hook().program("asks", "#!/bin/sh\nprintf 'name: '; read -r n; echo \"so $n\"\n");
        let mut session = world.open(shell);
        session.answers("asks", "name: ", "prod").prints("name: prod\nso prod");
        session.presses("asks\r");
        session.shows("name: ");
        session.presses("\x03");
        assert_eq!(session.returns().status, 130);
    }

    fn the_end_of_a_shell_is_seen(shell) {
        let world = World::new().without_hook();
        assert_eq!(world.open(shell).leaves("exit 7"), 7);
    }
}

#[test]
fn numbers_that_differ_in_every_run_are_steady() {
    let world = World::new().calls(50123, "5433");
    let home = world.home().display().to_string();
    assert_eq!(
        world.tidy(&format!("prod until 09:07 (pid 77, port 50123) in {home}/repo until then")),
        "prod until 15:42 (pid 4242, port 5433) in /home/ada/repo until then"
    );
}

#[test]
#[should_panic(expected = "waited for the prompt after `printf stuck; cat`")]
fn a_line_that_never_returns_fails_with_the_screen() {
    let world = World::new().without_hook();
    world.open(Shell::Bash).types_within(std::time::Duration::from_millis(200), "printf stuck; cat");
}
