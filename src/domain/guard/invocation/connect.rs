//! What a client runs, and on which database each part of it: a script may connect to another server in between, and all that
//! follows runs there.

use super::reach::{self, unknown};
use super::{Reader, Sure, Use, Word};
use crate::domain::guard::project::Files;
use crate::domain::guard::scope::Scope;
use crate::domain::guard::sql::script::{self, Step};
use crate::domain::guard::sql::{self, Danger};

/// A client's session, as it goes from one database to the next.
pub(super) struct Session<'s> {
    reader: &'s Reader<'s>,
    scope: &'s Scope<'s>,
    connects: Connects,
    /// The databases in the order in which it meets them, each with the worst that is run there.
    met: Vec<(Vec<Use>, Danger)>,
    here: usize,
}

/// Whether the client knows psql's `\connect`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Connects {
    AsPsql,
    No,
}

/// How deep files that include others are read.
const DEEPEST: u8 = 3;

impl<'s> Session<'s> {
    pub fn new(reader: &'s Reader<'_>, scope: &'s Scope<'_>, connects: Connects, uses: Vec<Use>) -> Session<'s> {
        Session { reader, scope, connects, met: vec![(uses, Danger::None)], here: 0 }
    }

    /// Something that is run where the session is now.
    pub fn take(&mut self, danger: Danger) {
        let (_, worst) = &mut self.met[self.here];
        *worst = danger.max(*worst);
    }

    /// The worst of all, and the databases on which anything happens that may lose something.
    pub fn end(self) -> (Danger, Vec<Use>) {
        let worst = self.met.iter().map(|(_, danger)| *danger).max().unwrap_or(Danger::None);
        let first = self.met.first().map(|(uses, _)| uses.clone()).unwrap_or_default();
        let hit: Vec<Use> =
            self.met.into_iter().filter(|(_, danger)| *danger != Danger::None).flat_map(|(uses, _)| uses).collect();
        (worst, if hit.is_empty() { first } else { hit })
    }

    /// A text that the client is told to run, step by step.
    pub fn text(&mut self, text: &str, depth: u8) {
        for step in script::steps(text) {
            match step {
                Step::Text(text) => self.statements(&text, depth),
                Step::File(file) => self.file(&Word::sure(&file), depth + 1),
                Step::Connect(words) if self.connects == Connects::AsPsql => self.connect(&words),
                Step::Connect(_) => {}
                Step::Elsewhere => self.go(unknown("database", "its own text connects it to another server")),
            }
        }
    }

    /// `ATTACH 'postgres://…'` (duckdb.org, "PostgreSQL Extension"): from there on statements may reach that one as well.
    fn attach(&mut self, text: &str) {
        for place in sql::attached(text) {
            let there = reach::given("ATTACH", &Word::sure(&place), self.scope);
            self.met[self.here].0.push(there);
        }
    }

    fn statements(&mut self, text: &str, depth: u8) {
        self.attach(text);
        let reading = sql::read(text);
        self.take(reading.danger);
        for file in &reading.files {
            self.file(&Word::sure(file), depth + 1);
        }
    }

    pub fn file(&mut self, word: &Word, depth: u8) {
        match content(self.reader, word, self.scope).filter(|_| depth <= DEEPEST) {
            Some(text) => self.text(&text, depth),
            // Where it goes from there cannot be known either.
            None => self.take(Danger::Unknown),
        }
    }

    fn connect(&mut self, words: &str) {
        let words = script::arguments(words);
        let now = self.met[self.here].0.first().cloned();
        if let Some(there) = now.and_then(|now| reach::connected(&words, &now, self.scope)) {
            self.go(there);
        }
    }

    fn go(&mut self, there: Use) {
        let same = |uses: &Vec<Use>| match uses.as_slice() {
            [one] => one.value == there.value,
            [] | [_, _, ..] => false,
        };
        self.here = self.met.iter().position(|(uses, _)| same(uses)).unwrap_or(self.met.len());
        if self.here == self.met.len() {
            self.met.push((vec![there], Danger::None));
        }
    }
}

/// The text of a file that a client is told to read. `None` where it cannot be known.
pub(super) fn content(reader: &Reader<'_>, word: &Word, scope: &Scope<'_>) -> Option<String> {
    match (scope.piped(&word.text), word.sure) {
        (Some(piped), _) => piped,
        (None, Sure::No) => None,
        (None, Sure::Yes) => {
            let path = scope.path(&word.text);
            reader.notes.ran(&path);
            let text = reader.read(&path).text();
            if text.is_some() {
                reader.notes.followed(&path);
            }
            text
        }
    }
}
