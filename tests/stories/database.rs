//! The database's own word, from real servers: label and fingerprint decide where nothing else can, and no answer is no
//! proof. The servers stand behind ports that no proxy declares.

use crate::real::postgres::Server;
use crate::world::World;

const CONFIGURATION: &str = "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev]\n[env.prod]\n";

/// A world where dev's URL leads to this server.
fn reaching(server: &Server) -> World {
    World::with(CONFIGURATION).variable("DATABASE_URL", server.url(server.port)).calls(server.port, "15433")
}

const COMMAND: [&str; 6] = ["guard", "check", "--", "prisma", "migrate", "dev"];

#[test]
fn a_label_decides_what_the_listener_cannot() {
    let server = Server::start("hunter2");
    let world = reaching(&server);
    server.query("COMMENT ON DATABASE nexus_db IS 'the customers [nexus-env:prod], ask Ada'");
    world.run(&COMMAND).ends_with_status(3).says(
        "nexus-env: blocked: prisma migrate dev would write to prod, although a server of this machine answers there\n  \
         DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15433/nexus_db   (set in this shell)\n  \
         reaches       a database server of this machine                    (postgres, pid 4242, port 15433)\n  \
         label         prod                                                 (stored in the database itself)\n  \
         instead       nexus-env use dev\n                \
         to apply committed migrations to prod: nexus-env use prod --write, then npx prisma migrate deploy\n",
    );
}
