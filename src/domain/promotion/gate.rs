//! What stands in the way of a migration to an environment: every reason at once, each with what to type next.

mod half;

use super::history::Half;
use super::ledger::{Cell, InGit, Ledger, Line, Seen};
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, Environment};
use crate::domain::text::safe_text::typed;

/// Whether something keeps a deployment from going ahead.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Weight {
    InTheWay,
    /// Worth knowing, and no more.
    Note,
}

/// One reason.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reason {
    /// One word for `--json`, which stays.
    pub kind: &'static str,
    pub weight: Weight,
    pub migration: Option<String>,
    pub sentence: String,
    /// What to type, in its order.
    pub next: Vec<String>,
}

/// What the reasons are looked for in.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub config: &'a Config,
    pub ledger: &'a Ledger,
    /// Folders of migrations that hold no SQL.
    pub hollow: &'a [String],
    /// The folder of migrations, as it is typed in the current directory.
    pub folder: &'a str,
    /// The last migration that is meant, or all.
    pub to: Option<&'a str>,
}

/// The environments through which a migration goes before this one, the first step first.
pub fn path<'a>(config: &'a Config, environment: &Environment) -> Vec<&'a Environment> {
    let mut steps = Vec::new();
    let mut before = environment.promote_from.as_ref();
    while let Some(step) = before.and_then(|name| config.environment(name)) {
        if steps.len() > config.environments.len() {
            break;
        }
        steps.insert(0, step);
        before = step.promote_from.as_ref();
    }
    steps
}

/// Whether a step on the way has applied another text of a migration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ran {
    InAnotherForm,
    NotOtherwise,
}

