//! What the commands share: from the surroundings to the configuration, the environment in force and its variables.
//! It judges no command and asks nothing.

mod absent;
mod opening;
mod selected;
mod stored;
mod understood;

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::astray::{self, Seen};
use crate::domain::config::change::Change;
use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::config::person::Protect;
use crate::domain::config::repository::Repository;
use crate::domain::config::schema;
use crate::domain::config::vars::{self, Vars};
use crate::domain::config::watch::{Mode, Watch};
use crate::domain::config::{Access, Config, Environment};
use crate::domain::guard::pause::Pause;
use crate::domain::session::ambient::Ambient;
use crate::domain::session::keyboard;
use crate::domain::target::holding;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::target::{self, StoredUrl};
use crate::domain::text::safe_text;
use crate::domain::text::secret::Secret;
use crate::edge::repo::{self, Found};
use crate::edge::trust::{self, Age, Trust};
use crate::edge::vault::{self, VaultFailure};
use crate::edge::{identity, pause, terminal};
use crate::error::{Failure, Result};

pub use absent::{gone, missing, none};
pub use opening::{Asking, Opened, ask_for, locked};
pub use selected::{
    Active, access, active, chosen, consent, consent_to_write, has_own_identity, is_granted, lift, refuse_agent,
    refuse_any_agent, refuse_deployment_by_agent, typed,
};
pub use stored::{expected, known_pin, secrets, with_readers};
pub use understood::understood;

/// A configuration that was found, allowed and understood.
#[derive(Debug)]
pub struct Loaded {
    pub repository: Repository,
    pub config: Config,
    /// Refused names that the person's own settings let through.
    pub lifted: Vec<VariableName>,
    /// What opens its stores, once that was found.
    pub opened: Opened,
    /// What the person protects in every directory.
    pub protect: Vec<Protect>,
}

/// What stands at or above the current directory.
#[derive(Debug)]
pub enum Configured {
    Nothing,
    /// The person said no to it.
    Denied(PathBuf),
    /// There is one, but it is not allowed, or broken, or cannot be read.
    Unusable(PathBuf, anyhow::Error),
    Ready(Box<Loaded>),
}

/// Looks for a configuration. What is wrong with one is part of the answer, and so is what to watch to see it change. One
/// that calls an environment unprotected whose secrets are a protected one's is wrong.
pub fn look(ambient: &Ambient) -> (Configured, Watch) {
    let (configured, mut watch) = look_whatever_it_protects(ambient);
    let Configured::Ready(loaded) = configured else { return (configured, watch) };
    match called_unprotected(ambient, &loaded) {
        None => (Configured::Ready(loaded), watch),
        Some(name) => {
            let root = loaded.repository.root;
            watch.join(repo::watch(&vault::path(&root, &name)));
            watch.mode = Mode::Matters;
            (Configured::Unusable(root, VaultFailure::CalledUnprotected { environment: name }.into()), watch)
        }
    }
}

/// The first environment that the configuration calls unprotected and whose secrets say otherwise. A store that cannot be
/// read says nothing here; whoever opens it says what is wrong.
fn called_unprotected(ambient: &Ambient, loaded: &Loaded) -> Option<EnvironmentName> {
    let root = &loaded.repository.root;
    let open = loaded.config.environments.iter().filter(|environment| !environment.is_protected());
    open.map(|environment| &environment.name)
        .find(|name| {
            let remembered = || trust::pin(ambient, &loaded.config.id, name).unwrap_or(None);
            vault::claims_protection(root, name, remembered).unwrap_or(false)
        })
        .cloned()
}

