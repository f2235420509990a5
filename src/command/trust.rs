//! `allow` and `deny`: the person's word on a configuration, which is about its content. All of it is shown before the word
//! is taken, what loosens first. What cannot be understood is not allowed.

mod stores;

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::domain::config::Config;
use crate::domain::config::change::Change;
use crate::domain::config::name::VariableName;
use crate::domain::config::repository::{InputKind, Repository};
use crate::domain::config::schema;
use crate::domain::guard::reserved;
use crate::domain::page::loosening;
use crate::domain::page::offer;
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::text::safe_text::{self, safe_text};
use crate::edge::repo::{self, Found};
use crate::edge::trust::{self, Age, Trust};
use crate::edge::{consent, identity, terminal};
use crate::error::{Failure, Result};
use crate::steps::load;
use stores::Looked;

/// Whether the person said yes beforehand, by `--yes`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    Asked,
    Yes,
}

/// `allow` as it is typed. A coding agent is refused: what it wrote would be trusted by its own word.
///
/// # Errors
/// A coding agent, no configuration there, one that is not understood, an answer that is no, and a decision that cannot
/// be kept.
pub fn allow_typed(ambient: &Ambient, path: Option<&Path>, answer: Answer) -> Result<()> {
    load::refuse_any_agent(ambient, "`allow`")?;
    allow(ambient, path, &identity::lifted_names(ambient), answer)
}

/// `allow [PATH]`: shows all that a configuration can do, asks where something loosens or a key is new, and trusts the
/// content of the configuration and the keys of its secrets that this person can read. `lifted` are the refused names that
/// the person's own configuration lets through.
///
/// # Errors
/// No configuration there, one that cannot be read or understood, or a no: it stays as it was.
pub fn allow(ambient: &Ambient, path: Option<&Path>, lifted: &[VariableName], answer: Answer) -> Result<()> {
    let repository = repository(ambient, path)?;
    let config = schema::parse(&trust::texts(&repository)?, lifted)?;
    let offered = Offered::look(ambient, &repository, &config, lifted)?;
    let file = shown(ambient, &repository);
    if offered.has_nothing_new() {
        trust::settle(ambient, &config.id, &repository.root)?;
        offered.stores.iter().for_each(|store| store.complain(ambient));
        terminal::say(ambient, &format!("{file} is already allowed"));
        return Ok(());
    }
    let reasons = offered.reasons(ambient, &config);
    let page = offered.page(ambient, &config, &file, &reasons);
    match reasons.as_slice() {
        [] => terminal::say(ambient, &page),
        // What is asked must have been shown, whatever `--quiet` says.
        [_, ..] => terminal::say_anyway(&page),
    }
    if !reasons.is_empty() && answer == Answer::Asked {
        ask(ambient, &file)?;
    }
    trust::allow(ambient, &repository)?;
    // A directory that was not asked about is asked about when it comes to opening something.
    if offered.standing != Standing::Elsewhere || Offered::opens_known_secrets(ambient, &config) {
        trust::settle(ambient, &config.id, &repository.root)?;
    }
    for store in &offered.stores {
        store.complain(ambient);
        store.pin(ambient, &config.id)?;
    }
    reserved::unseen(&config).iter().for_each(|sentence| terminal::say(ambient, sentence));
    terminal::say(ambient, &format!("allowed {file}"));
    Ok(())
}

/// A yes on the terminal on which all was shown.
fn ask(ambient: &Ambient, file: &str) -> Result<()> {
    if ambient.terminal == Terminal::Absent || terminal::columns().is_none() {
        return Err(Failure::new(format!(
            "{file} is not allowed: this needs an answer, and there is no terminal to ask on"
        ))
        .hint("read what is above, then nexus-env allow --yes")
        .into());
    }
    match consent::typed("nexus-env: allow all of this? [y/N] ")?.to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new(format!("{file} is not allowed, nothing changed")).into()),
    }
}

