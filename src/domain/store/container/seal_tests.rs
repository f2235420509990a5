use super::*;

fn name(text: &str) -> VariableName {
    VariableName::new(text).unwrap()
}

fn keys() -> Keys {
    let id = RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap();
    Keys::derive(&DataKey::new(Zeroizing::new([1; 32])), &id, &EnvironmentName::new("prod").unwrap())
}

/// A nonce that never repeats, as far as a test goes.
fn counting() -> impl FnMut() -> Result<[u8; NONCE], Damaged> {
    let mut count = 0;
    move || {
        count += 1;
        Ok([count; NONCE])
    }
}

fn store(keys: &Keys, secrets: &[(&str, &str)]) -> Container {
    let empty = keys.create(b"wrapped".to_vec(), Vec::new(), Protection::Protected);
    let changes: Vec<_> = secrets.iter().map(|(n, value)| Change::Set(name(n), Secret::new(*value))).collect();
    keys.verify(&empty).unwrap().changed(&changes, Protection::Protected, counting()).unwrap().unwrap()
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
    assert_eq!(verified.changed(&same, Protection::Open, counting()), Ok(None));
    let after = verified
        .changed(&[Change::Set(name("B"), Secret::new("3"))], Protection::Protected, counting())
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
    let after = keys.verify(&before).unwrap().changed(&changes, Protection::Protected, counting()).unwrap().unwrap();
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
    good.recipients = ["ada", "bob"]
        .map(|n| Recipient { name: super::super::RecipientName::new(n).unwrap(), key: format!("age1{n}") })
        .to_vec();
    good.stale = vec![(name("A"), "eve".to_owned())];
    keys.seal(&mut good);
    assert!(keys.verify(&good).is_ok());
    type Spoil = fn(&mut Container);
    let spoils: [(&str, Spoil); 14] = [
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
        let new = verified.changed(&change, protection, counting()).unwrap().unwrap();
        assert_eq!(new.protected, Some(protection));
        assert!(keys.verify(&new).is_ok());
        let added = Container { protected: Some(protection), ..old.clone() };
        assert!(keys.verify(&added).is_err());
    }
}

#[test]
fn under_another_key_everything_is_new_but_the_values() {
    let id = RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap();
    let other = Keys::derive(&DataKey::new(Zeroizing::new([2; 32])), &id, &EnvironmentName::new("prod").unwrap());
    let (keys, recipient) =
        (keys(), Recipient { name: super::super::RecipientName::new("ada").unwrap(), key: "age1".to_owned() });
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
