//! Whether code deletes by an interface of a cloud's or of a hosted database's: boto3's `delete_db_instance`, BigQuery's
//! `dataset.delete()`, all rows of a table by Supabase's client. It goes by names alone.

use super::fold;
use super::interface::{arguments, is_outside, texts};
use super::strings::strings;

/// Modules of such interfaces.
const MODULES: &[&str] = &[
    "boto3", "botocore", "aws-sdk", "google.cloud", "google-cloud", "googleapi", "azure", "pinecone", "qdrant",
    "weaviate", "milvus", "chroma", "astrapy", "meilisearch", "typesense", "influxdb", "opensearch", "elasticsearch",
    "aliyun", "tencentcloud", "digitalocean", "pydo", "neon", "turso", "planetscale", "upstash", "mongodb", "lancedb",
    "vespa", "marqo", "algolia", "firebase", "appwrite", "Aws::", "Google::Cloud", "software.amazon", "snowflake",
];

/// What such an interface's `delete…` deletes; by these names it is a database's whatever the module.
const OF_DATABASES: &[&str] = &[
    "dbinstance", "dbcluster", "dbsnapshot", "dbclustersnapshot", "dbinstanceautomatedbackup",
    "dbclusterautomatedbackup", "globalcluster", "clustersnapshot", "replicationgroup", "cachecluster",
    "serverlesscache", "keyspace", "relationaldatabase", "dataset", "dbshardgroup", "tenantdatabase",
    "autonomousdatabase", "databasecluster", "sqlinstance", "dbsystem", "elasticsearchdomain", "sqldatabase",
    "mongodbdatabase", "mongodbcollection", "cassandrakeyspace", "pluggabledatabase",
];

/// Those that are one where the code names such a module.
const OF_MODULES: &[&str] = &[
    "cluster", "snapshot", "table", "backup", "instance", "database", "collection", "index", "container", "namespace",
    "workgroup", "recoverypoint", "backupvault", "filesystem", "volume", "graph", "stack", "app", "branch", "project",
    "indexes", "indices", "collections", "allvectors", "all", "class", "schema", "bucket", "measurement",
    "appdatabase",
];

/// An object, and what empties or deletes it; neither does where one of the last is named too.
const DELETES: &[(&str, &str, &[&str])] = &[
    ("dynamodb", ".delete()", &["Item("]),
    ("spanner", ".drop()", &[]),
    ("anner", ".delete()", &["keyset", "KeySet"]),
    ("bigtable", ".delete()", &["row("]),
    ("igquery", ".delete(", &["where"]),
    ("igQuery", ".delete(", &["where"]),
    ("osmos", ".delete()", &[".item("]),
    ("sqladmin", ".delete(", &[]),
    ("lloydb", ".delete(", &[]),
    ("couchdb", ".delete('", &["["]),
    ("typesense", ".delete()", &["documents["]),
    ("nano", ".db.destroy(", &[]),
    ("rethinkdb", ".delete()", &[".get(", ".filter("]),
    ("('level')", ".clear()", &[]),
    ("opensearch", "delete_domain(", &[]),
    ("SqlInstances", ".delete(", &[]),
    ("SqlDatabases", ".delete(", &[]),
    ("firebase", ".ref('/').set(null)", &[]),
    ("hroma", ".reset()", &[]),
    ("upstash/vector", ".reset()", &[]),
    ("inecone", "delete_all=True", &[]),
    ("inecone", "deleteAll", &[]),
    ("", "servers.begin_delete(", &[]),
    ("", "servers.beginDelete", &[]),
    ("", "databases.begin_delete(", &[]),
    ("", "databases.beginDelete", &[]),
    ("azure", "clusters.begin_delete(", &[]),
    ("azure", "redis.begin_delete(", &[]),
    ("azure", "database_accounts.begin_delete(", &[]),
    ("", "managed_instances.begin_delete(", &[]),
    ("", "recursive_delete(", &[]),
    ("", "delete_api().delete(", &[]),
    ("arango", ".drop()", &[]),
    ("firebase", ".ref('/').remove()", &[]),
    ("firebase", ".reference('/').delete()", &[]),
    ("firebase", ".ref().remove()", &[]),
];

/// Whether the code deletes by one of these.
pub(super) fn deletes(code: &str) -> bool {
    let plain = fold::tight(code);
    let texts = texts(&plain);
    let called = |call: &str| plain.match_indices(call).any(|(at, _)| is_outside(&texts, at));
    DELETES.iter().any(|(object, call, unless)| {
        plain.contains(object) && called(call) && !unless.iter().any(|name| plain.contains(name))
    }) || names_a_loss(&plain, &|at| is_outside(&texts, at))
        || all_rows(&plain)
}

