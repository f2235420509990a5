//! Running processes that hold a database URL of their own: which ones, with what they inherited, and how they are told.
//! Pure; of a value only the URL without its password is shown, and of a process's words only a name.

use std::path::Path;

use serde::Serialize;

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::guard::verdict::{self, Conclusion, On};
use crate::domain::session::given::{self, Ends, Given};
use crate::domain::target::evidence::Source;
use crate::domain::target::listening::{Process, Running};
use crate::domain::target::url::DatabaseUrl;
use crate::domain::target::{StoredUrl, Target};
use crate::domain::text::duration::Duration;
use crate::domain::text::safe_text::safe_text;
use crate::domain::text::secret::Secret;

/// A process with those below it that hold the same.
#[derive(Clone, Debug)]
pub struct Group {
    pub running: Running,
    pub held: Vec<Held>,
    pub below: Vec<u32>,
    /// Where it, or one below it, listens.
    pub ports: Vec<u16>,
}

/// A database variable of a process's own environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    pub variable: VariableName,
    value: Secret,
}

impl Held {
    pub fn url(&self) -> Option<DatabaseUrl> {
        std::str::from_utf8(self.value.expose()).ok().and_then(DatabaseUrl::parse)
    }
}

/// The processes that hold one of the variables, each with those that it started and that hold the same. `own` is left
/// out: the program that asks.
pub fn groups(all: Vec<Running>, names: &[VariableName], own: u32) -> Vec<Group> {
    let mut all: Vec<Running> = all.into_iter().filter(|running| running.process.pid != own).collect();
    all.sort_by_key(|running| (running.started, running.process.pid));
    let held = |process: &Process| -> Vec<Held> {
        let of = |name: &VariableName| {
            let value = process.variable(name.as_str()).filter(|value| !value.is_empty())?;
            Some(Held { variable: name.clone(), value: Secret::new(value) })
        };
        names.iter().filter_map(of).collect()
    };
    let mut groups: Vec<Group> = Vec::new();
    for running in all {
        let held = held(&running.process);
        if held.is_empty() {
            continue;
        }
        let given = |process: &Process| given::claimed(process).0.map(str::to_owned);
        let above = groups.iter_mut().find(|group| {
            let related = group.running.process.pid == running.parent || group.below.contains(&running.parent);
            let same = group.held == held && given(&group.running.process) == given(&running.process);
            related && same && !is_a_place_to_start_from(&group.running.process)
        });
        match above {
            Some(group) => {
                group.below.push(running.process.pid);
                group.ports.extend(running.ports);
                group.ports.sort_unstable();
                group.ports.dedup();
            }
            None => groups.push(Group { ports: running.ports.clone(), held, below: Vec::new(), running }),
        }
    }
    groups
}

/// A shell that a person types into, or what holds its terminals: what is started there is a process for itself.
fn is_a_place_to_start_from(process: &Process) -> bool {
    const SHELLS: &[&str] = &["bash", "zsh", "fish", "sh", "dash", "ksh", "nu", "tcsh"];
    const HOLDERS: &[&str] = &["tmux", "tmux: server", "screen", "zellij", "sshd", "login"];
    let words = process.words();
    let first = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    let interactive = words.iter().skip(1).all(|word| matches!(word.as_str(), "-i" | "-l" | "--login" | "-il" | "-li"));
    HOLDERS.contains(&process.program.as_str())
        || ((SHELLS.contains(&process.program.as_str()) || SHELLS.contains(&first.trim_start_matches('-')))
            && interactive)
}

/// The processes that started this one, the nearest first.
pub fn ancestors(all: &[Running], pid: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut at = pid;
    while let Some(running) = all.iter().find(|running| running.process.pid == at) {
        at = running.parent;
        if at == 0 || found.contains(&at) {
            break;
        }
        found.push(at);
    }
    found
}

