//! What one shell's hook remembers between two loads, as one line of text, and what follows from it for the shell's
//! variables. Pure. It never holds a value: a keyed hash tells whether a variable is still what was set.

mod line;

use std::collections::BTreeSet;
use std::hash::Hasher;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use siphasher::sip::SipHasher24;

use super::ambient::Environ;
use super::diff::EnvDiff;
use super::given::{self, Ends, Given};
use super::grant::GrantName;
use super::layers;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::refused;
use crate::domain::config::vars::Vars;
use crate::domain::config::{Access, Config};
use crate::domain::text::clock::{End, Now};
use crate::domain::text::duration::Duration;
use crate::domain::text::secret::Secret;
use crate::error::Failure;

/// Sixteen random bytes, made once a shell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key(pub [u8; 16]);

impl Key {
    pub fn hash(&self, bytes: &[u8]) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        hasher.write(bytes);
        hasher.finish()
    }
}

/// Whose a variable of the loaded environment is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mark {
    /// As it was set: the hash of that value.
    Ours(u64),
    /// Set by a shell around this one, or by this one before it lost its memory: the value is not known.
    Inherited,
    /// The person gave it another value, which it keeps as long as this environment is loaded.
    Theirs,
}

/// A selection that the person made for one repository in this shell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Selection {
    pub root: PathBuf,
    pub environment: EnvironmentName,
    pub until: Option<Until>,
    /// The name of the write access that came with it, or was claimed. Whether it holds stands elsewhere.
    pub grant: Option<GrantName>,
}

/// When a selection ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Until {
    pub end: End,
    /// How many seconds it was given, where that is known.
    pub granted: Option<u64>,
}

/// A repository's root and the environment that is loaded there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    pub root: PathBuf,
    pub environment: EnvironmentName,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    pub key: Key,
    pub place: Option<Place>,
    pub managed: Vec<(VariableName, Mark)>,
    pub selections: Vec<Selection>,
    /// The failure that was already told, as a hash of what was said and what it was said about.
    pub told: Option<u64>,
}

/// How a session came to be known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Memory {
    Whole,
    /// The first load of a shell.
    Fresh,
    /// The line is gone or damaged.
    Lost,
}

/// What the person typed after `use`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wish {
    pub environment: EnvironmentName,
    pub duration: Option<Duration>,
    pub access: Access,
}

/// The environment to load, and what there is to say about how it came to be selected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Selected {
    pub environment: EnvironmentName,
    pub until: Option<End>,
    /// As in [`Selection`].
    pub grant: Option<GrantName>,
    pub ended: Option<Ended>,
}

/// A selection that ended by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    pub environment: EnvironmentName,
    pub granted: Option<u64>,
}

/// What must happen to the shell's variables.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Originals that are no longer needed.
    pub forget: Vec<VariableName>,
    pub restore: Vec<VariableName>,
    /// New, and exported already by something else: that value is the original. In order, like the next.
    pub save: Vec<VariableName>,
    /// New, and not exported: the shell may still have it for itself.
    pub save_if_set: Vec<VariableName>,
    pub set: Vars,
    /// Found changed by the person at this load.
    pub yielded: Vec<VariableName>,
    pub managed: Vec<(VariableName, Mark)>,
}

/// What the hook's state holds before the first load of a shell.
pub const NEW: &str = "new";

impl Session {
    pub fn new(key: Key) -> Self {
        Session { key, place: None, managed: Vec::new(), selections: Vec::new(), told: None }
    }

