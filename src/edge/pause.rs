//! The pauses of the guard, one file each in the state directory. A file that is broken, another user's, a link, or open to
//! others is no pause: what cannot be trusted lifts nothing.

use crate::domain::text::safe_text;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::disk;
use crate::domain::config::name::{EnvironmentName, RepositoryId};
use crate::domain::guard::pause::Pause;
use crate::domain::session::ambient::Ambient;
use crate::error::{Failure, Result};

/// The pauses that are in force at this moment, of every repository.
pub fn all(ambient: &Ambient) -> Vec<Pause> {
    let Some(directory) = directory(ambient).filter(|directory| is_ours(ambient, directory, Kind::Directory)) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut pauses: Vec<Pause> = entries.filter_map(|entry| read(ambient, &entry.path())).collect();
    pauses.retain(|pause| pause.holds_at(ambient.clock()));
    pauses.sort_by(|a, b| (&a.root, &a.environment).cmp(&(&b.root, &b.environment)));
    pauses
}

/// Begins a pause, in place of one of the same environment.
///
/// # Errors
/// Where it cannot be kept.
pub fn begin(ambient: &Ambient, pause: &Pause) -> Result<()> {
    let path = path(ambient, &pause.repository, &pause.environment)?;
    disk::keep(&path, pause.encode().as_bytes())
        .with_context(|| format!("could not write `{}`", safe_text::path(&path)))
}

/// Ends one. That there is none is no error.
///
/// # Errors
/// Where it cannot be taken away.
pub fn end(ambient: &Ambient, repository: &RepositoryId, environment: &EnvironmentName) -> Result<()> {
    let path = path(ambient, repository, environment)?;
    disk::remove(&path).with_context(|| format!("could not remove `{}`", safe_text::path(&path)))
}

fn directory(ambient: &Ambient) -> Option<PathBuf> {
    ambient.state_dir.as_ref().map(|state| state.join("pauses"))
}

fn path(ambient: &Ambient, repository: &RepositoryId, environment: &EnvironmentName) -> Result<PathBuf> {
    let directory = directory(ambient).ok_or_else(|| Failure::new("there is no home directory to keep a pause in"))?;
    Ok(directory.join(file_name(repository, environment)))
}

fn file_name(repository: &RepositoryId, environment: &EnvironmentName) -> String {
    format!("{}.{environment}", repository.as_str())
}

/// A pause under another name than its own was put there by hand.
fn read(ambient: &Ambient, path: &Path) -> Option<Pause> {
    if !is_ours(ambient, path, Kind::File) {
        return None;
    }
    let pause = Pause::decode(&String::from_utf8(disk::read(path).ok()?).ok()?)?;
    let name = file_name(&pause.repository, &pause.environment);
    (path.file_name()?.to_str()? == name).then_some(pause)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    File,
    Directory,
}

/// Whether it is of that kind, no link, this user's, and closed to everybody else.
fn is_ours(ambient: &Ambient, path: &Path, kind: Kind) -> bool {
    let looked: io::Result<std::fs::Metadata> = path.symlink_metadata();
    looked.is_ok_and(|metadata| {
        let right = match kind {
            Kind::File => metadata.is_file(),
            Kind::Directory => metadata.is_dir(),
        };
        right && metadata.uid() == ambient.uid && metadata.mode() & 0o077 == 0
    })
}

#[cfg(test)]
#[path = "pause_tests.rs"]
mod tests;
