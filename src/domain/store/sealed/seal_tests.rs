use super::*;

pub(super) fn name(text: &str) -> VariableName {
    VariableName::new(text).unwrap()
}

fn keys() -> Keys {
    let id = RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap();
    Keys::derive(&DataKey::new(Zeroizing::new([1; 32])), &id, &EnvironmentName::new("prod").unwrap())
}

pub(super) fn today() -> Day {
    Day::parse("2026-03-01").unwrap()
}

fn reader(name: &str) -> Recipient {
    Recipient { name: RecipientName::new(name).unwrap(), key: format!("age1{name}") }
}

/// A nonce that never repeats, as far as a test goes.
pub(super) fn counting() -> impl FnMut() -> Result<[u8; NONCE], Damaged> {
    let mut count = 0;
    move || {
        count += 1;
        Ok([count; NONCE])
    }
}

fn store(keys: &Keys, secrets: &[(&str, &str)]) -> Store {
    let empty = keys.create(b"wrapped".to_vec(), Vec::new(), Protection::Protected, today());
    let changes: Vec<_> = secrets.iter().map(|(n, value)| Change::Set(name(n), Secret::new(*value))).collect();
    keys.verify(&empty).unwrap().changed(&changes, Protection::Protected, today(), counting()).unwrap().unwrap()
}

#[track_caller]
fn check(value: &[u8], length: usize) {
    let keys = keys();
    let closed = keys.close(&name("A"), &Secret::new(value), [9; NONCE]).unwrap();
    assert_eq!(closed.as_bytes().len(), NONCE + length + TAG, "{} bytes", value.len());
    assert_eq!(keys.open(&name("A"), &closed).unwrap().expose(), value);
    assert_eq!(keys.open(&name("B"), &closed), Err(Damaged(name("B"))));
}

#[test]
fn values_come_back_and_hide_their_length() {
    check(b"", 32);
    check(b"\0", 32);
    check(&[0x80; 31], 32);
    check(&[0; 32], 64);
    check(&[b'x'; 63], 64);
    check(&(0..=255).collect::<Vec<u8>>(), 288);
}

#[test]
fn an_unchanged_value_changes_nothing_at_all() {
    let keys = keys();
    let before = store(&keys, &[("A", "1"), ("B", "2")]);
    let verified = keys.verify(&before).unwrap();
    let same = [Change::Set(name("A"), Secret::new("1")), Change::Unset(name("C"))];
    assert_eq!(verified.changed(&same, Protection::Open, today(), counting()), Ok(None));
    let after = verified
        .changed(&[Change::Set(name("B"), Secret::new("3"))], Protection::Protected, today(), counting())
        .unwrap()
        .unwrap();
    assert_eq!(after.revision, before.revision + 1);
    assert_eq!(after.ciphertext(&name("A")), before.ciphertext(&name("A")));
    assert_eq!(after.key, before.key);
    assert_eq!(keys.verify(&after).unwrap().value(&name("B")), Ok(Some(Secret::new("3"))));
}

#[test]
fn a_changed_value_is_no_longer_stale() {
    let keys = keys();
    let mut before = store(&keys, &[("A", "1"), ("B", "2"), ("C", "3")]);
    before.stale = ["A", "B", "C"].map(|n| (name(n), "bob".to_owned())).to_vec();
    keys.seal(&mut before);
    let changes =
        [Change::Set(name("A"), Secret::new("1")), Change::Set(name("B"), Secret::new("x")), Change::Unset(name("C"))];
    let after =
        keys.verify(&before).unwrap().changed(&changes, Protection::Protected, today(), counting()).unwrap().unwrap();
    assert_eq!(after.stale, [(name("A"), "bob".to_owned())]);
}

#[test]
fn a_value_does_not_open_in_another_environment_or_repository() {
    let data_key = || DataKey::new(Zeroizing::new([1; 32]));
    let (id, other) = (RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(), RepositoryId::new("0000000000000000").unwrap());
    let (prod, dev) = (EnvironmentName::new("prod").unwrap(), EnvironmentName::new("dev").unwrap());
    let store = store(&keys(), &[("A", "1")]);
    for keys in [Keys::derive(&data_key(), &id, &dev), Keys::derive(&data_key(), &other, &prod)] {
        assert!(keys.verify(&store).is_err());
        assert!(!keys.belongs(&name("A"), &store.secrets[0].1));
        assert_ne!(keys.fingerprint(), self::keys().fingerprint());
    }
}

