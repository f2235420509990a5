//! Which database a tool other than Prisma will use: a URL in its words, PostgreSQL's `-h`, `-p`, `-d` and `PGHOST`, the
//! variables that its own configuration names, or the environment's. What none of them tells is unknown.

use super::datasource::{Written, from_configuration};
use super::options::Options;
use super::tools::Finds;
use super::uses::{keep_what_is_set, of_any_program, resolve, seen, surroundings};
use super::{Reader, Role, Sure, UrlValue, Use, Word, spelling};
use crate::domain::guard::line::is_name;
use crate::domain::guard::project::{self, Content, Files};
use crate::domain::guard::scope::{Origin, Scope, Value};
use crate::domain::target::url::{DatabaseUrl, Defaults, Place};
use crate::domain::text::percent::{self, Digits};

const UNSURE: &str = "its words cannot be known before it runs";

/// What the words and the surroundings say.
pub(super) fn uses(reader: &Reader<'_>, finds: Finds, options: &Options<'_>, scope: &Scope<'_>) -> Vec<Use> {
    match finds {
        Finds::Url(flags, files) => match spelling::word(options, flags, scope) {
            Some((label, word)) => vec![given(label, &word, scope)],
            None => configured(reader, files, options, scope),
        },
        Finds::Configured(files) => configured(reader, files, options, scope),
        Finds::Libpq => vec![libpq(options, scope)],
        Finds::MySql => vec![mysql(options, scope)],
        Finds::Mongo => vec![mongo(options, scope)],
        Finds::Local(port, flags) => match spelling::word(options, flags, scope) {
            Some((label, word)) => vec![given(label, &word, scope)],
            None if options.has(&["--linked"]) => vec![unknown("database", "the linked project is a hosted one")],
            None => vec![composed("database", &format!("postgresql://postgres@127.0.0.1:{port}/postgres"), scope)],
        },
        Finds::Hosted(service) => vec![unknown("service", &format!("it is {}", of(service)))],
    }
}

/// `AWS's`, `the containers' volumes'`.
fn of(service: &str) -> String {
    let plural = service.starts_with("the ") && service.ends_with('s');
    format!("{service}'{}", if plural { "" } else { "s" })
}

/// The file of a SQLite database.
pub(super) fn sqlite(file: Option<&Word>, scope: &Scope<'_>) -> Vec<Use> {
    vec![match file {
        Some(word) if word.sure == Sure::Yes => {
            composed("file", &format!("file:{}", scope.path(&word.text).display()), scope)
        }
        Some(_) | None => unknown("file", UNSURE),
    }]
}

pub(super) fn unknown(label: &str, why: &str) -> Use {
    let value = UrlValue::Unknown(why.to_owned());
    Use { label: label.to_owned(), variable: None, role: Role::Main, value, origin: Origin::Line }
}

/// A URL that the words give.
pub(super) fn given(label: &str, word: &Word, scope: &Scope<'_>) -> Use {
    match word.sure {
        Sure::No => stored(word, scope).unwrap_or_else(|| unknown(label, UNSURE)),
        Sure::Yes => composed(label, &spelling::usual(&word.text), scope),
    }
}

/// `$NAME`, where it is known to be what an environment stores.
fn stored(word: &Word, scope: &Scope<'_>) -> Option<Use> {
    let name = word.text.strip_prefix('$').filter(|name| is_name(name))?;
    let one = resolve(&Written::Variable(name.to_owned()), Role::Main, name, "", scope);
    matches!(one.value, UrlValue::Stored(_)).then_some(one)
}

/// A URL as this command will see it: in a container, or on another machine, what is local is not what is local here.
fn composed(label: &str, text: &str, scope: &Scope<'_>) -> Use {
    match DatabaseUrl::parse_with(text, &surroundings(scope)) {
        Some(url) => reached(label, url, scope),
        None => {
            let value = UrlValue::NotAUrl;
            Use { label: label.to_owned(), variable: None, role: Role::Main, value, origin: Origin::Line }
        }
    }
}

fn reached(label: &str, url: DatabaseUrl, scope: &Scope<'_>) -> Use {
    let value = seen(url, scope);
    Use { label: label.to_owned(), variable: None, role: Role::Main, value, origin: Origin::Line }
}

