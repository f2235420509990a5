//! The command lines of hosted databases.

use super::{
    APPLIES, DELETES_HOSTED, DROPS, Finds, HISTORY, REPLACES, RESTORES, SEEDS, Tool, UNDOES, destroys, gates, tool,
};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // github.com/steipete/mcporter: a tool of an MCP server by its name.
    tool(&["mcporter"], Finds::Hosted("the server")).valued(&["--config", "--server"]).rules(&[
        destroys(
            &["call", "*.reset_branch|*.delete_branch|*.delete_project|*.pause_project"],
            "change",
            DELETES_HOSTED,
        ),
        gates(&["call", "*.apply_migration"], "apply migrations to", APPLIES),
    ]),
    // Services and their command lines.
    tool(&["supabase"], Finds::Local(54322, &["--db-url"]))
        .valued(&["--db-url", "--project-ref", "--workdir", "--version", "-p", "--password", "--profile"])
        .rules(&[
            destroys(&["db", "reset"], "empty", "it drops the database and applies all migrations anew"),
            destroys(&["migration", "down"], "undo migrations of", UNDOES),
            gates(&["db", "push"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
            gates(&["migration", "up"], "apply migrations to", APPLIES),
            gates(&["migration", "repair"], "change the migration history of", HISTORY),
            destroys(&["projects|branches", "delete"], "delete", DELETES_HOSTED),
            destroys(&["stop"], "delete", DROPS).with(&["--no-backup"]),
        ]),
    tool(&["hasura"], Finds::Hosted("hasura"))
        .valued(&["--endpoint", "--admin-secret", "--database-name", "--project", "--version", "--goto"])
        .rules(&[
            destroys(&["migrate", "apply"], "undo migrations of", UNDOES).with(&["--down", "--goto"]),
            gates(&["migrate", "apply"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
            destroys(&["metadata", "clear"], "clear the metadata of", "it deletes all metadata"),
            gates(&["migrate", "delete"], "change the migration history of", HISTORY),
            gates(&["seed", "apply"], "seed", SEEDS),
        ]),
    tool(&["heroku"], Finds::Hosted("heroku")).valued(&["-a", "--app", "-r", "--remote", "--confirm"]).rules(&[
        destroys(&["pg:reset"], "empty", DROPS),
        destroys(&["addons:destroy|apps:destroy|destroy|apps:delete"], "delete", DELETES_HOSTED),
        destroys(&["pg:credentials:destroy"], "delete a user of", "it deletes a user"),
        gates(&["pg:push|pg:copy"], "write to", RESTORES),
        destroys(&["pg:backups:restore"], "replace", REPLACES),
    ]),
    tool(&["neonctl", "neon"], Finds::Hosted("Neon"))
        .valued(&["--project-id", "--branch", "--api-key", "-o", "--output"])
        .rules(&[
            destroys(&["databases", "delete"], "delete", DROPS),
            destroys(&["branches", "delete"], "delete", DELETES_HOSTED),
            destroys(&["branches", "reset|restore"], "replace", REPLACES),
            destroys(&["projects", "delete"], "delete", DELETES_HOSTED),
        ]),
    tool(&["pscale"], Finds::Hosted("PlanetScale")).valued(&["--org", "--service-token", "-f", "--format"]).rules(&[
        destroys(&["database", "delete|rm"], "delete", DROPS),
        destroys(&["branch|backup", "delete|rm"], "delete", DELETES_HOSTED),
        gates(&["branch", "safe-migrations", "disable"], "unprotect", "it takes the protection of a branch off"),
        gates(&["deploy-request", "deploy"], "change", APPLIES),
    ]),
    tool(&["turso"], Finds::Hosted("Turso")).rules(&[
        destroys(&["db", "destroy"], "delete", DROPS),
        destroys(&["group", "destroy"], "delete", DELETES_HOSTED),
    ]),
    tool(&["wrangler"], Finds::Hosted("Cloudflare")).valued(&["-c", "--config", "-e", "--env"]).rules(&[
        destroys(&["d1", "delete"], "delete", DROPS),
        destroys(&["d1", "time-travel", "restore"], "replace", REPLACES),
        gates(&["d1", "migrations", "apply"], "apply migrations to", APPLIES).unless(&["--local"]),
    ]),
];
