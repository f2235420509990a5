//! A PostgreSQL server of a test's own: a fresh cluster on a free port, with every connection in its log.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Helper, free_port};

/// What the tests' database is called, as in the team's own URL.
pub const DATABASE: &str = "nexus_db";

pub struct Server {
    pub port: u16,
    password: String,
    account: Option<Account>,
    // Dropped in this order: first the server ends, then its directory goes.
    _process: Helper,
    directory: tempfile::TempDir,
}

/// The user whom PostgreSQL runs as where the tests are root: it refuses to be root itself.
#[derive(Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Server {
    /// A server whose superuser `postgres` has this password, with an empty database [`DATABASE`]. Each has a cluster
    /// of its own making: a copied one would have the same `system_identifier`.
    #[track_caller]
    pub fn start(password: &str) -> Server {
        // SAFETY: geteuid(2) cannot fail.
        let account = (unsafe { libc::geteuid() } == 0).then(postgres_account);
        let directory =
            tempfile::Builder::new().prefix("nexus-env-postgres-").tempdir().expect("a temporary directory");
        let path = directory.path();
        fs::write(path.join("password"), password).expect("the password for initdb");
        if let Some(account) = account {
            for owned in [path, &path.join("password")] {
                std::os::unix::fs::chown(owned, Some(account.uid), Some(account.gid)).expect("to root all is possible");
            }
        }
        let port = free_port();
        finish(as_account("initdb", account, path).args([
            "--pgdata=data",
            "--username=postgres",
            "--pwfile=password",
            "--auth=scram-sha-256",
            "--no-sync",
            "--no-instructions",
            "--encoding=UTF8",
            "--locale=C",
        ]));
        let mut command = as_account("postgres", account, path);
        command.args(["-D", "data"]).arg("-p").arg(port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "log_connections=on",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "shared_buffers=8MB",
            "max_connections=30",
        ] {
            command.args(["-c", setting]);
        }
        command.arg("-c").arg(format!("unix_socket_directories={}", path.display()));
        let log = File::create(path.join("log")).expect("the server's log");
        command.stdout(Stdio::null()).stdin(Stdio::null()).stderr(log);
        // SIGQUIT is PostgreSQL's immediate shutdown, which takes its own children along.
        let mut process = Helper::start(command, libc::SIGQUIT);
        wait_until_ready(path, &mut process);
        let server = Server { port, password: password.to_owned(), account, _process: process, directory };
        server.query_in("postgres", &format!("CREATE DATABASE {DATABASE}"));
        server
    }

    /// The URL that a person would write for this server behind `port`.
    pub fn url(&self, port: u16) -> String {
        format!("postgresql://postgres:{}@127.0.0.1:{port}/{DATABASE}", self.password)
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
        self.query_in("postgres", "SELECT 1");
        let log = fs::read_to_string(self.directory.path().join("log")).expect("the server's log");
        log.lines().filter(|line| line.contains("connection received: host=127.0.0.1")).count()
    }

    fn query_in(&self, database: &str, sql: &str) -> String {
        let path = self.directory.path();
        finish(
            as_account("psql", self.account, path)
                .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
                .args(["--username=postgres", "--dbname", database])
                .arg(format!("--host={}", path.display()))
                .arg(format!("--port={}", self.port))
                .args(["--command", sql])
                .env("PGPASSWORD", &self.password),
        )
        .trim()
        .to_owned()
    }
}

/// Reads the log until the server says that it is ready. It writes the line after it listens; each look is a system
/// call, and between two looks this thread gives way to the server's.
#[track_caller]
fn wait_until_ready(directory: &Path, process: &mut Helper) {
    let log = directory.join("log");
    let deadline = std::time::Instant::now() + crate::world::PATIENCE;
    loop {
        let text = fs::read_to_string(&log).unwrap_or_default();
        if text.contains("database system is ready to accept connections") {
            return;
        }
        let ended = process.child.try_wait().expect("our own child").is_some();
        assert!(!ended && std::time::Instant::now() < deadline, "PostgreSQL did not start:\n{text}");
        std::thread::yield_now();
    }
}

fn as_account(program: &str, account: Option<Account>, directory: &Path) -> Command {
    let mut command = Command::new(binary(program));
    // A directory that the account may enter, and nothing of our own environment.
    command.current_dir(directory).env_clear().env("LANG", "C.UTF-8").env("PATH", "/usr/bin:/bin");
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

#[track_caller]
fn finish(command: &mut Command) -> String {
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
    versions.pop().map_or_else(|| crate::world::program(program), |(_, path)| path)
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
