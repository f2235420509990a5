//! Whether code of another language deletes from a database by itself: SQL in a call that sends it, or a call of an object
//! mapper that names everything. It is searched, not understood: what the code merely prints or looks for is no call.

use super::statement;
use super::strings::{string, strings};
use super::{chain, request, sdk};
use crate::domain::guard::sql::{self, Danger};
use crate::domain::target::url::DatabaseUrl;

/// Calls that send a statement: of drivers, query builders and object mappers.
const SENDS: &[&str] = &[
    "execute(", "executescript(", "executemany(", "execute_sql(", "exec_driver_sql(", ".query(", "queryRunner",
    "$executeRaw", "$queryRaw", ".raw(", "sql`", ".sql(", " sql(", ".unsafe(", ".sql`", ".do(", "->exec(", "->query(",
    "exec_params(", "exec_query(", "exec_update(", "::statement(", "->statement(", "execute_statement(", "unprepared(",
    "Repo.query", "query!(", "SQL.query", ".batch(", "select_all(", "cursor()", "pg_query(", "->do(", "require 'pg'",
    "require \"pg\"", "PG.connect", "DBI->connect", "new PDO", "from 'postgres'", "from \"postgres\"",
    "require('postgres')", "mysqli_query(", "npm:postgres", "npm:pg", "npm:mysql", "serverless'", "serverless\"",
    "ExecuteSql", "execSQL(", "queryArray(", "queryObject(", "dbGetQuery(", "dbExecute(", "dbSendQuery(",
    "jdbc/execute", "jdbc/query", "execute!", "execute-one!", "executeUpdate", "executeLargeUpdate", "executeBatch",
    "prepareStatement(", "prepareCall(", "ExecuteNonQuery", "ExecuteScalar", "execute \"", "execute '", "run_sql(",
    "exec_sql(", "read_sql(", "jdbcTemplate", "->prepare(", ".prepare(", "client.command(", "Database.query", "DB::",
    "start_query_execution(", ".none(", ".rpc(", ".any(", ".manyOrNone(", " sql\"", ".transact(", "dbSendStatement(",
    "bulkWrite(", "QueryString", "ExecuteStatement", "executeStatement(", "createQuery(", "createNativeQuery(",
    "query-exec", "postmodern", "dbi-query", "execute-sql", "do-sql", "execute_ ", "ExecuteSql", "createCommand(",
    "exec(conn",
];

/// The same, where the code starts no processes: these names are those calls' too.
const SENDS_OR_STARTS: &[&str] = &[".exec(", ".exec \"", ".exec '", ".run(", ".execute`", ".run '", ".run \""];

/// Modules that speak to a database, and calls that open a connection: with one of each, the code's texts are sent.
const DRIVERS: &[&str] = &[
    "psycopg", "asyncpg", "pg8000", "MySQLdb", "pymysql", "mysql", "mariadb", "sqlite", "duckdb", "sqlalchemy",
    "pyodbc", "odbc", "oracledb", "cx_Oracle", "pymssql", "mssql", "tedious", "snowflake", "clickhouse", "cassandra",
    "redshift", "trino", "databricks", "neo4j", "surreal", "libsql", "'pg'", "\"pg\"", "postgres", "npgsql", "jdbc",
    "java.sql", "DBI", "Postgrex", "MyXQL", "Exposed", "doobie", "hdbcli", "ibm_db", "firebird", "spanner", "bigquery",
    "vertica",
];
const CONNECTS: &[&str] = &[
    "connect(", "create_engine(", ".Client(", "createClient(", "get_client(", " Client(", "=Client(", "Pool(",
    "Connection(", "createPool(", "getConnection", ".connect(", "newInstance(", "Database(", "DatabaseSync(",
    "Session(", "driver(", "start_link(", "connect_async(", "connect!",
];

/// Modules that take SQL apart and send it nowhere.
const PARSES: &[&str] = &[
    "sqlglot", "sqlparse", "pglast", "sqlfluff", "sqloxide", "sql_metadata", "sql-parser", "sql-ast", "pgsql-parser",
    "libpg-query", "libpg_query", "sql-formatter", "PgQuery", "pg_query'", "SqlLexer", "sqltree", "sql_parser",
    "squawk", "JSqlParser", "jsqlparser", "sqllineage", "sqlfmt", "sqlcheck", "pgsql-ast-parser", "pgsql-deparser",
    "sqlstring",
];

