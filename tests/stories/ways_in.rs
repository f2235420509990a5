//! Every way in which a destructive command reaches production, with the real Prisma CLI and a real PostgreSQL that has
//! rows in it. Each is stopped by one layer, and the rows are there afterwards. The table that the test prints, and that
//! `ways_in.txt` keeps, says which layer, as the audit log and the server's own log tell it.

use std::time::Duration;

use crate::real::free_port;
use crate::real::postgres::Server;
use crate::real::prisma::Prisma;
use crate::real::proxy::Proxy;
use crate::world::{Session, Shell, World};
use crate::{DEV_INSTANCE, PROD_INSTANCE};

const PATIENCE: Duration = Duration::from_secs(180);
const ROWS: &str = "SELECT string_agg(number, ',' ORDER BY number) FROM \"Invoice\"";

/// Dev is selected, but on its port stands the tunnel to prod: the accident that this program exists for.
struct Scene {
    dev: Server,
    prod: Server,
    world: World,
    _proxy: Proxy,
}

impl Scene {
    #[track_caller]
    fn with(prisma: Prisma) -> Scene {
        let (dev, prod, port) = (Server::start("hunter2"), Server::start("hunter2"), free_port());
        let configuration = format!(
            "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n\
             [env.dev.vars]\nNODE_ENV = \"development\"\n[env.dev.proxy]\ninstance = \"{DEV_INSTANCE}\"\nport = {port}\n\
             [env.prod.vars]\nNODE_ENV = \"production\"\n[env.prod.proxy]\ninstance = \"{PROD_INSTANCE}\"\nport = {port}\n\
             [env.prod.match]\nports = [{}]\n",
            prod.port
        );
        let world = prisma.moves_into(World::with(&configuration)).secret("dev", "DATABASE_URL", dev.url(port)).secret(
            "prod",
            "DATABASE_URL",
            prod.url(port),
        );
        // The functions alone: each layer is to be seen at what the one before lets through.
        std::fs::write(world.home().join(".config/nexus-env/config.toml"), "[shell]\nline = false\n").unwrap();
        for server in [&dev, &prod] {
            server.query("CREATE TABLE \"Invoice\" (id serial PRIMARY KEY, number text UNIQUE, note text)");
        }
        prod.query("INSERT INTO \"Invoice\" (number) VALUES ('one'), ('two'), ('three')");
        let _proxy = Proxy::version_2(&[&format!("--port={port}"), PROD_INSTANCE], &[(PROD_INSTANCE, &prod)]);
        Scene { dev, prod, world, _proxy }
    }

    /// Which layer has blocked something since the log had `before` lines.
    fn layer(&self, before: usize) -> Option<String> {
        let log = self.log();
        let blocked = log.lines().skip(before).find(|line| line.contains("\"event\":\"blocked\""))?;
        let line: serde_json::Value = serde_json::from_str(blocked).expect("a line of the log");
        Some(line["through"].as_str().expect("a layer").to_owned())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.world.home().join(".local/state/nexus-env/audit.log")).unwrap_or_default()
    }
}

/// The rows of the table, as they were found.
#[derive(Default)]
struct Table(Vec<(String, String)>);

impl Table {
    /// Types a line that would destroy prod, and finds out which layer stopped it.
    #[track_caller]
    fn row(&mut self, scene: &Scene, session: &mut Session<'_>, way: &str, line: &str) {
        let (logged, refused) = (scene.log().lines().count(), scene.prod.refusals());
        let (rows, changes) = (scene.prod.query(ROWS), scene.prod.changes());
        session.types_within(PATIENCE, line);
        let (said, status) = (session.said().text.clone(), session.said().status);
        let layer = match scene.layer(logged) {
            Some(layer) => layer,
            None if scene.prod.refusals() > refused => "credential".to_owned(),
            None => "nothing".to_owned(),
        };
        assert_eq!(scene.prod.query(ROWS), rows, "{way}: prod lost rows:\n{said}");
        if matches!(layer.as_str(), "shell" | "run" | "engine" | "node") {
            assert_eq!(scene.prod.changes(), changes, "{way}: a statement reached prod:\n{said}");
            assert!(said.contains("nexus-env: blocked: "), "{way} was not told why:\n{said}");
        }
        if layer != "nothing" {
            assert_ne!(status, 0, "{way} reports success:\n{said}");
        }
        self.0.push((way.to_owned(), layer));
    }

