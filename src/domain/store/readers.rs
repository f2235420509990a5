//! Who may be let in and who may leave, and what became of the readers since they were seen last. Pure: a store as it stands
//! comes in, the sentence goes out.

use std::collections::BTreeSet;

use super::sealed::{Recipient, RecipientName, Store};
use crate::domain::config::name::EnvironmentName;
use crate::error::Failure;

/// Whether somebody who is to be let in can read it already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Admission {
    New,
    Already,
}

/// # Errors
/// A name that belongs to another key, and a key that reads under another name: two entries for one person would make a
/// removal take only half of them away.
pub fn admission(store: &Store, newcomer: &Recipient) -> Result<Admission, Failure> {
    let (environment, name) = (&store.environment, &newcomer.name);
    match store.recipients.iter().find(|known| known.name == *name || known.key == newcomer.key) {
        None => Ok(Admission::New),
        Some(known) if known == newcomer => Ok(Admission::Already),
        Some(known) if known.name == *name => Err(Failure::new(format!(
            "`{name}` is a reader of {environment} already, with another key"
        ))
        .hint(format!(
            "if it is theirs no more: nexus-env recipients remove {name} -e {environment}; else another name, such as \
                 {name}-2"
        ))),
        Some(known) => Err(Failure::new(format!("this key is a reader of {environment} already, as `{}`", known.name))
            .hint(format!("nexus-env recipients list -e {environment}"))),
    }
}

/// Those who stay when somebody leaves.
///
/// # Errors
/// Somebody who is no reader, and the last one.
pub fn without(store: &Store, leaver: &RecipientName) -> Result<Vec<Recipient>, Failure> {
    let environment = &store.environment;
    let (leaving, staying): (Vec<Recipient>, Vec<Recipient>) =
        store.recipients.iter().cloned().partition(|reader| reader.name == *leaver);
    if leaving.is_empty() {
        return Err(Failure::new(format!("`{leaver}` is no reader of {environment}; {}", are(store)))
            .hint(format!("nexus-env recipients list -e {environment}")));
    }
    if staying.is_empty() {
        return Err(Failure::new(format!(
            "`{leaver}` is the last reader of {environment}: without them nobody could ever read it again"
        ))
        .hint(format!(
            "let somebody else in first: nexus-env recipients add NAME KEY -e {environment}; or delete the secrets: git rm \
             .nexusenv.d/{environment}.toml"
        )));
    }
    Ok(staying)
}

fn are(store: &Store) -> String {
    match store.recipients.as_slice() {
        [one] => format!("{} is", one.name),
        [] | [_, _, ..] => format!("{} are", store.readers()),
    }
}

/// Who can let somebody in: `ada`, `one of ada, bob`.
pub fn one_of(readers: &[Recipient]) -> String {
    let names: Vec<&str> = readers.iter().map(|reader| reader.name.as_str()).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => (*one).to_owned(),
        more => format!("one of {}", more.join(", ")),
    }
}

/// Somebody under a name that none of these readers has: their own, or with a number behind it.
pub fn unlike(readers: &[Recipient], newcomer: Recipient) -> Recipient {
    let taken = |name: &RecipientName| readers.iter().any(|reader| reader.name == *name);
    let numbered = (2..).map(|number| RecipientName::like(&format!("{:.60}-{number}", newcomer.name.as_str())));
    let name = std::iter::once(newcomer.name.clone()).chain(numbered).find(|name| !taken(name));
    Recipient { name: name.unwrap_or(newcomer.name), key: newcomer.key }
}

/// The line that somebody who can read these environments types to let this one in.
pub fn line(newcomer: &Recipient, environments: &[EnvironmentName]) -> String {
    // A key of ssh is two words.
    let key = if newcomer.key.contains(' ') { format!("'{}'", newcomer.key) } else { newcomer.key.clone() };
    let environments: String = environments.iter().map(|name| format!(" -e {name}")).collect();
    format!("nexus-env recipients add {} {key}{environments}", newcomer.name)
}

/// What differs from the readers that were seen before: `bob was removed`, `eve was let in`, `ci has another key`; and who came
/// and went meanwhile, as far as something is still stale by them: `dan is no reader any more`. Nothing where nobody was seen.
pub fn since(known: &[Recipient], store: Option<&Store>) -> Vec<String> {
    if known.is_empty() {
        return Vec::new();
    }
    let now = store.map(|store| store.recipients.as_slice()).unwrap_or_default();
    let find = |readers: &'_ [Recipient], name: &RecipientName| readers.iter().position(|reader| reader.name == *name);
    let gone = known.iter().filter(|reader| find(now, &reader.name).is_none());
    let mut all: Vec<String> = gone.map(|reader| format!("{} was removed", reader.name)).collect();
    all.extend(now.iter().filter_map(|reader| match find(known, &reader.name) {
        None => Some(format!("{} was let in", reader.name)),
        Some(at) if known[at].key != reader.key => Some(format!("{} has another key", reader.name)),
        Some(_) => None,
    }));
    let stale = store.into_iter().flat_map(|store| &store.stale).flat_map(|(_, names)| names.split(' '));
    let came_and_went: BTreeSet<&str> =
        stale.filter(|name| known.iter().chain(now).all(|reader| reader.name.as_str() != *name)).collect();
    all.extend(came_and_went.iter().map(|name| format!("{name} is no reader any more")));
    all
}

