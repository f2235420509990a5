//! Stamps: empty files of ours, each with exactly the modification time that it is named by. bash and fish cannot read
//! a file's time, but they can compare two. A stamp is a constant: shells share it, and nobody ever changes one.

use std::fs::{DirBuilder, File, FileTimes};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context;

use crate::disk::beside;
use crate::domain::session::ambient::Timestamp;
use crate::error::{Failure, Result};

const MOST: usize = 512;

/// The stamps of these times, in their order, made where they are missing. Fails where the directory cannot be made, is
/// not ours alone, or keeps no such time.
///
/// # Errors
/// A directory that cannot be made, is not ours alone, or keeps no such time.
pub fn stamps(directory: &Path, times: &[Timestamp]) -> Result<Vec<PathBuf>> {
    if times.is_empty() {
        return Ok(Vec::new());
    }
    prepare(directory)?;
    let paths: Vec<PathBuf> = times.iter().map(|time| directory.join(name(*time))).collect();
    let missing: Vec<usize> = (0..times.len()).filter(|&at| modified(&paths[at]) != Some(times[at])).collect();
    if !missing.is_empty() {
        prune(directory, &paths);
        beside::sweep(directory);
    }
    for at in missing {
        make(&paths[at], times[at])?;
    }
    Ok(paths)
}

/// A file of ours that a shell without a clock touches: its time is now.
///
/// # Errors
/// A directory or a file that cannot be made.
pub fn clock(directory: &Path) -> Result<PathBuf> {
    prepare(directory)?;
    Ok(directory.join("clock"))
}

fn prepare(directory: &Path) -> Result<()> {
    if !directory.is_dir() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .context("could not make the directory for stamps")?;
    }
    let metadata = directory.symlink_metadata().context("could not look at the directory for stamps")?;
    let ours =
        metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0;
    if ours { Ok(()) } else { Err(Failure::new("the directory for stamps is not ours alone").into()) }
}

fn name(time: Timestamp) -> String {
    format!("{}.{:09}", time.seconds, time.nanoseconds)
}

fn modified(path: &Path) -> Option<Timestamp> {
    let metadata = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(Timestamp { seconds: metadata.mtime(), nanoseconds: u32::try_from(metadata.mtime_nsec()).ok()? })
}

/// Made beside and moved into place, so that no shell ever sees one with another time.
fn make(path: &Path, time: Timestamp) -> Result<()> {
    let seconds = Duration::from_secs(time.seconds.unsigned_abs());
    let whole = if time.seconds < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) };
    let at = whole.and_then(|whole| whole.checked_add(Duration::from_nanos(u64::from(time.nanoseconds))));
    let at = at.context("a file's time is out of range")?;
    let beside = beside::name(path);
    let file =
        File::options().write(true).create_new(true).mode(0o600).open(&beside).context("could not make a stamp")?;
    file.set_times(FileTimes::new().set_modified(at)).context("could not set a stamp's time")?;
    std::fs::rename(&beside, path).context("could not place a stamp")?;
    if modified(path) == Some(time) {
        Ok(())
    } else {
        Err(Failure::new("the directory for stamps keeps no such time").into())
    }
}

/// Removes all others once there are too many. A shell that misses one of them loads once more.
fn prune(directory: &Path, needed: &[PathBuf]) {
    let entries: Vec<PathBuf> =
        std::fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path()).collect();
    if entries.len() > MOST {
        for path in entries.iter().filter(|path| !needed.contains(path)) {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(count: u32) -> Vec<Timestamp> {
        (0..count).map(|n| Timestamp { seconds: 1_700_000_000, nanoseconds: n }).collect()
    }

    #[test]
    fn a_stamp_has_the_time_it_is_named_by() {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().join("a/b");
        let wanted = [Timestamp { seconds: 1_700_000_000, nanoseconds: 7 }, Timestamp { seconds: -5, nanoseconds: 9 }];
        let stamps = stamps(&directory, &wanted).unwrap();
        assert_eq!(stamps.iter().map(|path| modified(path).unwrap()).collect::<Vec<_>>(), wanted);
        assert_eq!(directory.metadata().unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_directory_that_others_may_write_into_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(stamps(directory.path(), &times(1)).is_err());
    }

    #[test]
    fn they_do_not_grow_without_end() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = temporary.path().join("stamps");
        let count = u32::try_from(MOST).unwrap() + 1;
        stamps(&directory, &times(count)).unwrap();
        let kept = stamps(&directory, &[Timestamp { seconds: 5, nanoseconds: 5 }]).unwrap();
        assert!(std::fs::read_dir(&directory).unwrap().count() <= 1 && kept[0].exists());
    }
}
