//! `status`, whole pages: with real servers that say who they are, proxies of both environments, and a service that was
//! started with another database than the one that is selected.

use std::process::Command;

use crate::real::postgres::{DATABASE, Server};
use crate::real::proxy::Proxy;
use crate::real::{Helper, free_port, service};
use crate::world::{Session, Shell, World};
use crate::{DEV_INSTANCE, PROD_INSTANCE};

struct Team {
    world: World,
    dev: Server,
    prod: Server,
    /// Of dev's proxy, prod's proxy, the services `api` and `web`.
    ports: [u16; 4],
}

impl Team {
    #[track_caller]
    fn new() -> Team {
        let (dev, prod) = (Server::start("hunter2"), Server::start("hunter2"));
        for (server, name) in [(&dev, "dev"), (&prod, "prod")] {
            server.query(&format!("COMMENT ON DATABASE {DATABASE} IS '[nexus-env:{name}]'"));
        }
        let identifier = |server: &Server| server.query("SELECT system_identifier FROM pg_control_system()");
        let ports = [free_port(), free_port(), free_port(), free_port()];
        let configuration = format!(
            "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n\
             [env.dev.vars]\nNODE_ENV = \"development\"\n[env.dev.proxy]\ninstance = \"{DEV_INSTANCE}\"\nport = {}\n\
             [env.prod.vars]\nNODE_ENV = \"production\"\n[env.prod.proxy]\ninstance = \"{PROD_INSTANCE}\"\nport = {}\n\
             [services]\napi = {{ port = {}, health = \"/health\" }}\nweb = {{ port = {} }}\n",
            ports[0], ports[1], ports[2], ports[3],
        );
        let world = World::with(&configuration)
            .secret("dev", "DATABASE_URL", dev.url(ports[0]))
            .secret("prod", "DATABASE_URL", prod.url(ports[1]))
            .calls(ports[0], "15433")
            .calls(ports[1], "15434")
            .calls(identifier(&dev), "7710885635155780001")
            .calls(identifier(&prod), "7710885635155780002")
            .calls(ports[2], "18000")
            .calls(ports[3], "13000");
        Team { world, dev, prod, ports }
    }

    #[track_caller]
    fn proxy(&self, port: usize, instance: &str) -> Proxy {
        let servers = [(DEV_INSTANCE, &self.dev), (PROD_INSTANCE, &self.prod)];
        Proxy::version_2(&[&format!("--port={}", self.ports[port]), instance], &servers)
    }

    /// The service, started by hand with this URL.
    #[track_caller]
    fn api(&self, url: &str) -> Helper {
        let mut command = Command::new(crate::world::program("node"));
        command.env_clear().envs(self.world.variables()).env("DATABASE_URL", url);
        service::start(command, self.ports[2])
    }
}

const DEV: &str = "\
environment  dev · read-write
WARNING      api (port 18000) still WRITES TO PROD: it was started with prod
repository   /home/ada/repo · configuration allowed
variables    DATABASE_URL NODE_ENV

DATABASE_URL → dev
  postgresql://postgres:•••@127.0.0.1:15433/nexus_db (in this process)
  label        dev      dev (stored in the database itself)
  fingerprint  unknown  7710885635155780001/nexus_db (pinned for no environment)
  listener     dev      nexus-enterprise-480610:us-central1:nexusdev-v2
                        (cloud-sql-proxy, pid 4242, port 15433)
  stored       dev      dev (the URL stored for dev)
  selection    dev      dev (in this shell)

proxies
  dev   port 15433  running (cloud-sql-proxy, pid 4242), not started by
                    nexus-env, to
                    nexus-enterprise-480610:us-central1:nexusdev-v2
  prod  port 15434  running (cloud-sql-proxy, pid 4242), not started by
                    nexus-env, to
                    nexus-enterprise-480610:us-central1:nexusprod-v2

services
  api  port 18000  node, pid 4242 · /health says 200
                   started with PROD's DATABASE_URL: it still WRITES TO PROD
  web  port 13000  nobody listens

guard        destructive commands run: this is proven not to be protected
             gated ones (migrate deploy, db seed, studio …) run
layers       line · shell · engine · node";

const PROD: &str = "\
environment  prod · PROTECTED · 30m left · read-only
repository   /home/ada/repo · configuration allowed
variables    DATABASE_URL NODE_ENV

