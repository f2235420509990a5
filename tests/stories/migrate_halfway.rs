//! Deployments that do not come to their end alone: two at once, one that waits, one that fails half-way, one that is killed.

use std::process::Stdio;

use crate::migrate_deploy::{applied, deploys, holds, ready, ready_with};
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::world::{Shell, World};

const PAID: &str = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";

/// What `migrate status` says, in one piece.
fn status(world: &World) -> String {
    String::from_utf8(world.run(&["migrate", "status"]).stdout).unwrap()
}

#[test]
fn of_two_deployments_the_second_is_told_who_is_at_it() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready_with(&dev, &prod, Prisma::Six, PAID, "[env.prod.deploy]\nlock_timeout = \"1m\"\n");
    let mut session = world.enter(Shell::Bash);
    let holder = prod.holds("BEGIN; LOCK TABLE \"Invoice\" IN ACCESS SHARE MODE;");
    session.presses("nexus-env migrate deploy -e prod\r");
    session.shows("to apply them: ");
    session.presses("prod\r");
    // What takes long is told with what it waits for.
    session.shows("nexus-env: 20260301000000_second has been running for ");
    session.shows(", and waits for a lock that session ");
    session.shows(" (postgres, psql) holds");
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3);
    holds(
        &refused.stderr,
        &[
            "blocked: 1 thing stands in the way of migrations to prod\n  20260301000000_second is being applied to prod by session ",
            " (postgres, nexus-env), for ",
            "\n    wait for it, then nexus-env migrate status\n",
        ],
    );
    holds(&status(&world), &["in the way: 20260301000000_second is being applied to prod by session "]);
    drop(holder);
    let reply = session.returns();
    assert_eq!((reply.status(), applied(&prod).as_str()), (0, "2"), "{}", reply.text());
    // Before anything is written, Prisma's own lock tells.
    let _holder = prod.holds("DO $$ BEGIN PERFORM pg_advisory_lock(72707369); END $$;");
    world.writes("prisma/migrations/20260401000000_third/migration.sql", "CREATE TABLE \"Note\" (\"id\" INTEGER);\n");
    let refused = world.run(&["migrate", "deploy", "-e", "prod"]).ends_with_status(3);
    holds(&refused.stderr, &["migrations are being applied to prod right now, by session ", " (postgres, psql), for "]);
}

/// Fails at its last statement on prod's rows, which its second one keeps from being foretold.
const HALF: &str = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n\
                    UPDATE \"Invoice\" SET \"number\" = \"number\" WHERE \"id\" > 0;\n\
                    ALTER TABLE \"Invoice\" ALTER \"note\" SET NOT NULL;\n";

#[test]
fn what_fails_half_way_says_which_statements_are_there() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Seven, HALF);
    let (text, ended) = deploys(&world, "", "prod");
    assert_eq!((ended, applied(&prod).as_str()), (1, "1"), "{text}");
    holds(
        &text,
        &["what stands above it STAYS: Prisma 7.10 sends each statement alone", "20260301000000_second is half-way"],
    );
    holds(
        &status(&world),
        &[
            "prod: 1 applied, one begun and not ended\n",
            "in the way: 20260301000000_second began on prod and did not end: ",
            "; of its statements line 1 is there, line 3 is not there, line 2 is not to be seen\n    \
             undo what is there, then nexus-env run -e prod --write -- npx prisma migrate resolve --rolled-back 20260301000000_second\n    \
             or do what is not there by hand, then nexus-env run -e prod --write -- npx prisma migrate resolve --applied 20260301000000_second\n",
        ],
    );
}

#[test]
fn what_fails_in_one_transaction_leaves_nothing() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, HALF);
    let (text, ended) = deploys(&world, "", "prod");
    assert_eq!((ended, applied(&prod).as_str()), (1, "1"), "{text}");
    holds(&text, &["if a statement fails, nothing of this migration stays (Prisma 6.19)"]);
    holds(
        &status(&world),
        &["; nothing of it is there\n    \
             nexus-env run -e prod --write -- npx prisma migrate resolve --rolled-back 20260301000000_second\n"],
    );
}

#[test]
fn what_was_killed_says_next_time_what_stands_where() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\nCREATE TABLE \"Note\" (\"id\" INTEGER);\n";
    let world = ready(&dev, &prod, Prisma::Seven, second);
    let identity = std::fs::read_to_string(world.home().join(".config/nexus-env/identity.txt")).unwrap();
    let key = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY")).unwrap().to_owned();
    let world = world.variable("NEXUS_ENV_IDENTITY", key);
    // Another table of that name is being made, so the second statement waits for how that ends.
    let holder = prod.holds("BEGIN; CREATE TABLE \"Note\" (id int);");
    // In a session of its own, so that all of it can be killed at once.
    let mut command = world.command("nexus-env", world.repo());
    command.args(["migrate", "deploy", "-e", "prod", "--yes"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    prod.until("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
    // SAFETY: a signal to the group of our own child.
    unsafe { libc::kill(-(child.id() as libc::pid_t), libc::SIGKILL) };
    child.wait().unwrap();
    // The server's own end of it gives up after its lock_timeout.
    prod.until("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", "0");
    drop(holder);
    holds(
        &status(&world),
        &[
            "in the way: 20260301000000_second began on prod and did not end: it failed, or whoever applied it was killed; \
             of its statements line 1 is there, line 2 is not there\n",
            "note: the deployment of ",
            " (1 migration: 20260301000000_second) did not get to say how it ended\n",
        ],
    );
}
