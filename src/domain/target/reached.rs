//! What a database URL really reaches: collects the evidence, strongest first. Pure: listeners and stored URLs come in.

pub mod astray;
mod listeners;

use super::evidence::{Evidence, Says, Source};
use super::listening::Whereabouts;
use super::url::{DatabaseKind, DatabaseUrl, Place};
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::{Config, Environment, Match, Protection, RuleOrigin};
use crate::domain::text::pattern;
pub use listeners::NOBODY;

/// Where the connection goes to, as far as the URL tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// A port or socket of this machine: a tunnel may be behind it.
    Here,
    Elsewhere,
    File,
    /// The URL is not known, or is none.
    Unknown,
}

/// A URL that is to be looked into, before anything is known about where it leads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Meant {
    /// What it is called, as in [`Target`].
    pub label: String,
    /// `None` where it is not known, or is no URL; `origin` says why.
    pub url: Option<DatabaseUrl>,
    pub origin: String,
    /// The shell's own variable, which alone can be what the selection exported; see [`evidence`].
    pub variable: Option<VariableName>,
}

/// One database that a command will touch, and everything that was found out about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// What the URL is called: `DATABASE_URL`, `--url`, `shadowDatabaseUrl`.
    pub label: String,
    pub url: Option<DatabaseUrl>,
    /// Where the URL came from, in words: `exported by nexus-env`, `on the line`, `from .env`.
    pub origin: String,
    pub reach: Reach,
    pub evidence: Vec<Evidence>,
}

impl Target {
    /// What is known of a URL before anybody looked.
    pub fn unseen(meant: &Meant) -> Target {
        let Meant { label, url, origin, .. } = meant.clone();
        Target { label, url, origin, reach: Reach::Unknown, evidence: Vec::new() }
    }
}

/// A database URL as an environment stores it. `url` is `None` where it cannot be opened or is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredUrl {
    pub environment: EnvironmentName,
    pub protection: Protection,
    pub variable: VariableName,
    pub url: Option<DatabaseUrl>,
}

/// Which environment this process was given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Selection {
    Nothing,
    Environment(EnvironmentName, Protection),
    /// It was selected for a time, and the time is over.
    Expired(EnvironmentName, Protection),
}

/// What the evidence is collected from.
pub struct Known<'a> {
    pub config: &'a Config,
    pub stored: &'a [StoredUrl],
    pub selection: &'a Selection,
}

/// The evidence for a URL. `variable` is the name it came from, unless something on the line or a file changed it:
/// only the shell's own value can be what the selection exported.
pub fn evidence(
    known: &Known<'_>,
    url: &DatabaseUrl,
    variable: Option<&VariableName>,
    look: &dyn Fn(&Place) -> Whereabouts,
) -> (Reach, Vec<Evidence>) {
    let mut found: Vec<Evidence> = Vec::new();
    let mut reach = Reach::Elsewhere;
    if url.kind() == DatabaseKind::Sqlite {
        reach = Reach::File;
        found.extend(file(known, url));
    }
    // Clients differ in what they make of one text: whatever one of them reaches is evidence.
    let readings = url.readings();
    for (at, reading) in readings.iter().enumerate() {
        for place in reading.places() {
            let Whereabouts::Here(answer) = look(place) else { continue };
            let mut said = listeners::listeners(known, reading, place, answer, look);
            // Where nobody listens, no client ends that reads it in a way of its own.
            said.retain(|evidence| at == 0 || evidence.seen != NOBODY || evidence.says != Says::Unknown);
            if at == 0 || !said.is_empty() {
                reach = Reach::Here;
            }
            add(&mut found, said);
        }
    }
    for reading in &readings {
        let fitting = known.config.environments.iter().filter(|e| matches(&e.matches, reading));
        let matched = fitting.map(|environment| Evidence {
            source: Source::Match,
            says: speaks_for(environment),
            seen: environment.name.to_string(),
            how: match environment.matches.origin {
                RuleOrigin::Person => "[[protect]] in config.toml".to_owned(),
                RuleOrigin::Repository | RuleOrigin::Local => format!("[env.{}.match] in .nexusenv", environment.name),
            },
        });
        add(&mut found, matched);
    }
    for reading in &readings {
        add(&mut found, identity(known, reading, reach));
    }
    add(&mut found, selected(known, url, variable));
    (reach, found)
}

/// What answers on each port that an environment declares for its tunnel, whatever URL leads there.
pub fn declared_ports(known: &Known<'_>, look: &dyn Fn(&Place) -> Whereabouts) -> Vec<Target> {
    let mut ports: Vec<u16> = known.config.environments.iter().filter_map(|e| Some(e.proxy.as_ref()?.port)).collect();
    // None is declared for an instance that is protected everywhere.
    ports.retain(|port| *port != 0);
    ports.sort_unstable();
    ports.dedup();
    let one = |port: u16| {
        let url = DatabaseUrl::parse(&format!("postgresql://127.0.0.1:{port}/"))?;
        let (reach, mut evidence) = evidence(known, &url, None, look);
        // Where nobody listens nothing answers, whoever's the port is.
        evidence.retain(|evidence| evidence.source == Source::Listener && evidence.seen != NOBODY);
        let label = format!("port {port}");
        Some(Target { label, url: None, origin: "declared in .nexusenv".to_owned(), reach, evidence })
    };
    ports.into_iter().filter_map(one).collect()
}

/// What was found in another reading is found once.
fn add(found: &mut Vec<Evidence>, more: impl IntoIterator<Item = Evidence>) {
    for evidence in more {
        if !found.contains(&evidence) {
            found.push(evidence);
        }
    }
}

