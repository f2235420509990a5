//! Migrations for any language.

use super::{
    APPLIES, DROPS, EMPTIES, Finds, HISTORY, RESTORES, SEEDS, SYNCS, Tool, UNDOES, destroys, gates, reads, tool,
};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // Migrations for any language.
    tool(&["flyway"], Finds::Url(&["-url", "FLYWAY_URL"], &["flyway.conf", "flyway.toml"])).anywhere().rules(&[
        destroys(&["clean"], "empty", DROPS),
        destroys(&["undo"], "undo migrations of", UNDOES),
        gates(&["migrate"], "apply migrations to", APPLIES).unless(&["-dryRunOutput", "--dryRunOutput"]),
        gates(&["repair|baseline"], "change the migration history of", HISTORY),
    ]),
    tool(
        &["mvn", "mvnw", "gradle", "gradlew", "mvnd"],
        Finds::Url(&["-Pflyway.url", "-Dflyway.url", "-Dliquibase.url", "-Pliquibase.url", "FLYWAY_URL"], &[]),
    )
    .anywhere()
    .valued(&["-f", "-p", "-P", "-pl"])
    .rules(&[
        destroys(&["flyway:clean"], "empty", DROPS),
        destroys(&["flyway:undo"], "undo migrations of", UNDOES),
        destroys(&["*flywayClean"], "empty", DROPS),
        destroys(&["*flywayUndo"], "undo migrations of", UNDOES),
        destroys(&["liquibase:dropAll"], "empty", DROPS),
        destroys(&["liquibase:rollback"], "undo migrations of", UNDOES),
        destroys(&["*liquibaseDropAll"], "empty", DROPS),
        destroys(&["*liquibaseRollback*|*rollbackCount|*rollbackToDate"], "undo migrations of", UNDOES),
        destroys(&["*:dropAll"], "empty", DROPS),
        gates(&["flyway:migrate|*flywayMigrate|liquibase:update"], "apply migrations to", APPLIES),
    ]),
    tool(&["liquibase"], Finds::Url(&["--url", "LIQUIBASE_COMMAND_URL"], &["liquibase.properties"]))
        .anywhere()
        .valued(&["--changelog-file", "--url", "--username", "--password", "--defaults-file", "--count", "--tag"])
        .rules(&[
            destroys(&["drop-all|dropAll"], "empty", DROPS),
            reads(&["rollback*-sql|rollback*SQL"]),
            destroys(&["rollback*"], "undo migrations of", UNDOES),
            gates(&["update|update-count"], "apply migrations to", APPLIES),
            gates(&["changelog-sync"], "change the migration history of", HISTORY),
        ]),
    tool(&["dbmate"], Finds::Url(&["-u", "--url"], &[]))
        .valued(&["-u", "--url", "-e", "--env", "-d", "--migrations-dir", "-s", "--schema-file", "--env-file"])
        .rules(&[
            destroys(&["drop"], "drop", DROPS),
            destroys(&["down|rollback"], "undo a migration of", UNDOES),
            gates(&["up|migrate"], "apply migrations to", APPLIES),
            gates(&["load"], "load a schema into", RESTORES),
        ]),
    tool(&["goose"], Finds::Url(&["GOOSE_DBSTRING"], &[])).anywhere().valued(&["-dir", "-table", "-certfile"]).rules(
        &[
            destroys(&["down"], "undo a migration of", UNDOES),
            destroys(&["down-to|reset"], "undo migrations of", UNDOES),
            destroys(&["redo"], "undo a migration of", UNDOES),
            gates(&["up*"], "apply migrations to", APPLIES),
        ],
    ),
    tool(&["atlas"], Finds::Url(&["-u", "--url"], &[]))
        .valued(&["-u", "--url", "--to", "--dir", "--dev-url", "--env", "-c", "--config", "-s", "--schema"])
        .rules(&[
            destroys(&["schema", "clean"], "empty", DROPS),
            destroys(&["schema", "apply"], "rewrite", SYNCS).unless(&["--dry-run"]),
            destroys(&["migrate", "down"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
            gates(&["migrate", "apply"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
            gates(&["migrate", "set"], "change the migration history of", HISTORY),
        ]),
    // golang-migrate.
    tool(&["migrate"], Finds::Url(&["-database", "--database"], &[]))
        .valued(&["-database", "--database", "-path", "--path", "-source", "--source", "-lock-timeout", "-prefetch"])
        .rules(&[
            destroys(&["drop"], "empty", DROPS),
            destroys(&["down"], "undo migrations of", UNDOES),
            gates(&["up|goto"], "apply migrations to", APPLIES),
            gates(&["force"], "change the migration history of", HISTORY),
        ]),
    tool(&["sqlx"], Finds::Url(&["-D", "--database-url"], &[])).valued(&["-D", "--database-url", "--source"]).rules(&[
        destroys(&["database|db", "drop|reset"], "drop", DROPS),
        destroys(&["migrate|mig", "revert"], "undo a migration of", UNDOES).unless(&["--dry-run"]),
        gates(&["migrate|mig", "run"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
        gates(&["database|db", "setup"], "apply migrations to", APPLIES),
    ]),
    tool(&["diesel"], Finds::Url(&["--database-url"], &[]))
        .valued(&["--database-url", "--config-file", "--migration-dir"])
        .rules(&[
            destroys(&["database", "reset|drop"], "drop", DROPS),
            destroys(&["migration", "revert|redo"], "undo a migration of", UNDOES),
            gates(&["migration", "run"], "apply migrations to", APPLIES),
            gates(&["database", "setup"], "apply migrations to", APPLIES),
            gates(&["setup"], "apply migrations to", APPLIES),
        ]),
    tool(&["sea-orm-cli", "sea-orm"], Finds::Url(&["-u", "--database-url"], &[]))
        .valued(&["-u", "--database-url", "-s", "--database-schema", "-d", "--migration-dir"])
        .rules(&[
            destroys(&["migrate", "fresh"], "empty", DROPS),
            destroys(&["migrate", "refresh|reset"], "undo migrations of", UNDOES),
            destroys(&["migrate", "down"], "undo a migration of", UNDOES),
            reads(&["migrate", "status|generate|init"]),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ]),
    // github.com/sequelize/umzug, "CLI"; github.com/seppevs/migrate-mongo.
    tool(&["umzug", "migrate-mongo"], Finds::Configured(&["migrate-mongo-config.js", "-f", "--file"]))
        .valued(&["-f", "--file", "--to", "--step", "--name"])
        .rules(&[destroys(&["down"], "undo migrations of", UNDOES), gates(&["up"], "apply migrations to", APPLIES)]),
    // book.cakephp.org/phinx/0/en/commands.html.
    tool(&["phinx"], Finds::Configured(&["phinx.php", "phinx.yml", "phinx.json", "-c", "--configuration"]))
        .valued(&["-c", "--configuration", "-e", "--environment", "-t", "--target", "-d", "--date", "-p", "--parser"])
        .rules(&[
            destroys(&["rollback"], "undo migrations of", UNDOES).unless(&["-x", "--dry-run"]),
            gates(&["migrate"], "apply migrations to", APPLIES).unless(&["-x", "--dry-run"]),
            gates(&["seed:run"], "seed", SEEDS),
            gates(&["breakpoint"], "change the migration history of", HISTORY),
        ]),
    // sqitch.org/docs/manual. `rebase` and `checkout` revert before they deploy.
    tool(&["sqitch"], Finds::Url(&["-t", "--target", "SQITCH_TARGET"], &["sqitch.conf"]))
        .valued(&["-t", "--target", "-C", "--chdir", "--engine", "-d", "--db-name", "-u", "-h", "-p", "--to", "--onto"])
        .rules(&[
            destroys(&["revert|rebase|checkout"], "undo migrations of", UNDOES).unless(&["--log-only"]),
            gates(&["deploy"], "apply migrations to", APPLIES),
        ]),
    // github.com/jackc/tern. A destination may lie behind where the database is.
    tool(&["tern"], Finds::Url(&["--conn-string"], &["-c", "--config", "tern.conf"]))
        .valued(&[
            "-d", "--destination", "-c", "--config", "-m", "--migrations", "--conn-string", "--host", "--port",
            "--database", "--user", "--password",
        ])
        .rules(&[
            destroys(&["migrate"], "undo migrations of", UNDOES)
                .with(&["-d=0", "-d=-*", "--destination=0", "--destination=-*"]),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ]),
    // github.com/sqldef/sqldef: what it would drop it leaves, unless it is told otherwise.
    tool(&["psqldef"], Finds::Libpq)
        .valued(&["-U", "--user", "-h", "--host", "-p", "--port", "-f", "--file", "-W", "--password", "--config"])
        .rules(&[
            destroys(&[], "rewrite", SYNCS)
                .with(&["--enable-drop", "--enable-drop-table"])
                .unless(&["--dry-run", "--export"]),
            gates(&[], "rewrite", SYNCS).unless(&["--dry-run", "--export"]),
        ]),
    tool(&["mysqldef"], Finds::MySql)
        .valued(&["-u", "--user", "-h", "--host", "-P", "--port", "-S", "--file", "-p", "--password", "--config"])
        .rules(&[
            destroys(&[], "rewrite", SYNCS)
                .with(&["--enable-drop", "--enable-drop-table"])
                .unless(&["--dry-run", "--export"]),
            gates(&[], "rewrite", SYNCS).unless(&["--dry-run", "--export"]),
        ]),
    // pgroll.com/docs/cli: completing a migration drops the old columns.
    tool(&["pgroll"], Finds::Url(&["--postgres-url", "PGROLL_PG_URL"], &[]))
        .valued(&["--postgres-url", "--schema", "--pgroll-schema", "--lock-timeout", "--role"])
        .rules(&[
            destroys(&["rollback"], "undo a migration of", UNDOES),
            gates(&["start|migrate|complete"], "apply migrations to", APPLIES),
        ]),
    // www.skeema.io/docs/commands/push.
    tool(&["skeema"], Finds::Configured(&[".skeema"])).valued(&["--workspace", "-d", "-h", "-u"]).rules(&[
        destroys(&["push"], "rewrite", SYNCS).with(&["--allow-unsafe"]).unless(&["--dry-run"]),
        gates(&["push"], "rewrite", SYNCS).unless(&["--dry-run"]),
    ]),
    // github.com/rubenv/sql-migrate.
    tool(&["sql-migrate"], Finds::Configured(&["-config", "dbconfig.yml"]))
        .valued(&["-config", "-env", "-limit", "-version"])
        .rules(&[
            destroys(&["down|redo"], "undo migrations of", UNDOES).unless(&["-dryrun"]),
            gates(&["up"], "apply migrations to", APPLIES).unless(&["-dryrun"]),
        ]),
    // riverqueue.com/docs/migrations.
    tool(&["river"], Finds::Url(&["--database-url"], &[]))
        .valued(&["--database-url", "--line", "--max-steps", "--target-version"])
        .rules(&[
            destroys(&["migrate-down"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
            gates(&["migrate-up"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
        ]),
    // fluentmigrator.github.io, "dotnet-fm".
    tool(&["dotnet-fm"], Finds::Url(&["-c", "--connection"], &[]))
        .valued(&["-p", "--processor", "-c", "--connection", "-a", "--assembly", "-n", "-t", "--target"])
        .rules(&[
            destroys(&["rollback"], "undo migrations of", UNDOES),
            destroys(&["migrate", "down"], "undo migrations of", UNDOES),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ]),
    // github.com/elwinar/rambler.
    tool(&["rambler"], Finds::Configured(&["-c", "--configuration", "rambler.json"]))
        .valued(&["-c", "--configuration", "-e", "--environment"])
        .rules(&[
            destroys(&["reverse"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
            gates(&["apply"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
        ]),
    // documentation.red-gate.com/flyway, "SBT".
    tool(&["sbt"], Finds::Configured(&[])).anywhere().rules(&[
        destroys(&["flywayClean|*/flywayClean"], "drop everything in", DROPS),
        gates(&["flywayMigrate|*/flywayMigrate"], "apply migrations to", APPLIES),
    ]),
    // docs.rs/refinery_cli.
    tool(&["refinery"], Finds::Configured(&["-c", "refinery.toml"])).valued(&["-c", "-e", "-p"]).rules(&[gates(
        &["migrate"],
        "apply migrations to",
        APPLIES,
    )]),
    // docs.getdbt.com/reference/commands.
    tool(&["dbt"], Finds::Hosted("the profile"))
        .valued(&["--profile", "--target", "-t", "--profiles-dir", "--project-dir", "-s", "--select", "-m", "--vars"])
        .rules(&[
            destroys(&["run|build|seed|retry"], "rebuild tables of", "it drops tables and fills them anew")
                .with(&["--full-refresh", "-f"])
                .unless(&["--empty"]),
            gates(&["run|build|seed|snapshot|run-operation|clone|retry"], "write to", "it writes tables anew"),
        ]),
    // airflow.apache.org/docs/apache-airflow/stable/cli-and-env-variables-ref.html.
    tool(&["airflow"], Finds::Hosted("airflow.cfg")).valued(&["--to-version", "--from-version"]).rules(&[
        destroys(&["db", "reset"], "drop", DROPS),
        destroys(&["db", "downgrade"], "undo migrations of", UNDOES).unless(&["--show-sql-only", "-s"]),
        gates(&["db", "migrate|upgrade|init|clean"], "change", APPLIES).unless(&["--dry-run", "--show-sql-only"]),
    ]),
    // ollycope.com/software/yoyo/latest.
    tool(&["yoyo", "yoyo-migrate"], Finds::Url(&["-d", "--database"], &["yoyo.ini", "-c", "--config"]))
        .valued(&["-d", "--database", "-c", "--config", "-r", "--revision", "-m", "--match"])
        .rules(&[
            destroys(&["rollback|reapply|develop"], "undo migrations of", UNDOES),
            gates(&["apply|mark|unmark|break-lock"], "apply migrations to", APPLIES),
        ]),
    tool(&["evolve"], Finds::Hosted("its own connection"))
        .valued(&["-c", "-l", "-s"])
        .rules(&[destroys(&["erase"], "empty", DROPS), gates(&["migrate|repair"], "apply migrations to", APPLIES)]),
    // erikbra.github.io/grate; github.com/ley (lukeed); gobuffalo.io/documentation/database/soda.
    tool(&["grate"], Finds::Url(&["-c", "-cs", "--connectionstring", "--connstring"], &[]))
        .valued(&["-c", "-cs", "--connectionstring", "--connstring", "-f", "--files", "--env", "--version"])
        .rules(&[
            destroys(&[], "drop", DROPS).with(&["--drop", "--restore"]).unless(&["--dryrun", "--dry-run"]),
            gates(&[], "apply migrations to", APPLIES).unless(&["--dryrun", "--dry-run"]),
        ]),
    tool(&["ley"], Finds::Configured(&["ley.config.js", "-c", "--config"]))
        .valued(&["-C", "--cwd", "-d", "--dir", "-c", "--config", "-r", "--require", "-D", "--driver"])
        .rules(&[destroys(&["down"], "undo migrations of", UNDOES), gates(&["up"], "apply migrations to", APPLIES)]),
    tool(&["soda", "buffalo"], Finds::Configured(&["database.yml", "-c", "--config"]))
        .anywhere()
        .valued(&["-c", "--config", "-e", "--env", "-p", "--path", "-s", "--step"])
        .rules(&[
            destroys(&["drop|reset"], "drop", DROPS),
            destroys(&["migrate", "down"], "undo migrations of", UNDOES),
            reads(&["migrate", "status"]),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ]),
    // loco.rs/docs/the-app/your-project: `cargo loco db reset`.
    tool(&["loco"], Finds::Configured(&[])).valued(&["-e", "--environment"]).rules(&[
        destroys(&["db", "reset|drop"], "drop", DROPS),
        destroys(&["db", "truncate"], "empty", EMPTIES),
        destroys(&["db", "down"], "undo migrations of", UNDOES),
        gates(&["db", "migrate|up"], "apply migrations to", APPLIES),
        gates(&["db", "seed"], "seed", SEEDS),
    ]),
    // pypi.org/project/peewee-migrate, "Command line".
    tool(&["pw_migrate"], Finds::Url(&["--database"], &[]))
        .valued(&["--database", "--directory", "--name", "--schema", "--count"])
        .rules(&[
            destroys(&["rollback"], "undo migrations of", UNDOES),
            gates(&["migrate"], "apply migrations to", APPLIES),
        ]),
    // github.com/go-rel/rel, "Migration"; github.com/wawandco/geni; github.com/mbucc/shmig.
    tool(&["rel", "geni"], Finds::Configured(&[])).valued(&["-dir", "-dsn", "-adapter", "-module"]).rules(&[
        destroys(&["rollback|down"], "undo a migration of", UNDOES),
        gates(&["migrate|up"], "apply migrations to", APPLIES),
    ]),
    tool(&["shmig"], Finds::Hosted("its own settings"))
        .anywhere()
        .valued(&["-t", "-d", "-H", "-P", "-p", "-l", "-m", "-s", "-C"])
        .rules(&[
            destroys(&["down|rollback|redo"], "undo migrations of", UNDOES),
            gates(&["up|migrate"], "apply migrations to", APPLIES),
        ]),
    // github.com/fabianlindfors/reshape: both drop columns that the other schema has.
    tool(&["reshape"], Finds::Url(&["--url"], &["DB_URL"])).valued(&["--url", "--host", "--port", "--dirs"]).rules(&[
        destroys(&["migration|migrate", "abort"], "undo a migration of", UNDOES),
        destroys(&["abort"], "undo a migration of", UNDOES),
        gates(&["migration|migrate", "start|complete"], "apply migrations to", APPLIES),
    ]),
    // github.com/stripe/pg-schema-diff; github.com/djrobstep/migra prints only.
    tool(&["pg-schema-diff"], Finds::Url(&["--dsn", "--to-dsn", "--from-dsn"], &[]))
        .valued(&["--dsn", "--to-dsn", "--from-dsn", "--schema-dir", "--to-dir", "--include-schema"])
        .rules(&[destroys(&["apply"], "rewrite", SYNCS)]),
    // docs.percona.com/percona-toolkit: without `--execute` these only say what they would do.
    tool(&["pt-online-schema-change"], Finds::MySql)
        .valued(&["--alter", "--set-vars", "--critical-load", "--max-load", "-h", "-u", "-P", "-p", "-D", "-S", "-F"])
        .rules(&[
            reads(&[]).unless(&["--execute"]),
            destroys(&[], "drop a part of", DROPS_PART).with(&["--alter=*DROP *", "--alter=*drop *"]),
            gates(&[], "rewrite a table of", ALTERS),
        ]),
    // github.com/github/gh-ost/blob/master/doc/command-line-flags.md.
    tool(&["gh-ost"], Finds::MySql)
        .valued(&["--alter", "-alter", "--database", "--table", "--host", "--port", "--user", "--password", "--conf"])
        .rules(&[
            reads(&[]).unless(&["--execute", "-execute"]),
            destroys(&[], "drop a part of", DROPS_PART)
                .with(&["--alter=*DROP *", "--alter=*drop *", "-alter=*DROP *", "-alter=*drop *"]),
            gates(&[], "rewrite a table of", ALTERS),
        ]),
    tool(&["pt-table-sync"], Finds::MySql)
        .valued(&["--databases", "--tables", "--where", "-h", "-u", "-P", "-p"])
        .rules(&[gates(&[], "rewrite rows of", "it makes one server's rows those of another").with(&["--execute"])]),
    // learn.microsoft.com/sql/tools/sqlpackage; without a model's consent a publication loses nothing.
    tool(&["sqlpackage", "SqlPackage"], Finds::Hosted("the connection string")).anywhere().rules(&[
        reads(&["/Action:Script|/Action:Export|/Action:Extract|/Action:DeployReport|/Action:DriftReport|/a:Script"]),
        destroys(
            &["/p:BlockOnPossibleDataLoss=false|/p:DropObjectsNotInSource=true|/p:CreateNewDatabase=true"],
            "rewrite",
            SYNCS,
        ),
        destroys(&[], "rewrite", SYNCS)
            .with(&["-p:BlockOnPossibleDataLoss=false", "-p:DropObjectsNotInSource=true", "-p:CreateNewDatabase=true"]),
        destroys(&["/*ction:Import|/*ction:import|/a:Import|/a:import"], "write to", RESTORES),
        destroys(&[], "write to", RESTORES).with(&["-a:Import", "-a:import", "--Action:Import", "-Action:Import"]),
        gates(&["/*ction:Publish|/*ction:publish|/a:Publish|/a:publish"], "rewrite", SYNCS),
        gates(&[], "rewrite", SYNCS).with(&["-a:Publish", "-a:publish", "--Action:Publish", "-Action:Publish"]),
    ]),
    // github.com/sqldef/sqldef: the other databases' programs.
    tool(&["sqlite3def", "mssqldef"], Finds::Hosted("its own words"))
        .valued(&["-U", "--user", "-h", "--host", "-p", "--port", "-f", "--file", "-P", "--password", "--config"])
        .rules(&[
            destroys(&[], "rewrite", SYNCS)
                .with(&["--enable-drop", "--enable-drop-table"])
                .unless(&["--dry-run", "--export"]),
            gates(&[], "rewrite", SYNCS).unless(&["--dry-run", "--export"]),
        ]),
    // github.com/chucknorris/roundhouse; github.com/Snowflake-Labs/schemachange.
    tool(&["rh", "roundhouse"], Finds::Hosted("its own words"))
        .valued(&["-d", "-s", "-f", "-c", "--env"])
        .rules(&[reads(&[]).with(&["--dryrun"]), destroys(&[], "drop", DROPS).with(&["--drop", "-drop", "--restore"])]),
    tool(&["schemachange"], Finds::Hosted("Snowflake"))
        .valued(&["-f", "--root-folder", "-a", "-u", "-r", "-w", "-d", "-c"])
        .rules(&[gates(&["deploy"], "apply migrations to", APPLIES).unless(&["--dry-run"])]),
    // github.com/juanedi/micrate; github.com/yandex/pgmigrate.
    tool(&["micrate"], Finds::Configured(&[])).rules(&[
        destroys(&["down|redo"], "undo a migration of", UNDOES),
        gates(&["up"], "apply migrations to", APPLIES),
    ]),
    tool(&["pgmigrate"], Finds::Hosted("its own words"))
        .anywhere()
        .valued(&["-t", "--target", "-c", "--conn", "-d", "--base_dir", "-m", "--schemas"])
        .rules(&[destroys(&["clean"], "drop", DROPS), gates(&["migrate|baseline"], "apply migrations to", APPLIES)]),
    // learn.microsoft.com/ef/core/cli/powershell.
    tool(&["Drop-Database"], Finds::Configured(&["appsettings.json"]))
        .rules(&[destroys(&[], "drop", DROPS).unless(&["-WhatIf"])]),
    tool(&["Update-Database"], Finds::Configured(&["appsettings.json"]))
        .valued(&["-Migration", "-Context", "-Project", "-StartupProject", "-Connection"])
        .rules(&[
            destroys(&["0"], "undo migrations of", UNDOES),
            destroys(&[], "undo migrations of", UNDOES).with(&["-Migration=0"]),
            gates(&[], "apply migrations to", APPLIES),
        ]),
];

const DROPS_PART: &str = "it drops a part of a table";
const ALTERS: &str = "it alters a table while it is in use";