DATABASE_URL → PROD
  postgresql://postgres:•••@127.0.0.1:15434/nexus_db (in this process)
  label        prod     prod (stored in the database itself)
  fingerprint  unknown  7710885635155780002/nexus_db (pinned for no environment)
  listener     prod     nexus-enterprise-480610:us-central1:nexusprod-v2
                        (cloud-sql-proxy, pid 4242, port 15434)
  stored       prod     prod (the URL stored for prod)
  selection    prod     prod (in this shell)

proxies
  dev   port 15433  not running
  prod  port 15434  running (cloud-sql-proxy, pid 4242), not started by
                    nexus-env, to
                    nexus-enterprise-480610:us-central1:nexusprod-v2

services
  api  port 18000  node, pid 4242 · /health says 200
                   started with DATABASE_URL → unknown: nobody listens there now
                   (port 15433); the URL is dev's
  web  port 13000  nobody listens

guard        destructive commands are BLOCKED: DATABASE_URL reaches PROD
             gated ones (migrate deploy, db seed, studio …) ask first
layers       line · shell · engine · node";

const MISMATCH: &str = "\
environment  dev · read-only
WARNING      DATABASE_URL reaches PROD, although dev is selected
repository   /home/ada/repo · configuration allowed
variables    DATABASE_URL NODE_ENV

DATABASE_URL → PROD, although dev is selected
  postgresql://postgres:•••@127.0.0.1:15433/nexus_db (in this process)
  label        prod     prod (stored in the database itself)
  fingerprint  unknown  7710885635155780002/nexus_db (pinned for no environment)
  listener     prod     nexus-enterprise-480610:us-central1:nexusprod-v2
                        (cloud-sql-proxy, pid 4242, port 15433)
  stored       dev      dev (the URL stored for dev)
  selection    dev      dev (in this shell)

proxies
  dev   port 15433  TAKEN by prod's proxy (cloud-sql-proxy, pid 4242), not
                    started by nexus-env, to
                    nexus-enterprise-480610:us-central1:nexusprod-v2
  prod  port 15434  not running

services
  api  port 18000  nobody listens
  web  port 13000  nobody listens

guard        destructive commands are BLOCKED: DATABASE_URL reaches PROD
             gated ones (migrate deploy, db seed, studio …) ask first
layers       line · shell · engine · node";

const DOWN: &str = "\
environment  dev · read-write
repository   /home/ada/repo · configuration allowed
variables    DATABASE_URL NODE_ENV

DATABASE_URL → unknown: nobody listens there now (port 15433); the URL is dev's
  postgresql://postgres:•••@127.0.0.1:15433/nexus_db (in this process)
  database     unknown  no answer (nobody answers there)
  listener     unknown  nobody listens (port 15433)
  stored       dev      dev (the URL stored for dev)
  selection    dev      dev (in this shell)

proxies
  dev   port 15433  not running; nexus-env proxy up -e dev
  prod  port 15434  not running

services
  api  port 18000  nobody listens
  web  port 13000  nobody listens

guard        destructive commands ask first: nothing proves that DATABASE_URL is
             not protected
             gated ones (migrate deploy, db seed, studio …) ask first
layers       line · shell · engine · node";

/// The page as it is on 80 columns, without colour.
#[track_caller]
fn page(session: &mut Session<'_>) -> String {
    session.types("nexus-env status | cat").text.clone()
}

#[test]
fn dev() {
    let team = Team::new();
    let (_dev, _prod) = (team.proxy(0, DEV_INSTANCE), team.proxy(1, PROD_INSTANCE));
    let _api = team.api(&team.prod.url(team.ports[1]));
    let mut session = team.world.enter(Shell::Bash);
    assert_eq!(page(&mut session), DEV);
}

#[test]
fn prod() {
    let team = Team::new();
    let _prod = team.proxy(1, PROD_INSTANCE);
    let _api = team.api(&team.dev.url(team.ports[0]));
    let mut session = team.world.enter(Shell::Zsh);
    session.types("nexus-env use prod");
    assert_eq!(page(&mut session), PROD);
}

#[test]
fn mismatch() {
    let team = Team::new();
    let _prod = team.proxy(0, PROD_INSTANCE);
    let mut session = team.world.enter(Shell::Fish);
    assert_eq!(page(&mut session), MISMATCH);
}

#[test]
fn everything_down() {
    let team = Team::new();
    let mut session = team.world.enter(Shell::Bash);
    assert_eq!(page(&mut session), DOWN);
}

