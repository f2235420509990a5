//! Which commands a line starts, and which URLs they will use, against a project that is held in memory.

use super::*;
use crate::domain::config::name::VariableName;
use crate::domain::guard::project::{Content, Files, Obstacle};
use crate::domain::guard::verdict::Effect;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file of this text is there and may not be read.
pub(crate) const UNREADABLE: &str = "(unreadable)";

pub(crate) struct Memory(BTreeMap<PathBuf, String>);

impl Memory {
    pub fn new(files: &[(&str, &str)]) -> Self {
        Memory(files.iter().map(|(path, text)| (PathBuf::from("/repo").join(path), (*text).to_owned())).collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> Content {
        match self.0.get(path).map(String::as_str) {
            Some(UNREADABLE) => Content::Unreadable(Obstacle::Forbidden),
            Some(text) => Content::Text(text.to_owned()),
            None => Content::Missing,
        }
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = self
            .0
            .keys()
            .filter_map(|path| path.strip_prefix(directory).ok()?.components().next())
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        names.dedup();
        names
    }
}

pub(super) const DEV: &str = "postgres://u:dev@dev/x";
pub(super) const PROD: &str = "postgres://u:prod@prod/x";

pub(super) fn found(files: &[(&str, &str)], shell: &[(&str, &str)], line: &str) -> Vec<Invocation> {
    let files = Memory::new(files);
    let process = |name: &str| shell.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    let names = [VariableName::new("DATABASE_URL").unwrap()];
    let reader = Reader {
        files: &files,
        process: &process,
        database_variables: &names,
        cwd: Path::new("/repo"),
        root: Path::new("/repo"),
        prisma_directory: None,
        notes: Notes::default(),
    };
    of_line(&reader, line)
}

fn told(invocation: &Invocation) -> String {
    let one = |one: &Use| {
        let value = match &one.value {
            UrlValue::Url(url) => url.expose().to_owned(),
            UrlValue::NotAUrl => "not a URL".to_owned(),
            UrlValue::Absent => "absent".to_owned(),
            UrlValue::Unknown(why) => format!("unknown: {why}"),
            UrlValue::Stored(environment) => format!("stored for {environment}"),
        };
        format!("{} {value} ({})", one.label, one.origin)
    };
    let uses: Vec<String> = invocation.uses.iter().map(one).collect();
    let beaten: Vec<String> = invocation.beaten.iter().map(|beaten| format!(" but not {}", beaten.by)).collect();
    format!("{}: {}{}", invocation.name, uses.join(", "), beaten.concat())
}

#[track_caller]
pub(super) fn check_with(files: &[(&str, &str)], shell: &[(&str, &str)], line: &str, expected: &[&str]) {
    let guarded: Vec<String> =
        found(files, shell, line).iter().filter(|one| one.effect != Effect::Safe).map(told).collect();
    assert_eq!(guarded, expected, "{line}");
}

#[track_caller]
fn check(line: &str, url: &str) {
    let files = [(".env.dev", format!("DATABASE_URL={DEV}")), (".env.prod", format!("DATABASE_URL={PROD}"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    check_with(&files, &[("DATABASE_URL", PROD)], line, &[&format!("prisma migrate dev: DATABASE_URL {url}")]);
}

const SHELLS: &str = "postgres://u:prod@prod/x (set in this shell)";

#[test]
fn the_line_changes_what_the_command_will_use() {
    check("prisma migrate dev", SHELLS);
    check("npx prisma $(echo migrate dev)", SHELLS);
    check("npx prisma `echo migrate` dev", SHELLS);
    check("DATABASE_URL=postgres://a/b npx prisma migrate dev", "postgres://a/b (on the line)");
    check("env DATABASE_URL=postgres://a/b npx prisma migrate dev", "postgres://a/b (on the line)");
    check("npx cross-env DATABASE_URL=postgres://a/b prisma migrate dev", "postgres://a/b (on the line)");
    check("export DATABASE_URL=postgres://a/b; npx prisma migrate dev", "postgres://a/b (on the line)");
    check("DATABASE_URL=postgres://a/b && npx prisma migrate dev", "postgres://a/b (on the line)");
    check("DATABASE_URL=postgres://a/b true && npx prisma migrate dev", SHELLS);
    check("(export DATABASE_URL=postgres://a/b); npx prisma migrate dev", SHELLS);
    check("X=postgres://a/b; DATABASE_URL=$X npx prisma migrate dev", "postgres://a/b (on the line)");
    let given = "DATABASE_URL=${X:-postgres://a/b} npx prisma migrate dev";
    check(given, "postgres://a/b (on the line)");
    check(&format!("X=; {given}"), "postgres://a/b (on the line)");
    check(&format!("X=postgres://c/d; {given}"), "postgres://c/d (on the line)");
    check(&format!("X=$(y); {given}"), "unknown: the line computes it (on the line)");
    check("set -x DATABASE_URL postgres://a/b; npx prisma migrate dev", "postgres://a/b (on the line)");
    check("export DATABASE_URL=postgres://a/b & npx prisma migrate dev", SHELLS);
    check("export DATABASE_URL=postgres://a/b && npx prisma migrate dev &", "postgres://a/b (on the line)");
    check("unset DATABASE_URL; npx prisma migrate dev", "absent (on the line)");
    check("env -u DATABASE_URL npx prisma migrate dev", "absent (on the line)");
    check("env -i npx prisma migrate dev", "absent (on the line)");
    check("DATABASE_URL=$(get url) npx prisma migrate dev", "unknown: the line computes it (on the line)");
    check("sudo -E npx prisma migrate dev", SHELLS);
    check("onchange 'src/**' '*.prisma' -- prisma migrate dev", SHELLS);
    check("git -c core.pager='!prisma migrate dev' log", SHELLS);
    check("sudo npx prisma migrate dev", "absent (on the line)");
    check("nexus-env run -e dev -- npx prisma migrate dev", "stored for dev (given by nexus-env run)");
}

#[test]
fn what_follows_a_selection_is_judged_by_it_and_by_what_was_selected_before() {
    let urls = |line: &str| {
        let found = found(&[], &[("DATABASE_URL", DEV)], line);
        let harmful = found.iter().filter(|one| one.effect != Effect::Safe).map(told);
        harmful.collect::<Vec<String>>()
    };
    let before = format!("prisma migrate dev: DATABASE_URL {DEV} (set in this shell)");
    let stored = "prisma migrate dev: DATABASE_URL stored for prod (given by nexus-env run)";
    for line in [
        "nexus-env use prod && npx prisma migrate dev",
        "nexus-env use prod\nsh -c 'npx prisma migrate dev'",
        "nexus-env use --for 2h prod; /usr/bin/env npx prisma migrate dev",
        "nexus-env use --write prod; f() { npx prisma migrate dev; }; f",
    ] {
        assert_eq!(urls(line), [stored, &before], "{line}");
    }
    assert_eq!(urls("npx prisma migrate dev; nexus-env use prod"), [before.as_str()]);
    assert_eq!(urls("(nexus-env use prod); npx prisma migrate dev"), [before.as_str()]);
    let unknown =
        "prisma migrate dev: DATABASE_URL unknown: nexus-env use gives its own environment (given by nexus-env use)";
    assert_eq!(urls("nexus-env use $(cat e); npx prisma migrate dev"), [unknown, &before]);
}

#[test]
fn only_what_is_exported_reaches_a_command() {
    let pushes = |line: &str, url: &str| {
        let told = format!("prisma db push: DATABASE_URL {url}");
        check_with(&[], &[], &format!("{line}; npx prisma db push"), &[&told]);
    };
    for line in ["export", "export -n X; export", "declare -x", "typeset -gx"] {
        pushes(&format!("{line} DATABASE_URL=postgres://a/b"), "postgres://a/b (on the line)");
    }
    for line in ["", "declare ", "local -r "] {
        pushes(&format!("{line}DATABASE_URL=postgres://a/b"), "absent (set in this shell)");
    }
}

#[test]
fn a_loop_over_a_few_words_is_followed_for_each_and_one_over_many_once() {
    let count = |words: usize| {
        let words: Vec<String> = (0..words).map(|at| format!("w{at}")).collect();
        found(&[], &[], &format!("for x in {}; do echo $x; done", words.join(" "))).len()
    };
    assert_eq!((count(1), count(32), count(33)), (1, 32, 1));
    let last = format!("for x in {} 'migrate reset'; do npx prisma $x; done", "validate ".repeat(30));
    check_with(
        &[],
        &[("DATABASE_URL", DEV)],
        &last,
        &["prisma migrate reset: DATABASE_URL postgres://u:dev@dev/x (set in this shell)"],
    );
}

#[test]
fn each_wrapper_has_its_own_precedence() {
    let beaten = |by: &str| format!("{SHELLS} but not {by}");
    let dev = format!("{DEV} (from .env.dev)");
    check("dotenv -e .env.dev -- prisma migrate dev", &beaten("dotenv -e .env.dev"));
    check("dotenv -e .env.dev prisma migrate dev", &beaten("dotenv -e .env.dev"));
    check("dotenv -e .env.prod -- prisma migrate dev", SHELLS);
    check("dotenv -o -e .env.dev -- prisma migrate dev", &dev);
    check("dotenv -v DATABASE_URL=postgres://a/b -- prisma migrate dev", "postgres://a/b (on the line)");
    check("npx dotenv-cli -e .env.dev -- npx prisma migrate dev", &beaten("dotenv -e .env.dev"));
    check("dotenv -c dev -- prisma migrate dev", &beaten("dotenv -e .env.dev"));
    check("dotenvx run -f .env.dev -- prisma migrate dev", &beaten("dotenvx run -f .env.dev"));
    check("dotenvx run --overload -f .env.dev -- prisma migrate dev", &dev);
    check("env-cmd -f .env.dev prisma migrate dev", &dev);
    check("bun --env-file .env.dev x prisma migrate dev", &beaten("bun --env-file .env.dev"));
    check("bun --env-file=.env.dev x prisma migrate dev", &beaten("bun --env-file .env.dev"));
    check("env-cmd .env.dev prisma migrate dev", &dev);
    check("env-cmd --no-override -f .env.dev prisma migrate dev", &beaten("env-cmd -f .env.dev"));
    let node = "node --env-file=.env.dev node_modules/prisma/build/index.js migrate dev";
    check(node, &beaten("node --env-file=.env.dev"));
    check(
        "env-cmd -f .env.none prisma migrate dev",
        "unknown: .env.none gives its own environment (given by .env.none)",
    );
    check("doppler run -- npx prisma migrate dev", "unknown: doppler gives its own environment (given by doppler)");
    let given = "unknown: doppler gives its own environment (given by doppler)";
    check("DATABASE_URL=postgres://a/b doppler run -- npx prisma migrate dev", given);
    let kept = "DATABASE_URL=postgres://a/b doppler run --preserve-env -- npx prisma migrate dev";
    check(kept, "postgres://a/b (on the line)");
    check("DATABASE_URL= dotenv -e .env.dev -- prisma migrate dev", "absent (on the line)");
    check("doppler run --preserve-env -- npx prisma migrate dev", SHELLS);
    check("env -u DATABASE_URL dotenv -e .env.dev -- prisma migrate dev", &dev);
    check(". ./.env.dev; prisma migrate dev", &dev.replace(".env.dev)", "./.env.dev)"));
    check("export $(grep -v '^#' .env.dev | xargs) && prisma migrate dev", &dev);
}

const SCHEMA: &str = "datasource db {\n provider = \"postgresql\"\n url = env(\"DATABASE_URL\")\n directUrl = env(\"DIRECT_URL\")\n shadowDatabaseUrl = env(\"SHADOW_URL\")\n}\n";

#[test]
fn the_datasource_names_what_is_judged() {
    let files = [("prisma/schema.prisma", SCHEMA)];
    let shell = [("DATABASE_URL", DEV), ("DIRECT_URL", PROD), ("SHADOW_URL", "postgres://h/s")];
    let main = "DATABASE_URL postgres://u:dev@dev/x (set in this shell), DIRECT_URL postgres://u:prod@prod/x (set in this shell)";
    let shadow = "SHADOW_URL postgres://h/s (set in this shell)";
    check_with(&files, &shell, "npx prisma migrate dev", &[&format!("prisma migrate dev: {main}, {shadow}")]);
    check_with(&files, &shell, "npx prisma migrate deploy", &[&format!("prisma migrate deploy: {main}")]);
    let diff = "npx prisma migrate diff --from-migrations m --to-schema-datamodel s";
    check_with(&files, &shell, diff, &[&format!("prisma migrate diff: {shadow}")]);
    let flag = format!("{diff} --shadow-database-url postgres://h/t");
    check_with(&files, &shell, &flag, &["prisma migrate diff: --shadow-database-url postgres://h/t (on the line)"]);
    check_with(&[], &shell, diff, &[]);
    let given = "npx prisma db execute --url postgres://h/t --file x.sql";
    check_with(&files, &shell, given, &["prisma db execute: --url postgres://h/t (on the line)"]);
    let literal = [("other.prisma", "datasource db {\n url = \"postgres://h/literal\"\n}")];
    check_with(
        &literal,
        &shell,
        "npx prisma db push --schema other.prisma",
        &["prisma db push: url postgres://h/literal (written in other.prisma)"],
    );
}

#[test]
fn env_files_fill_what_the_shell_leaves_unset() {
    let url = "DATABASE_URL=postgres://h/env";
    let files = [("prisma/schema.prisma", SCHEMA), ("package.json", "{}"), (".env", url)];
    check_with(&files, &[], "npx prisma db push", &["prisma db push: DATABASE_URL postgres://h/env (from .env)"]);
    let shell = [("DATABASE_URL", DEV)];
    check_with(
        &files,
        &shell,
        "npx prisma db push",
        &["prisma db push: DATABASE_URL postgres://u:dev@dev/x (set in this shell)"],
    );
    let seven =
        [(".env", url), ("package.json", "{}"), ("node_modules/prisma/package.json", "{\"version\":\"7.9.1\"}")];
    check_with(&seven, &[], "npx prisma db push", &["prisma db push: DATABASE_URL absent (set in this shell)"]);
    let config = "import 'dotenv/config'\nexport default { datasource: { url: env('DIRECT_URL') } }";
    let with_config = [("prisma.config.ts", config), (".env", "DIRECT_URL=postgres://h/direct")];
    check_with(
        &with_config,
        &[],
        "npx prisma db push",
        &["prisma db push: DIRECT_URL postgres://h/direct (from .env)"],
    );
}

#[test]
fn follows_scripts_through_workspaces() {
    let files = [
        (
            "package.json",
            r#"{"workspaces":["packages/*"],"scripts":{"setup":"npm run db -w @x/db","prebuild":"npx prisma db push","build":"tsc"}}"#,
        ),
        (
            "packages/db/package.json",
            r#"{"name":"@x/db","scripts":{"db":"prisma migrate","self":"npm run self && npm run self"}}"#,
        ),
        ("packages/db/prisma/schema.prisma", "datasource db {\n url = env(\"DB_URL\")\n}"),
    ];
    let shell = [("DATABASE_URL", DEV), ("DB_URL", PROD)];
    let through = |line: &str| -> Vec<String> {
        found(&files, &shell, line)
            .iter()
            .filter(|one| one.effect != Effect::Safe)
            .map(|one| format!("{} {} through {}", one.name, one.uses[0].label, one.through.join(" › ")))
            .collect()
    };
    assert_eq!(through("npm run db -w @x/db -- dev"), ["prisma migrate dev DB_URL through npm run db"]);
    assert_eq!(through("npm run build"), ["prisma db push DATABASE_URL through npm run build"]);
    assert_eq!(through("pnpm --filter db db reset"), ["prisma migrate reset DB_URL through pnpm db"]);
    assert_eq!(through("yarn workspace @x/db db reset --force"), ["prisma migrate reset DB_URL through yarn db"]);
    assert_eq!(through("npx turbo run db"), ["prisma migrate DB_URL through turbo run db"]);
    assert_eq!(through("npx nx run-many -t db"), ["prisma migrate DB_URL through nx run db"]);
    assert_eq!(through("npx nx run-many -t db --exclude @x/db"), Vec::<String>::new());
    for line in [
        "cd packages/db && npx prisma db push",
        "cd packages/db && pnpm exec prisma db push",
        "pnpm --filter @x/db exec prisma db push",
        "cd packages/db/prisma && pnpm --filter @x/db exec prisma db push",
    ] {
        assert_eq!(through(line), ["prisma db push DB_URL through "], "{line}");
    }
    let alone = [("package.json", r#"{"name":"x","scripts":{"db":"npx prisma db push"}}"#)];
    assert_eq!(found(&alone, &shell, "npx turbo run db --filter=x").len(), 1);
    assert_eq!(through("npm run setup"), ["prisma migrate DB_URL through npm run setup › npm run db"]);
    assert_eq!(through("npm --prefix packages/db run self"), Vec::<String>::new());
}

#[test]
fn words_of_the_command_itself_tell_dotenv_which_file_to_read() {
    let config = "import 'dotenv/config'\nexport default { datasource: { url: env('DATABASE_URL') } }";
    let files = [
        ("prisma.config.ts", config),
        (".env.prod", "DATABASE_URL=postgres://h/prod"),
        (".env", "DATABASE_URL=postgres://h/env"),
    ];
    let named = "npx prisma db push dotenv_config_path=.env.prod";
    check_with(&files, &[], named, &["prisma db push: DATABASE_URL postgres://h/prod (from .env.prod)"]);
    let shell = [("DATABASE_URL", DEV)];
    check_with(&files, &shell, named, &["prisma db push: DATABASE_URL postgres://u:dev@dev/x (set in this shell)"]);
    let forced = format!("{named} dotenv_config_override=true");
    check_with(&files, &shell, &forced, &["prisma db push: DATABASE_URL postgres://h/prod (from .env.prod)"]);
    check_with(
        &files,
        &shell,
        "DOTENV_CONFIG_OVERRIDE=true npx prisma db push",
        &["prisma db push: DATABASE_URL postgres://h/env (from .env)"],
    );
    let other = "export default {\n  log: process.env.LOG_LEVEL,\n  datasource: { url: env('DATABASE_URL') },\n}";
    let told = format!("prisma db push: DATABASE_URL {SHELLS}");
    check_with(
        &[("prisma.config.ts", other)],
        &[("DATABASE_URL", PROD), ("LOG_LEVEL", "x")],
        "npx prisma db push",
        &[&told],
    );
    let computed = [("prisma.config.ts", "export default { datasource: { url: build() } }")];
    check_with(
        &computed,
        &shell,
        "npx prisma db push",
        &["prisma db push: url unknown: prisma.config.ts puts it together (written in prisma.config.ts)"],
    );
}

#[test]
fn scripts_that_call_each_other_end() {
    let scripts: Vec<String> = (0..12)
        .map(|at| format!("\"s{at}\":\"{}\"", "npm run s0 && npm run s1 && npm run s2 && npm run s3; ".repeat(4)))
        .collect();
    let package = format!("{{\"scripts\":{{{}}}}}", scripts.join(","));
    let _ = found(&[("package.json", &package)], &[], "npm run s0");
}

#[test]
fn a_value_in_clear_never_meets_debug() {
    let all = found(&[], &[("DATABASE_URL", "postgres://u:hunter2@h/x")], "X=hunter2 npx prisma migrate dev");
    assert!(!format!("{:?}", all[0].uses).contains("hunter2"));
}

proptest! {
    #[test]
    fn reading_any_line_never_panics(text in "((npx|npm|pnpm|yarn|bun|prisma|migrate|dev|run|exec|env|dotenv|sudo|bash|node|-c|-e|-p|--|-w|X=1|\\$X|'|\"|&&|;|\\||\\(|\\)|\n|<<|xargs|find|docker|compose|nexus-env) ?){0,14}") {
        let _ = found(&[("package.json", r#"{"scripts":{"dev":"npm run run","run":"npx prisma migrate dev"}}"#)], &[], &text);
    }
}

#[test]
fn the_name_of_an_unknown_program_shows_no_password() {
    assert_eq!(word::said(&[Word::sure("postgresql://u:hunter2@h/d")]), "postgresql://u:•••@h/d");
    assert_eq!(word::said(&[Word::sure("https://u:hunter2@h")]), "•••");
    assert_eq!(word::said(&[Word::sure("--password=hunter2")]), "--password=•••");
    assert_eq!(word::said(&[Word::sure("scripts/import.ts")]), "scripts/import.ts");
    let invocations = found(&[], &[], "mytool postgresql://u:hunter2@h/d");
    let word = Word::sure("hunter2");
    assert!(!format!("{invocations:?} {word:?}").contains("hunter2"));
}
