//! Merging of stores whose texts git hands over. Each side is opened and verified by itself, and a merge is sealed under a
//! key that one of them has: nothing gets in that no verified side holds.

use super::write::{Stopped, nonce, wrap};
use super::{VaultFailure, data_key, parsed, place, sealed, wrapped_as_listed};
use crate::domain::config::name::EnvironmentName;
use crate::domain::store::identity::Identities;
use crate::domain::store::plugin::PluginName;
use crate::domain::store::sealed::seal::merge::{Base, Plan, Side, Sides};
use crate::domain::store::sealed::seal::{Damaged, DataKey, Keys, Verified};
use crate::domain::store::sealed::{Recipient, Store};
use crate::error::Failure;

/// What git has of a store that both sides changed. Without a base both added it.
#[derive(Clone, Debug)]
pub struct Texts {
    pub base: Option<Vec<u8>>,
    pub ours: Vec<u8>,
    pub theirs: Vec<u8>,
}

/// The two sides, opened, and what they come from where this person can open it.
pub struct Merging {
    environment: EnvironmentName,
    base: Origin,
    ours: Half,
    theirs: Half,
}

enum Origin {
    Nothing,
    Unknown,
    Known(Box<Half>),
}

struct Half {
    store: Store,
    data_key: DataKey,
    keys: Keys,
}

/// Why a side gave nothing.
#[derive(Debug)]
pub struct Refused {
    pub side: Side,
    pub failure: VaultFailure,
}

impl From<Refused> for Failure {
    fn from(Refused { side, failure }: Refused) -> Failure {
        let whose = match side {
            Side::Ours => "on this side of the merge",
            Side::Theirs => "on the other side of the merge",
        };
        let failure = Failure::from(failure);
        Failure { message: format!("{whose}, {}", failure.message), ..failure }
    }
}

impl From<Refused> for anyhow::Error {
    fn from(refused: Refused) -> Self {
        anyhow::Error::new(Failure::from(refused))
    }
}

/// Opens both sides and verifies their seals.
///
/// # Errors
/// The first side that is no store of this environment, that this person cannot read, or whose seal does not hold.
pub fn sides(texts: &Texts, environment: &EnvironmentName, identities: &Identities) -> Result<Merging, Refused> {
    let side = |side, text: &[u8]| half(text, environment, identities).map_err(|failure| Refused { side, failure });
    let (ours, theirs) = (side(Side::Ours, &texts.ours)?, side(Side::Theirs, &texts.theirs)?);
    let refused = |failure| Refused { side: Side::Theirs, failure };
    if ours.store.repository != theirs.store.repository {
        return Err(refused(VaultFailure::OtherRepository { place: place(environment) }));
    }
    let base = match &texts.base {
        None => Origin::Nothing,
        Some(text) => match half(text, environment, identities) {
            Ok(base) if base.store.repository == ours.store.repository => Origin::Known(Box::new(base)),
            Ok(_) | Err(_) => Origin::Unknown,
        },
    };
    // An older store that was put on top of a newer one is sealed as well as it was then.
    if let Origin::Known(base) = &base {
        for (side, half) in [(Side::Ours, &ours), (Side::Theirs, &theirs)] {
            let (found, seen) = (half.store.revision, base.store.revision);
            if found < seen && half.keys.fingerprint() == base.keys.fingerprint() {
                let (environment, place) = (environment.clone(), place(environment));
                return Err(Refused { side, failure: VaultFailure::RolledBack { environment, place, found, seen } });
            }
        }
    }
    Ok(Merging { environment: environment.clone(), base, ours, theirs })
}

fn half(text: &[u8], environment: &EnvironmentName, identities: &Identities) -> Result<Half, VaultFailure> {
    let store = parsed(place(environment), text)?;
    let data_key = data_key(&store, &store.repository, environment, identities)?;
    let keys = Keys::derive(&data_key, &store.repository, environment);
    sealed(&store, environment, &keys)?;
    wrapped_as_listed(&store, environment)?;
    Ok(Half { store, data_key, keys })
}

impl Merging {
    /// Both sides and what they come from. They were verified when they were opened.
    ///
    /// # Errors
    /// None that happens.
    pub fn sides(&self) -> Result<Sides<'_>, VaultFailure> {
        let base = match &self.base {
            Origin::Nothing => Base::Nothing,
            Origin::Unknown => Base::Unknown,
            Origin::Known(base) => Base::Known(self.verified(base)?),
        };
        Ok(Sides { base, ours: self.verified(&self.ours)?, theirs: self.verified(&self.theirs)? })
    }

    fn verified<'a>(&'a self, half: &'a Half) -> Result<Verified<'a>, VaultFailure> {
        sealed(&half.store, &self.environment, &half.keys)
    }

    /// What follows from the sides alone.
    ///
    /// # Errors
    /// A value that does not open, although its seal held.
    pub fn plan(&self) -> Result<Plan, VaultFailure> {
        self.sides()?.plan().map_err(|damaged| self.damaged(damaged))
    }

    fn damaged(&self, Damaged(name): Damaged) -> VaultFailure {
        VaultFailure::ValueDamaged { place: place(&self.environment), environment: self.environment.clone(), name }
    }

    pub fn fingerprint(&self, side: Side) -> [u8; 16] {
        self.half(side).keys.fingerprint()
    }

    fn half(&self, side: Side) -> &Half {
        match side {
            Side::Ours => &self.ours,
            Side::Theirs => &self.theirs,
        }
    }

    /// What a plan makes, under the key of `under`. Under one key its readers are merged as well; a key that
    /// replaced another one keeps its own readers alone.
    ///
    /// # Errors
    /// A reader whom the sides give different keys.
    pub fn merged(&self, plan: &Plan, under: Side) -> Result<Store, VaultFailure> {
        let sides = self.sides()?;
        let kept = self.half(under);
        let recipients: Vec<Recipient> = match sides.share_a_key() {
            false => kept.store.recipients.clone(),
            true => match plan.readers(&sides) {
                Ok(recipients) => recipients,
                Err(name) => {
                    return Err(VaultFailure::TwoKeys { environment: self.environment.clone(), name });
                }
            },
        };
        let wrapped = [under, under.other()]
            .map(|side| self.half(side))
            .into_iter()
            .find(|half| half.keys.fingerprint() == kept.keys.fingerprint() && half.store.recipients == recipients);
        let wrapped = match wrapped {
            Some(half) => half.store.key.clone(),
            None => wrap(&kept.data_key, &recipients, &|key| Err(self.let_in_anew(key, &recipients)))?,
        };
        let merged =
            sides.merged(plan, under, recipients, wrapped, nonce).map_err(|stopped: Stopped| match stopped {
                Stopped::NoRandomness => VaultFailure::NoRandomness,
                Stopped::Damaged(damaged) => self.damaged(damaged),
            })?;
        Ok(merged)
    }

    /// A merge starts no plugin.
    fn let_in_anew(&self, key: &str, readers: &[Recipient]) -> Failure {
        let (environment, place) = (&self.environment, place(&self.environment));
        let program = PluginName::of_recipient(key).map(|name| name.program()).unwrap_or_default();
        let name =
            readers.iter().find(|reader| reader.key == key).map(|reader| reader.name.as_str()).unwrap_or_default();
        Failure::new(format!(
            "both sides of the merge changed who reads {environment}, and only {program}, which a merge never starts, encrypts \
             to the key of `{name}`"
        ))
        .hint(format!(
            "git checkout --ours -- {place} && git add {place} takes this side's alone; whom the other side let in, and what it \
             stored, comes again by nexus-env recipients add and set"
        ))
    }
}
