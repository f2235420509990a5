//! What a query calls: functions that run a text of SQL elsewhere or later, and those that drop by themselves.

use super::{Danger, Token, anywhere, statements, unconditional, word};

/// A query that calls something which runs a text of SQL elsewhere or later, or drops by itself.
pub(super) fn danger(tokens: &[Token]) -> Danger {
    const RUNS: &[&str] = &[
        "SCHEDULE", "SCHEDULE_IN_DATABASE", "ALTER_JOB", "DBLINK", "DBLINK_EXEC", "DBLINK_SEND_QUERY",
        "PG_BACKGROUND_LAUNCH", "QUERY_TO_XML", "RUN_COMMAND_ON_WORKERS", "RUN_COMMAND_ON_SHARDS",
    ];
    const DROPS: &[&str] = &[
        "DROP_CHUNKS", "DROP_DISTRIBUTED_TABLE", "MASTER_DROP_ALL_SHARDS", "DROPGEOMETRYTABLE",
        "PG_DROP_REPLICATION_SLOT",
    ];
    let called = |names: &[&str]| {
        tokens.windows(2).any(|pair| names.contains(&word(pair.first())) && pair.get(1) == Some(&Token::Symbol('(')))
    };
    // Every large object that a query finds.
    let unlinks = called(&["LO_UNLINK"])
        && tokens.iter().any(|token| word(Some(token)) == "FROM")
        && !tokens.iter().any(|token| matches!(word(Some(token)), "WHERE" | "JOIN"));
    match (called(DROPS) || unlinks, called(RUNS)) {
        (true, _) => Danger::Destructive,
        (false, true) => texts(tokens).map(loose).max().unwrap_or(Danger::None),
        (false, false) => Danger::None,
    }
}

pub(super) fn texts(tokens: &[Token]) -> impl Iterator<Item = &str> {
    tokens.iter().filter_map(|token| match token {
        Token::Body(text) | Token::Text(text) => Some(text.as_str()),
        Token::Word(_) | Token::Symbol(_) => None,
    })
}

/// A text in which strings that are put together are one, `EXECUTE 'DR' || 'OP TABLE users'`, without those that are only said:
/// `RAISE NOTICE '…'`.
pub(super) fn put_together(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    let (mut joins, mut before) = (true, "");
    for part in text.split('\'') {
        if matches!(part.trim(), "||" | "+") {
            joins = true;
            continue;
        }
        let says = before.trim_end().to_ascii_uppercase().rsplit_once("RAISE ").is_some_and(|(_, level)| {
            matches!(level.trim(), "NOTICE" | "INFO" | "LOG" | "DEBUG" | "WARNING" | "EXCEPTION")
        });
        before = part;
        if !joins {
            all.push('\'');
        }
        if !says {
            all.push_str(part);
        }
        joins = false;
    }
    all
}

/// Code of a procedure, which may put statements together from strings.
pub(super) fn loose(text: &str) -> Danger {
    let text = &put_together(text);
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != ';')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    if has("DROP") || has("TRUNCATE") {
        return Danger::Destructive;
    }
    let (statements, _) = statements(text);
    statements.iter().map(|tokens| anywhere(tokens).max(first(tokens))).max().unwrap_or(Danger::None)
}

fn first(tokens: &[Token]) -> Danger {
    match word(tokens.first()) {
        "DELETE" | "UPDATE" => unconditional(tokens),
        _ => Danger::None,
    }
}
