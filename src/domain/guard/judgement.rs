//! Every command of a line with what was found out and decided about it, and the rule that decided. Pure.

use super::invocation::Invocation;
use super::verdict::{Effect, On, Verdict};
use crate::domain::target::Target;

/// One rule that names a command: a built-in one, the person's, or one of the team's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Concern {
    pub effect: Effect,
    pub on: On,
    /// Why, for people.
    pub why: String,
    /// The words of a `[[guard]]` rule; none for a built-in one.
    pub rule: Option<String>,
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
