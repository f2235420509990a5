//! Git × environments: each migration that the work tree, git or a database knows, and how it stands in each of them.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{By, Half, History, Record};
use super::migration::Migration;
use crate::domain::config::name::EnvironmentName;

/// How the text of a migration stands in git.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InGit {
    Committed,
    Modified,
    /// In the index, in no commit.
    Staged,
    Untracked,
    /// In the last commit, gone from the work tree.
    Deleted,
    /// Neither here nor there: a database alone knows it.
    Missing,
    /// There is no git around it.
    Unknown,
}

impl InGit {
    pub fn word(self) -> &'static str {
        match self {
            InGit::Committed => "committed",
            InGit::Modified => "modified",
            InGit::Staged => "staged",
            InGit::Untracked => "untracked",
            InGit::Deleted => "deleted",
            InGit::Missing => "missing",
            InGit::Unknown => "no git",
        }
    }
}

/// What was seen of an environment's database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    History(History),
    /// It has no `_prisma_migrations`, and this many tables of others'.
    NoHistory {
        tables: u64,
    },
    /// It could not be looked at, or is not the one it should be.
    Unseen {
        why: String,
        hint: Option<String>,
    },
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Column {
    pub environment: EnvironmentName,
    pub seen: Seen,
}

/// How one migration stands in one environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cell {
    Applied {
        at: i64,
    },
    /// Marked by `migrate resolve --applied`, never run there by Prisma.
    ByHand {
        at: i64,
    },
    /// Applied with another text than the file has now.
    Edited {
        at: i64,
    },
    Pending,
    /// It failed, was rolled back, and will be applied again.
    RolledBack {
        at: i64,
    },
    Failed {
        at: i64,
        logs: Option<String>,
        half: Half,
    },
    /// Applied here, and its file is gone.
    Orphan {
        at: i64,
    },
    /// Applied here, and its content is in this migration now.
    Squashed {
        at: i64,
        into: String,
    },
    /// The content is there by the migrations that this one takes the place of; it only has to be marked.
    Unmarked,
    /// It is not there, and nothing says that it should be.
    Nothing,
    Unknown,
}

impl Cell {
    /// One word for `--json`.
    pub fn word(&self) -> &'static str {
        match self {
            Cell::Applied { .. } => "applied",
            Cell::ByHand { .. } => "marked",
            Cell::Edited { .. } => "edited",
            Cell::Pending => "pending",
            Cell::RolledBack { .. } => "rolled-back",
            Cell::Failed { .. } => "failed",
            Cell::Orphan { .. } => "orphan",
            Cell::Squashed { .. } => "squashed",
            Cell::Unmarked => "unmarked",
            Cell::Nothing => "nothing",
            Cell::Unknown => "unknown",
        }
    }

    /// Epoch seconds of what happened.
    pub fn at(&self) -> Option<i64> {
        match self {
            Cell::Applied { at }
            | Cell::ByHand { at }
            | Cell::Edited { at }
            | Cell::RolledBack { at }
            | Cell::Failed { at, .. }
            | Cell::Orphan { at }
            | Cell::Squashed { at, .. } => Some(*at),
            Cell::Pending | Cell::Unmarked | Cell::Nothing | Cell::Unknown => None,
        }
    }

    /// Whether `migrate deploy` would apply it.
    pub fn is_pending(&self) -> bool {
        matches!(self, Cell::Pending | Cell::RolledBack { .. } | Cell::Unmarked)
    }

    /// Whether its content is there.
    pub fn is_there(&self) -> bool {
        matches!(self, Cell::Applied { .. } | Cell::ByHand { .. })
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    pub name: String,
    pub git: InGit,
    /// In the order of the ledger's columns.
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ledger {
    pub columns: Vec<Column>,
    /// In Prisma's order, which is that of the names.
    pub lines: Vec<Line>,
}

/// What stands in the work tree and in git.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub migrations: &'a [Migration],
    /// How each name stands; names that are not here are missing.
    pub git: &'a BTreeMap<String, InGit>,
    /// Each migration that a commit took away while it added another: the old name, and the new one.
    pub squashed: &'a BTreeMap<String, String>,
}

impl Ledger {
    pub fn of(known: &Known<'_>, columns: Vec<Column>) -> Ledger {
        let mut names: BTreeSet<&str> = known.migrations.iter().map(|one| one.name.as_str()).collect();
        names.extend(known.git.keys().map(String::as_str));
        for column in &columns {
            if let Seen::History(history) = &column.seen {
                names.extend(history.iter().map(|(name, _)| name));
            }
        }
        let lines = names.into_iter().map(|name| {
            let migration = known.migrations.iter().find(|one| one.name == name);
            let cells = columns.iter().map(|column| cell(known, name, migration, &column.seen)).collect();
            let git = known.git.get(name).copied().unwrap_or(InGit::Missing);
            Line { name: name.to_owned(), git, cells }
        });
        let lines =
            lines.filter(|line| line.git != InGit::Missing || line.cells.iter().any(|cell| *cell != Cell::Nothing));
        Ledger { lines: lines.collect(), columns }
    }

    pub fn position(&self, environment: &EnvironmentName) -> Option<usize> {
        self.columns.iter().position(|column| column.environment == *environment)
    }

    /// How often this environment has what it should have.
    pub fn applied(&self, at: usize) -> usize {
        self.lines.iter().filter(|line| line.cells[at].is_there()).count()
    }
}

