//! Where a plugin may lie: in a directory of `PATH` that only the person and the system's administrator write, outside of every
//! work tree. Under `npm run` the first directory of `PATH` is the repository's `node_modules/.bin`.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::domain::session::ambient::Ambient;
use crate::domain::text::safe_text;
use crate::error::Failure;

/// The work trees around the repository and the current directory; a home directory that is one, as for dotfiles, is the
/// person's own all the same.
pub fn trees(ambient: &Ambient, repository: &Path) -> Vec<PathBuf> {
    let home = ambient.home.as_ref().and_then(|home| home.canonicalize().ok());
    let mut all: Vec<PathBuf> = Vec::new();
    for start in std::iter::once(repository).chain(ambient.cwd.as_deref()) {
        let start = start.canonicalize().unwrap_or_else(|_| start.to_owned());
        let is_tree = |place: &&Path| place.join(".git").symlink_metadata().is_ok() && Some(*place) != home.as_deref();
        all.extend(start.ancestors().filter(is_tree).map(Path::to_owned));
    }
    // One without git is one too.
    all.extend(repository.canonicalize().ok().filter(|root| Some(root) != home.as_ref()));
    all
}

/// The directories of a `PATH`, all of them, and the `PATH` of those in which a plugin may lie.
pub fn directories(path: &OsStr, trees: &[PathBuf], uid: u32) -> (Vec<PathBuf>, OsString) {
    let all: Vec<PathBuf> = std::env::split_paths(path).filter(|directory| directory.is_absolute()).collect();
    let good =
        all.iter().filter(|directory| directory.canonicalize().is_ok_and(|at| why_not(&at, trees, uid).is_none()));
    let kept = std::env::join_paths(good).unwrap_or_default();
    (all, kept)
}

/// The program's file, its links followed.
///
/// # Errors
/// Where it is in none of these directories, or only where others could have put it.
pub fn find(program: &str, directories: &[PathBuf], trees: &[PathBuf], uid: u32) -> Result<PathBuf, Failure> {
    let mut refused = None;
    for directory in directories {
        let found = directory.join(program);
        let Ok(physical) = found.canonicalize() else { continue };
        if !physical.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0) {
            continue;
        }
        // Where the link lies, where the file lies, and the file itself.
        let all = [directory.canonicalize().ok(), physical.parent().map(Path::to_owned), Some(physical.clone())];
        match all.into_iter().flatten().find_map(|place| why_not(&place, trees, uid)) {
            None => return Ok(physical),
            Some(why) => refused = refused.or(Some((found, why))),
        }
    }
    let elsewhere = "install it where only you or root can write, such as ~/.local/bin or /usr/local/bin";
    Err(match refused {
        Some((found, why)) => {
            Failure::new(format!("and `{}` is not started: {why}", safe_text::path(&found))).hint(elsewhere)
        }
        None => Failure::new("which is in no directory of your PATH")
            .hint(format!("install it; {program} --version shows whether it is found")),
    })
}

/// Why nothing is started from a place; `None` where nobody else writes there.
fn why_not(place: &Path, trees: &[PathBuf], uid: u32) -> Option<String> {
    if let Some(tree) = trees.iter().find(|tree| place.starts_with(tree)) {
        return Some(format!("it lies in the work tree `{}`", safe_text::path(tree)));
    }
    let meta = place.metadata().ok()?;
    if meta.mode() & 0o002 != 0 {
        return Some(format!("everybody can write `{}`", safe_text::path(place)));
    }
    (meta.uid() != 0 && meta.uid() != uid).then(|| format!("`{}` belongs to another user", safe_text::path(place)))
}

/// A path with `~` for home.
pub fn shown(ambient: &Ambient, path: &Path) -> String {
    match ambient.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", safe_text::path(rest)),
        None => safe_text::path(path),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    #[test]
    fn a_plugin_is_taken_from_where_nobody_else_writes() {
        let world = tempfile::tempdir().unwrap();
        let world = world.path().canonicalize().unwrap();
        let uid = world.metadata().unwrap().uid();
        let mode = |name: &str, mode| fs::set_permissions(world.join(name), Permissions::from_mode(mode)).unwrap();
        for directory in ["repo/bin", "open", "own", "links"] {
            fs::create_dir_all(world.join(directory)).unwrap();
            mode(directory, 0o755);
            fs::write(world.join(directory).join("age-plugin-x"), "#!/bin/sh\n").unwrap();
            mode(&format!("{directory}/age-plugin-x"), 0o755);
        }
        mode("open", 0o1777);
        let trees = [world.join("repo")];
        let path = |names: &[&str]| std::env::join_paths(names.iter().map(|name| world.join(name))).unwrap();
        let found = |names: &[&str]| {
            let (all, kept) = directories(&path(names), &trees, uid);
            let told = |failure: Failure| failure.message.replace(&world.display().to_string(), "");
            (find("age-plugin-x", &all, &trees, uid).map_err(told), kept)
        };
        let own = Ok(world.join("own/age-plugin-x"));
        assert_eq!(found(&["repo/bin", "open", "own"]), (own.clone(), path(&["own"])));
        let refusal = |what: &str, why: &str| Err(format!("and `/{what}/age-plugin-x` is not started: {why}"));
        assert_eq!(found(&["repo/bin"]).0, refusal("repo/bin", "it lies in the work tree `/repo`"));
        assert_eq!(found(&["open"]).0, refusal("open", "everybody can write `/open`"));
        assert_eq!(found(&["nowhere"]).0, Err("which is in no directory of your PATH".to_owned()));
        // A link out of a good directory leads to where it leads.
        fs::remove_file(world.join("links/age-plugin-x")).unwrap();
        std::os::unix::fs::symlink(world.join("repo/bin/age-plugin-x"), world.join("links/age-plugin-x")).unwrap();
        assert_eq!(found(&["links"]).0, refusal("links", "it lies in the work tree `/repo`"));
        mode("own/age-plugin-x", 0o757);
        assert_eq!(found(&["own"]).0, refusal("own", "everybody can write `/own/age-plugin-x`"));
        mode("own/age-plugin-x", 0o644);
        assert_eq!(found(&["own"]).0, Err("which is in no directory of your PATH".to_owned()));
        let (all, _) = directories(OsStr::new(".:bin:"), &trees, uid);
        assert_eq!(all, [""; 0].map(PathBuf::from));
    }
}
