//! What `.nexusenv` and `.nexusenv.local` say, once they were allowed, read and found sound.

use std::path::PathBuf;

use super::fingerprint::Fingerprint;
use super::name::{EnvironmentName, RepositoryId, VariableName};
use crate::domain::text::duration::Duration;
use crate::domain::text::look_alike::marked;

#[derive(Clone, Debug)]
pub struct Config {
    pub id: RepositoryId,
    /// Selected in a new shell; never a protected one.
    pub default: EnvironmentName,
    /// Which variables hold database URLs.
    pub database_variables: Vec<VariableName>,
    /// In the order in which they stand in the file.
    pub environments: Vec<Environment>,
    pub services: Vec<Service>,
    /// Where `schema.prisma` and `migrations/` are, relative to the repository's root.
    pub prisma_directory: Option<PathBuf>,
    pub guard: Vec<GuardRule>,
}

#[derive(Clone, Debug)]
pub struct Environment {
    pub name: EnvironmentName,
    pub protection: Protection,
    pub promote_from: Option<EnvironmentName>,
    pub access: Access,
    pub export: Export,
    /// Which database it is, written by `db pin`.
    pub fingerprint: Option<Fingerprint>,
    /// Plain variables, values as written: `${NAME}` and `$$` are not yet replaced (`vars::resolve` does).
    pub vars: Vec<(VariableName, String)>,
    pub proxy: Option<Proxy>,
    pub matches: Match,
    pub backup: Option<Backup>,
    pub deploy: Deploy,
}

/// What is run before migrations are applied, and must succeed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Backup {
    pub command: Vec<String>,
    /// Shown, and must succeed too.
    pub verify: Option<Vec<String>>,
    /// Shown and logged, never run.
    pub restore: Option<String>,
}

/// How migrations are applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deploy {
    /// How long a statement waits for a lock.
    pub lock_timeout: Duration,
    /// How long it may take; the server's own limit where there is none.
    pub statement_timeout: Option<Duration>,
}

impl Default for Deploy {
    fn default() -> Self {
        Deploy { lock_timeout: Duration::LOCK, statement_timeout: None }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protection {
    Protected,
    Open,
}

/// What a database URL of the environment allows when it is exported.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    ReadOnly,
    ReadWrite,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Export {
    /// Into the shell.
    Shell,
    /// Never into a shell, only into one command through `run`.
    Command,
}

/// The tunnel through which an environment's database is reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proxy {
    /// A Cloud SQL instance, `PROJECT:REGION:INSTANCE`.
    pub instance: String,
    pub port: u16,
    /// `{port}` and `{instance}` stand for the two above.
    pub command: Vec<String>,
}

/// URLs that are this environment's wherever they come from. Each list holds patterns with `*`; a URL matches when
/// for each list that is not empty one pattern matches.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Match {
    pub hosts: Vec<String>,
    pub ports: Vec<u16>,
    pub databases: Vec<String>,
    pub users: Vec<String>,
    /// Whose patterns they are.
    pub origin: RuleOrigin,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Service {
    pub name: String,
    pub port: u16,
    pub health: Option<String>,
}

/// A rule of the person's or of the team's, beside the built-in ones.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GuardRule {
    /// Words with `*`, compared with the words of a command.
    pub command: String,
    /// Empty means every protected environment.
    pub on: Vec<EnvironmentName>,
    pub action: GuardAction,
    pub reason: Option<String>,
    pub origin: RuleOrigin,
}

/// Whose rule it is. A rule of a repository may only tighten what the person set.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RuleOrigin {
    /// `config.toml`, the person's own settings.
    Person,
    /// `.nexusenv`, the team's.
    #[default]
    Repository,
    /// `.nexusenv.local`, one person's.
    Local,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GuardAction {
    Block,
    Confirm,
    Allow,
}

impl Proxy {
    /// What the Cloud SQL proxy of version 2 takes, where the configuration names no command.
    pub const COMMAND: [&str; 3] = ["cloud-sql-proxy", "--port={port}", "{instance}"];
}

impl Match {
    pub fn is_empty(&self) -> bool {
        self.told().is_empty()
    }

    /// Each pattern in words: `host *.prod.internal`, `port 5433`.
    pub fn told(&self) -> Vec<String> {
        let texts = |kind: &str, patterns: &[String]| -> Vec<String> {
            patterns.iter().map(|pattern| format!("{kind} {}", marked(pattern))).collect()
        };
        let mut all = texts("host", &self.hosts);
        all.extend(self.ports.iter().map(|port| format!("port {port}")));
        all.extend(texts("database", &self.databases));
        all.extend(texts("user", &self.users));
        all
    }

    /// Whether it asks for something more than the other one, so that fewer URLs fit.
    pub fn narrows(&self, other: &Match) -> bool {
        let asks = |m: &Match| [m.hosts.is_empty(), m.ports.is_empty(), m.databases.is_empty(), m.users.is_empty()];
        !other.is_empty() && asks(self).iter().zip(asks(other)).any(|(now, before)| !now && before)
    }

    /// What it says and the other one does not.
    pub fn without(&self, other: &Match) -> Vec<String> {
        let other = other.told();
        self.told().into_iter().filter(|pattern| !other.contains(pattern)).collect()
    }
}

impl Config {
    pub fn environment(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == *name)
    }
}

impl Environment {
    pub fn is_protected(&self) -> bool {
        self.protection == Protection::Protected
    }
}
