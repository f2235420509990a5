//! The database tasks of web frameworks in Ruby, Python, PHP, Elixir and .NET.

use super::{
    APPLIES, DROPS, EMPTIES, Finds, HISTORY, Place, REPLACES, RESTORES, Rule, SEEDS, SYNCS, Tool, UNDOES, destroys,
    gates, reads, with, without,
};

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
    destroys(&["db:migrate", "VERSION=0"], "undo every migration of", UNDOES),
    gates(&["db:migrate"], "apply migrations to", APPLIES),
    gates(&["db:migrate:up"], "apply migrations to", APPLIES),
    gates(&["db:migrate:with_data"], "apply migrations to", APPLIES),
    gates(&["db:prepare"], "apply migrations to", APPLIES),
    gates(&["db:seed"], "seed", SEEDS),
];

/// The part of the table.
pub const TOOLS: &[Tool] = &[
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
            gates(&["doctrine:fixtures:load"], "seed", SEEDS),
            gates(&["d:f:l"], "seed", SEEDS),
            without(destroys(&["doctrine:migrations:migrate", "prev"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(destroys(&["doctrine:migrations:migrate", "first"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(gates(&["doctrine:migrations:migrate"], "apply migrations to", APPLIES), &["--dry-run"]),
            without(gates(&["d:m:m"], "apply migrations to", APPLIES), &["--dry-run"]),
        ],
    },
    // www.doctrine-project.org/projects/doctrine-orm, "Tools".
    Tool {
        names: &["doctrine"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            with(destroys(&["orm:schema-tool:drop"], "empty", DROPS), &["--force", "-f", "--full-database"]),
            with(destroys(&["orm:schema-tool:update"], "rewrite", SYNCS), &["--force", "-f"]),
            without(gates(&["migrations:migrate"], "apply migrations to", APPLIES), &["--dry-run"]),
        ],
    },
    // www.yiiframework.com/doc/guide/2.0/en/db-migrations; book.cakephp.org/migrations.
    Tool {
        names: &["yii"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["migrate/fresh"], "drop", DROPS),
            destroys(&["migrate/down|migrate/redo|migrate/to"], "undo migrations of", UNDOES),
            gates(&["migrate|migrate/up"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["cake"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            without(destroys(&["migrations", "rollback|reset"], "undo migrations of", UNDOES), &["--dry-run"]),
            without(gates(&["migrations", "migrate"], "apply migrations to", APPLIES), &["--dry-run"]),
        ],
    },
    // github.com/yogthos/migratus.
    Tool {
        names: &["lein"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["migratus", "rollback|down|reset"], "undo migrations of", UNDOES),
            gates(&["migratus", "migrate|up"], "apply migrations to", APPLIES),
        ],
    },
    // sequel.jeremyevans.net, "sequel(1)".
    Tool {
        names: &["sequel"],
        finds: Finds::Url(&[], &[]),
        place: Place::First,
        valued: &["-m", "--migrate-directory", "-M", "--migrate-version", "-r", "-I", "-c", "-e", "-l", "-L"],
        rules: &[
            with(destroys(&[], "undo migrations of", UNDOES), &["-M", "--migrate-version"]),
            with(gates(&[], "apply migrations to", APPLIES), &["-m", "--migrate-directory"]),
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
    Tool {
        names: &["dotnet-ef"],
        finds: Finds::Url(&["--connection"], &["appsettings.json"]),
        place: Place::First,
        valued: &["-p", "--project", "-s", "--startup-project", "-c", "--context", "--connection"],
        rules: &[
            without(destroys(&["database", "drop"], "drop", DROPS), &["--dry-run"]),
            destroys(&["database", "update", "0"], "undo migrations of", UNDOES),
            gates(&["database", "update"], "apply migrations to", APPLIES),
        ],
    },
    // hanamirb.org; guides.hanamirb.org/v2.2/database.
    Tool {
        names: &["hanami"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-e", "--env", "--app", "--slice"],
        rules: &[
            destroys(&["db", "drop|rollback"], "drop", DROPS),
            destroys(&["db", "structure", "load"], "load a schema into", DROPS),
            gates(&["db", "migrate|prepare"], "apply migrations to", APPLIES),
            gates(&["db", "seed"], "seed", SEEDS),
        ],
    },
    // piccolo-orm.readthedocs.io; tortoise.github.io/cli.html.
    Tool {
        names: &["piccolo"],
        finds: Finds::Configured(&["piccolo_conf.py"]),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["migrations", "backwards"], "undo migrations of", UNDOES),
            destroys(&["schema|tables", "drop|clean"], "empty", DROPS),
            gates(&["migrations", "forwards"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["tortoise"],
        finds: Finds::Configured(&["-c", "--config"]),
        place: Place::First,
        valued: &["-c", "--config"],
        rules: &[
            destroys(&["downgrade"], "undo migrations of", UNDOES),
            gates(&["upgrade|migrate"], "apply migrations to", APPLIES),
        ],
    },
    // developer.wordpress.org/cli/commands/db; www.drush.org/latest/commands.
    Tool {
        names: &["wp"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["--path", "--url", "--ssh", "--user"],
        rules: &[
            destroys(&["db", "reset|drop|clean"], "empty", DROPS),
            destroys(&["site", "empty|delete"], "empty", EMPTIES),
            gates(&["db", "import"], "write to", RESTORES),
        ],
    },
    Tool {
        names: &["drush"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &["-l", "--uri", "-r", "--root"],
        rules: &[
            destroys(&["sql:drop|sql-drop|sql:create|sql-create|site:install|si|site-install"], "empty", DROPS),
            destroys(&["sql:sync|sql-sync"], "replace", REPLACES),
            gates(&["updatedb|updb|update:db"], "apply migrations to", APPLIES),
        ],
    },
    // docs.directus.io/self-hosted/cli.html; www.convex.dev/docs/cli.
    Tool {
        names: &["directus"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["database", "migrate:down"], "undo a migration of", UNDOES),
            without(destroys(&["schema", "apply"], "rewrite", SYNCS), &["-d", "--dry-run"]),
            gates(&["database", "migrate:*"], "apply migrations to", APPLIES),
            gates(&["bootstrap"], "apply migrations to", APPLIES),
        ],
    },
    Tool {
        names: &["convex"],
        finds: Finds::Hosted("Convex"),
        place: Place::First,
        valued: &["--table", "--format", "--url", "--admin-key"],
        rules: &[with(destroys(&["import"], "replace", REPLACES), &["--replace", "--replace-all"])],
    },
    Tool {
        names: &["lucky"],
        finds: Finds::Configured(&[]),
        place: Place::First,
        valued: &[],
        rules: &[
            destroys(&["db.drop|db.reset|db.rollback*|db.redo"], "drop", DROPS),
            gates(&["db.migrate*|db.setup"], "apply migrations to", APPLIES),
        ],
    },
];
