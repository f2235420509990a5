//! What is asked of the target's own rows before its migrations are applied, and what the answers mean: how much each loss
//! is, whether the rows that are there let a constraint through, how big a table each lock holds.
//!
//! Only what the first statements to touch a table do can be foretold: rows that a migration changes itself are others
//! when its next statement comes to them.

mod locked;

use std::collections::BTreeSet;

pub use self::locked::{Locked, locked};
use super::act::{Act, Change, Condition, Constraint, Filled, Object, Unique};

/// In `pg_locks`, the lock under which Prisma applies migrations: `pg_advisory_lock(72707369)`.
pub const PRISMAS_LOCK: &str = "locktype = 'advisory' AND classid = 0 AND objid = 72707369 AND objsubid = 1 AND granted \
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";

/// Counting stops there: that many rows are many.
const MANY: u64 = 1_000_000;

/// One question to the target, and the statement that it is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    pub migration: String,
    /// Of the statement, from 1.
    pub line: usize,
    /// It answers one number.
    pub sql: String,
    pub about: About,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum About {
    /// How many rows go, or are written over.
    Rows {
        table: Object,
        verb: &'static str,
    },
    /// How many values of a column go.
    Values {
        table: Object,
        column: String,
    },
    Duplicates {
        table: Object,
        columns: Vec<String>,
    },
    Nulls {
        table: Object,
        column: String,
    },
    /// A column without a default is required of the rows that are there.
    AnyRow {
        table: Object,
        column: String,
    },
}

/// What the target said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    Number(u64),
    /// It took longer than it may.
    TooLong,
    /// There is no such table or column yet.
    NotThere,
    /// It did not say, for another reason.
    Silent(String),
}

/// What an answer means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Meaning {
    Nothing,
    Note(String),
    /// The statement will fail.
    Fails(String),
}

/// One migration with what its statements do, and where each stands.
#[derive(Clone, Debug)]
pub struct Read {
    pub migration: String,
    pub acts: Vec<(usize, Act)>,
}

/// What to ask about these migrations, in their order. `schema` is where names without one are looked up.
pub fn questions(migrations: &[Read], schema: &str) -> Vec<Question> {
    let mut asked = Asked { schema, found: Vec::new(), changed: BTreeSet::new(), columns: BTreeSet::new() };
    for read in migrations {
        for (line, act) in &read.acts {
            asked.act(&read.migration, *line, act);
        }
    }
    asked.found
}

struct Asked<'a> {
    schema: &'a str,
    found: Vec<Question>,
    /// Tables that are made or whose rows are changed before the statement at hand.
    changed: BTreeSet<Object>,
    /// Columns that are added before it.
    columns: BTreeSet<(Object, String)>,
}

