//! Questions and advice that help: what stands between a person and what they mean is said before they answer, and nothing is
//! advised to somebody who has done it.

use crate::real::free_port;
use crate::real::postgres::Server;
use crate::real::proxy::{self, Proxy};
use crate::world::shell::stories;
use crate::world::{Shell, World};
use crate::{DEV_INSTANCE, PROD_INSTANCE};

/// dev and prod behind one port, on which nothing listens yet.
fn team(port: u16) -> World {
    let url = format!("postgresql://postgres:hunter2@127.0.0.1:{port}/nexus_db");
    let configuration = format!(
        "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev.vars]\nNODE_ENV = \"development\"\n\
         [env.dev.proxy]\ninstance = \"{DEV_INSTANCE}\"\nport = {port}\n\
         [env.prod.proxy]\ninstance = \"{PROD_INSTANCE}\"\nport = {port}\n[env.prod.vars]\nNODE_ENV = \"production\"\n"
    );
    World::with(&configuration)
        .tool("cloud-sql-proxy", &proxy::stand_in())
        .variable("CLOUD_SQL_PROXY_SERVERS", format!("{DEV_INSTANCE}=1,{PROD_INSTANCE}=1"))
        .program("npx", "#!/bin/sh\necho ran: \"$@\"\n")
        .secret("dev", "DATABASE_URL", &url)
        .secret("prod", "DATABASE_URL", &url)
        .calls(port, "15433")
}

fn holds(port: u16, instance: &str) -> Proxy {
    Proxy::version_2_to(&[&format!("--port={port}"), instance], &[(instance, 1)])
}

const ANOTHER: &str = "\
nexus-env: blocked: COMMAND: prod is selected, but the database is another one
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusdev-v2      (cloud-sql-proxy, pid 4242, port 15433)
  stored        dev and prod                                         (the URL stored for dev and prod alike, so it speaks for neither)
  selected      prod                                                 (in this shell)
  instead       nexus-env proxy up -e prod --switch, which stops that tunnel and starts prod's";

const READ_ONLY: &str = "\
nexus-env: prisma migrate resolve would change the migration history of prod
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2     (cloud-sql-proxy, pid 4242, port 15433)
  stored        dev and prod                                         (the URL stored for dev and prod alike, so it speaks for neither)
  note          the URL is read-only, so PostgreSQL refuses writes until nexus-env use prod --write
  instead       nexus-env use dev
nexus-env: type prod to go on: no
nexus-env: blocked: it was not confirmed";

stories! {
    fn a_gated_command_for_prod_behind_whose_port_dev_answers_is_no_question(shell) {
        let port = free_port();
        let world = team(port);
        let devs = holds(port, DEV_INSTANCE);
        let mut session = world.enter(shell);
        session.answers("nexus-env use prod --write", "read-only: ", "prod");
        for (line, command) in [
            ("npx prisma db execute --file x.sql", "prisma db execute"),
            ("npx prisma migrate resolve --applied x", "prisma migrate resolve"),
        ] {
            session.types(line).ends_with_status(3).prints(&ANOTHER.replace("COMMAND", command));
        }
        // Nothing is advised to somebody who has done it.
        drop(devs);
        let _prods = holds(port, PROD_INSTANCE);
        let asked = session.answers("npx prisma migrate resolve --applied x", " to go on: ", "prod").ends_with_status(0).text.clone();
        assert!(asked.ends_with("ran: prisma migrate resolve --applied x") && !asked.contains("proxy up") && !asked.contains("--write"), "{asked}");
    }

    fn what_needs_writing_is_said_before_the_question(shell) {
        let port = free_port();
        let world = team(port);
        let _prods = holds(port, PROD_INSTANCE);
        let mut session = world.enter(shell);
        session.types("nexus-env use prod");
        let line = "npx prisma migrate resolve --applied x";
        session.answers(line, " to go on: ", "no").ends_with_status(3);
        // What was asked has gone from fish's screen by then.
        if shell != Shell::Fish {
            session.said().prints(READ_ONLY);
        }
    }

    fn several_packages_are_one_question(shell) {
        let port = free_port();
        let resolve = "{\"name\": \"NAME\", \"scripts\": {\"fix\": \"prisma migrate resolve --applied x\"}}";
        let world = team(port)
            .file("package.json", "{\"workspaces\": [\"packages/*\"]}")
            .file("packages/a/package.json", resolve.replace("NAME", "a"))
            .file("packages/b/package.json", resolve.replace("NAME", "b"))
            .program("npm", "#!/bin/sh\necho ran: \"$@\"\n");
        let _prods = holds(port, PROD_INSTANCE);
        let mut session = world.enter(shell);
        session.answers("nexus-env use prod --write", "read-only: ", "prod");
        let asked = session.answers("npm run fix --workspaces", " to go on: ", "prod").ends_with_status(0).text.clone();
        assert_eq!(asked.matches(" to go on: ").count(), 1, "{asked}");
        assert!(asked.ends_with("ran: run fix --workspaces"), "{asked}");
    }
}

#[test]
fn write_access_that_lifts_nothing_is_no_question() {
    let port = free_port();
    let world = team(port);
    let _devs = holds(port, DEV_INSTANCE);
    world.run(&["run", "-e", "dev", "--write", "--", "true"]).succeeds().prints("").says("");
}

#[test]
fn a_script_that_the_read_only_url_stopped_is_told_so_afterwards() {
    let server = Server::start("hunter2");
    let world = World::with(
        "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev]\n[env.prod.match]\nusers = [\"postgres\"]\n",
    )
    .secret("prod", "DATABASE_URL", server.url(server.port));
    let words = ["run", "-e", "prod", "--", "sh", "-c", "psql -X \"$DATABASE_URL\" -c 'CREATE TABLE x ()'"];
    world.run(&words).ends_with_status(1).says(
        "ERROR:  cannot execute CREATE TABLE in a read-only transaction\n\
         nexus-env: PostgreSQL refused to write: prod's URL is read-only\n\
         hint: to write: nexus-env run -e prod --write -- COMMAND\n",
    );
    // One that went on all the same is told nothing, nor one that failed for another reason.
    let script = "psql -X \"$DATABASE_URL\" -c 'CREATE TABLE x ()'; true";
    world
        .run(&["run", "-e", "prod", "--", "sh", "-c", script])
        .succeeds()
        .says("ERROR:  cannot execute CREATE TABLE in a read-only transaction\n");
    world.run(&["run", "-e", "prod", "--", "sh", "-c", "echo oh >&2; exit 1"]).ends_with_status(1).says("oh\n");
}
