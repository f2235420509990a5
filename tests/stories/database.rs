//! The database's own word, from real servers: label and fingerprint decide where nothing else can, and `db pin`,
//! `db label` and `db verify` write and check them.

use std::net::TcpListener;

use crate::real::postgres::Server;
use crate::world::{Shell, World};

/// Dev and prod, told apart by nothing but their databases.
pub const CONFIGURATION: &str = "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev]\n[env.prod]\n";

pub const CHECK: [&str; 6] = ["guard", "check", "--", "prisma", "migrate", "dev"];

/// A world where dev's and prod's URLs lead to these servers, and the shell's to a third place, which nothing declares.
pub fn world(dev: &Server, prod: &Server) -> World {
    World::with(CONFIGURATION)
        .secret("dev", "DATABASE_URL", dev.url(dev.port))
        .secret("prod", "DATABASE_URL", prod.url(prod.port))
        .calls(dev.port, "15433")
        .calls(prod.port, "15434")
        .calls(dev.system(), "7700000000000000001")
        .calls(prod.system(), "7700000000000000002")
}

/// A forwarding process that no environment declares, as a tunnel of somebody's own is.
pub struct Tunnel {
    pub port: u16,
}

impl Tunnel {
    /// The name of its program, which is this test's.
    fn name(&self) -> String {
        let program = std::env::current_exe().unwrap();
        program.file_name().unwrap().to_string_lossy().into_owned()
    }

    /// One that leads to this server.
    pub fn to(server: &Server) -> Tunnel {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (port, behind) = (listener.local_addr().unwrap().port(), server.port);
        std::thread::spawn(move || {
            for caller in listener.incoming() {
                let (Ok(caller), Ok(server)) = (caller, std::net::TcpStream::connect(("127.0.0.1", behind))) else {
                    return;
                };
                let (mut here, mut there) = (caller.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut here, &mut there));
                let (mut here, mut there) = (caller, server);
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut there, &mut here);
                    let _ = here.shutdown(std::net::Shutdown::Both);
                });
            }
        });
        Tunnel { port }
    }
}

#[test]
fn a_label_decides_what_the_listener_cannot() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter2"));
    let (to_dev, to_prod) = (Tunnel::to(&dev), Tunnel::to(&prod));
    dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:dev]'");
    prod.query("COMMENT ON DATABASE nexus_db IS 'the customers [nexus-env:prod], ask Ada'");
    let through = |tunnel: &Tunnel| {
        world(&dev, &prod)
            .variable("DATABASE_URL", dev.url(tunnel.port))
            .calls(tunnel.port, "15999")
            .calls(tunnel.name(), "tunnel")
    };
    through(&to_dev)
        .run(&CHECK)
        .ends_with_status(0)
        .prints("")
        .says("nexus-env: allowed: prisma migrate dev reaches dev\n");
    through(&to_prod).run(&CHECK).ends_with_status(3).prints("").says(
        "nexus-env: blocked: prisma migrate dev would write to prod\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15999/nexus_db   (set in this shell)\n  \
         reaches       a program that no environment declares               (tunnel, pid 4242, port 15999)\n  \
         label         prod                                                 (stored in the database itself)\n  \
         instead       nexus-env use dev\n                \
         to apply committed migrations to prod: nexus-env migrate deploy -e prod\n",
    );
    dev.query("COMMENT ON DATABASE nexus_db IS NULL");
    through(&to_dev).run(&CHECK).ends_with_status(3).prints("").says("nexus-env: blocked: prisma migrate dev would write to an unknown database\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15999/nexus_db   (set in this shell)\n  \
         reaches       a program that no environment declares               (tunnel, pid 4242, port 15999)\n  \
         fingerprint   7700000000000000001/nexus_db                         (pinned for no environment)\n  \
         instead       if it is dev's, say so in .nexusenv under [env.dev.proxy] or [env.dev.match], then nexus-env allow\n                \
         or tell it by the database itself: nexus-env db label -e dev\n");
    dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:staging]'");
    through(&to_dev).run(&CHECK).ends_with_status(3).prints("").says("nexus-env: blocked: prisma migrate dev would write to an unknown database\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15999/nexus_db   (set in this shell)\n  \
         reaches       a program that no environment declares               (tunnel, pid 4242, port 15999)\n  \
         fingerprint   7700000000000000001/nexus_db                         (pinned for no environment)\n  \
         label         staging                                              (stored in the database itself; no environment of this name here)\n  \
         instead       if it is dev's, say so in .nexusenv under [env.dev.proxy] or [env.dev.match], then nexus-env allow\n                \
         or tell it by the database itself: nexus-env db label -e dev\n");
    dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:production]'");
    through(&to_dev).run(&CHECK).ends_with_status(3).prints("").says(
        "nexus-env: blocked: prisma migrate dev would write to production\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15999/nexus_db   (set in this shell)\n  \
         reaches       a program that no environment declares               (tunnel, pid 4242, port 15999)\n  \
         label         production                                           (stored in the database itself)\n  \
         instead       nexus-env use dev\n",
    );
}

