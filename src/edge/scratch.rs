//! A temporary directory that is gone when its owner is: the tour's world, and nothing outside of it.

use crate::domain::text::safe_text;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::error::Result;

#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes `PREFIX-XXXXXXXX` below `temporary`, open to this user alone.
    ///
    /// # Errors
    /// Where the directory cannot be made.
    pub fn new(temporary: &Path, prefix: &str) -> Result<Scratch> {
        let base = fs::canonicalize(temporary).context("could not find the temporary directory")?;
        let path = base.join(format!("{prefix}-{:08x}", rand::random::<u32>()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("could not make `{}`", safe_text::path(&path)))?;
        Ok(Scratch { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// # Errors
    /// Where it cannot be made.
    pub fn directory(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).with_context(|| format!("could not make `{}`", safe_text::path(&path)))?;
        Ok(path)
    }

    /// # Errors
    /// Where it cannot be written.
    pub fn file(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        self.with_parent(&path)?;
        fs::write(&path, text).with_context(|| format!("could not write `{}`", safe_text::path(&path)))?;
        Ok(path)
    }

    /// # Errors
    /// Where it cannot be written or made executable.
    pub fn program(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        self.with_parent(&path)?;
        let mut file = fs::File::options().write(true).create_new(true).mode(0o755).open(&path)?;
        file.write_all(text.as_bytes())?;
        Ok(path)
    }

    /// # Errors
    /// Where it cannot be made.
    pub fn link(&self, name: &str, target: &Path) -> Result<()> {
        let path = self.path.join(name);
        self.with_parent(&path)?;
        std::os::unix::fs::symlink(target, path).context("could not make a link")
    }

    /// A copy of a program under another name: what a process is called is what its file is called.
    ///
    /// # Errors
    /// Where the program cannot be copied.
    pub fn copy(&self, name: &str, program: &Path) -> Result<PathBuf> {
        let path = self.path.join(name);
        self.with_parent(&path)?;
        fs::copy(program, &path).with_context(|| format!("could not copy `{}`", safe_text::path(program)))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(path)
    }

    /// Whether nothing is left of it after this.
    ///
    /// # Errors
    /// Where something of it is left.
    pub fn remove(self) -> Result<()> {
        fs::remove_dir_all(&self.path).with_context(|| format!("could not remove `{}`", safe_text::path(&self.path)))
    }

    fn with_parent(&self, path: &Path) -> Result<()> {
        match path.parent() {
            Some(parent) => {
                fs::create_dir_all(parent).with_context(|| format!("could not make `{}`", safe_text::path(parent)))
            }
            None => Ok(()),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
