//! What the SQL of a migration does to rows, locks and running code, statement by statement, and how to do it safely.
//!
//! The names are squawk's where squawk has a rule for it, ours where it has none. The statements are read by its parser; its
//! linter would add as much again as that, and knows neither what else the file does nor the schema nor Prisma's version, so
//! the rules are ours, over the few shapes that `act` reads.

mod table;
mod whole;

use std::collections::BTreeSet;

use super::act::{self, Act, Condition, Dynamic, Lock, Object, Unique};
use super::finding::{Finding, Harm, allowances};
use super::migration::Migration;
use super::models::Models;
use super::statement::{self, Statement};
use super::version::{Failing, Version, failing};
use crate::domain::text::safe_text;

/// Every rule that an allowance may name.
pub const RULES: &[&str] = &[
    "adding-field-with-default",
    "adding-foreign-key-constraint",
    "adding-not-nullable-field",
    "adding-required-field",
    "adding-serial-primary-key-field",
    "ban-concurrent-index-creation-in-transaction",
    "ban-drop-column",
    "ban-drop-database",
    "ban-drop-schema",
    "ban-drop-table",
    "ban-truncate",
    "changing-column-type",
    "constraint-missing-not-valid",
    "delete-without-where",
    "disallowed-unique-constraint",
    "do-execute",
    "drop-still-used",
    "enum-value-used-at-once",
    "lock-with-long-statement",
    "migration-deleted",
    "migration-edited",
    "migration-out-of-order",
    "migration-renamed",
    "not-atomic",
    "renaming-column",
    "renaming-table",
    "require-concurrent-index-creation",
    "require-concurrent-index-deletion",
    "rewrites-table",
    "syntax-error",
    "update-without-where",
];

/// What a migration is judged by, beside its own text.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub dialect: Dialect,
    pub version: Option<Version>,
    pub models: &'a Models,
}

/// Whose SQL it is, by the provider in `migration_lock.toml`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    PostgreSql,
    /// Of another one only what every dialect shares is judged: what loses rows.
    Other,
}

/// One judged statement.
pub(super) struct Judge<'a> {
    circumstances: &'a Circumstances<'a>,
    migration: &'a str,
    file: &'a str,
    /// Tables that this file makes: nobody waits for them, and they hold no rows.
    made: BTreeSet<Object>,
    failing: Failing,
    several: bool,
    found: Vec<Finding>,
    line: usize,
}

/// A finding, and the reason that a comment above the statement gives for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mark {
    pub finding: Finding,
    pub allowed: Option<String>,
}

/// The findings of a migration that nothing allows, in the order of its lines. `file` is its path as it is shown.
pub fn judge(migration: &Migration, file: &str, circumstances: &Circumstances<'_>) -> Vec<Finding> {
    let marks = marks(migration, file, circumstances).into_iter();
    marks.filter(|mark| mark.allowed.is_none()).map(|mark| mark.finding).collect()
}

/// All findings of a migration, in the order of its lines.
pub fn marks(migration: &Migration, file: &str, circumstances: &Circumstances<'_>) -> Vec<Mark> {
    let text = migration.text();
    let (statements, fault) = statement::read(&text);
    let acts: Vec<Act> = statements.iter().map(act::read).collect();
    let made = acts.iter().filter_map(|act| match act {
        Act::CreateTable(table) => Some(table.clone()),
        _ => None,
    });
    let mut judge = Judge {
        circumstances,
        migration: &migration.name,
        file,
        made: made.collect(),
        failing: failing(circumstances.version, &statements, &acts),
        several: statements.iter().filter(|statement| statement.node.is_some()).count() > 1,
        found: Vec::new(),
        line: 1,
    };
    let mut kept = Vec::new();
    for (at, (statement, act)) in statements.iter().zip(&acts).enumerate() {
        judge.line = statement.line.max(1);
        judge.statement(act);
        judge.together(at, &statements, &acts);
        if circumstances.dialect == Dialect::Other {
            judge.found.retain(|finding| finding.harm == Harm::Loses);
        }
        let found = std::mem::take(&mut judge.found);
        kept.extend(weighed(&judge, statement, found));
    }
    let top = statements.first().map(|first| first.comments.as_slice()).unwrap_or_default();
    judge.line = 1;
    if circumstances.dialect == Dialect::PostgreSql {
        judge.whole(&statements, &acts);
    }
    // Of another dialect it is told only where nothing was read at all.
    if circumstances.dialect == Dialect::PostgreSql || statements.is_empty() {
        fault.iter().for_each(|fault| judge.fault(fault));
    }
    let given = allowances(top);
    let reason = |finding: &Finding| {
        let one = given.iter().find(|one| one.rule == finding.rule && !one.reason.is_empty());
        one.map(|one| one.reason.clone())
    };
    let whole = std::mem::take(&mut judge.found);
    kept.extend(whole.into_iter().map(|finding| Mark { allowed: reason(&finding), finding }));
    kept.sort_by_key(|mark| mark.finding.line);
    kept
}

