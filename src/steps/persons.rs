//! What is a person's alone, asked of a coding agent's line: gathers the configurations that say which environments are
//! protected. What the line does is for the domain to read.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::guard::Asked;
use crate::domain::config::name::EnvironmentName;
use crate::domain::guard::agent::line::{self, Surroundings};
use crate::domain::guard::agent::own;
use crate::domain::guard::deployment;
use crate::domain::guard::scope::tidy;
use crate::domain::page::audit_entry::{Entry, Event, Layer};
use crate::domain::session::ambient::Ambient;
use crate::edge::project::Disk;
use crate::steps::audit;
use crate::steps::load::{self, Configured, Loaded};

/// Why a line must not run, where it does what is a person's, or hides from this program that an agent runs it. Recorded.
/// `places` are the directories in which it may run.
pub fn refusal(ambient: &Ambient, asked: &Asked, places: impl FnOnce() -> Vec<PathBuf>) -> Option<String> {
    let line = match asked {
        Asked::Line(line) => line.clone(),
        Asked::Words(words) | Asked::Piped(words) => shell_words::join(words),
        Asked::Ready(_) => return None,
    };
    let configs = OnceCell::new();
    let cwd = ambient.cwd.clone().unwrap_or_else(|| PathBuf::from("/"));
    let places = std::cell::Cell::new(Some(places));
    let found = line::refusal(
        &line,
        &Surroundings {
            files: &Disk,
            cwd: &cwd,
            home: ambient.home.as_deref(),
            kept: &kept(ambient),
            protected: &|name| {
                let find = || self::configs(ambient, places.take().map(|places| places()).unwrap_or_default());
                protected(configs.get_or_init(find), name)
            },
        },
    )?;
    let entry = Entry::new(Event::Blocked).command("nexus-env").reason("person").through(Layer::Agent);
    audit::record(ambient, &entry);
    let find = || self::configs(ambient, places.take().map(|places| places()).unwrap_or_default());
    let instead = match deployment(&cwd, &line, || configs.get_or_init(find).as_slice()) {
        Some(typed) => format!("a person types in a shell of their own: {typed}"),
        None => "a person types it in a shell of their own".to_owned(),
    };
    Some(format!("blocked: {found}\n  instead       {instead}"))
}

/// What brings migrations to a protected environment, where the line meant to.
fn deployment<'c>(cwd: &Path, line: &str, configs: impl FnOnce() -> &'c [Loaded]) -> Option<String> {
    let name = EnvironmentName::new(own::deploys(line)?)?;
    let package = tidy(&own::goes_to(line).map_or(cwd.to_owned(), |directory| cwd.join(directory)));
    configs().iter().find_map(|loaded| {
        let environment = loaded.config.environment(&name).filter(|environment| environment.is_protected())?;
        Some(deployment::typed(&environment.name, &loaded.config, &loaded.repository.root, &package))
    })
}

/// Whether a file that a tool of the agent's is about to write is one of what this program keeps.
pub fn refusal_to_write(ambient: &Ambient, path: &Path) -> Option<String> {
    let path = ambient.cwd.as_deref().unwrap_or(Path::new("/")).join(path);
    let path = tidy(&path);
    let kept = kept(ambient).iter().any(|kept| path.starts_with(kept));
    kept.then(|| format!("blocked: {}\n  instead       a person does it", line::KEPT))
}

fn kept(ambient: &Ambient) -> Vec<&Path> {
    [&ambient.config_dir, &ambient.state_dir].into_iter().flatten().map(PathBuf::as_path).collect()
}

/// The configurations in force in these directories.
fn configs(ambient: &Ambient, places: Vec<PathBuf>) -> Vec<Loaded> {
    let there = |place: PathBuf| Ambient { cwd: Some(place.clone()), pwd: Some(place), ..ambient.clone() };
    let found = places.into_iter().map(|place| load::look(&there(place)).0);
    found
        .filter_map(|configured| match configured {
            Configured::Ready(loaded) => Some(*loaded),
            Configured::Nothing | Configured::Denied(_) | Configured::Unusable(..) => None,
        })
        .collect()
}

/// `None` where none of them knows the name, unless it is that of a protected one by itself.
fn protected(configs: &[Loaded], name: &str) -> Option<bool> {
    let name = EnvironmentName::new(name)?;
    let known: Vec<bool> = configs
        .iter()
        .filter_map(|loaded| loaded.config.environment(&name))
        .map(|found| found.is_protected())
        .collect();
    match known.as_slice() {
        [] => name.protected_by_default().then_some(true),
        known => Some(known.contains(&true)),
    }
}
