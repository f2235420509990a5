use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::super::history::{History, Row};
use super::super::ledger::{Column, Known};
use super::super::migration::Migration;
use super::*;
use crate::domain::sample;

/// dev → test → prod.
fn config() -> Config {
    let step = |name: &str, from: Option<&str>| Environment {
        promote_from: from.map(sample::name),
        ..sample::environment(name)
    };
    sample::config([step("dev", None), step("test", Some("dev")), step("prod", Some("test"))])
}

/// `a` applied, `a!` failed, `a~` edited, `a*` marked by hand; `-` could not be looked at, `+` has tables and no history.
fn seen(rows: &str) -> Seen {
    match rows {
        "-" => return Seen::Unseen { why: "did not answer".to_owned(), hint: Some("try again".to_owned()) },
        "+" => return Seen::NoHistory { tables: 3 },
        _ => {}
    }
    let rows: Vec<Row> = rows
        .split_whitespace()
        .map(|word| {
            let name = word.trim_end_matches(['!', '~', '*']);
            let text = if word.ends_with('~') { "old" } else { name };
            Row {
                name: name.to_owned(),
                checksum: Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
                started: 1,
                finished: (!word.ends_with('!')).then_some(2),
                steps: i64::from(!word.ends_with('*')),
                ..Row::default()
            }
        })
        .collect();
    Seen::History(History::of(&rows))
}

/// Files are names, `a?` not committed.
fn scene(files: &str, dev: &str, test: &str, prod: &str, act: &dyn Fn(&Scene<'_>, &Config)) {
    let config = config();
    let names: Vec<&str> = files.split_whitespace().collect();
    let migrations: Vec<Migration> =
        names.iter().map(|name| name.trim_end_matches('?')).map(|name| Migration::new(name, name)).collect();
    let git: BTreeMap<String, InGit> = names
        .iter()
        .map(|name| {
            (
                name.trim_end_matches('?').to_owned(),
                if name.ends_with('?') { InGit::Untracked } else { InGit::Committed },
            )
        })
        .collect();
    let squashed = BTreeMap::new();
    let columns = [("dev", dev), ("test", test), ("prod", prod)];
    let columns = columns.map(|(name, rows)| Column { environment: sample::name(name), seen: seen(rows) }).to_vec();
    let ledger = Ledger::of(&Known { migrations: &migrations, git: &git, squashed: &squashed }, columns);
    act(&Scene { config: &config, ledger: &ledger, hollow: &[], folder: "m", to: None }, &config);
}

#[track_caller]
fn check(files: &str, dev: &str, test: &str, prod: &str, expected: &[&str]) {
    scene(files, dev, test, prod, &|scene, config| {
        let prod = config.environment(&sample::name("prod")).unwrap();
        let found: Vec<String> = scene
            .reasons(prod)
            .into_iter()
            .map(|reason| match reason.weight {
                Weight::InTheWay => {
                    format!("{} {}", reason.kind, reason.migration.unwrap_or_default()).trim().to_owned()
                }
                Weight::Note => format!("({} {})", reason.kind, reason.migration.unwrap_or_default()),
            })
            .collect();
        assert_eq!(found, expected);
    });
}

#[test]
fn what_went_through_every_step_may_go_on() {
    check("a b", "a b", "a b", "a", &[]);
    check("a b", "a b", "a b", "a b", &[]);
    check("a b c?", "a b", "a b", "a b c", &[]);
}

#[test]
fn every_reason_is_told_at_once() {
    check("a b? c", "a b", "a", "a", &["not-committed b", "not-before c", "not-before b", "not-before c"]);
    check("a b", "a b~", "a b*", "a", &["edited-before b", "by-hand b"]);
    check("a b", "a b!", "-", "a", &["failed-before b", "unproven"]);
    check("a b", "a b", "a b", "a~ b!", &["edited a", "failed b"]);
    check("a b", "a b", "a b", "a b x", &["orphan x"]);
    check("a b", "a b", "a b", "-", &["unseen"]);
    check("a", "a", "a", "+", &["no-baseline"]);
}

#[test]
fn what_comes_late_is_a_note() {
    check("a b c", "a b c", "a b c", "a c", &["(out-of-order b)"]);
}

#[test]
fn only_what_is_meant_has_to_be_ready() {
    scene("a b c?", "a b", "a b", "a", &|scene, config| {
        let prod = config.environment(&sample::name("prod")).unwrap();
        assert_eq!(scene.reasons(prod).len(), 3);
        let part = Scene { to: Some("b"), ..*scene };
        assert_eq!(part.reasons(prod), []);
        let names: Vec<&str> = part.pending(&prod.name).iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["b"]);
    });
}

#[test]
fn each_reason_says_what_to_type() {
    scene("a b", "a", "a", "a!", &|scene, config| {
        let reasons = scene.reasons(config.environment(&sample::name("prod")).unwrap());
        let said: Vec<(&str, Vec<&str>)> =
            reasons.iter().map(|r| (r.sentence.as_str(), r.next.iter().map(String::as_str).collect())).collect();
        assert_eq!(
            said,
            [
                (
                    "a began on prod and did not end: it failed, or whoever applied it was killed",
                    vec![
                        "nexus-env run -e prod --write -- npx prisma migrate resolve --rolled-back a, where nothing of it is left",
                        "nexus-env run -e prod --write -- npx prisma migrate resolve --applied a, where all of it is there",
                    ]
                ),
                ("b is not applied on dev", vec!["nexus-env run -e dev -- npx prisma migrate deploy"]),
                ("b is not applied on test", vec!["nexus-env migrate deploy -e test"]),
            ]
        );
    });
}
