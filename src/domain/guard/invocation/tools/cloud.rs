//! What deletes databases from outside of them: the command lines of clouds and hosting services, of infrastructure as code and
//! of orchestrators.

use super::{DELETES_HOSTED, DROPS, EMPTIES, Finds, OF_A_DATABASE, REPLACES, RESTORES, SYNCS, Tool};
use super::{destroys, gates, reads, tool};

const SERVER: &str = "it deletes the server with every database";
const ALL_OF_IT: &str = "it deletes what it once created, databases among it";
const BACKUP: &str = "it deletes a backup, which nothing brings back";
const VOLUME: &str = "it deletes a volume with what a database wrote there";

const AWS_VALUED: &[&str] = &["--profile", "--region", "--output", "--endpoint-url", "--backup-retention-period"];

/// Databases among the products of clouds whose command lines name the interface's operations.
const DATABASES: &str = "rds|RDS|dds|DDS|r-kvstore|polardb*|adb|gpdb|hbase|clickhouse|oceanbase*|drds|lindorm|hitsdb|\
                         elasticsearch|selectdb|cdb|postgres|mariadb|redis|DCS|mongodb|cynosdb|dcdb|sqlserver|tcaplusdb|\
                         GaussDB*|es|cdwch|ctsdb|vdb";

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // cloud.google.com/sdk/gcloud/reference: sql, alloydb, spanner, firestore, bigtable; with `alpha` and `beta` in front.
    tool(&["gcloud"], Finds::Hosted("Google Cloud"))
        .anywhere()
        .valued(&["--project", "--instance", "-i", "--account", "--format", "--cluster", "--region", "--configuration"])
        .rules(&[
            destroys(&["sql|spanner|firestore", "databases", "delete"], "delete", DROPS),
            destroys(&["sql|spanner|alloydb|bigtable", "instances|clusters", "delete"], "delete", SERVER),
            destroys(&["sql|spanner|alloydb|firestore", "backups", "delete"], "delete", BACKUP),
            destroys(&["sql|alloydb", "users", "delete"], "delete a user of", "it deletes a user"),
            destroys(&["sql", "backups", "restore"], "replace", REPLACES),
            destroys(&["sql", "instances", "restore-backup"], "replace", REPLACES),
            destroys(&["bigtable|spanner", "tables", "delete"], "delete", DROPS),
            destroys(&["bigtable", "instances", "tables", "delete"], "delete", DROPS),
            destroys(&["redis|memcache|filestore", "instances|clusters", "delete"], "delete", SERVER),
            destroys(&["firestore", "bulk-delete"], "delete", EMPTIES),
            destroys(&["projects", "delete"], "delete", DELETES_HOSTED),
            destroys(&["container", "clusters", "delete"], "delete", ALL_OF_IT),
            destroys(&["compute", "instances", "delete", OF_A_DATABASE], "delete", SERVER),
            destroys(&["compute", "disks|snapshots", "delete"], "delete", VOLUME),
            destroys(&["spanner", "databases", "ddl", "update"], "drop a part of", DROPS).with(&["--ddl=*DROP *"]),
            gates(&["sql", "instances", "patch"], "unprotect", "it takes the protection against deletion off")
                .with(&["--no-deletion-protection"]),
            gates(&["sql|firestore", "import"], "write to", RESTORES),
            gates(&["redis", "instances", "import"], "write to", RESTORES),
            gates(&["alloydb", "clusters", "import"], "write to", RESTORES),
            gates(&["spanner", "databases", "ddl", "update"], "change", SYNCS),
        ]),
    // docs.aws.amazon.com/cli: rds, dynamodb, docdb, neptune, redshift, elasticache, cloudformation.
    tool(&["aws"], Finds::Hosted("AWS")).valued(AWS_VALUED).rules(&[
        // EC2's own rehearsal.
        reads(&["ec2"]).with(&["--dry-run"]),
        destroys(&["rds", "modify-*"], "delete backups of", BACKUP).with(&["--backup-retention-period=0"]),
        destroys(&["rds", "backtrack-db-cluster"], "replace", REPLACES),
        destroys(&["efs|fsx", "delete-file-system|delete-volume|delete-backup"], "delete", VOLUME),
        destroys(&["lightsail", "delete-disk|delete-instance"], "delete", VOLUME),
        gates(&["ec2", "terminate-instances"], "delete machines of", "an id does not say what runs on a machine"),
        destroys(&["rds|docdb|neptune", "delete-*"], "delete", DELETES_HOSTED),
        destroys(&["dynamodb", "delete-table|delete-backup"], "delete", DELETES_HOSTED),
        destroys(&["redshift*|elasticache|memorydb|keyspaces|opensearch|qldb", "delete-*"], "delete", DELETES_HOSTED),
        destroys(&["timestream-write|docdb-elastic|neptune-graph|s3tables", "delete-*"], "delete", DELETES_HOSTED),
        destroys(&["glue", "delete-database|delete-table|batch-delete-table"], "delete", DROPS),
        destroys(&["eks|es", "delete-cluster|delete-elasticsearch-domain"], "delete", ALL_OF_IT),
        gates(&["rds|dynamodb", "modify-*|update-table"], "unprotect", "it takes the protection against deletion off")
            .with(&["--no-deletion-protection", "--no-deletion-protection-enabled"]),
        destroys(&["dsql|lightsail", "delete-cluster|delete-relational-database"], "delete", DELETES_HOSTED),
        destroys(&["cloudformation", "delete-stack"], "delete", ALL_OF_IT),
        destroys(&["ec2", "delete-volume|delete-snapshot"], "delete", VOLUME),
        destroys(&["backup", "delete-recovery-point|delete-backup-vault"], "delete", BACKUP),
    ]),
    // learn.microsoft.com/cli/azure: postgres, mysql, sql, cosmosdb, redis.
    tool(&["az"], Finds::Hosted("Azure"))
        .valued(&["-g", "--resource-group", "-n", "--name", "--subscription", "-s", "-d"])
        .rules(&[
            destroys(&["postgres|mysql|mariadb", "flexible-server|server", "delete"], "delete", SERVER),
            destroys(&["postgres|mysql|mariadb", "flexible-server|server", "db", "delete"], "delete", DROPS),
            destroys(&["sql", "db|server|mi|midb|elastic-pool", "delete"], "delete", DELETES_HOSTED),
            destroys(&["cosmosdb|redis|group|aks", "delete"], "delete", DELETES_HOSTED),
            destroys(&["redis", "flush"], "empty", EMPTIES),
            destroys(&["redisenterprise", "database", "delete|flush"], "empty", EMPTIES),
            destroys(&["kusto|synapse", "cluster|database|workspace", "delete"], "delete", DELETES_HOSTED),
            destroys(&["synapse", "sql", "pool", "delete"], "delete", DROPS),
            destroys(&["disk|snapshot", "delete"], "delete", VOLUME),
            destroys(&["backup", "protection", "disable"], "delete backups of", BACKUP)
                .with(&["--delete-backup-data=true", "--delete-backup-data"]),
            destroys(
                &["backup|dataprotection", "vault|backup-vault|backup-instance", "delete"],
                "delete backups of",
                BACKUP,
            ),
            destroys(&["vm", "delete"], "delete", SERVER).with(&["-n=<of a database>", "--name=<of a database>"]),
            gates(&["sql", "db", "import"], "write to", RESTORES),
            gates(&["redis", "import"], "write to", RESTORES),
            destroys(&["cosmosdb", "*", "*", "delete"], "delete", DELETES_HOSTED),
        ]),
    // docs.digitalocean.com/reference/doctl/reference/databases.
    tool(&["doctl"], Finds::Hosted("DigitalOcean"))
        .valued(&["-c", "--context", "-t", "--access-token", "--output"])
        .rules(&[
            destroys(&["databases|database|dbs|db", "delete|rm"], "delete", SERVER),
            destroys(&["databases|database|dbs|db", "db|user|pool|topics|topic", "delete|rm|d"], "delete", DROPS),
            destroys(&["compute", "volume|snapshot", "delete|rm|d"], "delete", VOLUME),
            destroys(&["compute", "droplet", "delete|rm|d", OF_A_DATABASE], "delete", SERVER),
            destroys(&["kubernetes|k8s", "cluster|clusters|c", "delete|rm|d"], "delete", ALL_OF_IT),
        ]),
    // community.hetzner.com, "hcloud"; yandex.cloud/docs/cli; ovhcloud, upctl, cf and ibmcloud in their own references.
    tool(&["hcloud"], Finds::Hosted("Hetzner")).valued(&["--context", "--config", "--image"]).rules(&[
        destroys(&["volume", "delete"], "delete", VOLUME),
        destroys(&["server", "delete|rebuild", OF_A_DATABASE], "delete", SERVER),
    ]),
    tool(&["yc"], Finds::Hosted("Yandex Cloud"))
        .valued(&["--profile", "--folder-id", "--folder-name", "--cloud-id"])
        .rules(&[
            destroys(&["managed-*", "cluster|database|user|clusters|backup", "delete"], "delete", SERVER),
            destroys(&["ydb", "database|backup", "delete"], "delete", DROPS),
            destroys(&["compute", "disk|snapshot", "delete"], "delete", VOLUME),
        ]),
    tool(&["ovhcloud", "upctl", "openstack"], Finds::Hosted("the service")).rules(&[
        destroys(&["cloud", "database*", "delete"], "delete", SERVER),
        destroys(&["database*|db|volume|storage", "delete"], "delete", VOLUME),
        destroys(&["server", "delete", OF_A_DATABASE], "delete", SERVER),
    ]),
    tool(&["cf"], Finds::Hosted("Cloud Foundry")).rules(&[
        destroys(&["delete-service|ds|purge-service-instance"], "delete", DELETES_HOSTED),
        destroys(&["delete-space|delete-org"], "delete", ALL_OF_IT),
    ]),
    // docs.docker.com/reference/cli/docker: volumes are where a database in a container keeps its rows.
    tool(&["docker", "podman", "nerdctl"], Finds::Hosted("the containers' volumes"))
        .valued(&[
            "-H", "--host", "-c", "--context", "-f", "--file", "-p", "--project-name", "--profile", "--env-file",
            "--filter",
        ])
        .rules(&[gates(&["compose", "down|rm"], "delete", VOLUME).with(&["-v", "--volumes"])]),
    tool(&["docker", "podman", "nerdctl"], Finds::Hosted("the containers' volumes"))
        .valued(&["-H", "--host", "-c", "--context", "--filter"])
        .rules(&[
            gates(&["compose", "rm"], "delete", VOLUME).with(&["-v", "--volumes"]),
            gates(&["rm", OF_A_DATABASE], "delete", VOLUME).with(&["-v", "--volumes"]),
            gates(&["container", "rm|remove", OF_A_DATABASE], "delete", VOLUME).with(&["-v", "--volumes"]),
            gates(&["volume", "rm|remove|prune"], "delete", VOLUME),
            gates(&["system", "prune"], "delete", VOLUME).with(&["--volumes"]),
        ]),
    tool(&["docker-compose", "podman-compose"], Finds::Hosted("the containers' volumes"))
        .valued(&["-H", "--host", "-f", "--file", "-p", "--project-name", "--profile", "--env-file"])
        .rules(&[gates(&["down|rm"], "delete", VOLUME).with(&["-v", "--volumes"])]),
    tool(&["docker-compose", "podman-compose"], Finds::Hosted("the containers' volumes")).rules(&[gates(
        &["rm"],
        "delete",
        VOLUME,
    )
    .with(&["-v", "--volumes"])]),
    // docs.oracle.com/iaas/tools/oci-cli; cloud.ibm.com/docs/cli; docs.influxdata.com/influxdb/v2/reference/cli/influx.
    tool(&["oci"], Finds::Hosted("Oracle Cloud")).valued(&["--profile", "--region", "--config-file"]).rules(&[
        destroys(&["db|mysql|psql|redis|opensearch|nosql", "*", "delete|terminate"], "delete", SERVER),
        destroys(&["db", "*", "restore"], "replace", REPLACES),
        destroys(&["bv", "*", "delete"], "delete", VOLUME),
        destroys(&["os", "bucket", "delete", OF_A_DATABASE], "delete", VOLUME),
        gates(
            &["compute", "instance", "terminate"],
            "delete a machine of",
            "an id does not say what runs on a machine",
        ),
    ]),
    // www.alibabacloud.com/help/cli: a product, and an operation of its interface; cloud.tencent.com/document/product/440 too.
    tool(&["aliyun", "tccli", "hcloud", "ve"], Finds::Hosted("the service"))
        .valued(&["-p", "--profile", "--region", "--RegionId", "--cli-region"])
        .rules(&[
            destroys(&[DATABASES, "Delete*|Destroy*|Release*|Terminate*|Isolate*"], "delete", DELETES_HOSTED),
            destroys(&[DATABASES, "Flush*|Clear*|CleanUp*|Restore*|Recovery*"], "replace", REPLACES),
            destroys(
                &["ecs|cbs|EVS", "DeleteDisk*|DeleteSnapshot*|TerminateDisks|ResetDisk|DeleteVolume"],
                "delete",
                VOLUME,
            ),
        ]),
    tool(&["ibmcloud"], Finds::Hosted("IBM Cloud")).valued(&["-g", "-r"]).rules(&[destroys(
        &["resource", "service-instance-delete"],
        "delete",
        SERVER,
    )]),
    tool(&["influx"], Finds::Hosted("InfluxDB")).valued(&["-c", "--active-config", "--host", "-t", "--token"]).rules(
        &[
            destroys(&["bucket", "delete"], "delete", DROPS),
            destroys(&["delete"], "delete rows of", "it deletes what a predicate and a time name"),
        ],
    ),
    // www.scaleway.com/en/docs/scaleway-cli: rdb, redis, mongodb, sdb-sql.
    tool(&["scw"], Finds::Hosted("Scaleway")).valued(&["-p", "--profile", "-o", "--output", "-c", "--config"]).rules(
        &[
            destroys(&["rdb|mongodb|redis|sdb-sql", "*", "delete"], "delete", DELETES_HOSTED),
            destroys(&["rdb|mongodb", "backup|snapshot", "restore"], "replace", REPLACES),
        ],
    ),
    // aiven.io/docs/tools/cli: service.
    tool(&["avn"], Finds::Hosted("Aiven")).valued(&["--project", "--auth-token", "--config"]).rules(&[
        destroys(&["service", "terminate"], "delete", SERVER),
        destroys(&["service", "database-delete|user-delete|topic-delete|index-delete"], "delete", DROPS),
        destroys(&["service", "reset"], "replace", REPLACES),
    ]),
    tool(&["linode-cli"], Finds::Hosted("Linode")).rules(&[
        destroys(&["databases", "*-delete"], "delete", SERVER),
        destroys(&["volumes", "delete|rm"], "delete", VOLUME),
    ]),
    tool(&["civo", "koyeb", "exo", "vultr-cli", "vultr"], Finds::Hosted("the service"))
        .valued(&["-z", "--zone", "--region"])
        .rules(&[
            destroys(&["database*|dbaas|db", "delete|remove|rm"], "delete", SERVER),
            destroys(&["volume*|block-storage", "delete|remove|rm"], "delete", VOLUME),
        ]),
    // firebase.google.com/docs/cli.
    tool(&["firebase"], Finds::Hosted("Firebase"))
        .valued(&["-P", "--project", "--account", "--instance", "--database"])
        .rules(&[
            destroys(&["firestore:delete|firestore:bulkdelete|firestore:databases:delete"], "delete", EMPTIES),
            destroys(&["database:remove|database:set"], "replace", EMPTIES),
            destroys(&["dataconnect:sql:migrate"], "rewrite", SYNCS).with(&["--force", "-f"]),
            gates(&["dataconnect:sql:migrate|database:update"], "change", SYNCS),
        ]),
    // fly.io/docs/flyctl.
    tool(&["fly", "flyctl"], Finds::Hosted("Fly.io"))
        .valued(&["-a", "--app", "-c", "--config", "-t", "--access-token"])
        .rules(&[
            destroys(&["mpg|postgres|pg|redis|apps|app", "destroy"], "delete", DELETES_HOSTED),
            destroys(&["volumes|volume|vol", "destroy|delete|rm"], "delete", VOLUME),
            destroys(&["destroy"], "delete", DELETES_HOSTED),
        ]),
    // docs.railway.com/reference/cli-api.
    tool(&["railway"], Finds::Hosted("Railway"))
        .valued(&["-s", "--service", "-e", "--environment", "-p", "--project"])
        .rules(&[
            destroys(&["volume|environment", "delete|remove|rm"], "delete", DELETES_HOSTED),
            destroys(&["delete"], "delete", DELETES_HOSTED),
        ]),
    tool(&["platform", "upsun"], Finds::Hosted("the service"))
        .valued(&["-p", "--project", "-e", "--environment"])
        .rules(&[
            destroys(&["environment:delete|project:delete|service:delete"], "delete", DELETES_HOSTED),
            destroys(&["backup:restore|snapshot:restore"], "replace", REPLACES),
            destroys(&["sync|environment:sync*", "data"], "replace", REPLACES),
        ]),
    // docs.pantheon.io/terminus/commands.
    tool(&["terminus"], Finds::Hosted("Pantheon")).rules(&[
        destroys(&["env:wipe|site:delete|multidev:delete"], "empty", DELETES_HOSTED),
        destroys(&["backup:restore|import:database|env:clone-content"], "replace", REPLACES),
    ]),
    // developer.hashicorp.com/terraform/cli/commands; opentofu.org; terragrunt.gruntwork.io.
    tool(&["terraform", "tofu", "cdktf", "terragrunt"], Finds::Hosted("the infrastructure"))
        .anywhere()
        .valued(&["-chdir", "-var", "-var-file", "-target", "-state"])
        .rules(&[
            destroys(&["destroy"], "delete", ALL_OF_IT),
            destroys(&["apply"], "delete", ALL_OF_IT).with(&["-destroy", "--destroy", "-replace", "--replace"]),
        ]),
    // www.pulumi.com/docs/iac/cli/commands.
    tool(&["pulumi"], Finds::Hosted("the infrastructure"))
        .valued(&["-s", "--stack", "-C", "--cwd", "-t", "--target"])
        .rules(&[
            destroys(&["destroy|down|dn"], "delete", ALL_OF_IT).unless(&["--preview-only"]),
            destroys(&["up|update"], "delete", ALL_OF_IT).with(&["--replace", "--target-replace"]),
            destroys(&["stack", "rm|remove"], "delete", ALL_OF_IT).with(&["-f", "--force"]),
        ]),
    // docs.aws.amazon.com/cdk/v2/guide/cli.html; sst.dev/docs/reference/cli; www.serverless.com/framework/docs.
    tool(&["cdk", "aws-cdk"], Finds::Hosted("AWS"))
        .valued(&["-a", "--app", "-c", "--context", "--profile", "--role-arn"])
        .rules(&[destroys(&["destroy"], "delete", ALL_OF_IT)]),
    // docs.aws.amazon.com/serverless-application-model; aws.github.io/copilot-cli; learn.microsoft.com/azure/developer/azure-developer-cli.
    tool(&["sam"], Finds::Hosted("AWS")).rules(&[destroys(&["delete"], "delete", ALL_OF_IT)]),
    tool(&["copilot"], Finds::Hosted("AWS")).valued(&["-n", "--name", "-a", "--app", "-e", "--env"]).rules(&[
        destroys(&["app|env|storage", "delete"], "delete", ALL_OF_IT),
        destroys(&["svc|job", "delete"], "delete", SERVER).with(&["-n=<of a database>", "--name=<of a database>"]),
    ]),
    // kamal-deploy.org/docs/commands/accessory; developer.hashicorp.com/nomad/commands; documentation.ubuntu.com/juju.
    tool(&["kamal"], Finds::Hosted("the servers"))
        .valued(&["-d", "--destination", "-c", "--config-file"])
        .rules(&[destroys(&["accessory", "remove"], "delete", VOLUME), destroys(&["remove"], "delete", ALL_OF_IT)]),
    tool(&["nomad"], Finds::Hosted("the cluster")).valued(&["-address", "-namespace", "-region"]).rules(&[destroys(
        &["volume", "delete|deregister"],
        "delete",
        VOLUME,
    )]),
    tool(&["juju"], Finds::Hosted("the cloud")).rules(&[
        destroys(&["destroy-model|destroy-controller|kill-controller"], "delete", ALL_OF_IT),
        destroys(&["remove-application|remove-unit|remove-storage"], "delete", VOLUME)
            .with(&["--destroy-storage", "--force"]),
    ]),
    tool(&["clever", "scalingo"], Finds::Hosted("the service")).valued(&["--app", "-a"]).rules(&[
        destroys(&["addon", "delete"], "delete", DELETES_HOSTED),
        destroys(&["addons-remove"], "delete", DELETES_HOSTED),
    ]),
    // libvirt.org/manpages/virsh.html.
    tool(&["virsh"], Finds::Hosted("this machine")).valued(&["-c", "--connect", "--pool"]).rules(&[
        destroys(&["vol-delete|vol-wipe", OF_A_DATABASE], "delete", VOLUME),
        destroys(&["undefine", OF_A_DATABASE], "delete", SERVER).with(&["--remove-all-storage"]),
    ]),
    tool(&["amplify"], Finds::Hosted("AWS")).rules(&[destroys(&["delete"], "delete", ALL_OF_IT)]),
    tool(&["azd"], Finds::Hosted("Azure")).rules(&[destroys(&["down"], "delete", ALL_OF_IT)]),
    tool(&["eksctl"], Finds::Hosted("AWS")).valued(&["-n", "--name", "-r", "--region"]).rules(&[destroys(
        &["delete", "cluster"],
        "delete",
        ALL_OF_IT,
    )]),
    tool(&["sst", "serverless", "sls"], Finds::Hosted("the cloud"))
        .valued(&["--stage", "-s", "--region", "-r", "--config", "--profile"])
        .rules(&[destroys(&["remove"], "delete", ALL_OF_IT)]),
    // kubernetes.io/docs/reference/kubectl/generated/kubectl_delete; helm.sh/docs/helm/helm_uninstall. What a pod's deletion
    // takes away, its controller brings back; a volume's claim it does not.
    tool(&["kubectl", "oc", "k", "kubecolor"], Finds::Hosted("the cluster"))
        .valued(&[
            "-n", "--namespace", "--context", "--cluster", "--kubeconfig", "-l", "--selector", "-f", "--filename", "-o",
        ])
        .rules(&[
            destroys(
                &["delete", "*pvc*|persistentvolume*|pv|pv/*|namespace*|ns|ns/*|project|project/*|crd*"],
                "delete",
                VOLUME,
            )
            .unless(&["--dry-run"]),
            destroys(&["delete", "*postgres*|*pgcluster*|*perconapg*|*mysql*|*mongodb*|cluster*"], "delete", SERVER)
                .unless(&["--dry-run"]),
            destroys(
                &["delete", "*database*|*dbinstance*|*rdsinstance*|*dbcluster*|*cloudsql*|sqlinstance*"],
                "delete",
                SERVER,
            )
            .unless(&["--dry-run"]),
            destroys(
                &["delete", "*cassandra*|*elasticsearch*|*redisclusters*|*perconaserver*|*clickhouseinst*"],
                "delete",
                SERVER,
            )
            .unless(&["--dry-run"]),
            destroys(
                &["delete", "redis*|*tidbcluster*|*vitess*|*crdbcluster*|*ybcluster*|*scylla*|*neo4j*"],
                "delete",
                SERVER,
            )
            .unless(&["--dry-run"]),
            destroys(&["delete", "volumesnapshot*|*backup*"], "delete backups of", BACKUP).unless(&["--dry-run"]),
            // It leaves the volumes, unless they are told to go with it.
            gates(&["delete", "statefulset*|sts*", OF_A_DATABASE], "take down", "it takes a database's server down")
                .unless(&["--dry-run"]),
            gates(
                &["delete", "sts/*pg*|sts/*db*|sts/*redis*|statefulset*/*pg*|statefulset*/*db*"],
                "take down",
                "it takes a database's server down",
            )
            .unless(&["--dry-run"]),
            destroys(&["delete"], "delete", SERVER)
                .with(&[
                    "-f=*postgres*", "-f=*mysql*", "-f=*mongo*", "-f=*redis*", "--filename=*postgres*",
                    "--filename=*mysql*",
                ])
                .unless(&["--dry-run"]),
            destroys(&["cnpg", "destroy"], "delete", SERVER),
            destroys(&["pgo", "delete|restore"], "replace", REPLACES),
        ]),
    tool(&["helm"], Finds::Hosted("the cluster"))
        .valued(&["-n", "--namespace", "--kube-context", "--kubeconfig"])
        .rules(&[destroys(&["uninstall|delete|del|un"], "delete", ALL_OF_IT).unless(&["--dry-run"])]),
    // cloud.google.com/bigquery/docs/reference/bq-cli-reference.
    tool(&["bq"], Finds::Hosted("BigQuery")).valued(&["--project_id", "--location", "--dataset_id", "--format"]).rules(
        &[
            reads(&["ls|show|head|mk|version"]),
            destroys(&["rm"], "delete", DROPS),
            destroys(&["load"], "replace a table of", REPLACES).with(&["--replace", "--replace=true"]),
            destroys(&["cp"], "replace a table of", REPLACES).with(&["-f", "--force", "--force=true"]),
        ],
    ),
];