#[test]
fn what_another_process_started_it_with_is_not_taken_for_its_own() {
    let team = Team::new();
    let (_dev, _prod) = (team.proxy(0, DEV_INSTANCE), team.proxy(1, PROD_INSTANCE));
    let mut command = Command::new(crate::world::program("sh"));
    command.env_clear().envs(team.world.variables()).env("DATABASE_URL", team.prod.url(team.ports[1]));
    command.args(["-c", "env -u DATABASE_URL node \"$@\"; exit", "api"]);
    let _api = service::start(command, team.ports[2]);
    let mut session = team.world.enter(Shell::Bash);
    let page = page(&mut session);
    assert!(
        page.contains(
            "WARNING      api (port 18000) may still WRITE TO PROD: its parent (pid 4242) was\n             started with prod\n"
        ) || page.contains("may still WRITE TO PROD: its parent (pid 4242)\n             was started with prod\n"),
        "{page}"
    );
    assert!(page.contains("its parent (pid 4242) was started with PROD's DATABASE_URL\n"), "{page}");
}

#[test]
fn offline_it_connects_to_nothing_and_else_once_to_each_database() {
    let team = Team::new();
    let (_dev, _prod) = (team.proxy(0, DEV_INSTANCE), team.proxy(1, PROD_INSTANCE));
    let _api = team.api(&team.dev.url(team.ports[0]));
    let mut session = team.world.enter(Shell::Bash);
    let before = (team.dev.connections(), team.prod.connections());
    session.types("nexus-env status --offline >/dev/null").ends_with_status(0);
    assert_eq!((team.dev.connections(), team.prod.connections()), before);
    session.types("nexus-env status >/dev/null").ends_with_status(0);
    assert_eq!((team.dev.connections(), team.prod.connections()), (before.0 + 1, before.1));
}

#[test]
fn as_data_it_has_the_keys_that_help_names() {
    let team = Team::new();
    let output = team.world.run(&["status", "--json", "--offline"]).succeeds();
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let help = team.world.run(&["status", "--help"]).succeeds();
    let help = String::from_utf8(help.stdout).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in keys(&object).into_iter().chain(keys(&object["guard"])).chain(keys(&object["databases"][0])) {
        assert!(help.contains(&key), "`{key}` is not in:\n{help}");
    }
    let rest = keys(&object["proxies"][0]).into_iter().chain(keys(&object["services"][0]));
    for key in rest {
        assert!(help.contains(&key), "`{key}` is not in:\n{help}");
    }
    assert_eq!(object["databases"][0]["origin"], "stored for dev, not in this process");
    assert_eq!(object["blocked"], serde_json::Value::Null);
}

#[test]
fn without_an_identity_it_says_why_and_tells_the_rest() {
    let world = World::with(crate::DEV_AND_PROD).secret("dev", "DATABASE_URL", crate::DEV_URL);
    std::fs::remove_file(world.home().join(".config/nexus-env/identity.txt")).unwrap();
    let page = String::from_utf8(world.run(&["status"]).succeeds().stdout).unwrap();
    let page = world.tidy(&page);
    assert!(page.starts_with("environment  dev · read-write\n"), "{page}");
    assert!(page.contains("\nsecrets      cannot be opened: "), "{page}");
    assert!(page.contains("\nvariables    NODE_ENV\n"), "{page}");
}

#[test]
fn a_configuration_that_cannot_be_used_is_part_of_the_answer() {
    let world = World::with(crate::DEV_AND_PROD);
    world.writes(".nexusenv", crate::DEV_AND_PROD.replace("development", "devel"));
    world.run(&["status"]).succeeds().prints(
        "environment  none\n\
         repository   /home/ada/repo\n\
         because      `.nexusenv` changed since it was allowed, so nothing is loaded\n\
        \u{20}                - NODE_ENV = \"development\"\n\
        \u{20}                + NODE_ENV = \"devel\"\n\
         hint         read it, then nexus-env allow; or nexus-env deny\n\
         guard        commands that a rule names are BLOCKED until this is mended\n",
    );
    world.run(&["deny"]).succeeds();
    world.run(&["status"]).succeeds().prints(
        "environment  none\n\
         repository   /home/ada/repo\n\
         because      you denied this configuration\n\
         hint         nexus-env allow\n",
    );
    world.run_in(world.home(), &["status"], b"").succeeds().prints(
        "environment  none\n\
         because      there is no `.nexusenv` here or above\n\
         hint         nexus-env init\n",
    );
}
