//! Tools that code calls by an interface of their own: Alembic's `command.upgrade(…)`, Knex's `migrate.latest()`, Django's
//! `call_command('migrate')`. Each is read as that tool's own command, with the texts of the call as its words.

use std::ops::Range;

use super::strings::{string, strings};
use super::{Word, fold};

/// One way to call a tool.
struct Row {
    /// The code names one of these, unless there is none to be named.
    near: &'static [&'static str],
    /// The call, without blanks.
    call: &'static str,
    /// The command's first words.
    words: &'static [&'static str],
}

const fn row(near: &'static [&'static str], call: &'static str, words: &'static [&'static str]) -> Row {
    Row { near, call, words }
}

const ALEMBIC: &[&str] = &["alembic.command", "flask_migrate"];
const UMZUG: &[&str] = &["umzug", "Umzug"];
const MIKRO: &[&str] = &["ikroORM", "ikro-orm", "orm"];
const DB_MIGRATE: &[&str] = &["db-migrate"];
const MIGRATE_MONGO: &[&str] = &["migrate-mongo"];
const LARAVEL: &[&str] = &["migrator"];
const RUBY: &[&str] = &["ActiveRecord", "migration_context"];
const SEQUEL: &[&str] = &["Sequel"];
const FLYWAY: &[&str] = &["Flyway", "flyway"];
const LIQUIBASE: &[&str] = &["iquibase"];

