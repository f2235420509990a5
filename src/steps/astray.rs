//! Looks, at the moment when an environment's variables are handed out, whether one of its database URLs leads to another,
//! protected environment: prod's tunnel on the port that dev shares with it. It connects to nothing and judges nothing.

use std::cell::RefCell;

use super::observation;
use crate::domain::config::name::VariableName;
use crate::domain::config::vars::Vars;
use crate::domain::config::{Config, Environment};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::astray::{self, Astray};
use crate::domain::target::holders::Holders;
use crate::domain::target::url::{DatabaseUrl, Host, Place};
use crate::domain::target::{Known, Meant, Selection, StoredUrl};
use crate::edge::listener;

/// What one look found.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// In the order of the variables.
    pub astray: Vec<Astray>,
    /// Whether they are held read-only, in words: `read-only`, or `not read-only: mysql`.
    pub held: String,
    /// By what the shell's guard notices that the answer may be another one now.
    pub holders: Holders,
}

impl Seen {
    pub fn is_astray(&self, name: &VariableName) -> bool {
        self.astray.iter().any(|one| one.label == name.as_str())
    }
}

/// What the database URLs among the variables of an environment reach. Nothing is looked at where no other environment is
/// protected in a way that can be seen so.
pub fn look(ambient: &Ambient, config: &Config, asked: &Environment, vars: &Vars) -> Seen {
    if !astray::can_be_seen(config, &asked.name) {
        return Seen::default();
    }
    let url = |(name, value): (&VariableName, &_)| Some((name.clone(), parsed(value)?));
    let urls: Vec<(VariableName, DatabaseUrl)> = vars.iter().filter_map(url).collect();
    let stored: Vec<StoredUrl> = urls
        .iter()
        .map(|(variable, url)| StoredUrl {
            environment: asked.name.clone(),
            protection: asked.protection,
            variable: variable.clone(),
            url: Some(url.clone()),
        })
        .collect();
    let selection = Selection::Environment(asked.name.clone(), asked.protection);
    let known = Known { config, stored: &stored, selection: &selection };
    // Two variables often lead through one port, and the ports behind a relay count like the first.
    let places: RefCell<Vec<(Place, _)>> = RefCell::default();
    let sockets: RefCell<Vec<(u16, Vec<u64>)>> = RefCell::default();
    let look = |place: &Place| {
        let known = places.borrow().iter().find(|(seen, _)| seen == place).map(|(_, answer)| answer).cloned();
        known.unwrap_or_else(|| {
            // Before the look: a tunnel that is put in its place meanwhile has another number.
            if place.host.is_loopback() && !matches!(place.host, Host::Socket(_)) {
                sockets.borrow_mut().push((place.port, listener::sockets(place.port)));
            }
            let answer = observation::look(ambient, place);
            places.borrow_mut().push((place.clone(), answer.clone()));
            answer
        })
    };
    let found = |(name, url): (VariableName, DatabaseUrl)| {
        let meant = Meant { label: name.to_string(), url: Some(url), origin: String::new(), variable: None };
        astray::astray(&asked.name, &observation::observe(&known, &look, &meant))
    };
    let astray = urls.into_iter().filter_map(found).collect();
    let sockets = sockets.into_inner();
    let of = |port| sockets.iter().find(|(seen, _)| *seen == port).map(|(_, found)| found.clone()).unwrap_or_default();
    Seen { astray, held: String::new(), holders: Holders::of(sockets.iter().map(|(port, _)| *port), of) }
}

/// Whether other sockets listen now than did at that look.
pub fn has_changed(holders: &Holders) -> bool {
    Holders::of(holders.ports(), listener::sockets) != *holders
}

fn parsed(value: &crate::domain::text::secret::Secret) -> Option<DatabaseUrl> {
    std::str::from_utf8(value.expose()).ok().and_then(DatabaseUrl::parse)
}
