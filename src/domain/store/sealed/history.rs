//! What a store tells beside its secrets, in clear and under its seal: which revision wrote each of them and let each reader
//! in, when one expires, and where one was issued. Every part may be missing: a store from before tells nothing.

use std::fmt;

use super::RecipientName;
use crate::domain::config::name::VariableName;
use crate::domain::text::day::{Day, Days};
use crate::domain::text::safe_text::safe_text;

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct History {
    /// When each secret got the value that it has. Sorted by name, as all of these.
    pub written: Vec<(VariableName, Moment)>,
    /// When each reader was let in.
    pub joined: Vec<(RecipientName, Moment)>,
    pub expires: Vec<(VariableName, Expiry)>,
    /// Where a secret was issued, as its person wrote it down.
    pub notes: Vec<(VariableName, Note)>,
}

/// A revision of the store, and the day on which it was written: `3 2026-03-01`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Moment {
    pub revision: u64,
    pub day: Day,
}

/// A secret's last day, and for how long a new value will be good: `2026-05-30 90d`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Expiry {
    pub on: Day,
    pub every: Days,
}

/// One line of at most 200 characters, which a terminal shows as it stands and TOML needs no escape for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note(String);

impl History {
    /// The tables as they stand in a store and under its seal, in their order; one without entries is not there.
    pub fn tables(&self) -> Vec<(&'static str, Vec<(&str, String)>)> {
        fn told<K, V: fmt::Display>(table: &[(K, V)], name: fn(&K) -> &str) -> Vec<(&str, String)> {
            table.iter().map(|(key, value)| (name(key), value.to_string())).collect()
        }
        let all = [
            ("written", told(&self.written, VariableName::as_str)),
            ("joined", told(&self.joined, RecipientName::as_str)),
            ("expires", told(&self.expires, VariableName::as_str)),
            ("notes", told(&self.notes, VariableName::as_str)),
        ];
        all.into_iter().filter(|(_, entries)| !entries.is_empty()).collect()
    }

    /// The value of a secret is another one from this moment on. What it expires on begins anew.
    pub(super) fn wrote(&mut self, name: &VariableName, moment: Moment) {
        put(&mut self.written, name, Some(moment));
        if let Some(&Expiry { every, .. }) = get(&self.expires, name) {
            put(&mut self.expires, name, Some(Expiry { on: moment.day.after(every), every }));
        }
    }

    /// A secret is gone, and all that was told of it.
    pub(super) fn forget(&mut self, name: &VariableName) {
        put(&mut self.written, name, None);
        put(&mut self.expires, name, None);
        put(&mut self.notes, name, None);
    }
}

/// The entry of that name.
pub fn get<'a, K: Ord, V>(table: &'a [(K, V)], name: &K) -> Option<&'a V> {
    table.binary_search_by(|(key, _)| key.cmp(name)).ok().map(|at| &table[at].1)
}

/// Makes it this one, or none. The table stays sorted.
pub fn put<K: Ord + Clone, V>(table: &mut Vec<(K, V)>, name: &K, value: Option<V>) {
    match (table.binary_search_by(|(key, _)| key.cmp(name)), value) {
        (Ok(at), Some(value)) => table[at].1 = value,
        (Ok(at), None) => drop(table.remove(at)),
        (Err(at), Some(value)) => table.insert(at, (name.clone(), value)),
        (Err(_), None) => {}
    }
}

impl Moment {
    /// `None` for any text but the one that it is written as.
    pub fn parse(text: &str) -> Option<Moment> {
        let (revision, day) = text.split_once(' ')?;
        let plain = revision == "0" || !revision.starts_with(['0', '+']);
        let moment = Moment { revision: revision.parse().ok().filter(|_| plain)?, day: Day::parse(day)? };
        (moment.revision <= i64::MAX as u64).then_some(moment)
    }
}

impl Expiry {
    /// `None` for any text but the one that it is written as.
    pub fn parse(text: &str) -> Option<Expiry> {
        let (on, every) = text.split_once(' ')?;
        Some(Expiry { on: Day::parse(on)?, every: Days::parse(every)? })
    }
}

impl Note {
    /// `None` for what is no such line.
    pub fn new(text: &str) -> Option<Note> {
        let stands = safe_text(text) == text && text.trim() == text && !text.contains(['"', '\\']);
        let good = stands && (1..=200).contains(&text.chars().count());
        good.then(|| Note(text.to_owned()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.revision, self.day)
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.on, self.every)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: fmt::Display>(parse: fn(&str) -> Option<T>, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(parse(text).map(|value| value.to_string()).as_deref(), Some(*text));
        }
        for text in bad {
            assert!(parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        check(
            Moment::parse,
            &["0 2026-03-01", "9223372036854775807 2026-03-01"],
            &["", "3", "03 2026-03-01", "+3 2026-03-01", "3  2026-03-01", "9223372036854775808 2026-03-01", "3 today"],
        );
        check(Expiry::parse, &["2026-05-30 90d"], &["", "2026-05-30", "90d", "2026-05-30 0d", "2026-05-30 90"]);
        check(
            Note::new,
            &["https://console.example.com/keys?id=7", "Größe, in 1Password"],
            &["", " a", "a ", "a\nb", "a\tb", "say \"x\"", "a\\b", "\u{1b}[2J", "\u{202e}x"],
        );
        assert!(Note::new(&"x".repeat(200)).is_some() && Note::new(&"x".repeat(201)).is_none());
    }

    #[test]
    fn a_new_value_begins_its_time_anew_and_keeps_its_note() {
        let name = |text| VariableName::new(text).unwrap();
        let moment = |text| Moment::parse(text).unwrap();
        let mut history = History::default();
        put(&mut history.expires, &name("B"), Expiry::parse("2026-05-30 90d"));
        put(&mut history.notes, &name("B"), Note::new("vendor"));
        history.wrote(&name("B"), moment("4 2026-03-01"));
        history.wrote(&name("A"), moment("5 2026-03-02"));
        assert_eq!(history.tables().len(), 3);
        assert_eq!(get(&history.expires, &name("B")), Expiry::parse("2026-05-30 90d").as_ref());
        assert_eq!(history.written, [(name("A"), moment("5 2026-03-02")), (name("B"), moment("4 2026-03-01"))]);
        history.forget(&name("B"));
        assert_eq!(history.tables(), [("written", vec![("A", "5 2026-03-02".to_owned())])]);
    }
}
