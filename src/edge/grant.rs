//! Where a person's yes is kept between two layers of the guard: a file of this user alone. Its name is the hash of a
//! random number that only the consented command's own environment holds, so that a listing gives nothing away.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use rustix::fs::{FlockOperation, OFlags, flock};
use sha2::{Digest, Sha256};

use crate::disk;
use crate::domain::ambient::Ambient;
use crate::domain::grant::{Grant, LASTS};
use crate::error::Result;

/// The variable that carries the random number to the consented command.
pub const VARIABLE: &str = "NEXUS_ENV_CONSENT";

/// Keeps a yes and returns the number by which it is found again.
pub fn keep(ambient: &Ambient, grant: &Grant) -> Result<String> {
    let directory = directory(ambient).context("there is no place to keep a yes")?;
    forget_old(&directory);
    let number = format!("{:032x}", rand::random::<u128>());
    disk::keep(&directory.join(name(&number)), &grant.encode()).context("could not keep the yes")?;
    Ok(number)
}

/// Whether this process was given the number of a yes that is still there.
pub fn is_given(ambient: &Ambient) -> bool {
    open(ambient).is_some()
}

/// The yes that this process was given the number of.
pub fn given(ambient: &Ambient) -> Option<Grant> {
    let mut bytes = Vec::new();
    open(ambient)?.take(disk::LARGEST).read_to_end(&mut bytes).ok()?;
    Grant::decode(&bytes)
}

/// Lets `answers` look at the yes that this process was given the number of, and keeps what it changed. Two processes
/// never look at the same time.
pub fn ask(ambient: &Ambient, answers: impl FnOnce(&mut Grant) -> bool) -> bool {
    let asked = || -> Option<bool> {
        let mut file = open(ambient)?;
        flock(&file, FlockOperation::LockExclusive).ok()?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(disk::LARGEST).read_to_end(&mut bytes).ok()?;
        let mut grant = Grant::decode(&bytes)?;
        let yes = answers(&mut grant);
        if yes {
            file.set_len(0).ok()?;
            file.seek(SeekFrom::Start(0)).ok()?;
            file.write_all(&grant.encode()).ok()?;
        }
        Some(yes)
    };
    asked().unwrap_or(false)
}

/// The process group of this process: all that one line of an interactive shell started.
pub fn group() -> u32 {
    rustix::process::getpgrp().as_raw_nonzero().get().unsigned_abs()
}

fn directory(ambient: &Ambient) -> Option<PathBuf> {
    Some(ambient.runtime_dir.as_ref()?.join("consent"))
}

fn name(number: &str) -> String {
    let hash = Sha256::digest(number.as_bytes());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A file of ours that nobody else can write.
fn open(ambient: &Ambient) -> Option<File> {
    let number = ambient.variables.text(VARIABLE).filter(|number| number.len() == 32)?;
    let path = directory(ambient)?.join(name(number));
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let ours = metadata.is_file() && metadata.uid() == ambient.uid && metadata.mode() & 0o077 == 0;
    ours.then_some(file)
}

fn forget_old(directory: &Path) {
    let old = |path: &Path| {
        let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        let age = modified.and_then(|time| SystemTime::now().duration_since(time).ok());
        age.is_some_and(|age| age > Duration::from_secs(LASTS))
    };
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        if old(&entry.path()) {
            let _ = disk::remove(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::domain::ambient::Environ;
    use crate::domain::sample;

    fn ambient(runtime: &Path, number: &str) -> Ambient {
        Ambient {
            runtime_dir: Some(runtime.to_owned()),
            variables: Environ::new(vec![(VARIABLE.into(), number.into())]),
            uid: rustix::process::geteuid().as_raw(),
            ..sample::ambient()
        }
    }

    #[test]
    fn a_yes_is_found_by_its_number_alone() {
        let directory = tempfile::tempdir().unwrap();
        let grant = Grant::new("prod", Path::new("/repo"), ["x".to_owned()], 0);
        let number = keep(&ambient(directory.path(), ""), &grant).unwrap();
        let found = |number: &str| {
            let mut seen = None;
            ask(&ambient(directory.path(), number), |grant| {
                seen = Some(grant.clone());
                grant.commands[0].used_by = Some(7);
                true
            });
            seen
        };
        assert_eq!(found(&number), Some(grant.clone()));
        assert_eq!(found(&number).unwrap().commands[0].used_by, Some(7));
        assert_eq!(found(&"0".repeat(32)), None);
        assert_eq!(found("../consent"), None);
        let listed = std::fs::read_dir(directory.path().join("consent")).unwrap().next().unwrap().unwrap().path();
        assert_ne!(listed.file_name().unwrap().to_str(), Some(number.as_str()));
        std::fs::set_permissions(&listed, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(found(&number), None);
    }
}
