//! Reads the files of the project in which a command runs. It writes nothing and follows no configuration.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::domain::project::{Content, Files};

/// The file system, for the guard's reader.
pub struct Disk;

/// No `package.json`, schema or `.env` file of a person is larger.
const LARGEST: u64 = 1024 * 1024;

impl Files for Disk {
    fn read(&self, path: &Path) -> Content {
        let meta = match std::fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Content::Missing;
            }
            Err(_) => return Content::Unreadable,
        };
        if meta.is_dir() {
            return Content::Missing;
        }
        if !meta.is_file() || meta.len() > LARGEST {
            return Content::Unreadable;
        }
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
        read.map_or(Content::Unreadable, |_| Content::Text(text))
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).take(1000).collect()
    }
}

/// The directory that this is, or in which it stands; `None` where there is no such.
pub fn directory(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path.to_owned());
    }
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty() && path.exists() && parent.is_dir())
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_missing_from_unreadable() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("a"), "text").unwrap();
        std::fs::write(path("b"), b"\xff").unwrap();
        std::fs::write(path("c"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
        assert_eq!(Disk.read(&path("a")), Content::Text("text".to_owned()));
        assert_eq!(Disk.read(&path("b")), Content::Unreadable);
        assert_eq!(Disk.read(&path("c")), Content::Unreadable);
        assert_eq!(Disk.read(&path("d")), Content::Missing);
        assert_eq!(Disk.read(directory.path()), Content::Missing);
        assert_eq!(Disk.names(directory.path()).len(), 3);
        assert_eq!(Disk.read(Path::new("/dev/null")), Content::Unreadable);
    }
}
