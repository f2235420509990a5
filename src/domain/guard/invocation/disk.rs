//! What deletes a database on the disk: the directory that a server keeps its data in, and the file of a SQLite database that
//! people depend on. It goes by the paths, and looks at no file; what is in a work tree is a person's own.

use super::options::{joined, options};
use super::{Invocation, Reader, Word, named, reach};
use crate::domain::guard::scope::Scope;
use crate::domain::guard::verdict::Effect;

/// Names of directories that servers keep their data in: every line that is stopped for one has one of these words, or one
/// of those in [`ENDINGS`].
pub(super) const DIRECTORIES: &[&str] = &[
    "postgresql", "postgres", "pgsql", "pgdata", "PGDATA", "pg", "mysql", "mariadb", "mongodb", "mongo", "redis",
    "valkey", "cassandra", "scylla", "clickhouse", "elasticsearch", "opensearch", "neo4j", "influxdb", "influxdb2",
    "couchdb", "couchbase", "cockroach", "cockroachdb", "etcd", "rethinkdb", "arangodb3", "arangodb", "surrealdb",
    "qdrant", "meilisearch", "typesense", "weaviate", "milvus", "solr", "timescaledb", "tidb", "tikv", "db",
    "database", "volumes",
];

/// Endings of a database's file, and of what SQLite writes beside it.
pub(super) const ENDINGS: &[&str] = &[
    "sqlite3", "sqlite", "db", "db3", "duckdb", "sqlite3-wal", "sqlite-wal", "db-wal", "sqlite3-shm", "sqlite3-journal",
];

/// Programs that a line must name beside a device's own name.
pub(super) const PROGRAMS: &[&str] = &["dd", "shred"];

/// Places of a system's, in which nobody keeps a work tree.
const PLACES: &[&str] = &["/var/lib/", "/var/opt/", "/srv/", "/data/", "/mnt/", "/media/", "/bitnami/", "/volumes/"];

/// The same, where programs stand as well: only what is called data there is.
const PLACES_OF_PROGRAMS: &[&str] = &["/opt/", "/usr/local/var/", "/home/linuxbrew/", "/usr/local/"];

/// The same, for what was backed up.
const BACKUPS: &[&str] =
    &["/var/backups/", "/backup/", "/backups/", "/bkp/", "/var/lib/pgbackrest/", "/var/lib/barman/"];

/// Parts of a path that say that it is something else.
const BESIDE: &[&str] = &[
    "node_modules", "dpkg", "apt", "rpm", "dnf", "containerd", "snapd", "jenkins", "workspace", "builds", "cache",
    "tmp", "log", "logs", "run", "docs", "src", "mlocate", "plocate", "aide", "misc", "PackageKit", "man-db", "vendor",
    "test", "tests", "dev", "testing", "ci",
];

/// The command, if it deletes or overwrites such a place.
pub(super) fn read(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    // Where the line went by itself, a name alone is in that place.
    let went = scope.cwd != reader.cwd;
    let is_lost = |word: &&Word| is_data(&word.text) || went && is_data(&scope.path(&word.text).to_string_lossy());
    let lost = lost(name, words).into_iter().find(is_lost)?;
    Some(invocation(name, words, lost, scope))
}

/// What a redirection of a command that prints nothing does to a database's file: `: > FILE`.
pub(super) fn emptied(words: &[Word], file: &Word, scope: &Scope<'_>) -> Option<Invocation> {
    let prints_nothing = matches!(joined(words).trim_end(), "" | ":" | "true" | "cat /dev/null" | "echo -n" | "printf");
    let is_one = prints_nothing && is_file(&file.text) && is_data(&file.text);
    is_one.then(|| invocation("a redirection to", std::slice::from_ref(file), file, scope))
}

fn invocation(name: &str, words: &[Word], lost: &Word, scope: &Scope<'_>) -> Invocation {
    let uses = vec![reach::unknown("data", "a path does not tell which environment's it is")];
    let is = (Effect::Destructive, "delete", "it deletes a database where it is kept, below every client");
    Invocation::of_a_tool(format!("{name} {}", lost.text), (name, words), is, uses, scope)
}