/// The groups that hold a URL through a port of this machine and would reach the environment `to` from now on, without
/// having meant to: one that was given `to`, or whose URL is `to`'s alone, did.
pub fn carried<'g>(
    groups: &'g [Group],
    port: u16,
    to: &EnvironmentName,
    root: &Path,
    stored: &[StoredUrl],
) -> Vec<&'g Group> {
    let through = |url: &DatabaseUrl| url.places().iter().any(|place| place.host.is_loopback() && place.port == port);
    let is_of = |url: &DatabaseUrl, mine: bool| {
        stored
            .iter()
            .filter(|stored| (stored.environment == *to) == mine)
            .any(|stored| stored.url.as_ref().is_some_and(|stored| stored.same_but_query(url)))
    };
    let meant = |group: &Group, url: &DatabaseUrl| {
        let process = &group.running.process;
        let (environment, directory) = given::claimed(process);
        let here = directory.is_some_and(|given| Path::new(given) == root);
        match environment.filter(|_| here) {
            Some(given) => given == to.as_str(),
            None => is_of(url, true) && !is_of(url, false),
        }
    };
    let is_carried =
        |group: &&Group| group.held.iter().filter_map(Held::url).any(|url| through(&url) && !meant(group, &url));
    groups.iter().filter(is_carried).collect()
}

/// One group in a line: `node server.js, pid 4242, port 8000, given dev`.
pub fn line(group: &Group) -> String {
    let process = &group.running.process;
    let mut words = vec![short(process), format!("pid {}", process.pid)];
    words.extend(group.ports.first().map(|port| format!("port {port}")));
    words.extend(inherited(process, 0).map(|inherited| format!("given {}", inherited.environment)));
    words.join(", ")
}

/// A process's name for people. Of its words only what cannot be a secret: the script of an interpreter, the verb of npm.
pub fn short(process: &Process) -> String {
    let words = process.words();
    let plain = |word: &&String| {
        word.len() <= 40
            && !word.starts_with('-')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'))
    };
    let first = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    if matches!(first, "npm" | "pnpm" | "yarn" | "bun") {
        let rest = words.iter().skip(1).take(2).take_while(|word| plain(word) || word.contains(':') && word.len() < 30);
        return std::iter::once(first).chain(rest.map(String::as_str)).collect::<Vec<_>>().join(" ");
    }
    let program = match process.program.as_str() {
        "" => first,
        program => program,
    };
    let interprets = ["node", "python", "ruby", "deno", "bun", "sh", "bash", "zsh", "dash", "perl"]
        .iter()
        .any(|name| program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') == *name);
    match words.get(1).filter(|word| interprets && plain(word)) {
        Some(script) => format!("{program} {}", script.rsplit('/').next().unwrap_or(script)),
        None => safe_text(program),
    }
}

/// What a process reaches through one variable, and everything else that is told of it.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The name of an environment, `local`, `unknown`, or `unclear` where the evidence disagrees.
    pub environment: String,
    pub protected: bool,
    pub pid: u32,
    pub parent: u32,
    pub program: String,
    pub ports: Vec<u16>,
    /// Epoch seconds.
    pub started: u64,
    /// The processes below it that hold the same.
    pub below: Vec<u32>,
    pub databases: Vec<Database>,
    pub inherited: Option<Inherited>,
    #[serde(skip)]
    age: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Database {
    pub variable: String,
    /// Without the password.
    pub url: String,
    pub read_only: bool,
    pub evidence: Vec<Fact>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    pub source: &'static str,
    pub seen: String,
    pub how: String,
}

/// The environment that nexus-env gave the process.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Inherited {
    pub environment: String,
    /// Epoch seconds.
    pub until: Option<u64>,
    pub over: bool,
}

