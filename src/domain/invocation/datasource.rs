//! Which database URLs a Prisma command will use: the datasource of its schema, its configuration, its flags, and the
//! `.env` files that its version reads. A simple reader, not a parser: what it cannot read is unknown, not absent.

use std::path::{Path, PathBuf};

use super::prisma::{Aim, Operation};
use super::{Reader, Role, Sure, UrlValue, Use, Word};
use crate::domain::project::{self, Content, Package};
use crate::domain::scope::{Origin, Scope, Setting, Value};
use crate::domain::url::DatabaseUrl;

/// What stands for a URL in a schema or a configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Written {
    Variable(String),
    Literal(String),
    /// Text that is put together when it runs.
    Computed,
}

/// The datasource's three entries, as far as they were found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Datasource {
    pub main: Vec<Written>,
    pub direct: Option<Written>,
    pub shadow: Option<Written>,
}

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

/// The database variables as any other program would find them.
pub fn of_any_program(reader: &Reader<'_>, scope: &Scope<'_>) -> Vec<Use> {
    let one = |name: &str| resolve(&Written::Variable(name.to_owned()), Role::Main, name, "", scope);
    let mut found: Vec<Use> = reader.database_variables.iter().map(|name| one(name.as_str())).collect();
    keep_what_is_set(&mut found);
    found
}

/// Where nothing is set, one that is not stands for all.
pub(super) fn keep_what_is_set(found: &mut Vec<Use>) {
    match found.iter().any(|one| one.value != UrlValue::Absent) {
        true => found.retain(|one| one.value != UrlValue::Absent),
        false => found.truncate(1),
    }
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

pub(super) fn resolve(written: &Written, role: Role, label: &str, file: &str, scope: &Scope<'_>) -> Use {
    match written {
        Written::Computed => {
            let value = UrlValue::Unknown(format!("{file} puts it together"));
            Use { label: label.to_owned(), variable: None, role, value, origin: Origin::Schema(file.to_owned()) }
        }
        Written::Literal(text) => {
            let value = DatabaseUrl::parse(text).map_or(UrlValue::NotAUrl, UrlValue::Url);
            Use { label: label.to_owned(), variable: None, role, value, origin: Origin::Schema(file.to_owned()) }
        }
        Written::Variable(name) => {
            let Setting { value, origin } = scope.get(name);
            let value = match &value {
                Value::Text(_) => match value.as_text() {
                    Some("") => UrlValue::Absent,
                    Some(text) => DatabaseUrl::parse(text).map_or(UrlValue::NotAUrl, UrlValue::Url),
                    None => UrlValue::NotAUrl,
                },
                Value::Unset => UrlValue::Absent,
                Value::Unknown(why) => UrlValue::Unknown(why.clone()),
                Value::Stored(environment) => UrlValue::Stored(environment.clone()),
            };
            Use { label: name.clone(), variable: Some(name.clone()), role, value, origin }
        }
    }
}

/// A path for messages: relative to the directory of the command where it is below it.
fn shown(reader: &Reader<'_>, path: &Path) -> String {
    path.strip_prefix(reader.cwd).unwrap_or(path).display().to_string()
}

/// The schema, in the order in which Prisma looks (`packages/internals/src/cli/getSchema.ts`).
fn schema(reader: &Reader<'_>, operation: &Operation, scope: &Scope<'_>) -> Option<(PathBuf, String)> {
    let package = Package::nearest(reader.files, &scope.cwd);
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
    if let Content::Text(text) = reader.files.read(path) {
        return Some(text);
    }
    let names = reader.files.names(path);
    let parts: Vec<String> = names
        .iter()
        .filter(|name| name.ends_with(".prisma"))
        .filter_map(|name| reader.files.read(&path.join(name)).text())
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// `prisma.config.*`, where Prisma 6.4 and later look for it.
fn configuration(reader: &Reader<'_>, operation: &Operation, scope: &Scope<'_>) -> Option<(PathBuf, String)> {
    if let Some(word) = &operation.config {
        let path = scope.path(&word.text);
        let text = reader.files.read(&path).text()?;
        return Some((path, text));
    }
    const ENDINGS: [&str; 6] = ["ts", "js", "mjs", "cjs", "mts", "cts"];
    let mut places: Vec<PathBuf> = Vec::new();
    for stem in ["prisma7.config", "prisma.config", ".config/prisma"] {
        places.extend(ENDINGS.iter().map(|ending| scope.cwd.join(format!("{stem}.{ending}"))));
    }
    places.into_iter().find_map(|path| Some((path.clone(), reader.files.read(&path).text()?)))
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
                if let Some(Ok(pairs)) = project::env_file(reader.files, &files[0], scope) {
                    scope.overlay(&pairs, &shown(reader, &files[0]));
                }
                return;
            }
        }
        Some(_) => {}
        None if project::prisma_major(reader.files, &scope.cwd).is_some_and(|major| major >= 7) => {}
        None => {
            files.extend(Package::nearest(reader.files, &scope.cwd).map(|package| package.directory.join(".env")));
            let beside = schema.and_then(|(path, _)| Some(path.parent()?.join(".env")));
            let places = beside.into_iter().chain([scope.cwd.join("prisma/.env"), scope.cwd.join(".env")]);
            files.extend(places.into_iter().find(|path| reader.files.read(path) != Content::Missing));
        }
    }
    for path in files {
        match project::env_file(reader.files, &path, scope) {
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

/// The datasource block of a schema.
pub fn from_schema(text: &str) -> Datasource {
    let mut found = Datasource::default();
    let mut inside = Inside::No;
    for line in text.lines() {
        let line = without_comment(line);
        let line = line.trim();
        match inside {
            Inside::No if line.starts_with("datasource ") => inside = Inside::Block,
            Inside::No => {}
            Inside::Block if line.starts_with('}') => inside = Inside::No,
            Inside::Block => {
                let Some((key, value)) = line.split_once('=') else { continue };
                let written = written(value.trim());
                match key.trim() {
                    "url" => found.main.extend(written),
                    "directUrl" => found.direct = written,
                    "shadowDatabaseUrl" => found.shadow = written,
                    _ => {}
                }
            }
        }
    }
    found
}

#[derive(Clone, Copy)]
enum Inside {
    No,
    Block,
}

/// A line up to its comment. Two slashes in quotes belong to a URL.
fn without_comment(line: &str) -> &str {
    let mut quotes = 0;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quotes += 1,
            '/' if quotes % 2 == 0 && line[at..].starts_with("//") => return &line[..at],
            _ => {}
        }
    }
    line
}

