//! Tools of JavaScript projects that change a database's structure, Prisma apart.

use super::{
    APPLIES, DROPS, EMPTIES, Finds, HISTORY, REPLACES, SEEDS, SYNCS, Tool, UNDOES, destroys, gates, reads, tool,
};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // docs.strapi.io/cms/cli.
    tool(&["strapi"], Finds::Configured(&[]))
        .valued(&["-f", "--file", "-k", "--key", "--only", "--exclude", "--from", "--to"])
        .rules(&[destroys(&["import|transfer"], "replace what is in", REPLACES)]),
    // JavaScript.
    tool(
        &["drizzle-kit"],
        Finds::Url(
            &["--url"],
            &["--config", "drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs", "drizzle.config.json"],
        ),
    )
    .valued(&["--config", "--url", "--dialect", "--schema", "--out", "--name", "--driver"])
    .rules(&[
        destroys(&["push*"], "rewrite", SYNCS),
        gates(&["migrate"], "apply migrations to", APPLIES),
        gates(&["studio"], "open an editor on", "it is an editor with write access"),
        gates(&["drop"], "forget migrations of", "it deletes a migration that a database may have applied already"),
    ]),
    tool(
        &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"],
        Finds::Configured(&["ormconfig.json", "ormconfig.js", "ormconfig.ts", "-d", "--dataSource"]),
    )
    .valued(&["-d", "--dataSource", "-f", "--config", "-c", "--connection", "-t", "--transaction"])
    .rules(&[
        destroys(&["schema:drop"], "empty", DROPS),
        destroys(&["schema:sync"], "rewrite", SYNCS),
        destroys(&["migration:revert"], "undo a migration of", UNDOES),
        gates(&["migration:run"], "apply migrations to", APPLIES),
    ]),
    tool(
        &["typeorm-extension"],
        Finds::Configured(&["ormconfig.json", "ormconfig.js", "ormconfig.ts", "-d", "--dataSource"]),
    )
    .valued(&["-d", "--dataSource", "-r", "--root", "-c", "--config", "-n", "--name"])
    .rules(&[destroys(&["db:drop"], "drop", DROPS), gates(&["seed*"], "seed", SEEDS)]),
    tool(&["sequelize", "sequelize-cli"], Finds::Url(&["--url"], &[]))
        .valued(&[
            "--env", "--config", "--url", "--options-path", "--migrations-path", "--seeders-path", "--to", "--name",
        ])
        .rules(&[
            destroys(&["db:drop"], "drop", DROPS),
            destroys(&["db:migrate:undo*"], "undo migrations of", UNDOES),
            destroys(&["db:seed:undo*"], "delete rows from", "it undoes seeds, which deletes rows"),
            reads(&["db:migrate:status"]),
            gates(&["db:migrate*"], "apply migrations to", APPLIES),
            gates(&["db:seed*"], "seed", SEEDS),
        ]),
    tool(&["knex"], Finds::Configured(&["knexfile.js", "knexfile.ts", "knexfile.mjs", "knexfile.cjs", "--knexfile"]))
        .valued(&["--knexfile", "--env", "--cwd", "--client", "--connection", "--migrations-directory", "-x"])
        .rules(&[
            destroys(&["migrate:rollback"], "undo migrations of", UNDOES),
            destroys(&["migrate:down"], "undo a migration of", UNDOES),
            gates(&["migrate:latest|migrate:up"], "apply migrations to", APPLIES),
            gates(&["migrate:unlock"], "unlock the migrations of", HISTORY),
            gates(&["seed:run"], "seed", SEEDS),
        ]),
    tool(
        &["mikro-orm", "mikro-orm-esm", "@mikro-orm/cli"],
        Finds::Configured(&["mikro-orm.config.ts", "mikro-orm.config.js", "src/mikro-orm.config.ts", "--config"]),
    )
    .valued(&["--config", "--contextName"])
    .rules(&[
        destroys(&["schema:drop|schema:fresh"], "empty", DROPS).with(&["-r", "--run"]),
        destroys(&["schema:update"], "rewrite", SYNCS).with(&["-r", "--run"]),
        destroys(&["migration:fresh"], "empty", DROPS),
        destroys(&["migration:down"], "undo a migration of", UNDOES),
        gates(&["migration:up"], "apply migrations to", APPLIES),
        gates(&["seeder:run"], "seed", SEEDS),
    ]),
    tool(&["node-pg-migrate"], Finds::Configured(&[]))
        .valued(&["-d", "--database-url-var", "-m", "--migrations-dir", "-f", "--config-file", "-t", "-s", "--schema"])
        .rules(&[
            destroys(&["down|redo"], "undo a migration of", UNDOES).unless(&["--dry-run"]),
            gates(&["up"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
        ]),
    tool(&["graphile-migrate"], Finds::Configured(&[])).valued(&["-c", "--config"]).rules(&[
        destroys(&["reset"], "drop", DROPS),
        gates(&["migrate|watch|commit"], "apply migrations to", APPLIES),
    ]),
    tool(&["db-migrate"], Finds::Configured(&["database.json"]))
        .valued(&["-e", "--env", "--config", "-m", "--migrations-dir", "-c", "--count"])
        .rules(&[
            destroys(&["down*|reset*"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
            destroys(&["db:drop"], "drop", DROPS),
            gates(&["up*"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
        ]),
    tool(&["kysely", "kysely-ctl"], Finds::Configured(&["kysely.config.ts", ".config/kysely.config.ts"]))
        .valued(&["-e", "--environment"])
        .rules(&[
            reads(&["migrate:list|migrate:make"]),
            reads(&["migrate", "list|make"]),
            destroys(&["migrate:rollback|migrate:down"], "undo migrations of", UNDOES),
            destroys(&["migrate", "rollback|down"], "undo migrations of", UNDOES),
            gates(&["migrate:*"], "apply migrations to", APPLIES),
            gates(&["migrate", "*"], "apply migrations to", APPLIES),
        ]),
    tool(&["payload"], Finds::Configured(&[])).rules(&[
        destroys(&["migrate:fresh"], "empty", DROPS),
        destroys(&["migrate:reset|migrate:refresh|migrate:down"], "undo migrations of", UNDOES),
        gates(&["migrate"], "apply migrations to", APPLIES),
    ]),
    // `node ace`, of AdonisJS.
    tool(&["ace"], Finds::Configured(&[])).valued(&["--connection", "-c"]).rules(&[
        destroys(&["migration:fresh"], "empty", DROPS).unless(&["--dry-run"]),
        destroys(&["migration:refresh|migration:reset"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
        destroys(&["migration:rollback"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
        destroys(&["db:wipe"], "empty", DROPS),
        destroys(&["db:truncate"], "empty", EMPTIES),
        gates(&["migration:run"], "apply migrations to", APPLIES),
        gates(&["db:seed"], "seed", SEEDS),
    ]),
    tool(&["medusa"], Finds::Configured(&[])).rules(&[
        destroys(&["db:rollback"], "undo migrations of", UNDOES),
        gates(&["db:migrate"], "apply migrations to", APPLIES),
    ]),
];