/// What would be allowed, and how it stands to what was allowed before.
struct Offered<'a> {
    repository: &'a Repository,
    lifted: &'a [VariableName],
    standing: Standing,
    changes: Vec<Change>,
    /// What holds less than it did.
    loosened: Vec<String>,
    stores: Vec<Looked>,
    /// The other directories in which this id was allowed.
    elsewhere: Vec<PathBuf>,
}

/// What was said about the content before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    /// It is what was allowed last.
    Allowed,
    /// It was allowed, and another one after it.
    Older,
    /// It never was, in a directory in which its id was, or whose id is new here.
    Unknown,
    /// It never was, and its id is known from other directories alone.
    Elsewhere,
}

impl<'a> Offered<'a> {
    fn look(
        ambient: &Ambient,
        repository: &'a Repository,
        config: &Config,
        lifted: &'a [VariableName],
    ) -> Result<Self> {
        let known = trust::places(ambient, &config.id);
        let elsewhere: Vec<PathBuf> = known.iter().filter(|place| **place != repository.root).cloned().collect();
        let standing = match (trust::judge(ambient, repository)?, trust::age(ambient, repository)) {
            (Trust::Allowed(_), Age::Latest) => Standing::Allowed,
            (Trust::Allowed(_), Age::Older) => Standing::Older,
            (Trust::Asks(_) | Trust::Denied, _) if !elsewhere.is_empty() && elsewhere.len() == known.len() => {
                Standing::Elsewhere
            }
            (Trust::Asks(_) | Trust::Denied, _) => Standing::Unknown,
        };
        // One that can no longer be understood has nothing that could be compared.
        let before = trust::before(ambient, repository).and_then(|texts| schema::parse(&texts, lifted).ok());
        let loosened = match standing {
            Standing::Allowed => Vec::new(),
            Standing::Older | Standing::Unknown | Standing::Elsewhere => loosening::loosened(before.as_ref(), config),
        };
        let opened = load::Opened::default();
        let stores = config.environments.iter();
        let stores =
            stores.filter_map(|environment| stores::look(ambient, repository, config, environment, lifted, &opened));
        let changes = trust::changes(ambient, repository);
        Ok(Offered { repository, lifted, standing, changes, loosened, stores: stores.collect(), elsewhere })
    }

    fn has_nothing_new(&self) -> bool {
        self.standing == Standing::Allowed && self.stores.iter().all(Looked::is_known)
    }

    /// Why it has to be asked about.
    fn reasons(&self, ambient: &Ambient, config: &Config) -> Vec<String> {
        let mut reasons = self.loosened.clone();
        reasons.extend(self.origin(ambient, config).filter(|_| Self::opens_known_secrets(ambient, config)));
        reasons.extend(self.stores.iter().filter_map(Looked::reason));
        reasons
    }

    /// Whether secrets are known here under the configuration's id and its environments' names, which it would open.
    fn opens_known_secrets(ambient: &Ambient, config: &Config) -> bool {
        let known = |name| !matches!(trust::pin(ambient, &config.id, name), Ok(None));
        config.environments.iter().any(|environment| known(&environment.name))
    }

    /// Whose id it is, where that is another directory's.
    fn origin(&self, ambient: &Ambient, config: &Config) -> Option<String> {
        let places: Vec<String> = self.elsewhere.iter().map(|place| below_home(ambient, place)).collect();
        let (id, places) = (config.id.as_str(), places.join(", "));
        (self.standing == Standing::Elsewhere)
            .then(|| format!("its id {id} belongs to {places}, where another content was allowed"))
    }

