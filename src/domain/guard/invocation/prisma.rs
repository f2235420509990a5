//! Prisma's commands, 5 to 8, as a table: what each does to the database that it reaches, and how Prisma reads its words.
//!
//! After prisma/prisma 5.22.0, 6.19.3 and 7.9.1 (`packages/cli/src/bin.ts`, `packages/migrate/src/commands`), and 8.0.0-rc.5.
//! The parser is `arg` 5.0.2: no abbreviations, and a word that is no flag ends the search for `--help`.

mod command;
mod reach;

pub use command::invocation;

use super::{Sure, Word};
use crate::domain::guard::sql::Danger;
use crate::domain::guard::verdict::Effect;

/// One row: the words, and what they do.
#[derive(Debug)]
pub struct Rule {
    pub words: &'static [&'static str],
    pub effect: Effect,
    /// Completes "prisma … would …": `write to`.
    pub does: &'static str,
    /// Why it is in its class, for `guard explain`.
    pub why: &'static str,
    pub aim: Aim,
}

/// Which of the datasource's databases a command touches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aim {
    Nothing,
    Main,
    /// The shadow database is wiped at every use.
    MainAndShadow,
    /// `migrate diff`: the shadow database, when a side of the comparison is a history of migrations.
    ShadowOfMigrations,
    /// Something of a hosted service; no URL tells what.
    Hosted,
}

use Aim::{Hosted, Main, MainAndShadow, Nothing, ShadowOfMigrations};
use Effect::{Destructive, Gated, Safe};

const fn rule(words: &'static [&'static str], effect: Effect, does: &'static str, aim: Aim) -> Rule {
    Rule { words, effect, does, why: "", aim }
}

impl Rule {
    const fn because(mut self, why: &'static str) -> Rule {
        self.why = why;
        self
    }
}

/// The longest row that fits decides. What is not here is Prisma's local work or no command of it.
const RULES: &[Rule] = &[
    rule(&["migrate", "dev"], Destructive, "write to", MainAndShadow)
        .because("it applies pending migrations before it asks anything, and older versions offer to reset"),
    rule(&["migrate", "reset"], Destructive, "erase", MainAndShadow)
        .because("it drops everything and applies all migrations anew"),
    rule(&["db", "push"], Destructive, "rewrite", MainAndShadow)
        .because("it changes the database to fit the schema, without a migration"),
    rule(&["db", "drop"], Destructive, "drop", Main).because("it drops the database"),
    rule(&["db", "update"], Destructive, "rewrite", Main)
        .because("it changes the database to fit the contract, and may drop"),
    rule(&["bootstrap"], Destructive, "write to", MainAndShadow).because("it runs migrate dev and the seed"),
    rule(&["migrate", "diff"], Destructive, "wipe the shadow database on", ShadowOfMigrations)
        .because("a shadow database that is named is wiped at every use"),
    rule(&["migrate", "deploy"], Gated, "apply migrations to", Main).because("it applies committed migrations"),
    rule(&["migrate", "resolve"], Gated, "change the migration history of", Main)
        .because("it writes the history of migrations"),
    rule(&["db", "execute"], Gated, "run SQL on", Main).because("it runs any SQL, without a question"),
    rule(&["db", "seed"], Gated, "seed", Main).because("a seed may begin with deleting"),
    rule(&["db", "migrate"], Gated, "apply migrations to", Main).because("it applies migrations"),
    rule(&["migration", "apply"], Gated, "apply migrations to", Main)
        .because("early builds of Prisma 8 apply migrations so"),
    rule(&["db", "init"], Gated, "create tables on", Main).because("it creates what the contract asks for"),
    rule(&["db", "sign"], Gated, "write its marker to", Main).because("it writes a marker"),
    rule(&["studio"], Gated, "open an editor on", Main).because("it is an editor with write access"),
    rule(&["mcp"], Gated, "serve an agent on", Main).because("its tools run migrate dev and studio"),
    rule(&["migrate", "status"], Safe, "read", Nothing).because("it reads"),
    rule(&["db", "pull"], Safe, "read", Nothing).because("it reads the database and writes the schema's file"),
    rule(&["db", "verify"], Safe, "read", Nothing).because("it reads"),
    rule(&["db", "schema"], Safe, "read", Nothing).because("it reads"),
    rule(&["migrate"], Destructive, "write to", MainAndShadow)
        .because("no version known here has this command, so it counts as destructive"),
    rule(&["db"], Destructive, "write to", MainAndShadow)
        .because("no version known here has this command, so it counts as destructive"),
];

