//! The guard as it is called: by a person (`guard check`, `guard explain`), by the shell's functions, and by `run`. It
//! brings the configuration and the environment in force; `guard` does the rest.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::guard::{self, Accepted, Asked, Extent, Form, Standing, Stood, Surroundings};
use super::persons;
use crate::domain::config::Environment;
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::person::Protect;
use crate::domain::guard::invocation::Invocation;
use crate::domain::guard::node;
use crate::domain::guard::report;
use crate::domain::guard::toolcall;
use crate::domain::page::record::{Entry, Event, Layer};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::given;
use crate::domain::session::grant::{DEPLOY, Grant};
use crate::domain::session::keyboard;
use crate::domain::target::Selection;
use crate::domain::target::holders::Holders;
use crate::edge::project::{self, Disk};
use crate::edge::watchdog::{self, LIMIT, LastWords};
use crate::edge::{grant, output, terminal};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::steps::load::{self, Configured, Loaded};
use crate::steps::{astray, audit};

/// What `__guard` ends with where the shell's variables are to be brought up to date before anything is judged.
const LOAD_FIRST: u8 = 5;

/// What `__line` ends with where the person is to be asked, where the shell reads on, and where the person takes the line back.
const ASKS: u8 = 4;
const GOES_ON: u8 = 6;
const TAKEN_BACK: u8 = 130;

/// `guard check`.
pub fn check(ambient: &Ambient, asked: &Asked, form: Form) -> Result<Status> {
    let words = match form {
        Form::Text => late(Exit::Blocked),
        Form::Json => LastWords { stdout: format!("{}\n", report::unanswered(UNANSWERED)), ..late(Exit::Blocked) },
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
    standing(ambient, &mut |standing| guard::check(ambient, standing, asked, form)).map(Status::from)
}

/// `guard explain`.
pub fn explain(ambient: &Ambient, asked: &Asked) -> Result<Status> {
    watchdog::arm(LIMIT, late(Exit::Blocked));
    standing(ambient, &mut |standing| guard::explain(ambient, standing, asked)).map(Status::from)
}

/// `__guard -- WORDS`, for the shell's functions: 0 run it, 3 it is blocked and the person was told. A yes that the
/// person gave is kept for the layers below, and its number printed: the function hands it to the command. `deploy` on
/// the next line asks to be told how that ended. With `--piped` in front something is piped into the command, with
/// `--holders=…` comes what the last load saw on the ports: where that changed nothing is judged, and the shell is told to
/// load first.
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
    consented(ambient, &stand(ambient, &asked, &[], Layer::Shell, late(Exit::Blocked))?)
}

fn consented(ambient: &Ambient, stood: &Stood) -> Result<Status> {
    let status = answered(ambient, stood)?;
    if matches!(stood, Stood::Confirmed(grant) if grant.deploys()) {
        output::write(b"\ndeploy\n")?;
    }
    Ok(status)
}

/// `__line [--ask] [--begun] [--holders=…]`, for the line that a person accepts at a shell's prompt, which comes as a variable. What is to be said
/// goes to stdout: the shell tells it when the line has left the screen. Nobody is asked before `--ask`, which then prints
/// what `__guard` prints. With `--begun` the text may be the beginning of a command.
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
            None => asking |= flag == "--ask",
        }
    }
    let late = LastWords { stdout: late(Exit::Blocked).stderr, ..late(Exit::Blocked) };
    let late = LastWords { stderr: String::new(), ..late };
    if asking {
        let stood = stand(ambient, &Asked::Line(line), &[], Layer::Line, late)?;
        if let Stood::Blocked(why) = &stood {
            output::write(terminal::refusal(ambient, why).as_bytes())?;
        }
        return consented(ambient, &stood);
    }
    watchdog::arm(LIMIT, late);
    let mut said = String::new();
    let status = standing(ambient, &mut |standing| {
        Ok(match guard::accept(ambient, standing, &line, extent) {
            Accepted::Runs(told) => {
                said = told.iter().map(|line| format!("nexus-env: {line}\n")).collect();
                0
            }
            Accepted::Refused(why) => {
                said = terminal::refusal(ambient, &why);
                Exit::Blocked as u8
            }
            Accepted::Asks => ASKS,
            Accepted::GoesOn => GOES_ON,
        })
    })?;
    watchdog::disarm();
    output::write(said.as_bytes())?;
    Ok(Status::from(status))
}

