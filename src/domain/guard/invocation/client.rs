//! The clients that run any SQL: psql, mysql, sqlite3 and their kind. What they will run is read from their words, from the
//! files that these name, and from what is piped into them; with nothing of that they are a person's own prompt.

mod table;

use self::table::{CLIENTS, Client, Language};
use super::connect::{Connects, Session, content};
use super::options::{Options, after_flags, options};
use super::tools::Finds;
use super::{Invocation, Reader, Sure, Use, Word, reach};
use crate::domain::guard::scope::{Fed, Scope};
use crate::domain::guard::sql::{self, Danger};
use crate::domain::guard::verdict::Effect;

/// The command, if the name is a client's.
pub(super) fn read(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    // Flags of the program itself may stand in front of its verb: `aws --profile NAME rds-data …`.
    let own = |client: &Client| match client.verb {
        [] => words,
        _ => after_flags(words, &client.all_valued()),
    };
    let begins = |client: &&Client| {
        client.names.contains(&name)
            && client.verb.len() <= own(client).len()
            && client.verb.iter().zip(own(client)).all(|(verb, word)| *verb == word.text)
    };
    let client = CLIENTS.iter().find(begins)?;
    let behind = &own(client)[client.verb.len()..];
    let options = options(behind, &client.all_valued());
    let uses = uses(reader, client, &options, scope);
    let (danger, uses) = match options.has(client.idle) {
        true => (Danger::None, uses),
        false => run(reader, client, &options, scope, uses),
    };
    let (effect, does, why) = match danger {
        Danger::Destructive if client.language == Language::Redis => (Effect::Gated, "empty", "it deletes every key"),
        Danger::None => (Effect::Safe, "run on", "what it runs loses nothing"),
        Danger::Unknown => (Effect::Gated, "run SQL on", "what it would run cannot be read before it runs"),
        Danger::Destructive => {
            (Effect::Destructive, "lose data on", "it drops, truncates, or changes every row of a table")
        }
    };
    let shown = std::iter::once(name).chain(client.verb.iter().copied()).collect::<Vec<_>>().join(" ");
    Some(Invocation::of_a_tool(shown, (name, words), (effect, does, why), uses, scope))
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
        let options = options(words, &client.all_valued());
        options.values(client.text).any(|word| match client.language {
            Language::Sql => sql::read(&word.text).danger == Danger::Destructive,
            Language::Mongo => mongo(&word.text) == Danger::Destructive,
            Language::Redis => false,
        })
    };
    CLIENTS.iter().filter(|client| client.names.contains(&name) && client.verb.is_empty()).any(destroys)
}

/// What the answers of a client's queries are, for a shell or another client behind it. `None` where it is no client.
pub(super) fn printed(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Fed> {
    let client = CLIENTS.iter().find(|client| client.names.contains(&name) && client.verb.is_empty())?;
    let options = options(words, &client.all_valued());
    let mut texts: Vec<String> = options.values(client.text).map(|word| word.text.clone()).collect();
    texts.extend(options.values(client.file).filter_map(|word| content(reader, word, scope)));
    if let Some(before) = client.statements {
        texts.extend(options.rest.iter().skip(before).map(|word| word.text.clone()));
    }
    if let (true, Some(text)) = (texts.is_empty(), scope.fed.text()) {
        texts.push(text.to_owned());
    }
    Some(sql::answered(&texts.join(";\n")).map_or(Fed::Unknown, Fed::Text))
}

/// `$PSQL -c 'DROP …'`: whatever the program is, it is told to run that.
pub(super) fn of_unknown_program(words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    const TELLS: &[&str] = &["-c", "--command", "-e", "--execute", "-Q", "--eval"];
    let (first, rest) = words.split_first()?;
    let destroys = |text: &str| sql::read(text).danger == Danger::Destructive || mongo(text) == Danger::Destructive;
    options(rest, TELLS).values(TELLS).any(|word| destroys(&word.text)).then(|| {
        let uses = vec![reach::unknown("database", "the line computes which program runs")];
        let is = (Effect::Destructive, "lose data on", "it drops, truncates, or changes every row of a table");
        Invocation::of_a_tool(first.text.clone(), (&first.text, rest), is, uses, scope)
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
    if client.language == Language::Redis && !options.rest.is_empty() {
        any = true;
        of_text(
            &mut session,
            client.language,
            &options.rest.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" "),
        );
    } else if let Some(before) = client.statements {
        for word in options.rest.iter().skip(before) {
            any = true;
            match word.text.strip_prefix(".read ") {
                Some(file) => session.file(&Word::sure(file.trim()), 0),
                // It runs a line of a shell's.
                None if word.text.starts_with(".shell ") || word.text.starts_with(".system ") => {
                    session.take(Danger::Unknown);
                }
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
        Fed::Text(text) | Fed::Nearly(text) => of_text(session, language, text),
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
        Language::Redis => session.take(Danger::Unknown),
    }
}

fn of_text(session: &mut Session<'_>, language: Language, text: &str) {
    match language {
        Language::Mongo => session.take(mongo(text)),
        Language::Redis => session.take(redis(text)),
        Language::Sql => session.text(text, 0),
    }
}

/// A command a line; `EVAL` and its kind are not read.
fn redis(text: &str) -> Danger {
    let empties = |line: &str| {
        let command = line.split_whitespace().next().unwrap_or_default();
        command.eq_ignore_ascii_case("flushall") || command.eq_ignore_ascii_case("flushdb")
    };
    match text.lines().any(empties) {
        true => Danger::Destructive,
        false if text.trim_start().starts_with('$') || deletes_computed(text) => Danger::Unknown,
        false => Danger::None,
    }
}

/// `DEL` of keys that another program lists.
fn deletes_computed(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let deletes =
        words.next().is_some_and(|verb| verb.eq_ignore_ascii_case("del") || verb.eq_ignore_ascii_case("unlink"));
    deletes && words.any(|word| word.starts_with(['$', '…']))
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