const HARMLESS: Rule = rule(&[], Safe, "read", Nothing).because("it touches no database, or only reads");
const HELP: Rule = rule(&[], Safe, "read", Nothing).because("it prints help and stops");
const BARE_MIGRATE: Rule = rule(&["migrate"], Gated, "apply migrations to", Main)
    .because("early builds of Prisma 8 apply migrations under this name");
const BARE_GROUP: Rule = rule(&[], Safe, "read", Nothing).because("without a word behind it, it prints help");
const HOSTED: Rule =
    rule(&["platform"], Gated, "delete hosted resources of", Hosted).because("it deletes what Prisma hosts");
const EXECUTES_A_LOSS: Rule = rule(&["db", "execute"], Destructive, "lose data on", Main)
    .because("its SQL drops, truncates, or changes every row of a table, and it asks nothing");
const CANNOT_BE_READ: Rule = rule(&[], Destructive, "write to", MainAndShadow)
    .because("the words of the command cannot be known before it runs");

/// What the words of a Prisma command come to.
#[derive(Debug)]
pub struct Operation {
    /// The words that name it: `migrate dev`.
    pub name: String,
    pub rule: &'static Rule,
    pub url: Option<Word>,
    pub shadow_url: Option<Word>,
    pub schema: Option<Word>,
    pub config: Option<Word>,
    pub file: Option<Word>,
    /// `dotenv_config_path=FILE` and its kind, which dotenv finds among any program's words.
    pub dotenv: Vec<String>,
}

impl Operation {
    /// `db execute` runs whatever SQL it is given: what that loses decides.
    pub fn judge_sql(&mut self, danger: Danger) {
        if danger == Danger::Destructive {
            self.rule = &EXECUTES_A_LOSS;
        }
    }
}

/// Flags that take the next word, so that it names no command.
const VALUED: &[&str] = &[
    "--config", "--telemetry-information", "--schema", "--name", "-n", "--url", "--db", "--shadow-database-url",
    "--file", "--applied", "--rolled-back", "--from-url", "--to-url", "--from-migrations", "--to-migrations",
    "--from-schema", "--to-schema", "--from-schema-datamodel", "--to-schema-datamodel", "--from-schema-datasource",
    "--to-schema-datasource", "--from-local-d1", "--to-local-d1", "--output", "-o", "--port", "-p", "--browser", "-b",
    "--hostname", "--confirm", "--to", "--generator", "--delete", "--rename", "--allow",
];

/// Reads the words behind `prisma`.
pub fn read(words: &[Word], major: Option<u32>) -> Operation {
    let mut named: Vec<&Word> = Vec::new();
    let mut asks = Asks::Work;
    let mut dashes = Dashes::None;
    let mut flags: Vec<(&str, Option<Word>)> = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if text == "--" {
            dashes = Dashes::Seen;
        } else if text.starts_with('-') && text.len() > 1 && word.sure == Sure::Yes {
            let (flag, joined) = match text.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (text, None),
            };
            let value = match joined {
                Some(value) => Some(Word { text: value.to_owned(), sure: word.sure }),
                None if VALUED.contains(&flag) => rest.next().cloned(),
                None => None,
            };
            // Help is asked for only in front of the first word that its level does not know, and not behind `--`.
            let early = named.len() <= 2 && dashes == Dashes::None;
            if early && matches!(flag, "--help" | "-h") || named.is_empty() && matches!(flag, "--version" | "-v") {
                asks = Asks::Help;
            }
            flags.push((flag, value));
        } else {
            named.push(word);
        }
    }
    let flag = |name: &str| flags.iter().rfind(|(flag, _)| *flag == name);
    let value = |names: &[&str]| names.iter().find_map(|name| flag(name)?.1.clone());
    let given = |name: &str| flag(name).is_some();
    let first = named.first().map(|word| word.text.as_str());
    let second = named.get(1).map(|word| word.text.as_str());
    let unsure = named.iter().take(2).any(|word| word.sure == Sure::No);
    let groups = matches!(first, Some("migrate" | "db"));
    let rule: &'static Rule = if asks == Asks::Help {
        &HELP
    } else if unsure && (groups || named.first().is_some_and(|word| word.sure == Sure::No)) {
        &CANNOT_BE_READ
    } else {
        match (first, second) {
            (Some("migrate"), None) if major.is_none_or(|major| major >= 8) => &BARE_MIGRATE,
            (Some("migrate" | "db"), None) => &BARE_GROUP,
            (Some("db"), Some("update")) if given("--dry-run") => &HARMLESS,
            (Some("db"), Some("migrate")) if given("--show") => &HARMLESS,
            (Some("migrate"), Some("diff")) if !given("--from-migrations") && !given("--to-migrations") => &HARMLESS,
            (Some("platform"), _) if named.iter().any(|word| word.text == "delete") => &HOSTED,
            (Some(_), _) => {
                let fits = |rule: &&Rule| {
                    rule.words.len() <= named.len() && rule.words.iter().zip(&named).all(|(w, n)| *w == n.text)
                };
                RULES.iter().find(fits).unwrap_or(&HARMLESS)
            }
            (None, _) => &HARMLESS,
        }
    };
    let shown = if groups { 2 } else { 1 };
    Operation {
        name: named.iter().take(shown).map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
        rule,
        url: value(&["--url", "--db"]),
        shadow_url: value(&["--shadow-database-url"]),
        schema: value(&["--schema"]),
        config: value(&["--config"]),
        file: value(&["--file"]),
        dotenv: words.iter().map(|word| word.text.clone()).filter(|text| text.starts_with("dotenv_config_")).collect(),
    }
}

