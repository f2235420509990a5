//! The real parts themselves, without the program under test: if one of these fails, the stories that need it say
//! nothing about the program.

use std::time::Duration;

use crate::real::free_port;
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::real::proxy::Proxy;
use crate::world::{Shell, World};
use crate::{DEV_INSTANCE as DEV, PROD_INSTANCE as PROD};

#[track_caller]
fn migrates(prisma: Prisma, url: &str) {
    let world = prisma.moves_into(World::new().without_hook().variable("DATABASE_URL", url));
    let mut session = world.enter(Shell::Bash);
    session.types_within(Duration::from_secs(180), "npx prisma migrate deploy").ends_with_status(0);
}

#[test]
fn prisma_6_migrates_a_real_server_through_version_2_of_the_proxy() {
    let (dev, prod) = (Server::start("secret"), Server::start("secret"));
    let port = free_port();
    let before = prod.connections();
    {
        let _proxy = Proxy::version_2(&[&format!("--port={port}"), DEV], &[(DEV, &dev), (PROD, &prod)]);
        migrates(Prisma::Six, &dev.url(port));
        assert_eq!(dev.tables(), ["Invoice", "_prisma_migrations"]);
        assert_eq!(prod.connections(), before, "prod was reached through the proxy to dev");
    }
    let _proxy = Proxy::version_2(&["-p", &port.to_string(), PROD], &[(DEV, &dev), (PROD, &prod)]);
    migrates(Prisma::Six, &dev.url(port));
    assert_eq!(prod.tables(), ["Invoice", "_prisma_migrations"], "the same URL now reaches prod");
    assert!(prod.connections() > before);
}

#[test]
fn prisma_7_migrates_a_real_server() {
    let server = Server::start("secret");
    migrates(Prisma::Seven, &server.url(server.port));
    assert_eq!(server.tables(), ["Invoice", "_prisma_migrations"]);
}

#[cfg(target_os = "linux")]
#[test]
fn the_real_version_1_of_the_proxy_forwards() {
    let server = Server::start("secret");
    let port = free_port();
    let proxy = Proxy::version_1(PROD, port, &server);
    assert_ne!(proxy.pid(), 0);
    migrates(Prisma::Six, &server.url(port));
    assert_eq!(server.tables(), ["Invoice", "_prisma_migrations"]);
}

#[test]
fn two_servers_never_share_an_identifier() {
    let (one, other) = (Server::start("a"), Server::start("b"));
    let identifier = "SELECT system_identifier FROM pg_control_system()";
    assert_ne!(one.query(identifier), other.query(identifier));
}
