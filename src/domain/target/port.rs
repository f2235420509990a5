//! Who holds the port of an environment's proxy, and what follows for starting, stopping and telling about it. Pure:
//! listeners come in as [`Look`], and nothing is started or stopped here.

use std::fmt;

use super::evidence::{Says, Source};
use super::listening::{Listener, Look, Owner, Whereabouts};
use super::reached::{self, Known, Selection};
use super::started::Started;
use super::url::{DatabaseUrl, Host, Place};
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, Environment, Protection};
use crate::domain::text::safe_text::safe_text;

/// One process that listens on the port, as far as it can be seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Holder {
    pub whose: Whose,
    /// The name of its program; `None` where another user's process cannot be seen.
    pub program: Option<String>,
    /// The same for its number.
    pub pid: Option<u32>,
    /// What stands behind it, in words: an instance, or what kind of program it is.
    pub seen: String,
}

/// For whom a holder answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whose {
    Environment(EnvironmentName),
    /// A database server of this machine, or nothing that is known.
    Nobodys,
}

/// What was found at a port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Held {
    Free,
    By(Vec<Holder>),
    CannotBeSeen(String),
}

/// What `proxy up` finds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Start {
    /// Nobody listens.
    Free,
    /// The environment's proxy is there already.
    Running(Holder),
    /// Another environment's is.
    Taken(EnvironmentName, Holder),
    /// Something is that no environment declares.
    Stranger(Holder),
    CannotBeSeen(String),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.program, self.pid) {
            (Some(program), Some(pid)) => write!(f, "{program}, pid {pid}"),
            (Some(program), None) => f.write_str(program),
            (None, _) => f.write_str("a process of another user"),
        }
    }
}

/// The place at which a proxy's port is looked at: clients try both families.
pub fn place(port: u16) -> Place {
    Place { host: Host::Name("localhost".to_owned()), port }
}

/// Who holds a port. Each process is asked for by itself, so that of two on one port neither is taken for the other.
pub fn held(config: &Config, port: u16, look: Look) -> Held {
    let listeners = match look {
        Look::CannotBeSeen(why) => return Held::CannotBeSeen(why),
        Look::Seen(listeners) => listeners,
    };
    let mut holders: Vec<Holder> = Vec::new();
    for Listener { door, owners } in listeners {
        for owner in owners {
            let (program, pid) = match &owner {
                Owner::Process(process) => (Some(process.program.clone()), Some(process.pid)),
                Owner::Hidden { .. } => (None, None),
            };
            let alone = Look::Seen(vec![Listener { door: door.clone(), owners: vec![owner] }]);
            let (whose, seen) = answers_for(config, port, alone);
            let holder = Holder { whose, program: program.map(|name| safe_text(&name)), pid, seen };
            // One process that listens in both families is one holder.
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
    }
    if holders.is_empty() { Held::Free } else { Held::By(holders) }
}

/// What the evidence about a URL at this port would be.
fn answers_for(config: &Config, port: u16, look: Look) -> (Whose, String) {
    let Some(url) = DatabaseUrl::parse(&format!("postgresql://localhost:{port}/")) else {
        return (Whose::Nobodys, String::new());
    };
    let known = Known { config, stored: &[], selection: &Selection::Nothing };
    let (_, evidence) = reached::evidence(&known, &url, None, &|_| Whereabouts::Here(look.clone()));
    let Some(found) = evidence.into_iter().find(|evidence| evidence.source == Source::Listener) else {
        return (Whose::Nobodys, String::new());
    };
    match found.says {
        Says::Environment(name, Protection::Protected | Protection::Open) => {
            (Whose::Environment(name), safe_text(&found.seen))
        }
        Says::Local | Says::NotAsPinned(_) | Says::Unknown => (Whose::Nobodys, safe_text(&found.seen)),
    }
}

impl Holder {
    /// The process, and what kind of program it is.
    pub fn described(&self) -> String {
        match &self.program {
            Some(_) => format!("{self}, {}", self.seen),
            None => self.to_string(),
        }
    }

    /// Whether it answers for this environment: as its own proxy, or as that of one with the same instance.
    pub fn serves(&self, config: &Config, environment: &Environment) -> bool {
        let Whose::Environment(name) = &self.whose else { return false };
        let instance = |environment: &Environment| environment.proxy.as_ref().map(|proxy| proxy.instance.clone());
        *name == environment.name
            || config
                .environment(name)
                .is_some_and(|other| instance(other).is_some() && instance(other) == instance(environment))
    }
}

/// What `proxy up` finds at the environment's port. One that is not its own is what counts, whoever else is there.
pub fn start(config: &Config, environment: &Environment, held: Held) -> Start {
    let holders = match held {
        Held::Free => return Start::Free,
        Held::CannotBeSeen(why) => return Start::CannotBeSeen(why),
        Held::By(holders) => holders,
    };
    let (own, foreign): (Vec<Holder>, Vec<Holder>) =
        holders.into_iter().partition(|holder| holder.serves(config, environment));
    let other = foreign.iter().find_map(|holder| match &holder.whose {
        Whose::Environment(name) => Some((name.clone(), holder.clone())),
        Whose::Nobodys => None,
    });
    match (other, foreign.into_iter().next(), own.into_iter().next()) {
        (Some((name, holder)), _, _) => Start::Taken(name, holder),
        (None, Some(holder), _) => Start::Stranger(holder),
        (None, None, Some(holder)) => Start::Running(holder),
        (None, None, None) => Start::Free,
    }
}

/// Whether one of the environment's database URLs leads through its proxy's port.
pub fn needs_proxy(environment: &Environment, urls: &[DatabaseUrl]) -> bool {
    let Some(proxy) = &environment.proxy else { return false };
    let through = |place: &Place| place.host.is_loopback() && place.port == proxy.port;
    urls.iter().any(|url| url.places().iter().any(through))
}

/// What `use` and `run` say where the environment's proxy does not answer on its port; nothing where it does, or where
/// it cannot be seen.
pub fn notice(config: &Config, environment: &Environment, held: Held) -> Option<String> {
    let name = &environment.name;
    let port = environment.proxy.as_ref()?.port;
    match start(config, environment, held) {
        Start::Running(_) | Start::CannotBeSeen(_) => None,
        Start::Free => Some(format!("{name}'s proxy is not running; nexus-env proxy up -e {name}")),
        Start::Taken(other, holder) => Some(format!(
            "port {port} is held by {other}'s proxy ({holder}), not by {name}'s; nexus-env proxy up -e {name} --switch"
        )),
        Start::Stranger(holder) => {
            Some(format!("{name}'s proxy is not running: port {port} is held by {}", holder.described()))
        }
    }
}

/// How an environment's proxy stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    pub environment: EnvironmentName,
    pub port: u16,
    pub instance: String,
    pub found: Start,
    /// The one of ours that holds the port, or that is about to.
    pub started: Option<Started>,
}

