//! The stores beside a configuration that is being allowed: whether this person reads them, and whether their key is the one
//! that was allowed. A store that opens was made by somebody who could read the environment, or anew by somebody who could
//! not: that is what the person's word is about.

use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::config::repository::Repository;
use crate::domain::config::{Config, Environment};
use crate::domain::page::offer::{Key, Stored};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::readers;
use crate::domain::store::sealed::fingerprint::Fingerprint;
use crate::domain::store::sealed::{Pin, Recipient};
use crate::edge::vault::{self, Expected, Opened, Wanted};
use crate::edge::{terminal, trust};
use crate::error::{Result, told};
use crate::steps::load;

/// One environment's store.
pub(super) struct Looked {
    environment: EnvironmentName,
    /// What can be shown of it; `None` where it stays closed.
    pub stored: Option<Stored>,
    standing: Standing,
    readers: Vec<Recipient>,
    /// What became of the readers who were seen here before.
    differs: Vec<String>,
}

enum Standing {
    /// Why it stays closed.
    Closed(anyhow::Error),
    /// What is to be remembered, and what was.
    Open { pin: Pin, known: Option<Pin> },
}

/// `None` where the environment has no store.
pub(super) fn look(
    ambient: &Ambient,
    repository: &Repository,
    config: &Config,
    environment: &Environment,
    lifted: &[VariableName],
    opened: &load::Opened,
) -> Option<Looked> {
    let name = &environment.name;
    let store = match vault::read(&repository.root, name) {
        Ok(None) => return None,
        Ok(Some(store)) => store,
        Err(error) => return Some(Looked::closed(name, error.into())),
    };
    let expected =
        Expected { id: &config.id, environment: name, protection: environment.protection, pin: None, lifted };
    // A file that was damaged is written anew; that is what it tells one to do.
    let known = trust::pin(ambient, &config.id, name).unwrap_or(None);
    let identities = opened.identities(ambient, name, &[&store], load::Asking::Person);
    let opened = identities.and_then(|identities| {
        let opened: Opened = vault::open(&store, &expected, &identities, Wanted::Only(&[]))?;
        Ok(vault::still_protected(known, opened.pin, &expected)?)
    });
    let pin = match opened {
        Ok(pin) => pin,
        Err(error) => return Some(Looked::closed(name, error)),
    };
    let key = match known {
        None => Key::New,
        Some(known) if known.fingerprint == pin.fingerprint => Key::Known,
        Some(_) => Key::Replaced,
    };
    let stored = Stored {
        environment: name.clone(),
        names: store.secrets.iter().map(|(name, _)| name.clone()).collect(),
        readers: store.readers(),
        fingerprint: Fingerprint(pin.fingerprint).to_string(),
        key,
    };
    let differs = readers::since(&trust::readers(ambient, &config.id, name), Some(&store));
    let (environment, standing) = (name.clone(), Standing::Open { pin, known });
    Some(Looked { environment, stored: Some(stored), standing, readers: store.recipients, differs })
}

impl Looked {
    fn closed(environment: &EnvironmentName, error: anyhow::Error) -> Looked {
        let standing = Standing::Closed(error);
        Looked { environment: environment.clone(), stored: None, standing, readers: Vec::new(), differs: Vec::new() }
    }

    /// Whether there is nothing to be remembered of it.
    pub fn is_known(&self) -> bool {
        match &self.standing {
            Standing::Closed(_) => true,
            // What was remembered before seals were kept has none.
            Standing::Open { pin, known } => {
                known.is_some_and(|known| Pin { seal: known.seal.and(pin.seal), ..*pin } == known)
            }
        }
    }

    /// Why it has to be asked about, if it has.
    pub fn reason(&self) -> Option<String> {
        let (name, stored) = (&self.environment, self.stored.as_ref()?);
        let of = format!("readable by {}, under the key {}", stored.readers, stored.fingerprint);
        match (&self.standing, stored.key) {
            (Standing::Closed(_), _) => None,
            (_, Key::New) => Some(format!("the secrets of {name} are new here: {of}")),
            (_, Key::Replaced) => {
                let differs = self.differs.iter().map(|differs| format!("{differs}; ")).collect::<String>();
                Some(format!("the secrets of {name} have another key than the one that was allowed: {differs}{of}"))
            }
            (Standing::Open { pin, known: Some(known) }, Key::Known) if known.revision > pin.revision => {
                Some(format!("the secrets of {name} went back from revision {} to {}", known.revision, pin.revision))
            }
            (Standing::Open { .. }, Key::Known) => None,
        }
    }

    /// What is to be said of it although it needs no question.
    pub fn remark(&self) -> Option<String> {
        match &self.standing {
            Standing::Open { pin, known: Some(known) }
                if !self.is_known() && (known.fingerprint, known.revision) == (pin.fingerprint, pin.revision) =>
            {
                let (name, revision) = (&self.environment, pin.revision);
                Some(format!("the secrets of {name} are another revision {revision} than the one that was seen here"))
            }
            Standing::Open { .. } | Standing::Closed(_) => None,
        }
    }

    /// Says why it stays closed.
    pub fn complain(&self, ambient: &Ambient) {
        if let Standing::Closed(error) = &self.standing {
            let (sentence, hint, _) = told(error);
            let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            terminal::say(ambient, &format!("the secrets of {} stay closed: {sentence}{hint}", self.environment));
        }
    }

    /// Remembers its key and revision, whatever was remembered before.
    pub fn pin(&self, ambient: &Ambient, id: &RepositoryId) -> Result<()> {
        match &self.standing {
            Standing::Open { pin, .. } if !self.is_known() => {
                trust::accept(ambient, id, &self.environment, *pin, &self.readers)
            }
            Standing::Open { .. } | Standing::Closed(_) => Ok(()),
        }
    }
}
