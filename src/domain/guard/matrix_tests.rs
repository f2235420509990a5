//! Evidence × verdict: every combination of what the database, the listener, a pattern, the URL and the selection can
//! say, through the functions that make evidence of it. `matrix.txt` is the part that fits on a page.

use super::*;
use crate::domain::config::fingerprint::Fingerprint;
use crate::domain::config::{Config, Environment};
use crate::domain::sample::{self, name};
use crate::domain::target::server::{self, Duty, Identity, Reply, ServerKind, Silence, Way};

fn environment(text: &str, pin: Option<u64>) -> Environment {
    Environment {
        fingerprint: pin.map(|system| Fingerprint { system, database: "nexus_db".to_owned() }),
        ..sample::environment(text)
    }
}

fn config(pins: [Option<u64>; 3]) -> Config {
    sample::config(["dev", "test", "prod"].iter().zip(pins).map(|(text, pin)| environment(text, pin)))
}

/// The pins of dev, test and prod, the server's own identifier, and its comment.
type Database = (&'static str, [Option<u64>; 3], Option<(u64, &'static str)>);

const UNPINNED: [Option<u64>; 3] = [None; 3];
const PINNED: [Option<u64>; 3] = [Some(1), Some(2), Some(3)];

const DATABASES: [Database; 14] = [
    ("no answer", PINNED, None),
    ("nothing pinned, no label", UNPINNED, Some((1, ""))),
    ("dev's pin", PINNED, Some((1, ""))),
    ("dev's pin, prod has none", [Some(1), None, None], Some((1, ""))),
    ("test's pin", PINNED, Some((2, ""))),
    ("prod's pin", PINNED, Some((3, ""))),
    ("pin of dev and prod alike", [Some(3), None, Some(3)], Some((3, ""))),
    ("another than all pins", PINNED, Some((9, ""))),
    ("label dev", UNPINNED, Some((1, "[nexus-env:dev]"))),
    ("label prod", UNPINNED, Some((1, "[nexus-env:prod]"))),
    ("label staging, undeclared", UNPINNED, Some((1, "[nexus-env:staging]"))),
    ("label production, undeclared", UNPINNED, Some((1, "[nexus-env:production]"))),
    ("label dev, prod's pin", PINNED, Some((3, "[nexus-env:dev]"))),
    ("label dev, alike dev and prod", [Some(3), None, Some(3)], Some((3, "[nexus-env:dev]"))),
];

const LISTENERS: [(&str, &[&str]); 7] = [
    ("remote", &[]),
    ("nobody", &["unknown"]),
    ("unknown", &["unknown"]),
    ("local", &["local"]),
    ("dev", &["dev"]),
    ("dev+unknown", &["dev", "unknown"]),
    ("prod", &["prod"]),
];

const REST: [&str; 6] = ["", "dev", "prod", "dev+dev", "prod+dev", "unknown"];

fn says(config: &Config, text: &str) -> Says {
    match text {
        "local" => Says::Local,
        "unknown" => Says::Unknown,
        text => Says::Environment(name(text), config.environment(&name(text)).unwrap().protection),
    }
}

fn piece(source: Source, says: Says) -> Evidence {
    Evidence { source, says, seen: String::new(), how: String::new() }
}

fn asked(config: &Config, answer: Option<(u64, &str)>) -> Vec<Evidence> {
    let answer = answer.ok_or(Silence::TimedOut).map(|(system, comment)| Identity {
        kind: ServerKind::PostgreSql,
        system: Some(system),
        database: "nexus_db".to_owned(),
        comment: Some(comment.to_owned()),
        started: None,
        duty: Duty::Primary,
        way: Way::Straight,
    });
    server::evidence(config, &[Reply { at: String::new(), answer }])
}

/// `source+source` of a pattern and a stored URL.
fn rest(config: &Config, text: &str) -> Vec<Evidence> {
    match text {
        "" => vec![],
        text => match text.split_once('+') {
            Some((matched, stored)) => {
                vec![piece(Source::Match, says(config, matched)), piece(Source::Identity, says(config, stored))]
            }
            None => vec![piece(Source::Identity, says(config, text))],
        },
    }
}

