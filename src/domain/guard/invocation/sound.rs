//! How a program that no rule knows is judged: by how its words sound, and by a statement that it is given. It opens no file.

use super::mention::only_mentions;
use super::{Word, named, statement, tools};
use crate::domain::guard::scope::Fed;

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

/// Those that say it behind a word for a database alone: `db rm` is one, `rm db` may be a container.
const BEHIND: &[&str] = &["rm", "remove", "restore", "terminate", "del"];

/// Those that lose whatever stands behind them, and the shells ask about.
const STRONG: &[&str] =
    &["drop", "wipe", "nuke", "purge", "truncate", "flush", "destroy", "delete", "erase", "terminate"];

/// Procedures of a database's server, as a program names them that calls any: `milvus.MilvusService/DropCollection`.
const CALLS: &[&str] = &[
    "DropCollection", "DropDatabase", "DropTable", "DropKeyspace", "DropPartition", "DropIndex", "DropSchema",
    "DeleteCollection", "DeleteDatabase", "DeleteTable", "DeleteKeyspace", "DeleteInstance", "DeleteCluster",
    "DeleteBackup", "DeleteIndex", "DeleteBucket", "DropRowRange", "TruncateTable", "RestoreDatabase", "RestoreTable",
];

/// Words of lines that are judged by how they sound: every line that [`why_destructive`] takes for one has one of these.
pub(super) const MARKS: &[&[&str]] = &[OBJECTS, STRONG, CALLS, statement::VERBS];

/// Words for what a database is not, whatever it is called: its credentials, its settings, its ticket.
const BESIDE: &[&str] = &[
    "secret", "secrets", "env", "config", "configs", "configmap", "variable", "variables", "var", "vars", "alias",
    "context", "profile", "token", "tokens", "job", "jobs", "issue", "issues", "card", "note", "notes", "test",
    "tests", "log", "logs", "dns", "record", "image", "images", "package", "packages", "plugin", "plugins", "hook",
    "hooks", "webhook", "webhooks", "label", "labels", "tag", "tags", "key", "keys", "pod", "pods", "deployment",
    "deploy", "release", "releases", "page", "pages", "event", "events", "comment", "board", "task", "tasks", "file",
    "files", "session", "sessions", "rule", "rules", "route", "routes", "policy", "cache", "queue", "topic", "branch",
];

/// Why a program that no rule knows may well destroy: its words name a database and its loss, or it is given a statement that
/// loses data.
pub(super) fn why_destructive(name: &str, words: &[Word], fed: &Fed) -> Option<&'static str> {
    if only_mentions(name) {
        return None;
    }
    let asks = |word: &Word| {
        matches!(
            word.text.as_str(),
            "--help"
                | "-h"
                | "help"
                | "--dry-run"
                | "--version"
                | "--dump"
                | "--sql"
                | "--pretend"
                | "--dump-sql"
                | "--dryrun"
                | "--what-if"
                | "--preview"
                | "--noop"
                | "--check"
        ) || word.text.starts_with("--dry-run=")
    };
    if words.iter().any(asks) {
        return None;
    }
    if like_a_loss(words) || tools::of(name).is_empty() && names_a_loss(name, words) {
        return Some("no rule knows it, and its words name a database and its loss");
    }
    let calls = |word: &Word| word.text.rsplit(['/', '.']).next().is_some_and(|last| CALLS.contains(&last));
    if words.iter().any(calls) {
        return Some("no rule knows it, and it calls what drops a part of a database");
    }
    // A program by whose name it talks to a database, or that is told to run a statement.
    let talks = ["sql", "db", "surreal", "cypher", "clickhouse", "trino", "presto", "hive", "beeline", "impala"];
    let tells = |text: &str| {
        matches!(text, "sql" | "execute_sql" | "run_sql") || text.ends_with(".execute_sql") || text.ends_with(".query")
    };
    let talks = talks.iter().any(|part| name.contains(part)) || words.iter().any(|word| tells(&word.text));
    let text = |word: &Word| {
        let text = ["query=", "sql="].iter().find_map(|key| word.text.strip_prefix(key));
        statement::loses(text.unwrap_or(&word.text))
    };
    let given =
        || words.iter().any(|word| word.text.contains(' ') && text(word)) || fed.text().is_some_and(statement::loses);
    (talks && given()).then_some("no rule knows it, and it is given a statement that loses data")
}

