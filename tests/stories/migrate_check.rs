//! `migrate check`: the gate of a pull request, in any repository with Prisma migrations, with no database, no secret and no
//! `.nexusenv`.

use crate::world::World;

const FIRST: &str = "prisma/migrations/20260101000000_first/migration.sql";
const SECOND: &str = "prisma/migrations/20260301000000_second/migration.sql";

const SCHEMA: &str = "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n\nmodel Invoice {\n  id Int @id\n}\n";

/// A repository whose `main` has two migrations, on a branch that forked there.
fn world() -> World {
    let world = World::new()
        .file("prisma/schema.prisma", SCHEMA)
        .file("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n")
        .file(FIRST, "CREATE TABLE \"Invoice\" (\"id\" INTEGER PRIMARY KEY);\n")
        .file(SECOND, "CREATE INDEX \"i\" ON \"Invoice\"(\"id\");\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "two"]);
    world.git(&["switch", "--quiet", "-c", "feature"]);
    world
}

#[test]
fn a_branch_without_a_fault_passes() {
    let world = world();
    world.run(&["migrate", "check"]).ends_with_status(0).prints("no migration is new against main\n").says("");
    world.writes("prisma/migrations/20260401000000_third/migration.sql", "CREATE TABLE \"Note\" (\"id\" INTEGER);\n");
    world
        .run(&["migrate", "check"])
        .ends_with_status(0)
        .prints("nothing found in 1 new migration, against main\n")
        .says("");
}

#[test]
fn what_the_base_has_is_not_changed() {
    let world = world();
    world.writes(FIRST, "CREATE TABLE \"Invoice\" (\"id\" BIGINT PRIMARY KEY);\n");
    world.git(&["mv", "prisma/migrations/20260301000000_second", "prisma/migrations/20260302000000_second"]);
    world.run(&["migrate", "check"]).ends_with_status(1).says("").prints(
        "prisma/migrations/20260101000000_first/migration.sql:1  history: it is on main in another form, and a database that applied that will never see this one\n  \
           instead  git checkout main -- prisma/migrations/20260101000000_first/migration.sql, and the change in a new migration\n  \
           rule     migration-edited\n\n\
         prisma/migrations/20260302000000_second/migration.sql:1  history: main has it as 20260301000000_second: a database that applied it will apply it again\n  \
           instead  git mv prisma/migrations/20260302000000_second prisma/migrations/20260301000000_second\n  \
           rule     migration-renamed\n\n\
         prisma/migrations/20260302000000_second/migration.sql:1  locks: nobody can write to Invoice while the index is built\n  \
           instead  CREATE INDEX CONCURRENTLY, as the only statement of a migration of its own\n  \
           rule     require-concurrent-index-creation\n\n\
         3 findings in 1 new migration, against main\n",
    );
}

#[test]
fn line_ends_and_what_main_got_since_are_no_faults() {
    let world = world().file(".gitattributes", "*.sql text\n");
    world.git(&["switch", "--quiet", "main"]);
    world
        .writes("prisma/migrations/20260401000000_theirs/migration.sql", "CREATE TABLE \"Theirs\" (\"id\" INTEGER);\n");
    world.git(&["add", "prisma"]);
    world.git(&["commit", "--quiet", "-m", "theirs"]);
    world.git(&["switch", "--quiet", "feature"]);
    world.writes(FIRST, "CREATE TABLE \"Invoice\" (\"id\" INTEGER PRIMARY KEY);\r\n");
    world.run(&["migrate", "check"]).ends_with_status(0).prints("no migration is new against main\n");
    world.writes("prisma/migrations/20260315000000_early/migration.sql", "CREATE TABLE \"Early\" (\"id\" INTEGER);\n");
    let early = world.run(&["migrate", "check", "--format", "github"]).ends_with_status(1);
    let early = String::from_utf8(early.stdout).unwrap();
    assert!(
        early.starts_with(
            "::error file=prisma/migrations/20260315000000_early/migration.sql,line=1,title=migration-out-of-order::history: \
             it sorts before 20260401000000_theirs, which main has"
        ),
        "{early}"
    );
}

#[test]
fn a_squash_says_so_in_the_migration_that_takes_their_place() {
    let world = world();
    world.git(&[
        "rm",
        "--quiet",
        "-r",
        "prisma/migrations/20260101000000_first",
        "prisma/migrations/20260301000000_second",
    ]);
    let squashed = "prisma/migrations/20260501000000_squashed/migration.sql";
    world.writes(squashed, "CREATE TABLE \"Invoice\" (\"id\" INTEGER PRIMARY KEY);\n");
    world.run(&["migrate", "check"]).ends_with_status(1);
    world.writes(
        squashed,
        "-- nexus-env: allow migration-deleted, squashed, every database has them\n\
         CREATE TABLE \"Invoice\" (\"id\" INTEGER PRIMARY KEY);\n",
    );
    world.run(&["migrate", "check"]).ends_with_status(0).prints("nothing found in 1 new migration, against main\n");
}

#[test]
fn what_the_sql_does_is_said_with_the_safe_way() {
    let world = world();
    let third = "prisma/migrations/20260401000000_third/migration.sql";
    world.writes(third, "-- DropTable\nDROP TABLE \"Invoice\";\n\nDELETE FROM \"Other\";\n");
    world.run(&["migrate", "check"]).ends_with_status(1).says("").prints(&format!(
        "{third}:2  loses data: drops the table Invoice with all its rows\n  \
           instead  first deploy code that no longer uses it, rename it, and drop it in a later migration after a backup\n  \
           rule     ban-drop-table\n\n\
         {third}:2  breaks: the schema still uses the table Invoice, so the client that is generated from it will ask for it\n  \
           instead  take it out of schema.prisma first, deploy that code, and drop it afterwards\n  \
           rule     drop-still-used\n\n\
         {third}:4  loses data: deletes every row of Other\n  \
           instead  a WHERE that names the rows\n  \
           rule     delete-without-where\n\n\
         3 findings in 1 new migration, against main\n"
    ));
    world.writes(
        third,
        "-- nexus-env: allow ban-drop-table, empty since March\n-- nexus-env: allow drop-still-used, the client goes next week\n\
         DROP TABLE \"Invoice\";\n-- nexus-env: allow delete-without-where, it is a cache\nDELETE FROM \"Other\";\n",
    );
    world.run(&["migrate", "check"]).ends_with_status(0).prints("nothing found in 1 new migration, against main\n");
}

#[test]
fn a_file_that_is_no_sql_is_said_as_such() {
    let world = world();
    let third = "prisma/migrations/20260401000000_third/migration.sql";
    world.writes(third, "CREATE TABLE \"Note\" (\"id\" INTEGER);\n\nALTER TABEL \"Note\" ADD COLUMN \"at\" DATE;\n");
    world.run(&["migrate", "check"]).ends_with_status(1).says("").prints(&format!(
        "{third}:3  may fail: this is no SQL that PostgreSQL takes: expected command, found ALTER\n  \
           instead  mend it; where PostgreSQL does take it, allow it at the top of the file\n  \
           rule     syntax-error\n\n\
         1 finding in 1 new migration, against main\n"
    ));
}

#[test]
fn a_base_that_is_not_there_is_no_pass() {
    let world = world().variable("GITHUB_BASE_REF", "main");
    world.run(&["migrate", "check"]).ends_with_status(1).prints("").says(
        "nexus-env: there is no commit `origin/main` here to compare with\n\
         hint: git fetch origin main; in a workflow, fetch-depth: 0\n",
    );
    world.run(&["migrate", "check", "--base", "--all"]).ends_with_status(2);
    World::new().run(&["migrate", "check"]).ends_with_status(1).prints("").says(
        "nexus-env: there are no Prisma migrations here\n\
         hint: npx prisma migrate dev --name first makes one; directory under [prisma] in .nexusenv says where they are\n",
    );
}
