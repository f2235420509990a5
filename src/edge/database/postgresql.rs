//! Asks a PostgreSQL server which database it is: one read-only question to each place that a URL names, within two
//! seconds in all. It passes on no word of the server's, decides nothing, and never hands a URL's text to a driver.
//!
//! The wire is `postgres-protocol`, the lower half of the `postgres` crates, over blocking sockets whose every wait ends
//! at one deadline. The upper half would bring an asynchronous runtime for one question, and reads a URL by rules that
//! are not Prisma's.

use std::time::{Duration, Instant};

use crate::domain::target::holding::Trial;
use crate::domain::target::server::{Reply, Silence};
use crate::domain::target::url::DatabaseUrl;

use super::address::{self, Destination};
use super::client::{self, Account, Purpose};
use super::{PATIENCE, SaysWho};

/// A PostgreSQL server, or what speaks its language.
pub struct Server;

impl SaysWho for Server {
    /// Both families count for `localhost`.
    fn who(&self, url: &DatabaseUrl) -> Vec<Reply> {
        let deadline = Instant::now() + PATIENCE;
        let mut replies = Vec::new();
        for (number, reading) in url.readings().iter().enumerate() {
            for place in reading.places() {
                let at = address::shown(place);
                let mut said = match address::destinations(place, deadline) {
                    Ok(destinations) => ask_each(reading, &at, &destinations, deadline),
                    Err(silence) => vec![Reply { at, answer: Err(silence) }],
                };
                // What only some clients make of it counts where it is a database.
                said.retain(|reply| number == 0 || reply.answer.is_ok());
                replies.extend(said);
            }
        }
        if replies.is_empty() {
            replies.push(Reply { at: "no place".to_owned(), answer: Err(Silence::UnknownHost) });
        }
        replies
    }
}

/// Connects as any client would with a URL that is written read-only, and looks whether the server holds it so. The first
/// place that lets anybody in decides; `None` where none does within the time, since silence says nothing of the option.
pub fn trial(url: &DatabaseUrl, patience: Duration) -> Option<(String, Trial)> {
    let deadline = Instant::now() + patience.min(PATIENCE);
    let account = Account::of(url, Purpose::Question);
    url.places().iter().find_map(|place| {
        let destinations = address::destinations(place, deadline).ok()?;
        let trial = destinations.iter().find_map(|one| client::trial(&account, one, deadline).ok())?;
        Some((address::shown(place), trial))
    })
}

/// Writes the comment on the database, at the first place that lets it. `database` is the name that the server itself
/// gave, which a pooler may know by another.
///
/// # Errors
/// Why the place that was tried last did not write it.
pub fn write_comment(url: &DatabaseUrl, database: &str, comment: &str) -> Result<(), Silence> {
    let deadline = Instant::now() + PATIENCE;
    let account = Account::of(url, Purpose::Label);
    let mut last = Silence::UnknownHost;
    for place in url.places() {
        for destination in address::destinations(place, deadline)? {
            match client::comment(&account, &destination, database, comment, deadline) {
                Ok(()) => return Ok(()),
                Err(silence) => last = silence,
            }
        }
    }
    Err(last)
}

/// A session in which several questions are asked, none of which can change anything.
pub struct Reading {
    session: client::Session,
    /// `127.0.0.1 port 5433`.
    pub at: String,
}

impl Reading {
    /// With the first place of the URL that lets it in, within `patience` for everything that is asked.
    ///
    /// # Errors
    /// The place that was tried last, and why it gives no answer.
    pub fn open(url: &DatabaseUrl, patience: Duration) -> Result<Reading, Reply> {
        let deadline = Instant::now() + patience;
        // A server that never answers is given up as early as for one question.
        let hello = Instant::now() + PATIENCE.min(patience);
        let account = Account::of(url, Purpose::Question);
        let mut last = Reply { at: "no place".to_owned(), answer: Err(Silence::UnknownHost) };
        for place in url.places() {
            let shown = address::shown(place);
            let destinations = match address::destinations(place, hello) {
                Ok(destinations) => destinations,
                Err(silence) => {
                    last = Reply { at: shown, answer: Err(silence) };
                    continue;
                }
            };
            for destination in &destinations {
                let at = if destinations.len() > 1 { destination.to_string() } else { shown.clone() };
                match client::reading(&account, destination, deadline) {
                    Ok(session) => return Ok(Reading { session, at }),
                    // Where nobody listens in one family, the other's word counts.
                    Err(Silence::NobodyThere) if last.answer != Err(Silence::UnknownHost) => {}
                    Err(silence) => last = Reply { at, answer: Err(silence) },
                }
            }
        }
        Err(last)
    }

    /// Who it is.
    pub fn who(&mut self) -> Reply {
        Reply { at: self.at.clone(), answer: self.session.identity() }
    }

    /// The rows of one query, each value as text, within `limit` on the server.
    ///
    /// # Errors
    /// [`Silence::TimedOut`] where that was not enough, else what the server refused by its SQLSTATE.
    pub fn rows(&mut self, sql: &str, limit: Duration) -> Result<Vec<Vec<Option<String>>>, Silence> {
        self.session.rows(sql, limit)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.session.part();
    }
}

/// At the same time, so that one that never answers leaves the others theirs.
fn ask_each(url: &DatabaseUrl, at: &str, destinations: &[Destination], deadline: Instant) -> Vec<Reply> {
    let account = Account::of(url, Purpose::Question);
    let one = |destination: &Destination| {
        let at = if destinations.len() > 1 { destination.to_string() } else { at.to_owned() };
        Reply { at, answer: client::identity(&account, destination, deadline) }
    };
    match destinations {
        [only] => vec![one(only)],
        several => {
            let replies: Vec<Reply> = std::thread::scope(|scope| {
                let asked: Vec<_> = several.iter().map(|destination| scope.spawn(|| one(destination))).collect();
                asked.into_iter().filter_map(|thread| thread.join().ok()).collect()
            });
            address::met(destinations, replies)
        }
    }
}
