//! `recipients add` and `recipients approve`: one more reader, for the secrets that are there. The key comes from a
//! colleague's line, or from a file that anybody who may write to the repository could have written.

use super::{Changed, Site, commit};
use crate::domain::config::name::EnvironmentName;
use crate::domain::page::audit_entry::{Entry, Event};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::store::identity::Understood;
use crate::domain::store::reader_key::{self, ReaderKey};
use crate::domain::store::readers::{self, Admission, listed};
use crate::domain::store::request;
use crate::domain::store::sealed::{Recipient, RecipientName};
use crate::domain::text::day::Day;
use crate::edge::{consent, identity, requests, terminal, trust, vault};
use crate::error::{Failure, Result};
use crate::steps::audit;
use crate::steps::load;

/// Whether the person said yes beforehand, by `--yes`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    Asked,
    Yes,
}

/// `recipients add NAME KEY`: shows whom and what it is about, and lets them in.
///
/// # Errors
/// A key that cannot be encrypted to, a name or a key that is taken, and every environment that this person cannot read:
/// then none is changed.
pub fn add(ambient: &Ambient, name: &str, key: &[String], named: &[String]) -> Result<()> {
    let key = ReaderKey::parse(&key.join(" ")).map_err(Failure::from)?;
    let newcomer = Recipient { name: reader_key::name(name)?, key: key.to_string() };
    let site = Site::new(ambient, load::configuration(ambient)?, named)?;
    if begin(&site, &newcomer)? {
        return Ok(());
    }
    shown(&site, &newcomer, &key)?;
    let_in(&site, &newcomer)
}

/// Makes the stores that are not there yet, where somebody whose key only a plugin knows lets themselves in: `set`, which makes
/// them otherwise, starts none. Whether that is what was asked for.
fn begin(site: &Site<'_>, newcomer: &Recipient) -> Result<bool> {
    let (ambient, root, id) = (site.ambient, &site.loaded.repository.root, &site.loaded.config.id);
    let is_new =
        |name: &&EnvironmentName| matches!(vault::read(root, name), Ok(None)) && load::gone(root, name).is_none();
    let own = matches!(identity::look(ambient), Ok(Understood::Plugged(own)) if own.recipients.contains(&newcomer.key));
    if !own || !site.environments.iter().all(|name| is_new(&name)) {
        return Ok(false);
    }
    let lock = vault::lock(root)?;
    for name in &site.environments {
        let environment = load::environment(&site.loaded, name.as_str())?;
        let expected = load::expected(&site.loaded, environment, None);
        let today = Day::of(ambient.now.seconds);
        let made = vault::begin(&expected, newcomer.clone(), today, &site.wrapping())?;
        let Some(store) = made.after.filter(|_| is_new(&name)) else { continue };
        lock.write(name, &store)?;
        trust::accept(ambient, id, name, made.pin, &store.recipients)?;
        terminal::say(
            ambient,
            &format!("made the store of {name}, which {} alone reads\nhint: nexus-env unlock {name}", newcomer.name),
        );
    }
    Ok(true)
}

/// `recipients approve NAME`: shows the request that stands in the repository with its key's fingerprint, asks, lets them in
/// and removes the request. What it asks for is the newcomer's wish; `-e` decides otherwise.
///
/// # Errors
/// No such request, a no, and as [`add`].
pub fn approve(ambient: &Ambient, name: &str, named: &[String], answer: Answer) -> Result<()> {
    load::refuse_any_agent(ambient, "`recipients approve`")?;
    let name = reader_key::name(name)?;
    let loaded = load::configuration(ambient)?;
    let request = requests::read(&loaded.repository.root, &name)?;
    let wished: Vec<String> = request.environments.iter().map(EnvironmentName::to_string).collect();
    let root = loaded.repository.root.clone();
    let site = Site::new(ambient, loaded, if named.is_empty() { &wished } else { named })?;
    let newcomer = Recipient { name: name.clone(), key: request.key.to_string() };
    shown(&site, &newcomer, &request.key)?;
    if answer == Answer::Asked {
        ask(ambient, &name)?;
    }
    let_in(&site, &newcomer)?;
    requests::remove(&root, &name)?;
    terminal::say(ambient, &format!("removed `{}`", request::place(&name)));
    Ok(())
}

fn ask(ambient: &Ambient, name: &RecipientName) -> Result<()> {
    if ambient.terminal == Terminal::Absent || terminal::columns().is_none() {
        return Err(Failure::new(format!(
            "{name} is not let in: this needs an answer, and there is no terminal to ask on"
        ))
        .hint(format!("compare the fingerprint with {name}, then nexus-env recipients approve {name} --yes"))
        .into());
    }
    let question = format!("nexus-env: does {name} say the same fingerprint, and may they read all of this? [y/N] ");
    match consent::typed(&question)?.to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new(format!("{name} is not let in, nothing changed")).into()),
    }
}

/// Who is about to be let in, and to how much. What is decided on is shown whatever `--quiet` says.
fn shown(site: &Site<'_>, newcomer: &Recipient, key: &ReaderKey) -> Result<()> {
    let mut page = format!("{}  {}\n  fingerprint  {}", newcomer.name, newcomer.key, key.fingerprint());
    for name in &site.environments {
        let environment = load::environment(&site.loaded, name.as_str())?;
        let count = readers::secrets(super::stored(&site.loaded, environment)?.secrets.len());
        let protected = if environment.is_protected() { ", which is protected" } else { "" };
        page.push_str(&format!("\n  will be able to read {count} of {name}{protected}"));
    }
    terminal::say_anyway(&page);
    Ok(())
}

fn let_in(site: &Site<'_>, newcomer: &Recipient) -> Result<()> {
    let ambient = site.ambient;
    let today = Day::of(ambient.now.seconds);
    let changed = site.change(&|before, expected, identities| match readers::admission(before, newcomer)? {
        Admission::Already => Ok(None),
        Admission::New => {
            Ok(Some(vault::admit(before.clone(), expected, identities, newcomer, today, &site.wrapping())?))
        }
    })?;
    let (same, new): (Vec<Changed>, Vec<Changed>) = changed.into_iter().partition(|one| one.before == one.after);
    let names = |all: &[Changed]| listed(&all.iter().map(|one| one.environment.clone()).collect::<Vec<_>>());
    if !same.is_empty() {
        terminal::say(ambient, &format!("{} can read {} already", newcomer.name, names(&same)));
    }
    if !new.is_empty() {
        for one in &new {
            let entry = Entry::new(Event::ReaderAdded).environment(&one.environment);
            audit::record(ambient, &entry.repository(&site.loaded.repository.root).detail(newcomer.name.as_str()));
        }
        let sentence = format!(
            "{} can read {} now\nhint: {}; after they pulled: nexus-env allow",
            newcomer.name,
            names(&new),
            commit(&new)
        );
        terminal::say(ambient, &sentence);
    }
    Ok(())
}
