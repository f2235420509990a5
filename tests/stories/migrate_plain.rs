//! A plain `prisma migrate deploy` on a protected environment: the same road as `migrate deploy`, at the prompt, through
//! `run` and from a program that only Prisma's engine sees.

use crate::migrate_deploy::{SECOND, applied, holds, ready, ready_with};
use crate::migrate_status::brought;
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::world::{Session, Shell, World};

const PAID: &str = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";
const THIRD: &str = "prisma/migrations/20260401000000_third";

/// A shell in which prod is selected and writable.
fn on_prod(world: &World) -> Session<'_> {
    let mut session = world.enter(Shell::Bash);
    session.answers("nexus-env use prod --write", "read-only: ", "prod").ends_with_status(0);
    session
}

/// The entries of the log that are about deployments: `EVENT through: detail`.
#[track_caller]
pub fn logged(world: &World) -> Vec<String> {
    let log = world.run(&["log", "--json"]).ends_with_status(0).stdout;
    let log: serde_json::Value = serde_json::from_slice(&log).unwrap();
    let told = log["entries"].as_array().unwrap().iter().filter_map(|line| {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let event = text("event");
        event.starts_with("deploy").then(|| {
            assert_eq!(text("environment"), "prod", "{line}");
            format!("{event} {}: {}", text("through"), text("detail")).replace(" : ", ": ")
        })
    });
    told.collect()
}

#[test]
fn what_stands_in_the_way_is_told_wherever_prisma_is_started() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    world.writes(&format!("{THIRD}/migration.sql"), "ALTER TABLE \"Invoice\" ADD COLUMN \"late\" BOOLEAN;\n");
    let mut session = on_prod(&world);
    let told = "nexus-env: blocked: 2 things stand in the way of migrations to prod\n  \
                  20260401000000_third is not committed\n    \
                    git add prisma/migrations/20260401000000_third && git commit\n  \
                  20260401000000_third is not applied on dev\n    \
                    nexus-env run -e dev -- npx prisma migrate deploy";
    session.types("npx prisma migrate deploy").prints(told).ends_with_status(3);
    session.types("npx prisma migrate deploy --schema ./prisma/schema.prisma").prints(told).ends_with_status(3);
    session.types("npx prisma migrate deploy --schema=other.prisma").ends_with_status(3).prints(
        "nexus-env: blocked: nobody can say here which migrations this would bring to prod\n  \
           in the package whose migrations are meant: nexus-env migrate deploy -e prod",
    );
    // Where no function of the shell sees it, Prisma's own engine asks.
    let reply = session.types("node node_modules/prisma/build/index.js migrate deploy");
    assert!(reply.text().contains("20260401000000_third is not committed"), "{}", reply.text());
    assert_eq!(applied(&prod), "1");
}

#[test]
fn at_the_prompt_it_is_shown_compared_and_recorded_as_by_our_own_command() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    prod.query("CREATE INDEX hot ON \"Invoice\" (note)");
    let mut session = on_prod(&world);
    let reply = session.answers("npx prisma migrate deploy", "to go on: ", "prod");
    assert_eq!(reply.status(), 0, "{}", reply.text());
    holds(
        reply.text(),
        &[
            "1 migration for prod, from prisma/migrations\n",
            "if a statement fails, nothing of this migration stays",
            "\ndrift    prod's structure is not what its migrations make\n         \
               the index hot of Invoice is on prod and in no migration that it has\n",
            "deploy   prisma migrate deploy as it was typed, which waits for a lock as long as the server lets it\n         \
               nexus-env migrate deploy -e prod sets time-outs",
            "nexus-env: prisma migrate deploy: ",
            "All migrations have been successfully applied.",
            "nexus-env: prod has the migration that was promised, read back from it",
        ],
    );
    assert_eq!(applied(&prod), "2");
    assert_eq!(
        logged(&world),
        [
            "deploy-started shell: 1 migration: 20260301000000_second",
            "deployed shell: 1 migration: 20260301000000_second"
        ]
    );
}

#[test]
fn through_run_its_end_is_kept_also_where_it_failed() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" ADD CONSTRAINT \"c\" CHECK (length(number) > 1);\n";
    let world = ready(&dev, &prod, Prisma::Six, second);
    let mut session = world.enter(Shell::Bash);
    session.presses("nexus-env run -e prod --write -- node_modules/.bin/prisma migrate deploy\r");
    session.shows("read-only: ");
    session.presses("prod\r");
    session.shows("to go on: ");
    session.presses("prod\r");
    let reply = session.returns();
    assert_eq!((reply.status(), applied(&prod).as_str()), (1, "1"), "{}", reply.text());
    holds(
        reply.text(),
        &[
            "drift    none: ",
            "nexus-env: 0 of 1 migrations were applied to prod: it ended with exit status 1\n\
             hint: 20260301000000_second is half-way; nexus-env migrate status says what to type",
        ],
    );
    assert_eq!(
        logged(&world),
        [
            "deploy-started run: 1 migration: 20260301000000_second",
            "deploy-failed run: exit status 1; 0 of 1 migrations"
        ]
    );
}

/// Starts Prisma in words that nobody can read from outside.
const RELEASE: &str = "#!/usr/bin/env node\nconst words = ['dep' + 'loy', 'mig' + 'rate'].reverse();\n\
    const { status } = require('child_process').spawnSync(process.execPath, ['node_modules/' + 'pri' + 'sma/build/index.js', ...words], { stdio: 'inherit' });\n\
    process.exit(status);\n";

