//! The look at a deployment's target: how long its locks are by estimate, and what its structure has that its migrations
//! do not make.

use crate::migrate_deploy::{holds, ready};
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::world::World;

fn planned(world: &World) -> String {
    let dry = world.run(&["migrate", "deploy", "-e", "prod", "--dry-run"]).ends_with_status(0);
    String::from_utf8(dry.stdout).unwrap()
}

const LEFT: &str = "SELECT count(*) FROM pg_database WHERE datname LIKE 'nexus\\_rehearsal\\_%'";

#[test]
fn a_million_rows_are_estimated_and_drift_is_told_by_name() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    let second = "ALTER TABLE \"Invoice\" ALTER COLUMN \"number\" SET DATA TYPE VARCHAR(20);\n\
                  ALTER TABLE \"Invoice\" DROP COLUMN \"note\";\n";
    let world = ready(&dev, &prod, Prisma::Six, second);
    prod.query(
        "INSERT INTO \"Invoice\" (number, note) SELECT g, g FROM generate_series(10, 1000020) g; ANALYZE \"Invoice\"",
    );
    // What somebody who was killed left on dev's server goes with the next.
    dev.query("CREATE DATABASE nexus_rehearsal_dead");
    let text = planned(&world);
    holds(
        &text,
        &[
            "^ now: more than 1,000,000 values of Invoice.note are lost\n",
            "prod now\n  Invoice: about 1,000,0",
            " MB; locked while every row is written, about ",
            "s by estimate\n",
            "\ndrift    none: prod's structure is what its migration makes\ndeploy   ",
        ],
    );
    assert_eq!(dev.query(LEFT), "0");
    prod.query("ALTER TABLE \"Invoice\" ADD COLUMN \"extra\" TEXT; CREATE INDEX hot ON \"Invoice\" (note)");
    let text = planned(&world);
    holds(
        &text,
        &["\ndrift    prod's structure is not what its migrations make\n         \
             the column Invoice.extra is on prod and in no migration that it has\n         \
             the index hot of Invoice is on prod and in no migration that it has\ndeploy   "],
    );
    // Where there is no server for a copy, that is said.
    dev.query("CREATE ROLE weak LOGIN PASSWORD 'weak'; GRANT ALL ON DATABASE nexus_db TO weak; GRANT SELECT ON _prisma_migrations TO weak");
    world.sets("dev", "DATABASE_URL", dev.url(dev.port).replace("postgres:hunter2", "weak:weak"));
    let text = planned(&world);
    holds(&text, &["\ndrift    not looked at: no database can be made on dev's server\n"]);
}
