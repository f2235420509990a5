//! Who can read a store: one more by the same key, one less by another. What an outsider plants never gets in that way.

use nexus_env::domain::config::Protection::Protected;
use nexus_env::domain::store::identity::Identities;
use nexus_env::domain::store::sealed::{Recipient, RecipientName, Store};
use nexus_env::domain::text::day::Day;
use nexus_env::edge::vault::{self, Outcome, VaultFailure};

use super::tamper::{RESTORE, SEAL, WHOLE};
use super::world::*;

fn today() -> Day {
    Day::parse("2026-03-01").unwrap()
}

fn reader(name: &str, who: &Identities) -> Recipient {
    Recipient { name: RecipientName::new(name).unwrap(), key: who.recipients()[0].clone() }
}

impl World {
    fn admits(&self, newcomer: &Recipient) -> Result<Outcome, VaultFailure> {
        let lock = vault::lock(self.root())?;
        let outcome = vault::admit(self.store(), &self.expected(), &self.ada, newcomer, today(), &no_plugin)?;
        lock.write(&self.environment, outcome.after.as_ref().unwrap())?;
        Ok(outcome)
    }

    fn renews(&self, readers: Vec<Recipient>) -> Result<Outcome, VaultFailure> {
        let lock = vault::lock(self.root())?;
        let outcome = vault::renew(self.store(), &self.expected(), &self.ada, readers, Protected, &no_plugin)?;
        lock.write(&self.environment, outcome.after.as_ref().unwrap())?;
        Ok(outcome)
    }
}

#[test]
fn somebody_is_let_in_by_the_same_key_to_all_that_is_there() {
    let world = World::with_three();
    let (before, bob) = (world.store(), somebody());
    let outcome = world.admits(&reader("bob", &bob)).unwrap();
    let after = world.store();
    assert_eq!((after.readers(), after.revision), ("ada, bob".to_owned(), before.revision + 1));
    assert_eq!(after.secrets, before.secrets);
    assert_eq!(outcome.pin.fingerprint, world.pin.unwrap().fingerprint);
    // What the others remember still holds: nobody is asked.
    assert_eq!(world.open().unwrap().vars.len(), 3);
    assert!(world.open_as(&bob).unwrap().vars.iter().eq(world.open().unwrap().vars.iter()));
    let told: Vec<_> = after.history.joined.iter().map(|(name, moment)| format!("{name} {moment}")).collect();
    assert_eq!(told, ["ada 1 2025-12-31", "bob 2 2026-03-01"]);
}

#[test]
fn an_ssh_key_is_let_in_like_any_other() {
    let world = World::with_three();
    let path = world.root().join("id");
    let done =
        std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&path).status();
    assert!(done.unwrap().success());
    let text = std::fs::read(&path).unwrap();
    let Ok(nexus_env::domain::store::identity::Understood::Ready(bob)) =
        nexus_env::domain::store::identity::parse("`a test`", &text)
    else {
        panic!("no identity")
    };
    world.admits(&reader("bob", &bob)).unwrap();
    assert_eq!(world.open_as(&bob).unwrap().vars.len(), 3);
    assert_eq!(world.open().unwrap().vars.len(), 3);
}

#[test]
fn who_leaves_can_read_nothing_that_is_written_from_then_on() {
    let mut world = World::with_three();
    let bob = somebody();
    world.pin = Some(world.admits(&reader("bob", &bob)).unwrap().pin);
    let (old, kept) = (world.store(), world.text());
    let outcome = world.renews(vec![reader("ada", &world.ada)]).unwrap();
    let after = world.store();
    assert!(after.key != old.key && old.secrets.iter().all(|(name, text)| after.ciphertext(name) != Some(text)));
    assert!(matches!(world.open(), Err(VaultFailure::KeyReplaced { .. })), "somebody else is asked first");
    world.pin = Some(outcome.pin);
    assert_eq!(world.open().unwrap().vars.len(), 3);
    let stale: Vec<_> = after.stale.iter().map(|(name, who)| format!("{name} {who}")).collect();
    assert_eq!(stale, ["A bob", "B bob", "C bob"]);
    let told = told_by(World { pin: None, ..World::new() }.with_file_of(&world).open_as(&bob).unwrap_err());
    assert_eq!(told.0, "your key is not among the readers of `prod`; ada can let you in");
    // What he kept of the old file is refused by those who stay.
    world.overwrite(&kept);
    assert_eq!(world.refused().0, "the key of `prod` is not the one that was allowed");
    world.overwrite(nexus_env::domain::store::sealed::format::render(&after));
    // A new value is no longer stale; the same one is.
    world.change(&[set("A", format!("A-{CANARY}")), set("B", "new")]).unwrap();
    let stale: Vec<_> = world.store().stale.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(stale, ["A", "C"]);
}

impl World {
    /// The same file in another place.
    fn with_file_of(self, other: &World) -> World {
        self.overwrite(other.text());
        self
    }
}

#[test]
fn nobody_who_was_planted_is_let_in_with_somebody_else() {
    let mut world = World::with_three();
    let (eve, bob) = (somebody(), somebody());
    world.plant(|store: &mut Store| store.recipients.push(reader("eve", &eve)));
    let text = world.text();
    let sentence = format!("{SEAL}it lists 2 readers, and its key is wrapped for 1");
    let refused = (sentence, RESTORE.to_owned());
    assert_eq!(told_by(world.admits(&reader("bob", &bob)).unwrap_err()), refused);
    assert_eq!(told_by(world.renews(vec![reader("ada", &world.ada)]).unwrap_err()), refused);
    assert_eq!(world.text(), text);
    // Nor is anybody let in to a store that was not allowed here.
    world = World { pin: None, ..World::with_three() };
    assert!(matches!(world.admits(&reader("bob", &bob)), Err(VaultFailure::NotAllowed { .. })));
    assert!(matches!(world.renews(Vec::new()), Err(VaultFailure::NotAllowed { .. })));
}

#[test]
fn what_a_store_tells_beside_its_secrets_is_under_its_seal() {
    let spoils: [fn(&mut Store); 4] = [
        |store| store.history.written.clear(),
        |store| store.history.joined.clear(),
        |store| store.history.written[0].1.revision = 0,
        |store| store.stale.push((name("B"), "eve".to_owned())),
    ];
    for spoil in spoils {
        let world = World::with_three();
        world.plant(spoil);
        assert_eq!(world.refused(), (format!("{SEAL}{WHOLE}"), RESTORE.to_owned()));
    }
}

#[test]
fn several_stores_are_replaced_together_or_not_at_all() {
    let world = World::with_three();
    let (before, after) = (world.text(), world.store());
    let other = nexus_env::domain::config::name::EnvironmentName::new("test").unwrap();
    // In the way of the second one stands a directory.
    std::fs::create_dir(vault::path(world.root(), &other)).unwrap();
    let lock = vault::lock(world.root()).unwrap();
    let changed = Store { revision: 99, ..after };
    assert!(lock.write_all(&[(&world.environment, &changed), (&other, &changed)]).is_err());
    assert_eq!(world.text(), before);
    let left = std::fs::read_dir(world.file().parent().unwrap()).unwrap().count();
    assert_eq!(left, 2, "nothing is left beside them");
}
