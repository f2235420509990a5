//! What a database's structure is, as its own catalogue tells it: held against another one's, and against what a statement
//! would have made of it.

use std::collections::{BTreeMap, BTreeSet};

use super::act::{Act, Change, Object};

/// What something in a schema is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Kind {
    Table,
    Column,
    Index,
    Constraint,
    Enum,
    View,
    Trigger,
    Function,
}

impl Kind {
    const ALL: [(Kind, &str); 8] = [
        (Kind::Table, "table"),
        (Kind::Column, "column"),
        (Kind::Index, "index"),
        (Kind::Constraint, "constraint"),
        (Kind::Enum, "enum"),
        (Kind::View, "view"),
        (Kind::Trigger, "trigger"),
        (Kind::Function, "function"),
    ];

    fn word(self) -> &'static str {
        Kind::ALL.iter().find(|(kind, _)| *kind == self).map_or("object", |(_, word)| word)
    }
}

/// One thing: its kind, its schema, its table or its own name, and its name within the table.
type Key = (Kind, String, String, String);

/// Everything in the schemas of people, each with its definition in the server's own words.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Catalogue {
    things: BTreeMap<Key, String>,
}

/// One query of five columns for [`Catalogue::read`]. It reads catalogues alone. What an extension brought, and Prisma's own
/// table, are left out; so is `NOT NULL` as a constraint, which PostgreSQL 18 lists and older ones do not.
pub const SQL: &str = "\
WITH space AS (SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'), \
brought AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'), \
rel AS (SELECT c.oid, s.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c JOIN space s ON s.oid = c.relnamespace \
WHERE c.relpersistence <> 't' AND c.relname <> '_prisma_migrations' AND c.relkind IN ('r', 'p', 'v', 'm') \
AND (1259, c.oid) NOT IN (SELECT classid, objid FROM brought)) \
SELECT 'table', nspname::text, relname::text, '', '' FROM rel WHERE relkind IN ('r', 'p') \
UNION ALL SELECT 'view', nspname::text, relname::text, '', pg_catalog.md5(pg_catalog.pg_get_viewdef(oid)) FROM rel WHERE relkind IN ('v', 'm') \
UNION ALL SELECT 'column', r.nspname::text, r.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod) \
|| CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') \
FROM rel r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped \
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE r.relkind IN ('r', 'p') \
UNION ALL SELECT 'index', r.nspname::text, r.relname::text, i.relname::text, pg_catalog.pg_get_indexdef(x.indexrelid) \
|| CASE WHEN x.indisvalid THEN '' ELSE ' (invalid)' END FROM rel r JOIN pg_catalog.pg_index x ON x.indrelid = r.oid \
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x')) \
UNION ALL SELECT 'constraint', r.nspname::text, r.relname::text, k.conname::text, pg_catalog.pg_get_constraintdef(k.oid) \
FROM rel r JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x') \
UNION ALL SELECT 'trigger', r.nspname::text, r.relname::text, t.tgname::text, pg_catalog.pg_get_triggerdef(t.oid) \
FROM rel r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal \
UNION ALL SELECT 'enum', s.nspname::text, t.typname::text, '', pg_catalog.string_agg(e.enumlabel::text, ', ' ORDER BY e.enumsortorder) \
FROM pg_catalog.pg_type t JOIN space s ON s.oid = t.typnamespace JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid \
WHERE (1247, t.oid) NOT IN (SELECT classid, objid FROM brought) GROUP BY 2, 3 \
UNION ALL SELECT 'function', s.nspname::text, p.proname::text || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', '', pg_catalog.md5(p.prosrc) \
FROM pg_catalog.pg_proc p JOIN space s ON s.oid = p.pronamespace WHERE (1255, p.oid) NOT IN (SELECT classid, objid FROM brought)";

impl Catalogue {
    pub fn read(rows: &[Vec<Option<String>>]) -> Catalogue {
        let thing = |row: &Vec<Option<String>>| {
            let [Some(kind), Some(schema), Some(of), Some(name), definition] = row.as_slice() else { return None };
            let (kind, _) = Kind::ALL.iter().find(|(_, word)| word == kind)?;
            Some(((*kind, schema.clone(), of.clone(), name.clone()), definition.clone().unwrap_or_default()))
        };
        Catalogue { things: rows.iter().filter_map(thing).collect() }
    }

