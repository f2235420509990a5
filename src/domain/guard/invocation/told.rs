//! A program that no rule knows and that is told what loses data: a statement behind a flag or on its input, a migrator's way
//! back, a task by the name that people give such tasks. It opens no file.

use super::mention::only_mentions;
use super::strings::strings;
use super::{Word, statement, tools};
use crate::domain::guard::scope::Fed;

/// Flags behind which a statement stands, by their own names.
const TELLS: &[&str] = &[
    "-execute", "--execute", "-sql", "--sql", "--sqls", "-query", "--query", "-Query", "--query-string", "--statement",
    "--statements", "--ddl",
];

/// Flags behind which programs take what they run, a statement where the program is one for a database.
const RUNS_WHAT: &[&str] = &["-e", "-c", "-q", "-Q", "-s", "-x", "-command", "--command", "--cmd", "--exec", "--eval"];

/// Parts of the names of such programs.
const TALKS: &[&str] = &["ql", "db", "lite", "base", "duck", "mongo", "redis"];

/// Flags behind which a request's body stands.
const BODIES: &[&str] = &["-d", "--json", "--data", "--body", "--payload"];

/// Subcommands that take one.
const TAKES: &[&str] = &["query", "sql", "exec", "execute", "run-sql", "q"];

/// Parts of the names of programs, and of their subcommands, that read statements from their input.
const READS: &[&str] = &["shell", "sql", "query", "console", "connect", "client", "cli", "db"];

/// Names of tasks that drop or empty a database.
pub(super) const TASKS: &[&str] = &[
    "reset-db", "reset_db", "db-reset", "db_reset", "drop-db", "drop_db", "db-drop", "db_drop", "wipe-db", "wipe_db",
    "db-wipe", "db_wipe", "nuke-db", "nuke_db", "db-nuke", "db_nuke", "purge-db", "purge_db", "truncate-db",
    "truncate_db", "db-truncate", "db_truncate", "recreate-db", "recreate_db", "reset-database", "reset_database",
    "drop-database", "drop_database", "drop-all-tables", "drop_all_tables", "drop-tables", "drop_tables",
    "truncate-tables", "truncate_tables", "truncate-all", "truncate_all", "rollback-db", "rollback_db", "db-rollback",
    "db_rollback",
];

/// Runners of tasks by their names.
const RUNNERS: &[&str] = &[
    "inv", "invoke", "poe", "doit", "flask", "fab", "mask", "jake", "gulp", "grunt", "cake", "phing", "robo", "thor",
    "earthly", "xc", "runme", "mage", "plz", "please", "ant", "nox", "rake", "manage.py", "django-admin", "artisan",
    "console", "craft", "hatch", "pdm", "pixi", "bake", "waf",
];

/// Subcommands that run a task.
const RUNS: &[&str] = &["run", "exec", "task", "x", "invoke", "do", "fab", "db", "script", "-s", "-e", "--session"];

/// A migrator's ways back.
const BACK: &[&str] = &["down", "rollback", "reset", "revert", "redo", "undo", "fresh", "refresh", "clean", "drop"];

/// Why it may well destroy.
pub(super) fn why_destructive(name: &str, words: &[Word], fed: &Fed) -> Option<&'static str> {
    let harmless = |word: &Word| {
        let text = word.text.trim_start_matches('-');
        matches!(text, "help" | "h" | "version" | "pretend" | "plan" | "check")
            || text.starts_with("dry-run")
            || text == "dryrun"
    };
    if only_mentions(name) || words.iter().any(harmless) {
        return None;
    }
    if is_given(name, words, fed) || is_fed(name, words, fed) {
        return Some("no rule knows it, and it is given a statement that loses data");
    }
    if goes_back(name, words) || runs_a_task(name, words) {
        return Some("no rule knows it, and its words name a database and its loss");
    }
    None
}

fn loses(text: &str) -> bool {
    statement::loses(text) && statement::is_spelled_out(text.trim())
}

fn is_given(name: &str, words: &[Word], fed: &Fed) -> bool {
    let talks = TALKS.iter().any(|part| name.contains(part));
    let tells = |flag: &str, text: &str| {
        let text = if text.starts_with('@') { fed.text().unwrap_or_default() } else { text };
        BODIES.contains(&flag) && holds_a_statement(text)
            || TELLS.contains(&flag) && statement::loses(text)
            || talks && RUNS_WHAT.contains(&flag) && loses(text)
    };
    let apart = words.iter().zip(words.iter().skip(1)).any(|(flag, word)| tells(&flag.text, &word.text));
    let joined = words.iter().filter_map(|word| word.text.split_once('='));
    let last = |word: &Word| word.text.rsplit(':').next().is_some_and(|last| TAKES.contains(&last));
    let takes = talks || words.first().is_some_and(last);
    apart
        || joined.into_iter().any(|(flag, text)| tells(flag, text))
        || takes && words.iter().any(|word| loses(&word.text))
}

/// Whether a body of JSON has a statement under a key that says so.
fn holds_a_statement(text: &str) -> bool {
    let texts = if text.trim_start().starts_with('{') { strings(text) } else { Vec::new() };
    let mut pairs = texts.iter().zip(texts.iter().skip(1));
    pairs.any(|(key, text)| matches!(key.as_str(), "query" | "sql" | "statement") && statement::loses(text))
}

fn is_fed(name: &str, words: &[Word], fed: &Fed) -> bool {
    let first = words.iter().take(3).map(|word| word.text.as_str());
    let reads = |text: &str| text.split(['-', ':', '_']).any(|part| READS.contains(&part));
    // Of these clients of other query languages nothing is known but that they run what they are fed.
    const CLIENTS: &[&str] = &["cypher-shell", "beeline", "impala-shell", "hive", "trino", "presto", "cbq", "arangosh"];
    match fed {
        Fed::Unknown => CLIENTS.contains(&name),
        fed => fed.text().is_some_and(loses) && std::iter::once(name).chain(first).any(reads),
    }
}

/// `pg-migrate down`, `-M:migrate rollback`, `//db:migrate -- down`.
fn goes_back(name: &str, words: &[Word]) -> bool {
    let migrates = |text: &str| {
        let last = text.rsplit(['/', ':']).next().unwrap_or(text).to_ascii_lowercase();
        !last.contains('.') && (last.contains("migrate") || last.contains("migrator") || last == "migrations")
    };
    let own = tools::of(name).is_empty().then_some(name);
    let texts = own.into_iter().chain(words.iter().map(|word| word.text.as_str()).filter(|text| *text != "--"));
    let texts: Vec<&str> = texts.take(6).collect();
    let joined = |text: &&str| {
        text.split_once(':').is_some_and(|(object, back)| object.starts_with("migrat") && BACK.contains(&back))
    };
    texts.windows(2).any(|pair| migrates(pair[0]) && BACK.contains(&pair[1])) || texts.iter().any(joined)
}

fn runs_a_task(name: &str, words: &[Word]) -> bool {
    let is_one = |text: &str| TASKS.contains(&text);
    match words {
        [first, ..] if is_one(&first.text) => RUNNERS.contains(&name),
        [first, second, ..] => RUNS.contains(&first.text.as_str()) && is_one(&second.text),
        [] | [_] => is_one(name),
    }
}
