//! Tools of JavaScript projects that change a database's structure, Prisma apart.

use super::{
    APPLIES, DROPS, EMPTIES, Finds, HISTORY, Place, SEEDS, SYNCS, Tool, UNDOES, destroys, gates, reads, with, without,
};

/// The part of the table.
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
        names: &["typeorm-extension"],
        finds: Finds::Configured(&["ormconfig.json", "ormconfig.js", "ormconfig.ts", "-d", "--dataSource"]),
        place: Place::First,
        valued: &["-d", "--dataSource", "-r", "--root", "-c", "--config", "-n", "--name"],
        rules: &[destroys(&["db:drop"], "drop", DROPS), gates(&["seed*"], "seed", SEEDS)],
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
];