    fn has(&self, kind: Kind, schema: &str, of: &str, name: &str) -> bool {
        self.things.contains_key(&(kind, schema.to_owned(), of.to_owned(), name.to_owned()))
    }

    /// What differs from what `migrations` made elsewhere, in sentences about `place`. Only the schemas that they know
    /// count, and this one: others are other people's.
    pub fn drift(&self, migrations: &Catalogue, schema: &str, place: &str) -> Vec<String> {
        let mut schemas: BTreeSet<&str> = migrations.things.keys().map(|(_, schema, ..)| schema.as_str()).collect();
        schemas.insert(schema);
        let keys: BTreeSet<&Key> = self.things.keys().chain(migrations.things.keys()).collect();
        // A table that one side does not have lacks nothing else.
        let whole = |(kind, schema, of, _): &Key| {
            *kind == Kind::Table || self.has(Kind::Table, schema, of, "") == migrations.has(Kind::Table, schema, of, "")
        };
        let meant = keys.into_iter().filter(|key| schemas.contains(key.1.as_str()) && whole(key));
        let differs = |key: &Key| {
            let called = called(key, schema);
            match (self.things.get(key), migrations.things.get(key)) {
                (Some(_), None) => Some(format!("{called} is on {place} and in no migration that it has")),
                (None, Some(_)) => Some(format!("{called} is made by a migration and not on {place}")),
                (Some(here), Some(there)) if here != there => Some(match key.0 {
                    Kind::View | Kind::Function => format!("{called} is another on {place} than in the migrations"),
                    _ => format!("{called} is `{here}` on {place} and `{there}` by the migrations"),
                }),
                (Some(_), Some(_)) | (None, None) => None,
            }
        };
        meant.filter_map(differs).collect()
    }

    /// Whether what a statement does is done here; `None` where that cannot be seen in the structure.
    pub fn shows(&self, act: &Act, schema: &str) -> Option<bool> {
        let at = |object: &Object| (object.schema.clone().unwrap_or_else(|| schema.to_owned()), object.name.clone());
        let is_table = |object: &Object| {
            let (schema, name) = at(object);
            self.has(Kind::Table, &schema, &name, "")
        };
        match act {
            Act::CreateTable(table) => Some(is_table(table)),
            Act::DropTable(tables) => Some(!tables.iter().any(is_table)),
            Act::AlterTable(table, changes) => {
                let (schema, table) = at(table);
                let seen: Vec<Option<bool>> =
                    changes.iter().map(|change| self.shows_change(&schema, &table, change)).collect();
                match (seen.contains(&Some(false)), seen.contains(&None)) {
                    (true, _) => Some(false),
                    (false, true) => None,
                    (false, false) => Some(true),
                }
            }
            Act::CreateIndex(index) => {
                let name = index.name.as_ref()?;
                let (schema, table) = at(&index.table);
                let definition = self.things.get(&(Kind::Index, schema, table, name.clone()));
                Some(definition.is_some_and(|definition| !definition.ends_with("(invalid)")))
            }
            Act::AddValue(kind, value) => {
                let (schema, name) = at(kind);
                let labels = self.things.get(&(Kind::Enum, schema, name, String::new()))?;
                Some(labels.split(", ").any(|label| label == value))
            }
            Act::DropIndex(_)
            | Act::Rebuild(_)
            | Act::Truncate(_)
            | Act::Delete(..)
            | Act::Update(..)
            | Act::Copy(_)
            | Act::AlterType(_)
            | Act::DropType(_)
            | Act::DropMuch(..)
            | Act::Do(_)
            | Act::Begin
            | Act::End
            | Act::Lock(_)
            | Act::Other => None,
        }
    }

    fn shows_change(&self, schema: &str, table: &str, change: &Change) -> Option<bool> {
        let column = |name: &str| {
            self.things.get(&(Kind::Column, schema.to_owned(), table.to_owned(), name.to_owned())).map(String::as_str)
        };
        match change {
            Change::AddColumn(added) => Some(column(&added.name).is_some()),
            Change::DropColumn(name) => Some(column(name).is_none()),
            Change::SetNotNull(name) => Some(column(name)?.contains(" not null")),
            Change::DropNotNull(name) => Some(!column(name)?.contains(" not null")),
            Change::ChangeType(..)
            | Change::AddConstraint(_)
            | Change::Validate
            | Change::RenameColumn(_)
            | Change::RenameTable
            | Change::SetSchema
            | Change::Other => None,
        }
    }
}

