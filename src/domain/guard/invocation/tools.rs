//! Tools other than Prisma that destroy by design, as data: their names, the words that name what they do, and how each finds
//! its database. Nothing here decides; a new tool is a new row.

use crate::domain::guard::verdict::Effect::{self, Destructive, Gated, Safe};

/// One program, under all names that it has.
#[derive(Debug)]
pub struct Tool {
    /// Names of programs and of packages.
    pub names: &'static [&'static str],
    pub finds: Finds,
    /// Where in its words its rules look.
    pub place: Place,
    /// Flags that take the next word, so that it names no command.
    pub valued: &'static [&'static str],
    /// The first that fits decides. What fits none is harmless.
    pub rules: &'static [Rule],
}

/// Words of a tool, and what they do.
#[derive(Debug)]
pub struct Rule {
    /// Patterns: `*` stands for any characters.
    pub words: &'static [&'static str],
    /// At least one of these flags is there too, unless there is none to be.
    pub flags: &'static [&'static str],
    /// With one of these it is harmless.
    pub unless: &'static [&'static str],
    pub effect: Effect,
    /// Completes "… would …": `roll back`.
    pub does: &'static str,
    /// Why it is in its class.
    pub why: &'static str,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The words begin with the rule's.
    First,
    /// The rule's words stand together somewhere: tasks of which several can be given, or words behind a URL.
    Anywhere,
}

/// How a tool finds its database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Finds {
    /// A URL in its words, behind one of these flags or by itself; else as below, with these files.
    Url(&'static [&'static str], &'static [&'static str]),
    /// A file of its own, where it can be read: these are its names, and flags that name it. Else the environment's database
    /// variables.
    Configured(&'static [&'static str]),
    /// PostgreSQL's own programs: `-h`, `-p`, `-U`, `-d`, and `PGHOST` and its kind.
    Libpq,
    /// MySQL's own programs.
    MySql,
    /// A URL or a name of a MongoDB in its words.
    Mongo,
    /// A server on this machine at a port that is the tool's own, unless a flag names another.
    Local(u16, &'static [&'static str]),
    /// A hosted service's, which no URL tells.
    Hosted(&'static str),
}

const fn destroys(words: &'static [&'static str], does: &'static str, why: &'static str) -> Rule {
    Rule { words, flags: &[], unless: &[], effect: Destructive, does, why }
}

const fn gates(words: &'static [&'static str], does: &'static str, why: &'static str) -> Rule {
    Rule { words, flags: &[], unless: &[], effect: Gated, does, why }
}

const fn reads(words: &'static [&'static str]) -> Rule {
    Rule { words, flags: &[], unless: &[], effect: Safe, does: "read", why: "it reads, or prints" }
}

/// The rule, where one of these flags is given as well.
const fn with(rule: Rule, flags: &'static [&'static str]) -> Rule {
    Rule { words: rule.words, flags, unless: rule.unless, effect: rule.effect, does: rule.does, why: rule.why }
}

/// The rule, where none of these flags is given.
const fn without(rule: Rule, unless: &'static [&'static str]) -> Rule {
    Rule { words: rule.words, flags: rule.flags, unless, effect: rule.effect, does: rule.does, why: rule.why }
}

const DROPS: &str = "it drops the database, or everything in it";
const UNDOES: &str = "it undoes migrations, and what they created is dropped with its rows";
const EMPTIES: &str = "it deletes the rows of every table";
const SYNCS: &str = "it changes the database to fit the code, without a migration";
const APPLIES: &str = "it applies migrations";
const SEEDS: &str = "a seed may begin with deleting";
const HISTORY: &str = "it writes the history of migrations";
const RESTORES: &str = "it writes what a dump holds";
const REPLACES: &str = "it drops what is there before it writes what a dump holds";
const DELETES_HOSTED: &str = "it deletes what the service hosts";

