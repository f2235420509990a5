//! Sets git up to merge stores by name and to show them so: a line in `.gitattributes`, which the team shares, and the settings
//! of this clone, which nobody but its owner can make.

use std::path::Path;

use crate::domain::config::template;
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::edge::git::Git;
use crate::edge::repo::{self, Found};
use crate::edge::{consent, terminal};
use crate::error::{Failure, Result};
use crate::steps::merging;

/// Whether the person is asked first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Offer {
    /// On a terminal; without one nothing is done.
    Asked,
    /// `--git`.
    Taken,
}

/// Offers it where git is around this configuration and something of it is missing.
///
/// # Errors
/// A file that cannot be written, or settings that git does not take.
pub fn offer(ambient: &Ambient, root: &Path, offer: Offer) -> Result<()> {
    let Some(git) = Git::around(root) else { return Ok(()) };
    let path = root.join(".gitattributes");
    let before = repo::content(&path)?;
    let attributes = template::attributed(before.as_deref().unwrap_or_default());
    let missing = !merging::is_set(&git);
    if attributes.is_none() && !missing {
        return Ok(());
    }
    if offer == Offer::Asked {
        if ambient.terminal == Terminal::Absent {
            return Ok(());
        }
        let what = match attributes {
            Some(_) => "a line in .gitattributes and three settings of this clone",
            None => "three settings of this clone",
        };
        let question = format!("let git merge secrets by name, and show names in a diff? it takes {what} [Y/n] ");
        if !matches!(consent::typed(&format!("nexus-env: {question}"))?.to_lowercase().as_str(), "" | "y" | "yes") {
            terminal::say(ambient, "git merges secrets as text; nexus-env init --git sets it up later");
            return Ok(());
        }
    }
    if let Some(text) = attributes
        && !(before.is_none() && repo::create(&path, &text)?)
    {
        repo::replace(&path, &text)?;
    }
    if missing && !merging::SETTINGS.iter().all(|(name, value)| git.set(name, value)) {
        return Err(Failure::new("git did not take the settings of this clone")
            .hint("git config --local --list")
            .into());
    }
    terminal::say(ambient, "git merges secrets by name in this clone, and shows names in a diff");
    Ok(())
}

/// The same for the nearest configuration.
///
/// # Errors
/// A configuration that cannot be looked for, a file that cannot be written, or settings that git does not take.
pub fn offer_here(ambient: &Ambient, offered: Offer) -> Result<()> {
    match repo::find(ambient)? {
        Found::Repository(repository) => offer(ambient, &repository.root, offered),
        Found::Unreadable(..) | Found::Nothing(_) => Ok(()),
    }
}
