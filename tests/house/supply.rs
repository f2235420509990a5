//! What the program is built from: licences that may be passed on, one registry, and the cryptography that `age` itself
//! uses, in the same versions. `deny.toml` says the same to cargo-deny, which also knows the advisories.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The platforms that the program is made for.
const PLATFORMS: &[&str] =
    &["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "aarch64-apple-darwin"];

const LICENCES: &[&str] =
    &["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Unicode-3.0", "Unlicense", "Zlib"];

/// Not on the list, and why each may be used all the same.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("option-ext", "MPL-2.0", "file-level copyleft; used unchanged, as published, below the crate `dirs`")];

/// Cryptography that must not be there twice: two versions are two sets of bugs, and twice the size. `hmac` and `sha2`
/// are, since PostgreSQL's login is a generation ahead of age, and its older releases let a server ask for any amount of
/// work (CVE-2026-42198).
const ONCE: &[&str] = &[
    "age", "age-core", "aead", "chacha20poly1305", "x25519-dalek", "curve25519-dalek", "ed25519-dalek", "hkdf",
    "scrypt",
];

/// Never below us: a second TLS or crypto library would come in with one of these. The one there is, rustls with ring,
/// is what a database is asked through; ring needs no more than the C compiler that a build needs anyway.
const BANNED: &[&str] = &["openssl", "openssl-sys", "native-tls", "aws-lc-sys", "libgit2-sys", "sodiumoxide"];

struct Graph {
    packages: BTreeMap<String, Value>,
    edges: BTreeMap<String, Vec<String>>,
    root: String,
}

impl Graph {
    /// What is linked into the program on `platform`: no build scripts' and no tests' packages.
    fn of(platform: &str) -> Graph {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--locked", "--filter-platform", platform])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo metadata");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("one object");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let linked = |dep: &Value| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
        let packages = list(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
        let edges = list(&metadata["resolve"]["nodes"])
            .into_iter()
            .map(|node| {
                let below = list(&node["deps"]).iter().filter(|dep| linked(dep)).map(|dep| text(&dep["pkg"])).collect();
                (text(&node["id"]), below)
            })
            .collect();
        Graph { packages, edges, root: text(&metadata["resolve"]["root"]) }
    }

    fn field(&self, id: &str, name: &str) -> String {
        self.packages[id][name].as_str().unwrap_or_default().to_owned()
    }

    /// Every package below ours, sorted.
    fn linked(&self) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut waiting = self.edges[&self.root].clone();
        while let Some(id) = waiting.pop() {
            if seen.insert(id.clone()) {
                waiting.extend(self.edges[&id].iter().cloned());
            }
        }
        seen
    }

    fn versions(&self, name: &str) -> BTreeSet<String> {
        self.linked()
            .into_iter()
            .filter(|id| self.field(id, "name") == name)
            .map(|id| self.field(&id, "version"))
            .collect()
    }
}

#[track_caller]
fn on_every_platform(check: impl Fn(&Graph)) {
    for platform in PLATFORMS {
        let graph = Graph::of(platform);
        assert!(graph.linked().len() > 50, "{platform}: the packages were not found");
        check(&graph);
    }
}

#[test]
fn every_licence_may_be_passed_on() {
    on_every_platform(|graph| {
        for id in graph.linked() {
            let (name, licence) = (graph.field(&id, "name"), graph.field(&id, "license"));
            let excepted = EXCEPTIONS.iter().any(|(package, own, _)| *package == name && *own == licence);
            assert!(excepted || may_be_passed_on(&licence), "{name}: `{licence}`");
        }
    });
}

/// SPDX: one of the alternatives is enough, every part of a conjunction is needed. The old `MIT/Apache-2.0` is an `OR`.
fn may_be_passed_on(licence: &str) -> bool {
    let licence = licence.replace('/', " OR ").replace(['(', ')'], "");
    licence.split(" AND ").all(|part| {
        part.split(" OR ").any(|one| LICENCES.contains(&one.trim().trim_end_matches(" WITH LLVM-exception")))
    })
}

#[test]
fn licences_are_read_as_spdx_means_them() {
    for good in ["MIT", "MIT/Apache-2.0", "Apache-2.0 OR GPL-2.0-only", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
        assert!(may_be_passed_on(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MPL-2.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND MPL-2.0"] {
        assert!(!may_be_passed_on(bad), "{bad}");
    }
}

#[test]
fn everything_comes_from_one_registry() {
    on_every_platform(|graph| {
        for id in graph.linked() {
            let source = graph.field(&id, "source");
            assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{id}");
        }
    });
}

#[test]
fn nothing_banned_is_linked() {
    on_every_platform(|graph| {
        for name in BANNED {
            assert!(graph.versions(name).is_empty(), "{name} is linked");
        }
    });
}

#[test]
fn cryptography_is_linked_once_and_in_the_versions_that_age_uses() {
    on_every_platform(|graph| {
        for name in ONCE {
            assert!(graph.versions(name).len() <= 1, "{name}: {:?}", graph.versions(name));
        }
        let age = graph.linked().into_iter().find(|id| graph.field(id, "name") == "age").expect("age");
        let (ours, ages) = (&graph.edges[&graph.root], &graph.edges[&age]);
        for name in ["chacha20poly1305", "hkdf", "hmac", "sha2", "rand", "base64"] {
            let id = ours.iter().find(|id| graph.field(id, "name") == name);
            let id = id.unwrap_or_else(|| panic!("{name} is no dependency any more; take it from this list"));
            assert!(ages.contains(id), "our {id} is not the one that age uses");
        }
    });
}

/// RUSTSEC-2023-0071: private-key operations of `rsa` leak through their timing, and there is no fixed version. `age`
/// links it for ssh-rsa keys, which the program refuses; nothing else may bring it in.
#[test]
fn rsa_comes_in_through_age_alone() {
    on_every_platform(|graph| {
        let users = graph
            .linked()
            .into_iter()
            .filter(|id| graph.edges[id].iter().any(|below| graph.field(below, "name") == "rsa"));
        let users: Vec<String> = users.map(|id| graph.field(&id, "name")).collect();
        assert!(users.iter().all(|name| name == "age"), "{users:?}");
    });
}
