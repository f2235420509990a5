//! `migrate rehearse`: what waits for an environment, applied by the real Prisma to a throw-away copy of the environment's
//! structure on dev's server. Of the environment itself the schema and the history of migrations are read, nothing else.

use std::ffi::OsString;
use std::path::PathBuf;

use super::case::Case;
use super::launch::Launch;
use super::side::Side;
use crate::command::load::{self, Loaded};
use crate::domain::config::Environment;
use crate::domain::promotion::copy;
use crate::domain::promotion::gate;
use crate::domain::promotion::place::Place;
use crate::domain::promotion::proof::{self, Proof};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::text::safe_text;
use crate::edge::foreground::{self, Ended};
use crate::edge::scratch::Scratch;
use crate::edge::{ambient as surroundings, output, terminal};
use crate::error::{Exit, Failure, Result, Status};

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
            return Err(reason
                .next
                .first()
                .map_or(Failure::new(reason.sentence.clone()), |next| failure.hint(next))
                .into());
        }
        (None, None) => return Err(Failure::new(format!("{name}'s database cannot be asked")).into()),
    };
    if found.pending.is_empty() {
        terminal::say(ambient, &format!("{name} has every migration already"));
        return Ok(Status::DONE);
    }
    let host = host(ambient, &loaded, environment, &case.place)?;
    let scratch = Scratch::new(&surroundings::temporary(ambient), "nexus-env-rehearsal")?;
    let database = format!("nexus_rehearsal_{:08x}", rand::random::<u32>());
    let tools = Tools { ambient, directory: scratch.path().to_owned() };
    terminal::say(
        ambient,
        &format!("reading the structure of {name}, for a copy on {}'s server", host.environment.name),
    );
    let structure = tools.dump(&side.url, &["--schema-only"])?;
    let history = format!("--table=\"{}\".\"_prisma_migrations\"", side.schema().replace('"', "\"\""));
    let history = tools.dump(&side.url, &["--data-only", &history]).unwrap_or_default();
    let file = scratch.file("structure.sql", &format!("{structure}\n{history}"))?;
    tools.psql(&host.url, &["--set=ON_ERROR_STOP=1", "--command", &format!("CREATE DATABASE \"{database}\"")])?;
    let ended = try_it(ambient, &loaded, &host, &case, &tools, &database, &file.display().to_string());
    let dropped = tools.psql(&host.url, &["--command", &format!("DROP DATABASE \"{database}\"")]);
    let (ended, times) = ended?;
    dropped?;
    let mut text = String::new();
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
        return Err(Failure::new(format!(
            "the migrations do not apply to {name}'s structure: Prisma ended with {ended}"
        ))
        .hint("mend the migration on dev; nothing was changed")
        .into());
    }
    terminal::say(
        ambient,
        &format!("all of it applies to {name}'s structure; its rows were not there, so times say little"),
    );
    Ok(Status::DONE)
}

/// Fills the copy and lets Prisma at it: how that ended, and how long each migration took in milliseconds.
fn try_it(
    ambient: &Ambient,
    loaded: &Loaded,
    host: &Side<'_>,
    case: &Case<'_>,
    tools: &Tools<'_>,
    database: &str,
    structure: &str,
) -> Result<(Ended, Vec<(String, String)>)> {
    let url = copy::with_database(&host.url, database);
    // What the copy's server lacks, an extension or a role, is said by psql and may not matter.
    tools.psql(&url, &["--file", structure])?;
    let launch = Launch::new(ambient, loaded, host, &case.place, &url, None)?;
    let ended = launch.run(&["deploy"])?;
    let schema = host.schema().replace('"', "\"\"");
    let question = format!(
        "SELECT migration_name || '|' || coalesce((extract(epoch FROM finished_at - started_at) * 1000)::bigint::text, '') \
         FROM \"{schema}\".\"_prisma_migrations\" WHERE rolled_back_at IS NULL"
    );
    let answer = tools.psql(&url, &["--command", &question])?;
    let times =
        answer.lines().filter_map(|line| line.split_once('|')).map(|(name, time)| (name.to_owned(), time.to_owned()));
    Ok((ended, times.collect()))
}

/// The server on which the copy is made: that of the first step, which must be an open environment's.
fn host<'a>(ambient: &Ambient, loaded: &'a Loaded, environment: &Environment, place: &Place) -> Result<Side<'a>> {
    let first = gate::path(&loaded.config, environment).into_iter().next();
    let host = first.or_else(|| loaded.config.environment(&loaded.config.default)).filter(|host| !host.is_protected());
    let Some(host) = host.filter(|host| host.name != environment.name) else {
        return Err(Failure::new(format!(
            "there is no open environment whose server could hold a copy of {}",
            environment.name
        ))
        .hint(format!("promote_from under [env.{}] in .nexusenv names one", environment.name))
        .into());
    };
    let side = Side::of(ambient, loaded, host, place)?;
    let target = side.target(ambient, loaded);
    match proof::of(&host.name, target.reach, &target.evidence) {
        Proof::Given(_) => Ok(side),
        Proof::Against(evidence) => {
            let sentence = format!("the URL of {} reaches {} ({})", host.name, evidence.seen, evidence.how);
            Err(Failure::new(sentence).hint("nexus-env db verify").exit(Exit::Blocked).into())
        }
        Proof::Missing => {
            Err(Failure::new(format!("nothing proves that the URL of {} reaches {}", host.name, host.name))
                .hint(format!("nexus-env db pin -e {0}; nexus-env db label -e {0}", host.name))
                .exit(Exit::Blocked)
                .into())
        }
    }
}

/// PostgreSQL's own programs. How they connect stands in variables, never among their words.
struct Tools<'a> {
    ambient: &'a Ambient,
    directory: PathBuf,
}

impl Tools<'_> {
    fn dump(&self, url: &DatabaseUrl, words: &[&str]) -> Result<String> {
        let usual = ["pg_dump", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions"];
        self.run(url, &[&usual, words].concat(), Some("-c default_transaction_read_only=on -c lock_timeout=3000"))
    }

    fn psql(&self, url: &DatabaseUrl, words: &[&str]) -> Result<String> {
        self.run(url, &[&["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"], words].concat(), None)
    }

    fn run(&self, url: &DatabaseUrl, words: &[&str], options: Option<&str>) -> Result<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let path = self.ambient.variables.get("PATH").unwrap_or_default().to_owned();
        let mut variables: Vec<(OsString, OsString)> = vec![("PATH".into(), path), ("LC_ALL".into(), "C.UTF-8".into())];
        variables.extend(copy::libpq(url).into_iter().map(|(name, value)| {
            (OsString::from(name), OsString::from(String::from_utf8_lossy(value.expose()).into_owned()))
        }));
        variables.extend(options.map(|options| (OsString::from("PGOPTIONS"), OsString::from(options))));
        let given = variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()));
        match foreground::output(&words, &self.directory, given) {
            Ok((ended, text)) if ended.well() => Ok(String::from_utf8_lossy(&text).into_owned()),
            Ok((ended, _)) => Err(Failure::new(format!("{} ended with {ended}", words[0]))
                .hint("what it said stands above; it must be as new as the server")
                .into()),
            Err(error) => Err(Failure::new(format!("could not start {}: {error}", safe_text::safe_text(&words[0])))
                .hint("install PostgreSQL's client programs: apt-get install postgresql-client, brew install libpq")
                .into()),
        }
    }
}
