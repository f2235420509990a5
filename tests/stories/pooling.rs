//! A pooler between the client and PostgreSQL, which refuses the read-only option or leaves it out: what is said of it, and
//! that nothing is called read-only that is not.

use crate::database::world;
use crate::real::postgres::Server;
use crate::world::Shell;

const HINT: &str = "a URL that leads past the pooler; or nexus-env use prod --write; or a role that may only read, and \
                    access = \"read-write\" under [env.prod] in .nexusenv";

#[test]
fn a_pooler_that_refuses_the_option_is_told_of() {
    let server = Server::start("hunter2");
    let pooler = server.pooled();
    let world = world(&server, &server).calls(pooler.port, "16432");
    world.sets("prod", "DATABASE_URL", server.url(pooler.port));
    let said = "`DATABASE_URL` of prod · not read-only: pooler: the one at 127.0.0.1 port 16432 refuses the read-only option, so no client gets in";
    let mut session = world.enter(Shell::Bash);
    session
        .types("nexus-env use prod")
        .prints(&format!("nexus-env: prod until 15:42 · DATABASE_URL\nnexus-env: {said}; {HINT}"));
    world.run(&["db", "verify", "-e", "prod"]).ends_with_status(0).prints(&format!(
        "prod  answers as 7700000000000000001/nexus_db, not pinned, not labelled; {said}\n      \
         hint: nexus-env db pin -e prod\n      hint: nexus-env db label -e prod\n      hint: {HINT}\n"
    ));
    let page = session.types("nexus-env status --json").text().to_owned();
    assert!(page.contains("\"access\": \"not read-only: pooler\""), "{page}");
    assert!(page.contains("refuses the read-only option"), "{page}");
}

#[test]
fn a_pooler_that_leaves_the_option_out_is_told_of() {
    let server = Server::start("hunter2");
    let pooler = server.pooled_with("ignore_startup_parameters = options\n");
    let world = world(&server, &server).calls(pooler.port, "16432");
    world.sets("prod", "DATABASE_URL", server.url(pooler.port));
    let said = "`DATABASE_URL` of prod · not read-only: pooler: the one at 127.0.0.1 port 16432 leaves the read-only option out, so every client can write";
    let mut session = world.enter(Shell::Bash);
    session
        .types("nexus-env use prod")
        .prints(&format!("nexus-env: prod until 15:42 · DATABASE_URL\nnexus-env: {said}; {HINT}"));
}

#[test]
fn the_server_itself_holds_it() {
    let server = Server::start("hunter2");
    let world = world(&server, &server);
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env use prod").prints("nexus-env: prod until 15:42 · read-only · DATABASE_URL");
    world.sets("prod", "DATABASE_URL", format!("{}?target_session_attrs=read-write", server.url(server.port)));
    session.types("nexus-env use prod").prints("nexus-env: prod until 15:42 · read-only · DATABASE_URL");
    let psql = "psql \"$DATABASE_URL\" -XAtqc";
    session.types(&format!("{psql} 'select 42'")).prints("42");
    session
        .types(&format!("{psql} 'create table x (y int)'"))
        .prints("ERROR:  cannot execute CREATE TABLE in a read-only transaction");
}