#[test]
fn the_seal_covers_every_part() {
    let keys = keys();
    let mut good = store(&keys, &[("A", "1"), ("B", "2")]);
    good.recipients = ["ada", "bob"].map(reader).to_vec();
    good.history.joined = vec![(good.recipients[0].name.clone(), moment("1 2026-03-01"))];
    good.history.expires = vec![(name("A"), Expiry::parse("2026-05-30 90d").unwrap())];
    good.history.notes = vec![(name("A"), Note::new("vendor").unwrap())];
    good.stale = vec![(name("A"), "eve".to_owned())];
    keys.seal(&mut good);
    assert!(keys.verify(&good).is_ok());
    type Spoil = fn(&mut Store);
    let spoils: [(&str, Spoil); 20] = [
        ("repository", |c| c.repository = RepositoryId::new("0000000000000000").unwrap()),
        ("environment", |c| c.environment = EnvironmentName::new("dev").unwrap()),
        ("revision", |c| c.revision += 1),
        ("protection", |c| c.protected = Some(Protection::Open)),
        ("that it says its protection", |c| c.protected = None),
        ("seal", |c| c.seal[31] ^= 1),
        ("wrapped key", |c| c.key.push(b'x')),
        ("a recipient's name", |c| c.recipients.swap(0, 1)),
        ("a recipient's key", |c| c.recipients[0].key.push('q')),
        ("a recipient less", |c| drop(c.recipients.pop())),
        ("a secret less", |c| drop(c.secrets.pop())),
        ("a secret's name", |c| c.secrets[0].0 = name("AA")),
        ("a secret's bytes", |c| c.secrets[0].1.0[40] ^= 1),
        ("stale", |c| c.stale.clear()),
        ("when a secret was written", |c| c.history.written[0].1 = moment("2 2026-03-01")),
        ("which secret was written then", |c| c.history.written[0].0 = name("AA")),
        ("when a reader was let in", |c| c.history.joined[0].1 = moment("1 2026-03-02")),
        ("when a secret expires", |c| c.history.expires[0].1 = Expiry::parse("2026-05-31 90d").unwrap()),
        ("a note", |c| c.history.notes[0].1 = Note::new("elsewhere").unwrap()),
        ("that a table is there", |c| c.history.notes.clear()),
    ];
    for (what, spoil) in spoils {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(keys.verify(&bad).is_err(), "{what}");
    }
}

#[test]
fn a_store_that_said_nothing_of_protection_says_it_with_the_next_change() {
    let keys = keys();
    let mut old = store(&keys, &[("A", "1")]);
    old.protected = None;
    keys.seal(&mut old);
    let verified = keys.verify(&old).unwrap();
    let change = [Change::Set(name("A"), Secret::new("2"))];
    for protection in [Protection::Protected, Protection::Open] {
        let new = verified.changed(&change, protection, today(), counting()).unwrap().unwrap();
        assert_eq!(new.protected, Some(protection));
        assert!(keys.verify(&new).is_ok());
        let added = Store { protected: Some(protection), ..old.clone() };
        assert!(keys.verify(&added).is_err());
    }
}

#[test]
fn under_another_key_everything_is_new_but_the_values() {
    let id = RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap();
    let other = Keys::derive(&DataKey::new(Zeroizing::new([2; 32])), &id, &EnvironmentName::new("prod").unwrap());
    let (keys, recipient) = (keys(), reader("ada"));
    let before = store(&keys, &[("A", "1"), ("B", "2")]);
    let verified = keys.verify(&before).unwrap();
    let after = verified.rekeyed(&other, b"anew".to_vec(), vec![recipient], Protection::Open, counting()).unwrap();
    assert_eq!((after.revision, after.protected), (before.revision + 1, Some(Protection::Open)));
    assert!(keys.verify(&after).is_err());
    for (name, _) in &before.secrets {
        assert_eq!(other.verify(&after).unwrap().value(name), verified.value(name));
    }
    assert!(before.secrets.iter().all(|(name, old)| after.ciphertext(name) != Some(old)));
}

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