/// The tasks of Rails. With a flag that lists tasks, or says what they would do, none runs.
const RAILS_TASKS: &[Rule] = &[
    with(
        reads(&["*"]),
        &["-T", "--tasks", "-P", "--prereqs", "-D", "--describe", "-W", "--where", "-n", "--dry-run", "-H"],
    ),
    destroys(&["*db:drop*"], "drop", DROPS),
    destroys(&["*db:reset*"], "drop", DROPS),
    destroys(&["*db:purge*"], "empty", DROPS),
    destroys(&["*db:setup*"], "load a schema into", "loading the schema drops every table first"),
    destroys(&["*db:schema:load*"], "load a schema into", "loading the schema drops every table first"),
    destroys(&["*db:structure:load*"], "load a schema into", "loading the schema drops every table first"),
    destroys(&["*db:test:load*"], "load a schema into", "loading the schema drops every table first"),
    destroys(&["*db:migrate:reset*"], "drop", DROPS),
    destroys(&["*db:migrate:down*"], "undo a migration of", UNDOES),
    destroys(&["*db:migrate:redo*"], "undo a migration of", UNDOES),
    destroys(&["*db:rollback*"], "undo migrations of", UNDOES),
    destroys(&["*db:truncate_all*"], "empty", EMPTIES),
    destroys(&["*db:seed:replant*"], "empty", EMPTIES),
    destroys(&["*db:fixtures:load*"], "empty", EMPTIES),
    gates(&["db:migrate"], "apply migrations to", APPLIES),
    gates(&["db:migrate:up"], "apply migrations to", APPLIES),
    gates(&["db:migrate:with_data"], "apply migrations to", APPLIES),
    gates(&["db:prepare"], "apply migrations to", APPLIES),
    gates(&["db:seed"], "seed", SEEDS),
];

