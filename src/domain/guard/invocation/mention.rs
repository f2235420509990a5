//! Whether a destructive command is named where nobody here can tell whether it runs: behind a program that is not known, and in
//! a text that cannot be read as a line. It goes by the names alone, and opens no file.

use super::options::{joined, options};
use super::strings::strings;
use super::{Word, client, prisma, program, tool};
use crate::domain::guard::scope::Fed;
use crate::domain::guard::sql::{self, Danger};

/// Programs that print, search, edit or commit: a command in their words is only a mention.
const TALKERS: &[&str] = &[
    "echo", "printf", "print", "git", "gh", "glab", "hub", "grep", "egrep", "fgrep", "rg", "ag", "ack", "man", "tldr",
    "which", "type", "whence", "where", "whereis", "apropos", "whatis", "info", "help", "brew", "apt", "apt-get",
    "apt-cache", "dpkg", "dnf", "yum", "apk", "pacman", "port", "pip", "pip3", "pipx", "gem", "snap", "rustup",
    "ctags", "pgrep", "pkill", "killall", "basename", "dirname", "realpath", "readlink", "stat", "file", "command",
    "alias", "abbr", "cat", "bat", "less", "more", "head", "tail", "vim", "vi", "nvim", "nano", "emacs", "code",
    "cursor", "ls", "rm", "cp", "mv", "mkdir", "touch", "sed", "awk", "jq", "yq", "curl", "wget", "http", "test", "[",
    "say", "notify-send", "tee", "wc", "history", "fc", "logger", "npm", "pnpm", "yarn", "bun", "node", "python",
    "python3", "nexus-env", "export", "set", "read", "complete", "claude", "codex", "tmux", "open", "xdg-open",
    "pbcopy", "diff", "sort", "true", "false", ":", "exit", "return", "locate", "plocate", "mdfind",
];

/// Whether these words, behind a program of this name, are a guarded Prisma command that the program may start. Those that
/// print, search, edit or commit are known not to.
pub fn may_run(name: &str, words: &[Word]) -> bool {
    let guarded = |words: &[Word]| {
        let named = words.first().map(program::known_as);
        let destroys =
            |name: &str| tool::is_destructive(name, &words[1..]) || client::is_destructive(name, &words[1..]);
        named.is_some_and(destroys)
            || program::prisma_words(words)
                .is_some_and(|(prefix, behind)| prefix.is_empty() && prisma::is_guarded(behind.rest))
    };
    !TALKERS.contains(&name) && guarded(words)
}

/// Whether a program of this name prints, searches, checks or commits what its words say.
pub fn only_mentions(name: &str) -> bool {
    TALKERS.contains(&name) || EXAMINES.contains(&name)
}

/// A guarded command as a list in one word, which a service runs in a container of its own: `--args=npx,prisma,migrate,deploy`.
pub fn listed(name: &str, words: &[Word]) -> Option<Vec<Word>> {
    let value = |(at, word): (usize, &Word)| match word.text.split_once('=') {
        Some(("--args" | "--command", list)) => Some(list.to_owned()),
        _ if matches!(word.text.as_str(), "--args" | "--command") => Some(words.get(at + 1)?.text.clone()),
        _ => None,
    };
    let list: Vec<Word> = words.iter().enumerate().filter_map(value).flat_map(|list| split(&list)).collect();
    let at = (0..list.len()).find(|at| may_run(name, &list[*at..]))?;
    Some(list[at..].to_vec())
}

fn split(list: &str) -> Vec<Word> {
    list.split(',').map(Word::sure).collect()
}

/// Where a shell's name stands behind a program that may run it, as in `busybox sh -c …` or `nsenter -t 1 sh x.sh`.
pub fn shell_inside(name: &str, words: &[Word]) -> Option<usize> {
    const KEEPS: &[&str] =
        &["install", "add", "remove", "uninstall", "update", "upgrade", "search", "show", "use", "chsh"];
    let at = (1..words.len()).find(|at| program::is_shell(words[*at].base()))?;
    let is_given = words.get(at + 1).is_some_and(|word| word.text.starts_with('-') || word.text.contains(['/', '.']));
    let kept = words[..at].iter().any(|word| KEEPS.contains(&word.text.as_str()));
    (is_given && !kept && !TALKERS.contains(&name)).then_some(at)
}

/// A line in one word, where a program that nobody here knows is told to run it somewhere: `exec 'bin/rails db:reset'`.
pub fn line_inside<'w>(name: &str, words: &'w [Word]) -> Option<&'w str> {
    const TELLS: &[&str] = &["exec", "ssh", "shell", "invoke", "run-command", "enter", "--command", "--exec"];
    let at = words.iter().position(|word| TELLS.contains(&word.text.as_str()))?;
    let line = words[at + 1..].iter().find(|word| word.text.contains(char::is_whitespace))?;
    (!TALKERS.contains(&name)).then_some(line.text.as_str())
}

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

