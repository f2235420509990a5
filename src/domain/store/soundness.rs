//! What is wrong with a store as far as anybody can tell without its key: for a pre-commit hook and for CI, which need not be
//! able to read it. Pure.

use super::sealed::Store;
use crate::domain::config::name::{EnvironmentName, RepositoryId};

/// The faults of a store whose text was understood, each the rest of a sentence that begins with the file.
pub fn faults(store: &Store, named: &EnvironmentName, id: Option<&RepositoryId>) -> Vec<String> {
    let mut all = Vec::new();
    if store.environment != *named {
        all.push(format!("holds the secrets of `{}`", store.environment));
    }
    if id.is_some_and(|id| *id != store.repository) {
        all.push("belongs to another repository than `.nexusenv` beside it".to_owned());
    }
    if !store.key.starts_with(b"age-encryption.org/v1\n") {
        all.push("has a `key` that is no age file".to_owned());
        return all;
    }
    let (listed, wrapped) = (store.recipients.len(), store.wrapped_for());
    if listed != wrapped {
        all.push(format!("names {listed} readers, and its key is wrapped for {wrapped}"));
    }
    for (at, reader) in store.recipients.iter().enumerate() {
        if let Some(same) = store.recipients[..at].iter().find(|other| other.key == reader.key) {
            all.push(format!("names one key twice, as `{}` and `{}`", same.name, reader.name));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[track_caller]
    fn check(spoil: impl FnOnce(&mut Store), expected: &[&str]) {
        let mut store = sample::store(&["A"], &["ada", "bob"]);
        let (name, id) = (store.environment.clone(), store.repository.clone());
        spoil(&mut store);
        assert_eq!(faults(&store, &name, Some(&id)), expected);
    }

    #[test]
    fn what_needs_no_key_is_seen_without_one() {
        check(|_| {}, &[]);
        check(|store| store.environment = EnvironmentName::new("dev").unwrap(), &["holds the secrets of `dev`"]);
        check(
            |store| store.repository = RepositoryId::new("0000000000000000").unwrap(),
            &["belongs to another repository than `.nexusenv` beside it"],
        );
        check(|store| store.key = b"no age file".to_vec(), &["has a `key` that is no age file"]);
        check(|store| drop(store.recipients.pop()), &["names 1 readers, and its key is wrapped for 2"]);
        check(
            |store| store.recipients[1].key = store.recipients[0].key.clone(),
            &["names one key twice, as `ada` and `bob`"],
        );
    }
}
