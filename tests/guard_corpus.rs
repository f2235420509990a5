//! Reads command lines as people write them, and fails on any that the guard takes for something else.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nexus_env::domain::config::name::VariableName;
use nexus_env::domain::guard::invocation::{self, Invocation, Notes, Reader, Tool};
use nexus_env::domain::guard::project::{Content, Files};
use nexus_env::domain::guard::verdict::Effect;

const PROJECT: &[(&str, &str)] = &[
    (
        "package.json",
        r#"{"workspaces": ["packages/*"], "scripts": {
            "prisma": "prisma", "build": "tsc -b", "lint": "eslint .", "generate": "prisma generate", "docs": "echo",
            "db:reset": "prisma migrate reset --force", "db:push": "prisma db push", "db:migrate": "prisma migrate dev",
            "presetup": "npm run db:reset", "setup": "node scripts/setup.js", "nested": "npm run setup",
            "pretest": "dotenv -e .env.test -- prisma db push", "test": "vitest", "deploy": "prisma migrate deploy",
            "studio": "prisma studio", "start": "npm run deploy && node dist/main.js", "postinstall": "prisma generate",
            "migrate": "turbo run migrate", "dev": "next dev", "reset:all": "bash scripts/reset.sh",
            "drizzle:push": "drizzle-kit push", "rollback": "knex migrate:rollback", "clean": "rimraf dist"}}"#,
    ),
    (
        "packages/database/package.json",
        r#"{"name": "@nexus/database", "scripts": {"migrate": "prisma migrate dev", "reset": "prisma migrate reset",
            "deploy": "prisma migrate deploy", "lint": "eslint ."}}"#,
    ),
    ("packages/web/package.json", r#"{"name": "@nexus/web", "scripts": {"build": "next build"}}"#),
    ("deno.json", r#"{"tasks": {"db:reset": "deno run -A npm:prisma migrate reset", "build": "deno check ."}}"#),
    ("Makefile", MAKEFILE),
    ("justfile", JUSTFILE),
    ("Taskfile.yml", TASKFILE),
    ("mise.toml", "[tasks.reset]\nrun = \"npx prisma migrate reset\"\n[tasks]\nlint = \"eslint .\"\n"),
    ("scripts/reset.sh", "#!/usr/bin/env bash\nset -euo pipefail\n\nnpx prisma migrate reset --force --skip-seed\n"),
    ("scripts/deploy.sh", "#!/bin/sh\nset -e\nnpx prisma migrate deploy\nexec \"$@\"\n"),
    ("scripts/build.sh", "#!/bin/bash\n# not: prisma migrate reset\nnpx prisma generate && npx tsc -b\n"),
    ("scripts/env.sh", "export NODE_ENV=development\necho \"run npx prisma migrate dev\"\n"),
    ("scripts/run.sh", "case \"$1\" in\n  reset) npx prisma migrate \"$1\" ;;\nesac\n"),
    ("sql/drop.sql", "-- start again\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"),
    ("sql/fix.sql", "UPDATE users SET name = 'x' WHERE id = 7;\n"),
    ("sql/select.sql", "-- no drop table here\nSELECT count(*) FROM users;\n"),
    ("dump.sql", "DROP TABLE IF EXISTS users;\nCREATE TABLE users (id int);\nINSERT INTO users VALUES (1);\n"),
    ("data.sql", "INSERT INTO users VALUES (1);\n"),
    ("scripts/nuke.sh", "#!/bin/bash\npsql \"$DATABASE_URL\" -c 'DROP SCHEMA public CASCADE'\n"),
    (
        "Procfile",
        "web: node dist/main.js\nrelease: npx prisma migrate deploy\nreset: npx prisma migrate reset --force\n",
    ),
    ("compose.yaml", COMPOSE),
    (".env.prod", "DATABASE_URL=postgres://u:p@prod/x\n"),
    (".env.dev", "DATABASE_URL=postgres://u:p@dev/x\n"),
];

const MAKEFILE: &str = "\
DC := docker compose
PRISMA = npx prisma
SCHEMA ?= prisma/schema.prisma

.PHONY: help db-reset migrate deploy test build
help:
\t@echo \"make db-reset runs npx prisma migrate reset\"
db-reset: up
\t@echo \"resetting\"
\t$(PRISMA) migrate reset --force --schema=$(SCHEMA)
migrate:
\t$(DC) exec app npx prisma migrate dev --name $(name)
deploy:
\tnpx prisma migrate deploy
up:
\t$(DC) up -d
test: build
\tnpx vitest
build:
\tnpx tsc -b
fresh: db-reset seed
seed:
\tnpx prisma db seed
psql:
\t$(DC) exec db psql -U postgres nexus_db
nuke:
\t@read -p \"sure? \" ok && \\
\tif [ \"$$ok\" = yes ]; then \\
\t\tpsql \"$(DATABASE_URL)\" -c 'DROP SCHEMA public CASCADE'; \\
\tfi
";

const JUSTFILE: &str = "\
set dotenv-load
prisma := \"npx prisma\"

build:
    npx tsc -b

# start again
reset name=\"x\":
    @{{prisma}} migrate reset --force

fresh: reset build
deploy:
    #!/usr/bin/env bash
    set -e
    npx prisma migrate deploy
";

const TASKFILE: &str = "\
version: '3'
tasks:
  build:
    cmds:
      - npx tsc -b
  db:reset:
    desc: starts again
    deps: [build]
    cmds:
      - task: reset-it
  reset-it:
    cmds:
      - npx prisma migrate reset --force
";

const COMPOSE: &str = "\
services:
  api:
    image: node:22
    command: node dist/main.js
  migrate:
    image: node:22
    command: npx prisma migrate deploy
    profiles: [tools]
  nuke:
    image: node:22
    command: [\"npx\", \"prisma\", \"migrate\", \"reset\", \"--force\"]
    profiles: [tools]
  db:
    image: postgres:17
";

struct Project(BTreeMap<PathBuf, &'static str>);

impl Files for Project {
    fn read(&self, path: &Path) -> Content {
        self.0.get(path).map_or(Content::Missing, |text| Content::Text((*text).to_owned()))
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        let below = self.0.keys().filter_map(|path| path.strip_prefix(directory).ok()?.components().next());
        let mut names: Vec<String> = below.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        names.dedup();
        names
    }
}

fn read(line: &str) -> Vec<Invocation> {
    let project = Project(PROJECT.iter().map(|(path, text)| (Path::new("/repo").join(path), *text)).collect());
    let process = |name: &str| match name {
        "DATABASE_URL" => Some("postgresql://postgres:x@127.0.0.1:5433/nexus_db".to_owned()),
        "SHADOW_URL" | "DIRECT_URL" => Some("postgresql://postgres:x@127.0.0.1:5433/shadow".to_owned()),
        "PATH" => Some("/usr/bin".to_owned()),
        _ => None,
    };
    let names = [VariableName::new("DATABASE_URL").expect("an identifier")];
    let reader = Reader {
        files: &project,
        process: &process,
        database_variables: &names,
        cwd: Path::new("/repo"),
        root: Path::new("/repo"),
        prisma_directory: None,
        notes: Notes::default(),
    };
    invocation::of_line(&reader, line)
}

fn of(found: &[Invocation]) -> &'static str {
    match found.iter().map(|invocation| invocation.effect).max() {
        Some(Effect::Destructive) => "destructive",
        Some(Effect::Gated) => "gated",
        Some(Effect::Unknown) => "unknown",
        Some(Effect::Safe) | None => "safe",
    }
}

fn unescaped(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (c, rest.clone().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('\\')) => out.push('\\'),
            (c, _) => {
                out.push(c);
                continue;
            }
        }
        rest.next();
    }
    out
}

/// The lines of a tool's, each with the class that it has.
const CORPUS: [(&str, &str); 11] = [
    ("clients", include_str!("corpus/clients.txt")),
    ("cloud", include_str!("corpus/cloud.txt")),
    ("code", include_str!("corpus/code.txt")),
    ("frameworks", include_str!("corpus/frameworks.txt")),
    ("git", include_str!("corpus/git.txt")),
    ("javascript", include_str!("corpus/javascript.txt")),
    ("migrations", include_str!("corpus/migrations.txt")),
    ("postgresql", include_str!("corpus/postgresql.txt")),
    ("prisma", include_str!("corpus/prisma.txt")),
    ("runners", include_str!("corpus/runners.txt")),
    ("shell", include_str!("corpus/shell.txt")),
];

/// What the line was taken for, where that is wrong. A mention is harmless, and runs no Prisma at all.
fn mistaken(class: &str, line: &str) -> Option<String> {
    let found = read(&unescaped(line));
    let got = of(&found);
    let ran = found.iter().any(|invocation| invocation.tool == Tool::Prisma);
    let right = match class {
        "mention" => got == "safe" && !ran,
        "safe" | "destructive" | "gated" | "unknown" => got == class,
        _ => panic!("no class: {class} {line}"),
    };
    (!right).then(|| format!("{class} {line}   was taken for {got}{}", if ran { ", and Prisma runs" } else { "" }))
}

#[test]
fn every_line_is_taken_for_what_it_is() {
    let mut total = 0;
    let mut wrong = Vec::new();
    for (name, text) in CORPUS {
        let entries = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entries: Vec<(&str, &str)> = entries.map(|entry| entry.split_once(' ').expect("a class")).collect();
        let dangerous = entries.iter().filter(|(class, _)| !matches!(*class, "safe" | "mention")).count();
        println!("{name}: {} lines, {dangerous} of them dangerous", entries.len());
        total += entries.len();
        wrong.extend(entries.iter().filter_map(|(class, line)| mistaken(class, line)));
    }
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    assert!(total > 14_000, "{total}");
}
