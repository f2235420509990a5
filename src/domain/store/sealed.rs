//! The encrypted store's format: names readable, values not, all of it sealed. Pure: keys and random bytes come in.
//!
//! A store is one environment's file `.nexusenv.d/<environment>.toml`. [`mod@format`] reads and writes its text, [`seal`]
//! does what needs the data key. `tests/read_store.py` does the same from this description alone:
//!
//! - `LP(x)` is the length of x in bytes as 64 bits little-endian, then x. A count is 64 bits little-endian.
//! - salt = LP("nexus-env/v1") LP(repository id) LP(environment). HKDF-SHA256 (RFC 5869) of the 32-byte data key with
//!   that salt gives, under the infos "value", "seal" and "fingerprint", 32, 32 and 16 bytes.
//! - a value: "v1:" and base64 of nonce (24) and XChaCha20-Poly1305(value key, nonce, padded, associated data = name),
//!   where padded is the value, one byte 0x80, and zeros up to a multiple of 32 bytes.
//! - the seal: HMAC-SHA256 under the seal key of LP("nexus-env/v1") LP(environment) revision LP(wrapped key), then for
//!   recipients, secrets and stale each its count and for each of its entries, sorted by name, LP(name) LP(content):
//!   the public key's text, the bytes that the base64 stands for, and the text as it stands. Where the store says
//!   `protected`, LP("protected") LP("true" or "false") follows; a store from before that says nothing, and nothing
//!   follows. Then for each of the tables `written`, `joined`, `expires` and `notes` that the store has, in this order, LP of
//!   the table's name, its count, and its entries as above, with the text as it stands.

pub mod fingerprint;
pub mod format;
pub mod history;
mod lines;
pub mod marked;
pub mod outline;
pub mod seal;

use std::fmt;

use self::history::History;

use crate::domain::config::Protection;
use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};

/// The only version of the format there is.
pub const VERSION: u64 = 1;

/// The largest store that is read or written, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// Nonce of XChaCha20-Poly1305, in bytes.
pub const NONCE: usize = 24;

const TAG: usize = 16;

/// Padded values are a multiple of this, so that a password's length is not public.
const PADDING: usize = 32;

/// A store whose text was understood. Nothing in it is to be believed before its seal was verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Store {
    /// Which repository it was written for. The salt binds it; this is there to say so when it is another one.
    pub repository: RepositoryId,
    pub environment: EnvironmentName,
    /// What the environment was when this was written. `None` in a store from before this was said.
    pub protected: Option<Protection>,
    /// Grows by one with every change.
    pub revision: u64,
    pub seal: [u8; 32],
    /// An ordinary age file: the data key, encrypted to the recipients.
    pub key: Vec<u8>,
    /// Sorted by name.
    pub recipients: Vec<Recipient>,
    /// Sorted by name.
    pub secrets: Vec<(VariableName, Ciphertext)>,
    /// Secrets that a removed recipient has seen and nobody has changed since, with who that was. Sorted by name.
    pub stale: Vec<(VariableName, String)>,
    pub history: History,
}

/// Who can read the environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    pub name: RecipientName,
    /// `age1…` or `ssh-ed25519 …`. Only its alphabet was checked.
    pub key: String,
}

/// What a recipient is called: letters, digits, `-` and `_`, at most 64 bytes.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RecipientName(String);

