//! The state directory: which contents were allowed or denied, what was allowed last at a path, which store of secrets
//! goes with an environment, and the one generation file that every shell watches. Never reads a configuration's meaning.

use crate::domain::safe_text;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use sha2::{Digest as _, Sha256};

use crate::disk;
use crate::domain::ambient::Ambient;
use crate::domain::change::Change;
use crate::domain::config::Protection;
use crate::domain::container::Pin;
use crate::domain::name::{EnvironmentName, RepositoryId};
use crate::domain::repository::{AllowedText, AllowedTexts, Digest, Input, InputKind, Repository};
use crate::domain::watch::Watch;
use crate::error::{Failure, Result};

/// What the person said about a repository's inputs.
#[derive(Debug)]
pub enum Trust {
    Allowed(AllowedTexts),
    /// Not yet, with what differs from what was allowed last at this path: nothing where nothing ever was.
    Asks(Vec<Change>),
    Denied,
}

/// What was said about one content.
enum Standing {
    Allowed,
    Denied,
    Unknown,
}

/// Whether everything that can set a variable has a content that the person allowed. One look at one file an input.
///
/// # Errors
/// An allowed text that is not UTF-8.
pub fn judge(ambient: &Ambient, repository: &Repository) -> Result<Trust> {
    let Some(state) = &ambient.state_dir else { return Ok(Trust::Asks(Vec::new())) };
    let main = standing(ambient, state, &repository.main);
    let local = repository.local.as_ref().map(|input| standing(ambient, state, input));
    match (main, local.unwrap_or(Standing::Allowed)) {
        (Standing::Allowed, Standing::Allowed) => texts(repository).map(Trust::Allowed),
        (Standing::Denied, Standing::Allowed | Standing::Denied | Standing::Unknown)
        | (Standing::Allowed | Standing::Unknown, Standing::Denied) => Ok(Trust::Denied),
        (Standing::Unknown, Standing::Allowed | Standing::Unknown) | (Standing::Allowed, Standing::Unknown) => {
            Ok(Trust::Asks(changes(state, repository)))
        }
    }
}

fn standing(ambient: &Ambient, state: &Path, input: &Input) -> Standing {
    // Another user's mark is not this person's word, as when root keeps the home directory of whoever called it.
    let ours = |path: PathBuf| std::fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.uid() == ambient.uid);
    if ours(allowed(state, input.digest)) {
        Standing::Allowed
    } else if ours(denied(state, input.digest)) {
        Standing::Denied
    } else {
        Standing::Unknown
    }
}

/// The texts of a repository, to be parsed before the person's `allow` is taken. Everybody else asks [`judge`].
///
/// # Errors
/// A text that is not UTF-8, with its file and line.
pub fn texts(repository: &Repository) -> Result<AllowedTexts> {
    let text = |kind, input: &Input| text(kind, input.untrusted_bytes());
    let local = repository.local.as_ref().map(|input| text(InputKind::Local, input)).transpose()?;
    Ok(AllowedTexts { main: text(InputKind::Main, &repository.main)?, local })
}

fn text(kind: InputKind, bytes: &[u8]) -> Result<AllowedText> {
    let file = kind.file_name();
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(AllowedText { file, text: text.to_owned() }),
        Err(error) => {
            let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
            Err(Failure::new(format!("{file}:{line}: is not UTF-8")).hint("save it as UTF-8").into())
        }
    }
}

/// Trusts the content of a repository's inputs as they were read. Their contents are kept, to show what changed later.
pub fn allow(ambient: &Ambient, repository: &Repository) -> Result<()> {
    let state = state(ambient)?;
    for input in inputs(repository) {
        keep(&allowed(state, input.digest), input.untrusted_bytes())?;
        remove(&denied(state, input.digest))?;
    }
    let local = repository.local.as_ref().map(|input| input.digest);
    remember_last(state, &repository.root, repository.main.digest, local)?;
    renew(ambient, state)
}

