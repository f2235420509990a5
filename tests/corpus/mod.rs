//! The command lines of the corpora, each with the class that it has, and the project that they are typed in.

/// Each file of the project, with what is in it.
pub const PROJECT: &[(&str, &str)] = &[
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

/// A line as it is typed.
pub fn unescaped(line: &str) -> String {
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

/// The lines of a tool's.
pub const CORPUS: [(&str, &str); 11] = [
    ("clients", include_str!("clients.txt")),
    ("cloud", include_str!("cloud.txt")),
    ("code", include_str!("code.txt")),
    ("frameworks", include_str!("frameworks.txt")),
    ("git", include_str!("git.txt")),
    ("javascript", include_str!("javascript.txt")),
    ("migrations", include_str!("migrations.txt")),
    ("postgresql", include_str!("postgresql.txt")),
    ("prisma", include_str!("prisma.txt")),
    ("runners", include_str!("runners.txt")),
    ("shell", include_str!("shell.txt")),
];

/// What a corpus has, each line with its class.
pub fn entries(corpus: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    corpus
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|entry| entry.split_once(' ').expect("a class"))
}
