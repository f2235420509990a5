//! What one statement of a migration does, as far as rows, locks and other people's code can feel it, read from squawk's tree.
//! The few shapes that matter; every other statement is [`Act::Other`].

mod alter;
mod tree;

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::statement::Statement;

/// A table or another object, as the server will look it up.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Object {
    pub schema: Option<String>,
    pub name: String,
}

impl Object {
    /// As SQL, quoted.
    pub fn quoted(&self) -> String {
        let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        match &self.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(&self.name)),
            None => quote(&self.name),
        }
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Act {
    CreateTable(Object),
    DropTable(Vec<Object>),
    AlterTable(Object, Vec<Change>),
    CreateIndex(Index),
    DropIndex(Lock),
    /// `REINDEX`, `CLUSTER`, `VACUUM FULL`: what rewrites or blocks a whole table.
    Rebuild(String),
    Truncate(Vec<Object>),
    Delete(Object, Condition),
    Update(Object, Condition),
    /// `INSERT … SELECT`, which takes as long as what it reads.
    Copy(Object),
    /// `ALTER TYPE … ADD VALUE`.
    AddValue(Object, String),
    AlterType(Object),
    DropType(Vec<Object>),
    /// `DROP SCHEMA`, `DROP DATABASE`, `DROP OWNED`: much at once. The word says what.
    DropMuch(&'static str, String),
    /// A `DO` block, and what of it is dynamic.
    Do(Dynamic),
    Begin,
    End,
    /// `LOCK TABLE`.
    Lock(Vec<Object>),
    /// `RENAME` of something that is no table: a view, a sequence.
    Other,
}

/// Whether a statement holds writers up while it builds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lock {
    Held,
    Concurrently,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    Given,
    /// None, or one that is always true.
    None,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dynamic {
    /// Its text holds no `EXECUTE`.
    No,
    Yes,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Index {
    pub name: Option<String>,
    pub table: Object,
    pub lock: Lock,
    pub unique: Unique,
    /// Plain columns; empty where the index is over expressions.
    pub columns: Vec<String>,
    /// The text of `WHERE`.
    pub only: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unique {
    Yes,
    No,
}

/// One action of `ALTER TABLE`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    AddColumn(Column),
    DropColumn(String),
    ChangeType(String, String),
    SetNotNull(String),
    DropNotNull(String),
    AddConstraint(Constraint),
    Validate,
    RenameColumn(String),
    RenameTable,
    SetSchema,
    Other,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Column {
    pub name: String,
    /// In small letters, as written: `timestamp(3)`.
    pub kind: String,
    pub required: bool,
    /// Some value for the rows that are there: a default, a sequence, a computation.
    pub filled: Filled,
    pub unique: bool,
    pub references: bool,
}

/// What the rows that are there get in a new column.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Filled {
    #[default]
    Nothing,
    /// Kept in the catalogue, no row is touched (PostgreSQL 11 and later).
    Constant,
    /// Each row gets a value of its own, so the table is written anew.
    Rewriting,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Constraint {
    Check(Checked),
    ForeignKey(Checked),
    /// With its columns.
    Unique(Vec<String>),
    Primary(Vec<String>),
    /// `USING INDEX`: the work is done already.
    FromIndex,
    Exclude,
}

/// Whether the rows that are there are looked at now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checked {
    Now,
    /// `NOT VALID`.
    Later,
}

/// Reads one statement.
pub fn read(statement: &Statement) -> Act {
    let Some(node) = &statement.node else { return Act::Other };
    let first = |act: fn(Object) -> Act| tree::object(node).map_or(Act::Other, act);
    let has = |kind| tree::token(node, kind).is_some();
    match node.kind() {
        SyntaxKind::CREATE_TABLE | SyntaxKind::CREATE_TABLE_AS => first(Act::CreateTable),
        SyntaxKind::DROP_TABLE => Act::DropTable(tree::objects(node)),
        SyntaxKind::ALTER_TABLE => alter::table(node),
        SyntaxKind::CREATE_INDEX => index(node),
        SyntaxKind::DROP_INDEX => Act::DropIndex(lock(node)),
        SyntaxKind::TRUNCATE => Act::Truncate(tree::objects(node)),
        SyntaxKind::ALTER_TYPE => match tree::child(node, SyntaxKind::ADD_VALUE) {
            Some(added) => {
                let value = tree::child(&added, SyntaxKind::LITERAL).map(|value| value.text().to_string());
                tree::object(node)
                    .map_or(Act::Other, |kind| Act::AddValue(kind, tree::said(&value.unwrap_or_default())))
            }
            None => first(Act::AlterType),
        },
        SyntaxKind::DROP_TYPE => Act::DropType(tree::objects(node)),
        SyntaxKind::DROP_SCHEMA => much("schema", node),
        SyntaxKind::DROP_DATABASE => much("database", node),
        SyntaxKind::DROP_OWNED => much("everything owned by", node),
        SyntaxKind::LOCK => Act::Lock(tree::objects(node)),
        SyntaxKind::BEGIN => Act::Begin,
        SyntaxKind::COMMIT_TRANSACTION | SyntaxKind::ROLLBACK_TRANSACTION => Act::End,
        SyntaxKind::DO => {
            let dynamic = tree::tokens(node).any(|token| {
                matches!(token.kind(), SyntaxKind::STRING | SyntaxKind::ESC_STRING | SyntaxKind::DOLLAR_QUOTED_STRING)
                    && has_word(token.text(), "execute")
            });
            Act::Do(if dynamic { Dynamic::Yes } else { Dynamic::No })
        }
        SyntaxKind::REINDEX | SyntaxKind::REFRESH if has(SyntaxKind::CONCURRENTLY_KW) => Act::Other,
        SyntaxKind::REINDEX => Act::Rebuild("reindex".to_owned()),
        SyntaxKind::REFRESH => Act::Rebuild("refresh materialized view".to_owned()),
        SyntaxKind::CLUSTER => Act::Rebuild("cluster".to_owned()),
        SyntaxKind::VACUUM if has(SyntaxKind::FULL_KW) => Act::Rebuild("vacuum full".to_owned()),
        SyntaxKind::EXPLAIN if tree::token(node, SyntaxKind::ANALYZE_KW).is_none() => Act::Other,
        SyntaxKind::DELETE | SyntaxKind::UPDATE | SyntaxKind::INSERT | SyntaxKind::SELECT | SyntaxKind::EXPLAIN => {
            changes_rows(node)
        }
        _ => Act::Other,
    }
}

fn lock(node: &SyntaxNode) -> Lock {
    match tree::token(node, SyntaxKind::CONCURRENTLY_KW) {
        Some(_) => Lock::Concurrently,
        None => Lock::Held,
    }
}

fn much(what: &'static str, node: &SyntaxNode) -> Act {
    let names: Vec<String> = node
        .children()
        .filter(|child| !matches!(child.kind(), SyntaxKind::IF_EXISTS | SyntaxKind::CASCADE | SyntaxKind::RESTRICT))
        .filter_map(|child| tree::name(&child))
        .collect();
    Act::DropMuch(what, names.join(", "))
}

/// `DELETE`, `UPDATE` and `INSERT … SELECT`, also inside of a `WITH`: the one that takes most.
fn changes_rows(node: &SyntaxNode) -> Act {
    let read = |node: SyntaxNode| {
        let named = || {
            node.children().find_map(|child| match child.kind() {
                SyntaxKind::RELATION_NAME | SyntaxKind::RELATION_NAME_REF => tree::object(&child),
                _ => None,
            })
        };
        let copies = || {
            let whole = [SyntaxKind::SELECT, SyntaxKind::COMPOUND_SELECT, SyntaxKind::PAREN_SELECT];
            node.children().any(|child| whole.contains(&child.kind()))
        };
        match node.kind() {
            SyntaxKind::DELETE => named().map(|table| Act::Delete(table, tree::condition(&node))),
            SyntaxKind::UPDATE => named().map(|table| Act::Update(table, tree::condition(&node))),
            SyntaxKind::INSERT if copies() => named().map(Act::Copy),
            _ => None,
        }
    };
    let weight = |act: &Act| match act {
        Act::Delete(_, Condition::None) | Act::Update(_, Condition::None) => 2,
        Act::Delete(..) | Act::Update(..) => 1,
        _ => 0,
    };
    let mut found: Vec<Act> = node.descendants().filter_map(read).collect();
    // The first of the heaviest.
    found.sort_by_key(|act| std::cmp::Reverse(weight(act)));
    found.into_iter().next().unwrap_or(Act::Other)
}

fn index(node: &SyntaxNode) -> Act {
    let Some(table) = tree::child(node, SyntaxKind::TABLE_RELATION_NAME).as_ref().and_then(tree::object) else {
        return Act::Other;
    };
    let name = tree::child(node, SyntaxKind::INDEX).as_ref().and_then(tree::object).map(|object| object.name);
    let plain = |item: SyntaxNode| {
        let first = item.first_child()?;
        let column = if first.kind() == SyntaxKind::COLLATE { first.first_child()? } else { first };
        (column.kind() == SyntaxKind::NAME_REF).then(|| tree::name(&column)).flatten()
    };
    let items = tree::child(node, SyntaxKind::PARTITION_ITEM_LIST);
    let columns = items.and_then(|items| items.children().map(plain).collect::<Option<Vec<_>>>()).unwrap_or_default();
    let unique = node.children_with_tokens().any(|element| element.kind() == SyntaxKind::UNIQUE_KW);
    let unique = if unique { Unique::Yes } else { Unique::No };
    let only = tree::child(node, SyntaxKind::WHERE_CLAUSE).is_some();
    Act::CreateIndex(Index { name, table, lock: lock(node), unique, columns, only })
}

/// Whether the statement says this in a string.
pub fn says(statement: &Statement, value: &str) -> bool {
    let strings = statement.node.iter().flat_map(tree::tokens);
    strings.filter(|token| token.kind() == SyntaxKind::STRING).any(|token| tree::said(token.text()) == value)
}

/// Whether a text holds a word, whatever surrounds it.
pub fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found.eq_ignore_ascii_case(word))
}

#[cfg(test)]
#[path = "act_tests.rs"]
mod tests;
