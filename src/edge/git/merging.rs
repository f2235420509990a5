//! What merging needs of git: the two sides of a file that it could not merge, its settings in this clone, and where a merge
//! stands. It writes what `init` and `resolve` were asked for, and nothing else.

use std::path::{Path, PathBuf};

use super::{Git, ask};

/// A file that git could not merge, by the ids of the texts that it has of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Conflicted {
    /// From the top of the work tree.
    pub path: PathBuf,
    pub base: Option<String>,
    pub ours: Option<String>,
    pub theirs: Option<String>,
}

impl Git {
    /// The files below a directory that the index holds more than one text of (git-ls-files(1), `--unmerged`).
    pub fn conflicted(&self, directory: &Path) -> Vec<Conflicted> {
        let below = self.inside(directory);
        let words = ["ls-files", "-z", "--unmerged", "--full-name", "--", below.as_str()];
        let text = ask(&self.top, &words, None).unwrap_or_default();
        let mut all: Vec<Conflicted> = Vec::new();
        for (about, path) in text.split('\0').filter_map(|entry| entry.split_once('\t')) {
            let mut about = about.split(' ').skip(1);
            let (Some(id), Some(stage)) = (about.next(), about.next()) else { continue };
            if all.last().is_none_or(|last| last.path != Path::new(path)) {
                all.push(Conflicted { path: PathBuf::from(path), ..Conflicted::default() });
            }
            let Some(last) = all.last_mut() else { continue };
            match stage {
                "1" => last.base = Some(id.to_owned()),
                "2" => last.ours = Some(id.to_owned()),
                _ => last.theirs = Some(id.to_owned()),
            }
        }
        all
    }

    /// The text of a blob.
    pub fn blob(&self, id: &str) -> Option<Vec<u8>> {
        ask(&self.top, &["cat-file", "blob", id], None).map(String::into_bytes)
    }

    /// The text of a file where two commits parted whose merge is the last commit that changed it, and which have these two
    /// texts of it.
    pub fn origin_of_merge(&self, file: &Path, ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
        let path = file.display().to_string();
        let parents = ask(&self.top, &["log", "-1", "--no-show-signature", "--format=%P", "--", &path], None)?;
        let (one, other) = parents.trim().split_once(' ')?;
        let has = |commit: &str| self.blob(&format!("{commit}:{path}"));
        if has(one)? != ours || has(other)? != theirs {
            return None;
        }
        has(&self.fork(one, other)?)
    }

    /// Tells git that a file is as it should be.
    pub fn stage(&self, path: &Path) -> bool {
        ask(&self.top, &["add", "--", &self.inside(path)], None).is_some()
    }

    /// Who made the commit that stands on a side of the merge, and what it is called: `1a2b3c4 ada: rotate the key`.
    pub fn described(&self, reference: &str) -> Option<String> {
        let text = ask(&self.top, &["log", "-1", "--no-show-signature", "--format=%h %an: %s", reference, "--"], None)?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The commit on the other side of what git is doing: a merge, a rebase, a cherry-pick, a revert.
    pub fn other_side(&self) -> Option<String> {
        ["MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"]
            .into_iter()
            .find(|reference| self.commit(reference).is_some())
            .map(str::to_owned)
    }

    /// One of the settings in force.
    pub fn setting(&self, name: &str) -> Option<String> {
        ask(&self.top, &["config", "--get", name], None).map(|text| text.trim_end_matches('\n').to_owned())
    }

    /// Makes a setting of this clone alone.
    pub fn set(&self, name: &str, value: &str) -> bool {
        ask(&self.top, &["config", "--local", name, value], None).is_some()
    }
}