fn configured(
    reader: &Reader<'_>,
    files: &'static [&'static str],
    options: &Options<'_>,
    scope: &Scope<'_>,
) -> Vec<Use> {
    let mut scope = scope.clone();
    let named = |file: &&'static str| match file.starts_with('-') {
        true => options.value(&[*file]).map(|word| word.text.clone()),
        false => Some((*file).to_owned()),
    };
    // A file that a flag names comes before the usual ones.
    let (flags, usual): (Vec<&'static str>, Vec<&'static str>) = files.iter().partition(|file| file.starts_with('-'));
    let found = flags.iter().chain(&usual).filter_map(named).find_map(|file| {
        let path = scope.path(&file);
        match reader.read(&path) {
            Content::Text(text) => Some((file, text)),
            Content::Missing | Content::Unreadable(_) => None,
        }
    });
    let mut uses = Vec::new();
    if let Some((file, text)) = &found {
        if text.contains("dotenv") {
            let path = scope.path(".env");
            if let Some(Ok(pairs)) = project::env_file(reader, &path, &scope) {
                let before = scope.beaten.len();
                scope.fill(&pairs, ".env", "");
                scope.beaten.truncate(before);
            }
        }
        let mut source = from_configuration(text).main;
        source.extend(bare_urls(text));
        source.dedup();
        uses.extend(source.iter().map(|written| resolve(written, Role::Main, "url", file, &scope)));
        keep_what_is_set(&mut uses);
    }
    if uses.is_empty() {
        uses = of_any_program(reader, &scope);
    }
    // Nothing that can be read here sets a URL, so that a file of the tool's own does.
    if uses.iter().all(|one| one.value == UrlValue::Absent) {
        uses = vec![unknown("database", "a file of its own names it")];
    }
    uses
}

/// URLs that stand in a file without quotes, as in `alembic.ini`.
fn bare_urls(text: &str) -> Vec<Written> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with(['#', ';', '/']));
    lines
        .filter(|line| !line.contains(['"', '\'', '`']))
        .filter_map(|line| line.split_once('='))
        .map(|(_, value)| value.trim())
        .filter(|value| DatabaseUrl::parse(value).is_some())
        .map(|value| Written::Literal(value.to_owned()))
        .collect()
}

/// A word of the command, or a variable.
enum Part {
    Known(String, Origin),
    Unset,
    Unknown(String),
}

fn part(word: Option<&Word>, variable: &str, scope: &Scope<'_>) -> Part {
    match word {
        Some(word) if word.sure == Sure::Yes => return Part::Known(word.text.clone(), Origin::Line),
        Some(_) => return Part::Unknown(UNSURE.to_owned()),
        None => {}
    }
    let setting = scope.get(variable);
    match &setting.value {
        Value::Text(_) => match setting.value.as_text() {
            Some("") | None => Part::Unset,
            Some(text) => Part::Known(text.to_owned(), setting.origin),
        },
        Value::Unset => Part::Unset,
        Value::Unknown(why) => Part::Unknown(why.clone()),
        Value::Stored(environment) => Part::Unknown(format!("it is what {environment} stores")),
    }
}

/// As libpq finds its server (PostgreSQL manual, 34.1.2 and 34.15).
fn libpq(options: &Options<'_>, scope: &Scope<'_>) -> Use {
    let database = options.value(&["-d", "--dbname"]).or_else(|| options.rest.first().copied());
    if let Part::Known(service, _) = part(None, "PGSERVICE", scope) {
        return unknown("database", &format!("the service file says what {service} is"));
    }
    let whole = database.filter(|word| word.text.contains('=') || spelling::is_one(word));
    let named = if whole.is_some() { None } else { database };
    let parts = [
        part(options.value(&["-h", "--host"]), "PGHOST", scope),
        part(options.value(&["-p", "--port"]), "PGPORT", scope),
        part(options.value(&["-U", "--username"]), "PGUSER", scope),
        part(named, "PGDATABASE", scope),
    ];
    let address = part(None, "PGHOSTADDR", scope);
    match whole {
        Some(word) => connection(word, parts, &address, scope),
        None => assembled("postgresql", parts, &address, "5432", scope),
    }
}

