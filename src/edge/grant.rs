//! Where a person's yes is kept: a file of this user alone. Its name is the hash of a random number that only the environment
//! of what it was given to holds, so that a listing gives nothing away. A yes to one command goes from one layer of the guard
//! to the next and need not outlive the login; one to writing is kept where no repository reaches, in the state directory.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use rustix::fs::{FlockOperation, OFlags, flock};
use sha2::{Digest, Sha256};

use crate::disk;
use crate::domain::session::ambient::Ambient;
use crate::domain::session::grant::{Grant, GrantName, LASTS, WriteGrant};
use crate::domain::text::clock::Now;
use crate::error::Result;

/// The variable that carries the random number to the consented command.
pub use crate::domain::session::given::CONSENT as VARIABLE;

/// Keeps a yes and returns the number by which it is found again.
///
/// # Errors
/// Where the directory of states cannot be written.
pub fn keep(ambient: &Ambient, grant: &Grant) -> Result<String> {
    let directory = directory(ambient).context("there is no place to keep a yes")?;
    forget_old(&directory);
    let number = GrantName::of(rand::random());
    disk::keep(&directory.join(name(number.as_str())), &grant.encode()).context("could not keep the yes")?;
    Ok(number.to_string())
}

/// Keeps write access, and returns the name by which it is found again.
///
/// # Errors
/// Where there is no state directory, or it cannot be written.
pub fn keep_write(ambient: &Ambient, grant: &WriteGrant) -> Result<GrantName> {
    let directory = write_directory(ambient).context("there is no place to keep a grant")?;
    forget_over(&directory, ambient.clock());
    let number = GrantName::of(rand::random());
    disk::keep(&directory.join(name(number.as_str())), &grant.encode()).context("could not keep the grant")?;
    Ok(number)
}

/// The write access of that name, whether or not it holds here and now.
pub fn write(ambient: &Ambient, number: &GrantName) -> Option<WriteGrant> {
    let mut bytes = Vec::new();
    let file = open_ours(ambient, &write_directory(ambient)?.join(name(number.as_str())))?;
    file.take(disk::LARGEST).read_to_end(&mut bytes).ok()?;
    WriteGrant::decode(&bytes)
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

fn write_directory(ambient: &Ambient) -> Option<PathBuf> {
    Some(ambient.state_dir.as_ref()?.join("grants"))
}

fn name(number: &str) -> String {
    let hash = Sha256::digest(number.as_bytes());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The yes that this process was given the number of: a file of ours that nobody else can write.
fn open(ambient: &Ambient) -> Option<File> {
    let number = ambient.variables.text(VARIABLE).and_then(GrantName::new)?;
    open_ours(ambient, &directory(ambient)?.join(name(number.as_str())))
}

fn open_ours(ambient: &Ambient, path: &Path) -> Option<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let ours = metadata.is_file() && metadata.uid() == ambient.uid && metadata.mode() & 0o077 == 0;
    ours.then_some(file)
}

fn forget_over(directory: &Path, now: Now) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let grant = disk::read(&entry.path()).ok().and_then(|bytes| WriteGrant::decode(&bytes));
        if grant.is_some_and(|grant| grant.end.is_over_or_of_another_start(now)) {
            let _ = disk::remove(&entry.path());
        }
    }
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
    use crate::domain::sample;
    use crate::domain::session::ambient::Environ;

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

    #[test]
    fn write_access_is_found_by_its_name_while_nobody_else_can_write_it() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        let mut ambient = Ambient { state_dir: Some(state.clone()), ..ambient(directory.path(), "") };
        ambient.now.seconds = 1000;
        let end = crate::domain::text::clock::End::after(ambient.clock(), 60);
        let grant = WriteGrant { environment: sample::name("prod"), root: "/repo".into(), end };
        let number = keep_write(&ambient, &grant).unwrap();
        assert_eq!(write(&ambient, &number), Some(grant.clone()));
        assert_eq!(write(&ambient, &GrantName::of(7)), None);
        let files =
            || -> Vec<_> { std::fs::read_dir(state.join("grants")).unwrap().map(|e| e.unwrap().path()).collect() };
        let [file] = files().try_into().unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
        assert_ne!(file.file_name().unwrap().to_str(), Some(number.as_str()));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o622)).unwrap();
        assert_eq!(write(&ambient, &number), None);
        // The next one clears away what is over.
        ambient.now.seconds = 1060;
        let later = WriteGrant { end: crate::domain::text::clock::End::after(ambient.clock(), 60), ..grant };
        let number = keep_write(&ambient, &later).unwrap();
        assert_eq!((files().len(), write(&ambient, &number)), (1, Some(later)));
    }
}
