//! What a configuration means, and what a wrong one is told.

use super::*;
use crate::domain::config::repository::AllowedText;
use crate::domain::config::vars;
use crate::domain::config::{Access, Export, Protection};

pub(super) const EXAMPLE: &str = include_str!("../../../../.nexusenv.example");
const ID: &str = "id = \"9f3k2v7m4q8x1c5b\"\n";

pub(super) fn texts(main: &str, local: Option<&str>) -> AllowedTexts {
    AllowedTexts {
        main: AllowedText { file: ".nexusenv", text: main.to_owned() },
        local: local.map(|text| AllowedText { file: ".nexusenv.local", text: text.to_owned() }),
    }
}

#[track_caller]
fn good(main: &str, local: Option<&str>) -> Config {
    parse(&texts(main, local), &[]).unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// The message and the hint for a text after the line of the id, so that it begins in line 2.
#[track_caller]
fn check(rest: &str, message: &str, hint: &str) {
    check_local(&format!("{ID}{rest}"), None, message, hint);
}

#[track_caller]
fn check_local(main: &str, local: Option<&str>, message: &str, hint: &str) {
    let failure = parse(&texts(main, local), &[]).unwrap_err();
    assert_eq!((failure.message.as_str(), failure.hint.as_deref().unwrap_or("")), (message, hint));
}

fn name(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

#[test]
fn the_smallest_file_has_every_default() {
    let config = good(&format!("{ID}[env.dev]\n[env.prod]"), None);
    assert_eq!(config.default, name("dev"));
    assert_eq!(config.database_variables, [VariableName::new("DATABASE_URL").unwrap()]);
    let [dev, prod] = &config.environments[..] else { panic!() };
    assert_eq!((dev.protection, dev.access, dev.export), (Protection::Open, Access::ReadWrite, Export::Shell));
    assert_eq!((prod.protection, prod.access), (Protection::Protected, Access::ReadOnly));
    assert!(config.services.is_empty() && config.guard.is_empty() && config.prisma_directory.is_none());
}

#[test]
fn the_example_is_understood_as_it_stands_and_uncommented() {
    let config = good(EXAMPLE, None);
    assert_eq!(config.default, name("dev"));
    let mut known: Vec<&str> = KEYS.to_vec();
    known.extend(environment::KEYS);
    known.extend(["instance", "port", "command", "hosts", "ports", "databases", "users", "health", "directory"]);
    known.extend(["on", "action", "reason"]);
    for key in known {
        assert!(
            EXAMPLE.lines().any(|line| line.contains(&format!("{key} ="))
                || line.contains(&format!("{key}]"))
                || line.contains(&format!("[{key}."))),
            "the example does not show `{key}`"
        );
    }
}

#[test]
fn everything_is_read() {
    let config = good(
        "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"test\"\ndatabase_variables = [\"DATABASE_URL\", \"SHADOW_URL\"]\n\
         [env.test]\nexport = \"command\"\naccess = \"read-only\"\n[env.dev.vars]\nB = \"2\"\nA = \"1\"\n\
         [env.live]\nprotected = true\naccess = \"read-write\"\npromote_from = \"dev\"\nfingerprint = \"18446744073709551615/a/b\"\n\
         proxy = { instance = \"p:r:i\", port = 5433 }\nmatch = { hosts = [\"*.x\"], ports = [5432], users = [\"u\"], databases = [\"d\"] }\n\
         [env.production]\nprotected = false\nproxy = { instance = \"i\", port = 1, command = [\"ssh\", \"{port}\"] }\n\
         [services]\napi = { port = 8000, health = \"/health\" }\n[prisma]\ndirectory = \"packages/database\"\n\
         [[guard]]\ncommand = \"x\"\n[[guard]]\ncommand = \"y *\"\non = [\"dev\"]\naction = \"confirm\"\nreason = \"r\"",
        None,
    );
    assert_eq!(config.default, name("test"));
    let names: Vec<&str> = config.environments.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["test", "dev", "live", "production"]);
    assert_eq!(config.environments[0].export, Export::Command);
    assert_eq!(config.environments[0].access, Access::ReadOnly);
    let vars: Vec<&str> = config.environments[1].vars.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(vars, ["B", "A"]);
    let live = &config.environments[2];
    assert_eq!((live.protection, live.access), (Protection::Protected, Access::ReadWrite));
    assert_eq!(live.promote_from, Some(name("dev")));
    assert_eq!(live.proxy.as_ref().unwrap().command, ["cloud-sql-proxy", "--port={port}", "{instance}"]);
    assert_eq!((live.matches.ports.as_slice(), live.matches.hosts.len()), (&[5432][..], 1));
    assert_eq!(config.environments[3].protection, Protection::Open);
    assert_eq!(config.environments[3].proxy.as_ref().unwrap().command, ["ssh", "{port}"]);
    assert_eq!(config.services[0].health.as_deref(), Some("/health"));
    assert_eq!(config.guard[0].action, GuardAction::Block);
    assert_eq!((config.guard[1].on.as_slice(), config.guard[1].action), (&[name("dev")][..], GuardAction::Confirm));
}

#[test]
fn the_default_is_dev_or_the_first_open_one_and_never_a_protected_one() {
    assert_eq!(good(&format!("{ID}[env.prod]\n[env.test]\n[env.dev]"), None).default, name("dev"));
    assert_eq!(good(&format!("{ID}[env.prod]\n[env.test]\n[env.a]"), None).default, name("test"));
    assert_eq!(good(&format!("{ID}[env.dev]\nprotected = true\n[env.a]"), None).default, name("a"));
    check(
        "[env.Prod]",
        ".nexusenv:1: every environment is protected, and none can be the default",
        "add one for daily work: `[env.dev.vars]`",
    );
    check("", ".nexusenv:1: no environment is declared", "add a line `[env.dev.vars]`");
    check(
        "default = \"prod\"\n[env.prod]",
        ".nexusenv:2: `default` names `prod`, which is protected",
        "a new shell starts in an environment where nothing can be broken; select that one by `nexus-env use`",
    );
    check(
        "default = \"dve\"\n[env.dev]",
        ".nexusenv:2: `default` names `dve`, which is no environment here",
        "did you mean `dev`?",
    );
}

#[test]
fn the_local_file_is_merged_last_key_by_key() {
    let main = format!(
        "{ID}[env.dev.vars]\nA = \"1\"\nB = \"2\"\n[env.dev.match]\nhosts = [\"x\", \"y\"]\n[[guard]]\ncommand = \"team\""
    );
    let local = "default = \"mine\"\n[env.dev.vars]\nB = \"3\"\nC = \"4\"\n[env.dev.match]\nhosts = [\"z\"]\n[env.mine]\n\
                 [[guard]]\ncommand = \"own\"";
    let config = good(&main, Some(local));
    let dev = config.environment(&name("dev")).unwrap();
    let vars: Vec<(&str, &str)> = dev.vars.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(vars, [("A", "1"), ("B", "3"), ("C", "4")]);
    assert_eq!(dev.matches.hosts, ["z"]);
    assert_eq!(config.default, name("mine"));
    let rules: Vec<_> = config.guard.iter().map(|rule| (rule.command.as_str(), rule.origin)).collect();
    assert_eq!(rules, [("team", RuleOrigin::Repository), ("own", RuleOrigin::Local)]);
}

#[test]
fn a_fault_of_the_local_file_names_that_file() {
    let main = format!("{ID}[env.dev.vars]\nA = \"1\"\n");
    check_local(
        &main,
        Some("\n[env.dev]\nvars = 3"),
        ".nexusenv.local:3: `env.dev.vars` must be a table, not a number",
        "",
    );
    check_local(
        &main,
        Some("[env.dev]\nprotectd = true"),
        ".nexusenv.local:2: unknown key `protectd` in `env.dev`",
        "did you mean `protected`?",
    );
    check_local(
        &main,
        Some("id = \"aaaaaaaaaaaaaaaa\""),
        ".nexusenv.local:1: `id` belongs into `.nexusenv`: the secrets of everyone are bound to it",
        "",
    );
    assert_eq!(good(&main, Some(ID)).id.as_str(), "9f3k2v7m4q8x1c5b");
}

#[test]
fn an_unknown_key_names_the_place_and_the_nearest() {
    check("defualt = \"dev\"", ".nexusenv:2: unknown key `defualt`", "did you mean `default`?");
    check(
        "\n[env.prod]\nprotekted = true",
        ".nexusenv:4: unknown key `protekted` in `env.prod`",
        "did you mean `protected`?",
    );
    check(
        "[env.dev]\nNODE_ENV = \"x\"",
        ".nexusenv:3: unknown key `NODE_ENV` in `env.dev`",
        "variables stand below `[env.dev.vars]`",
    );
    check(
        "[staging]\nprotected = true",
        ".nexusenv:2: unknown key `staging`",
        "an environment is written `[env.staging]`; other tables here: services, prisma",
    );
    check(
        "[env.dev.proxy]\nbanana = 1",
        ".nexusenv:3: unknown key `banana` in `env.dev.proxy`",
        "known here: instance, port, command",
    );
    check(
        "[env.dev]\n[[guard]]\ncommand = \"x\"\n[[guard]]\ncomand = \"x\"",
        ".nexusenv:6: unknown key `comand` in `guard`",
        "did you mean `command`?",
    );
    check(
        "age_plugins = [\"evil\"]",
        ".nexusenv:2: unknown key `age_plugins`",
        "`age_plugins` is for a person's own config.toml: a repository does not say it",
    );
    check("\"\\u001b[2J\" = 1", ".nexusenv:2: unknown key `�[2J`", &format!("known here: {}", KEYS.join(", ")));
}

#[test]
fn broken_toml_names_the_line() {
    check("[env.dev", ".nexusenv:2: is no TOML: unclosed table, expected `]`", "");
    let twice = |key: &str, line: u8| format!("duplicate key `{key}`, which stands in line {line} already");
    check("[env.dev]\n[env.dev]", &format!(".nexusenv:3: is no TOML: {}", twice("dev", 2)), "");
    let ports = "[env.dev.proxy]\nport = 1\n[env.prod.proxy]\nport = 2\nport = 3";
    check(ports, &format!(".nexusenv:6: is no TOML: {}", twice("port", 5)), "");
}

#[test]
fn wrong_types_are_told_with_the_place() {
    let dev = |rest: &str| format!("[env.dev]\n{rest}");
    let quotes = "put it into quotes";
    check(&format!("default = 3\n{}", dev("")), ".nexusenv:2: `default` must be a text, not a number", quotes);
    check(&dev("protected = \"yes\""), ".nexusenv:3: `env.dev.protected` must be true or false, not a text", "");
    check(&dev("vars.PORT = 3000"), ".nexusenv:3: `env.dev.vars.PORT` must be a text, not a number", quotes);
    check(&dev("vars.ON = true"), ".nexusenv:3: `env.dev.vars.ON` must be a text, not true or false", quotes);
    check("env = 3", ".nexusenv:2: `env` must be a table, not a number", "");
    check("env.dev = 1979-05-27", ".nexusenv:2: `env.dev` must be a table, not a date", "");
    check("database_variables = \"X\"", ".nexusenv:2: `database_variables` must be a list, not a text", "");
    check(
        "[guard]\ncommand = \"x\"\n[env.dev]",
        ".nexusenv:2: `guard` must be a list, not a table",
        "a rule begins with `[[guard]]`, in double brackets",
    );
}

#[test]
fn wrong_values_are_told_with_the_place() {
    let proxy = |rest: &str| format!("[env.dev.proxy]\n{rest}");
    let port = ".nexusenv:3: `env.dev.proxy.port` must be a port from 1 to 65535";
    for bad in ["0", "65536", "-1", "99999999999999999999"] {
        check(&proxy(&format!("port = {bad}\ninstance = \"a:b:c\"")), port, "");
    }
    check(
        &proxy("port = \"5433\"\ninstance = \"a:b:c\""),
        &format!("{port}, not a text"),
        "write the number without quotes",
    );
    check(
        &proxy("instance = \"a:b:c\""),
        ".nexusenv:2: `env.dev.proxy.port` is missing: the local port of the tunnel",
        "",
    );
    check(
        &proxy("instance = \"nexusdev\"\nport = 1"),
        ".nexusenv:3: `env.dev.proxy.instance` must be PROJECT:REGION:INSTANCE",
        "another tunnel needs a `command`",
    );
    check(
        &proxy("instance = \"x\"\nport = 1\ncommand = []"),
        ".nexusenv:5: `env.dev.proxy.command` is empty",
        "leave it out for cloud-sql-proxy",
    );
    check(
        "[env.\"2dev\"]",
        ".nexusenv:2: `env.2dev` is no name for an environment",
        "letters, digits, `-` and `_`, beginning with a letter, at most 64",
    );
    check("[env.dev]\n[env.Dev]", ".nexusenv:3: `env.Dev` differs from `dev` in upper and lower case only", "");
    check(
        "[env.dev]\naccess = \"readonly\"",
        ".nexusenv:3: `env.dev.access` must be one of \"read-only\", \"read-write\"",
        "did you mean \"read-only\"?",
    );
    check(
        "[env.dev]\nfingerprint = \"prod\"",
        ".nexusenv:3: `env.dev.fingerprint` must be SYSTEM_IDENTIFIER/DATABASE",
        "`nexus-env db pin` reads it from the database and writes it",
    );
    check(
        "[env.dev.vars]\n\"A-B\" = \"\"",
        ".nexusenv:3: `env.dev.vars.A-B` sets `A-B`, which is no name for a variable",
        "letters, digits and `_`, not beginning with a digit",
    );
    check(
        "[env.dev.vars]\nA = \"x\\u0000\"",
        ".nexusenv:3: `env.dev.vars.A` holds a NUL character, which no variable can",
        "write it in base64, or the path of a file",
    );
    check("[env.dev.vars]\nA = \"5$\"", ".nexusenv:3: `env.dev.vars.A` has a `$` that stands alone", vars::REFERENCES);
    check(
        "[env.dev]\n[[guard]]\ncommand = \"x\"\non = [\"prd\"]",
        ".nexusenv:5: `guard.on` names `prd`, which is no environment here",
        "known: dev",
    );
    check(
        "[env.dev]\n[[guard]]\ncommand = \"x\"\non = []",
        ".nexusenv:5: `guard.on` names no environment",
        "leave it out for every protected one",
    );
    check(
        "[env.dev]\n[services]\napi = { health = \"/\" }",
        ".nexusenv:4: `services.api.port` is missing: where the service listens",
        "",
    );
    check(
        "[env.dev]\n[prisma]\ndirectory = \"/x\"",
        ".nexusenv:4: `prisma.directory` must be relative to the directory of `.nexusenv`",
        "",
    );
}

#[test]
fn an_id_is_needed_and_random_enough() {
    let hint = "the right one stands in each .nexusenv.d/*.toml as `repository`, and in git log -p -- .nexusenv; where there \
                are no secrets yet, nexus-env init in an empty directory writes one";
    let missing = ".nexusenv:1: `id` is missing: the random text that binds the secrets to this repository";
    check_local("[env.dev]", None, missing, hint);
    check_local("", None, missing, hint);
    let short = ".nexusenv:1: `id` must be 16 to 128 lower-case letters and digits, as `nexus-env init` makes them";
    check_local("id = \"abc\"\n[env.dev]", None, short, "");
}

#[test]
fn a_backup_and_a_deployments_limits_are_read() {
    let config = good(
        "id = \"9f3k2v7m4q8x1c5b\"\n[env.dev]\n[env.prod.backup]\ncommand = [\"gcloud\", \"sql\"]\nverify = [\"true\"]\nrestore = \"gcloud restore\"\n\
         [env.prod.deploy]\nlock_timeout = \"5s\"\nstatement_timeout = \"2m\"\n",
        None,
    );
    let environment = config.environment(&name("prod")).unwrap();
    let backup = environment.backup.clone().unwrap();
    assert_eq!(
        (backup.command.len(), backup.verify, backup.restore.as_deref()),
        (2, Some(vec!["true".to_owned()]), Some("gcloud restore"))
    );
    let seconds = |duration: crate::domain::text::duration::Duration| duration.seconds();
    let deploy = environment.deploy;
    assert_eq!((deploy.lock_timeout.seconds(), deploy.statement_timeout.map(seconds)), (5, Some(120)));
    check(
        "[env.prod.backup]\nverify = [\"true\"]",
        ".nexusenv:2: `env.prod.backup.command` is missing: what makes a backup, word by word",
        "",
    );
    check(
        "[env.prod.backup]\ncommand = []",
        ".nexusenv:3: `env.prod.backup.command` is empty",
        "a command is a list of words: [\"gcloud\", \"sql\"]",
    );
    check(
        "[env.prod.deploy]\nlock_timeout = \"3\"",
        ".nexusenv:3: `env.prod.deploy.lock_timeout` holds `3` is no duration",
        "write 30s, 30m or 2h",
    );
}

#[test]
fn promotion_leads_somewhere_and_not_in_a_circle() {
    check(
        "[env.a]\npromote_from = \"b\"",
        ".nexusenv:3: `env.a.promote_from` names `b`, which is no environment here",
        "known: a",
    );
    check(
        "[env.a]\npromote_from = \"b\"\n[env.b]\npromote_from = \"a\"",
        ".nexusenv:3: `env.a.promote_from` leads back to `a`",
        "",
    );
    check("[env.a]\npromote_from = \"a\"", ".nexusenv:3: `env.a.promote_from` leads back to `a`", "");
}

#[test]
fn names_that_run_code_are_refused_unless_lifted() {
    let text = format!("{ID}[env.dev.vars]\nNODE_OPTIONS = \"x\"\nPATH = \"y\"");
    let lifted = [VariableName::new("NODE_OPTIONS").unwrap(), VariableName::new("PATH").unwrap()];
    check_local(
        &text,
        None,
        ".nexusenv:3: `env.dev.vars.NODE_OPTIONS` is refused from a repository: Node, its package managers or what \
         they install run something else by it",
        "`allow_names = [\"NODE_OPTIONS\"]` in your own config.toml lets it through for you alone",
    );
    assert!(
        parse(&texts(&text, None), &lifted[..1]).unwrap_err().message.starts_with(".nexusenv:4: `env.dev.vars.PATH`")
    );
    assert!(parse(&texts(&text, None), &lifted).is_ok());
}
