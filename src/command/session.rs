//! The shell's hook, and what it asks at each load: which variables this shell should have now. It never prints a value
//! but as code to be evaluated by the shell that asked.

mod check;
mod request;

use crate::domain::text::safe_text;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use rand::RngCore;

use self::check::check;
use self::request::{Request, request};
use crate::domain::config::name::VariableName;
use crate::domain::config::person::Lines;
use crate::domain::config::watch::{Sighting, Watch};
use crate::domain::config::{Access, Config, Environment, Protection};
use crate::domain::guard::node::Named;
use crate::domain::guard::reserved;
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::given::{self, Ends};
use crate::domain::session::layers::{self as layers_of, Files};
use crate::domain::session::{Key, Place, Plan, Selected, Session, Wish};
use crate::domain::target::astray;
use crate::domain::target::holding;
use crate::domain::text::clock::Now;
use crate::domain::text::duration::Duration;
use crate::domain::text::pattern;
use crate::edge::shell::{Check, Dialect, Nearby, Remembered, Shell, Transition};
use crate::edge::{ambient, clock, identity, layers, output, program, terminal};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::steps::astray::Seen;
use crate::steps::audit;
use crate::steps::load::{self, Choice, Given, Outcome};
use crate::steps::proxy;
use crate::steps::selecting::{self, Selecting};
use crate::steps::trial;

/// `hook SHELL`: prints the code that a shell evaluates when it starts. `called` is the name by which the program was
/// started.
///
/// # Errors
/// A shell that is not known, and code that cannot be written.
pub fn hook(ambient: &Ambient, called: &OsString, words: &[OsString]) -> Result<Status> {
    let shell = match words {
        [word] => word.to_str().and_then(Shell::from_name),
        _ => None,
    };
    let usage =
        || Failure::new("`hook` takes the name of a shell: bash, zsh or fish").hint("eval \"$(nexus-env hook bash)\"");
    let shell = shell.ok_or_else(|| usage().exit(Exit::Usage))?;
    let code = shell.hook(&program::path(ambient, called, ambient::program()?));
    output::write(&code)?;
    Ok(Status::DONE)
}

/// `use` without the hook: a process cannot change the shell that started it.
pub fn use_without_hook() -> Failure {
    Failure::new("`use` changes the shell, and this shell has no nexus-env hook").hint(
        "eval \"$(nexus-env hook bash)\" (or zsh; fish: nexus-env hook fish | source), or nexus-env run -e ENV -- CMD",
    )
}

/// `__load SHELL:VERSION [line NAME… | use WORDS…]`: prints the code that brings the shell up to date.
///
/// # Errors
/// Words that no hook of ours writes, and code that cannot be written. What cannot be loaded is told in the shell, and
/// is no failure.
pub fn load(ambient: &Ambient, called: &OsString, words: &[OsString]) -> Result<Status> {
    let (dialect, request) = request(words)?;
    let key = {
        let mut bytes = [0; 16];
        rand::thread_rng().fill_bytes(&mut bytes);
        Key(bytes)
    };
    let guard = |named: &Named| layers::prepare(ambient, &program::path(ambient, called, ambient::program()?), named);
    let code = turn(ambient, dialect, &request, key, &guard, &mut load::for_session)?;
    output::write(&code)?;
    Ok(Status::DONE)
}

type Loader<'l> = &'l mut dyn FnMut(&Ambient, &mut dyn FnMut(&Path, &Config) -> Result<Choice>) -> Outcome;

/// What `choose` found out on the way.
struct Chosen {
    selected: Selected,
    /// `ReadWrite` where the configuration says so, or where a grant holds.
    access: Access,
    protection: Protection,
    /// Why the values are withheld.
    withheld: Option<String>,
    database_variables: Vec<VariableName>,
    /// What rules name: programs for the shell, programs and scripts for Node.
    guarded: Vec<String>,
    marks: Vec<String>,
    named: Named,
    place: Place,
    /// What `use` was asked for, whose proxy is then looked at. A prompt that loads looks at none.
    asked: Option<(Config, Environment)>,
}

