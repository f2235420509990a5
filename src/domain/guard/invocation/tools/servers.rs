//! What the database servers' own projects ship beside their clients.

use super::{
    APPLIES, DROPS, EMPTIES, Finds, LIBPQ_VALUED, REPLACES, RESTORES, SYNCS, Tool, destroys, gates, reads, tool,
};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // etcd.io/docs, "Interacting with etcd".
    tool(&["etcdctl"], Finds::Hosted("etcd"))
        .valued(&["--endpoints", "--user", "--cacert", "--cert", "--key"])
        .rules(&[destroys(&["del"], "delete keys of", EMPTIES).with(&["--prefix", "--from-key"])]),
    // patroni.readthedocs.io/en/latest/patronictl.html.
    tool(&["patronictl"], Finds::Hosted("the cluster"))
        .valued(&["-c", "--config-file", "-d", "--dcs-url", "--group"])
        .rules(&[
            destroys(&["remove"], "forget", "it deletes what the cluster knows of itself"),
            destroys(&["reinit"], "replace a member of", "it deletes a member's data and copies it anew"),
        ]),
    // pgcopydb.readthedocs.io, "pgcopydb clone".
    tool(&["pgcopydb"], Finds::Url(&["--target"], &["PGCOPYDB_TARGET_PGURI"]))
        .valued(&["--source", "--target", "--dir", "--table-jobs", "--index-jobs"])
        .rules(&[
            destroys(&["clone|fork|copy-db|restore"], "replace what is in", REPLACES).with(&["--drop-if-exists"]),
            gates(&["clone|fork|copy-db|follow|copy|restore"], "write to", RESTORES),
        ]),
    // h2database.com/html/tutorial.html, "Command Line Tools"; by class alone.
    tool(&["org.h2.tools.DeleteDbFiles"], Finds::Hosted("its own words")).rules(&[destroys(&[], "delete", DROPS)]),
    tool(&["org.h2.tools.Restore"], Finds::Hosted("its own words")).rules(&[destroys(&[], "replace", REPLACES)]),
    // developer.hashicorp.com/consul/commands/kv/delete.
    tool(&["consul"], Finds::Hosted("Consul")).valued(&["-http-addr", "-token"]).rules(&[
        destroys(&["kv", "delete"], "delete keys of", EMPTIES).with(&["-recurse", "--recurse"]),
        destroys(&["snapshot", "restore"], "replace", REPLACES),
    ]),
    // github.com/stripe/pg-schema-diff.
    tool(&["pg-schema-diff"], Finds::Url(&["--from-dsn", "--dsn"], &["DATABASE_URL"]))
        .valued(&["--from-dsn", "--dsn", "--to-dir", "--allow-hazards", "--schema-dir"])
        .rules(&[
            destroys(&["apply"], "change", "it is told that what loses data is allowed")
                .with(&["--allow-hazards=*DELETES_DATA*"]),
            gates(&["apply"], "change", "it changes the database to fit the files"),
        ]),
    // dev.mysql.com/doc, "mysqlimport".
    tool(&["mysqlimport", "mariadb-import"], Finds::MySql)
        .valued(&["-h", "-u", "-P", "-S", "-p?", "--host", "--user", "--port"])
        .rules(&[destroys(&["*"], "empty a table of", EMPTIES).with(&["--delete", "-D"])]),
    // PostgreSQL's own programs, and their kind.
    tool(&["dropdb"], Finds::Libpq).valued(LIBPQ_VALUED).rules(&[destroys(&[], "drop", DROPS)]),
    tool(&["dropuser"], Finds::Libpq).valued(LIBPQ_VALUED).rules(&[gates(&[], "drop a user of", "it drops a user")]),
    tool(&["pg_restore"], Finds::Libpq)
        .valued(&[
            "-d", "--dbname", "-F", "-I", "-j", "-L", "-n", "-N", "-P", "-S", "-t", "-T", "-h", "-p", "-U", "--role",
        ])
        .rules(&[
            destroys(&[], "replace", REPLACES).with(&["-c", "--clean", "-C"]).unless(&["-l", "--list", "-f", "--file"]),
            gates(&[], "write to", RESTORES).with(&["-d", "--dbname"]).unless(&["-l", "--list", "-f", "--file"]),
        ]),
    // www.postgresql.org/docs/current/pgbench.html: `-i` drops the tables that it is about to fill.
    tool(&["pgbench"], Finds::Libpq)
        .valued(&["-h", "-p", "-U", "-d", "-s", "-c", "-j", "-T", "-t", "-f", "-F", "-I", "-D", "-P", "-M"])
        .rules(&[destroys(&[], "fill", REPLACES).with(&["-i", "--initialize"])]),
    // pgbackrest.org/command.html.
    tool(&["pgbackrest"], Finds::Hosted("the backups")).anywhere().valued(&["--stanza", "--repo"]).rules(&[
        destroys(&["stanza-delete"], "delete backups of", BACKUP),
        destroys(&["expire"], "delete backups of", BACKUP).with(&["--set"]).unless(&["--dry-run"]),
        gates(&["expire"], "delete backups of", BACKUP).unless(&["--dry-run"]),
        destroys(&["restore"], "replace", REPLACES),
    ]),
    tool(&["pg_resetwal", "pg_rewind"], Finds::Hosted("this machine")).rules(&[destroys(
        &[],
        "overwrite",
        "it throws away what a server has written",
    )
    .unless(&["-n", "--dry-run"])]),
    tool(&["pg_dropcluster"], Finds::Hosted("this machine")).rules(&[destroys(
        &[],
        "delete a cluster of",
        "it deletes a server with every database",
    )]),
    tool(&["mysqladmin", "mariadb-admin"], Finds::MySql)
        .anywhere()
        .valued(&["-u", "-h", "-P", "-S", "-p?", "--user", "--host", "--port"])
        .rules(&[destroys(&["drop"], "drop", DROPS)]),
    tool(&["mongorestore"], Finds::Mongo)
        .valued(&["--uri", "--host", "--port", "-d", "--db", "-c", "--collection", "-u", "-p", "--nsInclude"])
        .rules(&[
            destroys(&[], "replace", REPLACES).with(&["--drop"]).unless(&["--dryRun"]),
            gates(&[], "write to", RESTORES).unless(&["--dryRun"]),
        ]),
    tool(&["mongoimport"], Finds::Mongo)
        .valued(&["--uri", "--host", "--port", "-d", "--db", "-c", "--collection", "-u", "-p", "--file", "--type"])
        .rules(&[destroys(&[], "replace", REPLACES).with(&["--drop"]), gates(&[], "write to", RESTORES)]),
    tool(&["edgedb", "gel"], Finds::Hosted("EdgeDB"))
        .valued(&["-I", "--instance", "-d", "--database", "-b", "--branch"])
        .rules(&[
            destroys(&["database", "drop"], "drop", DROPS),
            destroys(&["database", "wipe"], "empty", DROPS),
            destroys(&["branch", "drop"], "drop", DROPS),
            destroys(&["branch", "wipe"], "empty", DROPS),
            destroys(&["instance", "destroy"], "delete", DROPS),
            // docs.geldata.com/reference/using/cli/gel_migration: with `--dev-mode` it fits the database to the schema.
            destroys(&["migration", "apply"], "rewrite", SYNCS).with(&["--dev-mode"]),
            destroys(&["migrate"], "rewrite", SYNCS).with(&["--dev-mode"]),
            destroys(&["watch"], "rewrite", SYNCS).with(&["--migrate", "-m"]),
            gates(&["migration", "apply"], "apply migrations to", APPLIES),
            gates(&["migrate"], "apply migrations to", APPLIES),
            destroys(&["restore"], "replace", REPLACES),
            reads(&["query", "*filter*|*FILTER*"]),
            destroys(&["query", "delete *|DELETE *|drop *|DROP *"], "lose data on", EMPTIES),
        ]),
    // github.com/mydumper/mydumper/blob/master/docs/myloader_usage.rst.
    tool(&["myloader"], Finds::MySql)
        .valued(&["-d", "--directory", "-B", "--database", "-s", "--source-db", "-h", "-u", "-p", "-P", "-t", "-q"])
        .rules(&[
            destroys(&[], "replace", REPLACES)
                .with(&["-o", "--overwrite-tables", "--drop-table", "--drop-database", "--purge-mode"]),
            gates(&[], "write to", RESTORES),
        ]),
    // docs.oracle.com, "Oracle Data Pump Import".
    tool(&["impdp"], Finds::Hosted("Oracle")).anywhere().rules(&[
        destroys(&["table_exists_action=replace|table_exists_action=truncate"], "replace", REPLACES),
        destroys(&["TABLE_EXISTS_ACTION=REPLACE|TABLE_EXISTS_ACTION=TRUNCATE"], "replace", REPLACES),
        reads(&["sqlfile=*|SQLFILE=*|help=*"]),
        gates(&["*=*"], "write to", RESTORES),
    ]),
    // cassandra.apache.org/doc, "nodetool".
    tool(&["nodetool"], Finds::Hosted("Cassandra"))
        .valued(&["-h", "--host", "-p", "--port", "-u", "--username", "-pw", "-pwf"])
        .rules(&[
            destroys(&["clearsnapshot"], "delete backups of", BACKUP),
            gates(&["decommission|removenode|assassinate"], "take a node off", "it takes a node off the ring"),
        ]),
    // pgloader.readthedocs.io: what is there is dropped, where it is told to, and filled otherwise.
    tool(&["pgloader"], Finds::Hosted("what it is given"))
        .valued(&["--with", "--set", "--type", "--field", "-L"])
        .rules(&[
            reads(&[]).with(&["--dry-run", "-D", "--list-encodings"]),
            destroys(&[], "replace", REPLACES).with(&["--with=*include drop*", "--with=*truncate*"]),
            gates(&["*"], "write to", RESTORES),
        ]),
    // dev.mysql.com/doc/mysql-shell, "Command Line Integration".
    tool(&["mysqlsh"], Finds::MySql).anywhere().valued(&["-u", "--user", "-h", "--host", "-P", "--port"]).rules(&[
        destroys(&["dba", "drop*"], "drop", DROPS),
        destroys(&["--dropExistingObjects*|--drop-existing-objects*"], "replace", REPLACES),
        gates(&["util", "load*ump"], "write to", RESTORES),
    ]),
    // sqlite-utils.datasette.io/en/stable/cli-reference.html.
    tool(&["sqlite-utils"], Finds::Hosted("the file that it names")).rules(&[
        destroys(&["drop-table|drop-view"], "drop a part of", DROPS),
        destroys(&["transform"], "drop a part of", "it drops a column").with(&["--drop"]),
        destroys(&["insert"], "replace a table of", REPLACES).with(&["--replace", "--truncate"]),
    ]),
    // libmemcached.org, "memcflush"; aerospike.com/docs/tools; kafka.apache.org, "Operations"; rabbitmq.com/docs/man.
    tool(&["memcflush"], Finds::Hosted("memcached")).rules(&[gates(&[], "empty", EMPTIES)]),
    tool(&["asinfo"], Finds::Hosted("Aerospike"))
        .valued(&["-v", "-h", "-p"])
        .rules(&[destroys(&[], "empty", EMPTIES).with(&["-v=truncate*"])]),
    tool(&["kafka-topics.sh", "kafka-topics"], Finds::Hosted("Kafka"))
        .valued(&["--bootstrap-server", "--topic", "--command-config"])
        .rules(&[destroys(&[], "delete a topic of", "it deletes a topic with what it holds").with(&["--delete"])]),
    tool(&["rabbitmqctl"], Finds::Hosted("RabbitMQ")).valued(&["-n", "--node", "-p", "--vhost"]).rules(&[gates(
        &["reset|force_reset|purge_queue|delete_queue|delete_vhost"],
        "empty",
        "it deletes queues with what they hold",
    )]),
    // Modules of Ansible's and functions of Salt's, by their own names, with what they are given.
    tool(
        &[
            "postgresql_db", "mysql_db", "mongodb_db", "mssql_db", "postgresql_schema", "postgresql_table",
            "influxdb_database", "clickhouse_db",
        ],
        Finds::Hosted("the other machine"),
    )
    .anywhere()
    .rules(&[
        destroys(&["state=absent|truncate=*|truncate"], "drop", DROPS),
        destroys(&["state=import|state=restore"], "write to", RESTORES),
    ]),
    tool(
        &[
            "postgres.db_remove", "postgres.schema_remove", "mysql.db_remove", "mongodb.remove_db", "mssql.db_remove",
            "influxdb.drop_db", "influxdb.remove_db", "cassandra_cql.drop_keyspace", "redis.flushall", "redis.flushdb",
        ],
        Finds::Hosted("the other machine"),
    )
    .rules(&[destroys(&[], "drop", DROPS)]),
];

const BACKUP: &str = "it deletes backups, which nothing brings back";
