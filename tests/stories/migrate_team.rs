//! The team's own way from dev to prod, in its own monorepo and through real tunnels: a migration made on dev, committed,
//! and promoted; on two ports, and from one port to two.

use std::fs;
use std::process::Command;

use crate::migrate_deploy::{applied, holds};
use crate::migrate_status::brought_into;
use crate::real::free_port;
use crate::real::postgres::{self, DATABASE, Server};
use crate::real::prisma::Prisma;
use crate::real::{proxy, service};
use crate::world::{Shell, World};
use crate::{DEV_INSTANCE, PROD_INSTANCE};

const PAID: &str = "ALTER TABLE \"Invoice\" ADD COLUMN \"paid\" BOOLEAN;\n";

/// What was started in it ends with it.
struct Team {
    world: World,
    dev: Server,
    prod: Server,
    ports: (u16, u16),
}

impl Drop for Team {
    fn drop(&mut self) {
        self.world.run(&["proxy", "down", "--all"]);
    }
}

fn configuration(ports: (u16, u16)) -> String {
    format!(
        "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n\
         [env.dev.proxy]\ninstance = \"{DEV_INSTANCE}\"\nport = {}\n\
         [env.prod]\npromote_from = \"dev\"\n[env.prod.proxy]\ninstance = \"{PROD_INSTANCE}\"\nport = {}\n\
         [prisma]\ndirectory = \"packages/database\"\n",
        ports.0, ports.1
    )
}

fn url(port: u16) -> String {
    format!("postgresql://postgres:hunter2@127.0.0.1:{port}/{DATABASE}")
}

/// Both databases have the first migration; prod has rows.
fn team(ports: (u16, u16)) -> Team {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter2"));
    let there = format!("{DEV_INSTANCE}={},{PROD_INSTANCE}={}", dev.port, prod.port);
    let world = World::with(&configuration(ports))
        .tool("cloud-sql-proxy", &proxy::stand_in())
        .tool("psql", &postgres::binary("psql"))
        .tool("pg_dump", &postgres::binary("pg_dump"))
        .secret("dev", "DATABASE_URL", url(ports.0))
        .secret("prod", "DATABASE_URL", url(ports.1))
        .variable("CLOUD_SQL_PROXY_SERVERS", there);
    let world = Prisma::Six.moves_into(world).file(".gitignore", "node_modules\n.nexusenv.local\n");
    let repo = world.repo();
    fs::create_dir_all(repo.join("packages/database")).unwrap();
    for name in ["package.json", "prisma"] {
        fs::rename(repo.join(name), repo.join("packages/database").join(name)).unwrap();
    }
    world.writes("package.json", "{ \"private\": true, \"workspaces\": [\"packages/*\"] }\n");
    for server in [&dev, &prod] {
        brought_into(&world, "packages/database/prisma/migrations", server, DATABASE);
    }
    prod.query("INSERT INTO \"Invoice\" (number) VALUES ('1'), ('2')");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "first"]);
    Team { world, dev, prod, ports }
}

impl Team {
    /// The person edits the schema.
    fn adds_a_field(&self) {
        let path = "packages/database/prisma/schema.prisma";
        let schema = fs::read_to_string(self.world.repo().join(path)).unwrap();
        self.world.writes(path, schema.replace("note   String?", "note   String?\n  paid   Boolean?"));
    }

    fn columns(&self) -> (String, String) {
        let sql =
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'Invoice' AND column_name = 'paid'";
        (self.dev.query(sql), self.prod.query(sql))
    }
}

