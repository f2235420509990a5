//! Where a tunnel, a relay, a container or another person's proxy leads, as evidence.

use super::tests::{DEV, check, config, environment, listens, process, stored, two};
use super::*;
use crate::domain::target::listening::{Container, Door, Listener, Look, Owner, Process};

/// dev and prod with these instances, and patterns for prod's host.
fn tunnelled(dev: &str, prod: &str) -> Config {
    let of = |hosts: &[&str]| Match { hosts: hosts.iter().map(|h| (*h).to_owned()).collect(), ..Match::default() };
    config(vec![
        environment("dev", Some(dev), of(&["*.dev.internal"])),
        environment("prod", Some(prod), of(&["*.prod.internal", "bastion-prod"])),
    ])
}

#[track_caller]
fn check_tunnel(line: &str, expected: &[&str]) {
    let at = listens(Owner::Process(process(line)));
    check(&tunnelled("dev-cluster/data/svc/pg", "data/svc/pg"), &[], DEV, &at, expected);
}

#[test]
fn the_far_end_of_a_tunnel_is_compared_with_the_patterns() {
    let how = "(ssh, pid 4242, port 5433)";
    check_tunnel(
        "ssh -NL 5433:db.prod.internal:5432 bastion",
        &[&format!("listener prod: ssh to bastion → db.prod.internal:5432 {how}")],
    );
    check_tunnel(
        "ssh -NL 5433:db.dev.internal:5432 bastion",
        &[&format!("listener dev: ssh to bastion → db.dev.internal:5432 {how}")],
    );
    check_tunnel(
        "ssh -NL 5433:localhost:5432 me@bastion-prod",
        &[&format!("listener prod: ssh to bastion-prod → localhost:5432 {how}")],
    );
    check_tunnel(
        "socat TCP-LISTEN:5433,fork TCP:db.prod.internal:5432",
        &["listener prod: socat to db.prod.internal:5432 (socat, pid 4242, port 5433)"],
    );
}

#[test]
fn the_far_end_of_a_tunnel_is_compared_with_the_stored_urls() {
    let remote = stored(&[("dev", "postgres://a:1@db.dev/x"), ("prod", "postgres://a:2@db.prod:6000/x")]);
    let at = |line: &str| listens(Owner::Process(process(line)));
    let how = "(ssh, pid 4242, port 5433)";
    let prod = format!("listener prod: ssh to b → db.prod:6000 {how}");
    check(&two(), &remote, DEV, &at("ssh -L 5433:db.prod:6000 b"), &[&prod]);
    let dev = format!("listener dev: ssh to b → db.dev:5432 {how}");
    check(&two(), &remote, DEV, &at("ssh -L 5433:db.dev:5432 b"), &[&dev]);
    let other = "listener unknown: ssh to b → db.prod:5432 (ssh, pid 4242, port 5433; no environment declares it)";
    check(&two(), &remote, DEV, &at("ssh -L 5433:db.prod:5432 b"), &[other]);
}

#[test]
fn half_a_name_is_enough_for_a_protected_environment_alone() {
    let how = "(kubectl, pid 4242, port 5433)";
    check_tunnel(
        "kubectl -n data port-forward svc/pg 5433:5432",
        &[&format!("listener prod: kubectl to data/svc/pg:5432 {how}")],
    );
    check_tunnel(
        "kubectl --context dev-cluster -n data port-forward svc/pg 5433:5432",
        // Prod is declared without a context, so this may be prod's.
        &[&format!("listener prod: kubectl to dev-cluster/data/svc/pg:5432 {how}")],
    );
    let full = tunnelled("dev-cluster/data/svc/pg", "prod-cluster/data/svc/pg");
    let at = |line: &str| listens(Owner::Process(process(line)));
    let dev = format!("listener dev: kubectl to dev-cluster/data/svc/pg:5432 {how}");
    check(&full, &[], DEV, &at("kubectl --context dev-cluster -n data port-forward svc/pg 5433:5432"), &[&dev]);
    let open =
        "listener unknown: kubectl to data/svc/pg:5432 (kubectl, pid 4242, port 5433; no environment declares it)";
    check(&full, &[], DEV, &at("kubectl -n data port-forward svc/pg 5433:5432"), &[open]);
}

