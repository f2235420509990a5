//! What a line is read against: the project's files as the line will have changed them, the process's variables, and what was
//! noted on the way. It follows no command.

use std::path::Path;

use super::notes::{Notes, Wrote};
use super::{Sure, Word};
use crate::domain::config::name::VariableName;
use crate::domain::guard::project::{Content, Files};
use crate::domain::guard::scope::Scope;

/// What a line is read against.
pub struct Reader<'a> {
    pub files: &'a dyn Files,
    /// The process's own environment.
    pub process: &'a dyn Fn(&str) -> Option<String>,
    pub database_variables: &'a [VariableName],
    pub cwd: &'a Path,
    /// The root of the configuration, and where it says that Prisma's files are.
    pub root: &'a Path,
    pub prisma_directory: Option<&'a Path>,
    pub notes: Notes,
}

impl<'a> Reader<'a> {
    /// The surroundings in which the line begins.
    pub fn scope(&self) -> Scope<'a> {
        Scope::new(self.cwd.to_owned(), self.process)
    }

    /// What a word names: a file, or what the line pipes. `None` where it cannot be known.
    pub fn file(&self, word: &Word, scope: &Scope<'_>) -> Option<String> {
        match (scope.piped(&word.text), word.sure) {
            (Some(piped), _) => piped,
            (None, Sure::No) => None,
            (None, Sure::Yes) => self.read(&scope.path(&word.text)).text(),
        }
    }
}

/// The project's files as the line will have changed them.
impl Files for Reader<'_> {
    fn read(&self, path: &Path) -> Content {
        let now = self.notes.held(path, || self.files.read(path));
        match (self.notes.written(path), now) {
            // What is there may be run before it is replaced, so both are read.
            (Some(Wrote::Whole(text)), Content::Text(now)) if now != text => Content::Text(format!("{now}\n{text}")),
            (Some(Wrote::Behind(text)), Content::Text(now)) => Content::Text(now + &text),
            (Some(Wrote::Extended(text)), Content::Text(_) | Content::Missing) => Content::Text(text),
            (Some(Wrote::Whole(text) | Wrote::Behind(text)), Content::Text(_) | Content::Missing) => {
                Content::Text(text)
            }
            (Some(_) | None, now) => now,
        }
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        self.files.names(directory)
    }

    fn first_line(&self, path: &Path) -> Option<String> {
        match self.notes.written(path) {
            Some(_) => self.read(path).text().map(|text| text.lines().next().unwrap_or_default().to_owned()),
            None => self.files.first_line(path),
        }
    }
}
