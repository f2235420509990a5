use super::super::DataKey;
use super::super::tests::{counting, name, today};
use super::*;
use crate::domain::config::name::{EnvironmentName, RepositoryId};
use crate::domain::store::sealed::seal::{Change, Keys};
use crate::domain::text::secret::Secret;
use zeroize::Zeroizing;

fn keys(byte: u8) -> Keys {
    let id = RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap();
    Keys::derive(&DataKey::new(Zeroizing::new([byte; 32])), &id, &EnvironmentName::new("prod").unwrap())
}

fn reader(text: &str) -> Recipient {
    let (name, key) = text.split_once('=').unwrap_or((text, text));
    Recipient { name: RecipientName::new(name).unwrap(), key: format!("age1{key}") }
}

/// A store of `A=1 B=2` for `ada bob`.
fn store(keys: &Keys, secrets: &str, readers: &str) -> Store {
    let readers = readers.split_whitespace().map(reader).collect();
    let empty = keys.create(b"wrapped".to_vec(), readers, Protection::Open, today());
    let pairs = secrets.split_whitespace().filter_map(|pair| pair.split_once('='));
    let changes: Vec<_> = pairs.map(|(n, value)| Change::Set(name(n), Secret::new(value))).collect();
    let verified = keys.verify(&empty).unwrap();
    verified.changed(&changes, Protection::Open, today(), counting()).unwrap().unwrap_or(empty)
}

fn told(store: &Store, keys: &Keys) -> String {
    let verified = keys.verify(store).unwrap();
    let value = |name| String::from_utf8(verified.value(name).unwrap().unwrap().expose().to_vec()).unwrap();
    let pairs = store.secrets.iter().map(|(name, _)| format!("{name}={}", value(name)));
    pairs.collect::<Vec<_>>().join(" ")
}

/// Merges secrets for one reader under one key, or says which names both sides claim. The other way round it is the same.
#[track_caller]
fn check(base: &str, ours: &str, theirs: &str, expected: Result<&str, &str>) {
    let key = keys(1);
    let [base, ours, theirs] = [base, ours, theirs].map(|secrets| store(&key, secrets, "ada"));
    let [base, ours, theirs] = [&base, &ours, &theirs].map(|store| key.verify(store).unwrap());
    for sides in
        [Sides { base: Base::Known(base), ours, theirs }, Sides { base: Base::Known(base), ours: theirs, theirs: ours }]
    {
        let plan = sides.plan().unwrap();
        let claimed: Vec<&str> = plan.claimed().map(VariableName::as_str).collect();
        let merged = sides.merged::<Damaged>(&plan, Side::Ours, vec![reader("ada")], b"wrapped".to_vec(), counting());
        let merged = merged.unwrap();
        assert_eq!(merged.revision, 2);
        let got = if claimed.is_empty() { Ok(told(&merged, &key)) } else { Err(claimed.join(" ")) };
        assert_eq!(got, expected.map(str::to_owned).map_err(str::to_owned));
    }
}

#[test]
fn what_one_side_changed_is_taken() {
    check("A=1", "A=1 B=2", "A=1 C=3", Ok("A=1 B=2 C=3"));
    check("A=1 B=2", "A=9 B=2", "A=1 B=8", Ok("A=9 B=8"));
    check("A=1 B=2", "A=1", "A=1 B=2 C=3", Ok("A=1 C=3"));
    check("A=1 B=2", "B=2", "A=1", Ok(""));
    check("A=1", "A=2", "A=2", Ok("A=2"));
}

#[test]
fn what_both_changed_otherwise_is_claimed_by_name() {
    check("A=1", "A=2", "A=3", Err("A"));
    check("A=1 B=1", "A=2", "A=1 B=2", Err("B"));
    check("", "A=1 B=1 C=1", "A=2 B=2 C=1", Err("A B"));
}

#[test]
fn what_a_person_gives_to_a_side_is_that_sides() {
    let key = keys(1);
    let [base, ours, theirs] = ["A=1 B=1 C=1", "A=2 B=2 C=2", "A=3 B=3 C=1"].map(|secrets| store(&key, secrets, "ada"));
    let [base, ours, theirs] = [&base, &ours, &theirs].map(|store| key.verify(store).unwrap());
    let sides = Sides { base: Base::Known(base), ours, theirs };
    let mut plan = sides.plan().unwrap();
    plan.give(&name("A"), Side::Theirs);
    assert_eq!(plan.claimed().map(VariableName::as_str).collect::<Vec<_>>(), ["B"]);
    plan.give(&name("B"), Side::Ours);
    let merged = sides.merged::<Damaged>(&plan, Side::Ours, vec![reader("ada")], b"wrapped".to_vec(), counting());
    assert_eq!(told(&merged.unwrap(), &key), "A=3 B=2 C=2");
}

#[test]
fn without_a_base_nothing_that_differs_is_guessed() {
    let key = keys(1);
    let [ours, theirs] = ["A=1 B=2", "A=1 C=3"].map(|secrets| store(&key, secrets, "ada"));
    let [ours, theirs] = [&ours, &theirs].map(|store| key.verify(store).unwrap());
    let plan =
        |base| Sides { base, ours, theirs }.plan().unwrap().claimed().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(plan(Base::Unknown), ["B", "C"]);
    assert!(plan(Base::Nothing).is_empty());
}

