//! `use`: an environment for this shell alone, for a time.

use crate::world::shell::stories;
use crate::world::{Held, World};
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL)
}

stories! {
    fn prod_is_for_this_shell_alone_read_only_and_for_half_an_hour(shell) {
        let world = world();
        let mut session = world.enter(shell);
        let mut other = world.enter(shell);
        session
            .types("nexus-env use prod")
            .prints("nexus-env: prod until 15:42 · read-only · DATABASE_URL and 1 more")
            .ends_with_status(0);
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("prod"));
        assert_eq!(session.holds("NODE_ENV"), Held::exported("production"));
        let Held::Exported(url) = session.holds("DATABASE_URL") else { panic!("no DATABASE_URL") };
        let url = String::from_utf8(url).unwrap();
        assert!(url.starts_with(PROD_URL) && url.contains("default_transaction_read_only"), "{url}");
        other.types("").prints("");
        assert_eq!(other.holds("NEXUS_ENV"), Held::exported("dev"));
        session.types("nexus-env use dev").prints("nexus-env: dev · DATABASE_URL and 1 more");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
    }

    fn it_ends_by_itself_and_goes_back_to_the_default(shell) {
        let world = world();
        let mut session = world.enter(shell);
        assert_eq!(
            session.types_until("nexus-env use prod --for 1s", "ended"),
            "nexus-env: prod until 15:42 · read-only · DATABASE_URL and 1 more\n\
             nexus-env: prod ended after 1s · dev · DATABASE_URL and 1 more"
        );
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
        assert_eq!(session.holds("NEXUS_ENV_UNTIL"), Held::Absent);
    }

    fn it_is_remembered_while_the_shell_is_elsewhere(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.types("nexus-env use prod");
        session.types("cd ..");
        assert_eq!(session.holds("NEXUS_ENV"), Held::Absent);
        session.types("cd repo").prints("nexus-env: prod until 15:42 · read-only · DATABASE_URL and 1 more");
    }

    fn a_child_is_given_what_was_selected(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.types("nexus-env use prod --for 30m");
        session.types("nexus-env prompt").prints("prod 30m");
        session.types("sh -c 'nexus-env get NODE_ENV'").prints("production");
    }

    fn an_unknown_environment_changes_nothing_and_lists_the_known_ones(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session
            .types("nexus-env use stage")
            .prints("nexus-env: there is no environment `stage`\nhint: one of dev, prod")
            .ends_with_status(1);
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("dev"));
    }

    fn outside_of_a_repository_there_is_nothing_to_select(shell) {
        let world = world();
        let mut session = world.open(shell);
        session
            .types("nexus-env use prod")
            .prints("nexus-env: there is no `.nexusenv` here or above\nhint: nexus-env init")
            .ends_with_status(1);
    }
}
