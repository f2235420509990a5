//! What the text of a schema or a configuration says of its database URLs. A simple reader, not a parser: what it cannot read
//! is put together when it runs, not absent. It opens no file.

use crate::domain::guard::line;
use crate::domain::target::url::DatabaseUrl;

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
        let Some(name) = name.filter(|name| line::is_name(name)) else { continue };
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
