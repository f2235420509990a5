//! Everything that `status` says, as plain facts: `--json` is this, and `page::text` is this for people. Pure; what is
//! seen comes in, and what it comes to is concluded here.

mod text;

use serde::Serialize;

pub use text::{Line, Tone, lines};

use crate::domain::config::Protection;
use crate::domain::config::name::EnvironmentName;
use crate::domain::guard::verdict::{self, Because, Conclusion, On, Reason, Verdict};
use crate::domain::target::evidence::{Evidence, Says, Source};
use crate::domain::target::{NOBODY, Reach, Selection, Target};

/// The names are those of `status --json`, and stay.
#[derive(Debug, Default, Serialize)]
pub struct Page {
    /// The repository's root; `null` where there is none, or its configuration cannot be used.
    pub repository: Option<String>,
    /// `allowed`, `denied`, `unusable` or `nothing`.
    pub trust: &'static str,
    /// Why nothing is in force, and what to type.
    pub why: Option<String>,
    pub hint: Option<String>,
    pub environment: Option<String>,
    pub protected: bool,
    /// Whether this process was given its environment; else the default is meant.
    pub loaded: bool,
    /// The environment that this process was given for a time that is over.
    pub expired: Option<String>,
    /// Epoch seconds, and seconds from now, until the selection ends by itself.
    pub until: Option<u64>,
    pub left: Option<u64>,
    /// `read-only`, `read-write`, or `not read-only:` and why it cannot be held so.
    pub access: Option<String>,
    /// The environments on which the guard is paused here, for how many seconds.
    pub paused: Vec<Paused>,
    /// Why the environment's secrets cannot be opened; `null` where they can, or there are none.
    pub secrets: Option<String>,
    /// The names that the environment sets here.
    pub variables: Vec<String>,
    pub databases: Vec<Database>,
    pub proxies: Vec<Proxy>,
    pub services: Vec<Service>,
    /// Whether a destructive command would be blocked on these databases: `yes`, `no`, or `asks`.
    pub blocked: Option<&'static str>,
    pub guard: Option<Guard>,
    /// What must not be overlooked, in words.
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Paused {
    pub environment: String,
    pub until: u64,
    pub left: u64,
}

/// A database variable, and what its URL reaches.
#[derive(Clone, Debug, Serialize)]
pub struct Database {
    pub variable: String,
    /// Without the password.
    pub url: String,
    /// The same without what makes it read-only, which the page says elsewhere.
    #[serde(skip)]
    pub shown: String,
    /// Where the value is: in this process, or only stored for the environment.
    pub origin: String,
    #[serde(flatten)]
    pub reaches: Reaches,
    pub evidence: Vec<Fact>,
}

/// What the evidence comes to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Reaches {
    /// The environment; `null` where it is none of them, or not known.
    pub reaches: Option<String>,
    /// `null` where it is not known.
    pub reaches_protected: Option<bool>,
    /// In words, in capitals where it is protected: `dev`, `PROD`, `unknown: …`.
    pub conclusion: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    pub source: &'static str,
    pub says: String,
    pub seen: String,
    pub how: String,
}

/// A declared proxy's port, and who is there.
#[derive(Debug, Serialize)]
pub struct Proxy {
    /// The environment.
    pub name: String,
    pub port: u16,
    pub instance: Option<String>,
    pub listener: Option<String>,
    /// As `proxy status --json` has it.
    pub state: &'static str,
    pub answers: Option<String>,
    pub reaches: Option<String>,
    pub pid: Option<u32>,
    pub started: bool,
    pub since: Option<u64>,
    /// The same in words.
    #[serde(skip)]
    pub told: String,
}

