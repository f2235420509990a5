//! The repository that a command was started in, as the work tree and git have it: where its migrations are, and how each
//! stands. It asks no database and changes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::promotion::base::Texts;
use crate::domain::promotion::ledger::{self, Cell, Column, InGit, Known, Ledger};
use crate::domain::promotion::migration::Migration;
use crate::domain::promotion::place::{self, Place};
use crate::domain::session::ambient::Ambient;
use crate::edge::git::{Blobs, Git};
use crate::edge::migrations;
use crate::edge::project::Disk;
use crate::error::{Failure, Result};

/// The repository that a command was started in.
pub struct Tree {
    pub cwd: PathBuf,
    /// The directory of `.nexusenv`, else the top of git's work tree, else the current directory.
    pub root: PathBuf,
    pub git: Option<Git>,
}

impl Tree {
    /// `root` is the directory of `.nexusenv`, where there is one.
    ///
    /// # Errors
    /// Where the current directory is gone.
    pub fn around(ambient: &Ambient, root: Option<&Path>) -> Result<Tree> {
        let cwd = ambient.cwd.clone().ok_or_else(|| Failure::new("the current directory is gone").hint("cd .."))?;
        let git = Git::around(&cwd);
        let top = git.as_ref().map(|git| git.top.clone());
        let root = root.map(Path::to_owned).or(top).unwrap_or_else(|| cwd.clone());
        Ok(Tree { cwd, root, git })
    }

    /// Where migrations are kept.
    ///
    /// # Errors
    /// Where there are none.
    pub fn places(&self, declared: Option<&Path>) -> Result<Vec<Place>> {
        let locks = match (&self.git, declared) {
            (Some(git), None) => git.locks(),
            (Some(_) | None, _) => Vec::new(),
        };
        let found = place::places(&Disk, &self.root, &self.cwd, declared, &locks);
        match (found.is_empty(), declared) {
            (false, _) => Ok(found),
            (true, Some(declared)) => {
                Err(Failure::new(format!("there are no Prisma migrations in `{}`", declared.display()))
                    .hint("directory under [prisma] in .nexusenv says where schema.prisma and migrations/ are")
                    .into())
            }
            (true, None) => Err(Failure::new("there are no Prisma migrations here")
                .hint("npx prisma migrate dev --name first makes one; directory under [prisma] in .nexusenv says where they are")
                .into()),
        }
    }

    /// A path as it is shown and as git names it: from the top of the work tree.
    pub fn shown(&self, path: &Path) -> String {
        let top = self.git.as_ref().map_or(&self.root, |git| &git.top);
        path.strip_prefix(top).unwrap_or(path).display().to_string()
    }

    /// A path as it is typed in the current directory, where it is at or below it; else the whole path.
    pub fn here(&self, path: &Path) -> String {
        path.strip_prefix(&self.cwd).unwrap_or(path).display().to_string()
    }

    /// What the work tree and git have of a place.
    ///
    /// # Errors
    /// Where a file of it cannot be read.
    pub fn stock(&self, place: &Place) -> Result<Stock> {
        let (migrations, hollow) = migrations::read(&place.migrations)?;
        let git = in_git(self, place, &migrations)?;
        Ok(Stock { migrations, hollow, git })
    }
}

/// What the work tree and git have of a place.
pub struct Stock {
    pub migrations: Vec<Migration>,
    /// Folders without a `migration.sql`.
    pub hollow: Vec<String>,
    pub git: BTreeMap<String, InGit>,
}

impl Stock {
    /// With what the environments have. Git's log is read only where a database has what no file is left of.
    pub fn ledger(&self, tree: &Tree, place: &Place, columns: Vec<Column>) -> Ledger {
        let none = BTreeMap::new();
        let known = Known { migrations: &self.migrations, git: &self.git, squashed: &none };
        let ledger = Ledger::of(&known, columns);
        let orphan = |cell: &Cell| matches!(cell, Cell::Orphan { .. });
        let Some(git) = tree.git.as_ref().filter(|_| ledger.lines.iter().any(|line| line.cells.iter().any(orphan)))
        else {
            return ledger;
        };
        let squashed = ledger::squashed(&git.comings_and_goings(&place.migrations), &tree.shown(&place.migrations));
        Ledger::of(&Known { squashed: &squashed, ..known }, ledger.columns)
    }
}

/// How each migration of a place stands in git.
fn in_git(tree: &Tree, place: &Place, migrations: &[Migration]) -> Result<BTreeMap<String, InGit>> {
    let Some(git) = &tree.git else {
        return Ok(migrations.iter().map(|one| (one.name.clone(), InGit::Unknown)).collect());
    };
    let folder = tree.shown(&place.migrations);
    let committed = match git.commit("HEAD") {
        Some(head) => texts(git.tree(&head, &place.migrations)?, &folder),
        None => BTreeMap::new(),
    };
    let files: Vec<_> = migrations.iter().map(|one| place.migrations.join(&one.name).join("migration.sql")).collect();
    let ids = git.ids(&files)?;
    let fresh = migrations.iter().any(|one| !committed.contains_key(&one.name));
    let staged = if fresh { texts(git.index(&place.migrations), &folder) } else { BTreeMap::new() };
    let mut found: BTreeMap<String, InGit> = migrations
        .iter()
        .zip(ids)
        .map(|(one, id)| {
            let standing = match committed.get(&one.name) {
                Some(text) if *text == id => InGit::Committed,
                Some(_) => InGit::Modified,
                None if staged.contains_key(&one.name) => InGit::Staged,
                None => InGit::Untracked,
            };
            (one.name.clone(), standing)
        })
        .collect();
    for name in committed.into_keys() {
        found.entry(name).or_insert(InGit::Deleted);
    }
    Ok(found)
}

/// The migrations of a commit or of the index: their names and the ids of their texts.
pub fn texts(blobs: Blobs, folder: &str) -> Texts {
    let name = |path: &str| {
        let inside = Path::new(path).strip_prefix(folder).ok()?.to_str()?;
        inside.strip_suffix("/migration.sql").filter(|name| !name.contains('/')).map(str::to_owned)
    };
    blobs.into_iter().filter_map(|(path, id)| Some((name(&path)?, id))).collect()
}