/// `delete_db_instance(…)`, `deleteDBInstance(…)`, `new DeleteDBInstanceCommand(…)`.
fn names_a_loss(plain: &str, is_outside: &dyn Fn(usize) -> bool) -> bool {
    let with_module = MODULES.iter().any(|module| plain.contains(module));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let ends = plain.match_indices('(').map(|(at, _)| at).filter(|at| is_outside(*at));
    let mut names = ends.map(|end| {
        let from = plain[..end].rfind(|c: char| !is_name(c)).map_or(0, |at| at + 1);
        plain[from..end].replace('_', "").to_ascii_lowercase()
    });
    names.any(|name| {
        let name = name.strip_prefix("begin").unwrap_or(&name);
        let name = name.strip_suffix("command").unwrap_or(name);
        let name = name.strip_suffix("async").unwrap_or(name);
        let object = ["delete", "drop", "terminate", "destroy"].iter().find_map(|verb| name.strip_prefix(verb));
        object.is_some_and(|object| OF_DATABASES.contains(&object) || with_module && OF_MODULES.contains(&object))
    })
}

/// Supabase's client deletes nothing without a condition, so people give one that holds for every row:
/// `.from('x').delete().neq('id', 0)` (supabase.com/docs/reference/javascript/delete).
fn all_rows(plain: &str) -> bool {
    ["').delete(", "').update("].iter().any(|verb| {
        plain.match_indices(verb).any(|(at, _)| {
            let before = &plain[..at];
            let of_a_table = before
                .rfind('\'')
                .is_some_and(|quote| before[..quote].ends_with(".from(") || before[..quote].ends_with(".table("));
            of_a_table && holds_for_all(&plain[at + verb.len()..])
        })
    })
}

/// Whether what is chained behind the call narrows it down to no part.
fn holds_for_all(behind: &str) -> bool {
    let mut rest = behind;
    let mut any = false;
    loop {
        let inside = arguments(rest);
        rest = rest.get(inside.len() + 1..).unwrap_or("");
        let Some((name, after)) = rest.strip_prefix('.').and_then(|rest| rest.split_once('(')) else { break };
        let inside = arguments(after);
        match name {
            "neq" | "gt" | "gte" | "not" | "not_.is_" | "like" | "ilike" | "lt" | "lte" | "or"
                if always(name, inside) =>
            {
                any = true;
            }
            "select" | "throwOnError" | "returns" => {}
            "then" | "catch" | "finally" | "execute" => break,
            _ => return false,
        }
        rest = after;
    }
    any
}

/// Whether a filter leaves no row out: the key is not nothing, the number is not below nothing.
fn always(name: &str, inside: &str) -> bool {
    let (key, value) = inside.split_once(',').unwrap_or((inside, ""));
    let key = key.trim_matches('\'').to_ascii_lowercase();
    let value = value.trim_matches('\'');
    let nothing =
        value.chars().all(|c| matches!(c, '0' | '-' | '1' | '.')) || value == "null" || value.starts_with("19");
    match name {
        "neq" => nothing || ["id", "uuid", "pk", "key"].iter().any(|end| key.ends_with(end)),
        "gt" | "gte" => nothing,
        "not" => strings(inside).iter().any(|text| text == "is"),
        "not_.is_" => true,
        "like" | "ilike" => value == "%",
        "lt" | "lte" => value.starts_with('9') || value.starts_with("now") || value.starts_with("newDate()"),
        _ => inside.contains("is.null") && inside.contains("not.is.null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: bool) {
        assert_eq!(deletes(code), expected, "{code}");
    }

    #[test]
    fn what_deletes_a_database_is_told_from_what_deletes_a_part() {
        for code in [
            "boto3.client('rds').delete_db_instance(x)",
            "new DeleteDBClusterCommand({})",
            "require('aws-sdk'); new A.DynamoDB().deleteTable({})",
            "sb.from('orders').delete().neq('id', 0)",
            "sb.table('orders').delete().gte('id', 0).execute()",
            "sb.from('orders').delete().not('id', 'is', null).then(f)",
            "sb.from('orders').delete().like('name', '%')",
            "sb.from('orders').delete().ilike('name', '%')",
            "sb.from('orders').delete().lt('created', '9999-01-01')",
            "sb.from('orders').delete().gt('created', '1970-01-01')",
            "sb.from('orders').delete().neq('uuid', 'x')",
            "boto3.resource('dynamodb').Table('x').delete()",
        ] {
            check(code, true);
        }
        for code in [
            "hasattr(rds, 'delete_db_instance')",
            "boto3.client('s3').delete_object(x)",
            "sb.from('orders').delete().eq('id', 5)",
            "sb.from('orders').delete().eq('org', 5).neq('id', 0)",
            "sb.from('orders').delete().like('name', 'a%')",
            "sb.from('orders').delete().lt('created', '2020-01-01')",
            "sb.from('orders').delete().gt('total', 500)",
            "sb.from('orders').select('*').neq('id', 0)",
            "sb.from('orders').delete().neq('status', 'paid')",
            "new Table('x').delete(1)",
            "require('./table').deleteTable()",
        ] {
            check(code, false);
        }
    }
}
