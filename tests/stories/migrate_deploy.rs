//! `migrate deploy`: the real Prisma, two real servers, and every reason that stands in the way.

use crate::migrate_status::{brought, world, world_with};
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::world::{Shell, World};

pub const SECOND: &str = "prisma/migrations/20260301000000_second/migration.sql";

/// Both have the first migration; prod has rows; the second is committed and on dev.
pub fn ready(dev: &Server, prod: &Server, version: Prisma, second: &str) -> World {
    ready_with(dev, prod, version, second, "")
}

/// The same, with more about prod in `.nexusenv`.
pub fn ready_with(dev: &Server, prod: &Server, version: Prisma, second: &str, more: &str) -> World {
    let world = world_with(dev, prod, version, more);
    brought(&world, dev);
    brought(&world, prod);
    prod.query("INSERT INTO \"Invoice\" (number, note) VALUES ('1', 'a'), ('2', 'a'), ('3', NULL)");
    world.writes(SECOND, second);
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "second"]);
    brought(&world, dev);
    world
}

pub fn applied(server: &Server) -> String {
    server.query("SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL")
}

/// What is said before the name is typed, and how it went after.
pub fn deploys(world: &World, words: &str, answer: &str) -> (String, i32) {
    let mut session = world.enter(Shell::Bash);
    let line = format!("nexus-env migrate deploy -e prod {words}");
    let reply = session.answers(&line, "to apply them: ", answer);
    (reply.text().to_owned(), reply.status())
}

#[track_caller]
pub fn holds(text: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        match text[from..].find(part) {
            Some(at) => from += at + part.len(),
            None => panic!("`{part}` is not there, or not in this order:\n{text}"),
        }
    }
}

fn everything_in_order(version: Prisma) {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, version, "-- AlterTable\nALTER TABLE \"Invoice\" DROP COLUMN \"note\";\n");
    let dry = world.run(&["migrate", "deploy", "-e", "prod", "--dry-run"]).ends_with_status(0);
    holds(
        &String::from_utf8(dry.stdout).unwrap(),
        &[
            "1 migration for prod, from prisma/migrations\n  reaches  prod (the URL stored for prod)\n\n20260301000000_second  (applied on dev ",
            "     1  -- AlterTable\n     2  ALTER TABLE \"Invoice\" DROP COLUMN \"note\";\n",
            "        ^ loses data: drops Invoice.note with all its values (ban-drop-column)\n",
            "        ^ breaks: the schema still uses the column Invoice.note",
            "        ^ now: 2 values of Invoice.note are lost\n",
            "  if a statement fails, nothing of this migration stays",
            "\nprod now\n  Invoice: about ",
            " kB; locked for a moment\n",
            "\ndeploy   npx prisma migrate deploy, with write access to prod for it alone\n         each statement waits 3s for a lock, and may take as long as the server lets it\n",
            "backup   none is declared: [env.prod.backup] in .nexusenv\n",
        ],
    );
    assert_eq!(applied(&prod), "1");
    let (text, status) = deploys(&world, "", "no");
    assert_eq!((status, applied(&prod).as_str()), (3, "1"), "{text}");
    let (text, status) = deploys(&world, "", "prod");
    assert_eq!(status, 0, "{text}");
    holds(
        &text,
        &[
            "All migrations have been successfully applied.",
            "nexus-env: prod has the migration that was promised, read back from it",
        ],
    );
    assert_eq!((applied(&prod).as_str(), prod.query("SELECT count(*) FROM \"Invoice\"").as_str()), ("2", "3"));
    world
        .run(&["migrate", "deploy", "-e", "prod"])
        .ends_with_status(0)
        .prints("")
        .says("nexus-env: prod has every migration already\n");
    let log = String::from_utf8(world.run(&["log"]).stdout).unwrap();
    for event in ["not-confirmed", "confirmed", "deploy-started", "deployed"] {
        assert!(log.contains(event), "{event} in {log}");
    }
    assert!(!log.contains("hunter"), "{log}");
    world.run(&["migrate", "status"]).ends_with_status(0);
}

#[test]
fn what_is_ready_is_applied_after_the_name_was_typed() {
    everything_in_order(Prisma::Six);
}

#[test]
fn what_is_ready_is_applied_by_prisma_7_too() {
    everything_in_order(Prisma::Seven);
}

