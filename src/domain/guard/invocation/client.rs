//! The clients that run any SQL: psql, mysql, sqlite3 and their kind. What they will run is read from their words, from the
//! files that these name, and from what is piped into them; with nothing of that they are a person's own prompt.

use super::connect::{Connects, Session, content};
use super::options::{Options, options};
use super::tools::Finds;
use super::{Invocation, Reader, Sure, Use, Word, reach};
use crate::domain::guard::scope::{Fed, Scope};
use crate::domain::guard::sql::{self, Danger};
use crate::domain::guard::verdict::Effect;

/// One client.
struct Client {
    names: &'static [&'static str],
    /// The words that make the program a client: `cockroach sql`.
    verb: &'static [&'static str],
    /// Flags behind which statements stand.
    text: &'static [&'static str],
    /// Flags behind which the name of a file with statements stands.
    file: &'static [&'static str],
    valued: &'static [&'static str],
    /// Flags with which it runs nothing.
    idle: &'static [&'static str],
    /// How many of its other words come before statements; none where it takes them by flags alone.
    statements: Option<usize>,
    language: Language,
    finds: Option<Finds>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Language {
    Sql,
    /// Mongo's shell, which is JavaScript.
    Mongo,
}

const CLIENTS: &[Client] = &[
    Client {
        names: &["psql", "pgcli"],
        verb: &[],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &[
            "-c", "--command", "-d", "--dbname", "-f", "--file", "-F", "-h", "--host", "-L", "-o", "-p", "--port",
            "-P", "-R", "-T", "-U", "--username", "-v", "--set", "--variable", "--pset", "--log-file", "--output",
        ],
        idle: &["-l", "--list", "-V", "--version", "-?", "--help"],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Libpq),
    },
    Client {
        names: &["usql"],
        verb: &[],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &["-c", "--command", "-f", "--file", "-o", "-v"],
        idle: &["-V", "--version"],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Url(&[], &[])),
    },
    Client {
        names: &["cockroach"],
        verb: &["sql"],
        text: &["-e", "--execute"],
        file: &["-f", "--file"],
        valued: &[
            "-e", "--execute", "-f", "--file", "--url", "--host", "-d", "--database", "-u", "--user", "--certs-dir",
        ],
        idle: &[],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Url(&["--url"], &[])),
    },
    Client {
        names: &["mysql", "mariadb", "mycli"],
        verb: &[],
        text: &["-e", "--execute"],
        file: &[],
        valued: &[
            "-e", "--execute", "-u", "--user", "-h", "--host", "-P", "--port", "-D", "--database", "-S", "--socket",
        ],
        idle: &["-V", "--version"],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::MySql),
    },
    Client {
        names: &["sqlite3", "litecli", "duckdb"],
        verb: &[],
        text: &["-cmd", "-c"],
        file: &["-init"],
        valued: &["-cmd", "-init", "-separator", "-c"],
        idle: &["-version", "--version"],
        statements: Some(1),
        language: Language::Sql,
        finds: None,
    },
    Client {
        names: &["sqlcmd"],
        verb: &[],
        text: &["-Q", "-q"],
        file: &["-i"],
        valued: &["-Q", "-q", "-i", "-S", "-d", "-U", "-P", "-o", "-v"],
        idle: &["-?"],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Hosted("SQL Server")),
    },
    Client {
        names: &["clickhouse-client", "clickhouse"],
        verb: &[],
        text: &["-q", "--query"],
        file: &["--queries-file"],
        valued: &["-q", "--query", "--queries-file", "-h", "--host", "--port", "-d", "--database", "-u", "--user"],
        idle: &["-V", "--version"],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Hosted("ClickHouse")),
    },
    Client {
        names: &["mongosh", "mongo"],
        verb: &[],
        text: &["--eval", "-eval"],
        file: &["-f", "--file"],
        valued: &["--eval", "-eval", "-f", "--file", "--host", "--port", "-u", "--username", "-p", "--password"],
        idle: &["--version"],
        statements: None,
        language: Language::Mongo,
        finds: Some(Finds::Mongo),
    },
    Client {
        names: &["heroku"],
        verb: &["pg:psql"],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &["-c", "--command", "-f", "--file", "-a", "--app", "-r"],
        idle: &[],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Hosted("heroku")),
    },
    Client {
        names: &["heroku", "render"],
        verb: &["psql"],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &["-c", "--command", "-f", "--file", "-a", "--app", "-r"],
        idle: &[],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Hosted("the service")),
    },
    Client {
        names: &["platform", "upsun"],
        verb: &["sql"],
        text: &[],
        file: &[],
        valued: &["-p", "--project", "-e", "--environment", "-A", "--app", "-r", "--relationship", "--schema"],
        idle: &[],
        statements: Some(0),
        language: Language::Sql,
        finds: Some(Finds::Hosted("the service")),
    },
    Client {
        names: &["turso"],
        verb: &["db", "shell"],
        text: &[],
        file: &[],
        valued: &[],
        idle: &[],
        statements: Some(1),
        language: Language::Sql,
        finds: Some(Finds::Hosted("Turso")),
    },
    Client {
        names: &["wrangler"],
        verb: &["d1", "execute"],
        text: &["--command"],
        file: &["--file"],
        valued: &["--command", "--file", "-c", "--config", "-e", "--env"],
        idle: &["--local"],
        statements: None,
        language: Language::Sql,
        finds: Some(Finds::Hosted("Cloudflare")),
    },
    Client {
        names: &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"],
        verb: &["query"],
        text: &[],
        file: &[],
        valued: &["-d", "--dataSource"],
        idle: &[],
        statements: Some(0),
        language: Language::Sql,
        finds: Some(Finds::Configured(&["-d", "--dataSource"])),
    },
];

