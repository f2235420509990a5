//! What is noted while one line is read: how much of it may still be followed, which files it reads, writes and runs, and the
//! words of commands that may make files. It decides nothing.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::domain::guard::line::{self, List};
use crate::domain::guard::project::Content;

/// Enough for whatever scripts call each other; what a text is long by comes on top.
const MANY_STEPS: u64 = 40_000;

/// The longest file that is kept, and the longest text of which the commands are, in bytes.
const SMALL: usize = 64 * 1024;
const SHORT: usize = 1024;

/// The notes of one line. They hold its words, so nothing prints them.
pub struct Notes {
    /// How many commands may still be looked at: a project's scripts can call each other without end.
    steps: Cell<u64>,
    read: RefCell<BTreeSet<PathBuf>>,
    /// Small files as they were found: a workspace's packages are asked for their scripts again and again.
    held: RefCell<BTreeMap<PathBuf, String>>,
    /// Short texts as they were taken apart: many packages of a workspace have the same script.
    taken_apart: RefCell<BTreeMap<String, Rc<Vec<List>>>>,
    /// What the line writes, and what it runs: a file that is both holds something else by then.
    written: RefCell<BTreeMap<PathBuf, Wrote>>,
    ran: RefCell<BTreeSet<PathBuf>>,
    /// What was read to its end as it will be run.
    followed: RefCell<BTreeSet<PathBuf>>,
    /// Scripts that the line runs and that are not there yet, and whether something before them brings files.
    missing: RefCell<BTreeMap<PathBuf, bool>>,
    /// Whether something ran that brings files: from an archive, or from another machine.
    brings: Cell<bool>,
    /// The words of commands that may make a file.
    said: RefCell<String>,
    /// Directories that git is told to take its hooks from.
    hooks: RefCell<BTreeSet<PathBuf>>,
}

impl Default for Notes {
    fn default() -> Self {
        Notes {
            steps: Cell::new(MANY_STEPS),
            read: RefCell::default(),
            held: RefCell::default(),
            taken_apart: RefCell::default(),
            written: RefCell::default(),
            ran: RefCell::default(),
            followed: RefCell::default(),
            missing: RefCell::default(),
            brings: Cell::new(false),
            said: RefCell::default(),
            hooks: RefCell::default(),
        }
    }
}

/// What a file holds that the line writes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wrote {
    /// This, in the place of what is there.
    Whole(String),
    /// This, behind what is there.
    Behind(String),
    /// What is there with more in it, and nothing of it gone: `package.json` with another script.
    Extended(String),
    Unknown,
}

impl Wrote {
    /// What of the line's own writing is known.
    pub fn text(&self) -> Option<&str> {
        match self {
            Wrote::Whole(text) | Wrote::Behind(text) | Wrote::Extended(text) => Some(text),
            Wrote::Unknown => None,
        }
    }
}

