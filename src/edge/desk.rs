//! A directory, in memory where there is such, where a text lies in clear while a person edits it, and that is gone however this process ends.

use std::fs::{self, DirBuilder, File};
use std::io::{self, PipeWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use rustix::fs::{FlockOperation, OFlags};

use crate::domain::session::ambient::Ambient;
use crate::domain::text::safe_text;
use crate::domain::text::secret::Secret;
use crate::error::{Failure, Result};

/// What lies on it, in bytes: as much as a store may hold.
const LARGEST: u64 = 4 << 20;

#[derive(Debug)]
pub struct Desk {
    directory: PathBuf,
    memory: Memory,
    /// As long as this is open, the one who clears away waits.
    _here: PipeWriter,
    /// The directory, locked: it is in use.
    _lock: File,
}

/// What the text lies in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Memory {
    /// A file system that never comes to a disk by itself.
    Ram,
    /// A system of which an ordinary user can have none: a directory that is this user's alone.
    Disk,
}

impl Desk {
    /// Made for this user alone. Who clears away stands ready before there is anything to clear.
    ///
    /// # Errors
    /// Where no file system in memory can be written to: what is edited must not come to a disk.
    pub fn new(ambient: &Ambient) -> Result<Desk> {
        let (base, memory) = place(ambient).ok_or_else(|| {
            Failure::new("there is no file system in memory, and secrets are not written to a disk in clear")
                .hint("nexus-env set NAME stores one value at a time")
        })?;
        sweep(&base);
        let directory = base.join(format!("{PREFIX}{:08x}", rand::random::<u32>()));
        let made = DirBuilder::new().mode(0o700).create(&directory);
        made.with_context(|| format!("could not make `{}`", safe_text::path(&directory)))?;
        let lock = locked(&directory).with_context(|| format!("could not lock `{}`", safe_text::path(&directory)))?;
        let here = clear_away_later(&directory).context("could not prepare to clear away")?;
        Ok(Desk { directory, memory, _here: here, _lock: lock })
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// The file that is edited. Its ending tells an editor how to show it.
    pub fn file(&self) -> PathBuf {
        self.directory.join("secrets.env")
    }

    /// # Errors
    /// Where the file cannot be written.
    pub fn lay(&self, text: &Secret) -> Result<()> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(self.file());
        file.and_then(|mut file| file.write_all(text.expose())).context("could not write the text to edit")
    }

    /// What lies there now. Editors replace a file as well as write to it.
    ///
    /// # Errors
    /// Where the file is gone, is no regular file, or is too large.
    pub fn take(&self) -> Result<Secret> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let file = File::options().read(true).custom_flags(flags as i32).open(self.file());
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(64 * 1024));
        let read = file.and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
        read.context("could not read what was edited")?;
        Ok(Secret::new(std::mem::take(&mut *bytes)))
    }
}

const PREFIX: &str = "nexus-env-edit-";

/// Younger ones may not be locked yet.
const SETTLED: Duration = Duration::from_secs(60);

fn locked(directory: &Path) -> io::Result<File> {
    let opened = File::open(directory)?;
    rustix::fs::flock(&opened, FlockOperation::NonBlockingLockExclusive)?;
    Ok(opened)
}

/// Removes what was left of edits that were killed together with the process that clears away.
fn sweep(base: &Path) {
    let me = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let is_ours = |found: fs::Metadata| {
            let age = found.modified().ok().and_then(|then| then.elapsed().ok());
            found.is_dir() && found.uid() == me && age.is_some_and(|age| age > SETTLED)
        };
        let is_one = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_one && entry.metadata().is_ok_and(is_ours) && locked(&entry.path()).is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// statfs(2): `TMPFS_MAGIC` and `RAMFS_MAGIC`.
#[cfg(target_os = "linux")]
fn place(ambient: &Ambient) -> Option<(PathBuf, Memory)> {
    let runtime = ambient.variables.get("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let in_memory = |path: &PathBuf| {
        rustix::fs::statfs(path).is_ok_and(|stat| matches!(stat.f_type as u32, 0x0102_1994 | 0x8584_58f6))
            && rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
    };
    runtime.into_iter().chain([PathBuf::from("/dev/shm")]).find(in_memory).map(|path| (path, Memory::Ram))
}

/// On macOS `TMPDIR` is a directory of this user's, which others cannot look into (confstr(3), `_CS_DARWIN_USER_TEMP_DIR`).
#[cfg(not(target_os = "linux"))]
fn place(ambient: &Ambient) -> Option<(PathBuf, Memory)> {
    let temporary = ambient.variables.get("TMPDIR").map(PathBuf::from).filter(|path| path.is_absolute());
    temporary.filter(|path| path.is_dir()).map(|path| (path, Memory::Disk))
}

/// Starts a process that removes the directory once nobody holds what is returned, so also after SIGKILL.
fn clear_away_later(directory: &Path) -> io::Result<PipeWriter> {
    let (mut gone, here) = io::pipe()?;
    // SAFETY: this process has one thread, so the new one may go on as any program does.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            drop(here);
            // A session of its own gets no signals from the terminal, and does not end with it.
            let _ = rustix::process::setsid();
            for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT] {
                // SAFETY: it sets how a signal is taken.
                unsafe { libc::signal(signal, libc::SIG_IGN) };
            }
            while gone.read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {}
            let _ = fs::remove_dir_all(directory);
            // SAFETY: _exit(2) leaves nothing undone that is ours.
            unsafe { libc::_exit(0) }
        }
        _ => Ok(here),
    }
}
