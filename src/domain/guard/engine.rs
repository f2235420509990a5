//! What Prisma asks of its schema engine: the words that it is started with, and one JSON-RPC request a line. Pure; what
//! is not in its table of harmless requests counts as destructive.
//!
//! After prisma/prisma 5.22.0, 6.19.3 and 7.10.1 (`packages/migrate/src/SchemaEngineCLI.ts`, `packages/internals/src/schemaEngineCommands.ts`)
//! and prisma-engines (`schema-engine/cli/src/main.rs`, `schema-engine/json-rpc-api/src/methods`).

mod place;
mod refusal;
mod uses;

use serde_json::Value;

use super::sql::{self, Danger};
use super::verdict::Effect;
use crate::domain::text::safe_text;

pub use place::{Machine, choose};
pub use refusal::{answer, logged};
pub use uses::invocation;

/// Which of the datasource's databases a request touches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aim {
    Main,
    /// The shadow database is wiped at every use.
    MainAndShadow,
    /// The shadow database alone, where one is named.
    Shadow,
}

/// A request that a rule names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operation {
    /// The commands of Prisma's that make this request, the usual one first: `migrate dev`.
    pub commands: Vec<String>,
    pub effect: Effect,
    /// Completes "prisma … would …".
    pub does: &'static str,
    pub why: &'static str,
    pub aim: Aim,
}

/// What the engine is started for.
#[derive(Debug)]
pub enum Start {
    /// Nothing that is judged: its version, a try to connect.
    Harmless,
    /// `cli create-database` and its like: one act, no session.
    Act(Operation, Given),
    /// Requests come on stdin.
    Session(Given),
}

/// The datasource, as far as the words that the engine is started with tell it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Given {
    pub url: Option<String>,
    pub direct: Option<String>,
    pub shadow: Option<String>,
    /// Schema files, whose datasource counts where no URL is given.
    pub schemas: Vec<String>,
}

/// One line from Prisma.
#[derive(Debug)]
pub enum Line {
    /// Hand it on.
    Harmless,
    Named {
        operation: Operation,
        id: Value,
        params: Value,
    },
    /// Not JSON: no engine could read it either.
    Unreadable,
}

/// Reads the words behind the engine's own name.
pub fn start(words: &[String]) -> Start {
    let mut given = Given::default();
    let mut named: Vec<&str> = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let (flag, joined) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            Some(_) | None => (word.as_str(), None),
        };
        let mut value = || joined.clone().or_else(|| rest.next().cloned());
        match flag {
            "--version" | "-V" | "--help" | "-h" => return Start::Harmless,
            "--datasource" => given.datasource(&value().unwrap_or_default()),
            "-d" | "--datamodel" | "--datamodels" => given.schemas.extend(value()),
            "--enabled-preview-features" | "--extension-types" => {
                value();
            }
            flag if flag.starts_with('-') => {}
            word => named.push(word),
        }
    }
    match named.as_slice() {
        ["cli", "can-connect-to-database", ..] | ["cli" | "help"] => Start::Harmless,
        ["cli", act, ..] => Start::Act(operation(act, &Value::Null).unwrap_or_else(|| unknown(act)), given),
        // A word that is none of the engine's makes it stop by itself.
        [_, ..] | [] => Start::Session(given),
    }
}

impl Given {
    /// Prisma 7, and 6 with a configuration, give an object; else it is the URL itself.
    fn datasource(&mut self, text: &str) {
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(fields)) => {
                let field = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
                self.url = field("url");
                self.direct = field("directUrl");
                self.shadow = field("shadowDatabaseUrl");
            }
            Ok(_) | Err(_) => self.url = Some(text.to_owned()),
        }
    }
}

/// Reads one line. Of a batch the first request that a rule names decides.
pub fn line(text: &[u8]) -> Line {
    if text.trim_ascii().is_empty() {
        return Line::Harmless;
    }
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return Line::Unreadable };
    let all = match value {
        Value::Array(all) => all,
        one => vec![one],
    };
    for one in all {
        // Prisma's answer to a request of the engine's has no method.
        let Some(method) = one.get("method").and_then(Value::as_str) else { continue };
        let params = one.get("params").cloned().unwrap_or(Value::Null);
        if let Some(operation) = request(method, &params) {
            return Line::Named { operation, id: one.get("id").cloned().unwrap_or(Value::Null), params };
        }
    }
    Line::Harmless
}