/// The command, if the name is a client's.
pub(super) fn read(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    let begins = |client: &&Client| {
        client.names.contains(&name)
            && client.verb.len() <= words.len()
            && client.verb.iter().zip(words).all(|(verb, word)| *verb == word.text)
    };
    let client = CLIENTS.iter().find(begins)?;
    let behind = &words[client.verb.len()..];
    let options = options(behind, client.valued);
    let uses = uses(reader, client, &options, scope);
    let (danger, uses) = match options.has(client.idle) {
        true => (Danger::None, uses),
        false => run(reader, client, &options, scope, uses),
    };
    let (effect, does, why) = match danger {
        Danger::None => (Effect::Safe, "run on", "what it runs loses nothing"),
        Danger::Unknown => (Effect::Gated, "run SQL on", "what it would run cannot be read before it runs"),
        Danger::Destructive => {
            (Effect::Destructive, "lose data on", "it drops, truncates, or changes every row of a table")
        }
    };
    let shown = std::iter::once(name).chain(client.verb.iter().copied()).collect::<Vec<_>>().join(" ");
    Some(reader.of_a_tool(shown, name, words, (effect, does, why), uses, scope))
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CLIENTS.iter().flat_map(|client| client.names.iter().copied())
}

/// Whether this is a client's name.
pub(super) fn is_named(name: &str) -> bool {
    CLIENTS.iter().any(|client| client.names.contains(&name))
}

/// Whether these words of a client's are a destructive command, by its words alone.
pub(super) fn is_destructive(name: &str, words: &[Word]) -> bool {
    let destroys = |client: &Client| {
        let options = options(words, client.valued);
        options.values(client.text).any(|word| match client.language {
            Language::Sql => sql::read(&word.text).danger == Danger::Destructive,
            Language::Mongo => mongo(&word.text) == Danger::Destructive,
        })
    };
    CLIENTS.iter().filter(|client| client.names.contains(&name) && client.verb.is_empty()).any(destroys)
}

