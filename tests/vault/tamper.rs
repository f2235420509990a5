//! The ways to tamper with a store, each refused with its own sentence, and again with nobody looking at the seal,
//! where the associated data must hold by itself.

use nexus_env::domain::config::Protection;
use nexus_env::domain::config::name::{EnvironmentName, RepositoryId};
use nexus_env::domain::store::sealed::{Recipient, RecipientName, format};
use nexus_env::domain::text::secret::Secret;
use nexus_env::edge::vault::{VaultFailure, change, lock};
use proptest::prelude::*;

use super::world::*;

pub const SEAL: &str = "the seal of `.nexusenv.d/prod.toml` does not hold: ";
pub const WHOLE: &str =
    "a name, an older value, a reader or the revision was changed by something that cannot read `prod`";
pub const RESTORE: &str =
    "git log -p -- .nexusenv.d/prod.toml shows who changed it, git checkout -- .nexusenv.d/prod.toml restores it";

#[track_caller]
fn refuses(world: &World, sentence: &str, hint: &str) {
    assert_eq!(world.refused(), (sentence.to_owned(), hint.to_owned()));
}

#[test]
fn opens_what_was_stored() {
    let world = World::with_three();
    let opened = world.open().unwrap();
    assert_eq!(opened.vars.get(&name("B")), Some(&Secret::new(format!("B-{CANARY}"))));
    assert_eq!((opened.vars.len(), opened.pin.revision, opened.warning.clone()), (3, 1, None));
    assert!(!format!("{opened:?} {:?}", world.ada).contains("canary"));
    assert_eq!(world.opening_without_seal(), ["A", "B", "C"]);
}

#[test]
fn two_values_swapped() {
    let world = World::with_three();
    world.plant(|c| {
        let first = c.secrets[0].1.clone();
        c.secrets[0].1 = std::mem::replace(&mut c.secrets[1].1, first);
    });
    refuses(&world, &format!("{SEAL}the value of `A` was not written under this name for `prod`"), RESTORE);
    assert_eq!(world.opening_without_seal(), ["C"]);
}

#[test]
fn a_value_copied_from_another_environment() {
    let mut world = World::with_three();
    world.environment = EnvironmentName::new("dev").unwrap();
    let pin = world.pin.take();
    world.change(&[set("A", CANARY)]).unwrap();
    let foreign = world.store().secrets[0].1.clone();
    world.environment = EnvironmentName::new("prod").unwrap();
    world.pin = pin;
    world.plant(|c| c.secrets[0].1 = foreign);
    refuses(&world, &format!("{SEAL}the value of `A` was not written under this name for `prod`"), RESTORE);
    assert_eq!(world.opening_without_seal(), ["B", "C"]);
}

#[test]
fn a_value_copied_from_another_repository() {
    let (world, mut other) = (World::with_three(), World::new());
    other.id = RepositoryId::new("0000000000000000").unwrap();
    other.change(&[set("B", CANARY)]).unwrap();
    let foreign = other.store().secrets[0].1.clone();
    world.plant(|c| c.secrets[1].1 = foreign);
    refuses(&world, &format!("{SEAL}the value of `B` was not written under this name for `prod`"), RESTORE);
    assert_eq!(world.opening_without_seal(), ["A", "C"]);
}

#[test]
fn a_file_copied_from_another_environment() {
    let mut world = World::with_three();
    let text = world.text();
    world.environment = EnvironmentName::new("dev").unwrap();
    world.overwrite(&text);
    let restore = RESTORE.replace("prod", "dev");
    refuses(&world, "`.nexusenv.d/dev.toml` holds the secrets of `prod`", &restore);
    // And with the line that tells changed as well.
    world.overwrite(text.replace("environment = \"prod\"", "environment = \"dev\""));
    let sentence =
        "the seal of `.nexusenv.d/dev.toml` does not hold: the value of `A` was not written under this name for `dev`";
    refuses(&world, sentence, &restore);
    assert!(world.opening_without_seal().is_empty());
}

