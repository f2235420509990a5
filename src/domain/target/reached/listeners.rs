//! What the listeners behind a place of this machine say about the environment that they serve. Pure: who listens comes
//! in as [`Look`].

use super::{Known, Selection, StoredUrl, fits, speaks_for};
use crate::domain::config::Environment;
use crate::domain::target::evidence::{Evidence, Says, Source};
use crate::domain::target::listening::{Container, Door, Listener, Look, Owner, Process, Whereabouts};
use crate::domain::target::proxy::{self, Declared, FarEnd, Side};
use crate::domain::target::url::{DatabaseUrl, Host, Place};
use crate::domain::text::safe_text::safe_text;

/// What is asked of the listeners of a place, and how it is told.
#[derive(Clone)]
struct Question<'a> {
    url: &'a DatabaseUrl,
    /// `port 5433`, `socket /cloudsql/…`
    at: String,
    look: &'a dyn Fn(&Place) -> Whereabouts,
    /// How many more tunnels of this machine are followed.
    steps: u8,
}

/// What the listeners of a place say. Nobody there, or nobody to be seen, is an answer too, though not a proof.
pub(super) fn listeners(
    known: &Known<'_>,
    url: &DatabaseUrl,
    place: &Place,
    answer: Look,
    look: &dyn Fn(&Place) -> Whereabouts,
) -> Vec<Evidence> {
    answered(known, &Question { url, at: spoken(place), look, steps: 3 }, place, answer)
}

fn spoken(place: &Place) -> String {
    match &place.host {
        Host::Socket(path) => format!("socket {}", safe_text(path)),
        Host::Name(_) | Host::Address(_) => format!("port {}", place.port),
    }
}

