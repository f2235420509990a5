//! The database tasks of web frameworks in Ruby, Python, PHP, Elixir and .NET.

use super::{
    APPLIES, DROPS, EMPTIES, Finds, HISTORY, REPLACES, RESTORES, Rule, SEEDS, SYNCS, Tool, UNDOES, destroys, gates,
    reads, tool,
};

/// The tasks of Rails. With a flag that lists tasks, or says what they would do, none runs.
const RAILS_TASKS: &[Rule] = &[
    reads(&["*"])
        .with(&["-T", "--tasks", "-P", "--prereqs", "-D", "--describe", "-W", "--where", "-n", "--dry-run", "-H"]),
    destroys(&["*db:drop*|*db:reset*"], "drop", DROPS),
    destroys(&["*db:purge*"], "empty", DROPS),
    destroys(&["*db:setup*|*db:schema:load*"], "load a schema into", "loading the schema drops every table first"),
    destroys(&["*db:structure:load*"], "load a schema into", "loading the schema drops every table first"),
    destroys(&["*db:test:load*"], "load a schema into", "loading the schema drops every table first"),
    destroys(&["*db:migrate:reset*"], "drop", DROPS),
    destroys(&["*db:migrate:down*|*db:migrate:redo*"], "undo a migration of", UNDOES),
    destroys(&["*db:rollback*"], "undo migrations of", UNDOES),
    destroys(&["*db:truncate_all*|*db:seed:replant*|*db:fixtures:load*"], "empty", EMPTIES),
    destroys(&["db:migrate", "VERSION=0"], "undo every migration of", UNDOES),
    // padrinorb.com, "Rake tasks": an object mapper's letters in the place of `db`.
    destroys(&["ar:drop|ar:reset|sq:drop|sq:reset|dm:drop|dm:reset|mm:drop|mi:drop"], "drop", DROPS),
    destroys(
        &["ar:rollback|ar:migrate:down|ar:migrate:reset|sq:migrate:down|dm:migrate:down"],
        "undo migrations of",
        UNDOES,
    ),
    destroys(&["ar:schema:load|dm:auto:migrate|sq:migrate:auto"], "load a schema into", DROPS),
    // github.com/ilyakatz/data-migrate.
    destroys(&["data:rollback|data:migrate:down|data:migrate:redo"], "undo a migration of", UNDOES),
    gates(&["data:migrate*|*db:migrate:with_data|data:forward"], "apply migrations to", APPLIES),
    // docs.gitlab.com, "Rake tasks".
    destroys(&["gitlab:setup|gitlab:backup:restore"], "replace what is in", REPLACES),
    gates(&["db:migrate|db:migrate:up|db:migrate:with_data|db:prepare"], "apply migrations to", APPLIES),
    gates(&["deploy:migrate|deploy:migrations|rails:db_migrate"], "apply migrations to", APPLIES),
    gates(&["db:seed"], "seed", SEEDS),
];

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // Ruby, Python, PHP, Elixir.
    tool(&["rails", "rake", "gitlab-rake"], Finds::Configured(&[]))
        .anywhere()
        .valued(&["-f", "-e", "--environment", "-I", "-r"])
        .rules(RAILS_TASKS),
    // The same tasks on the servers: `cap production invoke:rake TASK=db:reset`.
    tool(&["cap", "mina"], Finds::Hosted("the servers")).anywhere().valued(&["-f", "-r"]).rules(RAILS_TASKS),
    tool(&["alembic"], Finds::Configured(&["alembic.ini", "-c"]))
        .valued(&["-c", "--config", "-n", "--name", "-x"])
        .rules(&[
            destroys(&["downgrade"], "undo migrations of", UNDOES).unless(&["--sql"]),
            gates(&["upgrade"], "apply migrations to", APPLIES).unless(&["--sql"]),
            gates(&["stamp"], "change the migration history of", HISTORY),
        ]),
    tool(&["flask"], Finds::Configured(&[])).valued(&["-A", "--app", "-e", "--env-file"]).rules(&[
        destroys(&["db", "downgrade"], "undo migrations of", UNDOES).unless(&["--sql"]),
        gates(&["db", "upgrade"], "apply migrations to", APPLIES).unless(&["--sql"]),
        gates(&["db", "stamp"], "change the migration history of", HISTORY),
    ]),
    tool(&["manage.py", "django-admin"], Finds::Configured(&[]))
        .valued(&["--settings", "--database", "--pythonpath"])
        .rules(&[
            destroys(&["flush"], "empty", EMPTIES),
            destroys(&["reset_db"], "drop", DROPS),
            destroys(&["reset_schema"], "empty", DROPS),
            destroys(&["clean_db"], "empty", EMPTIES),
            destroys(&["migrate", "*", "zero"], "undo migrations of", UNDOES).unless(&["--plan"]),
            gates(&["migrate"], "apply migrations to", APPLIES).unless(&["--plan", "--check", "--list", "-l"]),
            gates(&["loaddata"], "write to", RESTORES),
        ]),
    tool(&["aerich"], Finds::Configured(&[])).valued(&["-c", "--config", "--app"]).rules(&[
        destroys(&["downgrade"], "undo migrations of", UNDOES),
        gates(&["upgrade"], "apply migrations to", APPLIES),
    ]),
    tool(&["artisan"], Finds::Configured(&[])).valued(&["--database", "--path", "--env"]).rules(&[
        destroys(&["migrate:fresh*"], "empty", DROPS),
        destroys(&["migrate:refresh*"], "undo migrations of", UNDOES),
        destroys(&["migrate:reset|migrate:rollback"], "undo migrations of", UNDOES).unless(&["--pretend"]),
        destroys(&["db:wipe|*migrate-fresh|*migrate-reset|db:truncate*"], "empty", DROPS),
        destroys(&["*migrate-refresh|*migrate-rollback|*:rollback"], "undo migrations of", UNDOES)
            .unless(&["--pretend"]),
        destroys(&["backup:restore|snapshot:load|db:restore"], "replace what is in", REPLACES),
        gates(&["migrate"], "apply migrations to", APPLIES).unless(&["--pretend"]),
        gates(&["db:seed"], "seed", SEEDS),
    ]),
    // codeigniter.com/user_guide, "Database Migrations".
    tool(&["spark"], Finds::Configured(&[])).valued(&["-n", "-g"]).rules(&[
        destroys(&["migrate:refresh|migrate:rollback"], "undo migrations of", UNDOES),
        gates(&["migrate"], "apply migrations to", APPLIES),
        gates(&["db:seed"], "seed", SEEDS),
    ]),
    // docs.vapor.codes/fluent/migrations.
    tool(&["swift", "vapor"], Finds::Configured(&[])).anywhere().valued(&["--package-path", "-c"]).rules(&[
        destroys(&["migrate"], "undo migrations of", UNDOES).with(&["--revert"]),
        destroys(&["run", "revert"], "undo migrations of", UNDOES),
        gates(&["migrate"], "apply migrations to", APPLIES),
    ]),
    // superset.apache.org/docs, "Upgrading Superset".
    tool(&["superset"], Finds::Configured(&["superset_config.py"])).rules(&[
        destroys(&["db", "downgrade"], "undo migrations of", UNDOES),
        gates(&["db", "upgrade"], "apply migrations to", APPLIES),
    ]),
    // docs.frappe.io/framework, "Bench Commands".
    tool(&["bench"], Finds::Hosted("the site")).anywhere().valued(&["--site", "--db-root-password"]).rules(&[
        destroys(&["drop-site|reinstall"], "drop the database of", DROPS),
        gates(&["restore|migrate|partial-restore"], "write to", RESTORES),
    ]),
    // `php bin/console`, of Symfony.
    tool(&["console"], Finds::Configured(&[])).valued(&["-e", "--env", "--em", "--connection"]).rules(&[
        destroys(&["doctrine:database:drop|d:d:d"], "drop", DROPS).with(&["--force", "-f"]),
        destroys(&["doctrine:schema:drop|d:s:d"], "empty", DROPS).with(&["--force", "-f"]),
        destroys(&["doctrine:schema:update|d:s:u"], "rewrite", SYNCS).with(&["--force", "-f"]),
        destroys(&["doctrine:fixtures:load|d:f:l"], "empty", EMPTIES).unless(&["--append"]),
        gates(&["doctrine:fixtures:load|d:f:l"], "seed", SEEDS),
        destroys(&["doctrine:migrations:migrate|d:m:m", "prev|first|0"], "undo migrations of", UNDOES)
            .unless(&["--dry-run"]),
        destroys(&["doctrine:migrations:execute|d:m:e"], "undo a migration of", UNDOES)
            .with(&["--down"])
            .unless(&["--dry-run"]),
        destroys(&["doctrine:mongodb:schema:drop"], "drop", DROPS),
        gates(&["doctrine:migrations:execute|d:m:e"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
        gates(&["doctrine:migrations:version|doctrine:migrations:rollup"], "change the migration history of", HISTORY),
        gates(&["doctrine:migrations:migrate|d:m:m"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
    ]),
    // www.doctrine-project.org/projects/doctrine-orm, "Tools".
    // Without a namespace where it is a program of its own: `vendor/bin/doctrine-migrations migrate`.
    tool(&["doctrine-migrations"], Finds::Configured(&[])).valued(&["--configuration", "--db-configuration"]).rules(&[
        destroys(&["migrate|migrations:migrate", "prev|first|0"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
        destroys(&["execute|migrations:execute"], "undo a migration of", UNDOES)
            .with(&["--down"])
            .unless(&["--dry-run"]),
        gates(&["migrate|execute|migrations:migrate"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
    ]),
    // docs.typo3.org, TYPO3 Console's "Command Reference"; craftcms.com/docs, "Console Commands".
    tool(&["typo3", "typo3cms"], Finds::Configured(&[])).valued(&["--connection"]).rules(&[
        gates(&["database:import"], "write to", RESTORES),
        destroys(&["database:updateschema|extension:setup"], "rewrite", SYNCS).with(&["*.drop", "destructive"]),
        gates(&["database:updateschema|upgrade:run|cleanup:deletedrecords"], "change", SYNCS),
    ]),
    tool(&["craft"], Finds::Configured(&[])).rules(&[
        destroys(&["db/restore"], "replace", REPLACES),
        destroys(&["db/drop-all-tables|db/drop-table-prefix"], "drop", DROPS),
        destroys(&["migrate/down|migrate/redo|migrate/fresh"], "undo migrations of", UNDOES),
        gates(&["up|migrate|migrate/up|migrate/all|project-config/apply"], "apply migrations to", APPLIES),
    ]),
    tool(&["doctrine"], Finds::Configured(&[])).rules(&[
        destroys(&["orm:schema-tool:drop"], "empty", DROPS).with(&["--force", "-f", "--full-database"]),
        destroys(&["orm:schema-tool:update"], "rewrite", SYNCS).with(&["--force", "-f"]),
        destroys(&["migrations:migrate", "prev|first|0"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
        destroys(&["migrations:execute"], "undo a migration of", UNDOES).with(&["--down"]).unless(&["--dry-run"]),
        gates(&["migrations:migrate"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
    ]),
    // www.yiiframework.com/doc/guide/2.0/en/db-migrations; book.cakephp.org/migrations.
    tool(&["yii"], Finds::Configured(&[])).rules(&[
        destroys(&["migrate/fresh"], "drop", DROPS),
        destroys(&["migrate/down|migrate/redo|migrate/to"], "undo migrations of", UNDOES),
        gates(&["migrate|migrate/up"], "apply migrations to", APPLIES),
    ]),
    tool(&["cake"], Finds::Configured(&[])).rules(&[
        destroys(&["migrations", "rollback|reset"], "undo migrations of", UNDOES).unless(&["--dry-run"]),
        gates(&["migrations", "migrate"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
    ]),
    // github.com/yogthos/migratus.
    tool(&["lein"], Finds::Configured(&[])).rules(&[
        destroys(&["migratus", "rollback|down|reset"], "undo migrations of", UNDOES),
        gates(&["migratus", "migrate|up"], "apply migrations to", APPLIES),
    ]),
    // sequel.jeremyevans.net, "sequel(1)".
    tool(&["sequel"], Finds::Url(&[], &[]))
        .valued(&["-m", "--migrate-directory", "-M", "--migrate-version", "-r", "-I", "-c", "-e", "-l", "-L"])
        .rules(&[
            destroys(&[], "undo migrations of", UNDOES).with(&["-M", "--migrate-version"]),
            gates(&[], "apply migrations to", APPLIES).with(&["-m", "--migrate-directory"]),
        ]),
    tool(&["mix"], Finds::Configured(&[])).anywhere().valued(&["-r", "--repo"]).rules(&[
        // hexdocs.pm/ash, "mix ash.reset"; other data layers name their tasks alike.
        destroys(&["*.drop|*.reset|ash*.tear_down|ecto.drop*|ecto.reset*"], "drop", DROPS),
        destroys(&["*.rollback|*.rollback.*"], "undo migrations of", UNDOES),
        gates(&["ecto.migrate|ash.migrate|ash*.migrate|ash.setup"], "apply migrations to", APPLIES),
        gates(&["ecto.load"], "load a schema into", RESTORES),
        gates(&["run", "*seed*"], "seed", SEEDS),
    ]),
    tool(&["dotnet-ef", "ef6"], Finds::Url(&["--connection"], &["appsettings.json"]))
        .valued(&["-p", "--project", "-s", "--startup-project", "-c", "--context", "--connection"])
        .rules(&[
            destroys(&["database", "drop"], "drop", DROPS).unless(&["--dry-run"]),
            destroys(&["database", "update", "0"], "undo migrations of", UNDOES),
            gates(&["database", "update"], "apply migrations to", APPLIES),
        ]),
    // hanamirb.org; guides.hanamirb.org/v2.2/database.
    tool(&["hanami"], Finds::Configured(&[])).valued(&["-e", "--env", "--app", "--slice"]).rules(&[
        destroys(&["db", "drop|rollback"], "drop", DROPS),
        destroys(&["db", "structure", "load"], "load a schema into", DROPS),
        gates(&["db", "migrate|prepare"], "apply migrations to", APPLIES),
        gates(&["db", "seed"], "seed", SEEDS),
    ]),
    // piccolo-orm.readthedocs.io; tortoise.github.io/cli.html.
    tool(&["piccolo"], Finds::Configured(&["piccolo_conf.py"])).rules(&[
        destroys(&["migrations", "backwards"], "undo migrations of", UNDOES),
        destroys(&["schema|tables", "drop|clean"], "empty", DROPS),
        gates(&["migrations", "forwards"], "apply migrations to", APPLIES),
    ]),
    tool(&["tortoise"], Finds::Configured(&["-c", "--config"])).valued(&["-c", "--config"]).rules(&[
        destroys(&["downgrade"], "undo migrations of", UNDOES),
        gates(&["upgrade|migrate"], "apply migrations to", APPLIES),
    ]),
    // developer.wordpress.org/cli/commands/db; www.drush.org/latest/commands.
    tool(&["wp"], Finds::Configured(&[])).valued(&["--path", "--url", "--ssh", "--user"]).rules(&[
        destroys(&["db", "reset|drop|clean"], "empty", DROPS),
        destroys(&["site", "empty|delete"], "empty", EMPTIES),
        gates(&["db", "import"], "write to", RESTORES),
        gates(&["core", "update-db"], "apply migrations to", APPLIES),
    ]),
    // experienceleague.adobe.com, "Command-line tool".
    tool(&["magento"], Finds::Configured(&[])).rules(&[
        destroys(&["setup:uninstall"], "empty", DROPS),
        destroys(&["setup:rollback"], "replace what is in", REPLACES),
        gates(
            &["setup:upgrade|setup:install|setup:db-schema:upgrade|setup:db-data:upgrade"],
            "apply migrations to",
            APPLIES,
        ),
    ]),
    // mlflow.org/docs, "mlflow db".
    tool(&["mlflow"], Finds::Url(&[], &[])).rules(&[gates(&["db", "upgrade"], "apply migrations to", APPLIES)]),
    // docs.prefect.io, "prefect server database".
    tool(&["prefect"], Finds::Configured(&[])).rules(&[
        destroys(&["server", "database", "reset|downgrade"], "empty", DROPS),
        gates(&["server", "database", "upgrade"], "apply migrations to", APPLIES),
    ]),
    tool(&["drush"], Finds::Configured(&[])).valued(&["-l", "--uri", "-r", "--root"]).rules(&[
        destroys(&["sql:drop|sql-drop|sql:create|sql-create|site:install|si|site-install"], "empty", DROPS),
        destroys(&["entity:delete|entity-delete|edel"], "delete rows of", EMPTIES),
        destroys(&["sql:sync|sql-sync"], "replace", REPLACES),
        gates(&["updatedb|updb|update:db"], "apply migrations to", APPLIES),
    ]),
    // docs.directus.io/self-hosted/cli.html; www.convex.dev/docs/cli.
    tool(&["directus"], Finds::Configured(&[])).rules(&[
        destroys(&["database", "migrate:down"], "undo a migration of", UNDOES),
        destroys(&["schema", "apply"], "rewrite", SYNCS).unless(&["-d", "--dry-run"]),
        gates(&["database", "migrate:*"], "apply migrations to", APPLIES),
        gates(&["bootstrap"], "apply migrations to", APPLIES),
    ]),
    tool(&["convex"], Finds::Hosted("Convex"))
        .valued(&["--table", "--format", "--url", "--admin-key"])
        .rules(&[destroys(&["import"], "replace", REPLACES).with(&["--replace", "--replace-all"])]),
    tool(&["lucky"], Finds::Configured(&[])).rules(&[
        destroys(&["db.drop|db.reset|db.rollback*|db.redo"], "drop", DROPS),
        gates(&["db.migrate*|db.setup"], "apply migrations to", APPLIES),
    ]),
    // www.odoo.com/documentation, "Command-line interface"; github.com/acsone/click-odoo-contrib.
    tool(&["odoo", "odoo-bin"], Finds::Configured(&["-c", "--config", "odoo.conf"]))
        .valued(&["-c", "--config", "-d", "--database", "-i", "-u", "--init", "--update", "-r", "-w", "--db_host"])
        .rules(&[
            destroys(&["db", "drop"], "drop", DROPS),
            destroys(&["db", "load"], "replace", REPLACES).with(&["-f", "--force"]),
            gates(&["db", "load|init|rename|duplicate"], "write to", RESTORES),
            reads(&["shell|scaffold|db|cloc|populate|deploy|start|help"]),
            gates(&[], "apply migrations to", APPLIES).with(&["-u", "--update", "-i", "--init"]),
        ]),
    tool(&["click-odoo-dropdb"], Finds::Configured(&["-c", "--config"]))
        .valued(&["-c", "--config"])
        .rules(&[destroys(&["*"], "drop", DROPS)]),
    tool(&["click-odoo-restoredb", "click-odoo-copydb"], Finds::Configured(&["-c", "--config"]))
        .valued(&["-c", "--config", "-j", "--jobs"])
        .rules(&[
            destroys(&["*"], "replace", REPLACES).with(&["-f", "--force", "--force-disconnect"]),
            gates(&["*"], "write to", RESTORES),
        ]),
    tool(&["click-odoo-update", "click-odoo-initdb"], Finds::Configured(&["-c", "--config"]))
        .valued(&["-c", "--config", "-d", "--database", "-n", "--new-database", "-m", "--modules"])
        .rules(&[gates(&[], "apply migrations to", APPLIES).unless(&["--list-only"])]),
    // orm.masoniteproject.com, "Migrations".
    tool(&["masonite-orm", "craft"], Finds::Configured(&[])).valued(&["-c", "--connection", "-d", "-C"]).rules(&[
        destroys(&["migrate:refresh|migrate:reset|migrate:rollback|migrate:fresh"], "undo migrations of", UNDOES),
        gates(&["migrate"], "apply migrations to", APPLIES),
        gates(&["seed:run"], "seed", SEEDS),
    ]),
    // sailsjs.com/documentation/concepts/models-and-orm/model-settings: `--drop` and `--alter` of the whole application.
    tool(&["sails"], Finds::Configured(&[])).rules(&[
        destroys(&["lift|console|run"], "drop", DROPS).with(&["--drop", "--models.migrate=drop"]),
        gates(&["lift|console|run"], "rewrite", SYNCS).with(&["--alter", "--models.migrate=alter"]),
    ]),
];
