//! What the listeners behind a place of this machine say about the environment that they serve. Pure: who listens comes
//! in as [`Look`].

use super::{Known, Selection, shown, speaks_for};
use crate::domain::config::Environment;
use crate::domain::evidence::{Evidence, Says, Source};
use crate::domain::listening::{Door, Listener, Look, Owner, Process};
use crate::domain::proxy;
use crate::domain::url::{DatabaseUrl, Host, Place};

/// What the listeners of a place say. Nobody there, or nobody to be seen, is an answer too, though not a proof.
pub(super) fn listeners(known: &Known<'_>, url: &DatabaseUrl, place: &Place, answer: Look) -> Vec<Evidence> {
    let unknown = |seen: String, how: String| Evidence { source: Source::Listener, says: Says::Unknown, seen, how };
    let at = match &place.host {
        Host::Socket(path) => format!("socket {path}"),
        Host::Name(_) | Host::Address(_) => format!("port {}", place.port),
    };
    match answer {
        Look::CannotBeSeen(why) => {
            // The proxy names its sockets after the instances, so a path alone tells as well.
            let named = match &place.host {
                Host::Socket(path) => proxy::instance_of_socket(path),
                Host::Name(_) | Host::Address(_) => None,
            };
            match named {
                Some(instance) => vec![instances(known, url, &[instance], format!("the name of {at}"))],
                None => vec![unknown("who listens cannot be seen".to_owned(), format!("{at}: {why}"))],
            }
        }
        Look::Seen(listeners) if listeners.is_empty() => match &place.host {
            Host::Socket(path) => match proxy::instance_of_socket(path) {
                Some(instance) => vec![instances(known, url, &[instance], format!("the name of {at}"))],
                None => vec![unknown(NOBODY.to_owned(), at)],
            },
            Host::Name(_) | Host::Address(_) => vec![nobody(known, place.port, at)],
        },
        Look::Seen(listeners) => {
            let mut found: Vec<Evidence> = Vec::new();
            for Listener { door, owners } in &listeners {
                for owner in owners {
                    let one = match owner {
                        Owner::Process(process) => holder(known, url, process, door, &at),
                        Owner::Hidden { uid, suspects } => hidden(known, url, *uid, suspects, door, &at),
                    };
                    if !found.contains(&one) {
                        found.push(one);
                    }
                }
            }
            found
        }
    }
}

/// What is seen where nobody listens.
pub const NOBODY: &str = "nobody listens";

/// Nobody listens now. Where the port is declared for protected environments alone, their tunnel may be up a moment later.
fn nobody(known: &Known<'_>, port: u16, at: String) -> Evidence {
    let mut declared = known
        .config
        .environments
        .iter()
        .filter(|e| e.proxy.as_ref().is_some_and(|proxy| proxy.port == port))
        .peekable();
    let first = declared.peek().copied().cloned();
    match (first, declared.all(Environment::is_protected)) {
        (Some(environment), true) => Evidence {
            source: Source::Listener,
            says: speaks_for(&environment),
            seen: NOBODY.to_owned(),
            how: format!("{at}, which is declared for {}", environment.name),
        },
        (Some(_) | None, _) => {
            Evidence { source: Source::Listener, says: Says::Unknown, seen: NOBODY.to_owned(), how: at }
        }
    }
}

/// What a process that holds the listening socket is.
fn holder(known: &Known<'_>, url: &DatabaseUrl, process: &Process, door: &Door, at: &str) -> Evidence {
    let how = format!("{}, pid {}, {at}", shown(&process.program), process.pid);
    let declared: Vec<&Environment> = known
        .config
        .environments
        .iter()
        .filter(|environment| environment.proxy.as_ref().is_some_and(|proxy| proxy::is_declared(proxy, process)))
        .collect();
    if let Some(serves) = proxy::cloud_sql(process) {
        let behind = serves.behind(door);
        if !behind.is_empty() {
            return instances(known, url, &behind, how);
        }
    }
    if !declared.is_empty() {
        let seen = declared.first().and_then(|e| e.proxy.as_ref()).map_or(String::new(), |p| p.instance.clone());
        return Evidence { source: Source::Listener, says: one_of(known, url, &declared), seen: shown(&seen), how };
    }
    if proxy::cloud_sql(process).is_some() {
        let seen = "an instance that its words do not tell".to_owned();
        return Evidence { source: Source::Listener, says: Says::Unknown, seen, how };
    }
    if proxy::is_database_server(process) {
        let seen = "a database server of this machine".to_owned();
        return Evidence { source: Source::Listener, says: Says::Local, seen, how };
    }
    let seen = "a program that no environment declares".to_owned();
    Evidence { source: Source::Listener, says: Says::Unknown, seen, how }
}

