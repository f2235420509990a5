//! Migrations for any language.

use super::{
    APPLIES, DROPS, EMPTIES, Finds, HISTORY, Place, RESTORES, SEEDS, SYNCS, Tool, UNDOES, destroys, gates, reads, with,
    without,
};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // Migrations for any language.
    Tool {
        names: &["flyway"],
        finds: Finds::Url(&["-url", "FLYWAY_URL"], &["flyway.conf", "flyway.toml"]),
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
        finds: Finds::Url(&["-Pflyway.url", "-Dflyway.url", "-Dliquibase.url", "-Pliquibase.url", "FLYWAY_URL"], &[]),
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
            destroys(&["*rollbackCount"], "undo migrations of", UNDOES),
            destroys(&["*rollbackToDate"], "undo migrations of", UNDOES),
            destroys(&["*:dropAll"], "empty", DROPS),
            gates(&["flyway:migrate"], "apply migrations to", APPLIES),
            gates(&["*flywayMigrate"], "apply migrations to", APPLIES),
            gates(&["liquibase:update"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["liquibase"],
        finds: Finds::Url(&["--url", "LIQUIBASE_COMMAND_URL"], &["liquibase.properties"]),
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
        finds: Finds::Url(&["GOOSE_DBSTRING"], &[]),
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
            destroys(&["database|db", "drop|reset"], "drop", DROPS),
            without(destroys(&["migrate|mig", "revert"], "undo a migration of", UNDOES), &["--dry-run"]),
            without(gates(&["migrate|mig", "run"], "apply migrations to", APPLIES), &["--dry-run"]),
            gates(&["database|db", "setup"], "apply migrations to", APPLIES),
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
            reads(&["migrate", "status|generate|init"]),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ],
    },
    // github.com/sequelize/umzug, "CLI"; github.com/seppevs/migrate-mongo.
    Tool {
        names: &["umzug", "migrate-mongo"],
        finds: Finds::Configured(&["migrate-mongo-config.js", "-f", "--file"]),
        place: Place::First,
        valued: &["-f", "--file", "--to", "--step", "--name"],
        rules: &[destroys(&["down"], "undo migrations of", UNDOES), gates(&["up"], "apply migrations to", APPLIES)],
    },
    // book.cakephp.org/phinx/0/en/commands.html.
    Tool {
        names: &["phinx"],
        finds: Finds::Configured(&["phinx.php", "phinx.yml", "phinx.json", "-c", "--configuration"]),
        place: Place::First,
        valued: &["-c", "--configuration", "-e", "--environment", "-t", "--target", "-d", "--date", "-p", "--parser"],
        rules: &[
            without(destroys(&["rollback"], "undo migrations of", UNDOES), &["-x", "--dry-run"]),
            without(gates(&["migrate"], "apply migrations to", APPLIES), &["-x", "--dry-run"]),
            gates(&["seed:run"], "seed", SEEDS),
            gates(&["breakpoint"], "change the migration history of", HISTORY),
        ],
    },
    // sqitch.org/docs/manual. `rebase` and `checkout` revert before they deploy.
    Tool {
        names: &["sqitch"],
        finds: Finds::Url(&["-t", "--target", "SQITCH_TARGET"], &["sqitch.conf"]),
        place: Place::First,
        valued: &["-t", "--target", "-C", "--chdir", "--engine", "-d", "--db-name", "-u", "-h", "-p", "--to", "--onto"],
        rules: &[
            without(destroys(&["revert|rebase|checkout"], "undo migrations of", UNDOES), &["--log-only"]),
            gates(&["deploy"], "apply migrations to", APPLIES),
        ],
    },
    // github.com/jackc/tern. A destination may lie behind where the database is.
    Tool {
        names: &["tern"],
        finds: Finds::Url(&["--conn-string"], &["-c", "--config", "tern.conf"]),
        place: Place::First,
        valued: &[
            "-d", "--destination", "-c", "--config", "-m", "--migrations", "--conn-string", "--host", "--port",
            "--database", "--user", "--password",
        ],
        rules: &[
            with(
                destroys(&["migrate"], "undo migrations of", UNDOES),
                &["-d=0", "-d=-*", "--destination=0", "--destination=-*"],
            ),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ],
    },
    // github.com/sqldef/sqldef: what it would drop it leaves, unless it is told otherwise.
    Tool {
        names: &["psqldef"],
        finds: Finds::Libpq,
        place: Place::First,
        valued: &["-U", "--user", "-h", "--host", "-p", "--port", "-f", "--file", "-W", "--password", "--config"],
        rules: &[
            without(
                with(destroys(&[], "rewrite", SYNCS), &["--enable-drop", "--enable-drop-table"]),
                &["--dry-run", "--export"],
            ),
            without(gates(&[], "rewrite", SYNCS), &["--dry-run", "--export"]),
        ],
    },
    Tool {
        names: &["mysqldef"],
        finds: Finds::MySql,
        place: Place::First,
        valued: &["-u", "--user", "-h", "--host", "-P", "--port", "-S", "--file", "-p", "--password", "--config"],
        rules: &[
            without(
                with(destroys(&[], "rewrite", SYNCS), &["--enable-drop", "--enable-drop-table"]),
                &["--dry-run", "--export"],
            ),
            without(gates(&[], "rewrite", SYNCS), &["--dry-run", "--export"]),
        ],
    },
    // pgroll.com/docs/cli: completing a migration drops the old columns.
    Tool {
        names: &["pgroll"],
        finds: Finds::Url(&["--postgres-url", "PGROLL_PG_URL"], &[]),
        place: Place::First,
        valued: &["--postgres-url", "--schema", "--pgroll-schema", "--lock-timeout", "--role"],
        rules: &[
            destroys(&["rollback"], "undo a migration of", UNDOES),
            gates(&["start|migrate|complete"], "apply migrations to", APPLIES),
        ],
    },
    // docs.rs/refinery_cli.
    Tool {
        names: &["refinery"],
        finds: Finds::Configured(&["-c", "refinery.toml"]),
        place: Place::First,
        valued: &["-c", "-e", "-p"],
        rules: &[gates(&["migrate"], "apply migrations to", APPLIES)],
    },
    // docs.getdbt.com/reference/commands.
    Tool {
        names: &["dbt"],
        finds: Finds::Hosted("the profile"),
        place: Place::First,
        valued: &["--profile", "--target", "-t", "--profiles-dir", "--project-dir", "-s", "--select", "-m", "--vars"],
        rules: &[
            without(
                with(
                    destroys(&["run|build|seed|retry"], "rebuild tables of", "it drops tables and fills them anew"),
                    &["--full-refresh", "-f"],
                ),
                &["--empty"],
            ),
            gates(&["run|build|seed|snapshot|run-operation|clone|retry"], "write to", "it writes tables anew"),
        ],
    },
    // airflow.apache.org/docs/apache-airflow/stable/cli-and-env-variables-ref.html.
    Tool {
        names: &["airflow"],
        finds: Finds::Hosted("airflow.cfg"),
        place: Place::First,
        valued: &["--to-version", "--from-version"],
        rules: &[
            destroys(&["db", "reset"], "drop", DROPS),
            without(destroys(&["db", "downgrade"], "undo migrations of", UNDOES), &["--show-sql-only", "-s"]),
            without(gates(&["db", "migrate|upgrade|init|clean"], "change", APPLIES), &["--dry-run", "--show-sql-only"]),
        ],
    },
    // ollycope.com/software/yoyo/latest.
    Tool {
        names: &["yoyo", "yoyo-migrate"],
        finds: Finds::Url(&["-d", "--database"], &["yoyo.ini", "-c", "--config"]),
        place: Place::First,
        valued: &["-d", "--database", "-c", "--config", "-r", "--revision", "-m", "--match"],
        rules: &[
            destroys(&["rollback|reapply|develop"], "undo migrations of", UNDOES),
            gates(&["apply|mark|unmark|break-lock"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["evolve"],
        finds: Finds::Hosted("its own connection"),
        place: Place::First,
        valued: &["-c", "-l", "-s"],
        rules: &[destroys(&["erase"], "empty", DROPS), gates(&["migrate|repair"], "apply migrations to", APPLIES)],
    },
    // erikbra.github.io/grate; github.com/ley (lukeed); gobuffalo.io/documentation/database/soda.
    Tool {
        names: &["grate"],
        finds: Finds::Url(&["-c", "-cs", "--connectionstring", "--connstring"], &[]),
        place: Place::First,
        valued: &["-c", "-cs", "--connectionstring", "--connstring", "-f", "--files", "--env", "--version"],
        rules: &[
            without(with(destroys(&[], "drop", DROPS), &["--drop", "--restore"]), &["--dryrun", "--dry-run"]),
            without(gates(&[], "apply migrations to", APPLIES), &["--dryrun", "--dry-run"]),
        ],
    },
    Tool {
        names: &["ley"],
        finds: Finds::Configured(&["ley.config.js", "-c", "--config"]),
        place: Place::First,
        valued: &["-C", "--cwd", "-d", "--dir", "-c", "--config", "-r", "--require", "-D", "--driver"],
        rules: &[destroys(&["down"], "undo migrations of", UNDOES), gates(&["up"], "apply migrations to", APPLIES)],
    },
    Tool {
        names: &["soda", "buffalo"],
        finds: Finds::Configured(&["database.yml", "-c", "--config"]),
        place: Place::Anywhere,
        valued: &["-c", "--config", "-e", "--env", "-p", "--path", "-s", "--step"],
        rules: &[
            destroys(&["drop"], "drop", DROPS),
            destroys(&["reset"], "drop", DROPS),
            destroys(&["migrate", "down"], "undo migrations of", UNDOES),
            reads(&["migrate", "status"]),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ],
    },
    // loco.rs/docs/the-app/your-project: `cargo loco db reset`.
    Tool {
        names: &["loco"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-e", "--environment"],
        rules: &[
            destroys(&["db", "reset|drop"], "drop", DROPS),
            destroys(&["db", "truncate"], "empty", EMPTIES),
            destroys(&["db", "down"], "undo migrations of", UNDOES),
            gates(&["db", "migrate|up"], "apply migrations to", APPLIES),
            gates(&["db", "seed"], "seed", SEEDS),
        ],
    },
];
