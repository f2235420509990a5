//! Every combination of effect, evidence, reach, selection and terminal, against the rules as the contract states them.

use super::*;

fn name(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

fn says(text: &str) -> Says {
    match text {
        "prod" => Says::Environment(name("prod"), Protection::Protected),
        "local" => Says::Local,
        "unknown" => Says::Unknown,
        "not dev" => Says::NotAsPinned(vec![name("dev")]),
        open => Says::Environment(name(open), Protection::Open),
    }
}

fn evidence(source: Source, text: &str) -> Evidence {
    Evidence { source, says: says(text), seen: String::new(), how: String::new() }
}

fn target(reach: Reach, evidence: Vec<Evidence>) -> Target {
    Target { label: String::new(), url: None, origin: String::new(), reach, evidence }
}

const SOURCES: [Source; 8] = [
    Source::Label,
    Source::Fingerprint,
    Source::Database,
    Source::Listener,
    Source::File,
    Source::Match,
    Source::Identity,
    Source::Selection,
];
const SAYS: [&str; 6] = ["prod", "dev", "test", "local", "unknown", "not dev"];
const REACHES: [Reach; 4] = [Reach::Here, Reach::Elsewhere, Reach::File, Reach::Unknown];
const TERMINALS: [Terminal; 2] = [Terminal::Present, Terminal::Absent];

fn selections() -> Vec<Selection> {
    vec![
        Selection::Nothing,
        Selection::Environment(name("dev"), Protection::Open),
        Selection::Environment(name("prod"), Protection::Protected),
        Selection::Expired(name("dev"), Protection::Open),
        Selection::Expired(name("prod"), Protection::Protected),
    ]
}

fn all_evidence() -> Vec<Vec<(Source, &'static str)>> {
    let one: Vec<(Source, &str)> = SOURCES.iter().flat_map(|s| SAYS.iter().map(move |t| (*s, *t))).collect();
    let mut all = vec![vec![]];
    all.extend(one.iter().map(|e| vec![*e]));
    all.extend(one.iter().flat_map(|a| one.iter().map(move |b| vec![*a, *b])));
    all
}

#[test]
fn every_combination_follows_the_contract() {
    let mut judged = 0;
    for pieces in all_evidence() {
        let claims = |text: &str| pieces.iter().any(|(_, says)| *says == text);
        let shared = pieces.contains(&(Source::Identity, "unknown"));
        for reach in REACHES {
            let proof = pieces.iter().any(|(source, says)| {
                let open = matches!(*says, "dev" | "test");
                match source {
                    Source::Label | Source::Fingerprint | Source::Listener | Source::File | Source::Match => {
                        open || *says == "local"
                    }
                    Source::Database => *says == "local",
                    Source::Identity | Source::Selection => {
                        *says == "local" || (open && reach == Reach::Elsewhere && !shared)
                    }
                }
            });
            let target = target(reach, pieces.iter().map(|(source, says)| evidence(*source, says)).collect());
            for selection in selections() {
                for terminal in TERMINALS {
                    let verdict =
                        judge(Effect::Unknown, &On::Protected, std::slice::from_ref(&target), &selection, terminal);
                    let near = matches!(
                        &selection,
                        Selection::Environment(_, Protection::Protected) | Selection::Expired(_, Protection::Protected)
                    );
                    let expected = match (near || claims("prod"), terminal) {
                        (false, _) => "unprotected",
                        (true, Terminal::Present) => "ask",
                        (true, Terminal::Absent) => "block",
                    };
                    let got = match &verdict {
                        Verdict::Allow(because) => because.reason.word(),
                        Verdict::Ask(_) => "ask",
                        Verdict::Block(_) => "block",
                    };
                    assert_eq!(got, expected, "unknown {pieces:?} {reach:?} {selection:?} {terminal:?}");
                    for effect in [Effect::Safe, Effect::Gated, Effect::Destructive] {
                        judged += 1;
                        let verdict =
                            judge(effect, &On::Protected, std::slice::from_ref(&target), &selection, terminal);
                        let story = format!("{effect:?} {pieces:?} {reach:?} {selection:?} {terminal:?}: {verdict:?}");
                        let allowed = matches!(verdict, Verdict::Allow(_));
                        let blocked = matches!(verdict, Verdict::Block(_));
                        if effect == Effect::Safe {
                            assert!(allowed, "{story}");
                            continue;
                        }
                        if terminal == Terminal::Absent {
                            assert!(allowed || blocked, "nobody can be asked: {story}");
                        }
                        if matches!(&selection, Selection::Expired(_, Protection::Protected)) {
                            assert!(blocked, "an expired protected selection: {story}");
                            continue;
                        }
                        if claims("prod") {
                            assert!(!allowed, "evidence for a protected environment: {story}");
                            assert!(blocked || effect == Effect::Gated, "{story}");
                            if claims("dev") || claims("test") || claims("local") {
                                assert_eq!(verdict.because().reason, Reason::Disagrees, "{story}");
                            }
                        } else if claims("dev") && (claims("test") || claims("not dev")) {
                            assert!(!allowed && (blocked || effect == Effect::Gated), "disagreement: {story}");
                        } else if !proof {
                            assert!(!allowed, "nothing proves it: {story}");
                            let chosen = matches!(&selection, Selection::Environment(_, Protection::Protected));
                            let unknowable = chosen && reach == Reach::Unknown && effect == Effect::Destructive;
                            assert_eq!(blocked, terminal == Terminal::Absent || unknowable, "{story}");
                        } else if !claims("unknown") && !pieces.iter().any(|(s, _)| *s == Source::Database) {
                            assert!(allowed, "proven: {story}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(judged, (1 + 48 + 48 * 48) * 4 * 5 * 2 * 3);
}

#[track_caller]
fn check(effect: Effect, reach: Reach, pieces: &[(Source, &str)], terminal: Terminal, expected: &str) {
    let target = target(reach, pieces.iter().map(|(source, says)| evidence(*source, says)).collect());
    let selection = Selection::Environment(name("dev"), Protection::Open);
    let verdict = judge(effect, &On::Protected, &[target], &selection, terminal);
    let word = match &verdict {
        Verdict::Allow(because) => format!("allow {}", because.reason.word()),
        Verdict::Ask(because) => format!("ask {}", because.reason.word()),
        Verdict::Block(because) => format!("block {}", because.reason.word()),
    };
    assert_eq!(word, expected);
}

#[test]
fn the_seed_case_is_decided_by_the_proxy_that_runs() {
    let chosen = (Source::Selection, "dev");
    let here = Reach::Here;
    let (asks, alone) = (Terminal::Present, Terminal::Absent);
    check(Effect::Destructive, here, &[(Source::Listener, "prod"), chosen], asks, "block disagreement");
    check(Effect::Destructive, here, &[(Source::Listener, "prod")], asks, "block protected");
    check(Effect::Destructive, here, &[(Source::Listener, "dev"), chosen], alone, "allow proven");
    check(Effect::Destructive, here, &[(Source::Listener, "unknown"), chosen], asks, "ask unknown");
    check(Effect::Destructive, here, &[(Source::Listener, "unknown"), chosen], alone, "block unknown");
    check(Effect::Destructive, here, &[(Source::Identity, "dev"), chosen], asks, "ask unknown");
    check(Effect::Destructive, Reach::Elsewhere, &[(Source::Identity, "dev"), chosen], alone, "allow proven");
    check(Effect::Destructive, Reach::Elsewhere, &[(Source::Identity, "unknown"), chosen], alone, "block unknown");
    check(Effect::Gated, here, &[(Source::Listener, "prod")], asks, "ask protected");
    check(Effect::Gated, here, &[(Source::Listener, "prod")], alone, "block protected");
    check(Effect::Gated, here, &[(Source::Listener, "prod"), chosen], asks, "ask disagreement");
    // Prod is what the person chose, so a yes for prod would be done to dev.
    let meant = [(Source::Listener, "dev"), (Source::Selection, "prod")];
    check(Effect::Gated, here, &meant, asks, "block disagreement");
    check(Effect::Gated, here, &[(Source::Listener, "dev")], alone, "allow proven");
    check(Effect::Destructive, here, &[(Source::Listener, "dev"), (Source::Listener, "unknown")], asks, "ask unknown");
    // One of two places answered for dev; the other, where a client may end as well, gave no answer.
    let half = [(Source::Fingerprint, "dev"), (Source::Database, "unknown")];
    check(Effect::Destructive, here, &half, asks, "ask unknown");
    check(Effect::Destructive, here, &half[..1], asks, "allow proven");
}

#[test]
fn a_url_that_cannot_be_known_is_refused_while_a_protected_environment_is_selected() {
    let selection = Selection::Environment(name("prod"), Protection::Protected);
    let targets = [target(Reach::Unknown, vec![])];
    let verdict = judge(Effect::Destructive, &On::Protected, &targets, &selection, Terminal::Present);
    assert!(matches!(verdict, Verdict::Block(ref because) if because.reason == Reason::CannotBeKnown));
    let verdict = judge(Effect::Gated, &On::Protected, &targets, &selection, Terminal::Present);
    assert!(matches!(verdict, Verdict::Ask(_)));
}

#[test]
fn the_worst_of_several_targets_decides() {
    let dev = target(Reach::Elsewhere, vec![evidence(Source::Identity, "dev")]);
    let prod = target(Reach::Elsewhere, vec![evidence(Source::Identity, "prod")]);
    let verdict = judge(Effect::Destructive, &On::Protected, &[dev, prod], &Selection::Nothing, Terminal::Present);
    assert!(matches!(verdict, Verdict::Block(ref because) if because.target == Some(1)));
    let none = judge(Effect::Destructive, &On::Protected, &[], &Selection::Nothing, Terminal::Absent);
    assert!(matches!(none, Verdict::Block(_)));
}

#[test]
fn a_rule_of_the_team_holds_on_the_environments_that_it_names() {
    let on = On::Named(vec![name("test")]);
    let at = |says| [target(Reach::Elsewhere, vec![evidence(Source::Identity, says)])];
    let judged = |says| judge(Effect::Destructive, &on, &at(says), &Selection::Nothing, Terminal::Present);
    assert!(matches!(judged("test"), Verdict::Block(_)));
    assert!(matches!(judged("dev"), Verdict::Allow(_)));
    assert!(matches!(judged("prod"), Verdict::Allow(_)));
}

/// It is so where the shell's selection names it, every other word for it is of a stored URL, and something that was seen
/// says another.
#[test]
fn an_environment_is_only_meant_where_nothing_seen_speaks_for_it() {
    let chosen = |source: Source| matches!(source, Source::Selection | Source::Identity);
    for pieces in all_evidence() {
        let target = target(Reach::Here, pieces.iter().map(|(source, says)| evidence(*source, says)).collect());
        let (own, others): (Vec<_>, Vec<_>) = pieces
            .iter()
            .filter(|(_, says)| ["prod", "dev", "test"].contains(says))
            .partition(|(_, says)| *says == "dev");
        let selected = own.iter().any(|(source, _)| *source == Source::Selection);
        let seen = !others.is_empty() && others.iter().all(|(source, _)| !chosen(*source));
        let expected = selected && seen && own.iter().all(|(source, _)| chosen(*source));
        assert_eq!(is_only_meant(&target, &name("dev")), expected, "{pieces:?}");
    }
}
