//! What entering, leaving and selecting do to the variables of a shell.

use crate::world::shell::stories;
use crate::world::{Held, Shell, World};

pub const DEV_AND_PROD: &str = r#"
id = "9f3k2v7m4q8x1c5b"
default = "dev"
[env.dev.vars]
DATABASE_URL = "postgresql://dev:one@127.0.0.1:5433/nexus_db"
NODE_ENV = "development"
[env.prod.vars]
DATABASE_URL = "mysql://prod:three@127.0.0.1:5433/nexus_db"
NODE_ENV = "production"
[env.test.vars]
DATABASE_URL = "postgresql://test:two@127.0.0.1:5433/nexus_db"
ONLY_TEST = "yes"
[env.vault]
protected = true
export = "command"
[env.vault.vars]
DATABASE_URL = "mysql://vault:four@127.0.0.1:5433/nexus_db"
"#;

const DEV_URL: &str = "postgresql://dev:one@127.0.0.1:5433/nexus_db";
const PROD_URL: &str = "mysql://prod:three@127.0.0.1:5433/nexus_db";
const UNHELD: &str =
    "nexus-env: prod until 15:42 · DATABASE_URL and 1 more\nnexus-env: `DATABASE_URL` of prod · not read-only: mysql";

/// What a nested shell of the same kind is started with.
pub fn nested(world: &World, shell: Shell) -> String {
    shell.words(&world.home().display().to_string()).join(" ")
}

