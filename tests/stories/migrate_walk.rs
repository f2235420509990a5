//! The ways out of bad states, typed as they are told; three steps; and what the look at a target costs it.

use crate::database::CONFIGURATION;
use crate::migrate_deploy::{SECOND, applied, holds, ready};
use crate::migrate_status::{brought, brought_into, world};
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::world::{Session, Shell, World};

const PAID: &str = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";

/// What `migrate status` says.
fn status(world: &World) -> String {
    String::from_utf8(world.run(&["migrate", "status"]).stdout).unwrap()
}

/// The first command for `migrate resolve` that it tells.
#[track_caller]
fn told_to_resolve(world: &World) -> String {
    let text = status(world);
    let line = text.lines().find(|line| line.contains("migrate resolve")).unwrap_or_else(|| panic!("{text}"));
    line.trim().split(", where").next().unwrap().to_owned()
}

/// Types a command that asks for prod's name to write, and once more since it changes the history.
#[track_caller]
fn types_it(session: &mut Session<'_>, line: &str) {
    session.presses(&format!("{line}\r"));
    session.shows_again("read-only: ");
    session.presses("prod\r");
    session.shows_again("to go on: ");
    session.presses("prod\r");
    session.returns().ends_with_status(0);
}

#[test]
fn a_database_without_a_history_gets_its_baseline_as_it_is_told() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod, Prisma::Six);
    brought(&world, &dev);
    let first = std::fs::read_to_string(world.repo().join("prisma/migrations/20260101000000_first/migration.sql"));
    prod.query(&first.unwrap());
    holds(
        &status(&world),
        &["in the way: prod has 1 table and no history of migrations, so Prisma refuses (P3005)\n    \
               nexus-env run -e prod --write -- npx prisma migrate resolve --applied 20260101000000_first\n"],
    );
    types_it(&mut world.enter(Shell::Bash), &told_to_resolve(&world));
    world.run(&["migrate", "status"]).ends_with_status(0);
}

#[test]
fn one_that_failed_is_resolved_as_it_is_told_and_applied() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    // As Prisma leaves it: the row begins before the SQL runs.
    prod.query(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES \
         ('x', 'x', '20260301000000_second', 'column already exists')",
    );
    let mut session = world.enter(Shell::Bash);
    types_it(&mut session, &told_to_resolve(&world));
    let reply = session.answers("nexus-env migrate deploy -e prod", "to apply them: ", "prod");
    assert_eq!((reply.status(), applied(&prod).as_str()), (0, "2"), "{}", reply.text());
    world.run(&["migrate", "status"]).ends_with_status(0);
}

#[test]
fn one_that_is_on_prod_and_not_here_is_found_where_it_is_told() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    brought(&world, &prod);
    world.git(&["branch", "theirs"]);
    world.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3);
    holds(
        &refused.stderr,
        &["20260301000000_second is applied on prod and not here: on another branch, or deleted\n    \
               git log --all --oneline -- prisma/migrations/20260301000000_second\n    \
               git checkout BRANCH -- prisma/migrations/20260301000000_second\n"],
    );
    let found = world.git(&["log", "--all", "--oneline", "--", "prisma/migrations/20260301000000_second"]);
    assert!(String::from_utf8_lossy(&found.stdout).contains("second"));
    world.git(&["checkout", "--quiet", "theirs", "--", "prisma/migrations/20260301000000_second"]);
    world.git(&["commit", "--quiet", "-m", "theirs"]);
    world.run(&["migrate", "status"]).ends_with_status(0);
}

#[test]
fn a_migration_goes_through_every_step_on_its_way() {
    let (dev, test, prod) = (Server::start("hunter2"), Server::start("hunter3"), Server::start("hunter4"));
    let configuration = CONFIGURATION
        .replace("[env.prod]\n", "[env.test]\npromote_from = \"dev\"\n[env.prod]\npromote_from = \"test\"\n");
    let world = World::with(&configuration)
        .secret("dev", "DATABASE_URL", dev.url(dev.port))
        .secret("test", "DATABASE_URL", test.url(test.port))
        .secret("prod", "DATABASE_URL", prod.url(prod.port));
    let world = Prisma::Six.moves_into(world).file(".gitignore", "node_modules\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "first"]);
    brought(&world, &dev);
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3);
    holds(&refused.stderr, &["20260101000000_first is not applied on test\n    nexus-env migrate deploy -e test\n"]);
    // test is open, so nobody is asked.
    world.run(&["migrate", "deploy", "-e", "test"]).ends_with_status(0);
    let mut session = world.enter(Shell::Bash);
    let reply = session.answers("nexus-env migrate deploy -e prod", "to apply them: ", "prod");
    assert_eq!((reply.status(), applied(&prod).as_str()), (0, "1"), "{}", reply.text());
    holds(reply.text(), &["(applied on dev ", ", test "]);
    world.run(&["migrate", "status"]).ends_with_status(0);
}