/// One load, from the shell's state to the code.
fn turn(
    ambient: &Ambient,
    dialect: Dialect,
    request: &Request,
    key: Key,
    guard: &dyn Fn(&Named) -> Result<Files>,
    loader: Loader,
) -> Result<Vec<u8>> {
    let now = ambient.clock();
    let (mut session, memory) = Session::recall(ambient.variables.text("__nexus_env_state"), &ambient.variables, key);
    let before = session.clone();
    let chosen = RefCell::new(None);
    let outcome = loader(ambient, &mut |root, config| {
        let (made, choice) = choose(ambient, &mut session, root, config, request.wish.as_ref(), now)?;
        chosen.replace(Some(made));
        Ok(choice)
    });
    let chosen = chosen.into_inner();
    let (Given { vars, seen }, loaded) = match (outcome.result, request.wish.is_some(), outcome.root.is_some()) {
        (Err(error), true, _) => return Err(error),
        (Ok(None), true, true) => {
            return Err(Failure::new("this configuration was denied").hint("nexus-env allow").into());
        }
        (Ok(None), true, false) => {
            return Err(Failure::new("there is no `.nexusenv` here or above").hint("nexus-env init").into());
        }
        (Err(error), false, _) => {
            session.told = Some(failure_hash(ambient, &session.key, &error, &outcome.watch.present));
            if session.told != before.told {
                terminal::complain(ambient, &error);
            }
            (Given::default(), None)
        }
        (Ok(given), _, _) => {
            session.told = None;
            (given.unwrap_or_default(), chosen.as_ref())
        }
    };
    let place = loaded.map(|chosen| &chosen.place);
    let asked = loaded.filter(|chosen| chosen.access == Access::ReadOnly && chosen.withheld.is_none());
    let pooled = asked.and_then(|chosen| {
        let (config, environment) = chosen.asked.as_ref()?;
        trial::try_once(ambient, config, environment, &vars, trial::BRIEF)
    });
    let unheld = loaded
        .filter(|chosen| chosen.access == Access::ReadOnly)
        .map(|chosen| holding::unheld(&chosen.database_variables, vars.iter()));
    let held = match (&unheld, &pooled) {
        (Some(unheld), None) if unheld.is_nothing() => Held::Yes,
        (Some(_) | None, _) => Held::No,
    };
    if let (Some(_), Some(chosen)) = (&request.wish, loaded) {
        let access = match (&unheld, &pooled) {
            (None, _) => "read-write".to_owned(),
            (Some(_), Some(_)) => holding::POOLED.to_owned(),
            (Some(unheld), None) => unheld.words(),
        };
        record_selection(ambient, chosen, access, now);
    }
    let mut unguarded = None;
    let mut preload = Watch::default();
    let before_engine = layers_of::engine_before(&vars, &ambient.variables).filter(|_| loaded.is_some());
    let vars = match loaded.map(|chosen| guard(&chosen.named)) {
        Some(Ok(files)) => {
            // Node ends where its preload is gone, so that is noticed at the next prompt.
            preload.owned.push(files.preload.clone());
            layers_of::added(&vars, &ambient.variables, &files)
        }
        Some(Err(error)) => {
            unguarded = Some(format!("child processes are not guarded: {}", told(&error).0));
            vars
        }
        None => vars,
    };
    let mut plan = session.plan(memory, place, &vars, &ambient.variables, &request.assigned);
    plan.keep_beside_layers(&ambient.variables);
    let refused = Session { place: None, managed: Vec::new(), ..session.clone() };
    session.place = place.cloned();
    session.managed = plan.managed.clone();
    let mut lines = Vec::new();
    if let Some(chosen) = loaded.filter(|_| !ambient.quiet) {
        let arrived = before.place != session.place || request.wish.is_some();
        let said = line(chosen, &plan, &seen, held, arrived, now);
        if said.is_some() {
            lines.extend(said);
            lines.extend(unheld.iter().flat_map(|unheld| unheld.lines(&chosen.place.environment)));
        }
        lines.extend(pooled.map(|pooled| format!("{}; {}", pooled.sentence, pooled.hint)));
        let verb = |name| format!("`{name}` keeps the value that you gave it");
        let whole = |name: &&VariableName| !layers_of::holds_ours(name, &ambient.variables);
        lines.extend(plan.yielded.iter().filter(whole).map(verb));
        lines.extend(unguarded.filter(|_| before.place != session.place));
        if let Some((config, environment)) = &chosen.asked {
            lines.extend(proxy::notice(ambient, config, environment, &vars));
        }
    }
    let (state, state_if_refused) = (session.encode(), refused.encode());
    let names: Vec<VariableName> = plan.ours().cloned().collect();
    let (guarded, marks) = loaded.map(|chosen| (chosen.guarded.clone(), chosen.marks.clone())).unwrap_or_default();
    let person = identity::settings(ambient);
    let everywhere = person.as_ref().map_or(true, |person| !person.protect.is_empty());
    let transition = Transition {
        forget: &plan.forget,
        restore: &plan.restore,
        save: &plan.save,
        save_if_set: &plan.save_if_set,
        set: &plan.set,
        loaded: &names,
        labels: &labels(loaded, &names, before_engine),
        state: Remembered { line: &state, seal: Session::head(&state) },
        state_if_refused: Remembered { line: &state_if_refused, seal: Session::head(&state_if_refused) },
        lines: &lines.iter().map(|line| safe_text::lines(line)).collect::<Vec<_>>(),
        // Settings that cannot be read are told elsewhere, and loosen nothing.
        typed: person.as_ref().map_or(Lines::Judged, |person| person.lines),
        nearby: if outcome.root.is_some() || everywhere { Nearby::Configuration } else { Nearby::Nothing },
        guarded: &guarded,
        marks: &marks,
        holders: &seen.holders.to_string(),
        astray: if seen.astray.is_empty() { "" } else { "yes" },
        check: &match &request.assigned[..] {
            [] => {
                let mut watch = match loaded {
                    Some(_) => outcome.watch,
                    None => outcome.watch.without_content(),
                };
                watch.join(preload);
                if everywhere {
                    watch.join(load::settings(ambient));
                }
                check(ambient, dialect, watch, loaded.and_then(|chosen| chosen.selected.until))
            }
            [..] => Check::Always,
        },
    };
    Ok(dialect.render(&transition))
}

