//! What Prisma 5, 6 and 7 were seen to send, and what each comes to.

use super::*;
use crate::domain::guard::invocation::{Role, UrlValue};
use crate::domain::session::ambient::Environ;

const URL: &str = "postgresql://u:p@h/dev";

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// What a session with these words and this one line is about: `command effect label=place …`.
#[track_caller]
fn check(start_words: &str, request: &str, expected: &str) {
    let Start::Session(given) = start(&words(start_words)) else { panic!("no session: {start_words}") };
    let told = match line(request.as_bytes()) {
        Line::Harmless => "harmless".to_owned(),
        Line::Unreadable => "unreadable".to_owned(),
        Line::Named { operation, params, .. } => {
            let schema = r#"datasource db { provider = "postgresql"
                url = env("DATABASE_URL")
                shadowDatabaseUrl = env("SHADOW_URL")
            }"#;
            let schemas: Vec<Option<String>> =
                given.schemas.iter().map(|path| (path != "gone").then(|| schema.replace(" url", "\nurl"))).collect();
            let variables = Environ::new(vec![
                ("DATABASE_URL".into(), URL.into()),
                ("SHADOW_URL".into(), "postgresql://u:p@h/shadow".into()),
            ]);
            let found = invocation(&operation, &given, &params, &schemas, &variables);
            let uses = found.uses.iter().map(|one| {
                let value = match &one.value {
                    UrlValue::Url(url) => url.to_string().rsplit('/').next().unwrap().to_owned(),
                    UrlValue::Unknown(_) => "?".to_owned(),
                    other => format!("{other:?}"),
                };
                let role = if one.role == Role::Shadow { "!" } else { "" };
                format!(" {}{role}={value}", one.label)
            });
            format!("{} {}{}", found.name, found.effect.word(), uses.collect::<String>())
        }
    };
    assert_eq!(told, expected, "{request}");
}

