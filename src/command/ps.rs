//! `ps`: the running processes of this user that hold a database URL, and the environment that each one reaches. It looks
//! and tells; it connects to no database and ends no process.

use std::collections::HashMap;

use serde_json::json;

use crate::domain::config::Config;
use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::page::running::{self, Group, Held, Told};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::url::NOT_A_URL;
use crate::domain::target::{Known, Meant, Selection, StoredUrl, Target};
use crate::edge::output::Form;
use crate::edge::{listener, output, terminal};
use crate::error::{Result, Status};
use crate::steps::load::{self, Configured};
use crate::steps::observation;

/// Prints the page or the object. Outside a repository the listeners alone tell, and no environment has a name.
///
/// # Errors
/// Where the processes cannot be listed, and where the page cannot be written.
pub fn ps(ambient: &Ambient, form: Form) -> Result<Status> {
    let configured = load::look(ambient).0;
    let (config, stored) = match &configured {
        Configured::Ready(loaded) => (Some(loaded.config.clone()), load::stored_urls(ambient, loaded)),
        Configured::Nothing | Configured::Denied(_) | Configured::Unusable(..) => (nothing_declared(), Vec::new()),
    };
    let names: Vec<VariableName> = config.iter().flat_map(|config| config.database_variables.clone()).collect();
    let groups = running::groups(listener::running(ambient)?, &names, std::process::id());
    let now = u64::try_from(ambient.now.seconds).unwrap_or(0);
    let mut seen: HashMap<String, Target> = HashMap::new();
    let told: Vec<Told> = groups
        .iter()
        .map(|group| running::told(group, &targets(ambient, config.as_ref(), &stored, group, &mut seen), now))
        .collect();
    match form {
        Form::Json => output::json(&json!({ "processes": told }).to_string())?,
        Form::Text if told.is_empty() => {
            let names: Vec<&str> = names.iter().map(VariableName::as_str).collect();
            terminal::say(ambient, &format!("no process of yours was started with {}", names.join(" or ")));
        }
        Form::Text => output::page(&running::page(&told, now))?,
    }
    if let (Configured::Unusable(..), Form::Text) = (&configured, form) {
        terminal::say(
            ambient,
            "the configuration here cannot be used, so no environment is known: see nexus-env status",
        );
    }
    Ok(Status::DONE)
}

/// What the variables of a group reach. The same URL is looked at once.
fn targets(
    ambient: &Ambient,
    config: Option<&Config>,
    stored: &[StoredUrl],
    group: &Group,
    seen: &mut HashMap<String, Target>,
) -> Vec<Target> {
    let look = |place: &_| observation::look(ambient, place);
    let mut one = |held: &Held| {
        let label = held.variable.to_string();
        let meant = Meant { label: label.clone(), url: held.url(), origin: NOT_A_URL.to_owned(), variable: None };
        let (Some(url), Some(config)) = (&meant.url, config) else { return Target::unseen(&meant) };
        let known = Known { config, stored, selection: &Selection::Nothing };
        let key = url.expose().to_owned();
        let target = seen.entry(key).or_insert_with(|| observation::observe(&known, &look, &meant));
        Target { label, ..target.clone() }
    };
    group.held.iter().map(&mut one).collect()
}

/// The configuration of a directory that has none: no environment, and the variable that everybody uses.
fn nothing_declared() -> Option<Config> {
    Some(Config {
        id: RepositoryId::new("0000000000000000")?,
        default: EnvironmentName::new("none")?,
        database_variables: vec![VariableName::new("DATABASE_URL")?],
        environments: Vec::new(),
        services: Vec::new(),
        prisma_directory: None,
        guard: Vec::new(),
    })
}
