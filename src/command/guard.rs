//! `guard check` and `guard explain`, and what the shell's functions and the preload of Node ask in the same way. It tells; it
//! judges nothing itself.

use std::ffi::OsString;

use crate::domain::config::name::EnvironmentName;
use crate::domain::guard::node;
use crate::domain::guard::report;
use crate::domain::page::audit_entry::{Entry, Event, Layer};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::grant::{DEPLOY, Grant};
use crate::domain::session::keyboard;
use crate::domain::target::holders::Holders;
use crate::domain::target::url::Place;
use crate::edge::output::Form;
use crate::edge::project::Disk;
use crate::edge::watchdog::{self, LIMIT, LastWords};
use crate::edge::{grant, output, terminal};
use crate::error::{Exit, Result, Status};
use crate::steps::guard::{self, Accepted, Asked, Doors, Extent, Standing, Stood};
use crate::steps::observation::{self, Depth};
use crate::steps::promotion::plain_deploy;
use crate::steps::{arriving, astray, audit, persons, sentry};

/// What `__guard` ends with where the shell's variables are to be brought up to date before anything is judged.
const LOAD_FIRST: u8 = 5;

/// What `__line` ends with where the person is to be asked, where the shell reads on, and where the person takes the line back.
const ASKS: u8 = 4;
const GOES_ON: u8 = 6;
const TAKEN_BACK: u8 = 130;

/// `guard check`: 0 allowed, 3 blocked, 4 would ask.
///
/// # Errors
/// Where the verdict cannot be written.
pub fn check(ambient: &Ambient, asked: &Asked, form: Form) -> Result<Status> {
    let words = match form {
        Form::Text => sentry::late(Exit::Blocked),
        Form::Json => {
            LastWords { stdout: format!("{}\n", report::unanswered(sentry::UNANSWERED)), ..sentry::late(Exit::Blocked) }
        }
    };
    watchdog::arm(LIMIT, words);
    // An agent that asks before it runs a line is told the same as by its hook.
    let persons = keyboard::marker(&ambient.variables)
        .and_then(|_| persons::refusal(ambient, asked, || ambient.cwd.iter().cloned().collect()));
    if let Some(why) = persons {
        match form {
            Form::Json => output::json(&report::refused(&why, "person").to_string())?,
            Form::Text => terminal::say_anyway(&why),
        }
        return Ok(Status::from(Exit::Blocked as u8));
    }
    let ambient = &where_it_matters(ambient, asked)?;
    let answer = |standing: &Standing<'_>| {
        let look = |place: &Place| observation::look(ambient, place);
        let outcome = guard::outcome(ambient, standing, asked, &Doors::real(&look));
        let exit = report::exit(&outcome);
        match form {
            Form::Json => output::json(&report::as_json(&outcome).to_string())?,
            Form::Text => match (exit, report::told(&outcome)) {
                (0, text) => terminal::say(ambient, &text),
                (_, text) => terminal::refuse(ambient, &text),
            },
        }
        Ok(exit)
    };
    sentry::standing(ambient, &mut { answer }).map(Status::from)
}

/// Of the configurations that a line goes to, the one that has most against it.
fn where_it_matters(ambient: &Ambient, asked: &Asked) -> Result<Ambient> {
    let mut worst = (0, ambient.clone());
    let Asked::Line(line) = asked else { return Ok(worst.1) };
    let places = arriving::places(ambient, line);
    for place in places.iter().filter(|_| places.len() > 1) {
        let look = |at: &Place| observation::look(place, at);
        let exit = sentry::standing(place, &mut |standing| {
            Ok(report::exit(&guard::outcome(place, standing, asked, &Doors::real(&look))))
        })?;
        let rank = match exit {
            0 => 0,
            ASKS => 1,
            _ => 2,
        };
        if rank > worst.0 {
            worst = (rank, place.clone());
        }
    }
    Ok(worst.1)
}

