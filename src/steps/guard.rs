//! What stands in front of a command: has the line judged, tells, and asks. It rules nothing itself; harmless commands cost no look at the vault, at a process or at a socket.

mod asking;
mod doors;
mod outcome;

use self::asking::Asking;
pub use self::doors::Doors;
pub use self::outcome::{outcome, outcome_in};

use std::path::{Path, PathBuf};

use crate::domain::config::Config;
use crate::domain::config::name::EnvironmentName;
use crate::domain::guard::invocation::Invocation;
use crate::domain::guard::judgement::{self, Judged};
use crate::domain::guard::line::{self, Open};
use crate::domain::guard::pause::Pause;
use crate::domain::guard::report::{self, Outcome};
use crate::domain::guard::screen;
use crate::domain::guard::verdict::{Effect, Reason, Verdict};
use crate::domain::page::audit_entry::{Event, Layer};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::grant::{Grant, Question};
use crate::domain::session::keyboard;
use crate::domain::target::url::Place;
use crate::domain::target::{Selection, StoredUrl};
use crate::edge::{clock, grant, terminal, watchdog};
use crate::error::{Failure, Result};
use crate::steps::audit;
use crate::steps::observation::{self};

/// What is to be judged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Asked {
    /// The words of one command, as a shell would pass them.
    Words(Vec<String>),
    /// The same, with something piped into it that nobody here can read.
    Piped(Vec<String>),
    /// A whole shell line.
    Line(String),
    /// Commands that are understood already, with the URLs that they will use.
    Ready(Vec<Invocation>),
}

