//! What the database servers' own projects ship beside their clients.

use super::{APPLIES, DROPS, Finds, LIBPQ_VALUED, Place, REPLACES, RESTORES, Tool, destroys, gates, with, without};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
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
    // www.postgresql.org/docs/current/pgbench.html: `-i` drops the tables that it is about to fill.
    Tool {
        names: &["pgbench"],
        finds: Finds::Libpq,
        place: Place::First,
        valued: &["-h", "-p", "-U", "-d", "-s", "-c", "-j", "-T", "-t", "-f", "-F", "-I", "-D", "-P", "-M"],
        rules: &[with(destroys(&[], "fill", REPLACES), &["-i", "--initialize"])],
    },
    // wal-g.readthedocs.io; pgbackrest.org/command.html; docs.pgbarman.org.
    Tool {
        names: &["wal-g"],
        finds: Finds::Hosted("the backups"),
        place: Place::First,
        valued: &["--config"],
        rules: &[with(
            destroys(&["delete"], "delete backups of", "it deletes backups, which nothing brings back"),
            &["--confirm"],
        )],
    },
    Tool {
        names: &["pgbackrest"],
        finds: Finds::Hosted("the backups"),
        place: Place::Anywhere,
        valued: &["--stanza", "--repo"],
        rules: &[
            destroys(&["stanza-delete"], "delete backups of", "it deletes backups, which nothing brings back"),
            destroys(&["restore"], "replace", REPLACES),
        ],
    },
    Tool {
        names: &["pg_resetwal", "pg_rewind"],
        finds: Finds::Hosted("this machine"),
        place: Place::First,
        valued: &[],
        rules: &[without(destroys(&[], "overwrite", "it throws away what a server has written"), &["-n", "--dry-run"])],
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
