//! The data key of a store, as age wraps it for the readers. A stanza says nothing about whose it is, and one that is tried in
//! vain costs as much as opening the right one: with twenty readers more than all the rest of a load.

use std::io::Read;

use age::{DecryptError, Decryptor};
use age_core::format::{FileKey, Stanza};
use zeroize::Zeroizing;

use crate::domain::store::identity::Identities;
use crate::domain::store::sealed::Store;
use crate::domain::store::sealed::seal::DataKey;

/// The data key of a store. Nothing of the store is verified yet.
pub(super) fn data_key(store: &Store, identities: &Identities) -> Result<DataKey, DecryptError> {
    match store.recipients.len() {
        0 | 1 => by(store, identities.keys()),
        _ => {
            let listed: Vec<Listed<'_>> = listed(store, identities);
            by(store, listed.iter().map(|one| one as &dyn age::Identity))
        }
    }
}

/// The same by identities that look at all stanzas themselves.
pub(super) fn by<'a>(
    store: &Store,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Result<DataKey, DecryptError> {
    let mut reader = Decryptor::new_buffered(&store.key[..])?.decrypt(identities)?;
    let mut key = Zeroizing::new([0; 32]);
    reader.read_exact(key.as_mut())?;
    // The end is authenticated too, and only reading it says so.
    match reader.read(&mut [0])? {
        0 => Ok(DataKey::new(key)),
        _ => Err(DecryptError::InvalidHeader),
    }
}

/// An identity, and where its public key stands among the readers: their stanzas are in the same order. Where that is not so,
/// it is found all the same.
struct Listed<'a> {
    identity: &'a dyn age::Identity,
    place: usize,
}

fn listed<'a>(store: &Store, identities: &'a Identities) -> Vec<Listed<'a>> {
    let place = |key: &String| store.recipients.iter().position(|reader| reader.key == *key).unwrap_or(0);
    let keys = identities.keys().zip(identities.recipients());
    keys.map(|(identity, key)| Listed { identity, place: place(key) }).collect()
}

impl age::Identity for Listed<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.identity.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let (before, from) = stanzas.split_at(self.place.min(stanzas.len()));
        from.iter().chain(before).find_map(|stanza| self.unwrap_stanza(stanza))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use age::Identity;

    use super::*;

    /// Counts what it is asked, and knows one stanza by its tag.
    struct Own<'c>(&'static str, &'c Cell<usize>);

    impl Identity for Own<'_> {
        fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
            self.1.set(self.1.get() + 1);
            (stanza.tag == self.0).then_some(Err(DecryptError::KeyDecryptionFailed))
        }
    }

    #[track_caller]
    fn check(tag: &'static str, place: usize, found: bool, tried: usize) {
        let count = Cell::new(0);
        let own = Own(tag, &count);
        let stanza = |tag: &str| Stanza { tag: tag.to_owned(), args: Vec::new(), body: Vec::new() };
        let stanzas = ["a", "b", "c", "d"].map(stanza);
        let unwrapped = Listed { identity: &own, place }.unwrap_stanzas(&stanzas);
        assert_eq!((unwrapped.is_some(), count.get()), (found, tried), "{tag} at {place}");
    }

    #[test]
    fn the_stanza_that_is_named_is_tried_first_and_no_other_is_left_out() {
        check("c", 2, true, 1);
        check("a", 0, true, 1);
        // The list is a hint: whoever stands elsewhere is found.
        check("b", 2, true, 4);
        check("d", 9, true, 4);
        check("x", 2, false, 4);
    }
}
