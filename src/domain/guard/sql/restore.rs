//! Statements of other servers than PostgreSQL: what puts a backup or an earlier state in the place of what is there, and what goes
//! on as another statement with nothing between them.

use super::{Danger, Token, anywhere, unconditional, word};

/// A backup, an earlier state or nothing in the place of what is there: of SQL Server, RMAN, Oracle and MySQL.
pub(super) fn brings_back(tokens: &[Token]) -> bool {
    const LOOKS: &[&str] = &["VALIDATE", "PREVIEW"];
    let what: &[&str] = match word(tokens.first()) {
        "RESTORE" => &["DATABASE", "DB", "TABLE", "TABLESPACE", "DATAFILE", "SCHEMA"],
        "FLASHBACK" => &["DATABASE", "TABLE", "PLUGGABLE"],
        "PURGE" => &["RECYCLEBIN", "DBA_RECYCLEBIN", "TABLE", "TABLESPACE", "BINARY", "MASTER"],
        _ => &["MASTER", "BINARY"],
    };
    let looks = tokens.iter().any(|token| LOOKS.contains(&word(Some(token))));
    what.contains(&word(tokens.get(1))) && !looks
}

/// What replaces the rows of a table, or a whole server, without a word for it in front: of Hive and Spark, Db2, SQL Server, MySQL
/// and Delta Lake. A partition is a part that someone named.
pub(super) fn replaces(tokens: &[Token]) -> bool {
    let has = |wanted: &str| tokens.iter().any(|token| word(Some(token)) == wanted);
    let second = word(tokens.get(1));
    match word(tokens.first()) {
        "INSERT" => second == "OVERWRITE" && !has("PARTITION") && !has("DIRECTORY"),
        "LOAD" if second == "DATA" => has("OVERWRITE") && !has("PARTITION"),
        "LOAD" | "IMPORT" => second == "FROM" && has("REPLACE"),
        "DBCC" => has("REPAIR_ALLOW_DATA_LOSS"),
        "CLONE" => second == "INSTANCE",
        // With no hours kept nothing brings back what was deleted.
        "VACUUM" => {
            tokens.windows(2).any(|pair| word(pair.first()) == "RETAIN" && pair[1] == Token::Text("0".to_owned()))
        }
        _ => false,
    }
}

/// Whether another statement begins within this one, which drops or empties something.
pub(super) fn goes_on(tokens: &[Token]) -> bool {
    // `DELETE orders` and `DELETE TOP (9) FROM orders` are SQL Server's.
    let deletes = |at: &usize| {
        word(tokens.get(*at)) == "DELETE"
            && !matches!(word(tokens.get(at - 1)), "ON" | "OR" | "AFTER" | "FOR" | "GRANT" | "OF")
            && !matches!(word(tokens.get(at + 1)), "" | "FROM" | "CASCADE")
            && unconditional(&tokens[*at..]) == Danger::Destructive
    };
    drops(tokens)
        || (1..tokens.len()).any(|at| deletes(&at))
        || anywhere(&[&[Token::Symbol(' ')], tokens].concat()) == Danger::Destructive
}

/// Whether something is dropped within this statement.
pub(super) fn drops(tokens: &[Token]) -> bool {
    const OBJECTS: &[&str] = &["TABLE", "DATABASE", "SCHEMA", "USER", "TABLESPACE", "VIEW", "COLUMN"];
    tokens
        .windows(2)
        .any(|pair| matches!(word(pair.first()), "DROP" | "TRUNCATE") && OBJECTS.contains(&word(pair.get(1))))
}
