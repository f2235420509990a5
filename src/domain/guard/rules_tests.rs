//! Every combination of who says what about a command, and what it comes to.

use std::path::PathBuf;

use super::*;
use crate::domain::sample::{self, name};

fn config(rules: &[GuardRule]) -> Config {
    Config { guard: rules.to_vec(), ..sample::config(["dev", "prod", "prod-eu"].map(sample::environment)) }
}

fn rule(origin: RuleOrigin, action: GuardAction, command: &str, on: &[&str]) -> GuardRule {
    GuardRule {
        command: command.to_owned(),
        on: on.iter().map(|text| name(text)).collect(),
        action,
        reason: None,
        origin,
    }
}

fn invocation(command: &str, outer: &[&str], effect: Effect) -> Invocation {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    Invocation {
        tool: if command.starts_with("prisma") { Tool::Prisma } else { Tool::Other },
        name: command.to_owned(),
        words: words(command),
        outer: outer.iter().map(|text| words(text)).collect::<Vec<_>>().into(),
        effect,
        does: "run on",
        why: "built in".into(),
        uses: vec![],
        through: vec![].into(),
        beaten: vec![],
        directory: PathBuf::new(),
        migrations: None,
    }
}

/// What the strictest rule does on each environment: `-`, `ask` or `block`.
fn outcome(rules: &[GuardRule], invocation: &Invocation) -> [&'static str; 3] {
    let config = config(rules);
    let all = concerns(&config, invocation);
    ["dev", "prod", "prod-eu"].map(|text| {
        let environment = config.environment(&name(text)).unwrap();
        let holding = all.iter().filter(|concern| concern.on.holds(&environment.name, environment.protection));
        match holding.map(|concern| concern.effect).max() {
            None | Some(Effect::Safe) => "-",
            Some(Effect::Unknown | Effect::Gated) => "ask",
            Some(Effect::Destructive) => "block",
        }
    })
}

const ORIGINS: [RuleOrigin; 3] = [RuleOrigin::Person, RuleOrigin::Local, RuleOrigin::Repository];
const EFFECTS: [(Effect, &str); 3] = [(Effect::Safe, "-"), (Effect::Gated, "ask"), (Effect::Destructive, "block")];

/// One rule of one origin over each class of command: 3 × 3 × 3 cases.
#[test]
fn one_rule_tightens_and_only_the_persons_allow_lifts_a_question() {
    for origin in ORIGINS {
        for (effect, built_in) in EFFECTS {
            for action in [GuardAction::Block, GuardAction::Confirm, GuardAction::Allow] {
                let got = outcome(&[rule(origin, action, "tool *", &[])], &invocation("tool run", &[], effect));
                let expected = match (action, built_in, origin) {
                    (GuardAction::Block, _, _) | (_, "block", _) => "block",
                    (GuardAction::Allow, "ask", RuleOrigin::Person) => "-",
                    (GuardAction::Confirm, _, _) => "ask",
                    (GuardAction::Allow, other, _) => other,
                };
                assert_eq!(got, ["-", expected, expected], "{origin:?} {effect:?} {action:?}");
            }
        }
    }
}

/// Two rules of two origins, over a command that no built-in rule names: every pair of origins and actions.
#[test]
fn of_two_rules_the_stricter_holds_unless_the_persons_own_file_of_the_repository_exempts() {
    let actions = [GuardAction::Block, GuardAction::Confirm, GuardAction::Allow];
    let weight = |action| match action {
        GuardAction::Block => "block",
        GuardAction::Confirm => "ask",
        GuardAction::Allow => "-",
    };
    for (first, second) in [(0, 1), (0, 2), (1, 2)].map(|(a, b)| (ORIGINS[a], ORIGINS[b])) {
        for one in actions {
            for other in actions {
                let rules = [rule(first, one, "tool", &[]), rule(second, other, "tool", &[])];
                let got = outcome(&rules, &invocation("tool", &[], Effect::Safe));
                let exempt = first == RuleOrigin::Local && one == GuardAction::Allow;
                let strictest = [weight(one), weight(other)].into_iter().max_by_key(|word| match *word {
                    "block" => 2,
                    "ask" => 1,
                    _ => 0,
                });
                let expected = if exempt { "-" } else { strictest.unwrap() };
                assert_eq!(got, ["-", expected, expected], "{first:?} {one:?}, {second:?} {other:?}");
            }
        }
    }
}