#[test]
fn everything_in_the_way_is_told_together() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod, Prisma::Six);
    brought(&world, &prod);
    prod.query("INSERT INTO \"Invoice\" (number, note) VALUES ('1', 'a'), ('2', 'a'), ('3', NULL)");
    prod.query("CREATE INDEX hot ON \"Invoice\" (note)");
    world.writes(
        SECOND,
        "CREATE UNIQUE INDEX \"n\" ON \"Invoice\"(\"note\");\nALTER TABLE \"Invoice\" ALTER \"note\" SET NOT NULL;\n",
    );
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3).says(
        "nexus-env: blocked: 4 things stand in the way of migrations to prod\n  \
           20260301000000_second is not committed\n    \
             git add prisma/migrations/20260301000000_second && git commit\n  \
           20260301000000_second is not applied on dev\n    \
             nexus-env run -e dev -- npx prisma migrate deploy\n  \
           20260301000000_second would fail on prod: 1 value of note stands in more than one row of Invoice\n    \
             mend the rows in a migration before it; prisma/migrations/20260301000000_second/migration.sql:1\n  \
           20260301000000_second would fail on prod: 1 row of Invoice has no note\n    \
             mend the rows in a migration before it; prisma/migrations/20260301000000_second/migration.sql:2\n",
    );
    assert_eq!(applied(&prod), "1");
    holds(
        &String::from_utf8(refused.stdout).unwrap(),
        &["drift    prod's structure is not what its migrations make\n         \
               the index hot of Invoice is on prod and in no migration that it has\n\
             deploy   npx prisma migrate deploy, with write access to prod for it alone\n"],
    );
    // A URL of prod's that leads to dev's own database is no way to prod, and pinning it there would make it none.
    world.sets("prod", "DATABASE_URL", dev.url(dev.port));
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3);
    holds(
        &refused.stderr,
        &[
            "nothing proves that what `DATABASE_URL` of prod reaches is prod: it is the URL stored for dev and prod alike, \
             so it speaks for neither\n    \
               nexus-env set DATABASE_URL -e prod stores prod's own\n    \
               where a tunnel makes the difference: [env.NAME.proxy] in .nexusenv for each, with a port of its own\n",
        ],
    );
}

#[test]
fn nobody_but_a_person_or_a_pipeline_of_its_own_deploys() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n");
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3);
    holds(&refused.stderr, &["nexus-env: `migrate deploy` to prod needs a person at a terminal"]);
    let refused = world.run(&["migrate", "deploy", "-e", "prod", "--yes"]).ends_with_status(3);
    holds(
        &refused.stderr,
        &[
            "--yes is for a pipeline with an identity of its own\nhint: leave it out and type prod; in CI: NEXUS_ENV_IDENTITY",
        ],
    );
    let identity = std::fs::read_to_string(world.home().join(".config/nexus-env/identity.txt")).unwrap();
    let key = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY")).unwrap().to_owned();
    let world = world.variable("NEXUS_ENV_IDENTITY", key);
    let agent = world.variable("CLAUDECODE", "1");
    agent
        .run(&["migrate", "deploy", "-e", "prod", "--yes"])
        .ends_with_status(3)
        .prints("")
        .says("nexus-env: `migrate deploy` to prod is not for a coding agent (CLAUDECODE)\nhint: a person types in a shell of their own: nexus-env migrate deploy -e prod\n");
    assert_eq!(applied(&prod), "1");
    let world = agent.variable("CLAUDECODE", "");
    let reply = world
        .enter(Shell::Bash)
        .types("nexus-env migrate deploy -e prod --yes 2>&1 | tail -n 2; (exit ${PIPESTATUS[0]})")
        .clone();
    reply.ends_with_status(3).prints(
        "nexus-env: --yes is for a pipeline, and there is a person at this terminal\nhint: leave it out and type prod",
    );
    assert_eq!(applied(&prod), "1");
    let done = world.run(&["migrate", "deploy", "-e", "prod", "--yes"]).ends_with_status(0);
    holds(&String::from_utf8(done.stdout).unwrap(), &["All migrations have been successfully applied."]);
    assert_eq!(applied(&prod), "2");
}

#[test]
fn a_backup_comes_first_and_must_succeed() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";
    let backup = "[env.prod.backup]\ncommand = [\"./backup\"]\nverify = [\"./verify\"]\nrestore = \"restore it\"\n";
    let world = ready_with(&dev, &prod, Prisma::Six, second, backup);
    let script = |name: &str, text: &str| {
        world.writes(name, format!("#!/bin/sh\n{text}\n"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(world.repo().join(name), mode).unwrap();
    };
    script("backup", "exit 1");
    script("verify", "exit 0");
    let (text, status) = deploys(&world, "", "prod");
    assert_eq!((status, applied(&prod).as_str()), (1, "1"), "{text}");
    holds(
        &text,
        &[
            "backup   ./backup\nverify   ./verify\nrestore  restore it\n",
            "the backup ended with exit status 1, so nothing was applied",
        ],
    );
    script("backup", "touch backed-up");
    script("verify", "exit 4");
    let (text, status) = deploys(&world, "", "prod");
    assert_eq!((status, applied(&prod).as_str()), (1, "1"), "{text}");
    holds(&text, &["the verification of the backup ended with exit status 4, so nothing was applied"]);
    script("verify", "ls backed-up");
    let (text, status) = deploys(&world, "", "prod");
    assert_eq!((status, applied(&prod).as_str()), (0, "2"), "{text}");
    assert!(world.repo().join("backed-up").exists());
}

fn stops_at_a_migration(version: Prisma) {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, version, "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n");
    world.writes(
        "prisma/migrations/20260401000000_third/migration.sql",
        "ALTER TABLE \"Invoice\" ADD COLUMN \"late\" BOOLEAN;\n",
    );
    let (text, status) = deploys(&world, "--to 20260301000000_second", "prod");
    assert_eq!((status, applied(&prod).as_str()), (0, "2"), "{text}");
    world.run(&["migrate", "deploy", "-e", "prod", "--to", "nothing"]).ends_with_status(1).says(
        "nexus-env: there is no migration `nothing`\n\
         hint: the newest are 20260401000000_third, 20260301000000_second, 20260101000000_first\n",
    );
}

