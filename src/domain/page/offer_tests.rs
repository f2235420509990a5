//! What is shown of a configuration, compared whole.

use super::*;
use crate::domain::config::repository::{AllowedText, AllowedTexts};
use crate::domain::config::schema;

fn config(text: &str) -> Config {
    let main = AllowedText { file: ".nexusenv", text: text.to_owned() };
    schema::parse(&AllowedTexts { main, local: None }, &[]).unwrap()
}

#[track_caller]
fn check(text: &str, stores: &[Stored], local: LocalFile, expected: &[&str]) {
    let places = [PathBuf::from("/home/ada/nexus")];
    assert_eq!(lines(&config(text), stores, local, &places, &[]), expected);
}

#[test]
fn all_of_a_configuration_is_shown() {
    let stored = |environment: &str, names: &[&str], key| Stored {
        environment: EnvironmentName::new(environment).unwrap(),
        names: names.iter().map(|name| VariableName::new(name).unwrap()).collect(),
        readers: "ada, ci".to_owned(),
        fingerprint: "6911cca0".to_owned(),
        key,
    };
    check(
        r#"
id = "9f3k2v7m4q8x1c5b"
database_variables = ["DATABASE_URL", "OTHER"]
[env.dev.vars]
NODE_ENV = "development"
URL = "postgresql://a:hunter2@h/d"
PGOPTIONS = "-c x"
[env.dev.proxy]
instance = "a:b:c"
port = 5433
[env.prod]
access = "read-only"
export = "command"
promote_from = "dev"
fingerprint = "77/nexus_db"
match = { hosts = ["*.prod.internal"], ports = [1] }
backup = { command = ["b", "1"], verify = ["v"], restore = "r {}" }
deploy = { lock_timeout = "5s", statement_timeout = "2m" }
proxy = { instance = "x", port = 1, command = ["sh", "-c", "tunnel {port}"] }
[env.production]
protected = false
[services]
api = { port = 8000, health = "/health" }
web = { port = 3000 }
[prisma]
directory = "packages/database"
[[guard]]
command = "ts-node scripts/import-*"
on = ["prod"]
action = "confirm"
reason = "imports оverwrite"
[[guard]]
command = "x"
"#,
        &[stored("dev", &["A", "B"], Key::New), stored("prod", &["PGDATA"], Key::Known)],
        LocalFile::NotIgnored,
        &[
            "dev  not protected, read-write, exported into the shell, the default",
            "  NODE_ENV = \"development\"",
            "  URL = \"postgresql://a:•••@h/d\"",
            "  PGOPTIONS = \"-c x\"  (unusual: it changes the session, or which server of your own is meant)",
            "  2 secrets: A, B, readable by ada, ci",
            "  under the key 6911cca0, new here",
            "  `proxy up` starts  cloud-sql-proxy '--port={port}' {instance}  (a:b:c on port 5433)",
            "prod  protected, read-only, given to single commands alone",
            "  1 secret: PGDATA, readable by ada, ci",
            "  under the key 6911cca0, known from /home/ada/nexus",
            "  PGDATA is unusual: it changes the session, or which server of your own is meant",
            "  `proxy up` starts  sh -c 'tunnel {port}'  (x on port 1)",
            "  known by  host *.prod.internal, port 1",
            "  known by  fingerprint 77/nexus_db",
            "  before a deployment runs  b 1",
            "  and then  v",
            "  a backup is restored by  r {}",
            "  a deployment waits for a lock at most 5 s, a statement takes at most 120 s",
            "  promoted from  dev",
            "production  NOT protected, read-write, exported into the shell",
            "database variables  DATABASE_URL, OTHER",
            "a rule asks before  ts-node scripts/import-*  on prod  (imports о‹U+043E›verwrite)",
            "a rule blocks  x  on every protected environment",
            "service api  port 8000, asked at /health",
            "service web  port 3000",
            "prisma  packages/database",
            "`.nexusenv.local` is laid over it, and git does not ignore it",
        ],
    );
}

#[test]
fn long_lines_are_broken_and_lose_nothing() {
    let lines = ["  NAME = one two three four five six".to_owned(), "x".repeat(50)];
    assert_eq!(
        wrapped(&lines, Some(30)),
        "\n    NAME = one two three four\n        five six\n  xxxxxxxxxxxxxxxxxxxxxxxxxxxx\n      xxxxxxxxxxxxxxxxxxxxxx"
    );
    assert_eq!(wrapped(&lines[..1], None), "\n    NAME = one two three four five six");
}
