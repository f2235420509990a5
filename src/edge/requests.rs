//! Requests to be let in, `.nexusenv.d/requests/NAME.toml`: written whole, read with a limit, removed when they were granted.

use std::fs::DirBuilder;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use crate::disk;
use crate::domain::store::request::{self, Request};
use crate::domain::store::sealed::RecipientName;
use crate::error::{Failure, Result};

/// # Errors
/// No such request, or a file that is none.
pub fn read(root: &Path, name: &RecipientName) -> Result<Request> {
    let bytes = match disk::read(&path(root, name)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Failure::new(format!(
                "{name} has not asked to be let in: there is no `{}`",
                request::place(name)
            ))
            .hint(format!("git pull may bring it; nexus-env join {name} --request, typed by {name}, writes it"))
            .into());
        }
        Err(error) => return Err(failed("read", name, &error)),
    };
    Ok(Request::parse(name, &String::from_utf8_lossy(&bytes))?)
}

/// Replaces an older one of the same name.
///
/// # Errors
/// Where the directory or the file cannot be written.
pub fn write(root: &Path, request: &Request) -> Result<()> {
    let path = path(root, &request.name);
    let directory = path.parent().unwrap_or(root);
    DirBuilder::new()
        .recursive(true)
        .create(directory)
        .and_then(|()| disk::replace(&path, request.render().as_bytes()))
        .map_err(|error| failed("write", &request.name, &error))
}

/// That there is none is no error. A directory that holds no other is git's to forget.
///
/// # Errors
/// Where the file cannot be taken away.
pub fn remove(root: &Path, name: &RecipientName) -> Result<()> {
    let path = path(root, name);
    disk::remove(&path).map_err(|error| failed("remove", name, &error))?;
    // It is not empty where somebody else waits.
    let _ = path.parent().map(std::fs::remove_dir);
    Ok(())
}

fn path(root: &Path, name: &RecipientName) -> PathBuf {
    root.join(request::place(name))
}

fn failed(act: &str, name: &RecipientName, error: &Error) -> anyhow::Error {
    let reason = error.to_string();
    let reason = reason.split(" (os error").next().unwrap_or_default().to_lowercase();
    let place = request::place(name);
    Failure::new(format!("could not {act} `{place}`: {reason}")).hint(format!("ls -l {place}")).into()
}
