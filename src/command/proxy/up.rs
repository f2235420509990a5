//! `proxy up`: looks, starts, and returns when the proxy listens. It gives up on one that ended or that never listens,
//! and shows what that one said last.

use crate::domain::text::safe_text::{self, safe_text};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use super::carried::{self, Carry};
use super::{stop, stop_foreign};
use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::Ambient;
use crate::domain::session::given;
use crate::domain::target::port::{Held, Holder, Start};
use crate::domain::target::proxy;
use crate::domain::target::started::{self, Draft, Started};
use crate::domain::text::duration;
use crate::edge::daemon::record::{self, Lock, Place};
use crate::edge::daemon::{self, Plan, log};
use crate::edge::{clock, terminal};
use crate::error::{Failure, Result, Status};
use crate::steps::load;
use crate::steps::proxy::{Scene, started_with};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Up {
    pub environment: Option<String>,
    /// Whether the proxy that holds the port may be stopped first.
    pub switch: bool,
    /// What happens to running processes whose URL leads through the port.
    pub carry: Carry,
    /// One that was not started by us, named so that it may be stopped without a question.
    pub pid: Option<u32>,
    pub patience: Option<duration::Duration>,
}

const PATIENCE: Duration = Duration::from_secs(30);
/// How many of its last lines are shown when it failed.
const LAST_WORDS: usize = 10;

/// # Errors
/// No usable configuration, an environment without a proxy, a port that something else holds, a yes that was not given,
/// and a proxy that ends or never listens.
pub fn up(ambient: &Ambient, asked: &Up) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, asked.environment.as_deref())?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let scene = Scene::new(ambient, &loaded, environment)?;
    let lock = record::lock(&scene.directory)?;
    record::sweep(&scene.directory, &lock);
    let holder = match clear(&scene, asked, &lock)? {
        Road::Running(holder) => {
            let holder = already(&scene, &holder);
            terminal::say(ambient, &holder);
            return Ok(Status::DONE);
        }
        Road::Starting(started) => {
            drop(lock);
            wait(&scene, asked, &started, None, 0)?
        }
        Road::Free => launch(&scene, asked, lock)?,
    };
    let (name, port) = (&scene.environment.name, scene.proxy.port);
    terminal::say(ambient, &format!("{name}'s proxy is running: {holder}, port {port}"));
    Ok(Status::DONE)
}

fn already(scene: &Scene<'_>, holder: &Holder) -> String {
    let (name, port) = (&scene.environment.name, scene.proxy.port);
    let whose = match started_with(&record::running(&scene.directory), holder) {
        None => "; it was not started by nexus-env".to_owned(),
        Some(started) if started.draft.environment != name.as_str() => {
            format!("; it is {}'s, with the same instance", started.draft.environment)
        }
        Some(_) => String::new(),
    };
    format!("{name}'s proxy is running already: {holder}, port {port}{whose}")
}

/// What `up` has before it.
enum Road {
    Free,
    /// It listens.
    Running(Holder),
    /// Another `up` started it a moment ago.
    Starting(Started),
}

/// Finds the port free, or makes it so where that was asked for.
fn clear(scene: &Scene<'_>, asked: &Up, lock: &Lock) -> Result<Road> {
    let running = record::running(&scene.directory);
    let name = &scene.environment.name;
    if let Some(own) = scene.own(&running) {
        let is_it = own.draft.is_what_is_asked_for(scene.proxy);
        match scene.start(&running) {
            Start::Running(holder) if is_it && daemon::belongs(own, holder.pid.unwrap_or(own.pid)) => {
                return Ok(Road::Running(holder));
            }
            Start::Free if is_it => return Ok(Road::Starting(own.clone())),
            // A container engine listens as another user on its behalf.
            Start::Stranger(holder) if is_it && holder.pid.is_none() => return Ok(Road::Running(holder)),
            // It is of no use where another one has the port, or where the configuration asks for another now.
            Start::Running(_) | Start::Free | Start::Taken(..) | Start::Stranger(_) | Start::CannotBeSeen(_) => {
                if !is_it {
                    let changed = format!("`.nexusenv` asks for another proxy of {name} now than was started");
                    terminal::say(scene.ambient, &changed);
                }
                stop(scene.ambient, own)?;
                record::sweep(&scene.directory, lock);
            }
        }
    }
    let running = record::running(&scene.directory);
    let port = scene.proxy.port;
    match scene.start(&running) {
        Start::Running(holder) => Ok(Road::Running(holder)),
        Start::CannotBeSeen(why) => Err(Failure::new(format!(
            "it cannot be seen who listens on port {port}, so {name}'s proxy was not started: {why}"
        ))
        .into()),
        // One that was started and does not listen yet has the port all the same.
        Start::Free => match running.iter().find(|started| started.draft.port == port) {
            Some(other) => give_way(scene, asked, &Holding::Ours(other.clone())),
            None => Ok(Road::Free),
        },
        Start::Taken(other, holder) => match started_with(&running, &holder) {
            Some(ours) => give_way(scene, asked, &Holding::Ours(ours.clone())),
            None => give_way(scene, asked, &Holding::Foreign(other, holder)),
        },
        Start::Stranger(holder) => match started_with(&running, &holder) {
            Some(ours) => give_way(scene, asked, &Holding::Ours(ours.clone())),
            None => Err(Failure::new(format!(
                "port {port} is held by {}, so {name}'s proxy was not started",
                holder.described()
            ))
            .hint(format!("stop it, or give {name} another port in `.nexusenv`"))
            .into()),
        },
    }
}

