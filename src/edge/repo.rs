//! The repository on disk: finds the nearest `.nexusenv`, sees how files look, and replaces them. Never judges whether
//! what it found may be used.

use crate::domain::text::safe_text;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Error, anyhow};

use crate::disk;
use crate::domain::config::repository::{Input, InputKind, Repository};
use crate::domain::config::watch::{Sighting, Watch};
use crate::domain::page::offer::LocalFile;
use crate::domain::session::ambient::Ambient;
use crate::error::{Failure, Result};

pub use crate::disk::sight;

/// What stands at or above a directory.
#[derive(Debug)]
pub enum Found {
    /// The places that were searched.
    Nothing(Watch),
    Repository(Repository),
    /// There is one, and it cannot be read. The watch makes the next prompt notice when it was mended.
    Unreadable(Watch, Error),
}

/// The nearest `.nexusenv` at or above the current directory, by its physical path. The search ends at the home
/// directory when it began inside. Where the current directory was deleted, it begins at the nearest directory of
/// `$PWD` that is still there.
///
/// # Errors
/// None by itself: what is wrong with the file that was found is [`Found::Unreadable`].
pub fn find(ambient: &Ambient) -> Result<Found> {
    match ambient.cwd.clone().or_else(|| still_there(ambient.pwd.as_deref()?)) {
        Some(start) => find_from(ambient, &start),
        None => Ok(Found::Nothing(Watch::default())),
    }
}

/// The same, from a physical directory.
///
/// # Errors
/// Where a directory on the way up cannot be looked into.
pub fn find_from(ambient: &Ambient, start: &Path) -> Result<Found> {
    let mut watch = Watch::default();
    let last = last(ambient, start);
    for directory in start.ancestors() {
        let path = directory.join(InputKind::Main.file_name());
        match look(&path) {
            Some((sighting, metadata)) => return Ok(open(directory, watch, sighting, &metadata)),
            None => watch.absent.push(path),
        }
        if Some(directory) == last.as_deref() {
            break;
        }
    }
    Ok(Found::Nothing(watch))
}

fn still_there(pwd: &Path) -> Option<PathBuf> {
    pwd.ancestors().find(|directory| directory.is_dir()).and_then(|directory| directory.canonicalize().ok())
}

/// The home directory, when the search begins inside. `$HOME` may lead there through a symbolic link.
fn last(ambient: &Ambient, start: &Path) -> Option<PathBuf> {
    let home = ambient.home.as_deref()?;
    if start.starts_with(home) {
        return Some(home.to_owned());
    }
    home.canonicalize().ok().filter(|home| start.starts_with(home))
}

/// How a candidate looks. One that cannot be reached, or a link that leads nowhere, is as if it were not there: so the
/// shells' own `-e` sees it, with which the hook checks.
fn look(path: &Path) -> Option<(Sighting, Metadata)> {
    let entry = std::fs::symlink_metadata(path).ok()?;
    if !entry.is_symlink() {
        return Some((disk::sighting(path.to_owned(), None, &entry), entry));
    }
    let metadata = std::fs::metadata(path).ok()?;
    let physical = std::fs::canonicalize(path).ok();
    Some((disk::sighting(path.to_owned(), physical, &metadata), metadata))
}

fn open(root: &Path, mut watch: Watch, sighting: Sighting, metadata: &Metadata) -> Found {
    let main = read(InputKind::Main, sighting, metadata, &mut watch);
    let path = root.join(InputKind::Local.file_name());
    let local = match look(&path) {
        Some((sighting, metadata)) => Some(read(InputKind::Local, sighting, &metadata, &mut watch)),
        None => {
            watch.absent.push(path);
            None
        }
    };
    match (main, local.transpose()) {
        (Ok(main), Ok(local)) => Found::Repository(Repository { root: root.to_owned(), main, local, watch }),
        (Err(error), Ok(_) | Err(_)) | (Ok(_), Err(error)) => Found::Unreadable(watch, error),
    }
}

fn read(kind: InputKind, mut sighting: Sighting, metadata: &Metadata, watch: &mut Watch) -> Result<Input> {
    let path = sighting.path.clone();
    let bytes = if !metadata.is_file() {
        Err(no_file(&path))
    } else {
        disk::read(&path).map_err(|error| unreadable(&path, error))
    };
    if kind == InputKind::Main && disk::needs_content(metadata) {
        sighting.content = bytes.as_ref().ok().cloned();
    }
    watch.present.push(sighting);
    Ok(Input::new(kind, path, bytes?))
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            failure(path, "is larger than 1 MiB", "a configuration is a page of text; move the rest out of it").into()
        }
        io::ErrorKind::InvalidInput => no_file(path),
        io::ErrorKind::PermissionDenied => {
            failure(path, "cannot be read by you", &format!("chmod u+r {}", safe_text::typed(path))).into()
        }
        _ => anyhow!(error).context(format!("could not read `{}`", safe_text::path(path))),
    }
}

