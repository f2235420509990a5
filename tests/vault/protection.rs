//! Protection belongs to the secrets: it stands under the seal, and no configuration takes it away. And the readers that
//! are named are those that the key is wrapped to.

use nexus_env::domain::config::Protection::{Open, Protected};
use nexus_env::domain::store::identity::Identities;
use nexus_env::domain::store::sealed::{Recipient, RecipientName, format};
use nexus_env::edge::vault::{self, VaultFailure};

use super::tamper::{RESTORE, SEAL, WHOLE, wrapped_for};
use super::world::*;

const CALLED: &str = "the secrets of `prod` are those of a protected environment, and this configuration calls it \
                      unprotected, so nothing is loaded";
const WAY_OUT: &str = "protected = true under [env.prod] in .nexusenv, then nexus-env allow; where it is to be \
     protected no longer: nexus-env rekey --unprotected -e prod";

/// A store as it was written before protection was said: sealed by somebody who could read it.
fn old() -> World {
    let world = World::with_three();
    let (keys, mut store) = (world.keys(), world.store());
    store.protected = None;
    keys.seal(&mut store);
    world.overwrite(format::render(&store));
    world
}

#[track_caller]
fn says(world: &World, protection: Option<nexus_env::domain::config::Protection>) {
    assert_eq!(world.store().protected, protection);
}

#[test]
fn the_first_write_says_it_and_every_later_one_keeps_it() {
    let mut world = World::with_three();
    says(&world, Some(Protected));
    world.change(&[set("A", "new")]).unwrap();
    says(&world, Some(Protected));
    world = World { protection: Open, ..World::new() };
    world.pin = Some(world.change(&[set("A", "1")]).unwrap().pin);
    says(&world, Some(Open));
    // A configuration that protects it from now on is fine, and the next write says so.
    world.protection = Protected;
    assert!(world.open().is_ok());
    world.change(&[set("A", "2")]).unwrap();
    says(&world, Some(Protected));
}

#[test]
fn a_store_from_before_opens_and_the_next_write_says_it() {
    let world = old();
    assert_eq!(world.open().unwrap().vars.len(), 3);
    assert_eq!(world.change(&[set("A", format!("A-{CANARY}"))]).unwrap().after, None);
    says(&world, None);
    world.change(&[set("A", "new")]).unwrap();
    says(&world, Some(Protected));
    assert_eq!(world.open().unwrap().vars.len(), 3);
}

#[test]
fn a_configuration_that_calls_it_unprotected_opens_and_writes_nothing() {
    let mut world = World::with_three();
    world.protection = Open;
    assert_eq!(world.refused(), (CALLED.to_owned(), WAY_OUT.to_owned()));
    // Neither on a machine that never saw it.
    world.pin = None;
    assert_eq!(told_by(world.open().unwrap_err()).0, CALLED);
}

#[test]
fn what_was_protected_here_stays_so_in_a_store_from_before() {
    let mut world = old();
    world.pin = Some(world.open().unwrap().pin);
    world.protection = Open;
    assert_eq!(world.refused(), (CALLED.to_owned(), WAY_OUT.to_owned()));
    let remembered = || world.pin;
    assert!(vault::claims_protection(world.root(), &world.environment, remembered).unwrap());
    assert!(!vault::claims_protection(world.root(), &world.environment, || None).unwrap());
    // Another key is another store: what to make of it is asked there.
    let opened = World { pin: None, ..world }.open().unwrap().pin;
    assert_eq!(opened.protection, Open);
}

#[test]
fn an_outsider_neither_takes_nor_gives_nor_changes_it() {
    let broken = (format!("{SEAL}{WHOLE}"), RESTORE.to_owned());
    for (from, to) in
        [(Some(Protected), None), (Some(Protected), Some(Open)), (None, Some(Protected)), (None, Some(Open))]
    {
        let world = if from.is_some() { World::with_three() } else { old() };
        world.plant(|store| store.protected = to);
        assert_eq!(world.refused(), broken, "{from:?} to {to:?}");
    }
}

