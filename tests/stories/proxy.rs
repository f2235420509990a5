//! `proxy up|down|status|logs` with real servers behind: a proxy outlives its shell, is known again, has its port to
//! itself, and only what was started by us is stopped unasked.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::real::free_port;
use crate::real::postgres::{self, Server};
use crate::real::proxy::{self, Proxy};
use crate::world::shell::stories;
use crate::world::{PATIENCE, World};
use crate::{DEV_INSTANCE, PROD_INSTANCE};

/// A repository whose environments share one port; what was started in it ends with it.
pub struct Team {
    pub world: World,
    port: u16,
    /// They end with it.
    _servers: Vec<(&'static str, Server)>,
}

/// `command` is dev's, as it stands in `.nexusenv`; the usual one where it is empty.
#[track_caller]
pub fn team_with(command: &str, servers: Vec<(&'static str, Server)>) -> Team {
    let port = free_port();
    let configuration = format!(
        "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n\
         [env.dev.vars]\nNODE_ENV = \"development\"\n[env.dev.proxy]\ninstance = \"{DEV_INSTANCE}\"\nport = {port}\n{command}\n\
         [env.prod.vars]\nNODE_ENV = \"production\"\n[env.prod.proxy]\ninstance = \"{PROD_INSTANCE}\"\nport = {port}\n"
    );
    let behind =
        |instance: &str| servers.iter().find(|(name, _)| *name == instance).map_or(1, |(_, server)| server.port);
    let there = [DEV_INSTANCE, PROD_INSTANCE].map(|instance| format!("{instance}={}", behind(instance))).join(",");
    let url = |password: &str| format!("postgresql://postgres:{password}@127.0.0.1:{port}/{}", postgres::DATABASE);
    let world = World::with(&configuration)
        .tool("cloud-sql-proxy", &proxy::stand_in())
        .tool("psql", &postgres::binary("psql"))
        .secret("dev", "DATABASE_URL", url("hunter2"))
        .secret("prod", "DATABASE_URL", url("hunter2"))
        .variable("CLOUD_SQL_PROXY_SERVERS", there)
        .calls(port, "15433");
    Team { world, port, _servers: servers }
}

#[track_caller]
pub fn team() -> Team {
    team_with("", Vec::new())
}

impl Drop for Team {
    fn drop(&mut self) {
        self.world.run(&["proxy", "down", "--all"]);
    }
}

impl Team {
    /// What `proxy status --json` says of an environment.
    #[track_caller]
    pub fn stands(&self, environment: &str) -> Value {
        let output = self.world.run(&["proxy", "status", "--json", "-e", environment]).succeeds();
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        all["proxies"][0].clone()
    }

    #[track_caller]
    fn pid(&self, environment: &str) -> u32 {
        self.stands(environment)["pid"].as_u64().unwrap() as u32
    }

    /// A proxy that somebody started by hand.
    #[track_caller]
    fn by_hand(&self, instance: &str) -> Proxy {
        Proxy::version_2_to(&[&format!("--port={}", self.port), instance], &[(instance, 1)])
    }

    /// Looks until an environment's proxy stands like this; each look is a process.
    #[track_caller]
    fn until(&self, environment: &str, state: &str) {
        let deadline = std::time::Instant::now() + PATIENCE;
        while self.stands(environment)["state"] != state {
            assert!(std::time::Instant::now() < deadline, "{}", self.stands(environment));
        }
    }
}

fn kill(pid: u32, signal: libc::c_int) {
    assert!(pid > 1);
    // SAFETY: a signal to a process that the test has started.
    assert_eq!(unsafe { libc::kill(pid as libc::pid_t, signal) }, 0);
}

const SELECT: &str = "psql \"$DATABASE_URL\" -Atc 'SELECT current_database()'";

stories! {
    fn it_serves_outlives_the_shell_and_is_stopped_from_another_one(shell) {
        let team = team_with("", vec![(DEV_INSTANCE, Server::start("hunter2"))]);
        let mut session = team.world.enter(shell);
        session
            .types("nexus-env proxy up")
            .prints("nexus-env: dev's proxy is running: cloud-sql-proxy, pid 4242, port 15433")
            .ends_with_status(0);
        let pid = team.pid("dev");
        session.types(SELECT).prints("nexus_db");
        session
            .types("nexus-env proxy up")
            .prints("nexus-env: dev's proxy is running already: cloud-sql-proxy, pid 4242, port 15433")
            .ends_with_status(0);
        // The terminal goes away, as when its window is closed.
        drop(session);
        let mut other = team.world.enter(shell);
        assert_eq!((team.pid("dev"), &team.stands("dev")["state"]), (pid, &Value::from("running")));
        other.types(SELECT).prints("nexus_db");
        other.types("nexus-env proxy down").prints("nexus-env: stopped dev's proxy (pid 4242)").ends_with_status(0);
        assert_eq!(team.stands("dev")["state"], "down");
        other.types("nexus-env proxy down").prints("nexus-env: dev's proxy is not running").ends_with_status(0);
    }

    fn use_and_run_say_that_it_is_not_running_and_a_prompt_does_not(shell) {
        let team = team();
        let mut session = team.world.enter(shell);
        session.said().prints("nexus-env: dev · DATABASE_URL and 1 more");
        session.types("nexus-env use dev").prints(
            "nexus-env: dev · DATABASE_URL and 1 more\n\
             nexus-env: dev's proxy is not running; nexus-env proxy up -e dev",
        );
        session.types("nexus-env run -- echo ran").prints(
            "nexus-env: dev's proxy is not running; nexus-env proxy up -e dev\nran",
        );
        session.types("nexus-env run --quiet -- echo ran").prints("ran");
        session.types("nexus-env proxy up");
        session.types("nexus-env run -- echo ran").prints("ran");
        session.types("nexus-env use prod").prints(
            "nexus-env: prod until 15:42 · read-only · DATABASE_URL and 1 more\n\
             nexus-env: port 15433 is held by dev's proxy (cloud-sql-proxy, pid 4242), not by prod's; \
             nexus-env proxy up -e prod --switch",
        );
        session.types("nexus-env use dev").prints("nexus-env: dev · DATABASE_URL and 1 more");
    }

    fn one_started_by_hand_is_stopped_only_when_its_environment_was_typed(shell) {
        let team = team();
        let prod = team.by_hand(PROD_INSTANCE);
        let mut session = team.world.enter(shell);
        session.types("nexus-env proxy up").ends_with_status(1).prints(&format!(
            "nexus-env: port 15433 is held by prod's proxy, so dev's was not started\n    \
             cloud-sql-proxy, pid 4242, to {PROD_INSTANCE}; not started by nexus-env\n\
             hint: nexus-env proxy up -e dev --switch, which stops that one first"
        ));
        session.answers("nexus-env proxy up --switch", "type prod to stop it: ", "dev").ends_with_status(1).prints(
            "nexus-env: prod's proxy (cloud-sql-proxy, pid 4242) was not started by nexus-env; type prod to stop it: dev\n\
             nexus-env: it was not confirmed, so nothing was stopped",
        );
        assert_eq!(team.pid("prod"), prod.pid());
        session.answers("nexus-env proxy up --switch", "type prod to stop it: ", "prod").ends_with_status(0).prints(
            "nexus-env: prod's proxy (cloud-sql-proxy, pid 4242) was not started by nexus-env; type prod to stop it: prod\n\
             nexus-env: stopped prod's proxy (cloud-sql-proxy, pid 4242)\n\
             nexus-env: dev's proxy is running: cloud-sql-proxy, pid 4242, port 15433",
        );
        assert_eq!(team.stands("dev")["started"], true);
    }

    fn its_log_can_be_read_and_followed_and_moves_no_cursor(shell) {
        let script = "command = [\"sh\", \"-c\", 'printf \"\\033[31mred\\033[0m\\n\"; exec cloud-sql-proxy --port={port} {instance}']";
        let team = team_with(script, Vec::new());
        let mut session = team.world.enter(shell);
        session.types("nexus-env proxy logs").ends_with_status(1).prints(
            "nexus-env: dev's proxy has left no log\nhint: nexus-env proxy up -e dev",
        );
        session.types("nexus-env proxy up").ends_with_status(0);
        session.types("nexus-env proxy logs -n 2").prints(
            "[31mred[0m\nThe proxy has started successfully and is ready for new connections!",
        );
        session.types("nexus-env proxy logs -n 2 | od -c | head -1").prints("0000000 357 277 275   [   3   1   m   r   e   d 357 277 275   [   0   m");
        session.presses("nexus-env proxy logs -n 1 -f\r");
        session.shows("ready for new connections!");
        kill(team.pid("dev"), libc::SIGKILL);
        team.until("dev", "down");
        team.world.run(&["proxy", "up"]).succeeds();
        session.shows("[nexus-env 20");
        session.presses("\x03");
        assert_eq!(session.returns().status, 130);
    }
}

#[test]
fn a_crash_is_noticed_and_it_can_be_started_again() {
    let team = team();
    team.world.run(&["proxy", "up"]).succeeds();
    let first = team.pid("dev");
    kill(first, libc::SIGKILL);
    team.until("dev", "down");
    team.world.run(&["proxy", "down"]).succeeds().says("nexus-env: dev's proxy is not running\n");
    team.world.run(&["proxy", "up"]).succeeds();
    assert_ne!(team.pid("dev"), first);
}

#[test]
fn two_at_once_start_one() {
    let team = team();
    let up = || {
        let mut command = team.world.command("nexus-env", team.world.repo());
        command.args(["proxy", "up"]);
        team.world.finish(command, b"").succeeds().stderr
    };
    let said: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(up)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let log = String::from_utf8(team.world.run(&["proxy", "logs"]).succeeds().stdout).unwrap();
    assert_eq!(log.matches("[nexus-env 20").count(), 1, "{log}");
    assert!(said.iter().all(|line| line.starts_with("nexus-env: dev's proxy is running")), "{said:?}");
    assert_eq!(team.stands("dev")["state"], "running");
}

#[test]
fn another_environments_proxy_of_ours_keeps_its_port_until_it_is_told_to_switch() {
    let team = team();
    team.world.run(&["proxy", "up"]).succeeds();
    team.world.run(&["proxy", "up", "-e", "prod"]).ends_with_status(1).prints("").says(&format!(
        "nexus-env: port 15433 is held by dev's proxy, so prod's was not started\n    pid 4242, to {DEV_INSTANCE}\n\
         hint: nexus-env proxy up -e prod --switch, which stops that one first\n"
    ));
    team.world.run(&["proxy", "status"]).prints(&format!(
        "dev   port 15433  running (cloud-sql-proxy, pid 4242), since {0}, to {DEV_INSTANCE}\n\
         prod  port 15433  TAKEN by dev's proxy (cloud-sql-proxy, pid 4242), since {0}, to {DEV_INSTANCE}\n",
        "15:42"
    ));
    team.world.run(&["proxy", "up", "-e", "prod", "--switch"]).succeeds().says(
        "nexus-env: stopped dev's proxy (pid 4242)\n\
         nexus-env: prod's proxy is running: cloud-sql-proxy, pid 4242, port 15433\n",
    );
    assert_eq!(team.stands("dev")["state"], "taken");
    team.world.run(&["proxy", "down", "--all"]).succeeds().says("nexus-env: stopped prod's proxy (pid 4242)\n");
    assert_eq!(team.stands("prod")["state"], "down");
}

#[test]
fn without_a_terminal_one_started_by_hand_is_stopped_by_its_number_alone() {
    let team = team();
    let prod = team.by_hand(PROD_INSTANCE);
    let pid = prod.pid().to_string();
    for words in [&["proxy", "up", "--switch"][..], &["proxy", "down", "-e", "prod"]] {
        let refused = team.world.run(words).ends_with_status(1).prints("");
        assert!(refused.stderr.starts_with(
            "nexus-env: prod's proxy (cloud-sql-proxy, pid 4242) was not started by nexus-env, so it is not stopped unless you name it\n"
        ), "{}", refused.stderr);
    }
    team.world.run(&["proxy", "down", "-e", "prod", "--pid", "1"]).ends_with_status(1);
    team.world.run(&["proxy", "down", "-e", "dev", "--pid", &pid]).ends_with_status(1);
    assert_eq!(team.pid("prod"), prod.pid());
    team.world
        .run(&["proxy", "down", "-e", "prod", "--pid", &pid])
        .succeeds()
        .says("nexus-env: stopped prod's proxy (cloud-sql-proxy, pid 4242)\n");
    assert_eq!(team.stands("prod")["state"], "down");
}

#[test]
fn a_stranger_on_the_port_is_named_and_left_alone() {
    let team = team();
    let listener = std::net::TcpListener::bind(("127.0.0.1", team.port)).unwrap();
    for words in [&["proxy", "up"][..], &["proxy", "up", "--switch"]] {
        let refused = team.world.run(words).ends_with_status(1);
        assert!(
            refused.stderr.contains("nexus-env: port 15433 is held by stories-")
                && refused
                    .stderr
                    .contains(", pid 4242, a program that no environment declares, so dev's proxy was not started\n"),
            "{}",
            refused.stderr
        );
    }
    drop(listener);
}

#[test]
fn a_script_of_the_teams_that_starts_the_tunnel_is_known_as_its_proxy() {
    // Kept as a child, so that neither of the two has the words of the declared command and the port.
    let script = "command = [\"./tunnel\", \"{port}\"]";
    let team = team_with(script, Vec::new());
    team.world.writes(
        "tunnel",
        format!("#!/bin/sh\nCSQL_PROXY_INSTANCE_CONNECTION_NAME_9=x cloud-sql-proxy --port=$1 {DEV_INSTANCE}\n"),
    );
    let path = team.world.repo().join("tunnel");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    team.world.run(&["proxy", "up"]).succeeds();
    assert_eq!((&team.stands("dev")["state"], &team.stands("dev")["started"]), (&"running".into(), &true.into()));
    team.world.run(&["proxy", "down"]).succeeds().says("nexus-env: stopped dev's proxy (pid 4242)\n");
    assert_eq!(team.stands("dev")["state"], "down");
}

#[test]
fn a_record_whose_number_another_process_has_by_now_is_not_believed() {
    let team = team();
    team.world.run(&["proxy", "up"]).succeeds();
    let record = team.world.home().join(".local/state/nexus-env/proxy/9f3k2v7m4q8x1c5b.dev.started");
    let text = std::fs::read_to_string(&record).unwrap();
    let pid = team.pid("dev");
    team.world.run(&["proxy", "down"]).succeeds();
    assert!(!record.exists());
    // This very process has the number now: if the record were believed, `down` would end the tests.
    let stale = text.replace(&format!("\n{pid} "), &format!("\n{} ", std::process::id()));
    assert_ne!(stale, text);
    std::fs::write(&record, &stale).unwrap();
    assert_eq!(team.stands("dev")["state"], "down");
    team.world.run(&["proxy", "down"]).succeeds().says("nexus-env: dev's proxy is not running\n");
    assert!(!record.exists(), "a record of nobody is kept");
    std::fs::write(&record, &stale).unwrap();
    team.world.run(&["proxy", "up"]).succeeds();
    assert_eq!(team.stands("dev")["state"], "running");
}

#[test]
fn it_inherits_nothing_of_an_environment_and_all_of_the_persons() {
    let team = team();
    let identity = std::fs::read_to_string(team.world.home().join(".config/nexus-env/identity.txt")).unwrap();
    let key = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap();
    let mut command = team.world.command("nexus-env", team.world.repo());
    command.env("NEXUS_ENV_IDENTITY", key).env("DATABASE_URL", "postgresql://x:hunter2@h/d").env("SSH_AUTH_SOCK", "/s");
    command.args(["run", "-e", "prod", "--", "nexus-env", "proxy", "up", "-e", "dev"]);
    team.world.finish(command, b"").succeeds();
    let process = |file: &str| std::fs::read(format!("/proc/{}/{file}", team.pid("dev"))).unwrap();
    if cfg!(target_os = "linux") {
        let environ = String::from_utf8(process("environ")).unwrap();
        let names: Vec<&str> = environ.split('\0').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
        for foreign in ["DATABASE_URL", "NODE_ENV", "NEXUS_ENV", "NEXUS_ENV_NAMES", "NEXUS_ENV_IDENTITY"] {
            assert!(!names.contains(&foreign), "{foreign} in {names:?}");
        }
        assert!(["HOME", "PATH", "SSH_AUTH_SOCK"].iter().all(|own| names.contains(own)), "{names:?}");
        assert!(!environ.contains("hunter2") && !environ.contains("AGE-SECRET-KEY"));
    }
}

/// Killed at its most awkward moment: the proxy is started and does not listen yet.
#[test]
fn when_up_itself_is_killed_the_proxy_is_found_and_can_be_waited_for_or_stopped() {
    let gate = World::new().without_hook();
    let fifo = gate.outside("gate");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let script = format!(
        "command = [\"sh\", \"-c\", \"read -r go <{}; exec cloud-sql-proxy --port={{port}} {{instance}}\"]",
        fifo.display()
    );
    let team = team_with(&script, Vec::new());
    for end in ["up", "down"] {
        let mut command = team.world.command("nexus-env", team.world.repo());
        let mut up = command.args(["proxy", "up"]).stderr(Stdio::null()).spawn().unwrap();
        team.until("dev", "starting");
        up.kill().unwrap();
        assert_eq!(up.wait().unwrap().signal(), Some(libc::SIGKILL));
        team.world.run(&["proxy", "up", "-e", "prod"]).ends_with_status(1).says(&format!(
            "nexus-env: port 15433 is held by dev's proxy, so prod's was not started\n    pid 4242, to {DEV_INSTANCE}\n\
             hint: nexus-env proxy up -e prod --switch, which stops that one first\n"
        ));
        if end == "up" {
            std::fs::write(&fifo, "go\n").unwrap();
            // Whether it listens by now or not: it is this one, and it is waited for.
            let up = team.world.run(&["proxy", "up"]).succeeds();
            assert!(up.stderr.starts_with("nexus-env: dev's proxy is running"), "{}", up.stderr);
            assert_eq!(team.stands("dev")["state"], "running");
        }
        team.world.run(&["proxy", "down"]).succeeds().says("nexus-env: stopped dev's proxy (pid 4242)\n");
    }
}

#[test]
fn an_environment_without_a_proxy_says_how_to_declare_one() {
    let world = World::with("id = \"9f3k2v7m4q8x1c5b\"\n[env.dev.vars]\nA = \"1\"\n");
    for verb in ["up", "down", "logs"] {
        world.run(&["proxy", verb]).ends_with_status(1).says(
            "nexus-env: dev has no proxy in `.nexusenv`\n\
             hint: declare it under [env.dev.proxy] with `instance` and `port`, then nexus-env allow\n",
        );
    }
    world.run(&["proxy", "status"]).succeeds().prints("no environment has a proxy in `.nexusenv`\n");
    world.run(&["proxy", "up", "--pid", "7"]).ends_with_status(2);
    world.run(&["proxy", "down", "--all", "-e", "dev"]).ends_with_status(2);
}
