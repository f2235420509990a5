//! Whether a name is a database's, or of what one is kept in: a volume, a bucket, a cluster that people called `pg-data` or
//! `shop-db-backups`. A name proves nothing; rules ask it only where something is about to be lost.

/// Servers and services, as people put them into names; whatever letters follow.
const SERVERS: &[&str] = &[
    "postgres", "pgdata", "pgsql", "pgbackrest", "pgbackup", "pgdump", "pgvector", "pgcluster", "mysql", "mariadb",
    "percona", "mongo", "redis", "valkey", "keydb", "dragonfly", "cassandra", "scylla", "clickhouse", "elastic",
    "opensearch", "neo4j", "influx", "timescale", "couch", "cockroach", "crdb", "dynamo", "rethink", "arango",
    "yugabyte", "qdrant", "weaviate", "milvus", "meili", "typesense", "solr", "surreal", "firestore", "spanner",
    "bigtable", "redshift", "snowflake", "sqlserver", "mssql", "oracle", "etcd", "aurora", "supabase", "planetscale",
    "sqlite", "database", "datastore", "datawarehouse", "tsdb", "walg", "pitr",
];

/// Whole words of a name.
const WORDS: &[&str] = &[
    "db", "dbs", "pg", "sql", "rds", "psql", "maria", "es", "wal", "keyspace", "basebackup", "alloydb", "neon", "tidb",
    "vitess", "rdb", "aof", "pgsodium", "dwh", "warehouse", "table", "tables", "schemas", "datasets", "dataset",
];

/// Endings of names such as `shopdb` that are no database's.
const NO_DATABASE: &[&str] = &["adb", "gdb", "lldb", "imdb", "kdb", "pdb", "ddb", "cdb", "hwdb", "udevdb", "mandb"];

/// Whether a part of the name says so.
pub(super) fn of_a_database(name: &str) -> bool {
    parts(name).any(|part| is_server(&part) || WORDS.contains(&part.as_str()) || ends_as_one(&part))
}

/// Whether a part of the name says that people depend on it.
pub(super) fn of_production(name: &str) -> bool {
    parts(name).any(|part| matches!(part.as_str(), "prod" | "production" | "prd" | "live"))
}

/// Whether the word is a server's name, with anything behind it.
pub(super) fn is_server(part: &str) -> bool {
    SERVERS.iter().any(|server| part.starts_with(server))
}

/// What stands behind `db` and `pg` in one word: `dbpool`, `pgmain`.
const KINDS: &[&str] = &[
    "pool", "data", "server", "host", "backup", "backups", "vol", "volume", "dump", "dumps", "cluster", "master",
    "primary", "replica", "standby", "snap", "snapshot", "snapshots", "node", "store", "disk", "main", "prod", "vm",
    "wal", "srv", "instance",
];

/// `shopdb`, `appsql`, `dbpool`.
fn ends_as_one(part: &str) -> bool {
    let begins = || ["db", "pg"].iter().any(|kind| part.strip_prefix(kind).is_some_and(|rest| KINDS.contains(&rest)));
    begins() || part.len() > 3 && (part.ends_with("db") || part.ends_with("sql")) && !NO_DATABASE.contains(&part)
}

/// The letters between everything else, without the numbers at their ends: `db1`, `shop_pgdata`.
fn parts(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .map(|part| if part == "neo4j" { part } else { part.trim_end_matches(|c: char| c.is_ascii_digit()) })
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: bool) {
        assert_eq!(of_a_database(name), expected, "{name}");
    }

    #[test]
    fn a_part_of_a_name_says_that_it_is_a_databases() {
        for name in [
            "pg-data", "shop-db", "orders-table", "db1", "s3://acme-db-backups/", "shopdb", "tank/pgdata@before",
            "Redis", "dbpool", "pgmain1",
        ] {
            check(name, true);
        }
        for name in ["feedback", "sandbox", "web", "acme-tmp", "lldb", "handbook", "dashboard", "pgp-keys", ""] {
            check(name, false);
        }
    }
}
