//! What is remembered of a proxy that `proxy up` started, and what the proxy is given and says: its record, the
//! variables that it inherits, the end of its log. Pure; `edge::daemon` starts it and keeps the files.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::proxy;
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, Proxy};
use crate::domain::text::environ::Environ;
use crate::domain::text::safe_text::safe_text;

/// All that is known before the process exists.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Of this format: 1.
    pub version: u32,
    /// The `id` of the configuration: two clones of a repository have one proxy.
    pub repository: String,
    /// The directory from which it was started, for telling.
    pub root: PathBuf,
    pub environment: String,
    pub instance: String,
    pub port: u16,
    /// SHA-256 over its words, to see that the configuration asks for others now.
    pub words: String,
    /// Epoch seconds.
    pub since: u64,
    /// Which run of the machine it belongs to: numbers of processes begin anew with each.
    pub boot: String,
}

/// A proxy that was started: its record is two lines, the second written by the new process itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Started {
    pub draft: Draft,
    pub pid: u32,
    /// When the process began, in the system's own unit. A later process with the same number began later.
    pub birth: String,
}

impl Draft {
    pub fn new(
        config: &Config,
        root: PathBuf,
        environment: &EnvironmentName,
        proxy: &Proxy,
        since: u64,
        boot: String,
    ) -> Self {
        Draft {
            version: 1,
            repository: config.id.as_str().to_owned(),
            root,
            environment: environment.to_string(),
            instance: proxy.instance.clone(),
            port: proxy.port,
            words: digest(&proxy::command_of(proxy)),
            since,
            boot,
        }
    }

    /// The first line of the record. A path that is not UTF-8 is written as it is shown.
    pub fn line(&self) -> String {
        let told = Draft { root: PathBuf::from(self.root.to_string_lossy().into_owned()), ..self.clone() };
        serde_json::to_string(&told).map(|text| format!("{text}\n")).unwrap_or_default()
    }

    /// Whether the configuration still asks for what was started.
    pub fn is_what_is_asked_for(&self, proxy: &Proxy) -> bool {
        self.port == proxy.port && self.words == digest(&proxy::command_of(proxy))
    }
}

impl Started {
    /// Reads a record; `None` for anything that is none.
    pub fn parse(text: &str) -> Option<Started> {
        let (draft, rest) = text.split_once('\n')?;
        let draft: Draft = serde_json::from_str(draft).ok()?;
        let (pid, birth) = rest.strip_suffix('\n')?.split_once(' ')?;
        // 0 and 1 would mean a group of ours and everything else: nothing that may ever be signalled.
        let pid = pid.parse().ok().filter(|pid| (2..=i32::MAX.unsigned_abs()).contains(pid))?;
        let good = draft.version == 1 && !birth.is_empty() && !birth.contains(char::is_whitespace);
        good.then(|| Started { draft, pid, birth: birth.to_owned() })
    }
}

/// Length-framed, so that `a b` and `ab` differ.
fn digest(words: &[String]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash = hash.chain_update((word.len() as u64).to_be_bytes()).chain_update(word);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a proxy inherits: everything that is the person's own, which is what `gcloud`, `ssh` and `kubectl` need, and
/// nothing that came from an environment of ours. `managed` are the variables that one set.
pub fn inherited(variables: &Environ, managed: &dyn Fn(&str) -> bool, config: &Config) -> Vec<(OsString, OsString)> {
    let ours = |name: &OsStr| {
        let name = name.to_string_lossy();
        name.starts_with("NEXUS_ENV")
            || name.starts_with("__nexus_env_")
            || managed(&name)
            || config.database_variables.iter().any(|variable| variable.as_str() == name)
    };
    variables.iter().filter(|(name, _)| !ours(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The last lines of a log, without what would change how the terminal looks or what it shows.
pub fn last_lines(text: &str, count: usize) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|line| safe_text(line)).collect()
}

#[cfg(test)]
#[path = "started_tests.rs"]
mod tests;
