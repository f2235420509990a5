//! How a program that no rule knows is judged: by how its words sound, and by a statement that it is given. It opens no file.

use super::Word;
use super::mention::only_mentions;
use super::options::options;
use super::strings::strings;
use crate::domain::guard::scope::Fed;
use crate::domain::guard::sql::{self, Danger};

/// Words of what a database is made of, and of what it is kept in.
const OBJECTS: &[&str] = &[
    "db", "database", "databases", "schema", "migration", "migrations", "migrate", "migrator", "keyspace", "postgres",
    "postgresql", "postgrescluster", "mongodb", "clusters", "backup", "backups", "datastore",
];

/// Words for its loss.
const LOSSES: &[&str] = &[
    "drop", "reset", "wipe", "nuke", "purge", "truncate", "downgrade", "rollback", "fresh", "flush", "destroy",
    "delete", "undo", "revert", "reverse", "erase", "down",
];

/// Marks of a statement that loses something, in languages like SQL: of SurrealDB, and of Neo4j.
const STATEMENTS: &[&str] = &["REMOVE DATABASE", "REMOVE NAMESPACE", "REMOVE TABLE", "DETACH DELETE"];

/// Words of lines that are judged by how they sound: every line that [`why_destructive`] takes for one has one of these.
pub(super) const MARKS: &[&[&str]] =
    &[OBJECTS, &["drop", "DROP", "truncate", "TRUNCATE", "delete", "DELETE", "REMOVE", "DETACH"]];

/// Why a program that no rule knows may well destroy: its first words name a database and its loss, or it is given a statement
/// that loses data.
pub fn why_destructive(name: &str, words: &[Word], fed: &Fed) -> Option<&'static str> {
    let loses = |text: &str| {
        let capitals = text.to_ascii_uppercase();
        let begins = MARKS[1].iter().any(|word| text.contains(word));
        begins
            && (sql::read(text).danger == Danger::Destructive || STATEMENTS.iter().any(|mark| capitals.contains(mark)))
    };
    if name == "curl" {
        return over_http(words, fed, loses);
    }
    if only_mentions(name) {
        return None;
    }
    let asks = |word: &Word| {
        matches!(
            word.text.as_str(),
            "--help" | "-h" | "help" | "--dry-run" | "--version" | "--dump" | "--sql" | "--pretend" | "--dump-sql"
        )
    };
    if words.iter().any(asks) {
        return None;
    }
    if of_words(words) {
        return Some("no rule knows it, and its words name a database and its loss");
    }
    // A program by whose name it talks to a database, or that is told to run a statement.
    let talks = ["sql", "db", "surreal", "cypher", "clickhouse", "trino", "presto", "hive", "beeline", "impala"];
    let tells = |text: &str| {
        matches!(text, "sql" | "execute_sql" | "run_sql") || text.ends_with(".execute_sql") || text.ends_with(".query")
    };
    let talks = talks.iter().any(|part| name.contains(part)) || words.iter().any(|word| tells(&word.text));
    let text = |word: &Word| {
        let text = ["query=", "sql="].iter().find_map(|key| word.text.strip_prefix(key));
        loses(text.unwrap_or(&word.text))
    };
    let given = || words.iter().any(|word| word.text.contains(' ') && text(word)) || fed.text().is_some_and(loses);
    (talks && given()).then_some("no rule knows it, and it is given a statement that loses data")
}

/// Whether a variable's name says that it holds a database's tool, and the first word behind it a loss: `$DB_TOOL reset`.
pub fn as_named(variable: &str, words: &[Word]) -> bool {
    let named = variable.to_ascii_lowercase();
    let is_one = ["db", "sql", "migrat", "prisma", "database"].iter().any(|part| named.contains(part));
    is_one && words.first().is_some_and(|word| LOSSES.contains(&word.text.as_str()))
}

/// Whether the first words name a database and its loss: `db downgrade`, `clusters delete`.
pub fn of_words(words: &[Word]) -> bool {
    let plain = words.iter().map(|word| word.text.as_str()).take_while(|text| !text.starts_with('-'));
    let subcommands: Vec<&str> = plain.take(3).filter(|text| !text.contains(['/', '.', ' ', '=', '@'])).collect();
    let parts =
        || subcommands.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-'));
    let objects = || parts().filter(|part| OBJECTS.contains(part));
    // A job of this name may be deleted, and the migrations may be.
    let is_lost = |loss: &str| loss != "delete" || objects().any(|object| !object.starts_with("migrat"));
    objects().next().is_some() && parts().any(|part| LOSSES.contains(&part) && is_lost(part))
}

/// What `curl` asks of a server that takes statements or deletes by HTTP: ClickHouse's, Elasticsearch's.
fn over_http(words: &[Word], fed: &Fed, loses: impl Fn(&str) -> bool) -> Option<&'static str> {
    let options = options(
        words,
        &["-X", "--request", "-d", "--data", "--data-binary", "--data-raw", "--data-urlencode", "-H", "-u", "-o"],
    );
    let data = options.values(&["-d", "--data", "--data-binary", "--data-raw", "--data-urlencode"]);
    let sends = |text: &str| match text {
        "@-" => fed.text().is_some_and(&loses),
        // A body of JSON, as an API takes it.
        text if text.trim_start().starts_with('{') => {
            let texts = strings(text);
            let named = texts.iter().zip(texts.iter().skip(1));
            named.into_iter().any(|(key, text)| matches!(key.as_str(), "query" | "sql" | "statement") && loses(text))
        }
        text => {
            let text = text.strip_prefix("query=").unwrap_or(text).trim_start();
            let verb = text.split_whitespace().next().unwrap_or_default();
            MARKS[1].contains(&verb) && loses(text)
        }
    };
    if data.into_iter().any(|word| sends(&word.text)) {
        return Some("it sends a statement that loses data");
    }
    let deletes = options.value(&["-X", "--request"]).is_some_and(|word| word.text == "DELETE");
    const HOLD: &[&str] = &[
        ":9200", "/_all", "console.neon.tech", "api.supabase.com", "api.planetscale.com", "sqladmin.googleapis.com",
        "/v2/databases/", "api.turso.tech", "/d1/database", "cloud.mongodb.com", "rds.amazonaws.com",
    ];
    let holds = |word: &&&Word| HOLD.iter().any(|part| word.text.contains(part));
    (deletes && options.rest.iter().any(|word| holds(&word))).then_some("it deletes what a database's server holds")
}
