//! A plain `prisma migrate deploy` on a protected environment: the same road as `migrate deploy`, on which somebody else
//! starts Prisma. The guard asks here before it asks for the name, and tells when Prisma has ended.

use std::path::{Path, PathBuf};

use super::case::{Case, Examined, steps};
use super::preview::{self, Way};
use super::services;
use super::side::Side;
use super::tree::Tree;
use crate::domain::config::Environment;
use crate::domain::guard::invocation::{Invocation, Role, UrlValue};
use crate::domain::guard::judgement::Judged;
use crate::domain::guard::verdict::Verdict;
use crate::domain::page::audit_entry::{Entry, Event, Layer};
use crate::domain::promotion::gate::{Reason, Weight};
use crate::domain::promotion::outcome::{self, Outcome};
use crate::domain::promotion::place::{self, Named, Place};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::session::grant::{DEPLOY, Grant, Promise};
use crate::domain::text::safe_text;
use crate::edge::project::{self, Disk};
use crate::edge::terminal;
use crate::error::{Failure, Result, told};
use crate::steps::audit;
use crate::steps::load::{self, Configured, Loaded};

/// What the checks come to for all deployments of a line together.
pub enum Road<'a> {
    /// This stands in the way.
    Closed(String),
    Open(Vec<Ahead<'a>>),
}

/// One deployment that nothing stands in the way of.
pub struct Ahead<'a> {
    case: Case<'a>,
    found: Examined<'a>,
    side: Side<'a>,
}

/// The configuration in which a deployment is looked at: not one that only the person's own settings make, which has no
/// migrations.
pub fn configuration(ambient: &Ambient) -> Option<Loaded> {
    match load::look(ambient).0 {
        Configured::Ready(loaded) => Some(*loaded),
        Configured::Nothing | Configured::Denied(_) | Configured::Unusable(..) => None,
    }
}

/// Makes every check of each deployment among these commands that would reach a protected environment.
///
/// # Errors
/// Where a check cannot be made.
pub fn look<'a>(ambient: &'a Ambient, loaded: &'a Loaded, all: &[Judged]) -> Result<Road<'a>> {
    let mut open = Vec::new();
    for judged in all.iter().filter(|judged| judged.invocation.name == DEPLOY) {
        let Verdict::Ask(because) = &judged.verdict else { continue };
        let named = because.environment.as_ref().and_then(|name| loaded.config.environment(name));
        let Some(environment) = named.filter(|environment| environment.is_protected()) else { continue };
        match look_at(ambient, loaded, environment, &judged.invocation)? {
            Ok(ahead) => open.extend(ahead),
            Err(refusal) => return Ok(Road::Closed(refusal)),
        }
    }
    Ok(Road::Open(open))
}

/// What is ahead, if anything is; else why it must not go ahead.
fn look_at<'a>(
    ambient: &'a Ambient,
    loaded: &'a Loaded,
    environment: &'a Environment,
    invocation: &Invocation,
) -> Result<std::result::Result<Option<Ahead<'a>>, String>> {
    let name = &environment.name;
    let tree = Tree::around(ambient, Some(&loaded.repository.root))?;
    let Some(place) = place_of(loaded, &tree, invocation) else {
        return Ok(Err(format!(
            "blocked: nobody can say here which migrations this would bring to {name}\n  \
             in the package whose migrations are meant: nexus-env migrate deploy -e {name}"
        )));
    };
    let mut case = Case::at(ambient, loaded, environment, tree, place, &steps(loaded, environment))?;
    if invocation.migrations.is_some() {
        // Prisma's engine runs where the schema is, and the person does not.
        case.folder = case.tree.shown(&case.place.migrations);
    }
    let mut found = case.examine()?;
    found.reasons.extend(of_another_database(&found, environment, invocation));
    if environment.backup.is_some() && !found.pending.is_empty() {
        found.reasons.push(instead(
            environment,
            "backup-first",
            "has a backup declared, and a plain Prisma makes none",
        ));
    }
    if !found.in_the_way().is_empty() {
        return Ok(Err(found.told(environment)));
    }
    Ok(Ok(found.side.take().map(|side| Ahead { case, found, side })))
}

/// The migrations that Prisma would find, started with these words in that directory.
fn place_of(loaded: &Loaded, tree: &Tree, invocation: &Invocation) -> Option<Place> {
    let directory = tree.cwd.join(&invocation.directory);
    if let Some(folder) = &invocation.migrations {
        return place::of_folder(&Disk, &tree.root, &directory.join(folder));
    }
    project::directory(&directory)?;
    let words = &invocation.words;
    let path = |flag: &str| value_of(words, flag).map(PathBuf::from);
    let named = Named { schema: path("--schema"), configuration: path("--config") };
    if named != Named::default() {
        return place::started(&Disk, &directory, &named);
    }
    place::started(&Disk, &directory, &named).or_else(|| {
        let places = tree.places(loaded.config.prisma_directory.as_deref()).ok()?;
        place::own(&places, &directory).cloned()
    })
}

/// The value of a flag, joined or as the next word.
fn value_of<'w>(words: &'w [String], flag: &str) -> Option<&'w str> {
    let at = words
        .iter()
        .rposition(|word| word.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))?;
    match words[at].split_once('=') {
        Some((_, value)) => Some(value),
        None => words.get(at + 1).map(String::as_str),
    }
}

