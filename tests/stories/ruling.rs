//! `[[guard]]` rules: the team's, one person's in the repository, and the person's own everywhere.

use crate::pausing::{DEV, GUARDED, PROD};
use crate::world::shell::stories;
use crate::world::{Shell, World};

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

    fn a_rule_holds_for_a_recipe_and_a_script_that_lead_there(shell) {
        let rules = "[[guard]]\ncommand = \"./wipe.py\"\n[[guard]]\ncommand = \"imp* --all\"\n";
        let world = World::with(&format!("{GUARDED}{rules}"))
            .secret("dev", "DATABASE_URL", DEV)
            .secret("prod", "DATABASE_URL", PROD)
            .file("Makefile", "build:\n\ttsc\nwipe:\n\t./wipe.py\nall: wipe\n")
            .file("package.json", "{\n\"scripts\": {\n\"wipe\": \"./wipe.py\",\n\"load\": \"importer --all\",\n\"build\": \"tsc\"\n}\n}\n")
            .program("make", "#!/bin/sh\necho ran\n")
            .program("npm", "#!/bin/sh\necho ran\n");
        let mut session = world.enter(shell);
        session.types("nexus-env use prod");
        for line in ["make wipe", "make all", "npm run wipe", "npm run load"] {
            session.types(line).ends_with_status(3);
            assert!(session.said().text.contains("in .nexusenv names it"), "{}", session.said().text);
        }
        session.types("make build").prints("ran");
        session.types("npm run build").prints("ran");
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
             hint: the keys are ssh_identity, age_plugins, allow_names, [shell], [[guard]] and [[protect]]");
        session.types("npx prisma migrate dev").ends_with_status(3);
        session.types("npx prisma generate").prints("ran");
        settings(&world, "[[guard]]\ncommand = \"x\"\naction = \"block\"\n");
        session.types("").prints("nexus-env: dev · DATABASE_URL and 1 more");
    }
}

/// By a program that no line names, in whatever words: Node's own layer is asked.
#[test]
fn a_rule_holds_for_a_script_of_nodes_however_it_was_started() {
    let rules = "[[guard]]\ncommand = \"node scripts/import-*\"\n[[guard]]\ncommand = \"./scripts/wipe.js\"\n\
                 [[guard]]\ncommand = \"vite-import\"\n";
    let world = World::with(&format!("{GUARDED}{rules}"))
        .secret("dev", "DATABASE_URL", DEV)
        .secret("prod", "DATABASE_URL", PROD)
        .file("start.py", "import subprocess, sys\nsys.exit(subprocess.call(sys.argv[1].split('+')))\n");
    for script in ["scripts/import-petl.js", "scripts/export.js", "scripts/wipe.js", "node_modules/.bin/vite-import"] {
        world.writes(script, "console.log('ran');\n");
    }
    let mut session = world.enter(Shell::Bash);
    let named = [
        "node+scripts/import-petl.js",
        "node+--no-warnings+./scripts/import-petl.js+--all",
        "node+scripts/wipe.js",
        "node+node_modules/.bin/vite-import+x",
    ];
    for words in named {
        session.types(&format!("python3 start.py {words}")).prints("ran");
    }
    session.types("nexus-env use prod");
    for words in named {
        session.types(&format!("python3 start.py {words}")).ends_with_status(3);
        let said = &session.said().text;
        assert!(said.starts_with("nexus-env: blocked: ") && said.contains("in .nexusenv names it"), "{words}: {said}");
    }
    session.types("python3 start.py node+scripts/export.js").prints("ran");
}
