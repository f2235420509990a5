//! A coding agent's tool that speaks to a database without a shell: what its name and its arguments say that it does, and which
//! database they name. What a server of such tools is connected to stands in its own settings, which nobody here knows.

use std::path::{Path, PathBuf};

use super::reach;
use super::{Invocation, Tool, Use, Word};
use crate::domain::guard::scope::Scope;
use crate::domain::guard::sql::{self, Danger};
use crate::domain::guard::verdict::Effect;
use crate::domain::text::json::Json;
use crate::domain::text::pattern;

/// What the last part of a tool's name says by itself, whatever its arguments hold; the first that fits counts.
const VERBS: &[(&str, Effect, &str, &str)] = &[
    (
        "reset_branch|reset_database|reset_db|db_reset|migrate_reset|delete_branch|delete_database|delete_project|delete_instance|delete_cluster",
        Effect::Destructive,
        "delete",
        "it deletes a database, or brings it back to an earlier state",
    ),
    (
        "drop_table*|drop_collection|drop_database|drop_db|drop_schema|drop_view|drop_column|drop_index|drop_all*|truncate_table*|truncate_all*|delete_table|delete_collection|flushdb|flushall|flush_db|flush_all|restore_database|restore_backup|restore_snapshot|restore_branch|restore_table*|reset_from_parent",
        Effect::Destructive,
        "empty",
        "it drops or empties what it names",
    ),
    (
        "apply_migration*|run_migration*|deploy_migration*|migrate|migrate_dev|migrate_deploy|merge_branch|rebase_branch|complete_database_migration|complete_query_tuning|push_schema|db_push|alter_table*|alter_database|alter_column|delete_many|execute_migration*",
        Effect::Unknown,
        "change",
        "it changes a database, and only the tool's own settings say which",
    ),
];

/// Names of tools that send what they are given.
const SENDS: &str = "*sql*|query|*_query|query_*|*execute*|*_statement*|run_transaction|psql|*_queries|*ddl*|apply_migration*|*migration*|command|aggregate";

/// Servers that look things up: a query of theirs is a question in words.
const LOOKS_UP: &str =
    "*docs*|*search*|*context*|*wiki*|*web*|*fetch*|*memory*|*jira*|*linear*|*notion*|*slack*|*github*";

/// Arguments that hold statements, and those that name a database.
const STATEMENTS: &[&str] = &[
    "sql", "query", "queries", "statement", "statements", "sqlstatements", "ddl", "ddl_statements", "text", "command",
];
const PLACES: &[&str] = &[
    "connectionstring", "connection_string", "connection", "connection_url", "url", "uri", "database_url",
    "databaseurl", "dsn",
];

/// The command that the call amounts to. `None` for a tool that touches no database, or only reads one.
pub fn database_tool(tool: &str, arguments: &Json) -> Option<Invocation> {
    let plain = tool.to_ascii_lowercase().replace(['-', '.', '/', ':'], "_");
    let (server, name) = plain.rsplit_once("__").unwrap_or(("", &plain));
    if pattern::fits_any(LOOKS_UP, server) {
        return None;
    }
    let by_name = VERBS.iter().find(|(names, ..)| ends_as(names, name));
    let danger = if ends_as(SENDS, name) { worst(arguments) } else { Danger::None };
    let by_text = match danger {
        Danger::Destructive => {
            Some((Effect::Destructive, "lose data on", "it drops, truncates, or changes every row of a table"))
        }
        Danger::Unknown => Some((Effect::Unknown, "run SQL on", "what it would run cannot be read before it runs")),
        Danger::None => None,
    };
    let by_name = by_name.map(|(_, effect, does, why)| (*effect, *does, *why));
    let (effect, does, why) = by_text.into_iter().chain(by_name).max_by_key(|(effect, ..)| *effect)?;
    let place = values(arguments, PLACES).into_iter().find(|text| text.contains("://") || text.contains("host="));
    let nothing = |_: &str| None;
    let scope = Scope::new(Path::new("/").to_owned(), &nothing);
    let one: Use = match place {
        Some(text) => reach::given("the tool's argument", &Word::sure(text), &scope),
        None => reach::unknown("database", "the settings of the tool's server name it"),
    };
    Some(Invocation {
        tool: Tool::Other,
        name: tool.rsplit("__").next().unwrap_or(tool).to_owned(),
        words: vec![tool.to_owned()],
        outer: Default::default(),
        effect,
        does,
        why: why.into(),
        uses: vec![one],
        through: Default::default(),
        beaten: Vec::new(),
        directory: PathBuf::new(),
        migrations: None,
    })
}

