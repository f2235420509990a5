//! Whether git merges stores by name in this clone, and shows names in a diff: a line in `.gitattributes`, which the team
//! shares, and the settings of this clone.

use std::path::Path;

use crate::domain::config::template;
use crate::edge::git::Git;
use crate::edge::repo;

/// What this clone calls the two.
pub const SETTINGS: [(&str, &str); 3] = [
    ("merge.nexus-env.name", "secrets, merged by name"),
    ("merge.nexus-env.driver", "nexus-env __merge %O %A %B %P"),
    ("diff.nexus-env.textconv", "nexus-env __names"),
];

/// Whether this clone has all of them.
pub fn is_set(git: &Git) -> bool {
    SETTINGS.iter().all(|(name, value)| git.setting(name).as_deref() == Some(*value))
}

/// Whether the team's `.gitattributes` ask for it, and this clone does not have it.
pub fn is_missing(root: &Path) -> bool {
    let asked = || repo::content(&root.join(".gitattributes")).ok().flatten();
    asked().is_some_and(|text| template::attributed(&text).is_none())
        && Git::around(root).is_some_and(|git| !is_set(&git))
}