/// Distrusts the content of a repository's inputs: they no longer load, and no longer ask.
pub fn deny(ambient: &Ambient, repository: &Repository) -> Result<()> {
    let state = state(ambient)?;
    for input in inputs(repository) {
        keep(&denied(state, input.digest), b"")?;
        remove(&allowed(state, input.digest))?;
    }
    renew(ambient, state)
}

/// Keeps an allowed `.nexusenv` allowed after the program's own edit: to be called before the new content is written.
/// Does nothing for one that is not allowed.
pub fn follow(ambient: &Ambient, old: &Repository, main: &[u8]) -> Result<()> {
    let state = state(ambient)?;
    match judge(ambient, old)? {
        Trust::Allowed(_) => {
            let digest = Digest::of(InputKind::Main, main);
            keep(&allowed(state, digest), main)?;
            remove(&denied(state, digest))?;
            remember_last(state, &old.root, digest, old.local.as_ref().map(|input| input.digest))?;
            renew(ambient, state)
        }
        Trust::Asks(_) | Trust::Denied => Ok(()),
    }
}

/// The file that is replaced whenever what was allowed or denied changes.
pub fn generation(ambient: &Ambient) -> Watch {
    let Some(state) = &ambient.state_dir else { return Watch::default() };
    let path = state.join("generation");
    match disk::sight(&path) {
        Some(sighting) => Watch { present: vec![sighting], absent: Vec::new(), ..Watch::default() },
        None => Watch { present: Vec::new(), absent: vec![path], ..Watch::default() },
    }
}

/// The store that was seen with an environment; `None` when there was none yet.
///
/// # Errors
/// A file that is damaged: what it would have refused must not pass.
pub fn pin(ambient: &Ambient, id: &RepositoryId, environment: &EnvironmentName) -> Result<Option<Pin>> {
    let Some(state) = &ambient.state_dir else { return Ok(None) };
    let path = pin_path(state, id, environment);
    let bytes = match disk::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("could not read `{}`", safe_text::path(&path))),
    };
    let pin = std::str::from_utf8(&bytes).ok().and_then(parse_pin);
    pin.map(Some).ok_or_else(|| {
        let command = format!("rm {} && nexus-env allow", safe_text::typed(&path));
        anyhow!(Failure::new(format!("`{}` is damaged", safe_text::path(&path))).hint(command))
    })
}

/// Remembers a store. With the same fingerprint the revision never goes down, and what was protected stays so; nothing new
/// is not written.
pub fn remember(ambient: &Ambient, id: &RepositoryId, environment: &EnvironmentName, pin: Pin) -> Result<()> {
    let state = state(ambient)?;
    let path = pin_path(state, id, environment);
    // What is known is read and written without another process in between.
    let _locked = locked(&path)?;
    // A damaged file is replaced: whoever calls this has decided that this store is the right one.
    let known = self::pin(ambient, id, environment).unwrap_or(None);
    let pin = match known {
        Some(known) if known.fingerprint == pin.fingerprint => {
            let protection = match known.protection {
                Protection::Protected => Protection::Protected,
                Protection::Open => pin.protection,
            };
            Pin { revision: known.revision.max(pin.revision), protection, ..pin }
        }
        Some(_) | None => pin,
    };
    if known == Some(pin) {
        return Ok(());
    }
    let fingerprint: String = pin.fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
    let protected = match pin.protection {
        Protection::Protected => " protected",
        Protection::Open => "",
    };
    keep(&path, format!("{fingerprint} {}{protected}\n", pin.revision).as_bytes())
}

/// Forgets the store that was seen with an environment, and lets every shell notice: another one is allowed instead.
pub fn forget(ambient: &Ambient, id: &RepositoryId, environment: &EnvironmentName) -> Result<()> {
    let state = state(ambient)?;
    remove(&pin_path(state, id, environment))?;
    renew(ambient, state)
}

