//! What the database itself says decides, and a protected one is never asked.

use super::tests::*;
use super::*;
use crate::domain::config::Protection;
use crate::domain::config::fingerprint::Fingerprint;
use crate::domain::sample::name;
use crate::domain::target::server::Reply;

/// What a database behind every URL answers.
fn answering(system: u64, comment: &str) -> Vec<Reply> {
    use crate::domain::target::server::{Duty, Identity, ServerKind, Way};
    let identity = Identity {
        kind: ServerKind::PostgreSql,
        system: Some(system),
        database: "nexus_db".to_owned(),
        comment: Some(comment.to_owned()),
        started: None,
        duty: Duty::Primary,
        way: Way::Straight,
    };
    vec![Reply { at: "127.0.0.1 port 5433".to_owned(), answer: Ok(identity) }]
}

#[test]
fn a_tunnel_that_claims_dev_is_corrected_by_the_database() {
    let mut world = world().proxy(TO_DEV);
    world.answers = answering(7, "ask Ada [nexus-env:prod]");
    world.tells(
        "npx prisma migrate dev",
        3,
        "blocked: prisma migrate dev would write to prod, although dev is selected
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusdev-v2     (cloud-sql-proxy, pid 4242, port 5433)
  label         prod                                                (stored in the database itself)
  stored        dev                                                 (the URL stored for dev)
  selected      dev                                                 (in this shell)
  instead       to apply committed migrations to prod: nexus-env migrate deploy -e prod",
    );
}

#[test]
fn a_database_that_is_not_the_pinned_one_is_refused_and_both_sides_are_named() {
    let mut world = world().proxy(TO_DEV);
    world.config.environments[0].fingerprint = Fingerprint::parse("7/nexus_db");
    world.answers = answering(9, "");
    world.tells(
        "npx prisma migrate dev",
        3,
        "blocked: prisma migrate dev: what was found disagrees about the database that it reaches: what answers there is dev's, but it is not the database that is pinned
  DATABASE_URL  postgresql://postgres:•••@127.0.0.1:5433/nexus_db   (exported by nexus-env)
  reaches       nexus-enterprise-480610:us-central1:nexusdev-v2     (cloud-sql-proxy, pid 4242, port 5433)
  fingerprint   9/nexus_db                                          (not the one that is pinned for dev)
  stored        dev                                                 (the URL stored for dev)
  selected      dev                                                 (in this shell)
  instead       nexus-env db verify tells which database each environment reaches, and how to mend it",
    );
}

#[test]
fn a_protected_database_is_never_connected_to_and_every_other_one_once() {
    let asked = |world: World, line: &str| {
        world.run(line, report::exit);
        world.asked.get()
    };
    for line in ["npx prisma migrate dev", "npx prisma migrate deploy", "npx prisma db push"] {
        assert_eq!(asked(world().proxy(TO_PROD), line), 0, "what listens is prod's: {line}");
        assert_eq!(asked(world().prod().proxy(TO_DEV), line), 0, "prod is selected: {line}");
    }
    let mut matched = world().proxy(TO_DEV);
    matched.config.environments[1].matches.ports = vec![5433];
    assert_eq!(asked(matched, "npx prisma migrate dev"), 0, "it matches prod");
    let mut expired = world().proxy(TO_DEV);
    expired.selection = Selection::Expired(name("prod"), Protection::Protected);
    assert_eq!(asked(expired, "npx prisma migrate dev"), 0, "the time for prod is over");
    assert_eq!(asked(world().proxy(TO_DEV), "npx prisma generate && npx eslint && echo prisma migrate dev"), 0);
    assert_eq!(asked(world().proxy(TO_DEV), "npx prisma migrate dev"), 1);
    assert_eq!(asked(world().proxy(TO_DEV), "npx prisma db push && npx prisma migrate dev"), 1, "one database, once");
    assert_eq!(asked(world().shell("DATABASE_URL", "mysql://u:p@h/x"), "npx prisma db push"), 0, "no PostgreSQL");
}

/// Nothing is advised to someone who has already done it, nor what would not change where the command goes.
#[test]
fn what_to_type_instead_is_only_what_works() {
    let advised = |world: &World, line: &str| {
        let value = world.run(line, report::as_json);
        value["instead"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut apart = world().proxy("cloud-sql-proxy --port=15534 nexus-enterprise-480610:us-central1:nexusprod-v2");
    apart.config.environments[1].proxy.as_mut().unwrap().port = 15534;
    assert_eq!(advised(&apart, "dropdb -p 15534 -h 127.0.0.1 nexus_db"), [""; 0], "dev's tunnel has another port");
    let switch = "nexus-env proxy up -e dev --switch, which stops that tunnel and starts dev's";
    assert_eq!(advised(&world().proxy(TO_PROD), "dropdb -p 5433 -h 127.0.0.1 nexus_db"), [switch]);
    let mut nothing = world().proxy(TO_PROD);
    nothing.selection = Selection::Nothing;
    for line in ["terraform destroy", "kubectl delete pvc data", "dropdb -p 15534 -h 127.0.0.1 nexus_db"] {
        assert!(advised(&nothing, line).is_empty(), "{line}: {:?}", advised(&nothing, line));
    }
    let to_prod = format!("DATABASE_URL={PROD} npx prisma db push");
    let deploy = "to apply committed migrations to prod: nexus-env migrate deploy -e prod";
    assert_eq!(advised(&world().prod().proxy(TO_PROD), &to_prod), [deploy], "the line names it, whatever is selected");
    assert_eq!(advised(&nothing, "npx prisma db push"), ["nexus-env use dev", deploy]);
    // An agent's shell has no hook, so `use` would select nothing there.
    let agent = nothing.shell("CLAUDECODE", "1");
    assert_eq!(advised(&agent, "npx prisma db push"), ["nexus-env run -e dev -- …", deploy]);
}
