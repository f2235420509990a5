//! What a program asks of a server by HTTP: whether the request deletes or rewrites a database, by its method, its address and
//! what it sends. It knows the programs that send requests, and nothing of what answers.

mod sent;

use super::named;
use super::strings::strings;
use super::{Word, fold, graphql, mcp, statement};
use crate::domain::guard::scope::Fed;
use crate::domain::text::percent;

/// Words of requests that lose something, beside those of statements: every line with such a request has one of these or of
/// those.
pub(super) const MARKS: &[&str] = &[
    "-XDELETE", "_delete_by_query", "delete_series", "Invoke-RestMethod", "Invoke-WebRequest", "irm", "iwr",
    "flushall", "flushdb", "FLUSHALL", "FLUSHDB", "mutation", "neon", "supabase", "planetscale", "turso", "upstash",
    "aiven", "railway", "cockroachlabs", "xata", "drop_all", "drop_op", "drop_attr", "doFlush", "_restore",
    "clear_metadata", "pg_drop_source", "restoreBackup", "bulkDeleteDocuments", "dropRowRange", "deleteAll", "flush",
];

/// Why the request may well lose what a database holds. `None` for programs that send none, and for all other requests.
pub(super) fn why_destructive(name: &str, words: &[Word], fed: &Fed) -> Option<&'static str> {
    let request = sent::read(name, words, fed)?;
    let place = Place::of(&request.address);
    if place.is_nobodys() {
        return None;
    }
    // What the address asks is sent as well.
    let asked = request.address.split_once('?').map_or("", |(_, query)| query);
    let mut asked =
        asked.split('&').filter(|pair| pair.contains('=')).map(|pair| percent::decoded(&pair.replace('+', " ")));
    if place.is_databases() && !place.searches() && asked.any(|pair| loses(&pair, &place)) {
        return Some("it sends a statement that loses data");
    }
    if request
        .bodies
        .iter()
        .any(|body| if mcp::is_call(body) { mcp::called(body).is_some() } else { loses(body, &place) })
    {
        return Some("it sends a statement that loses data");
    }
    place.is_lost(&request.method).then_some("it deletes or replaces what a database's server holds")
}

/// Whether code sends a request that deletes what a database's server holds: `fetch(URL, { method: "DELETE" })`,
/// `requests.delete(URL)`.
pub(super) fn deletes(code: &str) -> bool {
    const CALLS: &[&str] = &[".delete('", ".Delete('", "('DELETE','", "::DELETE('", "delete('"];
    let plain = fold::tight(code);
    let is_lost =
        |text: &str| text.contains("://") && { !Place::of(text).is_nobodys() && Place::of(text).is_lost("DELETE") };
    let address = |rest: &str| rest.split('\'').next().is_some_and(is_lost);
    let called = CALLS.iter().any(|call| plain.split(call).skip(1).any(address));
    let told = plain.contains("method:'DELETE'") || plain.contains("method='DELETE'");
    let urls = strings(&plain).into_iter().filter(|text| text.contains("://")).collect::<Vec<_>>();
    // A statement in a request's body.
    let sends = plain.contains("post(") || plain.contains("'POST'");
    let posts = sends
        && urls.iter().any(|url| Place::of(url).is_databases())
        && strings(&plain).iter().any(|text| statement::loses(text));
    let mutates = sends
        && urls.iter().any(|url| Place::of(url).is_graphql() && !Place::of(url).is_nobodys())
        && strings(&plain).iter().any(|text| graphql::empties(text));
    posts
        || mutates
        || called
        || told && strings(&plain).iter().find(|text| text.contains("://")).is_some_and(|text| is_lost(text))
}

