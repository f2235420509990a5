//! Tries once whether a read-only URL is held so: a pooler between the client and PostgreSQL may refuse the option or leave it
//! out. Only `use`, `status` and `db verify` try, and nobody else waits for it.

use std::time::Duration;

use super::observation;
use crate::domain::config::vars::Vars;
use crate::domain::config::{Config, Environment};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::evidence::{Evidence, Says, Source};
use crate::domain::target::holding::{self, Pooled};
use crate::domain::target::{self, Known, Selection};
use crate::edge::database;

/// A person who typed `use` waits for the next prompt.
pub const BRIEF: Duration = Duration::from_millis(500);
/// `status` and `db verify` ask other questions anyway.
pub const PATIENT: Duration = Duration::from_secs(1);

/// What stands in the way of holding the environment's first PostgreSQL URL read-only. `None` also where nobody answers in
/// time, and where another environment's tunnel has the port: it is told elsewhere, and is sent nothing.
pub fn try_once(
    ambient: &Ambient,
    config: &Config,
    environment: &Environment,
    vars: &Vars,
    patience: Duration,
) -> Option<Pooled> {
    let (variable, url) = holding::to_try(&config.database_variables, vars)?;
    let known = Known { config, stored: &[], selection: &Selection::Nothing };
    let (_, seen) = target::evidence(&known, &url, None, &|place| observation::look(ambient, place));
    let is_anothers = |evidence: &Evidence| match (evidence.source, &evidence.says) {
        (Source::Listener | Source::Match, Says::Environment(name, _)) => *name != environment.name,
        (_, Says::Environment(..) | Says::Local | Says::NotAsPinned(_) | Says::Unknown) => false,
    };
    if seen.iter().any(is_anothers) {
        return None;
    }
    let (at, trial) = database::trial(&url, patience)?;
    holding::pooled(&environment.name, variable, &at, trial)
}
