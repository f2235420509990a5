//! The second layer of the guard: this program in the place of Prisma's schema engine. It sees the operation and the URL
//! that Prisma settled on, asks the guard, and hands on or refuses. Harmless requests are never looked at twice.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use crate::domain::guard::engine::{self, Given, Line, Operation, Start};
use crate::domain::guard::project::Files;
use crate::domain::page::audit_entry::Layer;
use crate::domain::session::ambient::Ambient;
use crate::domain::session::grant::Grant;
use crate::edge::engine::Relay;
use crate::edge::project::Disk;
use crate::edge::watchdog::LastWords;
use crate::edge::{engine as real, output, terminal};
use crate::error::{Exit, Result, Status, told};
use crate::steps::guard::Stood;
use crate::steps::promotion::plain_deploy;
use crate::steps::sentry;

/// What Prisma is told where the guard hangs.
const LATE: &str =
    "nexus-env: blocked: the guard found no answer in time and memory, so nothing ran\nhint: nexus-env doctor";

/// Whether this program was started by the engine's name.
pub fn is_meant(called: &OsString) -> bool {
    Path::new(called).file_name().is_some_and(|name| name == real::NAME)
}

/// Does what the engine would do with these words, or refuses.
///
/// # Errors
/// Where Prisma's requests cannot be read or answered. A refusal and a missing engine are answers, not failures.
pub fn stand_in(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let texts: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    match engine::start(&texts) {
        Start::Harmless => {}
        Start::Act(operation, given) => {
            let late = LastWords { stdout: String::new(), stderr: engine::logged(LATE), exit: Exit::Failed as u8 };
            match judged(ambient, &operation, &given, &Value::Null, late) {
                Ok(Stood::Free | Stood::Confirmed(_)) => {}
                Ok(Stood::Blocked(why)) => return failed(&format!("nexus-env: {why}")),
                Ok(Stood::TakenBack) => return failed("nexus-env: blocked: it was not confirmed"),
                Err(error) => return failed(&unanswered(&error)),
            }
        }
        Start::Session(given) => return session(ambient, words, &given),
    }
    match real::find(ambient) {
        Ok(engine) => failed(&sentence(&real::become_it(&engine, words))),
        Err(error) => failed(&sentence(&error)),
    }
}

/// As the engine's own log says that it failed.
fn failed(why: &str) -> Result<Status> {
    terminal::tell(&engine::logged(why));
    Ok(Status::from(Exit::Failed as u8))
}

/// Reads request after request. The engine is not started before one of them may pass.
fn session(ambient: &Ambient, words: &[OsString], given: &Given) -> Result<Status> {
    let mut input = real::input();
    let mut relay: Option<Relay> = None;
    // The command that a yes was given to, once there was one.
    let mut consented: Vec<String> = Vec::new();
    let mut deployment: Option<Grant> = None;
    while let Some(text) = real::next_line(&mut input)? {
        let refused = match engine::line(&text) {
            Line::Harmless => None,
            Line::Unreadable => Some((Value::Null, "nexus-env: this request is not JSON".to_owned())),
            // A yes to a command holds for its parts.
            Line::Named { operation, .. } if operation.commands.iter().any(|name| consented.contains(name)) => None,
            Line::Named { operation, id, params } => {
                let stdout = engine::answer(&id, LATE);
                let late = LastWords { stdout, stderr: String::new(), exit: Exit::Failed as u8 };
                match judged(ambient, &operation, given, &params, late) {
                    Ok(Stood::Free) => None,
                    Ok(Stood::Confirmed(grant)) => {
                        consented.extend(operation.commands.into_iter().next());
                        deployment = Some(grant).filter(|grant| !grant.promises.is_empty());
                        None
                    }
                    Ok(Stood::Blocked(why)) => Some((id, format!("nexus-env: {why}"))),
                    Ok(Stood::TakenBack) => Some((id, "nexus-env: blocked: it was not confirmed".to_owned())),
                    Err(error) => Some((id, unanswered(&error))),
                }
            }
        };
        if let Some((id, why)) = refused {
            output::write(engine::answer(&id, &why).as_bytes())?;
            continue;
        }
        if relay.is_none() {
            match real::find(ambient).and_then(|engine| Relay::start(&engine, words)) {
                Ok(started) => relay = Some(started),
                Err(error) => {
                    output::write(engine::answer(&id_of(&text), &sentence(&error)).as_bytes())?;
                    continue;
                }
            }
        }
        if let Some(relay) = &mut relay {
            if let Some(grant) = deployment.take() {
                let ambient = ambient.clone();
                relay.at_its_end(move |how| plain_deploy::ended(&ambient, &grant, how, Layer::Engine));
            }
            relay.send(&text);
        }
    }
    match relay {
        Some(relay) => relay.finish(),
        None => Ok(Status::DONE),
    }
}

fn judged(ambient: &Ambient, operation: &Operation, given: &Given, params: &Value, late: LastWords) -> Result<Stood> {
    // Prisma gives absolute paths; the engine would take others from its own directory.
    let schemas: Vec<Option<String>> = given
        .schemas
        .iter()
        .map(|path| Disk.read(&ambient.cwd.as_deref().unwrap_or(Path::new("/")).join(path)).text())
        .collect();
    let invocation = engine::invocation(operation, given, params, &schemas, &ambient.variables);
    let also: Vec<String> = operation.commands.iter().map(|name| format!("prisma {name}")).collect();
    sentry::for_engine(ambient, invocation, &also, late)
}

/// The guard could not do its work: that is no yes.
fn unanswered(error: &anyhow::Error) -> String {
    format!("nexus-env: blocked: the guard gave no answer: {}", sentence(error).trim_start_matches("nexus-env: "))
}

fn sentence(error: &anyhow::Error) -> String {
    match told(error) {
        (sentence, Some(hint), _) => format!("nexus-env: {sentence}\nhint: {hint}"),
        (sentence, None, _) => format!("nexus-env: {sentence}"),
    }
}

fn id_of(text: &[u8]) -> Value {
    let request: Value = serde_json::from_slice(text).unwrap_or(Value::Null);
    request.get("id").cloned().unwrap_or(Value::Null)
}
