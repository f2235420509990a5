//! Nothing is exported from a configuration that was not allowed; a changed one asks again and shows what changed.

use crate::DEV_AND_PROD;
use crate::world::shell::stories;
use crate::world::{Held, World};

stories! {
    fn nothing_is_exported_before_it_was_allowed(shell) {
        let world = World::new().file(".nexusenv", DEV_AND_PROD);
        world.run(&["init"]).succeeds();
        let mut session = world.open(shell);
        session.types("cd repo").prints("nexus-env: `.nexusenv` is not allowed yet, so nothing is loaded\n\
             hint: read it, then nexus-env allow; or nexus-env deny");
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        session.types("").prints("");
        session.types("nexus-env allow");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
    }

    fn a_changed_content_asks_and_shows_what_changed(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        world.writes(".nexusenv", DEV_AND_PROD.replace("development", "evil\\u001b[2J"));
        session.types("");
        let text = session.said().text.clone();
        assert!(text.contains("- NODE_ENV = \"development\"") && text.contains("+ NODE_ENV = \"evil"), "{text}");
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
    }

    fn a_content_that_was_allowed_once_needs_no_second_allow(shell) {
        let world = World::with(DEV_AND_PROD).file("../clone/.nexusenv", DEV_AND_PROD);
        let mut session = world.open(shell);
        session.types("cd clone").prints("nexus-env: dev · NODE_ENV");
    }

    fn a_denied_configuration_is_quiet(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types("nexus-env deny");
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        session.types("cd ..").prints("");
        session.types("cd repo").prints("");
        session.types("nexus-env allow");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
    }

    fn a_local_file_must_be_allowed_too(shell) {
        let world = World::with(DEV_AND_PROD).file(".nexusenv.local", "[env.dev.vars]\nNODE_ENV = \"local\"\n");
        let mut session = world.open(shell);
        session.types("cd repo");
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        world.run(&["allow"]).succeeds();
        session.types("");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("local"));
    }
}
