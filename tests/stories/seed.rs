//! The case that this program exists for, with real parts: two PostgreSQL servers, one URL, one port, and whichever
//! proxy was started last decides what `npx prisma migrate dev` writes to.

use std::time::Duration;

use crate::real::free_port;
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::real::proxy::Proxy;
use crate::world::shell::stories;
use crate::world::{Held, Shell, World};
use crate::{DEV_INSTANCE, PROD_INSTANCE};

const PRISMA_PATIENCE: Duration = Duration::from_secs(180);

/// The guarded line loads dev anew, since another one's proxy has come to its port.
const HELD: &str = "nexus-env: dev · read-only · DATABASE_URL and 1 more · port 15433 is held by prod's proxy";

/// The whole of what a person sees in place of the accident.
const BLOCKED: &str = "\
nexus-env: blocked: prisma migrate dev would write to prod, although dev is selected
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2     (cloud-sql-proxy, pid 4242, port 15433)
  stored        dev and prod                                         (the URL stored for dev and prod alike, so it speaks for neither)
  selected      dev                                                  (in this shell)
  instead       nexus-env proxy up -e dev --switch, which stops that tunnel and starts dev's
                to apply committed migrations to prod: nexus-env migrate deploy -e prod";

/// Two servers behind one port; both have the same password, so that the URLs are the same to the last byte.
struct Team {
    dev: Server,
    prod: Server,
    port: u16,
    world: World,
}

impl Team {
    #[track_caller]
    fn with(prisma: Prisma) -> Team {
        let (dev, prod, port) = (Server::start("hunter2"), Server::start("hunter2"), free_port());
        let configuration = format!(
            "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n\
             [env.dev.vars]\nNODE_ENV = \"development\"\n[env.dev.proxy]\ninstance = \"{DEV_INSTANCE}\"\nport = {port}\n\
             [env.prod.vars]\nNODE_ENV = \"production\"\n[env.prod.proxy]\ninstance = \"{PROD_INSTANCE}\"\nport = {port}\n"
        );
        let world = prisma
            .moves_into(World::with(&configuration))
            .secret("dev", "DATABASE_URL", dev.url(port))
            .secret("prod", "DATABASE_URL", prod.url(port))
            .calls(port, "15433");
        Team { dev, prod, port, world }
    }

    #[track_caller]
    fn proxy_to(&self, instance: &str) -> Proxy {
        let servers = [(DEV_INSTANCE, &self.dev), (PROD_INSTANCE, &self.prod)];
        Proxy::version_2(&[&format!("--port={}", self.port), instance], &servers)
    }
}

stories! {
    fn migrate_dev_runs_on_dev_and_never_touches_prod(shell) {
        tell(shell, Prisma::Six);
    }
}

#[test]
fn migrate_dev_of_prisma_7_runs_on_dev_and_never_touches_prod() {
    tell(Shell::Bash, Prisma::Seven);
}

#[track_caller]
fn tell(shell: Shell, prisma: Prisma) {
    let team = Team::with(prisma);
    let mut session = team.world.enter(shell);
    session.said().prints("nexus-env: dev · DATABASE_URL and 1 more");
    let (dev_before, prod_before) = (team.dev.connections(), team.prod.connections());
    {
        let _proxy = team.proxy_to(DEV_INSTANCE);
        session.types_within(PRISMA_PATIENCE, "npx prisma migrate dev --name add_invoice").ends_with_status(0);
        assert_eq!(team.dev.tables(), ["Invoice", "_prisma_migrations"]);
        assert!(team.dev.connections() > dev_before);
    }
    let _proxy = team.proxy_to(PROD_INSTANCE);
    let said = format!("{HELD}\n{BLOCKED}");
    session.types("npx prisma migrate dev --name add_invoice").ends_with_status(3).prints(&said);
    for line in [
        "prisma migrate reset --force",
        "npx prisma db push --accept-data-loss",
        "npm exec prisma migrate dev",
        "npm run migrate",
        "npx --yes prisma@6 migrate dev",
        "DATABASE_URL=$DATABASE_URL npx prisma migrate dev",
    ] {
        session.types(line).ends_with_status(3);
    }
    session.types("npx prisma migrate dev && echo next").ends_with_status(3);
    assert!(!session.said().text.contains("\nnext"), "what stands after `&&` ran");
    assert_eq!(team.prod.connections(), prod_before, "prod was connected to");
    assert_eq!(team.prod.tables(), [""; 0]);
    // What only reads is none of its business; in one shell, since Prisma takes its time.
    if shell == Shell::Bash {
        session.types_within(PRISMA_PATIENCE, "npx prisma migrate status");
        assert_ne!(session.said().status, 3, "{}", session.said().text);
    }
    assert_eq!(session.holds("NEXUS_ENV"), Held::exported("dev"));
}

/// The same with the real version 1 of the proxy.
#[cfg(target_os = "linux")]
#[test]
fn the_real_version_1_of_the_proxy_is_recognised() {
    let team = Team::with(Prisma::Six);
    let proxy = Proxy::version_1(PROD_INSTANCE, team.port, &team.prod);
    let before = team.prod.connections();
    let mut session = team.world.enter(Shell::Bash);
    session.types("npx prisma migrate dev").ends_with_status(3);
    assert!(session.said().text.contains(PROD_INSTANCE), "{}", session.said().text);
    assert_eq!(team.prod.connections(), before);
    drop(proxy);
    // Through dev's the database itself is asked as well, over the proxy's own TLS.
    let _proxy = Proxy::version_1(DEV_INSTANCE, team.port, &team.dev);
    let before = team.dev.connections();
    session.types("nexus-env guard check -- npx prisma migrate dev").ends_with_status(0);
    assert_eq!(team.dev.connections(), before + 1);
    team.dev.query("COMMENT ON DATABASE nexus_db IS '[nexus-env:prod]'");
    session.types("nexus-env guard check -- npx prisma migrate dev").ends_with_status(3);
    assert!(session.said().text.contains("label         prod"), "{}", session.said().text);
}
