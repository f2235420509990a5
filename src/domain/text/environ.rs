//! The variables of a process as it was given them: bytes, never looked up anew. Pure data.

use std::ffi::{OsStr, OsString};

/// The process environment as bytes, sorted by name. A name without `=` or not UTF-8 is kept, never shown.
#[derive(Clone, Debug, Default)]
pub struct Environ(Vec<(OsString, OsString)>);

impl Environ {
    pub fn new(mut pairs: Vec<(OsString, OsString)>) -> Self {
        pairs.sort();
        pairs.dedup_by(|later, earlier| later.0 == earlier.0);
        Environ(pairs)
    }

    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.binary_search_by(|(n, _)| n.as_os_str().cmp(OsStr::new(name))).ok().map(|at| self.0[at].1.as_os_str())
    }

    /// The same with one variable set.
    pub fn with(&self, name: &str, value: impl Into<OsString>) -> Self {
        let mut pairs: Vec<_> = self.0.iter().filter(|(known, _)| known != name).cloned().collect();
        pairs.push((name.into(), value.into()));
        Environ::new(pairs)
    }

    /// The value where it is UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}
