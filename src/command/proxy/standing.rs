//! `proxy status`: how each environment's proxy stands, one line each. It connects to nothing.

use std::path::Path;

use serde::Serialize;

use crate::domain::session::ambient::Ambient;
use crate::domain::target::port::Standing;
use crate::edge::daemon::{log, record};
use crate::edge::output::Form;
use crate::edge::{entry, output};
use crate::error::{Result, Status};
use crate::steps::load::{self};
use crate::steps::proxy::{self, Scene};

#[derive(Serialize)]
struct Object {
    proxies: Vec<Told>,
}

/// What `--json` says of one proxy, under these names.
#[derive(Debug, Serialize)]
pub struct Told {
    pub environment: String,
    pub port: u16,
    pub instance: String,
    /// `running`, `starting`, `down`, `taken` (by another environment's), `unknown` (by something else) or `unseen`.
    pub state: &'static str,
    /// The environment that what listens there answers for.
    pub answers: Option<String>,
    /// What stands behind it: an instance, or what kind of program it is.
    pub reaches: Option<String>,
    pub program: Option<String>,
    pub pid: Option<u32>,
    /// Whether nexus-env started what listens there.
    pub started: bool,
    /// Epoch seconds, where it did.
    pub since: Option<u64>,
    /// The log of this environment's proxy, where there is one.
    pub log: Option<String>,
}

/// `proxy status`, of one environment or of all.
///
/// # Errors
/// No usable configuration, an environment without a proxy, and a page that cannot be written.
pub fn status(ambient: &Ambient, environment: Option<&str>, form: Form) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let mut all = proxy::all(ambient, &loaded)?;
    if let Some(name) = environment {
        let environment = load::environment(&loaded, name)?;
        Scene::new(ambient, &loaded, environment)?;
        all.retain(|standing| standing.environment == environment.name);
    }
    match form {
        Form::Text => output::page(&text(ambient, &all))?,
        Form::Json => {
            let directory = record::directory(ambient)?;
            let told: Vec<Told> =
                all.iter().map(|standing| told(standing, &directory, loaded.config.id.as_str())).collect();
            output::json(&serde_json::to_string_pretty(&Object { proxies: told })?)?;
        }
    }
    Ok(Status::DONE)
}

/// What is known of one, as data.
pub fn told(standing: &Standing, directory: &Path, repository: &str) -> Told {
    let holder = standing.holder();
    let log = log::path(directory, repository, standing.environment.as_str());
    Told {
        environment: standing.environment.to_string(),
        port: standing.port,
        instance: standing.instance.clone(),
        state: standing.word(),
        answers: standing.answers(),
        reaches: holder.map(|holder| holder.seen.clone()),
        program: holder.and_then(|holder| holder.program.clone()),
        pid: standing.pid(),
        started: standing.started.is_some(),
        since: standing.started.as_ref().map(|started| started.draft.since),
        log: log.exists().then(|| log.display().to_string()),
    }
}

fn text(ambient: &Ambient, all: &[Standing]) -> String {
    if all.is_empty() {
        return "no environment has a proxy in `.nexusenv`\n".to_owned();
    }
    let columns = entry::stdout_columns();
    let width = all.iter().map(|standing| standing.environment.as_str().len()).max().unwrap_or(0);
    let line = |standing: &Standing| {
        let since = proxy::since(ambient, standing);
        let name = standing.environment.as_str();
        let line = format!("{name:<width$}  port {:<5}  {}", standing.port, standing.told(since.as_deref()));
        let Some(holder) = standing.holder().filter(|_| standing.reaches()) else { return format!("{line}\n") };
        let whole = format!("{line}, to {}", holder.seen);
        match columns {
            Some(columns) if whole.chars().count() > columns => {
                format!("{line}\n{:indent$}to {}\n", "", holder.seen, indent = width + 14)
            }
            Some(_) | None => format!("{whole}\n"),
        }
    };
    all.iter().map(line).collect()
}
