//! Every command of a line with what was found out and decided about it, by the built-in rules and the team's. Pure.

use super::config::{Config, GuardAction};
use super::invocation::Invocation;
use super::pattern;
use super::target::Target;
use super::verdict::{Effect, On, Verdict};

/// One rule that names a command: a built-in one, or one of the team's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Concern {
    pub effect: Effect,
    pub on: On,
    /// Why, for people.
    pub why: String,
    /// The words of the team's rule; none for a built-in one.
    pub rule: Option<String>,
}

/// The rules that name a command. Of the team's, the first that fits decides; none ever loosens a built-in one.
pub fn concerns(config: &Config, invocation: &Invocation) -> Vec<Concern> {
    let built_in = Concern { effect: invocation.effect, on: On::Protected, why: invocation.why.to_owned(), rule: None };
    // A rule may name the command itself, or the script or wrapper that starts it.
    let fits = |rule: &str| {
        pattern::fits_command(rule, &invocation.words)
            || invocation.outer.iter().any(|words| pattern::fits_command(rule, words))
    };
    let team = config.guard.iter().find(|rule| fits(&rule.command)).and_then(|rule| {
        let effect = match rule.action {
            GuardAction::Block => Effect::Destructive,
            GuardAction::Confirm => Effect::Gated,
            GuardAction::Allow => return None,
        };
        let on = if rule.on.is_empty() { On::Protected } else { On::Named(rule.on.clone()) };
        let why = rule.reason.clone().unwrap_or_else(|| format!("`{}` in .nexusenv names it", rule.command));
        Some(Concern { effect, on, why, rule: Some(rule.command.clone()) })
    });
    std::iter::once(built_in).filter(|concern| concern.effect != Effect::Safe).chain(team).collect()
}

/// One command and what was decided about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Judged {
    pub invocation: Invocation,
    /// The rule that decided; none for a harmless command.
    pub concern: Option<Concern>,
    /// In the order of the invocation's uses.
    pub targets: Vec<Target>,
    pub verdict: Verdict,
}

impl Judged {
    /// What the deciding rule takes the command for.
    pub fn effect(&self) -> Effect {
        self.concern.as_ref().map_or(self.invocation.effect, |concern| concern.effect)
    }
}

/// The one that decides for all; none where there is no command at all.
pub fn decisive(all: &[Judged]) -> Option<&Judged> {
    let weight = |judged: &Judged| match judged.verdict {
        Verdict::Allow(_) => 0,
        Verdict::Ask(_) => 1,
        Verdict::Block(_) => 2,
    };
    // The first of the strictest.
    all.iter().rev().max_by_key(|judged| weight(judged))
}
