//! What keeps a database's data and its backups: volumes of machines, buckets, and the tools that fill them and bring them back.
//! Most of it keeps other things as well, so that a rule asks for a name that says it is a database's.

use super::{BACKUPS, Finds, OF_A_DATABASE, OVERWRITES, Tool, destroys, gates, reads, tool};

const DATA: &str = "it deletes what a database keeps there, or its backups";
const VOLUME: &str = "it deletes or overwrites a volume by whose name a database is on it";
const DISK: &str = "it deletes or overwrites a whole disk, and a database may be on it";
const MACHINE: &str = "it deletes a machine by whose name a database runs on it";

/// A whole disk, as servers name theirs.
const SERVERS_DISK: &str = "/dev/sd*|/dev/nvme*|/dev/xvd*|/dev/vd*|/dev/md*|/dev/mapper/*|/dev/disk/*";

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // Buckets: docs.aws.amazon.com/cli/latest/reference/s3; cloud.google.com/storage/docs/gsutil; min.io; rclone.org; s3tools.org.
    tool(&["aws"], Finds::Hosted("AWS"))
        .valued(&["--profile", "--region", "--output", "--endpoint-url", "--bucket"])
        .rules(&[
            destroys(&["s3", "rb", OF_A_DATABASE], "delete", DATA),
            destroys(&["s3", "rm", OF_A_DATABASE], "delete", DATA).with(&["--recursive"]).unless(&["--dryrun"]),
            destroys(&["s3", "sync", "*", OF_A_DATABASE], "delete", DATA).with(&["--delete"]).unless(&["--dryrun"]),
            destroys(&["s3api", "delete-bucket"], "delete", DATA).with(&["--bucket=<of a database>"]),
        ]),
    tool(&["gcloud"], Finds::Hosted("Google Cloud"))
        .valued(&["--project", "--account", "--format", "--location"])
        .rules(&[
            destroys(&["storage", "rm", OF_A_DATABASE], "delete", DATA).with(&["-r", "-R", "--recursive", "-a"]),
            destroys(&["storage", "buckets", "delete", OF_A_DATABASE], "delete", DATA),
        ]),
    tool(&["gsutil"], Finds::Hosted("Google Cloud")).anywhere().valued(&["-o", "-h", "-u", "-i"]).rules(&[
        destroys(&["rm", OF_A_DATABASE], "delete", DATA).with(&["-r", "-R", "-a"]),
        destroys(&["rb", OF_A_DATABASE], "delete", DATA),
        destroys(&["rsync", "*", OF_A_DATABASE], "delete", DATA).with(&["-d"]).unless(&["-n"]),
    ]),
    tool(&["az"], Finds::Hosted("Azure"))
        .rules(&[
            destroys(&["storage", "table", "delete"], "delete", DATA),
            destroys(&["storage", "container|share|account|fs", "delete"], "delete", DATA)
                .with(&["-n=<of a database>", "--name=<of a database>"]),
            destroys(&["storage", "blob", "delete-batch"], "delete", DATA)
                .with(&["-s=<of a database>", "--source=<of a database>"])
                .unless(&["--dryrun"]),
        ])
        .valued(&["-n", "--name", "-s", "--source", "-g", "--resource-group", "--account-name", "--subscription"]),
    tool(&["mc", "mcli"], Finds::Hosted("the buckets")).rules(&[
        destroys(&["rm", OF_A_DATABASE], "delete", DATA).with(&["-r", "--recursive"]).unless(&["--dry-run"]),
        destroys(&["rb", OF_A_DATABASE], "delete", DATA),
        destroys(&["mirror", "*", OF_A_DATABASE], "delete", DATA).with(&["--remove"]).unless(&["--dry-run"]),
    ]),
    tool(&["rclone"], Finds::Hosted("the buckets"))
        .valued(&["--config", "--min-age", "--max-age", "--include", "--exclude"])
        .rules(&[
            destroys(&["purge|delete|rmdirs", OF_A_DATABASE], "delete", DATA).unless(&["--dry-run", "-n"]),
            destroys(&["sync", "*", OF_A_DATABASE], "overwrite", DATA).unless(&["--dry-run", "-n"]),
        ]),
    tool(&["s3cmd", "s5cmd", "b2", "ossutil", "coscmd"], Finds::Hosted("the buckets"))
        .valued(&["-c", "--config", "--endpoint-url"])
        .rules(&[
            destroys(&["del|rm|rb|delete-bucket", OF_A_DATABASE], "delete", DATA).unless(&["--dry-run", "-n"]),
            destroys(&["bucket", "delete", OF_A_DATABASE], "delete", DATA),
        ]),
    // hadoop.apache.org, "FileSystem Shell": Hive's warehouse is a directory.
    tool(&["hdfs", "hadoop"], Finds::Hosted("the cluster")).rules(&[destroys(
        &["dfs|fs", OF_A_DATABASE],
        "delete",
        DATA,
    )
    .with(&["-rm", "-rmr"])]),
    // Volumes: openzfs.github.io; man7.org, lvremove(8), mkfs(8), wipefs(8); btrfs.readthedocs.io.
    tool(&["zfs"], Finds::Hosted("this machine")).rules(&[destroys(
        &["destroy|rollback", OF_A_DATABASE],
        "delete",
        VOLUME,
    )
    .unless(&["-n"])]),
    tool(&["zpool"], Finds::Hosted("this machine"))
        .rules(&[destroys(&["destroy", OF_A_DATABASE], "delete", VOLUME), gates(&["destroy"], "delete", DISK)]),
    tool(&["lvconvert"], Finds::Hosted("this machine")).anywhere().rules(&[destroys(
        &[OF_A_DATABASE],
        "replace",
        OVERWRITES,
    )
    .with(&["--merge", "--mergesnapshot"])]),
    tool(&["lvremove", "vgremove"], Finds::Hosted("this machine")).anywhere().rules(&[destroys(
        &[OF_A_DATABASE],
        "delete",
        VOLUME,
    )
    .unless(&["-t", "--test"])]),
    tool(
        &["mkfs", "mkfs.ext4", "mkfs.ext3", "mkfs.xfs", "mkfs.btrfs", "mke2fs", "wipefs", "blkdiscard", "mkswap"],
        Finds::Hosted("this machine"),
    )
    .anywhere()
    .valued(&["-t", "--types", "-L", "-b", "-U", "-N", "-m", "-E", "-O", "-o", "--offset"])
    .rules(&[
        reads(&[]).with(&["-n", "--no-act"]),
        destroys(&[OF_A_DATABASE], "overwrite", VOLUME),
        gates(&[SERVERS_DISK], "overwrite", DISK).with(&["-F", "-f", "-a", "--all", "--force"]),
    ]),
    tool(&["blkdiscard", "sgdisk", "cryptsetup", "mdadm", "nvme", "pvremove"], Finds::Hosted("this machine"))
        .anywhere()
        .rules(&[
            gates(&["luksFormat|luksErase|erase|format", "/dev/*"], "overwrite", DISK),
            gates(&["/dev/*"], "overwrite", DISK).with(&["-Z", "--zap-all", "--zero-superblock", "-ff", "-z"]),
        ]),
    // docs.ceph.com/en/latest/man/8/rbd; docs.gluster.org.
    tool(&["rbd"], Finds::Hosted("Ceph")).valued(&["-p", "--pool", "--id", "-m", "--image"]).rules(&[
        destroys(&["rm|remove", OF_A_DATABASE], "delete", VOLUME),
        destroys(&["snap", "rollback|revert|rm|remove|purge", OF_A_DATABASE], "delete", VOLUME),
        destroys(&["trash", "mv|move|rm|remove", OF_A_DATABASE], "delete", VOLUME),
    ]),
    tool(&["ceph", "rados"], Finds::Hosted("Ceph")).rules(&[
        destroys(&["osd", "pool", "delete|rm"], "delete", VOLUME),
        destroys(&["rmpool|purge"], "delete", VOLUME).with(&["--yes-i-really-really-mean-it"]),
    ]),
    tool(&["gluster"], Finds::Hosted("the cluster")).rules(&[destroys(
        &["volume", "delete|reset", OF_A_DATABASE],
        "delete",
        VOLUME,
    )]),
    // Machines on this one: canonical.com/multipass/docs; developer.hashicorp.com/vagrant/docs/cli; lima-vm.io; virtualbox.org.
    tool(&["multipass", "limactl", "lima", "orb", "machinectl", "prlctl"], Finds::Hosted("this machine")).rules(&[
        destroys(&["delete|purge|remove|rm", OF_A_DATABASE], "delete", MACHINE),
        destroys(&["restore", OF_A_DATABASE], "replace", OVERWRITES),
        destroys(&["snapshot", "apply|restore", OF_A_DATABASE], "replace", OVERWRITES),
    ]),
    tool(&["vagrant"], Finds::Hosted("this machine")).rules(&[
        destroys(&["destroy", OF_A_DATABASE], "delete", MACHINE),
        destroys(&["snapshot", "restore|pop", OF_A_DATABASE], "replace", OVERWRITES),
    ]),
    tool(&["VBoxManage", "vboxmanage"], Finds::Hosted("this machine")).rules(&[
        destroys(&["unregistervm", OF_A_DATABASE], "delete", MACHINE).with(&["--delete", "--delete-all"]),
        destroys(&["closemedium", "*", OF_A_DATABASE], "delete", VOLUME).with(&["--delete"]),
    ]),
    tool(&["govc"], Finds::Hosted("vSphere")).rules(&[destroys(
        &["vm.destroy|datastore.rm|snapshot.revert", OF_A_DATABASE],
        "delete",
        MACHINE,
    )]),
    tool(&["btrfs"], Finds::Hosted("this machine")).rules(&[destroys(
        &["subvolume", "delete", OF_A_DATABASE],
        "delete",
        VOLUME,
    )]),
    tool(&["lxc", "incus"], Finds::Hosted("this machine")).rules(&[
        destroys(&["storage", "volume", "delete", "*", OF_A_DATABASE], "delete", VOLUME),
        destroys(&["delete|rm", OF_A_DATABASE], "delete", DATA),
        destroys(&["restore|rebuild", OF_A_DATABASE], "replace", OVERWRITES),
        destroys(&["snapshot", "restore", OF_A_DATABASE], "replace", OVERWRITES),
    ]),
    // Backups of anything: restic.readthedocs.io; borgbackup.readthedocs.io; kopia.io; velero.io.
    tool(&["restic", "rustic"], Finds::Hosted("the backups"))
        .valued(&[
            "-r", "--repo", "--repository", "--tag", "--target", "-t", "--host", "--path", "--keep-last", "-l", "-p",
            "-i",
        ])
        .rules(&[
            destroys(&["forget"], "delete backups of", BACKUPS)
                .with(&["--unsafe-allow-remove-all"])
                .unless(&["-n", "--dry-run"]),
            // All but the newest.
            destroys(&["forget"], "delete backups of", BACKUPS).with(&["--keep-last=1", "-l=1"]).unless(&[
                "-n", "--dry-run", "--keep-hourly", "--keep-daily", "--keep-weekly", "--keep-monthly", "--keep-yearly",
                "--keep-within", "--keep-tag", "-H", "-d", "-w", "-m", "-y",
            ]),
            destroys(&["restore"], "overwrite", OVERWRITES).with(&["--target=/", "-t=/"]).unless(&["--dry-run"]),
            destroys(&["restore"], "overwrite", OVERWRITES)
                .with(&["--target=<of a database>", "-t=<of a database>"])
                .unless(&["--dry-run"]),
        ]),
    tool(&["borg", "borgmatic", "kopia"], Finds::Hosted("the backups")).valued(&["--repo", "-r", "--archive"]).rules(
        &[
            destroys(&["delete|repo-delete", OF_A_DATABASE], "delete backups of", BACKUPS).unless(&["-n", "--dry-run"]),
            destroys(&["restore|restore-db"], "replace", OVERWRITES),
        ],
    ),
    tool(&["velero"], Finds::Hosted("the cluster"))
        .valued(&["-n", "--namespace", "--kubeconfig"])
        .rules(&[
            destroys(&["restore", "create"], "replace", OVERWRITES).with(&["--existing-resource-policy=update"]),
            gates(&["restore", "create"], "write to", OVERWRITES),
            destroys(&["backup|schedule", "delete"], "delete backups of", BACKUPS),
        ])
        .valued(&["--existing-resource-policy", "--from-backup", "-n", "--namespace"]),
    // Backups of a database. wal-g.readthedocs.io; docs.pgbarman.org.
    tool(&["wal-g"], Finds::Hosted("the backups")).valued(&["--config"]).rules(&[
        destroys(&["delete"], "delete backups of", BACKUPS).with(&["--confirm"]),
        destroys(&["backup-fetch"], "overwrite", OVERWRITES),
        gates(&["wal-restore|catchup-fetch|binlog-replay|oplog-replay"], "write to", OVERWRITES),
    ]),
    tool(&["wal-e"], Finds::Hosted("the backups")).rules(&[
        destroys(&["delete"], "delete backups of", BACKUPS).with(&["--confirm"]),
        destroys(&["backup-fetch"], "overwrite", OVERWRITES),
    ]),
    tool(&["barman"], Finds::Hosted("the backups")).valued(&["-c", "--config", "--remote-ssh-command"]).rules(&[
        destroys(&["delete"], "delete backups of", BACKUPS),
        destroys(&["recover|restore"], "overwrite", OVERWRITES),
    ]),
    tool(&["pg_probackup"], Finds::Hosted("the backups"))
        .valued(&["-B", "-D", "-i", "--instance", "--backup-path"])
        .rules(&[
            destroys(&["delete|del-instance"], "delete backups of", BACKUPS),
            destroys(&["restore"], "overwrite", OVERWRITES),
        ]),
    // docs.percona.com/percona-xtrabackup; mariadb.com/kb, "mariadb-backup".
    tool(&["xtrabackup", "mariabackup", "mariadb-backup", "innobackupex"], Finds::Hosted("this machine"))
        .rules(&[destroys(&[], "overwrite", OVERWRITES).with(&["--copy-back", "--move-back"])]),
    // docs.percona.com/percona-backup-mongodb.
    tool(&["pbm"], Finds::Hosted("MongoDB")).rules(&[
        destroys(&["restore"], "replace", OVERWRITES),
        destroys(&["delete-backup|delete-pitr|cleanup"], "delete backups of", BACKUPS),
    ]),
    // github.com/Altinity/clickhouse-backup; github.com/thelastpickle/cassandra-medusa.
    tool(&["clickhouse-backup"], Finds::Hosted("ClickHouse")).valued(&["-c", "--config", "-t", "--tables"]).rules(&[
        destroys(&["restore|restore_remote"], "replace", OVERWRITES),
        destroys(&["delete", "remote|local"], "delete backups of", BACKUPS),
    ]),
    tool(&["medusa"], Finds::Hosted("Cassandra")).rules(&[
        destroys(&["restore-cluster|restore-node"], "replace", OVERWRITES),
        destroys(&["delete-backup|purge"], "delete backups of", BACKUPS),
    ]),
    // neo4j.com/docs/operations-manual, "Backup and restore".
    tool(&["neo4j-admin"], Finds::Hosted("Neo4j")).rules(&[
        destroys(&["database", "load|restore|import|copy"], "replace", OVERWRITES)
            .with(&["--overwrite-destination*", "--overwrite-destination", "--overwrite-destination=true", "--force"]),
        gates(&["database", "load|restore|import"], "write to", OVERWRITES),
        gates(&["load|restore"], "write to", OVERWRITES),
    ]),
    // docs.influxdata.com/influxdb/v2/reference/cli/influx/restore.
    tool(&["influx"], Finds::Hosted("InfluxDB")).valued(&["-c", "--active-config", "--host", "-t", "--token"]).rules(
        &[destroys(&["restore"], "replace", OVERWRITES).with(&["--full"]), gates(&["restore"], "write to", OVERWRITES)],
    ),
    tool(&["influxd"], Finds::Hosted("InfluxDB")).rules(&[destroys(&["restore"], "replace", OVERWRITES)]),
    // docs.gitlab.com/administration/backup_restore.
    tool(&["gitlab-backup", "gitlab-rake", "gitlab-restore"], Finds::Hosted("GitLab")).anywhere().rules(&[destroys(
        &["restore|gitlab:backup:restore"],
        "replace",
        OVERWRITES,
    )]),
    // docs.percona.com/percona-toolkit/pt-archiver.html.
    tool(&["pt-archiver"], Finds::Hosted("MySQL"))
        .valued(&["--source", "--dest", "--where", "--limit", "--file"])
        .rules(&[destroys(&[], "delete rows of", "it deletes the rows that a condition names")
            .with(&["--purge", "--dest", "--file"])
            .unless(&["--dry-run", "--no-delete"])]),
];
