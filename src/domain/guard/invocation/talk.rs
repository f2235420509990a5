//! Whether code of another language deletes from a database by itself: SQL in a call that sends it, or a call of an object
//! mapper that names everything. It is searched, not understood: what the code merely prints or looks for is no call.

use super::strings::strings;
use crate::domain::guard::sql::{self, Danger};
use crate::domain::target::url::DatabaseUrl;

/// Calls that send a statement: of drivers, query builders and object mappers.
const SENDS: &[&str] = &[
    "execute(", "executescript(", "executemany(", "execute_sql(", "exec_driver_sql(", ".query(", "queryRunner",
    "$executeRaw", "$queryRaw", ".raw(", "sql`", "sql(", ".unsafe(", ".sql`", ".do(", "->exec(", "->query(",
    "exec_params(", "exec_query(", "exec_update(", "statement(", "unprepared(", "Repo.query", "query!(", "SQL.query",
    ".batch(", "select_all(", "cursor()", "pg_query(", "->do(", "require 'pg'", "require \"pg\"", "PG.connect",
    "DBI->connect", "new PDO", "from 'postgres'", "from \"postgres\"", "require('postgres')", "mysqli_query(",
    "npm:postgres", "npm:pg", "npm:mysql", "serverless'", "serverless\"", "ExecuteSql", "execSQL(", "queryArray(",
    "queryObject(", "dbGetQuery(", "dbExecute(", "dbSendQuery(", "jdbc/execute", "jdbc/query",
];

/// The same, where the code starts no processes: these names are those calls' too.
const SENDS_OR_STARTS: &[&str] = &[".exec(", ".run(", ".execute`"];

/// Calls that delete everything of something.
const LOSES: &[&str] = &[
    "deleteMany()", "deleteMany({})", "deleteMany({where:{}})", ".delete_all", ".destroy_all", "drop_all(",
    ".objects.all().delete()", "::truncate()", ".truncate({", "sync({force:true", "dropDatabase(", "dropSchema(",
    "dropTable(", "drop_table(", "dropAllTables", "dropAllSchemas", "drop_database(", "drop_tables(",
    "synchronize(true", "migrate.rollback(", "migrate.down(", "undoLastMigration(", "sequelize.drop(", "db.drop()",
    "database.drop()", ".remove({})", "dropCollection(", "delete_all(", "flushall(", "flushdb(", "flushAll(",
    "flushDb(", "FLUSHALL", "->truncate()", "truncateTables(", "truncate_tables(", "purge_all", "'migrate:fresh'",
    "\"migrate:fresh\"", "'db:wipe'", "call_command('flush'", "call_command(\"flush\"", "Rake::Task['db:reset']",
    "Rake::Task['db:drop']", "Rake::Task[\"db:reset\"]", "Rake::Task[\"db:drop\"]", "load_schema", "drop_collection(",
    "drop_all_tables", "Repo.delete_all", "delete(:all)", "Model.destroy({where:{}", "destroy({where:{}",
    "destroy({truncate:true", "updateMany({data:", ".update_all(", ".objects.update(", "Repo.update_all(",
    "awaitdb.delete(", "Schema::drop", "dbRemoveTable(", "Release.rollback(", "Release.migrate(", "Ecto.Migrator",
    ".del()", "::query()->delete()", "delete_many({})", "delete_many()", "delete_many(filter={})",
    "DatabaseTasks.purge", "DatabaseTasks.drop", "DatabaseTasks.truncate", "drop_schema(", "delete().execute()",
    "deleteFrom(", "ExecuteDelete", "indices.delete(", "delete_by_query(", "recursiveDelete(", "delete_table(",
    "DeleteTableCommand(", "delete_db_instance(", "delete_db_cluster(", "remove_database(", "delete_keyspace(",
    "update_many({},", "updateMany({},", "delete_collection(", "deleteDatabase(", "exists='replace'",
    "exists=\"replace\"", "dropMetadataSchema(", ".dissolve(",
];

