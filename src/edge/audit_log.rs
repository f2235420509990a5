//! The audit log's files in the state directory: `audit.log`, and `audit.1.log`, `audit.2.log` … that it was before it
//! grew too long. Appends one line with one write(2), and reads all lines. It never rewrites or removes one.

use crate::domain::text::safe_text;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags};

use crate::disk;
use crate::domain::page::audit_entry::{Entry, Who};
use crate::domain::session::ambient::Ambient;
use crate::error::{Failure, Result};

/// From this size on, in bytes, the file is moved aside: some ten thousand lines.
const LONGEST: u64 = 4 << 20;

/// Where the log is.
pub fn path(ambient: &Ambient) -> Option<PathBuf> {
    ambient.state_dir.as_ref().map(|directory| directory.join("audit.log"))
}

/// Appends an entry. Safe beside other writers: each line goes out in one write to a file opened for appending.
///
/// # Errors
/// One sentence that names the file. Nobody's decision depends on it.
pub fn append(ambient: &Ambient, entry: &Entry, agent: Option<&str>) -> Result<()> {
    let path = path(ambient).ok_or_else(|| Failure::new("there is no home directory to keep the log in"))?;
    let who = Who { uid: ambient.uid, pid: std::process::id(), tty: tty(), agent: agent.map(str::to_owned) };
    let line = entry.line(&who, ambient.now.seconds);
    written(ambient, &path, &line, LONGEST).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                "make room there"
            }
            _ => "nexus-env doctor",
        };
        Failure::new(format!("this could not be written to the log `{}`: {}", safe_text::path(&path), sentence(&error)))
            .hint(hint)
            .into()
    })
}

/// The text of all files, oldest first, and what cannot be read.
pub fn read(ambient: &Ambient) -> (String, Vec<String>) {
    let (mut text, mut unread) = (String::new(), Vec::new());
    let Some(current) = path(ambient) else { return (text, unread) };
    let mut files: Vec<PathBuf> = older(&current).into_iter().map(|(_, path)| path).collect();
    files.push(current);
    for path in files {
        let mut bytes = Vec::new();
        match open_ours(ambient, &path, OpenOptions::new().read(true)).and_then(|mut file| file.read_to_end(&mut bytes))
        {
            Ok(_) => {
                text.push_str(&String::from_utf8_lossy(&bytes));
                text.push('\n');
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => unread.push(format!("`{}` cannot be read: {}", safe_text::path(&path), sentence(&error))),
        }
    }
    (text, unread)
}

/// What the newest of it says, without the rest: some hundred entries.
pub fn newest(ambient: &Ambient) -> String {
    const LENGTH: u64 = 64 << 10;
    let read = || -> io::Result<Vec<u8>> {
        let path = path(ambient).ok_or(io::ErrorKind::NotFound)?;
        let mut file = open_ours(ambient, &path, OpenOptions::new().read(true))?;
        let start = file.metadata()?.len().saturating_sub(LENGTH);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn written(ambient: &Ambient, path: &Path, line: &str, longest: u64) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        if std::fs::metadata(directory)?.uid() != ambient.uid {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "its directory is another user's"));
        }
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600);
    let mut file = open_ours(ambient, path, &options)?;
    // Who finds it moved aside by another writer opens the new one, so two rounds are enough.
    for _ in 0..2 {
        if file.metadata()?.len() < longest || !moved_aside(&file, path)? {
            break;
        }
        file = open_ours(ambient, path, &options)?;
    }
    let start = if ends_torn(&mut file)? { "\n" } else { "" };
    let bytes = format!("{start}{line}\n");
    match disk::quietly(|| file.write(bytes.as_bytes()))? {
        count if count == bytes.len() => Ok(()),
        // The rest does not fit: what is there is torn, and the next line begins on its own.
        _ => Err(io::Error::from(io::ErrorKind::StorageFull)),
    }
}

/// A regular file of this user's, that no link leads to, and that nobody else can read.
fn open_ours(ambient: &Ambient, path: &Path, options: &OpenOptions) -> io::Result<File> {
    let refused = |why| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    // Without NONBLOCK opening a pipe would wait for its reader.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match options.clone().custom_flags(flags.bits() as i32).open(path) {
        // open(2): a symbolic link under O_NOFOLLOW.
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return refused("it is a symbolic link");
        }
        other => other?,
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return refused("it is no regular file");
    }
    if metadata.uid() != ambient.uid {
        return refused("it is another user's");
    }
    if metadata.mode() & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Renames the file to the next free number. `false` when another writer is doing so right now: then it is still the
/// right one to append to. Lines that others write to it meanwhile are in the file all the same.
fn moved_aside(file: &File, path: &Path) -> io::Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let (held, there) = (file.metadata()?, std::fs::symlink_metadata(path));
    let same = there.is_ok_and(|there| (there.dev(), there.ino()) == (held.dev(), held.ino()));
    if same {
        let next = older(path).last().map_or(1, |(number, _)| number + 1);
        std::fs::rename(path, path.with_file_name(format!("audit.{next}.log")))?;
    }
    Ok(true)
}

/// The files that were moved aside, by number.
fn older(path: &Path) -> Vec<(u32, PathBuf)> {
    let entries = path.parent().and_then(|directory| std::fs::read_dir(directory).ok()).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix("audit.")?.strip_suffix(".log")?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    found.sort();
    found
}

fn ends_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The error in lowercase words, without its number.
fn sentence(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// The terminal of this process, where one of its streams is one.
fn tty() -> Option<String> {
    let streams = [rustix::stdio::stderr(), rustix::stdio::stdin(), rustix::stdio::stdout()];
    let name = streams.into_iter().find_map(|stream| rustix::termios::ttyname(stream, Vec::new()).ok())?;
    name.into_string().ok()
}

#[cfg(test)]
#[path = "audit_log_tests.rs"]
mod tests;
