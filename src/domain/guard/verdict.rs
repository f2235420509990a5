//! Decides whether a command may run. Pure: facts come in as `Evidence`, nothing is looked up here.

use crate::domain::config::Protection;
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::Terminal;
use crate::domain::target::evidence::{Evidence, Says, Source};
use crate::domain::target::{Reach, Selection, Target};

/// What a command does to the database that it reaches.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Effect {
    /// Reads, or touches no database.
    Safe,
    /// Nobody here can tell: what would run cannot be read, or not be followed to its end.
    Unknown,
    /// Right on a protected database too, when a person means it.
    Gated,
    /// Can lose data or change structure without review.
    Destructive,
}

impl Effect {
    /// The value in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Effect::Safe => "safe",
            Effect::Unknown => "unknown",
            Effect::Gated => "gated",
            Effect::Destructive => "destructive",
        }
    }
}

/// On which environments a rule holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum On {
    /// Every protected one.
    Protected,
    /// These, as `on = […]` of a team's rule names them.
    Named(Vec<EnvironmentName>),
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    Allow(Because),
    /// The person types a word first.
    Ask(Because),
    Block(Because),
}

/// Why, and about what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Because {
    pub reason: Reason,
    /// The environment that the reason is about.
    pub environment: Option<EnvironmentName>,
    /// The place of the deciding target in the list that was judged.
    pub target: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The command touches no database, or only reads.
    Harmless,
    /// It is proven that every target is another database.
    ProvenOther,
    /// Evidence says that the target is one on which the rule holds.
    Reaches,
    /// The same, while other evidence says otherwise; or two open environments are claimed at once.
    Disagrees,
    /// The environment that the process was given was selected for a time that is over.
    Expired,
    /// A protected environment is selected, and the URL that the command will use cannot be known.
    CannotBeKnown,
    /// Nothing proves that the target is not protected.
    NothingKnown,
    /// What would run cannot be known, and an environment on which the rule holds is within reach.
    Unread,
    /// The same, and no such environment is.
    OutOfReach,
    /// A rule holds, and a person paused the guard on the environment.
    Paused,
}

impl Reason {
    /// The value in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Harmless => "harmless",
            Reason::ProvenOther => "proven",
            Reason::Reaches => "protected",
            Reason::Disagrees => "disagreement",
            Reason::Expired => "expired",
            Reason::CannotBeKnown => "unknowable",
            Reason::NothingKnown => "unknown",
            Reason::Unread => "unread",
            Reason::OutOfReach => "unprotected",
            Reason::Paused => "paused",
        }
    }
}

impl Verdict {
    /// For the trace.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Allow(_) => "it runs",
            Verdict::Ask(_) => "it asks",
            Verdict::Block(_) => "it is blocked",
        }
    }

    pub fn because(&self) -> &Because {
        match self {
            Verdict::Allow(because) | Verdict::Ask(because) | Verdict::Block(because) => because,
        }
    }

    fn weight(&self) -> u8 {
        match self {
            Verdict::Allow(_) => 0,
            Verdict::Ask(_) => 1,
            Verdict::Block(_) => 2,
        }
    }

    /// The stricter of two; the first where they are equally strict.
    pub fn stricter(self, other: Verdict) -> Verdict {
        if other.weight() > self.weight() { other } else { self }
    }
}

/// Judges one command by everything that it reaches.
///
/// A destructive command runs only where evidence says that no target is one on which the rule holds. A gated one asks
/// where such a target is possible. Where nobody can be asked, a question is a refusal. No target at all is nothing known.
/// What is unknown asks where an environment on which the rule holds is selected, or where evidence speaks for one: it may
/// do anything, so that everything within reach counts, and what nothing speaks for does not.
pub fn judge(effect: Effect, on: &On, targets: &[Target], selection: &Selection, terminal: Terminal) -> Verdict {
    match effect {
        Effect::Safe => return Verdict::Allow(because(Reason::Harmless, None, None)),
        Effect::Unknown => return judge_unknown(on, targets, selection, terminal),
        Effect::Gated | Effect::Destructive => {}
    }
    match selection {
        Selection::Expired(name, protection) if on.holds(name, *protection) => {
            return Verdict::Block(because(Reason::Expired, Some(name.clone()), None));
        }
        Selection::Expired(..) | Selection::Environment(..) | Selection::Nothing => {}
    }
    let of_nothing = || ask(because(Reason::NothingKnown, None, None), terminal);
    targets
        .iter()
        .enumerate()
        .map(|(at, target)| judge_target(effect, on, target, at, selection, terminal))
        .reduce(Verdict::stricter)
        .unwrap_or_else(of_nothing)
}

