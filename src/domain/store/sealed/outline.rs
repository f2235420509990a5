//! A store as a diff shows it: names and readers, and of each value and key a mark that changes when it does.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::Store;
use super::format::said;

/// One line for everything that a change can touch. No value and nothing that depends on one: the marks are those of the
/// encrypted bytes, which anybody sees.
pub fn outline(store: &Store) -> String {
    let mut out = format!("environment {}\nrevision {}\n", store.environment, store.revision);
    // Writing to a String cannot fail.
    if let Some(protection) = store.protected {
        let _ = writeln!(out, "protected {}", said(protection));
    }
    let _ = writeln!(out, "key {}", mark(&store.key));
    for reader in &store.recipients {
        let _ = writeln!(out, "reader {} {}", reader.name, reader.key);
    }
    for (name, ciphertext) in &store.secrets {
        let _ = writeln!(out, "secret {name} {}", mark(ciphertext.as_bytes()));
    }
    for (name, seen_by) in &store.stale {
        let _ = writeln!(out, "stale {name} {seen_by}");
    }
    for (table, entries) in store.history.tables() {
        for (name, text) in entries {
            let _ = writeln!(out, "{table} {name} {text}");
        }
    }
    out
}

fn mark(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;
    use crate::domain::store::sealed::{Ciphertext, NONCE, PADDING, TAG};

    #[test]
    fn a_line_changes_where_what_it_stands_for_does() {
        let store = sample::store(&["A", "B"], &["ada"]);
        let lines = |store: &Store| outline(store).lines().map(str::to_owned).collect::<Vec<_>>();
        let changed = |change: &dyn Fn(&mut Store)| {
            let mut other = store.clone();
            change(&mut other);
            let (one, other) = (lines(&store), lines(&other));
            let new: Vec<_> = other.iter().filter(|line| !one.contains(line)).collect();
            new.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(changed(&|_| {}), Vec::<String>::new());
        assert_eq!(changed(&|store| store.revision += 1), ["revision"]);
        assert_eq!(changed(&|store| store.key.push(b'x')), ["key"]);
        assert_eq!(changed(&|store| store.protected = None), Vec::<String>::new());
        assert_eq!(
            changed(&|store| store.secrets[0].1 = Ciphertext::new(vec![9; NONCE + TAG + PADDING]).unwrap()),
            ["secret"]
        );
        assert_eq!(changed(&|store| store.recipients[0].key.push('x')), ["reader"]);
        assert_eq!(changed(&|store| store.stale.push((store.secrets[0].0.clone(), "eve".to_owned()))), ["stale"]);
    }
}