impl Notes {
    /// One more command of so many words; `false` where no more are looked at. Words count, since each wrapper hands on all
    /// that stand behind it.
    pub fn step(&self, words: usize) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1 + words as u64 / 32));
        left > 0
    }

    /// A text of any length may be read once.
    pub fn allow_for(&self, text: &str) {
        self.steps.set(self.steps.get().saturating_add(text.len() as u64 / 2));
    }

    /// The line writes a file. One that was run before it, or is written twice over, holds nobody here knows what.
    pub fn wrote(&self, path: PathBuf, what: Wrote) {
        let mut written = self.written.borrow_mut();
        let now = match (written.remove(&path), what) {
            (None, what) if !self.ran.borrow().contains(&path) => what,
            (Some(Wrote::Whole(before)), Wrote::Behind(more)) => Wrote::Whole(before + &more),
            (Some(Wrote::Behind(before)), Wrote::Behind(more)) => Wrote::Behind(before + &more),
            (_, _) => Wrote::Unknown,
        };
        written.insert(path, now);
    }

    /// The file of this name that the line writes into a directory of programs.
    pub fn installed(&self, name: &str) -> Option<PathBuf> {
        let is_one = |path: &&PathBuf| {
            path.file_name().is_some_and(|own| own == name) && path.parent().is_some_and(|own| own.ends_with("bin"))
        };
        self.written.borrow().keys().find(is_one).cloned()
    }

    /// What the first of these files will hold that the line itself writes, where that is known.
    pub fn first_written(&self, files: impl Iterator<Item = PathBuf>) -> Option<String> {
        let written = self.written.borrow();
        if written.is_empty() {
            return None;
        }
        files.filter_map(|path| written.get(&path)).find_map(|wrote| wrote.text().map(str::to_owned))
    }

    /// What a file of this name will hold that the line itself writes, in whichever directory.
    pub fn brought_as(&self, path: &Path) -> Option<String> {
        let written = self.written.borrow();
        let (_, wrote) = written.iter().find(|(own, _)| own.file_name() == path.file_name())?;
        wrote.text().map(str::to_owned)
    }

    /// What a file will hold of the line's own writing.
    pub fn written(&self, path: &Path) -> Option<Wrote> {
        self.written.borrow().get(path).cloned()
    }

    /// A file is run, or says what is; it need not be there yet.
    pub fn ran(&self, path: &Path) {
        self.ran.borrow_mut().insert(path.to_owned());
    }

    /// What a file holds is read as what it runs.
    pub fn followed(&self, path: &Path) {
        self.followed.borrow_mut().insert(path.to_owned());
    }

    /// git is told to take its hooks from this directory.
    pub fn has_hooks(&self, directory: &Path) {
        self.hooks.borrow_mut().insert(directory.to_owned());
    }

    /// A program runs what it finds in its own directories: git's hooks.
    pub fn ran_hooks(&self) {
        let is_hook = |path: &&PathBuf| {
            let parent = path.parent();
            parent.and_then(Path::file_name).is_some_and(|name| name == "hooks" || name == ".husky")
                || parent.is_some_and(|parent| self.hooks.borrow().contains(parent))
        };
        self.ran.borrow_mut().extend(self.written.borrow().keys().filter(is_hook).cloned());
    }

    /// A script is run that is not there.
    pub fn missed(&self, path: &Path) {
        let brought = self.brings.get();
        self.missing.borrow_mut().entry(path.to_owned()).and_modify(|before| *before |= brought).or_insert(brought);
    }

    pub fn brings(&self) -> bool {
        self.brings.get()
    }

    /// A program ran that brings files.
    pub fn brought(&self) {
        self.brings.set(true);
    }

    /// A command that may make the files that it names.
    pub fn said(&self, word: &str) {
        let mut said = self.said.borrow_mut();
        said.push('\n');
        said.push_str(word);
    }

    /// The first file that the line writes and runs, where it is not known what it writes; and the first script that is not
    /// there, where another command of the line names or brings it.
    pub fn written_and_run(&self) -> Option<PathBuf> {
        let ran = self.ran.borrow();
        let followed = self.followed.borrow();
        let unknown = |(path, what): (&PathBuf, &Wrote)| {
            let is_read = *what != Wrote::Unknown && followed.contains(path);
            (ran.contains(path) && !is_read).then(|| path.clone())
        };
        let said = self.said.borrow();
        let comes = |(path, brought): &(&PathBuf, &bool)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let apart = |byte: Option<&u8>| !byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
            let whole = |at: &usize| {
                apart(said.as_bytes().get(at.wrapping_sub(1))) && apart(said.as_bytes().get(at + name.len()))
            };
            let times = said.match_indices(name.as_ref()).filter(|(at, _)| whole(at)).count();
            **brought || !name.is_empty() && times > 1
        };
        let written = self.written.borrow();
        let missing = self.missing.borrow();
        let is_new = |(path, _): &(&PathBuf, &bool)| !written.contains_key(*path);
        let missed = || missing.iter().filter(is_new).find(comes).map(|(path, _)| path.clone());
        written.iter().find_map(unknown).or_else(missed)
    }

    /// What is in the file, which `read` brings where it was not asked for before.
    pub fn held(&self, path: &Path, read: impl FnOnce() -> Content) -> Content {
        if let Some(text) = self.held.borrow().get(path) {
            return Content::Text(text.clone());
        }
        let content = read();
        if let Content::Text(text) = &content
            && text.len() <= SMALL
        {
            self.held.borrow_mut().insert(path.to_owned(), text.clone());
        }
        content
    }

    /// A short text's commands, taken apart once; `None` for a long one, which is read a part at a time.
    pub fn taken_apart(&self, text: &str) -> Option<Rc<Vec<List>>> {
        if text.len() > SHORT {
            return None;
        }
        if let Some(known) = self.taken_apart.borrow().get(text) {
            return Some(Rc::clone(known));
        }
        let parts: Rc<Vec<List>> = Rc::new(line::parts(text).collect());
        self.taken_apart.borrow_mut().insert(text.to_owned(), Rc::clone(&parts));
        Some(parts)
    }

    /// The same for a file, however often it is met.
    pub fn allow_for_file(&self, path: &Path, text: &str) {
        if self.read.borrow_mut().insert(path.to_owned()) {
            self.allow_for(text);
        }
    }
}