fn judge_unknown(on: &On, targets: &[Target], selection: &Selection, terminal: Terminal) -> Verdict {
    match selection {
        Selection::Environment(name, protection) | Selection::Expired(name, protection)
            if on.holds(name, *protection) =>
        {
            return ask(because(Reason::Unread, Some(name.clone()), None), terminal);
        }
        Selection::Environment(..) | Selection::Expired(..) | Selection::Nothing => {}
    }
    let reached = targets.iter().enumerate().find_map(|(at, target)| match conclude(on, target) {
        Conclusion::Holds(name) | Conclusion::HoldsAgainst(name) => Some((at, name)),
        Conclusion::Contradictory | Conclusion::Other(_) | Conclusion::Nothing => None,
    });
    match reached {
        Some((at, name)) => ask(because(Reason::Unread, Some(name), Some(at)), terminal),
        None => Verdict::Allow(because(Reason::OutOfReach, None, None)),
    }
}

fn judge_target(
    effect: Effect,
    on: &On,
    target: &Target,
    at: usize,
    selection: &Selection,
    terminal: Terminal,
) -> Verdict {
    let held = |reason, environment| match effect {
        Effect::Destructive => Verdict::Block(because(reason, environment, Some(at))),
        Effect::Unknown | Effect::Gated => ask(because(reason, environment, Some(at)), terminal),
        Effect::Safe => Verdict::Allow(because(Reason::Harmless, environment, Some(at))),
    };
    match conclude(on, target) {
        Conclusion::Holds(name) => held(Reason::Reaches, Some(name)),
        // A yes to it would be done to another database.
        Conclusion::HoldsAgainst(name) if effect != Effect::Safe && is_only_meant(target, &name) => {
            Verdict::Block(because(Reason::Disagrees, Some(name), Some(at)))
        }
        Conclusion::HoldsAgainst(name) => held(Reason::Disagrees, Some(name)),
        Conclusion::Contradictory => held(Reason::Disagrees, None),
        Conclusion::Other(name) => Verdict::Allow(because(Reason::ProvenOther, name, Some(at))),
        Conclusion::Nothing => match (selection, target.reach) {
            (Selection::Environment(name, protection), Reach::Unknown) if on.holds(name, *protection) => {
                held(Reason::CannotBeKnown, Some(name.clone()))
            }
            (Selection::Environment(..) | Selection::Expired(..) | Selection::Nothing, _) => {
                ask(because(Reason::NothingKnown, None, Some(at)), terminal)
            }
        },
    }
}

fn ask(because: Because, terminal: Terminal) -> Verdict {
    match terminal {
        Terminal::Present => Verdict::Ask(because),
        Terminal::Absent => Verdict::Block(because),
    }
}

fn because(reason: Reason, environment: Option<EnvironmentName>, target: Option<usize>) -> Because {
    Because { reason, environment, target }
}

/// What the evidence for one target comes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Conclusion {
    /// Everything that speaks, speaks for an environment on which the rule holds.
    Holds(EnvironmentName),
    /// Something speaks for such an environment, something else for another.
    HoldsAgainst(EnvironmentName),
    /// Two environments on which the rule does not hold are claimed at once.
    Contradictory,
    /// It is proven to be another.
    Other(Option<EnvironmentName>),
    Nothing,
}

/// Whether the evidence is enough to refuse whatever else could be found: then nothing stronger is looked for, and no
/// connection is made to a protected database.
pub fn is_settled(ons: &[&On], selection: &Selection, evidence: &[Evidence]) -> bool {
    let held = |name: &EnvironmentName, protection| ons.iter().any(|on| on.holds(name, protection));
    let expired = match selection {
        Selection::Expired(name, protection) => held(name, *protection),
        Selection::Environment(..) | Selection::Nothing => false,
    };
    expired
        || evidence.iter().any(|evidence| match &evidence.says {
            Says::Environment(name, protection) => held(name, *protection),
            Says::Local | Says::NotAsPinned(_) | Says::Unknown => false,
        })
}

