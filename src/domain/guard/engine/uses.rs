//! Which URLs a request of Prisma's is about: the datasource that the engine was started with, the one that the request
//! brings along, and the schema's, whose variables the engine reads from its own environment. Pure.

use std::path::PathBuf;
use std::rc::Rc;

use serde_json::Value;

use super::{Aim, Given, Operation};
use crate::domain::guard::invocation::datasource::{Written, from_schema};
use crate::domain::guard::invocation::{Invocation, Role, Tool, UrlValue, Use};
use crate::domain::guard::scope::Origin;
use crate::domain::session::ambient::Environ;
use crate::domain::target::url::DatabaseUrl;

/// The request as a command like any other. `schemas` are the texts of the files that the engine was started with; one
/// that could not be read is `None`.
pub fn invocation(
    operation: &Operation,
    given: &Given,
    params: &Value,
    schemas: &[Option<String>],
    variables: &Environ,
) -> Invocation {
    let source = Source::of(given, params, schemas);
    let mut uses = Vec::new();
    if matches!(operation.aim, Aim::Main | Aim::MainAndShadow) {
        uses.extend(source.main.iter().map(|written| used(written, Role::Main, "url", variables)));
        uses.extend(source.direct.iter().map(|written| used(written, Role::Direct, "directUrl", variables)));
        if uses.is_empty() {
            uses.push(unknown("url", Role::Main));
        }
    }
    if matches!(operation.aim, Aim::MainAndShadow | Aim::Shadow) {
        let shadow = source.shadow.iter().map(|written| used(written, Role::Shadow, "shadowDatabaseUrl", variables));
        uses.extend(shadow.filter(|one| one.value != UrlValue::Absent));
        if source.unread {
            uses.push(unknown("shadowDatabaseUrl", Role::Shadow));
        }
    }
    let name = operation.commands.first().map_or("", String::as_str);
    // Where no shadow database is named, a temporary one is made and dropped again.
    let harmless = operation.aim == Aim::Shadow && uses.is_empty();
    Invocation {
        tool: Tool::Prisma,
        name: format!("prisma {name}"),
        words: std::iter::once("prisma").chain(name.split(' ')).map(str::to_owned).collect(),
        outer: Rc::default(),
        effect: if harmless { crate::domain::guard::verdict::Effect::Safe } else { operation.effect },
        does: operation.does,
        why: operation.why.into(),
        uses,
        through: Rc::default(),
        beaten: Vec::new(),
        directory: PathBuf::new(),
        migrations: params.get("migrationsList").and_then(|list| text(list, "baseDir")).map(PathBuf::from),
    }
}

#[derive(Default)]
struct Source {
    main: Vec<Written>,
    direct: Vec<Written>,
    shadow: Vec<Written>,
    /// A schema was named and could not be read.
    unread: bool,
}

impl Source {
    fn of(given: &Given, params: &Value, schemas: &[Option<String>]) -> Source {
        let literal = |text: &Option<String>| text.clone().map(Written::Literal);
        let mut source = Source {
            main: literal(&given.url).into_iter().collect(),
            direct: literal(&given.direct).into_iter().collect(),
            shadow: literal(&given.shadow).into_iter().collect(),
            unread: false,
        };
        let own = params.get("datasourceType").or_else(|| params.get("datasource"));
        if let Some(own) = own {
            // A request that says for itself which database it is about is about no other.
            (source.main, source.direct) = (Vec::new(), Vec::new());
            source.main.extend(text(own, "url").map(Written::Literal));
            source.add(&contents(own), Replaced::Nothing);
        }
        source.shadow.extend(text(params, "shadowDatabaseUrl").map(Written::Literal));
        let replaced = if given.url.is_some() { Replaced::Main } else { Replaced::Nothing };
        if own.is_none() {
            source.unread = schemas.iter().any(Option::is_none) && given.url.is_none();
            let texts: Vec<String> = schemas.iter().flatten().cloned().collect();
            source.add(&texts, replaced);
            if texts.is_empty() {
                let inner = ["schema", "from", "to"].map(|side| params.get(side).map(contents).unwrap_or_default());
                source.add(&inner.concat(), replaced);
            }
        }
        source
    }

    /// A datasource that is given replaces the schema's, but one that names no shadow database leaves the schema's.
    fn add(&mut self, schemas: &[String], replaced: Replaced) {
        let found = from_schema(&schemas.join("\n"));
        if replaced == Replaced::Nothing {
            self.main.extend(found.main);
            self.direct.extend(found.direct);
        }
        self.shadow.extend(found.shadow);
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Replaced {
    Main,
    Nothing,
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The texts of schema files that a request carries: `files: [{ path, content }]`, or a single `schema`.
fn contents(value: &Value) -> Vec<String> {
    let files = value.get("files").and_then(Value::as_array);
    files.into_iter().flatten().filter_map(|file| text(file, "content")).chain(text(value, "schema")).collect()
}

fn used(written: &Written, role: Role, label: &str, variables: &Environ) -> Use {
    let (text, variable) = match written {
        Written::Literal(text) => (Some(text.clone()), holder(text, variables)),
        Written::Variable(name) => (variables.text(name).map(str::to_owned), Some(name.clone())),
        Written::Computed => (None, None),
    };
    let value = match (written, text.as_deref()) {
        (Written::Computed, _) => UrlValue::Unknown("its schema puts it together".to_owned()),
        (Written::Variable(_), None | Some("")) => UrlValue::Absent,
        (Written::Literal(_), None) => UrlValue::Absent,
        (_, Some(text)) => DatabaseUrl::parse(text).map_or(UrlValue::NotAUrl, UrlValue::Url),
    };
    let origin = if variable.is_some() { Origin::Shell } else { Origin::Service("Prisma".to_owned()) };
    Use { label: variable.clone().unwrap_or_else(|| label.to_owned()), variable, role, value, origin }
}

/// The variable that holds exactly this URL. `DATABASE_URL` before others, since several may hold the same.
fn holder(url: &str, variables: &Environ) -> Option<String> {
    if variables.text("DATABASE_URL") == Some(url) {
        return Some("DATABASE_URL".to_owned());
    }
    let mut holders = variables.iter().filter(|(_, value)| *value == url).filter_map(|(name, _)| name.to_str());
    holders.next().map(str::to_owned)
}

fn unknown(label: &str, role: Role) -> Use {
    let value = UrlValue::Unknown("Prisma did not say which database it is about".to_owned());
    Use { label: label.to_owned(), variable: None, role, value, origin: Origin::Service("Prisma".to_owned()) }
}
