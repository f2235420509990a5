//! What the built-in rule, the person's own rules and the repository's come to for one command. Pure.
//!
//! A rule of a repository only ever adds to what the person set: its `allow` exempts from the rules below it in the same
//! file, and one in `.nexusenv.local` from those of `.nexusenv`. The person's own `allow` lifts a built-in question as
//! well, but never what destroys, nor `migrate deploy`, which has checks of its own.

use super::invocation::{Invocation, Tool};
use super::judgement::Concern;
use super::verdict::{Effect, On};
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, GuardAction, GuardRule, RuleOrigin};
use crate::domain::text::pattern;

/// The rules that name a command, each with the environments on which it holds.
pub fn concerns(config: &Config, invocation: &Invocation) -> Vec<Concern> {
    let of = |origin, exempt| decide(config, invocation, origin, exempt);
    let person = of(RuleOrigin::Person, Vec::new());
    let local = of(RuleOrigin::Local, Vec::new());
    let team = of(RuleOrigin::Repository, allowed(&local));
    let own = built_in(config, invocation, &allowed(&person));
    own.into_iter().chain([person, local, team].iter().flatten().filter_map(concern)).collect()
}

/// One rule that fits, and the environments on which no rule before it did.
struct Decided<'a> {
    rule: &'a GuardRule,
    on: On,
    environments: Vec<EnvironmentName>,
}

/// The rules of one origin. On each environment the first that fits decides.
fn decide<'a>(
    config: &'a Config,
    invocation: &Invocation,
    origin: RuleOrigin,
    mut settled: Vec<EnvironmentName>,
) -> Vec<Decided<'a>> {
    let mut all = Vec::new();
    for rule in config.guard.iter().filter(|rule| rule.origin == origin && fits(&rule.command, invocation)) {
        let on = if rule.on.is_empty() { On::Protected } else { On::Named(rule.on.clone()) };
        let of_rule =
            config.environments.iter().filter(|environment| on.holds(&environment.name, environment.protection));
        let named: Vec<EnvironmentName> = of_rule.map(|environment| environment.name.clone()).collect();
        let environments: Vec<EnvironmentName> = named.iter().filter(|name| !settled.contains(name)).cloned().collect();
        let on = if environments.len() == named.len() { on } else { On::Named(environments.clone()) };
        settled.extend(environments.iter().cloned());
        if !environments.is_empty() {
            all.push(Decided { rule, on, environments });
        }
    }
    all
}

/// A rule may name the command itself, or the script or wrapper that starts it.
fn fits(rule: &str, invocation: &Invocation) -> bool {
    let mut all = std::iter::once(&invocation.words).chain(invocation.outer.iter());
    all.any(|words| pattern::fits_command(rule, words))
}

fn allowed(decided: &[Decided<'_>]) -> Vec<EnvironmentName> {
    let allows = decided.iter().filter(|decided| decided.rule.action == GuardAction::Allow);
    allows.flat_map(|decided| decided.environments.iter().cloned()).collect()
}

/// Whether the person's own `allow` holds for all of these on this environment.
pub fn is_let(config: &Config, invocations: &[Invocation], environment: &EnvironmentName) -> bool {
    let holds = |one: &Invocation| allowed(&decide(config, one, RuleOrigin::Person, Vec::new())).contains(environment);
    !invocations.is_empty() && invocations.iter().all(holds)
}

fn built_in(config: &Config, invocation: &Invocation, allowed: &[EnvironmentName]) -> Option<Concern> {
    let deploys = invocation.tool == Tool::Prisma && invocation.name == "prisma migrate deploy";
    let on = match invocation.effect {
        Effect::Safe => return None,
        Effect::Unknown | Effect::Gated if !allowed.is_empty() && !deploys => {
            let protected = config.environments.iter().filter(|environment| environment.is_protected());
            let left: Vec<EnvironmentName> =
                protected.map(|environment| environment.name.clone()).filter(|name| !allowed.contains(name)).collect();
            if left.is_empty() {
                return None;
            }
            On::Named(left)
        }
        Effect::Unknown | Effect::Gated | Effect::Destructive => On::Protected,
    };
    Some(Concern { effect: invocation.effect, on, why: invocation.why.clone().into_owned(), rule: None })
}

fn concern(decided: &Decided<'_>) -> Option<Concern> {
    let Decided { rule, on, .. } = decided;
    let effect = match rule.action {
        GuardAction::Block => Effect::Destructive,
        GuardAction::Confirm => Effect::Gated,
        GuardAction::Allow => return None,
    };
    let file = match rule.origin {
        RuleOrigin::Person => "your config.toml",
        RuleOrigin::Local => ".nexusenv.local",
        RuleOrigin::Repository => ".nexusenv",
    };
    let why = rule.reason.clone().unwrap_or_else(|| format!("`{}` in {file} names it", rule.command));
    Some(Concern { effect, on: on.clone(), why, rule: Some(rule.command.clone()) })
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
