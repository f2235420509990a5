//! The surroundings of this process, read once by `edge::ambient` and passed first from there on.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::clock::{Now, Uptime};

/// A point in time as the file system and the clock give it, since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Timestamp {
    pub seconds: i64,
    pub nanoseconds: u32,
}

/// Whether a person can be asked: a terminal that can be opened for reading and writing, with no coding agent's
/// marker in the environment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Terminal {
    Present,
    Absent,
}

/// Whether words on stderr may carry colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colour {
    Yes,
    No,
}

#[derive(Clone, Debug)]
pub struct Ambient {
    /// The physical working directory; `None` when it was deleted.
    pub cwd: Option<PathBuf>,
    /// `$PWD`, when it is an absolute path: what the shell believes, also where the directory is gone.
    pub pwd: Option<PathBuf>,
    /// `$HOME`, physical where it exists.
    pub home: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME/nexus-env`, else `~/.config/nexus-env`, on macOS as well.
    pub config_dir: Option<PathBuf>,
    /// `$XDG_STATE_HOME/nexus-env`, else `~/.local/state/nexus-env`.
    pub state_dir: Option<PathBuf>,
    /// `$XDG_RUNTIME_DIR/nexus-env`, else `stamps` in the state directory.
    pub runtime_dir: Option<PathBuf>,
    pub variables: Environ,
    pub terminal: Terminal,
    pub colour: Colour,
    /// `--quiet`: no talk but errors and refusals.
    pub quiet: bool,
    pub now: Timestamp,
    /// The clock that nobody sets back.
    pub uptime: Option<Uptime>,
    /// Effective user id.
    pub uid: u32,
}

impl Ambient {
    /// This moment on both clocks.
    pub fn clock(&self) -> Now {
        Now { seconds: u64::try_from(self.now.seconds).unwrap_or(0), uptime: self.uptime }
    }
}

/// The process environment as bytes, sorted by name. A name without `=` or not UTF-8 is kept, never shown.
#[derive(Clone, Debug, Default)]
pub struct Environ(Vec<(OsString, OsString)>);

impl Environ {
    pub fn new(mut pairs: Vec<(OsString, OsString)>) -> Self {
        pairs.sort();
        pairs.dedup_by(|later, earlier| later.0 == earlier.0);
        Environ(pairs)
    }

    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.binary_search_by(|(n, _)| n.as_os_str().cmp(OsStr::new(name))).ok().map(|at| self.0[at].1.as_os_str())
    }

    /// The same with one variable set.
    pub fn with(&self, name: &str, value: impl Into<OsString>) -> Self {
        let mut pairs: Vec<_> = self.0.iter().filter(|(known, _)| known != name).cloned().collect();
        pairs.push((name.into(), value.into()));
        Environ::new(pairs)
    }

    /// The value where it is UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}
