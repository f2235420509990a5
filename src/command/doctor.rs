//! `doctor`: gathers the facts of the whole set-up, has them judged, and tells. It works outside a repository and with a
//! broken configuration, connects to nothing and mends nothing by itself.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::domain::config::Proxy;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::page::doctor::{self, Checked, Configuration, Facts, Merging, Prompt, Ready, Severity};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::given::{self, Given};
use crate::domain::text::safe_text;
use crate::edge::output::Form;
use crate::edge::{ambient, entry, identity, output, survey, terminal, vault};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::steps::load::{self, Configured, Loaded};
use crate::steps::{merging, stores};

/// Prints the findings. 0 where none is an error, else 1.
///
/// # Errors
/// Where the page cannot be written. What it finds wrong is a status, not a failure.
pub fn doctor(ambient: &Ambient, form: Form) -> Result<Status> {
    let facts = gather(ambient);
    let findings = doctor::findings(&facts);
    let failed = findings.iter().any(|finding| finding.severity == Severity::Error);
    match form {
        Form::Json => {
            output::json(&format!("{:#}", json!({ "identity": identity::origin(ambient), "findings": findings })))?
        }
        Form::Text => {
            output::page(&doctor::page(&findings, entry::stdout_columns().unwrap_or(80).max(40)))?;
            if let Some(origin) = identity::origin(ambient) {
                terminal::say(ambient, &format!("your identity is {}", safe_text::cut(&origin, 400)));
            }
        }
    }
    Ok(if failed { Status::from(Exit::Failed as u8) } else { Status::DONE })
}

fn gather(ambient: &Ambient) -> Facts {
    let configured = load::look(ambient).0;
    let root: Option<PathBuf> = match &configured {
        Configured::Nothing => None,
        Configured::Denied(root) | Configured::Unusable(root, _) => Some(root.clone()),
        Configured::Ready(loaded) => Some(loaded.repository.root.clone()),
    };
    let missing = match &configured {
        Configured::Ready(loaded) => missing(ambient, loaded),
        Configured::Nothing | Configured::Denied(_) | Configured::Unusable(..) => Vec::new(),
    };
    let configuration = match configured {
        Configured::Nothing => {
            let mut above = ambient.cwd.iter().flat_map(|cwd| cwd.ancestors());
            let root = above.find(|place| vault::has_stores(place));
            let shown = |root: &Path| safe_text::path(&root.join(".nexusenv.d"));
            root.map_or(Configuration::Nothing, |root| Configuration::Gone(shown(root)))
        }
        Configured::Denied(_) => Configuration::Denied,
        Configured::Unusable(root, error) => {
            let (sentence, hint, _) = told(&error);
            let beside = beside(ambient, &root).into_iter().filter(|found| found.message != sentence).collect();
            Configuration::Unusable { sentence, hint, beside }
        }
        Configured::Ready(loaded) => Configuration::Ready(Box::new(ready(ambient, *loaded))),
    };
    let shell = ambient.variables.text("SHELL").and_then(|path| path.rsplit('/').next()).map(str::to_owned);
    Facts {
        files: survey::files(ambient, root.as_deref()),
        shell,
        identity: checked(ambient),
        state: survey::state(ambient),
        configuration,
        tmux: doctor::names_in_clear(&survey::tmux(ambient)),
        left_over: left_over(ambient),
        prompt: match given::unprompted(&ambient.variables) {
            Some("read-only") => Prompt::ReadOnly,
            Some(_) | None => Prompt::Hooked,
        },
        missing,
        merging: match root.as_deref().is_some_and(merging::is_missing) {
            true => Merging::NotHere,
            false => Merging::AsAsked,
        },
    }
}

/// Why a configuration would not be understood if it were allowed, and which stores beside it cannot be read.
fn beside(ambient: &Ambient, root: &Path) -> Vec<Failure> {
    let misunderstood = load::understood(ambient).err().map(|error| {
        let (message, hint, exit) = told(&error);
        Failure { message, hint, exit }
    });
    let names = vault::names(root);
    let unreadable = names.iter().filter_map(|name| vault::read(root, name).err()).map(Failure::from);
    misunderstood.into_iter().chain(unreadable).collect()
}

/// An identity behind a passphrase is as it should be.
fn checked(ambient: &Ambient) -> Checked {
    let locked = Cell::new(false);
    let ask = |_: &str| {
        locked.set(true);
        Err(Failure::new("nothing is asked here").into())
    };
    match identity::find_asking(ambient, &ask) {
        Ok(_) => Checked::Well,
        Err(_) if locked.get() => Checked::Well,
        Err(error) => {
            let (sentence, hint, _) = told(&error);
            Checked::Failed { sentence, hint }
        }
    }
}

fn ready(ambient: &Ambient, loaded: Loaded) -> Ready {
    let mut names: Vec<VariableName> = loaded.config.database_variables.clone();
    for environment in &loaded.config.environments {
        names.extend(environment.vars.iter().map(|(name, _)| name.clone()));
        if let Ok(Some(store)) = vault::read(&loaded.repository.root, &environment.name) {
            names.extend(store.secrets.iter().map(|(name, _)| name.clone()));
        }
    }
    names.sort();
    names.dedup();
    let stores = stores::all(ambient, &loaded);
    Ready { config: loaded.config, names, stores }
}

/// Programs of declared tunnels that are named without a path and found nowhere.
fn missing(ambient: &Ambient, loaded: &Loaded) -> Vec<(EnvironmentName, String)> {
    let path = ambient.variables.get("PATH").unwrap_or_default();
    let program = |proxy: &Proxy| proxy.command.first().cloned().filter(|word| !word.contains('/'));
    let mut found: Vec<(EnvironmentName, String)> = Vec::new();
    for environment in &loaded.config.environments {
        let Some(program) = environment.proxy.as_ref().and_then(program) else { continue };
        if !ambient::finds(path, &program) && !found.iter().any(|(_, known)| *known == program) {
            found.push((environment.name.clone(), program));
        }
    }
    found
}

/// What an environment whose time is over left in this process.
fn left_over(ambient: &Ambient) -> Option<(String, u64)> {
    let given = Given::read(&ambient.variables)?;
    let (end, now) = (given.ends.end()?, ambient.clock());
    end.is_over(now).then(|| (given.environment.to_string(), now.seconds.saturating_sub(end.at)))
}