/// Whether a tool's name fits, or its end does behind the server's: `supabase_execute_sql`.
fn ends_as(patterns: &str, name: &str) -> bool {
    pattern::fits_any(patterns, name)
        || name.match_indices('_').any(|(at, _)| pattern::fits_any(patterns, &name[at + 1..]))
}

fn worst(arguments: &Json) -> Danger {
    values(arguments, STATEMENTS).into_iter().map(|text| sql::read(text).danger).max().unwrap_or(Danger::None)
}

/// The texts under these keys, at any depth.
fn values<'j>(json: &'j Json, keys: &[&str]) -> Vec<&'j str> {
    fn all<'j>(json: &'j Json, found: &mut Vec<&'j str>) {
        found.extend(json.text());
        json.list().iter().for_each(|one| all(one, found));
        json.pairs().iter().for_each(|(_, one)| all(one, found));
    }
    let mut found = Vec::new();
    for (key, value) in json.pairs() {
        match keys.contains(&key.to_ascii_lowercase().as_str()) {
            true => all(value, &mut found),
            false => found.extend(values(value, keys)),
        }
    }
    json.list().iter().for_each(|one| found.extend(values(one, keys)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tool: &str, arguments: &str, expected: Option<Effect>) {
        let found = database_tool(tool, &Json::read(arguments).unwrap());
        assert_eq!(found.map(|one| one.effect), expected, "{tool} {arguments}");
    }

    #[test]
    fn what_a_tool_sends_is_read_as_sql() {
        let drops = Some(Effect::Destructive);
        check("mcp__supabase__execute_sql", r#"{"project_id":"x","query":"drop table users"}"#, drops);
        check("mcp__postgres__query", r#"{"sql":"TRUNCATE users"}"#, drops);
        check("mcp__Neon__run_sql_transaction", r#"{"params":{"sqlStatements":["select 1","delete from x"]}}"#, drops);
        check("mcp__supabase__apply_migration", r#"{"name":"x","query":"alter table x drop column y"}"#, drops);
        check("supabase-execute_sql", r#"{"query":"delete from users"}"#, drops);
        check("execute_sql", r#"{"query":"select 1"}"#, None);
        check("mcp__postgres__query", r#"{"sql":"delete from x where id = 1"}"#, None);
        check("mcp__toolbox__alloydb-execute-sql", r#"{"sql":"drop schema public cascade"}"#, drops);
    }

    #[test]
    fn a_verb_says_enough_by_itself() {
        check("mcp__supabase__reset_branch", r#"{"branch_id":"x"}"#, Some(Effect::Destructive));
        check("mcp__neon__delete_project", "{}", Some(Effect::Destructive));
        check("mcp__mongodb__drop-collection", r#"{"collection":"x"}"#, Some(Effect::Destructive));
        check("mcp__supabase__apply_migration", r#"{"query":"create table x (a int)"}"#, Some(Effect::Unknown));
        check("mcp__supabase__list_tables", "{}", None);
        check("mcp__supabase__create_branch", "{}", None);
    }

    #[test]
    fn a_question_in_words_is_no_statement() {
        check("mcp__docs__query", r#"{"query":"drop table syntax in postgres"}"#, None);
        check("mcp__github__search_code", r#"{"query":"DROP TABLE users"}"#, None);
        check("Grep", r#"{"pattern":"DROP TABLE"}"#, None);
        check("mcp__playwright__click", r#"{"text":"drop table x"}"#, None);
    }

    #[test]
    fn the_database_that_an_argument_names_is_the_one() {
        let arguments = r#"{"connectionString":"postgres://u@dev.example.com/x","sql":"drop table y"}"#;
        let found = database_tool("mcp__db__execute_sql", &Json::read(arguments).unwrap()).unwrap();
        assert!(format!("{:?}", found.uses).contains("dev.example.com"));
    }
}