fn speaks_for(environment: &Environment) -> Says {
    Says::Environment(environment.name.clone(), environment.protection)
}

fn matches(patterns: &Match, url: &DatabaseUrl) -> bool {
    fits(patterns, url.places(), url.database(), url.user())
}

/// Whether a pattern of each kind that is there fits; no pattern at all fits nothing.
fn fits(patterns: &Match, places: &[Place], database: Option<&str>, user: Option<&str>) -> bool {
    if patterns.is_empty() {
        return false;
    }
    let one_of = |patterns: &[String], text: Option<&str>| {
        patterns.is_empty() || text.is_some_and(|text| patterns.iter().any(|p| pattern::fits(p, text)))
    };
    let place = |place: &Place| {
        let host = place.host.to_string();
        let hosts: Vec<String> = patterns.hosts.iter().map(|host| host.to_lowercase()).collect();
        one_of(&hosts, Some(&host.to_lowercase()))
            && (patterns.ports.is_empty() || patterns.ports.contains(&place.port))
    };
    let placed = match places {
        [] => patterns.hosts.is_empty() && patterns.ports.is_empty(),
        places => places.iter().any(place),
    };
    placed && one_of(&patterns.databases, database) && one_of(&patterns.users, user)
}

/// Whose file it is: every environment that stores what may be the same one, else none's.
fn file(known: &Known<'_>, url: &DatabaseUrl) -> Vec<Evidence> {
    let seen = url.database().unwrap_or("a file").to_owned();
    let piece = |says, how: String| Evidence { source: Source::File, says, seen: seen.clone(), how };
    let mut found: Vec<Evidence> = Vec::new();
    for stored in known.stored {
        let same = stored.url.as_ref().is_some_and(|stored| {
            stored.kind() == DatabaseKind::Sqlite && may_be_one_file(stored.database().unwrap_or(""), &seen)
        });
        let evidence = piece(
            Says::Environment(stored.environment.clone(), stored.protection),
            format!("the file stored for {}", stored.environment),
        );
        if same && !found.contains(&evidence) {
            found.push(evidence);
        }
    }
    if found.is_empty() {
        found.push(piece(Says::Local, "a file of this machine, which no environment stores".to_owned()));
    }
    found
}

/// Prisma resolves a relative path against the schema's directory, or another one where an adapter opens the file, so
/// two paths may be one file wherever one ends as the other does.
fn may_be_one_file(one: &str, other: &str) -> bool {
    let parts = |path: &'_ str| {
        let mut parts: Vec<String> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part.to_owned()),
            }
        }
        parts
    };
    let (a, b) = (parts(one), parts(other));
    match (one.starts_with('/'), other.starts_with('/')) {
        (true, true) => a == b,
        (true, false) | (false, true) | (false, false) => {
            !a.is_empty() && !b.is_empty() && (a.ends_with(&b) || b.ends_with(&a))
        }
    }
}

/// For whom the stored URLs speak. Two environments with the same URL: for neither. A remote endpoint that only one
/// environment has speaks for it also with another user or password.
fn identity(known: &Known<'_>, url: &DatabaseUrl, reach: Reach) -> Option<Evidence> {
    let of = |same: &dyn Fn(&DatabaseUrl) -> bool| {
        let mut found: Vec<&StoredUrl> = Vec::new();
        for stored in known.stored.iter().filter(|stored| stored.url.as_ref().is_some_and(same)) {
            if !found.iter().any(|other| other.environment == stored.environment) {
                found.push(stored);
            }
        }
        found
    };
    let exact = of(&|stored| stored.same_but_query(url));
    let (found, what) = match (exact.is_empty(), reach) {
        (false, _) => (exact, "the URL stored"),
        (true, Reach::Elsewhere) => (
            of(&|stored| stored.readings().iter().any(|stored| stored.endpoint() == url.endpoint())),
            "host, port and database stored",
        ),
        (true, Reach::Here | Reach::File | Reach::Unknown) => return None,
    };
    let names: Vec<&str> = found.iter().map(|stored| stored.environment.as_str()).collect();
    let seen = names.join(" and ");
    match found.as_slice() {
        [] => None,
        [one] => Some(Evidence {
            source: Source::Identity,
            says: Says::Environment(one.environment.clone(), one.protection),
            how: format!("{what} for {seen}"),
            seen,
        }),
        [_, _, ..] => Some(Evidence {
            source: Source::Identity,
            says: Says::Unknown,
            how: format!("{what} for {seen} alike, so it speaks for neither"),
            seen,
        }),
    }
}

fn selected(known: &Known<'_>, url: &DatabaseUrl, variable: Option<&VariableName>) -> Option<Evidence> {
    let (environment, protection) = match known.selection {
        Selection::Environment(environment, protection) | Selection::Expired(environment, protection) => {
            (environment, *protection)
        }
        Selection::Nothing => return None,
    };
    let exported = known.stored.iter().any(|stored| {
        stored.environment == *environment
            && Some(&stored.variable) == variable
            && stored.url.as_ref().is_some_and(|stored| stored == url || stored.read_only().as_ref() == Ok(url))
    });
    exported.then(|| Evidence {
        source: Source::Selection,
        says: Says::Environment(environment.clone(), protection),
        seen: environment.to_string(),
        how: "in this shell".to_owned(),
    })
}

#[cfg(test)]
#[path = "reached_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "reached_far_tests.rs"]
mod far_tests;
