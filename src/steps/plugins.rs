//! The plugins of age that the person's own settings name, ready to be started: by `unlock`, and by `recipients` and `rekey`,
//! which encrypt to their keys. A load, `export`, the hook and the guard know nothing of them.

use std::path::Path;

use crate::domain::session::ambient::Ambient;
use crate::edge::plugin::{Plugins, Talk};
use crate::edge::{consent, entry, identity, terminal};
use crate::error::Result;

/// # Errors
/// Settings that cannot be read.
pub fn of(ambient: &Ambient, repository: &Path) -> Result<Plugins> {
    let talk = Talk { tell: terminal::say_anyway, ask: consent::typed, secret: entry::passphrase };
    Ok(Plugins::new(ambient, identity::settings(ambient)?.age_plugins, repository, talk))
}

/// What wraps for a reader for whom age itself does not.
///
/// # Errors
/// Those of finding its plugin.
pub fn wrapping<'a>(
    ambient: &'a Ambient,
    repository: &'a Path,
) -> impl Fn(&str) -> Result<Box<dyn age::Recipient>, crate::error::Failure> + 'a {
    move |key| {
        let plugins = of(ambient, repository).map_err(|error| {
            let (message, hint, exit) = crate::error::told(&error);
            crate::error::Failure { message, hint, exit }
        })?;
        plugins.recipient(key)
    }
}
