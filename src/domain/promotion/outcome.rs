//! What a deployment came to: which of the migrations that were promised are there when it has ended.

use super::ledger::{Cell, Ledger};
use crate::domain::config::name::EnvironmentName;

#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// So many of the promised ones are there.
    done: usize,
    promised: usize,
    /// The first that is not, and what is there of it.
    missing: Option<(&'a str, Option<&'a Cell>)>,
}

impl<'a> Outcome<'a> {
    /// By the ledger as it was read back.
    pub fn of(ledger: &'a Ledger, environment: &EnvironmentName, promised: &'a [String]) -> Outcome<'a> {
        let column = ledger.position(environment);
        let cell = |name: &str| ledger.lines.iter().find(|line| line.name == name)?.cells.get(column?);
        let missing = |name: &&String| !cell(name).is_some_and(Cell::is_there);
        Outcome {
            done: promised.len() - promised.iter().filter(missing).count(),
            promised: promised.len(),
            missing: promised.iter().find(missing).map(|name| (name.as_str(), cell(name))),
        }
    }

    pub fn is_whole(&self) -> bool {
        self.done == self.promised
    }

    /// `1 of 2 migrations`.
    pub fn how_far(&self) -> String {
        format!("{} of {} migrations", self.done, self.promised)
    }

    pub fn told(&self, environment: &EnvironmentName) -> String {
        match (self.is_whole(), self.promised) {
            (true, 1) => format!("{environment} has the migration that was promised, read back from it"),
            (true, all) => format!("{environment} has all {all} migrations that were promised, read back from it"),
            (false, _) => format!("{} were applied to {environment}", self.how_far()),
        }
    }

    /// What to type next where it is not whole.
    pub fn hint(&self) -> String {
        match self.missing {
            Some((name, Some(Cell::Failed { .. }))) => {
                format!("{name} is half-way; nexus-env migrate status says what to type")
            }
            Some(_) | None => "nexus-env migrate status says what stands where".to_owned(),
        }
    }
}

/// `1 migration`, `3 migrations`.
pub fn counted(migrations: &[String]) -> String {
    match migrations.len() {
        1 => "1 migration".to_owned(),
        several => format!("{several} migrations"),
    }
}

/// The same with their names, for the log.
pub fn listed(migrations: &[String]) -> String {
    format!("{}: {}", counted(migrations), migrations.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::history::Half;
    use super::super::ledger::{Column, InGit, Line, Seen};
    use super::*;
    use crate::domain::sample;

    fn failed() -> Cell {
        Cell::Failed { at: 0, logs: None, half: Half { statements: Vec::new(), deploying: None } }
    }

    #[track_caller]
    fn check(cells: &[(&str, Cell)], promised: &[&str], told: &str, hint: &str) {
        let line = |(name, cell): &(&str, Cell)| Line {
            name: (*name).to_owned(),
            git: InGit::Committed,
            cells: vec![cell.clone()],
        };
        let column = Column { environment: sample::name("prod"), seen: Seen::NoHistory { tables: 0 } };
        let ledger = Ledger { columns: vec![column], lines: cells.iter().map(line).collect() };
        let promised: Vec<String> = promised.iter().map(|name| (*name).to_owned()).collect();
        let outcome = Outcome::of(&ledger, &sample::name("prod"), &promised);
        assert_eq!(outcome.told(&sample::name("prod")), told);
        if !outcome.is_whole() {
            assert_eq!(outcome.hint(), hint);
        }
    }

    #[test]
    fn what_was_promised_is_compared_with_what_is_there() {
        let there = || Cell::Applied { at: 1 };
        let status = "nexus-env migrate status says what stands where";
        check(&[("a", there())], &["a"], "prod has the migration that was promised, read back from it", "");
        check(
            &[("a", there()), ("b", there())],
            &["a", "b"],
            "prod has all 2 migrations that were promised, read back from it",
            "",
        );
        check(&[("a", there()), ("b", Cell::Pending)], &["a", "b"], "1 of 2 migrations were applied to prod", status);
        check(
            &[("a", there()), ("b", failed()), ("c", Cell::Pending)],
            &["a", "b", "c"],
            "1 of 3 migrations were applied to prod",
            "b is half-way; nexus-env migrate status says what to type",
        );
        check(&[], &["a"], "0 of 1 migrations were applied to prod", status);
    }
}