/// Whether the words would be a command of Prisma's that is not harmless, whatever stands before them.
pub fn is_guarded(words: &[Word]) -> bool {
    let known = |rule: &Rule| !rule.words.is_empty() && rule.words.len() == 2;
    let operation = read(words, None);
    operation.rule.effect != Effect::Safe && known(operation.rule)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Asks {
    Work,
    Help,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Dashes {
    None,
    Seen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, name: &str, effect: Effect) {
        let words: Vec<Word> = line.split_whitespace().map(Word::sure).collect();
        let operation = read(&words, Some(6));
        assert_eq!((operation.name.as_str(), operation.rule.effect), (name, effect), "{line}");
    }

    #[test]
    fn finds_the_command_between_the_flags() {
        check("migrate dev", "migrate dev", Destructive);
        check("--config f migrate dev", "migrate dev", Destructive);
        check("migrate --config f dev", "migrate dev", Destructive);
        check("migrate --preview-feature dev", "migrate dev", Destructive);
        check("--json migrate reset", "migrate reset", Destructive);
        check("-- migrate dev", "migrate dev", Destructive);
        check("migrate -- reset", "migrate reset", Destructive);
        check("migrate dev extra words", "migrate dev", Destructive);
        check("migrate reset --force", "migrate reset", Destructive);
        check("db push --accept-data-loss=false", "db push", Destructive);
        check("migrate deploy --schema prisma/schema.prisma", "migrate deploy", Gated);
        check("db nonsense", "db nonsense", Destructive);
        check("migrate", "migrate", Safe);
        check("generate", "generate", Safe);
        check("", "", Safe);
        check("db update --dry-run", "db update", Safe);
        check("db update", "db update", Destructive);
        check("db migrate --show", "db migrate", Safe);
        check("platform environment delete --environment x", "platform", Gated);
    }

    #[test]
    fn help_counts_only_where_prisma_honours_it() {
        check("migrate dev --help", "migrate dev", Safe);
        check("migrate dev --name x --help", "migrate dev", Safe);
        check("migrate --help dev", "migrate dev", Safe);
        check("--help migrate dev", "migrate dev", Safe);
        check("db push --help=false", "db push", Safe);
        check("-v migrate dev", "migrate dev", Safe);
        check("migrate dev foo --help", "migrate dev", Destructive);
        check("migrate reset --force foo --help", "migrate reset", Destructive);
        check("migrate dev -- --help", "migrate dev", Destructive);
        check("migrate dev -v", "migrate dev", Destructive);
    }

    #[test]
    fn a_comparison_is_harmless_without_migrations() {
        check("migrate diff --from-empty --to-schema-datamodel s --script", "migrate diff", Safe);
        check("migrate diff --from-migrations m --to-schema s", "migrate diff", Destructive);
    }

    #[test]
    fn words_that_cannot_be_known_are_refused() {
        let unsure = |text: &str| Word { text: text.to_owned(), sure: Sure::No };
        assert_eq!(read(&[Word::sure("migrate"), unsure("$1")], None).rule.effect, Destructive);
        assert_eq!(read(&[unsure("$@")], None).rule.effect, Destructive);
        assert_eq!(read(&[Word::sure("generate"), unsure("$@")], None).rule.effect, Safe);
        assert_eq!(read(&[Word::sure("migrate"), Word::sure("status"), unsure("$@")], None).rule.effect, Safe);
    }
}