#[test]
fn pins_and_labels_are_read_written_and_verified() {
    let (dev, prod) = (Server::start("hunter2"), Server::start("hunter3"));
    dev.query("COMMENT ON DATABASE nexus_db IS 'Ada''s'");
    let world = world(&dev, &prod);
    world
        .run(&["db", "verify"])
        .ends_with_status(0)
        .prints(
            "dev   answers as 7700000000000000001/nexus_db, not pinned, not labelled\n      \
         hint: nexus-env db pin -e dev\n      \
         hint: nexus-env db label -e dev\n\
         prod  answers as 7700000000000000002/nexus_db, not pinned, not labelled\n      \
         hint: nexus-env db pin -e prod\n      \
         hint: nexus-env db label -e prod\n",
        )
        .says("");
    world.run(&["db", "pin"]).ends_with_status(0).prints("").says(
        "nexus-env: pinned dev to 7700000000000000001/nexus_db (read at 127.0.0.1 port 15433) in `.nexusenv`\n\
         hint: nexus-env db label -e dev stores the name in the database too, for everyone's guard\n",
    );
    world.run(&["db", "pin"]).ends_with_status(0).prints("").says(
        "nexus-env: dev is pinned to 7700000000000000001/nexus_db (read at 127.0.0.1 port 15433) already\n\
         hint: nexus-env db label -e dev stores the name in the database too, for everyone's guard\n",
    );
    world.run(&["db", "pin", "-e", "prod"]).ends_with_status(0).prints("").says(
        "nexus-env: pinned prod to 7700000000000000002/nexus_db (read at 127.0.0.1 port 15434) in `.nexusenv`\n\
         hint: nexus-env db label -e prod stores the name in the database too, for everyone's guard\n",
    );
    world
        .run(&["db", "label"])
        .ends_with_status(0)
        .prints("")
        .says("nexus-env: labelled 7700000000000000001/nexus_db as dev, in the comment on the database\n");
    world
        .run(&["db", "label", "-e", "prod"])
        .ends_with_status(3)
        .prints("")
        .says("nexus-env: labelling 7700000000000000002/nexus_db as prod needs a person at a terminal\n");
    assert_eq!(
        dev.query("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'nexus_db'"),
        "Ada's [nexus-env:dev]"
    );
    let mut session = world.open(Shell::Bash);
    session.types("cd repo");
    session.answers("nexus-env db label -e prod", "as prod: ", "prod").prints(
        "nexus-env: type prod to label 7700000000000000002/nexus_db as prod: prod\n\
         nexus-env: labelled 7700000000000000002/nexus_db as prod, in the comment on the database",
    );
    world
        .run(&["db", "label", "-e", "prod"])
        .ends_with_status(0)
        .prints("")
        .says("nexus-env: prod's database is labelled prod already\n");
    assert_eq!(
        crate::pausing::logged(&world),
        "pinned dev - -\npinned prod - -\nlabelled dev - -\nlabelled prod - -\n",
        "what changed nothing leaves no line"
    );
    world
        .run(&["db", "verify"])
        .ends_with_status(0)
        .prints(
            "dev   answers as pinned, 7700000000000000001/nexus_db, labelled dev\n\
         prod  answers as pinned, 7700000000000000002/nexus_db, labelled prod\n",
        )
        .says("");
    // What is on the other's URL now is seen by each of the three.
    world.sets("dev", "DATABASE_URL", prod.url(prod.port));
    world
        .run(&["db", "verify"])
        .ends_with_status(1)
        .prints(
            "dev   WRONG: says that it is prod, by its label (7700000000000000002/nexus_db)\n      \
         hint: if it is a copy that is now dev's: nexus-env db label -e dev\n\
         prod  answers as pinned, 7700000000000000002/nexus_db, labelled prod\n",
        )
        .says("");
    world.run(&["db", "pin"]).ends_with_status(1).prints("").says(
        "nexus-env: the database that dev reaches says that it is prod, by its label\n\
         hint: if it is a copy that is now dev's: nexus-env db label -e dev, then pin it\n",
    );
    world.run(&["db", "label"]).ends_with_status(1).prints("").says(
        "nexus-env: `DATABASE_URL` of dev reaches prod's own database, and no copy of it\n\
         hint: nexus-env set DATABASE_URL -e dev stores another URL\n",
    );
}

