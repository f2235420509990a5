//! The surroundings of this process, read once by `edge::ambient` and passed first from there on.

use std::path::PathBuf;

pub use crate::domain::text::clock::Timestamp;
use crate::domain::text::clock::{Now, Uptime};
pub use crate::domain::text::environ::Environ;

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
