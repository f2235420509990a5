//! The clusters behind the tests' servers: how one is made, and how it is handed on.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Helper;
use super::postgres::{Account, as_account, finish, servers_account, wait_until_ready};

/// Whether another test gets the cluster when this one is through with it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Kept {
    ForTheNext,
    /// Its settings are not the usual ones, or it is to end.
    Not,
}

pub struct Cluster {
    pub port: u16,
    // Dropped in this order: first the server ends, then its directory goes.
    pub _process: Helper,
    pub directory: tempfile::TempDir,
}

impl Cluster {
    /// Made anew and not copied: a copy would have the same `system_identifier`.
    #[track_caller]
    pub fn make(address: &str, port: u16, settings: &[&str], kept: Kept) -> Cluster {
        let (directory, account) = (directory(), servers_account());
        let path = directory.path();
        // Over TCP by password, and by its socket, which only the tests know, without: they know not whose password it is.
        finish(as_account("initdb", account, path).args([
            "--pgdata=data", "--username=postgres", "--auth-host=scram-sha-256", "--auth-local=trust", "--no-sync",
            "--no-instructions", "--encoding=UTF8", "--locale=C",
        ]));
        let process = match kept {
            Kept::Not => serve(account, path, address, port, settings),
            Kept::ForTheNext => {
                let (path, address) = (path.to_owned(), address.to_owned());
                pool::started(move || serve(account, &path, &address, port, &[]))
            }
        };
        Cluster { port, _process: process, directory }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).expect("the server's log")
    }

    /// `psql` by the server's own socket.
    pub fn psql(&self, database: &str) -> Command {
        let path = self.directory.path();
        let mut command = as_account("psql", servers_account(), path);
        command
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
            .args(["--username=postgres", "--dbname", database])
            .arg(format!("--host={}", path.display()))
            .arg(format!("--port={}", self.port));
        command
    }

    /// Runs a script, statement by statement.
    #[track_caller]
    pub fn script(&self, text: &str) {
        let mut command = self.psql("postgres");
        let mut child = command.stdin(Stdio::piped()).spawn().expect("psql starts");
        child.stdin.take().expect("its stdin").write_all(text.as_bytes()).expect("psql reads");
        assert!(child.wait().expect("our own child").success(), "{text}\n{}", self.log());
    }
}

/// A directory that the server's account may write to.
pub fn directory() -> tempfile::TempDir {
    let directory = tempfile::Builder::new().prefix("nexus-env-postgres-").tempdir().expect("a temporary directory");
    if let Some(Account { uid, gid }) = servers_account() {
        std::os::unix::fs::chown(directory.path(), Some(uid), Some(gid)).expect("to root all is possible");
    }
    directory
}

/// Starts the server on the data directory in `path`, and returns when it takes connections.
#[track_caller]
pub fn serve(account: Option<Account>, path: &Path, address: &str, port: u16, settings: &[&str]) -> Helper {
    let mut command = as_account("postgres", account, path);
    command.args(["-D", "data"]).arg("-p").arg(port.to_string());
    let usual = [
        "log_connections=on", "log_statement=mod", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
        "shared_buffers=8MB", "max_connections=30",
    ];
    for setting in usual.iter().chain(settings) {
        command.args(["-c", setting]);
    }
    command.arg("-c").arg(format!("listen_addresses={address}"));
    command.arg("-c").arg(format!("unix_socket_directories={}", path.display()));
    let log = File::create(path.join("log")).expect("the server's log");
    command.stdout(Stdio::null()).stdin(Stdio::null()).stderr(log);
    // SIGQUIT is PostgreSQL's immediate shutdown, which takes its own children along.
    let mut process = Helper::start(command, libc::SIGQUIT);
    wait_until_ready(path, &mut process, "database system is ready to accept connections");
    process
}

/// Clusters that no test has at present. A thread that ends with the process starts them, since a server ends with the thread that
/// started it.
pub mod pool {
    use std::sync::mpsc::{Sender, channel};
    use std::sync::{Mutex, Once, OnceLock};

    use super::{Cluster, Helper};

    type Job = Box<dyn FnOnce() + Send>;

    static FREE: Mutex<Vec<Cluster>> = Mutex::new(Vec::new());
    static MAKER: OnceLock<Mutex<Sender<Job>>> = OnceLock::new();

    pub fn taken() -> Option<Cluster> {
        FREE.lock().expect("no test panics with it").pop()
    }

    /// The next test finds it; what is left at the end of the process is ended then.
    pub fn hand_on(cluster: Cluster) {
        static AT_EXIT: Once = Once::new();
        extern "C" fn end() {
            FREE.lock().map(|mut free| free.clear()).unwrap_or_default();
        }
        // SAFETY: atexit(3) with a function that unwinds nowhere.
        AT_EXIT.call_once(|| assert_eq!(unsafe { libc::atexit(end) }, 0));
        FREE.lock().expect("no test panics with it").push(cluster);
    }

    pub fn started(start: impl FnOnce() -> Helper + Send + 'static) -> Helper {
        let maker = MAKER.get_or_init(|| {
            let (sender, jobs) = channel::<Job>();
            std::thread::spawn(move || jobs.into_iter().for_each(|job| job()));
            Mutex::new(sender)
        });
        let (sender, started) = channel();
        let job = Box::new(move || sender.send(start()).expect("the test waits"));
        maker.lock().expect("no test panics with it").send(job).expect("the thread lives");
        started.recv().expect("a server")
    }
}