/// A protected environment that was selected leaves a line in the log.
fn record_selection(ambient: &Ambient, chosen: &Chosen, access: String, now: Now) {
    if chosen.protection == Protection::Open {
        return;
    }
    let time = chosen.selected.until.map(|until| format!("for {}", Duration::short(until.left(now))));
    let detail = time.into_iter().chain([access]).chain(chosen.withheld.clone()).collect::<Vec<_>>();
    let entry = Entry::new(Event::Selected).environment(&chosen.place.environment).repository(&chosen.place.root);
    audit::record(ambient, &entry.detail(&detail.join(", ")));
}

/// Decides which environment this shell has here. Asks where write access is wished for, refuses where it cannot.
fn choose(
    ambient: &Ambient,
    session: &mut Session,
    root: &Path,
    config: &Config,
    wish: Option<&Wish>,
    now: Now,
) -> Result<(Chosen, Choice)> {
    let selecting = selecting::select(ambient, session, root, config, wish, now)?;
    let choice = selecting.choice();
    let Selecting { selected, environment, access, withheld } = selecting;
    let place = Place { root: root.to_owned(), environment: environment.name.clone() };
    let chosen = Chosen {
        protection: environment.protection,
        withheld,
        database_variables: config.database_variables.clone(),
        guarded: guarded(config),
        marks: marks(config),
        named: Named::by_rules(config.guard.iter().map(|rule| rule.command.as_str())),
        asked: wish.map(|_| (config.clone(), environment.clone())),
        access,
        selected,
        place,
    };
    Ok((chosen, choice))
}