/// The checks are about the database whose URL is stored, so Prisma must be about that one, too.
fn of_another_database(found: &Examined<'_>, environment: &Environment, invocation: &Invocation) -> Option<Reason> {
    let side = found.side.as_ref()?;
    let of = |role| invocation.uses.iter().filter(move |one| one.role == role);
    let uses = if of(Role::Direct).next().is_some() { Role::Direct } else { Role::Main };
    let is_it = |value: &UrlValue| match value {
        UrlValue::Url(url) => {
            url.endpoint() == side.url.endpoint() && url.parameter("schema") == side.url.parameter("schema")
        }
        UrlValue::Stored(name) => name == environment.name.as_str(),
        UrlValue::NotAUrl | UrlValue::Absent | UrlValue::Unknown(_) => false,
    };
    let all = of(uses).all(|one| is_it(&one.value));
    (!all).then(|| {
        instead(environment, "another-url", "was checked, and Prisma would be given another URL than the stored one")
    })
}

/// A reason that only a plain deployment has.
fn instead(environment: &Environment, kind: &'static str, why: &str) -> Reason {
    let name = &environment.name;
    Reason {
        kind,
        weight: Weight::InTheWay,
        migration: None,
        sentence: format!("{name} {why}"),
        next: vec![format!("nexus-env migrate deploy -e {name}")],
    }
}

impl Ahead<'_> {
    /// What is to be read before the name is typed.
    pub fn page(&self) -> String {
        safe_text::lines(&preview::page(&self.case, &self.found, &self.side, Way::Plain))
    }

    /// # Errors
    /// Where something changed while the name was typed.
    pub fn unchanged(&self) -> Result<()> {
        self.case.unchanged(&self.side, "once more the same command")
    }

    /// Records that it begins, and what is to come of it; `None` where nothing waits.
    pub fn begins(&self, layer: Layer) -> Option<Promise> {
        if self.found.pending.is_empty() {
            return None;
        }
        let promise = Promise {
            environment: self.case.environment.name.clone(),
            folder: self.case.place.migrations.clone(),
            migrations: self.found.pending.clone(),
            target: self.found.proof.as_ref().map(|(seen, _)| seen.clone()).unwrap_or_default(),
        };
        let entry = entry(Event::DeployStarted, &promise, &self.case.loaded.repository.root, layer);
        audit::record(self.case.ambient, &entry.detail(&outcome::listed(&promise.migrations)));
        Some(promise)
    }
}

fn entry(event: Event, promise: &Promise, root: &Path, layer: Layer) -> Entry {
    Entry::new(event)
        .environment(&promise.environment)
        .repository(root)
        .command(DEPLOY)
        .target(&promise.target)
        .through(layer)
}

/// Whether whoever reads our stderr is the person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Telling {
    Aloud,
    /// In the log alone.
    Kept,
}

/// Compares what was promised with what is there, tells it and records it. `how` is how whatever was started has ended, which
/// for a whole line says little.
pub fn ended(ambient: &Ambient, grant: &Grant, how: &str, layer: Layer) {
    let telling = match layer {
        Layer::Line | Layer::Shell | Layer::Run | Layer::Node | Layer::Agent => Telling::Aloud,
        Layer::Engine => Telling::Kept,
    };
    // Nobody is asked for a passphrase when all is over.
    let there = Ambient { cwd: Some(grant.root.clone()), pwd: Some(grant.root.clone()), ..ambient.clone() };
    let alone = Ambient { terminal: Terminal::Absent, ..there };
    for promise in &grant.promises {
        let name = &promise.environment;
        let (event, detail) = match read_back(&alone, promise, how, telling) {
            Ok(None) => (Event::Deployed, outcome::listed(&promise.migrations)),
            Ok(Some(how_far)) => (Event::DeployFailed, format!("{how}; {how_far}")),
            Err(error) => {
                let why = told(&error).0;
                if telling == Telling::Aloud {
                    terminal::say_anyway(&format!("what {name} has now could not be read back: {why}"));
                }
                (Event::DeployFailed, format!("{how}; what is there could not be read back: {why}"))
            }
        };
        audit::record(ambient, &entry(event, promise, &grant.root, layer).detail(&detail));
    }
}

/// `None` where all is there, else how far it came.
fn read_back(ambient: &Ambient, promise: &Promise, how: &str, telling: Telling) -> Result<Option<String>> {
    let loaded = load::configuration(ambient)?;
    let environment = load::environment(&loaded, promise.environment.as_str())?;
    let tree = Tree::around(ambient, Some(&loaded.repository.root))?;
    let place = place::of_folder(&Disk, &tree.root, &promise.folder)
        .ok_or_else(|| Failure::new(format!("there are no migrations in `{}`", safe_text::path(&promise.folder))))?;
    let case = Case::at(ambient, &loaded, environment, tree, place, &[environment])?;
    case.could_be_seen()?;
    let outcome = Outcome::of(&case.ledger, &environment.name, &promise.migrations);
    if telling == Telling::Aloud && outcome.is_whole() {
        terminal::say(ambient, &outcome.told(&environment.name));
        services::tell(ambient, &loaded, &Side::of(ambient, &loaded, environment, &case.place)?);
    } else if telling == Telling::Aloud {
        let sentence = format!("{}: it ended with {how}", outcome.told(&environment.name));
        terminal::say_anyway(&format!("{sentence}\nhint: {}", outcome.hint()));
    }
    Ok((!outcome.is_whole()).then(|| outcome.how_far()))
}
