//! Ports that a container engine publishes: whose they are inside. Docker's engine needs a kernel and rights that tests have
//! not, so its API is answered from a socket of the test, and its proxy is a process with that name and those words.

#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::os::fd::{FromRawFd, IntoRawFd};
use std::os::unix::net::UnixListener;
use std::path::Path;

use nexus_env::domain::session::ambient::Ambient;

use crate::PROD_INSTANCE as PROD;
use crate::listener::{configuration, here, says_with, surroundings};
use crate::real::free_port;
use crate::world::World;

/// An engine that answers so, and where: what `DOCKER_HOST` says.
fn engine(directory: &Path, answers: impl Fn(&str) -> String + Send + 'static) -> String {
    let socket = directory.join("docker.sock");
    let engine = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for mut caller in engine.incoming().flatten() {
            let mut asked = [0; 1024];
            let count = caller.read(&mut asked).unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..count]).into_owned();
            let body = answers(asked.split_whitespace().nth(1).unwrap_or(""));
            let _ = write!(caller, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{body}");
        }
    });
    format!("unix://{}", socket.display())
}

/// The words of the process that holds a published port for the engine.
fn publishing<'w>(port: &'w str, address: &'w str, inner: &'w str) -> [&'w str; 10] {
    let (from, to) = (["-proto", "tcp", "-host-ip", "127.0.0.1", "-host-port"], ["-container-ip", "-container-port"]);
    [from[0], from[1], from[2], from[3], from[4], port, to[0], address, to[1], inner]
}

#[test]
fn a_published_port_is_followed_into_its_container() {
    let directory = tempfile::tempdir().unwrap();
    let (published, proxied, strange) = (free_port(), free_port(), free_port());
    let list = format!(
        r#"[{{"Id":"aa11","Names":["/db"],"Image":"postgres:16","Ports":[{{"IP":"0.0.0.0","PrivatePort":5432,"PublicPort":{published},"Type":"tcp"}}],"NetworkSettings":{{"Networks":{{"bridge":{{"IPAddress":"172.17.0.2"}}}}}}}},
            {{"Id":"bb22","Names":["/tunnel"],"Image":"gcr.io/cloud-sql-connectors/cloud-sql-proxy:2","Ports":[{{"PrivatePort":5432,"PublicPort":{proxied},"Type":"tcp"}}],"NetworkSettings":{{"Networks":{{"bridge":{{"IPAddress":"172.17.0.3"}}}}}}}},
            {{"Id":"cc33","Names":["/web"],"Image":"nginx","Ports":[{{"PrivatePort":80,"PublicPort":{strange},"Type":"tcp"}}],"NetworkSettings":{{"Networks":{{"bridge":{{"IPAddress":"172.17.0.4"}}}}}}}}]"#
    );
    let answers = move |path: &str| match path {
        "/containers/json" => list.clone(),
        "/containers/aa11/json" => {
            r#"{"Path":"docker-entrypoint.sh","Args":["postgres"],"Config":{"Env":["POSTGRES_PASSWORD=hunter2"]}}"#
                .to_owned()
        }
        "/containers/bb22/json" => format!(
            r#"{{"Path":"/cloud-sql-proxy","Args":["--address","0.0.0.0"],"Config":{{"Env":["CSQL_PROXY_INSTANCE_CONNECTION_NAME={PROD}"]}}}}"#
        ),
        _ => r#"{"Path":"nginx","Args":[],"Config":{"Env":[]}}"#.to_owned(),
    };
    let docker_host = engine(directory.path(), answers);
    let ambient = surroundings(&[("DOCKER_HOST", &docker_host)]);
    let told = |ambient: &Ambient, port: u16, address: &str, inner: &str| {
        let text = port.to_string();
        let words = publishing(&text, address, inner);
        let _proxy = here("docker-proxy", &words, port);
        let url = format!("postgresql://postgres:secret@127.0.0.1:{port}/nexus_db");
        says_with(&configuration(""), ambient, &url)
    };
    let local = ["local: a database server in a container of this machine"];
    assert_eq!(told(&ambient, published, "172.17.0.2", "5432"), local);
    assert_eq!(told(&ambient, proxied, "172.17.0.3", "5432"), [format!("prod: {PROD}")]);
    assert_eq!(told(&ambient, strange, "172.17.0.4", "80"), ["unknown: a container that no environment declares"]);
    // Another container than the one that the engine means, and no engine at all.
    let unseen = ["unknown: a container that cannot be looked into"];
    assert_eq!(told(&ambient, published, "172.17.0.9", "5432"), unseen);
    let silent = directory.path().join("silent.sock");
    let kept = UnixListener::bind(&silent).unwrap().into_raw_fd();
    let waiting = format!("unix://{}", silent.display());
    assert_eq!(told(&surroundings(&[("DOCKER_HOST", &waiting)]), published, "172.17.0.2", "5432"), unseen);
    assert_eq!(told(&surroundings(&[]), published, "172.17.0.2", "5432"), unseen);
    // SAFETY: the descriptor was taken out of its listener above and belongs to nobody else.
    drop(unsafe { UnixListener::from_raw_fd(kept) });
}

/// A container that is a tunnel to prod's instance, on dev's port: every command sees it as the guard does.
#[test]
fn a_published_port_that_leads_to_prod_is_prods_for_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let port = free_port();
    let list = format!(
        r#"[{{"Id":"bb22","Names":["/tunnel"],"Image":"cloud-sql-proxy:2","Ports":[{{"PrivatePort":5432,"PublicPort":{port},"Type":"tcp"}}],"NetworkSettings":{{"Networks":{{"bridge":{{"IPAddress":"172.17.0.3"}}}}}}}}]"#
    );
    let docker_host = engine(directory.path(), move |path| match path {
        "/containers/json" => list.clone(),
        _ => format!(r#"{{"Path":"/cloud-sql-proxy","Args":["{PROD}"],"Config":{{"Env":[]}}}}"#),
    });
    let text = port.to_string();
    let _proxy = here("docker-proxy", &publishing(&text, "172.17.0.3", "5432"), port);
    let configuration = configuration("").replace("port = 5433", &format!("port = {port}"));
    let world = World::with(&configuration)
        .variable("DOCKER_HOST", docker_host)
        .secret("dev", "DATABASE_URL", format!("postgresql://postgres:hunter2@127.0.0.1:{port}/nexus_db"))
        .calls(port, "15433");
    world.run(&["guard", "check", "-q", "--", "prisma", "migrate", "dev"]).ends_with_status(3);
    let status = world.run(&["status", "--offline", "--json"]).succeeds();
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["databases"][0]["reaches"], "prod");
    assert_eq!(status["proxies"][0]["state"], "taken");
    let pinned = world.run(&["db", "pin", "-e", "dev"]).ends_with_status(1);
    let said = &pinned.stderr;
    assert!(said.contains(&format!("`DATABASE_URL` of dev reaches prod now: {PROD} (the container tunnel")), "{said}");
}