/// Every tool that is known here, Prisma and the clients for SQL apart.
pub const TOOLS: &[Tool] = &[
    // JavaScript.
    Tool {
        names: &["drizzle-kit"],
        finds: Finds::Url(
            &["--url"],
            &["--config", "drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs", "drizzle.config.json"],
        ),
        place: Place::First,
        valued: &["--config", "--url", "--dialect", "--schema", "--out", "--name", "--driver"],
        rules: &[
            destroys(&["push*"], "rewrite", SYNCS),
            gates(&["migrate"], "apply migrations to", APPLIES),
            gates(&["studio"], "open an editor on", "it is an editor with write access"),
            gates(&["drop"], "forget migrations of", "it deletes a migration that a database may have applied already"),
        ],
    },
    Tool {
        names: &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"],
        finds: Finds::Configured(&["ormconfig.json", "ormconfig.js", "ormconfig.ts", "-d", "--dataSource"]),
        place: Place::First,
        valued: &["-d", "--dataSource", "-f", "--config", "-c", "--connection", "-t", "--transaction"],
        rules: &[
            destroys(&["schema:drop"], "empty", DROPS),
            destroys(&["schema:sync"], "rewrite", SYNCS),
            destroys(&["migration:revert"], "undo a migration of", UNDOES),
            gates(&["migration:run"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["sequelize", "sequelize-cli"],
        finds: Finds::Url(&["--url"], &[]),
        place: Place::First,
        valued: &[
            "--env", "--config", "--url", "--options-path", "--migrations-path", "--seeders-path", "--to", "--name",
        ],
        rules: &[
            destroys(&["db:drop"], "drop", DROPS),
            destroys(&["db:migrate:undo*"], "undo migrations of", UNDOES),
            destroys(&["db:seed:undo*"], "delete rows from", "it undoes seeds, which deletes rows"),
            reads(&["db:migrate:status"]),
            gates(&["db:migrate*"], "apply migrations to", APPLIES),
            gates(&["db:seed*"], "seed", SEEDS),
        ],
    },
    Tool {
        names: &["knex"],
        finds: Finds::Configured(&["knexfile.js", "knexfile.ts", "knexfile.mjs", "knexfile.cjs", "--knexfile"]),
        place: Place::First,
        valued: &["--knexfile", "--env", "--cwd", "--client", "--connection", "--migrations-directory", "-x"],
        rules: &[
            destroys(&["migrate:rollback"], "undo migrations of", UNDOES),
            destroys(&["migrate:down"], "undo a migration of", UNDOES),
            gates(&["migrate:latest"], "apply migrations to", APPLIES),
            gates(&["migrate:up"], "apply migrations to", APPLIES),
            gates(&["migrate:unlock"], "unlock the migrations of", HISTORY),
            gates(&["seed:run"], "seed", SEEDS),
        ],
    },
    Tool {
        names: &["mikro-orm", "mikro-orm-esm", "@mikro-orm/cli"],
        finds: Finds::Configured(&[
            "mikro-orm.config.ts", "mikro-orm.config.js", "src/mikro-orm.config.ts", "--config",
        ]),
        place: Place::First,
        valued: &["--config", "--contextName"],
        rules: &[
            with(destroys(&["schema:drop"], "empty", DROPS), &["-r", "--run"]),
            with(destroys(&["schema:fresh"], "empty", DROPS), &["-r", "--run"]),
            with(destroys(&["schema:update"], "rewrite", SYNCS), &["-r", "--run"]),
            destroys(&["migration:fresh"], "empty", DROPS),
            destroys(&["migration:down"], "undo a migration of", UNDOES),
            gates(&["migration:up"], "apply migrations to", APPLIES),
            gates(&["seeder:run"], "seed", SEEDS),
        ],
    },
    Tool {
        names: &["node-pg-migrate"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-d", "--database-url-var", "-m", "--migrations-dir", "-f", "--config-file", "-t", "-s", "--schema"],
        rules: &[
            without(destroys(&["down"], "undo a migration of", UNDOES), &["--dry-run"]),
            without(destroys(&["redo"], "undo a migration of", UNDOES), &["--dry-run"]),
            without(gates(&["up"], "apply migrations to", APPLIES), &["--dry-run"]),
        ],
    },
    Tool {
        names: &["graphile-migrate"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-c", "--config"],
        rules: &[
            destroys(&["reset"], "drop", DROPS),
            gates(&["migrate"], "apply migrations to", APPLIES),
            gates(&["watch"], "apply migrations to", APPLIES),
            gates(&["commit"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["db-migrate"],
        finds: Finds::Configured(&["database.json"]),
        place: Place::First,
        valued: &["-e", "--env", "--config", "-m", "--migrations-dir", "-c", "--count"],
        rules: &[
            without(destroys(&["down*"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(destroys(&["reset*"], "undo migrations of", UNDOES), &["--dry-run"]),
            destroys(&["db:drop"], "drop", DROPS),
            without(gates(&["up*"], "apply migrations to", APPLIES), &["--dry-run"]),
        ],
    },
    Tool {
        names: &["kysely", "kysely-ctl"],
        finds: Finds::Configured(&["kysely.config.ts", ".config/kysely.config.ts"]),
        place: Place::First,
        valued: &["-e", "--environment"],
        rules: &[
            destroys(&["migrate:rollback"], "undo migrations of", UNDOES),
            destroys(&["migrate:down"], "undo a migration of", UNDOES),
            destroys(&["migrate", "rollback"], "undo migrations of", UNDOES),
            destroys(&["migrate", "down"], "undo a migration of", UNDOES),
            gates(&["migrate:*"], "apply migrations to", APPLIES),
            gates(&["migrate", "*"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["payload"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["migrate:fresh"], "empty", DROPS),
            destroys(&["migrate:reset"], "undo migrations of", UNDOES),
            destroys(&["migrate:refresh"], "undo migrations of", UNDOES),
            destroys(&["migrate:down"], "undo migrations of", UNDOES),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ],
    },
    // `node ace`, of AdonisJS.
    Tool {
        names: &["ace"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["--connection", "-c"],
        rules: &[
            without(destroys(&["migration:fresh"], "empty", DROPS), &["--dry-run"]),
            without(destroys(&["migration:refresh"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(destroys(&["migration:reset"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(destroys(&["migration:rollback"], "undo migrations of", UNDOES), &["--dry-run"]),
            destroys(&["db:wipe"], "empty", DROPS),
            destroys(&["db:truncate"], "empty", EMPTIES),
            gates(&["migration:run"], "apply migrations to", APPLIES),
            gates(&["db:seed"], "seed", SEEDS),
        ],
    },
    Tool {
        names: &["medusa"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["db:rollback"], "undo migrations of", UNDOES),
            gates(&["db:migrate"], "apply migrations to", APPLIES),
        ],
    },
    // Services and their command lines.
    Tool {
        names: &["supabase"],
        finds: Finds::Local(54322, &["--db-url"]),
        place: Place::First,
        valued: &["--db-url", "--project-ref", "--workdir", "--version", "-p", "--password", "--profile"],
        rules: &[
            destroys(&["db", "reset"], "empty", "it drops the database and applies all migrations anew"),
            destroys(&["migration", "down"], "undo migrations of", UNDOES),
            without(gates(&["db", "push"], "apply migrations to", APPLIES), &["--dry-run"]),
            gates(&["migration", "up"], "apply migrations to", APPLIES),
            gates(&["migration", "repair"], "change the migration history of", HISTORY),
            gates(&["projects", "delete"], "delete", DELETES_HOSTED),
            gates(&["branches", "delete"], "delete", DELETES_HOSTED),
        ],
    },
    Tool {
        names: &["hasura"],
        finds: Finds::Hosted("hasura"),
        place: Place::First,
        valued: &["--endpoint", "--admin-secret", "--database-name", "--project", "--version", "--goto"],
        rules: &[
            with(destroys(&["migrate", "apply"], "undo migrations of", UNDOES), &["--down", "--goto"]),
            without(gates(&["migrate", "apply"], "apply migrations to", APPLIES), &["--dry-run"]),
            destroys(&["metadata", "clear"], "clear the metadata of", "it deletes all metadata"),
            gates(&["migrate", "delete"], "change the migration history of", HISTORY),
            gates(&["seed", "apply"], "seed", SEEDS),
        ],
    },
    Tool {
        names: &["heroku"],
        finds: Finds::Hosted("heroku"),
        place: Place::First,
        valued: &["-a", "--app", "-r", "--remote", "--confirm"],
        rules: &[
            destroys(&["pg:reset"], "empty", DROPS),
            destroys(&["addons:destroy"], "delete", DELETES_HOSTED),
            gates(&["pg:push"], "write to", RESTORES),
            gates(&["pg:copy"], "write to", RESTORES),
            destroys(&["pg:backups:restore"], "replace", REPLACES),
        ],
    },
    Tool {
        names: &["gcloud"],
        finds: Finds::Hosted("Google Cloud"),
        place: Place::First,
        valued: &["--project", "--instance", "-i", "--account", "--format"],
        rules: &[
            destroys(&["sql", "databases", "delete"], "delete", DROPS),
            destroys(&["sql", "instances", "delete"], "delete", "it deletes the server with every database"),
            destroys(&["sql", "backups", "restore"], "replace", REPLACES),
            gates(&["sql", "import"], "write to", RESTORES),
            destroys(&["beta", "sql", "databases", "delete"], "delete", DROPS),
            destroys(&["beta", "sql", "instances", "delete"], "delete", "it deletes the server with every database"),
        ],
    },
    Tool {
        names: &["aws"],
        finds: Finds::Hosted("AWS"),
        place: Place::First,
        valued: &["--profile", "--region", "--output"],
        rules: &[
            destroys(&["rds", "delete-db-*"], "delete", DELETES_HOSTED),
            destroys(&["dynamodb", "delete-table"], "delete", DELETES_HOSTED),
        ],
    },
    Tool {
        names: &["neonctl", "neon"],
        finds: Finds::Hosted("Neon"),
        place: Place::First,
        valued: &["--project-id", "--branch", "--api-key", "-o", "--output"],
        rules: &[
            destroys(&["databases", "delete"], "delete", DROPS),
            destroys(&["branches", "delete"], "delete", DELETES_HOSTED),
            destroys(&["branches", "reset"], "replace", REPLACES),
            destroys(&["branches", "restore"], "replace", REPLACES),
            destroys(&["projects", "delete"], "delete", DELETES_HOSTED),
        ],
    },
    Tool {
        names: &["pscale"],
        finds: Finds::Hosted("PlanetScale"),
        place: Place::First,
        valued: &["--org", "--service-token", "-f", "--format"],
        rules: &[
            destroys(&["database", "delete"], "delete", DROPS),
            destroys(&["branch", "delete"], "delete", DELETES_HOSTED),
            gates(&["deploy-request", "deploy"], "change", APPLIES),
        ],
    },
    Tool {
        names: &["turso"],
        finds: Finds::Hosted("Turso"),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["db", "destroy"], "delete", DROPS),
            destroys(&["group", "destroy"], "delete", DELETES_HOSTED),
        ],
    },
    Tool {
        names: &["wrangler"],
        finds: Finds::Hosted("Cloudflare"),
        place: Place::First,
        valued: &["-c", "--config", "-e", "--env"],
        rules: &[
            destroys(&["d1", "delete"], "delete", DROPS),
            destroys(&["d1", "time-travel", "restore"], "replace", REPLACES),
            without(gates(&["d1", "migrations", "apply"], "apply migrations to", APPLIES), &["--local"]),
        ],
    },
    // PostgreSQL's own programs, and their kind.
    Tool {
        names: &["dropdb"],
        finds: Finds::Libpq,
        place: Place::First,
        valued: LIBPQ_VALUED,
        rules: &[destroys(&[], "drop", DROPS)],
    },
    Tool {
        names: &["dropuser"],
        finds: Finds::Libpq,
        place: Place::First,
        valued: LIBPQ_VALUED,
        rules: &[gates(&[], "drop a user of", "it drops a user")],
    },
    Tool {
        names: &["pg_restore"],
        finds: Finds::Libpq,
        place: Place::First,
        valued: &[
            "-d", "--dbname", "-F", "-I", "-j", "-L", "-n", "-N", "-P", "-S", "-t", "-T", "-h", "-p", "-U", "--role",
        ],
        rules: &[
            without(
                with(destroys(&[], "replace", REPLACES), &["-c", "--clean", "-C"]),
                &["-l", "--list", "-f", "--file"],
            ),
            without(with(gates(&[], "write to", RESTORES), &["-d", "--dbname"]), &["-l", "--list", "-f", "--file"]),
        ],
    },
    Tool {
        names: &["pg_dropcluster"],
        finds: Finds::Hosted("this machine"),
        place: Place::First,
        valued: &[],
        rules: &[destroys(&[], "delete a cluster of", "it deletes a server with every database")],
    },
    Tool {
        names: &["mysqladmin", "mariadb-admin"],
        finds: Finds::MySql,
        place: Place::Anywhere,
        valued: &["-u", "-h", "-P", "-S", "--user", "--host", "--port"],
        rules: &[destroys(&["drop"], "drop", DROPS)],
    },
    Tool {
        names: &["mongorestore"],
        finds: Finds::Mongo,
        place: Place::First,
        valued: &["--uri", "--host", "--port", "-d", "--db", "-c", "--collection", "-u", "-p", "--nsInclude"],
        rules: &[
            without(with(destroys(&[], "replace", REPLACES), &["--drop"]), &["--dryRun"]),
            without(gates(&[], "write to", RESTORES), &["--dryRun"]),
        ],
    },
    Tool {
        names: &["mongoimport"],
        finds: Finds::Mongo,
        place: Place::First,
        valued: &["--uri", "--host", "--port", "-d", "--db", "-c", "--collection", "-u", "-p", "--file", "--type"],
        rules: &[with(destroys(&[], "replace", REPLACES), &["--drop"]), gates(&[], "write to", RESTORES)],
    },
    Tool {
        names: &["redis-cli", "valkey-cli"],
        finds: Finds::Hosted("Redis"),
        place: Place::First,
        valued: &["-h", "-p", "-a", "-n", "-u", "--user", "--pass"],
        rules: &[
            gates(&["flushall"], "empty", "it deletes every key"),
            gates(&["flushdb"], "empty", "it deletes every key"),
            gates(&["FLUSHALL"], "empty", "it deletes every key"),
            gates(&["FLUSHDB"], "empty", "it deletes every key"),
        ],
    },
    // Ruby, Python, PHP, Elixir.
    Tool {
        names: &["rails", "rake"],
        finds: Finds::Configured(&[]),
        place: Place::Anywhere,
        valued: &["-f", "-e", "--environment", "-I", "-r"],
        rules: RAILS_TASKS,
    },
    // The same tasks on the servers: `cap production invoke:rake TASK=db:reset`.
    Tool {
        names: &["cap", "mina"],
        finds: Finds::Hosted("the servers"),
        place: Place::Anywhere,
        valued: &["-f", "-r"],
        rules: RAILS_TASKS,
    },
    Tool {
        names: &["alembic"],
        finds: Finds::Configured(&["alembic.ini", "-c"]),
        place: Place::First,
        valued: &["-c", "--config", "-n", "--name", "-x"],
        rules: &[
            without(destroys(&["downgrade"], "undo migrations of", UNDOES), &["--sql"]),
            without(gates(&["upgrade"], "apply migrations to", APPLIES), &["--sql"]),
            gates(&["stamp"], "change the migration history of", HISTORY),
        ],
    },
    Tool {
        names: &["flask"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-A", "--app", "-e", "--env-file"],
        rules: &[
            without(destroys(&["db", "downgrade"], "undo migrations of", UNDOES), &["--sql"]),
            without(gates(&["db", "upgrade"], "apply migrations to", APPLIES), &["--sql"]),
            gates(&["db", "stamp"], "change the migration history of", HISTORY),
        ],
    },
    Tool {
        names: &["manage.py", "django-admin"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["--settings", "--database", "--pythonpath"],
        rules: &[
            destroys(&["flush"], "empty", EMPTIES),
            destroys(&["reset_db"], "drop", DROPS),
            destroys(&["reset_schema"], "empty", DROPS),
            destroys(&["clean_db"], "empty", EMPTIES),
            without(destroys(&["migrate", "*", "zero"], "undo migrations of", UNDOES), &["--plan"]),
            without(gates(&["migrate"], "apply migrations to", APPLIES), &["--plan", "--check", "--list", "-l"]),
            gates(&["loaddata"], "write to", RESTORES),
        ],
    },
    Tool {
        names: &["aerich"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-c", "--config", "--app"],
        rules: &[
            destroys(&["downgrade"], "undo migrations of", UNDOES),
            gates(&["upgrade"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["artisan"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["--database", "--path", "--env"],
        rules: &[
            destroys(&["migrate:fresh*"], "empty", DROPS),
            destroys(&["migrate:refresh*"], "undo migrations of", UNDOES),
            without(destroys(&["migrate:reset"], "undo migrations of", UNDOES), &["--pretend"]),
            without(destroys(&["migrate:rollback"], "undo migrations of", UNDOES), &["--pretend"]),
            destroys(&["db:wipe"], "empty", DROPS),
            destroys(&["tenants:migrate-fresh"], "empty", DROPS),
            without(gates(&["migrate"], "apply migrations to", APPLIES), &["--pretend"]),
            gates(&["db:seed"], "seed", SEEDS),
        ],
    },
    // `php bin/console`, of Symfony.
    Tool {
        names: &["console"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-e", "--env", "--em", "--connection"],
        rules: &[
            with(destroys(&["doctrine:database:drop"], "drop", DROPS), &["--force", "-f"]),
            with(destroys(&["d:d:d"], "drop", DROPS), &["--force", "-f"]),
            with(destroys(&["doctrine:schema:drop"], "empty", DROPS), &["--force", "-f"]),
            with(destroys(&["d:s:d"], "empty", DROPS), &["--force", "-f"]),
            with(destroys(&["doctrine:schema:update"], "rewrite", SYNCS), &["--force", "-f"]),
            with(destroys(&["d:s:u"], "rewrite", SYNCS), &["--force", "-f"]),
            without(destroys(&["doctrine:fixtures:load"], "empty", EMPTIES), &["--append"]),
            without(destroys(&["d:f:l"], "empty", EMPTIES), &["--append"]),
            without(destroys(&["doctrine:migrations:migrate", "prev"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(destroys(&["doctrine:migrations:migrate", "first"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(gates(&["doctrine:migrations:migrate"], "apply migrations to", APPLIES), &["--dry-run"]),
            without(gates(&["d:m:m"], "apply migrations to", APPLIES), &["--dry-run"]),
        ],
    },
    Tool {
        names: &["mix"],
        finds: Finds::Configured(&[]),
        place: Place::Anywhere,
        valued: &["-r", "--repo"],
        rules: &[
            destroys(&["ecto.drop*"], "drop", DROPS),
            destroys(&["ecto.reset*"], "drop", DROPS),
            destroys(&["ecto.rollback*"], "undo migrations of", UNDOES),
            gates(&["ecto.migrate"], "apply migrations to", APPLIES),
            gates(&["ecto.load"], "load a schema into", RESTORES),
        ],
    },
    // Migrations for any language.
    Tool {
        names: &["flyway"],
        finds: Finds::Url(&["-url"], &[]),
        place: Place::Anywhere,
        valued: &[],
        rules: &[
            destroys(&["clean"], "empty", DROPS),
            destroys(&["undo"], "undo migrations of", UNDOES),
            gates(&["migrate"], "apply migrations to", APPLIES),
            gates(&["repair"], "change the migration history of", HISTORY),
            gates(&["baseline"], "change the migration history of", HISTORY),
        ],
    },
    Tool {
        names: &["mvn", "mvnw", "gradle", "gradlew", "mvnd"],
        finds: Finds::Configured(&[]),
        place: Place::Anywhere,
        valued: &["-f", "-p", "-P", "-pl"],
        rules: &[
            destroys(&["flyway:clean"], "empty", DROPS),
            destroys(&["flyway:undo"], "undo migrations of", UNDOES),
            destroys(&["*flywayClean"], "empty", DROPS),
            destroys(&["*flywayUndo"], "undo migrations of", UNDOES),
            destroys(&["liquibase:dropAll"], "empty", DROPS),
            destroys(&["liquibase:rollback"], "undo migrations of", UNDOES),
            destroys(&["*liquibaseDropAll"], "empty", DROPS),
            destroys(&["*liquibaseRollback*"], "undo migrations of", UNDOES),
            destroys(&["*:dropAll"], "empty", DROPS),
            gates(&["flyway:migrate"], "apply migrations to", APPLIES),
            gates(&["*flywayMigrate"], "apply migrations to", APPLIES),
            gates(&["liquibase:update"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["liquibase"],
        finds: Finds::Url(&["--url"], &[]),
        place: Place::Anywhere,
        valued: &["--changelog-file", "--url", "--username", "--password", "--defaults-file", "--count", "--tag"],
        rules: &[
            destroys(&["drop-all"], "empty", DROPS),
            destroys(&["dropAll"], "empty", DROPS),
            reads(&["rollback*-sql"]),
            reads(&["rollback*SQL"]),
            destroys(&["rollback*"], "undo migrations of", UNDOES),
            gates(&["update"], "apply migrations to", APPLIES),
            gates(&["update-count"], "apply migrations to", APPLIES),
            gates(&["changelog-sync"], "change the migration history of", HISTORY),
        ],
    },
    Tool {
        names: &["dbmate"],
        finds: Finds::Url(&["-u", "--url"], &[]),
        place: Place::First,
        valued: &["-u", "--url", "-e", "--env", "-d", "--migrations-dir", "-s", "--schema-file", "--env-file"],
        rules: &[
            destroys(&["drop"], "drop", DROPS),
            destroys(&["down"], "undo a migration of", UNDOES),
            destroys(&["rollback"], "undo a migration of", UNDOES),
            gates(&["up"], "apply migrations to", APPLIES),
            gates(&["migrate"], "apply migrations to", APPLIES),
            gates(&["load"], "load a schema into", RESTORES),
        ],
    },
    Tool {
        names: &["goose"],
        finds: Finds::Url(&[], &[]),
        place: Place::Anywhere,
        valued: &["-dir", "-table", "-certfile"],
        rules: &[
            destroys(&["down"], "undo a migration of", UNDOES),
            destroys(&["down-to"], "undo migrations of", UNDOES),
            destroys(&["reset"], "undo migrations of", UNDOES),
            destroys(&["redo"], "undo a migration of", UNDOES),
            gates(&["up*"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["atlas"],
        finds: Finds::Url(&["-u", "--url"], &[]),
        place: Place::First,
        valued: &["-u", "--url", "--to", "--dir", "--dev-url", "--env", "-c", "--config", "-s", "--schema"],
        rules: &[
            destroys(&["schema", "clean"], "empty", DROPS),
            without(destroys(&["schema", "apply"], "rewrite", SYNCS), &["--dry-run"]),
            without(destroys(&["migrate", "down"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(gates(&["migrate", "apply"], "apply migrations to", APPLIES), &["--dry-run"]),
            gates(&["migrate", "set"], "change the migration history of", HISTORY),
        ],
    },
    // golang-migrate.
    Tool {
        names: &["migrate"],
        finds: Finds::Url(&["-database", "--database"], &[]),
        place: Place::First,
        valued: &["-database", "--database", "-path", "--path", "-source", "--source", "-lock-timeout", "-prefetch"],
        rules: &[
            destroys(&["drop"], "empty", DROPS),
            destroys(&["down"], "undo migrations of", UNDOES),
            gates(&["up"], "apply migrations to", APPLIES),
            gates(&["goto"], "apply migrations to", APPLIES),
            gates(&["force"], "change the migration history of", HISTORY),
        ],
    },
    Tool {
        names: &["sqlx"],
        finds: Finds::Url(&["-D", "--database-url"], &[]),
        place: Place::First,
        valued: &["-D", "--database-url", "--source"],
        rules: &[
            destroys(&["database", "drop"], "drop", DROPS),
            destroys(&["database", "reset"], "drop", DROPS),
            destroys(&["db", "drop"], "drop", DROPS),
            destroys(&["db", "reset"], "drop", DROPS),
            without(destroys(&["migrate", "revert"], "undo a migration of", UNDOES), &["--dry-run"]),
            without(gates(&["migrate", "run"], "apply migrations to", APPLIES), &["--dry-run"]),
            gates(&["database", "setup"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["diesel"],
        finds: Finds::Url(&["--database-url"], &[]),
        place: Place::First,
        valued: &["--database-url", "--config-file", "--migration-dir"],
        rules: &[
            destroys(&["database", "reset"], "drop", DROPS),
            destroys(&["database", "drop"], "drop", DROPS),
            destroys(&["migration", "revert"], "undo a migration of", UNDOES),
            destroys(&["migration", "redo"], "undo a migration of", UNDOES),
            gates(&["migration", "run"], "apply migrations to", APPLIES),
            gates(&["database", "setup"], "apply migrations to", APPLIES),
            gates(&["setup"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["sea-orm-cli", "sea-orm"],
        finds: Finds::Url(&["-u", "--database-url"], &[]),
        place: Place::First,
        valued: &["-u", "--database-url", "-s", "--database-schema", "-d", "--migration-dir"],
        rules: &[
            destroys(&["migrate", "fresh"], "empty", DROPS),
            destroys(&["migrate", "refresh"], "undo migrations of", UNDOES),
            destroys(&["migrate", "reset"], "undo migrations of", UNDOES),
            destroys(&["migrate", "down"], "undo a migration of", UNDOES),
            gates(&["migrate", "up"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["dotnet-ef"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-p", "--project", "-s", "--startup-project", "-c", "--context", "--connection"],
        rules: &[
            without(destroys(&["database", "drop"], "drop", DROPS), &["--dry-run"]),
            destroys(&["database", "update", "0"], "undo migrations of", UNDOES),
            gates(&["database", "update"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["edgedb", "gel"],
        finds: Finds::Hosted("EdgeDB"),
        place: Place::First,
        valued: &["-I", "--instance", "-d", "--database", "-b", "--branch"],
        rules: &[
            destroys(&["database", "drop"], "drop", DROPS),
            destroys(&["database", "wipe"], "empty", DROPS),
            destroys(&["branch", "drop"], "drop", DROPS),
            destroys(&["branch", "wipe"], "empty", DROPS),
            destroys(&["instance", "destroy"], "delete", DROPS),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ],
    },
];

/// Flags of PostgreSQL's own programs that take the next word.
pub const LIBPQ_VALUED: &[&str] =
    &["-h", "--host", "-p", "--port", "-U", "--username", "-d", "--dbname", "--maintenance-db"];

/// The tool of a name.
pub fn named(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.names.contains(&name))
}
