//! Which database URLs a Prisma command will use: its flags, its configuration, the datasource of its schema, and the `.env`
//! files that its version reads. Each is looked for where Prisma looks, and read only as text.

use std::path::{Path, PathBuf};

use super::{Aim, Operation};
use crate::domain::guard::invocation::datasource::{Written, from_configuration, from_schema};
use crate::domain::guard::invocation::uses::{keep_what_is_set, resolve};
use crate::domain::guard::invocation::{Reader, Role, Sure, UrlValue, Use, Word};
use crate::domain::guard::project::{self, Content, Files, Package};
use crate::domain::guard::scope::{Origin, Scope, Value};
use crate::domain::target::url::DatabaseUrl;

/// The URLs that this operation will use.
pub fn uses(reader: &Reader<'_>, operation: &Operation, scope: &Scope<'_>) -> Vec<Use> {
    let (main, shadow) = match operation.rule.aim {
        Aim::Nothing => return Vec::new(),
        Aim::Hosted => {
            let value = UrlValue::Unknown("it is a hosted service's".to_owned());
            return vec![Use {
                label: "service".to_owned(),
                variable: None,
                role: Role::Main,
                value,
                origin: Origin::Line,
            }];
        }
        Aim::Main => (Wanted::Yes, Wanted::No),
        Aim::MainAndShadow => (Wanted::Yes, Wanted::Yes),
        Aim::ShadowOfMigrations => (Wanted::No, Wanted::Yes),
    };
    let mut scope = scope.clone();
    let schema = schema(reader, operation, &scope);
    let configuration = configuration(reader, operation, &scope);
    load_env_files(reader, operation, schema.as_ref(), configuration.as_ref(), &mut scope);
    let mut source = configuration.as_ref().map(|(_, text)| from_configuration(text)).unwrap_or_default();
    if let Some((_, text)) = &schema {
        let from_schema = from_schema(text);
        source.main.extend(from_schema.main.into_iter().filter(|w| !source.main.contains(w)).collect::<Vec<_>>());
        source.direct = source.direct.or(from_schema.direct);
        source.shadow = source.shadow.or(from_schema.shadow);
    }
    if source.main.is_empty() {
        source.main =
            reader.database_variables.iter().map(|name| Written::Variable(name.as_str().to_owned())).collect();
    }
    let written_in = configuration.as_ref().or(schema.as_ref());
    let file = written_in.map_or_else(|| "the schema".to_owned(), |(path, _)| shown(reader, path));
    let mut found = Vec::new();
    if main == Wanted::Yes {
        match &operation.url {
            Some(word) => found.push(flag("--url", word, Role::Main)),
            None => {
                found.extend(source.main.iter().map(|written| resolve(written, Role::Main, "url", &file, &scope)));
                found.extend(source.direct.iter().map(|w| resolve(w, Role::Direct, "directUrl", &file, &scope)));
                // Of several that may be meant, those that are not set are not the one.
                keep_what_is_set(&mut found);
            }
        }
    }
    if shadow == Wanted::Yes {
        match &operation.shadow_url {
            Some(word) => found.push(flag("--shadow-database-url", word, Role::Shadow)),
            None => {
                let named = source.shadow.map(|w| resolve(&w, Role::Shadow, "shadowDatabaseUrl", &file, &scope));
                found.extend(named.filter(|one| one.value != UrlValue::Absent));
            }
        }
    }
    found
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Wanted {
    Yes,
    No,
}

fn flag(name: &str, word: &Word, role: Role) -> Use {
    let value = match (word.sure, DatabaseUrl::parse(&word.text)) {
        (Sure::No, _) => UrlValue::Unknown("its words cannot be known before it runs".to_owned()),
        (Sure::Yes, Some(url)) => UrlValue::Url(url),
        (Sure::Yes, None) => UrlValue::NotAUrl,
    };
    Use { label: name.to_owned(), variable: None, role, value, origin: Origin::Line }
}

/// A path for messages: relative to the directory of the command where it is below it.
fn shown(reader: &Reader<'_>, path: &Path) -> String {
    path.strip_prefix(reader.cwd).unwrap_or(path).display().to_string()
}

/// The schema, in the order in which Prisma looks (`packages/internals/src/cli/getSchema.ts`).
fn schema(reader: &Reader<'_>, operation: &Operation, scope: &Scope<'_>) -> Option<(PathBuf, String)> {
    let package = Package::nearest(reader, &scope.cwd);
    let mut places: Vec<PathBuf> = match &operation.schema {
        Some(word) => vec![scope.path(&word.text)],
        None => package
            .as_ref()
            .and_then(|package| Some(package.directory.join(package.prisma_schema()?)))
            .into_iter()
            .chain(["schema.prisma", "prisma/schema.prisma", "prisma/schema", "prisma"].map(|p| scope.cwd.join(p)))
            .collect(),
    };
    if operation.schema.is_none() {
        let declared = reader.prisma_directory.map(|directory| reader.root.join(directory));
        let below =
            |directory: PathBuf| [directory.join("schema.prisma"), directory.join("prisma/schema.prisma"), directory];
        places.extend(declared.into_iter().flat_map(below));
    }
    places.into_iter().find_map(|path| {
        let text = schema_text(reader, &path)?;
        text.contains("datasource").then_some((path, text))
    })
}

/// A schema's text: of one file, or of all `.prisma` files in a directory.
fn schema_text(reader: &Reader<'_>, path: &Path) -> Option<String> {
    if let Content::Text(text) = reader.read(path) {
        return Some(text);
    }
    let names = reader.names(path);
    let parts: Vec<String> = names
        .iter()
        .filter(|name| name.ends_with(".prisma"))
        .filter_map(|name| reader.read(&path.join(name)).text())
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// `prisma.config.*`, where Prisma 6.4 and later look for it.
fn configuration(reader: &Reader<'_>, operation: &Operation, scope: &Scope<'_>) -> Option<(PathBuf, String)> {
    if let Some(word) = &operation.config {
        let path = scope.path(&word.text);
        let text = reader.read(&path).text()?;
        return Some((path, text));
    }
    const ENDINGS: [&str; 6] = ["ts", "js", "mjs", "cjs", "mts", "cts"];
    let mut places: Vec<PathBuf> = Vec::new();
    for stem in ["prisma7.config", "prisma.config", ".config/prisma"] {
        places.extend(ENDINGS.iter().map(|ending| scope.cwd.join(format!("{stem}.{ending}"))));
    }
    places.into_iter().find_map(|path| Some((path.clone(), reader.read(&path).text()?)))
}

/// Fills in what `.env` files give, where the environment has nothing: process first, then the file beside the
/// `package.json`, then one beside the schema (`packages/internals/src/utils/tryLoadEnvs.ts`). With a configuration file,
/// and from Prisma 7 on, only what the configuration itself loads.
fn load_env_files(
    reader: &Reader<'_>,
    operation: &Operation,
    schema: Option<&(PathBuf, String)>,
    configuration: Option<&(PathBuf, String)>,
    scope: &mut Scope<'_>,
) {
    let mut files: Vec<PathBuf> = Vec::new();
    match configuration {
        Some((_, text)) if text.contains("dotenv") => {
            // `lib/env-options.js` and `lib/cli-options.js` of dotenv: the environment, then the command's own words.
            let word = |key: &str| {
                let of = |text: &String| text.strip_prefix(key)?.strip_prefix('=').map(str::to_owned);
                operation.dotenv.iter().rev().find_map(of)
            };
            let variable = |name: &str| scope.get(name).value.as_text().map(str::to_owned);
            let named = word("dotenv_config_path").or_else(|| variable("DOTENV_CONFIG_PATH"));
            let named = named.or_else(|| quoted_behind(text, "path:"));
            files.push(scope.path(named.as_deref().unwrap_or(".env")));
            let overrides = text.contains("override: true")
                || word("dotenv_config_override").or_else(|| variable("DOTENV_CONFIG_OVERRIDE")).as_deref()
                    == Some("true");
            if overrides {
                if let Some(Ok(pairs)) = project::env_file(reader, &files[0], scope) {
                    scope.overlay(&pairs, &shown(reader, &files[0]));
                }
                return;
            }
        }
        Some(_) => {}
        None if project::prisma_major(reader, &scope.cwd).is_some_and(|major| major >= 7) => {}
        None => {
            files.extend(Package::nearest(reader, &scope.cwd).map(|package| package.directory.join(".env")));
            let beside = schema.and_then(|(path, _)| Some(path.parent()?.join(".env")));
            let places = beside.into_iter().chain([scope.cwd.join("prisma/.env"), scope.cwd.join(".env")]);
            files.extend(places.into_iter().find(|path| reader.read(path) != Content::Missing));
        }
    }
    for path in files {
        match project::env_file(reader, &path, scope) {
            Some(Ok(pairs)) => {
                let before = scope.beaten.len();
                scope.fill(&pairs, &shown(reader, &path), "");
                // That the environment comes before `.env` is what everybody expects.
                scope.beaten.truncate(before);
            }
            Some(Err(why)) => {
                for name in reader.database_variables {
                    if scope.get(name.as_str()).value == Value::Unset {
                        scope.set(name.as_str(), Value::Unknown(why.clone()), Origin::File(shown(reader, &path)));
                    }
                }
            }
            None => {}
        }
    }
}

fn quoted_behind(text: &str, mark: &str) -> Option<String> {
    let rest = text.split_once(mark)?.1.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    rest[1..].split(quote).next().map(str::to_owned)
}