/// The socket belongs to another user, so the system does not tell its process. A proxy of that user whose words claim
/// exactly this door, or that user's own database server, tells nevertheless.
fn hidden(known: &Known<'_>, url: &DatabaseUrl, uid: u32, suspects: &[Process], door: &Door, at: &str) -> Evidence {
    let claims = |process: &&Process| {
        let declared =
            known.config.environments.iter().filter_map(|e| e.proxy.as_ref()).any(|p| proxy::is_declared(p, process));
        declared || proxy::cloud_sql(process).is_some_and(|serves| !serves.behind(door).is_empty())
    };
    // A user that runs a database server and nothing else, as `postgres` does; not root, whose sockets may be docker's.
    let alone = uid != 0 && suspects.iter().all(proxy::is_part_of_database_server);
    if let Some(process) = suspects.iter().find(claims) {
        return holder(known, url, process, door, at);
    }
    if let (true, Some(server)) = (alone, suspects.iter().find(|process| proxy::is_database_server(process))) {
        return holder(known, url, server, door, at);
    }
    Evidence {
        source: Source::Listener,
        says: Says::Unknown,
        seen: "a process of another user".to_owned(),
        how: format!("uid {uid}, {at}"),
    }
}

/// What the instances behind a door say. Several that cannot be told apart speak for the protected one.
fn instances(known: &Known<'_>, url: &DatabaseUrl, behind: &[&str], how: String) -> Evidence {
    let declared: Vec<&Environment> = known
        .config
        .environments
        .iter()
        .filter(|environment| environment.proxy.as_ref().is_some_and(|p| behind.contains(&p.instance.as_str())))
        .collect();
    let all_declared = behind.iter().all(|instance| {
        declared.iter().any(|environment| environment.proxy.as_ref().is_some_and(|p| p.instance == *instance))
    });
    let protected = declared.iter().any(|environment| environment.is_protected());
    let says = match all_declared || protected {
        true => one_of(known, url, &declared),
        false => Says::Unknown,
    };
    let how = match says {
        Says::Unknown => format!("{how}; no environment declares it"),
        Says::Environment(..) | Says::Local | Says::NotAsPinned(_) => how,
    };
    Evidence { source: Source::Listener, says, seen: shown(&behind.join(" or ")), how }
}

/// One of several environments that share an instance: the one that stores this database's name, else a protected one,
/// else the selected one, else the first.
fn one_of(known: &Known<'_>, url: &DatabaseUrl, candidates: &[&Environment]) -> Says {
    let stores_it = |environment: &&&Environment| {
        known.stored.iter().any(|stored| {
            stored.environment == environment.name
                && stored.url.as_ref().is_some_and(|stored| stored.database() == url.database())
        })
    };
    let storing: Vec<&Environment> = candidates.iter().filter(stores_it).copied().collect();
    let narrowed = if storing.is_empty() { candidates } else { &storing };
    let selected = |environment: &&&Environment| match known.selection {
        Selection::Environment(name, _) => environment.name == *name,
        Selection::Nothing | Selection::Expired(..) => false,
    };
    narrowed
        .iter()
        .find(|environment| environment.is_protected())
        .or_else(|| narrowed.iter().find(selected))
        .or(narrowed.first())
        .map_or(Says::Unknown, |environment| speaks_for(environment))
}
