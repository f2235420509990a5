//! Asks a database which one it is. A row for each kind that can be asked; how it is done is its own file's. It decides
//! nothing, and passes on no word of the server's.

mod address;
mod client;
mod postgresql;
mod refusal;
mod sqlite;
mod tls;
mod wire;

use std::time::Duration;

use crate::domain::target::server::Reply;
use crate::domain::target::url::{DatabaseKind, DatabaseUrl};
use crate::trace::{self, Step};

pub use postgresql::{Reading, trial, write_comment};

/// A database that can say who it is.
pub trait SaysWho: Sync {
    /// A reply of each place that the URL names to one client or another, silence too, within its patience; none where
    /// there is nobody to ask. What a server answers is never a part of it, but for what `Identity` has a field for.
    fn who(&self, url: &DatabaseUrl) -> Vec<Reply>;
}

/// For everything together: the name, the connection, TLS, the login and the question.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whom to ask. A kind that has no row is told as one that was not asked.
const KINDS: &[(DatabaseKind, &dyn SaysWho)] = &[
    (DatabaseKind::PostgreSql, &postgresql::Server),
    (DatabaseKind::CockroachDb, &postgresql::Server),
    (DatabaseKind::Sqlite, &sqlite::File),
];

/// Whether this kind of database can say who it is.
pub fn can_say(kind: DatabaseKind) -> bool {
    KINDS.iter().any(|(known, _)| *known == kind)
}

/// Who answers at each place that the URL names; nobody, where its kind cannot say.
pub fn ask(url: &DatabaseUrl) -> Vec<Reply> {
    let row = KINDS.iter().find(|(kind, _)| *kind == url.kind());
    let replies = row.map(|(_, database)| database.who(url)).unwrap_or_default();
    for Reply { at, answer } in &replies {
        match answer {
            Ok(_) => trace::line(Step::Asked, format_args!("the database at {at}: it answers")),
            Err(silence) => trace::line(Step::Asked, format_args!("the database at {at}: no answer ({silence:?})")),
        }
    }
    replies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_can_say_who_it_is_stands_there_once() {
        for (at, (kind, _)) in KINDS.iter().enumerate() {
            assert!(!KINDS[..at].iter().any(|(before, _)| before == kind), "{}", kind.name());
        }
        assert!(can_say(DatabaseKind::PostgreSql) && can_say(DatabaseKind::Sqlite) && !can_say(DatabaseKind::MySql));
    }

    #[test]
    fn nobody_is_asked_about_a_file_or_about_a_kind_without_a_row() {
        for text in ["file:./dev.db", "mysql://u:hunter2@192.0.2.1/x"] {
            assert_eq!(ask(&DatabaseUrl::parse(text).unwrap()), [], "{text}");
        }
    }
}
