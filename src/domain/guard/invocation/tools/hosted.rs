//! The command lines of hosted databases.

use super::{
    APPLIES, DELETES_HOSTED, DROPS, EMPTIES, Finds, HISTORY, OF_A_DATABASE, REPLACES, RESTORES, SEEDS, Tool, UNDOES,
    destroys, gates, reads, tool,
};

/// The part of the table.
pub const TOOLS: &[Tool] = &[
    // Services and their command lines.
    tool(&["supabase"], Finds::Local(54322, &["--db-url"]))
        .valued(&["--db-url", "--project-ref", "--workdir", "--version", "-p", "--password", "--profile"])
        .rules(&[
            destroys(&["db", "reset"], "empty", "it drops the database and applies all migrations anew"),
            destroys(&["migration", "down"], "undo migrations of", UNDOES),
            gates(&["db", "push"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
            gates(&["migration", "up"], "apply migrations to", APPLIES),
            gates(&["migration", "repair"], "change the migration history of", HISTORY),
            destroys(&["projects|branches", "delete"], "delete", DELETES_HOSTED),
            destroys(&["stop"], "delete", DROPS).with(&["--no-backup"]),
        ]),
    tool(&["hasura"], Finds::Hosted("hasura"))
        .valued(&["--endpoint", "--admin-secret", "--database-name", "--project", "--version", "--goto"])
        .rules(&[
            destroys(&["migrate", "apply"], "undo migrations of", UNDOES).with(&["--down", "--goto"]),
            gates(&["migrate", "apply"], "apply migrations to", APPLIES).unless(&["--dry-run"]),
            destroys(&["metadata", "clear"], "clear the metadata of", "it deletes all metadata"),
            gates(&["migrate", "delete"], "change the migration history of", HISTORY),
            gates(&["seed", "apply"], "seed", SEEDS),
        ]),
    tool(&["heroku"], Finds::Hosted("heroku")).valued(&["-a", "--app", "-r", "--remote", "--confirm"]).rules(&[
        destroys(&["pg:reset"], "empty", DROPS),
        destroys(&["addons:destroy|apps:destroy|destroy|apps:delete"], "delete", DELETES_HOSTED),
        destroys(&["pg:credentials:destroy"], "delete a user of", "it deletes a user"),
        gates(&["pg:push|pg:copy"], "write to", RESTORES),
        destroys(&["pg:backups:restore|pg:restore"], "replace", REPLACES),
    ]),
    tool(&["neonctl", "neon"], Finds::Hosted("Neon"))
        .valued(&["--project-id", "--branch", "--api-key", "-o", "--output"])
        .rules(&[
            destroys(&["databases", "delete"], "delete", DROPS),
            destroys(&["branches", "delete"], "delete", DELETES_HOSTED),
            destroys(&["branches", "reset|restore"], "replace", REPLACES),
            destroys(&["projects", "delete"], "delete", DELETES_HOSTED),
        ]),
    tool(&["pscale"], Finds::Hosted("PlanetScale")).valued(&["--org", "--service-token", "-f", "--format"]).rules(&[
        destroys(&["database", "delete|rm"], "delete", DROPS),
        destroys(&["branch|backup", "delete|rm"], "delete", DELETES_HOSTED),
        destroys(&["database", "restore-dump"], "replace", REPLACES),
        gates(&["branch", "safe-migrations", "disable"], "unprotect", "it takes the protection of a branch off"),
        gates(&["deploy-request", "deploy"], "change", APPLIES),
    ]),
    tool(&["turso"], Finds::Hosted("Turso")).rules(&[
        destroys(&["db", "destroy"], "delete", DROPS),
        destroys(&["group", "destroy"], "delete", DELETES_HOSTED),
    ]),
    tool(&["wrangler"], Finds::Hosted("Cloudflare")).valued(&["-c", "--config", "-e", "--env"]).rules(&[
        destroys(&["d1|vectorize|kv:namespace", "delete"], "delete", DROPS),
        destroys(&["kv", "namespace", "delete"], "delete", DROPS),
        destroys(&["r2", "bucket", "delete", OF_A_DATABASE], "delete", DROPS),
        destroys(&["d1", "time-travel", "restore"], "replace", REPLACES),
        gates(&["d1", "migrations", "apply"], "apply migrations to", APPLIES).unless(&["--local"]),
    ]),
    // www.mongodb.com/docs/atlas/cli/current/command; its name is another tool's too.
    tool(&["atlas", "mongocli"], Finds::Hosted("MongoDB Atlas"))
        .valued(&["--projectId", "--orgId", "-P", "--profile", "-o", "--output", "--clusterName"])
        .rules(&[
            destroys(&["clusters|cluster|serverless|projects|deployments|dbusers", "delete"], "delete", DELETES_HOSTED),
            destroys(&["backups", "restores", "start"], "replace", REPLACES),
            destroys(&["backups", "snapshots|exports|schedule", "delete"], "delete backups of", DELETES_HOSTED),
            destroys(&["clusters", "search|indexes", "*", "delete"], "delete an index of", DELETES_HOSTED),
        ]),
    // upstash.com/docs/cli; xata.io/docs/cli; cockroachlabs.com/docs/cockroachcloud/ccloud-get-started; docs.pingcap.com/tidb.
    tool(&["upstash"], Finds::Hosted("Upstash")).valued(&["--url", "--token", "--id", "--config"]).rules(&[
        destroys(&["redis", "exec", "FLUSHALL|FLUSHDB|flushall|flushdb"], "empty", EMPTIES),
        destroys(&["redis|vector|kafka|search", "delete|*-delete"], "delete", DELETES_HOSTED),
    ]),
    tool(&["xata"], Finds::Hosted("Xata")).valued(&["--profile", "--db", "--branch"]).rules(&[
        destroys(&["branch|branches|dbs|databases|project|projects|workspace|workspaces", "delete"], "delete", DROPS),
        destroys(&["import"], "replace", REPLACES).with(&["--drop"]),
    ]),
    tool(&["ccloud"], Finds::Hosted("CockroachDB Cloud")).rules(&[destroys(
        &["cluster|folder", "delete"],
        "delete",
        DROPS,
    )]),
    tool(&["ticloud"], Finds::Hosted("TiDB Cloud")).anywhere().rules(&[destroys(
        &["serverless|cluster|branch|dedicated", "delete"],
        "delete",
        DROPS,
    )]),
    tool(&["tiup"], Finds::Hosted("TiDB")).rules(&[
        destroys(&["cluster|dm", "destroy|clean|prune|scale-in"], "delete", DROPS),
        destroys(&["br", "restore"], "replace", REPLACES),
    ]),
    // cloud.google.com/bigtable/docs/cbt-reference; docs.databricks.com/dev-tools/cli; docs.snowflake.com/developer-guide/snowflake-cli.
    tool(&["cbt"], Finds::Hosted("Bigtable")).valued(&["-project", "-instance"]).rules(&[destroys(
        &["deletetable|deleteinstance|deletecluster|deletefamily|deleteallrows"],
        "delete a part of",
        DROPS,
    )]),
    tool(&["databricks"], Finds::Hosted("Databricks")).valued(&["-p", "--profile", "-t", "--target", "-o"]).rules(&[
        destroys(&["schemas|catalogs|tables|volumes|database*|metastores", "delete*"], "delete", DROPS),
        destroys(&["unity-catalog", "*", "delete*"], "delete", DROPS),
        // It stops a cluster, which starts again.
        reads(&["clusters|jobs", "delete"]),
        destroys(&["clusters", "permanent-delete"], "delete", DELETES_HOSTED),
        destroys(&["bundle", "destroy"], "delete", DELETES_HOSTED),
        destroys(&["fs", "rm"], "delete", DROPS).with(&["-r", "--recursive"]),
    ]),
    tool(&["snow"], Finds::Hosted("Snowflake")).valued(&["-c", "--connection"]).rules(&[destroys(
        &["object", "drop", "table|database|schema|warehouse|view|stage"],
        "drop",
        DROPS,
    )]),
    // www.sanity.io/docs/cli-reference; appwrite.io/docs/tooling/command-line; docs.astra.datastax.com; crunchybridge.com.
    tool(&["sanity"], Finds::Hosted("Sanity")).rules(&[
        destroys(&["dataset|datasets", "delete"], "delete", DROPS),
        destroys(&["dataset|datasets", "import"], "replace", REPLACES).with(&["--replace"]),
        destroys(&["documents|document", "delete"], "delete a document of", DROPS).with(&["--dataset=*prod*"]),
    ]),
    tool(&["appwrite"], Finds::Hosted("Appwrite")).rules(&[destroys(
        &["databases|tables-db|tablesdb|collections|projects", "delete*"],
        "delete a part of",
        DROPS,
    )]),
    tool(&["astra", "pinecone", "pc", "cb", "tembo", "fauna", "nile", "tiger"], Finds::Hosted("the service")).rules(&[
        destroys(
            &["db|database|index|instance|cluster|service|collection", "delete*|destroy|truncate*"],
            "delete",
            DROPS,
        ),
        destroys(&["destroy|delete-database|delete-index"], "delete", DROPS),
    ]),
    tool(&["ecctl"], Finds::Hosted("Elastic Cloud")).rules(&[destroys(
        &["deployment", "shutdown|delete"],
        "delete",
        DROPS,
    )]),
    tool(&["northflank", "render", "zeabur"], Finds::Hosted("the service")).rules(&[
        destroys(&["delete", "addon|volume|project"], "delete", DELETES_HOSTED),
        destroys(&["postgres|keyvalue|services|service|disk|disks", "delete"], "delete", DELETES_HOSTED),
    ]),
    // github.com/dokku/dokku-postgres.
    tool(&["dokku"], Finds::Hosted("dokku")).rules(&[
        destroys(&["postgres:import|mysql:import|mariadb:import|mongo:import|redis:import"], "replace", REPLACES),
        destroys(
            &["postgres:destroy|mysql:destroy|mariadb:destroy|mongo:destroy|redis:destroy|apps:destroy"],
            "delete",
            DELETES_HOSTED,
        ),
    ]),
];