#[test]
fn a_file_copied_from_another_repository() {
    let mut world = World::with_three();
    let text = world.text();
    world.id = RepositoryId::new("0000000000000000").unwrap();
    refuses(
        &world,
        "`.nexusenv.d/prod.toml` belongs to another repository",
        "its values can be stored here one by one: nexus-env set NAME",
    );
    world.overwrite(text.replace(ID, "0000000000000000"));
    refuses(&world, &format!("{SEAL}the value of `A` was not written under this name for `prod`"), RESTORE);
    assert!(world.opening_without_seal().is_empty());
}

#[test]
fn a_secret_deleted() {
    let world = World::with_three();
    world.plant(|c| drop(c.secrets.remove(1)));
    refuses(&world, &format!("{SEAL}{WHOLE}"), RESTORE);
}

#[test]
fn a_secret_added() {
    let world = World::with_three();
    // Under another key, which is all that an outsider has.
    let other = World::with_three();
    let forged = other.store().secrets[0].1.clone();
    world.plant(|c| c.secrets.push((name("D"), forged)));
    refuses(&world, &format!("{SEAL}the value of `D` was not written under this name for `prod`"), RESTORE);
    assert_eq!(world.opening_without_seal(), ["A", "B", "C"]);
}

#[test]
fn a_recipient_added_who_waits() {
    let world = World::with_three();
    let eve = somebody();
    let key = eve.recipients()[0].clone();
    world.plant(|c| c.recipients.push(Recipient { name: RecipientName::new("eve").unwrap(), key }));
    refuses(&world, &format!("{SEAL}it lists 2 readers, and its key is wrapped for 1"), RESTORE);
    // Had nobody looked at the seal: she is named, and the key is not wrapped for her, which is refused too.
    let (keys, mut planted) = (world.keys(), world.store());
    keys.seal(&mut planted);
    world.overwrite(format::render(&planted));
    let (sentence, _) = world.refused();
    assert_eq!(sentence, "`.nexusenv.d/prod.toml` names 2 readers, and the key of `prod` is wrapped for 1 of them");
    let failure = world.open_as(&eve).unwrap_err();
    assert!(matches!(failure, VaultFailure::Stripped { .. }), "{failure:?}");
}

#[test]
fn two_recipients_names_swapped() {
    let world = World::with_three();
    let (keys, bob) = (world.keys(), somebody());
    let mut two = world.store();
    let key = bob.recipients()[0].clone();
    two.recipients.push(Recipient { name: RecipientName::new("bob").unwrap(), key });
    two.recipients.sort_by(|a, b| a.name.cmp(&b.name));
    two.key = wrapped_for(&world, &[&world.ada.recipients()[0], &bob.recipients()[0]]);
    keys.seal(&mut two);
    world.overwrite(format::render(&two));
    assert!(world.open().is_ok() && world.open_as(&bob).is_ok());
    world.plant(|c| {
        let first = c.recipients[0].key.clone();
        c.recipients[0].key = std::mem::replace(&mut c.recipients[1].key, first);
    });
    refuses(&world, &format!("{SEAL}{WHOLE}"), RESTORE);
}

#[test]
fn a_stanza_stripped() {
    let world = World::with_three();
    let (keys, bob) = (world.keys(), somebody());
    let mut two = world.store();
    let key = bob.recipients()[0].clone();
    two.recipients.push(Recipient { name: RecipientName::new("bob").unwrap(), key });
    two.recipients.sort_by(|a, b| a.name.cmp(&b.name));
    two.key = wrapped_for(&world, &[&world.ada.recipients()[0], &bob.recipients()[0]]);
    keys.seal(&mut two);
    world.overwrite(format::render(&two));
    world.plant(|c| c.key = without_stanza(&c.key, 1));
    // For the one who is still in, age's own header check fails; the other one is told who should be in.
    let sentence = "the wrapped key of `prod` in `.nexusenv.d/prod.toml` is damaged or was changed";
    refuses(&world, sentence, RESTORE);
    let (sentence, _) = told_by(world.open_as(&bob).unwrap_err());
    assert_eq!(sentence, "`prod` lists `bob` as a reader, but its key is not wrapped for that identity");
}