/// As a person calls it; the schema that is meant anyway is left out.
fn called((kind, schema, of, name): &Key, usual: &str) -> String {
    let of = if schema == usual { of.clone() } else { format!("{schema}.{of}") };
    match kind {
        Kind::Column => format!("the column {of}.{name}"),
        Kind::Index | Kind::Constraint | Kind::Trigger => format!("the {} {name} of {of}", kind.word()),
        Kind::Table | Kind::Enum | Kind::View | Kind::Function => format!("the {} {of}", kind.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{act, statement};
    use super::*;

    /// `column public Invoice paid boolean not null`, `-` for an empty name.
    fn catalogue(lines: &[&str]) -> Catalogue {
        let row = |line: &&str| {
            let mut words = line.splitn(5, ' ').map(|word| Some(word.trim_matches('-').to_owned())).collect::<Vec<_>>();
            words.resize(5, Some(String::new()));
            words
        };
        Catalogue::read(&lines.iter().map(row).collect::<Vec<_>>())
    }

    #[track_caller]
    fn check(here: &[&str], migrations: &[&str], expected: &[&str]) {
        let table = "table public T";
        let both = |lines: &[&str]| catalogue(&[&[table], lines].concat());
        assert_eq!(both(here).drift(&both(migrations), "public", "prod"), expected);
    }

    #[test]
    fn drift_is_told_by_name() {
        check(&["column public T a text"], &["column public T a text"], &[]);
        check(&["column public T a text"], &[], &["the column T.a is on prod and in no migration that it has"]);
        check(&[], &["index public T i CREATE"], &["the index i of T is made by a migration and not on prod"]);
        check(
            &["column public T a text"],
            &["column public T a text not null"],
            &["the column T.a is `text` on prod and `text not null` by the migrations"],
        );
        check(
            &["enum public Role - A, B"],
            &["enum public Role - A"],
            &["the enum Role is `A, B` on prod and `A` by the migrations"],
        );
        check(
            &["view public v - aa"],
            &["view public v - bb"],
            &["the view v is another on prod than in the migrations"],
        );
    }

    #[test]
    fn a_table_that_is_missing_lacks_nothing_else_and_other_schemas_are_other_peoples() {
        check(
            &["table public N", "column public N a text", "table audit x"],
            &[],
            &["the table N is on prod and in no migration that it has"],
        );
        check(
            &["table audit x"],
            &["table audit y"],
            &[
                "the table audit.x is on prod and in no migration that it has",
                "the table audit.y is made by a migration and not on prod",
            ],
        );
    }

    #[track_caller]
    fn shows(sql: &str, expected: &[Option<bool>]) {
        let here = catalogue(&[
            "table public T",
            "column public T a text not null",
            "index public T i CREATE INDEX",
            "index public T half CREATE INDEX (invalid)",
            "enum public Role - A, B",
        ]);
        let seen: Vec<Option<bool>> =
            statement::statements(sql).iter().map(|one| here.shows(&act::read(one), "public")).collect();
        assert_eq!(seen, expected, "{sql}");
    }

    #[test]
    fn what_a_statement_did_is_seen_in_the_structure() {
        shows("CREATE TABLE \"T\" (); CREATE TABLE u ()", &[Some(true), Some(false)]);
        shows("DROP TABLE u; DROP TABLE \"T\"", &[Some(true), Some(false)]);
        shows("ALTER TABLE \"T\" ADD COLUMN a TEXT, ADD COLUMN b TEXT", &[Some(false)]);
        shows("ALTER TABLE \"T\" DROP COLUMN b, ALTER a SET NOT NULL", &[Some(true)]);
        shows("ALTER TABLE \"T\" ADD COLUMN a TEXT, ADD CHECK (a > '')", &[None]);
        shows("CREATE INDEX i ON \"T\"(a); CREATE INDEX half ON \"T\"(a)", &[Some(true), Some(false)]);
        shows("ALTER TYPE \"Role\" ADD VALUE 'B'; ALTER TYPE \"Role\" ADD VALUE 'C'", &[Some(true), Some(false)]);
        shows("UPDATE \"T\" SET a = ''", &[None]);
    }
}