/// `env("X")` or a literal.
fn written(value: &str) -> Option<Written> {
    let quoted = |text: &str| {
        let start = text.find(['"', '\''])?;
        let rest = &text[start + 1..];
        Some(rest[..rest.find(['"', '\''])?].to_owned())
    };
    match value.strip_prefix("env") {
        Some(rest) if rest.trim_start().starts_with('(') => quoted(rest).map(Written::Variable),
        Some(_) | None => value.starts_with('"').then(|| quoted(value).map(Written::Literal))?,
    }
}

/// The variables that a configuration refers to: `env('X')`, `process.env.X`, `process.env['X']`. Those behind
/// `shadowDatabaseUrl` are the shadow's. Which of the others is used when is the configuration's own affair.
pub fn from_configuration(text: &str) -> Datasource {
    let mut found = Datasource::default();
    let text: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut at = 0;
    while let Some(next) = text[at..].find("env") {
        let start = at + next;
        at = start + 3;
        let rest = text[at..].trim_start_matches("<string>");
        let name = match rest.chars().next() {
            Some('(' | '[') => {
                let inner = rest[1..].trim_start();
                let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
                quote.and_then(|quote| inner[1..].split(quote).next())
            }
            Some('.') if text[..start].ends_with("process.") => {
                let rest = rest[1..].trim_start_matches('?');
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                Some(&rest[..end])
            }
            Some(_) | None => None,
        };
        let Some(name) = name.filter(|name| crate::domain::line::is_name(name)) else { continue };
        let line = text[..start].rsplit(['\n', ',', '{']).next().unwrap_or("");
        let written = Written::Variable(name.to_owned());
        if line.contains("shadow") {
            found.shadow = Some(written);
        } else if (line.contains("url") || line.contains("Url") || name.contains("URL"))
            && !found.main.contains(&written)
        {
            found.main.push(written);
        }
    }
    literals(&text, &mut found);
    // A function, an import or an adapter gives the URL.
    let names_one = text.contains("datasource") || text.contains("adapter") || text.contains("dbCredentials");
    if found.main.is_empty() && names_one {
        found.main.push(Written::Computed);
    }
    found
}

