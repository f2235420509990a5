//! Ctrl-C, as a key of a terminal, during a rehearsal and at each point of a deployment: what was made on the way is gone, the
//! terminal is as it was, and the log has the end.

use crate::migrate_deploy::{applied, holds, ready, ready_with};
use crate::migrate_plain::logged;
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::world::{Session, Shell, World};

const PAID: &str = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";
const PATIENT: &str = "[env.prod.deploy]\nlock_timeout = \"10m\"\n";
const LEFT: &str = "SELECT count(*) FROM pg_database WHERE datname LIKE 'nexus\\_rehearsal\\_%'";

fn terminal(session: &mut Session<'_>) -> String {
    session.types("stty -g").ends_with_status(0).text().to_owned()
}

fn scratches(world: &World) -> usize {
    let entries = std::fs::read_dir(world.temporary()).unwrap();
    let ours = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("nexus-env-rehearsal");
    entries.flatten().filter(ours).count()
}

#[test]
fn a_rehearsal_that_is_stopped_leaves_nothing() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    // Long, where it is rehearsed.
    let second =
        "DO $$ BEGIN IF current_database() LIKE 'nexus_rehearsal%' THEN PERFORM pg_sleep(600); END IF; END $$;\n";
    let world = ready(&dev, &prod, Prisma::Six, second);
    let mut session = world.enter(Shell::Bash);
    let before = (terminal(&mut session), scratches(&world));
    session.presses("nexus-env migrate rehearse -e prod\r");
    dev.until(
        "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'nexus_rehearsal%' AND wait_event = 'PgSleep'",
        "1",
    );
    session.presses("\x03");
    let reply = session.returns();
    assert_eq!(reply.status(), 130, "{}", reply.text());
    holds(reply.text(), &["nexus-env: stopped: the copy is gone, and nothing was changed on prod"]);
    assert!(!reply.text().contains("do not apply"), "{}", reply.text());
    assert_eq!(dev.query(LEFT), "0");
    assert_eq!((terminal(&mut session), scratches(&world)), before);
    assert_eq!(applied(&prod), "1");
}

#[test]
fn a_question_that_is_stopped_is_no_yes_and_is_recorded() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    let mut session = world.enter(Shell::Bash);
    let before = terminal(&mut session);
    session.presses("nexus-env migrate deploy -e prod\r");
    session.shows("to apply them: ");
    session.presses("\x03");
    let reply = session.returns();
    assert_eq!(reply.status(), 130, "{}", reply.text());
    holds(reply.text(), &["to apply them: ", "nexus-env: it was not confirmed, nothing changed"]);
    assert_eq!((terminal(&mut session), dev.query(LEFT).as_str()), (before, "0"));
    let log = String::from_utf8(world.run(&["log"]).stdout).unwrap();
    assert!(log.contains("not-confirmed"), "{log}");
    assert_eq!((applied(&prod).as_str(), logged(&world).len()), ("1", 0));
}

#[test]
fn a_deployment_that_is_stopped_says_how_far_it_came() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready_with(&dev, &prod, Prisma::Six, PAID, PATIENT);
    let mut session = world.enter(Shell::Bash);
    let before = terminal(&mut session);
    let holder = prod.holds("BEGIN; LOCK TABLE \"Invoice\" IN ACCESS SHARE MODE;");
    session.presses("nexus-env migrate deploy -e prod\r");
    session.shows("to apply them: ");
    session.presses("prod\r");
    prod.until("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
    session.presses("\x03");
    let reply = session.returns();
    assert_eq!((reply.status(), applied(&prod).as_str()), (130, "1"), "{}", reply.text());
    holds(
        reply.text(),
        &[
            "nexus-env: 0 of 1 migrations were applied to prod: Prisma ended with ",
            // Prisma is gone, and its session waits for the lock still.
            "hint: session ",
            ", is still at it on the server; when it is over: nexus-env migrate status",
        ],
    );
    assert_eq!((terminal(&mut session), dev.query(LEFT).as_str()), (before, "0"));
    let log = logged(&world);
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log[1].starts_with("deploy-failed") && log[1].ends_with("; 0 of 1 migrations"), "{log:?}");
    drop(holder);
}

#[test]
fn a_plain_deployment_that_is_stopped_says_so_too() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = ready(&dev, &prod, Prisma::Six, PAID);
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let mut session = world.enter(shell);
        session.answers("nexus-env use prod --write", "read-only: ", "prod").ends_with_status(0);
        let before = terminal(&mut session);
        let holder = prod.holds("BEGIN; LOCK TABLE \"Invoice\" IN ACCESS SHARE MODE;");
        session.presses("npx prisma migrate deploy\r");
        session.shows("to go on: ");
        session.presses("prod\r");
        prod.until("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'", "1");
        session.presses("\x03");
        let reply = session.returns();
        assert_ne!(reply.status(), 0, "{}", reply.text());
        holds(reply.text(), &["0 of 1 migrations were applied to prod: it ended with exit status "]);
        assert_eq!(terminal(&mut session), before);
        let log = logged(&world);
        assert!(log[log.len() - 1].starts_with("deploy-failed shell: exit status "), "{log:?}");
        prod.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted");
        prod.until("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", "0");
        drop(holder);
        prod.query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL");
    }
}