fn no_file(path: &Path) -> Error {
    failure(path, "is no regular file", &format!("ls -ld {} shows what it is", safe_text::typed(path))).into()
}

fn failure(path: &Path, sentence: &str, hint: &str) -> Failure {
    Failure::new(format!("`{}` {sentence}", safe_text::path(path))).hint(hint)
}

/// A file, or its absence, as a thing to watch.
pub fn watch(path: &Path) -> Watch {
    match disk::sight(path) {
        Some(sighting) => Watch { present: vec![sighting], ..Watch::default() },
        None => Watch { absent: vec![path.to_owned()], ..Watch::default() },
    }
}

/// Replaces a file whole with what a command was asked to write: written beside it, then renamed. Keeps the
/// permissions, and a symbolic link that leads to it.
///
/// # Errors
/// A file or directory that this user may not write, and what is no regular file.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    disk::replace(path, bytes).map_err(|error| unwritable(path, error))
}

/// The right to edit a repository's `.nexusenv`, for as long as it lives; waits for whoever has it.
pub struct Lock {
    _directory: std::fs::File,
}

/// Takes that right. No file is made for it.
///
/// # Errors
/// Where the directory cannot be opened or locked.
pub fn lock(root: &Path) -> Result<Lock> {
    let locked = disk::lock(root);
    let directory = locked.with_context(|| format!("could not lock `{}`", safe_text::path(root)))?;
    Ok(Lock { _directory: directory })
}

/// Makes a file; `false` when there is one already, which stays as it is.
///
/// # Errors
/// Where it cannot be written.
pub fn create(path: &Path, bytes: &[u8]) -> Result<bool> {
    match disk::create(path, bytes, 0o666) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unwritable(path, error)),
    }
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    disk::unwritable("write", path, &error).into()
}

/// The content of a file beside `.nexusenv`, of at most 1 MiB; `None` when there is none.
///
/// # Errors
/// Where it is no regular file, is larger, or cannot be read.
pub fn content(path: &Path) -> Result<Option<Vec<u8>>> {
    match disk::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read `{}`", safe_text::path(path))),
    }
}

/// The top of the git work tree that a directory belongs to. A home directory that is one (people keep their dot files
/// so) counts only for itself.
pub fn git_top(ambient: &Ambient, start: &Path) -> Option<PathBuf> {
    let home = last(ambient, start);
    start
        .ancestors()
        .take_while(|directory| *directory == start || Some(*directory) != home.as_deref())
        .find(|directory| directory.join(".git").exists())
        .map(Path::to_owned)
}

/// Whether the work tree around a directory is a sparse one (git-sparse-checkout(1)). A linked one, and a submodule, has a
/// file that leads to what git keeps of it (gitrepository-layout(5)).
pub fn is_sparse(root: &Path) -> bool {
    let Some(git) = root.ancestors().map(|above| above.join(".git")).find(|git| git.symlink_metadata().is_ok()) else {
        return false;
    };
    let kept = match std::fs::read_to_string(&git) {
        Ok(text) => git.with_file_name(text.strip_prefix("gitdir: ").unwrap_or_default().trim_end()),
        Err(_) => git,
    };
    kept.join("info/sparse-checkout").is_file()
}

/// Whether git keeps a repository's `.nexusenv.local` to one person.
pub fn local_file(ambient: &Ambient, repository: &Repository) -> LocalFile {
    let Some(local) = &repository.local else { return LocalFile::Absent };
    if git_top(ambient, &repository.root).is_none() {
        return LocalFile::Ignored;
    }
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        // A hook into file watching is a program that the work tree's configuration names.
        git.args(["-c", "core.fsmonitor=false", "-C"]).arg(&repository.root).args(words).arg("--").arg(&local.path);
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"] {
            git.env_remove(variable);
        }
        let git = git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        git.status().is_ok_and(|status| status.success())
    };
    if git(&["ls-files", "--error-unmatch"]) {
        LocalFile::Tracked
    } else if git(&["check-ignore", "--quiet"]) {
        LocalFile::Ignored
    } else {
        LocalFile::NotIgnored
    }
}

/// The `.env` file of a Prisma project at or right below a directory.
pub fn prisma_env_file(root: &Path) -> Option<PathBuf> {
    let below = |directory: &str| {
        let entries = std::fs::read_dir(root.join(directory)).ok();
        entries.into_iter().flatten().take(200).filter_map(|entry| Some(entry.ok()?.path()))
    };
    let mut projects: Vec<PathBuf> = below("packages").chain(below("apps")).collect();
    projects.sort();
    projects.insert(0, root.to_owned());
    let marks = [
        "prisma/schema.prisma", "schema.prisma", "prisma/schema", "prisma.config.ts", "prisma.config.js",
        "prisma.config.mjs",
    ];
    let project = projects.into_iter().find(|project| marks.iter().any(|mark| project.join(mark).exists()))?;
    [project.join(".env"), project.join("prisma/.env"), root.join(".env")].into_iter().find(|file| file.is_file())
}

#[cfg(test)]
mod tests;