/// What the program deletes or overwrites, as far as its words tell.
fn lost<'w>(name: &str, words: &'w [Word]) -> Vec<&'w Word> {
    match name {
        "rm" | "unlink" | "shred" | "srm" | "wipe" | "truncate" => {
            let options = options(words, &["-s", "--size", "-n", "--iterations", "-r", "--reference"]);
            match name {
                "truncate" | "shred" => options.rest,
                _ => words.iter().filter(|word| !word.text.starts_with('-')).collect(),
            }
        }
        "find" | "gfind" => {
            const RUNS: &[&str] = &["-exec", "-execdir", "-ok", "-okdir"];
            const DELETES: &[&str] = &["rm", "unlink", "shred", "truncate", "srm"];
            let runs = |pair: &[Word]| RUNS.contains(&pair[0].text.as_str()) && DELETES.contains(&pair[1].base());
            let deletes = words.iter().any(|word| word.text == "-delete") || words.windows(2).any(runs);
            // What is old is deleted on purpose, every night.
            let is_old =
                words.iter().any(|word| matches!(word.text.as_str(), "-mtime" | "-mmin" | "-ctime" | "-atime"));
            let starts = words.iter().skip_while(|word| matches!(word.text.as_str(), "-L" | "-H" | "-P"));
            let starts = starts.take_while(|word| !word.text.starts_with(['-', '(', '!']));
            if deletes && !is_old { starts.collect() } else { Vec::new() }
        }
        "rsync" => {
            let options = options(words, &["-e", "--rsh", "--exclude", "--include", "--filter", "-f", "--bwlimit"]);
            let deletes = options.flags.iter().any(|(flag, _)| flag.starts_with("--del"));
            let is_dry = options.has(&["-n", "--dry-run"]);
            options.rest.last().copied().filter(|_| deletes && !is_dry).into_iter().collect()
        }
        "dd" => words.iter().filter(|word| word.text.starts_with("of=")).collect(),
        "cp" if words.first().is_some_and(|word| word.text == "/dev/null") => words.last().into_iter().collect(),
        // What is put over a server's data takes its place.
        "cp" | "scp" => {
            words.last().filter(|word| word.text.contains('/') && !is_file(&word.text)).into_iter().collect()
        }
        "tar" | "bsdtar" | "unzip" => {
            let into = ["-C", "--directory", "-d"];
            let at = words.iter().position(|word| into.contains(&word.text.as_str()));
            let makes = words.first().is_some_and(|word| {
                let letters = word.text.trim_start_matches('-');
                word.text == "--create" || !word.text.starts_with("--") && letters.starts_with(['c', 't'])
            });
            at.and_then(|at| words.get(at + 1)).filter(|_| !makes).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a path is of a server's data, of a device that is called so, or of a database's file that people depend on.
fn is_data(text: &str) -> bool {
    let text = text.strip_prefix("of=").unwrap_or(text);
    // `HOST:PATH`, as rsync takes it.
    let path = text.split_once(":/").map_or(text.to_owned(), |(_, path)| format!("/{path}"));
    if ["$PGDATA", "${PGDATA"].iter().any(|variable| path.starts_with(variable)) {
        return true;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "." | "*" | "..")).collect();
    let Some(last) = parts.last().copied() else { return false };
    if path.starts_with("/dev/") {
        return named::of_a_database(&path);
    }
    if parts.iter().any(|part| BESIDE.contains(part)) {
        return false;
    }
    let starts = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
    if is_file(last) {
        return named::of_production(last) || starts(PLACES) && !is_windows(&parts);
    }
    let is_other = last.rsplit_once('.').is_some_and(|(_, ending)| OTHER.contains(&ending)) || last.starts_with(".s.");
    if !path.starts_with('/') || is_other || is_windows(&parts) {
        return false;
    }
    if let Some((_, volume)) = path.split_once("/volumes/")
        && (path.starts_with("/var/lib/docker/") || path.starts_with("/var/lib/containers/"))
    {
        return named::of_a_database(volume.split('/').next().unwrap_or_default());
    }
    // A word that anything may be called counts where it is all that the path names.
    let names = |(at, part): (usize, &&str)| match *part {
        "db" | "database" | "volumes" => *part != "volumes" && at + 1 == parts.len(),
        part => DIRECTORIES.contains(&part),
    };
    let named = parts.iter().enumerate().any(names);
    let programs_data = starts(PLACES_OF_PROGRAMS) && (path.contains("/data") || path.contains("/var/"));
    named && (starts(PLACES) || starts(BACKUPS) || programs_data || parts.len() < 3 && names((0, &parts[0])))
}

/// Endings of files that hold no data.
const OTHER: &[&str] = &[
    "pid", "lock", "log", "sock", "conf", "cnf", "tmp", "rb", "js", "ts", "py", "go", "rs", "md", "json", "yml",
    "yaml", "list", "md5sums", "deb", "rpm", "gz.part", "html", "txt",
];

/// `/mnt/c/Users/…`, where Windows keeps everything.
fn is_windows(parts: &[&str]) -> bool {
    parts.first() == Some(&"mnt") && parts.get(1).is_some_and(|part| part.len() == 1)
}

fn is_file(text: &str) -> bool {
    text.rsplit('/')
        .next()
        .and_then(|last| last.rsplit_once('.'))
        .is_some_and(|(name, ending)| !name.is_empty() && ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: bool) {
        assert_eq!(is_data(path), expected, "{path}");
    }

    #[test]
    fn a_servers_data_is_told_from_a_work_tree() {
        for path in [
            "/var/lib/postgresql/16/main",
            "/var/lib/mysql/*",
            "/data/pg",
            "/data/db",
            "/pgdata",
            "$PGDATA/*",
            "db1:/var/lib/mysql/",
            "of=/dev/mapper/vg0-pgdata",
            "/var/lib/docker/volumes/shop_pgdata/_data",
            "storage/production.sqlite3",
            "/srv/app/prod.db",
            "/opt/bitnami/postgresql/data",
            "/var/backups/postgres",
        ] {
            check(path, true);
        }
    }

    #[test]
    fn what_is_no_data_is_free() {
        for path in [
            "node_modules/mysql",
            "dev.sqlite3",
            "prisma/dev.db",
            "/srv/app/node_modules/mysql",
            "db/migrate",
            "/var/lib/postgresql/16/main/postmaster.pid",
            "/var/log/postgresql/postgresql-16-main.log",
            "/tmp/pgdata",
            "/var/lib/dpkg/info/mysql.list",
            "/mnt/c/Users/me/shop/db",
            "/var/run/postgresql/.s.PGSQL.5432.lock",
            "/srv/app/db/migrate",
            "/opt/mysql",
            "/var/lib/mlocate/mlocate.db",
            "postgres",
            "~/pgdata",
            "/data",
            "/",
        ] {
            check(path, false);
        }
    }
}