impl RecipientName {
    /// Returns `None` for a text that is no such name.
    pub fn new(text: &str) -> Option<Self> {
        let good =
            (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        good.then(|| RecipientName(text.to_owned()))
    }

    /// The nearest name to a text such as a login name; `me` where nothing is left of it.
    pub fn like(text: &str) -> Self {
        let kept: String =
            text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
        let kept = kept.trim_matches('-');
        RecipientName(kept.get(..kept.len().min(64)).filter(|kept| !kept.is_empty()).unwrap_or("me").to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecipientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An encrypted value: nonce, ciphertext of the padded value, tag.
#[derive(Clone, Eq, PartialEq)]
pub struct Ciphertext(Vec<u8>);

impl Ciphertext {
    /// Returns `None` for a length that no value has.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let padded = bytes.len().checked_sub(NONCE + TAG)?;
        (padded > 0 && padded.is_multiple_of(PADDING)).then_some(Ciphertext(bytes))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ciphertext({} bytes)", self.0.len())
    }
}

/// What this machine remembers of an environment: which key it had, the highest revision seen with its seal, and whether
/// the secrets under that key were ever those of a protected environment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pin {
    pub fingerprint: [u8; 16],
    pub revision: u64,
    pub protection: Protection,
    /// The seal of that revision, by which another content of the same revision is known. `None` in what was remembered
    /// before it was kept.
    pub seal: Option<[u8; 32]>,
}

impl Store {
    pub fn ciphertext(&self, name: &VariableName) -> Option<&Ciphertext> {
        self.secrets.binary_search_by(|(n, _)| n.cmp(name)).ok().map(|at| &self.secrets[at].1)
    }

    /// A secret that somebody has seen who is no reader any more, beside those who did before.
    fn call_stale(&mut self, name: &VariableName, reader: &RecipientName) {
        let mut seen_by = history::get(&self.stale, name).cloned().unwrap_or_default();
        if !seen_by.split(' ').any(|known| known == reader.as_str()) {
            seen_by.push_str(if seen_by.is_empty() { "" } else { " " });
            seen_by.push_str(reader.as_str());
        }
        history::put(&mut self.stale, name, Some(seen_by));
    }

    /// The recipients' names in order, for messages: `ada, ci`.
    pub fn readers(&self) -> String {
        self.recipients.iter().map(|recipient| recipient.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// For how many identities the data key is wrapped, as the age file's header says without being opened
    /// (<https://age-encryption.org/v1>, "Header"). Implementations may add one stanza of noise, whose type ends in
    /// `-grease` and which opens for nobody; a second one is counted.
    pub fn wrapped_for(&self) -> usize {
        let header = self.key.split(|&byte| byte == b'\n').take_while(|line| !line.starts_with(b"---"));
        let kinds = header.filter_map(|line| line.strip_prefix(b"-> "));
        let kinds = kinds.map(|line| line.split(|&byte| byte == b' ').next().unwrap_or_default());
        let (noise, wrapped): (Vec<_>, Vec<_>) = kinds.partition(|kind| kind.ends_with(b"-grease"));
        wrapped.len() + noise.len().saturating_sub(1)
    }
}

/// Whether a text has the alphabet of a public key that this program wraps for.
fn looks_like_a_key(text: &str) -> bool {
    let rest = text.strip_prefix("age1").or_else(|| text.strip_prefix("ssh-ed25519 "));
    rest.is_some_and(|rest| {
        (16..=4096).contains(&rest.len())
            // A plugin's name, which stands in its keys, may have a dash, a dot and an underscore.
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'.' | b'_'))
    })
}

/// Whether a text can stand in a stale entry: recipients' names with spaces between.
fn looks_like_names(text: &str) -> bool {
    text.split(' ').all(|name| RecipientName::new(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(login: &str, name: &str) {
        assert_eq!(RecipientName::like(login).as_str(), name);
    }

    #[test]
    fn makes_a_recipient_name_of_any_login_name() {
        check("ada", "ada");
        check("ada.l@example.com", "ada-l-example-com");
        check("", "me");
        check("Ådå", "d");
        check("...", "me");
        check(&"x".repeat(100), &"x".repeat(64));
    }

    #[test]
    fn refuses_lengths_that_no_value_has() {
        for (length, good) in [(0, false), (40, false), (71, false), (72, true), (73, false), (104, true)] {
            assert_eq!(Ciphertext::new(vec![0; length]).is_some(), good, "{length}");
        }
    }
}
