//! What a database URL reaches, found out in one way for every command: who listens there, what a container engine says of
//! a port that it publishes, and the database's own word. It judges nothing and tells nobody.

use std::cell::RefCell;

use crate::domain::config::Config;
use crate::domain::guard::verdict::{self, On};
use crate::domain::session::ambient::Ambient;
use crate::domain::target::evidence::Evidence;
use crate::domain::target::listening::{Container, Listener, Look, Owner, Process, Whereabouts};
use crate::domain::target::port;
use crate::domain::target::proxy;
use crate::domain::target::server::{self, Reply};
use crate::domain::target::url::{DatabaseUrl, Place};
use crate::domain::target::{self, Known, Meant, Target};
use crate::edge::{containers, database, listener};

/// How much is found out about a target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// Until the verdict cannot change: a database that is known to be protected is not connected to.
    UntilSure,
    /// Everything, as `guard explain` and `status` show it.
    Everything,
}

/// Who answers at this place. Two doors, of which neither knows the other: a container engine is asked only where a
/// process holds the port for one.
pub fn look(ambient: &Ambient, place: &Place) -> Whereabouts {
    let mut answer = listener::look(place);
    let Whereabouts::Here(Look::Seen(listeners)) = &mut answer else { return answer };
    let mut asked: Option<Vec<Container>> = None;
    for Listener { door, owners } in listeners {
        let processes = owners.iter_mut().flat_map(|owner| match owner {
            Owner::Process(process) => std::slice::from_mut(process),
            Owner::Hidden { suspects, .. } => suspects.as_mut_slice(),
        });
        for process in processes.filter(|process: &&mut Process| proxy::publishes(process, door)) {
            let containers = asked.get_or_insert_with(|| containers::behind(ambient, place.port));
            let found = containers.iter().find(|container| proxy::is_published(process, container));
            process.container = found.cloned().map(Box::new);
        }
    }
    answer
}

/// Who listens on a port of the loopback.
pub fn at_port(ambient: &Ambient, port: u16) -> Look {
    match look(ambient, &port::place(port)) {
        Whereabouts::Here(look) => look,
        Whereabouts::Elsewhere => Look::Seen(Vec::new()),
    }
}

/// What is known of a URL without a connection: who listens where it leads, whose patterns it fits, whose it is.
pub fn observe(known: &Known<'_>, look: &dyn Fn(&Place) -> Whereabouts, meant: &Meant) -> Target {
    let Some(url) = &meant.url else { return Target::unseen(meant) };
    let (reach, evidence) = target::evidence(known, url, meant.variable.as_ref(), look);
    Target { reach, evidence, ..Target::unseen(meant) }
}

/// The database's own word, where its kind can say who it is.
pub fn said(config: &Config, url: &DatabaseUrl) -> Vec<Evidence> {
    word(config, url, &database::ask)
}

fn word(config: &Config, url: &DatabaseUrl, ask: &dyn Fn(&DatabaseUrl) -> Vec<Reply>) -> Vec<Evidence> {
    match database::can_say(url.kind()) {
        true => server::evidence(config, &ask(url)),
        false => vec![server::not_asked(url.kind().name())],
    }
}

/// What databases were asked about in one judgement, and how much may be.
pub struct Questions<'a> {
    /// Asks the database itself. Called where its kind can say who it is, and for each endpoint at most once.
    ask: &'a dyn Fn(&DatabaseUrl) -> Vec<Reply>,
    depth: Depth,
    answers: RefCell<Vec<(DatabaseUrl, Vec<Reply>)>>,
}

impl<'a> Questions<'a> {
    pub fn new(ask: &'a dyn Fn(&DatabaseUrl) -> Vec<Reply>, depth: Depth) -> Self {
        Questions { ask, depth, answers: RefCell::default() }
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
            let mut evidence = word(known.config, url, &|url| self.ask(url));
            evidence.append(&mut target.evidence);
            target.evidence = evidence;
            if settled(target) {
                return;
            }
        }
    }

    /// Every database that one client or another would make of the URL.
    fn ask(&self, url: &DatabaseUrl) -> Vec<Reply> {
        url.readings().iter().flat_map(|reading| self.ask_one(reading)).collect()
    }

    /// Several URLs of one command often lead to one database: it is asked once, unless it refused the first of them.
    fn ask_one(&self, url: &DatabaseUrl) -> Vec<Reply> {
        let known = self.answers.borrow().iter().find_map(|(asked, replies)| {
            let same = asked.same_but_query(url)
                || asked.endpoint() == url.endpoint() && replies.iter().all(|reply| reply.answer.is_ok());
            same.then(|| replies.clone())
        });
        known.unwrap_or_else(|| {
            let replies = (self.ask)(url);
            self.answers.borrow_mut().push((url.clone(), replies.clone()));
            replies
        })
    }
}
