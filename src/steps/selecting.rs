//! Which environment a shell has in a directory: what was selected there, else the default, and what of it the shell may hold.

use std::path::Path;

use super::load::{self, Choice, Values};
use crate::domain::config::{Access, Config, Environment, Export};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::keyboard;
use crate::domain::session::{Selected, Session, Wish};
use crate::domain::text::clock::Now;
use crate::error::{Failure, Result};

/// What was selected.
pub struct Selecting<'c> {
    pub selected: Selected,
    pub environment: &'c Environment,
    /// `ReadWrite` where the configuration says so, or where a grant holds.
    pub access: Access,
    /// Why the values are withheld.
    pub withheld: Option<String>,
}

impl Selecting<'_> {
    pub fn choice(&self) -> Choice {
        let values = if self.withheld.is_some() { Values::Withheld } else { Values::Wanted };
        Choice { environment: self.environment.name.clone(), access: self.access, values }
    }
}

/// Selects, and asks for what a wish lifts.
///
/// # Errors
/// A wish that the configuration does not bear or that was not confirmed, and a default that is no environment.
pub fn select<'c>(
    ambient: &Ambient,
    session: &mut Session,
    root: &Path,
    config: &'c Config,
    wish: Option<&Wish>,
    now: Now,
) -> Result<Selecting<'c>> {
    let selected = session.select(root, config, wish, now).map_err(|failure| *failure)?;
    let environment = config.environment(&selected.environment).ok_or_else(|| {
        Failure::new(format!("there is no environment `{}`, which is the default", selected.environment))
    })?;
    let grant = match (wish, environment.access) {
        (Some(Wish { access: Access::ReadWrite, .. }), Access::ReadOnly) => {
            Some(load::consent_to_write(ambient, root, environment, selected.until)?)
        }
        (Some(_) | None, _) => {
            selected.grant.clone().filter(|name| load::is_granted(ambient, name, &environment.name, root))
        }
    };
    session.note_grant(root, grant.clone());
    let granted = if grant.is_some() { Access::ReadWrite } else { Access::ReadOnly };
    let selected = Selected { grant, ..selected };
    let agent = keyboard::marker(&ambient.variables).filter(|_| environment.is_protected());
    let withheld = match (environment.export, agent) {
        (Export::Command, _) => Some("not exported, use nexus-env run".to_owned()),
        (Export::Shell, Some(marker)) => Some(format!("not exported to a coding agent ({marker})")),
        (Export::Shell, None) => None,
    };
    Ok(Selecting { selected, environment, access: load::access(environment, granted), withheld })
}