/// As [`look`], but without that last condition: for `rekey`, which mends it.
fn look_whatever_it_protects(ambient: &Ambient) -> (Configured, Watch) {
    let repository = match repo::find(ambient) {
        Ok(Found::Nothing(absent)) => return (Configured::Nothing, absent),
        Ok(Found::Unreadable(mut seen, error)) => {
            seen.mode = Mode::Matters;
            return (Configured::Unusable(root_of(&seen), error), with_state(ambient, seen));
        }
        Ok(Found::Repository(repository)) => repository,
        Err(error) => return (Configured::Unusable(PathBuf::new(), error), Watch::default()),
    };
    let watch = with_state(ambient, repository.watch.clone());
    let root = repository.root.clone();
    let texts = match trust::judge(ambient, &repository) {
        Ok(Trust::Allowed(texts)) => texts,
        Ok(Trust::Denied) => return (Configured::Denied(root), watch),
        Ok(Trust::Asks(changes)) => return (Configured::Unusable(root, not_allowed(&changes)), watch),
        Err(error) => return (Configured::Unusable(root, error), watch),
    };
    let person = match identity::settings(ambient) {
        Ok(person) => person,
        Err(error) => return (Configured::Unusable(root, error), watch),
    };
    let (lifted, protect) = (person.allow_names, person.protect);
    match schema::parse(&texts, &lifted) {
        Ok(mut config) => {
            config.guard.extend(person.guard);
            (
                Configured::Ready(Box::new(Loaded { repository, config, lifted, protect, opened: Opened::default() })),
                watch,
            )
        }
        Err(failure) => (Configured::Unusable(root, failure.into()), watch),
    }
}

/// What the person protects in every directory, for one without a configuration.
///
/// # Errors
/// Where the person's own settings cannot be read: what they protect cannot be known then.
pub fn everywhere(ambient: &Ambient) -> Result<Option<Config>> {
    Ok(identity::settings(ambient)?.everywhere())
}

/// Where that would be noticed to have changed.
pub fn settings(ambient: &Ambient) -> Watch {
    identity::settings_file(ambient).map(|file| repo::watch(&file)).unwrap_or_default()
}

/// The directory of the configuration that was seen, although it cannot be read.
fn root_of(seen: &Watch) -> PathBuf {
    seen.present.first().and_then(|sighting| sighting.path.parent()).map(Path::to_owned).unwrap_or_default()
}

fn with_state(ambient: &Ambient, mut watch: Watch) -> Watch {
    watch.join(trust::generation(ambient));
    if let Some(settings) = identity::settings_file(ambient) {
        watch.join(repo::watch(&settings));
    }
    watch
}

/// Why the inputs ask, with what changed in them; nothing changed where nothing was ever allowed here.
fn not_allowed(changes: &[Change]) -> anyhow::Error {
    let mut sentence = match changes {
        [] => "`.nexusenv` is not allowed yet, so nothing is loaded".to_owned(),
        [one] => format!("`{}` changed since it was allowed, so nothing is loaded", one.file),
        [_, _, ..] => {
            "`.nexusenv` and `.nexusenv.local` changed since they were allowed, so nothing is loaded".to_owned()
        }
    };
    for change in changes {
        for line in change.in_short() {
            sentence.push_str("\n    ");
            sentence.push_str(&line);
        }
    }
    Failure::new(sentence).hint("read it, then nexus-env allow; or nexus-env deny").into()
}

/// The configuration, or the sentence that says why there is none.
///
/// # Errors
/// That sentence: there is none, it was denied or not allowed, or it cannot be read or understood.
pub fn configuration(ambient: &Ambient) -> Result<Loaded> {
    usable(look(ambient).0)
}

/// The same, also where it calls an environment unprotected whose secrets are a protected one's.
///
/// # Errors
/// As [`configuration`].
pub fn configuration_to_rekey(ambient: &Ambient) -> Result<Loaded> {
    usable(look_whatever_it_protects(ambient).0)
}

fn usable(configured: Configured) -> Result<Loaded> {
    match configured {
        Configured::Ready(loaded) => Ok(*loaded),
        Configured::Unusable(_, error) => Err(error),
        Configured::Denied(root) => {
            Err(Failure::new(format!("you denied the configuration of `{}`", safe_text::path(&root)))
                .hint("nexus-env allow, to trust it after all")
                .into())
        }
        Configured::Nothing => Err(Failure::new("there is no `.nexusenv` here or above")
            .hint("nexus-env init, in the top directory of a repository")
            .into()),
    }
}

