//! Which tables the migrations lock, and for about how long: by the work that is done while the lock is held, and by the
//! table's size.

use std::collections::BTreeSet;

use super::{Read, grouped, whole};
use crate::domain::promotion::act::{Act, Change, Constraint, Filled, Lock, Object};

/// The tables that the migrations lock for longer than a moment, with what is done to each.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Locked {
    pub table: Object,
    pub work: Work,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Work {
    /// The catalogue alone is changed.
    Catalogue,
    /// Every row is read.
    Read,
    /// Every row is written, or an index over all of them is.
    Write,
}

/// The tables that are there and that the migrations lock, each with the longest work done to it.
pub fn locked(migrations: &[Read], schema: &str) -> Vec<Locked> {
    let mut made: BTreeSet<Object> = BTreeSet::new();
    let mut found: Vec<Locked> = Vec::new();
    for (_, act) in migrations.iter().flat_map(|read| &read.acts) {
        let (table, work) = match act {
            Act::CreateTable(table) => {
                made.insert(whole(table, schema));
                continue;
            }
            Act::AlterTable(table, changes) => (table, changes.iter().map(work_of).max().unwrap_or(Work::Catalogue)),
            Act::CreateIndex(index) if index.lock == Lock::Held => (&index.table, Work::Write),
            Act::Update(table, _) | Act::Delete(table, _) => (table, Work::Write),
            _ => continue,
        };
        let table = whole(table, schema);
        if made.contains(&table) {
            continue;
        }
        match found.iter_mut().find(|known| known.table == table) {
            Some(known) => known.work = known.work.max(work),
            None => found.push(Locked { table, work }),
        }
    }
    found
}

fn work_of(change: &Change) -> Work {
    match change {
        Change::AddColumn(column) if column.filled == Filled::Rewriting || column.unique => Work::Write,
        Change::ChangeType(..) => Work::Write,
        Change::AddConstraint(Constraint::Unique(_) | Constraint::Primary(_) | Constraint::Exclude) => Work::Write,
        Change::AddConstraint(_) | Change::SetNotNull(_) | Change::Validate => Work::Read,
        Change::AddColumn(_)
        | Change::DropColumn(_)
        | Change::DropNotNull(_)
        | Change::RenameColumn(_)
        | Change::RenameTable
        | Change::SetSchema
        | Change::Other => Work::Catalogue,
    }
}

/// What a usual server does in a second, in bytes; an estimate, and said to be one.
const READ_A_SECOND: u64 = 200 * 1024 * 1024;
const WRITTEN_A_SECOND: u64 = 40 * 1024 * 1024;

impl Locked {
    /// `rows` is the server's own estimate, `bytes` the size of the table's file.
    pub fn told(&self, rows: u64, bytes: u64) -> String {
        let (rate, what) = match self.work {
            Work::Catalogue => (None, "locked for a moment"),
            Work::Read => (Some(READ_A_SECOND), "locked while every row is read"),
            Work::Write => (Some(WRITTEN_A_SECOND), "locked while every row is written"),
        };
        let time = match rate.map(|rate| bytes / rate) {
            None => String::new(),
            Some(0) => ", less than a second by estimate".to_owned(),
            Some(seconds) => format!(", about {} by estimate", crate::domain::text::duration::Duration::short(seconds)),
        };
        format!("{}: about {} rows, {}; {what}{time}", self.table.name, grouped(rows), size(bytes))
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{} kB", bytes.div_ceil(1024)),
        1_048_576..1_073_741_824 => format!("{} MB", bytes / 1_048_576),
        _ => format!("{}.{} GB", bytes / 1_073_741_824, bytes % 1_073_741_824 * 10 / 1_073_741_824),
    }
}