/// Who has the port.
enum Holding {
    Ours(Started),
    Foreign(EnvironmentName, Holder),
}

impl Holding {
    /// Whose proxy it is, with its repository where that is another one.
    fn whose(&self, scene: &Scene<'_>) -> String {
        match self {
            Holding::Foreign(name, _) => format!("{name}'s proxy"),
            Holding::Ours(Started { draft, .. }) => match draft.repository == scene.config().id.as_str() {
                true => format!("{}'s proxy", draft.environment),
                false => format!("the proxy of {} in `{}`", draft.environment, safe_text::path(&draft.root)),
            },
        }
    }
}

/// Another environment's proxy has the port: refuses, or stops that one.
fn give_way(scene: &Scene<'_>, asked: &Up, holding: &Holding) -> Result<Road> {
    let (name, port) = (&scene.environment.name, scene.proxy.port);
    if !asked.switch {
        let process = match holding {
            Holding::Ours(started) => format!("pid {}, to {}", started.pid, started.draft.instance),
            Holding::Foreign(_, holder) => format!("{holder}, to {}; not started by nexus-env", holder.seen),
        };
        return Err(Failure::new(format!(
            "port {port} is held by {}, so {name}'s was not started\n    {process}",
            holding.whose(scene)
        ))
        .hint(format!("nexus-env proxy up -e {name} --switch, which stops that one first"))
        .into());
    }
    let of_the_tunnel = |pid: u32| match holding {
        Holding::Ours(started) => daemon::belongs(started, pid),
        Holding::Foreign(_, holder) => holder.pid == Some(pid),
    };
    carried::consent(scene, asked.carry, &of_the_tunnel)?;
    match holding {
        Holding::Ours(started) => stop(scene.ambient, started)?,
        Holding::Foreign(other, holder) => {
            let again = format!("nexus-env proxy up -e {name} --switch");
            stop_foreign(scene, other.as_str(), holder, asked.pid, &again)?;
        }
    }
    // The port is free a moment later than its process is gone.
    let cleared = daemon::until(super::GRACE, &mut || match scene.start(&record::running(&scene.directory)) {
        start @ (Start::Free | Start::Running(_)) => Some(start),
        Start::Taken(..) | Start::Stranger(_) | Start::CannotBeSeen(_) => None,
    });
    match cleared {
        Some(Start::Running(holder)) => Ok(Road::Running(holder)),
        Some(Start::Free) => Ok(Road::Free),
        Some(_) | None => {
            Err(Failure::new(format!("port {port} was taken again at once, so {name}'s proxy was not started"))
                .hint("nexus-env proxy status")
                .into())
        }
    }
}

/// What the proxy inherits of this process's own.
fn inherited(scene: &Scene<'_>) -> Vec<(OsString, OsString)> {
    let variables = &scene.ambient.variables;
    started::inherited(variables, &|name| given::names(variables).any(|managed| managed == name), scene.config())
}