/// Calls that delete everything of something.
const LOSES: &[&str] = &[
    "deleteMany()", "deleteMany({})", "deleteMany({where:{}})", ".delete_all", ".destroy_all", "drop_all(",
    ".objects.all().delete()", "::truncate()", ".truncate({", "sync({force:true", "dropDatabase(", "dropSchema(",
    "dropTable(", "drop_table(", "dropAllTables", "dropAllSchemas", "drop_database(", "drop_tables(",
    "synchronize(true", "migrate.rollback(", "migrate.down(", "undoLastMigration(", "sequelize.drop(", ".drop()",
    ".remove({})", "dropCollection(", "delete_all(", ".flushall", ".flushdb", "flushAll(", "flushDb(", "FLUSHALL",
    "->truncate()", "truncateTables(", "truncate_tables(", "purge_all", "load_schema", "drop_collection(",
    "drop_all_tables", "Repo.delete_all", "delete(:all)", "Model.destroy({where:{}", "destroy({where:{}",
    "destroy({truncate:true", "updateMany({data:", ".update_all(", ".objects.update(", "Repo.update_all(",
    "awaitdb.delete(", "awaitdb.update(", "awaittx.delete(", "awaittrx.delete(", "awaitt.delete(", ".query.delete()",
    ".__table__.delete()", "exclude(id=None).delete()", "exclude(pk=None).delete()", ":drop_table,",
    "send('delete_all'", "send('drop_table'", "whereNotNull(\"id\")->delete()", "\">\",0)->delete()", "Schema::drop",
    "dbRemoveTable(", "Release.rollback(", "Release.migrate(", ".del()", "::query()->delete()", "delete_many({})",
    "delete_many()", "delete_many(filter={})", "DatabaseTasks.purge", "DatabaseTasks.drop", "DatabaseTasks.truncate",
    "drop_schema(", "delete().execute()", "deleteFrom(", "ExecuteDelete", "indices.delete(", "delete_by_query(",
    "recursiveDelete(", "delete_table(", "remove_database(", "update_many({},", "updateMany({},", "delete_collection(",
    "deleteDatabase(", "exists='replace'", "exists=\"replace\"", "dropMetadataSchema(", ".dissolve(",
    "dropTableIfExists(", "dropSchemaIfExists(", "dropColumn(", "dropColumns(", "drop_column(", "drop_table:",
    "drop_tableif", "remove_column:", "remove_column(", ".remove_column'", ".remove_column\"", "remove_columns(",
    "drop_join_table", "connection.truncate(", "truncate_table(", "truncateTable(", "deleteByQuery(", "_raw_delete(",
    ".delete({})", ".delete().from(", ".execute(delete(", ".__table__.drop(", ".all().delete()", ".objects.delete()",
    ".objects().delete()", "drop_measurement(", "delete_database(", "bulkDelete(", "delete_model(", "remove_field(",
    ":delete_all)", ":destroy_all)", "DatabaseCleaner.clean", "Mongoid.purge", "delete_index!", "->drop()",
    "'>',0)->delete()", "whereNotNull('id')->delete()", "->deleteMany([])", "->each->delete()", "storage_down(",
    "/drop-db", "/drop-table", "dbDrop(", "tableDrop(", "id__gt=0).delete()", "id__gte=0).delete()",
    "pk__gt=0).delete()", "isnull=False).delete()", "_drop_databases(", "sync({alter:true", "rename_table(",
    "deleteMany:{filter:{}}", "drop_namespace(", "send(\"drop_table\"", ".drop_table'", ".drop_table\"",
    "send(\"delete_all\"", ".objects.filter().delete()", "DeletionProtection=False", "DeletionProtection:false",
    "deleteAllInBatch(", "epository.deleteAll()", "->deleteAll([])", "->deleteAll('1=1')", "->deleteAll(\"1=1\")",
    ".delete(force=True)", "updateTable(", ".destroy({})", "search([]).unlink()", "SchemaUtils.drop(",
    ".manager.clear(", "Repo.clear()", "epository.clear()", ".EnsureDeleted(", "::deleteAll()", ".schema.drop",
    "->dropTable(",
];