/// What is known of a group. `targets` stand in the order of what it holds.
pub fn told(group: &Group, targets: &[Target], now: u64) -> Told {
    let conclusions: Vec<Conclusion> = targets.iter().map(|target| verdict::conclude(&On::Protected, target)).collect();
    let (mut environment, mut protected) = ("unknown".to_owned(), false);
    for conclusion in conclusions {
        let (word, of_protected) = match conclusion {
            Conclusion::Holds(name) | Conclusion::HoldsAgainst(name) => (name.to_string(), true),
            Conclusion::Contradictory => ("unclear".to_owned(), false),
            Conclusion::Other(Some(name)) => (name.to_string(), false),
            Conclusion::Other(None) => ("local".to_owned(), false),
            Conclusion::Nothing => continue,
        };
        if (of_protected && !protected) || environment == "unknown" {
            (environment, protected) = (word, of_protected);
        }
    }
    let process = &group.running.process;
    let databases = targets
        .iter()
        .map(|target| Database {
            variable: target.label.clone(),
            url: target.url.as_ref().map_or_else(|| target.origin.clone(), ToString::to_string),
            read_only: target.url.as_ref().is_some_and(DatabaseUrl::is_read_only),
            evidence: target
                .evidence
                .iter()
                .map(|e| Fact { source: e.source.word(), seen: e.seen.clone(), how: e.how.clone() })
                .collect(),
        })
        .collect();
    Told {
        environment,
        protected,
        pid: process.pid,
        parent: group.running.parent,
        program: short(process),
        ports: group.ports.clone(),
        started: group.running.started,
        below: group.below.clone(),
        databases,
        inherited: inherited(process, now),
        age: now.saturating_sub(group.running.started),
    }
}

fn inherited(process: &Process, now: u64) -> Option<Inherited> {
    let Given { environment, ends, .. } = Given::of(process)?;
    let until = ends.end().map(|end| end.at);
    // An end that cannot be read is over.
    let over = ends != Ends::Never && until.is_none_or(|until| now >= until);
    Some(Inherited { environment: environment.to_string(), until, over })
}

/// All of it as a person reads it, protected environments first; good in 80 columns where names are short enough.
pub fn page(all: &[Told], now: u64) -> String {
    let width = all.iter().map(|told| told.environment.chars().count()).max().unwrap_or(0);
    let mut sorted: Vec<&Told> = all.iter().collect();
    sorted.sort_by_key(|told| (!told.protected, std::cmp::Reverse(told.started), told.pid));
    let mut out = String::new();
    for (at, told) in sorted.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let mut words = vec![told.program.clone(), format!("pid {}", told.pid)];
        let ports: Vec<String> = told.ports.iter().map(u16::to_string).collect();
        match ports.as_slice() {
            [] => {}
            [one] => words.push(format!("port {one}")),
            more => words.push(format!("ports {}", more.join(", "))),
        }
        words.push(format!("started {} ago", Duration::rough(told.age)));
        let pad = " ".repeat(width - told.environment.chars().count());
        out.push_str(&format!("{}{pad}  {}\n", told.environment, words.join(" · ")));
        let mut line = |text: &str| out.push_str(&format!("{}  {text}\n", " ".repeat(width)));
        for database in &told.databases {
            line(&format!("{} {}", database.variable, database.url));
            for Fact { source, seen, how } in &database.evidence {
                let source = Source::told(source);
                let whole = format!("  {source}: {seen} ({how})");
                match width + 2 + whole.chars().count() <= 80 {
                    true => line(&whole),
                    false => {
                        line(&format!("  {source}: {seen}"));
                        line(&format!("    ({how})"));
                    }
                }
            }
            if database.evidence.is_empty() {
                line("  nothing tells which environment this is");
            }
        }
        match told.below.len() {
            0 => {}
            1 => line("and 1 process below it"),
            more => line(&format!("and {more} processes below it")),
        }
        for sentence in sentences(told, now) {
            line(&sentence);
        }
    }
    out
}

/// What a person must know of it beside the facts.
fn sentences(told: &Told, now: u64) -> Vec<String> {
    let mut all = Vec::new();
    match &told.inherited {
        Some(Inherited { environment, until: Some(until), over: true }) => {
            let over = Duration::rough(now.saturating_sub(*until));
            all.push(format!("was given {environment}, whose time was over {over} ago"));
        }
        Some(Inherited { environment, over: false, .. }) if *environment != told.environment => {
            all.push(format!("was given {environment} by nexus-env"));
        }
        Some(_) | None => {}
    }
    if told.protected {
        let read_only = told.databases.iter().all(|database| database.read_only);
        let does = if read_only { "reads" } else { "writes to" };
        all.push(format!("still {does} {}, whatever a shell has selected since", told.environment));
    }
    all
}

#[cfg(test)]
#[path = "running_tests.rs"]
mod tests;