/// `__ended STATUS`, with the number of the yes: how a deployment ended that the guard let pass, for the log.
pub fn deployed(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let status = words.first().and_then(|word| word.to_str()?.parse::<u32>().ok());
    if let (Some(status), Some(grant)) = (status, grant::given(ambient).filter(Grant::deploys)) {
        let entry = match status {
            0 => Entry::new(Event::Deployed),
            _ => Entry::new(Event::DeployFailed).detail(&format!("exit status {status}")),
        };
        let entry = entry.repository(&grant.root).command(DEPLOY).through(Layer::Shell);
        // Where nothing was proven, another word was typed than an environment's name.
        let entry = EnvironmentName::new(&grant.word).map_or(entry.clone(), |name| entry.environment(&name));
        audit::record(ambient, &entry);
    }
    Ok(Status::DONE)
}

/// What `run` asks before it becomes the command: the number of a yes to hand on, if one was given.
///
/// # Errors
/// The status of a command that is blocked.
pub fn before_run(ambient: &Ambient, words: &[OsString]) -> Result<std::result::Result<Option<String>, Status>> {
    let asked = Asked::Words(words.iter().map(|word| word.to_string_lossy().into_owned()).collect());
    Ok(match stand(ambient, &asked, &[], Layer::Run, late(Exit::Blocked))? {
        Stood::Free => Ok(None),
        Stood::Confirmed(grant) => Ok(grant::keep(ambient, &grant).ok()),
        Stood::Blocked(_) | Stood::TakenBack => Err(Status::from(Exit::Blocked as u8)),
    })
}

