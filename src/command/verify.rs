//! `verify`: whether the stores of a repository are whole, for a pre-commit hook and for CI. Without a key what a key is not
//! needed for; with one the seal and every value too. It needs no `allow`, remembers nothing, and shows no value.

use std::path::Path;

use crate::domain::config::Config;
use crate::domain::config::name::EnvironmentName;
use crate::domain::page::doctor::stores::place;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::{readers, soundness};
use crate::edge::vault::{self, Expected, VaultFailure, Wanted};
use crate::edge::{output, terminal};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::steps::load;

/// How far it looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// `--no-key`.
    Structure,
    Seal,
}

/// Prints a line for each store, and what is wrong with it. 0 where all is well, else 1.
///
/// # Errors
/// No configuration, one that cannot be understood, and no identity where one is needed.
pub fn verify(ambient: &Ambient, depth: Depth) -> Result<Status> {
    let (repository, config) = load::understood(ambient)?;
    let opened = match depth {
        Depth::Structure => None,
        Depth::Seal => Some(load::Opened::default()),
    };
    let mut page = String::new();
    let mut faulty = false;
    for name in vault::names(&repository.root) {
        let looked = look(ambient, &repository.root, &config, &name, opened.as_ref())?;
        faulty |= matches!(looked, Looked::Faulty(_));
        let place = place(&name);
        page.push_str(&match looked {
            Looked::Whole(words) => format!("{place}: {words}\n"),
            Looked::Faulty(faults) => faults.iter().map(|fault| format!("{place}: error: {fault}\n")).collect(),
        });
    }
    if page.is_empty() {
        terminal::say(ambient, "there are no secrets here");
    }
    output::write(page.as_bytes())?;
    Ok(if faulty { Status::from(Exit::Failed as u8) } else { Status::DONE })
}

/// `nexus-env verify` in CI without a key is a mistake of one of two kinds.
fn without_key(error: anyhow::Error) -> anyhow::Error {
    let (sentence, _, _) = told(&error);
    Failure::new(sentence)
        .hint("nexus-env verify --no-key checks what needs none; in CI, NEXUS_ENV_IDENTITY holds one")
        .into()
}

enum Looked {
    Whole(String),
    Faulty(Vec<String>),
}

fn look(
    ambient: &Ambient,
    root: &Path,
    config: &Config,
    name: &EnvironmentName,
    opened: Option<&load::Opened>,
) -> Result<Looked> {
    let store = match vault::read(root, name) {
        Ok(Some(store)) => store,
        Ok(None) => return Ok(Looked::Faulty(vec!["is gone".to_owned()])),
        Err(failure) => return Ok(faulty(name, failure)),
    };
    let Some(environment) = config.environment(name) else {
        return Ok(Looked::Faulty(vec![format!("`.nexusenv` has no environment `{name}`")]));
    };
    let faults = soundness::faults(&store, name, Some(&config.id));
    if !faults.is_empty() {
        return Ok(Looked::Faulty(faults));
    }
    let count = readers::secrets(store.secrets.len());
    let words = format!("revision {}, {count}, readable by {}", store.revision, store.readers());
    let Some(opened) = opened else { return Ok(Looked::Whole(words)) };
    let identities = opened.identities(ambient, name, &[&store], load::Asking::Person).map_err(without_key)?;
    let expected =
        Expected { id: &config.id, environment: name, protection: environment.protection, pin: None, lifted: &[] };
    Ok(match vault::open(&store, &expected, &identities, Wanted::All) {
        Ok(_) => Looked::Whole(format!("{words}; the seal holds")),
        // Who checks dev in CI need not read prod.
        Err(VaultFailure::NotARecipient { .. }) => {
            Looked::Whole(format!("{words}; the seal was not checked: your key cannot read it"))
        }
        Err(failure) => faulty(name, failure),
    })
}

/// The sentence names the file already.
fn faulty(name: &EnvironmentName, failure: VaultFailure) -> Looked {
    let Failure { message, hint, .. } = failure.into();
    let place = format!("`{}` ", place(name));
    let message = message.strip_prefix(&place).unwrap_or(&message).to_owned();
    Looked::Faulty(vec![match hint {
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    }])
}
