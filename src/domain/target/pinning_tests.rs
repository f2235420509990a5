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

/// What a server answers: its own identifier, when it started, and the comment on the database.
fn server(system: u64, started: Option<&str>, comment: &str) -> Reply {
    let identity = Identity {
        kind: ServerKind::PostgreSql,
        system: Some(system),
        database: "nexus_db".to_owned(),
        comment: Some(comment.to_owned()),
        started: started.map(str::to_owned),
        duty: Duty::Primary,
        way: Way::Straight,
    };
    Reply { at: "h port 5432".to_owned(), answer: Ok(identity) }
}

fn fingerprint(system: u64) -> Fingerprint {
    Fingerprint { system, database: "nexus_db".to_owned() }
}

/// Dev with this pin, beside prod, which is pinned to 7; what it comes to when these answer.
fn with<T>(pin: Option<u64>, replies: &[Reply], conclude: impl Fn(&Found<'_>) -> T) -> T {
    let pinned =
        |text, pin: Option<u64>| Environment { fingerprint: pin.map(fingerprint), ..sample::environment(text) };
    let config = sample::config([pinned("dev", pin), pinned("prod", Some(7))]);
    let variable = VariableName::new("DATABASE_URL").unwrap();
    conclude(&Found { config: &config, environment: &config.environments[0], variable: &variable, seen: &[], replies })
}

#[test]
fn a_copy_is_pinned_where_its_label_tells_it_from_its_original() {
    let pinned = |replies: &[Reply]| with(None, replies, |found| pin(found).map_err(|failure| failure.message));
    let (ours, twin) = (fingerprint(7), Some(sample::name("prod")));
    assert_eq!(pinned(&[server(7, None, "[nexus-env:dev]")]), Ok(Pin { fingerprint: ours, labelled: true, twin }));
    assert_eq!(pinned(&[server(1, None, "")]), Ok(Pin { fingerprint: fingerprint(1), labelled: false, twin: None }));
    for (comment, refused) in [
        (
            "",
            "dev reaches 7/nexus_db, which prod is pinned to: it is the same database, or one is a copy of the other's files",
        ),
        ("[nexus-env:prod]", "the database that dev reaches says that it is prod, by its label"),
    ] {
        assert_eq!(pinned(&[server(7, None, comment)]), Err(refused.to_owned()));
    }
    let two = [server(1, None, ""), server(2, None, "")];
    assert_eq!(pinned(&two), Err("`DATABASE_URL` of dev reaches two databases, by one address each".to_owned()));
    assert!(pinned(&[server(1, None, ""), server(1, None, "")]).is_ok());
}

#[test]
fn a_label_is_written_after_the_question_that_it_takes() {
    let consent = |pin, system, comment: &str| {
        with(pin, &[server(system, None, comment)], |found| match label(found) {
            Ok(Labelling::Nothing) => "nothing".to_owned(),
            Ok(Labelling::Write { comment, consent, .. }) => format!("{comment} {consent:?}"),
            Err(failure) => failure.message,
        })
    };
    assert_eq!(consent(None, 1, "[nexus-env:dev]"), "nothing");
    assert_eq!(consent(None, 1, ""), "[nexus-env:dev] Name");
    assert_eq!(consent(Some(1), 1, "of Ada"), "of Ada [nexus-env:dev] None");
    assert_eq!(consent(Some(1), 2, ""), "dev is pinned to 1/nexus_db, and its URL reaches 2/nexus_db");
    assert_eq!(consent(None, 7, ""), "[nexus-env:dev] Copy(EnvironmentName(\"prod\"))");
    assert_eq!(consent(Some(1), 1, "[nexus-env:prod]"), "[nexus-env:dev] Copy(EnvironmentName(\"prod\"))");
}

#[test]
fn what_answers_is_compared_with_the_pin_and_the_label() {
    let check = |pin, system, comment: &str, standing, sentence: &str, hints: &[&str]| {
        let found = with(pin, &[server(system, None, comment)], verify);
        assert_eq!((found.standing, found.sentence.as_str()), (standing, sentence));
        assert_eq!(found.hints, hints, "{sentence}");
    };
    let (right, wrong) = (Standing::Right, Standing::Wrong);
    let (pin, label) = ("nexus-env db pin -e dev", "nexus-env db label -e dev");
    check(Some(1), 1, "[nexus-env:dev]", right, "answers as pinned, 1/nexus_db, labelled dev", &[]);
    check(None, 1, "", right, "answers as 1/nexus_db, not pinned, not labelled", &[pin, label]);
    let again = "if that is right, after an upgrade or a restore: nexus-env db pin -e dev";
    check(Some(1), 2, "", wrong, "reaches 2/nexus_db, and is pinned to 1/nexus_db", &[again]);
    let copy = "if it is a copy that is now dev's: nexus-env db label -e dev";
    check(Some(1), 1, "[nexus-env:prod]", wrong, "says that it is prod, by its label (1/nexus_db)", &[copy]);
    check(None, 7, "", wrong, "reaches 7/nexus_db, which prod is pinned to", &[copy]);
    check(None, 7, "[nexus-env:dev]", right, "answers as 7/nexus_db, not pinned, labelled dev", &[pin]);
}

#[test]
fn one_server_is_told_from_a_copy_of_its_files_by_when_it_started() {
    let since = |system, started| [server(system, started, "")];
    assert!(is_the_same(&since(1, Some("noon")), &since(1, Some("noon"))));
    assert!(!is_the_same(&since(1, Some("noon")), &since(1, Some("one"))));
    assert!(!is_the_same(&since(1, Some("noon")), &since(2, Some("noon"))));
    assert!(!is_the_same(&since(1, None), &since(1, None)));
}

#[test]
fn environments_that_share_a_port_are_told_which_are_free() {
    let at = |text: &str, port| Environment {
        proxy: Some(crate::domain::config::Proxy { port, ..sample::proxy("p:r:i") }),
        ..sample::environment(text)
    };
    let config = sample::config([
        at("dev", 5433),
        at("test", 5433),
        at("prod", 5434),
        sample::environment("ci"),
        at("stage", 5433),
    ]);
    let shared = shared_ports(&config);
    let told: Vec<_> =
        shared.iter().map(|(port, who)| (*port, who.iter().map(|e| e.name.as_str()).collect())).collect();
    assert_eq!(told, [(5433, vec!["dev", "test", "stage"])]);
    let own =
        |port: u16, name: &str| format!("port = {port} under [env.{name}.proxy] in .nexusenv, and in {name}'s URL");
    assert_eq!(own_ports(&config, 5433, &shared[0].1), [own(5435, "test"), own(5436, "stage")]);
}