/// `dev`, `dev and test`, `dev, test and prod`.
pub fn listed<T: ToString>(items: &[T]) -> String {
    let words: Vec<String> = items.iter().map(ToString::to_string).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// `1 secret`, `12 secrets`.
pub fn secrets(count: usize) -> String {
    if count == 1 { "1 secret".to_owned() } else { format!("{count} secrets") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    fn reader(name: &str, key: &str) -> Recipient {
        Recipient { name: RecipientName::new(name).unwrap(), key: key.to_owned() }
    }

    #[track_caller]
    fn admits(name: &str, key: &str, expected: Result<Admission, &str>) {
        let store = sample::store(&["A"], &["ada", "bob"]);
        let got = admission(&store, &reader(name, key)).map_err(|failure| failure.message);
        assert_eq!(got, expected.map_err(str::to_owned));
    }

    #[test]
    fn one_person_is_one_reader() {
        admits("grace", "age1grace", Ok(Admission::New));
        admits("bob", "age1bob", Ok(Admission::Already));
        admits("bob", "age1other", Err("`bob` is a reader of prod already, with another key"));
        admits("grace", "age1bob", Err("this key is a reader of prod already, as `bob`"));
    }

    #[track_caller]
    fn leaves(readers: &[&str], leaver: &str, expected: Result<&[&str], &str>) {
        let got = without(&sample::store(&["A"], readers), &RecipientName::new(leaver).unwrap());
        let got = got.map(|stay| stay.iter().map(|reader| reader.name.to_string()).collect::<Vec<_>>());
        let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(got.map_err(|failure| failure.message), expected.map_err(str::to_owned));
    }

    #[test]
    fn nobody_is_locked_out_by_the_last_one_leaving() {
        leaves(&["ada", "bob", "ci"], "bob", Ok(&["ada", "ci"]));
        leaves(&["ada", "bob"], "eve", Err("`eve` is no reader of prod; ada, bob are"));
        leaves(&["ada"], "eve", Err("`eve` is no reader of prod; ada is"));
        let last = "`ada` is the last reader of prod: without them nobody could ever read it again";
        leaves(&["ada"], "ada", Err(last));
    }

    #[test]
    fn a_name_that_another_one_has_gets_a_number() {
        let known = ["ada", "bob", "bob-2"].map(|name| reader(name, "age1"));
        let called = |name: &str| unlike(&known, reader(name, "age1x")).name.to_string();
        assert_eq!((called("grace"), called("ada"), called("bob")), ("grace".into(), "ada-2".into(), "bob-3".into()));
    }

    #[test]
    fn what_became_of_the_readers_is_told_by_name() {
        let known = [reader("ada", "age1ada"), reader("bob", "age1bob"), reader("ci", "age1ci")];
        let now = [reader("ada", "age1ada"), reader("ci", "age1new"), reader("eve", "age1eve")];
        let mut store = sample::store(&["A", "B"], &[]);
        store.recipients = now.to_vec();
        assert_eq!(since(&known, Some(&store)), ["bob was removed", "ci has another key", "eve was let in"]);
        assert_eq!(since(&[], Some(&store)), [""; 0]);
        store.recipients = known.to_vec();
        assert_eq!(since(&known, Some(&store)), [""; 0]);
        // Who came and went between two looks is known by what they could read.
        store.stale =
            vec![(store.secrets[0].0.clone(), "bob dan".to_owned()), (store.secrets[1].0.clone(), "dan".to_owned())];
        assert_eq!(since(&known, Some(&store)), ["dan is no reader any more"]);
    }

    #[test]
    fn the_line_that_lets_somebody_in_can_be_typed() {
        let environments = ["dev", "test"].map(|name| EnvironmentName::new(name).unwrap());
        let typed = line(&reader("grace", "age1grace"), &environments);
        assert_eq!(typed, "nexus-env recipients add grace age1grace -e dev -e test");
        let typed = line(&reader("grace", "ssh-ed25519 AAAA"), &environments[..1]);
        assert_eq!(typed, "nexus-env recipients add grace 'ssh-ed25519 AAAA' -e dev");
        assert_eq!(listed(&environments), "dev and test");
        let one = [reader("ada", ""), reader("bob", "")];
        assert_eq!(
            (one_of(&one[..1]), one_of(&one), one_of(&[])),
            ("ada".into(), "one of ada, bob".into(), "nobody".into())
        );
    }
}
