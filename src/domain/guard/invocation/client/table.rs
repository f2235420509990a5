//! The clients, a row each: where their statements stand among their words. Nothing here decides.

use super::super::tools::Finds;

/// One client.
pub(super) struct Client {
    pub names: &'static [&'static str],
    /// The words that make the program a client: `cockroach sql`.
    pub verb: &'static [&'static str],
    /// Flags behind which statements stand.
    pub text: &'static [&'static str],
    /// Flags behind which the name of a file with statements stands.
    pub file: &'static [&'static str],
    pub valued: &'static [&'static str],
    /// Flags with which it runs nothing.
    pub idle: &'static [&'static str],
    /// How many of its other words come before statements; none where it takes them by flags alone.
    pub statements: Option<usize>,
    pub language: Language,
    pub finds: Option<Finds>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Language {
    Sql,
    /// Mongo's shell, which is JavaScript.
    Mongo,
    Redis,
}

/// What most rows share.
const SQL: Client = Client {
    names: &[],
    verb: &[],
    text: &[],
    file: &[],
    valued: &[],
    idle: &[],
    statements: None,
    language: Language::Sql,
    finds: None,
};

pub(super) const CLIENTS: &[Client] = &[
    Client {
        names: &["psql", "pgcli", "ysqlsh", "edb-psql"],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &[
            "-c", "--command", "-d", "--dbname", "-f", "--file", "-F", "-h", "--host", "-L", "-o", "-p", "--port",
            "-P", "-R", "-T", "-U", "--username", "-v", "--set", "--variable", "--pset", "--log-file", "--output",
        ],
        idle: &["-l", "--list", "-V", "--version", "-?", "--help"],
        finds: Some(Finds::Libpq),
        ..SQL
    },
    Client {
        names: &["usql"],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &["-c", "--command", "-f", "--file", "-o", "-v"],
        idle: &["-V", "--version"],
        finds: Some(Finds::Url(&[], &[])),
        ..SQL
    },
    Client {
        names: &["cockroach"],
        verb: &["sql"],
        text: &["-e", "--execute"],
        file: &["-f", "--file"],
        valued: &[
            "-e", "--execute", "-f", "--file", "--url", "--host", "-d", "--database", "-u", "--user", "--certs-dir",
        ],
        finds: Some(Finds::Url(&["--url"], &[])),
        ..SQL
    },
    Client {
        names: &["mysql", "mariadb", "mycli"],
        text: &["-e", "--execute"],
        valued: &[
            "-e", "--execute", "-u", "--user", "-h", "--host", "-P", "--port", "-D", "--database", "-S", "--socket",
        ],
        idle: &["-V", "--version"],
        finds: Some(Finds::MySql),
        ..SQL
    },
    // www.doctrine-project.org/projects/doctrine-dbal, and `php bin/console`.
    Client {
        names: &["console", "doctrine"],
        verb: &["dbal:run-sql"],
        valued: &["--connection", "-e", "--env"],
        statements: Some(0),
        ..SQL
    },
    // dev.mysql.com/doc/mysql-shell, "mysqlsh - The MySQL Shell".
    Client {
        names: &["mysqlsh"],
        text: &["-e", "--execute"],
        file: &["-f", "--file"],
        valued: &["-e", "--execute", "-f", "--file", "-u", "--user", "-h", "--host", "-P", "--port", "-D", "--schema"],
        finds: Some(Finds::MySql),
        ..SQL
    },
    // docs.oracle.com, "SQL*Plus User's Guide", 3.5.
    Client { names: &["sqlplus"], valued: &["-M", "-C", "-R"], finds: Some(Finds::Hosted("Oracle")), ..SQL },
    Client {
        names: &["sqlite3", "litecli", "duckdb"],
        text: &["-cmd", "-c"],
        file: &["-init"],
        valued: &["-cmd", "-init", "-separator", "-c"],
        idle: &["-version", "--version"],
        statements: Some(1),
        ..SQL
    },
    Client {
        names: &["sqlcmd"],
        text: &["-Q", "-q"],
        file: &["-i"],
        valued: &["-Q", "-q", "-i", "-S", "-d", "-U", "-P", "-o", "-v"],
        idle: &["-?"],
        finds: Some(Finds::Hosted("SQL Server")),
        ..SQL
    },
    Client {
        names: &["clickhouse-client", "clickhouse"],
        text: &["-q", "--query"],
        file: &["--queries-file"],
        valued: &["-q", "--query", "--queries-file", "-h", "--host", "--port", "-d", "--database", "-u", "--user"],
        idle: &["-V", "--version"],
        finds: Some(Finds::Hosted("ClickHouse")),
        ..SQL
    },
    Client {
        names: &["mongosh", "mongo"],
        text: &["--eval", "-eval"],
        file: &["-f", "--file"],
        valued: &["--eval", "-eval", "-f", "--file", "--host", "--port", "-u", "--username", "-p", "--password"],
        idle: &["--version"],
        language: Language::Mongo,
        finds: Some(Finds::Mongo),
        ..SQL
    },
    Client {
        names: &["heroku"],
        verb: &["pg:psql"],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &["-c", "--command", "-f", "--file", "-a", "--app", "-r"],
        finds: Some(Finds::Hosted("heroku")),
        ..SQL
    },
    Client {
        names: &["heroku", "render"],
        verb: &["psql"],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &["-c", "--command", "-f", "--file", "-a", "--app", "-r"],
        finds: Some(Finds::Hosted("the service")),
        ..SQL
    },
    Client {
        names: &["platform", "upsun"],
        verb: &["sql"],
        valued: &["-p", "--project", "-e", "--environment", "-A", "--app", "-r", "--relationship", "--schema"],
        statements: Some(0),
        finds: Some(Finds::Hosted("the service")),
        ..SQL
    },
    Client {
        names: &["turso"],
        verb: &["db", "shell"],
        valued: &[],
        statements: Some(1),
        finds: Some(Finds::Hosted("Turso")),
        ..SQL
    },
    Client {
        names: &["wrangler"],
        verb: &["d1", "execute"],
        text: &["--command"],
        file: &["--file"],
        valued: &["--command", "--file", "-c", "--config", "-e", "--env"],
        idle: &["--local"],
        finds: Some(Finds::Hosted("Cloudflare")),
        ..SQL
    },
    Client {
        names: &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"],
        verb: &["query"],
        valued: &["-d", "--dataSource"],
        statements: Some(0),
        finds: Some(Finds::Configured(&["-d", "--dataSource"])),
        ..SQL
    },
    Client {
        names: &["redis-cli", "valkey-cli"],
        valued: &["-h", "-p", "-a", "-n", "-u", "-s", "-t", "--user", "--pass", "-d", "-r", "-i"],
        idle: &["--scan", "--bigkeys", "--stat", "--latency", "--monitor"],
        statements: Some(0),
        language: Language::Redis,
        finds: Some(Finds::Hosted("Redis")),
        ..SQL
    },
    Client {
        names: &["cqlsh"],
        text: &["-e", "--execute"],
        file: &["-f", "--file"],
        valued: &["-e", "--execute", "-f", "--file", "-u", "-p", "-k"],
        finds: Some(Finds::Hosted("Cassandra")),
        ..SQL
    },
    Client {
        names: &["snowsql"],
        text: &["-q", "--query"],
        file: &["-f", "--filename"],
        valued: &["-q", "--query", "-f", "--filename", "-a", "-u", "-d", "-s", "-c"],
        finds: Some(Finds::Hosted("Snowflake")),
        ..SQL
    },
    Client {
        names: &["snow"],
        verb: &["sql"],
        text: &["-q", "--query"],
        file: &["-f", "--filename"],
        valued: &["-q", "--query", "-f", "--filename", "-c", "--connection"],
        finds: Some(Finds::Hosted("Snowflake")),
        ..SQL
    },
    Client {
        names: &["bq"],
        verb: &["query"],
        valued: &["--project_id", "--location", "--dataset_id", "--destination_table"],
        idle: &["--dry_run"],
        statements: Some(0),
        finds: Some(Finds::Hosted("BigQuery")),
        ..SQL
    },
    Client {
        names: &["dolt"],
        verb: &["sql"],
        text: &["-q", "--query"],
        file: &["-f", "--file"],
        valued: &["-q", "--query", "-f", "--file", "--result-format", "-r"],
        ..SQL
    },
    Client {
        names: &["trino", "presto"],
        text: &["--execute"],
        file: &["-f", "--file"],
        valued: &["--execute", "-f", "--file", "--server", "--catalog", "--schema", "--user"],
        finds: Some(Finds::Hosted("the server")),
        ..SQL
    },
    Client {
        names: &["hdbsql"],
        file: &["-I"],
        valued: &["-I", "-n", "-u", "-p", "-d", "-U", "-i"],
        statements: Some(0),
        finds: Some(Finds::Hosted("HANA")),
        ..SQL
    },
    // What is piped into them; by themselves they are prompts.
    Client {
        names: &["gcloud"],
        verb: &["sql", "connect"],
        valued: &["--user", "-u", "--database", "-d", "--project"],
        finds: Some(Finds::Hosted("Google Cloud")),
        ..SQL
    },
    Client {
        names: &["gcloud"],
        verb: &["spanner", "databases", "execute-sql"],
        text: &["--sql"],
        valued: &["--sql", "--instance", "--project"],
        finds: Some(Finds::Hosted("Google Cloud")),
        ..SQL
    },
    Client {
        names: &["az"],
        verb: &["postgres", "flexible-server", "execute"],
        text: &["-q", "--querytext"],
        file: &["-f", "--file-path"],
        valued: &["-q", "--querytext", "-f", "--file-path", "-n", "--name", "-u", "-p", "-d"],
        finds: Some(Finds::Hosted("Azure")),
        ..SQL
    },
    Client {
        names: &["aws"],
        verb: &["rds-data", "execute-statement"],
        text: &["--sql"],
        valued: &["--sql", "--resource-arn", "--secret-arn", "--database", "--profile", "--region", "--output"],
        finds: Some(Finds::Hosted("AWS")),
        ..SQL
    },
    Client {
        names: &["supabase"],
        verb: &["db", "query"],
        file: &["-f", "--file"],
        valued: &["-f", "--file", "--db-url", "--project-ref"],
        statements: Some(0),
        finds: Some(Finds::Local(54322, &["--db-url"])),
        ..SQL
    },
    Client {
        names: &["fly", "flyctl"],
        verb: &["postgres", "connect"],
        valued: &["-a", "--app", "-d", "-u"],
        finds: Some(Finds::Hosted("Fly.io")),
        ..SQL
    },
    Client {
        names: &["pscale"],
        verb: &["shell"],
        valued: &["--org"],
        finds: Some(Finds::Hosted("PlanetScale")),
        ..SQL
    },
    Client {
        names: &["railway"],
        verb: &["connect"],
        valued: &["-e", "--environment"],
        finds: Some(Finds::Hosted("Railway")),
        ..SQL
    },
    Client {
        names: &["wp"],
        verb: &["db", "query"],
        valued: &["--path", "--ssh"],
        statements: Some(0),
        finds: Some(Finds::Configured(&[])),
        ..SQL
    },
    Client {
        names: &["drush"],
        verb: &["sql:query"],
        file: &["--file"],
        valued: &["--file", "-l", "--uri"],
        statements: Some(0),
        finds: Some(Finds::Configured(&[])),
        ..SQL
    },
    Client {
        names: &["drush"],
        verb: &["sqlq"],
        file: &["--file"],
        valued: &["--file", "-l", "--uri"],
        statements: Some(0),
        finds: Some(Finds::Configured(&[])),
        ..SQL
    },
    Client {
        names: &["drush"],
        verb: &["sql:cli"],
        valued: &["-l", "--uri"],
        finds: Some(Finds::Configured(&[])),
        ..SQL
    },
    Client {
        names: &["rails"],
        verb: &["dbconsole"],
        valued: &["-e", "--environment", "--db"],
        finds: Some(Finds::Configured(&[])),
        ..SQL
    },
    Client {
        names: &["rails"],
        verb: &["db"],
        valued: &["-e", "--environment", "--db"],
        finds: Some(Finds::Configured(&[])),
        ..SQL
    },
    Client {
        names: &["manage.py", "django-admin"],
        verb: &["dbshell"],
        text: &["-c", "--command"],
        file: &["-f", "--file"],
        valued: &["-c", "--command", "-f", "--file", "--database", "--settings"],
        statements: Some(1),
        finds: Some(Finds::Configured(&[])),
        ..SQL
    },
];
