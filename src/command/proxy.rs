//! `proxy`: an environment's tunnel in the background. It starts none onto a port that another one holds, and stops
//! only what it started itself, unless the person names the other one.

mod carried;
pub mod logs;
pub mod standing;
mod up;

use std::time::Duration;

pub use carried::Carry;
pub use up::{Up, up};

use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::keyboard;
use crate::domain::target::port::{Held, Holder, Start};
use crate::domain::target::started::Started;
use crate::edge::daemon::{self, Stopped, record};
use crate::edge::{consent, terminal};
use crate::error::{Exit, Failure, Result, Status};
use crate::steps::load::{self, Loaded};
use crate::steps::proxy::{Scene, started_with};

/// How long a proxy may take to end what it is doing before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// Which proxies `down` is to stop.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Which {
    /// This environment's, or the selected one's.
    Of(Option<String>),
    /// Every one of this repository that was started by us.
    All,
}

/// `proxy down`. `pid` names a process that was not started by us, so that it may be stopped without a question.
///
/// # Errors
/// No usable configuration, an environment without a proxy, one that was not started by us and not named, and one that
/// does not end.
pub fn down(ambient: &Ambient, which: &Which, pid: Option<u32>) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    match which {
        Which::All => down_all(ambient, &loaded)?,
        Which::Of(name) => {
            let active = load::chosen(ambient, &loaded, name.as_deref())?;
            let environment = load::environment(&loaded, active.environment.as_str())?;
            down_one(&Scene::new(ambient, &loaded, environment)?, pid)?;
        }
    }
    Ok(Status::DONE)
}

fn down_all(ambient: &Ambient, loaded: &Loaded) -> Result<()> {
    let directory = record::directory(ambient)?;
    let lock = record::lock(&directory)?;
    let ours = |started: &Started| started.draft.repository == loaded.config.id.as_str();
    let running: Vec<Started> = record::running(&directory).into_iter().filter(ours).collect();
    for started in &running {
        stop(ambient, started)?;
    }
    record::sweep(&directory, &lock);
    if running.is_empty() {
        terminal::say(ambient, "no proxy of this repository was started by nexus-env");
    }
    Ok(())
}

fn down_one(scene: &Scene<'_>, pid: Option<u32>) -> Result<()> {
    let lock = record::lock(&scene.directory)?;
    record::sweep(&scene.directory, &lock);
    let running = record::running(&scene.directory);
    let name = &scene.environment.name;
    if let (Some(started), None) = (scene.own(&running), pid) {
        stop(scene.ambient, started)?;
        record::sweep(&scene.directory, &lock);
        return Ok(());
    }
    let say = |line: String| terminal::say(scene.ambient, &line);
    let port = scene.proxy.port;
    match (scene.start(&running), pid) {
        (Start::Running(holder), pid) => match started_with(&running, &holder) {
            Some(other) if pid.is_none() => {
                let other = &other.draft.environment;
                return Err(Failure::new(format!(
                    "{name} has no proxy of its own: {other}'s serves the same instance"
                ))
                .hint(format!("nexus-env proxy down -e {other}"))
                .into());
            }
            Some(_) | None => {
                let again = format!("nexus-env proxy down -e {name}");
                stop_foreign(scene, name.as_str(), &holder, pid, &again)?;
            }
        },
        (_, Some(pid)) => {
            return Err(Failure::new(format!("pid {pid} is not {name}'s proxy on port {port}"))
                .hint("nexus-env proxy status")
                .into());
        }
        (Start::Free, None) => say(format!("{name}'s proxy is not running")),
        (Start::Taken(other, holder), None) => {
            say(format!("{name}'s proxy is not running; port {port} is held by {other}'s ({holder})"));
        }
        (Start::Stranger(holder), None) => {
            say(format!("{name}'s proxy is not running; port {port} is held by {}", holder.described()));
        }
        (Start::CannotBeSeen(why), None) => say(format!("{name}'s proxy was not started by nexus-env: {why}")),
    }
    Ok(())
}

/// Stops one that was started by us.
fn stop(ambient: &Ambient, started: &Started) -> Result<()> {
    let (name, pid) = (&started.draft.environment, started.pid);
    match daemon::stop(started, GRACE) {
        Stopped::Asked => terminal::say(ambient, &format!("stopped {name}'s proxy (pid {pid})")),
        Stopped::Killed => {
            terminal::say(ambient, &format!("stopped {name}'s proxy (pid {pid}), which did not end when it was asked"));
        }
        Stopped::Not => return Err(not_stopped(name, &format!("pid {pid}"))),
    }
    Ok(())
}

fn not_stopped(name: &str, process: &str) -> anyhow::Error {
    Failure::new(format!("{name}'s proxy ({process}) could not be stopped"))
        .hint("is it yours? ps -o user,args -p PID")
        .into()
}

/// Stops a proxy that was not started by us: only where its number was given, or its environment's name is typed now.
fn stop_foreign(scene: &Scene<'_>, name: &str, holder: &Holder, told: Option<u32>, again: &str) -> Result<()> {
    let Some(pid) = holder.pid else {
        return Err(Failure::new(format!("{name}'s proxy belongs to another user, so it is not stopped")).into());
    };
    let born = daemon::birth(pid);
    let refuse = |why: &str| {
        Failure::new(format!("{name}'s proxy ({holder}) was not started by nexus-env, {why}"))
            .hint(format!("{again} --pid {pid}"))
            .exit(Exit::Failed)
    };
    match told {
        Some(told) if told == pid => {}
        Some(told) => return Err(refuse(&format!("and it is not pid {told}")).into()),
        None if keyboard::person(scene.ambient) == Terminal::Absent => {
            return Err(refuse("so it is not stopped unless you name it").into());
        }
        None => {
            let question =
                format!("nexus-env: {name}'s proxy ({holder}) was not started by nexus-env; type {name} to stop it: ");
            if consent::typed(&question)? != name {
                return Err(Failure::new("it was not confirmed, so nothing was stopped").into());
            }
        }
    }
    // Time went by since it was seen: what is signalled must still be what holds the port.
    let there = match scene.held(&[]) {
        Held::By(holders) => holders.contains(holder),
        Held::Free | Held::CannotBeSeen(_) => false,
    };
    match born.filter(|_| there).map(|born| daemon::stop_other(pid, &born, GRACE)) {
        None => {}
        Some(Stopped::Asked | Stopped::Killed) => {
            terminal::say(scene.ambient, &format!("stopped {name}'s proxy ({holder})"));
        }
        Some(Stopped::Not) => return Err(not_stopped(name, &holder.to_string())),
    }
    Ok(())
}