/// `guard explain`: the same exit status, and every piece of evidence on stdout.
///
/// # Errors
/// Where the page cannot be written.
pub fn explain(ambient: &Ambient, asked: &Asked) -> Result<Status> {
    watchdog::arm(LIMIT, sentry::late(Exit::Blocked));
    let ambient = &where_it_matters(ambient, asked)?;
    let answer = |standing: &Standing<'_>| {
        let look = |place: &Place| observation::look(ambient, place);
        let outcome = guard::outcome_in(Depth::Everything, ambient, standing, asked, &Doors::real(&look));
        output::page(&report::explained(&outcome))?;
        Ok(report::exit(&outcome))
    };
    sentry::standing(ambient, &mut { answer }).map(Status::from)
}

/// `__guard -- WORDS`, for the shell's functions: 0 run it, 3 it is blocked and the person was told. A yes that the
/// person gave is kept for the layers below, and its number printed: the function hands it to the command. `deploy` on
/// the next line asks to be told how that ended. With `--piped` in front something is piped into the command, with
/// `--holders=…` comes what the last load saw on the ports: where that changed nothing is judged, and the shell is told to
/// load first.
///
/// # Errors
/// Where a promotion cannot be checked, and where the number of a yes cannot be written.
pub fn for_shell(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let holders = |word: &OsString| word.to_str()?.strip_prefix("--holders=").map(str::to_owned);
    let words = match words.split_first().and_then(|(first, rest)| Some((holders(first)?, rest))) {
        Some((seen, _)) if Holders::parse(&seen).is_none_or(|seen| astray::has_changed(&seen)) => {
            return Ok(Status::from(LOAD_FIRST));
        }
        Some((_, rest)) => rest,
        None => words,
    };
    let (asked, words): (fn(Vec<String>) -> Asked, _) = match words.split_first() {
        Some((first, rest)) if first == "--piped" => (Asked::Piped, rest),
        Some(_) | None => (Asked::Words, words),
    };
    let words = match words.split_first() {
        Some((first, rest)) if first == "--" => rest,
        Some(_) | None => words,
    };
    let asked = asked(words.iter().map(|word| word.to_string_lossy().into_owned()).collect());
    consented(ambient, &sentry::stand(ambient, &asked, &[], Layer::Shell, sentry::late(Exit::Blocked))?)
}

fn consented(ambient: &Ambient, stood: &Stood) -> Result<Status> {
    let status = answered(ambient, stood)?;
    if matches!(stood, Stood::Confirmed(grant) if grant.deploys()) {
        output::write(b"\ndeploy\n")?;
    }
    Ok(status)
}

