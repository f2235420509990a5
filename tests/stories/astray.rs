//! dev and prod share a port, and prod's tunnel is on it: what a shell of dev is given then, when it notices that the
//! holder is another one, and what `run`, `export` and `proxy up --switch` do about it.

use crate::real::proxy::{self, Proxy};
use crate::real::{Helper, free_port};
use crate::world::World;
use crate::world::shell::stories;
use crate::{DEV_INSTANCE, PROD_INSTANCE};

const READ_ONLY: &str = "options=-c%20default_transaction_read_only%3Don";

/// A repository whose environments share one port.
struct Team {
    world: World,
    port: u16,
}

impl Team {
    fn new() -> Team {
        let port = free_port();
        let configuration = format!(
            "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev.vars]\nNODE_ENV = \"development\"\n\
             [env.dev.proxy]\ninstance = \"{DEV_INSTANCE}\"\nport = {port}\n\
             [env.prod.proxy]\ninstance = \"{PROD_INSTANCE}\"\nport = {port}\n[env.prod.match]\nhosts = [\"*.prod.internal\"]\n"
        );
        let world = World::with(&configuration)
            .tool("cloud-sql-proxy", &proxy::stand_in())
            .variable("CLOUD_SQL_PROXY_SERVERS", format!("{DEV_INSTANCE}=1,{PROD_INSTANCE}=1"))
            .program("npx", "#!/bin/sh\necho \"$DATABASE_URL\"\n")
            .secret("dev", "DATABASE_URL", url(port))
            .calls(port, "15433");
        Team { world, port }
    }

    /// A proxy that somebody started by hand.
    fn holds(&self, instance: &str) -> Proxy {
        Proxy::version_2_to(&[&format!("--port={}", self.port), instance], &[(instance, 1)])
    }
}

fn url(port: u16) -> String {
    format!("postgresql://postgres:hunter2@127.0.0.1:{port}/nexus_db")
}

const HELD: &str = "nexus-env: dev · read-only · DATABASE_URL and 1 more · port 15433 is held by prod's proxy";
const BLOCKED: &str = "\
nexus-env: blocked: prisma migrate dev would write to prod, although dev is selected
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:15433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusprod-v2     (cloud-sql-proxy, pid 4242, port 15433)
  stored        dev                                                  (the URL stored for dev)
  selected      dev                                                  (in this shell)
  instead       nexus-env proxy up -e dev --switch, which stops that tunnel and starts dev's
                to apply committed migrations to prod: nexus-env migrate deploy -e prod";
const FREE: &str = "nexus-env: dev · DATABASE_URL and 1 more";

stories! {
    fn what_is_loaded_is_read_only_while_another_ones_tunnel_has_the_port(shell) {
        let team = Team::new();
        let (writable, held) = (url(15433), format!("{}?{READ_ONLY}", url(15433)));
        let prods = team.holds(PROD_INSTANCE);
        let mut session = team.world.enter(shell);
        session.said().prints(HELD);
        session.types("echo $DATABASE_URL").prints(&held);
        session.types("nexus-env status --offline | head -n 1").prints("environment  dev · read-only");
        // A prompt brings nothing about, nor does a line without a guarded name.
        drop(prods);
        let devs = team.holds(DEV_INSTANCE);
        session.types("echo $DATABASE_URL").prints(&held);
        // Any guarded name does, before it runs; the second time nothing has changed.
        session.types("npx prisma generate").prints(&format!("{FREE}\n{writable}"));
        session.types("npx prisma generate").prints(&writable);
        session.types("echo $DATABASE_URL").prints(&writable);
        // The other way round: a line that the guard is asked about.
        drop(devs);
        let prods = team.holds(PROD_INSTANCE);
        session.types("npx prisma migrate dev").prints(&format!("{HELD}\n{BLOCKED}"));
        // `use` looks as well, and says what to do.
        let notice = "nexus-env: port 15433 is held by prod's proxy (cloud-sql-proxy, pid 4242), not by dev's; \
                      nexus-env proxy up -e dev --switch";
        session.types("nexus-env use dev").prints(&format!("{HELD}\n{notice}"));
        drop(prods);
        let notice = "nexus-env: dev's proxy is not running; nexus-env proxy up -e dev";
        session.types("nexus-env use dev").prints(&format!("{FREE}\n{notice}"));
        session.types("echo $DATABASE_URL").prints(&writable);
    }
}

const ECHO: [&str; 8] = ["run", "-e", "dev", "--no-mask", "--", "sh", "-c", "echo $DATABASE_URL"];

