//! The clients, a row each: where their statements stand among their words. Nothing here decides.

use super::super::tools::Finds;

/// One client.
#[derive(Clone, Copy)]
pub(super) struct Client {
    pub names: &'static [&'static str],
    /// The words that make the program a client, each with its other spellings behind a `|`: `cockroach sql`.
    pub verb: &'static [&'static str],
    /// Flags behind which statements stand.
    pub text: &'static [&'static str],
    /// Flags behind which the name of a file with statements stands.
    pub file: &'static [&'static str],
    /// Other flags that take the next word.
    pub valued: &'static [&'static str],
    /// Flags with which it runs nothing.
    pub idle: &'static [&'static str],
    /// How many of its other words come before statements; none where it takes them by flags alone.
    pub statements: Option<usize>,
    /// Flags with which whatever it runs takes the place of what is there.
    pub replaces: &'static [&'static str],
    pub language: Language,
    pub finds: Option<Finds>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Language {
    Sql,
    /// Mongo's shell, which is JavaScript.
    Mongo,
    Redis,
    /// MySQL's shell: SQL, JavaScript or Python.
    Mixed,
    /// SQL of which each word may be one of the client's.
    Joined,
    HBase,
}

const fn client(names: &'static [&'static str]) -> Client {
    Client {
        names,
        verb: &[],
        text: &[],
        file: &[],
        valued: &[],
        idle: &[],
        statements: None,
        replaces: &[],
        language: Language::Sql,
        finds: None,
    }
}

impl Client {
    const fn told(mut self, text: &'static [&'static str], file: &'static [&'static str]) -> Client {
        (self.text, self.file) = (text, file);
        self
    }

    /// Statements stand behind so many words.
    const fn behind(mut self, words: usize) -> Client {
        self.statements = Some(words);
        self
    }

    const fn verb(mut self, verb: &'static [&'static str]) -> Client {
        self.verb = verb;
        self
    }

    const fn valued(mut self, valued: &'static [&'static str]) -> Client {
        self.valued = valued;
        self
    }

    const fn replaces(mut self, flags: &'static [&'static str]) -> Client {
        self.replaces = flags;
        self
    }

    const fn idle(mut self, idle: &'static [&'static str]) -> Client {
        self.idle = idle;
        self
    }

    const fn finds(mut self, finds: Finds) -> Client {
        self.finds = Some(finds);
        self
    }

    const fn language(mut self, language: Language) -> Client {
        self.language = language;
        self
    }

    /// Every flag that takes the next word.
    pub fn all_valued(&self) -> Vec<&'static str> {
        [self.text, self.file, self.valued].concat()
    }
}

const COMMAND: &[&str] = &["-c", "--command"];
const EXECUTE: &[&str] = &["-e", "--execute"];
const QUERY: &[&str] = &["-q", "--query"];
const FILE: &[&str] = &["-f", "--file"];

/// Files of one's own that clients run before anything else (psql(1), "Files"; sqlite3(1); duckdb.org/docs, "Configuring the
/// CLI"; mongodb.com/docs, "Customize the mongosh prompt").
pub(super) const OWN_FILES: &[(&str, &str)] =
    &[("psql", "~/.psqlrc"), ("sqlite3", "~/.sqliterc"), ("duckdb", "~/.duckdbrc"), ("mongosh", "~/.mongoshrc.js")];

