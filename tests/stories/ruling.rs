//! `[[guard]]` rules: the team's, one person's in the repository, and the person's own everywhere.

use crate::pausing::{DEV, GUARDED, PROD};
use crate::world::World;
use crate::world::shell::stories;

const TEAM: &str = r#"
[[guard]]
command = "ts-node scripts/import-*"
action = "confirm"
reason = "imports overwrite PETL rows"
[[guard]]
command = "npm publish"
reason = "releases come from CI"
"#;

fn world() -> World {
    World::with(&format!("{GUARDED}{TEAM}"))
        .secret("dev", "DATABASE_URL", DEV)
        .secret("prod", "DATABASE_URL", PROD)
        .program("npx", "#!/bin/sh\necho ran\n")
        .program("npm", "#!/bin/sh\necho ran\n")
        .program("ts-node", "#!/bin/sh\necho ran\n")
}

fn settings(world: &World, text: &str) {
    std::fs::write(world.home().join(".config/nexus-env/config.toml"), text).unwrap();
}

stories! {
    fn a_teams_rule_asks_or_blocks_on_prod_and_nowhere_else(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.types("ts-node scripts/import-petl.ts").prints("ran");
        session.types("npm publish").prints("ran");
        session.types("nexus-env use prod");
        session.answers("ts-node ./scripts/import-petl.ts --all", "to go on: ", "prod").ends_with_status(0);
        let said = session.said().text.clone();
        assert!(said.contains("  because       imports overwrite PETL rows\n") && said.ends_with("ran"), "{said}");
        session.types("ts-node scripts/export.ts").prints("ran");
        session.types("npm publish").ends_with_status(3);
        assert!(session.said().text.contains("releases come from CI"), "{}", session.said().text);
        session.types("npm view").prints("ran");
    }

    fn a_persons_own_rules_hold_in_every_repository(shell) {
        let world = world();
        settings(&world, "[[guard]]\ncommand = \"prisma studio\"\naction = \"allow\"\n[[guard]]\ncommand = \"ts-node *\"\n");
        let mut session = world.enter(shell);
        session.types("nexus-env use prod");
        session.types("npx prisma studio").prints("ran");
        session.types("npx prisma migrate dev").ends_with_status(3);
        session.types("ts-node scripts/export.ts").ends_with_status(3);
        assert!(session.said().text.contains("`ts-node *` in your config.toml names it"), "{}", session.said().text);
    }

    fn settings_that_cannot_be_read_unload_and_block_until_they_are_mended(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.settles();
        settings(&world, "[[guard]]\ncommand = \"x\"\nactoin = \"block\"\n");
        session.types("").prints(
            "nexus-env: `~/.config/nexus-env/config.toml:3`: unknown key `actoin` in `guard`, did you mean `action`\n\
             hint: the keys are ssh_identity, allow_names and [[guard]]");
        session.types("npx prisma migrate dev").ends_with_status(3);
        session.types("npx prisma generate").prints("ran");
        settings(&world, "[[guard]]\ncommand = \"x\"\naction = \"block\"\n");
        session.types("").prints("nexus-env: dev · DATABASE_URL and 1 more");
    }
}