/// A service's port, who is there, whether it is well, and which database it was started with.
#[derive(Debug, Default, Serialize)]
pub struct Service {
    pub name: String,
    pub port: u16,
    /// Always `null`.
    pub instance: Option<String>,
    pub listener: Option<String>,
    pub pid: Option<u32>,
    pub health: Option<Health>,
    /// The environment that its process was given.
    pub environment: Option<String>,
    pub databases: Vec<Served>,
    /// Why nothing is known about its databases, where somebody listens.
    pub unknown: Option<String>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Health {
    pub path: String,
    /// The answer's status; `null` where there was none within a second.
    pub status: Option<u16>,
    pub why: Option<String>,
}

/// A database that a running service was started with.
#[derive(Clone, Debug, Serialize)]
pub struct Served {
    pub variable: String,
    pub url: String,
    #[serde(flatten)]
    pub reaches: Reaches,
    /// The environment whose URL it is, or that its process was given; `null` where neither is known.
    pub started_with: Option<String>,
    /// Why that URL reaches another one now: `the tunnel on port 5433 is prod's`.
    pub since: Option<String>,
    /// Whether the URL asks the server to refuse writes.
    pub access: &'static str,
    /// Whose environment holds it: `itself`, `parent` or `child`, and that process.
    pub held_by: &'static str,
    pub pid: u32,
}

impl Served {
    /// Whether it is not known to have been started with what it reaches: a tunnel was put in another one's place under it.
    fn was_moved(&self) -> bool {
        self.reaches.reaches.is_some() && self.started_with != self.reaches.reaches
    }
}

/// What the guard does here.
#[derive(Debug, Default, Serialize)]
pub struct Guard {
    /// `run`, `ask` or `blocked`, and why.
    pub destructive: &'static str,
    pub gated: &'static str,
    pub reason: String,
    /// How many rules of the team's own there are.
    pub rules: usize,
    /// Whether the shell has the lines judged that are typed.
    pub line: bool,
    /// Whether this process was given an environment by a shell's hook or by `run`.
    pub shell: bool,
    /// Whether Prisma started from here finds our engine, and Node our preload.
    pub engine: bool,
    pub node: bool,
}

pub fn fact(evidence: &Evidence) -> Fact {
    let says = match &evidence.says {
        Says::Environment(name, _) => name.to_string(),
        Says::Local => "local".to_owned(),
        Says::NotAsPinned(_) | Says::Unknown => "unknown".to_owned(),
    };
    Fact { source: evidence.source.detail(), says, seen: evidence.seen.clone(), how: evidence.how.clone() }
}

/// What a database's evidence comes to. `selected` is the environment that the person, or the process, believes in.
pub fn reaches(target: &Target, selected: Option<&EnvironmentName>) -> Reaches {
    let although = |name: &EnvironmentName| match selected {
        Some(selected) if selected != name => format!(", although {selected} is selected"),
        Some(_) | None => String::new(),
    };
    let known = |name: &EnvironmentName, protection: Protection, more: String| {
        let (protected, shown) = match protection {
            Protection::Protected => (true, name.as_str().to_uppercase()),
            Protection::Open => (false, name.to_string()),
        };
        Reaches {
            reaches: Some(name.to_string()),
            reaches_protected: Some(protected),
            conclusion: format!("{shown}{more}"),
        }
    };
    let unknown = |why: String| Reaches { reaches: None, reaches_protected: None, conclusion: why };
    match verdict::conclude(&On::Protected, target) {
        Conclusion::Holds(name) => match only_believed(target) {
            Some(why) => known(&name, Protection::Protected, format!("{}; {why}", although(&name))),
            None => known(&name, Protection::Protected, although(&name)),
        },
        Conclusion::HoldsAgainst(name) => {
            let disagrees = match although(&name) {
                none if none.is_empty() => ", although other evidence says otherwise".to_owned(),
                although => although,
            };
            known(&name, Protection::Protected, disagrees)
        }
        Conclusion::Other(Some(name)) => known(&name, Protection::Open, although(&name)),
        Conclusion::Other(None) => Reaches {
            reaches: None,
            reaches_protected: Some(false),
            conclusion: format!(
                "a database of this machine{}",
                match target.reach {
                    Reach::File => ", a file",
                    Reach::Here | Reach::Elsewhere | Reach::Unknown => "",
                }
            ),
        },
        Conclusion::Contradictory => unknown("unknown: what was found disagrees".to_owned()),
        Conclusion::Nothing if target.url.is_none() => unknown(format!("unknown: {}", target.origin)),
        Conclusion::Nothing => match only_believed(target) {
            Some(why) => unknown(format!("unknown: {why}")),
            None => unknown("unknown: nothing proves which database this is".to_owned()),
        },
    }
}

/// Where nobody listens, so that all that is known is what is believed: whose the URL is.
fn only_believed(target: &Target) -> Option<String> {
    let nobody = |evidence: &&Evidence| evidence.source == Source::Listener && evidence.seen == NOBODY;
    let found = target.evidence.iter().find(nobody)?;
    let place = found.how.split(',').next().unwrap_or_default();
    let stored = stored_for(target).map(|name| format!("; the URL is {name}'s"));
    Some(format!("nobody listens there now ({place}){}", stored.unwrap_or_default()))
}

/// Whose URL it is that was looked at.
pub fn stored_for(target: &Target) -> Option<&EnvironmentName> {
    target.evidence.iter().find_map(|evidence| match &evidence.says {
        Says::Environment(name, _) if evidence.source == Source::Identity => Some(name),
        Says::Environment(..) | Says::Local | Says::NotAsPinned(_) | Says::Unknown => None,
    })
}

/// What leads a URL to the environment that it reaches, where that is what listens on its port.
pub fn led_by(target: &Target, reached: &str) -> Option<String> {
    let leads = |evidence: &&Evidence| {
        evidence.source == Source::Listener
            && evidence.seen != NOBODY
            && matches!(&evidence.says, Says::Environment(name, _) if name.as_str() == reached)
    };
    target.evidence.iter().find(leads)?;
    let port = target.url.as_ref()?.places().first()?.port;
    Some(format!("the tunnel on port {port} is {reached}'s"))
}

/// `run`, `ask` or `blocked`.
pub fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allow(_) => "run",
        Verdict::Ask(_) => "ask",
        Verdict::Block(_) => "blocked",
    }
}