#[test]
fn the_teams_workflow_on_two_ports() {
    let team = team((free_port(), free_port()));
    team.adds_a_field();
    let mut session = team.world.enter(Shell::Bash);
    session.types("nexus-env proxy up -e dev").ends_with_status(0);
    session.types("nexus-env proxy up -e prod").ends_with_status(0);
    session.types("cd packages/database");
    session.types("npx prisma migrate dev --name add_paid").ends_with_status(0);
    session.types("git add -A && git commit -qm 'invoices are paid'").ends_with_status(0);
    assert_eq!(team.columns(), ("1".to_owned(), "0".to_owned()));
    // A service of the team's that uses prod is to be started anew.
    let mut api = Command::new(crate::world::program("node"));
    api.env_clear().envs(team.world.variables()).env("DATABASE_URL", url(team.ports.1));
    let api = service::start(api, free_port());
    let reply = session.answers("nexus-env migrate deploy -e prod", "to apply them: ", "prod");
    assert_eq!((reply.status(), applied(&team.prod).as_str()), (0, "2"), "{}", reply.text());
    holds(
        reply.text(),
        &[
            "1 migration for prod, from prisma/migrations\n  reaches  nexus-enterprise-480610:us-central1:nexusprod-v2 (cloud-sql-proxy, pid ",
            "drift    none: prod's structure is what its migration makes\n",
            "nexus-env: prod has the migration that was promised, read back from it\nrestart node (pid ",
            "): it uses prod",
        ],
    );
    assert_eq!(team.columns(), ("1".to_owned(), "1".to_owned()));
    assert_eq!(team.prod.query("SELECT count(*) FROM \"Invoice\""), "2");
    drop(api);
}

#[test]
fn the_teams_workflow_from_one_port_to_two() {
    let port = free_port();
    let team = team((port, port));
    let mut session = team.world.enter(Shell::Bash);
    session.types("nexus-env proxy up").ends_with_status(0);
    session.types("cd packages/database");
    // As `migrate dev` leaves it, which the story above has.
    let folder = "packages/database/prisma/migrations";
    team.world.writes(&format!("{folder}/20260301000000_paid/migration.sql"), PAID);
    brought_into(&team.world, folder, &team.dev, DATABASE);
    session.types("git add -A && git commit -qm 'invoices are paid'").ends_with_status(0);
    // One database answers at a time, so nothing can be proven; what to do is said.
    let reply = session.types("nexus-env migrate deploy -e prod").ends_with_status(3);
    holds(
        reply.text(),
        &[
            "nexus-env: blocked: 1 thing stands in the way of migrations to prod\n  prod reaches dev now: nexus-enterprise-480610:us-central1:nexusdev-v2 ",
            &format!("\n    port = {} under [env.prod.proxy] in .nexusenv, and in prod's URL\n", port + 1),
            "    nexus-env allow, and nexus-env proxy up -e each of them",
        ],
    );
    let own = free_port();
    team.world.writes(".nexusenv", configuration((port, own)));
    team.world.run(&["allow", "--yes"]).succeeds();
    team.world.sets("prod", "DATABASE_URL", url(own));
    session.types("nexus-env proxy up -e prod").ends_with_status(0);
    let reply = session.answers("nexus-env migrate deploy -e prod", "to apply them: ", "prod");
    assert_eq!((reply.status(), applied(&team.prod).as_str()), (0, "2"), "{}", reply.text());
}

#[test]
fn a_plain_deployment_is_checked_at_the_prompts_of_zsh_and_fish_too() {
    let team = team((free_port(), free_port()));
    for environment in ["dev", "prod"] {
        team.world.run(&["proxy", "up", "-e", environment]).succeeds();
    }
    team.world.writes("packages/database/prisma/migrations/20260301000000_second/migration.sql", "SELECT 1;\n");
    for shell in [Shell::Zsh, Shell::Fish] {
        let mut session = team.world.enter(shell);
        session.types("cd packages/database");
        session.answers("nexus-env use prod --write", "read-only: ", "prod").ends_with_status(0);
        session.types("npx prisma migrate deploy").ends_with_status(3).prints(
            "nexus-env: blocked: 2 things stand in the way of migrations to prod\n  \
               20260301000000_second is not committed\n    \
                 git add prisma/migrations/20260301000000_second && git commit\n  \
               20260301000000_second is not applied on dev\n    \
                 nexus-env run -e dev -- npx prisma migrate deploy",
        );
    }
    assert_eq!(applied(&team.prod), "1");
}