/// Starts it, lets others start theirs, and waits until it listens.
fn launch(scene: &Scene<'_>, asked: &Up, lock: Lock) -> Result<Holder> {
    let name = &scene.environment.name;
    let id = scene.config().id.as_str();
    let root = scene.loaded.repository.root.clone();
    let words = proxy::command_of(scene.proxy);
    let now = u64::try_from(scene.ambient.now.seconds).unwrap_or(0);
    let draft = Draft::new(scene.config(), root.clone(), name, scene.proxy, now, daemon::boot());
    let path = log::path(&scene.directory, id, name.as_str());
    // A log that cannot be made smaller is no reason not to start.
    let _ = log::bound(&path);
    let shown: Vec<String> = words.iter().map(|word| safe_text(word)).collect();
    log::note(&path, &format!("[nexus-env {}] {}", clock::moment(now), shell_words::join(shown)));
    let from = log::length(&path);
    let child = daemon::start(&Plan {
        words: &words,
        directory: &root,
        variables: &inherited(scene),
        log: &path,
        draft: &draft.line(),
        record: &Place::new(&scene.directory, id, name.as_str()),
    })
    .map_err(|error| {
        let program = words.first().map(String::as_str).unwrap_or_default();
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such program".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(format!("could not start {name}'s proxy `{}`: {why}", safe_text(program)))
            .hint(format!("install it, or name another `command` under [env.{name}.proxy]"))
    })?;
    drop(lock);
    let pid = child.id();
    let birth = daemon::birth(pid).unwrap_or_default();
    wait(scene, asked, &Started { draft, pid, birth }, Some(child), from)
}

/// What became of a proxy that was started.
enum Outcome {
    Listens(Holder),
    Ended(Option<ExitStatus>),
}

/// Waits until it listens. `child` where it is this process's own; `from` is where the log was when it began.
fn wait(scene: &Scene<'_>, asked: &Up, started: &Started, mut child: Option<Child>, from: u64) -> Result<Holder> {
    let (name, port) = (&scene.environment.name, scene.proxy.port);
    let patience = asked.patience.map_or(PATIENCE, |asked| Duration::from_secs(asked.seconds()));
    let outcome = daemon::until(patience, &mut || {
        let ended = match &mut child {
            Some(child) => child.try_wait().ok().flatten().map(Some),
            None if daemon::is_alive(started) => None,
            None => Some(None),
        };
        let holder = listens(scene, started, ended.is_some());
        holder.map(Outcome::Listens).or(ended.map(Outcome::Ended))
    });
    let words = || last_words(scene, from);
    let failure = match outcome {
        Some(Outcome::Listens(holder)) => return Ok(holder),
        Some(Outcome::Ended(status)) => {
            let how = status.map(how).unwrap_or_default();
            Failure::new(format!("{name}'s proxy ended{how} before it listened on port {port}{}", words()))
                .hint(format!("nexus-env proxy logs -e {name}"))
        }
        None => {
            let short = duration::Duration::short(patience.as_secs());
            daemon::stop(started, super::GRACE);
            Failure::new(format!(
                "{name}'s proxy did not listen on port {port} within {short}, so it was stopped{}",
                words()
            ))
            .hint(format!("nexus-env proxy logs -e {name}; with --timeout 2m it has longer"))
        }
    };
    drop(child);
    record::sweep(&scene.directory, &record::lock(&scene.directory)?);
    Err(failure.into())
}

/// Who listens, where that is what was started: its process or one of its own, or one that another user's service, such
/// as a container engine, started on its behalf. One that put itself into the background is out of our hands, and is
/// told by its words once the first process has ended.
fn listens(scene: &Scene<'_>, started: &Started, ended: bool) -> Option<Holder> {
    let Held::By(holders) = scene.held(std::slice::from_ref(started)) else { return None };
    holders.into_iter().find(|holder| match holder.pid {
        Some(pid) => daemon::belongs(started, pid) || ended && holder.serves(scene.config(), scene.environment),
        None => !ended,
    })
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!(" with status {code}"),
        (None, Some(signal)) => format!(" by signal {signal}"),
        (None, None) => String::new(),
    }
}

/// The end of its log, each line below the sentence.
fn last_words(scene: &Scene<'_>, from: u64) -> String {
    let path = log::path(&scene.directory, scene.config().id.as_str(), scene.environment.name.as_str());
    let text = log::after(&path, from).unwrap_or_default();
    let lines = started::last_lines(&String::from_utf8_lossy(&text), LAST_WORDS);
    match lines.is_empty() {
        true => ", and said nothing".to_owned(),
        false => lines.iter().map(|line| format!("\n    {line}")).collect(),
    }
}
