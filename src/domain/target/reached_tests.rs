//! Which evidence a URL, the stored URLs and the listeners give.

use super::*;
use crate::domain::sample::{self, name};
use crate::domain::target::listening::{Container, Door, Listener, Look, Owner, Process};

pub(crate) const DEV: &str = "postgresql://postgres:dev@127.0.0.1:5433/nexus_db";
pub(crate) const PROD: &str = "postgresql://postgres:prod@127.0.0.1:5433/nexus_db";

fn variable() -> VariableName {
    VariableName::new("DATABASE_URL").unwrap()
}

fn environment(text: &str, instance: Option<&str>, matches: Match) -> Environment {
    Environment { proxy: instance.map(sample::proxy), matches, ..sample::environment(text) }
}

fn config(environments: Vec<Environment>) -> Config {
    Config { database_variables: vec![variable()], ..sample::config(environments) }
}

fn two() -> Config {
    config(vec![
        environment("dev", Some("p:r:dev"), Match::default()),
        environment("prod", Some("p:r:prod"), Match::default()),
    ])
}

fn stored(pairs: &[(&str, &str)]) -> Vec<StoredUrl> {
    let one = |(environment, url): &(&str, &str)| StoredUrl {
        environment: name(environment),
        protection: if *environment == "prod" { Protection::Protected } else { Protection::Open },
        variable: variable(),
        url: DatabaseUrl::parse(url),
    };
    pairs.iter().map(one).collect()
}

fn process(line: &str) -> Process {
    let argv = shell_words::split(line).unwrap();
    let program = argv[0].rsplit('/').next().unwrap().to_owned();
    Process { pid: 4242, program, argv, ..Process::default() }
}

fn listens(owner: Owner) -> Whereabouts {
    let door = Door::Tcp { address: "127.0.0.1".parse().unwrap(), port: 5433 };
    Whereabouts::Here(Look::Seen(vec![Listener { door, owners: vec![owner] }]))
}

