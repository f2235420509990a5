//! How an environment's tunnel stands: whether it runs, whose the port is, and what is said of it. It starts and stops none.

use std::path::PathBuf;

use super::load::Loaded;
use super::observation;
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::vars::Vars;
use crate::domain::config::{Config, Environment, Proxy};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::port::{self, Held, Holder, Standing, Start, Whose};
use crate::domain::target::started::Started;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::text::safe_text::safe_text;
use crate::edge::clock;
use crate::edge::daemon::{self, record};
use crate::error::{Failure, Result};

/// One environment that has a proxy, and where what is known of it is kept.
pub struct Scene<'a> {
    pub ambient: &'a Ambient,
    pub loaded: &'a Loaded,
    pub environment: &'a Environment,
    pub proxy: &'a Proxy,
    pub directory: PathBuf,
}

impl<'a> Scene<'a> {
    /// # Errors
    /// An environment without a proxy, and where no directory of records is known.
    pub fn new(ambient: &'a Ambient, loaded: &'a Loaded, environment: &'a Environment) -> Result<Scene<'a>> {
        let name = &environment.name;
        let proxy = environment.proxy.as_ref().ok_or_else(|| {
            Failure::new(format!("{name} has no proxy in `.nexusenv`"))
                .hint(format!("declare it under [env.{name}.proxy] with `instance` and `port`, then nexus-env allow"))
        })?;
        Ok(Scene { ambient, loaded, environment, proxy, directory: record::directory(ambient)? })
    }

    pub fn config(&self) -> &'a Config {
        &self.loaded.config
    }

    pub fn held(&self, running: &[Started]) -> Held {
        held(self.ambient, self.config(), self.proxy.port, running)
    }

    pub fn start(&self, running: &[Started]) -> Start {
        port::start(self.config(), self.environment, self.held(running))
    }

    /// The one that was started for this environment, of those that are running.
    pub fn own<'s>(&self, running: &'s [Started]) -> Option<&'s Started> {
        running.iter().find(|started| {
            started.draft.repository == self.config().id.as_str()
                && started.draft.environment == self.environment.name.as_str()
        })
    }
}

/// Who listens on a port of the loopback. What was started by us for an environment answers for it also where its words
/// do not tell, as when a script of the team's starts the tunnel.
fn held(ambient: &Ambient, config: &Config, port: u16, running: &[Started]) -> Held {
    match port::held(config, port, observation::at_port(ambient, port)) {
        Held::By(holders) => Held::By(holders.into_iter().map(|holder| recognised(config, holder, running)).collect()),
        held @ (Held::Free | Held::CannotBeSeen(_)) => held,
    }
}

fn recognised(config: &Config, holder: Holder, running: &[Started]) -> Holder {
    let ours = started_with(running, &holder).filter(|started| started.draft.repository == config.id.as_str());
    match (&holder.whose, ours.and_then(|started| EnvironmentName::new(&started.draft.environment)), ours) {
        (Whose::Nobodys, Some(name), Some(started)) => {
            Holder { whose: Whose::Environment(name), seen: safe_text(&started.draft.instance), ..holder }
        }
        (Whose::Nobodys | Whose::Environment(_), _, _) => holder,
    }
}

/// The one that was started by us and that this process belongs to.
pub fn started_with<'s>(running: &'s [Started], holder: &Holder) -> Option<&'s Started> {
    let pid = holder.pid?;
    running.iter().find(|started| daemon::belongs(started, pid))
}

/// What `use` and `run` say about the environment's proxy, where its database URLs lead through one.
pub fn notice(ambient: &Ambient, config: &Config, environment: &Environment, vars: &Vars) -> Option<String> {
    let proxy = environment.proxy.as_ref()?;
    let url = |name| DatabaseUrl::parse(std::str::from_utf8(vars.get(name)?.expose()).ok()?);
    let urls: Vec<DatabaseUrl> = config.database_variables.iter().filter_map(url).collect();
    if !port::needs_proxy(environment, &urls) {
        return None;
    }
    let running = record::directory(ambient).map(|directory| record::running(&directory)).unwrap_or_default();
    // While the one that was started for it lives, nobody else can have its port; all processes are looked through only
    // where there is none. The guard looks by itself, whatever is said here.
    let is_it = |started: &Started| {
        started.draft.repository == config.id.as_str()
            && started.draft.environment == environment.name.as_str()
            && started.draft.is_what_is_asked_for(proxy)
    };
    match running.iter().any(is_it) {
        true => None,
        false => port::notice(config, environment, held(ambient, config, proxy.port, &running)),
    }
}

/// Every environment's proxy that is declared.
///
/// # Errors
/// Where no directory of records is known.
pub fn all(ambient: &Ambient, loaded: &Loaded) -> Result<Vec<Standing>> {
    let running = record::running(&record::directory(ambient)?);
    let standing = |environment| -> Option<Standing> {
        let scene = Scene::new(ambient, loaded, environment).ok()?;
        let mut standing = Standing {
            environment: environment.name.clone(),
            port: scene.proxy.port,
            instance: scene.proxy.instance.clone(),
            found: scene.start(&running),
            started: None,
        };
        standing.started = match standing.holder() {
            Some(holder) => started_with(&running, holder),
            None => scene.own(&running),
        }
        .cloned();
        Some(standing)
    };
    Ok(loaded.config.environments.iter().filter_map(standing).collect())
}

/// When the one of ours began, for people.
pub fn since(ambient: &Ambient, standing: &Standing) -> Option<String> {
    let now = u64::try_from(ambient.now.seconds).unwrap_or(0);
    standing.started.as_ref().map(|started| clock::time_of_day(started.draft.since, now))
}
