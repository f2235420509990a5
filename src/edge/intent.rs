//! A change of several stores, written down before the first of them is replaced and forgotten once all are written and
//! remembered: by it the next process knows what a killed one left half done. It lies where no repository reaches.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::OFlags;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::disk;
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::sealed::{Store, format};
use crate::error::{Failure, Result};

/// As many stores as nobody has, of the largest size.
const LARGEST: u64 = 64 << 20;

/// What becomes of one store.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    pub environment: EnvironmentName,
    /// The seal of what it replaces.
    pub before: [u8; 32],
    pub after: Store,
    /// Of the key that `after` is sealed under.
    pub fingerprint: [u8; 16],
}

/// Writes down what is about to be done to the stores of the repository at `root`.
///
/// # Errors
/// No state directory, or one that cannot be written.
pub fn keep(ambient: &Ambient, root: &Path, steps: &[Step]) -> Result<()> {
    let path = path(ambient, root).ok_or_else(|| {
        Failure::new("there is no place to remember anything: neither `HOME` nor `XDG_STATE_HOME` is set")
    })?;
    let told: Vec<Value> = steps
        .iter()
        .map(|step| {
            json!({
                "environment": step.environment.as_str(),
                "before": STANDARD.encode(step.before),
                "after": format::render(&step.after),
                "fingerprint": STANDARD.encode(step.fingerprint),
            })
        })
        .collect();
    disk::keep(&path, json!(told).to_string().as_bytes()).context("could not write down what is about to be changed")
}

/// What was begun there and not forgotten. A file that is another user's, or that cannot be understood, is none.
pub fn find(ambient: &Ambient, root: &Path) -> Vec<Step> {
    path(ambient, root).and_then(|path| read(ambient, &path)).unwrap_or_default()
}

/// Clears away what was being written down when its process was killed: nothing had begun then.
pub fn sweep(ambient: &Ambient) {
    if let Some(directory) = directory(ambient) {
        disk::beside::sweep(&directory);
    }
}

/// That there is none is no error.
///
/// # Errors
/// Where it cannot be taken away.
pub fn forget(ambient: &Ambient, root: &Path) -> Result<()> {
    path(ambient, root).map_or(Ok(()), |path| disk::remove(&path)).context("could not remove what was written down")
}

fn directory(ambient: &Ambient) -> Option<PathBuf> {
    Some(ambient.state_dir.as_ref()?.join("unfinished"))
}

fn path(ambient: &Ambient, root: &Path) -> Option<PathBuf> {
    let hash = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let name: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Some(directory(ambient)?.join(name))
}

fn read(ambient: &Ambient, path: &Path) -> Option<Vec<Step>> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        opened => opened.ok()?,
    };
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.uid() != ambient.uid || metadata.mode() & 0o022 != 0 {
        return None;
    }
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).ok()?;
    serde_json::from_str::<Vec<Value>>(&text).ok()?.iter().map(step).collect()
}

fn step(told: &Value) -> Option<Step> {
    let text = |key: &str| told.get(key)?.as_str();
    let bytes = |key: &str| STANDARD.decode(text(key)?).ok();
    Some(Step {
        environment: EnvironmentName::new(text("environment")?)?,
        before: bytes("before")?.try_into().ok()?,
        after: format::parse(text("after")?.as_bytes()).ok()?,
        fingerprint: bytes("fingerprint")?.try_into().ok()?,
    })
}