fn parse_pin(text: &str) -> Option<Pin> {
    let (hex, rest) = text.strip_suffix('\n')?.split_once(' ')?;
    let (revision, protection) = match rest.strip_suffix(" protected") {
        Some(revision) => (revision, Protection::Protected),
        None => (rest, Protection::Open),
    };
    let digits = u128::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 32 && !hex.starts_with('+'))?;
    Some(Pin { fingerprint: digits.to_be_bytes(), revision: revision.parse().ok()?, protection })
}

/// What differs from what was allowed last at this path, input by input. What cannot be read of it is left out: this
/// is for showing, and decides nothing.
fn changes(state: &Path, repository: &Repository) -> Vec<Change> {
    let Some(last) = disk::read(&last(state, &repository.root)).ok().and_then(|b| String::from_utf8(b).ok()) else {
        return Vec::new();
    };
    let mut digests = last.lines();
    let content = |digest: &str| disk::read(&state.join("allowed").join(digest)).ok();
    // Only digests may name a file here, whatever the record holds.
    let digest = |line: Option<&str>| {
        line.filter(|text| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).map(str::to_owned)
    };
    let (main, local) = (digest(digests.next()), digest(digests.next()));
    let mut changes = Vec::new();
    if let Some(old) = main.and_then(|digest| content(&digest)) {
        let file = InputKind::Main.file_name();
        changes.extend(Change::between(file, Some(&old), repository.main.untrusted_bytes()));
    }
    if let Some(new) = &repository.local {
        let old = local.and_then(|digest| content(&digest));
        changes.extend(Change::between(InputKind::Local.file_name(), old.as_deref(), new.untrusted_bytes()));
    }
    changes
}

fn remember_last(state: &Path, root: &Path, main: Digest, local: Option<Digest>) -> Result<()> {
    let local = local.map(|digest| digest.hex()).unwrap_or_default();
    keep(&last(state, root), format!("{}\n{local}\n", main.hex()).as_bytes())
}

/// Every shell notices a new generation at its next prompt. What killed writers left goes with it.
fn renew(ambient: &Ambient, state: &Path) -> Result<()> {
    for directory in ["allowed", "denied", "last", "pins"] {
        disk::beside::sweep(&state.join(directory));
    }
    let stamp = format!("{}.{:09} {:016x}\n", ambient.now.seconds, ambient.now.nanoseconds, rand::random::<u64>());
    keep(&state.join("generation"), stamp.as_bytes())
}

fn inputs(repository: &Repository) -> impl Iterator<Item = &Input> {
    std::iter::once(&repository.main).chain(&repository.local)
}

fn allowed(state: &Path, digest: Digest) -> PathBuf {
    state.join("allowed").join(digest.hex())
}

fn denied(state: &Path, digest: Digest) -> PathBuf {
    state.join("denied").join(digest.hex())
}

fn last(state: &Path, root: &Path) -> PathBuf {
    let hash: [u8; 32] = Sha256::digest(root.as_os_str().as_encoded_bytes()).into();
    state.join("last").join(Digest(hash).hex())
}

fn pin_path(state: &Path, id: &RepositoryId, environment: &EnvironmentName) -> PathBuf {
    state.join("pins").join(format!("{id}.{environment}", id = id.as_str()))
}

fn state(ambient: &Ambient) -> Result<&Path> {
    ambient.state_dir.as_deref().ok_or_else(|| {
        anyhow!(Failure::new("there is no place to remember anything: neither `HOME` nor `XDG_STATE_HOME` is set"))
    })
}

/// The directory of a file of ours, made where there is none, and held until this is dropped.
fn locked(path: &Path) -> Result<std::fs::File> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    disk::keep_directory(directory)
        .and_then(|()| disk::lock(directory))
        .with_context(|| format!("could not lock `{}`", safe_text::path(directory)))
}

fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    disk::keep(path, bytes).with_context(|| format!("could not write `{}`", safe_text::path(path)))
}

fn remove(path: &Path) -> Result<()> {
    disk::remove(path).with_context(|| format!("could not remove `{}`", safe_text::path(path)))
}

#[cfg(test)]
mod tests;