/// The environment of that name, or a failure that lists the known ones.
///
/// # Errors
/// That failure.
pub fn environment<'a>(loaded: &'a Loaded, name: &str) -> Result<&'a Environment> {
    environment_in(&loaded.config, name)
}

/// # Errors
/// A failure that lists the known ones.
pub fn environment_in<'a>(config: &'a Config, name: &str) -> Result<&'a Environment> {
    EnvironmentName::new(name).and_then(|name| config.environment(&name)).ok_or_else(|| {
        let known: Vec<&str> = config.environments.iter().map(|e| e.name.as_str()).collect();
        let shown = safe_text::cut(name, 64);
        anyhow!(Failure::new(format!("there is no environment `{shown}`")).hint(format!("one of {}", known.join(", "))))
    })
}

/// The variables of an environment as a shell would have them: secrets opened, references replaced, and database
/// URLs of a read-only environment made so unless write access was granted.
///
/// # Errors
/// Secrets that do not open, a reference to nothing, and a URL that cannot be held read-only.
pub fn variables(ambient: &Ambient, loaded: &Loaded, active: &Active) -> Result<Vars> {
    variables_and_secrets(ambient, loaded, active).map(|(vars, _)| vars)
}

/// The same, and beside them the secrets as they are stored.
///
/// # Errors
/// As [`variables`].
pub fn variables_and_secrets(ambient: &Ambient, loaded: &Loaded, active: &Active) -> Result<(Vars, Vars)> {
    let environment = environment(loaded, active.environment.as_str())?;
    let secrets = secrets(ambient, loaded, environment)?;
    let vars = vars::resolve(&environment.vars, secrets.clone())?;
    let access = access(environment, active.granted);
    Ok((holding::all_presented(&environment.name, access, &loaded.config.database_variables, vars)?, secrets))
}

/// The variables as a shell gets them now: what another environment's tunnel holds the port of cannot be written to.
///
/// # Errors
/// As [`variables`].
pub fn given(ambient: &Ambient, loaded: &Loaded, active: &Active) -> Result<Given> {
    let vars = variables(ambient, loaded, active)?;
    as_seen(ambient, loaded, environment(loaded, active.environment.as_str())?, vars)
}

/// The same for variables of the environment that are there already.
///
/// # Errors
/// A URL that leads to another environment and cannot be held read-only.
pub fn as_seen(ambient: &Ambient, loaded: &Loaded, environment: &Environment, vars: Vars) -> Result<Given> {
    let mut seen = astray::look(ambient, &loaded.config, environment, &vars);
    if seen.astray.is_empty() {
        return Ok(Given { vars, seen });
    }
    let named = &loaded.config.database_variables;
    let held = |(name, value): (&VariableName, &Secret)| -> Result<(VariableName, Secret)> {
        let access = if seen.is_astray(name) { Access::ReadOnly } else { Access::ReadWrite };
        Ok((name.clone(), holding::presented(&environment.name, access, named, name, value)?))
    };
    let vars = Vars::new(vars.iter().map(held).collect::<Result<Vec<_>>>()?);
    seen.held = holding::unheld(named, vars.iter().filter(|(name, _)| seen.is_astray(name))).words();
    Ok(Given { vars, seen })
}

impl Given {
    /// Says on stderr what is held read-only although its environment is not.
    pub fn warn(&self) {
        for told in target::astray::told(&self.seen.astray) {
            terminal::say_anyway(&format!("{told}: {}", self.seen.held));
        }
    }
}

fn parsed(value: &Secret) -> Option<DatabaseUrl> {
    std::str::from_utf8(value.expose()).ok().and_then(DatabaseUrl::parse)
}

