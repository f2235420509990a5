//! What can be seen behind a port or a socket of this machine: who listens there. Pure data; `edge::listener` looks.

use core::net::IpAddr;
use std::fmt;

/// A process as far as this user may see it.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Process {
    pub pid: u32,
    /// The name of the executable file, or of the first word where the file cannot be seen.
    pub program: String,
    pub argv: Vec<String>,
    /// The environment it was started with; `None` where it is not ours to read.
    pub environ: Option<Vec<(String, String)>>,
    /// The text of the configuration file that its words name, where that could be read and is as old as the process.
    pub file: Option<String>,
    /// The processes that started it, the nearest first. Theirs are left out.
    pub parents: Vec<Process>,
    /// What a container engine has behind the port that this process publishes for it.
    pub container: Option<Box<Container>>,
}

/// A container whose port is published on this machine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Container {
    pub name: String,
    pub image: String,
    /// The port inside the container.
    pub port: u16,
    /// Its own, in the engine's networks.
    pub addresses: Vec<String>,
    /// Its first process, as the engine describes it.
    pub process: Process,
}

impl Process {
    /// A variable of the environment that the process was started with.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environ.as_deref()?.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The words it was started with. A program that writes a title over its words (npm does) leaves one long word.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = self.argv.clone();
        while words.len() > 1 && words.last().is_some_and(String::is_empty) {
            words.pop();
        }
        match words.as_slice() {
            [title] if title.contains(' ') => title.split_whitespace().map(str::to_owned).collect(),
            _ => words,
        }
    }
}

/// Words and environments of other programs hold their secrets.
impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Process({}, pid {}, {} words)", self.program, self.pid, self.argv.len())
    }
}

/// Who holds a listening socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Owner {
    Process(Process),
    /// The socket's process belongs to somebody else, so the system does not say which it is. `suspects` are the
    /// processes of that user whose words can be read.
    Hidden {
        uid: u32,
        suspects: Vec<Process>,
    },
}

/// One listening socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listener {
    pub door: Door,
    pub owners: Vec<Owner>,
}

/// Where a socket listens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Door {
    Tcp { address: IpAddr, port: u16 },
    Unix(String),
}

/// The answer to "who listens there?".
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Look {
    /// Every listener that a connection could meet; none means that nobody listens.
    Seen(Vec<Listener>),
    /// The system did not answer; why, in words.
    CannotBeSeen(String),
}

/// Where a URL's host is, seen from this machine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whereabouts {
    /// On this machine: behind the port may be a tunnel to anywhere.
    Here(Look),
    /// On another machine, as far as the name tells; names are not looked up in the network.
    Elsewhere,
}

/// A process of this user, among those that run now.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Running {
    pub process: Process,
    pub parent: u32,
    /// Epoch seconds.
    pub started: u64,
    /// The TCP ports on which it listens, sorted.
    pub ports: Vec<u16>,
}

/// The processes that this one started, and those that they did, the nearest first.
pub fn descendants(running: &[Running], pid: u32) -> Vec<&Process> {
    let mut found: Vec<&Process> = Vec::new();
    let mut above = vec![pid];
    while !above.is_empty() {
        let below: Vec<&Running> = running
            .iter()
            .filter(|one| above.contains(&one.parent) && one.process.pid != pid)
            .filter(|one| !found.iter().any(|known| known.pid == one.process.pid))
            .collect();
        above = below.iter().map(|one| one.process.pid).collect();
        found.extend(below.into_iter().map(|one| &one.process));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_process_started_the_nearest_first_and_ends_with_any_table() {
        let one =
            |pid, parent| Running { process: Process { pid, ..Process::default() }, parent, ..Running::default() };
        let pids = |running: &[Running]| descendants(running, 1).iter().map(|found| found.pid).collect::<Vec<_>>();
        assert_eq!(pids(&[one(4, 3), one(3, 1), one(2, 1), one(9, 8), one(1, 0)]), [3, 2, 4]);
        assert_eq!(pids(&[one(2, 1), one(1, 2), one(3, 3)]), [2]);
    }
}