#[test]
fn a_deployment_stops_at_a_migration() {
    stops_at_a_migration(Prisma::Six);
}

#[test]
fn a_deployment_stops_at_a_migration_with_prisma_7() {
    stops_at_a_migration(Prisma::Seven);
}

#[test]
fn what_fails_on_prod_says_where_it_stands() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" ADD CONSTRAINT \"c\" CHECK (length(number) > 1);\n";
    let world = ready(&dev, &prod, Prisma::Six, second);
    let (text, status) = deploys(&world, "", "prod");
    assert_eq!((status, applied(&prod).as_str()), (1, "1"), "{text}");
    holds(
        &text,
        &[
            "0 of 1 migrations were applied to prod: Prisma ended with exit status 1\n",
            "hint: 20260301000000_second is half-way; nexus-env migrate status says what to type",
        ],
    );
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3);
    holds(
        &refused.stderr,
        &[
            "20260301000000_second began on prod and did not end: ",
            "migrate resolve --rolled-back 20260301000000_second",
        ],
    );
}

#[test]
fn a_lock_that_somebody_holds_ends_the_wait_and_nothing_is_left_half_way() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let more = "[env.prod.deploy]\nlock_timeout = \"1s\"\n";
    let second = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";
    let world = ready_with(&dev, &prod, Prisma::Six, second, more);
    let holder = prod.holds("BEGIN; LOCK TABLE \"Invoice\" IN ACCESS SHARE MODE;");
    let mut session = world.enter(Shell::Bash);
    session.presses("nexus-env migrate deploy -e prod\r");
    session.shows("to apply them: ");
    session.presses("prod\r");
    session.shows("got no lock in time and left nothing behind: once more");
    drop(holder);
    let reply = session.returns();
    assert_eq!((reply.status(), applied(&prod).as_str()), (0, "2"), "{}", reply.text());
    holds(
        reply.text(),
        &[
            "prod now\n  Invoice: about ",
            "has had a transaction open for ",
            "and holds a lock on Invoice\n",
            "20260301000000_second got no lock in time and left nothing behind: once more",
            "nexus-env: prod has the migration that was promised, read back from it",
        ],
    );
    assert_eq!(prod.query("SELECT count(*) FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL"), "1");
}

#[test]
fn a_rehearsal_applies_what_waits_to_a_copy_of_prods_structure() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";
    let world = ready(&dev, &prod, Prisma::Six, second);
    let rehearsed = world.run(&["migrate", "rehearse", "-e", "prod"]).ends_with_status(0);
    let text = String::from_utf8(rehearsed.stdout).unwrap();
    holds(&text, &["All migrations have been successfully applied.", "20260301000000_second  applied in ", " ms\n"]);
    assert_eq!(applied(&prod), "1");
    // What prod's structure does not let through fails there first, and the copy is gone.
    prod.query("ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" TEXT");
    let rehearsed = world.run(&["migrate", "rehearse", "-e", "prod"]).ends_with_status(1);
    holds(&String::from_utf8(rehearsed.stdout).unwrap(), &["20260301000000_second  FAILED\n"]);
    holds(&rehearsed.stderr, &["the migrations do not apply to prod's structure"]);
    let log: serde_json::Value = serde_json::from_slice(&world.run(&["log", "--json"]).stdout).unwrap();
    let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let told = log["entries"].as_array().unwrap().iter().filter(|entry| text(entry, "event").starts_with("rehears"));
    let told: Vec<String> =
        told.map(|entry| ["event", "environment", "command", "detail"].map(|key| text(entry, key)).join(" ")).collect();
    let what = "prod nexus-env migrate rehearse 1 migration: 20260301000000_second";
    let failed = format!("rehearsal-failed {what}; Prisma ended with exit status 1");
    assert_eq!(told, [format!("rehearsed {what}"), failed]);
    assert_eq!(dev.query("SELECT count(*) FROM pg_database WHERE datname LIKE 'nexus_rehearsal%'"), "0");
    assert_eq!((applied(&prod).as_str(), prod.query("SELECT count(*) FROM \"Invoice\"").as_str()), ("1", "3"));
}
