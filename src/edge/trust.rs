//! The state directory: which contents were allowed or denied, what was allowed last at a path, which store of secrets
//! goes with an environment, and the one generation file that every shell watches. Never reads a configuration's meaning.

use crate::domain::text::safe_text;
mod places;

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
pub use places::{Age, age, before, changes, places, settle};

use crate::disk;
use crate::domain::config::Protection;
use crate::domain::config::change::Change;
use crate::domain::config::name::{EnvironmentName, RepositoryId};
use crate::domain::config::repository::{AllowedText, AllowedTexts, Digest, Input, InputKind, Repository};
use crate::domain::config::watch::Watch;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::sealed::{Pin, Recipient, RecipientName};
use crate::error::{Failure, Result};
use crate::trace::{self, Step};

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
    let word = match main {
        Standing::Allowed => "allowed",
        Standing::Denied => "denied",
        Standing::Unknown => "not allowed yet",
    };
    trace::line(Step::Concluded, format_args!("{} is {word}", repository.main.path.display()));
    match (main, local.unwrap_or(Standing::Allowed)) {
        (Standing::Allowed, Standing::Allowed) => texts(repository).map(Trust::Allowed),
        (Standing::Denied, Standing::Allowed | Standing::Denied | Standing::Unknown)
        | (Standing::Allowed | Standing::Unknown, Standing::Denied) => Ok(Trust::Denied),
        (Standing::Unknown, Standing::Allowed | Standing::Unknown) | (Standing::Allowed, Standing::Unknown) => {
            Ok(Trust::Asks(places::changes(ambient, repository)))
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
///
/// # Errors
/// Where the decision or the contents cannot be kept.
pub fn allow(ambient: &Ambient, repository: &Repository) -> Result<()> {
    let state = state(ambient)?;
    for input in inputs(repository) {
        keep(&allowed(state, input.digest), input.untrusted_bytes())?;
        remove(&denied(state, input.digest))?;
    }
    let local = repository.local.as_ref().map(|input| input.digest);
    places::remember_last(state, &repository.root, repository.main.digest, local)?;
    renew(ambient, state)
}

/// Distrusts the content of a repository's inputs: they no longer load, and no longer ask.
///
/// # Errors
/// Where the decision cannot be kept.
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
///
/// # Errors
/// Where the decision cannot be read or kept.
pub fn follow(ambient: &Ambient, old: &Repository, main: &[u8]) -> Result<()> {
    let state = state(ambient)?;
    match judge(ambient, old)? {
        Trust::Allowed(_) => {
            let digest = Digest::of(InputKind::Main, main);
            keep(&allowed(state, digest), main)?;
            remove(&denied(state, digest))?;
            places::remember_last(state, &old.root, digest, old.local.as_ref().map(|input| input.digest))?;
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

/// Remembers a store and its readers. With the same fingerprint the revision never goes down, and what was protected stays
/// so; nothing new is not written.
///
/// # Errors
/// Where it cannot be read or kept.
pub fn remember(
    ambient: &Ambient,
    id: &RepositoryId,
    environment: &EnvironmentName,
    pin: Pin,
    readers: &[Recipient],
) -> Result<()> {
    let state = state(ambient)?;
    let path = pin_path(state, id, environment);
    // What is known is read and written without another process in between.
    let _locked = locked(&path)?;
    let seen = pin;
    // A damaged file is replaced: whoever calls this has decided that this store is the right one.
    let known = self::pin(ambient, id, environment).unwrap_or(None);
    let pin = match known {
        Some(known) if known.fingerprint == pin.fingerprint => {
            let protection = match known.protection {
                Protection::Protected => Protection::Protected,
                Protection::Open => pin.protection,
            };
            let newest = if known.revision > pin.revision { known } else { pin };
            Pin { protection, ..newest }
        }
        Some(_) | None => pin,
    };
    if pin == seen && self::readers(ambient, id, environment) != readers {
        let lines: String = readers.iter().map(|reader| format!("{} {}\n", reader.name, reader.key)).collect();
        keep(&readers_path(state, id, environment), lines.as_bytes())?;
    }
    if known == Some(pin) {
        return Ok(());
    }
    let protected = match pin.protection {
        Protection::Protected => " protected",
        Protection::Open => "",
    };
    let seal = pin.seal.map(|seal| format!(" {}", hex(&seal))).unwrap_or_default();
    keep(&path, format!("{} {}{protected}{seal}\n", hex(&pin.fingerprint), pin.revision).as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Remembers a store whatever was remembered before: a person said that it is the right one.
///
/// # Errors
/// Where it cannot be kept.
pub fn accept(
    ambient: &Ambient,
    id: &RepositoryId,
    environment: &EnvironmentName,
    pin: Pin,
    readers: &[Recipient],
) -> Result<()> {
    forget(ambient, id, environment)?;
    remember(ambient, id, environment, pin, readers)
}

/// Those who could read an environment when it was seen last; none where that was not kept. It is there to say what changed,
/// and decides nothing.
pub fn readers(ambient: &Ambient, id: &RepositoryId, environment: &EnvironmentName) -> Vec<Recipient> {
    let Some(state) = &ambient.state_dir else { return Vec::new() };
    let bytes = disk::read(&readers_path(state, id, environment)).unwrap_or_default();
    let line = |line: &str| {
        let (name, key) = line.split_once(' ')?;
        Some(Recipient { name: RecipientName::new(name)?, key: key.to_owned() })
    };
    String::from_utf8_lossy(&bytes).lines().filter_map(line).collect()
}

/// Forgets the store that was seen with an environment, and lets every shell notice: another one is allowed instead.
///
/// # Errors
/// Where it cannot be taken away.
pub fn forget(ambient: &Ambient, id: &RepositoryId, environment: &EnvironmentName) -> Result<()> {
    let state = state(ambient)?;
    remove(&pin_path(state, id, environment))?;
    renew(ambient, state)
}

/// Lets every shell look anew at its next prompt: what it could open, or could not, is another thing now.
///
/// # Errors
/// Where the directory of states cannot be written.
pub fn stir(ambient: &Ambient) -> Result<()> {
    renew(ambient, state(ambient)?)
}

/// A fingerprint, a revision, `protected` where it is, and the seal of that very revision, which older programs did not keep.
fn parse_pin(text: &str) -> Option<Pin> {
    let mut words = text.strip_suffix('\n')?.split(' ').peekable();
    let fingerprint = unhex(words.next()?)?;
    let revision = words.next()?.parse().ok()?;
    let protection = match words.next_if_eq(&"protected") {
        Some(_) => Protection::Protected,
        None => Protection::Open,
    };
    let seal = match words.next() {
        Some(hex) => Some(unhex(hex)?),
        None => None,
    };
    words.next().is_none().then_some(Pin { fingerprint, revision, protection, seal })
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Every shell notices a new generation at its next prompt. What killed writers left goes with it.
fn renew(ambient: &Ambient, state: &Path) -> Result<()> {
    for directory in ["allowed", "denied", "last", "pins", "readers"] {
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

fn pin_path(state: &Path, id: &RepositoryId, environment: &EnvironmentName) -> PathBuf {
    state.join("pins").join(format!("{id}.{environment}", id = id.as_str()))
}

fn readers_path(state: &Path, id: &RepositoryId, environment: &EnvironmentName) -> PathBuf {
    state.join("readers").join(format!("{id}.{environment}", id = id.as_str()))
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
        .map_err(|error| disk::unwritable("lock", directory, &error).into())
}

fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    disk::keep(path, bytes).map_err(|error| disk::unwritable("write", path, &error).into())
}

fn remove(path: &Path) -> Result<()> {
    disk::remove(path).with_context(|| format!("could not remove `{}`", safe_text::path(path)))
}

#[cfg(test)]
mod tests;
