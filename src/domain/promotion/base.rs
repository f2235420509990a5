//! What a branch does to the history that its base has: migrations edited, renamed, deleted, or out of order.
//!
//! A database remembers a migration by its name and its text. What the base's tip has may be applied somewhere, so it stays
//! as it is, and what is new comes after it.

use std::collections::BTreeMap;

use super::finding::{Finding, Harm};
use super::migration;
use crate::domain::text::safe_text::typed;

/// For each migration the id of its text, as git has it.
pub type Texts = BTreeMap<String, String>;

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The tip of the base.
    pub base: &'a Texts,
    /// Where the branch left it; `None` where that is not known, as in a shallow clone.
    pub fork: Option<&'a Texts>,
    /// The work tree.
    pub ours: &'a Texts,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Difference {
    Edited(String),
    Renamed {
        from: String,
        to: String,
    },
    Deleted(String),
    /// It sorts before one that the base has already.
    OutOfOrder {
        name: String,
        newest: String,
    },
}

/// The differences, and the names of the migrations that are new here.
pub fn compare(sides: &Sides<'_>) -> (Vec<Difference>, Vec<String>) {
    let Sides { base, fork, ours } = *sides;
    let mut found = Vec::new();
    let mut renamed_to = Vec::new();
    for (name, text) in base {
        // The base's own news are not missing here, they only were not merged yet.
        let was_here = fork.is_none_or(|fork| fork.contains_key(name));
        match ours.get(name) {
            None if !was_here => {}
            None => match ours.iter().find(|(other, same)| !base.contains_key(*other) && *same == text) {
                Some((to, _)) => {
                    renamed_to.push(to.clone());
                    found.push(Difference::Renamed { from: name.clone(), to: to.clone() });
                }
                None => found.push(Difference::Deleted(name.clone())),
            },
            Some(mine) if mine != text => {
                let theirs = fork.is_some_and(|fork| fork.get(name) == Some(mine));
                if !theirs {
                    found.push(Difference::Edited(name.clone()));
                }
            }
            Some(_) => {}
        }
    }
    let new: Vec<String> = ours.keys().filter(|name| !base.contains_key(*name)).cloned().collect();
    if let Some(newest) = base.keys().next_back() {
        let early = new.iter().filter(|name| *name < newest && !renamed_to.contains(name));
        found.extend(early.map(|name| Difference::OutOfOrder { name: name.clone(), newest: newest.clone() }));
    }
    (found, new)
}

/// As a finding. `now` is the time for a new name, 14 digits; `file` is where the migration's SQL stands, or stood.
pub fn finding(difference: &Difference, file: &dyn Fn(&str) -> String, base: &str, now: &str) -> Finding {
    let (rule, name, sentence, instead) = match difference {
        Difference::Edited(name) => (
            "migration-edited",
            name,
            format!("it is on {base} in another form, and a database that applied that will never see this one"),
            format!("git checkout {} -- {}, and the change in a new migration", typed(base), typed(file(name))),
        ),
        Difference::Renamed { from, to } => (
            "migration-renamed",
            to,
            format!("{base} has it as {from}: a database that applied it will apply it again"),
            format!("git mv {} {}", typed(folder(&file(to))), typed(folder(&file(from)))),
        ),
        Difference::Deleted(name) => (
            "migration-deleted",
            name,
            format!("{base} has it, and a database that applied it cannot be made anew without it"),
            format!("git checkout {} -- {}", typed(base), typed(folder(&file(name)))),
        ),
        Difference::OutOfOrder { name, newest } => (
            "migration-out-of-order",
            name,
            format!("it sorts before {newest}, which {base} has: where that is applied, this comes too late"),
            format!(
                "git mv {} {}, and try it on a database that has {newest}",
                typed(folder(&file(name))),
                typed(folder(&file(&later(name, newest, now))))
            ),
        ),
    };
    Finding { rule, harm: Harm::History, migration: name.clone(), file: file(name), line: 1, sentence, instead }
}

fn folder(file: &str) -> &str {
    file.strip_suffix("/migration.sql").unwrap_or(file)
}

/// The same name with a time behind `newest`'s.
fn later(name: &str, newest: &str, now: &str) -> String {
    let words = match migration::time_of(name) {
        Some(time) => &name[time.len()..],
        None => return format!("{now}_{name}"),
    };
    let after = migration::time_of(newest).and_then(|time| time.parse::<u64>().ok()).map(|time| (time + 1).to_string());
    match after {
        Some(after) if after.as_str() > now => format!("{after}{words}"),
        Some(_) | None => format!("{now}{words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a=1 b=2`: names with the ids of their texts.
    fn texts(text: &str) -> Texts {
        text.split_whitespace().filter_map(|pair| pair.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect()
    }

    #[track_caller]
    fn check(base: &str, fork: Option<&str>, ours: &str, expected: &[&str]) {
        let (base, fork, ours) = (texts(base), fork.map(texts), texts(ours));
        let (found, _) = compare(&Sides { base: &base, fork: fork.as_ref(), ours: &ours });
        let found: Vec<String> = found
            .iter()
            .map(|one| match one {
                Difference::Edited(name) => format!("edited {name}"),
                Difference::Renamed { from, to } => format!("renamed {from} {to}"),
                Difference::Deleted(name) => format!("deleted {name}"),
                Difference::OutOfOrder { name, newest } => format!("{name} before {newest}"),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_the_base_has_stays_as_it_is() {
        check("a=1 b=2", Some("a=1 b=2"), "a=1 b=2 c=3", &[]);
        check("a=1 b=2", Some("a=1 b=2"), "a=9 b=2", &["edited a"]);
        check("a=1 b=2", Some("a=1 b=2"), "a=1", &["deleted b"]);
        check("a=1 b=2", Some("a=1 b=2"), "a=1 c=2", &["renamed b c"]);
        check("a=1", None, "", &["deleted a"]);
    }

    #[test]
    fn what_the_base_got_since_is_no_fault_of_the_branch() {
        check("a=1 c=3", Some("a=1"), "a=1 d=4", &[]);
        check("a=1 b=5", Some("a=1 b=2"), "a=1 b=2", &[]);
    }

    #[test]
    fn what_is_new_comes_last() {
        check("a=1 c=3", Some("a=1"), "a=1 b=2", &["b before c"]);
        check("a=1 c=3", Some("a=1 c=3"), "a=1 c=3 b=2", &["b before c"]);
    }

    #[test]
    fn a_new_name_comes_behind_the_newest() {
        assert_eq!(later("20260101000000_x", "20260301000000_y", "20260201000000"), "20260301000001_x");
        assert_eq!(later("20260101000000_x", "20260301000000_y", "20260401000000"), "20260401000000_x");
        assert_eq!(later("x", "y", "20260401000000"), "20260401000000_x");
    }
}
