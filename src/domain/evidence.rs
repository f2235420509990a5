//! One observed fact about a database URL's target, and how it was observed. Pure data; `verdict` weighs it.

use super::config::Protection;
use super::name::EnvironmentName;

/// How a fact was observed, strongest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// The database said so itself.
    Database,
    /// Who listens on the loopback port.
    Listener,
    /// The URL names a file, not a server.
    File,
    /// A pattern of `[env.*.match]`.
    Match,
    /// The URL equals the one stored for an environment, all but its query.
    Identity,
    /// It is, unchanged, what this shell's environment exported.
    Selection,
}

impl Source {
    /// The word at the left of a message, and the value in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Source::Database => "database",
            Source::Listener => "listener",
            Source::File => "file",
            Source::Match => "match",
            Source::Identity => "identity",
            Source::Selection => "selection",
        }
    }
}

/// For whom a piece of evidence speaks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Says {
    Environment(EnvironmentName, Protection),
    /// A database server of this machine, which is no declared environment's.
    Local,
    /// Something was looked at and does not tell: an undeclared tunnel, another user's process, no listener at all.
    Unknown,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Evidence {
    pub source: Source,
    pub says: Says,
    /// What was seen, in words, without a secret: `nexus-enterprise-480610:us-central1:nexusprod-v2`.
    pub seen: String,
    /// How, in words: `cloud-sql-proxy, pid 4242, port 5433`.
    pub how: String,
}
