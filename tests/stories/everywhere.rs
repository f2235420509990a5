//! `[[protect]]` in one's own settings: what it names is protected in every directory, also far from any repository.

use crate::real::free_port;
use crate::real::postgres::Server;
use crate::real::proxy::Proxy;
use crate::world::shell::stories;
use crate::world::{Held, Shell, World};
use crate::{DEV_INSTANCE, PROD_INSTANCE};

const HOST: &str = "postgresql://u:hunter2@db.prod.internal/nexus_db";

fn world(labels: &str) -> World {
    let settings = format!(
        "[[protect]]\nname = \"prod\"\nhosts = [\"*.prod.internal\"]\ninstances = [\"{PROD_INSTANCE}\"]\nlabels = [{labels}]\n"
    );
    let world = World::new().program("npx", "#!/bin/sh\necho ran: \"$@\"\n");
    let directory = world.home().join(".config/nexus-env");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("config.toml"), settings).unwrap();
    world
}

stories! {
    fn a_host_is_protected_without_a_repository(shell) {
        let world = world("\"prod\"");
        let mut session = world.open(shell);
        session.types(&shell.exports("DATABASE_URL", HOST));
        for line in ["npx prisma migrate reset", "npx prisma db push && true"] {
            let said = session.types(line).ends_with_status(3).text.clone();
            assert!(said.starts_with("nexus-env: blocked: prisma ") && said.contains("prod"), "{said}");
        }
        session.types("npx eslint .").prints("ran: eslint .");
        session.types("echo x").prints("x");
        // Nothing else is changed here.
        assert_eq!(session.holds("NEXUS_ENV"), Held::Absent);
        if shell != Shell::Bash32 {
            session.types("command npx prisma migrate reset").ends_with_status(3);
        }
        let named = session.answers("npx prisma migrate resolve --applied x", " to go on: ", "prod").text.clone();
        assert!(named.ends_with("ran: prisma migrate resolve --applied x"), "{named}");
        // Where the entry goes, so does its hold.
        std::fs::remove_file(world.home().join(".config/nexus-env/config.toml")).unwrap();
        session.types("true");
        session.types("npx prisma migrate reset").prints("ran: prisma migrate reset");
    }
}

#[test]
fn the_answer_names_the_file_that_protects_and_nothing_that_needs_a_repository() {
    let world = world("\"prod\"");
    let home = world.home().to_owned();
    let line = format!("DATABASE_URL={HOST} npx prisma migrate reset");
    world.run_in(&home, &["guard", "check", "--line", &line], b"").ends_with_status(3).says(
        "nexus-env: blocked: prisma migrate reset would erase prod\n  \
         DATABASE_URL  postgresql://u:•••@db.prod.internal/nexus_db   (on the line)\n  \
         match         prod                                           ([[protect]] in config.toml)\n",
    );
}

#[test]
fn an_instance_and_a_label_are_too_and_agents_are_told() {
    let server = Server::start("hunter2");
    let (prod, dev) = (free_port(), free_port());
    let _proxies = [(prod, PROD_INSTANCE), (dev, DEV_INSTANCE)]
        .map(|(port, instance)| Proxy::version_2(&[&format!("--port={port}"), instance], &[(instance, &server)]));
    let judged = |labels: &str, port: u16| {
        let world = world(labels).variable("DATABASE_URL", server.url(port));
        let home = world.home().to_owned();
        world.run_in(&home, &["guard", "check", "--line", "npx prisma migrate reset"], b"")
    };
    let said = judged("\"prod\"", prod).ends_with_status(3).stderr;
    assert!(said.starts_with("nexus-env: blocked: prisma migrate reset would erase prod\n"), "{said}");
    let said = judged("\"prod\"", dev).ends_with_status(3).stderr;
    assert!(said.contains("would erase an unknown database"), "{said}");
    server.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:live]'");
    let said = judged("\"live\"", dev).ends_with_status(3).stderr;
    assert!(said.starts_with("nexus-env: blocked: prisma migrate reset would erase live\n"), "{said}");
    let tool = format!(
        "{{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\",\"tool_input\":{{\"command\":\"DATABASE_URL={HOST} npx prisma db push\"}},\"cwd\":\"/\"}}"
    );
    let world = world("\"prod\"");
    let told = world.run_in(world.home(), &["guard", "hook"], tool.as_bytes());
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("prod"), "{told}");
}

#[test]
fn inside_a_repository_it_holds_as_well() {
    let settings = "[[protect]]\nname = \"prod\"\nhosts = [\"*.prod.internal\"]\n";
    let world = World::with("id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev.vars]\nA = \"b\"\n");
    std::fs::write(world.home().join(".config/nexus-env/config.toml"), settings).unwrap();
    let world = world.variable("DATABASE_URL", HOST);
    let said = world.run(&["guard", "check", "--line", "npx prisma migrate reset"]).ends_with_status(3).stderr;
    assert!(said.starts_with("nexus-env: blocked: prisma migrate reset would erase prod\n"), "{said}");
    world.run(&["list", "-e", "prod"]).ends_with_status(1);
}