impl Asked<'_> {
    fn act(&mut self, migration: &str, line: usize, act: &Act) {
        let ask = |about, sql| Question { migration: migration.to_owned(), line, sql, about };
        match act {
            Act::CreateTable(table) => {
                let table = self.whole(table);
                self.changed.insert(table);
            }
            Act::DropTable(tables) | Act::Truncate(tables) => {
                for table in tables.iter().map(|table| self.whole(table)).collect::<Vec<_>>() {
                    if !self.changed.contains(&table) {
                        let sql = counted(&format!("SELECT 1 FROM {}", table.quoted()));
                        self.found.push(ask(About::Rows { table: table.clone(), verb: "lost" }, sql));
                    }
                    self.changed.insert(table);
                }
            }
            Act::Delete(table, condition) | Act::Update(table, condition) => {
                let table = self.whole(table);
                let verb = if matches!(act, Act::Delete(..)) { "deleted" } else { "overwritten" };
                if *condition == Condition::None && !self.changed.contains(&table) {
                    let sql = counted(&format!("SELECT 1 FROM {}", table.quoted()));
                    self.found.push(ask(About::Rows { table: table.clone(), verb }, sql));
                }
                self.changed.insert(table);
            }
            Act::Copy(table) => {
                let table = self.whole(table);
                self.changed.insert(table);
            }
            Act::CreateIndex(index) if index.unique == Unique::Yes && !index.only => {
                let table = self.whole(&index.table);
                self.unique(&table, &index.columns, &ask);
            }
            Act::AlterTable(table, changes) => {
                let table = self.whole(table);
                for change in changes {
                    self.change(&table, change, &ask);
                }
            }
            Act::CreateIndex(_)
            | Act::DropIndex(_)
            | Act::Rebuild(_)
            | Act::AddValue(..)
            | Act::AlterType(_)
            | Act::DropType(_)
            | Act::DropMuch(..)
            | Act::Do(_)
            | Act::Begin
            | Act::End
            | Act::Lock(_)
            | Act::Other => {}
        }
    }

    fn change(&mut self, table: &Object, change: &Change, ask: &dyn Fn(About, String) -> Question) {
        if self.changed.contains(table) {
            return;
        }
        let at = table.quoted();
        match change {
            Change::DropColumn(column) if !self.is_new(table, column) => {
                let sql = counted(&format!("SELECT 1 FROM {at} WHERE {} IS NOT NULL", quoted(column)));
                self.found.push(ask(About::Values { table: table.clone(), column: column.clone() }, sql));
            }
            Change::SetNotNull(column) if !self.is_new(table, column) => {
                let sql = counted(&format!("SELECT 1 FROM {at} WHERE {} IS NULL", quoted(column)));
                self.found.push(ask(About::Nulls { table: table.clone(), column: column.clone() }, sql));
            }
            Change::AddColumn(column) => {
                if column.required && column.filled == Filled::Nothing {
                    let sql = counted(&format!("SELECT 1 FROM {at}"));
                    self.found.push(ask(About::AnyRow { table: table.clone(), column: column.name.clone() }, sql));
                }
                self.columns.insert((table.clone(), column.name.clone()));
            }
            Change::AddConstraint(Constraint::Unique(columns) | Constraint::Primary(columns)) => {
                self.unique(table, columns, ask);
            }
            Change::DropColumn(_)
            | Change::SetNotNull(_)
            | Change::ChangeType(..)
            | Change::DropNotNull(_)
            | Change::AddConstraint(_)
            | Change::Validate
            | Change::RenameColumn(_)
            | Change::RenameTable
            | Change::SetSchema
            | Change::Other => {}
        }
    }

    fn unique(&mut self, table: &Object, columns: &[String], ask: &dyn Fn(About, String) -> Question) {
        let new = columns.iter().any(|column| self.is_new(table, column));
        if columns.is_empty() || new || self.changed.contains(table) {
            return;
        }
        let list = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        let given = columns.iter().map(|column| format!("{} IS NOT NULL", quoted(column))).collect::<Vec<_>>();
        let sql = counted(&format!(
            "SELECT 1 FROM {} WHERE {} GROUP BY {list} HAVING count(*) > 1",
            table.quoted(),
            given.join(" AND ")
        ));
        self.found.push(ask(About::Duplicates { table: table.clone(), columns: columns.to_vec() }, sql));
    }

    fn is_new(&self, table: &Object, column: &str) -> bool {
        self.columns.contains(&(table.clone(), column.to_owned()))
    }

    fn whole(&self, table: &Object) -> Object {
        whole(table, self.schema)
    }
}

/// With the schema in which the server would look it up.
fn whole(table: &Object, schema: &str) -> Object {
    Object { schema: table.schema.clone().or_else(|| Some(schema.to_owned())), name: table.name.clone() }
}

fn quoted(column: &str) -> String {
    format!("\"{}\"", column.replace('"', "\"\""))
}

/// How many rows a query has, up to many.
fn counted(query: &str) -> String {
    format!("SELECT count(*)::text FROM ({query} LIMIT {}) counted", MANY + 1)
}

impl Question {
    pub fn meaning(&self, answer: &Answer) -> Meaning {
        let number = match answer {
            Answer::Number(number) => *number,
            Answer::NotThere => return Meaning::Nothing,
            Answer::TooLong => return Meaning::Note(format!("{} could not be counted in time", self.subject())),
            Answer::Silent(why) => return Meaning::Note(format!("{} could not be counted: {why}", self.subject())),
        };
        let many = if number > MANY { format!("more than {}", grouped(MANY)) } else { grouped(number) };
        match (&self.about, number) {
            (About::Rows { table, .. }, 0) => Meaning::Note(format!("{} has no row", table.name)),
            (About::Rows { table, verb }, number) => {
                let (rows, are) = (plural(number, "row", "rows"), plural(number, "is", "are"));
                Meaning::Note(format!("{many} {rows} of {} {are} {verb}", table.name))
            }
            (About::Values { table, column }, 0) => {
                Meaning::Note(format!("no row of {} has a value in {column}", table.name))
            }
            (About::Values { table, column }, number) => {
                let (values, are) = (plural(number, "value", "values"), plural(number, "is", "are"));
                Meaning::Note(format!("{many} {values} of {}.{column} {are} lost", table.name))
            }
            (About::Duplicates { .. } | About::Nulls { .. } | About::AnyRow { .. }, 0) => Meaning::Nothing,
            (About::Duplicates { table, columns }, number) => Meaning::Fails(format!(
                "{many} {} of {} {} more than one row of {}",
                plural(number, "value", "values"),
                columns.join(" and "),
                plural(number, "stands in", "stand in"),
                table.name
            )),
            (About::Nulls { table, column }, number) => Meaning::Fails(format!(
                "{many} {} of {} {} no {column}",
                plural(number, "row", "rows"),
                table.name,
                plural(number, "has", "have")
            )),
            (About::AnyRow { table, column }, number) => Meaning::Fails(format!(
                "{} has {many} {}, and {column} is required of each",
                table.name,
                plural(number, "row", "rows")
            )),
        }
    }