/// Whether what is sent holds a statement that loses data, or a command that empties a server.
fn loses(body: &str, place: &Place) -> bool {
    const KEYS: &[&str] = &["query", "sql", "statement", "statements", "stmt", "cypher"];
    // Words for what is looked for, where no database's server is asked.
    const SEARCHES: &[&str] = &["q", "command"];
    let is_key = |key: &str| KEYS.contains(&key) || SEARCHES.contains(&key) && place.is_databases();
    let empties = |text: &str| matches!(text.to_ascii_lowercase().as_str(), "flushall" | "flushdb");
    let text = body.trim_start();
    if place.empties(text) || place.is_managed(text) {
        return true;
    }
    if text.starts_with(['{', '[']) {
        let texts = strings(text);
        let mut named = texts.iter().zip(texts.iter().skip(1));
        return named.any(|(key, text)| is_key(key) && (place.told(text) || place.mutates(text)))
            || text.starts_with('[')
                && place.is_databases()
                && texts.iter().any(|text| empties(text) || statement::loses(text));
    }
    let text = match text.split_once('=') {
        Some((key, value)) if is_key(key) => value.trim_start(),
        _ => text,
    };
    let verb = text.split_whitespace().next().unwrap_or_default();
    statement::VERBS.contains(&verb) && statement::loses(text) || place.mutates(text)
}

/// Where a request goes, in small letters.
struct Place {
    host: String,
    port: String,
    path: Vec<String>,
    query: String,
}

/// Ports on which servers of databases take requests: Elasticsearch, CouchDB, Qdrant, Meilisearch, Solr, InfluxDB, ClickHouse,
/// ArangoDB, Neo4j, Milvus, Typesense, RethinkDB, etcd, Couchbase.
const PORTS: &[&str] = &[
    "9200", "5984", "6333", "7700", "8983", "8086", "8123", "8529", "7474", "19530", "8108", "28015", "2379", "8091",
    "8093",
];

/// Clouds whose interfaces delete disks by a number, which says nothing of what is on it.
const CLOUDS: &[&str] = &[
    "api.hetzner.cloud", "api.digitalocean.com", "api.machines.dev", "api.linode.com", "api.vultr.com",
    "api.scaleway.com", "compute.googleapis.com", "management.azure.com", "api.civo.com", "api.upcloud.com", "ovh.com",
    "iaas.oraclecloud.com",
];

/// Those parts of their addresses that are disks or their snapshots.
const DISKS: &[&str] =
    &["volumes", "disks", "snapshots", "blocks", "block", "storage", "volume", "bootvolumes", "volumebackups"];

/// Hosts that answer with what they are sent, or show it to people.
const NOBODYS: &[&str] = &[
    "httpbin.org", "httpbingo.org", "postman-echo.com", "reqres.in", "jsonplaceholder.typicode.com", "webhook.site",
    "hooks.slack.com", "slack.com", "discord.com", "api.telegram.org", "ntfy.sh", "requestbin.com", "httpbun.com",
    "dummyjson.com", "api.github.com", "gitlab.com", "api.bitbucket.org", "api.linear.app", "api.notion.com",
    "api.atlassian.com", "api.trello.com",
];

/// Services that host databases, and the part of a name that is theirs.
const HOSTS: &[&str] = &[
    "neon.tech", "supabase.com", "supabase.co", "planetscale.com", "turso.tech", "turso.io", "upstash.com",
    "upstash.io", "cloud.mongodb.com", "sqladmin.googleapis.com", "firestore.googleapis.com", "spanner.googleapis.com",
    "bigquery.googleapis.com", "alloydb.googleapis.com", "bigtableadmin.googleapis.com", "redis.googleapis.com",
    "memcache.googleapis.com", "memorystore.googleapis.com", "datastore.googleapis.com",
    "firebasedatabase.googleapis.com", "cloudsql.googleapis.com", "rds.amazonaws.com", "dynamodb", "elasticache",
    "redshift", "docdb", "memorydb", "documents.azure.com", "database.windows.net", "singlestore.com", "scylladb.com",
    "yugabyte.com", "influxdata.com", "questdb.com", "motherduck.com", "neo4j.io", "surrealdb.com", "qdrant.io",
    "zilliz.com", "cloud.couchbase.com", "redis.io", "ravendb.cloud", "typesense.net", "algolia.net",
    "snowflakecomputing.com", "database.azure.com", "cockroachlabs.cloud", "xata.io", "xata.sh", "tidbcloud.com",
    "aiven.io", "railway.app", "railway.com", "crunchybridge.com", "timescale.com", "elastic-cloud.com",
    "redislabs.com", "firebaseio.com", "confluent.cloud", "clickhouse.cloud", "tembo.io", "thenile.dev", "nile.dev",
    "pinecone.io", "weaviate.cloud", "astra.datastax.com", "fauna.com", "prisma.io",
];

