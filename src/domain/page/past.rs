//! Whether a script with this very content ran where it should have run before, by the log of this machine.

use super::audit_entry::{Event, Line};
use crate::domain::config::name::EnvironmentName;
use crate::domain::text::calendar;

/// What the log of this machine knows of a script's content in one environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Past {
    Never,
    /// When it ended last, and how.
    Ran {
        at: i64,
        how: String,
    },
}

/// How a script that did what it should has ended.
const WELL: &str = "exit status 0";

impl Past {
    pub fn of(lines: &[Line], root: &str, environment: &EnvironmentName, hash: &str) -> Past {
        let is_it = |line: &&Line| {
            line.text("event") == Some(Event::Ended.word())
                && line.text("sha256") == Some(hash)
                && line.text("environment") == Some(environment.as_str())
                && line.text("repository") == Some(root)
        };
        match lines.iter().filter(is_it).max_by_key(|line| line.at) {
            Some(line) => Past::Ran { at: line.at, how: line.text("detail").unwrap_or("ended").to_owned() },
            None => Past::Never,
        }
    }

    pub fn is_proof(&self) -> bool {
        matches!(self, Past::Ran { how, .. } if how == WELL)
    }

    /// `ran 2026-11-27 10:14, exit status 0`, and where that is known from.
    pub fn told(&self) -> String {
        match self {
            Past::Never => "never ran there with this content, as far as the log of this machine knows".to_owned(),
            Past::Ran { at, how } => {
                format!("ran {} with this content, {how}", &calendar::rfc3339(*at)[..16].replace('T', " "))
            }
        }
    }
}

/// The newest deployment to an environment, where it has not said how it ended: when it began, and what it was of.
pub fn unended(lines: &[Line], root: &str, environment: &EnvironmentName) -> Option<(i64, String)> {
    let words = [Event::DeployStarted, Event::Deployed, Event::DeployFailed].map(Event::word);
    let is_it = |line: &&Line| {
        line.text("event").is_some_and(|event| words.contains(&event))
            && line.text("environment") == Some(environment.as_str())
            && line.text("repository") == Some(root)
    };
    let last = lines.iter().rfind(is_it).filter(|line| line.text("event") == Some(Event::DeployStarted.word()))?;
    Some((last.at, last.text("detail").unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::audit_entry::{self, Entry, Who};
    use super::*;
    use crate::domain::promotion::script::Script;
    use crate::domain::sample;

    #[test]
    fn a_deployment_that_said_nothing_more_has_not_ended() {
        let who = Who { uid: 1, pid: 2, tty: None, agent: None };
        let line = |event, environment: &str, at| {
            let entry = Entry::new(event).environment(&sample::name(environment)).repository(Path::new("/r"));
            entry.detail("1 migration: a").line(&who, at)
        };
        let check = |log: &[String], expected: Option<i64>| {
            let (lines, _) = audit_entry::read(&log.join("\n"));
            let found = unended(&lines, "/r", &sample::name("prod"));
            assert_eq!(found, expected.map(|at| (at, "1 migration: a".to_owned())));
        };
        let started = |at| line(Event::DeployStarted, "prod", at);
        check(&[started(1), line(Event::DeployStarted, "test", 2)], Some(1));
        check(&[started(1), line(Event::Deployed, "prod", 2)], None);
        check(&[started(1), line(Event::DeployFailed, "prod", 2), started(3)], Some(3));
        check(&[], None);
    }

    #[test]
    fn its_past_is_that_of_the_same_content_in_the_same_place() {
        let who = Who { uid: 1, pid: 2, tty: None, agent: None };
        let script = |hash: &str| Script { path: "a.ts".to_owned(), hash: hash.to_owned() };
        let line = |environment: &str, hash: &str, how: &str, at| {
            let entry = Entry::new(Event::Ended).environment(&sample::name(environment)).repository(Path::new("/r"));
            entry.script(&script(hash)).detail(how).line(&who, at)
        };
        let log = [
            line("dev", "aa", "exit status 1", 100),
            line("dev", "aa", WELL, 200),
            line("prod", "aa", "signal 15", 300),
            line("dev", "bb", "exit status 1", 400),
        ];
        let (lines, _) = audit_entry::read(&log.join("\n"));
        let of = |environment: &str, hash: &str| Past::of(&lines, "/r", &sample::name(environment), hash);
        assert_eq!(of("dev", "aa"), Past::Ran { at: 200, how: WELL.to_owned() });
        assert!(of("dev", "aa").is_proof() && !of("dev", "bb").is_proof() && !of("prod", "aa").is_proof());
        assert_eq!(of("dev", "cc"), Past::Never);
        assert_eq!(Past::of(&lines, "/other", &sample::name("dev"), "aa"), Past::Never);
        assert_eq!(of("dev", "aa").told(), "ran 1970-01-01 00:03 with this content, exit status 0");
    }
}
