//! Whose port it is, by the processes that hold it.

use super::*;
use crate::domain::config::name::VariableName;
use crate::domain::sample::{self, name};
use crate::domain::target::listening::{Door, Process};
use crate::domain::target::started;

fn environment(text: &str, instance: &str) -> Environment {
    Environment { proxy: Some(sample::proxy(instance)), ..sample::environment(text) }
}

fn config() -> Config {
    Config {
        database_variables: vec![VariableName::new("DATABASE_URL").unwrap()],
        ..sample::config([
            environment("dev", "p:r:dev"),
            environment("prod", "p:r:prod"),
            environment("test", "p:r:dev"),
        ])
    }
}

fn process(pid: u32, line: &str) -> Owner {
    let argv = shell_words::split(line).unwrap();
    Owner::Process(Process { pid, program: argv[0].clone(), argv, ..Process::default() })
}

fn look(owners: Vec<Owner>) -> Look {
    let door = Door::Tcp { address: "127.0.0.1".parse().unwrap(), port: 5433 };
    Look::Seen(vec![Listener { door, owners }])
}

fn dev() -> Owner {
    process(4242, "cloud-sql-proxy --port=5433 p:r:dev")
}

fn prod() -> Owner {
    process(4243, "cloud-sql-proxy --port=5433 p:r:prod")
}

#[track_caller]
fn check(environment: &str, owners: Vec<Owner>, expected: Option<&str>) {
    let config = config();
    let environment = config.environment(&name(environment)).unwrap();
    assert_eq!(notice(&config, environment, held(&config, 5433, look(owners))).as_deref(), expected);
}

#[test]
fn says_who_is_there_instead_of_the_proxy() {
    check("dev", vec![dev()], None);
    check("dev", vec![], Some("dev's proxy is not running; nexus-env proxy up -e dev"));
    let taken = "port 5433 is held by prod's proxy (cloud-sql-proxy, pid 4243), not by dev's; nexus-env proxy up -e dev --switch";
    check("dev", vec![prod()], Some(taken));
    check("dev", vec![dev(), prod()], Some(taken));
    check(
        "dev",
        vec![process(7, "python3 -m http.server")],
        Some("dev's proxy is not running: port 5433 is held by python3, pid 7, a program that no environment declares"),
    );
    check(
        "dev",
        vec![Owner::Hidden { uid: 0, suspects: vec![] }],
        Some("dev's proxy is not running: port 5433 is held by a process of another user"),
    );
}

/// The word in `--json`, who answers, the process, whether an instance is behind it, and what people are told.
#[test]
fn how_a_proxy_stands_is_told_alike_to_programs_and_to_people() {
    let config = config();
    let dev_of = config.environment(&name("dev")).unwrap();
    let draft = started::Draft {
        version: 1,
        repository: String::new(),
        root: "/repo".into(),
        environment: "dev".to_owned(),
        instance: "p:r:dev".to_owned(),
        port: 5433,
        words: String::new(),
        since: 0,
        boot: String::new(),
    };
    let ours = Some(Started { draft, pid: 99, birth: "1".to_owned() });
    let row = |look: Look, started: &Option<Started>| {
        let standing = Standing {
            environment: name("dev"),
            port: 5433,
            instance: "p:r:dev".to_owned(),
            found: start(&config, dev_of, held(&config, 5433, look)),
            started: started.clone(),
        };
        let (answers, pid) = (standing.answers(), standing.pid());
        let since = started.as_ref().map(|_| "noon");
        format!("{} {answers:?} {pid:?} {} {}", standing.word(), standing.reaches(), standing.told(since))
    };
    let stranger = || process(7, "python3 -m http.server");
    for (found, started, expected) in [
        (look(vec![]), &None, "down None None false not running"),
        (look(vec![]), &ours, "starting None Some(99) false started (pid 99), since noon, but does not listen"),
        (
            look(vec![dev()]),
            &None,
            "running Some(\"dev\") Some(4242) true running (cloud-sql-proxy, pid 4242), not started by nexus-env",
        ),
        (
            look(vec![dev()]),
            &ours,
            "running Some(\"dev\") Some(4242) true running (cloud-sql-proxy, pid 4242), since noon",
        ),
        (
            look(vec![prod()]),
            &None,
            "taken Some(\"prod\") Some(4243) true TAKEN by prod's proxy (cloud-sql-proxy, pid 4243), not started by nexus-env",
        ),
        (
            look(vec![stranger()]),
            &None,
            "unknown None Some(7) false TAKEN by python3, pid 7, a program that no environment declares",
        ),
        (
            look(vec![Owner::Hidden { uid: 0, suspects: vec![] }]),
            &None,
            "unknown None None false TAKEN by a process of another user",
        ),
        (Look::CannotBeSeen("why".to_owned()), &ours, "unseen None Some(99) false cannot be seen: why"),
    ] {
        assert_eq!(row(found, started), expected);
    }
}

#[test]
fn an_environment_with_the_same_instance_has_the_same_proxy() {
    check("test", vec![dev()], None);
    check(
        "prod",
        vec![dev()],
        Some(
            "port 5433 is held by dev's proxy (cloud-sql-proxy, pid 4242), not by prod's; nexus-env proxy up -e prod --switch",
        ),
    );
}

#[test]
fn one_process_in_both_families_is_one_holder() {
    let door = |address: &str| Door::Tcp { address: address.parse().unwrap(), port: 5433 };
    let both = ["127.0.0.1", "::1"].map(|address| Listener { door: door(address), owners: vec![dev()] });
    let Held::By(holders) = held(&config(), 5433, Look::Seen(both.to_vec())) else { panic!("nobody") };
    assert_eq!(holders.len(), 1);
}

#[test]
fn what_cannot_be_seen_is_neither_free_nor_running() {
    let config = config();
    let held = held(&config, 5433, Look::CannotBeSeen("why".to_owned()));
    assert_eq!(start(&config, &config.environments[0], held), Start::CannotBeSeen("why".to_owned()));
}

#[test]
fn only_a_url_through_the_port_needs_the_proxy() {
    let environment = environment("dev", "p:r:dev");
    let needs = |url: &str| needs_proxy(&environment, &[DatabaseUrl::parse(url).unwrap()]);
    assert!(needs("postgresql://u:p@127.0.0.1:5433/db"));
    assert!(needs("postgresql://u:p@localhost:5433/db"));
    assert!(!needs("postgresql://u:p@127.0.0.1:5434/db"));
    assert!(!needs("postgresql://u:p@db.example.com:5433/db"));
}
