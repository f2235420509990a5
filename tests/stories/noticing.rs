//! What others change is there at the very next prompt: a colleague's secret, an `allow` in another shell.

use std::fs;

use crate::world::shell::stories;
use crate::world::{Held, World};
use crate::{DEV_AND_PROD, DEV_URL};

fn with(value: &str) -> String {
    DEV_AND_PROD.replace("development", value)
}

stories! {
    fn an_allowed_edit_is_there_at_the_next_prompt(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        for value in ["one", "two", "three", "four", "five"] {
            // Five edits within a second, each allowed from elsewhere.
            world.writes(".nexusenv", with(value));
            world.run(&["allow"]).succeeds();
            session.types("").prints("nexus-env: dev · NODE_ENV");
            assert_eq!(session.holds("NODE_ENV"), Held::exported(value));
        }
        session.types("").prints("");
    }

    fn a_secret_that_a_colleague_set_is_there_at_the_next_prompt(shell) {
        let world = World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL);
        let mut session = world.enter(shell);
        for value in ["one", "two", "three"].map(|name| format!("postgresql://127.0.0.1:5433/{name}")) {
            world.sets("dev", "DATABASE_URL", &value);
            session.types("");
            assert_eq!(session.holds("DATABASE_URL"), Held::exported(value));
        }
        world.run(&["unset", "DATABASE_URL", "-e", "dev"]).succeeds();
        session.types("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    }

    fn a_local_file_that_comes_and_goes_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        world.writes(".nexusenv.local", "[env.dev.vars]\nNODE_ENV = \"local\"\n");
        world.run(&["allow"]).succeeds();
        session.types("");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("local"));
        fs::remove_file(world.repo().join(".nexusenv.local")).unwrap();
        session.types("");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
    }
}
