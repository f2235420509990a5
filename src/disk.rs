//! What several doors of `edge` do with a file: look at it, read it with a limit, replace it whole. It stands below
//! them, so that no door opens another; nothing but `edge` uses it, and it knows no format.

pub mod beside;

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, FlockOperation, OFlags};

use crate::domain::config::watch::Sighting;
use crate::domain::session::ambient::Timestamp;
use crate::domain::text::safe_text;
use crate::error::Failure;
use crate::trace::{self, Step};

/// What a file that we read may hold, in bytes.
pub const LARGEST: u64 = 1 << 20;
/// Up to this size, in bytes, a file whose time has no nanoseconds is compared by its content.
const COMPARED: u64 = 64 << 10;

/// Why a file was not written or its directory not locked, and where to look: at the nearest directory that is there.
pub fn unwritable(act: &str, path: &Path, error: &io::Error) -> Failure {
    let reason = error.to_string();
    let reason = reason.split(" (os error").next().unwrap_or_default().to_lowercase();
    let directory = path.ancestors().find(|place| place.is_dir()).unwrap_or(Path::new("/"));
    Failure::new(format!("could not {act} `{}`: {reason}", safe_text::path(path)))
        .hint(format!("ls -ld {} shows who may write there", safe_text::typed(directory)))
}

/// How a file looks right now; `None` where there is none. Look first, then read: a change in between is noticed the
/// next time. Without its content, which may be a key: what is seen goes to the shell.
pub fn sight(path: &Path) -> Option<Sighting> {
    let metadata = std::fs::metadata(path).ok()?;
    let physical = std::fs::canonicalize(path).ok().filter(|physical| physical != path);
    Some(sighting(path.to_owned(), physical, &metadata))
}

/// The same, of metadata that was read already.
pub fn sighting(path: PathBuf, physical: Option<PathBuf>, metadata: &Metadata) -> Sighting {
    let time = |seconds, nanoseconds: i64| Timestamp { seconds, nanoseconds: nanoseconds.unsigned_abs() as u32 };
    Sighting {
        path,
        physical,
        modified: time(metadata.mtime(), metadata.mtime_nsec()),
        changed: time(metadata.ctime(), metadata.ctime_nsec()),
        content: None,
    }
}

/// Whether the times of a file do not tell two writes apart: its file system, or whoever set them, has no nanoseconds.
pub fn needs_content(metadata: &Metadata) -> bool {
    (metadata.mtime_nsec() == 0 || metadata.ctime_nsec() == 0) && metadata.is_file() && metadata.len() <= COMPARED
}

/// The bytes of a regular file of at most [`LARGEST`] bytes. Never waits for a pipe or a device.
///
/// # Errors
/// `InvalidInput` for what is no regular file, `FileTooLarge` for one that is larger.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe for reading waits for a writer, unless told otherwise (open(2), O_NONBLOCK).
    let file = OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(LARGEST) as usize + 1);
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    trace::line(Step::Read, format_args!("{}, {} bytes", path.display(), bytes.len()));
    Ok(bytes)
}

/// Replaces a file whole, or makes it: a reader sees the old content or the new one, also after a crash. Keeps the
/// permissions, and a symbolic link that leads to it.
///
/// # Errors
/// A file that is read-only for this user stays as it is, although its directory would let us replace it.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    stage(path, bytes)?.replace()
}

/// New content of a file, on the disk beside it. Dropped without [`Staged::replace`], it is gone.
#[derive(Debug)]
pub struct Staged {
    beside: PathBuf,
    path: PathBuf,
}

/// Does all of [`replace`] but its last step, the renaming.
///
/// # Errors
/// As [`replace`].
pub fn stage(path: &Path, bytes: &[u8]) -> io::Result<Staged> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mode = match std::fs::metadata(&target) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        Ok(metadata) => {
            rustix::fs::access(&target, Access::WRITE_OK)?;
            Some(metadata.permissions().mode() & 0o7777)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    staged(&target, bytes, 0o666, mode)
}

/// The files of the stores of a repository, whatever is in them, in the order of the directory.
pub fn stores(root: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(root.join(".nexusenv.d")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
}

/// Whether a repository has secrets of any environment, also of one that its configuration does not name.
pub fn has_stores(root: &Path) -> bool {
    stores(root).next().is_some()
}

/// Writes a file of this user alone, 0600, below directories of this user alone, 0700, in one step.
pub fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), keep_directory)?;
    rename_over(path, bytes, 0o600, None)
}

/// Writes a file that everyone may read and this user alone may write, 0644, in one step. Its directory is there.
pub fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    rename_over(path, bytes, 0o644, Some(0o644))
}

/// Makes a directory of this user alone, 0700, and those above it.
pub fn keep_directory(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// Makes a symbolic link below directories of this user alone, or replaces one, in one step.
pub fn link(path: &Path, target: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), keep_directory)?;
    let beside = fresh(path);
    std::os::unix::fs::symlink(target, &beside)?;
    std::fs::rename(&beside, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })
}

