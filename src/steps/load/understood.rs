//! A configuration that is understood and not trusted: for whoever looks at the stores beside it, and loads nothing.

use crate::domain::config::repository::Repository;
use crate::domain::config::{Config, schema};
use crate::domain::session::ambient::Ambient;
use crate::edge::repo::{self, Found};
use crate::edge::{identity, trust};
use crate::error::{Failure, Result};

/// The nearest one, whatever was said about it.
///
/// # Errors
/// None here or above, and one that cannot be read or understood.
pub fn understood(ambient: &Ambient) -> Result<(Repository, Config)> {
    let repository = match repo::find(ambient)? {
        Found::Repository(repository) => repository,
        Found::Unreadable(_, error) => return Err(error),
        Found::Nothing(_) => {
            let failure = Failure::new("there is no `.nexusenv` here or above");
            return Err(failure.hint("cd into the repository; nexus-env init makes a new one").into());
        }
    };
    let config = schema::parse(&trust::texts(&repository)?, &identity::lifted_names(ambient))?;
    Ok((repository, config))
}
