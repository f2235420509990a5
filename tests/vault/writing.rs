//! What a write leaves behind: the old store or the new one, whatever happens in the middle and whoever else writes.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use nexus_env::domain::config::Protection;
use nexus_env::domain::store::identity::{self, Understood};
use nexus_env::domain::store::sealed::seal::Change;
use nexus_env::domain::store::sealed::{RecipientName, format};
use nexus_env::domain::text::secret::Secret;
use nexus_env::edge::vault::{self, Expected, VaultFailure, Wanted};

use super::world::*;

/// In this variable a child process is told where to write.
const CHILD: &str = "VAULT_TEST_WRITES_IN";

#[test]
fn the_first_set_makes_the_store_for_oneself_alone() {
    let world = World::new();
    let outcome = world.change(&[set("A", CANARY)]).unwrap();
    assert!(outcome.before.is_none());
    let store = world.store();
    assert_eq!((store.revision, store.readers()), (1, "ada".to_owned()));
    assert_eq!(store.recipients[0].key, world.ada.recipients()[0]);
    assert_eq!(std::fs::metadata(world.file()).unwrap().permissions().mode() & 0o111, 0, "it is no program");
    assert!(!world.text().contains("canary"));
}

#[test]
fn a_value_that_is_the_same_writes_nothing() {
    let world = World::with_three();
    let before = (world.text(), std::fs::metadata(world.file()).unwrap().modified().unwrap());
    let outcome = world.change(&[set("A", format!("A-{CANARY}"))]).unwrap();
    assert!(outcome.after.is_none());
    assert_eq!(before, (world.text(), std::fs::metadata(world.file()).unwrap().modified().unwrap()));
}

#[test]
fn a_change_touches_its_own_lines_the_revision_and_the_seal() {
    let world = World::with_three();
    let before = world.text();
    world.change(&[set("B", "other")]).unwrap();
    let after = world.text();
    let changed: Vec<&str> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).map(|(a, _)| &a[..4]).collect();
    assert_eq!(changed, ["revi", "seal", "B = ", "B = "]);
    world.change(&[Change::Unset(name("B"))]).unwrap();
    assert_eq!(world.open().unwrap().vars.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(), ["A", "C"]);
}

#[test]
fn any_bytes_come_back() {
    let world = World::new();
    let values: [&[u8]; 5] = [b"", b"\n", b"\xff\xfe\x80", "ключ 🔑 $`\"'\\".as_bytes(), &[b'x'; 100_000]];
    let changes: Vec<_> = values.iter().enumerate().map(|(at, value)| set(&format!("V{at}"), *value)).collect();
    world.change(&changes).unwrap();
    let opened = world.open().unwrap();
    assert_eq!(opened.vars.iter().map(|(_, value)| value.expose()).collect::<Vec<_>>(), values);
}

#[test]
fn a_store_that_would_be_too_large_is_not_written() {
    let world = World::with_three();
    let before = world.text();
    let (sentence, hint) = told_by(world.change(&[set("D", vec![b'x'; 900_000])]).unwrap_err());
    assert_eq!(sentence, "`.nexusenv.d/prod.toml` is larger than a store may be (1 MiB)");
    assert_eq!(hint, "nexus-env unset NAME removes what does not belong there");
    assert_eq!(before, world.text());
}