    /// The session of the shell that started this process. A shell without memory knows from its environment, which
    /// holds names only, what was set by whoever came before it.
    pub fn recall(state: Option<&str>, exported: &Environ, key: Key) -> (Self, Memory) {
        if let Some(session) = state.and_then(Session::decode) {
            return (session, Memory::Whole);
        }
        let mut session = Session::new(key);
        let names = given::names(exported).filter_map(VariableName::new);
        session.managed =
            names.filter(|name| trusted(name, exported)).map(|name| (name, Mark::Inherited)).take(4096).collect();
        session.managed.sort_by(|a, b| a.0.cmp(&b.0));
        session.managed.dedup_by(|a, b| a.0 == b.0);
        if let Some(Given { root: Some(root), environment, ends, grant }) = Given::read(exported) {
            session.place = Some(Place { root: root.clone(), environment: environment.clone() });
            let until = ends.end().map(|end| Until { end, granted: None });
            if ends != Ends::Unreadable {
                session.selections.push(Selection { root, environment, until, grant });
            }
        }
        (session, if state == Some(NEW) { Memory::Fresh } else { Memory::Lost })
    }

    /// The environment that this shell has selected at `root`, after `wish` where there is one. A selection that is
    /// over, that the configuration no longer knows, or that holds a protected environment without an end is dropped.
    /// The error lists the environments there are.
    ///
    /// # Errors
    /// A wish for a name that the configuration does not know.
    pub fn select(
        &mut self,
        root: &Path,
        config: &Config,
        wish: Option<&Wish>,
        now: Now,
    ) -> Result<Selected, Box<Failure>> {
        let mut ended = None;
        match wish {
            Some(wish) => {
                let Some(environment) = config.environment(&wish.environment) else {
                    let known: Vec<&str> = config.environments.iter().map(|e| e.name.as_str()).collect();
                    let sentence = format!("there is no environment `{}`", wish.environment);
                    return Err(Box::new(Failure::new(sentence).hint(format!("one of {}", known.join(", ")))));
                };
                self.selections.retain(|selection| selection.root != root);
                // Write access to what is read-only ends as well, whatever it is.
                let lifts = wish.access == Access::ReadWrite && environment.access == Access::ReadOnly;
                let granted = match (wish.duration, environment.is_protected() || lifts) {
                    (Some(duration), _) => Some(duration),
                    (None, true) => Some(Duration::PROTECTED_SELECTION),
                    (None, false) => None,
                };
                if wish.environment != config.default || granted.is_some() {
                    let until = granted.map(|granted| Until {
                        end: End::after(now, granted.seconds()),
                        granted: Some(granted.seconds()),
                    });
                    let environment = wish.environment.clone();
                    self.selections.push(Selection { root: root.to_owned(), environment, until, grant: None });
                }
            }
            None => {
                if let Some(at) = self.selections.iter().position(|selection| selection.root == root) {
                    let selection = &self.selections[at];
                    let over = selection.until.is_some_and(|until| until.end.is_over(now));
                    let known = config.environment(&selection.environment);
                    if over {
                        let Selection { environment, until, .. } = self.selections.remove(at);
                        ended = Some(Ended { environment, granted: until.and_then(|until| until.granted) });
                    } else if known.is_none_or(|e| e.is_protected() && selection.until.is_none()) {
                        self.selections.remove(at);
                    }
                }
            }
        }
        let selection = self.selections.iter().find(|selection| selection.root == root);
        let environment = selection.map_or(&config.default, |selection| &selection.environment).clone();
        let grant = selection.and_then(|selection| selection.grant.clone());
        Ok(Selected { until: selection.and_then(|s| s.until).map(|until| until.end), environment, grant, ended })
    }

    /// Notes by which name the write access of the selection at `root` is found, or that there is none.
    pub fn note_grant(&mut self, root: &Path, grant: Option<GrantName>) {
        if let Some(selection) = self.selections.iter_mut().find(|selection| selection.root == root) {
            selection.grant = grant;
        }
    }