#[test]
fn a_fresh_file_built_to_the_public_recipients() {
    let world = World::with_three();
    let mut forger = World::new();
    forger.ada = somebody();
    forger.change(&[set("A", "postgres://evil")]).unwrap();
    let keys = forger.keys();
    let mut fresh = forger.store();
    fresh.recipients = world.store().recipients;
    fresh.key = wrapped_for(&forger, &[&world.ada.recipients()[0]]);
    fresh.revision = 99;
    keys.seal(&mut fresh);
    world.overwrite(format::render(&fresh));
    refuses(
        &world,
        "the key of `prod` is not the one that was allowed",
        "ask a colleague who changed .nexusenv.d/prod.toml and why, then: nexus-env allow",
    );
}

#[test]
fn a_store_that_nobody_here_allowed_takes_and_gives_nothing() {
    let mut world = World::with_three();
    world.pin = None;
    let before = world.text();
    let (sentence, hint) = told_by(world.change(&[set("A", CANARY)]).unwrap_err());
    assert_eq!(sentence, "the secrets of prod are new here and not allowed yet");
    assert_eq!((hint.as_str(), before), ("nexus-env allow, if you expected them", world.text()));
}

#[test]
fn one_value_rolled_back() {
    let world = World::with_three();
    let old = world.store().secrets[0].1.clone();
    world.change(&[set("A", "new")]).unwrap();
    world.plant(|c| c.secrets[0].1 = old);
    refuses(&world, &format!("{SEAL}{WHOLE}"), RESTORE);
}

#[test]
fn the_whole_file_rolled_back() {
    let mut world = World::with_three();
    let old = world.text();
    world.pin = Some(world.change(&[set("A", "new")]).unwrap().pin);
    world.overwrite(&old);
    refuses(
        &world,
        "`.nexusenv.d/prod.toml` is revision 1 of `prod`, and revision 2 was seen here before",
        "git pull brings the present one; nexus-env allow accepts this one all the same",
    );
    // A revision that was only written higher, to get past that, breaks the seal.
    world.plant(|c| c.revision = 2);
    refuses(&world, &format!("{SEAL}{WHOLE}"), RESTORE);
}

#[test]
fn the_whole_file_of_an_open_environment_rolled_back() {
    let mut world = World { protection: Protection::Open, ..World::new() };
    world.pin = Some(world.change(&["A", "B", "C"].map(|name| set(name, CANARY))).unwrap().pin);
    let old = world.text();
    world.pin = Some(world.change(&[set("A", "new")]).unwrap().pin);
    world.overwrite(&old);
    let opened = world.open().unwrap();
    let warning = "`.nexusenv.d/prod.toml` is revision 1, and revision 2 was seen here before";
    assert_eq!((opened.warning.as_deref(), opened.vars.len(), opened.pin.revision), (Some(warning), 3, 2));
}

#[test]
fn an_unknown_version() {
    let world = World::with_three();
    world.overwrite(world.text().replace("version = 1", "version = 2\nshade = \"x\""));
    refuses(
        &world,
        "`.nexusenv.d/prod.toml` is written in version 2 of the format, and this program knows version 1",
        "install the present version of nexus-env",
    );
}

#[test]
fn somebody_who_is_no_recipient() {
    let world = World::with_three();
    let eve = somebody();
    let (sentence, hint) = told_by(world.open_as(&eve).unwrap_err());
    assert_eq!(sentence, "your key is not among the readers of `prod`; ada can let you in");
    let line = format!("nexus-env recipients add me {} -e prod", eve.recipients()[0]);
    assert_eq!(hint, format!("send them this line, which they type here: {line}"));
    let before = world.text();
    let me = RecipientName::new("eve").unwrap();
    let (by_set, _) = told_by(
        change(&lock(world.root()).unwrap(), &world.expected(), &eve, by(&me), &[set("A", CANARY)]).unwrap_err(),
    );
    assert_eq!((by_set, before), (sentence, world.text()));
}

#[test]
fn a_damaged_key_is_told_apart() {
    let world = World::with_three();
    world.plant(|c| *c.key.last_mut().unwrap() ^= 1);
    let sentence = "the wrapped key of `prod` in `.nexusenv.d/prod.toml` is damaged or was changed";
    refuses(&world, sentence, RESTORE);
    world.plant(|c| c.key = b"no age file".to_vec());
    refuses(&world, sentence, RESTORE);
}

