//! New identities: where one may be made, and a file of its own for each. What is there is never replaced, but where its owner
//! puts the very same key behind a passphrase.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{config_dir, failed, look, own_recipient, read_private, refuse_in_work_tree, shown, source};
use crate::disk;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::identity::{self, Understood};
use crate::domain::text::calendar;
use crate::domain::text::safe_text;
use crate::domain::text::secret::Secret;
use crate::error::{Failure, Result};

/// The identity that [`create`] made or found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Created {
    /// Where it is, for messages.
    pub origin: String,
    /// The public key; `None` where a passphrase stands before it.
    pub recipient: Option<String>,
    pub how: How,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    Made,
    /// There was one, and it is as it was.
    Kept,
}

/// Makes `identity.txt` where there is no identity at all, readable by the person alone. Never replaces a file.
///
/// # Errors
/// An identity that is there and wrong, and a file that cannot be written.
pub fn create(ambient: &Ambient) -> Result<Created> {
    if let Some(source) = source(ambient)? {
        return kept(source.read(ambient)?);
    }
    let path = usual_place(ambient)?;
    refuse_in_work_tree(ambient, &path)?;
    let (text, recipient) = identity::generate(&calendar::rfc3339(ambient.now.seconds));
    match disk::create(&path, text.expose(), 0o600) {
        Ok(()) => Ok(Created { origin: shown(ambient, &path), recipient: Some(recipient), how: How::Made }),
        // Another one was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => kept(look(ambient)?),
        Err(error) => Err(failed("could not write", &path, &error)),
    }
}

fn kept(found: Understood) -> Result<Created> {
    let (origin, recipient) = match found {
        Understood::Ready(identities) => (identities.origin.clone(), Some(own_recipient(&identities)?)),
        Understood::Locked(locked) => (locked.origin().to_owned(), None),
        Understood::Plugged(plugged) => (plugged.origin.clone(), Some(own_recipient(&plugged.closed())?)),
    };
    Ok(Created { origin, recipient, how: How::Kept })
}

/// Where a new identity goes: the file that was named, or the usual place.
///
/// # Errors
/// A work tree of git that would take it.
pub fn place(ambient: &Ambient, named: Option<&Path>) -> Result<PathBuf> {
    let path = match (named, &ambient.cwd) {
        (None, _) => usual_place(ambient)?,
        (Some(named), Some(cwd)) => cwd.join(named),
        (Some(named), None) => named.to_owned(),
    };
    refuse_in_work_tree(ambient, &path)?;
    Ok(path)
}

/// Below directories of the person alone.
fn usual_place(ambient: &Ambient) -> Result<PathBuf> {
    let directory = config_dir(ambient)?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| failed("could not make", directory, &error))?;
    Ok(directory.join("identity.txt"))
}

/// Writes a new identity, for the person alone, and returns its place for messages.
///
/// # Errors
/// Anything that is there already, a link too, which is never followed.
pub fn write(ambient: &Ambient, path: &Path, text: &[u8]) -> Result<String> {
    match disk::create(path, text, 0o600) {
        Ok(()) => Ok(shown(ambient, path)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::new(format!(
            "{} is there already, and an identity is never replaced",
            shown(ambient, path)
        ))
        .hint(format!(
            "nexus-env keygen -o FILE makes another one; where this one was lost or stolen, first: mv {0} {0}.old",
            safe_text::typed(path)
        ))
        .into()),
        Err(error) => Err(failed("could not write", path, &error)),
    }
}

/// The text of an identity that lies at that place without a passphrase; `None` where nothing lies there.
///
/// # Errors
/// Something else than that, which stays as it is.
pub fn unprotected(ambient: &Ambient, path: &Path) -> Result<Option<Secret>> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    let (text, origin) = (read_private(ambient, path)?, shown(ambient, path));
    match identity::parse(&origin, &text) {
        Ok(Understood::Ready(identities)) if identities.is_of_age() => Ok(Some(Secret::new(text.to_vec()))),
        Ok(Understood::Ready(_)) => Err(Failure::new(format!("{origin} is a key of ssh"))
            .hint(format!("ssh-keygen -p -f {} puts it behind a passphrase", safe_text::typed(path)))
            .into()),
        Ok(Understood::Locked(_)) => Err(Failure::new(format!("{origin} is behind a passphrase already"))
            .hint("nexus-env keygen --passphrase -o FILE makes another one")
            .into()),
        Ok(Understood::Plugged(_)) => {
            Err(Failure::new(format!("{origin} opens with a plugin, and needs no passphrase here"))
                .hint("nexus-env keygen --passphrase -o FILE makes another one")
                .into())
        }
        Err(unusable) => Err(super::failure(&origin, &unusable)),
    }
}

/// Replaces an identity by the same one behind a passphrase, in one step.
///
/// # Errors
/// Where the file cannot be written; the old one is there still.
pub fn protect(ambient: &Ambient, path: &Path, text: &[u8]) -> Result<String> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    disk::keep(&path, text).map_err(|error| failed("could not write", &path, &error))?;
    Ok(shown(ambient, &path))
}
