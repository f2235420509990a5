//! One observed fact about a database URL's target, and how it was observed. Pure data; `verdict` weighs it.

use std::fmt;

use crate::domain::config::Protection;
use crate::domain::config::name::EnvironmentName;

/// How a fact was observed, strongest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// The token in the comment on the database, which its owner wrote there.
    Label,
    /// The server's own identifier and the database's name, against what the configuration pins.
    Fingerprint,
    /// The database was asked and gave no answer, or it was not asked and why. It never speaks for anyone.
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
    /// The value in `--json`: the first three are what the database itself says.
    pub fn word(self) -> &'static str {
        match self {
            Source::Label | Source::Fingerprint | Source::Database => "database",
            Source::Listener => "listener",
            Source::File => "file",
            Source::Match => "match",
            Source::Identity => "identity",
            Source::Selection => "selection",
        }
    }

    /// Which of the database's own words it is, for `--json`.
    pub fn detail(self) -> &'static str {
        match self {
            Source::Label => "label",
            Source::Fingerprint => "fingerprint",
            Source::Database
            | Source::Listener
            | Source::File
            | Source::Match
            | Source::Identity
            | Source::Selection => self.word(),
        }
    }

    /// The word at the left of a message, for what `--json` says.
    pub fn told(word: &str) -> &str {
        match word {
            // To people an identity is an age key.
            "identity" => "stored",
            word => word,
        }
    }
}

/// For whom a piece of evidence speaks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Says {
    Environment(EnvironmentName, Protection),
    /// A database server of this machine, which is no declared environment's.
    Local,
    /// The database is none of these, which are pinned to other fingerprints; which one it is, it does not tell. What
    /// speaks for one of them is contradicted. It proves nothing by itself: after an upgrade or a restore prod has a new
    /// identifier too, until it is pinned anew.
    NotAsPinned(Vec<EnvironmentName>),
    /// Something was looked at and does not tell: an undeclared tunnel, another user's process, no listener at all.
    Unknown,
}

impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Says::Environment(name, Protection::Protected) => write!(f, "{name}, protected"),
            Says::Environment(name, Protection::Open) => write!(f, "{name}"),
            Says::Local => f.write_str("a server of this machine"),
            Says::NotAsPinned(_) => f.write_str("not as pinned"),
            Says::Unknown => f.write_str("unknown"),
        }
    }
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
