//! Which evidence a URL, the stored URLs and the listeners give.

use super::*;
use crate::domain::config::{Access, Export, Proxy};
use crate::domain::listening::{Door, Listener, Look, Owner, Process};
use crate::domain::name::RepositoryId;

pub(crate) const DEV: &str = "postgresql://postgres:dev@127.0.0.1:5433/nexus_db";
pub(crate) const PROD: &str = "postgresql://postgres:prod@127.0.0.1:5433/nexus_db";

fn name(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

fn variable() -> VariableName {
    VariableName::new("DATABASE_URL").unwrap()
}

fn environment(text: &str, instance: Option<&str>, matches: Match) -> Environment {
    Environment {
        name: name(text),
        protection: if text == "prod" { Protection::Protected } else { Protection::Open },
        promote_from: None,
        access: Access::ReadOnly,
        export: Export::Shell,
        fingerprint: None,
        vars: vec![],
        proxy: instance.map(|instance| Proxy {
            instance: instance.to_owned(),
            port: 5433,
            command: ["cloud-sql-proxy", "--port={port}", "{instance}"].map(str::to_owned).to_vec(),
        }),
        matches,
    }
}

fn config(environments: Vec<Environment>) -> Config {
    Config {
        id: RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        default: name("dev"),
        database_variables: vec![variable()],
        environments,
        services: vec![],
        prisma_directory: None,
        guard: vec![],
    }
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
    Process { pid: 4242, program, argv, environ: None }
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
    let read_only = DatabaseUrl::parse(DEV).unwrap().read_only();
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
        &at("ssh -NL 5433:db:5432 bastion"),
        &["listener unknown: a program that no environment declares (ssh, pid 4242, port 5433)"],
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
        &["listener unknown: a process of another user (uid 7, port 5433)"],
    );
    check(
        &two(),
        &[],
        DEV,
        &listens(Owner::Hidden { uid: 7, suspects: vec![process("/usr/bin/postgres -D x")] }),
        &["listener local: a database server of this machine (postgres, pid 4242, port 5433)"],
    );
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
    let expected = ["file local: ./dev.db (a file of this machine)"];
    check(&two(), &[], "file:./dev.db", &Whereabouts::Elsewhere, &expected);
}
