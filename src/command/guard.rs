//! `guard check`, `guard explain` and the hidden `__guard`: gathers what a command line will reach, has it judged, and
//! tells. It rules nothing itself; harmless commands cost no look at the vault, at a process or at a socket.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::{Path, PathBuf};

use super::{audit, listeners};
use crate::domain::agent;
use crate::domain::ambient::{Ambient, Terminal};
use crate::domain::config::Config;
use crate::domain::evidence::Source;
use crate::domain::grant::{Grant, Question};
use crate::domain::invocation::{Invocation, MANY_STEPS, Reader, UrlValue, Use};
use crate::domain::judgement::{self, Concern, Judged};
use crate::domain::listening::Whereabouts;
use crate::domain::name::{EnvironmentName, VariableName};
use crate::domain::pause::{self, Pause};
use crate::domain::project::Files;
use crate::domain::record::{Event, Layer};
use crate::domain::report::{self, Outcome, View};
use crate::domain::rules;
use crate::domain::scope::{Fed, Origin};
use crate::domain::screen;
use crate::domain::server::{self, Reply};
use crate::domain::target::{self, Known, Reach, Selection, StoredUrl, Target};
use crate::domain::url::{DatabaseUrl, Kind, NOT_A_URL, Place};
use crate::domain::verdict::{self, Because, Effect, On, Reason, Verdict};
use crate::edge::project::Disk;
use crate::edge::{clock, consent, database, grant, output, terminal, watchdog};
use crate::error::{Failure, Result};

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

/// How `guard check` answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Text,
    Json,
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

/// The doors through which the judgement looks outside; tests have their own.
pub struct Doors<'a> {
    pub files: &'a dyn Files,
    pub look: &'a dyn Fn(&Place) -> Whereabouts,
    /// Asks the database itself. Called for PostgreSQL URLs alone, and for each endpoint at most once a command line.
    pub ask: &'a dyn Fn(&DatabaseUrl) -> Vec<Reply>,
}

/// How much is found out about a target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// Until the verdict cannot change: a database that is known to be protected is not connected to.
    UntilSure,
    /// Everything, as `guard explain` and `status` show it.
    Everything,
}