    fn shown(&self) -> String {
        let width = self.0.iter().map(|(way, _)| way.chars().count()).max().unwrap_or(0);
        self.0
            .iter()
            .map(|(way, layer)| format!("{way}{}  {layer}\n", " ".repeat(width - way.chars().count())))
            .collect()
    }

    /// These rows of the table that is kept.
    #[track_caller]
    fn are(&self, rows: &[usize]) {
        let lines: Vec<&str> = include_str!("ways_in.txt").lines().collect();
        assert_eq!(lines.len(), 33, "the stories below have so many ways between them");
        let found: Vec<String> = self.0.iter().map(|(way, layer)| format!("{way}  {layer}")).collect();
        let kept =
            |row: &usize| lines[*row].rsplit_once("  ").map(|(way, layer)| format!("{}  {layer}", way.trim_end()));
        let kept: Vec<String> = rows.iter().filter_map(kept).collect();
        assert_eq!(found, kept, "the table as it was found:\n{}", self.shown());
    }

    #[track_caller]
    fn is(&self, kept: &str) {
        assert_eq!(self.shown(), kept, "the table as it was found:\n{}", self.shown());
    }
}

const SCRIPTS: &str = r#"{
  "name": "nexus", "private": true, "workspaces": ["packages/*"],
  "scripts": {
    "reset": "prisma migrate reset --force",
    "nested": "npm run reset",
    "prebuild": "prisma db push --accept-data-loss",
    "build": "true"
  }
}"#;

const WITH_DIRECT: &str = r#"datasource db {
  provider  = "postgresql"
  url       = env("DATABASE_URL")
  directUrl = env("DIRECT_URL")
}
model Invoice {
  id Int @id
}
"#;

/// No text names the command: the program is asked when the engine is.
const MAKEFILE: &str = "\
TASK = migrate
reset:
\t@node_modules/.bin/prisma $(TASK) reset --force
seed:
\t@node_modules/.bin/prisma db seed
knex:
\t@node tools/node_modules/knex/bin/cli.js migrate:rollback
";

const DEPLOY: &str = "\
import subprocess, sys
sys.exit(subprocess.call(['node_modules/.bin/prisma', 'migrate', 'reset', '--force']))
";

const QUERY: &str = r#"
const { Client } = require('pg');
const client = new Client(process.env.DATABASE_URL);
client.connect()
  .then(() => client.query('DELETE FROM "Invoice"'))
  .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
"#;

/// With everything that the ways take.
fn scene() -> Scene {
    let scene = Scene::with(Prisma::Six);
    let prod_url = scene.prod.url(scene.prod.port);
    let reset = "node_modules/.bin/prisma migrate reset --force";
    let world = &scene.world;
    for (file, text) in [
        ("package.json", SCRIPTS.to_owned()),
        ("packages/db/package.json", format!("{{\"name\":\"db\",\"scripts\":{{\"reset\":\"cd ../.. && {reset}\"}}}}")),
        ("pnpm-workspace.yaml", "packages:\n  - packages/*\n".to_owned()),
        ("Makefile", MAKEFILE.to_owned()),
        ("deploy.sh", format!("task=migrate\n{}\n", reset.replace("migrate", "$task"))),
        ("deploy.py", DEPLOY.to_owned()),
        ("query.js", QUERY.to_owned()),
        (".env.prod", format!("DATABASE_URL={prod_url}\n")),
        ("direct.prisma", WITH_DIRECT.to_owned()),
        (
            "shadow.prisma",
            WITH_DIRECT.replace("directUrl = env(\"DIRECT_URL\")", "shadowDatabaseUrl = env(\"SHADOW_URL\")"),
        ),
        ("drop.sql", "DROP TABLE \"Invoice\";\n".to_owned()),
        ("tools/node_modules/knex/bin/cli.js", "console.log('rolled back');\n".to_owned()),
    ] {
        world.writes(file, text);
    }
    scene
}