#[test]
fn run_hands_no_url_to_a_command_that_reaches_prod_unasked() {
    let team = Team::new();
    let world = &team.world;
    let blocked = |reaches: &str, hint: &str| {
        format!("nexus-env: blocked: {reaches}\nhint: {hint}; if you mean prod: nexus-env run -e prod\n")
    };
    let prods = team.holds(PROD_INSTANCE);
    let through =
        format!("`DATABASE_URL` of dev reaches prod now: {PROD_INSTANCE} (cloud-sql-proxy, pid 4242, port 15433)");
    let switch = blocked(&through, "nexus-env proxy up -e dev --switch");
    world.run(&ECHO).ends_with_status(3).prints("").says(&switch);
    world.run(&["run", "true"]).ends_with_status(3).prints("").says(&switch);
    world.run(&["run", "-e", "prod", "true"]).succeeds();
    // What it would hand on otherwise, as the shell would have it.
    let text = world.run(&["export", "-e", "dev", "--format", "dotenv"]).succeeds();
    let held = format!("DATABASE_URL={}?{READ_ONLY}\nNODE_ENV=development\n", url(15433));
    text.prints(&held).says("nexus-env: port 15433 is held by prod's proxy: read-only\n");
    let got = world.run(&["get", "DATABASE_URL", "-e", "dev"]).succeeds();
    let told = "nexus-env: port 15433 is held by prod's proxy: read-only\n";
    got.prints(&format!("{}?{READ_ONLY}", url(15433))).says(told);
    drop(prods);
    // Nobody there: what is to be started may be the database. And dev's own.
    world.run(&ECHO).succeeds();
    let devs = team.holds(DEV_INSTANCE);
    world.run(&ECHO).succeeds().prints(&format!("{}\n", url(15433))).says("");
    // Another variable, by a pattern.
    world.sets("dev", "DIRECT_URL", "postgresql://u:hunter2@db.prod.internal/shop");
    let fits = "`DIRECT_URL` of dev reaches prod now: prod ([env.prod.match] in .nexusenv)";
    world
        .run(&ECHO)
        .ends_with_status(3)
        .prints("")
        .says(&blocked(fits, "nexus-env set DIRECT_URL -e dev stores dev's own"));
    world.run(&["unset", "DIRECT_URL", "-e", "dev"]).succeeds();
    drop(devs);
}

#[test]
fn run_hands_on_no_url_of_the_shells_own_that_reaches_prod() {
    let team = Team::new();
    team.world.run(&["unset", "DATABASE_URL", "-e", "dev"]).succeeds();
    let world = team.world.variable("DATABASE_URL", "postgresql://u:hunter2@db.prod.internal/shop");
    world.run(&ECHO).ends_with_status(3).prints("").says(
        "nexus-env: blocked: `DATABASE_URL` of dev reaches prod now: prod ([env.prod.match] in .nexusenv)\n\
         hint: nexus-env set DATABASE_URL -e dev stores dev's own; if you mean prod: nexus-env run -e prod\n",
    );
}

/// A process that was started in dev with its URL and runs on, as a server does.
fn server(team: &Team) -> Helper {
    let mut command = std::process::Command::new(crate::world::program("sleep"));
    command.arg("600").env_clear().env("DATABASE_URL", url(team.port));
    command.env("NEXUS_ENV", "dev").env("NEXUS_ENV_ROOT", team.world.repo());
    Helper::start(command, libc::SIGKILL)
}

const CARRIED: &str = "a running process holds a database URL through port 15433 and would reach prod from now on\n    \
                       sleep, pid 4242, given dev\n";
const SWITCHED: &str = "nexus-env: stopped dev's proxy (pid 4242)\n\
                        nexus-env: prod's proxy is running: cloud-sql-proxy, pid 4242, port 15433\n";

#[test]
fn a_switch_carries_no_running_process_along_unasked() {
    let team = Team::new();
    let world = &team.world;
    let server = server(&team);
    world.run(&["proxy", "up"]).succeeds();
    let switch = ["proxy", "up", "-e", "prod", "--switch"];
    world.run(&switch).ends_with_status(1).prints("").says(&format!(
        "nexus-env: {CARRIED}there is nobody to ask, so nothing was stopped\n\
         hint: end them, or nexus-env proxy up -e prod --switch --yes\n"
    ));
    world.run(&[&switch[..], &["--yes"]].concat()).succeeds().says(&format!("nexus-env: {CARRIED}{SWITCHED}"));
    // Back again it reaches what it was started with.
    world.run(&["proxy", "up", "-e", "dev", "--switch"]).succeeds();
    drop(server);
    world.run(&switch).succeeds().says(SWITCHED);
    world.run(&["proxy", "down", "--all"]).succeeds();
}

stories! {
    fn a_switch_asks_for_the_name_of_what_running_processes_would_reach(shell) {
        let team = Team::new();
        let _server = server(&team);
        team.world.run(&["proxy", "up"]).succeeds();
        let mut session = team.world.enter(shell);
        let (line, question) = ("nexus-env proxy up -e prod --switch", "type prod to carry them along: ");
        session.answers(line, question, "dev").ends_with_status(1).prints(&format!(
            "nexus-env: {CARRIED}nexus-env: {question}dev\nnexus-env: it was not confirmed, so nothing was stopped"
        ));
        session.answers(line, question, "prod").ends_with_status(0);
        team.world.run(&["proxy", "down", "--all"]).succeeds();
    }
}
