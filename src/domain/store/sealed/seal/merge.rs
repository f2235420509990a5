//! Three-way merging of a store by name. Both sides are verified before anything of them is looked at, and a result that
//! follows from them alone has nothing in it that neither of them sealed.

use super::{Damaged, Verified, after};
use crate::domain::config::Protection;
use crate::domain::config::name::VariableName;
use crate::domain::store::sealed::history::{self, History};
use crate::domain::store::sealed::{NONCE, Recipient, RecipientName, Store};

/// One of the two sides, as git calls them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    Ours,
    Theirs,
}

/// What both sides come from.
#[derive(Clone, Copy)]
pub enum Base<'a> {
    /// There was no store: what a side has, it has added.
    Nothing,
    /// There was one that this person cannot verify, so nobody knows which side changed what.
    Unknown,
    Known(Verified<'a>),
}

/// Two verified stores of one environment and what they come from.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    pub base: Base<'a>,
    pub ours: Verified<'a>,
    pub theirs: Verified<'a>,
}

/// What becomes of one name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// Both sides have the same.
    Same,
    /// This side alone changed it.
    Of(Side),
    /// Each side did something else with it.
    Both,
}

/// What becomes of every name that one of the sides has, in order. A fate whose side has no such name removes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    pub secrets: Vec<(VariableName, Fate)>,
    /// By name and key: a reader with another key is another reader.
    pub recipients: Vec<(Recipient, Fate)>,
}

impl Side {
    pub fn other(self) -> Side {
        match self {
            Side::Ours => Side::Theirs,
            Side::Theirs => Side::Ours,
        }
    }
}

