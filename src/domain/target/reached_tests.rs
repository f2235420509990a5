//! Which evidence a URL, the stored URLs and the listeners give.

use super::*;
use crate::domain::sample::{self, name};
use crate::domain::target::listening::{Door, Listener, Look, Owner, Process};

pub(crate) const DEV: &str = "postgresql://postgres:dev@127.0.0.1:5433/nexus_db";
pub(crate) const PROD: &str = "postgresql://postgres:prod@127.0.0.1:5433/nexus_db";

fn variable() -> VariableName {
    VariableName::new("DATABASE_URL").unwrap()
}

pub(super) fn environment(text: &str, instance: Option<&str>, matches: Match) -> Environment {
    Environment { proxy: instance.map(sample::proxy), matches, ..sample::environment(text) }
}

pub(super) fn config(environments: Vec<Environment>) -> Config {
    Config { database_variables: vec![variable()], ..sample::config(environments) }
}

pub(super) fn two() -> Config {
    config(vec![
        environment("dev", Some("p:r:dev"), Match::default()),
        environment("prod", Some("p:r:prod"), Match::default()),
    ])
}

pub(super) fn stored(pairs: &[(&str, &str)]) -> Vec<StoredUrl> {
    let one = |(environment, url): &(&str, &str)| StoredUrl {
        environment: name(environment),
        protection: if *environment == "prod" { Protection::Protected } else { Protection::Open },
        variable: variable(),
        url: DatabaseUrl::parse(url),
    };
    pairs.iter().map(one).collect()
}

pub(super) fn process(line: &str) -> Process {
    let argv = shell_words::split(line).unwrap();
    let program = argv[0].rsplit('/').next().unwrap().to_owned();
    Process { pid: 4242, program, argv, ..Process::default() }
}

pub(super) fn listens(owner: Owner) -> Whereabouts {
    let door = Door::Tcp { address: "127.0.0.1".parse().unwrap(), port: 5433 };
    Whereabouts::Here(Look::Seen(vec![Listener { door, owners: vec![owner] }]))
}

#[track_caller]
pub(super) fn check(config: &Config, stored: &[StoredUrl], url: &str, there: &Whereabouts, expected: &[&str]) {
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
fn a_reading_that_meets_nobody_here_brings_nothing_here() {
    let config = two();
    let known = Known { config: &config, stored: &[], selection: &Selection::Nothing };
    let nobody = |place: &Place| match place.host.is_loopback() {
        true => Whereabouts::Here(Look::Seen(vec![])),
        false => Whereabouts::Elsewhere,
    };
    for (text, expected) in [
        ("postgresql://h/x", Reach::Elsewhere),
        ("postgresql://localhost:5999/x", Reach::Here),
        ("postgresql://localhost:5999/x?host=h", Reach::Elsewhere),
        ("postgresql://h/x?host=localhost&port=5999", Reach::Here),
        ("file:x.db", Reach::File),
    ] {
        assert_eq!(evidence(&known, &DatabaseUrl::parse(text).unwrap(), None, &nobody).0, expected, "{text}");
    }
}

#[test]
fn a_sqlite_file_is_local() {
    let expected = ["file local: ./dev.db (a file of this machine, which no environment stores)"];
    check(&two(), &[], "file:./dev.db", &Whereabouts::Elsewhere, &expected);
    let all = stored(&[("dev", "file:./app.db"), ("prod", "file:/srv/prod.db"), ("prod", "postgres://h/dev.db")]);
    check(&two(), &all, "file:./dev.db", &Whereabouts::Elsewhere, &expected);
    let expected = ["file prod: ./prod.db (the file stored for prod)"];
    check(&two(), &all, "file:./prod.db", &Whereabouts::Elsewhere, &expected);
    let expected = ["file dev: app.db (the file stored for dev)"];
    check(&two(), &all, "file:app.db", &Whereabouts::Elsewhere, &expected);
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