const ROWS: &[Row] = &[
    // alembic.sqlalchemy.org/en/latest/api/commands.html; flask-migrate.readthedocs.io, "API Reference".
    row(&["alembic"], "command.upgrade(", &["alembic", "upgrade"]),
    row(&["alembic"], "command.downgrade(", &["alembic", "downgrade"]),
    row(&["alembic"], "command.stamp(", &["alembic", "stamp"]),
    row(ALEMBIC, "upgrade(", &["alembic", "upgrade"]),
    row(ALEMBIC, "downgrade(", &["alembic", "downgrade"]),
    row(ALEMBIC, "stamp(", &["alembic", "stamp"]),
    row(&["aerich"], ".upgrade(", &["aerich", "upgrade"]),
    row(&["aerich"], ".downgrade(", &["aerich", "downgrade"]),
    // docs.djangoproject.com, "Running management commands from your code".
    row(&[], "call_command(", &["manage.py"]),
    row(&["MigrationExecutor"], ".migrate(", &["manage.py", "migrate"]),
    // ollycope.com/software/yoyo, "Calling Yoyo from Python code".
    row(&[], "apply_migrations(", &["yoyo", "apply"]),
    row(&[], "rollback_migrations(", &["yoyo", "rollback"]),
    // knexjs.org/guide/migrations.html, "Migration API".
    row(&[], ".migrate.latest(", &["knex", "migrate:latest"]),
    row(&[], ".migrate.up(", &["knex", "migrate:up"]),
    row(&[], ".migrate.forceFreeMigrationsLock(", &["knex", "migrate:unlock"]),
    row(&[], ".seed.run(", &["knex", "seed:run"]),
    // github.com/sequelize/umzug; github.com/seppevs/migrate-mongo; db-migrate.readthedocs.io, "Programable API".
    row(UMZUG, ".up(", &["umzug", "up"]),
    row(UMZUG, ".down(", &["umzug", "down"]),
    row(MIGRATE_MONGO, "up(", &["migrate-mongo", "up"]),
    row(MIGRATE_MONGO, "down(", &["migrate-mongo", "down"]),
    row(DB_MIGRATE, ".up(", &["db-migrate", "up"]),
    row(DB_MIGRATE, ".down(", &["db-migrate", "down"]),
    row(DB_MIGRATE, ".reset(", &["db-migrate", "reset"]),
    // typeorm.io/docs/advanced-topics/migrations.
    row(&[], ".runMigrations(", &["typeorm", "migration:run"]),
    row(&["ataSource", "data-source", "typeorm", "initialize("], ".synchronize(", &["typeorm", "schema:sync"]),
    // kysely-org.github.io/kysely-apidoc/classes/Migrator.html.
    row(&[], ".migrateToLatest(", &["kysely", "migrate:latest"]),
    row(&[], ".migrateUp(", &["kysely", "migrate:up"]),
    row(&[], ".migrateDown(", &["kysely", "migrate:down"]),
    row(&[], ".migrateTo(NO_MIGRATIONS", &["kysely", "migrate:down"]),
    row(&[], ".migrateTo(", &["kysely", "migrate:up"]),
    // orm.drizzle.team/docs/migrations.
    row(&["migrationsFolder", "drizzle-orm"], "migrate(", &["drizzle-kit", "migrate"]),
    // salsita.github.io/node-pg-migrate/api; github.com/ThomWright/postgres-migrations.
    row(&["node-pg-migrate"], "direction:'up'", &["node-pg-migrate", "up"]),
    row(&["node-pg-migrate"], "direction:'down'", &["node-pg-migrate", "down"]),
    row(&["postgres-migrations"], "migrate(", &["migrate", "up"]),
    row(&["pushSchema"], ".apply(", &["drizzle-kit", "push"]),
    // github.com/rickbergfalk/postgrator; github.com/graphile/migrate, "Library usage".
    row(&["ostgrator"], ".migrate(", &["migrate", "up"]),
    row(&["graphile-migrate"], ".migrate(", &["graphile-migrate", "migrate"]),
    row(&["graphile-migrate"], ".reset(", &["graphile-migrate", "reset"]),
    // What people call their own.
    row(&[], "run_migrations(", &["migrate", "up"]),
    row(&[], "runMigrations(", &["migrate", "up"]),
    row(&[], "run_forwards(", &["piccolo", "migrations", "forwards"]),
    row(&[], "run_backwards(", &["piccolo", "migrations", "backwards"]),
    // github.com/yogthos/migratus; github.com/weavejester/ragtime.
    row(&["migratus"], "/migrate", &["lein", "migratus", "migrate"]),
    row(&["migratus"], "/up", &["lein", "migratus", "up"]),
    row(&["migratus"], "/rollback", &["lein", "migratus", "rollback"]),
    row(&["migratus"], "/down", &["lein", "migratus", "down"]),
    row(&["migratus"], "/reset", &["lein", "migratus", "reset"]),
    row(&["ragtime"], "/migrate", &["migrate", "up"]),
    row(&["ragtime"], "/rollback", &["migrate", "down"]),
    // mikro-orm.io/docs/migrations, "Using the Migrator programmatically".
    row(MIKRO, "getMigrator().up(", &["mikro-orm", "migration:up"]),
    row(MIKRO, ".migrator.up(", &["mikro-orm", "migration:up"]),
    row(MIKRO, "getMigrator().down(", &["mikro-orm", "migration:down"]),
    row(MIKRO, ".migrator.down(", &["mikro-orm", "migration:down"]),
    row(MIKRO, ".refreshDatabase(", &["mikro-orm", "schema:fresh", "--run"]),
    row(MIKRO, ".updateSchema(", &["mikro-orm", "schema:update", "--run"]),
    // Prisma's own classes, whose names say what they are.
    row(&["@prisma/migrate"], "MigrateReset", &["prisma", "migrate", "reset"]),
    row(&["@prisma/migrate"], "MigrateDev", &["prisma", "migrate", "dev"]),
    row(&["@prisma/migrate"], "MigrateDeploy", &["prisma", "migrate", "deploy"]),
    row(&["@prisma/migrate"], "DbPush", &["prisma", "db", "push"]),
    // api.rubyonrails.org, ActiveRecord::MigrationContext and ::Tasks::DatabaseTasks.
    row(RUBY, "migration_context.migrate", &["rails", "db:migrate"]),
    row(RUBY, "migration_context.up", &["rails", "db:migrate"]),
    row(RUBY, "migration_context.down", &["rails", "db:rollback"]),
    row(RUBY, "migration_context.rollback", &["rails", "db:rollback"]),
    row(&["MigrationContext"], ").migrate", &["rails", "db:migrate"]),
    row(&["MigrationContext"], ").up", &["rails", "db:migrate"]),
    row(&["MigrationContext"], ").down", &["rails", "db:rollback"]),
    row(&["MigrationContext"], ").rollback", &["rails", "db:rollback"]),
    row(RUBY, "DatabaseTasks.migrate", &["rails", "db:migrate"]),
    row(RUBY, "DatabaseTasks.load_seed", &["rails", "db:seed"]),
    row(&[], "Rake::Task[", &["rake"]),
    row(&[], "Rake.application[", &["rake"]),
    row(&[], "Rake.application.invoke_task(", &["rake"]),
    // sequel.jeremyevans.net/rdoc-plugins/classes/Sequel/Migrator.html.
    row(SEQUEL, "Migrator.run(", &["sequel", "-m", "."]),
    row(SEQUEL, "Migrator.apply(", &["sequel", "-m", "."]),
    // documentation.red-gate.com/flyway, "API (Java)"; docs.liquibase.com, "Java API".
    row(FLYWAY, ".migrate", &["flyway", "migrate"]),
    row(FLYWAY, ".clean", &["flyway", "clean"]),
    row(FLYWAY, ".undo", &["flyway", "undo"]),
    row(FLYWAY, ".repair", &["flyway", "repair"]),
    row(FLYWAY, ".baseline", &["flyway", "baseline"]),
    row(LIQUIBASE, ".update(", &["liquibase", "update"]),
    row(LIQUIBASE, ".dropAll(", &["liquibase", "drop-all"]),
    row(LIQUIBASE, ".rollback(", &["liquibase", "rollback"]),
    // laravel.com/docs/artisan, "Programmatically Executing Commands"; symfony.com/doc/current/console/command_in_controller.html.
    row(&[], "Artisan::call(", &["artisan"]),
    row(&[], "Artisan::queue(", &["artisan"]),
    row(&[], "kernel->call(", &["artisan"]),
    row(&[], "Kernel::class)->call(", &["artisan"]),
    row(&[], "Kernel')->call(", &["artisan"]),
    row(&[], "Kernel\")->call(", &["artisan"]),
    row(LARAVEL, "migrator')->run(", &["artisan", "migrate"]),
    row(LARAVEL, "migrator->run(", &["artisan", "migrate"]),
    row(LARAVEL, "migrator')->rollback(", &["artisan", "migrate:rollback"]),
    row(LARAVEL, "migrator->rollback(", &["artisan", "migrate:rollback"]),
    row(LARAVEL, "migrator')->reset(", &["artisan", "migrate:reset"]),
    row(LARAVEL, "migrator->reset(", &["artisan", "migrate:reset"]),
    row(&[], "ArrayInput([", &["console"]),
    // hexdocs.pm/ecto_sql/Ecto.Migrator.html.
    row(&["Migrator"], ":down,", &["mix", "ecto.rollback"]),
    row(&["Migrator"], ":up,", &["mix", "ecto.migrate"]),
    row(&[], "Mix.Task.run(", &["mix"]),
    row(&[], "Mix.Task.rerun(", &["mix"]),
    row(&[], "Ecto.Migrator.up(", &["mix", "ecto.migrate"]),
    row(&[], "Ecto.Migrator.down(", &["mix", "ecto.rollback"]),
];

