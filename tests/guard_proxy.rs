//! The seed case with real sockets and a real process: dev and prod have one URL but for the password, and which proxy
//! listens on the port decides. The process has the words of a Cloud SQL proxy; it never answers.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nexus_env::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use nexus_env::domain::config::{Access, Config, Deploy, Environment, Export, Match, Protection, Proxy};
use nexus_env::domain::guard::report;
use nexus_env::domain::session::ambient::{Ambient, Colour, Environ, Terminal, Timestamp};
use nexus_env::domain::target::url::DatabaseUrl;
use nexus_env::domain::target::{Selection, StoredUrl};
use nexus_env::steps::guard::{self, Asked, Doors, Standing, Surroundings};

/// Listens on a free port, says which, and waits to be killed.
const LISTEN: &str = "import socket,sys,time\ns=socket.create_server(('127.0.0.1',int(sys.argv[1].split('=')[1])))\nprint(s.getsockname()[1],flush=True)\ntime.sleep(600)";

struct Listening(Child, u16);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `-c` is a flag with a value for the proxy as well, so its words are read as they are.
fn proxy(port: u16, instance: &str) -> Listening {
    // What is in PATH may be a script that starts the real one under its own name.
    let found = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    let mut child = Command::new(String::from_utf8(found.stdout).unwrap().trim())
        .arg0("cloud-sql-proxy")
        .args(["-c", LISTEN, &format!("--port={port}"), instance])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Listening(child, line.trim().parse().unwrap())
}

fn name(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

fn environment(text: &str, protection: Protection) -> Environment {
    Environment {
        name: name(text),
        protection,
        promote_from: None,
        access: Access::ReadOnly,
        export: Export::Shell,
        fingerprint: None,
        vars: vec![],
        proxy: Some(Proxy { instance: format!("nexus:us-central1:{text}"), port: 5433, command: vec![] }),
        matches: Match::default(),
        backup: None,
        deploy: Deploy::default(),
    }
}

/// `guard check -- npx prisma migrate dev` with dev selected: its exit status and message.
fn check(port: u16) -> (u8, String) {
    let url = |password: &str| format!("postgresql://postgres:{password}@127.0.0.1:{port}/nexus_db");
    let variable = || VariableName::new("DATABASE_URL").unwrap();
    let config = Config {
        id: RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        default: name("dev"),
        database_variables: vec![variable()],
        environments: vec![environment("dev", Protection::Open), environment("prod", Protection::Protected)],
        services: vec![],
        prisma_directory: None,
        guard: vec![],
    };
    let ambient = Ambient {
        cwd: Some(PathBuf::from("/")),
        pwd: None,
        home: None,
        config_dir: None,
        state_dir: None,
        runtime_dir: None,
        variables: Environ::new(vec![("DATABASE_URL".into(), url("dev").into())]),
        terminal: Terminal::Absent,
        colour: Colour::No,
        quiet: false,
        now: Timestamp::default(),
        uptime: None,
        uid: 0,
    };
    let stored = || {
        [("dev", Protection::Open), ("prod", Protection::Protected)]
            .map(|(text, protection)| StoredUrl {
                environment: name(text),
                protection,
                variable: variable(),
                url: DatabaseUrl::parse(&url(text)),
            })
            .to_vec()
    };
    let standing = Standing::Ready(Surroundings {
        config: &config,
        root: Path::new("/"),
        selection: Selection::Environment(name("dev"), Protection::Open),
        pauses: &[],
        stored: &stored,
    });
    let words = ["npx", "prisma", "migrate", "dev"].map(str::to_owned).to_vec();
    let outcome =
        guard::outcome(&ambient, &standing, &Asked::Words(words), &Doors::real(&nexus_env::edge::listener::look));
    (report::exit(&outcome), report::told(&outcome))
}

#[test]
fn the_same_url_is_refused_through_prods_proxy_and_runs_through_devs() {
    let prod = proxy(0, "nexus:us-central1:prod");
    let port = prod.1;
    let (exit, text) = check(port);
    assert_eq!(exit, 3, "{text}");
    assert!(text.contains("although dev is selected"), "port 0 is any port: {text}");
    drop(prod);

    let prod = proxy(port, "nexus:us-central1:prod");
    let (exit, text) = check(port);
    assert_eq!(exit, 3, "{text}");
    assert!(text.starts_with("blocked: prisma migrate dev would write to prod, although dev is selected\n"), "{text}");
    assert!(text.contains("  reaches       nexus:us-central1:prod  "), "{text}");
    drop(prod);

    let dev = proxy(port, "nexus:us-central1:dev");
    assert_eq!(check(port), (0, "allowed: prisma migrate dev reaches dev".to_owned()));
    drop(dev);

    let (exit, text) = check(port);
    assert_eq!(exit, 3, "nobody listens and nobody can be asked: {text}");
    assert!(text.contains("nobody listens"), "{text}");
}
