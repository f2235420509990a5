//! The services of a page: who listens, whether they are well, and the database that each was started with, which no
//! selection changes any more.

use super::{Answers, Sight, observed};
use crate::domain::config::Service;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::page::{self, Health, Served};
use crate::domain::session::given::Given;
use crate::domain::target::listening::{self, Look, Owner, Process};
use crate::domain::target::port;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::target::{Meant, Selection};
use crate::edge::{health, listener};
use crate::steps::observation;

/// A service, and what its process has.
pub struct Found {
    service: Service,
    /// In words; `None` where nobody listens.
    listener: Option<String>,
    process: Option<Process>,
    databases: Vec<Held>,
}

/// A database variable in the environment of a process.
struct Held {
    by: &'static str,
    pid: u32,
    name: VariableName,
    url: Option<DatabaseUrl>,
}

impl Found {
    pub fn urls(&self) -> impl Iterator<Item = &DatabaseUrl> {
        self.databases.iter().filter_map(|held| held.url.as_ref())
    }

    /// Asks where a path for it is declared and somebody listens.
    pub fn health(&self) -> Option<Health> {
        let path = self.service.health.clone().filter(|_| self.listener.is_some())?;
        Some(match health::ask(self.service.port, &path) {
            Ok(status) => Health { path, status: Some(status), why: None },
            Err(why) => Health { path, status: None, why: Some(why) },
        })
    }
}

pub fn find(sight: &Sight<'_>) -> Vec<Found> {
    sight.config.services.iter().map(|service| find_one(sight, service)).collect()
}

fn find_one(sight: &Sight<'_>, service: &Service) -> Found {
    let look = observation::at_port(sight.ambient, service.port);
    let mut processes: Vec<Process> = Vec::new();
    if let Look::Seen(listeners) = &look {
        for owner in listeners.iter().flat_map(|listener| &listener.owners) {
            match owner {
                Owner::Process(process) if !processes.iter().any(|known| known.pid == process.pid) => {
                    processes.push(process.clone());
                }
                Owner::Process(_) | Owner::Hidden { .. } => {}
            }
        }
    }
    let listener = match port::held(sight.config, service.port, look) {
        port::Held::Free => None,
        port::Held::CannotBeSeen(why) => Some(format!("cannot be seen: {why}")),
        port::Held::By(holders) => Some(holders.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")),
    };
    let databases = processes.iter().find_map(|process| held(sight, process)).unwrap_or_default();
    Found { service: service.clone(), listener, process: processes.into_iter().next(), databases }
}

/// The database variables of the process itself, else of the nearest that has any.
fn held(sight: &Sight<'_>, process: &Process) -> Option<Vec<Held>> {
    let of = |by: &'static str, process: &Process| -> Vec<Held> {
        let names = &sight.config.database_variables;
        names
            .iter()
            .filter_map(|name| {
                let value = process.variable(name.as_str())?;
                Some(Held { by, pid: process.pid, name: name.clone(), url: DatabaseUrl::parse(value) })
            })
            .collect()
    };
    let itself = std::iter::once(("itself", process));
    let above = process.parents.iter().map(|parent| ("parent", parent));
    let near = itself.chain(above).map(|(by, process)| of(by, process)).find(|held| !held.is_empty());
    near.or_else(|| {
        // A server may leave the work to processes that it started: all of them are listed only where that is needed.
        let running = listener::running(sight.ambient).unwrap_or_default();
        let below = listening::descendants(&running, process.pid);
        below.into_iter().map(|child| of("child", child)).find(|held| !held.is_empty())
    })
}

/// The environment that a process was given in this repository.
fn given(sight: &Sight<'_>, process: &Process) -> Option<EnvironmentName> {
    let Given { environment, root, .. } = Given::of(process)?;
    (root.as_deref() == Some(sight.root) && sight.config.environment(&environment).is_some()).then_some(environment)
}

pub fn told(
    sight: &Sight<'_>,
    selection: &Selection,
    found: Found,
    health: Option<Health>,
    answers: &Answers,
) -> page::Service {
    let process = found.process.as_ref().and_then(|process| given(sight, process)).map(|name| name.to_string());
    let served = |held: &Held| {
        let meant = Meant {
            label: held.name.to_string(),
            url: held.url.clone(),
            origin: crate::domain::target::url::NOT_A_URL.to_owned(),
            variable: None,
        };
        let target = observed(sight, selection, &meant, answers);
        let access = match &held.url {
            Some(url) if url.is_read_only() => "read-only",
            Some(_) | None => "read-write",
        };
        let reaches = page::reaches(&target, page::selected(selection));
        let started_with = page::stored_for(&target).map(ToString::to_string).or(process.clone());
        Served {
            variable: held.name.to_string(),
            url: held.url.as_ref().map_or_else(|| target.origin.clone(), ToString::to_string),
            since: reaches
                .reaches
                .as_ref()
                .filter(|reached| started_with.as_ref() != Some(reached))
                .and_then(|reached| page::led_by(&target, reached)),
            started_with,
            reaches,
            access,
            held_by: held.by,
            pid: held.pid,
        }
    };
    let databases: Vec<Served> = found.databases.iter().map(served).collect();
    let unknown = match (&found.listener, &found.process) {
        (None, _) => None,
        (Some(_), None) => Some("its environment cannot be read: which database it has is not known"),
        (Some(_), Some(process)) if process.environ.is_none() => {
            Some("its environment cannot be read: which database it has is not known")
        }
        (Some(_), Some(_)) if databases.is_empty() => {
            Some("no database variable was in its environment when it started")
        }
        (Some(_), Some(_)) => None,
    };
    page::Service {
        name: found.service.name,
        port: found.service.port,
        instance: None,
        listener: found.listener,
        pid: found.process.as_ref().map(|process| process.pid),
        health,
        environment: process,
        databases,
        unknown: unknown.map(str::to_owned),
    }
}