#[track_caller]
fn check(config: &Config, stored: &[StoredUrl], url: &str, there: &Whereabouts, expected: &[&str]) {
    let selection = Selection::Environment(name("dev"), Protection::Open);
    let known = Known { config, stored, selection: &selection };
    let url = DatabaseUrl::parse(url).unwrap();
    let look = |place: &Place| if place.host.is_loopback() { there.clone() } else { Whereabouts::Elsewhere };
    let (_, found) = evidence(&known, &url, Some(&variable()), &look);
    let told: Vec<String> = found
        .iter()
        .map(|e| {
            let says = match &e.says {
                Says::Environment(name, _) => name.to_string(),
                Says::Local => "local".to_owned(),
                Says::NotAsPinned(_) | Says::Unknown => "unknown".to_owned(),
            };
            format!("{} {says}: {} ({})", e.source.word(), e.seen, e.how)
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn the_running_proxy_decides_between_two_urls_that_differ_in_the_password_alone() {
    let both = stored(&[("dev", DEV), ("prod", PROD)]);
    let prod = listens(Owner::Process(process("cloud-sql-proxy --port=5433 p:r:prod")));
    check(
        &two(),
        &both,
        DEV,
        &prod,
        &[
            "listener prod: p:r:prod (cloud-sql-proxy, pid 4242, port 5433)",
            "identity dev: dev (the URL stored for dev)",
            "selection dev: dev (in this shell)",
        ],
    );
    let dev = listens(Owner::Process(process("cloud-sql-proxy --port=5433 p:r:dev")));
    check(
        &two(),
        &both,
        PROD,
        &dev,
        &[
            "listener dev: p:r:dev (cloud-sql-proxy, pid 4242, port 5433)",
            "identity prod: prod (the URL stored for prod)",
        ],
    );
}

#[test]
fn the_same_url_for_two_environments_speaks_for_neither() {
    let both = stored(&[("dev", DEV), ("prod", DEV)]);
    let nobody = Whereabouts::Here(Look::Seen(vec![]));
    check(
        &two(),
        &both,
        DEV,
        &nobody,
        &[
            "listener unknown: nobody listens (port 5433)",
            "identity unknown: dev and prod (the URL stored for dev and prod alike, so it speaks for neither)",
            "selection dev: dev (in this shell)",
        ],
    );
}

#[test]
fn the_read_only_form_of_the_exported_url_is_still_the_exported_one() {
    let both = stored(&[("dev", DEV)]);
    let read_only = DatabaseUrl::parse(DEV).unwrap().read_only().unwrap();
    check(
        &two(),
        &both,
        read_only.expose(),
        &Whereabouts::Here(Look::CannotBeSeen("no /proc".to_owned())),
        &[
            "listener unknown: who listens cannot be seen (port 5433: no /proc)",
            "identity dev: dev (the URL stored for dev)",
            "selection dev: dev (in this shell)",
        ],
    );
}

#[test]
fn an_undeclared_tunnel_is_unknown_and_a_database_server_is_local() {
    let none = [];
    let at = |line: &str| listens(Owner::Process(process(line)));
    check(
        &two(),
        &none,
        DEV,
        &at("ncat -kl 5433"),
        &["listener unknown: a program that no environment declares (ncat, pid 4242, port 5433)"],
    );
    check(
        &two(),
        &none,
        DEV,
        &at("ssh -NL 5433:db:5432 bastion"),
        &["listener unknown: ssh to bastion → db:5432 (ssh, pid 4242, port 5433; no environment declares it)"],
    );
    check(
        &two(),
        &none,
        DEV,
        &at("ssh -N bastion"),
        &["listener unknown: a tunnel to what its words do not tell (ssh, pid 4242, port 5433)"],
    );
    check(
        &two(),
        &none,
        DEV,
        &at("/usr/lib/postgresql/15/bin/postgres -D /var/lib/x"),
        &["listener local: a database server of this machine (postgres, pid 4242, port 5433)"],
    );
    check(
        &two(),
        &none,
        DEV,
        &at("cloud-sql-proxy --port 5433 p:r:other"),
        &["listener unknown: p:r:other (cloud-sql-proxy, pid 4242, port 5433; no environment declares it)"],
    );
}

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

#[test]
fn what_one_client_makes_of_a_url_is_evidence_like_what_another_does() {
    let remote = stored(&[("dev", "postgres://a:1@dev.example/x"), ("prod", "postgres://a:2@prod.example/x")]);
    let prod = "identity prod: prod (host, port and database stored for prod)";
    let dev = "identity dev: dev (host, port and database stored for dev)";
    let there = Whereabouts::Elsewhere;
    check(&two(), &remote, "postgresql://a@dev.example/x?host=prod.example", &there, &[prod, dev]);
    check(&two(), &remote, "postgresql://a@dev.example/y?dbname=x&host=prod.example", &there, &[prod]);
    // Prisma reads no port there, and nobody listens where it then goes.
    let nobody = Whereabouts::Here(Look::Seen(vec![]));
    let expected = ["listener unknown: nobody listens (socket /run/pg)"];
    check(&two(), &[], "postgresql://a@localhost/x?host=/run/pg&port=5433", &nobody, &expected);
}

#[test]
fn a_remote_endpoint_speaks_for_the_environment_that_alone_has_it() {
    let remote = stored(&[("dev", "postgres://a:1@dev.example/x"), ("prod", "postgres://a:2@prod.example/x")]);
    let there = Whereabouts::Elsewhere;
    let expected = ["identity prod: prod (host, port and database stored for prod)"];
    check(&two(), &remote, "postgresql://me:else@prod.example:5432/x?schema=y", &there, &expected);
    check(&two(), &remote, "postgresql://me:else@prod.example:5432/y", &there, &[]);
}

#[test]
fn a_match_names_its_environment_wherever_the_url_comes_from() {
    let patterns = Match { hosts: vec!["*.prod.internal".to_owned()], ..Match::default() };
    let config = config(vec![environment("dev", None, Match::default()), environment("prod", None, patterns)]);
    let there = Whereabouts::Elsewhere;
    check(
        &config,
        &[],
        "mysql://u:p@db.prod.internal/x",
        &there,
        &["match prod: prod ([env.prod.match] in .nexusenv)"],
    );
    check(&config, &[], "mysql://u:p@db.dev.internal/x", &there, &[]);
}

#[test]
fn environments_on_one_instance_are_told_apart_by_the_database() {
    let config = config(vec![
        environment("dev", Some("p:r:one"), Match::default()),
        environment("prod", Some("p:r:one"), Match::default()),
    ]);
    let both =
        stored(&[("dev", "postgres://u:p@127.0.0.1:5433/nexus_dev"), ("prod", "postgres://u:p@127.0.0.1:5433/nexus")]);
    let there = listens(Owner::Process(process("cloud-sql-proxy --port 5433 p:r:one")));
    let how = "p:r:one (cloud-sql-proxy, pid 4242, port 5433)";
    check(&config, &both, "postgres://x:y@127.0.0.1:5433/nexus_dev", &there, &[&format!("listener dev: {how}")]);
    check(&config, &both, "postgres://x:y@127.0.0.1:5433/other", &there, &[&format!("listener prod: {how}")]);
}

#[test]
fn a_port_that_is_declared_for_prod_alone_is_prods_also_while_nobody_listens() {
    let config = config(vec![
        environment("dev", None, Match::default()),
        environment("prod", Some("p:r:prod"), Match::default()),
    ]);
    let nobody = Whereabouts::Here(Look::Seen(vec![]));
    let expected = ["listener prod: nobody listens (port 5433, which is declared for prod)"];
    check(&config, &[], DEV, &nobody, &expected);
    let other = DEV.replace("5433", "5999");
    check(&config, &[], &other, &nobody, &["listener unknown: nobody listens (port 5999)"]);
}

#[test]
fn a_sqlite_file_is_local() {
    let expected = ["file local: ./dev.db (a file of this machine, which no environment stores)"];
    check(&two(), &[], "file:./dev.db", &Whereabouts::Elsewhere, &expected);
}

#[test]
fn a_sqlite_file_is_whoever_stores_it_by_whatever_path() {
    for (one, other, same) in [
        ("./prod.db", "prod.db", true),
        ("./prod.db", "/srv/app/prisma/prod.db", true),
        ("../prisma/prod.db", "./prod.db", true),
        ("/srv/x/../prod.db", "/srv/prod.db", true),
        ("/srv/prod.db", "/home/prod.db", false),
        ("./dev.db", "./prod.db", false),
        ("a/x.db", "b/x.db", false),
        ("", "x.db", false),
    ] {
        assert_eq!(may_be_one_file(one, other), same, "{one} {other}");
        assert_eq!(may_be_one_file(other, one), same, "{other} {one}");
    }
}
