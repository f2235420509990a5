//! `migrate status`: git × dev × prod, over real connections, with the rows that the real Prisma writes.

use std::process::Command;

use crate::database::CONFIGURATION;
use crate::real::postgres::{DATABASE, Server};
use crate::real::prisma::Prisma;
use crate::world::{Output, World};

const FIRST: &str = "prisma/migrations/20260101000000_first/migration.sql";
const SECOND: &str = "prisma/migrations/20260301000000_second/migration.sql";

/// dev → prod, each with a server of its own and the first migration in git.
pub fn world(dev: &Server, prod: &Server, prisma: Prisma) -> World {
    world_with(dev, prod, prisma, "")
}

/// The same, with more about prod.
pub fn world_with(dev: &Server, prod: &Server, prisma: Prisma, more: &str) -> World {
    let configuration = CONFIGURATION.replace("[env.prod]\n", &format!("[env.prod]\npromote_from = \"dev\"\n{more}"));
    let world = World::with(&configuration)
        .secret("dev", "DATABASE_URL", dev.url(dev.port))
        .secret("prod", "DATABASE_URL", prod.url(prod.port))
        .calls(dev.port, "15433")
        .calls(prod.port, "15434");
    let world = prisma.moves_into(world).file(".gitignore", "node_modules\n.nexusenv.local\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "first"]);
    world
}

/// The real `prisma migrate WORDS`, as it is with no guard around it, on this server.
#[track_caller]
pub fn prisma(world: &World, server: &Server, words: &[&str]) -> Output {
    let program = world.repo().join("node_modules/.bin/prisma");
    let mut command: Command = world.command("node", world.repo());
    command
        .arg(program.canonicalize().unwrap())
        .args(["migrate"])
        .args(words)
        .env("DATABASE_URL", server.url(server.port));
    world.finish(command, b"")
}

/// Leaves the database as `prisma migrate deploy` would, in a tenth of its time: for what a story begins with. The history's
/// table is Prisma's own (prisma-engines, `sql-schema-connector`, 6 and 7).
pub fn brought(world: &World, server: &Server) {
    brought_into(world, "prisma/migrations", server, DATABASE);
}

/// The same for the migrations of this folder and another database of the server.
pub fn brought_into(world: &World, folder: &str, server: &Server, database: &str) {
    let query = |sql: &str| server.query_in(database, sql);
    query(
        "SET client_min_messages = error; CREATE TABLE IF NOT EXISTS _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum \
         VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at \
         TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)",
    );
    let directory = world.repo().join(folder);
    let entries = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    let mut migrations: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    migrations.sort();
    let done = query("SELECT migration_name FROM _prisma_migrations");
    for path in migrations {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if done.lines().any(|done| done == name) {
            continue;
        }
        let sql = std::fs::read_to_string(path.join("migration.sql")).unwrap();
        query(&sql);
        query(&format!(
            "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) \
             VALUES (gen_random_uuid(), encode(sha256(convert_to($sql${sql}$sql$, 'UTF8')), 'hex'), now(), '{name}', 1)"
        ));
    }
}

/// `2026-11-27 01:40` is another in every run.
fn steady(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let is_time = |at: usize| {
        bytes.get(at..at + 16).is_some_and(|piece| {
            piece
                .iter()
                .zip("dddd-dd-dd dd:dd".chars())
                .all(|(c, form)| if form == 'd' { c.is_ascii_digit() } else { *c == form })
        })
    };
    let mut out = String::new();
    let mut at = 0;
    while at < bytes.len() {
        if is_time(at) {
            out.push_str("2026-02-03 04:05");
            at += 16;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

#[track_caller]
fn says(world: &World, status: i32, expected: &str) {
    let output = world.run(&["migrate", "status"]).ends_with_status(status).says("");
    assert_eq!(world.tidy(&steady(&String::from_utf8(output.stdout).unwrap())), expected);
}

#[test]
fn a_migration_is_followed_from_the_work_tree_to_prod() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod, Prisma::Six);
    says(
        &world,
        1,
        "prisma/migrations · Prisma 6.19\n  \
           migration             git        dev      prod\n  \
           20260101000000_first  committed  pending  pending\n\n\
         dev: 0 applied, 1 pending\n  \
           ready: nexus-env run -e dev -- npx prisma migrate deploy\n\n\
         prod: 0 applied, 1 pending\n  \
           in the way: 20260101000000_first is not applied on dev\n    \
             nexus-env run -e dev -- npx prisma migrate deploy\n",
    );
    prisma(&world, &dev, &["deploy"]).succeeds();
    says(
        &world,
        0,
        "prisma/migrations · Prisma 6.19\n  \
           migration             git        dev               prod\n  \
           20260101000000_first  committed  2026-02-03 04:05  pending\n\n\
         dev: 1 applied, nothing waits\n\n\
         prod: 0 applied, 1 pending\n  \
           ready: nexus-env migrate deploy -e prod\n",
    );
    brought(&world, &prod);
    world.writes(SECOND, "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n");
    world.writes(FIRST, "-- another text\n");
    says(
        &world,
        1,
        "prisma/migrations · Prisma 6.19\n  \
           migration              git        dev                            prod\n  \
           20260101000000_first   modified   2026-02-03 04:05 EDITED since  2026-02-03 04:05 EDITED since\n  \
           20260301000000_second  untracked  pending                        pending\n\n\
         dev: 0 applied, 1 pending\n  \
           in the way: 20260101000000_first was edited after it was applied on dev\n    \
             git log --oneline -- prisma/migrations/20260101000000_first\n    \
             give it back the text that was applied, and write the change as a new migration\n  \
           in the way: 20260301000000_second is not committed\n    \
             git add prisma/migrations/20260301000000_second && git commit\n\n\
         prod: 0 applied, 1 pending\n  \
           in the way: 20260101000000_first was edited after it was applied on prod\n    \
             git log --oneline -- prisma/migrations/20260101000000_first\n    \
             give it back the text that was applied, and write the change as a new migration\n  \
           in the way: 20260301000000_second is not committed\n    \
             git add prisma/migrations/20260301000000_second && git commit\n  \
           in the way: 20260301000000_second is not applied on dev\n    \
             nexus-env run -e dev -- npx prisma migrate deploy\n",
    );
}

#[test]
fn bad_states_come_with_what_to_type() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod, Prisma::Six);
    brought(&world, &dev);
    brought(&world, &prod);
    world.writes(SECOND, "ALTER TABLE \"Nothing\" ADD COLUMN \"paid\" BOOLEAN;\n");
    world.git(&["add", "prisma"]);
    world.git(&["commit", "--quiet", "-m", "second"]);
    prisma(&world, &prod, &["deploy"]).ends_with_status(1);
    prod.query(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) \
         VALUES ('x', 'x', '20260201000000_lost', now(), now(), 1)",
    );
    let json = world.run(&["migrate", "status", "--json"]).ends_with_status(1);
    let page: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let prods = &page["places"][0]["environments"][1];
    let kinds: Vec<&str> =
        prods["in_the_way"].as_array().unwrap().iter().map(|told| told["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["orphan", "failed"], "{prods}");
    let failed = &page["places"][0]["migrations"][2];
    assert_eq!(failed["environments"]["prod"]["state"], "failed");
    assert!(failed["environments"]["prod"]["logs"].as_str().unwrap().contains("Nothing"), "{failed}");
    // What `resolve` does is understood.
    prisma(&world, &prod, &["resolve", "--rolled-back", "20260301000000_second"]).succeeds();
    let page: serde_json::Value = serde_json::from_slice(&world.run(&["migrate", "status", "--json"]).stdout).unwrap();
    assert_eq!(page["places"][0]["migrations"][2]["environments"]["prod"]["state"], "rolled-back");
}

#[test]
fn a_squash_is_marked_and_not_applied() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod, Prisma::Six);
    brought(&world, &dev);
    brought(&world, &prod);
    world.git(&["mv", "prisma/migrations/20260101000000_first", "prisma/migrations/20260401000000_squashed"]);
    world.git(&["commit", "--quiet", "-m", "squash"]);
    prisma(&world, &dev, &["resolve", "--applied", "20260401000000_squashed"]).succeeds();
    says(
        &world,
        1,
        "prisma/migrations · Prisma 6.19\n  \
           migration                git        dev                              prod\n  \
           20260101000000_first     missing    2026-02-03 04:05 squashed        2026-02-03 04:05 squashed\n  \
           20260401000000_squashed  committed  2026-02-03 04:05 marked by hand  there, not marked\n\n\
         dev: 1 applied, nothing waits\n\n\
         prod: 0 applied, 1 pending\n  \
           in the way: 20260401000000_squashed takes the place of migrations that prod has: it has to be marked, not applied\n    \
             nexus-env run -e prod --write -- npx prisma migrate resolve --applied 20260401000000_squashed\n",
    );
    let checksum =
        dev.query("SELECT checksum FROM _prisma_migrations WHERE migration_name = '20260401000000_squashed'");
    prod.query(&format!(
        "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) \
         VALUES ('x', '{checksum}', now(), '20260401000000_squashed', 0)"
    ));
    world.run(&["migrate", "status"]).ends_with_status(0);
}