/// A URL or a connection string, to which the other words and the environment add what it does not say.
fn connection(word: &Word, [host, port, user, database]: [Part; 4], address: &Part, scope: &Scope<'_>) -> Use {
    let label = if word.text.contains("://") { "URL" } else { "database" };
    let is_libpqs = word.text.starts_with("postgresql://") || word.text.starts_with("postgres://");
    if word.sure == Sure::No && (label == "URL" || spelling::is_one(word)) {
        return stored(word, scope).unwrap_or_else(|| unknown("URL", UNSURE));
    }
    if label == "URL" && !is_libpqs {
        return unknown(label, "libpq takes a text of another scheme for a database's name");
    }
    let known = |part: &Part| match part {
        Part::Known(text, _) => Some(text.clone()),
        Part::Unset | Part::Unknown(_) => None,
    };
    let host = match &host {
        // It matters only where the text says none: no host is called so.
        Part::Unknown(_) => Some("?".to_owned()),
        Part::Known(..) | Part::Unset => known(&host),
    };
    let (port, database, user) = (known(&port), known(&database), known(&user));
    let defaults = Defaults { host, hostaddr: known(address), port, database, user };
    let Some(url) = DatabaseUrl::for_libpq(&word.text, &defaults) else {
        return unknown(label, "libpq would read it in another way than nexus-env, or not at all");
    };
    let computed = ["host", "hostaddr", "port", "dbname"].iter().filter_map(|name| url.parameter(name));
    if word.sure == Sure::No && computed.into_iter().any(|value| value.contains(['$', '`'])) {
        return unknown(label, UNSURE);
    }
    if url.parameter("service").is_some() || url.parameter("servicefile").is_some() {
        return unknown("database", "the service file says what it is");
    }
    reached(label, url, scope)
}

/// Where `\\connect` leads from `now`: `[-reuse-previous=on|off] [DBNAME|- [USER|- [HOST|- [PORT|-]]]]`, or a URL or a connection
/// string in place of a name, to which nothing is added then unless it is said so (PostgreSQL manual, psql). `None` where it
/// stays.
pub(super) fn connected(words: &[String], now: &Use, scope: &Scope<'_>) -> Option<Use> {
    const LABEL: &str = "\\connect";
    let computed = || unknown(LABEL, UNSURE);
    let (reuse, words) = match words.split_first() {
        Some((flag, rest)) if flag.starts_with("-reuse-previous=") => (Some(flag.ends_with("=on")), rest),
        Some(_) | None => (None, words),
    };
    if words.iter().any(|word| word.starts_with([':', '`', '$'])) {
        return Some(computed());
    }
    let first = words.first()?;
    let whole = first.contains('=') || first.contains("://");
    let before = match &now.value {
        UrlValue::Url(url) if reuse.unwrap_or(!whole) => Some(url.readings().swap_remove(0)),
        UrlValue::Url(_) => None,
        // What is kept of it is not known.
        _ if reuse.unwrap_or(!whole) => return Some(unknown(LABEL, "where it was connected before is not known")),
        _ => None,
    };
    let kept = |pick: fn(&DatabaseUrl) -> Option<String>, variable: &str| match &before {
        Some(url) => pick(url).map_or(Part::Unset, |text| Part::Known(text, Origin::Line)),
        None => part(None, variable, scope),
    };
    let parts = [
        kept(|url| Some(listed(url, |place| place.host.to_string())), "PGHOST"),
        kept(|url| Some(listed(url, |place| place.port.to_string())), "PGPORT"),
        kept(|url| url.user().map(str::to_owned), "PGUSER"),
        kept(|url| url.database().map(str::to_owned), "PGDATABASE"),
    ];
    let address = if before.is_some() { Part::Unset } else { part(None, "PGHOSTADDR", scope) };
    let mut there = match whole {
        true => connection(&Word::sure(first), parts, &address, scope),
        false => {
            let [host, port, user, database] = parts;
            let given = |at: usize, before: Part| match words.get(at).map(String::as_str) {
                None | Some("-") => before,
                Some(text) => Part::Known(text.to_owned(), Origin::Line),
            };
            let parts = [given(2, host), given(3, port), given(1, user), given(0, database)];
            assembled("postgresql", parts, &address, "5432", scope)
        }
    };
    LABEL.clone_into(&mut there.label);
    Some(there)
}

fn listed(url: &DatabaseUrl, show: fn(&Place) -> String) -> String {
    url.places().iter().map(show).collect::<Vec<_>>().join(",")
}

