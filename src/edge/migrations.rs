//! Reads a folder of Prisma migrations from the work tree. It writes nothing and judges nothing.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

use crate::domain::promotion::migration::Migration;
use crate::error::{Failure, Result};

/// More SQL than a person writes; a file that is larger is a dump.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The text of a folder's `migration_lock.toml`, which names the kind of database; empty where there is none.
pub fn lock(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("migration_lock.toml")).unwrap_or_default()
}

/// The migrations of a folder in Prisma's order, and the names of folders without a `migration.sql`. Both are empty where
/// the folder is not there.
///
/// # Errors
/// Where the folder or one of its files cannot be read.
pub fn read(folder: &Path) -> Result<(Vec<Migration>, Vec<String>)> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Vec::new(), Vec::new())),
        Err(error) => return Err(error).with_context(|| format!("could not read `{}`", folder.display())),
    };
    let (mut found, mut hollow) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.with_context(|| format!("could not read `{}`", folder.display()))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_dir()) else { continue };
        let file = path.join("migration.sql");
        match std::fs::metadata(&file) {
            Ok(meta) if meta.len() > LARGEST => {
                return Err(Failure::new(format!("`{}` is larger than 64 MiB", file.display()))
                    .hint("rows belong into a script of their own, not into a migration")
                    .into());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                hollow.push(name.to_owned());
                continue;
            }
            Ok(_) | Err(_) => {}
        }
        let sql = std::fs::read(&file).with_context(|| format!("could not read `{}`", file.display()))?;
        found.push(Migration::new(name, sql));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    hollow.sort();
    Ok((found, hollow))
}