fn answered(known: &Known<'_>, question: &Question<'_>, place: &Place, answer: Look) -> Vec<Evidence> {
    let at = question.at.clone();
    let unknown = |seen: &str, how: String| {
        vec![Evidence { source: Source::Listener, says: Says::Unknown, seen: seen.to_owned(), how }]
    };
    // The proxy names its sockets after the instances, so a path alone tells as well.
    let named = match &place.host {
        Host::Socket(path) => proxy::instance_of_socket(path),
        Host::Name(_) | Host::Address(_) => None,
    };
    let by_name = |far: FarEnd| vec![mapped(known, question, &[&far], format!("the name of {at}"))];
    match (answer, named, &place.host) {
        (Look::CannotBeSeen(_), Some(far), _) => by_name(far),
        (Look::CannotBeSeen(why), None, _) => unknown("who listens cannot be seen", format!("{at}: {why}")),
        (Look::Seen(listeners), named, host) if listeners.is_empty() => match (named, host) {
            (Some(far), _) => by_name(far),
            (None, Host::Socket(_)) => unknown(NOBODY, at),
            (None, Host::Name(_) | Host::Address(_)) => vec![nobody(known, place.port, at)],
        },
        (Look::Seen(listeners), _, _) => {
            let mut found: Vec<Evidence> = Vec::new();
            for Listener { door, owners } in &listeners {
                let before = found.len();
                // A process that a server has just forked holds its socket too, for a moment or for good.
                let is_told = |found: &[Evidence], one: &Evidence| {
                    found.contains(one)
                        || found[before..].iter().any(|other| (&other.says, &other.seen) == (&one.says, &one.seen))
                };
                for owner in owners {
                    let said = match owner {
                        Owner::Process(process) => holder(known, question, process, door),
                        Owner::Hidden { uid, suspects } => hidden(known, question, *uid, suspects, door),
                    };
                    for one in said {
                        if !is_told(&found, &one) {
                            found.push(one);
                        }
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

/// What a process that holds the listening socket is: what its own words tell, and what is declared of it or of a process
/// that started it. Where both speak, both are told.
fn holder(known: &Known<'_>, question: &Question<'_>, process: &Process, door: &Door) -> Vec<Evidence> {
    let how = format!("{}, pid {}, {}", safe_text(&process.program), process.pid, question.at);
    let unknown =
        |seen: String| vec![Evidence { source: Source::Listener, says: Says::Unknown, seen, how: how.clone() }];
    if let Some(container) = &process.container {
        return vec![contained(known, question, container, &how)];
    }
    let serves = proxy::leads(process, question.url.database());
    let behind = serves.as_ref().map(|serves| serves.behind(door)).unwrap_or_default();
    let mut found = match behind.is_empty() {
        true => Vec::new(),
        false => far_ends(known, question, &behind, &how),
    };
    if !proxy::is_database_server(process) {
        let said = declarations(known, question, process, &how);
        // A declaration says what words that nobody maps leave open.
        if !said.is_empty() {
            found.retain(|evidence| evidence.says != Says::Unknown);
        }
        for evidence in said {
            if !found.iter().any(|known| known.says == evidence.says) {
                found.push(evidence);
            }
        }
    }
    if !found.is_empty() {
        return found;
    }
    if proxy::is_database_server(process) {
        let seen = "a database server of this machine".to_owned();
        return vec![Evidence { source: Source::Listener, says: Says::Local, seen, how }];
    }
    match (serves.is_some(), proxy::publishes(process, door)) {
        (_, true) => unknown("a container that cannot be looked into".to_owned()),
        (true, false) => unknown("a tunnel to what its words do not tell".to_owned()),
        (false, false) => unknown("a program that no environment declares".to_owned()),
    }
}

/// The environments whose declared tunnel this is, in one piece of evidence.
fn declarations(known: &Known<'_>, question: &Question<'_>, process: &Process, how: &str) -> Vec<Evidence> {
    let of = |environment: &&'_ Environment| environment.proxy.as_ref().and_then(|p| proxy::declared(p, process));
    let declared: Vec<&Environment> = known.config.environments.iter().filter(|e| of(e).is_some()).collect();
    let Some(first) = declared.first() else { return Vec::new() };
    let how = match of(first) {
        Some(Declared::Parent(parent)) => {
            format!("{how}, started by {}, pid {}", safe_text(&parent.program), parent.pid)
        }
        Some(Declared::Itself) | None => how.to_owned(),
    };
    let seen = first.proxy.as_ref().map_or(String::new(), |proxy| safe_text(&proxy.instance));
    vec![Evidence { source: Source::Listener, says: one_of(known, question.url, &declared), seen, how }]
}

/// A container's first process is read like any other, but what it calls this machine is the container.
fn contained(known: &Known<'_>, question: &Question<'_>, container: &Container, how: &str) -> Evidence {
    let inside = Door::Tcp { address: core::net::Ipv4Addr::UNSPECIFIED.into(), port: container.port };
    let serves = proxy::leads(&container.process, question.url.database());
    let behind = serves.as_ref().map(|serves| serves.behind(&inside)).unwrap_or_default();
    let named = format!("the container {} ({})", safe_text(&container.name), safe_text(&container.image));
    let how = format!("{named}, {how}");
    if !behind.is_empty() {
        return mapped(known, question, &behind, how);
    }
    let says = match (serves, proxy::is_database_image(container)) {
        (None, true) => Says::Local,
        (Some(_), _) | (None, false) => Says::Unknown,
    };
    let seen = match says {
        Says::Local => "a database server in a container of this machine".to_owned(),
        Says::Environment(..) | Says::NotAsPinned(_) | Says::Unknown => {
            "a container that no environment declares".to_owned()
        }
    };
    Evidence { source: Source::Listener, says, seen, how }
}

/// The socket belongs to another user, so the system does not tell its process. A tunnel of that user whose words claim
/// exactly this door, or that user's own database server, tells nevertheless.
fn hidden(known: &Known<'_>, question: &Question<'_>, uid: u32, suspects: &[Process], door: &Door) -> Vec<Evidence> {
    let claims = |process: &&Process| {
        let declared =
            known.config.environments.iter().filter_map(|e| e.proxy.as_ref()).any(|p| proxy::is_declared(p, process));
        let leads = || proxy::leads(process, question.url.database());
        declared
            || (process.container.is_some() && proxy::publishes(process, door))
            || leads().is_some_and(|serves| serves.known.iter().any(|served| served.claims(door)))
    };
    // A user that runs a database server and nothing else, as `postgres` does; not root, whose sockets may be docker's.
    let alone = uid != 0 && suspects.iter().all(proxy::is_part_of_database_server);
    if let Some(process) = suspects.iter().find(claims) {
        return holder(known, question, process, door);
    }
    if let (true, Some(server)) = (alone, suspects.iter().find(|process| proxy::is_database_server(process))) {
        return holder(known, question, server, door);
    }
    vec![Evidence {
        source: Source::Listener,
        says: Says::Unknown,
        seen: "a process of another user, which cannot be seen".to_owned(),
        how: format!("uid {uid}, {}", question.at),
    }]
}

/// What the far ends behind a door say. One that is a place of this machine is looked at in its turn.
fn far_ends(known: &Known<'_>, question: &Question<'_>, behind: &[&FarEnd], how: &str) -> Vec<Evidence> {
    let mut found = Vec::new();
    let mut last: Vec<&FarEnd> = Vec::new();
    for far in behind {
        let next = far.place.as_ref().filter(|_| far.side == Side::Here && question.steps > 0);
        match next.map(|place| (place, (question.look)(place))) {
            Some((place, Whereabouts::Here(answer))) => {
                let at = format!("{} behind {how}", spoken(place));
                let further = Question { at, steps: question.steps - 1, ..*question };
                found.extend(answered(known, &further, place, answer));
            }
            Some((_, Whereabouts::Elsewhere)) | None => last.push(far),
        }
    }
    if !last.is_empty() {
        found.push(mapped(known, question, &last, how.to_owned()));
    }
    found
}

/// Which environment the far ends belong to. Several that cannot be told apart speak for the protected one.
fn mapped(known: &Known<'_>, question: &Question<'_>, behind: &[&FarEnd], how: String) -> Evidence {
    let url = question.url;
    let of = |far: &FarEnd| -> Vec<&Environment> {
        known.config.environments.iter().filter(|environment| belongs(known, environment, far, url)).collect()
    };
    let each: Vec<Vec<&Environment>> = behind.iter().map(|far| of(far)).collect();
    let mut all: Vec<&Environment> = Vec::new();
    for environment in each.iter().flatten() {
        if !all.iter().any(|known| known.name == environment.name) {
            all.push(environment);
        }
    }
    let certain = each.iter().all(|environments| !environments.is_empty());
    let protected = all.iter().find(|environment| environment.is_protected());
    // Environments on one far end may be told apart by their databases; on several, any of them may be meant.
    let one = behind.len() == 1 && all.iter().all(|environment| is_certainly(known, environment, behind[0], url));
    let says = match (one, protected, certain) {
        (true, _, _) => one_of(known, url, &all),
        (false, Some(environment), _) => speaks_for(environment),
        (false, None, true) => one_of(known, url, &all),
        (false, None, false) => Says::Unknown,
    };
    let how = match says {
        Says::Unknown => format!("{how}; no environment declares it"),
        Says::Environment(..) | Says::Local | Says::NotAsPinned(_) => how,
    };
    let told: Vec<&str> = behind.iter().map(|far| far.told.as_str()).collect();
    Evidence { source: Source::Listener, says, seen: safe_text(&told.join(" or ")), how }
}

/// Whether a far end is or may be an environment's. That it may be is enough for a protected one.
fn belongs(known: &Known<'_>, environment: &Environment, far: &FarEnd, url: &DatabaseUrl) -> bool {
    let may_be = environment.proxy.as_ref().is_some_and(|proxy| far.perhaps.contains(&proxy.instance));
    (environment.is_protected() && may_be) || is_certainly(known, environment, far, url)
}

/// Whether a far end is an environment's: by the name that `[env.*.proxy] instance` has for it, by the patterns of
/// `[env.*.match]`, or because the environment stores a URL to that very host and port.
fn is_certainly(known: &Known<'_>, environment: &Environment, far: &FarEnd, url: &DatabaseUrl) -> bool {
    let named = environment.proxy.as_ref().is_some_and(|proxy| far.names.contains(&proxy.instance));
    let Some(place) = &far.place else { return named };
    let stores = |stored: &StoredUrl| {
        stored.environment == environment.name
            && stored.url.as_ref().is_some_and(|stored| stored.places().contains(place))
    };
    named
        || fits(&environment.matches, core::slice::from_ref(place), url.database(), url.user())
        || known.stored.iter().any(stores)
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
