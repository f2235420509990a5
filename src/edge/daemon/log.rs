//! A proxy's log: a file of this user alone that both of its streams append to. It is kept small, and read from its end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::disk;

/// Above this size, in bytes, only the end of a log is kept.
const LARGEST: u64 = 4 << 20;
/// How much of it, in bytes.
const KEPT: u64 = 1 << 20;

pub fn path(directory: &Path, repository: &str, environment: &str) -> PathBuf {
    directory.join(format!("{repository}.{environment}.log"))
}

/// Opens it for appending, makes it where there is none.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// Writes a line of our own, such as which run begins here. A log that cannot be written is the proxy's own failure.
pub fn note(path: &Path, line: &str) {
    let _ = open(path).and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
}

/// How long it is now, in bytes; 0 where there is none.
pub fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Keeps a log from growing without end: its last part becomes the whole of `….log.old`, and it begins anew. The proxy
/// appends, so it goes on at the new end; a line that it writes at this very moment may be lost.
///
/// # Errors
/// Where the log cannot be read, copied or cut.
pub fn bound(path: &Path) -> io::Result<()> {
    if length(path) <= LARGEST {
        return Ok(());
    }
    let end = after(path, length(path) - KEPT)?;
    disk::keep(&path.with_extension("log.old"), &end)?;
    OpenOptions::new().write(true).open(path)?.set_len(0)
}

/// What was written after `from` bytes, at most the last MiB.
///
/// # Errors
/// Where the log cannot be read.
pub fn after(path: &Path, from: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(from.max(length.saturating_sub(KEPT))))?;
    let mut bytes = Vec::new();
    file.take(KEPT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a log as it grows.
pub struct Follower {
    path: PathBuf,
    file: u64,
    at: u64,
}

impl Follower {
    /// What is there now, at most the last MiB, and what goes on from there.
    ///
    /// # Errors
    /// Where the log is not there or cannot be read.
    pub fn new(path: &Path) -> io::Result<(Vec<u8>, Follower)> {
        let mut follower = Follower { path: path.to_owned(), file: std::fs::metadata(path)?.ino(), at: 0 };
        Ok((follower.more()?, follower))
    }

    /// What came since the last call: nothing, mostly. A log that began anew is read from its beginning.
    ///
    /// # Errors
    /// Where the log cannot be read any more.
    pub fn more(&mut self) -> io::Result<Vec<u8>> {
        let Ok(meta) = std::fs::metadata(&self.path) else { return Ok(Vec::new()) };
        if meta.ino() != self.file || meta.len() < self.at {
            (self.file, self.at) = (meta.ino(), 0);
        }
        if meta.len() == self.at {
            return Ok(Vec::new());
        }
        let mut bytes = after(&self.path, self.at)?;
        // What was written meanwhile is for the next time.
        bytes.truncate(KEPT.min(meta.len() - self.at) as usize);
        self.at = meta.len();
        Ok(bytes)
    }
}
