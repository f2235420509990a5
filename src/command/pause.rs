//! `guard pause` and `guard resume`: the person's way out of the guard, for a short time. It never lifts read-only, and
//! it is never taken from a pipe or from a coding agent.

use crate::domain::config::{Access, Environment};
use crate::domain::guard::pause::{LONGEST, Pause};
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::session::ambient::Ambient;
use crate::domain::text::clock::End;
use crate::domain::text::duration::Duration;
use crate::edge::{ambient as surroundings, clock, pause, terminal};
use crate::error::{Exit, Failure, Result};
use crate::steps::audit;
use crate::steps::load::{self, Loaded};

/// Pauses the guard in this repository on one environment, once its name was typed on the terminal.
///
/// # Errors
/// No usable configuration, an unknown environment, a duration that cannot be read or is too long, a coding agent, and
/// a name that was not typed.
pub fn pause(ambient: &Ambient, named: Option<&str>, duration: &str) -> Result<()> {
    load::refuse_any_agent(ambient, "`guard pause`")?;
    let usage = |sentence: String| Failure::new(sentence).exit(Exit::Usage);
    let seconds = Duration::parse(duration)?.seconds();
    if seconds > LONGEST {
        let longest = Duration::short(LONGEST);
        return Err(usage(format!("the guard is paused for {longest} at most"))
            .hint(format!("nexus-env guard pause --for {longest}, and again when that is over"))
            .into());
    }
    let loaded = load::configuration(ambient)?;
    let (environment, granted) = meant(ambient, &loaded, named)?;
    let (name, root) = (&environment.name, &loaded.repository.root);
    let question = format!("type {name} to pause the guard on {name} for {}", Duration::short(seconds));
    load::consent(ambient, environment, "`guard pause`", &question)?;
    let now = surroundings::clock();
    let (began, end) = (now.seconds, End::after(now, seconds));
    let root_text = root.to_string_lossy().into_owned();
    let repository = loaded.config.id.clone();
    pause::begin(ambient, &Pause { repository, root: root_text, environment: name.clone(), began, end })?;
    let detail = format!("for {}", Duration::short(seconds));
    audit::record(ambient, &Entry::new(Event::Paused).environment(name).repository(root).detail(&detail));
    let until = clock::time_of_day(end.at, began);
    let told = format!(
        "the guard is paused on {name} until {until}, in all your shells here\n\
         hint: nexus-env guard resume ends it; nexus-env log shows what it let through"
    );
    terminal::say(ambient, &told);
    if load::access(environment, granted) == Access::ReadOnly {
        let sentence = format!("write access to {name} takes nexus-env use {name} --write, as before");
        terminal::say(ambient, &sentence);
    }
    Ok(())
}

/// Ends the pauses of this repository, or the one of the named environment.
///
/// # Errors
/// No usable configuration, an unknown environment, and a pause that cannot be taken away.
pub fn resume(ambient: &Ambient, named: Option<&str>) -> Result<()> {
    let loaded = load::configuration(ambient)?;
    let named = named.map(|name| load::environment(&loaded, name)).transpose()?;
    let mut ended = Vec::new();
    for pause in pause::all(ambient).into_iter().filter(|pause| pause.repository == loaded.config.id) {
        if named.is_none_or(|environment| environment.name == pause.environment) {
            pause::end(ambient, &pause.repository, &pause.environment)?;
            let entry = Entry::new(Event::Resumed).environment(&pause.environment);
            audit::record(ambient, &entry.repository(&loaded.repository.root));
            ended.push(pause.environment.to_string());
        }
    }
    terminal::say(
        ambient,
        &match ended.as_slice() {
            [] => "the guard was not paused here".to_owned(),
            [..] => format!("the guard stands again on {}", ended.join(", ")),
        },
    );
    Ok(())
}

/// The environment that was named; else the selected one where it is protected; else the one that is.
fn meant<'a>(ambient: &Ambient, loaded: &'a Loaded, named: Option<&str>) -> Result<(&'a Environment, Access)> {
    let active = load::active(ambient, loaded);
    let selected = load::environment(loaded, active.environment.as_str())?;
    let protected: Vec<&Environment> = loaded.config.environments.iter().filter(|e| e.is_protected()).collect();
    let environment = match (named, protected.as_slice()) {
        (Some(name), _) => load::environment(loaded, name)?,
        (None, _) if selected.is_protected() => selected,
        (None, [one]) => one,
        // The team's rules may hold here all the same.
        (None, []) => selected,
        (None, [first, ..]) => {
            let names: Vec<&str> = protected.iter().map(|environment| environment.name.as_str()).collect();
            return Err(Failure::new(format!("the guard stands on {}; say which one to pause", names.join(", ")))
                .hint(format!("nexus-env guard pause -e {}", first.name))
                .exit(Exit::Usage)
                .into());
        }
    };
    let granted = if environment.name == active.environment { active.granted } else { Access::ReadOnly };
    Ok((environment, granted))
}
