//! What a state was built from: the files that were seen and the places where there was none. The shell's check is
//! made from it, so that a prompt at which nothing changed needs no process.

use std::path::PathBuf;

use crate::domain::text::clock::Timestamp;

/// One file as it was when it was read. Seen before it is read, so that a change in between is noticed next time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sighting {
    /// Absolute, as the search met it.
    pub path: PathBuf,
    /// Where it leads to, when a part of the path is a symbolic link.
    pub physical: Option<PathBuf>,
    pub modified: Timestamp,
    pub changed: Timestamp,
    /// The bytes of `.nexusenv`, which are no secret, where they must be compared as well: a time without nanoseconds can
    /// repeat. No other file's: they would stand in a function of the shell.
    pub content: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Watch {
    pub present: Vec<Sighting>,
    pub absent: Vec<PathBuf>,
    /// Files of ours whose content never changes: that they are there, and still this user's, is all that matters.
    pub owned: Vec<PathBuf>,
    pub mode: Mode,
}

/// Whether the state hangs on a file's permissions too: `chmod` leaves the time of modification as it is, so a shell
/// that can only see that one cannot see the mending.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mode {
    #[default]
    Irrelevant,
    Matters,
}

impl Watch {
    /// Without the content of what may be anything: a `.nexusenv` that is none can be a link to a key.
    pub fn without_content(mut self) -> Self {
        self.present.iter_mut().for_each(|sighting| sighting.content = None);
        self
    }

    pub fn join(&mut self, other: Watch) {
        self.present.extend(other.present);
        self.absent.extend(other.absent);
        self.owned.extend(other.owned);
        if other.mode == Mode::Matters {
            self.mode = Mode::Matters;
        }
    }
}
