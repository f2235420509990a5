//! A PostgreSQL server of a test's own, on a free port, with every connection in its log. A cluster takes a second to make: one
//! that a test is through with is handed on, empty, to the next.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cluster::{Cluster, Kept, directory, pool, serve};
use super::{Helper, free_port};

/// What the tests' database is called, as in the team's own URL.
pub const DATABASE: &str = "nexus_db";

pub struct Server {
    pub port: u16,
    password: String,
    /// `None` once it was handed on.
    cluster: Option<Cluster>,
    /// How much of its log is older than this test.
    older: usize,
    kept: Kept,
}

/// A running `pgbouncer`.
pub struct Pooler {
    pub port: u16,
    _process: Helper,
    _directory: tempfile::TempDir,
}

/// The user whom servers run as where the tests are root: PostgreSQL refuses to be root itself.
#[derive(Clone, Copy)]
pub struct Account {
    pub uid: u32,
    pub gid: u32,
}

impl Server {
    /// A server whose superuser `postgres` has this password, with an empty database [`DATABASE`]. Each has a cluster
    /// of its own making: a copied one would have the same `system_identifier`.
    #[track_caller]
    pub fn start(password: &str) -> Server {
        let cluster = pool::taken().unwrap_or_else(|| Cluster::make("127.0.0.1", free_port(), &[], Kept::ForTheNext));
        Server::of(cluster, password, Kept::ForTheNext)
    }

    /// The same at this address and port, with these settings beside the usual ones. Files that a setting names lie in
    /// the data directory, which [`data`](Self::data) is once the server was made.
    #[track_caller]
    pub fn start_with(password: &str, address: &str, port: u16, settings: &[&str]) -> Server {
        Server::of(Cluster::make(address, port, settings, Kept::Not), password, Kept::Not)
    }

    /// The cluster as if it were new.
    #[track_caller]
    fn of(cluster: Cluster, password: &str, kept: Kept) -> Server {
        cluster.script(&format!(
            "ALTER ROLE postgres PASSWORD '{password}';\n\
             SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database \
             WHERE datname NOT IN ('postgres', 'template0', 'template1') \\gexec\n\
             SELECT format('DROP ROLE %I', rolname) FROM pg_roles \
             WHERE rolname <> 'postgres' AND rolname NOT LIKE 'pg\\_%' \\gexec\n\
             CREATE DATABASE {DATABASE};\n"
        ));
        let older = cluster.log().len();
        let (port, password) = (cluster.port, password.to_owned());
        Server { port, password, cluster: Some(cluster), older, kept }
    }

    fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("it is not dropped yet")
    }

    fn log(&self) -> String {
        self.query_in("postgres", "SELECT 1");
        self.cluster().log().split_off(self.older)
    }

    /// Ends the server: nobody answers on its port any more.
    pub fn end(mut self) {
        self.kept = Kept::Not;
    }

    /// A server made by copying this one's files, as a clone of a managed instance is: it has the same identifier, and
    /// the same comments.
    #[track_caller]
    pub fn copied(&self) -> Server {
        let (directory, account) = (directory(), servers_account());
        let path = directory.path();
        finish(
            as_account("pg_basebackup", account, path)
                .args(["--pgdata=data", "--checkpoint=fast", "--no-sync", "--username=postgres"])
                .arg(format!("--host={}", self.socket().display()))
                .arg(format!("--port={}", self.port))
                .env("PGPASSWORD", &self.password),
        );
        let port = free_port();
        let cluster = Cluster { port, _process: serve(account, path, "127.0.0.1", port, &[]), directory };
        Server { port, password: self.password.clone(), older: 0, cluster: Some(cluster), kept: Kept::Not }
    }

    /// The directory of the server's socket.
    pub fn socket(&self) -> &Path {
        self.cluster().directory.path()
    }

    /// `pgbouncer` in front of this server, on a port of its own.
    #[track_caller]
    pub fn pooled(&self) -> Pooler {
        self.pooled_with("")
    }

    /// The same with more lines for its settings.
    #[track_caller]
    pub fn pooled_with(&self, more: &str) -> Pooler {
        let directory = tempfile::Builder::new().prefix("nexus-env-pooler-").tempdir().expect("a temporary directory");
        let (path, port) = (directory.path(), free_port());
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             auth_type = scram-sha-256\nauth_file = {}\nunix_socket_dir =\npool_mode = transaction\n{more}",
            self.port,
            path.join("users").display()
        );
        fs::write(path.join("users"), format!("\"postgres\" \"{}\"\n", self.password)).expect("the pooler's users");
        fs::write(path.join("pgbouncer.ini"), settings).expect("the pooler's settings");
        if let Some(account) = servers_account() {
            for owned in [path, &path.join("users"), &path.join("pgbouncer.ini")] {
                std::os::unix::fs::chown(owned, Some(account.uid), Some(account.gid)).expect("to root all is possible");
            }
        }
        let mut command = as_account("pgbouncer", servers_account(), path);
        command.arg("pgbouncer.ini").stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(path.join("log")).expect("the pooler's log"));
        let mut process = Helper::start(command, libc::SIGKILL);
        wait_until_ready(path, &mut process, "process up");
        Pooler { port, _process: process, _directory: directory }
    }

    /// The URL that a person would write for this server behind `port`.
    pub fn url(&self, port: u16) -> String {
        format!("postgresql://postgres:{}@127.0.0.1:{port}/{DATABASE}", self.password)
    }

    /// The server's own identifier.
    #[track_caller]
    pub fn system(&self) -> String {
        self.query_in("postgres", "SELECT system_identifier FROM pg_control_system()")
    }

    /// Runs SQL over the server's own socket and returns what it prints, unaligned.
    #[track_caller]
    pub fn query(&self, sql: &str) -> String {
        self.query_in(DATABASE, sql)
    }

    /// The tables of the team's schema, sorted.
    #[track_caller]
    pub fn tables(&self) -> Vec<String> {
        let names = self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
        names.lines().map(str::to_owned).collect()
    }

    /// How many connections came over TCP so far: the tests' own queries use the socket. The query before the count is
    /// logged by the same server, so that nothing that came earlier can still be on its way into the log.
    #[track_caller]
    pub fn connections(&self) -> usize {
        self.log_lines(|line| line.contains("connection received: host=127.0.0.1"))
    }

    /// How many statements that change something the server was given so far, whether it ran them or refused.
    #[track_caller]
    pub fn changes(&self) -> usize {
        self.log_lines(|line| line.contains("LOG:  statement: ") || line.contains("LOG:  execute "))
    }

    /// How many statements it refused, since the connection is read-only.
    #[track_caller]
    pub fn refusals(&self) -> usize {
        self.log_lines(|line| line.contains("in a read-only transaction"))
    }

    fn log_lines(&self, counts: impl Fn(&str) -> bool) -> usize {
        self.log().lines().filter(|line| counts(line)).count()
    }

    /// Waits until a query gives this; the server itself looks, so that waiting costs nothing.
    #[track_caller]
    pub fn until(&self, sql: &str, expected: &str) {
        let looks = crate::world::PATIENCE.as_millis() / 10;
        self.query_in(
            "postgres",
            &format!(
                "DO $do$ BEGIN FOR i IN 1..{looks} LOOP PERFORM pg_stat_clear_snapshot(); \
                 IF ({sql})::text = '{expected}' THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; \
                 RAISE 'it never was {expected}'; END $do$"
            ),
        );
    }

    /// A session that has run this and stays: what it holds is held until it is dropped.
    #[track_caller]
    pub fn holds(&self, sql: &str) -> Helper {
        let mut command = self.cluster().psql(DATABASE);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut helper = Helper::start(command, libc::SIGTERM);
        let stdin = helper.child.stdin.as_mut().expect("its stdin");
        writeln!(stdin, "{sql}\n\\echo held").and_then(|()| stdin.flush()).expect("psql reads");
        let mut said = String::new();
        let stdout = helper.child.stdout.as_mut().expect("its stdout");
        BufReader::new(stdout).read_line(&mut said).expect("psql answers");
        assert_eq!(said, "held\n", "{sql}");
        helper
    }

    /// The same in another database of the server.
    #[track_caller]
    pub fn query_in(&self, database: &str, sql: &str) -> String {
        finish(self.cluster().psql(database).args(["--command", sql])).trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(cluster) = self.cluster.take()
            && self.kept == Kept::ForTheNext
            && !std::thread::panicking()
        {
            pool::hand_on(cluster);
        }
    }
}