#[test]
fn rekeying_makes_everything_anew_and_only_it_unprotects() {
    let mut world = World::with_three();
    let (before, values) = (world.store(), world.open().unwrap());
    world.protection = Open;
    let lock = vault::lock(world.root()).unwrap();
    let renew = |who| vault::renew(world.store(), &world.expected(), who, before.recipients.clone(), Open, &no_plugin);
    let outcome = renew(&world.ada).unwrap();
    lock.write(&world.environment, outcome.after.as_ref().unwrap()).unwrap();
    let after = world.store();
    assert_eq!((after.protected, after.revision), (Some(Open), before.revision + 1));
    assert_eq!(after.recipients, before.recipients);
    assert!(after.key != before.key && before.secrets.iter().all(|(name, old)| after.ciphertext(name) != Some(old)));
    assert_ne!(outcome.pin.fingerprint, world.pin.unwrap().fingerprint);
    assert_eq!(outcome.pin.protection, Open);
    // Somebody else is asked about the new key before it loads.
    assert!(matches!(world.open(), Err(VaultFailure::KeyReplaced { .. })));
    world.pin = Some(outcome.pin);
    let opened = world.open().unwrap();
    assert!(values.vars.iter().eq(opened.vars.iter()));
    // What a reader who is no longer one kept of the old file is refused.
    world.overwrite(format::render(&before));
    assert!(matches!(world.open(), Err(VaultFailure::KeyReplaced { .. })));
}

#[test]
fn rekeying_is_refused_where_opening_is() {
    let mut world = World::with_three();
    let text = world.text();
    let renew = |world: &World, who: &Identities| {
        let store = world.store();
        let readers = store.recipients.clone();
        vault::renew(store, &world.expected(), who, readers, Open, &no_plugin)
    };
    world.plant(|store| store.revision += 1);
    assert_eq!(told_by(renew(&world, &world.ada).unwrap_err()).0, format!("{SEAL}{WHOLE}"));
    world.overwrite(text);
    assert!(renew(&world, &somebody()).is_err());
    world.pin = None;
    assert!(matches!(renew(&world, &world.ada), Err(VaultFailure::NotAllowed { .. })));
}

/// A store whose seal holds, with a key that is wrapped for others than it names: what a reader could have written.
fn sealed_for(named: usize, wrapped: usize) -> World {
    let world = World::with_three();
    let (keys, mut store) = (world.keys(), world.store());
    let others: Vec<String> = (1..named.max(wrapped)).map(|_| somebody().recipients()[0].clone()).collect();
    for (at, key) in others.iter().take(named - 1).enumerate() {
        store.recipients.push(Recipient { name: RecipientName::new(&format!("x{at}")).unwrap(), key: key.clone() });
    }
    let own = world.ada.recipients()[0].clone();
    let all: Vec<&String> = std::iter::once(&own).chain(others.iter().take(wrapped - 1)).collect();
    store.key = wrapped_for(&world, &all);
    keys.seal(&mut store);
    world.overwrite(format::render(&store));
    world
}

#[test]
fn one_identity_more_or_less_than_is_named_is_refused_at_every_load() {
    let hint = "git log -p -- .nexusenv.d/prod.toml shows who changed it".to_owned();
    assert!(sealed_for(2, 2).open().is_ok());
    let more = "the key of `prod` is wrapped for 2, and `.nexusenv.d/prod.toml` names 1 of them: somebody unnamed could \
                read it";
    assert_eq!(sealed_for(1, 2).refused(), (more.to_owned(), hint.clone()));
    let less = "`.nexusenv.d/prod.toml` names 3 readers, and the key of `prod` is wrapped for 2 of them";
    assert_eq!(sealed_for(3, 2).refused(), (less.to_owned(), hint));
}

#[test]
fn noise_that_implementations_add_is_no_reader() {
    let mut store = World::with_three().store();
    for (header, count) in [
        ("-> X25519 a\nb\n", 1),
        ("-> X25519 a\nb\n-> x7-grease y\n\n", 1),
        ("-> X25519 a\nb\n-> x7-grease y\n\n-> z-grease\n\n", 2),
        ("-> X25519 a\nb\n-> ssh-ed25519 c\nd\n-> mlkem768x25519 e\nf\n", 3),
        ("-> X25519 a\n--> b\n", 1),
    ] {
        store.key = format!("age-encryption.org/v1\n{header}--- mac\n-> X25519 no header\n").into_bytes();
        assert_eq!(store.wrapped_for(), count, "{header}");
    }
}