fn call(method: &str, params: &str) -> String {
    format!(r#"{{"id":1,"jsonrpc":"2.0","method":"{method}","params":{params}}}"#)
}

#[test]
fn knows_what_it_is_started_for() {
    let kind = |text: &str| match start(&words(text)) {
        Start::Harmless => "harmless".to_owned(),
        Start::Act(operation, given) => format!("{} {:?}", operation.commands[0], given.url),
        Start::Session(given) => format!("session {given:?}"),
    };
    assert_eq!(kind("--version"), "harmless");
    assert_eq!(kind("cli --datasource postgresql://h/x can-connect-to-database"), "harmless");
    assert_eq!(kind(r#"--datasource {"url":"postgresql://h/x"} cli can-connect-to-database"#), "harmless");
    assert_eq!(kind("cli --datasource postgresql://h/x create-database"), "migrate deploy Some(\"postgresql://h/x\")");
    assert_eq!(kind("cli --datasource=postgresql://h/x drop-database"), "db drop Some(\"postgresql://h/x\")");
    assert_eq!(kind("cli explode"), "schema engine call explode None");
    // A URL that looks like a word of ours is a value all the same.
    assert!(kind("--datasource --version").starts_with("session"));
}

#[test]
fn reads_the_requests_of_each_version() {
    let seven = r#"--datamodels s --datasource {"url":"postgresql://u:p@h/dev"}"#;
    check(seven, &call("devDiagnostic", "{}"), "prisma migrate dev destructive DATABASE_URL=dev SHADOW_URL!=shadow");
    let six = "--datamodels s";
    check(six, &call("devDiagnostic", "{}"), "prisma migrate dev destructive DATABASE_URL=dev SHADOW_URL!=shadow");
    check("-d s", &call("reset", "{}"), "prisma migrate reset destructive DATABASE_URL=dev SHADOW_URL!=shadow");
    check(six, &call("applyMigrations", "{}"), "prisma migrate deploy gated DATABASE_URL=dev");
    check(six, &call("markMigrationRolledBack", "{}"), "prisma migrate resolve gated DATABASE_URL=dev");
    check(six, &call("schemaPush", "{}"), "prisma db push destructive DATABASE_URL=dev SHADOW_URL!=shadow");
    check(six, &call("evaluateDataLoss", "{}"), "prisma migrate dev destructive SHADOW_URL!=shadow");
    check(
        six,
        &call("explode", "{}"),
        "prisma schema engine call explode destructive DATABASE_URL=dev SHADOW_URL!=shadow",
    );
    for harmless in ["introspect", "getDatabaseVersion", "listMigrationDirectories", "diagnoseMigrationHistory", "diff"]
    {
        check(six, &call(harmless, r#"{"optInToShadowDatabase":false}"#), "harmless");
    }
}

#[test]
fn a_request_that_names_its_database_is_about_that_one() {
    let url = r#"{"script":"select 1","datasourceType":{"tag":"url","url":"postgresql://u:p@h/other"}}"#;
    check("--datamodels s", &call("dbExecute", url), "prisma db execute gated url=other");
    let schema = r#"{"script":"DROP TABLE a","datasourceType":{"tag":"schema","files":[{"path":"s","content":"datasource db {\nurl = env(\"DATABASE_URL\")\n}"}]}}"#;
    check("--extension-types []", &call("dbExecute", schema), "prisma db execute destructive DATABASE_URL=dev");
    let diff = r#"{"from":{"tag":"migrations"},"to":{"tag":"empty"},"shadowDatabaseUrl":"postgresql://u:p@h/wiped"}"#;
    check("--extension-types []", &call("diff", diff), "prisma migrate diff destructive shadowDatabaseUrl!=wiped");
    let unnamed = r#"{"from":{"tag":"migrations"},"to":{"tag":"empty"}}"#;
    check("--extension-types []", &call("diff", unnamed), "prisma migrate diff safe");
}

#[test]
fn what_cannot_be_known_is_unknown() {
    check("--extension-types []", &call("reset", "{}"), "prisma migrate reset destructive url=?");
    check("-d gone", &call("reset", "{}"), "prisma migrate reset destructive url=? shadowDatabaseUrl!=?");
    check(
        r#"--datasource {"directUrl":"postgresql://u:p@h/direct"}"#,
        &call("reset", "{}"),
        "prisma migrate reset destructive directUrl=direct",
    );
    check("-d s", "{\"method\":", "unreadable");
    check("-d s", "", "harmless");
    check("-d s", r#"{"id":"print-1","jsonrpc":"2.0","result":{}}"#, "harmless");
    let batch = format!("[{},{}]", call("introspect", "{}"), call("reset", "{}"));
    check("-d s", &batch, "prisma migrate reset destructive DATABASE_URL=dev SHADOW_URL!=shadow");
}

#[test]
fn refusals_are_one_line_of_the_engines_own() {
    let told: Value = serde_json::from_str(&answer(&Value::from(7), "no: \"x\"\n  y")).unwrap();
    assert_eq!((told["id"].as_i64(), told["error"]["code"].as_i64()), (Some(7), Some(4466)));
    assert_eq!(told["error"]["data"]["message"], "no: \"x\"\n  y");
    assert_eq!(answer(&Value::Null, "a\nb").matches('\n').count(), 1);
    assert!(logged("a").lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

proptest::proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC{0,80}", method in "[a-zA-Z]{0,12}", tag in "[a-z]{0,10}") {
        let _ = line(text.as_bytes());
        let _ = line(call(&method, &format!(r#"{{"from":{{"tag":"{tag}"}}}}"#)).as_bytes());
        let _ = start(&words(&text));
    }

    /// No spelling of an unknown method is ever harmless.
    #[test]
    fn an_unknown_method_is_destructive(method in "[a-z]{3,12}") {
        let harmless = HARMLESS.contains(&method.as_str()) || method == "diff";
        let found = matches!(line(call(&method, "{}").as_bytes()), Line::Named { .. });
        proptest::prop_assert_eq!(found, !harmless);
    }
}
