//! Which refusals a pause lifts, and which texts are a pause.

use super::*;
use crate::domain::config::Protection;
use crate::domain::sample::{self, name};
use crate::domain::target::Reach;
use crate::domain::target::evidence::{Evidence, Source};
use crate::domain::text::clock::Boot;
use proptest::prelude::*;

fn protection(text: &str) -> Protection {
    if text.starts_with("prod") { Protection::Protected } else { Protection::Open }
}

fn config(environments: &[&str]) -> Config {
    sample::config(environments.iter().map(|text| sample::environment(text)))
}

/// A target for which listeners speak, one a word; `?` is one that is unknown.
fn target(words: &str) -> Target {
    let evidence = |word: &str| Evidence {
        source: Source::Listener,
        says: if word == "?" { Says::Unknown } else { Says::Environment(name(word), protection(word)) },
        seen: String::new(),
        how: String::new(),
    };
    Target {
        label: String::new(),
        url: None,
        origin: String::new(),
        reach: Reach::Here,
        evidence: words.split_whitespace().map(evidence).collect(),
    }
}

#[track_caller]
fn check(paused: &[&str], on: &On, targets: &[&str], because: (Reason, Option<&str>), expected: bool) {
    let config = config(&["dev", "prod", "prod-eu"]);
    let paused: Vec<EnvironmentName> = paused.iter().map(|text| name(text)).collect();
    let targets: Vec<Target> = targets.iter().map(|words| target(words)).collect();
    let because = Because { reason: because.0, environment: because.1.map(name), target: None };
    assert_eq!(lifts(&paused, &config, on, &targets, &because), expected);
}

#[test]
fn what_speaks_for_the_paused_environment_alone_is_let_through() {
    let on = &On::Protected;
    check(&["prod"], on, &["prod"], (Reason::Reaches, Some("prod")), true);
    check(&["prod"], on, &["prod dev"], (Reason::Disagrees, Some("prod")), true);
    check(&["prod"], on, &["prod", "dev"], (Reason::Reaches, Some("prod")), true);
    check(&["prod"], on, &["prod"], (Reason::Expired, Some("prod")), true);
    check(&["prod-eu"], on, &["prod"], (Reason::Reaches, Some("prod")), false);
    check(&[], on, &["prod"], (Reason::Reaches, Some("prod")), false);
}

#[test]
fn another_protected_environment_stays_guarded_wherever_it_shows() {
    let on = &On::Protected;
    check(&["prod"], on, &["prod prod-eu"], (Reason::Reaches, Some("prod")), false);
    check(&["prod"], on, &["prod", "prod-eu"], (Reason::Reaches, Some("prod")), false);
    check(&["prod"], on, &["prod", "?"], (Reason::Reaches, Some("prod")), false);
    check(&["prod", "prod-eu"], on, &["prod", "prod-eu", "?"], (Reason::Reaches, Some("prod")), true);
}

#[test]
fn what_is_unknown_may_be_any_of_them() {
    let on = &On::Protected;
    for reason in [Reason::NothingKnown, Reason::Disagrees] {
        check(&["prod"], on, &["?"], (reason, None), false);
        check(&["prod", "prod-eu"], on, &["?"], (reason, None), true);
        check(&["prod", "prod-eu"], on, &[], (reason, None), true);
        check(&["prod"], &On::Named(vec![name("prod")]), &["?"], (reason, None), true);
    }
    check(&["prod"], on, &["?"], (Reason::CannotBeKnown, Some("prod")), false);
    check(&["prod", "prod-eu"], on, &["?"], (Reason::CannotBeKnown, Some("prod")), true);
}

#[test]
fn what_is_allowed_anyway_is_not_lifted() {
    for reason in [Reason::Harmless, Reason::ProvenOther, Reason::Paused] {
        check(&["prod", "prod-eu"], &On::Protected, &["prod"], (reason, Some("prod")), false);
    }
}

#[test]
fn a_pause_ends_by_itself_and_is_never_longer_than_the_longest() {
    let repository = RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap();
    let start = Boot::parse("6a3f1c529d0e4b7a8f610123456789ab").unwrap();
    let at = |seconds| Now { seconds, uptime: None };
    let pause = |began, until| Pause {
        repository: repository.clone(),
        root: "/r".into(),
        environment: name("prod"),
        began,
        end: End { at: until, uptime: None },
    };
    assert!(pause(100, 700).holds_at(at(100)) && pause(100, 700).holds_at(at(699)));
    assert!(!pause(100, 700).holds_at(at(700)) && !pause(100, 700).holds_at(at(99)));
    assert!(pause(100, 100 + LONGEST).holds_at(at(200)) && !pause(100, 101 + LONGEST).holds_at(at(200)));
    assert!(!pause(700, 100).holds_at(at(200)));
    // By the other clock it is over, whatever was done to the one on the wall.
    let uptime = |seconds| Some(Uptime { boot: start, seconds });
    let both = Pause { end: End { at: 700, uptime: uptime(650) }, ..pause(100, 700) };
    assert!(both.holds_at(Now { seconds: 200, uptime: uptime(649) }));
    assert!(!both.holds_at(Now { seconds: 200, uptime: uptime(650) }) && !both.holds_at(at(200)));
}

#[test]
fn only_what_was_written_is_read() {
    let good =
        "nexus-env pause 2\n9f3k2v7m4q8x1c5b\nprod\n100\n700\n6a3f1c529d0e4b7a8f610123456789ab:650\n/home/ada/a\nb\n";
    let pause = Pause::decode(good).unwrap();
    assert_eq!((pause.root.as_str(), pause.encode().as_str()), ("/home/ada/a\nb", good));
    for bad in [
        "",
        "nexus-env pause 1\n",
        &good.replace(":650", ""),
        &good[..40],
        &good.replace("prod", "pr od"),
        &good.replace("100", "-1"),
        good.trim_end(),
    ] {
        assert_eq!(Pause::decode(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in "(nexus-env pause 2\n)?(?s).{0,80}") {
        if let Some(pause) = Pause::decode(&text) {
            prop_assert_eq!(Pause::decode(&pause.encode()), Some(pause));
        }
    }
}
