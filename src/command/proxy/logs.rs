//! `proxy logs`: the end of a proxy's log, and with `--follow` what comes after it. A terminal obeys nothing in it.

use crate::domain::text::safe_text;
use std::time::Duration;

use anyhow::Context;

use crate::domain::session::ambient::Ambient;
use crate::edge::daemon::{self, log};
use crate::edge::output::{self, Reader};
use crate::error::{Failure, Result, Status};
use crate::steps::load;
use crate::steps::proxy::Scene;

/// What follows once the end of the log was printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Then {
    Return,
    /// Whatever comes is printed, until somebody interrupts it.
    Follow,
}

/// How often a log that is followed is looked at.
const REST: Duration = Duration::from_millis(100);

/// Prints the last `lines`; returns at once, or never where they are to be followed.
///
/// # Errors
/// No usable configuration, an environment without a proxy, and a log that is not there or cannot be read.
pub fn logs(ambient: &Ambient, environment: Option<&str>, lines: usize, then: Then) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, environment)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let scene = Scene::new(ambient, &loaded, environment)?;
    let name = &environment.name;
    let path = log::path(&scene.directory, loaded.config.id.as_str(), name.as_str());
    let _ = log::bound(&path);
    let missing =
        || Failure::new(format!("{name}'s proxy has left no log")).hint(format!("nexus-env proxy up -e {name}"));
    let (bytes, mut follower) = log::Follower::new(&path).map_err(|_| missing())?;
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    show(&all[all.len().saturating_sub(lines)..].concat())?;
    if then == Then::Return {
        return Ok(Status::DONE);
    }
    loop {
        daemon::rest(REST);
        let more = follower.more().with_context(|| format!("could not read `{}`", safe_text::path(&path)))?;
        if show(&String::from_utf8_lossy(&more))? == Reader::Gone {
            return Ok(Status::DONE);
        }
    }
}

fn show(text: &str) -> Result<Reader> {
    if text.is_empty() { Ok(Reader::There) } else { output::offer(safe_text::lines(text).as_bytes()) }
}
