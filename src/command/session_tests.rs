use super::*;
use crate::domain::config::name::EnvironmentName;
use crate::domain::sample;

#[test]
fn only_plain_words_become_functions() {
    let rule = |command: &str| crate::domain::config::GuardRule {
        command: command.to_owned(),
        on: Vec::new(),
        action: crate::domain::config::GuardAction::Block,
        reason: None,
        origin: crate::domain::config::RuleOrigin::Repository,
    };
    let config = Config {
        id: crate::domain::config::name::RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        default: EnvironmentName::new("dev").unwrap(),
        guard: ["ts-node scripts/*", "ts-node x", "*", "$(id) x", "./run", "-x", "", "make db"].map(rule).to_vec(),
        ..sample::config(Vec::new())
    };
    assert_eq!(guarded(&config), ["make", "ts-node"]);
    assert_eq!(marks(&config), ["$(id)", "*", "-x", "make", "run", "ts-node"]);
}