/// Parts of an address that are a database, or all of something that one holds.
const HELD: &[&str] = &[
    "database", "databases", "postgres", "postgresql", "mysql", "redis", "mongodb", "d1", "dbaas", "keyspaces", "rds",
    "managed-databases", "_all", "microsoft.dbforpostgresql", "microsoft.dbformysql", "microsoft.documentdb",
    "microsoft.cache", "microsoft.sql", "kv-stores", "key-value", "rdb", "dbs", "managed-database", "microsoft.kusto",
    "microsoft.synapse", "relational-databases",
];

impl Place {
    fn of(address: &str) -> Place {
        let text = address.to_ascii_lowercase();
        let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
        let (text, query) = text.split_once('?').unwrap_or((text, ""));
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let host = host.rsplit('@').next().unwrap_or(host);
        let (host, port) = host.split_once(':').unwrap_or((host, ""));
        let path = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Place { host: host.to_owned(), port: port.to_owned(), path, query: query.to_owned() }
    }

    fn is_nobodys(&self) -> bool {
        NOBODYS
            .iter()
            .any(|host| self.host.strip_suffix(host).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }

    /// A question in words for a search engine.
    fn searches(&self) -> bool {
        self.path.iter().any(|part| matches!(part.as_str(), "_search" | "_count" | "select" | "search" | "_msearch"))
    }

    fn is_hosted(&self) -> bool {
        HOSTS.iter().any(|host| self.host.contains(host))
    }

    /// A server of a database's, by its port or its name; a country's ending is no name.
    fn is_server(&self) -> bool {
        let name = self.host.rsplit_once('.').map_or(self.host.as_str(), |(name, _)| name);
        PORTS.contains(&self.port.as_str()) || named::of_a_database(name)
    }

    fn is_here(&self) -> bool {
        matches!(self.host.as_str(), "" | "localhost" | "127.0.0.1" | "[") || self.host.ends_with(".local")
    }

    fn is_databases(&self) -> bool {
        self.is_hosted() || self.is_server() || self.holds()
    }

    /// An interface's own words for databases: `/v1/postgres/ID`, `api.acme.io/databases/7`.
    fn holds(&self) -> bool {
        const BEGINS: &[&str] = &["api", "_api", "v1", "v2", "v3", "v4", "client", "subscriptions", "_all"];
        let is_interface = self.host.starts_with("api.")
            || self.path.first().is_some_and(|part| BEGINS.contains(&part.as_str()) || part == "databases");
        let is_held = |part: &String| HELD.contains(&part.as_str()) || part.starts_with("dbaas");
        is_interface && self.path.iter().any(is_held)
    }

    /// A volume or a machine by whose name a database is on it.
    fn keeps(&self) -> bool {
        const KINDS: &[&str] =
            &["volumes", "persistentvolumeclaims", "buckets", "disks", "instances", "clusters", "b", "apps", "servers"];
        let is_disk = || {
            CLOUDS.iter().any(|host| self.host.ends_with(host))
                && self.path.iter().any(|part| DISKS.contains(&part.as_str()))
        };
        is_disk()
            || self.path.windows(2).any(|pair| KINDS.contains(&pair[0].as_str()) && named::of_a_database(&pair[1]))
    }

    /// Whether a request of this method takes more away than one row or one document.
    fn is_lost(&self, method: &str) -> bool {
        let last = self.path.last().map_or("", String::as_str);
        if matches!(last, "_delete_by_query" | "flushall" | "flushdb" | "delete_series" | "doflush") {
            return true;
        }
        let is_snapshot = self.path.iter().any(|part| matches!(part.as_str(), "_snapshot" | "_slm"));
        if last == "_restore" && is_snapshot && !method.eq_ignore_ascii_case("GET") {
            return true;
        }
        if self.is_server()
            && ["action=delete", "command=drop", "action=unload"].iter().any(|verb| self.query.contains(verb))
        {
            return true;
        }
        match method.to_ascii_uppercase().as_str() {
            "DELETE" if self.is_one() => false,
            "DELETE" => {
                self.is_hosted()
                    || (self.holds() || self.keeps()) && !self.is_here()
                    || self.is_server() && self.is_whole()
            }
            "POST" | "PUT" => {
                // A verb may stand behind a colon (google.aip.dev/136).
                let verb = last.rsplit(':').next().unwrap_or(last);
                let rewrites = matches!(verb, "restore" | "reset" | "truncate" | "drop" | "wipe" | "purge" | "delete");
                let rewrites = rewrites && (verb == last || verb != "restore")
                    || matches!(verb, "restorebackup" | "bulkdeletedocuments" | "deleteall" | "droprowrange" | "flush");
                rewrites && (self.is_hosted() || self.is_server() && !matches!(last, "restore" | "reset"))
            }
            _ => false,
        }
    }

    /// One row of PostgREST's, or one document.
    fn is_one(&self) -> bool {
        self.query.contains("=eq.") || self.query.contains("rev=") || self.path.iter().any(|part| part == "_doc")
    }

    /// An index, a collection, a bucket: not what stands in one.
    fn is_whole(&self) -> bool {
        const IN_FRONT: &[&str] = &[
            "api", "_api", "v1", "v2", "v3", "admin", "solr", "db", "_search", "_snapshot", "pools", "default",
            "buckets", "scopes",
        ];
        let parts: Vec<&str> = self.path.iter().map(String::as_str).filter(|part| !IN_FRONT.contains(part)).collect();
        !self.path.iter().any(|part| part == "_search") && parts.len() <= 2 || parts.last() == Some(&"documents")
    }

    /// Whether it says in a server's own words that everything goes: Solr's `<delete>` of all that is found, Dgraph's `drop_all`.
    fn empties(&self, text: &str) -> bool {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let plain =
            plain.split_once('=').filter(|(key, _)| *key == "stream.body").map_or(plain.as_str(), |(_, body)| body);
        let everything =
            plain.starts_with("<delete") && plain.contains("*:*") || plain.contains("\"delete\":{\"query\":\"*:*\"");
        let drops = ["\"drop_all\":true", "\"drop_op\":\"", "\"drop_attr\":\""];
        self.path.iter().any(|part| part == "update") && everything
            || self.path.last().is_some_and(|part| part == "alter") && drops.iter().any(|drop| plain.contains(drop))
    }

    /// Whether it loses data as a statement; elsewhere than at a database's, a question in words may begin like one.
    fn told(&self, text: &str) -> bool {
        statement::loses(text) && (self.is_databases() || statement::is_spelled_out(text))
    }

    /// A mutation in GraphQL that deletes what a service hosts.
    fn mutates(&self, text: &str) -> bool {
        const DELETES: &[&str] = &["Delete(", "Delete (", "delete", "Destroy(", "destroy", "Restore(", "Wipe("];
        self.is_hosted() && text.contains("mutation") && DELETES.iter().any(|verb| text.contains(verb))
            || self.is_graphql() && graphql::empties(text)
    }

    fn is_graphql(&self) -> bool {
        self.path.iter().any(|part| part == "graphql")
    }

    /// Hasura's own interface: what takes a database out of it, and all rows of a table (hasura.io/docs, "Metadata API").
    fn is_managed(&self, text: &str) -> bool {
        const TYPES: &[&str] = &["clear_metadata", "pg_drop_source", "mssql_drop_source"];
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let is = |name: &str| plain.contains(&format!("\"type\":\"{name}\""));
        self.path.last().is_some_and(|part| matches!(part.as_str(), "metadata" | "query"))
            && (TYPES.iter().any(|name| is(name)) || is("delete") && plain.contains("\"where\":{}"))
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
