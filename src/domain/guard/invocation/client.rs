//! The clients that run any SQL: psql, mysql, sqlite3 and their kind. What they will run is read from their words, from the
//! files that these name, and from what is piped into them; with nothing of that they are a person's own prompt.

mod redis;
mod table;

pub(super) use self::redis::danger as redis;
use self::table::{CLIENTS, Client, Language, OWN_FILES};
use super::connect::{Connects, Session, content};
use super::options::{Options, after_flags, options, written_out};
use super::talk::{self, Starts};
use super::tools::Finds;
use super::{Invocation, Reader, Sure, Use, Word, fold, reach};
use crate::domain::guard::scope::{Fed, Origin, Scope, Value};
use crate::domain::guard::sql::{self, Danger};
use crate::domain::guard::verdict::Effect;
use crate::domain::text::pattern;

/// The command, if the name is a client's.
pub(super) fn read(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    // Flags of the program itself may stand in front of its verb: `aws --profile NAME rds-data …`.
    let own = |client: &Client| match client.verb {
        [] => words,
        _ => after_flags(words, &client.all_valued()),
    };
    let begins = |client: &&Client| {
        client.names.contains(&name)
            && !(client.language == Language::Mixed && words.iter().any(|word| word.text == "--"))
            && client.verb.len() <= own(client).len()
            && client.verb.iter().zip(own(client)).all(|(verb, word)| pattern::fits_any(verb, &word.text))
    };
    let client = CLIENTS.iter().find(begins)?;
    // `render psql NAME -- -c …`: what stands behind is psql's.
    let mut behind =
        written_out(&own(client)[client.verb.len()..], &[client.all_valued(), client.idle.to_vec()].concat());
    if !client.verb.is_empty() {
        behind.retain(|word| word.text != "--");
    }
    let options = options(&behind, &client.all_valued());
    let uses = uses(reader, client, &options, scope);
    let (danger, uses) = match options.has(client.idle) {
        true => (Danger::None, uses),
        false if options.has(client.replaces) => (Danger::Destructive, uses),
        false if client.finds.is_none() && is_in_memory(reader, &options, scope) => (Danger::None, uses),
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
    let verb = own(client)[..client.verb.len()].iter().map(|word| word.text.as_str());
    let shown = std::iter::once(name).chain(verb).collect::<Vec<_>>().join(" ");
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
            Language::Sql | Language::Mixed | Language::Joined => sql::read(&word.text).danger == Danger::Destructive,
            Language::Mongo => mongo(&word.text) == Danger::Destructive,
            Language::Redis | Language::HBase => false,
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
    // What a client reads before anything else, where the line writes it, or says where it is.
    let own = OWN_FILES.iter().filter(|(name, _)| client.names.contains(name) && !options.has(&["-X", "--no-psqlrc"]));
    for (_, file) in own {
        let Some(wrote) = reader.notes.written(&scope.path(file)) else { continue };
        match wrote.text() {
            Some(text) => of_text(&mut session, client.language, text),
            None => session.take(Danger::Unknown),
        }
    }
    let first = scope.get("PSQLRC");
    if client.names.contains(&"psql") && first.origin == Origin::Line && first.value != Value::Unset {
        let read = |file: &str| match file {
            "/dev/null" => Some(String::new()),
            file => content(reader, &Word::sure(file), scope),
        };
        match first.value.as_text().and_then(read) {
            Some(text) => of_text(&mut session, client.language, &text),
            None => session.take(Danger::Unknown),
        }
    }
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
    let joins = matches!(client.language, Language::Redis | Language::Joined);
    if joins && !options.rest.is_empty() {
        any = true;
        let script = options.rest.get(1).copied().filter(|_| client.language == Language::Redis).and_then(shown);
        match script {
            Some(file) => of_file(&mut session, client.language, &file, reader, scope),
            None => {
                let words: Vec<&str> = options.rest.iter().map(|word| word.text.as_str()).collect();
                of_text(&mut session, client.language, &words.join(" "));
            }
        }
    } else if let Some(before) = client.statements {
        for word in options.rest.iter().skip(before) {
            any = true;
            match word.text.strip_prefix(".read ") {
                Some(file) => session.file(&Word::sure(file.trim()), 0),
                None if word.text.starts_with(".restore ") => session.take(Danger::Destructive),
                // It runs a line of a shell's.
                None if word.text.starts_with(".shell ") || word.text.starts_with(".system ") => {
                    session.take(Danger::Unknown);
                }
                None => of_word(&mut session, client.language, word),
            }
        }
    }
    // `cmdfile=FILE`, `@FILE`.
    for word in &options.rest {
        let named = word.text.split_once('=').filter(|(key, _)| client.file.contains(key)).map(|(_, file)| file);
        let at = || word.text.strip_prefix('@').filter(|_| client.file.contains(&"@"));
        if let Some(file) = named.or_else(at) {
            any = true;
            session.file(&Word { text: file.to_owned(), sure: word.sure }, 0);
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
    match shown(word) {
        Some(file) => session.file(&file, 0),
        None => of_text(session, language, &word.text),
    }
}

/// The file that stands in a word's place: `$(cat FILE)`.
fn shown(word: &Word) -> Option<Word> {
    let inner = word.text.strip_prefix("$(cat ").or_else(|| word.text.strip_prefix("$(<"))?;
    let file = inner.strip_suffix(')').filter(|_| word.sure == Sure::No)?;
    Some(Word::sure(file.trim()))
}

fn of_file(session: &mut Session<'_>, language: Language, word: &Word, reader: &Reader<'_>, scope: &Scope<'_>) {
    match language {
        Language::Sql | Language::Mixed | Language::Joined => session.file(word, 0),
        Language::Mongo | Language::Redis | Language::HBase => match content(reader, word, scope) {
            Some(text) => of_text(session, language, &text),
            None => session.take(Danger::Unknown),
        },
    }
}

fn of_text(session: &mut Session<'_>, language: Language, text: &str) {
    match language {
        Language::Mongo => session.take(mongo(text)),
        Language::Redis => session.take(redis(text)),
        Language::HBase => session.take(hbase(text)),
        Language::Mixed if talk::loses(text, Starts::Nothing) => session.take(Danger::Destructive),
        Language::Sql | Language::Mixed | Language::Joined => session.text(text, 0),
    }
}

/// Whether the database is one in memory, and nothing that it is told opens another or leaves it.
fn is_in_memory(reader: &Reader<'_>, options: &Options<'_>, scope: &Scope<'_>) -> bool {
    const LEAVES: &[&str] = &["attach", ".open", ".sh", ".sys", ".load", ".output", ".once"];
    let stays = |text: &str| {
        let read = text.strip_prefix(".read ").and_then(|file| content(reader, &Word::sure(file.trim()), scope));
        let text = read.as_deref().unwrap_or(text).to_ascii_lowercase();
        !LEAVES.iter().any(|word| text.contains(word))
    };
    let told = || options.rest.iter().copied().chain(options.flags.iter().filter_map(|(_, value)| value.as_ref()));
    options.rest.first().is_some_and(|word| word.text == ":memory:")
        && told().all(|word| word.sure == Sure::Yes && stays(&word.text))
        && match &scope.fed {
            Fed::Nothing => true,
            Fed::Text(text) => stays(text),
            Fed::Nearly(_) | Fed::Unknown => false,
        }
}

/// HBase's shell takes a command a line, which is Ruby.
fn hbase(text: &str) -> Danger {
    const LOSES: &[&str] = &[
        "drop", "drop_all", "truncate", "truncate_preserve", "drop_namespace", "restore_snapshot", "delete_snapshot",
        "delete_all_snapshot", "delete_table_snapshots",
    ];
    let begins = |line: &str| line.split_whitespace().next().is_some_and(|verb| LOSES.contains(&verb));
    if text.split(['\n', ';']).any(begins) { Danger::Destructive } else { Danger::None }
}

fn mongo(text: &str) -> Danger {
    let text: String =
        fold::folded("mongosh", text).chars().filter(|c| !matches!(c, '"' | '\'') && !c.is_whitespace()).collect();
    const LOSES: &[&str] = &[
        "dropDatabase(", ".drop(", "dropCollection(", "deleteMany({})", "deleteMany({},", "deleteMany()",
        ".remove({})", ".remove({},", ".remove()", "dropIndexes(", "dropAllUsers", "updateMany({},", ".update({},",
        "dropDatabase:1", "dropDatabase:true", "{drop:", "_dropDatabase(", "_drop(", ".truncate(", "{dropIndexes:",
        "dropTarget:true", "deleteMany:{filter:{}}", "$out:", "dropUser(", "dropRole(",
    ];
    // A condition that holds for everything, and no other one.
    const ALWAYS: &[&str] = &["$exists:true", "$ne:null", "$gte:0", "$gt:0", "$expr:true"];
    let all = |call: &str| {
        text.split(call).skip(1).any(|rest| {
            let condition = rest.split("},").next().unwrap_or(rest).split(')').next().unwrap_or(rest);
            !condition.contains(',') && ALWAYS.iter().any(|mark| condition.contains(mark))
        })
    };
    let replaced =
        text.split(".renameCollection(").skip(1).any(|rest| rest.split(')').next().unwrap_or(rest).ends_with(",true"));
    if LOSES.iter().any(|call| text.contains(call)) || all("deleteMany({") || all("updateMany({") || replaced {
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