#[test]
fn a_relay_to_another_port_of_this_machine_is_followed() {
    let selection = Selection::Nothing;
    let config = two();
    let known = Known { config: &config, stored: &[], selection: &selection };
    let at = |port: u16, line: &str| {
        let door = Door::Tcp { address: "127.0.0.1".parse().unwrap(), port };
        Whereabouts::Here(Look::Seen(vec![Listener { door, owners: vec![Owner::Process(process(line))] }]))
    };
    let look = |place: &Place| match place.port {
        5433 => at(5433, "socat TCP-LISTEN:5433,fork TCP:127.0.0.1:5434"),
        5434 => at(5434, "cloud-sql-proxy --port 5434 p:r:prod"),
        // In a circle.
        port => at(port, &format!("socat TCP-LISTEN:{port},fork TCP:127.0.0.1:{port}")),
    };
    let told = |url: &str| {
        let url = DatabaseUrl::parse(url).unwrap();
        let (_, found) = evidence(&known, &url, None, &look);
        found.iter().map(|e| format!("{:?}: {} ({})", e.says, e.seen, e.how)).collect::<Vec<_>>()
    };
    let followed = "p:r:prod (cloud-sql-proxy, pid 4242, port 5434 behind socat, pid 4242, port 5433)";
    assert_eq!(told(DEV), [format!("Environment(EnvironmentName(\"prod\"), Protected): {followed}")]);
    let circle = told(&DEV.replace("5433", "5999"));
    assert_eq!(circle.len(), 1);
    assert!(circle[0].starts_with("Unknown: socat to 127.0.0.1:5999"), "{circle:?}");
}

#[test]
fn what_started_the_process_may_be_what_is_declared() {
    let mut declared = two();
    let command = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for (environment, words) in declared.environments.iter_mut().zip([["npm", "run", "tunnel"], ["make", "prod", "up"]])
    {
        environment.proxy.as_mut().unwrap().command = command(&words);
    }
    let started = |line: &str, parent: &str| {
        let parents = vec![process("sh -c x"), Process { pid: 4200, ..process(parent) }];
        listens(Owner::Process(Process { parents, ..process(line) }))
    };
    let through = |pid: &str| format!("(ssh, pid 4242, port 5433, started by {pid}, pid 4200)");
    let far = "ssh -NL 5433:db:5432 b";
    check(
        &declared,
        &[],
        DEV,
        &started(far, "npm run tunnel"),
        &[&format!("listener dev: p:r:dev {}", through("npm"))],
    );
    check(
        &declared,
        &[],
        DEV,
        &started(far, "make prod up"),
        &[&format!("listener prod: p:r:prod {}", through("make"))],
    );
    // What the words themselves tell is told beside it, so that the two can disagree.
    let both = [
        "listener prod: p:r:prod (cloud-sql-proxy, pid 4242, port 5433)",
        "listener dev: p:r:dev (cloud-sql-proxy, pid 4242, port 5433, started by npm, pid 4200)",
    ];
    check(&declared, &[], DEV, &started("cloud-sql-proxy --port 5433 p:r:prod", "npm run tunnel"), &both);
}

