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
    let lost = lost(name, words).into_iter().find(is_lost).or_else(|| wiped(name, words))?;
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
            if deletes && !is_old(words) { starts(words).collect() } else { Vec::new() }
        }
        "rsync" => {
            let options = options(words, &["-e", "--rsh", "--exclude", "--include", "--filter", "-f", "--bwlimit"]);
            let deletes = options.flags.iter().any(|(flag, _)| flag.starts_with("--del"));
            let is_dry = options.has(&["-n", "--dry-run"]);
            options.rest.last().copied().filter(|_| deletes && !is_dry).into_iter().collect()
        }
        // A server's directory that goes, and a database's file that another one takes the place of.
        "mv" => {
            let rest = || words.iter().filter(|word| !word.text.starts_with('-'));
            let Some(to) = rest().next_back() else { return Vec::new() };
            let keeps = |word: &Word| ["old", "bak", "backup"].iter().any(|part| word.text.contains(part));
            let is_directory = |word: &&Word| {
                let last = word.text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                !last.contains('.') && !BACKUPS.iter().any(|place| word.text.starts_with(place))
            };
            let replaced = (is_file(&to.text) && !keeps(to) || to.text.starts_with("$PGDATA")).then_some(to);
            let from = rest().take(rest().count() - 1).filter(is_directory);
            from.chain(replaced).collect()
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
        // PowerShell's and Windows' own.
        _ if ["remove-item", "ri", "rd", "rmdir", "del", "erase"].iter().any(|one| name.eq_ignore_ascii_case(one)) => {
            words.iter().filter(|word| !word.text.starts_with('-') && is_windows_data(&word.text)).collect()
        }
        _ => Vec::new(),
    }
}

/// Where `find` starts.
fn starts(words: &[Word]) -> impl Iterator<Item = &Word> {
    let words = words.iter().skip_while(|word| matches!(word.text.as_str(), "-L" | "-H" | "-P"));
    words.take_while(|word| !word.text.starts_with(['-', '(', '!']))
}

/// What is old is deleted on purpose, every night; of what a few days alone are kept, nearly all goes.
fn is_old(words: &[Word]) -> bool {
    words.windows(2).any(|pair| {
        let least = match pair[0].text.as_str() {
            "-mtime" | "-ctime" | "-atime" => 3,
            "-mmin" | "-cmin" | "-amin" => 3 * 24 * 60,
            _ => return false,
        };
        let age = pair[1].text.strip_prefix('+').map(str::parse::<u32>);
        age.is_some_and(|days| days.map_or(true, |days| days >= least))
    })
}

/// A whole disk that is overwritten with nothing, and all of what stands where backups are.
fn wiped<'w>(name: &str, words: &'w [Word]) -> Option<&'w Word> {
    const DISKS: &[&str] = &["/dev/sd", "/dev/nvme", "/dev/xvd", "/dev/vd", "/dev/md", "/dev/mapper/"];
    const DUMPS: &[&str] = &[".dump", ".sql", ".sql.gz", ".bak", ".rdb", ".dmp", ".sql.zst", "*"];
    const NOTHING: &[&str] = &["if=/dev/zero", "if=/dev/urandom", "if=/dev/random"];
    let is_disk = |text: &str| DISKS.iter().any(|disk| text.starts_with(disk));
    let is_dump = |text: &str| text.contains('*') && DUMPS.iter().any(|ending| text.ends_with(ending));
    let is_backups = |text: &str| BACKUPS.iter().any(|place| format!("{text}/").starts_with(place));
    match name {
        "dd" if words.iter().any(|word| NOTHING.contains(&word.text.as_str())) => {
            words.iter().find(|word| word.text.strip_prefix("of=").is_some_and(is_disk))
        }
        "shred" => words.iter().find(|word| is_disk(&word.text)),
        "rm" => words.iter().find(|word| is_backups(&word.text) && is_dump(&word.text)),
        "find" if !is_old(words) && words.iter().any(|word| word.text == "-delete") => {
            let names = words.windows(2).any(|pair| pair[0].text == "-name" && is_dump(&pair[1].text));
            starts(words).find(|word| names && is_backups(&word.text))
        }
        _ => None,
    }
}

/// `C:/Program Files/PostgreSQL/16/data`.
fn is_windows_data(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some((drive, path)) = lower.split_once(":/") else { return false };
    let is_servers = |part: &str| DIRECTORIES.iter().any(|name| part.split(' ').next() == Some(name));
    let parts = || path.split('/');
    drive.len() == 1
        && parts().any(is_servers)
        && (path.starts_with("programdata/") || parts().any(|part| part == "data"))
        && !parts().any(|part| BESIDE.contains(&part) || part == "users")
}

/// Whether a path is of a server's data, of a device that is called so, or of a database's file that people depend on.
fn is_data(text: &str) -> bool {
    let text = text.strip_prefix("of=").unwrap_or(text);
    if is_windows_data(text) {
        return true;
    }
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
    // What containers keep, for the system and for a person (docs.podman.io, "Storage").
    let is_containers = ["/var/lib/docker/", "/var/lib/containers/"].iter().any(|place| path.starts_with(place))
        || path.contains("/.local/share/containers/storage/")
        || path.contains("/.local/share/docker/");
    if let Some((_, volume)) = path.split_once("/volumes/").filter(|_| is_containers && !is_other) {
        return named::of_a_database(volume.split('/').next().unwrap_or_default());
    }
    if !path.starts_with('/') || is_other || is_windows(&parts) {
        return false;
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
            "/mnt/pg/pgdata",
            "/srv/c/pgdata",
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