/// The program's deployment of one migration is asked about and recorded by this layer.
#[track_caller]
fn released(world: &World, session: &mut Session<'_>, layer: &str, migration: &str) {
    let before = logged(world).len();
    let reply = session.answers("release", "to go on: ", "prod");
    assert_eq!(reply.status(), 0, "{}", reply.text());
    holds(reply.text(), &["1 migration for prod, from prisma/migrations\n", "drift    none: ", "to go on: "]);
    // It may tell a moment after Prisma is gone.
    let deadline = std::time::Instant::now() + crate::world::PATIENCE;
    while logged(world).len() < before + 2 {
        assert!(std::time::Instant::now() < deadline, "{:?}", logged(world));
    }
    let told = ["deploy-started", "deployed"].map(|event| format!("{event} {layer}: 1 migration: {migration}"));
    assert_eq!(logged(world)[before..], told);
}

#[test]
fn from_a_program_that_nobody_can_read_prismas_engine_asks_and_tells_how_it_ended() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Seven, PAID).program("release", RELEASE);
    released(&world, &mut on_prod(&world), "engine", "20260301000000_second");
    assert_eq!(applied(&prod), "2");
}

#[test]
fn where_no_engine_of_ours_sees_it_the_preload_of_node_does() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID).program("release", RELEASE);
    let mut session = on_prod(&world);
    released(&world, &mut session, "engine", "20260301000000_second");
    world.writes(&format!("{THIRD}/migration.sql"), "ALTER TABLE \"Invoice\" ADD COLUMN \"late\" BOOLEAN;\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "third"]);
    brought(&world, &dev);
    session.types("export PRISMA_SCHEMA_ENGINE_BINARY=\"$NEXUS_ENV_ENGINE\"");
    released(&world, &mut session, "node", "20260401000000_third");
    assert_eq!(applied(&prod), "3");
}

#[test]
fn what_prisma_would_find_is_what_is_checked() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    let schema = std::fs::read_to_string(world.repo().join("prisma/schema.prisma")).unwrap();
    world.writes("other/prisma/schema.prisma", &schema);
    world.writes("other/prisma/migrations/20260501000000_odd/migration.sql", "DROP TABLE \"Invoice\";\n");
    let mut session = on_prod(&world);
    // Another package on the same line, and by its schema.
    for line in
        ["cd other && npx prisma migrate deploy", "npx prisma migrate deploy --schema other/prisma/schema.prisma"]
    {
        let reply = session.types(line).ends_with_status(3);
        holds(
            reply.text(),
            &[
                "20260501000000_odd is not committed\n    git add other/prisma/migrations/20260501000000_odd && git commit",
            ],
        );
    }
    session.types("cd \"$(echo oth)er\" && npx prisma migrate deploy").ends_with_status(3);
    // Another schema of prod's database than the one that was looked at.
    let url = format!("{}?schema=other", prod.url(prod.port));
    let reply = session.types(&format!("DATABASE_URL='{url}' npx prisma migrate deploy")).ends_with_status(3);
    holds(
        reply.text(),
        &[
            "prod was checked, and Prisma would be given another URL than the stored one\n    nexus-env migrate deploy -e prod",
        ],
    );
    assert_eq!(applied(&prod), "1");
}

#[test]
fn a_backup_that_is_declared_is_not_left_out() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready_with(&dev, &prod, Prisma::Six, PAID, "[env.prod.backup]\ncommand = [\"true\"]\n");
    let mut session = on_prod(&world);
    session.types("npx prisma migrate deploy").ends_with_status(3).prints(
        "nexus-env: blocked: 1 thing stands in the way of migrations to prod\n  \
           prod has a backup declared, and a plain Prisma makes none\n    \
             nexus-env migrate deploy -e prod",
    );
}

#[test]
fn what_changes_while_the_name_is_typed_is_noticed() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    let mut session = on_prod(&world);
    session.presses("npx prisma migrate deploy\r");
    session.shows("to go on: ");
    world.writes(SECOND, "DROP TABLE \"Invoice\";\n");
    session.presses("prod\r");
    let reply = session.returns();
    assert_eq!((reply.status(), applied(&prod).as_str()), (3, "1"), "{}", reply.text());
    holds(reply.text(), &["blocked: something changed since it was checked, so nothing was applied"]);
}

#[test]
fn one_that_was_killed_is_said_at_the_next_status() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\nCREATE TABLE \"Note\" (\"id\" INTEGER);\n";
    let world = ready(&dev, &prod, Prisma::Seven, second);
    // Another table of that name is being made, so the second statement waits for how that ends.
    let holder = prod.holds("BEGIN; CREATE TABLE \"Note\" (id int);");
    let mut session = on_prod(&world);
    session.presses("npx prisma migrate deploy\r");
    session.shows("to go on: ");
    session.presses("prod\r");
    prod.until("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
    // The terminal is gone with its shell, and nobody is left to tell how it ended.
    drop(session);
    prod.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted");
    prod.until("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", "0");
    drop(holder);
    let status = String::from_utf8(world.run(&["migrate", "status"]).stdout).unwrap();
    holds(
        &status,
        &[
            "in the way: 20260301000000_second began on prod and did not end: ",
            "; of its statements line 1 is there, line 2 is not there\n",
            "note: the deployment of ",
            " (1 migration: 20260301000000_second) did not get to say how it ended\n",
        ],
    );
}