/// The database URLs that stand in a configuration themselves.
fn literals(text: &str, found: &mut Datasource) {
    for (at, _) in text.match_indices("://") {
        let Some(start) = text[..at].rfind(['"', '\'', '`']) else { continue };
        let quote = &text[start..=start];
        let Some(inside) = text[start + 1..].split(quote).next() else { continue };
        let written = match (DatabaseUrl::parse(inside), inside.contains("${")) {
            (_, true) if DatabaseUrl::parse(&format!("{}x", &inside[..at - start + 2])).is_some() => Written::Computed,
            (Some(_), false) => Written::Literal(inside.to_owned()),
            (Some(_) | None, _) => continue,
        };
        let line = text[..start].rsplit(['\n', ',', '{']).next().unwrap_or("");
        if line.contains("shadow") {
            found.shadow = Some(written);
        } else if !found.main.contains(&written) {
            found.main.push(written);
        }
    }
}

fn quoted_behind(text: &str, mark: &str) -> Option<String> {
    let rest = text.split_once(mark)?.1.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    rest[1..].split(quote).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Written {
        Written::Variable(name.to_owned())
    }

    #[test]
    fn reads_a_schemas_datasource() {
        let text = r#"
            // datasource db { url = env("OLD") }
            generator client { provider = "prisma-client-js" }
            datasource db {
              provider          = "postgresql"
              url               = env("DATABASE_URL") // the pooled one
              directUrl         = env("DIRECT_URL")
              shadowDatabaseUrl = "postgres://u:p@h/shadow"
            }
            model A { url String @default("x") }
        "#;
        let found = from_schema(text);
        assert_eq!(found.main, [variable("DATABASE_URL")]);
        assert_eq!(found.direct, Some(variable("DIRECT_URL")));
        assert_eq!(found.shadow, Some(Written::Literal("postgres://u:p@h/shadow".to_owned())));
    }

    #[test]
    fn finds_the_variables_of_a_configuration() {
        let text = r#"
            import 'dotenv/config'
            import { defineConfig, env } from 'prisma/config'
            export default defineConfig({
              schema: 'prisma/schema.prisma',
              datasource: { url: env('DIRECT_URL'), shadowDatabaseUrl: process.env.SHADOW_URL },
            })
        "#;
        let found = from_configuration(text);
        assert_eq!(found.main, [variable("DIRECT_URL")]);
        assert_eq!(found.shadow, Some(variable("SHADOW_URL")));
        let literal = from_configuration(
            "import x from 'https://x'\nurl: 'postgres://u:p@h/x', shadowDatabaseUrl: `postgres://u:p@${h}/x`",
        );
        assert_eq!(literal.main, [Written::Literal("postgres://u:p@h/x".to_owned())]);
        assert_eq!(literal.shadow, Some(Written::Computed));
        assert_eq!(from_configuration("datasource: { url: getUrl() }").main, [Written::Computed]);
        assert_eq!(from_configuration("schema: 'prisma/schema.prisma'").main, []);
        assert_eq!(from_configuration("url: process.env['A_URL'] ?? process.env.B_URL!").main.len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,80}|[a-z=\"'(){}.\\[\\]/\n ]{0,80}|(env|process|datasource| |\\(|'|\n|\\{){0,20}") {
            let _ = (from_schema(&text), from_configuration(&text));
        }
    }
}
