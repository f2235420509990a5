//! What a person types to bring migrations to a protected environment, where a plain `prisma migrate deploy` is refused to
//! whoever cannot be asked. Pure.

use std::path::{Path, PathBuf};

use super::invocation::Invocation;
use crate::domain::config::Config;
use crate::domain::config::name::EnvironmentName;

/// The command, and the package to go to first where the configuration does not say where migrations are. `directory` is
/// where Prisma would be started.
pub fn typed(environment: &EnvironmentName, config: &Config, root: &Path, directory: &Path) -> String {
    let command = format!("nexus-env migrate deploy -e {environment}");
    let below = directory.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty());
    match below.and_then(Path::to_str).filter(|_| config.prisma_directory.is_none()) {
        Some(below) => format!("cd {} && {command}", shell_words::quote(below)),
        None => command,
    }
}

/// The package that a deployment is about: what holds the schema or the migrations that it names, else where it is started.
pub fn package(invocation: &Invocation) -> PathBuf {
    let words = invocation.words.iter().map(String::as_str);
    let schema = words.clone().zip(words.skip(1)).find_map(|(word, next)| match word {
        "--schema" => Some(next),
        word => word.strip_prefix("--schema="),
    });
    let last = || invocation.words.last().and_then(|word| word.strip_prefix("--schema="));
    let named = invocation.migrations.clone().or_else(|| schema.or_else(last).map(PathBuf::from));
    let Some(named) = named else { return invocation.directory.clone() };
    let beside = invocation.directory.join(named);
    let beside = beside.parent().unwrap_or(&beside);
    // The usual place of a schema is a folder of that name in its package.
    if beside.ends_with("prisma") { beside.parent().unwrap_or(beside).to_owned() } else { beside.to_owned() }
}

/// Whether these words say to apply migrations.
pub fn is_meant<'w>(words: impl Iterator<Item = &'w str> + Clone) -> bool {
    words.clone().zip(words.skip(1)).any(|pair| pair == ("migrate", "deploy"))
}