/// With what the comments above the statement allow, and what is wrong with those.
fn weighed(judge: &Judge<'_>, statement: &Statement, found: Vec<Finding>) -> Vec<Mark> {
    let given = allowances(&statement.comments);
    let weigh = |finding: Finding| match given.iter().find(|one| one.rule == finding.rule) {
        Some(one) if one.reason.is_empty() => {
            let sentence = format!("{}; the comment that allows it gives no reason", finding.sentence);
            let instead = format!("-- nexus-env: allow {}, and why", finding.rule);
            Mark { finding: Finding { sentence, instead, ..finding }, allowed: None }
        }
        Some(one) => Mark { finding, allowed: Some(one.reason.clone()) },
        None => Mark { finding, allowed: None },
    };
    let mut marks: Vec<Mark> = found.into_iter().map(weigh).collect();
    for one in given.iter().filter(|one| !RULES.contains(&one.rule.as_str())) {
        let finding = Finding {
            rule: "unknown-rule",
            harm: Harm::Fails,
            migration: judge.migration.to_owned(),
            file: judge.file.to_owned(),
            line: judge.line,
            sentence: format!("a comment allows `{}`, which is no rule", safe_text::cut(&one.rule, 64)),
            instead: match nearest(&one.rule) {
                Some(near) => format!("did you mean {near}?"),
                None => "the README lists the rules".to_owned(),
            },
        };
        marks.push(Mark { finding, allowed: None });
    }
    marks
}

fn nearest(rule: &str) -> Option<&'static str> {
    let near = RULES.iter().map(|known| (strsim::damerau_levenshtein(known, rule), *known)).min()?;
    (near.0 <= 5).then_some(near.1)
}