#[test]
fn the_look_at_a_target_needs_no_more_than_a_reader_has_and_ends_in_time() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" DROP COLUMN \"note\";\nDROP TABLE \"Old\";\n";
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    for server in [&dev, &prod] {
        server.query("CREATE TABLE \"Old\" (id int); INSERT INTO \"Old\" VALUES (1), (2)");
    }
    world.writes("prisma/migrations/20260401000000_third/migration.sql", second);
    world.git(&["add", "prisma"]);
    world.git(&["commit", "--quiet", "-m", "third"]);
    brought(&world, &dev);
    let changes = prod.changes();
    // Nothing but ACCESS SHARE goes beside it (manual, 13.3.1).
    let holder = prod.holds("BEGIN; LOCK TABLE \"Invoice\", \"Old\" IN EXCLUSIVE MODE;");
    let dry = world.run(&["migrate", "deploy", "-e", "prod", "--dry-run"]).ends_with_status(0);
    holds(
        &String::from_utf8(dry.stdout).unwrap(),
        &[
            "^ now: 2 values of Invoice.note are lost\n",
            "^ now: 2 rows of Old are lost\n",
            "has had a transaction open for ",
            "and holds a lock on Invoice",
        ],
    );
    drop(holder);
    // Somebody rebuilds it, and the look gives up.
    let holder = prod.holds("BEGIN; LOCK TABLE \"Invoice\" IN ACCESS EXCLUSIVE MODE;");
    let dry = world.run(&["migrate", "deploy", "-e", "prod", "--dry-run"]).ends_with_status(0);
    holds(
        &String::from_utf8(dry.stdout).unwrap(),
        &[
            "^ now: the values of Invoice.note could not be counted: somebody holds a lock that it waited for\n",
            "\nprod now\n  Invoice: its size could not be read: somebody holds a lock that it waited for\n",
        ],
    );
    drop(holder);
    assert_eq!(prod.changes(), changes);
}

#[test]
fn several_schemas_stand_beside_each_other_and_each_is_deployed_from_its_package() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    // A schema that is a folder of files, in a package of its own, with a database of its own.
    world.writes("package.json", "{ \"private\": true, \"workspaces\": [\"billing\"] }\n");
    world.writes("billing/package.json", "{ \"name\": \"billing\", \"prisma\": { \"schema\": \"db\" } }\n");
    world.writes(
        "billing/db/main.prisma",
        "datasource db {\n  provider = \"postgresql\"\n  url = env(\"BILLING_URL\")\n}\n",
    );
    world.writes("billing/db/models/bill.prisma", "model Bill {\n  id Int @id\n}\n");
    world.writes("billing/db/migrations/migration_lock.toml", "provider = \"postgresql\"\n");
    world.writes(
        "billing/db/migrations/20260201000000_bills/migration.sql",
        "CREATE TABLE \"Bill\" (\"id\" INTEGER NOT NULL, CONSTRAINT \"Bill_pkey\" PRIMARY KEY (\"id\"));\n",
    );
    for (name, server) in [("dev", &dev), ("prod", &prod)] {
        server.query("CREATE DATABASE billing");
        world.sets(name, "BILLING_URL", server.url(server.port).replace("nexus_db", "billing"));
    }
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "billing"]);
    holds(
        &status(&world),
        &[
            "prisma/migrations · Prisma 6.19\n",
            "20260301000000_second  committed  ",
            "billing/db/migrations",
            "20260201000000_bills  committed  pending  pending\n",
        ],
    );
    brought_into(&world, "billing/db/migrations", &dev, "billing");
    let mut session = world.enter(Shell::Bash);
    session.types("cd billing");
    let reply = session.answers("nexus-env migrate deploy -e prod", "to apply them: ", "prod");
    assert_eq!(reply.status(), 0, "{}", reply.text());
    holds(
        &status(&world),
        &["prod: 1 applied, 1 pending\n", "billing/db/migrations", "prod: 1 applied, nothing waits\n"],
    );
    assert_eq!((applied(&prod).as_str(), world.repo().join(SECOND).exists()), ("1", true));
}
