//! A store that was written once and is read for ever: by this program, and without it, by `tests/read_store.py` and
//! the `age` command.

use std::path::{Path, PathBuf};
use std::process::Command;

use nexus_env::domain::config::Protection;
use nexus_env::domain::config::name::{EnvironmentName, RepositoryId, VariableName};
use nexus_env::domain::store::identity::{self, Identities, Understood};
use nexus_env::domain::store::sealed::{Pin, format};
use nexus_env::edge::vault::{self, Expected, Wanted};

use super::world::*;

/// `identity.txt` (ada, invented for this); `prod.toml` (for ada and ci), from before protection was said, and
/// `protected.toml` (for ada), which says it; `history.toml` (for ada and ci), which tells when each secret was written and each
/// reader let in, what expires, and where one was issued; and the values of each, in hexadecimal.
fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn ada() -> Identities {
    match identity::parse("`a test`", &std::fs::read(vectors().join("identity.txt")).unwrap()) {
        Ok(Understood::Ready(identities)) => identities,
        Ok(Understood::Locked(_) | Understood::Plugged(_)) | Err(_) => panic!("the vectors' identity is one"),
    }
}

#[track_caller]
fn opens(name: &str, fingerprint: u128, revision: u64) {
    let text = std::fs::read(vectors().join(format!("{name}.toml"))).unwrap();
    let store = format::parse(&text).unwrap();
    let (id, environment) = (RepositoryId::new(ID).unwrap(), EnvironmentName::new("prod").unwrap());
    let pin =
        Some(Pin { fingerprint: fingerprint.to_be_bytes(), revision, protection: Protection::Protected, seal: None });
    // The vectors are older than the table of names that a repository may not set.
    let lifted = &[VariableName::new("LINES").unwrap()];
    let expected = Expected { id: &id, environment: &environment, protection: Protection::Protected, pin, lifted };
    let opened = vault::open(&store, &expected, &ada(), Wanted::All).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let got: String = opened.vars.iter().map(|(name, value)| format!("{name}={}\n", hex(value.expose()))).collect();
    assert_eq!(got, std::fs::read_to_string(vectors().join(format!("{name}.values"))).unwrap());
    assert_eq!(format::render(&store).as_bytes(), text);
}

#[test]
fn the_checked_in_stores_open_to_the_checked_in_values() {
    opens("prod", 0x6911_cca0_8a61_81d9_0386_3d66_b5d3_1356, 42);
    opens("protected", 0x9ad6_06a0_ff79_895d_e136_c1d3_b256_fa1d, 3);
    opens("history", 0x87c0_2234_5760_cb33_bb3c_23db_474a_5942, 5);
}

#[track_caller]
fn read_without_this_program(store: &Path, identity: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_store.py");
    let output = Command::new("python3").arg(script).arg(store).arg(identity).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tests/read_store.py needs python3 and age: {told}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_short_reader_in_another_language_reads_it_too() {
    for name in ["prod", "protected", "history"] {
        let store = vectors().join(format!("{name}.toml"));
        let got = read_without_this_program(&store, &vectors().join("identity.txt"));
        assert_eq!(got, std::fs::read_to_string(vectors().join(format!("{name}.values"))).unwrap());
    }
}

#[test]
fn and_what_is_written_today() {
    let mut world = World::new();
    let (text, _) = identity::generate("2026-01-02T03:04:05Z");
    let file = world.root().join("identity");
    std::fs::write(&file, text.expose()).unwrap();
    world.ada = match identity::parse("x", text.expose()) {
        Ok(Understood::Ready(identities)) => identities,
        Ok(Understood::Locked(_) | Understood::Plugged(_)) | Err(_) => panic!("a fresh identity is one"),
    };
    world.change(&[set("A", "one"), set("B", vec![0xff; 200]), set("C", "")]).unwrap();
    let got = read_without_this_program(&world.file(), &file);
    assert_eq!(got, format!("A=6f6e65\nB={}\nC=\n", "ff".repeat(200)));
}

#[test]
fn the_reader_refuses_what_the_program_refuses() {
    let dir = tempfile::tempdir().unwrap();
    for (name, from, to) in [
        ("prod", "revision = 42", "revision = 43"),
        ("prod", "\nrevision", "\nprotected = true\nrevision"),
        ("protected", "protected = true", "protected = false"),
        ("protected", "protected = true\n", ""),
        ("history", "TOKEN = \"5 2026-03-05\"", "TOKEN = \"4 2026-03-05\""),
        ("history", "\n[expires]\nTOKEN = \"2026-06-03 90d\"\n", ""),
        ("history", "vendor", "vandal"),
    ] {
        let text = std::fs::read_to_string(vectors().join(format!("{name}.toml"))).unwrap();
        let store = dir.path().join("changed.toml");
        std::fs::write(&store, text.replacen(from, to, 1)).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_store.py");
        let output =
            Command::new("python3").arg(script).arg(&store).arg(vectors().join("identity.txt")).output().unwrap();
        assert!(!output.status.success(), "{to}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "the seal does not hold\n", "{to}");
    }
}
