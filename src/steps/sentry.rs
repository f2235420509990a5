//! The guard as every layer calls it: with the configuration and the environment in force, and with a limit of time. It
//! brings them; `guard` does the rest.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::guard::{self, Asked, Standing, Stood, Surroundings};
use super::persons;
use super::promotion::plain_deploy;
use crate::domain::config::Environment;
use crate::domain::config::person::Protect;
use crate::domain::guard::invocation::Invocation;
use crate::domain::guard::toolcall;
use crate::domain::page::audit_entry::Layer;
use crate::domain::session::ambient::Ambient;
use crate::domain::session::given::{self, Given};
use crate::domain::session::grant::Grant;
use crate::domain::target::Selection;
use crate::edge::grant;
use crate::edge::project::{self};
use crate::edge::watchdog::{self, LIMIT, LastWords};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::steps::load::{self, Configured, Loaded};

/// The number of a yes, to hand on, and what it was given to.
pub struct Yes {
    pub number: String,
    grant: Grant,
}

impl Yes {
    /// Whether somebody has to stay and tell how it ended.
    pub fn has_promises(&self) -> bool {
        !self.grant.promises.is_empty()
    }

    /// What `run` started has ended so.
    pub fn ended(&self, ambient: &Ambient, how: &str) {
        plain_deploy::ended(ambient, &self.grant, how, Layer::Run);
    }
}

/// What `run` asks before it starts the command: the yes to hand on, if one was given.
///
/// # Errors
/// The status of a command that is blocked.
pub fn before_run(ambient: &Ambient, words: &[OsString]) -> Result<std::result::Result<Option<Yes>, Status>> {
    let asked = Asked::Words(words.iter().map(|word| word.to_string_lossy().into_owned()).collect());
    Ok(match stand(ambient, &asked, &[], Layer::Run, late(Exit::Blocked))? {
        Stood::Free => Ok(None),
        Stood::Confirmed(grant) => Ok(grant::keep(ambient, &grant).ok().map(|number| Yes { number, grant })),
        Stood::Blocked(_) | Stood::TakenBack => Err(Status::from(Exit::Blocked as u8)),
    })
}

/// What Prisma's engine asks before it hands a request on. `also` are the other commands that make this request, `late` is
/// what Prisma is told where the guard hangs.
///
/// # Errors
/// Where a promotion cannot be checked. A block is no failure.
pub fn for_engine(ambient: &Ambient, invocation: Invocation, also: &[String], late: LastWords) -> Result<Stood> {
    stand(&at_home(ambient), &Asked::Ready(vec![invocation]), also, Layer::Engine, late)
}

/// A process may have left the repository whose environment it was given: that configuration judges it all the same.
pub fn at_home(ambient: &Ambient) -> Ambient {
    let root = given::root(&ambient.variables);
    let outside = |root: &PathBuf| !ambient.cwd.as_ref().is_some_and(|cwd| cwd.starts_with(root));
    match root.filter(outside) {
        Some(root) if matches!(load::look(ambient).0, Configured::Nothing) => {
            Ambient { cwd: Some(root.clone()), pwd: Some(root), ..ambient.clone() }
        }
        Some(_) | None => ambient.clone(),
    }
}

/// What a coding agent's hook asks: the reason why the line must not run. Nobody is asked, and a block is recorded.
///
/// # Errors
/// Never: what cannot be used is judged as such.
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
    let named = |word: &str| directory(ambient, &own, word);
    let others: Vec<PathBuf> = toolcall::places(text).into_iter().filter_map(named).collect();
    std::iter::once(own.clone()).chain(others).collect()
}

/// The directory that a word of a line names, seen from another one; `None` where there is none.
pub fn directory(ambient: &Ambient, from: &Path, word: &str) -> Option<PathBuf> {
    let home = ["~", "$HOME", "${HOME}"].iter().find_map(|name| word.strip_prefix(name));
    let path = match (home.map(|rest| rest.trim_start_matches('/')), &ambient.home) {
        (Some(rest), Some(home)) => home.join(rest),
        (Some(_) | None, _) => from.join(word),
    };
    project::directory(&path)
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

/// # Errors
/// Where a promotion cannot be checked. A block is no failure.
pub fn stand(ambient: &Ambient, asked: &Asked, also: &[String], layer: Layer, late: LastWords) -> Result<Stood> {
    let mut stood = Stood::Free;
    watchdog::arm(LIMIT, late);
    let done = standing(ambient, &mut |standing| {
        stood = guard::stand(ambient, standing, asked, also, layer)?;
        Ok(0)
    });
    watchdog::disarm();
    done.map(|_| stood)
}

/// # Errors
/// What `work` fails with. A configuration that cannot be used is handed to it.
pub fn standing(ambient: &Ambient, work: &mut dyn FnMut(&Standing<'_>) -> Result<u8>) -> Result<u8> {
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
    let here = Given::read(&ambient.variables).filter(|given| given.root.as_ref() == Some(&loaded.repository.root));
    let known = here.and_then(|given| Some((loaded.config.environment(&given.environment)?, given.ends)));
    match known {
        None => Selection::Nothing,
        Some((Environment { name, protection, .. }, ends)) => match ends.is_over(ambient.clock()) {
            false => Selection::Environment(name.clone(), *protection),
            true => Selection::Expired(name.clone(), *protection),
        },
    }
}
