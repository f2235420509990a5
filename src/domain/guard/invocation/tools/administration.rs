//! What administrators of other servers than PostgreSQL and MySQL type: of Oracle, Db2, Couchbase, YugabyteDB, search engines and
//! their kind. A part of their commands only reads; a rule stands for what deletes, restores over what is there, or takes
//! a server off.

use super::{BACKUPS, DROPS, EMPTIES, Finds, OVERWRITES, REPLACES, RESTORES, Tool, destroys, gates, reads, tool};

const OF_THE_SERVER: &str = "it deletes a server's data with every database";

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // repmgr.org/docs; github.com/sorintlab/stolon; pg-auto-failover.readthedocs.io; www.postgresql.org/docs, "pg_archivecleanup".
    tool(&["repmgr"], Finds::Libpq)
        .valued(&["-h", "-U", "-d", "-p", "-f", "-D", "--host", "--dbname", "--config-file", "--node-id"])
        .rules(&[
            reads(&[]).with(&["--dry-run"]),
            destroys(&["standby", "clone"], "replace", REPLACES).with(&["-F", "--force"]),
            destroys(&["node", "rejoin"], "overwrite", REPLACES).with(&["--force-rewind"]),
            gates(&["primary|standby", "unregister"], "take a node off", "it takes a node off the cluster"),
        ]),
    tool(&["stolonctl"], Finds::Hosted("the cluster")).valued(&["--cluster-name", "--store-backend"]).rules(&[
        destroys(&["init"], "start anew", OF_THE_SERVER),
        destroys(&["removekeeper"], "forget", "it deletes what the cluster knows of a member"),
    ]),
    tool(&["pg_autoctl"], Finds::Hosted("the cluster")).valued(&["--pgdata", "--name", "--monitor"]).rules(&[
        destroys(&["drop"], "delete", OF_THE_SERVER).with(&["--destroy"]),
        gates(&["drop"], "take a node off", "it takes a node off the cluster"),
    ]),
    tool(&["pg_archivecleanup"], Finds::Hosted("the backups")).valued(&["-x"]).rules(&[destroys(
        &[],
        "delete backups of",
        BACKUPS,
    )
    .unless(&["-n", "--dry-run"])]),
    // techdocs.broadcom.com, "Greenplum utilities"; docs.vertica.com, "admintools" and "vbr".
    tool(&["gpdeletesystem"], Finds::Hosted("Greenplum")).rules(&[destroys(&[], "delete", OF_THE_SERVER)]),
    tool(&["gprestore"], Finds::Hosted("Greenplum")).valued(&["--timestamp", "--backup-dir"]).rules(&[
        destroys(&[], "replace", REPLACES).with(&["--truncate-table", "--incremental"]),
        gates(&[], "write to", RESTORES),
    ]),
    tool(&["admintools", "vbr", "vbr.py"], Finds::Hosted("Vertica")).valued(&["-t", "--tool", "--task", "-d"]).rules(
        &[
            destroys(&[], "delete", DROPS).with(&["-t=drop_db|remove|db_remove_*", "--tool=drop_db|db_remove_*"]),
            destroys(&[], "replace", OVERWRITES).with(&["-t=restore|replicate", "--task=restore|replicate"]),
            destroys(&[], "delete backups of", BACKUPS).with(&["--task=remove"]),
        ],
    ),
    // docs.yugabyte.com, "yb-admin" and "yugabyted".
    tool(&["yb-admin"], Finds::Hosted("YugabyteDB"))
        .anywhere()
        .valued(&[
            "--master_addresses", "-master_addresses", "--init_master_addrs", "-init_master_addrs", "--certs_dir_name",
            "-certs_dir_name", "--timeout_ms", "-timeout_ms",
        ])
        .rules(&[
            destroys(&["delete_table*|delete_index*|delete_namespace*"], "delete a part of", DROPS),
            destroys(&["delete_snapshot*"], "delete backups of", BACKUPS),
            destroys(&["restore_snapshot*|import_snapshot"], "replace", OVERWRITES),
        ]),
    tool(&["yugabyted"], Finds::Hosted("YugabyteDB")).rules(&[destroys(&["destroy"], "delete", OF_THE_SERVER)]),
    // docs.pingcap.com/tidb, "br command-line manual".
    tool(&["br"], Finds::Hosted("TiDB")).rules(&[destroys(&["restore"], "replace", REPLACES)]),
    // dev.mysql.com/doc/mysql-enterprise-backup.
    tool(&["mysqlbackup"], Finds::Hosted("this machine")).anywhere().rules(&[destroys(
        &["copy-back*|restore*"],
        "overwrite",
        OVERWRITES,
    )]),
    // docs.couchbase.com/server/current/cli.
    tool(&["couchbase-cli"], Finds::Hosted("Couchbase"))
        .valued(&["-c", "--cluster", "-u", "--username", "-p", "--password", "--bucket"])
        .rules(&[
            destroys(&["bucket-delete"], "delete a bucket of", DROPS),
            destroys(&["bucket-flush"], "empty a bucket of", EMPTIES),
            destroys(&["collection-manage"], "drop a part of", DROPS).with(&["--drop-collection", "--drop-scope"]),
            gates(&["failover"], "take a node off", "what was not copied from the node is lost")
                .with(&["--hard", "--force"]),
        ]),
    tool(&["cbbackupmgr", "cbrestore"], Finds::Hosted("Couchbase"))
        .valued(&["-a", "--archive", "-r", "--repo", "-c", "--cluster", "-u", "-p"])
        .rules(&[
            destroys(&["remove"], "delete backups of", BACKUPS),
            destroys(&["restore"], "replace", OVERWRITES)
                .with(&["--force-updates", "--purge", "--auto-create-buckets"]),
            gates(&["restore"], "write to", RESTORES),
        ]),
    // docs.arango.ai/arangodb, "arangorestore": it overwrites collections unless it is told not to.
    tool(&["arangorestore"], Finds::Hosted("ArangoDB"))
        .valued(&["--overwrite", "--create-collection", "--input-directory", "--server.endpoint"])
        .rules(&[
            gates(&[], "write to", RESTORES).with(&["--overwrite=false", "--create-collection=false"]),
            destroys(&[], "replace", REPLACES),
        ]),
    tool(&["arangoimport"], Finds::Hosted("ArangoDB")).valued(&["--overwrite"]).rules(&[destroys(
        &[],
        "replace a collection of",
        REPLACES,
    )
    .with(&["--overwrite=true"])]),
    tool(&["arangobackup"], Finds::Hosted("ArangoDB"))
        .rules(&[destroys(&["restore"], "replace", OVERWRITES), destroys(&["delete"], "delete backups of", BACKUPS)]),
    // rethinkdb.com/docs/backup.
    tool(&["rethinkdb", "rethinkdb-restore", "rethinkdb-import"], Finds::Hosted("RethinkDB"))
        .valued(&["-c", "--connect", "-i", "-d", "--directory", "-f", "--file", "--table"])
        .rules(&[
            destroys(&["restore|import"], "replace", REPLACES).with(&["--force"]),
            gates(&["restore|import"], "write to", RESTORES),
        ]),
    // manager.docs.scylladb.com/stable/sctool.
    tool(&["sctool"], Finds::Hosted("Scylla")).valued(&["-c", "--cluster", "-L", "-T", "--location"]).rules(&[
        reads(&[]).with(&["--dry-run"]),
        destroys(&["restore"], "replace", REPLACES),
        destroys(&["backup", "delete"], "delete backups of", BACKUPS),
    ]),
    // www.elastic.co/guide/en/elasticsearch/client/curator; www.elastic.co/docs/reference, "elasticsearch-node".
    tool(&["curator_cli", "curator"], Finds::Hosted("Elasticsearch"))
        .anywhere()
        .valued(&["--host", "--hosts", "--port", "--config", "--filter_list", "--username", "--password"])
        .rules(&[
            reads(&[]).with(&["--dry-run", "--dry_run"]),
            destroys(&["delete_indices|delete-indices"], "delete indices of", DROPS),
            destroys(&["delete_snapshots|delete-snapshots"], "delete backups of", BACKUPS),
            destroys(&["restore"], "replace", OVERWRITES),
            gates(&["*.yml|*.yaml"], "run the actions of a file on", "a file says what it deletes"),
        ]),
    tool(&["elasticsearch-node", "opensearch-node"], Finds::Hosted("this machine")).rules(&[destroys(
        &["unsafe-bootstrap|detach-cluster|repurpose"],
        "rewrite",
        "it gives up what a server holds",
    )]),
    // solr.apache.org/guide, "Solr Control Script Reference"; hadoop.apache.org; kudu.apache.org/docs/command_line_tools_reference.html.
    tool(&["solr"], Finds::Hosted("Solr")).rules(&[destroys(&["delete"], "delete a core of", DROPS)]),
    tool(&["solrctl"], Finds::Hosted("Solr")).rules(&[
        destroys(&["collection|core|instancedir"], "delete", DROPS).with(&["--delete", "--deletedocs", "--unload"])
    ]),
    tool(&["hdfs", "hadoop"], Finds::Hosted("the cluster"))
        .rules(&[destroys(&["namenode"], "format", OF_THE_SERVER).with(&["-format"])]),
    tool(&["kudu"], Finds::Hosted("Kudu")).rules(&[destroys(
        &["table|local_replica|tablet", "delete|drop_range_partition|delete_column"],
        "drop a part of",
        DROPS,
    )]),
    // ydb.tech/docs/en/reference/ydb-cli.
    tool(&["ydb"], Finds::Hosted("YDB")).valued(&["-e", "-d", "-p", "--endpoint", "--database", "--profile"]).rules(&[
        destroys(&["table", "drop"], "drop a table of", DROPS),
        destroys(&["scheme", "rmdir"], "drop a part of", DROPS).with(&["-r", "--recursive"]),
        gates(&["tools", "restore"], "write to", RESTORES),
    ]),
    // developer.hashicorp.com/vault/docs/commands/operator/raft.
    tool(&["vault"], Finds::Hosted("Vault")).valued(&["-address", "-namespace"]).rules(&[destroys(
        &["operator", "raft", "snapshot", "restore"],
        "replace",
        REPLACES,
    )]),
    // docs.oracle.com: "Database Configuration Assistant", "SRVCTL", "ASMCMD", "DGMGRL", "oradim".
    tool(&["dbca"], Finds::Hosted("Oracle"))
        .valued(&["-sourceDB", "-gdbName", "-sid", "-pdbName", "-sysDBAUserName"])
        .rules(&[destroys(&[], "delete", OF_THE_SERVER)
            .with(&["-deleteDatabase", "-deletePluggableDatabase", "-deleteInstance", "-unplugDatabase"])]),
    tool(&["asmca"], Finds::Hosted("Oracle"))
        .rules(&[destroys(&[], "delete", OF_THE_SERVER).with(&["-deleteDiskGroup", "-deleteVolume"])]),
    tool(&["oradim"], Finds::Hosted("Oracle"))
        .rules(&[destroys(&[], "delete", OF_THE_SERVER).with(&["-delete", "-DELETE"])]),
    tool(&["srvctl"], Finds::Hosted("Oracle")).valued(&["-d", "-db", "-database"]).rules(&[destroys(
        &["remove", "database|instance|asm|diskgroup"],
        "take off",
        "it takes a database off the cluster",
    )]),
    tool(&["asmcmd"], Finds::Hosted("Oracle")).valued(&["--privilege", "-p"]).rules(&[destroys(
        &["rm|dropdg|remap|md_restore"],
        "delete a part of",
        OF_THE_SERVER,
    )]),
    tool(&["dgmgrl"], Finds::Hosted("Oracle")).anywhere().rules(&[
        destroys(
            &["*remove database*|*remove configuration*"],
            "take off",
            "it takes a database off the configuration",
        ),
        gates(&["*failover to*|*convert database*"], "change the roles of", "what was not copied yet is lost"),
    ]),
    // www.ibm.com/docs, "Db2 system commands"; "Informix administrator's reference".
    tool(&["db2idrop", "dasdrop"], Finds::Hosted("Db2")).rules(&[destroys(&[], "delete", OF_THE_SERVER)]),
    tool(&["db2move"], Finds::Hosted("Db2")).valued(&["-lo", "-io", "-u", "-p", "-l"]).rules(&[
        destroys(&["*", "load|import"], "replace", REPLACES).with(&["-lo=replace*", "-io=replace*"]),
        gates(&["*", "load|import"], "write to", RESTORES),
    ]),
    tool(&["oninit"], Finds::Hosted("Informix")).rules(&[destroys(&[], "start anew", OF_THE_SERVER).with(&["-i"])]),
    tool(&["ontape", "onbar"], Finds::Hosted("Informix")).rules(&[destroys(&[], "replace", OVERWRITES).with(&["-r"])]),
    tool(&["onspaces", "onparams"], Finds::Hosted("Informix")).valued(&["-p", "-o", "-s"]).rules(&[destroys(
        &[],
        "drop a part of",
        DROPS,
    )
    .with(&["-d"])]),
    // firebirdsql.org, "gbak" and "nbackup".
    tool(&["gbak", "gbak-fb"], Finds::Hosted("Firebird"))
        .valued(&["-user", "-password", "-pas", "-service", "-se"])
        .rules(&[
            destroys(&[], "replace", REPLACES).with(&[
                "-r", "-rep", "-repl", "-replace", "-replace_database", "-R", "-REP", "-REPLACE", "-REPLACE_DATABASE",
            ]),
            destroys(&["*overwrite*"], "replace", REPLACES).with(&["-rec", "-recreate", "-recreate_database"]),
        ]),
    tool(&["nbackup"], Finds::Hosted("Firebird"))
        .valued(&["-U", "-P"])
        .rules(&[destroys(&[], "replace", OVERWRITES).with(&["-R", "-RESTORE", "-restore"])]),
    // www.mongodb.com/docs/database-tools/mongofiles.
    tool(&["mongofiles"], Finds::Mongo)
        .valued(&["--uri", "--host", "--port", "-d", "--db", "--prefix"])
        .rules(&[destroys(&["delete|delete_id"], "delete files of", "it deletes what a name or an id names")]),
];