#[test]
fn a_way_in_at_the_prompt_or_by_hand_is_stopped_by_one_layer() {
    let scene = scene();
    let world = &scene.world;
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/target/real-parts/tools/node_modules/.bin");
    let mut table = Table::default();
    let mut session = world.enter(Shell::Bash);
    let mut way = |way: &str, line: &str| table.row(&scene, &mut session, way, line);
    way("at the prompt", "npx prisma migrate reset --force");
    way("at the prompt, `migrate dev foo --help`", "npx prisma migrate dev foo --help");
    way("after `cd` on the same line", "cd ~ && cd repo && npx prisma migrate reset --force");
    way("through an alias", "alias pm='npx prisma'; eval 'pm db push --force-reset'");
    way("through a function", "wipe() { npx prisma migrate reset --force; }; wipe");
    way("npm run", "npm run reset");
    way("npm run, nested", "npm run nested");
    way("npm run, `pre*`", "npm run build");
    way("npm run, workspace", "npm run reset -w db");
    way("pnpm -F", &format!("PATH={tools}:$PATH; pnpm -F db run reset"));
    // What a person may do on purpose is asked for once, and by the layer that comes first.
    let question = "type prod to go on: ";
    session.presses("npx prisma migrate resolve --rolled-back 20260101000000_first\r");
    session.shows(question);
    session.presses("prod\r");
    let said = session.returns().text.clone();
    assert!(said.contains("without migrations table"), "Prisma did not come to its own work:\n{said}");
    assert_eq!(said.matches(question).count(), 1, "asked twice:\n{said}");
    session.presses("sh -c 'npx prisma migrate resolve --rolled-back 20260101000000_first'\r");
    session.shows("DATABASE_URL");
    session.shows(question);
    session.presses("no\r");
    let said = session.returns().text.clone();
    assert!(said.contains("nexus-env: blocked: it was not confirmed"), "{said}");
    // A deployment is not asked about while something stands in its way, whoever starts it.
    for line in ["npx prisma migrate deploy", "sh -c 'npx prisma migrate deploy'"] {
        let said = session.types_within(PATIENCE, line).text.clone();
        assert!(said.contains("blocked: 2 things stand in the way of migrations to prod"), "{said}");
        assert!(said.contains("prod has 1 table and no history of migrations"), "{said}");
    }
    session.types("nexus-env use prod");
    let mut way = |way: &str, line: &str| table.row(&scene, &mut session, way, line);
    way(
        "psql with the exported URL, prod selected",
        "sh -c 'psql \"$DATABASE_URL\" -c \"DELETE FROM \\\"Invoice\\\"\"'",
    );
    way("a Node program with the exported URL, prod selected", "node query.js");
    way(
        "a program with a URL of its own, without us",
        &format!("env -i PATH=$PATH psql {} -c 'CREATE TABLE stray (id int)'", scene.prod.url(scene.prod.port)),
    );
    assert_eq!(scene.prod.query(ROWS), "one,three,two");
    assert_eq!(scene.prod.tables(), ["Invoice", "stray"], "what nothing stops");
    table.are(&(0..10).chain(30..33).collect::<Vec<_>>());
}

#[test]
fn a_way_in_through_another_program_is_stopped_by_one_layer() {
    let scene = scene();
    let world = &scene.world;
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/target/real-parts/tools/node_modules/.bin");
    let mut table = Table::default();
    let mut session = world.enter(Shell::Bash);
    session.types(&format!("PATH={tools}:$PATH"));
    let mut way = |way: &str, line: &str| table.row(&scene, &mut session, way, line);
    way("npm run, from a program without our functions", "sh -c 'npm run nested'");
    way("pnpm -F, from a program without our functions", "sh -c 'pnpm -F db run reset'");
    way("a path to the binary", "node_modules/.bin/prisma migrate reset --force");
    way("a path to `build/index.js`", "node node_modules/prisma/build/index.js db push --force-reset");
    way("make", "make reset");
    way("make, from a program without our functions", "sh -c 'make reset'");
    way("a shell script", "sh ./deploy.sh");
    way("a Python child", "python3 deploy.py");
    way("an editor's task", "env -u BASH_ENV sh -c 'npx prisma migrate dev foo --help'");
    table.are(&(10..19).collect::<Vec<_>>());
}