impl Standing {
    /// The environment that answers there, where one does.
    pub fn answers(&self) -> Option<String> {
        self.holder().and_then(|holder| match &holder.whose {
            Whose::Environment(name) => Some(name.to_string()),
            Whose::Nobodys => None,
        })
    }

    /// The process that answers there, or was started to.
    pub fn pid(&self) -> Option<u32> {
        let started = self.started.as_ref().map(|started| started.pid);
        self.holder().and_then(|holder| holder.pid).or(started)
    }

    /// The value in `--json`.
    pub fn word(&self) -> &'static str {
        match (&self.found, &self.started) {
            (Start::Running(_), _) => "running",
            (Start::Free, Some(_)) => "starting",
            (Start::Free, None) => "down",
            (Start::Taken(..), _) => "taken",
            (Start::Stranger(_), _) => "unknown",
            (Start::CannotBeSeen(_), _) => "unseen",
        }
    }

    pub fn holder(&self) -> Option<&Holder> {
        match &self.found {
            Start::Running(holder) | Start::Taken(_, holder) | Start::Stranger(holder) => Some(holder),
            Start::Free | Start::CannotBeSeen(_) => None,
        }
    }

    /// Whether what is seen behind the port is an instance.
    pub fn reaches(&self) -> bool {
        matches!(self.found, Start::Running(_) | Start::Taken(..))
    }

    /// The same for people. `since` is when the one of ours began, as it is told.
    pub fn told(&self, since: Option<&str>) -> String {
        let since = since.map_or_else(|| "not started by nexus-env".to_owned(), |since| format!("since {since}"));
        match (&self.found, &self.started) {
            (Start::Running(holder), _) => format!("running ({holder}), {since}"),
            (Start::Free, Some(started)) => format!("started (pid {}), {since}, but does not listen", started.pid),
            (Start::Free, None) => "not running".to_owned(),
            (Start::Taken(other, holder), _) => format!("TAKEN by {other}'s proxy ({holder}), {since}"),
            (Start::Stranger(holder), _) => format!("TAKEN by {}", holder.described()),
            (Start::CannotBeSeen(why), _) => format!("cannot be seen: {why}"),
        }
    }
}

#[cfg(test)]
#[path = "port_tests.rs"]
mod tests;