fn mysql(options: &Options<'_>, scope: &Scope<'_>) -> Use {
    if let Some(word) = options.rest.iter().find(|word| spelling::is_one(word)) {
        return given("URL", word, scope);
    }
    let database = options.value(&["-D", "--database"]).or_else(|| options.rest.first().copied());
    let host = part(options.value(&["-h", "--host"]), "MYSQL_HOST", scope);
    let port = part(options.value(&["-P", "--port"]), "MYSQL_TCP_PORT", scope);
    let user = part(options.value(&["-u", "--user"]), "USER", scope);
    let database = match database {
        Some(word) if word.sure == Sure::Yes => Part::Known(word.text.clone(), Origin::Line),
        Some(_) => Part::Unknown(UNSURE.to_owned()),
        None => Part::Unset,
    };
    assembled("mysql", [host, port, user, database], &Part::Unset, "3306", scope)
}

fn mongo(options: &Options<'_>, scope: &Scope<'_>) -> Use {
    if let Some(word) =
        options.value(&["--uri"]).or_else(|| options.rest.iter().copied().find(|word| spelling::is_one(word)))
    {
        return given("URL", word, scope);
    }
    let host = part(options.value(&["--host", "-h"]), "MONGO_HOST", scope);
    let port = part(options.value(&["--port"]), "MONGO_PORT", scope);
    let database = options.value(&["-d", "--db"]).or_else(|| options.rest.first().copied());
    let database = match database {
        Some(word) if word.sure == Sure::No => Part::Unknown(UNSURE.to_owned()),
        Some(word) => Part::Known(word.text.clone(), Origin::Line),
        None => Part::Unset,
    };
    assembled("mongodb", [host, port, Part::Unset, database], &Part::Unset, "27017", scope)
}

/// A URL of its parts: host, port, user, database. Without a host the server is on this machine.
fn assembled(scheme: &str, parts: [Part; 4], address: &Part, default_port: &str, scope: &Scope<'_>) -> Use {
    if let Some(why) = parts.iter().chain([address]).find_map(|part| match part {
        Part::Unknown(why) => Some(why.clone()),
        Part::Known(..) | Part::Unset => None,
    }) {
        return unknown("database", &why);
    }
    let mut origin = Origin::Line;
    let mut text = |part: &Part| match part {
        Part::Known(text, from) => {
            if *from != Origin::Line {
                origin = from.clone();
            }
            Some(text.clone())
        }
        Part::Unset | Part::Unknown(_) => None,
    };
    let [host, port, user, database] = [&parts[0], &parts[1], &parts[2], &parts[3]].map(&mut text);
    let user = user.map(|user| format!("{}@", encoded(&user))).unwrap_or_default();
    let database = database.map(|name| encoded(&name)).unwrap_or_default();
    let port = port.unwrap_or_else(|| default_port.to_owned());
    let address = text(address);
    let mut url = match host.as_deref() {
        Some(host) if host.starts_with(['/', '@']) => {
            format!("{scheme}://{user}localhost:{port}/{database}?host={}", encoded(host))
        }
        // Several hosts share a port, or have one each.
        Some(host) if host.contains(',') => {
            format!("{scheme}://{user}/{database}?host={}&port={}", encoded(host), encoded(&port))
        }
        Some(host) if host.contains(':') && !host.starts_with('[') => {
            format!("{scheme}://{user}[{host}]:{port}/{database}")
        }
        Some(host) => format!("{scheme}://{user}{host}:{port}/{database}"),
        None => format!("{scheme}://{user}localhost:{port}/{database}"),
    };
    let mut one = match scheme {
        "postgresql" => {
            if let Some(address) = address {
                let mark = if url.contains('?') { '&' } else { '?' };
                url.push_str(&format!("{mark}hostaddr={}", encoded(&address)));
            }
            match DatabaseUrl::for_libpq(&url, &Defaults::default()) {
                Some(url) => reached("database", url, scope),
                None => unknown("database", "no host and port that can be read"),
            }
        }
        _ => composed("database", &url, scope),
    };
    one.origin = origin;
    one
}

/// So that no character of a name is one of the URL's own.
fn encoded(text: &str) -> String {
    percent::encoded(text.as_bytes(), b"-_.~", Digits::Capital)
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
