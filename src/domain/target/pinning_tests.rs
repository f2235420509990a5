//! What may be pinned, and what is somebody else's.

use super::*;
use crate::domain::sample;
use crate::domain::target::server::{Duty, Way};

#[track_caller]
fn check(source: Source, whose: &str, expected: Option<&str>) {
    let config = sample::config(["dev", "prod"].map(sample::environment));
    let says = Says::Environment(sample::name(whose), sample::environment(whose).protection);
    let seen = [Evidence { source, says, seen: whose.to_owned(), how: "seen".to_owned() }];
    let variable = VariableName::new("DATABASE_URL").unwrap();
    let environment = &config.environments[0];
    let found = Found { config: &config, environment, variable: &variable, seen: &seen, replies: &[] };
    assert_eq!(found.refuse_elsewhere().err().map(|failure| failure.message).as_deref(), expected);
}

#[test]
fn nothing_is_pinned_that_a_listener_or_a_pattern_gives_to_another_environment() {
    let refused = Some("`DATABASE_URL` of dev reaches prod now: prod (seen)");
    check(Source::Listener, "prod", refused);
    check(Source::Match, "prod", refused);
    check(Source::Match, "dev", None);
    // Two environments may store one URL.
    check(Source::Identity, "prod", None);
}

/// What pinning dev says of a server whose fingerprint is the pinned one of prod, and whose comment is this.
fn pinned_like_prod(comment: &str) -> Result<Pin, String> {
    let identity = Identity {
        kind: ServerKind::PostgreSql,
        system: Some(7),
        database: "nexus_db".to_owned(),
        comment: Some(comment.to_owned()),
        started: None,
        duty: Duty::Primary,
        way: Way::Straight,
    };
    let prod = Environment { fingerprint: identity.fingerprint(), ..sample::environment("prod") };
    let config = sample::config([sample::environment("dev"), prod]);
    let variable = VariableName::new("DATABASE_URL").unwrap();
    let replies = [Reply { at: String::new(), answer: Ok(identity) }];
    let found = Found {
        config: &config,
        environment: &config.environments[0],
        variable: &variable,
        seen: &[],
        replies: &replies,
    };
    pin(&found).map_err(|failure| failure.message)
}

#[test]
fn a_copy_is_pinned_where_its_label_tells_it_from_its_original() {
    let fingerprint = Fingerprint { system: 7, database: "nexus_db".to_owned() };
    let pinned = Pin { fingerprint, labelled: true, twin: Some(sample::name("prod")) };
    assert_eq!(pinned_like_prod("[nexus-env:dev]"), Ok(pinned));
    let same = "dev reaches 7/nexus_db, which prod is pinned to: it is the same database, or one is a copy of the other's files";
    assert_eq!(pinned_like_prod(""), Err(same.to_owned()));
    let labelled = "the database that dev reaches says that it is prod, by its label";
    assert_eq!(pinned_like_prod("[nexus-env:prod]"), Err(labelled.to_owned()));
}