impl<'a> Sides<'a> {
    pub fn store(&self, side: Side) -> &'a Store {
        self.of(side).store
    }

    fn of(&self, side: Side) -> Verified<'a> {
        match side {
            Side::Ours => self.ours,
            Side::Theirs => self.theirs,
        }
    }

    /// Whether both are sealed under one data key.
    pub fn share_a_key(&self) -> bool {
        self.ours.keys.fingerprint == self.theirs.keys.fingerprint
    }

    /// The side that has another data key than what both come from; `None` where both have, or it is not known.
    pub fn renewed(&self) -> Option<Side> {
        let Base::Known(base) = self.base else { return None };
        let anew = |side: Verified<'_>| side.keys.fingerprint != base.keys.fingerprint;
        match (anew(self.ours), anew(self.theirs)) {
            (true, false) => Some(Side::Ours),
            (false, true) => Some(Side::Theirs),
            (true, true) | (false, false) => None,
        }
    }

    /// What follows from the sides alone. Values are compared, not how they are encrypted.
    ///
    /// # Errors
    /// A value of either side that does not open.
    pub fn plan(&self) -> Result<Plan, Damaged> {
        let (ours, theirs) = (self.ours.store, self.theirs.store);
        let mut names: Vec<&VariableName> = ours.secrets.iter().chain(&theirs.secrets).map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        let mut secrets = Vec::with_capacity(names.len());
        for name in names {
            secrets.push((name.clone(), self.fate(|store: Verified<'a>| store.value(name))?));
        }
        let mut readers: Vec<&Recipient> = ours.recipients.iter().chain(&theirs.recipients).collect();
        readers.sort_by(|a, b| (&a.name, &a.key).cmp(&(&b.name, &b.key)));
        readers.dedup();
        let mut recipients = Vec::with_capacity(readers.len());
        for reader in readers {
            let fate = self.fate(|store: Verified<'a>| Ok(store.store.recipients.contains(reader)))?;
            recipients.push((reader.clone(), fate));
        }
        Ok(Plan { secrets, recipients })
    }

    fn fate<T: PartialEq + Default>(&self, of: impl Fn(Verified<'a>) -> Result<T, Damaged>) -> Result<Fate, Damaged> {
        let (ours, theirs) = (of(self.ours)?, of(self.theirs)?);
        if ours == theirs {
            return Ok(Fate::Same);
        }
        let base = match self.base {
            Base::Unknown => return Ok(Fate::Both),
            Base::Nothing => T::default(),
            Base::Known(base) => of(base)?,
        };
        Ok(match (ours == base, theirs == base) {
            (true, _) => Fate::Of(Side::Theirs),
            (_, true) => Fate::Of(Side::Ours),
            (false, false) => Fate::Both,
        })
    }

    /// The store that a plan makes, sealed under the key of `under`, one revision after both. What both sides claim is that
    /// side's. `wrapped_key` is that side's own data key, wrapped for `recipients`.
    ///
    /// # Errors
    /// A value that does not open, and whatever `nonce` fails with.
    pub fn merged<E: From<Damaged>>(
        &self,
        plan: &Plan,
        under: Side,
        recipients: Vec<Recipient>,
        wrapped_key: Vec<u8>,
        mut nonce: impl FnMut() -> Result<[u8; NONCE], E>,
    ) -> Result<Store, E> {
        let (kept, other) = (self.of(under), self.of(under.other()));
        let mut next = Store {
            secrets: Vec::new(),
            stale: Vec::new(),
            history: History::default(),
            recipients,
            key: wrapped_key,
            ..kept.store.clone()
        };
        for (name, fate) in &plan.secrets {
            let from = match fate {
                Fate::Of(side) => self.of(*side),
                Fate::Same | Fate::Both => kept,
            };
            let Some(ciphertext) = from.store.ciphertext(name) else { continue };
            let ciphertext = if from.keys.fingerprint == kept.keys.fingerprint {
                ciphertext.clone()
            } else {
                let value = from.keys.open(name, ciphertext)?;
                kept.keys.close(name, &value, nonce()?).ok_or_else(|| Damaged(name.clone()))?
            };
            next.secrets.push((name.clone(), ciphertext));
            if let Some(seen_by) = seen_by(name, from, kept, other) {
                next.stale.push((name.clone(), seen_by));
            }
            let written = history::get(&from.store.history.written, name).copied();
            let expires = self.told(from, |store| history::get(&store.history.expires, name).copied());
            let note = self.told(from, |store| history::get(&store.history.notes, name).cloned());
            history::put(&mut next.history.written, name, written);
            history::put(&mut next.history.expires, name, expires);
            history::put(&mut next.history.notes, name, note);
        }
        for reader in &next.recipients {
            let side = [kept, other].into_iter().find(|side| side.store.recipients.contains(reader));
            let joined = side.and_then(|side| history::get(&side.store.history.joined, &reader.name).copied());
            history::put(&mut next.history.joined, &reader.name, joined);
        }
        let protections = [kept.store.protected, other.store.protected];
        next.protected = match protections.contains(&Some(Protection::Protected)) {
            true => Some(Protection::Protected),
            false => protections[0].or(protections[1]),
        };
        next.revision = after(self.ours.store.revision.max(self.theirs.store.revision));
        kept.keys.seal(&mut next);
        Ok(next)
    }
}

impl<'a> Sides<'a> {
    /// What is told beside a value, of which each side may have changed it alone; where both did, what `from` says.
    fn told<T: PartialEq>(&self, from: Verified<'a>, of: impl Fn(&'a Store) -> Option<T>) -> Option<T> {
        let (ours, theirs) = (of(self.ours.store), of(self.theirs.store));
        match self.base {
            Base::Known(base) if of(base.store) == ours => theirs,
            Base::Known(base) if of(base.store) == theirs => ours,
            Base::Known(_) | Base::Nothing | Base::Unknown => of(from.store),
        }
    }
}

/// Who could read the value that is taken and is no reader any more: what its own side says, what the other one says of the
/// same value, and, of a value that was written under a key that is gone, every reader that went with it.
fn seen_by(name: &VariableName, from: Verified<'_>, kept: Verified<'_>, other: Verified<'_>) -> Option<String> {
    let said = |store: Verified<'_>| {
        let found = store.store.stale.iter().find(|(stale, _)| stale == name);
        found.map(|(_, who)| who.clone())
    };
    if from.keys.fingerprint != kept.keys.fingerprint {
        let left = from.store.recipients.iter().filter(|reader| !kept.store.recipients.contains(reader));
        let left: Vec<&str> = left.map(|reader| reader.name.as_str()).collect();
        return if left.is_empty() { said(from) } else { Some(left.join(" ")) };
    }
    let same = || matches!((from.value(name), other.value(name)), (Ok(one), Ok(two)) if one == two);
    said(from).or_else(|| said(other).filter(|_| same()))
}

impl Plan {
    /// The names that both sides claim.
    pub fn claimed(&self) -> impl Iterator<Item = &VariableName> {
        self.secrets.iter().filter(|(_, fate)| *fate == Fate::Both).map(|(name, _)| name)
    }

    /// The names that a side alone changed.
    pub fn taken_from(&self, side: Side) -> impl Iterator<Item = &VariableName> {
        self.secrets.iter().filter(move |(_, fate)| *fate == Fate::Of(side)).map(|(name, _)| name)
    }

    /// Gives a name to one side.
    pub fn give(&mut self, name: &VariableName, side: Side) {
        for (known, fate) in &mut self.secrets {
            if known == name {
                *fate = Fate::Of(side);
            }
        }
    }

    /// The readers of a merge under one key, or the name of the first of whom it cannot be told which key they have.
    ///
    /// # Errors
    /// That name.
    pub fn readers(&self, sides: &Sides<'_>) -> Result<Vec<Recipient>, RecipientName> {
        let mut all: Vec<Recipient> = Vec::new();
        for (reader, fate) in &self.recipients {
            let side = match fate {
                Fate::Same => Side::Ours,
                Fate::Of(side) => *side,
                Fate::Both => return Err(reader.name.clone()),
            };
            if !sides.of(side).store.recipients.contains(reader) {
                continue;
            }
            if all.last().is_some_and(|last| last.name == reader.name) {
                return Err(reader.name.clone());
            }
            all.push(reader.clone());
        }
        Ok(all)
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