#[test]
fn a_copy_says_what_its_original_is_until_it_is_labelled_anew() {
    let prod = Server::start("hunter3");
    prod.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:prod]'");
    let dev = prod.copied();
    let world = world(&dev, &prod);
    world
        .run(&["db", "pin", "-e", "prod"])
        .ends_with_status(0)
        .prints("")
        .says("nexus-env: pinned prod to 7700000000000000001/nexus_db (read at 127.0.0.1 port 15434) in `.nexusenv`\n");
    let tunnel = Tunnel::to(&dev);
    let world =
        world.variable("DATABASE_URL", dev.url(tunnel.port)).calls(tunnel.port, "15999").calls(tunnel.name(), "tunnel");
    world.run(&CHECK).ends_with_status(3).prints("").says(
        "nexus-env: blocked: prisma migrate dev would write to prod\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15999/nexus_db   (set in this shell)\n  \
         reaches       a program that no environment declares               (tunnel, pid 4242, port 15999)\n  \
         fingerprint   7700000000000000001/nexus_db                         (pinned for prod)\n  \
         label         prod                                                 (stored in the database itself)\n  \
         instead       nexus-env use dev\n                \
         to apply committed migrations to prod: nexus-env migrate deploy -e prod\n",
    );
    world.run(&["db", "pin"]).ends_with_status(1).prints("").says(
        "nexus-env: the database that dev reaches says that it is prod, by its label\n\
         hint: if it is a copy that is now dev's: nexus-env db label -e dev, then pin it\n",
    );
    world.run(&["db", "label"]).ends_with_status(3).prints("").says(
        "nexus-env: 7700000000000000001/nexus_db says that it is prod\n\
         nexus-env: labelling 7700000000000000001/nexus_db as dev needs a person at a terminal\n",
    );
    let mut session = world.open(Shell::Bash);
    session.types("cd repo");
    session.answers("nexus-env db label", "from now on: ", "prod").prints(
        "nexus-env: 7700000000000000001/nexus_db says that it is prod\n\
         nexus-env: type prod if it is a copy of prod's, and dev's from now on: prod\n\
         nexus-env: labelled 7700000000000000001/nexus_db as dev, in the comment on the database\n\
         hint: nexus-env db pin -e dev pins it in `.nexusenv` as well",
    );
    // Its label against the fingerprint that prod is pinned to.
    world.run(&CHECK).ends_with_status(3).prints("").says(
        "nexus-env: blocked: prisma migrate dev would write to prod, although its label says dev\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15999/nexus_db   (set in this shell)\n  \
         reaches       a program that no environment declares               (tunnel, pid 4242, port 15999)\n  \
         fingerprint   7700000000000000001/nexus_db                         (pinned for prod)\n  \
         label         dev                                                  (stored in the database itself)\n  \
         instead       nexus-env use dev\n                \
         to apply committed migrations to prod: nexus-env migrate deploy -e prod\n",
    );
    world.run(&["db", "pin"]).ends_with_status(0).prints("").says(
        "nexus-env: pinned dev to 7700000000000000001/nexus_db (read at 127.0.0.1 port 15433) in `.nexusenv`\n\
         hint: prod is pinned to the same, so only labels tell the two apart: nexus-env db label -e prod\n",
    );
    world.run(&CHECK).ends_with_status(0).prints("").says("nexus-env: allowed: prisma migrate dev reaches dev\n");
    world
        .run(&["db", "verify"])
        .ends_with_status(0)
        .prints(
            "dev   answers as pinned, 7700000000000000001/nexus_db, labelled dev\n\
         prod  answers as pinned, 7700000000000000001/nexus_db, labelled prod\n",
        )
        .says("");
}
