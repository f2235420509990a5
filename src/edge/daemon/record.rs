//! The files that remember which proxies were started: one record for each, and one lock for all of them. What a record
//! says about a process is believed only after the process was looked at.

use crate::domain::text::safe_text;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustix::fs::FlockOperation;

use super::is_alive;
use crate::disk;
use crate::domain::session::ambient::Ambient;
use crate::domain::target::started::Started;
use crate::error::{Failure, Result};

/// Where a proxy's record stands.
#[derive(Clone, Debug)]
pub struct Place(PathBuf);

/// The directory of the records and logs.
///
/// # Errors
/// Where no directory of states is known: `HOME` is not set.
pub fn directory(ambient: &Ambient) -> Result<PathBuf> {
    let state = ambient.state_dir.as_ref().ok_or_else(|| {
        Failure::new("there is no place to remember a proxy: neither `HOME` nor `XDG_STATE_HOME` is set")
    })?;
    Ok(state.join("proxy"))
}

/// The right to start and stop proxies, for as long as it lives. The kernel takes it back when the process dies.
pub struct Lock {
    _file: File,
}

/// Waits for whoever starts or stops one right now, and makes the directory where there is none.
///
/// # Errors
/// Where the directory cannot be made or locked.
pub fn lock(directory: &Path) -> Result<Lock> {
    let path = directory.join("lock");
    let open = || {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path)
    };
    let file = open().with_context(|| format!("could not open `{}`", safe_text::path(&path)))?;
    loop {
        match rustix::fs::flock(&file, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).with_context(|| format!("could not lock `{}`", safe_text::path(&path))),
        }
    }
}

impl Place {
    pub fn new(directory: &Path, repository: &str, environment: &str) -> Place {
        Place(directory.join(format!("{repository}.{environment}.started")))
    }

    /// Replaces the record whole. It is called in the new process, so it takes the shortest way that leaves the old
    /// record or the new one.
    pub(super) fn write(&self, text: &str) -> io::Result<()> {
        let beside = self.0.with_extension("new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(&beside, &self.0)
    }

    /// That there is none is what is wanted.
    pub fn remove(&self) {
        let _ = disk::remove(&self.0);
    }
}

/// The proxies that were started and are still there, of every repository. Needs no lock: a record is replaced whole.
pub fn running(directory: &Path) -> Vec<Started> {
    let mut found: Vec<Started> = records(directory)
        .filter_map(|path| Started::parse(std::str::from_utf8(&disk::read(&path).ok()?).ok()?))
        .filter(is_alive)
        .collect();
    found.sort_by(|a, b| a.draft.environment.cmp(&b.draft.environment).then(a.pid.cmp(&b.pid)));
    found
}

/// Removes the records of proxies that are gone, and those that are none.
pub fn sweep(directory: &Path, _lock: &Lock) {
    for path in records(directory) {
        let text = disk::read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if !text.as_deref().and_then(Started::parse).is_some_and(|started| is_alive(&started)) {
            let _ = disk::remove(&path);
        }
    }
}

fn records(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "started"))
}