#[test]
fn a_container_is_read_like_a_process() {
    let published = |image: &str, line: &str| {
        let inside = Container {
            name: "db".to_owned(),
            image: image.to_owned(),
            port: 5432,
            addresses: vec![],
            process: process(line),
        };
        let mut proxy =
            process("docker-proxy -host-ip 0.0.0.0 -host-port 5433 -container-ip 1.2.3.4 -container-port 5432");
        proxy.container = Some(Box::new(inside));
        proxy
    };
    let how = |image: &str| format!("(the container db ({image}), docker-proxy, pid 4242, port 5433");
    let at = |process: Process| listens(Owner::Process(process));
    let google = "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2";
    check(
        &two(),
        &[],
        DEV,
        &at(published(google, "/cloud-sql-proxy --address=0.0.0.0 --port=5432 p:r:prod")),
        &[&format!("listener prod: p:r:prod {})", how(google))],
    );
    check(
        &two(),
        &[],
        DEV,
        &at(published("postgres:16", "docker-entrypoint.sh postgres")),
        &[&format!("listener local: a database server in a container of this machine {})", how("postgres:16"))],
    );
    check(
        &two(),
        &[],
        DEV,
        &at(published("nginx", "nginx")),
        &[&format!("listener unknown: a container that no environment declares {})", how("nginx"))],
    );
    // Another user's, as docker's own are: root's other processes do not matter.
    let suspects = vec![process("init"), published("postgres:16", "docker-entrypoint.sh postgres")];
    check(
        &two(),
        &[],
        DEV,
        &listens(Owner::Hidden { uid: 0, suspects }),
        &[&format!("listener local: a database server in a container of this machine {})", how("postgres:16"))],
    );
    check(
        &two(),
        &[],
        DEV,
        &at(process("docker-proxy -host-ip 0.0.0.0 -host-port 5433 -container-ip 1.2.3.4 -container-port 5432")),
        &["listener unknown: a container that cannot be looked into (docker-proxy, pid 4242, port 5433)"],
    );
}

#[test]
fn every_listener_that_a_connection_could_meet_speaks() {
    let door = |address: &str| Door::Tcp { address: address.parse().unwrap(), port: 5433 };
    let held = |address: &str, lines: &[&str]| Listener {
        door: door(address),
        owners: lines.iter().map(|line| Owner::Process(process(line))).collect(),
    };
    let there = Whereabouts::Here(Look::Seen(vec![
        held("127.0.0.1", &["/usr/lib/postgresql/15/bin/postgres -D x", "cloud-sql-proxy --port 5433 p:r:dev"]),
        held("::1", &["cloud-sql-proxy --address ::1 --port 5433 p:r:prod"]),
    ]));
    check(
        &two(),
        &[],
        DEV,
        &there,
        &[
            "listener local: a database server of this machine (postgres, pid 4242, port 5433)",
            "listener dev: p:r:dev (cloud-sql-proxy, pid 4242, port 5433)",
            "listener prod: p:r:prod (cloud-sql-proxy, pid 4242, port 5433)",
        ],
    );
}

#[test]
fn another_users_proxy_is_known_by_its_words() {
    let suspects = vec![process("sh"), process("cloud-sql-proxy --port 5433 p:r:prod")];
    check(
        &two(),
        &[],
        DEV,
        &listens(Owner::Hidden { uid: 7, suspects }),
        &["listener prod: p:r:prod (cloud-sql-proxy, pid 4242, port 5433)"],
    );
    check(
        &two(),
        &[],
        DEV,
        &listens(Owner::Hidden { uid: 7, suspects: vec![process("sh")] }),
        &["listener unknown: a process of another user, which cannot be seen (uid 7, port 5433)"],
    );
    check(
        &two(),
        &[],
        DEV,
        &listens(Owner::Hidden { uid: 7, suspects: vec![process("/usr/bin/postgres -D x")] }),
        &["listener local: a database server of this machine (postgres, pid 4242, port 5433)"],
    );
    // Root's sockets may be a container engine's, whatever database server runs beside it.
    check(
        &two(),
        &[],
        DEV,
        &listens(Owner::Hidden { uid: 0, suspects: vec![process("/usr/bin/postgres -D x")] }),
        &["listener unknown: a process of another user, which cannot be seen (uid 0, port 5433)"],
    );
}