impl<'a> Doors<'a> {
    /// The real ones; `look` is [`listeners::look`] with the process's surroundings.
    pub fn real(look: &'a dyn Fn(&Place) -> Whereabouts) -> Doors<'a> {
        Doors { files: &Disk, look, ask: &database::ask }
    }
}

/// `guard check`: 0 allowed, 3 blocked, 4 would ask.
pub fn check(ambient: &Ambient, standing: &Standing<'_>, asked: &Asked, form: Form) -> Result<u8> {
    let look = |place: &Place| listeners::look(ambient, place);
    let outcome = outcome(ambient, standing, asked, &Doors::real(&look));
    let exit = report::exit(&outcome);
    match form {
        Form::Json => output::write(format!("{}\n", report::as_json(&outcome)).as_bytes())?,
        Form::Text => match (exit, report::told(&outcome)) {
            (0, text) => terminal::say(ambient, &text),
            (_, text) => terminal::say_anyway(&text),
        },
    }
    Ok(exit)
}

/// `guard explain`: the same exit status, and every piece of evidence on stdout.
pub fn explain(ambient: &Ambient, standing: &Standing<'_>, asked: &Asked) -> Result<u8> {
    let look = |place: &Place| listeners::look(ambient, place);
    let outcome = outcome_in(Depth::Everything, ambient, standing, asked, &Doors::real(&look));
    output::write(report::explained(&outcome).as_bytes())?;
    Ok(report::exit(&outcome))
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
}

/// Judges, and asks where the verdict asks, unless a layer above was told yes to the same question. `also` are names of
/// commands that make this one as a part of theirs. Prisma reads its engine's stderr, so there the caller tells a refusal,
/// and a question stands on the terminal whole.
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
    let look = |place: &Place| listeners::look(ambient, place);
    let doors = Doors::real(&look);
    let found = outcome(&person, standing, asked, &doors);
    watchdog::disarm();
    if report::exit(&found) == 0 {
        let_through(ambient, standing, &found, layer);
        return Ok(Stood::Free);
    }
    let recorded = |event| audit::decided(ambient, standing.root(), &found, event, layer);
    let tell = |told: &str| {
        if layer != Layer::Engine {
            terminal::say_anyway(told);
        }
    };
    let now = ambient.now.seconds.unsigned_abs();
    if let Some((word, root, names)) = question(standing, &found) {
        let grant = Grant::new(&word, &root, names.iter().cloned(), now);
        let all: Vec<String> = names.iter().chain(also).cloned().collect();
        let question = Question { word: &word, root: &root, names: &all, group: grant::group(), now };
        if given && grant::ask(ambient, |grant| grant.answers(&question)) {
            return Ok(Stood::Confirmed(grant));
        }
        if agent::person(ambient) == Terminal::Present {
            let told = report::told(&found);
            tell(&told);
            let prompt = format!("nexus-env: type {word} to go on: ");
            let typed = match layer {
                Layer::Engine => consent::typed(&format!("nexus-env: {told}\n{prompt}")),
                Layer::Shell | Layer::Run | Layer::Node | Layer::Agent => consent::typed(&prompt),
            };
            if typed.is_ok_and(|typed| typed == word) {
                recorded(Event::Confirmed);
                return Ok(Stood::Confirmed(grant));
            }
            recorded(Event::NotConfirmed);
            let refusal = "blocked: it was not confirmed";
            tell(refusal);
            return Ok(Stood::Blocked(refusal.to_owned()));
        }
    }
    // Told as it is for nobody at a terminal.
    let told = match given {
        true => report::told(&outcome(ambient, standing, asked, &doors)),
        false => report::told(&found),
    };
    tell(&told);
    recorded(Event::Blocked);
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
    let look = |place: &Place| listeners::look(ambient, place);
    let outcome = outcome(ambient, standing, asked, &Doors::real(&look));
    if report::exit(&outcome) == 0 {
        return None;
    }
    audit::decided(ambient, standing.root(), &outcome, Event::Blocked, layer);
    Some(report::told(&outcome))
}

/// Says and records each command that runs only because the guard is paused.
pub fn let_through(ambient: &Ambient, standing: &Standing<'_>, outcome: &Outcome<'_>, layer: Layer) {
    let (Standing::Ready(surroundings), Outcome::Judged(all, _)) = (standing, outcome) else { return };
    let now = ambient.now.seconds.unsigned_abs();
    for judged in all.iter().filter(|judged| judged.verdict.because().reason == Reason::Paused) {
        let environment = judged.verdict.because().environment.as_ref();
        let about = |pause: &&Pause| environment.is_none_or(|name| pause.environment == *name);
        let until = surroundings.pauses.iter().filter(about).map(|pause| pause.until).max().unwrap_or(now);
        let place = environment.map_or("a database that nothing is known about", EnvironmentName::as_str);
        let (name, until) = (&judged.invocation.name, clock::time_of_day(until, now));
        if layer != Layer::Engine {
            terminal::say_anyway(&format!("guard is paused until {until}: {name} runs on {place}"));
        }
        audit::judged(ambient, standing.root(), judged, Event::LetThrough, layer);
    }
}

/// Judges every command that the words or the line would start.
pub fn outcome<'a>(ambient: &Ambient, standing: &'a Standing<'a>, asked: &Asked, doors: &Doors<'_>) -> Outcome<'a> {
    outcome_in(Depth::UntilSure, ambient, standing, asked, doors)
}