/// The readers of a merge, or the name of one that cannot be told.
#[track_caller]
fn readers(base: Option<&str>, ours: &str, theirs: &str, expected: Result<&str, &str>) {
    let key = keys(1);
    let [known, ours, theirs] = [base.unwrap_or_default(), ours, theirs].map(|readers| store(&key, "A=1", readers));
    let [known, ours, theirs] = [&known, &ours, &theirs].map(|store| key.verify(store).unwrap());
    let base = base.map_or(Base::Unknown, |_| Base::Known(known));
    let sides = Sides { base, ours, theirs };
    let got = sides.plan().unwrap().readers(&sides);
    let got = got.map(|all| all.iter().map(|r| r.key[4..].to_owned()).collect::<Vec<_>>().join(" "));
    assert_eq!(got, expected.map(str::to_owned).map_err(|name| RecipientName::new(name).unwrap()));
}

#[test]
fn readers_are_merged_as_names_are() {
    readers(Some("ada"), "ada bob", "ada eve", Ok("ada bob eve"));
    readers(Some("ada bob"), "ada", "ada bob eve", Ok("ada eve"));
    readers(Some("ada"), "ada=new", "ada bob", Ok("new bob"));
    readers(Some("ada"), "ada bob=1", "ada bob=2", Err("bob"));
    readers(None, "ada", "ada", Ok("ada"));
    readers(None, "ada", "ada bob", Err("bob"));
}

#[test]
fn a_new_key_wins_and_what_was_written_under_the_old_one_is_stale() {
    let (old, new) = (keys(1), keys(2));
    let base = store(&old, "A=1 B=2", "ada eve");
    let verified = old.verify(&base).unwrap();
    let mut theirs =
        verified.rekeyed(&new, b"anew".to_vec(), vec![reader("ada")], Protection::Protected, counting()).unwrap();
    theirs.stale = vec![(name("A"), "eve".to_owned()), (name("B"), "eve".to_owned())];
    new.seal(&mut theirs);
    let ours = verified.changed(&[Change::Set(name("B"), Secret::new("9"))], Protection::Open, today(), counting());
    let ours = ours.unwrap().unwrap();
    let (ours, theirs) = (old.verify(&ours).unwrap(), new.verify(&theirs).unwrap());
    let sides = Sides { base: Base::Known(verified), ours, theirs };
    assert!(!sides.share_a_key());
    assert_eq!(sides.renewed(), Some(Side::Theirs));
    let plan = sides.plan().unwrap();
    assert_eq!(plan.taken_from(Side::Ours).map(VariableName::as_str).collect::<Vec<_>>(), ["B"]);
    let merged =
        sides.merged::<Damaged>(&plan, Side::Theirs, vec![reader("ada")], b"anew".to_vec(), counting()).unwrap();
    assert_eq!(told(&merged, &new), "A=1 B=9");
    assert_eq!(merged.protected, Some(Protection::Protected));
    assert_eq!(merged.stale, [(name("A"), "eve".to_owned()), (name("B"), "eve".to_owned())]);
    assert!(old.verify(&merged).is_err());
}

#[test]
fn what_is_told_beside_a_value_is_merged_too() {
    use crate::domain::store::sealed::history::{Expiry, Moment, Note, put};
    let key = keys(1);
    let base = store(&key, "A=1 B=2", "ada");
    let with = |change: &dyn Fn(&mut Store)| {
        let mut changed = base.clone();
        changed.revision += 1;
        change(&mut changed);
        key.seal(&mut changed);
        changed
    };
    let note = Note::new("vendor").unwrap();
    let expiry = Expiry::parse("2026-05-30 90d").unwrap();
    let joined = Moment { revision: 2, day: today() };
    let ours = with(&|store| put(&mut store.history.notes, &name("A"), Some(note.clone())));
    let theirs = with(&|store| {
        put(&mut store.history.expires, &name("A"), Some(expiry));
        store.recipients.push(reader("bob"));
        put(&mut store.history.joined, &reader("bob").name, Some(joined));
    });
    let [base, ours, theirs] = [&base, &ours, &theirs].map(|store| key.verify(store).unwrap());
    let sides = Sides { base: Base::Known(base), ours, theirs };
    let plan = sides.plan().unwrap();
    let readers = plan.readers(&sides).unwrap();
    let merged = sides.merged::<Damaged>(&plan, Side::Ours, readers, b"both".to_vec(), counting()).unwrap();
    assert_eq!(merged.history.notes, [(name("A"), note)]);
    assert_eq!(merged.history.expires, [(name("A"), expiry)]);
    assert_eq!(merged.history.written, base.store.history.written);
    assert_eq!(merged.history.joined[1], (reader("bob").name, joined));
}

/// Beside a value that one side changed stands what that side says of it, also where the other says something else.
#[test]
fn what_both_sides_tell_anew_is_what_stands_beside_the_value_that_is_taken() {
    use crate::domain::store::sealed::history::Note;
    let key = keys(1);
    let base = store(&key, "A=1", "ada");
    let changed = |changes: &[Change]| {
        let verified = key.verify(&base).unwrap();
        verified.changed(changes, Protection::Open, today(), counting()).unwrap().unwrap()
    };
    let note = |text: &str| Change::Noted(name("A"), Some(Note::new(text).unwrap()));
    let valued = changed(&[Change::Set(name("A"), Secret::new("2")), note("new")]);
    let noted = changed(&[note("other")]);
    let [base, valued, noted] = [&base, &valued, &noted].map(|store| key.verify(store).unwrap());
    for (ours, theirs) in [(valued, noted), (noted, valued)] {
        let sides = Sides { base: Base::Known(base), ours, theirs };
        let plan = sides.plan().unwrap();
        let merged = sides.merged::<Damaged>(&plan, Side::Ours, vec![reader("ada")], b"wrapped".to_vec(), counting());
        let merged = merged.unwrap();
        assert_eq!(
            (told(&merged, &key).as_str(), merged.history.notes),
            ("A=2", vec![(name("A"), Note::new("new").unwrap())])
        );
    }
}
