//! The surroundings of a line that changes the directory: those it begins in, and those of each other configuration that it goes
//! to, with what the shell loads there. The values are opened for this one judgement: nothing is exported, and nothing is told.

use std::cell::RefCell;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::load::{self, Configured, Given};
use super::selecting;
use super::sentry;
use crate::domain::guard::agent::own;
use crate::domain::session::ambient::{Ambient, Environ};
use crate::domain::session::given::{self, Ends};
use crate::domain::session::{Key, Session};

/// Where the line begins, and where it goes on.
pub fn places(ambient: &Ambient, line: &str) -> Vec<Ambient> {
    let mut found = vec![ambient.clone()];
    let mut words = own::directories(line).peekable();
    if words.peek().is_none() {
        return found;
    }
    let mut roots = vec![root(ambient)];
    let mut at = ambient.cwd.clone().unwrap_or_else(|| PathBuf::from("/"));
    for word in words {
        let Some(directory) = sentry::directory(ambient, &at, word) else { continue };
        at.clone_from(&directory);
        let there = Ambient { cwd: Some(directory.clone()), pwd: Some(directory), ..ambient.clone() };
        let root = root(&there);
        if root.is_some() && !roots.contains(&root) {
            found.push(arrived(&there));
            roots.push(root);
        }
    }
    found
}

/// The directory of the configuration that is in force.
fn root(ambient: &Ambient) -> Option<PathBuf> {
    match load::look(ambient).0 {
        Configured::Nothing => None,
        Configured::Denied(root) | Configured::Unusable(root, _) => Some(root),
        Configured::Ready(loaded) => Some(loaded.repository.root),
    }
}

/// With what was loaded elsewhere taken away, and what is selected here in its place. Where nothing can be loaded, with nothing.
fn arrived(there: &Ambient) -> Ambient {
    let quiet = Ambient { quiet: true, ..there.clone() };
    let (mut session, _) = Session::recall(there.variables.text("__nexus_env_state"), &there.variables, Key([0; 16]));
    let chosen = RefCell::new(None);
    let outcome = load::for_session(&quiet, &mut |root, config| {
        let made = selecting::select(&quiet, &mut session, root, config, None, there.clock())?;
        let choice = made.choice();
        chosen.replace(Some((root.to_owned(), made.selected)));
        Ok(choice)
    });
    let loaded: Vec<&str> = given::names(&there.variables).collect();
    let is_kept = |name: &str| !loaded.contains(&name) && !given::LABELS.contains(&name);
    let kept = there.variables.iter().filter(|(name, _)| name.to_str().is_none_or(is_kept));
    let mut pairs: Vec<(OsString, OsString)> = kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if let (Ok(Some(Given { vars, .. })), Some((root, selected))) = (outcome.result, chosen.into_inner()) {
        let value = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        let names: Vec<&str> = vars.iter().map(|(name, _)| name.as_str()).collect();
        let given = given::Given {
            environment: selected.environment,
            root: Some(root),
            ends: selected.until.map_or(Ends::Never, Ends::At),
            grant: selected.grant,
        };
        let labels = given::Given::labels(Some(&given), &names);
        pairs.extend(labels.into_iter().filter_map(|(name, bytes)| Some((name.into(), value(&bytes?)))));
        pairs.extend(vars.iter().map(|(name, secret)| (name.as_str().into(), value(secret.expose()))));
    }
    Ambient { variables: Environ::new(pairs), ..there.clone() }
}
