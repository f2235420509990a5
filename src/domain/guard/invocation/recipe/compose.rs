//! Services of a compose file that run a command of their own: what `compose up` and `compose run` start without one on the line.
//! A service that reaches another one of the same file reaches what compose starts on this machine.

use std::collections::BTreeSet;

use super::super::options::{Options, after_flags, options, quoted};
use super::super::{Inner, Reader, Word};
use super::{read_named, unknown};
use crate::domain::guard::line::is_name;
use crate::domain::guard::project;
use crate::domain::guard::scope::{Origin, Scope, Under, Value};
use crate::domain::target::url::{DatabaseUrl, Host};
use crate::domain::text::json::Json;
use crate::domain::text::yaml;

const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

const VALUED: &[&str] = &[
    "-f", "--file", "-p", "--project-name", "--project-directory", "--env-file", "--profile", "-e", "--env", "-u",
    "--user", "-w", "--workdir", "-v", "--volume", "-l", "--label", "--name", "--entrypoint", "--scale", "-t",
    "--timeout", "--ansi", "--progress", "--pull",
];

/// What the services would run. `None` where the line is none of compose's, or names a command itself.
pub fn compose<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let words = match name.ends_with("-compose") {
        true => words,
        false => {
            after_flags(words, &["-c", "--context", "-H", "--host"])
                .split_first()
                .filter(|(w, _)| w.text == "compose")?
                .1
        }
    };
    let own = after_flags(words, VALUED);
    let (verb, rest) = own.split_first()?;
    let behind = after_flags(rest, VALUED);
    let wanted: Vec<&str> = match verb.text.as_str() {
        "run" if behind.len() == 1 => vec![behind[0].text.as_str()],
        "up" | "start" | "restart" => behind.iter().map(|word| word.text.as_str()).collect(),
        _ => return None,
    };
    let options = options(words, VALUED);
    let named: Vec<String> = options.values(&["-f", "--file"]).map(|word| word.text.clone()).collect();
    let usual = || NAMES.map(str::to_owned).to_vec();
    // Each file adds to those before it.
    let files: Vec<Vec<String>> =
        if named.is_empty() { vec![usual()] } else { named.into_iter().map(|n| vec![n]).collect() };
    let mut services: Vec<(String, Json)> = Vec::new();
    for names in files {
        let (_, text) = read_named(reader, scope, &names)?;
        match text.and_then(|text| yaml::read(&text).ok_or("the compose file is not read".to_owned())) {
            Ok(file) => services.extend(file.get("services").map(Json::pairs).unwrap_or_default().iter().cloned()),
            // It starts images, most of the time; what a person names is what they mean to run.
            Err(why) if verb.text == "run" => return unknown(why, scope),
            Err(_) => return None,
        }
    }
    let services = services.as_slice();
    let profiles = profiles(&options, scope);
    let started = reached(services, &wanted);
    let found: Vec<Inner<'a>> = services
        .iter()
        .filter(|(name, service)| match wanted.is_empty() {
            true => service.get("profiles").is_none_or(|own| {
                own.list().iter().filter_map(Json::text).any(|own| profiles.iter().any(|on| on == own || on == "*"))
            }),
            false => started.contains(name.as_str()),
        })
        .filter_map(|(name, service)| of_service(reader, name, service, services, scope))
        .collect();
    if found.is_empty() { None } else { Some(found) }
}

/// The profiles that are on: by a flag, or by a variable of compose's own.
fn profiles(options: &Options<'_>, scope: &Scope<'_>) -> Vec<String> {
    let given = scope.get("COMPOSE_PROFILES").value;
    let given = given.as_text().unwrap_or_default().split(',').map(str::to_owned);
    options.values(&["--profile"]).map(|word| word.text.clone()).chain(given).filter(|name| !name.is_empty()).collect()
}

/// The services that are named, and those that they depend on.
fn reached<'s>(services: &'s [(String, Json)], wanted: &[&'s str]) -> BTreeSet<&'s str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut waiting = wanted.to_vec();
    while let Some(name) = waiting.pop() {
        if !found.insert(name) {
            continue;
        }
        let Some(needs) = services.iter().find(|(own, _)| own == name).and_then(|(_, one)| one.get("depends_on"))
        else {
            continue;
        };
        waiting.extend(needs.list().iter().filter_map(Json::text));
        waiting.extend(needs.pairs().iter().map(|(name, _)| name.as_str()));
    }
    found
}

fn of_service<'a>(
    reader: &Reader<'_>,
    name: &str,
    service: &Json,
    services: &[(String, Json)],
    scope: &Scope<'a>,
) -> Option<Inner<'a>> {
    let texts = |key: &str| service.get(key).and_then(said);
    let line = [texts("entrypoint"), texts("command")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    let mut inner = scope.entered(&format!("compose {name}"), &format!("compose service {name}"))?;
    inner.given_by("compose", Under::Elsewhere);
    let files = service.get("env_file");
    let listed = files
        .map(Json::list)
        .unwrap_or_default()
        .iter()
        .filter_map(|one| one.text().or_else(|| one.get("path")?.text()));
    for file in files.and_then(Json::text).into_iter().chain(listed) {
        if let Some(Ok(pairs)) = project::env_file(reader, &scope.path(file), scope) {
            inner.overlay(&pairs, file);
        }
    }
    let environment = service.get("environment");
    let pairs = environment
        .map(Json::pairs)
        .unwrap_or_default()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.text()?)));
    let lines = environment.map(Json::list).unwrap_or_default().iter().filter_map(|one| one.text()?.split_once('='));
    for (name, text) in pairs.chain(lines).filter(|(name, _)| is_name(name)) {
        inner.set(name, filled(text, scope), Origin::File("the compose file".to_owned()));
    }
    let urls = reader.database_variables.iter().map(|name| inner.get(name.as_str()).value);
    let own = urls.filter_map(|value| DatabaseUrl::parse(value.as_text()?)).any(|url| is_own(&url, services));
    (!own).then(|| Inner::Line(line, inner))
}

/// A command as a line: a text, or a list of words.
fn said(value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.clone()),
        Json::List(list) => Some(quoted(&list.iter().filter_map(Json::text).map(Word::sure).collect::<Vec<_>>())),
        Json::Object(_) | Json::Other => None,
    }
}

/// `${NAME}` and `${NAME:-TEXT}` in a value.
pub(super) fn filled(text: &str, scope: &Scope<'_>) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (inside, after) = match behind.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some(pair) => pair,
            None => behind.split_at(behind.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(behind.len())),
        };
        let (name, default) = inside.split_once(":-").or_else(|| inside.split_once('-')).unwrap_or((inside, ""));
        match scope.get(name).value {
            Value::Unset => out.push_str(default),
            value => match value.as_text() {
                Some(known) => out.push_str(known),
                None => return value,
            },
        }
        rest = after;
    }
    out.push_str(rest);
    Value::text(out)
}

/// Whether the URL leads to a service of the same file that is a database, and no way on to another place.
fn is_own(url: &DatabaseUrl, services: &[(String, Json)]) -> bool {
    const WAYS: &[&str] = &["proxy", "bouncer", "socat", "tunnel", "ssh", "gateway"];
    let database = |host: &Host| match host {
        Host::Name(name) => services.iter().any(|(own, service)| {
            let image = service.get("image").and_then(Json::text).unwrap_or(own);
            own.eq_ignore_ascii_case(name) && !WAYS.iter().any(|way| image.contains(way) || own.contains(way))
        }),
        Host::Address(_) | Host::Socket(_) => false,
    };
    url.places().iter().all(|place| database(&place.host))
}