#[test]
fn a_sealed_value_that_does_not_open() {
    // What a recipient's broken program could write: the seal holds, a value does not.
    let world = World::with_three();
    let (keys, mut broken) = (world.keys(), world.store());
    broken.secrets[2].1 = broken.secrets[1].1.clone();
    keys.seal(&mut broken);
    world.overwrite(format::render(&broken));
    let (sentence, hint) = told_by(world.open().unwrap_err());
    assert_eq!(sentence, "the value of `C` for `prod` in `.nexusenv.d/prod.toml` is damaged");
    assert_eq!(hint, RESTORE);
}

#[test]
fn a_sealed_name_that_runs_code() {
    let world = World::with_three();
    world.change(&[set("NODE_OPTIONS", CANARY)]).unwrap();
    let (sentence, hint) = told_by(world.open().unwrap_err());
    assert_eq!(
        sentence,
        "`prod` holds a secret named `NODE_OPTIONS`, which is refused: Node, its package managers or what they \
         install run something else by it"
    );
    assert_eq!(hint, "nexus-env unset NODE_OPTIONS -e prod");
}

#[test]
fn text_that_is_no_store_says_file_and_line() {
    let world = World::with_three();
    world.overwrite(world.text().replace("[secrets]", &format!("[secrets]\nX = \"{CANARY}\"")));
    refuses(&world, "`.nexusenv.d/prod.toml:14`: the value of `X` is not an encrypted one", RESTORE);
    world.overwrite(vec![b'#'; 1024 * 1024 + 1]);
    let (sentence, _) = told_by(world.open().unwrap_err());
    assert_eq!(sentence, "`.nexusenv.d/prod.toml` is larger than a store may be (1 MiB)");
    std::fs::remove_file(world.file()).unwrap();
    std::fs::create_dir(world.file()).unwrap();
    let (sentence, _) = told_by(world.open().unwrap_err());
    assert_eq!(sentence, "`.nexusenv.d/prod.toml` is not a regular file");
    std::fs::remove_dir(world.file()).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, world.file(), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let (sentence, _) = told_by(world.open().unwrap_err());
    assert_eq!(sentence, "`.nexusenv.d/prod.toml` is not a regular file");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Either the store is refused, or the byte stood in a comment or a space and means nothing.
    #[test]
    fn any_flipped_byte(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let world = World::with_three();
        let mut bytes = std::fs::read(world.file()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let good = world.store();
        world.overwrite(&bytes);
        match world.open() {
            Ok(_) => prop_assert_eq!(format::parse(&bytes).ok(), Some(good)),
            Err(failure) => { told_by(failure); }
        }
    }
}

/// The data key of the world's own file, wrapped for these.
pub fn wrapped_for(world: &World, recipients: &[&String]) -> Vec<u8> {
    let wrapped = world.store().key;
    let mut key = Vec::new();
    let mut reader = age::Decryptor::new_buffered(&wrapped[..]).unwrap().decrypt(world.ada.keys()).unwrap();
    std::io::Read::read_to_end(&mut reader, &mut key).unwrap();
    let recipients: Vec<age::x25519::Recipient> = recipients.iter().map(|key| key.parse().unwrap()).collect();
    let encryptor = age::Encryptor::with_recipients(recipients.iter().map(|r| r as &dyn age::Recipient)).unwrap();
    let mut out = Vec::new();
    let mut writer = encryptor.wrap_output(&mut out).unwrap();
    std::io::Write::write_all(&mut writer, &key).unwrap();
    writer.finish().unwrap();
    out
}

/// The age file without its n-th X25519 stanza: two lines of its header.
fn without_stanza(file: &[u8], n: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut seen, mut skip) = (0, 0);
    for line in file.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b"-> X25519 ") {
            skip = if seen == n { 2 } else { 0 };
            seen += 1;
        }
        if skip > 0 {
            skip -= 1;
        } else {
            out.extend_from_slice(line);
        }
    }
    out
}
