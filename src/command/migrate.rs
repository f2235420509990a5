//! `migrate`: where each migration stands, what it risks, and its way to a protected environment. Its verbs share how the
//! work tree and git are read.

pub mod check;

use std::path::{Path, PathBuf};

use crate::domain::ambient::Ambient;
use crate::domain::promotion::place::{self, Place};
use crate::edge::git::Git;
use crate::edge::project::Disk;
use crate::error::{Failure, Result};

/// The repository that a command was started in.
struct Tree {
    cwd: PathBuf,
    /// The directory of `.nexusenv`, else the top of git's work tree, else the current directory.
    root: PathBuf,
    git: Option<Git>,
}

impl Tree {
    /// `root` is the directory of `.nexusenv`, where there is one.
    fn around(ambient: &Ambient, root: Option<&Path>) -> Result<Tree> {
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
    fn places(&self, declared: Option<&Path>) -> Result<Vec<Place>> {
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
    fn shown(&self, path: &Path) -> String {
        let top = self.git.as_ref().map_or(&self.root, |git| &git.top);
        path.strip_prefix(top).unwrap_or(path).display().to_string()
    }
}