/// Weighs the evidence for one target. The selection and the identity of a URL never prove anything about a port of this
/// machine, where a tunnel may listen, nor where two environments store the same URL.
///
/// What the database itself says outranks the rest, but only to tighten: a label that names no environment here leaves
/// nothing proven, and a fingerprint other than the pinned one contradicts whatever speaks for the pinned environment.
/// A database that gave no answer leaves the listener to decide.
pub fn conclude(on: &On, target: &Target) -> Conclusion {
    let mut holds: Option<EnvironmentName> = None;
    let mut others: Vec<&EnvironmentName> = Vec::new();
    let mut excluded: Vec<&EnvironmentName> = Vec::new();
    let mut local = Claimed::No;
    let mut proven = Claimed::No;
    for evidence in &target.evidence {
        match &evidence.says {
            Says::Environment(name, protection) if on.holds(name, *protection) => {
                holds = holds.or_else(|| Some(name.clone()));
            }
            Says::Environment(name, _) => {
                if !others.contains(&name) {
                    others.push(name);
                }
                if proves(evidence, target) {
                    proven = Claimed::Yes;
                }
            }
            Says::Local => {
                local = Claimed::Yes;
                proven = Claimed::Yes;
            }
            Says::NotAsPinned(names) => excluded.extend(names),
            Says::Unknown => {}
        }
    }
    match (holds, others.as_slice(), local, proven) {
        (Some(name), [], Claimed::No, _) => Conclusion::Holds(name),
        (Some(name), _, _, _) => Conclusion::HoldsAgainst(name),
        (None, [_, _, ..], _, _) => Conclusion::Contradictory,
        (None, [name], _, _) if excluded.contains(name) => Conclusion::Contradictory,
        (None, _, _, Claimed::Yes) if labelled_strangely(target) || partly_silent(target) => Conclusion::Nothing,
        // Two listeners on one port of which only one is known: the connection may meet the other.
        (None, _, _, Claimed::Yes) if met_unknown(target) => Conclusion::Nothing,
        (None, [name], _, Claimed::Yes) => Conclusion::Other(Some((*name).clone())),
        (None, [], _, Claimed::Yes) => Conclusion::Other(None),
        (None, [_] | [], _, Claimed::No) => Conclusion::Nothing,
    }
}

/// Whether nothing but what the person chose speaks for the environment, while what is there says another one.
pub fn is_only_meant(target: &Target, environment: &EnvironmentName) -> bool {
    let is_meant = |source| matches!(source, Source::Selection | Source::Identity);
    target.evidence.iter().all(|evidence| match &evidence.says {
        Says::Environment(name, _) => is_meant(evidence.source) == (name == environment),
        Says::Local | Says::NotAsPinned(_) | Says::Unknown => true,
    }) && speaks(target, |source, name| source == Source::Selection && name == environment)
        && speaks(target, |_, name| name != environment)
}

fn speaks(target: &Target, fits: impl Fn(Source, &EnvironmentName) -> bool) -> bool {
    target.evidence.iter().any(|evidence| match &evidence.says {
        Says::Environment(name, _) => fits(evidence.source, name),
        Says::Local | Says::NotAsPinned(_) | Says::Unknown => false,
    })
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Claimed {
    Yes,
    No,
}

fn proves(evidence: &Evidence, target: &Target) -> bool {
    let shared = target.evidence.iter().any(|e| e.source == Source::Identity && e.says == Says::Unknown);
    match evidence.source {
        Source::Label | Source::Fingerprint | Source::Listener | Source::File | Source::Match => true,
        Source::Database => false,
        Source::Identity | Source::Selection => match target.reach {
            Reach::Elsewhere => !shared,
            Reach::Here | Reach::File | Reach::Unknown => false,
        },
    }
}

/// Whether the database carries a label that names no environment of this configuration.
fn labelled_strangely(target: &Target) -> bool {
    target.evidence.iter().any(|e| e.source == Source::Label && e.says == Says::Unknown)
}

/// Whether one of several places of the URL answered and another, where a client may end as well, did not.
fn partly_silent(target: &Target) -> bool {
    let answered = target.evidence.iter().any(|e| match e.source {
        Source::Label | Source::Fingerprint => true,
        Source::Database | Source::Listener | Source::File | Source::Match | Source::Identity | Source::Selection => {
            false
        }
    });
    answered && target.evidence.iter().any(|e| e.source == Source::Database)
}

/// Whether one of several listeners is unknown while another one is the only proof. What the database answered over one
/// of them does not speak for the other.
fn met_unknown(target: &Target) -> bool {
    let listener =
        |says: fn(&Says) -> bool| target.evidence.iter().any(|e| e.source == Source::Listener && says(&e.says));
    let matched = target.evidence.iter().any(|e| e.source == Source::Match);
    listener(|says| *says == Says::Unknown) && listener(|says| *says != Says::Unknown) && !matched
}

impl On {
    /// Whether the rule holds on this environment.
    pub fn holds(&self, name: &EnvironmentName, protection: Protection) -> bool {
        match self {
            On::Protected => protection == Protection::Protected,
            On::Named(names) => names.contains(name),
        }
    }
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "matrix_tests.rs"]
mod matrix;