/// The commands that the calls in this code amount to.
pub(super) fn commands(code: &str) -> Vec<Vec<Word>> {
    let near = |row: &&Row| row.near.is_empty() || row.near.iter().any(|name| code.contains(name));
    let rows: Vec<&Row> = ROWS.iter().filter(near).collect();
    let plain = fold::tight(code);
    let texts = texts(&plain);
    let mut found: Vec<Vec<Word>> = Vec::new();
    for row in rows {
        let calls = plain
            .match_indices(row.call)
            .filter(|(at, _)| is_called(&plain, *at, row.call) && (row.call.contains("')") || is_outside(&texts, *at)));
        for (at, _) in calls {
            let words = command(row, &plain[at + row.call.len()..]);
            if found.last() != Some(&words) {
                found.push(words);
            }
        }
    }
    found
}

/// Whether the name stands by itself, and is not being defined.
fn is_called(code: &str, at: usize, call: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let (before, behind) = (&code[..at], &code[at + call.len()..]);
    let goes_on = call.starts_with(is_name) && before.ends_with(is_name)
        || call.ends_with(is_name) && behind.starts_with(is_name);
    !goes_on && !["def ", "function ", "fn "].iter().any(|word| before.ends_with(word))
}

/// Where the texts of tight code stand.
pub(super) fn texts(plain: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(more) = plain[at..].find('\'') {
        let from = at + more;
        let Some((_, after)) = string(&plain[from..]) else { break };
        at = plain.len() - after.len();
        found.push(from..at);
    }
    found
}

