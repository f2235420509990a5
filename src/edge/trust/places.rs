//! Where each repository's id was allowed, and what was allowed last in a place: by it an id is known that comes from
//! somewhere else, and a content that is older than another one.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{Result, disk, keep, state, text};
use crate::domain::config::change::Change;
use crate::domain::config::name::RepositoryId;
use crate::domain::config::repository::{AllowedTexts, Digest, Input, InputKind, Repository};
use crate::domain::session::ambient::Ambient;

/// The directories, physical, in which a configuration with this id was allowed, in order.
pub fn places(ambient: &Ambient, id: &RepositoryId) -> Vec<PathBuf> {
    let Some(state) = &ambient.state_dir else { return Vec::new() };
    let entries = std::fs::read_dir(directory(state, id)).into_iter().flatten().flatten();
    let files = entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    let mut places: Vec<PathBuf> = files
        .filter_map(|entry| Some(PathBuf::from(OsString::from_vec(disk::read(&entry.path()).ok()?))))
        .filter(|place| place.is_absolute())
        .collect();
    places.sort();
    places
}

/// Remembers that an id was allowed in a directory.
///
/// # Errors
/// Where it cannot be kept.
pub fn settle(ambient: &Ambient, id: &RepositoryId, root: &Path) -> Result<()> {
    let path = directory(state(ambient)?, id).join(name(root));
    match disk::read(&path) {
        Ok(known) if known == root.as_os_str().as_encoded_bytes() => Ok(()),
        Ok(_) | Err(_) => keep(&path, root.as_os_str().as_encoded_bytes()),
    }
}

/// How a repository's allowed content stands to what was allowed last in its directory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Age {
    /// It is that, or nothing was allowed in this directory itself.
    Latest,
    /// Another one was allowed here after it.
    Older,
}

/// Whether the content came back from before the last `allow` in this directory, as with a `git checkout` of an old branch.
pub fn age(ambient: &Ambient, repository: &Repository) -> Age {
    let Some((main, _)) = ambient.state_dir.as_deref().and_then(|state| last(state, &repository.root)) else {
        return Age::Latest;
    };
    if main == repository.main.digest.hex() { Age::Latest } else { Age::Older }
}

/// The texts that were allowed last in this directory, as far as they are kept.
pub fn before(ambient: &Ambient, repository: &Repository) -> Option<AllowedTexts> {
    let state = ambient.state_dir.as_deref()?;
    let (main, local) = last(state, &repository.root)?;
    let read = |kind, digest: &str| text(kind, &content(state, digest)?).ok();
    let local = local.and_then(|digest| read(InputKind::Local, &digest));
    Some(AllowedTexts { main: read(InputKind::Main, &main)?, local })
}

/// What differs from what was allowed last in this directory, input by input. What cannot be read of it is left out: this
/// is for showing, and decides nothing.
pub fn changes(ambient: &Ambient, repository: &Repository) -> Vec<Change> {
    let Some(state) = ambient.state_dir.as_deref() else { return Vec::new() };
    let Some((main, local)) = last(state, &repository.root) else { return Vec::new() };
    let mut changes = Vec::new();
    if let Some(old) = content(state, &main) {
        let file = InputKind::Main.file_name();
        changes.extend(Change::between(file, Some(&old), repository.main.untrusted_bytes()));
    }
    let old = local.and_then(|digest| content(state, &digest));
    let new = repository.local.as_ref().map(Input::untrusted_bytes);
    if old.is_some() || new.is_some() {
        changes.extend(Change::between(InputKind::Local.file_name(), old.as_deref(), new.unwrap_or_default()));
    }
    changes
}

/// The digests that were allowed last in a directory. Only digests may name a file here, whatever the record holds.
fn last(state: &Path, root: &Path) -> Option<(String, Option<String>)> {
    let record = String::from_utf8(disk::read(&record(state, root)).ok()?).ok()?;
    let mut digests = record.lines().map(|line| {
        Some(line.to_owned()).filter(|text| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    Some((digests.next()??, digests.next().flatten()))
}

pub(super) fn remember_last(state: &Path, root: &Path, main: Digest, local: Option<Digest>) -> Result<()> {
    let local = local.map(|digest| digest.hex()).unwrap_or_default();
    keep(&record(state, root), format!("{}\n{local}\n", main.hex()).as_bytes())
}

fn content(state: &Path, digest: &str) -> Option<Vec<u8>> {
    disk::read(&state.join("allowed").join(digest)).ok()
}

fn record(state: &Path, root: &Path) -> PathBuf {
    state.join("last").join(name(root))
}

fn directory(state: &Path, id: &RepositoryId) -> PathBuf {
    state.join("places").join(id.as_str())
}

fn name(root: &Path) -> String {
    let hash: [u8; 32] = Sha256::digest(root.as_os_str().as_encoded_bytes()).into();
    Digest(hash).hex()
}