fn cell(known: &Known<'_>, name: &str, migration: Option<&Migration>, seen: &Seen) -> Cell {
    let history = match seen {
        Seen::Unseen { .. } => return Cell::Unknown,
        Seen::NoHistory { .. } => &History::default(),
        Seen::History(history) => history,
    };
    match (history.get(name), migration) {
        (Some(Record::Unfinished { at, logs }), _) => {
            Cell::Failed { at: *at, logs: logs.clone(), half: history.half(migration) }
        }
        (Some(Record::RolledBack { at }), Some(_)) => Cell::RolledBack { at: *at },
        (Some(Record::RolledBack { .. }) | None, None) => Cell::Nothing,
        (Some(Record::Applied { at, checksum, .. }), Some(migration)) if !migration.fits(checksum) => {
            Cell::Edited { at: *at }
        }
        (Some(Record::Applied { at, by: By::Prisma, .. }), Some(_)) => Cell::Applied { at: *at },
        (Some(Record::Applied { at, by: By::Hand, .. }), Some(_)) => Cell::ByHand { at: *at },
        (Some(Record::Applied { at, .. }), None) => match known.squashed.get(name) {
            Some(into) if known.migrations.iter().any(|one| one.name == *into) => {
                Cell::Squashed { at: *at, into: into.clone() }
            }
            Some(_) | None => Cell::Orphan { at: *at },
        },
        (None, Some(_)) => {
            let old = known.squashed.iter().filter(|(_, into)| *into == name).map(|(old, _)| old);
            let there = old.clone().any(|old| matches!(history.get(old), Some(Record::Applied { .. })));
            if there { Cell::Unmarked } else { Cell::Pending }
        }
    }
}

/// Which migrations were taken away by a commit that added another one, from `git log --name-status` with a NUL in front of
/// each commit: the team squashed them. `folder` is the folder of migrations as git names it.
pub fn squashed(log: &str, folder: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for commit in log.split('\0') {
        let (mut added, mut deleted) = (Vec::new(), Vec::new());
        for line in commit.lines() {
            let Some((kind, path)) = line.split_once('\t') else { continue };
            let name = path
                .strip_prefix(folder)
                .and_then(|path| path.strip_prefix('/'))
                .and_then(|path| path.strip_suffix("/migration.sql"))
                .filter(|name| !name.contains('/'));
            match (kind, name) {
                ("A", Some(name)) => added.push(name),
                ("D", Some(name)) => deleted.push(name),
                _ => {}
            }
        }
        if let [one] = added.as_slice() {
            for name in deleted {
                found.entry(name.to_owned()).or_insert_with(|| (*one).to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::history::Row;
    use super::*;
    use crate::domain::sample;
    use sha2::{Digest, Sha256};

    fn row(name: &str, text: &str) -> Row {
        let checksum = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Row { name: name.to_owned(), checksum, started: 1, finished: Some(2), steps: 1, ..Row::default() }
    }

    /// Files are `name=text`; a row is one too.
    #[track_caller]
    fn check(files: &str, rows: &[Row], squashed: &[(&str, &str)], expected: &str) {
        let migrations: Vec<Migration> =
            files.split_whitespace().filter_map(|f| f.split_once('=')).map(|(n, t)| Migration::new(n, t)).collect();
        let git = migrations.iter().map(|one| (one.name.clone(), InGit::Committed)).collect();
        let squashed = squashed.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let known = Known { migrations: &migrations, git: &git, squashed: &squashed };
        let seen = Seen::History(History::of(rows));
        let ledger = Ledger::of(&known, vec![Column { environment: sample::name("dev"), seen }]);
        let shown: Vec<String> =
            ledger.lines.iter().map(|line| format!("{} {}", line.name, line.cells[0].word())).collect();
        assert_eq!(shown.join(", "), expected);
    }

    #[test]
    fn a_file_and_a_row_are_held_against_each_other() {
        check("a=1 b=2", &[row("a", "1")], &[], "a applied, b pending");
        check("a=1", &[row("a", "9")], &[], "a edited");
        check("", &[row("a", "1")], &[], "a orphan");
        check("a=1", &[Row { steps: 0, ..row("a", "1") }], &[], "a marked");
        check("a=1", &[Row { finished: None, ..row("a", "1") }], &[], "a failed");
        check("a=1", &[Row { rolled_back: Some(3), finished: None, ..row("a", "1") }], &[], "a rolled-back");
        check("", &[Row { rolled_back: Some(3), finished: None, ..row("a", "1") }], &[], "");
        check("a=1", &[Row { rolled_back: Some(3), ..row("a", "9") }, row("a", "1")], &[], "a applied");
    }

    #[test]
    fn a_squashed_history_is_no_orphan() {
        let squash = [("a", "z"), ("b", "z")];
        let (a, b) = (row("a", "1"), row("b", "2"));
        check("z=3", &[a.clone(), b.clone()], &squash, "a squashed, b squashed, z unmarked");
        check("z=3", &[a.clone(), b, Row { steps: 0, ..row("z", "3") }], &squash, "a squashed, b squashed, z marked");
        check("z=3", &[], &squash, "z pending");
        check("y=3", &[a], &squash, "a orphan, y pending");
    }

    #[test]
    fn a_squash_is_a_commit_that_adds_one_and_takes_others_away() {
        let log = "\0abc\n\nA\tp/m/z/migration.sql\nD\tp/m/a/migration.sql\nD\tp/m/b/migration.sql\nD\tother/m/c/migration.sql\n\
                   \0def\n\nA\tp/m/b/migration.sql\n\0fed\n\nD\tp/m/q/migration.sql\n";
        let expected = [("a", "z"), ("b", "z")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(squashed(log, "p/m"), expected.into());
    }
}