/// `__node -- SCRIPT WORDS`, for the preload of Node: as for the shell, but for what Prisma's engine will be asked about
/// anyway, with more knowledge.
pub fn for_node(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let words: Vec<String> = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let words = node::command(&words);
    let directory = ambient.cwd.clone().unwrap_or_default();
    if node::reaches_the_engine(&words, &ambient.variables, &Disk, &directory) {
        return Ok(Status::DONE);
    }
    let stood = stand(&at_home(ambient), &Asked::Words(words), &[], Layer::Node, late(Exit::Blocked))?;
    answered(ambient, &stood)
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

/// What Prisma's engine asks before it hands a request on. `also` are the other commands that make this request, `late` is
/// what Prisma is told where the guard hangs.
pub fn for_engine(ambient: &Ambient, invocation: Invocation, also: &[String], late: LastWords) -> Result<Stood> {
    stand(&at_home(ambient), &Asked::Ready(vec![invocation]), also, Layer::Engine, late)
}

/// A process may have left the repository whose environment it was given: that configuration judges it all the same.
fn at_home(ambient: &Ambient) -> Ambient {
    let root = ambient.variables.get("NEXUS_ENV_ROOT").map(PathBuf::from).filter(|root| root.is_absolute());
    let outside = |root: &PathBuf| !ambient.cwd.as_ref().is_some_and(|cwd| cwd.starts_with(root));
    match root.filter(outside) {
        Some(root) if matches!(load::look(ambient).0, Configured::Nothing) => {
            Ambient { cwd: Some(root.clone()), pwd: Some(root), ..ambient.clone() }
        }
        Some(_) | None => ambient.clone(),
    }
}

/// What a coding agent's hook asks: the reason why the line must not run. Nobody is asked, and a block is recorded.
pub fn for_agent(ambient: &Ambient, asked: &Asked) -> Result<Option<String>> {
    let text = asked.text();
    let persons = persons::refusal(ambient, asked, || places(ambient, &text));
    if persons.is_some() {
        return Ok(persons);
    }
    let mut judged: Vec<PathBuf> = Vec::new();
    for directory in places(ambient, &text) {
        let there = Ambient { cwd: Some(directory.clone()), pwd: Some(directory), ..ambient.clone() };
        // One configuration, one judgement, from whichever of its directories.
        let root = match load::look(&there).0 {
            // What is protected everywhere is so in all of these alike.
            Configured::Nothing => PathBuf::new(),
            Configured::Denied(root) | Configured::Unusable(root, _) => root,
            Configured::Ready(loaded) => loaded.repository.root,
        };
        if judged.contains(&root) {
            continue;
        }
        judged.push(root);
        let mut reason = None;
        standing(&there, &mut |standing| {
            reason = guard::refusal(ambient, standing, asked, Layer::Agent);
            Ok(0)
        })?;
        if reason.is_some() {
            return Ok(reason);
        }
    }
    Ok(None)
}

/// Where a line may run: its own directory first, then each that it names. An agent often changes the directory within
/// the line.
fn places(ambient: &Ambient, text: &str) -> Vec<PathBuf> {
    let own = ambient.cwd.clone().unwrap_or_else(|| PathBuf::from("/"));
    let named = |word: &str| {
        let path = match (word.strip_prefix('~').map(|rest| rest.trim_start_matches('/')), &ambient.home) {
            (Some(rest), Some(home)) => home.join(rest),
            (Some(_) | None, _) => own.join(word),
        };
        project::directory(&path)
    };
    let others: Vec<PathBuf> = toolcall::places(text).into_iter().filter_map(named).collect();
    std::iter::once(own.clone()).chain(others).collect()
}

/// Why nothing runs where the guard itself hangs or breaks down.
pub const UNANSWERED: &str = "the guard found no answer in time and memory, so nothing ran";

/// What is said then.
pub fn late(exit: Exit) -> LastWords {
    let stderr = format!(
        "nexus-env: blocked: {UNANSWERED}\n\
         hint: nexus-env doctor, or `command NAME …` to go without the guard\n"
    );
    LastWords { stdout: String::new(), stderr, exit: exit as u8 }
}

fn stand(ambient: &Ambient, asked: &Asked, also: &[String], layer: Layer, late: LastWords) -> Result<Stood> {
    let mut stood = Stood::Free;
    watchdog::arm(LIMIT, late);
    let done = standing(ambient, &mut |standing| {
        stood = guard::stand(ambient, standing, asked, also, layer)?;
        Ok(0)
    });
    watchdog::disarm();
    done.map(|_| stood)
}

fn standing(ambient: &Ambient, work: &mut dyn FnMut(&Standing<'_>) -> Result<u8>) -> Result<u8> {
    let unusable = |error: &anyhow::Error| {
        let (message, hint, exit) = told(error);
        Standing::Unusable(Failure { message, hint, exit })
    };
    match load::look(ambient).0 {
        Configured::Nothing | Configured::Denied(_) => match load::everywhere(ambient) {
            Ok(None) => work(&Standing::Nothing),
            Ok(Some(config)) => work(&Standing::Ready(Surroundings {
                config: &config,
                root: ambient.cwd.as_deref().unwrap_or(Path::new("/")),
                selection: Selection::Nothing,
                pauses: &[],
                stored: &Vec::new,
            })),
            Err(error) => work(&unusable(&error)),
        },
        Configured::Unusable(_, error) => work(&unusable(&error)),
        Configured::Ready(loaded) => {
            let everywhere = loaded.protect.iter().flat_map(Protect::environments);
            let config = match loaded.protect.is_empty() {
                true => Cow::Borrowed(&loaded.config),
                false => {
                    let mut config = loaded.config.clone();
                    config.environments.extend(everywhere);
                    Cow::Owned(config)
                }
            };
            work(&Standing::Ready(Surroundings {
                config: &config,
                root: &loaded.repository.root,
                selection: selection(ambient, &loaded),
                pauses: &load::pauses(ambient, &loaded.config.id),
                stored: &|| load::stored_urls(ambient, &loaded),
            }))
        }
    }
}

/// Which environment this process was given, also when the time of it is over: that is for the guard to refuse.
pub fn selection(ambient: &Ambient, loaded: &Loaded) -> Selection {
    let here = given::given(&ambient.variables).filter(|given| given.root.as_ref() == Some(&loaded.repository.root));
    let known = here.and_then(|given| Some((loaded.config.environment(&given.environment)?, given.ends)));
    match known {
        None => Selection::Nothing,
        Some((Environment { name, protection, .. }, ends)) => match ends.is_over(ambient.clock()) {
            false => Selection::Environment(name.clone(), *protection),
            true => Selection::Expired(name.clone(), *protection),
        },
    }
}
