//! The guard's way out: for a short time, in one repository, the guard lets through what it would refuse or ask about on
//! one environment. Pure; what a pause never does is to loosen the credential, or to hold for a coding agent.

use super::verdict::{self, Because, Conclusion, On, Reason};
use crate::domain::config::Config;
use crate::domain::config::name::{EnvironmentName, RepositoryId};
use crate::domain::target::Target;
use crate::domain::target::evidence::Says;
use crate::domain::text::clock::{End, Now, Uptime, whole_number};

/// How long, in seconds, where nothing else was asked for.
pub const USUAL: u64 = 10 * 60;
/// Enough for one piece of work; longer ones ask again.
pub const LONGEST: u64 = 60 * 60;

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pause {
    pub repository: RepositoryId,
    /// The directory of `.nexusenv` where it was asked for, for the prompt, which reads no configuration.
    pub root: String,
    pub environment: EnvironmentName,
    /// Seconds since 1970-01-01 UTC.
    pub began: u64,
    pub end: End,
}

impl Pause {
    /// Whether it is in force now. A clock that went back behind its beginning ends it too, and so does a start of the
    /// machine.
    pub fn holds_at(&self, now: Now) -> bool {
        let short = self.end.at.checked_sub(self.began).is_some_and(|seconds| seconds <= LONGEST);
        short && self.began <= now.seconds && !self.end.is_over_or_of_another_start(now)
    }

    pub fn encode(&self) -> String {
        let (repository, Pause { root, environment, began, end: End { at, uptime }, .. }) =
            (self.repository.as_str(), self);
        let uptime = uptime.map(|uptime| uptime.to_string()).unwrap_or_default();
        format!("nexus-env pause 2\n{repository}\n{environment}\n{began}\n{at}\n{uptime}\n{root}\n")
    }

    /// `None` for anything else than [`Self::encode`] writes.
    pub fn decode(text: &str) -> Option<Pause> {
        let mut lines = text.strip_prefix("nexus-env pause 2\n")?.strip_suffix('\n')?.splitn(6, '\n');
        let mut next = || lines.next();
        Some(Pause {
            repository: RepositoryId::new(next()?)?,
            environment: EnvironmentName::new(next()?)?,
            began: whole_number(next()?)?,
            end: End {
                at: whole_number(next()?)?,
                uptime: match next()? {
                    "" => None,
                    text => Some(Uptime::parse(text)?),
                },
            },
            root: next()?.to_owned(),
        })
    }
}

/// Whether pauses of these environments let pass what a rule on `on` refuses or asks about: everything that speaks for an
/// environment of the rule must speak for a paused one. Where nothing speaks, it may be any of the rule's environments.
pub fn lifts(paused: &[EnvironmentName], config: &Config, on: &On, targets: &[Target], because: &Because) -> bool {
    let is_paused = |name: &EnvironmentName| paused.contains(name);
    let mut named: Vec<&EnvironmentName> = because.environment.iter().collect();
    let mut unknown = targets.is_empty();
    for target in targets.iter().filter(|target| !matches!(verdict::conclude(on, target), Conclusion::Other(_))) {
        let before = named.len();
        named.extend(target.evidence.iter().filter_map(|evidence| match &evidence.says {
            Says::Environment(name, protection) => on.holds(name, *protection).then_some(name),
            Says::Local | Says::NotAsPinned(_) | Says::Unknown => None,
        }));
        unknown |= named.len() == before;
    }
    let of_rule =
        || config.environments.iter().filter(|environment| on.holds(&environment.name, environment.protection));
    let known = match because.reason {
        Reason::Harmless | Reason::ProvenOther | Reason::OutOfReach | Reason::Paused => false,
        Reason::Reaches | Reason::Disagrees | Reason::Expired => true,
        Reason::CannotBeKnown | Reason::NothingKnown | Reason::Unread => true,
    };
    known
        && !paused.is_empty()
        && named.into_iter().all(is_paused)
        && (!unknown || of_rule().all(|environment| is_paused(&environment.name)))
}

#[cfg(test)]
#[path = "pause_tests.rs"]
mod tests;
