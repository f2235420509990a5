//! What of an environment's secrets waits to be changed, and what a person who leaves has seen of them. Pure: it is read from
//! a store as it stands, and shows no value.

use super::sealed::history::{self, Expiry, Moment, Note};
use super::sealed::{RecipientName, Store};
use crate::domain::config::name::VariableName;
use crate::domain::text::day::Day;

/// How long before its last day a secret is spoken of.
const SOON: i64 = 14;

/// A secret that waits for a new value, or will soon.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Need {
    pub name: VariableName,
    /// Who could read it and is no reader any more.
    pub seen_by: Option<String>,
    pub expiry: Option<Due>,
    /// Where it was issued.
    pub note: Option<Note>,
}

/// How a last day lies to today.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Due {
    /// It was this day, or is today.
    Over(Day),
    Soon(Day, i64),
}

/// A secret that somebody could read, and from when on; `None` where that is from before it was noted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sight {
    pub name: VariableName,
    pub since: Option<Moment>,
}

/// Those secrets of a store, in order.
pub fn needs(store: &Store, today: Day) -> Vec<Need> {
    let all = store.secrets.iter().map(|(name, _)| Need {
        name: name.clone(),
        seen_by: history::get(&store.stale, name).cloned(),
        expiry: history::get(&store.history.expires, name).and_then(|expiry| due(expiry, today)),
        note: history::get(&store.history.notes, name).cloned(),
    });
    all.filter(|need| need.seen_by.is_some() || need.expiry.is_some()).collect()
}

fn due(expiry: &Expiry, today: Day) -> Option<Due> {
    match today.until(expiry.on) {
        ..=0 => Some(Due::Over(expiry.on)),
        left @ 1..=SOON => Some(Due::Soon(expiry.on, left)),
        _ => None,
    }
}

/// Every secret that a reader can read now, with the later of the day on which it was written and the day on which they
/// were let in.
pub fn seen(store: &Store, reader: &RecipientName) -> Vec<Sight> {
    let joined = history::get(&store.history.joined, reader).copied();
    let sight = |name: &VariableName| Sight {
        name: name.clone(),
        since: history::get(&store.history.written, name).copied().max(joined),
    };
    store.secrets.iter().map(|(name, _)| sight(name)).collect()
}

impl Need {
    /// Whether it is time now, not only soon.
    pub fn is_due(&self) -> bool {
        self.seen_by.is_some() || matches!(self.expiry, Some(Due::Over(_)))
    }

    /// `stale: bob could read it, expired on 2026-05-30`.
    pub fn words(&self) -> String {
        let stale = self.seen_by.as_ref().map(|who| format!("stale: {} could read it", who.replace(' ', " and ")));
        let expiry = self.expiry.map(|due| match due {
            Due::Over(day) => format!("expired on {day}"),
            Due::Soon(day, 1) => format!("expires tomorrow, on {day}"),
            Due::Soon(day, left) => format!("expires in {left} days, on {day}"),
        });
        stale.into_iter().chain(expiry).collect::<Vec<_>>().join(", ")
    }
}

impl Sight {
    /// `since 2026-03-01 (revision 3)`.
    pub fn words(&self) -> String {
        match self.since {
            Some(Moment { revision, day }) => format!("since {day} (revision {revision})"),
            None => "since before that was noted".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// `A` was seen by two who left, `B` is good until 2026-03-15, `C` waits for nothing.
    fn store() -> Store {
        let name = |text| VariableName::new(text).unwrap();
        let moment = |text| Moment::parse(text).unwrap();
        let mut store = sample::store(&["A", "B", "C"], &["ada", "bob"]);
        store.stale = vec![(name("A"), "eve carol".to_owned())];
        store.history.expires = vec![(name("B"), Expiry::parse("2026-03-15 30d").unwrap())];
        store.history.notes = vec![(name("B"), Note::new("vendor").unwrap())];
        store.history.written = vec![(name("A"), moment("1 2026-01-01")), (name("B"), moment("5 2026-02-13"))];
        store.history.joined = vec![(RecipientName::new("bob").unwrap(), moment("3 2026-02-01"))];
        store
    }

    #[track_caller]
    fn check(today: &str, expected: &[(&str, &str, bool)]) {
        let needs = needs(&store(), day(today));
        let told: Vec<_> = needs.iter().map(|need| (need.name.to_string(), need.words(), need.is_due())).collect();
        let expected: Vec<_> =
            expected.iter().map(|(name, words, due)| (name.to_string(), words.to_string(), *due)).collect();
        assert_eq!(told, expected, "{today}");
    }

    #[test]
    fn what_was_seen_or_is_over_waits_and_what_ends_soon_is_said() {
        let stale = ("A", "stale: eve and carol could read it", true);
        check("2026-02-28", &[stale]);
        check("2026-03-01", &[stale, ("B", "expires in 14 days, on 2026-03-15", false)]);
        check("2026-03-14", &[stale, ("B", "expires tomorrow, on 2026-03-15", false)]);
        check("2026-03-15", &[stale, ("B", "expired on 2026-03-15", true)]);
        check("2027-01-01", &[stale, ("B", "expired on 2026-03-15", true)]);
        assert_eq!(needs(&store(), day("2026-03-15"))[1].note, Note::new("vendor"));
    }

    #[track_caller]
    fn saw(reader: &str, expected: [&str; 3]) {
        let seen = seen(&store(), &RecipientName::new(reader).unwrap());
        assert_eq!(seen.iter().map(Sight::words).collect::<Vec<_>>(), expected, "{reader}");
    }

    #[test]
    fn a_reader_has_seen_what_was_there_since_they_were_let_in() {
        saw("bob", ["since 2026-02-01 (revision 3)", "since 2026-02-13 (revision 5)", "since 2026-02-01 (revision 3)"]);
        // Ada was there before that was noted, and so was what nobody changed since.
        saw("ada", ["since 2026-01-01 (revision 1)", "since 2026-02-13 (revision 5)", "since before that was noted"]);
    }
}
