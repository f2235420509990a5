//! What a database has applied: the rows of `_prisma_migrations`, and what they say of one migration.
//!
//! After prisma-engines `migration_persistence.rs`: a row is written before its SQL runs, a name may have several rows, and a
//! rolled back one counts for nothing.

use std::collections::BTreeMap;

use super::act;
use super::catalogue::Catalogue;
use super::migration::Migration;
use super::statement;

/// One row of `_prisma_migrations`. Times are epoch seconds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Row {
    pub name: String,
    pub checksum: String,
    pub started: i64,
    pub finished: Option<i64>,
    pub rolled_back: Option<i64>,
    /// 0 where `migrate resolve --applied` wrote the row.
    pub steps: i64,
    /// The beginning of the database's own words about a failure.
    pub logs: Option<String>,
}

/// What the rows of one name come to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Record {
    Applied {
        at: i64,
        by: By,
        checksum: String,
    },
    /// It began and did not end: it failed, or it runs now, or whoever ran it was killed. Prisma refuses to go on (P3009).
    Unfinished {
        at: i64,
        logs: Option<String>,
    },
    /// It failed, and `migrate resolve --rolled-back` said so: Prisma applies it again.
    RolledBack {
        at: i64,
    },
}

/// How a migration came to be applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By {
    Prisma,
    /// `migrate resolve --applied`: its SQL was not run by Prisma.
    Hand,
}

/// The history of one database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct History {
    records: BTreeMap<String, Record>,
    /// What is there beside the rows; looked at only where one of them never finished.
    pub now: Option<Now>,
}

/// What a database is at while a migration of it is unfinished.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Now {
    /// Whoever applies migrations right now; until they are done, nothing else is to be said.
    pub deploying: Option<String>,
    /// `None` where it could not be read.
    pub catalogue: Option<Catalogue>,
    /// Where names without a schema are looked up.
    pub schema: String,
}

/// How far an unfinished migration came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Half {
    /// The line of each statement, and whether what it does is done; `None` where the structure does not show it.
    pub statements: Vec<(usize, Option<bool>)>,
    pub deploying: Option<String>,
}

impl History {
    pub fn of(rows: &[Row]) -> History {
        let mut by_name: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            by_name.entry(&row.name).or_default().push(row);
        }
        let records = by_name.into_iter().filter_map(|(name, rows)| Some((name.to_owned(), record(&rows)?)));
        History { records: records.collect(), now: None }
    }

    pub fn is_unfinished(&self) -> bool {
        self.records.values().any(|record| matches!(record, Record::Unfinished { .. }))
    }

    /// How far a migration came that never finished.
    pub fn half(&self, migration: Option<&Migration>) -> Half {
        let Some(now) = &self.now else { return Half::default() };
        let text = migration.map(Migration::text).unwrap_or_default();
        let statements = statement::statements(&text);
        let real = statements.iter().filter(|one| one.node.is_some());
        let shows = |one| now.catalogue.as_ref()?.shows(&act::read(one), &now.schema);
        let shown = real.map(|one| (one.line, shows(one)));
        Half { statements: shown.collect(), deploying: now.deploying.clone() }
    }

    pub fn get(&self, name: &str) -> Option<&Record> {
        self.records.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Record)> {
        self.records.iter().map(|(name, record)| (name.as_str(), record))
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The last name that is applied here, in Prisma's order.
    pub fn newest(&self) -> Option<&str> {
        self.iter().filter(|(_, record)| matches!(record, Record::Applied { .. })).map(|(name, _)| name).last()
    }
}

/// The newest row that is not rolled back decides; one that never finished decides whatever is newer, as it does for Prisma.
fn record(rows: &[&Row]) -> Option<Record> {
    let standing = || rows.iter().filter(|row| row.rolled_back.is_none());
    if let Some(row) = standing().filter(|row| row.finished.is_none()).max_by_key(|row| row.started) {
        return Some(Record::Unfinished { at: row.started, logs: row.logs.clone() });
    }
    if let Some(row) = standing().max_by_key(|row| row.started) {
        let by = if row.steps > 0 { By::Prisma } else { By::Hand };
        return Some(Record::Applied { at: row.finished.unwrap_or(row.started), by, checksum: row.checksum.clone() });
    }
    rows.iter().filter_map(|row| row.rolled_back).max().map(|at| Record::RolledBack { at })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `applied@3`, `failed@3`, `rolled-back@3/4`, `by-hand@3`, each begun at that second.
    fn row(text: &str) -> Row {
        let (word, at) = text.split_once('@').unwrap();
        let (started, back) = match at.split_once('/') {
            Some((started, back)) => (started.parse().unwrap(), Some(back.parse().unwrap())),
            None => (at.parse().unwrap(), None),
        };
        let finished = matches!(word, "applied" | "by-hand").then_some(started);
        let steps = i64::from(word == "applied");
        Row { name: "a".to_owned(), started, finished, rolled_back: back, steps, ..Row::default() }
    }

    #[track_caller]
    fn check(rows: &[&str], expected: &str) {
        let rows: Vec<Row> = rows.iter().map(|text| row(text)).collect();
        let said = match History::of(&rows).get("a") {
            None => "nothing".to_owned(),
            Some(Record::Applied { at, by: By::Prisma, .. }) => format!("applied {at}"),
            Some(Record::Applied { at, by: By::Hand, .. }) => format!("by hand {at}"),
            Some(Record::Unfinished { at, .. }) => format!("failed {at}"),
            Some(Record::RolledBack { at }) => format!("rolled back {at}"),
        };
        assert_eq!(said, expected, "{rows:?}");
    }

    #[test]
    fn the_newest_row_that_is_not_rolled_back_counts() {
        check(&[], "nothing");
        check(&["applied@3"], "applied 3");
        check(&["by-hand@3"], "by hand 3");
        check(&["failed@3"], "failed 3");
        check(&["rolled-back@3/4"], "rolled back 4");
        check(&["rolled-back@3/4", "applied@5"], "applied 5");
        check(&["applied@5", "rolled-back@3/4"], "applied 5");
        check(&["rolled-back@3/4", "rolled-back@5/6"], "rolled back 6");
        check(&["rolled-back@3/4", "failed@5"], "failed 5");
    }

    #[test]
    fn a_row_that_never_finished_stops_prisma_whatever_is_newer() {
        check(&["failed@3", "applied@5"], "failed 3");
    }
}