#[test]
fn what_cannot_be_looked_at_is_said_and_is_no_pass() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let world = world(&dev, &prod, Prisma::Six);
    brought(&world, &dev);
    world.sets("prod", "DATABASE_URL", "postgresql://postgres:x@127.0.0.1:1/nexus_db");
    says(
        &world,
        1,
        "prisma/migrations · Prisma 6.19\n  \
           migration             git        dev               prod\n  \
           20260101000000_first  committed  2026-02-03 04:05  ?\n\n\
         dev: 1 applied, nothing waits\n\n\
         prod: did not answer: nobody answers there (127.0.0.1 port 1)\n  \
           hint: start the server, or the tunnel to it, and try again\n",
    );
    // A database that says that it is another environment's is not read as this one's.
    dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:prod]'");
    let page: serde_json::Value = serde_json::from_slice(&world.run(&["migrate", "status", "--json"]).stdout).unwrap();
    let why = page["places"][0]["environments"][0]["why"].as_str().unwrap();
    assert!(why.starts_with("says that it is prod, by its label"), "{why}");
}

#[test]
fn what_cannot_be_opened_is_said_of_its_environment() {
    let world = crate::pausing::world()
        .file(
            "prisma/schema.prisma",
            "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n",
        )
        .file(FIRST, "SELECT 1;\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "first"]);
    std::fs::remove_file(world.home().join(".config/nexus-env/identity.txt")).unwrap();
    let told = world.run(&["migrate", "status"]);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        text.contains("prod: could not be opened: there is no identity to open the secrets with"),
        "{text}{}",
        told.stderr
    );
}
