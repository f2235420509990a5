//! `migrate rehearse`: what waits for an environment, applied by the real Prisma to a throw-away copy of the environment's
//! structure on dev's server. Of the environment itself the schema and the history of migrations are read, nothing else.

use super::launch::Launch;
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::promotion::outcome;
use crate::domain::session::ambient::Ambient;
use crate::edge::foreground::{Ended, Talk};
use crate::edge::scratch::Scratch;
use crate::edge::{ambient as surroundings, output, terminal};
use crate::error::{self, Failure, Result, Status};
use crate::interruption;
use crate::steps::audit;
use crate::steps::load;
use crate::steps::promotion::case::Case;
use crate::steps::promotion::drift;
use crate::steps::promotion::side::Side;
use crate::steps::promotion::throwaway::{self, Throwaway, Tools};

/// 0 where every migration that waits could be applied, 1 where one failed.
///
/// # Errors
/// Where the environment's structure cannot be read, or there is no server for the copy.
pub fn rehearse(ambient: &Ambient, named: Option<&str>) -> Result<Status> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, named)?;
    let environment = load::environment(&loaded, active.environment.as_str())?;
    let name = &environment.name;
    load::refuse_agent(ambient, environment, &format!("`migrate rehearse` of {name}"))?;
    let case = Case::gather(ambient, &loaded, environment, None)?;
    let found = case.examine()?;
    let unseen = found.reasons.iter().find(|reason| matches!(reason.kind, "unseen" | "unproven-target"));
    let side = match (&found.side, unseen) {
        (Some(side), None) => side,
        (_, Some(reason)) => {
            let failure = Failure::new(reason.sentence.clone());
            return Err(match reason.next.first() {
                Some(next) => failure.hint(next),
                None => failure,
            }
            .into());
        }
        (None, None) => return Err(Failure::new(format!("{name}'s database cannot be asked")).into()),
    };
    if found.pending.is_empty() {
        terminal::say(ambient, &format!("{name} has every migration already"));
        return Ok(Status::DONE);
    }
    let host = throwaway::host(ambient, &loaded, environment, &case.place)?;
    terminal::say(
        ambient,
        &format!("reading the structure of {name}, for a copy on {}'s server", host.environment.name),
    );
    let entry = |event| {
        Entry::new(event)
            .environment(name)
            .repository(&loaded.repository.root)
            .command("nexus-env migrate rehearse")
            .target(found.proof.as_ref().map_or("", |(seen, _)| seen))
    };
    let what = outcome::listed(&found.pending);
    let failing = |why: &str| audit::record(ambient, &entry(Event::RehearsalFailed).detail(&format!("{what}; {why}")));
    // What is made on the way goes, also where a person has had enough.
    let (told, stopped) = interruption::held(|| {
        let (ended, times) = on_a_copy(&case, side, &host)?;
        let drift = drift::told_of(&case, side);
        interruption::check("the copy is gone").map(|()| (ended, times, drift))
    });
    let (ended, times, mut text) = match (told, stopped) {
        (Err(_), Some(signal)) => {
            failing("stopped");
            terminal::say(ambient, &format!("stopped: the copy is gone, and nothing was changed on {name}"));
            return Ok(Ended::Signal(signal).pass_on());
        }
        (told, _) => told.inspect_err(|error| failing(&error::told(error).0))?,
    };
    for migration in &found.pending {
        let time = times.iter().find(|(known, _)| known == migration).map(|(_, time)| time.as_str());
        let told = match time {
            Some(time) if !time.is_empty() => format!("applied in {time} ms"),
            Some(_) => "FAILED".to_owned(),
            None => "not reached".to_owned(),
        };
        text.push_str(&format!("{migration}  {told}\n"));
    }
    output::page(&text)?;
    if !ended.well() {
        failing(&format!("Prisma ended with {ended}"));
        return Err(Failure::new(format!(
            "the migrations do not apply to {name}'s structure: Prisma ended with {ended}"
        ))
        .hint("mend the migration on dev; nothing was changed")
        .into());
    }
    audit::record(ambient, &entry(Event::Rehearsed).detail(&what));
    terminal::say(
        ambient,
        &format!("all of it applies to {name}'s structure; its rows were not there, so times say little"),
    );
    Ok(Status::DONE)
}

/// Makes the copy and lets Prisma at it: how that ended, and how long each migration took in milliseconds.
fn on_a_copy(case: &Case<'_>, side: &Side<'_>, host: &Side<'_>) -> Result<(Ended, Vec<(String, String)>)> {
    let scratch = Scratch::new(&surroundings::temporary(case.ambient), "nexus-env-rehearsal")?;
    let tools = Tools { ambient: case.ambient, directory: scratch.path().to_owned() };
    let structure = tools.dump(&side.url, &["--schema-only"])?;
    let history = format!("--table=\"{}\".\"_prisma_migrations\"", side.schema().replace('"', "\"\""));
    let history = tools.dump(&side.url, &["--data-only", &history]).unwrap_or_default();
    let file = scratch.file("structure.sql", &format!("{structure}\n{history}"))?.display().to_string();
    interruption::check("no copy was made")?;
    let copy = Throwaway::on(host, &tools)?;
    // What the copy's server lacks, an extension or a role, is said by psql and may not matter.
    tools.psql(&copy.url, Talk::Shown, &["--file", &file])?;
    let launch = Launch::new(case.ambient, case.loaded, host, &case.place, &copy.url, None)?;
    let ended = launch.run(&["deploy"])?;
    interruption::check("the copy is gone")?;
    let schema = host.schema().replace('"', "\"\"");
    let question = format!(
        "SELECT migration_name || '|' || coalesce((extract(epoch FROM finished_at - started_at) * 1000)::bigint::text, '') \
         FROM \"{schema}\".\"_prisma_migrations\" WHERE rolled_back_at IS NULL"
    );
    let answer = tools.psql(&copy.url, Talk::Shown, &["--command", &question])?;
    let times =
        answer.lines().filter_map(|line| line.split_once('|')).map(|(name, time)| (name.to_owned(), time.to_owned()));
    Ok((ended, times.collect()))
}