/// What the answers of a client's queries are, for a shell or another client behind it. `None` where it is no client.
pub(super) fn printed(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Fed> {
    let client = CLIENTS.iter().find(|client| client.names.contains(&name) && client.verb.is_empty())?;
    let options = options(words, client.valued);
    let mut texts: Vec<String> = options.values(client.text).map(|word| word.text.clone()).collect();
    texts.extend(options.values(client.file).filter_map(|word| content(reader, word, scope)));
    if let Some(before) = client.statements {
        texts.extend(options.rest.iter().skip(before).map(|word| word.text.clone()));
    }
    if let (true, Fed::Text(text)) = (texts.is_empty(), &scope.fed) {
        texts.push(text.clone());
    }
    Some(sql::answered(&texts.join(";\n")).map_or(Fed::Unknown, Fed::Text))
}

/// `$PSQL -c 'DROP …'`: whatever the program is, it is told to run that.
pub(super) fn of_unknown_program(reader: &Reader<'_>, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    const TELLS: &[&str] = &["-c", "--command", "-e", "--execute", "-Q", "--eval"];
    let (first, rest) = words.split_first()?;
    let destroys = |text: &str| sql::read(text).danger == Danger::Destructive || mongo(text) == Danger::Destructive;
    options(rest, TELLS).values(TELLS).any(|word| destroys(&word.text)).then(|| {
        let uses = vec![reach::unknown("database", "the line computes which program runs")];
        let is = (Effect::Destructive, "lose data on", "it drops, truncates, or changes every row of a table");
        reader.of_a_tool(first.text.clone(), &first.text, rest, is, uses, scope)
    })
}

fn uses(reader: &Reader<'_>, client: &Client, options: &Options<'_>, scope: &Scope<'_>) -> Vec<Use> {
    match client.finds {
        Some(finds) => reach::uses(reader, finds, options, scope),
        None => reach::sqlite(options.rest.first().copied(), scope),
    }
}

/// What it would do, and on which databases.
fn run(
    reader: &Reader<'_>,
    client: &Client,
    options: &Options<'_>,
    scope: &Scope<'_>,
    uses: Vec<Use>,
) -> (Danger, Vec<Use>) {
    let connects = match client.finds {
        Some(Finds::Libpq | Finds::Url(..)) => Connects::AsPsql,
        Some(_) | None => Connects::No,
    };
    let mut session = Session::new(reader, scope, connects, uses);
    let mut any = false;
    // One session runs them in the order in which they stand.
    for (flag, word) in &options.flags {
        let Some(word) = word else { continue };
        if client.text.contains(&flag.as_str()) {
            any = true;
            of_word(&mut session, client.language, word);
        } else if client.file.contains(&flag.as_str()) {
            any = true;
            match word.text.as_str() {
                "-" => of_input(&mut session, client.language, scope),
                _ => of_file(&mut session, client.language, word, reader, scope),
            }
        }
    }
    if let Some(before) = client.statements {
        for word in options.rest.iter().skip(before) {
            any = true;
            match word.text.strip_prefix(".read ") {
                Some(file) => session.file(&Word::sure(file.trim()), 0),
                None => of_word(&mut session, client.language, word),
            }
        }
    }
    if client.language == Language::Mongo {
        for word in options.rest.iter().filter(|word| word.text.ends_with(".js")) {
            any = true;
            of_file(&mut session, client.language, word, reader, scope);
        }
    }
    if !any {
        of_input(&mut session, client.language, scope);
    }
    session.end()
}

/// What is piped into it. A terminal is a person's own prompt.
fn of_input(session: &mut Session<'_>, language: Language, scope: &Scope<'_>) {
    match &scope.fed {
        Fed::Nothing => {}
        Fed::Text(text) => of_text(session, language, text),
        Fed::Unknown => session.take(Danger::Unknown),
    }
}

fn of_word(session: &mut Session<'_>, language: Language, word: &Word) {
    if word.sure == Sure::No {
        let inner = word.text.strip_prefix("$(cat ").or_else(|| word.text.strip_prefix("$(<"));
        if let Some(file) = inner.and_then(|inner| inner.strip_suffix(')')) {
            return session.file(&Word::sure(file.trim()), 0);
        }
    }
    of_text(session, language, &word.text);
}

fn of_file(session: &mut Session<'_>, language: Language, word: &Word, reader: &Reader<'_>, scope: &Scope<'_>) {
    match language {
        Language::Sql => session.file(word, 0),
        Language::Mongo => match content(reader, word, scope) {
            Some(text) => session.take(mongo(&text)),
            None => session.take(Danger::Unknown),
        },
    }
}

fn of_text(session: &mut Session<'_>, language: Language, text: &str) {
    match language {
        Language::Mongo => session.take(mongo(text)),
        Language::Sql => session.text(text, 0),
    }
}

fn mongo(text: &str) -> Danger {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    const LOSES: &[&str] = &[
        "dropDatabase(", ".drop(", "dropCollection(", "deleteMany({})", "deleteMany()", ".remove({})", ".remove()",
        "dropIndexes(", "dropAllUsers",
    ];
    if LOSES.iter().any(|call| text.contains(call)) {
        Danger::Destructive
    } else if text.starts_with('$') || text.starts_with("load(") {
        Danger::Unknown
    } else {
        Danger::None
    }
}

/// What a text of SQL would do, for Prisma's `db execute`: from a file, or from what it is fed.
pub(super) fn of_execute(reader: &Reader<'_>, file: Option<&Word>, scope: &Scope<'_>) -> Danger {
    let mut session = Session::new(reader, scope, Connects::No, Vec::new());
    match file {
        Some(word) => session.file(word, 0),
        None => of_input(&mut session, Language::Sql, scope),
    }
    session.end().0
}
