//! The tunnels through which a Cloud SQL database is reached: a stand-in for version 2 with its real name and words,
//! and the real version 1 in front of a stand-in for Google's API.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::postgres::Server;
use super::{Helper, free_port};

/// A running proxy; the port is free again when it was dropped.
pub struct Proxy {
    process: Helper,
    /// What the real version 1 asks instead of Google.
    _google: Option<Helper>,
}

impl Proxy {
    /// `cloud-sql-proxy WORDS…` (version 2), in front of these instances' servers, ready for connections.
    #[track_caller]
    pub fn version_2(words: &[&str], servers: &[(&str, &Server)]) -> Proxy {
        let ports: Vec<(&str, u16)> = servers.iter().map(|(instance, server)| (*instance, server.port)).collect();
        Proxy::version_2_to(words, &ports)
    }

    /// The same in front of ports of this machine, where somebody may listen or not.
    #[track_caller]
    pub fn version_2_to(words: &[&str], ports: &[(&str, u16)]) -> Proxy {
        Proxy::version_2_with(words, &[], ports)
    }

    /// The same, told some of it by its variables.
    #[track_caller]
    pub fn version_2_with(words: &[&str], variables: &[(&str, String)], ports: &[(&str, u16)]) -> Proxy {
        let mut command = Command::new(stand_in());
        command.env_clear().args(words);
        command.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
        let ports: Vec<String> = ports.iter().map(|(instance, port)| format!("{instance}={port}")).collect();
        command.env("CLOUD_SQL_PROXY_SERVERS", ports.join(","));
        Proxy { process: start(command, Stream::Out).until("ready for new connections"), _google: None }
    }

    /// The real `cloud_sql_proxy -instances=INSTANCE=tcp:PORT` (version 1), in front of this instance's server.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn version_1(instance: &str, port: u16, server: &Server) -> Proxy {
        let api_port = free_port();
        let mut google = Command::new(crate::world::program("python3"));
        google.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/google.py"));
        google.arg(api_port.to_string()).arg(instance).arg(server.port.to_string());
        let google = start(google, Stream::Out).until("ready");
        let mut command = Command::new(crate::world::program("cloud_sql_proxy"));
        command.env_clear();
        command.arg(format!("-instances={instance}=tcp:{port}"));
        command.arg(format!("-host=http://127.0.0.1:{api_port}/")).arg("-token=none");
        Proxy { process: start(command, Stream::Talk).until("Ready for new connections"), _google: Some(google) }
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}

enum Stream {
    Out,
    Talk,
}

struct Started {
    helper: Helper,
    lines: Box<dyn BufRead + Send>,
}

#[track_caller]
fn start(mut command: Command, stream: Stream) -> Started {
    command.stdin(Stdio::null());
    match stream {
        Stream::Out => command.stdout(Stdio::piped()),
        Stream::Talk => command.stderr(Stdio::piped()).stdout(Stdio::null()),
    };
    let mut helper = Helper::start(command, libc::SIGKILL);
    let lines: Box<dyn BufRead + Send> = match stream {
        Stream::Out => Box::new(BufReader::new(helper.child.stdout.take().expect("its stdout"))),
        Stream::Talk => Box::new(BufReader::new(helper.child.stderr.take().expect("its stderr"))),
    };
    Started { helper, lines }
}

impl Started {
    /// Reads until a line says `words`. From then on a thread reads the rest: a closed pipe would end the program at
    /// its next line.
    #[track_caller]
    fn until(mut self, words: &str) -> Helper {
        let mut heard = String::new();
        while !heard.contains(words) {
            let count = self.lines.read_line(&mut heard).unwrap_or(0);
            assert_ne!(count, 0, "it ended before it said `{words}`:\n{heard}");
        }
        std::thread::spawn(move || std::io::copy(&mut self.lines, &mut std::io::sink()));
        self.helper
    }
}

/// The example that `cargo test` builds beside the tests.
pub fn stand_in() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_nexus-env")).with_file_name("examples").join("cloud-sql-proxy");
    assert!(program.exists(), "run `cargo build --example cloud-sql-proxy` first, or `cargo test` as a whole");
    program
}