#[test]
fn a_way_in_by_another_url_or_tool_is_stopped_by_one_layer() {
    let scene = scene();
    let world = &scene.world;
    let (prod_url, dev_url) = (scene.prod.url(scene.prod.port), scene.dev.url(scene.dev.port));
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/target/real-parts/tools/node_modules/.bin");
    let mut table = Table::default();
    let mut session = world.enter(Shell::Bash);
    session.types(&format!("PATH={tools}:$PATH"));
    let mut way = |way: &str, line: &str| table.row(&scene, &mut session, way, line);
    let tmux = format!("tmux -f /dev/null -S {}", world.outside("tmux").display());
    let pane = "npx prisma db push --force-reset >pane 2>&1; tmux wait-for -S done";
    way(
        "a tmux pane of a shell whose time is over",
        &format!(
            "NEXUS_ENV=prod NEXUS_ENV_UNTIL=1 {tmux} new-session -d '{pane}'; {tmux} wait-for done; cat pane; false"
        ),
    );
    way("`dotenv -e .env.prod -o`", "npx dotenv -e .env.prod -o -- prisma migrate reset --force");
    way(
        "the same, from a program without our functions",
        "sh -c 'dotenv -e .env.prod -o -- node_modules/.bin/prisma migrate reset --force'",
    );
    way(
        "a shadow URL that is prod",
        &format!(
            "DATABASE_URL='{dev_url}' SHADOW_URL='{prod_url}' sh -c '{}'",
            "node_modules/.bin/prisma migrate dev --name x --schema shadow.prisma"
        ),
    );
    way(
        "`migrate diff` with a shadow URL that is prod",
        &format!(
            "sh -c 'node_modules/.bin/prisma migrate diff --from-migrations prisma/migrations --to-empty --shadow-database-url {prod_url}'"
        ),
    );
    way(
        "`directUrl` that is prod",
        &format!(
            "DATABASE_URL='{dev_url}' DIRECT_URL='{prod_url}' sh -c '{}'",
            "node_modules/.bin/prisma db push --force-reset --schema direct.prisma"
        ),
    );
    way(
        "`db execute` of a DROP",
        "sh -c 'node_modules/.bin/prisma db execute --file drop.sql --schema prisma/schema.prisma'",
    );
    way("a coding agent's `bash -c`", "CLAUDECODE=1 bash -c 'npx prisma db push --accept-data-loss'");
    way("a coding agent's `db seed`, by make", "CLAUDECODE=1 sh -c 'make seed'");
    way("another tool of Node's, by make", "sh -c 'make knex'");
    way("`nexus-env run`", "nexus-env run -- npx prisma migrate reset --force");
    table.are(&(19..30).collect::<Vec<_>>());
}

/// Prisma 7 reads no `.env` by itself, but most configurations do, and its engine is given the URL that came of it.
#[test]
fn the_url_that_a_configuration_of_prisma_7_computes_is_the_one_that_counts() {
    let scene = Scene::with(Prisma::Seven);
    let (prod_url, dev_url) = (scene.prod.url(scene.prod.port), scene.dev.url(scene.dev.port));
    let configuration = std::fs::read_to_string(scene.world.repo().join("prisma.config.ts")).unwrap();
    for (file, text) in [
        (".env.prod", format!("DATABASE_URL={prod_url}\n")),
        ("prisma.config.ts", format!("import \"dotenv/config\";\n{configuration}")),
        ("drop.sql", "DROP TABLE \"Invoice\";\n".to_owned()),
    ] {
        scene.world.writes(file, text);
    }
    let prisma = "node_modules/.bin/prisma";
    let mut table = Table::default();
    let mut session = scene.world.enter(Shell::Bash);
    // Nothing but the file says prod.
    session.types(&format!("export DATABASE_URL='{dev_url}'"));
    let mut way = |way: &str, line: &str| table.row(&scene, &mut session, way, line);
    let named = "DOTENV_CONFIG_PATH=.env.prod DOTENV_CONFIG_OVERRIDE=true";
    way("a config file with `dotenv/config`", &format!("{named} sh -c '{prisma} migrate reset --force'"));
    way(
        "the same, named by a word",
        &format!("env -u DATABASE_URL sh -c '{prisma} db push --force-reset dotenv_config_path=.env.prod'"),
    );
    way("`db execute` of a DROP", &format!("{named} sh -c '{prisma} db execute --file drop.sql'"));
    table.is("a config file with `dotenv/config`  engine\nthe same, named by a word           engine\n`db execute` of a DROP              engine\n");
    // The same words on dev run as they always did.
    session.types_within(PATIENCE, &format!("sh -c '{prisma} db execute --file drop.sql'")).ends_with_status(0);
    assert_eq!(scene.dev.tables(), [""; 0]);
}
