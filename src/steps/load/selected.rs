//! Which environment is in force for a command, and what a person gave by typing its name.

use std::path::Path;

use super::{Loaded, environment};
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Access, Environment};
use crate::domain::guard::deployment;
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::given::Given;
use crate::domain::session::grant::{GrantName, WriteGrant};
use crate::domain::session::keyboard;
use crate::domain::text::clock::End;
use crate::domain::text::duration::Duration;
use crate::edge::{ambient as surroundings, consent, grant, identity};
use crate::error::{Exit, Failure, Result};
use crate::steps::audit;

/// The environment in force for a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Active {
    pub environment: EnvironmentName,
    /// When the selection ends by itself.
    pub until: Option<End>,
    /// `ReadWrite` when write access was granted after the name was typed.
    pub granted: Access,
    /// The name of that grant, for what this process starts.
    pub grant: Option<GrantName>,
}

/// The environment that this process was given, if it was given one of this repository and its time is not over;
/// else the default.
pub fn active(ambient: &Ambient, loaded: &Loaded) -> Active {
    inherited(ambient, loaded).unwrap_or(Active {
        environment: loaded.config.default.clone(),
        until: None,
        granted: Access::ReadOnly,
        grant: None,
    })
}

fn inherited(ambient: &Ambient, loaded: &Loaded) -> Option<Active> {
    let root = &loaded.repository.root;
    let given = Given::read(&ambient.variables).filter(|given| given.root.as_ref() == Some(root))?;
    let environment = &loaded.config.environment(&given.environment)?.name;
    if given.ends.is_over(ambient.clock()) {
        return None;
    }
    let grant = given.grant.filter(|name| is_granted(ambient, name, environment, root));
    let granted = if grant.is_some() { Access::ReadWrite } else { Access::ReadOnly };
    Some(Active { environment: environment.clone(), until: given.ends.end(), granted, grant })
}

/// Whether write access of that name was given to this environment here, and is not over. What a variable says is no
/// consent: this is what the person's typed word left.
pub fn is_granted(ambient: &Ambient, name: &GrantName, environment: &EnvironmentName, root: &Path) -> bool {
    grant::write(ambient, name).is_some_and(|grant| grant.holds(environment, root, ambient.clock()))
}

/// The environment that was named on the command line, without what another one was granted; else the one in force.
///
/// # Errors
/// A name that the configuration does not know.
pub fn chosen(ambient: &Ambient, loaded: &Loaded, name: Option<&str>) -> Result<Active> {
    let in_force = active(ambient, loaded);
    let Some(name) = name else { return Ok(in_force) };
    let environment = environment(loaded, name)?.name.clone();
    match environment == in_force.environment {
        true => Ok(in_force),
        false => Ok(Active { environment, until: None, granted: Access::ReadOnly, grant: None }),
    }
}

/// What an environment allows once this was granted.
pub fn access(environment: &Environment, granted: Access) -> Access {
    match (environment.access, granted) {
        (Access::ReadOnly, Access::ReadOnly) => Access::ReadOnly,
        (Access::ReadOnly, Access::ReadWrite) | (Access::ReadWrite, Access::ReadOnly | Access::ReadWrite) => {
            Access::ReadWrite
        }
    }
}

/// What gives trust or takes protection away is a person's to do. `what` begins "… is not for a coding agent".
///
/// # Errors
/// With status 3 where an agent's marker stands.
pub fn refuse_any_agent(ambient: &Ambient, what: &str) -> Result<()> {
    refuse_any(ambient, what, "a person types it in a shell of their own")
}

fn refuse_any(ambient: &Ambient, what: &str, hint: &str) -> Result<()> {
    match keyboard::marker(&ambient.variables) {
        None => Ok(()),
        Some(marker) => Err(Failure::new(format!("{what} is not for a coding agent ({marker})"))
            .hint(hint)
            .exit(Exit::Blocked)
            .into()),
    }
}

/// The same as [`refuse_agent`] for what brings migrations to the environment, with the command that a person types.
///
/// # Errors
/// With status 3 where an agent's marker stands and the environment is protected.
pub fn refuse_deployment_by_agent(
    ambient: &Ambient,
    loaded: &Loaded,
    environment: &Environment,
    what: &str,
) -> Result<()> {
    if !environment.is_protected() {
        return Ok(());
    }
    let root = &loaded.repository.root;
    let directory = ambient.cwd.as_deref().unwrap_or(root);
    let typed = deployment::typed(&environment.name, &loaded.config, root, directory);
    refuse_any(ambient, what, &format!("a person types in a shell of their own: {typed}"))
}

/// Whether this process has an identity of its own, as a pipeline has, and not the person's.
pub fn has_own_identity(ambient: &Ambient) -> bool {
    let own = [identity::VARIABLE, identity::FILE_VARIABLE];
    own.iter().any(|name| ambient.variables.get(name).is_some_and(|value| !value.is_empty()))
}

/// A coding agent is never given what a protected environment holds. `what` completes "… is not for a coding agent".
///
/// # Errors
/// With status 3 where an agent's marker stands and the environment is protected.
pub fn refuse_agent(ambient: &Ambient, environment: &Environment, what: &str) -> Result<()> {
    if environment.is_protected() { refuse_any_agent(ambient, what) } else { Ok(()) }
}

/// The person types the environment's name, on the terminal itself, before read-only is lifted, until `end` or for half an
/// hour. What is kept of it is what counts from then on, wherever its name comes to. A coding agent cannot.
///
/// # Errors
/// With status 3 where nobody can be asked, or where something else was typed.
pub fn consent_to_write(
    ambient: &Ambient,
    root: &Path,
    environment: &Environment,
    end: Option<End>,
) -> Result<GrantName> {
    let name = &environment.name;
    consent(ambient, environment, &format!("`--write` on {name}"), &format!("type {name} to lift read-only"))?;
    lift(ambient, root, environment, end)
}

/// Lifts read-only for someone who typed the name already; see [`consent_to_write`].
///
/// # Errors
/// Where that cannot be kept.
pub fn lift(ambient: &Ambient, root: &Path, environment: &Environment, end: Option<End>) -> Result<GrantName> {
    let name = &environment.name;
    let end = end.unwrap_or_else(|| End::after(surroundings::clock(), Duration::PROTECTED_SELECTION.seconds()));
    let grant = grant::keep_write(ambient, &WriteGrant { environment: name.clone(), root: root.to_owned(), end })?;
    audit::record(ambient, &Entry::new(Event::WriteGranted).environment(name).repository(root));
    Ok(grant)
}

/// Asks for the environment's name. `subject` begins the sentence of a refusal, `question` is what to do.
///
/// # Errors
/// With status 3 where nobody can be asked, or where something else was typed.
pub fn consent(ambient: &Ambient, environment: &Environment, subject: &str, question: &str) -> Result<()> {
    typed(ambient, environment.name.as_str(), subject, question)
}

/// Asks for any other word in the same way.
///
/// # Errors
/// With status 3 where nobody can be asked, or where something else was typed.
pub fn typed(ambient: &Ambient, word: &str, subject: &str, question: &str) -> Result<()> {
    let refuse = |why: &str| Failure::new(format!("{subject} {why}")).exit(Exit::Blocked);
    refuse_any_agent(ambient, subject)?;
    if ambient.terminal == Terminal::Absent {
        return Err(refuse("needs a person at a terminal").into());
    }
    let answer = consent::typed(&format!("nexus-env: {question}: "))?;
    if answer == word { Ok(()) } else { Err(refuse("was not confirmed, nothing changed").into()) }
}
