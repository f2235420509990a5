//! What one statement of a migration does, as far as rows, locks and other people's code can feel it. A reader of the few
//! shapes that matter; every other statement is [`Act::Other`].

mod alter;
mod cursor;

use self::cursor::Cursor;
use super::lexer::{Statement, Token};

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
    let mut at = Cursor { tokens: &statement.tokens };
    if at.skip(&["create", "table"])
        || at.skip(&["create", "unlogged", "table"])
        || at.skip(&["create", "temp", "table"])
        || at.skip(&["create", "temporary", "table"])
    {
        at.skip(&["if", "not", "exists"]);
        return at.object().map_or(Act::Other, Act::CreateTable);
    }
    if at.skip(&["drop", "table"]) {
        return Act::DropTable(at.objects());
    }
    if at.skip(&["alter", "table"]) {
        return alter::table(at);
    }
    if at.skip(&["create", "unique", "index"]) {
        return index(at, Unique::Yes);
    }
    if at.skip(&["create", "index"]) {
        return index(at, Unique::No);
    }
    if at.skip(&["drop", "index"]) {
        return Act::DropIndex(if at.skip(&["concurrently"]) { Lock::Concurrently } else { Lock::Held });
    }
    if at.skip(&["truncate"]) {
        at.skip(&["table"]);
        return Act::Truncate(at.objects());
    }
    if at.skip(&["alter", "type"]) {
        return at.object().map_or(Act::Other, |object| match at.skip(&["add", "value"]) {
            true => {
                at.skip(&["if", "not", "exists"]);
                Act::AddValue(object, at.text().unwrap_or_default())
            }
            false => Act::AlterType(object),
        });
    }
    if at.skip(&["drop", "type"]) {
        return Act::DropType(at.objects());
    }
    for (word, what) in [("schema", "schema"), ("database", "database"), ("owned", "everything owned by")] {
        if at.skip(&["drop", word]) {
            at.skip(&["if", "exists"]);
            at.skip(&["by"]);
            return Act::DropMuch(what, at.object().map_or_else(String::new, |object| object.to_string()));
        }
    }
    if at.skip(&["lock"]) {
        at.skip(&["table"]);
        return Act::Lock(at.objects());
    }
    if at.skip(&["begin"]) || at.skip(&["start", "transaction"]) {
        return Act::Begin;
    }
    if at.skip(&["commit"]) || at.skip(&["end"]) || at.skip(&["rollback"]) {
        return Act::End;
    }
    if at.skip(&["do"]) {
        let dynamic = at.tokens.iter().any(|token| match token {
            Token::Body(text) | Token::Text(text) => has_word(text, "execute"),
            Token::Word(_) | Token::Name(_) | Token::Number(_) | Token::Symbol(_) => false,
        });
        return Act::Do(if dynamic { Dynamic::Yes } else { Dynamic::No });
    }
    for words in [&["reindex"][..], &["cluster"], &["vacuum", "full"], &["refresh", "materialized", "view"]] {
        if at.is(words) && !at.holds("concurrently") {
            return Act::Rebuild(words.join(" "));
        }
    }
    changes_rows(at)
}

/// `DELETE`, `UPDATE` and `INSERT … SELECT`, also behind or inside a `WITH`.
fn changes_rows(at: Cursor<'_>) -> Act {
    for start in 0..at.tokens.len() {
        let mut here = Cursor { tokens: &at.tokens[start..] };
        let before = start.checked_sub(1).map(|before| &at.tokens[before]);
        // `FOR UPDATE`, `ON UPDATE`, `DO UPDATE`, `GRANT UPDATE, DELETE`: not the statements.
        let first = match before {
            None | Some(Token::Symbol('(' | ')')) => true,
            Some(Token::Word(word)) => word == "as" && at.is(&["with"]),
            Some(Token::Name(_) | Token::Text(_) | Token::Body(_) | Token::Number(_) | Token::Symbol(_)) => false,
        };
        if !first || start > 0 && !at.is(&["with"]) {
            continue;
        }
        if here.skip(&["delete", "from"]) {
            here.skip(&["only"]);
            return here.object().map_or(Act::Other, |object| Act::Delete(object, here.condition()));
        }
        if here.skip(&["update"]) {
            here.skip(&["only"]);
            return here.object().map_or(Act::Other, |object| Act::Update(object, here.condition()));
        }
        if here.skip(&["insert", "into"]) {
            let copies = here.holds("select");
            return here.object().filter(|_| copies).map_or(Act::Other, Act::Copy);
        }
    }
    Act::Other
}

fn index(mut at: Cursor<'_>, unique: Unique) -> Act {
    let lock = if at.skip(&["concurrently"]) { Lock::Concurrently } else { Lock::Held };
    at.skip(&["if", "not", "exists"]);
    let name = if at.is(&["on"]) { None } else { at.object().map(|object| object.name) };
    if !at.skip(&["on"]) {
        return Act::Other;
    }
    at.skip(&["only"]);
    let Some(table) = at.object() else { return Act::Other };
    if at.skip(&["using"]) {
        at.object();
    }
    let columns = at.columns();
    Act::CreateIndex(Index { name, table, lock, unique, columns, only: at.holds("where") })
}

/// Whether a text holds a word, whatever surrounds it.
pub fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found.eq_ignore_ascii_case(word))
}

#[cfg(test)]
#[path = "act_tests.rs"]
mod tests;
