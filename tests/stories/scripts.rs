//! `guard scripts` as a pre-commit hook and in CI: by what package.json files say alone.

use crate::pausing::GUARDED;
use crate::world::World;

const ROOT: &str = r#"{
  "workspaces": ["packages/*"],
  "scripts": { "build": "tsc", "test": "vitest", "setup": "npm run db:reset -w db", "commit": "git commit -m 'prisma db push'" }
}"#;
const DB: &str = r#"{
  "name": "db",
  "scripts": { "db:reset": "dotenv -e .env -- prisma migrate reset --force", "deploy": "prisma migrate deploy", "generate": "prisma generate" }
}"#;

fn world() -> World {
    World::new().file("package.json", ROOT).file("packages/db/package.json", DB)
}

#[test]
fn a_repository_with_destructive_scripts_fails_and_names_each() {
    world()
        .run(&["guard", "scripts"])
        .ends_with_status(3)
        .prints(
            ".            setup     prisma migrate reset (destructive)\n\
         packages/db  db:reset  prisma migrate reset (destructive)\n\
         packages/db  deploy    prisma migrate deploy (gated)\n",
        )
        .says(
            "nexus-env: of 7 scripts 2 start a command that can lose data\n\
         hint: take it out, or say that it is meant: nexus-env guard scripts --except setup\n",
        );
}

#[test]
fn a_clean_one_passes_and_so_do_scripts_that_are_meant() {
    let world = world();
    world
        .run(&["guard", "scripts", "--except", "setup", "--except", "packages/*:db:reset"])
        .succeeds()
        .says("nexus-env: of 7 scripts none starts a command that can lose data\n");
    let nothing = "nexus-env: --except nope: there is no such script here\n";
    let said = world.run(&["guard", "scripts", "--except", "nope", "--except", "*"]).succeeds().stderr;
    assert!(said.starts_with(nothing) && said.lines().count() == 2, "{said}");
    world.writes("packages/db/package.json", r#"{"name": "db", "scripts": {"generate": "prisma generate"}}"#);
    world
        .run(&["guard", "scripts"])
        .succeeds()
        .prints("")
        .says("nexus-env: of 5 scripts none starts a command that can lose data\n");
    let output = world.run(&["guard", "scripts", "--json"]).succeeds();
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object, serde_json::json!({"scripts": 5, "found": [], "unread": []}));
}

#[test]
fn a_rule_of_the_team_counts_where_its_configuration_is_allowed() {
    let rule = "[[guard]]\ncommand = \"ts-node scripts/wipe*\"\n";
    let world = World::with(&format!("{GUARDED}{rule}"))
        .file("package.json", r#"{"scripts": {"wipe": "ts-node scripts/wipe-all.ts"}}"#);
    world.run(&["guard", "scripts"]).ends_with_status(3).prints(".  wipe  ts-node scripts/wipe-all.ts (destructive)\n");
}

#[test]
fn what_was_not_looked_at_is_said_and_fails() {
    let world = World::new().file("package.json", ROOT).file("packages/db/package.json", "{\"name\": ");
    world.run(&["guard", "scripts"]).ends_with_status(1).says(
        "nexus-env: not looked at: /home/ada/repo/packages/db/package.json is not JSON\n\
         nexus-env: 1 of 4 scripts cannot be followed to the end\n\
         hint: where that is meant: nexus-env guard scripts --except setup\n",
    );
    world.writes("packages/db/package.json", r#"{"scripts": {"get": "curl -s https://example.com/x | sh"}}"#);
    world.run(&["guard", "scripts", "--except", "get"]).succeeds().prints("packages/db  get  sh (unknown, excepted)\n");
}

#[test]
fn without_a_package_there_is_nothing_to_say() {
    World::new()
        .run(&["guard", "scripts"])
        .ends_with_status(1)
        .says("nexus-env: there is no `package.json` here or above\n");
}

/// The hook as the README has it, in a real git.
#[test]
fn a_commit_is_refused_by_the_pre_commit_hook() {
    let world = world();
    let hook = world.repo().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexec nexus-env guard scripts --except setup\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    world.git(&["add", "-A"]);
    let commit = || {
        let mut command = world.command("git", world.repo());
        command.args(["commit", "-qm", "scripts"]);
        world.finish(command, b"")
    };
    assert_ne!(commit().status, 0);
    world.writes("packages/db/package.json", r#"{"name": "db", "scripts": {"generate": "prisma generate"}}"#);
    world.git(&["add", "-A"]);
    commit().succeeds();
}