/// The programs that the team's rules begin with. A path has many spellings, and fish names no function after one; a pattern
/// names none, and what a shell is made of stays what it is.
fn guarded(config: &Config) -> Vec<String> {
    let is_program = |word: &String| pattern::is_name(word) && !reserved::is_reserved(word);
    let words: BTreeSet<String> = first_words(config).filter(is_program).collect();
    words.into_iter().collect()
}

/// What the shell looks for in lines, recipes and scripts.
fn marks(config: &Config) -> Vec<String> {
    let words: BTreeSet<String> = first_words(config).map(|word| pattern::mark(&word)).collect();
    words.into_iter().collect()
}

fn first_words(config: &Config) -> impl Iterator<Item = String> + '_ {
    config.guard.iter().filter_map(|rule| pattern::words(&rule.command).into_iter().next())
}

/// Whether the databases are held read-only, as far as that can be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Held {
    Yes,
    No,
}

/// `dev · DATABASE_URL and 3 more`, where there is something to say. What leads to another environment is said here, since
/// the URL that is exported is not what was stored.
fn line(chosen: &Chosen, plan: &Plan, seen: &Seen, held: Held, arrived: bool, now: Now) -> Option<String> {
    let Selected { environment, until, grant: _, ended } = &chosen.selected;
    if !arrived && ended.is_none() && !plan.changes() {
        return None;
    }
    let mut parts = Vec::new();
    if let Some(ended) = ended {
        let after = ended.granted.map(|granted| format!(" after {}", Duration::short(granted))).unwrap_or_default();
        parts.push(format!("{} ended{after}", ended.environment));
    }
    parts.push(match until {
        Some(until) => format!("{environment} until {}", clock::time_of_day(until.at, now.seconds)),
        None => environment.to_string(),
    });
    match (chosen.access, held, chosen.protection) {
        _ if !seen.astray.is_empty() => parts.push(seen.held.clone()),
        (Access::ReadOnly, Held::Yes, _) => parts.push("read-only".to_owned()),
        (Access::ReadWrite, _, Protection::Protected) => parts.push("read-write".to_owned()),
        (Access::ReadOnly, Held::No, _) | (Access::ReadWrite, _, Protection::Open) => {}
    }
    let names: Vec<&VariableName> = plan.ours().filter(|name| !layers_of::is_one(name)).collect();
    let first = chosen.database_variables.iter().find(|name| names.contains(name)).or(names.first().copied());
    parts.push(match (&chosen.withheld, first, names.len()) {
        (Some(why), _, _) => why.clone(),
        (None, None, _) => "no variables".to_owned(),
        (None, Some(first), 1) => first.to_string(),
        (None, Some(first), count) => format!("{first} and {} more", count - 1),
    });
    parts.extend(astray::told(&seen.astray));
    Some(parts.join(" · "))
}

/// Names and labels only: this is what every child of the shell can read.
fn labels(
    loaded: Option<&Chosen>,
    names: &[VariableName],
    engine: Option<String>,
) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let names: Vec<&str> = names.iter().map(VariableName::as_str).collect();
    let given = loaded.map(|chosen| given::Given {
        environment: chosen.place.environment.clone(),
        root: Some(chosen.place.root.clone()),
        ends: chosen.selected.until.map_or(Ends::Never, Ends::At),
        grant: chosen.selected.grant.clone(),
    });
    let mut labels = given::Given::labels(given.as_ref(), &names);
    labels.push((layers_of::ENGINE_BEFORE, engine.map(String::into_bytes)));
    labels
}

/// One failure is told once: the same words about the same files of the person's are the same failure.
fn failure_hash(ambient: &Ambient, key: &Key, error: &anyhow::Error, present: &[Sighting]) -> u64 {
    let (sentence, _, _) = told(error);
    let own = |path: &Path| {
        [&ambient.state_dir, &ambient.config_dir].into_iter().flatten().any(|directory| path.starts_with(directory))
    };
    let mut text = sentence.into_bytes();
    for sighting in present.iter().filter(|sighting| !own(&sighting.path)) {
        text.extend_from_slice(format!("{:?}{:?}", sighting.path, sighting.modified).as_bytes());
    }
    key.hash(&text)
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