/// Why a destructive command would be treated as it would.
pub fn why(because: &Because, databases: &[Target]) -> String {
    let variable = because.target.and_then(|at| databases.get(at)).map_or("a database", |target| target.label.as_str());
    match (because.reason, &because.environment) {
        (Reason::Reaches | Reason::Disagrees, Some(name)) => {
            format!("{variable} reaches {}", name.as_str().to_uppercase())
        }
        (Reason::Disagrees, None) => format!("what was found about {variable} disagrees"),
        (Reason::Expired, Some(name)) => format!("the time for {name} is over"),
        (Reason::CannotBeKnown, Some(name)) => {
            format!("{name} is selected, and what {variable} reaches cannot be known")
        }
        (Reason::Paused, _) => "the guard is paused".to_owned(),
        (Reason::Unread, Some(name)) => format!("{name} is within reach, and what would run cannot be known"),
        (Reason::ProvenOther | Reason::Harmless | Reason::OutOfReach, _) => {
            "this is proven not to be protected".to_owned()
        }
        (Reason::NothingKnown, _) if databases.is_empty() => "no database variable is set here".to_owned(),
        (Reason::NothingKnown | Reason::Reaches | Reason::Expired | Reason::CannotBeKnown | Reason::Unread, _) => {
            format!("nothing proves that {variable} is not protected")
        }
    }
}

/// What must not be overlooked: a database other than the one believed in, a server that still has another one.
pub fn warnings(page: &Page) -> Vec<String> {
    let believed = page.environment.as_deref().filter(|_| page.loaded);
    let other = |reaches: &Reaches| match (&reaches.reaches, believed) {
        (Some(name), Some(believed)) => name != believed,
        (Some(_), None) => reaches.reaches_protected == Some(true),
        (None, _) => false,
    };
    let databases = page
        .databases
        .iter()
        .filter(|database| other(&database.reaches))
        .map(|database| format!("{} reaches {}", database.variable, database.reaches.conclusion));
    let services = page.services.iter().flat_map(|service| {
        let told = service.databases.iter().filter(|served| other(&served.reaches)).map(|served| {
            let (verb, who) = match (served.access, served.held_by) {
                ("read-only", "parent") => ("may still read", format!("its parent (pid {})", served.pid)),
                (_, "parent") => ("may still WRITE TO", format!("its parent (pid {})", served.pid)),
                ("read-only", _) => ("still reads", "it".to_owned()),
                _ => ("still WRITES TO", "it".to_owned()),
            };
            let (name, port) = (&service.name, service.port);
            let reached = shown(&served.reaches);
            if served.was_moved() {
                let verb = verb.replace("still ", "");
                let with = served.started_with.as_ref().map_or(String::new(), |name| format!("{name}'s "));
                let since = served.since.as_ref().map_or(String::new(), |since| format!(", and {since} now"));
                return format!(
                    "{name} (port {port}) {verb} {reached}: {who} was started with {with}{}{since}",
                    served.variable
                );
            }
            let with = served.reaches.reaches.as_deref().unwrap_or_default();
            format!("{name} (port {port}) {verb} {reached}: {who} was started with {with}")
        });
        told.collect::<Vec<_>>()
    });
    databases.chain(services).collect()
}

/// The environment's name, in capitals where it is protected.
fn shown(reaches: &Reaches) -> String {
    let name = reaches.reaches.clone().unwrap_or_default();
    if reaches.reaches_protected == Some(true) { name.to_uppercase() } else { name }
}

/// The environment that was selected, also where its time is over.
pub fn selected(selection: &Selection) -> Option<&EnvironmentName> {
    match selection {
        Selection::Environment(name, _) | Selection::Expired(name, _) => Some(name),
        Selection::Nothing => None,
    }
}

#[cfg(test)]
#[path = "status/tests.rs"]
mod tests;