impl Asked {
    /// Everything that it says, as one text to look for names in.
    pub fn text(&self) -> String {
        match self {
            Asked::Line(line) => line.clone(),
            Asked::Words(words) | Asked::Piped(words) => words.join(" "),
            Asked::Ready(invocations) => {
                invocations.iter().map(|invocation| invocation.words.join(" ")).collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// The configuration of the directory, as far as it can be used.
pub enum Standing<'a> {
    /// There is none, or it is denied: nothing here is ours to judge.
    Nothing,
    /// It is not allowed, broken, or cannot be read: commands that a built-in rule names are blocked until it is mended.
    Unusable(Failure),
    Ready(Surroundings<'a>),
}

impl Standing<'_> {
    /// The directory of `.nexusenv`, where it is in force.
    fn root(&self) -> Option<&Path> {
        match self {
            Standing::Ready(surroundings) => Some(surroundings.root),
            Standing::Nothing | Standing::Unusable(_) => None,
        }
    }
}

/// What the judgement is made from, beside the process's own surroundings.
pub struct Surroundings<'a> {
    pub config: &'a Config,
    /// The directory of `.nexusenv`.
    pub root: &'a Path,
    pub selection: Selection,
    /// The pauses that hold here, now, and for whoever started this process.
    pub pauses: &'a [Pause],
    /// The database URLs of every environment. Called at most once, and only for a command that a rule names.
    pub stored: &'a dyn Fn() -> Vec<StoredUrl>,
}

/// What comes of asking the guard before a command runs.
#[derive(Debug)]
pub enum Stood {
    /// It runs, and nobody was asked.
    Free,
    /// It runs: the person said yes, now or to a layer above this one.
    Confirmed(Grant),
    /// It does not; this is why.
    Blocked(String),
    /// Neither yes nor no: the person edits the line again.
    TakenBack,
}

/// What a line that a person accepts comes to, as far as nobody has to be asked.
#[derive(Debug)]
pub enum Accepted {
    /// It runs; what is to be said of it.
    Runs(Vec<String>),
    Refused(String),
    Asks,
    /// Nothing of it that can be read is refused, and the shell goes on reading.
    GoesOn,
}

/// Whether the shell may give a text that is only the beginning of a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    Whole,
    /// The shell reads on where a quote or a compound command is not closed, and asks about all of it then.
    PerhapsOpen,
    /// The shell found no quote and no compound command open; of a here-document and of a backslash at the end it said nothing.
    PerhapsContinued,
}

/// Judges the line that a person accepts, and asks nothing yet.
pub fn accept(ambient: &Ambient, standing: &Standing<'_>, line: &str, extent: Extent) -> Accepted {
    let asked = Asked::Line(line.to_owned());
    let look = |place: &Place| observation::look(ambient, place);
    let goes_on = match extent {
        Extent::Whole => false,
        Extent::PerhapsOpen => line::open(line).is_some(),
        Extent::PerhapsContinued => matches!(line::open(line), Some(Open::Document | Open::Backslash)),
    };
    if goes_on {
        return Accepted::GoesOn;
    }
    let found = outcome(ambient, standing, &asked, &Doors::real(&look));
    let exit = report::exit(&found);
    if exit == 0 {
        return Accepted::Runs(let_through(ambient, standing, &found, Layer::Line));
    }
    if extent == Extent::PerhapsOpen && is_unread_alone(&found) && line::is_open(line) {
        return Accepted::GoesOn;
    }
    if exit == 4 {
        return if run_asks(&found) { Accepted::Runs(Vec::new()) } else { Accepted::Asks };
    }
    audit::decided(ambient, standing.root(), &found, Event::Blocked, Layer::Line);
    Accepted::Refused(report::told(&found))
}

/// Whether all that the line is asked about is started by this program's own `run`, which asks itself, and with more to show.
fn run_asks(outcome: &Outcome<'_>) -> bool {
    let Outcome::Judged(all, _) = outcome else { return false };
    let is_ours =
        |words: &Vec<String>| words.first().is_some_and(|program| program.rsplit('/').next() == Some("nexus-env"));
    let mut asked = all.iter().filter(|judged| matches!(judged.verdict, Verdict::Ask(_)));
    asked.all(|judged| judged.invocation.outer.iter().any(is_ours))
}

/// Whether all that would stop the line is that it cannot be read to its end.
fn is_unread_alone(outcome: &Outcome<'_>) -> bool {
    let Outcome::Judged(all, _) = outcome else { return false };
    all.iter().all(|judged| matches!(judged.verdict, Verdict::Allow(_)) || judged.effect() == Effect::Unknown)
}

/// Judges, and asks where the verdict asks, unless a layer above was told yes to the same question. `also` are names of
/// commands that make this one as a part of theirs. Prisma reads its engine's stderr, so there the caller tells a refusal,
/// and a question stands on the terminal whole.
///
/// # Errors
/// Where a promotion cannot be checked. A block is no failure.
pub fn stand(
    ambient: &Ambient,
    standing: &Standing<'_>,
    asked: &Asked,
    also: &[String],
    layer: Layer,
) -> Result<Stood> {
    // Where a yes was given there was a terminal, although this process may have none any more.
    let given = grant::is_given(ambient);
    let person = match given {
        true => Ambient { terminal: Terminal::Present, ..ambient.clone() },
        false => ambient.clone(),
    };
    let look = |place: &Place| observation::look(ambient, place);
    let doors = Doors::real(&look);
    let found = outcome(&person, standing, asked, &doors);
    watchdog::disarm();
    if report::exit(&found) == 0 {
        let told = let_through(ambient, standing, &found, layer);
        if layer != Layer::Engine {
            told.iter().for_each(|line| terminal::say_anyway(line));
        }
        return Ok(Stood::Free);
    }
    let asking = Asking { ambient, standing, found: &found, layer };
    if let Some((word, root, names)) = question(standing, &found) {
        let now = ambient.now.seconds.unsigned_abs();
        let grant = Grant::new(&word, &root, names.iter().cloned(), now);
        let all: Vec<String> = names.iter().chain(also).cloned().collect();
        let question = Question { word: &word, root: &root, names: &all, group: grant::group(), now };
        if given && grant::ask(ambient, |grant| grant.answers(&question)) {
            return Ok(Stood::Confirmed(grant));
        }
        if keyboard::person(ambient) == Terminal::Present {
            return asking.ask(grant);
        }
    }
    // Told as it is for nobody at a terminal.
    let told = match given {
        true => report::told(&outcome(ambient, standing, asked, &doors)),
        false => report::told(&found),
    };
    asking.tell(&told);
    asking.recorded(Event::Blocked);
    Ok(Stood::Blocked(told))
}

/// The word to be typed, the directory of the configuration, and the commands that the question is about.
fn question(standing: &Standing<'_>, outcome: &Outcome<'_>) -> Option<(String, PathBuf, Vec<String>)> {
    let (Standing::Ready(surroundings), Outcome::Judged(all, view)) = (standing, outcome) else { return None };
    let Verdict::Ask(because) = &judgement::decisive(all)?.verdict else { return None };
    let asks = |judged: &&Judged| matches!(judged.verdict, Verdict::Ask(_));
    let names = all.iter().filter(asks).map(|judged| judged.invocation.name.clone()).collect();
    Some((screen::word(because, view.selection), surroundings.root.to_owned(), names))
}

/// Why a line must not run where nobody can be asked; recorded. `None` where nothing speaks against it.
pub fn refusal(ambient: &Ambient, standing: &Standing<'_>, asked: &Asked, layer: Layer) -> Option<String> {
    let look = |place: &Place| observation::look(ambient, place);
    let outcome = outcome(ambient, standing, asked, &Doors::real(&look));
    if report::exit(&outcome) == 0 {
        return None;
    }
    audit::decided(ambient, standing.root(), &outcome, Event::Blocked, layer);
    Some(report::told(&outcome))
}

/// Records each command that runs only because the guard is paused, and returns what is to be said of it.
fn let_through(ambient: &Ambient, standing: &Standing<'_>, outcome: &Outcome<'_>, layer: Layer) -> Vec<String> {
    let (Standing::Ready(surroundings), Outcome::Judged(all, _)) = (standing, outcome) else { return Vec::new() };
    let mut told = Vec::new();
    let now = ambient.now.seconds.unsigned_abs();
    for judged in all.iter().filter(|judged| judged.verdict.because().reason == Reason::Paused) {
        let environment = judged.verdict.because().environment.as_ref();
        let about = |pause: &&Pause| environment.is_none_or(|name| pause.environment == *name);
        let until = surroundings.pauses.iter().filter(about).map(|pause| pause.end.at).max().unwrap_or(now);
        let place = environment.map_or("a database that nothing is known about", EnvironmentName::as_str);
        let (name, until) = (&judged.invocation.name, clock::time_of_day(until, now));
        told.push(format!("guard is paused until {until}: {name} runs on {place}"));
        audit::judged(ambient, standing.root(), judged, Event::LetThrough, layer);
    }
    told
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "guard/asked_tests.rs"]
mod asked_tests;

#[cfg(test)]
#[path = "guard/report_tests.rs"]
mod report_tests;