#[test]
fn in_one_file_the_first_rule_that_fits_decides_for_each_environment() {
    let team = |action, command: &str, on: &[&str]| rule(RuleOrigin::Repository, action, command, on);
    let rules = [
        team(GuardAction::Allow, "ts-node scripts/import-dry*", &[]),
        team(GuardAction::Confirm, "ts-node scripts/import-*", &["prod"]),
        team(GuardAction::Block, "ts-node *", &["dev", "prod", "prod-eu"]),
    ];
    let check =
        |command: &str, expected| assert_eq!(outcome(&rules, &invocation(command, &[], Effect::Safe)), expected);
    check("ts-node scripts/import-dry-run.ts", ["block", "-", "-"]);
    check("ts-node scripts/import-petl.ts", ["block", "ask", "block"]);
    check("ts-node scripts/export.ts", ["block", "block", "block"]);
    check("node scripts/import-petl.ts", ["-", "-", "-"]);
}

#[test]
fn an_allow_holds_on_its_environments_alone() {
    let person = |on: &[&str]| [rule(RuleOrigin::Person, GuardAction::Allow, "prisma studio", on)];
    let studio = invocation("prisma studio", &[], Effect::Gated);
    assert_eq!(outcome(&person(&["prod"]), &studio), ["-", "-", "ask"]);
    assert_eq!(outcome(&person(&["elsewhere"]), &studio), ["-", "ask", "ask"]);
    assert_eq!(outcome(&person(&["dev"]), &studio), ["-", "ask", "ask"]);
    let rules = [
        rule(RuleOrigin::Local, GuardAction::Allow, "tool", &["prod"]),
        rule(RuleOrigin::Repository, GuardAction::Block, "tool", &["dev", "prod", "prod-eu"]),
    ];
    assert_eq!(outcome(&rules, &invocation("tool", &[], Effect::Safe)), ["block", "-", "block"]);
}

#[test]
fn nobody_loosens_a_deployment() {
    let rules = ORIGINS.map(|origin| rule(origin, GuardAction::Allow, "prisma *", &[]));
    assert_eq!(outcome(&rules, &invocation("prisma migrate deploy", &[], Effect::Gated)), ["-", "ask", "ask"]);
    assert_eq!(outcome(&rules, &invocation("prisma migrate dev", &[], Effect::Destructive)), ["-", "block", "block"]);
    assert_eq!(outcome(&rules, &invocation("prisma db seed", &[], Effect::Gated)), ["-", "-", "-"]);
}

#[test]
fn a_rule_names_the_command_or_what_it_was_found_in() {
    let rules = [rule(RuleOrigin::Repository, GuardAction::Block, "npm run import*", &[])];
    let inner = |outer: &[&str]| outcome(&rules, &invocation("ts-node x.ts", outer, Effect::Safe));
    assert_eq!(inner(&["npm run import:petl"]), ["-", "block", "block"]);
    assert_eq!(inner(&["sudo npm run import:petl", "npm run import:petl"]), ["-", "block", "block"]);
    assert_eq!(inner(&["npm run export"]), ["-", "-", "-"]);
}

#[test]
fn only_the_persons_allow_of_every_command_lets_them_all_through() {
    let allows = |origin| [rule(origin, GuardAction::Allow, "tool *", &["prod"])];
    let is_let = |origin, commands: &[&str], environment| {
        let all: Vec<Invocation> = commands.iter().map(|command| invocation(command, &[], Effect::Unknown)).collect();
        is_let(&config(&allows(origin)), &all, &name(environment))
    };
    assert!(is_let(RuleOrigin::Person, &["tool a", "tool b"], "prod"));
    assert!(!is_let(RuleOrigin::Person, &["tool a", "tool b"], "prod-eu"));
    assert!(!is_let(RuleOrigin::Person, &["tool a", "other b"], "prod"));
    assert!(!is_let(RuleOrigin::Person, &[], "prod"));
    assert!(!is_let(RuleOrigin::Repository, &["tool a"], "prod"));
}

#[test]
fn the_reason_says_where_the_rule_stands() {
    let whys: Vec<String> = ORIGINS
        .iter()
        .flat_map(|origin| {
            concerns(&config(&[rule(*origin, GuardAction::Block, "tool", &[])]), &invocation("tool", &[], Effect::Safe))
        })
        .map(|concern| concern.why)
        .collect();
    assert_eq!(
        whys,
        ["`tool` in your config.toml names it", "`tool` in .nexusenv.local names it", "`tool` in .nexusenv names it"]
    );
}