    /// All that is to be read, what has to be asked about first.
    fn page(&self, ambient: &Ambient, config: &Config, file: &str, reasons: &[String]) -> String {
        let width = terminal::columns();
        let part = |lines: &[String]| offer::wrapped(lines, width);
        let mut page = String::new();
        let mut begin = |sentence: &str, lines: &[String]| {
            let name = if page.is_empty() { "" } else { "\nnexus-env: " };
            page.push_str(&format!("{name}{sentence}{}", part(lines)));
        };
        if !reasons.is_empty() {
            begin(&format!("{file} needs your word:"), reasons);
        }
        match self.standing {
            Standing::Older => {
                begin(&format!("{file} is an older content, allowed before the present one; what differs:"), &[])
            }
            Standing::Allowed | Standing::Unknown | Standing::Elsewhere => {}
        }
        let origin = self.origin(ambient, config).filter(|origin| !reasons.contains(origin));
        for remark in origin.into_iter().chain(self.stores.iter().filter_map(Looked::remark)) {
            begin(&remark, &[]);
        }
        for change in &self.changes {
            begin(&format!("`{}` changed since it was allowed:", change.file), &change.lines);
        }
        let stored: Vec<offer::Stored> = self.stores.iter().filter_map(|store| store.stored.clone()).collect();
        let local = repo::local_file(ambient, self.repository);
        let lines = offer::lines(config, &stored, local, &self.elsewhere, self.lifted);
        begin(&format!("{file} holds:"), &lines);
        page
    }
}

/// `deny [PATH]`: distrusts the content of a configuration. It need not be understood.
///
/// # Errors
/// No configuration there, and a decision that cannot be kept.
pub fn deny(ambient: &Ambient, path: Option<&Path>) -> Result<()> {
    // The guard does not stand in a repository that was denied.
    load::refuse_any_agent(ambient, "`deny`")?;
    let repository = repository(ambient, path)?;
    let file = shown(ambient, &repository);
    // Whatever was said about it before, an allowed text that cannot be judged included, the answer is now no.
    if let Ok(Trust::Denied) = trust::judge(ambient, &repository) {
        terminal::say(ambient, &format!("{file} is already denied"));
        return Ok(());
    }
    trust::deny(ambient, &repository)?;
    terminal::say(ambient, &format!("denied {file}: nothing is loaded from it, and it no longer asks"));
    Ok(())
}

/// The configuration at or above the current directory, or that which a path names: a directory at or below it, or one
/// of its files.
fn repository(ambient: &Ambient, path: Option<&Path>) -> Result<Repository> {
    let found = match path {
        None => repo::find(ambient)?,
        Some(path) => repo::find_from(ambient, &directory(ambient, path)?)?,
    };
    match found {
        Found::Repository(repository) => Ok(repository),
        Found::Unreadable(_, error) => Err(error),
        Found::Nothing(_) => {
            let place = path.map_or("here".to_owned(), |path| format!("at `{}`", safe_text::path(path)));
            Err(anyhow!(Failure::new(format!("no `.nexusenv` {place} or above")).hint("nexus-env init, to make one")))
        }
    }
}

fn directory(ambient: &Ambient, typed: &Path) -> Result<PathBuf> {
    let shown = safe_text::path(typed);
    let missing = || anyhow!(Failure::new(format!("there is no `{shown}`")));
    let path = ambient.cwd.as_deref().unwrap_or(Path::new("/")).join(typed);
    let ours = [InputKind::Main, InputKind::Local].map(|kind| kind.file_name().as_ref());
    let directory = if path.is_dir() {
        path.as_path()
    } else if !path.exists() {
        return Err(missing());
    } else if path.file_name().is_some_and(|name| ours.contains(&name)) {
        path.parent().unwrap_or(&path)
    } else {
        return Err(anyhow!(
            Failure::new(format!("`{shown}` is no configuration")).hint("name a directory, or its `.nexusenv`")
        ));
    };
    directory.canonicalize().map_err(|_| missing())
}

/// `.nexusenv` where it stands in the current directory, else its path, `~` for home.
fn shown(ambient: &Ambient, repository: &Repository) -> String {
    let path = &repository.main.path;
    let shown = if ambient.cwd.as_deref() == Some(&repository.root) {
        InputKind::Main.file_name().to_owned()
    } else {
        match ambient.home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(below) => format!("~/{}", below.display()),
            None => path.display().to_string(),
        }
    };
    format!("`{}`", safe_text(&shown))
}

/// A directory, `~` for home.
fn below_home(ambient: &Ambient, path: &Path) -> String {
    match ambient.home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) => format!("`~/{}`", safe_text::path(below)),
        None => format!("`{}`", safe_text::path(path)),
    }
}
