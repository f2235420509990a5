//! What the URLs of a command reach: who listens there, and the database's own word. It looks through `Doors` alone, and
//! connects to a database at most once a command line.

use std::cell::RefCell;

use crate::domain::evidence::Source;
use crate::domain::invocation::{UrlValue, Use};
use crate::domain::listening::Whereabouts;
use crate::domain::name::VariableName;
use crate::domain::project::Files;
use crate::domain::scope::Origin;
use crate::domain::server::{self, Reply};
use crate::domain::target::{self, Known, Reach, StoredUrl, Target};
use crate::domain::url::{DatabaseUrl, Kind, NOT_A_URL, Place};
use crate::domain::verdict::{self, On};
use crate::edge::database;
use crate::edge::project::Disk;

/// The doors through which the judgement looks outside; tests have their own.
pub struct Doors<'a> {
    pub files: &'a dyn Files,
    pub look: &'a dyn Fn(&Place) -> Whereabouts,
    /// Asks the database itself. Called for PostgreSQL URLs alone, and for each endpoint at most once a command line.
    pub ask: &'a dyn Fn(&DatabaseUrl) -> Vec<Reply>,
}

impl<'a> Doors<'a> {
    /// The real ones; `look` is `listeners::look` with the process's surroundings.
    pub fn real(look: &'a dyn Fn(&Place) -> Whereabouts) -> Doors<'a> {
        Doors { files: &Disk, look, ask: &database::ask }
    }
}

/// How much is found out about a target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// Until the verdict cannot change: a database that is known to be protected is not connected to.
    UntilSure,
    /// Everything, as `guard explain` and `status` show it.
    Everything,
}

/// Finds out what one URL reaches, as far as can be seen without a connection.
pub fn observe(known: &Known<'_>, doors: &Doors<'_>, one: &Use) -> Target {
    let nowhere = |origin: String| Target {
        label: one.label.clone(),
        url: None,
        origin,
        reach: Reach::Unknown,
        evidence: Vec::new(),
    };
    let (url, origin) = match &one.value {
        UrlValue::Url(url) => (url.clone(), one.origin.to_string()),
        UrlValue::NotAUrl => return nowhere(format!("{NOT_A_URL}, {}", one.origin)),
        UrlValue::Absent => return nowhere("not set".to_owned()),
        UrlValue::Unknown(why) => return nowhere(format!("unknown: {why}")),
        UrlValue::Stored(environment) => {
            let of_it = |stored: &&StoredUrl| {
                stored.environment.as_str() == environment
                    && one.variable.as_deref().is_none_or(|name| stored.variable.as_str() == name)
            };
            match known.stored.iter().find(of_it).and_then(|stored| stored.url.clone()) {
                Some(url) => (url, format!("stored for {environment}")),
                None => return nowhere(format!("unknown: what is stored for {environment} cannot be opened")),
            }
        }
    };
    let shells = match one.origin {
        Origin::Shell => one.variable.as_deref().and_then(VariableName::new),
        Origin::Line | Origin::File(_) | Origin::Flag(_) | Origin::Schema(_) | Origin::Service(_) => None,
    };
    let (reach, evidence) = target::evidence(known, &url, shells.as_ref(), doors.look);
    let ours = evidence.iter().any(|e| e.source == Source::Selection);
    let origin = if ours { "exported by nexus-env".to_owned() } else { origin };
    Target { label: one.label.clone(), url: Some(url), origin, reach, evidence }
}

/// What databases were asked about in one judgement, and how much may be.
pub struct Questions<'a> {
    pub doors: &'a Doors<'a>,
    depth: Depth,
    answers: RefCell<Vec<(DatabaseUrl, Vec<Reply>)>>,
}

impl<'a> Questions<'a> {
    pub fn new(doors: &'a Doors<'a>, depth: Depth) -> Self {
        Questions { doors, depth, answers: RefCell::default() }
    }

    /// Puts the databases' own words in front of what was seen without a connection. `ons` are the rules that the
    /// verdict is about: where the rest is enough to refuse, nobody is connected to.
    pub fn ask_all(&self, known: &Known<'_>, targets: &mut [Target], ons: &[&On]) {
        let settled = |target: &Target| match self.depth {
            Depth::UntilSure => verdict::is_settled(ons, known.selection, &target.evidence),
            Depth::Everything => false,
        };
        if targets.iter().any(settled) {
            return;
        }
        for target in targets {
            let Some(url) = &target.url else { continue };
            let mut evidence = match url.kind() {
                Kind::PostgreSql | Kind::CockroachDb => server::evidence(known.config, &self.ask(url)),
                Kind::MySql | Kind::SqlServer | Kind::MongoDb | Kind::PrismaService => {
                    vec![server::not_asked(url.kind().name())]
                }
                Kind::Sqlite => Vec::new(),
            };
            evidence.append(&mut target.evidence);
            target.evidence = evidence;
            if settled(target) {
                return;
            }
        }
    }

    /// Several URLs of one command often lead to one database: it is asked once, unless it refused the first of them.
    fn ask(&self, url: &DatabaseUrl) -> Vec<Reply> {
        let known = self.answers.borrow().iter().find_map(|(asked, replies)| {
            let same = asked.same_but_query(url)
                || asked.endpoint() == url.endpoint() && replies.iter().all(|reply| reply.answer.is_ok());
            same.then(|| replies.clone())
        });
        known.unwrap_or_else(|| {
            let replies = (self.doors.ask)(url);
            self.answers.borrow_mut().push((url.clone(), replies.clone()));
            replies
        })
    }
}