/// Makes a file that does not exist yet, whole, with this mode under the umask.
///
/// # Errors
/// `AlreadyExists` when there is anything of that name, a symbolic link too, which is not followed.
pub fn create(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let beside = fresh(path);
    let made = write_new(&beside, bytes, mode, None).and_then(|()| match std::fs::hard_link(&beside, path) {
        // Where the file system has no hard links (link(2)), the name is at least taken in one step.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => write_new(path, bytes, mode, None),
        linked => linked,
    });
    let _ = std::fs::remove_file(&beside);
    made
}

/// The right to change what stands in a directory, for as long as it is open; waits for whoever has it. The kernel takes it
/// back when the process dies (flock(2)), and nothing is left behind: what is locked is the directory itself.
pub fn lock(directory: &Path) -> io::Result<File> {
    let opened = File::open(directory)?;
    loop {
        match rustix::fs::flock(&opened, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(opened),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Removes a file; that there is none is no error.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// `created` is the mode under the umask; `mode` is set as it is.
fn rename_over(path: &Path, bytes: &[u8], created: u32, mode: Option<u32>) -> io::Result<()> {
    staged(path, bytes, created, mode)?.replace()
}

fn staged(path: &Path, bytes: &[u8], created: u32, mode: Option<u32>) -> io::Result<Staged> {
    let beside = fresh(path);
    write_new(&beside, bytes, created, mode)?;
    Ok(Staged { beside, path: path.to_owned() })
}

impl Staged {
    pub fn replace(self) -> io::Result<()> {
        std::fs::rename(&self.beside, &self.path)?;
        if let Some(Ok(directory)) = self.path.parent().map(File::open) {
            // The rename itself must survive a crash; a file system that cannot say so is no reason to fail.
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

/// What took its place is no longer there under this name.
impl Drop for Staged {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.beside);
    }
}

/// Removes what it has begun where it fails.
fn write_new(path: &Path, bytes: &[u8], created: u32, mode: Option<u32>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(created).open(path)?;
    let written = quietly(|| {
        if let Some(mode) = mode {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(path);
    })
}

/// A name beside a file that is about to be written, after what others left there was cleared away.
fn fresh(path: &Path) -> PathBuf {
    if let Some(directory) = path.parent() {
        beside::sweep(directory);
    }
    beside::name(path)
}

/// Past a limit on the size of files the kernel sends SIGXFSZ, which would end the program (setrlimit(2)); ignored, the
/// write fails with an error.
pub fn quietly<T>(write: impl FnOnce() -> T) -> T {
    // SAFETY: signal(2) with a constant, and with what it returned; this program has no other user of that signal.
    let before = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let written = write();
    if before != libc::SIG_ERR {
        // SAFETY: as above.
        unsafe { libc::signal(libc::SIGXFSZ, before) };
    }
    written
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use std::time::{Duration, SystemTime};

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn names(directory: &Path) -> Vec<OsString> {
        let mut names: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn replacing_keeps_the_mode_and_the_link_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("real"), dir.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(mode(&file), 0o640);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(dir.path()), ["link", "real"]);
    }

    #[test]
    fn creating_takes_no_name_that_is_taken_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        create(&file, b"1", 0o600).unwrap();
        std::os::unix::fs::symlink("elsewhere", &link).unwrap();
        for taken in [&file, &link] {
            assert_eq!(create(taken, b"2", 0o600).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!((std::fs::read(&file).unwrap(), mode(&file)), (b"1".to_vec(), 0o600));
        assert_eq!(names(dir.path()), ["file", "link"]);
    }

    #[test]
    fn replacing_a_directory_fails_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        assert!(replace(&inner, b"x").is_err());
        assert_eq!(names(dir.path()), ["inner"]);
    }

    #[test]
    fn what_is_kept_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c");
        keep(&path, b"1").unwrap();
        keep(&path, b"2").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        assert_eq!((mode(&path), mode(path.parent().unwrap()), mode(&dir.path().join("a"))), (0o600, 0o700, 0o700));
        assert_eq!(names(path.parent().unwrap()), ["c"]);
    }

    #[test]
    fn reads_regular_files_up_to_the_limit_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, vec![b'x'; LARGEST as usize]).unwrap();
        assert_eq!(read(&path).unwrap().len(), LARGEST as usize);
        std::fs::write(&path, vec![b'x'; LARGEST as usize + 1]).unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read(dir.path()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(read(Path::new("/dev/zero")).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(read(&pipe).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_sighting_holds_the_time_and_where_a_link_leads_and_never_the_content() {
        let dir = tempfile::tempdir().unwrap();
        let directory = dir.path().canonicalize().unwrap();
        let path = directory.join("f");
        std::fs::write(&path, "x").unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        let seen = sight(&path).unwrap();
        assert_eq!(seen.modified, Timestamp { seconds: 1_700_000_000, nanoseconds: 0 });
        assert_eq!((seen.content, seen.physical), (None, None));
        let link = directory.join("link");
        std::os::unix::fs::symlink("f", &link).unwrap();
        assert_eq!(sight(&link).unwrap().physical, Some(path));
        assert_eq!(sight(&directory.join("none")), None);
    }
}