/// Requests that read, or work on files. `print` and `debugPanic` touch nothing.
const HARMLESS: &[&str] = &[
    "getDatabaseVersion", "getDatabaseDescription", "introspect", "introspectSql", "listMigrationDirectories",
    "ensureConnectionValidity", "debugPanic", "print",
];

/// The request as a rule names it; `None` for a harmless one.
fn request(method: &str, params: &Value) -> Option<Operation> {
    if HARMLESS.contains(&method) {
        return None;
    }
    let migrations =
        |side: &str| params.get(side).and_then(|side| side.get("tag")).is_some_and(|tag| tag == "migrations");
    match method {
        // A comparison wipes a shadow database only where one side is a history of migrations.
        "diff" if !migrations("from") && !migrations("to") => None,
        "diagnoseMigrationHistory" if params.get("optInToShadowDatabase") != Some(&Value::Bool(true)) => None,
        _ => Some(operation(method, params).unwrap_or_else(|| unknown(method))),
    }
}

fn operation(method: &str, params: &Value) -> Option<Operation> {
    use Aim::{Main, MainAndShadow, Shadow};
    use Effect::{Destructive, Gated};
    const WIPES: &str = "a shadow database that is named is wiped at every use";
    let (commands, effect, does, aim, why): (&[&str], _, _, _, _) = match method {
        "devDiagnostic" | "createMigration" => (
            &["migrate dev"],
            Destructive,
            "write to",
            MainAndShadow,
            "it applies pending migrations before it asks anything, and older versions offer to reset",
        ),
        "evaluateDataLoss" => (&["migrate dev"], Destructive, "wipe", Shadow, WIPES),
        "diff" => (&["migrate diff"], Destructive, "wipe", Shadow, WIPES),
        "diagnoseMigrationHistory" => (&["migrate status"], Destructive, "wipe", Shadow, WIPES),
        "reset" => (
            &["migrate reset", "migrate dev", "db push"],
            Destructive,
            "erase",
            MainAndShadow,
            "it drops everything, to begin anew",
        ),
        "schemaPush" => (
            &["db push"],
            Destructive,
            "rewrite",
            MainAndShadow,
            "it changes the database to fit the schema, without a migration",
        ),
        "applyMigrations" => (
            &["migrate deploy", "migrate dev", "migrate reset"],
            Gated,
            "apply migrations to",
            Main,
            "it applies committed migrations",
        ),
        "markMigrationApplied" | "markMigrationRolledBack" => (
            &["migrate resolve"],
            Gated,
            "change the migration history of",
            Main,
            "it writes the history of migrations",
        ),
        "dbExecute" => match params.get("script").and_then(Value::as_str).map(|script| sql::read(script).danger) {
            Some(Danger::None) => (&["db execute"], Gated, "run SQL on", Main, "it runs any SQL, without a question"),
            Some(Danger::Destructive | Danger::Unknown) | None => {
                (&["db execute"], Destructive, "destroy data of", Main, "its SQL drops or empties what it names")
            }
        },
        "create-database" | "createDatabase" => (
            &["migrate deploy", "migrate dev", "db push"],
            Gated,
            "create a database on",
            Main,
            "it creates the database where there is none",
        ),
        "drop-database" | "dropDatabase" => (&["db drop"], Destructive, "drop", Main, "it drops the database"),
        _ => return None,
    };
    let commands = commands.iter().map(|command| (*command).to_owned()).collect();
    Some(Operation { commands, effect, does, why, aim })
}

fn unknown(method: &str) -> Operation {
    let name = safe_text::cut(method, 64);
    Operation {
        commands: vec![format!("schema engine call {name}")],
        effect: Effect::Destructive,
        does: "write to",
        why: "no version known here makes this request, so it counts as destructive",
        aim: Aim::MainAndShadow,
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