/// Calls that drop or empty, with what says whose they are.
const DROPS: &[(&str, &str)] = &[
    ("MongoClient(", ".drop()"),
    ("MongoClient(", ".drop_database("),
    ("equelize(", ".drop()"),
    ("Sequel.", "].delete"),
    ("Sequel.", "].truncate"),
    ("DB::table(", ")->delete()"),
    ("knex", ".truncate()"),
    ("etRepository(", ".clear()"),
    // All that a search finds, one after the other.
    (".scan()", "delete_item("),
    ("scan_iter(", ".delete("),
    (".all.each", ".destroy"),
    (".find_each", ".destroy"),
    (".find_each", ":destroy"),
    (".find_each", ".delete"),
    (".find_each", ".update"),
    // A frame of data in the place of a table: R's DBI, Spark, and BigQuery's clients.
    ("dbWriteTable(", "overwrite"),
    (".jdbc(", "overwrite"),
    (".saveAsTable(", "overwrite"),
    ("bigquery", "WRITE_TRUNCATE"),
];

/// What narrows such a call down to a part.
const NARROWS: &[&str] = &["where(", "where:{", "filter(", "find_by", "find(", "limit(", "exclude(", "where:"];

/// Whether the code would lose data.
pub(super) fn loses(code: &str, starts: Starts) -> bool {
    let sends = SENDS.iter().any(|call| code.contains(call))
        || starts == Starts::Nothing && SENDS_OR_STARTS.iter().any(|call| code.contains(call));
    let is_sql = |text: &String| sql::read(text).danger == Danger::Destructive;
    if sends && strings(code).iter().any(is_sql) {
        return true;
    }
    // All rows of a class, in SQLAlchemy: `query(User).delete()`.
    let of_a_class = |behind: &str| {
        behind.split_once(')').is_some_and(|(_, call)| call.starts_with(".delete(") || call.starts_with(".update("))
    };
    let drops = code.split("query(").skip(1).any(of_a_class)
        || DROPS.iter().any(|(object, call)| code.contains(object) && code.contains(call));
    drops
        || code.split([';', '\n']).any(|statement| {
            let plain: String = statement.chars().filter(|c| !c.is_whitespace()).collect();
            let call = LOSES.iter().find(|call| plain.contains(*call));
            call.is_some_and(|call| {
                // An object that is named in the call itself says how much.
                let narrows = NARROWS.iter().any(|word| plain.contains(word));
                is_called(&plain, call) && (!narrows || call.contains("{})") || call.contains("where:{}"))
            })
        })
}

/// Whether a name stands outside of a string. A name that holds quotes of its own is a string's.
fn is_called(statement: &str, call: &str) -> bool {
    let marks = ['"', '\'', '`'];
    call.contains(marks)
        || statement
            .match_indices(call)
            .any(|(at, _)| marks.iter().all(|mark| statement[..at].matches(*mark).count() % 2 == 0))
}

/// Whether the code starts processes as well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Starts {
    Processes,
    Nothing,
}

/// A database that the code itself names.
pub(super) fn named(code: &str) -> Option<String> {
    strings(code).into_iter().find(|text| text.contains("://") && DatabaseUrl::parse(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: bool) {
        assert_eq!(loses(code, Starts::Nothing), expected, "{code}");
    }

    #[test]
    fn a_call_that_loses_data_is_told_from_a_mention() {
        for code in [
            "new PrismaClient().user.deleteMany()", "await prisma.user.deleteMany({ })",
            "c.cursor().execute('DROP TABLE x')", "q = 'delete from users'\nc.execute(q)",
            "Base.metadata.drop_all(engine)", "User.delete_all", "U.objects.all().delete()",
            "await sql`truncate users`", "sequelize.sync({ force: true })", "db.run('drop table x')",
        ] {
            check(code, true);
        }
        for code in [
            "console.log('DROP TABLE x')",
            "print('User.delete_all')",
            "prisma.session.deleteMany({ where: { expired: true } })",
            "User.where(active: false).delete_all",
            "if 'DROP TABLE' in p.read_text(): print(p)",
            "re.sub('DROP TABLE', '', text)",
            "new Map().delete(1)",
            "f.truncate()",
            "c.execute('select 1')",
        ] {
            check(code, false);
        }
        assert!(!loses("subprocess.run(['git', 'commit', '-m', 'drop table users'])", Starts::Processes));
    }
}
