//! Whether a text that no client's row speaks of is a statement that loses data, in SQL or a language like it.

use crate::domain::guard::sql::{self, Danger};

/// Words of such statements: a text without any is none.
pub(super) const VERBS: &[&str] = &["drop", "DROP", "truncate", "TRUNCATE", "delete", "DELETE", "REMOVE", "DETACH"];

/// Marks of a statement that loses something, in languages like SQL: of SurrealDB, and of Neo4j.
const MARKS: &[&str] = &["REMOVE DATABASE", "REMOVE NAMESPACE", "REMOVE TABLE", "DETACH DELETE"];

pub(super) fn loses(text: &str) -> bool {
    let capitals = text.to_ascii_uppercase();
    VERBS.iter().any(|word| text.contains(word))
        && (sql::read(text).danger == Danger::Destructive || MARKS.iter().any(|mark| capitals.contains(mark)))
}

/// Whether it is written as no sentence would be: in capitals, or with what it drops behind its verb.
pub(super) fn is_spelled_out(text: &str) -> bool {
    const OBJECTS: &[&str] =
        &["table", "database", "schema", "column", "index", "view", "from", "keyspace", "collection"];
    let mut words = text.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let object = words.next().unwrap_or_default().to_ascii_lowercase();
    verb.bytes().all(|b| b.is_ascii_uppercase()) || OBJECTS.contains(&object.as_str()) || text.contains(';')
}