pub(super) const CLIENTS: &[Client] = &[
    client(&["psql", "ysqlsh", "edb-psql"])
        .told(COMMAND, FILE)
        .valued(&[
            "-d", "--dbname", "-F", "-h", "--host", "-L", "-o", "-p", "--port", "-P", "-R", "-T", "-U", "--username",
            "-v", "--set", "--variable", "--pset", "--log-file", "--output",
        ])
        .idle(&["-l", "--list", "-V", "--version", "-?", "--help"])
        .finds(Finds::Libpq),
    client(&["pgcli"])
        .told(&["-c", "--command", "-e", "--execute"], FILE)
        .valued(&["-d", "--dbname", "-h", "--host", "-p", "--port", "-U", "-u", "--username", "-D", "--dsn"])
        .idle(&["-l", "--list", "-v", "--version"])
        .finds(Finds::Libpq),
    client(&["usql"]).told(COMMAND, FILE).valued(&["-o", "-v"]).idle(&["-V", "--version"]).finds(Finds::Url(&[], &[])),
    client(&["cockroach"])
        .verb(&["sql"])
        .told(EXECUTE, FILE)
        .valued(&["--url", "--host", "-d", "--database", "-u", "--user", "--certs-dir"])
        .finds(Finds::Url(&["--url"], &[])),
    client(&["mysql", "mariadb", "mycli"])
        .told(EXECUTE, &[])
        .valued(&["-u", "--user", "-h", "--host", "-P", "--port", "-D", "--database", "-S", "--socket", "-p?"])
        .idle(&["-V", "--version"])
        .finds(Finds::MySql),
    // www.doctrine-project.org/projects/doctrine-dbal, and `php bin/console`.
    client(&["console", "doctrine"])
        .verb(&["dbal:run-sql|doctrine:query:*|doctrine:dql|doctrine:sql|orm:run-dql"])
        .valued(&["--connection", "-e", "--env", "--em"])
        .behind(0)
        .finds(Finds::Configured(&[])),
    // dev.mysql.com/doc/mysql-shell, "mysqlsh - The MySQL Shell".
    client(&["mysqlsh"])
        .told(EXECUTE, FILE)
        .valued(&["-u", "--user", "-h", "--host", "-P", "--port", "-D", "--schema", "-p?"])
        .language(Language::Mixed)
        .finds(Finds::MySql),
    // docs.oracle.com, "SQL*Plus User's Guide", 3.5.
    client(&["sqlplus"]).told(&[], &["@"]).valued(&["-M", "-C", "-R"]).finds(Finds::Hosted("Oracle")),
    client(&["sqlite3", "litecli", "duckdb"])
        .told(&["-cmd", "-c"], &["-init"])
        .valued(&["-separator"])
        .idle(&["-version", "--version"])
        .behind(1),
    // www.unixodbc.org/doc/UserManual, "isql"; Firebird's own of that name ("Firebird Interactive SQL Utility").
    client(&["isql", "iusql", "isql-fb"])
        .told(&[], &["-i", "-input"])
        .valued(&["-u", "-user", "-p", "-password", "-r", "-role", "-o", "-output", "-s", "-sqldialect"])
        .finds(Finds::Hosted("the data source")),
    client(&["sqlcmd"])
        .told(&["-Q", "-q"], &["-i"])
        .valued(&["-S", "-d", "-U", "-P", "-o", "-v"])
        .idle(&["-?"])
        .finds(Finds::Hosted("SQL Server")),
    client(&["clickhouse-client", "clickhouse"])
        .told(QUERY, &["--queries-file"])
        .valued(&["-h", "--host", "--port", "-d", "--database", "-u", "--user"])
        .idle(&["-V", "--version"])
        .finds(Finds::Hosted("ClickHouse")),
    client(&["mongosh", "mongo"])
        .told(&["--eval", "-eval"], FILE)
        .valued(&["--host", "--port", "-u", "--username", "-p", "--password"])
        .idle(&["--version"])
        .finds(Finds::Mongo)
        .language(Language::Mongo),
    client(&["heroku"])
        .verb(&["pg:psql"])
        .told(COMMAND, FILE)
        .valued(&["-a", "--app", "-r"])
        .finds(Finds::Hosted("heroku")),
    client(&["heroku", "render"])
        .verb(&["psql"])
        .told(COMMAND, FILE)
        .valued(&["-a", "--app", "-r"])
        .finds(Finds::Hosted("the service")),
    client(&["platform", "upsun"])
        .verb(&["sql"])
        .valued(&["-p", "--project", "-e", "--environment", "-A", "--app", "-r", "--relationship", "--schema"])
        .behind(0)
        .finds(Finds::Hosted("the service")),
    client(&["turso"]).verb(&["db", "shell"]).behind(1).finds(Finds::Hosted("Turso")),
    client(&["wrangler"])
        .verb(&["d1", "execute"])
        .told(&["--command"], &["--file"])
        .valued(&["-c", "--config", "-e", "--env"])
        .idle(&["--local"])
        .finds(Finds::Hosted("Cloudflare")),
    client(&["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"])
        .verb(&["query"])
        .valued(&["-d", "--dataSource"])
        .behind(0)
        .finds(Finds::Configured(&["-d", "--dataSource"])),
    client(&["heroku"])
        .verb(&["redis:cli"])
        .valued(&["-a", "--app", "-r", "--confirm", "-c"])
        .finds(Finds::Hosted("heroku"))
        .language(Language::Redis),
    client(&["redis-cli", "valkey-cli", "keydb-cli", "iredis", "redli", "rdcli", "memorydb-cli"])
        .told(&[], &["--eval"])
        .valued(&["-h", "-p", "-a", "-n", "-u", "-s", "-t", "--user", "--pass", "-d", "-r", "-i", "--rdb"])
        .idle(&["--scan", "--bigkeys", "--stat", "--latency", "--monitor"])
        .behind(0)
        .finds(Finds::Hosted("Redis"))
        .language(Language::Redis),
    client(&["cqlsh", "ycqlsh"]).told(EXECUTE, FILE).valued(&["-u", "-p", "-k"]).finds(Finds::Hosted("Cassandra")),
    client(&["snowsql"])
        .told(QUERY, &["-f", "--filename"])
        .valued(&["-a", "-u", "-d", "-s", "-c"])
        .finds(Finds::Hosted("Snowflake")),
    client(&["snow"])
        .verb(&["sql"])
        .told(QUERY, &["-f", "--filename"])
        .valued(&["-c", "--connection"])
        .finds(Finds::Hosted("Snowflake")),
    client(&["bq"])
        .verb(&["query"])
        .valued(&["--project_id", "--location", "--dataset_id", "--destination_table"])
        .idle(&["--dry_run"])
        .replaces(&["--replace"])
        .behind(0)
        .finds(Finds::Hosted("BigQuery")),
    // www.monetdb.org/documentation, "mclient"; aerospike.com/docs/tools/aql.
    client(&["mclient"])
        .told(&["-s", "--statement"], &[])
        .valued(&["-d", "--database", "-h", "--host", "-p", "--port", "-u", "-l", "-f"])
        .finds(Finds::Hosted("MonetDB")),
    client(&["aql"]).told(&["-c", "--command"], FILE).valued(&["-h", "-p", "-U"]).finds(Finds::Hosted("Aerospike")),
    client(&["dolt"]).verb(&["sql"]).told(QUERY, FILE).valued(&["--result-format", "-r"]),
    client(&["trino", "presto"])
        .told(&["--execute"], FILE)
        .valued(&["--server", "--catalog", "--schema", "--user"])
        .finds(Finds::Hosted("the server")),
    client(&["hdbsql"])
        .told(&[], &["-I"])
        .valued(&["-n", "-u", "-p", "-d", "-U", "-i"])
        .behind(0)
        .finds(Finds::Hosted("HANA")),
    // What is piped into them; by themselves they are prompts.
    client(&["gcloud"])
        .verb(&["sql", "connect"])
        .valued(&["--user", "-u", "--database", "-d", "--project"])
        .finds(Finds::Hosted("Google Cloud")),
    client(&["gcloud"])
        .verb(&["spanner", "databases", "execute-sql"])
        .told(&["--sql"], &[])
        .valued(&["--instance", "--project"])
        .finds(Finds::Hosted("Google Cloud")),
    client(&["az"])
        .verb(&["postgres", "flexible-server", "execute"])
        .told(&["-q", "--querytext"], &["-f", "--file-path"])
        .valued(&["-n", "--name", "-u", "-p", "-d"])
        .finds(Finds::Hosted("Azure")),
    client(&["aws"])
        .verb(&["rds-data", "execute-statement"])
        .told(&["--sql"], &[])
        .valued(&["--resource-arn", "--secret-arn", "--database", "--profile", "--region", "--output"])
        .finds(Finds::Hosted("AWS")),
    client(&["aws"])
        .verb(&[
            "redshift-data|rds-data|timestream-query|dynamodb|athena",
            "*execute-statement|start-query-execution|query",
        ])
        .told(&["--sql", "--sqls", "--query-string", "--statement", "--statements"], &[])
        .valued(&["--resource-arn", "--secret-arn", "--database", "--profile", "--region", "--output", "--query"])
        .finds(Finds::Hosted("AWS")),
    client(&["liquibase"])
        .verb(&["execute-sql|executeSql"])
        .told(&["--sql"], &["--sql-file", "--sqlFile"])
        .valued(&["--url", "--username", "--password", "--changelog-file", "--defaults-file"])
        .finds(Finds::Url(&["--url"], &["liquibase.properties"])),
    // www.mojohaus.org/sql-maven-plugin.
    client(&["mvn", "mvnw", "mvnd"])
        .verb(&["sql:execute"])
        .told(&["-DsqlCommand"], &["-DsrcFiles"])
        .finds(Finds::Url(&["-Durl"], &[])),
    // learn.microsoft.com/powershell/module/sqlserver; docs.dbatools.io.
    client(&["Invoke-Sqlcmd", "Invoke-SqlCmd", "Invoke-DbaQuery", "Invoke-SqlQuery", "Invoke-SqliteQuery"])
        .told(&["-Query", "-Q", "-SqlQuery"], &["-InputFile", "-File"])
        .valued(&["-ServerInstance", "-Database", "-SqlInstance", "-Username", "-Password", "-ConnectionString"])
        .finds(Finds::Hosted("SQL Server")),
    // www.nushell.sh/commands/docs/query_db.html.
    client(&["query"]).verb(&["db"]).behind(0).finds(Finds::Hosted("the file in front")),
    // docs.arangodb.com, "arangosh".
    client(&["arangosh"])
        .told(&["--javascript.execute-string"], &["--javascript.execute"])
        .valued(&["--server.endpoint", "--server.username", "--server.password", "--server.database"])
        .finds(Finds::Hosted("ArangoDB"))
        .language(Language::Mongo),
    client(&["rman"]).told(&[], &["cmdfile", "@"]).finds(Finds::Hosted("Oracle")),
    // www.ibm.com/docs/db2, "Command line processor"; teradata's "Basic Teradata Query"; docs.couchbase.com, "cbq".
    client(&["db2"])
        .told(&[], &["-f"])
        .valued(&["-l", "-r", "-z"])
        .language(Language::Joined)
        .finds(Finds::Hosted("Db2")),
    client(&["bteq"]).finds(Finds::Hosted("Teradata")),
    client(&["cbq"]).told(&["-s", "--script"], FILE).valued(&["-e", "-u", "-p"]).finds(Finds::Hosted("Couchbase")),
    // hive.apache.org, "Beeline"; impala.apache.org; spark.apache.org; hbase.apache.org, "The Apache HBase Shell".
    client(&["hive", "beeline", "spark-sql", "spark-beeline"])
        .told(&["-e"], &["-f", "-i"])
        .valued(&["-u", "-n", "-p", "-d", "-w", "--hiveconf", "--hivevar", "--database", "--master", "--conf"])
        .finds(Finds::Hosted("Hive")),
    client(&["impala-shell"])
        .told(QUERY, &["-f", "--query_file"])
        .valued(&["-i", "--impalad", "-d", "--database", "-u", "-o"])
        .finds(Finds::Hosted("Impala")),
    client(&["hbase"]).verb(&["shell"]).language(Language::HBase).finds(Finds::Hosted("HBase")),
    client(&["supabase"])
        .verb(&["db", "query"])
        .told(&[], FILE)
        .valued(&["--db-url", "--project-ref"])
        .behind(0)
        .finds(Finds::Local(54322, &["--db-url"])),
    client(&["fly", "flyctl"])
        .verb(&["postgres", "connect"])
        .valued(&["-a", "--app", "-d", "-u"])
        .finds(Finds::Hosted("Fly.io")),
    client(&["pscale"])
        .verb(&["shell"])
        .valued(&["--org", "-e", "--execute"])
        .told(EXECUTE, &[])
        .behind(2)
        .finds(Finds::Hosted("PlanetScale")),
    client(&["railway"]).verb(&["connect"]).valued(&["-e", "--environment"]).finds(Finds::Hosted("Railway")),
    client(&["wp"]).verb(&["db", "query"]).valued(&["--path", "--ssh"]).behind(0).finds(Finds::Configured(&[])),
    client(&["drush"])
        .verb(&["sql:query|sql-query|sqlq"])
        .told(&[], &["--file"])
        .valued(&["-l", "--uri"])
        .behind(0)
        .finds(Finds::Configured(&[])),
    client(&["drush"]).verb(&["sql:cli|sql-cli|sqlc"]).valued(&["-l", "--uri"]).finds(Finds::Configured(&[])),
    client(&["rails"]).verb(&["dbconsole"]).valued(&["-e", "--environment", "--db"]).finds(Finds::Configured(&[])),
    client(&["rails"]).verb(&["db"]).valued(&["-e", "--environment", "--db"]).finds(Finds::Configured(&[])),
    client(&["manage.py", "django-admin"])
        .verb(&["dbshell"])
        .told(COMMAND, FILE)
        .valued(&["--database", "--settings"])
        .behind(1)
        .finds(Finds::Configured(&[])),
];
