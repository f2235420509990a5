//! Which names of variables a repository may set. Some make a shell, the loader, an interpreter or a tool run or read
//! something else, and some move our own files; who clones a repository has not asked for either. The names themselves
//! are `table`'s; that a refusal holds is for whoever takes a name from a repository to see to.

mod filter;
mod table;

use super::marker;
use super::name::VariableName;
pub use table::Row;
use table::{ORDINARY, OURS, REFUSED, UNUSUAL};

/// What is to be said about a name.
#[derive(Clone, Copy, Debug)]
pub enum Standing {
    Ordinary,
    /// It may be set, and `allow` marks it.
    Unusual(&'static Row),
    Refused(Refusal),
}

/// Why a name may not come from a repository.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    row: &'static Row,
    lifting: Lifting,
}

/// Whether the person's own `allow_names` lets a name through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Lifting {
    Possible,
    Never,
}

/// The marks by which coding agents are known, which [`agent`] keeps.
const MARKERS: &Row = &Row {
    names: "",
    patterns: "",
    what: "by it a coding agent is known",
    source: "Prisma's `ai-safety.ts`, the agents' own documentation",
};

/// What a name is for a repository, for a person whose `allow_names` are `lifted`.
pub fn judge(name: &VariableName, lifted: &[VariableName]) -> Standing {
    let text = name.as_str();
    let refused = |row, lifting| Standing::Refused(Refusal { row, lifting });
    let in_rows = |rows: &'static [Row]| rows.iter().find(|row| row.holds(text));
    if marker::is_marker(text) {
        return refused(MARKERS, Lifting::Never);
    }
    if !filter::may_hold(text) {
        return Standing::Ordinary;
    }
    if let Some(row) = in_rows(OURS) {
        return refused(row, Lifting::Never);
    }
    if in_rows(ORDINARY).is_some() {
        return Standing::Ordinary;
    }
    match (in_rows(REFUSED), in_rows(UNUSUAL)) {
        (Some(_), _) if lifted.contains(name) => Standing::Ordinary,
        (Some(row), _) => refused(row, Lifting::Possible),
        (None, Some(row)) => Standing::Unusual(row),
        (None, None) => Standing::Ordinary,
    }
}

/// Why a repository may not set this name, if it may not.
pub fn refusal(name: &VariableName, lifted: &[VariableName]) -> Option<Refusal> {
    match judge(name, lifted) {
        Standing::Refused(refusal) => Some(refusal),
        Standing::Ordinary | Standing::Unusual(_) => None,
    }
}

impl Refusal {
    /// Completes "`NAME` is refused from a repository: …".
    pub fn reason(&self) -> &'static str {
        self.row.what
    }

    /// What a person can do who wants it all the same.
    pub fn hint(&self, name: &VariableName) -> String {
        match self.lifting {
            Lifting::Possible => {
                format!("`allow_names = [\"{name}\"]` in your own config.toml lets it through for you alone")
            }
            Lifting::Never => "choose another name; no setting lifts this one".to_owned(),
        }
    }
}

impl Row {
    fn holds(&self, name: &str) -> bool {
        words(self.patterns).any(|pattern| fits(pattern, name))
            // Most rows have nothing like it, which one search over the whole text says.
            || (self.names.contains(name) && words(self.names).any(|known| known == name))
    }
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(' ').filter(|word| !word.is_empty())
}

/// A beginning or an end, in upper and lower case alike.
fn fits(pattern: &str, name: &str) -> bool {
    let part = |range: Option<&str>, fixed: &str| range.is_some_and(|part| part.eq_ignore_ascii_case(fixed));
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => part(name.len().checked_sub(end.len()).and_then(|at| name.get(at..)), end),
        (None, Some(start)) => part(name.get(..start.len()), start),
        (None, None) => name == pattern,
    }
}

#[cfg(test)]
#[path = "refused/tests.rs"]
mod tests;