/// Words of lines that are judged by how they sound: every line that [`sounds_destructive`] takes for one has one of these.
pub(super) const SOUNDS: &[&[&str]] =
    &[OBJECTS, &["drop", "DROP", "truncate", "TRUNCATE", "delete", "DELETE", "REMOVE", "DETACH"]];

/// Why a program that no rule knows may well destroy: its first words name a database and its loss, or it is given a statement
/// that loses data.
pub fn sounds_destructive(name: &str, words: &[Word], fed: &Fed) -> Option<&'static str> {
    let loses = |text: &str| {
        let capitals = text.to_ascii_uppercase();
        let begins = SOUNDS[1].iter().any(|word| text.contains(word));
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
    if sounds(words) {
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
pub fn sounds_as_named(variable: &str, words: &[Word]) -> bool {
    let named = variable.to_ascii_lowercase();
    let is_one = ["db", "sql", "migrat", "prisma", "database"].iter().any(|part| named.contains(part));
    is_one && words.first().is_some_and(|word| LOSSES.contains(&word.text.as_str()))
}

/// Whether the first words name a database and its loss: `db downgrade`, `clusters delete`.
pub fn sounds(words: &[Word]) -> bool {
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
            SOUNDS[1].contains(&verb) && loses(text)
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

/// Programs that check or test code: names in their words are names of tests and files.
const EXAMINES: &[&str] = &[
    "pytest", "jest", "vitest", "mocha", "ava", "playwright", "cypress", "phpunit", "rspec", "eslint", "prettier",
    "biome", "tsc", "ruff", "black", "mypy", "pylint", "rubocop", "go", "cargo", "mvn", "gradle", "gradlew",
    "shellcheck", "sqlfluff", "pg_format", "hadolint", "linear", "jira", "slack", "trash", "mdfind", "locate",
    "plocate", "fd", "find", "ssh-add", "chmod", "chown", "ln", "zip", "tar", "diffstat", "tig", "lazygit", "op", "bw",
    "pass", "gopass", "vault", "lsof",
];

/// Whether a text that could not be read as a line may start a command that matters: it names a program that a rule knows,
/// or one that runs what it is given, with quotes and backslashes in it or not; or it spells names in a way of its own.
pub fn could_start_one(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
    let apart = |c: char| c.is_whitespace() || "`();|&{}<>=$".contains(c);
    let knows = |word: &str| {
        let word = Word::sure(word);
        let name = program::known_as(&word);
        RUNS.contains(&name) || program::is_shell(name) || client::is_named(name) || tool::is_named(name)
    };
    text.contains("$'") || plain.split(apart).filter(|word| !word.is_empty()).any(knows)
}

/// Programs that run what stands in their words, in a file or on their input.
pub(super) const RUNS: &[&str] = &[
    "prisma", "prisma7", "wasp", "rw", "redwood", "zenstack", "npx", "npm", "pnpm", "pnpx", "yarn", "bun", "bunx",
    "deno", "run-s", "run-p", "npm-run-all", "concurrently", "turbo", "nx", "lerna", "make", "gmake", "just", "task",
    "go-task", "mise", "composer", "node", "nodejs", "tsx", "ts-node", "python", "python3", "ruby", "perl", "php",
    "sudo", "doas", "su", "ssh", "docker", "podman", "kubectl", "oc", "heroku", "xargs", "parallel", "busybox", "eval",
    "source", "dotenv", "dotenvx", "env-cmd", "cross-env", "doppler", "bundle", "poetry", "pipenv", "uv", "nexus-env",
];

/// Whether a text that could not be read as a line names a destructive command: a tool's name, and the command's words right
/// behind it.
pub fn in_text(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || "'\"`();|&".contains(c)).collect();
    let words: Vec<Word> = words.into_iter().filter(|word| !word.is_empty()).map(Word::sure).collect();
    (0..words.len()).any(|at| {
        let base = words[at].base();
        let name = base.split('@').next().unwrap_or(base);
        let behind = &words[at + 1..words.len().min(at + 9)];
        match name {
            "prisma" | "prisma7" => prisma::is_guarded(behind),
            "psql" => {
                matches!(sql::read(&joined(behind)).danger, Danger::Destructive)
                    || behind.iter().any(|word| matches!(word.text.to_ascii_uppercase().as_str(), "DROP" | "TRUNCATE"))
            }
            name => tool::is_destructive(name, behind),
        }
    })
}
