//! Statements of other servers than PostgreSQL: what puts a backup or an earlier state in the place of what is there, and what goes
//! on as another statement with nothing between them.

use super::{Danger, Token, unconditional, word};

/// A backup, an earlier state or nothing in the place of what is there: of SQL Server, RMAN, Oracle and MySQL.
pub(super) fn brings_back(tokens: &[Token]) -> bool {
    const LOOKS: &[&str] = &["VALIDATE", "PREVIEW"];
    let what: &[&str] = match word(tokens.first()) {
        "RESTORE" => &["DATABASE", "TABLE", "TABLESPACE", "DATAFILE", "SCHEMA"],
        "FLASHBACK" => &["DATABASE", "TABLE", "PLUGGABLE"],
        "PURGE" => &["RECYCLEBIN", "DBA_RECYCLEBIN", "TABLE", "TABLESPACE", "BINARY", "MASTER"],
        _ => &["MASTER"],
    };
    let looks = tokens.iter().any(|token| LOOKS.contains(&word(Some(token))));
    what.contains(&word(tokens.get(1))) && !looks
}

/// Whether another statement begins within this one, which drops something.
pub(super) fn goes_on(tokens: &[Token]) -> bool {
    const OBJECTS: &[&str] = &["TABLE", "DATABASE", "SCHEMA", "USER", "TABLESPACE", "VIEW"];
    let drops =
        |pair: &[Token]| matches!(word(pair.first()), "DROP" | "TRUNCATE") && OBJECTS.contains(&word(pair.get(1)));
    let deletes = |at: &usize| word(tokens.get(*at)) == "DELETE" && word(tokens.get(at + 1)) == "FROM";
    tokens.windows(2).any(drops)
        || (1..tokens.len()).find(deletes).is_some_and(|at| unconditional(&tokens[at..]) == Danger::Destructive)
}