/// Whether a variable's name says that it holds a database's tool, and the first word behind it a loss: `$DB_TOOL reset`.
pub(super) fn as_named(variable: &str, words: &[Word]) -> bool {
    let named = variable.to_ascii_lowercase();
    let is_one = ["db", "sql", "migrat", "prisma", "database"].iter().any(|part| named.contains(part));
    is_one && words.first().is_some_and(|word| LOSSES.contains(&word.text.as_str()))
}

/// Whether the first words name a database and its loss: `db downgrade`, `clusters delete`.
pub(super) fn like_a_loss(words: &[Word]) -> bool {
    let plain = words.iter().map(|word| word.text.as_str()).take_while(|text| !text.starts_with('-'));
    let subcommands: Vec<&str> = plain.take(3).filter(|text| !text.contains(['/', '.', ' ', '=', '@'])).collect();
    let parts =
        || subcommands.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-'));
    let objects = || parts().filter(|part| OBJECTS.contains(part));
    // A job of this name may be deleted, and the migrations may be.
    let is_lost = |loss: &str| loss != "delete" || objects().any(|object| !object.starts_with("migrat"));
    let behind = || {
        parts()
            .skip_while(|part| !OBJECTS.contains(part) || part.starts_with("migrat"))
            .any(|part| BEHIND.contains(&part))
    };
    objects().next().is_some() && (parts().any(|part| LOSSES.contains(&part) && is_lost(part)) || behind())
}

/// Whether a verb of loss stands among the subcommands, and a database's name anywhere, in the program's own name too:
/// `storage volume delete default pgdata`, `svc delete --name db`, `redis delete --id 7`.
fn names_a_loss(name: &str, words: &[Word]) -> bool {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b));
    let texts = || words.iter().map(|word| word.text.as_str());
    let subcommands: Vec<&str> =
        texts().filter(|text| !text.starts_with('-')).take(4).take_while(|text| plain(text)).collect();
    let is_beside = |text: &&str| text.split(['-', '_', ':', '.']).any(|part| BESIDE.contains(&part));
    if subcommands.iter().any(is_beside) {
        return false;
    }
    // The shells look for a verb that stands alone, or behind one of these; one in a longer word, as in `drop-table`, they pass
    // over unless another word makes them ask.
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let asked = texts().any(|text| text.split(|c| !is_word(c)).any(|part| OBJECTS.contains(&part)));
    let marks: &[char] = if asked { &[':', '.', '-', '_'] } else { &[':', '.'] };
    let says = |text: &&str| text.split(marks).any(|part| STRONG.contains(&part));
    let Some(at) = subcommands.iter().position(says) else { return false };
    let verb = subcommands[at];
    let stands_alone = STRONG.contains(&verb);
    let others = texts().filter(|text| *text != verb).map(|text| text.trim_start_matches('-'));
    let names = |text: &str| is_name(text) && named::of_a_database(text);
    (stands_alone || at == 0) && (names(name) || names(verb) || others.into_iter().any(names))
}

/// Whether a word could be the name of something; a variable's name, a file of code and a sentence are none.
fn is_name(text: &str) -> bool {
    const FILES: &[&str] =
        &[".sql", ".md", ".ts", ".js", ".py", ".rb", ".go", ".rs", ".json", ".yml", ".yaml", ".txt", ".log", ".sh"];
    let is_variable = text.contains('_') && !text.bytes().any(|b| b.is_ascii_lowercase());
    !text.contains(char::is_whitespace) && !is_variable && !FILES.iter().any(|ending| text.ends_with(ending))
}