/// Calls that drop or empty, with what says whose they are.
const DROPS: &[(&str, &str)] = &[
    ("create_engine(", ".delete())"),
    ("drizzle-seed", "reset("),
    ("Mongo", ".database.drop"),
    ("sync(", "force: true"),
    ("sync(", "force:true"),
    ("nativeDelete(", ", {})"),
    ("nativeDelete(", ",{})"),
    ("knex", "').delete()"),
    ("knex", "\").delete()"),
    (".keys('*')", ".delete("),
    (".keys('*')", ".del("),
    ("::destroy(", "::pluck("),
    ("transaction", "s.deleteAll()"),
    (".truncate(", ").execute("),
    ("->truncate(", "->execute("),
    ("all.each", "&:de"),
    ("find_each", "&:de"),
    ("equelize", ".drop({"),
    ("equelize", ").drop()"),
    ("Sequel.", "].delete"),
    ("Sequel.", "].truncate"),
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
const NARROWS: &[&str] = &[
    ".toString()", ".toSQL()", ".compile()", ".toQuery()", "where(", "where:{", "filter(", "find_by", "find(",
    "limit(", "exclude(", "where:",
];

/// Conditions that hold for everything there is.
const ALWAYS: &[&str] = &[
    "'1=1'", "\"1=1\"", "'>',0)", "\">\",0)", "id>0", "id>=0", "gt=0", "gte=0", "{gt:0}", "{gte:0}", "not:null",
    "not:''", "not:\"\"", "isnull=False", "$exists:true", "$ne:null", "not(id:nil)", "where(true)", "where('true')",
    "where(sql`true`)", "where(\"true\")", "whereNotNull('id')", "whereRaw('1=1')", "isNotNull(", "id=None)",
    "pk=None)",
];

fn is_destructive(text: &str) -> bool {
    sql::read(text).danger == Danger::Destructive || statement::loses(text)
}

/// All rows by a condition that says nothing: `deleteMany({ where: { id: { not: "" } } })`.
fn deletes_by_nothing(code: &str) -> bool {
    let plain: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    plain.split("deleteMany({where:").skip(1).any(|rest| {
        let condition = rest.split(')').next().unwrap_or(rest);
        condition.starts_with("undefined")
            || !condition.contains(',') && ALWAYS.iter().any(|one| condition.contains(one))
    })
}

/// Whether the code would lose data.
pub(super) fn loses(code: &str, starts: Starts) -> bool {
    // BigQuery's client says what it would do.
    if code.contains("dry_run=True") || code.contains("dryRun: true") {
        return false;
    }
    let sends = SENDS.iter().any(|call| code.contains(call))
        || starts == Starts::Nothing && SENDS_OR_STARTS.iter().any(|call| code.contains(call));
    let names = |names: &[&str]| names.iter().any(|name| code.contains(name));
    let connects = names(DRIVERS) && names(CONNECTS);
    // A database in memory is nobody's.
    let in_memory = code.contains(":memory:") && code.replace("sqlite:///:memory:", "").find("://").is_none();
    let is_sql = |text: &String| is_destructive(text);
    // No process is named as a statement is.
    let told = |rest: &str| {
        let rest = rest.trim_start();
        rest.starts_with(['"', '\'', '`']) && string(rest).is_some_and(|(text, _)| is_sql(&text))
    };
    if !in_memory
        && SENDS_OR_STARTS.iter().any(|call| code.split(call.trim_end_matches(['"', '\'', '`'])).skip(1).any(told))
    {
        return true;
    }
    if !in_memory && (connects || sends && !names(PARSES)) && strings(code).iter().any(is_sql) {
        return true;
    }
    if deletes_by_nothing(code) || sdk::deletes(code) || request::deletes(code) {
        return true;
    }
    // A key-value server's own words, as texts: `call('FLUSHALL')`.
    let empties = |text: &String| text.eq_ignore_ascii_case("flushall") || text.eq_ignore_ascii_case("flushdb");
    if names(&["sendCommand(", "execute_command(", ".call(", ".send("]) && strings(code).iter().any(empties) {
        return true;
    }
    let drops = DROPS.iter().any(|(object, call)| code.contains(object) && code.contains(call));
    // A class that empties its own table: `User.truncate()`.
    const EMPTIES: &str = ".truncate(";
    let truncates = |(at, _): (usize, &str)| {
        let name = code[..at].rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let told = code[at + EMPTIES.len()..].trim_start();
        let shortens = told.starts_with(|c: char| matches!(c, '"' | '\'' | '`') || c.is_ascii_digit());
        name.starts_with(|c: char| c.is_ascii_uppercase()) && !shortens
    };
    drops
        || chain::empties(code)
        || code.match_indices(EMPTIES).any(truncates)
        || code.split([';', '\n']).any(|statement| {
            let plain: String = statement.chars().filter(|c| !c.is_whitespace()).collect();
            let call = LOSES.iter().find(|call| plain.contains(*call));
            call.is_some_and(|call| {
                // An object that is named in the call itself says how much.
                let holds = |words: &[&str]| words.iter().any(|word| plain.contains(word));
                let narrows = holds(NARROWS) && !holds(ALWAYS);
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
