//! The command lines of hosted databases.

use super::{
    APPLIES, DELETES_HOSTED, DROPS, Finds, HISTORY, Place, REPLACES, RESTORES, SEEDS, Tool, UNDOES, destroys, gates,
    with, without,
};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
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
            destroys(&["projects|branches", "delete"], "delete", DELETES_HOSTED),
            with(destroys(&["stop"], "delete", DROPS), &["--no-backup"]),
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
            destroys(&["addons:destroy|apps:destroy|destroy|apps:delete"], "delete", DELETES_HOSTED),
            destroys(&["pg:credentials:destroy"], "delete a user of", "it deletes a user"),
            gates(&["pg:push"], "write to", RESTORES),
            gates(&["pg:copy"], "write to", RESTORES),
            destroys(&["pg:backups:restore"], "replace", REPLACES),
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
            destroys(&["database", "delete|rm"], "delete", DROPS),
            destroys(&["branch|backup", "delete|rm"], "delete", DELETES_HOSTED),
            gates(&["branch", "safe-migrations", "disable"], "unprotect", "it takes the protection of a branch off"),
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
];