    /// What turns the shell's variables into those of `place`: `vars`, or none outside. `exported` is what the shell
    /// exports now; `assigned` are variables that stand in front of the command of this very line (`A=b npx …`), which
    /// are left alone and looked at again at the next load.
    pub fn plan(
        &self,
        memory: Memory,
        place: Option<&Place>,
        vars: &Vars,
        exported: &Environ,
        assigned: &[VariableName],
    ) -> Plan {
        let same_place = self.place.as_ref() == place;
        let nothing_known = memory == Memory::Lost && self.managed.is_empty();
        let value = |name: &VariableName| exported.get(name.as_str()).map(|value| Secret::new(value.as_bytes()));
        let mut plan = Plan::default();
        let mut held: Vec<(VariableName, Secret)> = Vec::new();
        let mut wanted: Vec<(VariableName, Secret)> = Vec::new();
        for (name, mark) in &self.managed {
            if assigned.contains(name) {
                plan.managed.push((name.clone(), *mark));
                continue;
            }
            let now = value(name);
            let yielded = match mark {
                Mark::Ours(hash) => now.as_ref().is_none_or(|now| self.key.hash(now.expose()) != *hash),
                Mark::Inherited | Mark::Theirs => false,
            };
            if yielded {
                plan.forget.push(name.clone());
                plan.yielded.push(name.clone());
            }
            match (yielded || *mark == Mark::Theirs, vars.get(name)) {
                (true, Some(_)) if same_place => plan.managed.push((name.clone(), Mark::Theirs)),
                (true, Some(_) | None) => {}
                (false, None) => plan.restore.push(name.clone()),
                (false, Some(new)) => {
                    plan.managed.push((name.clone(), Mark::Ours(self.key.hash(new.expose()))));
                    wanted.push((name.clone(), new.clone()));
                    held.extend(now.map(|now| (name.clone(), now)));
                }
            }
        }
        let known: BTreeSet<VariableName> = plan.managed.iter().map(|(name, _)| name.clone()).collect();
        for (name, new) in vars.iter() {
            if assigned.contains(name) || known.contains(name) {
                continue;
            }
            match value(name) {
                Some(now) => {
                    if !nothing_known {
                        plan.save.push(name.clone());
                    }
                    held.push((name.clone(), now));
                }
                None => plan.save_if_set.push(name.clone()),
            }
            plan.managed.push((name.clone(), Mark::Ours(self.key.hash(new.expose()))));
            wanted.push((name.clone(), new.clone()));
        }
        plan.managed.sort_by(|a, b| a.0.cmp(&b.0));
        plan.set = EnvDiff::between(&Vars::new(held), &Vars::new(wanted)).set();
        plan
    }
}

/// Whether a name may be touched although nothing but an exported variable says that it was set here.
fn trusted(name: &VariableName, exported: &Environ) -> bool {
    if layers::is_one(name) { layers::holds_ours(name, exported) } else { refused::refusal(name, &[]).is_none() }
}

impl Plan {
    /// The names that hold what was set, in order.
    pub fn ours(&self) -> impl Iterator<Item = &VariableName> {
        self.managed.iter().filter(|(_, mark)| *mark != Mark::Theirs).map(|(name, _)| name)
    }

    /// Where the plan takes the guard's layers out: what stands beside them is kept, also in a shell that has not saved it,
    /// because another one around it did.
    pub fn keep_beside_layers(&mut self, exported: &Environ) {
        let managed = |name: &VariableName| self.managed.iter().any(|(known, _)| known == name);
        let kept: Vec<(VariableName, Secret)> =
            layers::beside_ours(exported).into_iter().filter(|(name, _)| !managed(name)).collect();
        if kept.is_empty() {
            return;
        }
        for (name, _) in &kept {
            self.restore.retain(|known| known != name);
            self.forget.retain(|known| known != name);
            self.forget.push(name.clone());
        }
        self.forget.sort();
        let set = self.set.iter().map(|(name, value)| (name.clone(), value.clone()));
        self.set = Vars::new(set.chain(kept).collect::<Vec<_>>());
    }

    /// Whether a variable of the shell changes.
    pub fn changes(&self) -> bool {
        !self.set.is_empty() || !self.restore.is_empty()
    }
}

#[cfg(test)]
#[path = "carried_tests.rs"]
mod tests;