/// Whether a place is in none of the texts.
pub(super) fn is_outside(texts: &[Range<usize>], at: usize) -> bool {
    let next = texts.partition_point(|text| text.end <= at);
    texts.get(next).is_none_or(|text| at <= text.start)
}

/// The row's command with the texts of the call, and its flags: `plan=True` is `--plan`.
fn command(row: &Row, behind: &str) -> Vec<Word> {
    let inside = if row.call.ends_with(['(', '[']) { arguments(behind) } else { "" };
    let mut words: Vec<Word> = row.words.iter().map(|word| Word::sure(word)).collect();
    let texts = strings(inside).into_iter().filter(|text| text != "command");
    words.extend(texts.flat_map(|text| text.split_whitespace().map(Word::sure).collect::<Vec<_>>()));
    let flags = inside.split([',', '(', '{']).filter_map(|part| {
        let (name, value) = part.split_once(['=', ':'])?;
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let said = is_name && matches!(value.trim_end_matches([')', '}']), "True" | "true");
        // Django calls `--check` by a name of its own.
        let flag = if name == "check_unapplied" { "check".to_owned() } else { name.replace('_', "-") };
        said.then(|| Word::sure(&format!("--{flag}")))
    });
    words.extend(flags);
    // Django's and Sequel's words for the state before the first migration.
    let back = ["None)", "target:0", "target=>0", ",0)"].iter().any(|mark| inside.contains(mark));
    match row.words[0] {
        "manage.py" if back => words.push(Word::sure("zero")),
        "sequel" if back => words.extend(["-M", "0"].map(Word::sure)),
        _ => {}
    }
    words
}

/// What stands up to the closing parenthesis, or so far as anybody writes such calls.
pub(super) fn arguments(behind: &str) -> &str {
    const LONGEST: usize = 4000;
    let behind = &behind[..behind.floor_char_boundary(LONGEST)];
    let mut depth = 1usize;
    let mut rest = behind;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '\'' => string(rest).map_or("", |(_, after)| after),
            c => {
                match c {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                &rest[c.len_utf8()..]
            }
        };
    }
    &behind[..behind.len() - rest.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::guard::invocation::options::joined;

    #[track_caller]
    fn check(code: &str, expected: &[&str]) {
        let found: Vec<String> = commands(code).iter().map(|words| joined(words)).collect();
        assert_eq!(found, expected, "{code}");
    }

    #[test]
    fn a_call_is_the_command_that_it_stands_for() {
        check("call_command('migrate', 'shop', 'zero')", &["manage.py migrate shop zero"]);
        check("call_command(\"migrate\", plan=True)", &["manage.py migrate --plan"]);
        check("from alembic import command\ncommand.upgrade(cfg, 'head')", &["alembic upgrade head"]);
        check("knex.migrate.latest().then(f)", &["knex migrate:latest"]);
        check("Artisan::call('migrate', ['--force' => true])", &["artisan migrate --force"]);
        check("Flyway.configure().load().clean()", &["flyway clean"]);
        check("MigrationExecutor(c).migrate([('shop', None)])", &["manage.py migrate shop zero"]);
    }

    #[test]
    fn what_only_names_a_call_is_none() {
        for code in [
            "print('call_command(x)')", "def call_command(a): pass", "migrate('src/a.ts')", "Flyway.load().info()",
            "umzug.pending()", "my_call_command('x')",
        ] {
            check(code, &[]);
        }
    }
}
