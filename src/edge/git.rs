//! Asks git about the files of a repository: what a commit holds, what stands in the work tree, where branches part. It
//! changes nothing but what a person asked for, runs no hook, and every question is one process.

mod merging;

mod objects;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

pub use merging::Conflicted;

use crate::error::{Failure, Result};

pub use objects::Object;

/// A repository of git, by the top of its work tree.
#[derive(Clone, Debug)]
pub struct Git {
    pub top: PathBuf,
}

/// Path from the top, and the id of the blob.
pub type Blobs = BTreeMap<String, String>;

impl Git {
    /// The one around a directory; `None` where there is none, or no git.
    pub fn around(directory: &Path) -> Option<Git> {
        let text = ask(directory, &["rev-parse", "--show-toplevel"], None)?;
        let top = PathBuf::from(text.strip_suffix('\n').unwrap_or(&text));
        Some(Git { top: top.canonicalize().unwrap_or(top) })
    }

    /// The full id of a commit.
    pub fn commit(&self, reference: &str) -> Option<String> {
        // A reference that begins with a dash would be an option.
        if reference.starts_with('-') {
            return None;
        }
        let words = ["rev-parse", "--verify", "--quiet", &format!("{reference}^{{commit}}")];
        ask(&self.top, &words, None).map(|text| text.trim().to_owned())
    }

    /// The default branch: the remote's, else a local one with a usual name.
    pub fn default_branch(&self) -> Option<String> {
        let format = "--format=%(refname:short) %(symref:short)";
        let mut words = vec!["for-each-ref", format];
        let usual = ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];
        words.extend(usual);
        words.extend(["refs/heads/main", "refs/heads/master"]);
        let text = ask(&self.top, &words, None)?;
        let known: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
        let symbolic = known.iter().find(|(_, leads)| !leads.is_empty()).map(|(_, leads)| (*leads).to_owned());
        let named = |name: &str| known.iter().any(|(known, _)| *known == name).then(|| name.to_owned());
        symbolic.or_else(|| ["origin/main", "origin/master", "main", "master"].into_iter().find_map(named))
    }

    /// Where two commits parted; `None` where the history does not go back that far.
    pub fn fork(&self, one: &str, other: &str) -> Option<String> {
        ask(&self.top, &["merge-base", one, other], None).map(|text| text.trim().to_owned())
    }

    /// The files that a commit has below a directory.
    ///
    /// # Errors
    /// Where git cannot read that commit.
    pub fn tree(&self, commit: &str, directory: &Path) -> Result<Blobs> {
        let below = self.inside(directory);
        let words = ["ls-tree", "-r", "-z", "--full-tree", commit, "--", below.as_str()];
        let text = ask(&self.top, &words, None)
            .with_context(|| format!("git could not list what {commit} has in `{below}`"))?;
        let entries = text.split('\0').filter_map(|entry| entry.split_once('\t'));
        Ok(entries.filter_map(|(mode, path)| Some((path.to_owned(), mode.rsplit(' ').next()?.to_owned()))).collect())
    }

    /// The files below a directory that are in the index.
    pub fn index(&self, directory: &Path) -> Blobs {
        let below = self.inside(directory);
        let text =
            ask(&self.top, &["ls-files", "-z", "--stage", "--full-name", "--", &below], None).unwrap_or_default();
        let entries = text.split('\0').filter_map(|entry| entry.split_once('\t'));
        entries.filter_map(|(mode, path)| Some((path.to_owned(), mode.split(' ').nth(1)?.to_owned()))).collect()
    }

    /// The ids that files of the work tree would have, after the repository's own rules for line ends. In their order.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn ids(&self, files: &[PathBuf]) -> Result<Vec<String>> {
        let list: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
        let text = ask(&self.top, &["hash-object", "--stdin-paths"], Some(list.as_bytes()))
            .context("git could not read the migrations of the work tree")?;
        let ids: Vec<String> = text.lines().map(str::to_owned).collect();
        if ids.len() == files.len() {
            Ok(ids)
        } else {
            Err(Failure::new("git did not read every migration of the work tree").into())
        }
    }

    /// Every `migration_lock.toml` that git knows or does not ignore.
    pub fn locks(&self) -> Vec<PathBuf> {
        let words = [
            "ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard", "--",
            ":(top,glob)**/migration_lock.toml",
        ];
        let text = ask(&self.top, &words, None).unwrap_or_default();
        text.split('\0').filter(|path| !path.is_empty()).map(|path| self.top.join(path)).collect()
    }

    /// What commits below a directory have added and deleted, newest first, as `log --name-status` prints it with a NUL
    /// in front of each commit's id.
    pub fn comings_and_goings(&self, directory: &Path) -> String {
        let below = self.inside(directory);
        let words = ["log", "--no-renames", "--diff-filter=AD", "--name-status", "--format=%x00%H", "--", &below];
        ask(&self.top, &words, None).unwrap_or_default()
    }

    /// A path as git names it, from the top.
    fn inside(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.top).unwrap_or(path).display().to_string();
        if inside.is_empty() { ".".to_owned() } else { inside }
    }
}

/// git in a directory, whose errors are told by its status alone.
fn command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    // Neither a lock on the index nor a program that the repository's settings name.
    command.arg("--no-optional-locks").args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]);
    command.arg("-C").arg(directory).stderr(Stdio::null()).stdout(Stdio::piped());
    command
}

/// What git prints; `None` where it fails or is not there.
fn ask(directory: &Path, words: &[&str], input: Option<&[u8]>) -> Option<String> {
    let mut command = command(directory);
    command.args(words.iter().map(OsStr::new));
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().ok()?;
    let writer = child.stdin.take().zip(input.map(<[u8]>::to_vec)).map(|(mut stdin, input)| {
        // From a thread of its own: git answers while it still reads.
        std::thread::spawn(move || drop(stdin.write_all(&input)))
    });
    let output = child.wait_with_output().ok()?;
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