fn target_of(config: &Config, database: Database, listener: (&str, &[&str]), others: &str) -> Target {
    let mut evidence = asked(config, database.2);
    evidence.extend(listener.1.iter().map(|text| piece(Source::Listener, says(config, text))));
    evidence.extend(rest(config, others));
    let reach = if listener.1.is_empty() { Reach::Elsewhere } else { Reach::Here };
    Target { label: String::new(), url: None, origin: String::new(), reach, evidence }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allow(_) => "allow",
        Verdict::Ask(_) => "ask",
        Verdict::Block(_) => "BLOCK",
    }
}

fn table(title: &str, others: &str, selection: &Selection) -> String {
    let mut out = format!("{title}\n{:<30}", "database says \\ listener says");
    for (listener, _) in LISTENERS {
        out.push_str(&format!(" {listener:<11}"));
    }
    for database in DATABASES {
        out = format!("{}\n{:<30}", out.trim_end(), database.0);
        let config = config(database.1);
        for listener in LISTENERS {
            let target = target_of(&config, database, listener, others);
            let verdict = judge(Effect::Destructive, &On::Protected, &[target], selection, Terminal::Present);
            out.push_str(&format!(" {:<11}", word(&verdict)));
        }
    }
    format!("{}\n", out.trim_end())
}

#[test]
fn the_page_says_what_the_rules_do() {
    let dev = Selection::Environment(name("dev"), Protection::Open);
    let page = [
        "A destructive command at a terminal; without one, `ask` is BLOCK. Where the listener, a pattern, the URL or an\n\
         expired selection speak for prod, the database is not asked at all.\n"
            .to_owned(),
        table("Nothing selected, a URL that no environment stores:", "", &Selection::Nothing),
        table("dev selected, the URL is the one stored for dev:", "dev", &dev),
    ];
    assert_eq!(page.join("\n"), include_str!("matrix.txt"), "{}", page.join("\n"));
}

#[test]
fn every_combination_keeps_what_must_never_be_traded() {
    let selections = [
        Selection::Nothing,
        Selection::Environment(name("dev"), Protection::Open),
        Selection::Environment(name("prod"), Protection::Protected),
        Selection::Expired(name("dev"), Protection::Open),
        Selection::Expired(name("prod"), Protection::Protected),
    ];
    let mut judged = 0;
    for database in DATABASES {
        let config = config(database.1);
        for listener in LISTENERS {
            for others in REST {
                for selection in &selections {
                    for (effect, terminal) in [
                        (Effect::Destructive, Terminal::Present),
                        (Effect::Destructive, Terminal::Absent),
                        (Effect::Gated, Terminal::Absent),
                    ] {
                        judged += 1;
                        let mut target = target_of(&config, database, listener, others);
                        if let Selection::Environment(name, protection) = selection {
                            target
                                .evidence
                                .push(piece(Source::Selection, Says::Environment(name.clone(), *protection)));
                        }
                        let verdict = judge(effect, &On::Protected, &[target.clone()], selection, terminal);
                        let story = format!("{} / {} / {others} / {selection:?}: {verdict:?}", database.0, listener.0);
                        let allowed = matches!(verdict, Verdict::Allow(_));
                        let protected = |e: &Evidence| matches!(e.says, Says::Environment(_, Protection::Protected));
                        if target.evidence.iter().any(protected) {
                            assert!(!allowed, "something speaks for a protected environment: {story}");
                            assert!(matches!(verdict, Verdict::Block(_)), "{story}");
                        }
                        if matches!(selection, Selection::Expired(_, Protection::Protected)) {
                            assert!(matches!(verdict, Verdict::Block(_)), "its time is over: {story}");
                        }
                        // With the database's word left out, nothing that was refused may be allowed but by that word.
                        if allowed {
                            let mut without = target.clone();
                            without.evidence.retain(|e| {
                                !matches!(e.source, Source::Label | Source::Fingerprint | Source::Database)
                            });
                            let before = judge(effect, &On::Protected, &[without], selection, terminal);
                            let by_database = target.evidence.iter().any(|e| {
                                matches!(e.source, Source::Label | Source::Fingerprint)
                                    && matches!(e.says, Says::Environment(_, Protection::Open))
                            });
                            assert!(by_database || matches!(before, Verdict::Allow(_)), "{story}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(judged, 14 * 7 * 6 * 5 * 3);
}