/// `__line [--ask] [--begun | --continued] [--holders=…]`, for the line that a person accepts at a shell's prompt, which comes as a variable. What is to be said
/// goes to stdout: the shell tells it when the line has left the screen. Nobody is asked before `--ask`, which then prints
/// what `__guard` prints. With `--begun` the text may be the beginning of a command,
/// with `--continued` only where it ends within a here-document or in a backslash.
///
/// # Errors
/// Where a promotion cannot be checked, and where the answer cannot be written.
pub fn for_line(ambient: &Ambient, words: &[OsString], line: Option<OsString>) -> Result<Status> {
    let line = line.unwrap_or_default().to_string_lossy().into_owned();
    let (mut asking, mut extent) = (false, Extent::Whole);
    for flag in words.iter().filter_map(|word| word.to_str()) {
        match flag.strip_prefix("--holders=") {
            Some(seen) if Holders::parse(seen).is_none_or(|seen| astray::has_changed(&seen)) => {
                return Ok(Status::from(LOAD_FIRST));
            }
            Some(_) => {}
            None if flag == "--begun" => extent = Extent::PerhapsOpen,
            None if flag == "--continued" => extent = Extent::PerhapsContinued,
            None => asking |= flag == "--ask",
        }
    }
    let late = LastWords { stdout: sentry::late(Exit::Blocked).stderr, ..sentry::late(Exit::Blocked) };
    let late = LastWords { stderr: String::new(), ..late };
    // What the line goes to is loaded within the limit as well.
    watchdog::arm(LIMIT, late.clone());
    let places = arriving::places(ambient, &line);
    if asking {
        let mut stood = Stood::Free;
        for place in &places {
            match sentry::stand(place, &Asked::Line(line.clone()), &[], Layer::Line, late.clone())? {
                Stood::Free => {}
                found @ Stood::Confirmed(_) => stood = found,
                found @ (Stood::Blocked(_) | Stood::TakenBack) => {
                    stood = found;
                    break;
                }
            }
        }
        if let Stood::Blocked(why) = &stood {
            output::write(terminal::refusal(ambient, why).as_bytes())?;
        }
        return consented(ambient, &stood);
    }
    let (mut status, mut said) = (0, String::new());
    for place in &places {
        sentry::standing(place, &mut |standing| {
            match guard::accept(place, standing, &line, extent) {
                Accepted::Runs(told) => said.extend(told.iter().map(|line| format!("nexus-env: {line}\n"))),
                Accepted::Refused(why) => (status, said) = (Exit::Blocked as u8, terminal::refusal(ambient, &why)),
                Accepted::Asks => status = ASKS,
                Accepted::GoesOn if status == 0 => status = GOES_ON,
                Accepted::GoesOn => {}
            }
            Ok(status)
        })?;
        if status == Exit::Blocked as u8 {
            break;
        }
    }
    watchdog::disarm();
    output::write(said.as_bytes())?;
    Ok(Status::from(status))
}

/// `__ended STATUS [node]`, with the number of the yes: how a deployment ended that the guard let pass, for the person and
/// for the log.
///
/// # Errors
/// Never: what cannot be logged is said.
pub fn deployed(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let status = words.first().and_then(|word| word.to_str()?.parse::<u32>().ok());
    if let (Some(status), Some(grant)) = (status, grant::given(ambient).filter(Grant::deploys)) {
        let layer = if words.get(1).is_some_and(|word| word == "node") { Layer::Node } else { Layer::Shell };
        let how = format!("exit status {status}");
        if !grant.promises.is_empty() {
            plain_deploy::ended(ambient, &grant, &how, layer);
            return Ok(Status::DONE);
        }
        let entry = match status {
            0 => Entry::new(Event::Deployed),
            _ => Entry::new(Event::DeployFailed).detail(&how),
        };
        let entry = entry.repository(&grant.root).command(DEPLOY).through(layer);
        // Where nothing was proven, another word was typed than an environment's name.
        let entry = EnvironmentName::new(&grant.word).map_or(entry.clone(), |name| entry.environment(&name));
        audit::record(ambient, &entry);
    }
    Ok(Status::DONE)
}

/// `__node -- SCRIPT WORDS`, for the preload of Node: as for the shell, but for what Prisma's engine will be asked about
/// anyway, with more knowledge.
///
/// # Errors
/// Where a promotion cannot be checked, and where the number of a yes cannot be written.
pub fn for_node(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let words: Vec<String> = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let words = node::command(&words);
    let directory = ambient.cwd.clone().unwrap_or_default();
    if node::reaches_the_engine(&words, &ambient.variables, &Disk, &directory) {
        return Ok(Status::DONE);
    }
    let stood =
        sentry::stand(&sentry::at_home(ambient), &Asked::Words(words), &[], Layer::Node, sentry::late(Exit::Blocked))?;
    consented(ambient, &stood)
}

fn answered(ambient: &Ambient, stood: &Stood) -> Result<Status> {
    match stood {
        Stood::Free => Ok(Status::DONE),
        Stood::Confirmed(grant) => {
            // Where it cannot be kept, the layers below ask once more.
            if let Ok(number) = grant::keep(ambient, grant) {
                output::write(number.as_bytes())?;
            }
            Ok(Status::DONE)
        }
        Stood::Blocked(_) => Ok(Status::from(Exit::Blocked as u8)),
        Stood::TakenBack => Ok(Status::from(TAKEN_BACK)),
    }
}