    fn subject(&self) -> String {
        match &self.about {
            About::Rows { table, .. } | About::AnyRow { table, .. } => format!("the rows of {}", table.name),
            About::Values { table, column } | About::Nulls { table, column } => {
                format!("the values of {}.{column}", table.name)
            }
            About::Duplicates { table, columns } => {
                format!("duplicates of {} in {}", columns.join(" and "), table.name)
            }
        }
    }
}

fn plural<'a>(number: u64, one: &'a str, several: &'a str) -> &'a str {
    if number == 1 { one } else { several }
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{act, statement};
    use super::*;

    fn read(sql: &str) -> Vec<Read> {
        let acts = statement::statements(sql).iter().map(|one| (one.line, act::read(one))).collect();
        vec![Read { migration: "x".to_owned(), acts }]
    }

    #[track_caller]
    fn check(sql: &str, number: u64, expected: &[&str]) {
        let said = questions(&read(sql), "public").into_iter().map(|question| {
            match question.meaning(&Answer::Number(number)) {
                Meaning::Nothing => "nothing".to_owned(),
                Meaning::Note(text) => text,
                Meaning::Fails(text) => format!("FAILS: {text}"),
            }
        });
        assert_eq!(said.collect::<Vec<_>>(), expected, "{sql}");
    }

    #[test]
    fn each_loss_is_counted() {
        check("DROP TABLE \"User\"", 1, &["1 row of User is lost"]);
        check("ALTER TABLE t DROP COLUMN a", 1_204, &["1,204 values of t.a are lost"]);
        check("ALTER TABLE t DROP COLUMN a", 0, &["no row of t has a value in a"]);
        check("DELETE FROM t; DELETE FROM t WHERE a = 1", 2_000_000, &["more than 1,000,000 rows of t are deleted"]);
    }

    #[test]
    fn what_would_fail_is_foretold() {
        check("CREATE UNIQUE INDEX i ON t(a, b)", 3, &["FAILS: 3 values of a and b stand in more than one row of t"]);
        check("ALTER TABLE t ALTER a SET NOT NULL", 1, &["FAILS: 1 row of t has no a"]);
        check("ALTER TABLE t ADD a int NOT NULL", 5, &["FAILS: t has 5 rows, and a is required of each"]);
        check("ALTER TABLE t ADD a int NOT NULL", 0, &["nothing"]);
    }

    #[test]
    fn what_a_migration_changes_first_cannot_be_foretold() {
        check("CREATE TABLE t (); CREATE UNIQUE INDEX i ON t(a)", 3, &[]);
        check("UPDATE t SET a = 1 WHERE a IS NULL; ALTER TABLE t ALTER a SET NOT NULL", 3, &[]);
        check("ALTER TABLE t ADD a int; ALTER TABLE t ALTER a SET NOT NULL", 3, &[]);
        check("CREATE UNIQUE INDEX i ON t(a) WHERE b", 3, &[]);
        check("CREATE UNIQUE INDEX i ON t(lower(a))", 3, &[]);
    }

    #[test]
    fn names_are_asked_about_where_the_server_looks_them_up() {
        let asked = questions(&read("DROP TABLE \"a\"\"b\"; DROP TABLE s.t"), "other");
        assert_eq!(
            asked[0].sql,
            "SELECT count(*)::text FROM (SELECT 1 FROM \"other\".\"a\"\"b\" LIMIT 1000001) counted"
        );
        assert!(asked[1].sql.contains("FROM \"s\".\"t\""), "{}", asked[1].sql);
    }

    #[test]
    fn each_locked_table_is_told_with_its_size() {
        let found = locked(
            &read("CREATE TABLE n (); ALTER TABLE n ADD a int; ALTER TABLE t ADD a int; CREATE INDEX i ON t(a)"),
            "public",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].told(1_200_000, 310 * 1_048_576),
            "t: about 1,200,000 rows, 310 MB; locked while every row is written, about 7s by estimate"
        );
    }
}
