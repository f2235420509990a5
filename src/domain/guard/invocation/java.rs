//! Java's own way to start a tool: `java -cp … org.flywaydb.commandline.Main clean`, `java -jar liquibase.jar update`. The class
//! or the archive says which tool it is.

use super::options::{after_flags, options};
use super::{Inner, Reader, Word, client};
use crate::domain::guard::scope::Scope;
use crate::domain::guard::sql::{self, Danger};

/// Classes and archives, and the tools whose words follow them.
const TOOLS: &[(&str, &str)] = &[
    ("org.flywaydb.commandline.Main", "flyway"),
    ("flyway-commandline", "flyway"),
    ("liquibase.integration.commandline.", "liquibase"),
    ("liquibase", "liquibase"),
    ("org.h2.tools.DeleteDbFiles", "org.h2.tools.DeleteDbFiles"),
    ("org.h2.tools.Restore", "org.h2.tools.Restore"),
];

/// Those that are clients for SQL (h2database.com, "Tools"; db.apache.org/derby, "ij"; hsqldb.org, "SqlTool"; sqlline).
const CLIENTS: &[&str] = &[
    "org.h2.tools.Shell", "org.h2.tools.RunScript", "org.apache.derby.tools.ij", "derbyrun",
    "org.hsqldb.cmdline.SqlTool", "org.hsqldb.util.SqlTool", "sqltool", "sqlline", "org.apache.hive.beeline.BeeLine",
];

/// Flags of java's that take the next word (the `java` command, "Standard Options for Java").
const VALUED: &[&str] =
    &["-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens", "--add-exports"];

/// Flags of the clients' behind which statements stand, and those behind which a file of them does.
const TEXT: &[&str] = &["-sql", "--sql", "-e"];
const FILE: &[&str] = &["-script", "-f", "--run"];

/// Whether Hibernate makes the schema anew when the application starts, as a flag or the line's own variable tells Spring
/// (docs.spring.io/spring-boot, "Database Initialization").
pub(super) fn makes_anew(words: &[Word], scope: &Scope<'_>) -> bool {
    let anew = |value: &str| matches!(value, "create" | "create-drop");
    let told = |word: &Word| word.text.split_once("ddl-auto=").is_some_and(|(_, value)| anew(value));
    let given = scope.given("SPRING_JPA_HIBERNATE_DDL_AUTO").and_then(|given| given.value.as_text());
    given.is_some_and(anew) || words.iter().any(told)
}

/// What is inside, if it is one of these.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    if name != "java" {
        return None;
    }
    let (first, rest) = after_flags(words, VALUED).split_first()?;
    let name = first.base();
    if let Some((_, tool)) = TOOLS.iter().find(|(class, _)| name.starts_with(class)) {
        let words = std::iter::once(Word::sure(tool)).chain(rest.iter().cloned()).collect();
        return Some(vec![Inner::Command(words, scope.clone())]);
    }
    CLIENTS.iter().find(|class| name.starts_with(*class))?;
    let valued = [TEXT, FILE, &["-url", "-user", "-password", "-driver", "-u", "-n", "-p", "-d"]].concat();
    let options = options(rest, &valued);
    let told = options.values(TEXT).map(|word| sql::read(&word.text).danger);
    let files = options.values(FILE).chain(options.rest.iter().copied().filter(|word| word.text.ends_with(".sql")));
    let mut dangers: Vec<Danger> =
        told.chain(files.map(|file| client::of_execute(reader, Some(file), scope))).collect();
    if dangers.is_empty() {
        dangers.push(client::of_execute(reader, None, scope));
    }
    let found = match dangers.into_iter().max()? {
        Danger::None => None,
        Danger::Unknown => Some(Inner::Unknown("what it would run cannot be read".to_owned(), scope.clone())),
        Danger::Destructive => Some(Inner::Talks(name.to_owned(), None, scope.clone())),
    };
    Some(found.into_iter().collect())
}
