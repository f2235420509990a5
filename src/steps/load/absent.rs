//! Stores that git has in its index and that are not in this work tree: deleted, or left out by a sparse checkout. Whoever
//! took them for none would load half an environment.

use std::path::Path;

use crate::domain::config::name::EnvironmentName;
use crate::domain::page::doctor::stores;
use crate::edge::git::Git;
use crate::edge::{repo, vault};
use crate::error::Failure;

/// Which of these environments' stores are missing. git is asked only where one is not there.
pub fn missing<'a>(root: &Path, environments: impl Iterator<Item = &'a EnvironmentName>) -> Vec<&'a EnvironmentName> {
    let absent: Vec<&EnvironmentName> = environments.filter(|name| !vault::path(root, name).exists()).collect();
    if absent.is_empty() {
        return absent;
    }
    let Some(git) = Git::around(root) else { return Vec::new() };
    let index = git.index(&root.join(".nexusenv.d"));
    let physical = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let known = |name: &&EnvironmentName| {
        let path = physical.join(stores::place(name));
        path.strip_prefix(&git.top).is_ok_and(|path| path.to_str().is_some_and(|path| index.contains_key(path)))
    };
    absent.into_iter().filter(known).collect()
}

/// Why an environment without a store in a sparse work tree is not loaded, where git has one. An ordinary work tree is not
/// asked about: a load waits for no other process there.
pub fn left_out(root: &Path, name: &EnvironmentName) -> Option<Failure> {
    // What git keeps of it stays when a work tree is made whole again.
    let is_sparse = || Git::around(root).and_then(|git| git.setting("core.sparseCheckout")).as_deref() == Some("true");
    if !repo::is_sparse(root) || missing(root, std::iter::once(name)).is_empty() || !is_sparse() {
        return None;
    }
    let place = stores::place(name);
    let directory = place.rsplit_once('/').map_or(place.as_str(), |(directory, _)| directory);
    Some(
        Failure::new(format!("git has the secrets of {name}, and this sparse work tree leaves them out"))
            .hint(format!("git sparse-checkout add {directory}")),
    )
}

/// The same for a command that somebody typed, in every work tree: a store that was made anew beside the one that git has
/// would take everybody else's place in it at the next commit.
pub fn gone(root: &Path, name: &EnvironmentName) -> Option<Failure> {
    left_out(root, name).or_else(|| {
        let place = stores::place(name);
        let sentence = format!("git has the secrets of {name}, and they are not in this work tree");
        let hint =
            format!("git checkout -- {place} brings them back; git rm --cached {place}, where a new store is meant");
        (!missing(root, std::iter::once(name)).is_empty()).then(|| Failure::new(sentence).hint(hint))
    })
}

/// Why there is no store of an environment to work on.
pub fn none(root: &Path, name: &EnvironmentName) -> Failure {
    gone(root, name)
        .unwrap_or_else(|| Failure::new(format!("{name} has no secrets")).hint(format!("nexus-env set NAME -e {name}")))
}