fn outcome_in<'a>(
    depth: Depth,
    ambient: &Ambient,
    standing: &'a Standing<'a>,
    asked: &Asked,
    doors: &Doors<'_>,
) -> Outcome<'a> {
    match standing {
        Standing::Nothing => Outcome::NotOurs,
        Standing::Unusable(failure) => {
            let named = VariableName::new("DATABASE_URL").into_iter().collect::<Vec<_>>();
            let found = invocations(ambient, doors, &named, None, asked);
            match found.iter().find(|invocation| invocation.effect != Effect::Safe) {
                Some(invocation) => Outcome::Unusable {
                    name: invocation.name.clone(),
                    message: failure.message.clone(),
                    hint: failure.hint.clone(),
                },
                None => Outcome::NotOurs,
            }
        }
        Standing::Ready(surroundings) => {
            let names = &surroundings.config.database_variables;
            let found = invocations(ambient, doors, names, Some(surroundings), asked);
            let stored = OnceCell::new();
            let questions = Questions::new(doors, depth);
            let judged = |invocation| judge(ambient, surroundings, &stored, &questions, invocation);
            let all = found.into_iter().map(judged).collect();
            Outcome::Judged(all, View { config: surroundings.config, selection: &surroundings.selection })
        }
    }
}

fn invocations(
    ambient: &Ambient,
    doors: &Doors<'_>,
    names: &[VariableName],
    surroundings: Option<&Surroundings<'_>>,
    asked: &Asked,
) -> Vec<Invocation> {
    let process = |name: &str| ambient.variables.get(name).map(|value| value.to_string_lossy().into_owned());
    let cwd = ambient.cwd.clone().or_else(|| ambient.pwd.clone()).unwrap_or_else(|| PathBuf::from("/"));
    let reader = Reader {
        files: doors.files,
        process: &process,
        database_variables: names,
        cwd: &cwd,
        root: surroundings.map_or(&cwd, |surroundings| surroundings.root),
        prisma_directory: surroundings.and_then(|surroundings| surroundings.config.prisma_directory.as_deref()),
        steps: Cell::new(MANY_STEPS),
    };
    match asked {
        Asked::Words(words) => reader.words(words, &Fed::Nothing),
        Asked::Piped(words) => reader.words(words, &Fed::Unknown),
        Asked::Line(line) => reader.line(line),
        Asked::Ready(invocations) => invocations.clone(),
    }
}

fn judge(
    ambient: &Ambient,
    surroundings: &Surroundings<'_>,
    stored: &OnceCell<Vec<StoredUrl>>,
    questions: &Questions<'_>,
    invocation: Invocation,
) -> Judged {
    let concerns = rules::concerns(surroundings.config, &invocation);
    let harmless = Verdict::Allow(Because { reason: Reason::Harmless, environment: None, target: None });
    if concerns.is_empty() {
        return Judged { invocation, concern: None, targets: Vec::new(), verdict: harmless };
    }
    let stored = stored.get_or_init(|| (surroundings.stored)());
    let known = Known { config: surroundings.config, stored, selection: &surroundings.selection };
    let ons: Vec<&On> = concerns.iter().map(|concern| &concern.on).collect();
    let mut targets: Vec<Target> = invocation.uses.iter().map(|one| observe(&known, questions.doors, one)).collect();
    questions.ask_all(&known, &mut targets, &ons);
    let mut decided: Option<(Verdict, Concern)> = None;
    for concern in concerns {
        let person = agent::person(ambient);
        let verdict = verdict::judge(concern.effect, &concern.on, &targets, &surroundings.selection, person);
        let verdict = unless_paused(surroundings, &concern, &targets, verdict);
        decided = Some(match decided {
            None => (verdict, concern),
            Some((known, by)) => {
                let paused = verdict.because().reason == Reason::Paused && matches!(known, Verdict::Allow(_));
                let stricter = if paused { verdict } else { known.clone().stricter(verdict) };
                if stricter == known { (known, by) } else { (stricter, concern) }
            }
        });
    }
    match decided {
        Some((verdict, concern)) => Judged { invocation, concern: Some(concern), targets, verdict },
        None => Judged { invocation, concern: None, targets, verdict: harmless },
    }
}

/// The verdict, or that the guard is paused on everything that it is about.
fn unless_paused(surroundings: &Surroundings<'_>, concern: &Concern, targets: &[Target], verdict: Verdict) -> Verdict {
    let paused: Vec<EnvironmentName> = surroundings.pauses.iter().map(|pause| pause.environment.clone()).collect();
    match verdict {
        Verdict::Ask(because) | Verdict::Block(because)
            if pause::lifts(&paused, surroundings.config, &concern.on, targets, &because) =>
        {
            Verdict::Allow(Because { reason: Reason::Paused, ..because })
        }
        Verdict::Allow(_) | Verdict::Ask(_) | Verdict::Block(_) => verdict,
    }
}

