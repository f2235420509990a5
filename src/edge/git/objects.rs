//! What git has stored, object by object: what is staged, and all that was ever committed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;

use super::{Git, command};
use crate::error::{Failure, Result};

/// One object, as it is shown.
pub struct Object<'b> {
    pub id: &'b str,
    pub kind: &'b str,
    /// Where it lies in a tree; empty for a commit.
    pub path: &'b [u8],
    pub content: &'b [u8],
}

impl Git {
    /// The files of the work tree below these paths that git knows, or does not ignore. Paths from the top.
    ///
    /// # Errors
    /// Where git does not answer.
    pub fn files(&self, below: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let words = ["ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard", "--"];
        let mut found = self.paths(&words, below).context("git could not list the files of the work tree")?;
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The files that the next commit would change, but for those that it removes: the ids of their contents, and their paths
    /// from the top.
    ///
    /// # Errors
    /// Where git does not answer.
    pub fn staged(&self, below: &[PathBuf]) -> Result<Vec<(String, PathBuf)>> {
        let words = [
            "diff", "--cached", "--raw", "--no-abbrev", "-z", "--no-renames", "--diff-filter=d", "--no-ext-diff", "--",
        ];
        let fields = self.paths(&words, below).context("git could not say what is staged")?;
        let entry = |pair: &[PathBuf]| {
            let words: Vec<&str> = pair.first()?.to_str()?.split(' ').collect();
            // A submodule's entry is a commit of another repository.
            let of_a_file = words.get(1).is_some_and(|mode| !mode.starts_with("16"));
            of_a_file.then(|| Some(((*words.get(3)?).to_owned(), pair.get(1)?.clone()))).flatten()
        };
        Ok(fields.chunks(2).filter_map(entry).collect())
    }

    fn paths(&self, words: &[&str], below: &[PathBuf]) -> Option<Vec<PathBuf>> {
        let mut command = command(&self.top);
        let below = below
            .iter()
            .map(|path| if path == &self.top { Path::new(".") } else { path.strip_prefix(&self.top).unwrap_or(path) });
        command.env("GIT_LITERAL_PATHSPECS", "1").args(words).args(below).stdin(Stdio::null());
        let output = command.output().ok().filter(|output| output.status.success())?;
        let names = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        Some(names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect())
    }

    /// Shows contents that are staged.
    ///
    /// # Errors
    /// Where git cannot read one of them.
    pub fn show_staged(&self, staged: &[(String, PathBuf)], look: &mut dyn FnMut(&Path, &[u8])) -> Result<()> {
        let wanted: String = staged.iter().map(|(id, _)| format!("{id}\n")).collect();
        let mut paths = staged.iter();
        self.show(wanted.into_bytes(), &mut |object| {
            if let Some((_, path)) = paths.next() {
                look(path, object.content);
            }
        })
    }

    /// Shows every commit, and every content that a file ever had, of all branches, tags and stashes.
    ///
    /// # Errors
    /// Where git cannot read one of them.
    pub fn show_history(&self, look: &mut dyn FnMut(&Object<'_>)) -> Result<()> {
        let mut list = command(&self.top);
        let output = list.args(["rev-list", "--all", "--objects"]).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(Failure::new("git could not list its history").into());
        }
        self.show(output.stdout, look)
    }

    /// The oldest commit that brought in a content.
    pub fn introduced(&self, id: &str) -> Option<String> {
        let text = super::ask(&self.top, &["log", "--all", "--format=%h", &format!("--find-object={id}")], None)?;
        text.lines().last().map(str::to_owned)
    }

    fn show(&self, wanted: Vec<u8>, look: &mut dyn FnMut(&Object<'_>)) -> Result<()> {
        let mut command = command(&self.top);
        command.args(["cat-file", "--buffer", "--batch=%(objectname) %(objecttype) %(objectsize) %(rest)"]);
        let mut child = command.stdin(Stdio::piped()).spawn().context("could not start git")?;
        let writer = child.stdin.take().map(|mut stdin| std::thread::spawn(move || drop(stdin.write_all(&wanted))));
        let mut out = BufReader::with_capacity(256 * 1024, child.stdout.take().context("git has no output")?);
        let (mut header, mut content) = (Vec::new(), Vec::new());
        while out.read_until(b'\n', &mut header)? > 0 {
            let mut words = header.trim_ascii_end().splitn(4, |&byte| byte == b' ');
            let mut word = || std::str::from_utf8(words.next().unwrap_or_default()).unwrap_or_default();
            let (id, kind, size) = (word(), word(), word().parse::<usize>());
            let Ok(size) = size else {
                return Err(Failure::new("git could not read one of its objects").hint("git fsck").into());
            };
            content.resize(size + 1, 0);
            out.read_exact(&mut content)?;
            look(&Object { id, kind, path: words.next().unwrap_or_default(), content: &content[..size] });
            header.clear();
        }
        if let Some(writer) = writer {
            let _ = writer.join();
        }
        match child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) | Err(_) => Err(Failure::new("git could not read its objects").hint("git fsck").into()),
        }
    }
}