impl<'a> Scene<'a> {
    /// The migrations that a deployment would apply, as far as it is meant to go.
    pub fn pending(&self, environment: &EnvironmentName) -> Vec<&'a Line> {
        let Some(at) = self.ledger.position(environment) else { return Vec::new() };
        let meant = |line: &&Line| line.cells[at].is_pending() && self.is_meant(&line.name);
        self.ledger.lines.iter().filter(meant).collect()
    }

    fn is_meant(&self, name: &str) -> bool {
        self.to.is_none_or(|last| name <= last)
    }

    /// Everything that is to be said about a deployment to this environment.
    pub fn reasons(&self, environment: &Environment) -> Vec<Reason> {
        let mut found = Vec::new();
        let name = &environment.name;
        let Some(at) = self.ledger.position(name) else { return found };
        self.of_database(environment, at, &mut found);
        for line in &self.ledger.lines {
            self.of_state(environment, line, &line.cells[at], &mut found);
        }
        let pending = self.pending(name);
        let before = path(self.config, environment);
        let columns: Vec<usize> = before.iter().filter_map(|step| self.ledger.position(&step.name)).collect();
        for line in &pending {
            let ran = columns.iter().any(|at| matches!(line.cells[*at], Cell::Edited { .. }));
            self.of_git(line, if ran { Ran::InAnotherForm } else { Ran::NotOtherwise }, &mut found);
        }
        // What only has to be marked is not run, so nobody has to have seen it run.
        let run: Vec<&Line> = pending.iter().filter(|line| line.cells[at] != Cell::Unmarked).copied().collect();
        for step in before {
            self.of_step(step, &run, &mut found);
        }
        for name in self.hollow.iter().filter(|name| self.is_meant(name)) {
            found.push(Reason {
                kind: "no-sql",
                weight: Weight::InTheWay,
                migration: Some(name.clone()),
                sentence: format!("{name} has no migration.sql, and Prisma stops at it (P3015)"),
                next: vec![format!("rmdir {}", self.at(name))],
            });
        }
        if let Seen::History(history) = &self.ledger.columns[at].seen
            && let Some(newest) = history.newest()
        {
            for line in pending.iter().filter(|line| line.name.as_str() < newest) {
                found.push(Reason {
                    kind: "out-of-order",
                    weight: Weight::Note,
                    migration: Some(line.name.clone()),
                    sentence: format!(
                        "{} comes before {newest}, which {name} has; Prisma applies it all the same",
                        line.name
                    ),
                    next: Vec::new(),
                });
            }
        }
        found
    }

    /// The folder of a migration, to be typed.
    fn at(&self, name: &str) -> String {
        typed(format!("{}/{name}", self.folder))
    }

    fn of_database(&self, environment: &Environment, at: usize, found: &mut Vec<Reason>) {
        let name = &environment.name;
        match &self.ledger.columns[at].seen {
            Seen::Unseen { why, hint } => found.push(Reason {
                kind: "unseen",
                weight: Weight::InTheWay,
                migration: None,
                sentence: format!("{name} {why}"),
                next: hint.iter().cloned().collect(),
            }),
            Seen::NoHistory { tables } if *tables > 0 => {
                let first =
                    self.ledger.lines.iter().find(|line| line.git != InGit::Missing).map(|line| line.name.as_str());
                let tables = if *tables == 1 { "1 table".to_owned() } else { format!("{tables} tables") };
                found.push(Reason {
                    kind: "no-baseline",
                    weight: Weight::InTheWay,
                    migration: None,
                    sentence: format!("{name} has {tables} and no history of migrations, so Prisma refuses (P3005)"),
                    next: first.iter().map(|first| resolve(name, "--applied", first)).collect(),
                });
            }
            Seen::NoHistory { .. } | Seen::History(_) => {}
        }
    }

    fn of_state(&self, environment: &Environment, line: &Line, cell: &Cell, found: &mut Vec<Reason>) {
        let (name, migration) = (&environment.name, &line.name);
        let mut say = |kind, sentence: String, next: Vec<String>| {
            found.push(Reason { kind, weight: Weight::InTheWay, migration: Some(migration.clone()), sentence, next });
        };
        match cell {
            Cell::Failed { half: Half { deploying: Some(session), .. }, .. } => {
                say(
                    "running",
                    format!("{migration} is being applied to {name} by {session}"),
                    vec!["wait for it, then nexus-env migrate status".to_owned()],
                );
            }
            Cell::Failed { logs, half, .. } => {
                let logs = logs.as_deref().map(str::trim).filter(|logs| !logs.is_empty());
                let why = logs.map_or_else(
                    || ": it failed, or whoever applied it was killed".to_owned(),
                    |logs| format!(": {}", logs.lines().next().unwrap_or(logs)),
                );
                let (there, next) = half::told(half, name, migration);
                say("failed", format!("{migration} began on {name} and did not end{why}{there}"), next);
            }
            Cell::Edited { .. } => say(
                "edited",
                format!("{migration} was edited after it was applied on {name}"),
                vec![
                    format!("git log --oneline -- {}", self.at(migration)),
                    "give it back the text that was applied, and write the change as a new migration".to_owned(),
                ],
            ),
            Cell::Orphan { .. } => {
                // A shared dev often has what other branches bring.
                let weight = if environment.promote_from.is_some() || environment.is_protected() {
                    Weight::InTheWay
                } else {
                    Weight::Note
                };
                let next = vec![
                    format!("git log --all --oneline -- {}", self.at(migration)),
                    format!("git checkout BRANCH -- {}", self.at(migration)),
                ];
                found.push(Reason {
                    kind: "orphan",
                    weight,
                    migration: Some(migration.clone()),
                    sentence: format!("{migration} is applied on {name} and not here: on another branch, or deleted"),
                    next,
                });
            }
            Cell::Unmarked => say(
                "unmarked",
                format!("{migration} takes the place of migrations that {name} has: it has to be marked, not applied"),
                vec![resolve(name, "--applied", migration)],
            ),
            Cell::Applied { .. }
            | Cell::ByHand { .. }
            | Cell::Pending
            | Cell::RolledBack { .. }
            | Cell::Squashed { .. }
            | Cell::Nothing
            | Cell::Unknown => {}
        }
    }

    fn of_git(&self, line: &Line, ran: Ran, found: &mut Vec<Reason>) {
        let at = self.at(&line.name);
        let (sentence, next) = match line.git {
            InGit::Committed | InGit::Missing => return,
            InGit::Untracked | InGit::Staged => {
                (format!("{} is not committed", line.name), format!("git add {at} && git commit"))
            }
            InGit::Modified => (
                format!("{} differs from what is committed", line.name),
                match ran {
                    Ran::InAnotherForm => {
                        format!("git diff -- {at}; then git checkout -- {at}, and the change in a new migration")
                    }
                    Ran::NotOtherwise => format!("git diff -- {at}; then git commit {at}"),
                },
            ),
            InGit::Deleted => {
                (format!("{} is committed and gone from the work tree", line.name), format!("git checkout -- {at}"))
            }
            InGit::Unknown => (format!("{} is in no repository of git", line.name), "git init".to_owned()),
        };
        found.push(Reason {
            kind: "not-committed",
            weight: Weight::InTheWay,
            migration: Some(line.name.clone()),
            sentence,
            next: vec![next],
        });
    }

    /// What is wrong on a step before the target, about those that wait for the target.
    fn of_step(&self, step: &Environment, pending: &[&Line], found: &mut Vec<Reason>) {
        let name = &step.name;
        let Some(at) = self.ledger.position(name) else { return };
        if pending.is_empty() {
            return;
        }
        if let Seen::Unseen { why, hint } = &self.ledger.columns[at].seen {
            found.push(Reason {
                kind: "unproven",
                weight: Weight::InTheWay,
                migration: None,
                sentence: format!("nothing proves that they were applied on {name}: it {why}"),
                next: hint.iter().cloned().collect(),
            });
            return;
        }
        for line in pending {
            let migration = &line.name;
            let apply = || match step.promote_from.is_some() || step.is_protected() {
                true => format!("nexus-env migrate deploy -e {name}"),
                false => format!("nexus-env run -e {name} -- npx prisma migrate deploy"),
            };
            let (kind, sentence, next) = match &line.cells[at] {
                Cell::Applied { .. } | Cell::Orphan { .. } | Cell::Squashed { .. } => continue,
                Cell::Pending | Cell::RolledBack { .. } | Cell::Nothing | Cell::Unknown | Cell::Unmarked => {
                    ("not-before", format!("{migration} is not applied on {name}"), apply())
                }
                Cell::ByHand { .. } => (
                    "by-hand",
                    format!("{migration} was only marked as applied on {name}, so nobody has seen it run"),
                    format!(
                        "nexus-env run -e {name} -- npx prisma migrate reset, where its rows may go; or on a database of your own"
                    ),
                ),
                Cell::Edited { .. } => (
                    "edited-before",
                    format!(
                        "{migration} was edited after it was applied on {name}: what ran there is not what is here"
                    ),
                    format!("git log --oneline -- {}; the change belongs into a new migration", self.at(migration)),
                ),
                Cell::Failed { .. } => (
                    "failed-before",
                    format!("{migration} failed on {name}"),
                    format!("{}, mend it, and apply it there again", resolve(name, "--rolled-back", migration)),
                ),
            };
            found.push(Reason {
                kind,
                weight: Weight::InTheWay,
                migration: Some(migration.clone()),
                sentence,
                next: vec![next],
            });
        }
    }
}

/// Somebody else is at it.
pub fn deploying(environment: &EnvironmentName, session: &str) -> Reason {
    Reason {
        kind: "deploying",
        weight: Weight::InTheWay,
        migration: None,
        sentence: format!("migrations are being applied to {environment} right now, by {session}"),
        next: vec!["wait for it, then nexus-env migrate status".to_owned()],
    }
}

/// `migrate resolve` in an environment, as it is typed.
fn resolve(environment: &EnvironmentName, flag: &str, migration: &str) -> String {
    format!("nexus-env run -e {environment} --write -- npx prisma migrate resolve {flag} {}", typed(migration))
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
