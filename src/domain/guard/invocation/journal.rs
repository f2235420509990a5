//! What one reading of a line has cost so far, and which files it came by. It decides nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Enough for whatever scripts call each other; what a text is long by comes on top.
const MANY_STEPS: u64 = 40_000;

/// Kept by the reader of a line.
#[derive(Debug)]
pub struct Journal {
    /// How many commands may still be looked at: a project's scripts can call each other without end.
    steps: Cell<u64>,
    read: RefCell<BTreeSet<PathBuf>>,
    /// What the line writes, and what it runs: a file that is both holds something else by then.
    written: RefCell<BTreeSet<PathBuf>>,
    ran: RefCell<BTreeSet<PathBuf>>,
}

impl Default for Journal {
    fn default() -> Self {
        Journal {
            steps: Cell::new(MANY_STEPS),
            read: RefCell::default(),
            written: RefCell::default(),
            ran: RefCell::default(),
        }
    }
}

impl Journal {
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

    pub fn wrote(&self, path: PathBuf) {
        self.written.borrow_mut().insert(path);
    }

    /// A file is run, or says what is; it need not be there yet.
    pub fn ran(&self, path: &Path) {
        self.ran.borrow_mut().insert(path.to_owned());
    }

    /// The first file that the line writes and runs.
    pub fn written_and_run(&self) -> Option<PathBuf> {
        let ran = self.ran.borrow();
        self.written.borrow().iter().find(|path| ran.contains(*path)).cloned()
    }

    /// The same for a file, however often it is met.
    pub fn allow_for_file(&self, path: &Path, text: &str) {
        if self.read.borrow_mut().insert(path.to_owned()) {
            self.allow_for(text);
        }
    }
}
