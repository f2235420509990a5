//! A service of the team's: a real web server in a process that keeps the environment it was started with.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::Helper;

/// Answers `/health` with 200 and everything else with 404.
const SERVER: &str =
    "require('http').createServer((q, a) => { a.statusCode = q.url === '/health' ? 200 : 404; a.end(); })
    .listen(Number(process.argv[1]), '127.0.0.1', () => console.log('listening'))";

/// Starts it; `command` is a Node with the environment that it is to have. Returns when it listens.
#[track_caller]
pub fn start(mut command: Command, port: u16) -> Helper {
    command.args(["-e", SERVER, &port.to_string()]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut helper = Helper::start(command, libc::SIGKILL);
    let mut line = String::new();
    let _ = BufReader::new(helper.child.stdout.take().expect("its stdout")).read_line(&mut line);
    assert_eq!(line, "listening\n", "the service did not start");
    helper
}