/// The database URLs of every environment, for comparing. One that cannot be opened here is `None`, which is no failure.
pub fn stored_urls(ambient: &Ambient, loaded: &Loaded) -> Vec<StoredUrl> {
    let names = &loaded.config.database_variables;
    let mut all = Vec::new();
    for environment in &loaded.config.environments {
        let vars =
            secrets(ambient, loaded, environment).and_then(|secrets| Ok(vars::resolve(&environment.vars, secrets)?));
        let stored = |variable: &VariableName, url| StoredUrl {
            environment: environment.name.clone(),
            protection: environment.protection,
            variable: variable.clone(),
            url,
        };
        // Also those under other names: a schema may say DIRECT_URL.
        let urls: Vec<StoredUrl> = vars
            .iter()
            .flat_map(Vars::iter)
            .filter_map(|(name, value)| Some(stored(name, Some(parsed(value)?))))
            .collect();
        all.extend(
            names.iter().filter(|name| !urls.iter().any(|u| u.variable == **name)).map(|name| stored(name, None)),
        );
        all.extend(urls);
    }
    all
}

/// The pauses that hold in this repository. None does for a coding agent, since a person asked for it.
pub fn pauses(ambient: &Ambient, repository: &RepositoryId) -> Vec<Pause> {
    match keyboard::marker(&ambient.variables) {
        Some(_) => Vec::new(),
        None => pause::all(ambient).into_iter().filter(|pause| pause.repository == *repository).collect(),
    }
}

/// What a shell's hook wants of the repository that was found: which environment, and whether its values are needed.
#[derive(Clone, Debug)]
pub struct Choice {
    pub environment: EnvironmentName,
    pub access: Access,
    pub values: Values,
}

/// Whether an environment's values go into the shell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Values {
    Wanted,
    /// Nothing is decrypted, and the variables are none.
    Withheld,
}

/// What a load found. The watch is complete also where the result is a failure: what mends it must be noticed.
pub struct Outcome {
    pub watch: Watch,
    /// The root of the nearest configuration, also of one that cannot be loaded.
    pub root: Option<PathBuf>,
    /// `None` outside of any repository, and in one that was denied.
    pub result: Result<Option<Given>>,
}

/// The variables of an environment as they are handed out.
#[derive(Debug, Default)]
pub struct Given {
    /// A database URL that leads to another, protected environment is read-only.
    pub vars: Vars,
    pub seen: Seen,
}

/// Finds, judges and reads the nearest configuration, lets `choose` decide by it, and opens what was chosen.
pub fn for_session(ambient: &Ambient, choose: &mut dyn FnMut(&Path, &Config) -> Result<Choice>) -> Outcome {
    let (configured, mut watch) = look(ambient);
    match configured {
        Configured::Nothing => Outcome { watch, root: None, result: Ok(None) },
        Configured::Denied(root) => Outcome { watch, root: Some(root), result: Ok(None) },
        Configured::Unusable(root, error) => Outcome { watch, root: Some(root), result: Err(error) },
        Configured::Ready(loaded) => {
            let root = loaded.repository.root.clone();
            let result = choose(&root, &loaded.config).and_then(|choice| {
                if choice.values == Values::Withheld {
                    return Ok(Some(Given::default()));
                }
                if trust::age(ambient, &loaded.repository) == Age::Older {
                    // It was allowed, so it loads: but whoever brought it back may have wanted what it no longer held.
                    terminal::say(
                        ambient,
                        "`.nexusenv` is an older content, allowed before the present one; nexus-env allow shows what differs",
                    );
                }
                // Seen before it is read, so that a change in between is noticed.
                watch.join(repo::watch(&vault::path(&root, &choice.environment)));
                let active =
                    Active { environment: choice.environment, until: None, granted: choice.access, grant: None };
                let given = given(ambient, &loaded, &active);
                if given.is_err() {
                    identity::watched(ambient).iter().for_each(|path| watch.join(repo::watch(path)));
                    watch.mode = Mode::Matters;
                }
                given.map(Some)
            });
            Outcome { watch, root: Some(root), result }
        }
    }
}
