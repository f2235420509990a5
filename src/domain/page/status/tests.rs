//! What evidence comes to, and how the page tells it.

use super::*;
use crate::domain::target::url::DatabaseUrl;
use proptest::prelude::*;

fn name(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

fn says(environment: &str) -> Says {
    let protection = if environment == "prod" { Protection::Protected } else { Protection::Open };
    Says::Environment(name(environment), protection)
}

fn target(evidence: &[(Source, Says, &str)]) -> Target {
    let one = |(source, says, seen): &(Source, Says, &str)| Evidence {
        source: *source,
        says: says.clone(),
        seen: (*seen).to_owned(),
        how: "port 5433, and more".to_owned(),
    };
    Target {
        label: "DATABASE_URL".to_owned(),
        url: DatabaseUrl::parse("postgresql://u:p@127.0.0.1:5433/db"),
        origin: "in this process".to_owned(),
        reach: Reach::Here,
        evidence: evidence.iter().map(one).collect(),
    }
}

#[track_caller]
fn check(evidence: &[(Source, Says, &str)], conclusion: &str, reached: Option<&str>, protected: Option<bool>) {
    let found = reaches(&target(evidence), Some(&name("dev")));
    assert_eq!((found.conclusion.as_str(), found.reaches.as_deref()), (conclusion, reached));
    assert_eq!(found.reaches_protected, protected);
}

#[test]
fn says_in_plain_words_what_a_url_reaches() {
    let (listener, identity, selection) = (Source::Listener, Source::Identity, Source::Selection);
    check(&[(listener, says("dev"), "p:r:dev"), (selection, says("dev"), "dev")], "dev", Some("dev"), Some(false));
    check(&[(listener, says("test"), "x")], "test, although dev is selected", Some("test"), Some(false));
    let prod = "PROD, although dev is selected";
    check(&[(listener, says("prod"), "p:r:prod"), (selection, says("dev"), "dev")], prod, Some("prod"), Some(true));
    check(&[(listener, Says::Local, "a server")], "a database of this machine", None, Some(false));
    check(
        &[(listener, Says::Unknown, NOBODY), (selection, says("dev"), "dev")],
        "unknown: nobody listens there now (port 5433)",
        None,
        None,
    );
    check(&[(identity, says("dev"), "dev")], "unknown: nothing proves which database this is", None, None);
    check(
        &[(listener, says("dev"), "a"), (listener, says("test"), "b")],
        "unknown: what was found disagrees",
        None,
        None,
    );
    let nowhere = Target { url: None, origin: "not a URL".to_owned(), ..target(&[]) };
    assert_eq!(reaches(&nowhere, None).conclusion, "unknown: not a URL");
}

fn served(environment: &str, access: &'static str) -> Served {
    let target = target(&[(Source::Listener, says(environment), "x")]);
    Served {
        variable: "DATABASE_URL".to_owned(),
        url: String::new(),
        reaches: reaches(&target, Some(&name("dev"))),
        started_with: Some(environment.to_owned()),
        since: None,
        access,
        held_by: "itself",
        pid: 7,
    }
}

fn page() -> Page {
    let service = |name: &str, served: Served| Service {
        name: name.to_owned(),
        port: 8000,
        listener: Some("node, pid 7".to_owned()),
        databases: vec![served],
        ..Service::default()
    };
    Page {
        environment: Some("dev".to_owned()),
        loaded: true,
        trust: "allowed",
        services: vec![
            service("api", served("prod", "read-write")),
            service("web", served("prod", "read-only")),
            service("job", served("dev", "read-write")),
            service("old", Served { held_by: "parent", ..served("prod", "read-write") }),
        ],
        ..Page::default()
    }
}

#[test]
fn a_server_that_was_started_with_prod_is_shouted_about_in_words() {
    let page = page();
    assert_eq!(
        warnings(&page),
        [
            "api (port 8000) still WRITES TO PROD: it was started with prod",
            "web (port 8000) still reads PROD: it was started with prod",
            "old (port 8000) may still WRITE TO PROD: its parent (pid 7) was started with prod",
        ]
    );
    let shown: Vec<String> = lines(&page, 80).into_iter().map(|line| line.text).collect();
    assert!(shown.iter().any(|line| line.ends_with("started with PROD's DATABASE_URL: it still WRITES TO PROD")));
    assert!(shown.iter().any(|line| line.ends_with("started with dev's DATABASE_URL")), "{shown:#?}");
}

#[test]
fn a_server_under_which_the_tunnel_was_changed_is_not_said_to_have_been_started_with_prod() {
    let since = Some("the tunnel on port 5433 is prod's".to_owned());
    let moved = Served { started_with: Some("dev".to_owned()), since, ..served("prod", "read-write") };
    let unknown = Served { started_with: None, ..served("prod", "read-only") };
    let page = page();
    let mut services = page.services.into_iter().zip([moved, unknown]);
    let services = services.by_ref().map(|(service, served)| Service { databases: vec![served], ..service }).collect();
    let page = Page { services, ..self::page() };
    assert_eq!(
        warnings(&page),
        [
            "api (port 8000) WRITES TO PROD: it was started with dev's DATABASE_URL, and the tunnel on port 5433 is prod's now",
            "web (port 8000) reads PROD: it was started with DATABASE_URL",
        ]
    );
    let shown = lines(&page, 120).into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n");
    let told = [
        "started with dev's DATABASE_URL, which reaches PROD now, since the tunnel on port 5433 is prod's: it",
        "started with DATABASE_URL, which reaches PROD now, read-only",
    ];
    assert!(told.iter().all(|told| shown.contains(told)), "{shown}");
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_terminal_unless_one_word_is(
        words in proptest::collection::vec("[a-z:/.·-]{1,30}", 0..40),
        width in 60_usize..120,
    ) {
        let page = Page { warnings: vec![words.join(" ")], variables: words.clone(), ..page() };
        for line in lines(&page, width) {
            prop_assert!(line.text.chars().count() <= width, "{}", line.text);
            prop_assert!(!line.text.ends_with(' '));
        }
        let all: String = lines(&page, width).into_iter().map(|line| line.text + " ").collect();
        prop_assert!(words.iter().all(|word| all.contains(word.as_str())), "a word was lost");
    }
}
