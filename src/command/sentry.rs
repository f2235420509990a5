//! The guard as it is called: by a person (`guard check`, `guard explain`), by the shell's functions, and by `run`. It
//! brings the configuration and the environment in force; `guard` does the rest.

use std::ffi::OsString;

use super::guard::{self, Asked, Form, Standing, Surroundings};
use super::load::{self, Configured, Loaded};
use crate::domain::ambient::Ambient;
use crate::domain::name::EnvironmentName;
use crate::domain::record::Layer;
use crate::domain::target::Selection;
use crate::edge::watchdog::{self, LIMIT, LastWords};
use crate::error::{Exit, Failure, Result, Status, told};

/// `guard check`.
pub fn check(ambient: &Ambient, asked: &Asked, form: Form) -> Result<Status> {
    watchdog::arm(LIMIT, late(Exit::Blocked));
    standing(ambient, &mut |standing| guard::check(ambient, standing, asked, form)).map(Status::from)
}

/// `guard explain`.
pub fn explain(ambient: &Ambient, asked: &Asked) -> Result<Status> {
    watchdog::arm(LIMIT, late(Exit::Blocked));
    standing(ambient, &mut |standing| guard::explain(ambient, standing, asked)).map(Status::from)
}

/// `__guard -- WORDS`, for the shell's functions: 0 run it, 3 it is blocked and the person was told.
/// With `--piped` in front something is piped into the command.
pub fn for_shell(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let (asked, words): (fn(Vec<String>) -> Asked, _) = match words.split_first() {
        Some((first, rest)) if first == "--piped" => (Asked::Piped, rest),
        Some(_) | None => (Asked::Words, words),
    };
    let words = match words.split_first() {
        Some((first, rest)) if first == "--" => rest,
        Some(_) | None => words,
    };
    stand(ambient, asked, words, Layer::Shell).map(Status::from)
}

/// What `run` asks before it becomes the command: `None` when it may.
pub fn before_run(ambient: &Ambient, words: &[OsString]) -> Result<Option<Status>> {
    Ok(match stand(ambient, Asked::Words, words, Layer::Run)? {
        0 => None,
        code => Some(Status::from(code)),
    })
}

/// What a coding agent's hook asks: the reason why the line must not run. Nobody is asked, and a block is recorded.
pub fn for_agent(ambient: &Ambient, asked: &Asked) -> Result<Option<String>> {
    let mut reason = None;
    standing(ambient, &mut |standing| {
        reason = guard::refusal(ambient, standing, asked, Layer::Agent);
        Ok(0)
    })?;
    Ok(reason)
}

/// What is said where the guard itself hangs.
fn late(exit: Exit) -> LastWords {
    let stderr = format!(
        "nexus-env: blocked: the guard found no answer within {LIMIT} s, so nothing ran\n\
         hint: nexus-env doctor, or `command NAME …` to go without the guard\n"
    );
    LastWords { stdout: String::new(), stderr, exit: exit as u8 }
}

fn stand(ambient: &Ambient, asked: fn(Vec<String>) -> Asked, words: &[OsString], layer: Layer) -> Result<u8> {
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    watchdog::arm(LIMIT, late(Exit::Blocked));
    standing(ambient, &mut |standing| guard::stand(ambient, standing, &asked(words.clone()), layer))
}

fn standing(ambient: &Ambient, work: &mut dyn FnMut(&Standing<'_>) -> Result<u8>) -> Result<u8> {
    match load::look(ambient).0 {
        Configured::Nothing | Configured::Denied(_) => work(&Standing::Nothing),
        Configured::Unusable(_, error) => {
            let (message, hint, exit) = told(&error);
            work(&Standing::Unusable(Failure { message, hint, exit }))
        }
        Configured::Ready(loaded) => work(&Standing::Ready(Surroundings {
            config: &loaded.config,
            root: &loaded.repository.root,
            selection: selection(ambient, &loaded),
            pauses: &load::pauses(ambient, &loaded.config.id),
            stored: &|| load::stored_urls(ambient, &loaded),
        })),
    }
}

/// Which environment this process was given, also when the time of it is over: that is for the guard to refuse.
pub fn selection(ambient: &Ambient, loaded: &Loaded) -> Selection {
    let variables = &ambient.variables;
    let here = variables.get("NEXUS_ENV_ROOT").is_some_and(|root| root == loaded.repository.root.as_os_str());
    let given = variables.text("NEXUS_ENV").and_then(EnvironmentName::new).filter(|_| here);
    match given.as_ref().and_then(|name| loaded.config.environment(name)) {
        None => Selection::Nothing,
        Some(environment) => {
            let (name, protection) = (environment.name.clone(), environment.protection);
            match variables.text("NEXUS_ENV_UNTIL").map(str::parse::<u64>) {
                None => Selection::Environment(name, protection),
                Some(Ok(end)) if !load::is_over(ambient, end) => Selection::Environment(name, protection),
                Some(Ok(_) | Err(_)) => Selection::Expired(name, protection),
            }
        }
    }
}
