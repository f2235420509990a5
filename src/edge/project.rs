//! Reads the files of the project in which a command runs. It writes nothing and follows no configuration.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::domain::guard::project::{Content, Files, Obstacle};
use crate::trace::{self, Step};

/// The file system, for the guard's reader.
pub struct Disk;

/// No script, `package.json`, schema or `.env` file of a project is larger, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What of a program is looked at for its first line, in bytes (execve(2) reads 255).
const HEAD: u64 = 512;

impl Files for Disk {
    fn read(&self, path: &Path) -> Content {
        let content = match open(path).and_then(|file| bytes(&file, LARGEST + 1)) {
            Ok(bytes) if bytes.len() as u64 > LARGEST => Content::Unreadable(Obstacle::TooLarge),
            Ok(bytes) => Content::Text(decoded(&bytes)),
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Content::Missing,
                // A directory of that name is no file of that name.
                ErrorKind::IsADirectory => Content::Missing,
                ErrorKind::PermissionDenied => Content::Unreadable(Obstacle::Forbidden),
                ErrorKind::InvalidInput => Content::Unreadable(Obstacle::NoFile),
                _ => Content::Unreadable(Obstacle::Failed),
            },
        };
        match &content {
            Content::Text(text) => trace::line(Step::Read, format_args!("{}, {} bytes", path.display(), text.len())),
            Content::Unreadable(obstacle) => {
                trace::line(Step::Read, format_args!("{}: cannot be read ({obstacle:?})", path.display()));
            }
            Content::Missing => {}
        }
        content
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    fn first_line(&self, path: &Path) -> Option<String> {
        let head = open(path).and_then(|file| bytes(&file, HEAD)).ok()?;
        Some(decoded(&head).lines().next().unwrap_or_default().to_owned())
    }
}

/// A regular file, and its length in bytes. Never waits for a pipe or a device.
fn open(path: &Path) -> io::Result<(File, u64)> {
    // A pipe is not opened at all where it can be told before: whoever writes to it would go on.
    if !std::fs::metadata(path)?.file_type().is_file() {
        let is_directory = path.is_dir();
        return Err(io::Error::from(if is_directory { ErrorKind::IsADirectory } else { ErrorKind::InvalidInput }));
    }
    // Opening a pipe for reading waits for a writer, unless told otherwise (open(2), O_NONBLOCK).
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)?;
    let meta = file.metadata()?;
    match meta.file_type().is_file() {
        true => Ok((file, meta.len())),
        false => Err(io::Error::from(ErrorKind::InvalidInput)),
    }
}

fn bytes((file, length): &(File, u64), most: u64) -> io::Result<Vec<u8>> {
    // With room for the end, so that it is read in one piece and once more.
    let mut bytes = Vec::with_capacity((*length).min(most) as usize + 1);
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text, as a program that goes by bytes would find its names in it: what is no UTF-8 stands for itself, a mark of the
/// byte order is none of it (PowerShell writes UTF-16), and shells drop a NUL.
fn decoded(bytes: &[u8]) -> String {
    let sixteen = |read: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    let mut text = match bytes {
        [0xff, 0xfe, rest @ ..] => sixteen(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => sixteen(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.retain(|c| c != '\0');
    text
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
    fn reads_whatever_bytes_are_there_and_says_what_it_cannot_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let check = |bytes: &[u8], expected: Content| {
            std::fs::write(path("a"), bytes).unwrap();
            assert_eq!(Disk.read(&path("a")), expected);
        };
        let text = |text: &str| Content::Text(text.to_owned());
        check(b"text", text("text"));
        check(b"# Gr\xfc\xdfe\nx", text("# Gr\u{fffd}\u{fffd}e\nx"));
        check(b"\xef\xbb\xbf#!/bin/sh", text("#!/bin/sh"));
        check(b"\xff\xfea\0b\0", text("ab"));
        check(b"\xfe\xff\0a\0b", text("ab"));
        check(b"n\0px", text("npx"));
        check(&vec![b'x'; LARGEST as usize + 1], Content::Unreadable(Obstacle::TooLarge));
        assert_eq!(Disk.first_line(&path("a")), Some("x".repeat(HEAD as usize)));
        check(&vec![b'x'; LARGEST as usize], text(&"x".repeat(LARGEST as usize)));
        assert_eq!(Disk.read(&path("d")), Content::Missing);
        assert_eq!(Disk.read(&path("a").join("d")), Content::Missing);
        assert_eq!(Disk.read(directory.path()), Content::Missing);
        assert_eq!(Disk.names(directory.path()), ["a"]);
        assert_eq!(Disk.read(Path::new("/dev/null")), Content::Unreadable(Obstacle::NoFile));
        rustix::fs::mknodat(rustix::fs::CWD, path("p"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(Disk.read(&path("p")), Content::Unreadable(Obstacle::NoFile));
        std::os::unix::fs::symlink("loop", path("loop")).unwrap();
        assert_eq!(Disk.read(&path("loop")), Content::Unreadable(Obstacle::Failed));
    }
}
