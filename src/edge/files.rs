//! Reads many files at once, on all processors, and shows each to whoever looks. It writes nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::error::Result;

/// What is not read, since all of it would be in memory at once; in bytes.
pub const LARGEST: u64 = 1 << 30;

/// What was made of one file.
pub type Seen<T> = (usize, io::Result<T>);

/// Shows the content of each file to `look`, and returns what came of those for which something did, or that could not be
/// read, by their number. What is no regular file is left out. `progress` is told now and then how many are done.
pub fn each<T: Send>(
    paths: &[PathBuf],
    look: &(dyn Fn(&[u8]) -> Option<T> + Sync),
    progress: &mut dyn FnMut(usize),
) -> Vec<Seen<T>> {
    let (next, done, all) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let mut buffer = Vec::new();
        let mut found = Vec::new();
        while let Some((number, path)) = paths.get(next.load(Ordering::Relaxed)).and_then(|_| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            Some((number, paths.get(number)?))
        }) {
            match read(path, &mut buffer) {
                Ok(true) => found.extend(look(&buffer).map(|seen| (number, Ok(seen)))),
                Ok(false) => {}
                Err(error) => found.push((number, Err(error))),
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
        if let Ok(mut all) = all.lock() {
            all.extend(found);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(paths.len() / 64 + 1);
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        while others.iter().any(|other| !other.is_finished()) {
            progress(done.load(Ordering::Relaxed));
            std::thread::park_timeout(Duration::from_millis(if paths.len() < 2000 { 1 } else { 50 }));
        }
    });
    let mut all = all.into_inner().unwrap_or_default();
    all.sort_by_key(|(number, _)| *number);
    all
}

/// The whole of a regular file; whether it is one. A link is not followed: where it leads is another file.
fn read(path: &Path, buffer: &mut Vec<u8>) -> io::Result<bool> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = match File::options().read(true).custom_flags(flags.bits() as i32).open(path) {
        Ok(file) => file,
        // A link, and what was removed from the work tree.
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) || error.kind() == io::ErrorKind::NotFound => {
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(false);
    }
    if metadata.len() > LARGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    buffer.clear();
    (&file).take(LARGEST).read_to_end(buffer)?;
    Ok(true)
}

/// Every file below a directory, `.git` left out, for where git does not say which there are.
///
/// # Errors
/// A directory that cannot be listed.
pub fn below(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            match entry.file_type()? {
                kind if kind.is_dir() && entry.file_name() != ".git" => waiting.push(entry.path()),
                kind if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether anything is there.
pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether it is there and no directory.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_every_file_once_and_names_those_that_cannot_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut paths: Vec<PathBuf> = (0..300).map(|number| dir.path().join(format!("f{number:03}"))).collect();
        paths.iter().for_each(|path| std::fs::write(path, path.as_os_str().as_encoded_bytes()).unwrap());
        std::os::unix::fs::symlink(&paths[0], dir.path().join("link")).unwrap();
        paths.extend([dir.path().join("link"), dir.path().join("gone"), dir.path().to_owned()]);
        let seen = each(&paths, &|bytes| bytes.ends_with(b"7").then_some(bytes.len()), &mut |_| {});
        assert_eq!(seen.len(), 30);
        assert!(seen.iter().all(|(number, seen)| number % 10 == 7 && seen.as_ref().is_ok_and(|length| *length > 4)));
        assert_eq!(below(dir.path()).unwrap().len(), 300);
    }
}
