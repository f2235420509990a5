//! Where a data key is kept for a time, so that an identity behind a passphrase need not be opened at each load: the kernel's
//! keyring on Linux, the Keychain on macOS. No identity is ever kept, nothing is written to a disk of ours, and whatever goes
//! wrong while reading means that there is none.

#[cfg(target_os = "linux")]
#[path = "keyring/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "keyring/macos.rs"]
mod system;

use std::io;

use zeroize::Zeroizing;

use crate::domain::config::name::{EnvironmentName, RepositoryId};
use crate::domain::store::sealed::seal::DataKey;
use crate::domain::text::clock::Now;

/// Every key of ours is kept under a name that begins so.
const OURS: &str = "nexus-env:";

/// A data key and a public key, in bytes: one of ssh has 80.
const LARGEST: usize = 256;

/// What opens one environment while it is unlocked.
pub struct Kept {
    pub key: DataKey,
    /// The public key of the identity that opened it, by which its person is known among the readers.
    pub recipient: String,
}

fn name(id: &RepositoryId, environment: &EnvironmentName) -> String {
    format!("{OURS}{}:{environment}", id.as_str())
}

/// Keeps an environment's data key for so many seconds, in place of one that is kept already. The time-out is the system's
/// own where it has one, so that nothing need run when it comes.
///
/// # Errors
/// Where the system keeps no keys for programs, as in many containers, or no more of them.
pub fn keep(id: &RepositoryId, environment: &EnvironmentName, kept: &Kept, seconds: u64, now: Now) -> io::Result<()> {
    let mut content = Zeroizing::new(Vec::with_capacity(LARGEST));
    content.extend_from_slice(kept.key.expose());
    content.extend_from_slice(kept.recipient.as_bytes());
    system::keep(&name(id, environment), &content, seconds, now)
}

/// What is kept for an environment.
pub fn kept(id: &RepositoryId, environment: &EnvironmentName, now: Now) -> Option<Kept> {
    let content = system::read(&name(id, environment), now)?;
    let (bytes, recipient) = content.split_first_chunk::<32>()?;
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(bytes);
    Some(Kept { key: DataKey::new(key), recipient: std::str::from_utf8(recipient).ok()?.to_owned() })
}

/// Forgets one environment's key; whether there was one.
///
/// # Errors
/// Where it is there and cannot be removed.
pub fn forget(id: &RepositoryId, environment: &EnvironmentName) -> io::Result<bool> {
    system::forget(&name(id, environment))
}

/// Forgets every key of ours that this person has; how many there were.
///
/// # Errors
/// Where one is there and cannot be removed.
pub fn forget_all() -> io::Result<usize> {
    system::forget_all(OURS)
}