#[test]
fn mode_and_symbolic_link_are_kept() {
    let world = World::with_three();
    std::fs::set_permissions(world.file(), std::fs::Permissions::from_mode(0o600)).unwrap();
    world.change(&[set("D", "1")]).unwrap();
    assert_eq!(std::fs::metadata(world.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let elsewhere = world.root().join("shared.toml");
    std::fs::rename(world.file(), &elsewhere).unwrap();
    symlink(&elsewhere, world.file()).unwrap();
    world.change(&[set("D", "2")]).unwrap();
    assert!(std::fs::symlink_metadata(world.file()).unwrap().is_symlink());
    assert_eq!(world.open().unwrap().vars.get(&name("D")), Some(&Secret::new("2")));
    assert_eq!(left_beside(&world), ["prod.toml"]);
}

#[test]
fn what_a_killed_writer_left_goes_with_the_next_write() {
    let world = World::with_three();
    // No process has that number (proc(5), pid_max).
    std::fs::write(world.root().join("..nexusenv.4194305-0000abcd.new"), "half").unwrap();
    std::fs::write(world.file().with_file_name(".prod.toml.4194305-0000abcd.new"), "half").unwrap();
    world.change(&[set("D", "1")]).unwrap();
    assert_eq!(left_beside(&world), ["prod.toml"]);
    assert!(!world.root().join("..nexusenv.4194305-0000abcd.new").exists());
}

#[test]
fn a_write_that_fails_leaves_the_old_store_and_nothing_beside_it() {
    let world = World::with_three();
    let lock = vault::lock(world.root()).unwrap();
    let store = world.store();
    std::fs::remove_file(world.file()).unwrap();
    std::fs::create_dir_all(world.file().join("full")).unwrap();
    // A directory that is not empty cannot be replaced: the last step fails, after everything was written.
    let failure = lock.write(&world.environment, &store).unwrap_err();
    assert!(told_by(failure).0.starts_with("could not write `.nexusenv.d/prod.toml`: "));
    assert_eq!(left_beside(&world), ["prod.toml"]);
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let world = World::with_three();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for turn in 0..5 {
                    let failure = world.change(&[set(&format!("W{writer}_{turn}"), "x")]).err();
                    assert!(failure.is_none(), "{failure:?}");
                }
            });
        }
    });
    let opened = world.open().unwrap();
    assert_eq!((opened.vars.len(), opened.pin.revision), (23, 21));
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_store_or_the_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let (text, _) = identity::generate("2026-01-02T03:04:05Z");
    std::fs::write(dir.path().join("identity"), text.expose()).unwrap();
    write_one(dir.path(), 0).unwrap();
    let mut last = 0;
    for round in 0_u32..25 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writing::child_that_writes_until_it_is_killed", "--nocapture"])
            .env(CHILD, dir.path())
            .env("VAULT_TEST_FROM", last.to_string())
            // What it makes for itself it will not live to remove.
            .env("TMPDIR", dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = last;
        while told < last + 1 + u64::from(round % 4) {
            if let Some(count) = lines.next().unwrap().unwrap().strip_prefix("wrote ") {
                told = count.parse().unwrap();
            }
        }
        // Some work of another length each time, so that the kill meets another moment of the write after.
        for n in 0..round * 40_000 {
            std::hint::black_box(n);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it told after that and before it died counts too.
        for line in lines.map_while(Result::ok) {
            if let Some(count) = line.strip_prefix("wrote ") {
                told = count.parse().unwrap();
            }
        }
        let found = read_one(dir.path());
        assert!(found == told || found == told + 1, "round {round}: told {told}, found {found}");
        last = found;
    }
    assert!(last >= 25);
}

/// Not a test by itself: the process that is killed above.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let from: u64 = std::env::var("VAULT_TEST_FROM").unwrap().parse().unwrap();
    for count in from + 1.. {
        write_one(Path::new(&dir), count).unwrap();
        println!("wrote {count}");
    }
}

/// The store holds one number in many places; mixed ones would mean that a half was written.
fn write_one(dir: &Path, count: u64) -> Result<(), VaultFailure> {
    with(dir, |expected, identities| {
        let changes: Vec<_> = (0..40).map(|at| set(&format!("N{at}"), count.to_string())).collect();
        vault::change(&vault::lock(dir)?, expected, identities, by(&RecipientName::new("ada").unwrap()), &changes)
            .map(drop)
    })
}

fn read_one(dir: &Path) -> u64 {
    with(dir, |expected, identities| {
        let store = vault::read(dir, expected.environment).unwrap().unwrap();
        let opened = vault::open(&store, expected, identities, Wanted::All).unwrap();
        let mut all: Vec<_> = opened.vars.iter().map(|(_, value)| value.expose()).collect();
        all.dedup();
        assert_eq!((all.len(), opened.vars.len()), (1, 40));
        std::str::from_utf8(all[0]).unwrap().parse().unwrap()
    })
}

fn with<T>(dir: &Path, act: impl FnOnce(&Expected<'_>, &identity::Identities) -> T) -> T {
    let world = World::new();
    let text = std::fs::read(dir.join("identity")).unwrap();
    let Ok(Understood::Ready(identities)) = identity::parse("`a test`", &text) else { panic!("no identity") };
    let expected = Expected { protection: Protection::Open, ..world.expected() };
    // What is there was written here, by a process that was killed before it could tell its key.
    let there = vault::read(dir, expected.environment).unwrap();
    let pin = there.map(|store| vault::open(&store, &expected, &identities, Wanted::All).unwrap().pin);
    let expected = Expected { pin, ..expected };
    act(&expected, &identities)
}

fn left_beside(world: &World) -> Vec<String> {
    let directory = std::fs::read_dir(world.file().parent().unwrap()).unwrap();
    directory.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_file_that_was_written_is_what_rendering_gives() {
    let world = World::with_three();
    assert_eq!(format::render(&world.store()), world.text());
}