impl Judge<'_> {
    fn say(&mut self, rule: &'static str, harm: Harm, sentence: impl Into<String>, instead: impl Into<String>) {
        self.found.push(Finding {
            rule,
            harm,
            migration: self.migration.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
            sentence: sentence.into(),
            instead: instead.into(),
        });
    }

    fn is_made(&self, table: &Object) -> bool {
        self.made.contains(table)
    }

    /// What one statement does by itself.
    fn statement(&mut self, act: &Act) {
        match act {
            Act::DropTable(tables) => {
                for table in tables.iter().filter(|table| !self.made.contains(table)).cloned().collect::<Vec<_>>() {
                    self.say(
                        "ban-drop-table",
                        Harm::Loses,
                        format!("drops the table {table} with all its rows"),
                        "first deploy code that no longer uses it, rename it, and drop it in a later migration after a backup",
                    );
                    if self.circumstances.models.uses_table(&table.name) {
                        self.still_used(&format!("the table {table}"));
                    }
                }
            }
            Act::AlterTable(table, changes) if !self.is_made(table) => {
                for change in changes {
                    self.change(table, change);
                }
            }
            Act::CreateIndex(index) if index.lock == Lock::Held && !self.is_made(&index.table) => {
                let duplicates = match index.unique {
                    Unique::Yes => ", and it fails where two rows hold the same",
                    Unique::No => "",
                };
                self.say(
                    "require-concurrent-index-creation",
                    Harm::Locks,
                    format!("nobody can write to {} while the index is built{duplicates}", index.table),
                    "CREATE INDEX CONCURRENTLY, as the only statement of a migration of its own",
                );
            }
            Act::CreateIndex(index)
                if index.lock == Lock::Concurrently && self.several && self.failing != Failing::Partial =>
            {
                self.say(
                    "ban-concurrent-index-creation-in-transaction",
                    Harm::Fails,
                    "CONCURRENTLY cannot run in a transaction, and Prisma before 7.4 sends the file as one",
                    "put it into a migration of its own, as its only statement",
                );
            }
            Act::DropIndex(Lock::Held) => self.say(
                "require-concurrent-index-deletion",
                Harm::Locks,
                "nobody can read or write the index's table until all who use it now are done",
                "DROP INDEX CONCURRENTLY, as the only statement of a migration of its own",
            ),
            Act::Rebuild(words) => self.say(
                "rewrites-table",
                Harm::Locks,
                format!("{} holds a lock for as long as it takes to write everything anew", words.to_uppercase()),
                "outside of a migration, with CONCURRENTLY or pg_repack",
            ),
            Act::Truncate(tables) => {
                for table in tables.iter().filter(|table| !self.made.contains(table)).cloned().collect::<Vec<_>>() {
                    self.say(
                        "ban-truncate",
                        Harm::Loses,
                        format!("empties the table {table}"),
                        "DELETE with a WHERE that names the rows, in a script that is run once, after a backup",
                    );
                }
            }
            Act::Delete(table, Condition::None) if !self.is_made(table) => self.say(
                "delete-without-where",
                Harm::Loses,
                format!("deletes every row of {table}"),
                "a WHERE that names the rows",
            ),
            Act::Update(table, Condition::None) if !self.is_made(table) => self.say(
                "update-without-where",
                Harm::Loses,
                format!("overwrites every row of {table}, and locks all of them until it is done"),
                "a WHERE that names the rows, in batches, in a script of its own",
            ),
            Act::DropMuch(what, name) => {
                let rule = if *what == "database" { "ban-drop-database" } else { "ban-drop-schema" };
                self.say(
                    rule,
                    Harm::Loses,
                    format!("drops the {what} {name} and everything in it"),
                    "no migration should; drop what is no longer needed table by table",
                );
            }
            Act::Do(Dynamic::Yes) => self.say(
                "do-execute",
                Harm::Loses,
                "a DO block puts statements together and runs them, so nobody can say what it will do",
                "write the statements out",
            ),
            Act::CreateTable(_)
            | Act::AlterTable(..)
            | Act::CreateIndex(_)
            | Act::DropIndex(Lock::Concurrently)
            | Act::Delete(..)
            | Act::Update(..)
            | Act::Copy(_)
            | Act::AddValue(..)
            | Act::AlterType(_)
            | Act::DropType(_)
            | Act::Do(Dynamic::No)
            | Act::Begin
            | Act::End
            | Act::Lock(_)
            | Act::Other => {}
        }
    }

    fn still_used(&mut self, what: &str) {
        self.say(
            "drop-still-used",
            Harm::Breaks,
            format!("the schema still uses {what}, so the client that is generated from it will ask for it"),
            "take it out of schema.prisma first, deploy that code, and drop it afterwards",
        );
    }

    /// What a statement does because of those before it in the same transaction.
    fn together(&mut self, at: usize, statements: &[Statement], acts: &[Act]) {
        if self.failing == Failing::Partial && !acts[..at].contains(&Act::Begin) {
            return;
        }
        let since = acts[..at].iter().rposition(|act| matches!(act, Act::Begin | Act::End)).map_or(0, |at| at + 1);
        let before = &acts[since..at];
        if self.is_long(&acts[at])
            && let Some(table) = before.iter().find_map(|act| self.locks(act))
        {
            self.say(
                "lock-with-long-statement",
                Harm::Locks,
                format!(
                    "{table} is locked by a statement above in the same transaction, for as long as this one takes"
                ),
                "the quick change of the structure in one migration, the long work in another",
            );
        }
        for act in before {
            if let Act::AddValue(kind, value) = act
                && act::says(&statements[at], value)
            {
                self.say(
                    "enum-value-used-at-once",
                    Harm::Fails,
                    format!(
                        "`{}` of {kind} is added above, and cannot be used before that is committed",
                        safe_text::cut(value, 64)
                    ),
                    "add the value in one migration, use it in the next",
                );
            }
        }
    }

    /// The table that a statement keeps others from reading or writing until the transaction ends.
    fn locks(&self, act: &Act) -> Option<Object> {
        let table = match act {
            Act::AlterTable(table, changes) if changes.iter().any(table::holds_a_lock) => table,
            Act::CreateIndex(index) if index.lock == Lock::Held => &index.table,
            Act::Truncate(tables) | Act::Lock(tables) => tables.first()?,
            _ => return None,
        };
        (!self.is_made(table)).then(|| table.clone())
    }

    /// Whether it takes as long as a table is large.
    fn is_long(&self, act: &Act) -> bool {
        match act {
            Act::Update(table, _) | Act::Delete(table, _) | Act::Copy(table) => !self.is_made(table),
            Act::CreateIndex(index) => index.lock == Lock::Held && !self.is_made(&index.table),
            Act::AlterTable(table, changes) => !self.is_made(table) && changes.iter().any(table::reads_every_row),
            Act::Rebuild(_) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