/// Finds out what one URL reaches, as far as can be seen without a connection.
fn observe(known: &Known<'_>, doors: &Doors<'_>, one: &Use) -> Target {
    let nowhere = |origin: String| Target {
        label: one.label.clone(),
        url: None,
        origin,
        reach: Reach::Unknown,
        evidence: Vec::new(),
    };
    let (url, origin) = match &one.value {
        UrlValue::Url(url) => (url.clone(), one.origin.to_string()),
        UrlValue::NotAUrl => return nowhere(format!("{NOT_A_URL}, {}", one.origin)),
        UrlValue::Absent => return nowhere("not set".to_owned()),
        UrlValue::Unknown(why) => return nowhere(format!("unknown: {why}")),
        UrlValue::Stored(environment) => {
            let of_it = |stored: &&StoredUrl| {
                stored.environment.as_str() == environment
                    && one.variable.as_deref().is_none_or(|name| stored.variable.as_str() == name)
            };
            match known.stored.iter().find(of_it).and_then(|stored| stored.url.clone()) {
                Some(url) => (url, format!("stored for {environment}")),
                None => return nowhere(format!("unknown: what is stored for {environment} cannot be opened")),
            }
        }
    };
    let shells = match one.origin {
        Origin::Shell => one.variable.as_deref().and_then(VariableName::new),
        Origin::Line | Origin::File(_) | Origin::Flag(_) | Origin::Schema(_) | Origin::Service(_) => None,
    };
    let (reach, evidence) = target::evidence(known, &url, shells.as_ref(), doors.look);
    let ours = evidence.iter().any(|e| e.source == Source::Selection);
    let origin = if ours { "exported by nexus-env".to_owned() } else { origin };
    Target { label: one.label.clone(), url: Some(url), origin, reach, evidence }
}

/// What databases were asked about in one judgement, and how much may be.
pub struct Questions<'a> {
    pub doors: &'a Doors<'a>,
    pub depth: Depth,
    answers: RefCell<Vec<(DatabaseUrl, Vec<Reply>)>>,
}

impl<'a> Questions<'a> {
    pub fn new(doors: &'a Doors<'a>, depth: Depth) -> Self {
        Questions { doors, depth, answers: RefCell::default() }
    }

    /// Puts the databases' own words in front of what was seen without a connection. `ons` are the rules that the
    /// verdict is about: where the rest is enough to refuse, nobody is connected to.
    pub fn ask_all(&self, known: &Known<'_>, targets: &mut [Target], ons: &[&On]) {
        let settled = |target: &Target| match self.depth {
            Depth::UntilSure => verdict::is_settled(ons, known.selection, &target.evidence),
            Depth::Everything => false,
        };
        if targets.iter().any(settled) {
            return;
        }
        for target in targets {
            let Some(url) = &target.url else { continue };
            let mut evidence = match url.kind() {
                Kind::PostgreSql | Kind::CockroachDb => server::evidence(known.config, &self.ask(url)),
                Kind::MySql | Kind::SqlServer | Kind::MongoDb | Kind::PrismaService => {
                    vec![server::not_asked(url.kind().name())]
                }
                Kind::Sqlite => Vec::new(),
            };
            evidence.append(&mut target.evidence);
            target.evidence = evidence;
            if settled(target) {
                return;
            }
        }
    }

    /// Several URLs of one command often lead to one database: it is asked once, unless it refused the first of them.
    fn ask(&self, url: &DatabaseUrl) -> Vec<Reply> {
        let known = self.answers.borrow().iter().find_map(|(asked, replies)| {
            let same = asked.same_but_query(url)
                || asked.endpoint() == url.endpoint() && replies.iter().all(|reply| reply.answer.is_ok());
            same.then(|| replies.clone())
        });
        known.unwrap_or_else(|| {
            let replies = (self.doors.ask)(url);
            self.answers.borrow_mut().push((url.clone(), replies.clone()));
            replies
        })
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