/// A certificate for `localhost`, its key, and the authority that vouches for it: files that a server can read.
pub struct Certificates {
    directory: tempfile::TempDir,
}

impl Certificates {
    #[track_caller]
    pub fn made() -> Certificates {
        let directory = tempfile::Builder::new().prefix("nexus-env-tls-").tempdir().expect("a temporary directory");
        let path = directory.path();
        let openssl = |words: &str| {
            let mut command = Command::new(crate::world::program("openssl"));
            finish(command.current_dir(path).env_clear().env("PATH", "/usr/bin:/bin").args(words.split(' ')));
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
        for authority in ["ca", "other"] {
            openssl(&format!("req -x509 {key} -subj /CN={authority} -keyout {authority}.key -out {authority}.crt"));
        }
        openssl(&format!("req {key} -subj /CN=server -keyout server.key -out server.csr"));
        fs::write(path.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").expect("its names");
        openssl(
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt",
        );
        // Only over TLS, and the tests' own queries over the socket.
        fs::write(path.join("hba"), "hostssl all all 127.0.0.1/32 scram-sha-256\nlocal all all trust\n")
            .expect("the server's rules");
        if let Some(Account { uid, gid }) = servers_account() {
            for owned in [path.to_owned(), path.join("server.key"), path.join("server.crt"), path.join("hba")] {
                std::os::unix::fs::chown(owned, Some(uid), Some(gid)).expect("to root all is possible");
            }
        }
        Certificates { directory }
    }

    pub fn file(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }
}

/// Reads the log until the program says that it is ready. It writes the line after it listens; each look is a system
/// call, and between two looks this thread gives way to the server's.
#[track_caller]
pub(super) fn wait_until_ready(directory: &Path, process: &mut Helper, words: &str) {
    let log = directory.join("log");
    let deadline = std::time::Instant::now() + crate::world::PATIENCE;
    loop {
        let text = fs::read_to_string(&log).unwrap_or_default();
        if text.contains(words) {
            return;
        }
        let ended = process.child.try_wait().expect("our own child").is_some();
        assert!(!ended && std::time::Instant::now() < deadline, "it did not start:\n{text}");
        std::thread::yield_now();
    }
}

pub(super) fn as_account(program: &str, account: Option<Account>, directory: &Path) -> Command {
    let mut command = Command::new(binary(program));
    // A directory that the account may enter, and nothing of our own environment.
    command.current_dir(directory).env_clear().env("LANG", "C.UTF-8").env("PATH", "/usr/bin:/bin");
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

#[track_caller]
pub(super) fn finish(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Debian keeps each version's programs in a directory of its own; elsewhere they are on the PATH.
pub fn binary(program: &str) -> PathBuf {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin").join(program))))
        .filter(|(_, path)| path.is_file())
        .collect();
    versions.sort();
    let of_system = Path::new("/usr/sbin").join(program);
    let elsewhere = || if of_system.is_file() { of_system } else { crate::world::program(program) };
    versions.pop().map_or_else(elsewhere, |(_, path)| path)
}

/// Nobody but the tests' own user where that is not root.
pub fn servers_account() -> Option<Account> {
    // SAFETY: geteuid(2) cannot fail.
    (unsafe { libc::geteuid() } == 0).then(postgres_account)
}

fn postgres_account() -> Account {
    let accounts = fs::read_to_string("/etc/passwd").expect("the accounts of this machine");
    accounts
        .lines()
        .map(|line| line.split(':').map(OsStr::new).collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&OsStr::new("postgres")))
        .and_then(|fields| {
            let number = |at: usize| fields.get(at)?.to_str()?.parse().ok();
            Some(Account { uid: number(2)?, gid: number(3)? })
        })
        .expect("the account `postgres`, which the package `postgresql` makes; run tests/run")
}