stories! {
    fn entering_exports_and_leaving_restores_absent_empty_set_and_exported(shell) {
        let world = World::with(&DEV_AND_PROD.replace("NODE_ENV = \"development\"",
            "NODE_ENV = \"development\"\nABSENT = \"1\"\nEMPTY = \"2\"\nSET = \"3\"\nEXPORTED = \"4\""));
        let mut session = world.open(shell);
        session.said().prints("");
        session.types(&shell.exports("EMPTY", "''")).prints("");
        session.types(&shell.sets("SET", "mine")).prints("");
        session.types(&shell.exports("EXPORTED", "'my own'")).prints("");
        session.types("cd repo").prints("nexus-env: dev · DATABASE_URL and 5 more").ends_with_status(0);
        for (name, value) in [("ABSENT", "1"), ("EMPTY", "2"), ("SET", "3"), ("EXPORTED", "4"), ("NEXUS_ENV", "dev")] {
            assert_eq!(session.holds(name), Held::exported(value), "{name}");
        }
        session.types("").prints("");
        session.types("cd ..").prints("").ends_with_status(0);
        assert_eq!(session.holds("ABSENT"), Held::Absent);
        assert_eq!(session.holds("EMPTY"), Held::exported(""));
        assert_eq!(session.holds("SET"), Held::in_the_shell("mine"));
        assert_eq!(session.holds("EXPORTED"), Held::exported("my own"));
        for name in ["DATABASE_URL", "NEXUS_ENV", "NEXUS_ENV_ROOT", "NEXUS_ENV_NAMES"] {
            assert_eq!(session.holds(name), Held::Absent, "{name}");
        }
    }

    fn a_directory_below_is_the_same_place(shell) {
        let world = World::with(DEV_AND_PROD).file("packages/web/x", "");
        let mut session = world.open(shell);
        session.types("cd repo/packages/web").prints("nexus-env: dev · DATABASE_URL and 1 more");
        session.types("cd ..").prints("");
        session.types("cd ..").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
    }

    fn a_shell_that_starts_inside_loads_at_its_first_prompt(shell) {
        let world = World::with(DEV_AND_PROD).before_hook("cd repo\n");
        let mut session = world.open(shell);
        session.said().prints("nexus-env: dev · DATABASE_URL and 1 more");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
    }

    fn a_selection_is_this_shells_and_this_repositorys(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more").ends_with_status(0);
        assert_eq!(session.holds("ONLY_TEST"), Held::exported("yes"));
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        session.types("cd ..").prints("");
        session.types("cd repo").prints("nexus-env: test · DATABASE_URL and 1 more");
        session.types("nexus-env use dev").prints("nexus-env: dev · DATABASE_URL and 1 more");
        world.enter(shell).said().prints("nexus-env: dev · DATABASE_URL and 1 more");
    }

    fn a_protected_environment_has_an_end(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types("nexus-env use prod").prints(UNHELD);
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(PROD_URL));
        assert!(matches!(session.holds("NEXUS_ENV_UNTIL"), Held::Exported(_)));
        assert_eq!(session.holds("NEXUS_ENV_ACCESS"), Held::Absent);
        assert_eq!(
            session.types_until("nexus-env use prod --for 1s", "ended"),
            "nexus-env: prod until 15:42 · DATABASE_URL and 1 more\n\
             nexus-env: `DATABASE_URL` of prod · not read-only: mysql\n\
             nexus-env: prod ended after 1s · dev · DATABASE_URL and 1 more"
        );
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
        assert_eq!(session.holds("NEXUS_ENV_UNTIL"), Held::Absent);
    }

    fn write_access_is_given_to_whoever_types_the_name(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.answers("nexus-env use prod --write", "lift read-only: ", "yes").prints(
            "nexus-env: type prod to lift read-only: yes\nnexus-env: `--write` on prod was not confirmed, nothing changed",
        ).ends_with_status(3);
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("dev"));
        session.answers("nexus-env use prod --write", "lift read-only: ", "prod").prints(
            "nexus-env: type prod to lift read-only: prod\n\
             nexus-env: prod until 15:42 · read-write · DATABASE_URL and 1 more",
        ).ends_with_status(0);
        // The name of a grant, which nobody can guess.
        assert!(matches!(session.holds("NEXUS_ENV_ACCESS"), Held::Exported(name) if name.len() == 32));
        session.types("nexus-env use prod").prints(UNHELD);
        assert_eq!(session.holds("NEXUS_ENV_ACCESS"), Held::Absent);
    }

    fn a_coding_agent_gets_neither_prod_nor_write_access(shell) {
        let world = World::with(DEV_AND_PROD).variable("CLAUDECODE", "1");
        let mut session = world.enter(shell);
        session.said().prints("nexus-env: dev · DATABASE_URL and 1 more");
        session.types("nexus-env use prod").prints(
            "nexus-env: prod until 15:42 · read-only · not exported to a coding agent (CLAUDECODE)");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("nexus-env use prod --write").prints(
            "nexus-env: `--write` on prod is not for a coding agent (CLAUDECODE)\nhint: a person types it in a shell of their own").ends_with_status(3);
    }

    fn an_environment_for_commands_alone_is_selected_but_not_exported(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types("nexus-env use vault").prints("nexus-env: vault until 15:42 · read-only · not exported, use nexus-env run");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("vault"));
    }

    fn use_says_what_is_wrong_and_changes_nothing(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types("nexus-env use nope").prints(
            "nexus-env: there is no environment `nope`\nhint: one of dev, prod, test, vault").ends_with_status(1);
        session.types("nexus-env use").prints(
            "nexus-env: `use` takes the name of an environment, `--for DURATION` and `--write`\nhint: nexus-env use --help")
            .ends_with_status(2);
        session.types("nexus-env use dev --for 5x").prints(
            "nexus-env: `5x` is no duration\nhint: write 30s, 30m or 2h").ends_with_status(2);
        session.types("cd ..");
        session.types("nexus-env use dev").ends_with_status(1);
        session.types("cd repo").prints("nexus-env: dev · DATABASE_URL and 1 more");
        session.types("command nexus-env use dev").ends_with_status(1);
    }

    fn a_variable_that_the_person_changed_keeps_the_persons_value(shell) {
        let world = World::with(DEV_AND_PROD).file("sub/x", "");
        let mut session = world.enter(shell);
        session.settles();
        session.types(&shell.exports("DATABASE_URL", "mine"));
        session.types("cd sub").prints("nexus-env: `DATABASE_URL` keeps the value that you gave it");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported("mine"));
        session.types("cd ..").prints("");
        session.types(&shell.unsets("NODE_ENV"));
        session.types("cd ..").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported("mine"));
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        session.types("cd repo").prints("nexus-env: dev · DATABASE_URL and 1 more");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
        session.types("cd ..");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported("mine"));
    }

    fn a_variable_that_the_person_changed_is_set_anew_for_another_environment(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types(&shell.exports("DATABASE_URL", "mine"));
        session.types("nexus-env use prod");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported(PROD_URL));
        session.types("cd ..");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported("mine"));
    }

    fn a_nested_shell_that_leaves_unsets(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.open(shell);
        session.types(&shell.exports("NODE_ENV", "original"));
        session.types("cd repo");
        session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more");
        session.types("nexus-env use prod --for 1h");
        let outer = session.pid();
        session.types(&nested(&world, shell)).prints("");
        assert_ne!(session.pid(), outer);
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("prod"));
        session.types("cd ..").prints("");
        for name in ["DATABASE_URL", "NODE_ENV", "NEXUS_ENV", "NEXUS_ENV_UNTIL", "NEXUS_ENV_NAMES"] {
            assert_eq!(session.holds(name), Held::Absent, "{name}");
        }
        session.types("cd repo").prints(UNHELD);
        session.types("exit");
        assert_eq!(session.pid(), outer);
        session.types("cd ..");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("original"));
    }

    fn a_nested_shell_outside_unsets_at_its_first_prompt(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        let start = nested(&world, shell);
        session.types(&format!("sh -c 'cd /; exec {start}'")).prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        assert_eq!(session.holds("NEXUS_ENV"), Held::Absent);
    }

    fn lost_memory_removes_what_was_set(shell) {
        let world = World::with(DEV_AND_PROD);
        for damage in ["", "garbage"] {
            let mut session = world.enter(shell);
            match damage {
                "" => session.types(&shell.unsets("__nexus_env_state")),
                text => session.types(&shell.sets("__nexus_env_state", text)),
            };
            assert_eq!(session.holds("DATABASE_URL"), Held::exported(DEV_URL));
            session.types("cd ..").prints("");
            assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
            assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        }
    }

    fn when_all_memory_is_lost_the_names_of_the_configuration_go(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        let both = [shell.unsets("__nexus_env_state"), shell.unsets("NEXUS_ENV_NAMES")].join("; ");
        session.types(&both);
        session.types("cd ..");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
    }

    fn a_broken_configuration_loads_nothing_and_is_told_once(shell) {
        let world = World::with(DEV_AND_PROD).file("sub/x", "");
        let mut session = world.enter(shell);
        world.writes(".nexusenv", "[[[");
        assert_ne!(session.types("").text, "");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        assert_eq!(session.holds("NEXUS_ENV"), Held::Absent);
        session.types("").prints("");
        session.types("cd sub").prints("");
        session.types("cd ../..").prints("");
        assert_ne!(session.types("cd repo").text, "");
    }

    fn values_are_never_evaluated(shell) {
        let value = "a'b\\\"c$(touch x)`id`!$HOME\n\n\té € \u{1f980} ${NOT_A_REFERENCE";
        let toml = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('$', "$$");
        let world = World::with(&DEV_AND_PROD.replace("\"development\"", &format!("\"{toml}\"")));
        let mut session = world.enter(shell);
        assert_eq!(session.holds("NODE_ENV"), Held::exported(value));
        assert!(!world.repo().join("x").exists());
    }
}
