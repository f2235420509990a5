//! What the URLs of a command are, and the doors through which the judgement looks at them.

use crate::domain::config::name::VariableName;
use crate::domain::guard::invocation::{UrlValue, Use};
use crate::domain::guard::project::Files;
use crate::domain::guard::scope::Origin;
use crate::domain::target::evidence::Source;
use crate::domain::target::listening::Whereabouts;
use crate::domain::target::server::Reply;
use crate::domain::target::url::{DatabaseUrl, NOT_A_URL, Place};
use crate::domain::target::{Known, Meant, StoredUrl, Target};
use crate::edge::database;
use crate::edge::project::Disk;
use crate::steps::observation;

/// The doors through which the judgement looks outside; tests have their own.
pub struct Doors<'a> {
    pub files: &'a dyn Files,
    pub look: &'a dyn Fn(&Place) -> Whereabouts,
    /// Asks the database itself. Called where its kind can say who it is, and for each endpoint at most once a
    /// command line.
    pub ask: &'a dyn Fn(&DatabaseUrl) -> Vec<Reply>,
}

impl<'a> Doors<'a> {
    /// The real ones; `look` is `observation::look` with the process's surroundings.
    pub fn real(look: &'a dyn Fn(&Place) -> Whereabouts) -> Doors<'a> {
        Doors { files: &Disk, look, ask: &database::ask }
    }
}

/// Finds out what one URL of a command reaches, as far as can be seen without a connection.
pub fn observe(known: &Known<'_>, doors: &Doors<'_>, one: &Use) -> Target {
    let mut target = observation::observe(known, doors.look, &meant(known, one));
    if target.evidence.iter().any(|evidence| evidence.source == Source::Selection) {
        target.origin = "exported by nexus-env".to_owned();
    }
    target
}

fn meant(known: &Known<'_>, one: &Use) -> Meant {
    let nowhere = |origin: String| Meant { label: one.label.clone(), url: None, origin, variable: None };
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
    let variable = match one.origin {
        Origin::Shell => one.variable.as_deref().and_then(VariableName::new),
        Origin::Line | Origin::File(_) | Origin::Flag(_) | Origin::Schema(_) | Origin::Service(_) => None,
    };
    Meant { label: one.label.clone(), url: Some(url), origin, variable }
}