#[test]
fn a_store_notes_which_revision_wrote_each_secret() {
    let keys = keys();
    let first = store(&keys, &[("A", "1"), ("B", "2")]);
    let change = [Change::Set(name("A"), Secret::new("1")), Change::Set(name("B"), Secret::new("x"))];
    let later = Day::parse("2026-04-01").unwrap();
    let second =
        keys.verify(&first).unwrap().changed(&change, Protection::Protected, later, counting()).unwrap().unwrap();
    assert_eq!(second.history.written, [(name("A"), moment("1 2026-03-01")), (name("B"), moment("2 2026-04-01"))]);
    // A store from before tells nothing of what it held, and something of what is changed in it.
    let mut old = first.clone();
    old.history = History::default();
    keys.seal(&mut old);
    let new = keys.verify(&old).unwrap().changed(&change, Protection::Protected, later, counting()).unwrap().unwrap();
    assert_eq!(new.history.written, [(name("B"), moment("2 2026-04-01"))]);
    let gone = [Change::Unset(name("B"))];
    let gone = keys.verify(&new).unwrap().changed(&gone, Protection::Protected, later, counting()).unwrap().unwrap();
    assert_eq!(gone.history, History::default());
}

#[test]
fn what_is_told_of_a_secret_changes_without_its_value() {
    let keys = keys();
    let before = store(&keys, &[("A", "1")]);
    let expiry = Expiry::parse("2026-05-30 90d");
    let told = [
        Change::Expires(name("A"), expiry),
        Change::Noted(name("A"), Note::new("vendor")),
        Change::Noted(name("Z"), Note::new("no secret")),
    ];
    let change = |store: &Store, changes: &[Change]| {
        keys.verify(store).unwrap().changed(changes, Protection::Protected, today(), counting()).unwrap()
    };
    let after = change(&before, &told).unwrap();
    assert_eq!((after.revision, &after.secrets), (before.revision + 1, &before.secrets));
    assert_eq!(after.history.written, before.history.written);
    assert_eq!((after.history.expires.len(), after.history.notes.len()), (1, 1));
    assert_eq!(change(&after, &told), None);
    let off = change(&after, &[Change::Expires(name("A"), None), Change::Noted(name("A"), None)]).unwrap();
    assert_eq!(off.history, before.history);
}

#[test]
fn one_more_reader_is_let_in_to_what_is_there_and_nothing_else_changes() {
    let keys = keys();
    let mut before = store(&keys, &[("A", "1")]);
    before.recipients = vec![reader("ada")];
    keys.seal(&mut before);
    let both = vec![reader("ada"), reader("bob")];
    let after =
        keys.verify(&before).unwrap().admitting(b"wider".to_vec(), both.clone(), Protection::Protected, today());
    assert!(keys.verify(&after).is_ok());
    assert_eq!((&after.secrets, &after.recipients), (&before.secrets, &both));
    // The readers of a store from before were let in at a time that nobody noted.
    assert_eq!(after.history.joined, [(both[1].name.clone(), moment("2 2026-03-01"))]);
}

#[test]
fn what_somebody_who_left_could_read_is_stale() {
    let id = RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap();
    let other = Keys::derive(&DataKey::new(Zeroizing::new([2; 32])), &id, &EnvironmentName::new("prod").unwrap());
    let keys = keys();
    let mut before = store(&keys, &[("A", "1"), ("B", "2")]);
    before.recipients = ["ada", "bob", "eve"].map(reader).to_vec();
    before.history.joined =
        ["ada", "bob"].map(|name| (RecipientName::new(name).unwrap(), moment("1 2026-03-01"))).to_vec();
    before.stale = vec![(name("B"), "carol".to_owned())];
    keys.seal(&mut before);
    let verified = keys.verify(&before).unwrap();
    let stay = vec![reader("ada")];
    let after = verified.rekeyed(&other, b"anew".to_vec(), stay, Protection::Protected, counting()).unwrap();
    assert_eq!(after.stale, [(name("A"), "bob eve".to_owned()), (name("B"), "carol bob eve".to_owned())]);
    assert_eq!(after.history.joined, before.history.joined[..1]);
    assert_eq!(after.history.written, before.history.written);
}
