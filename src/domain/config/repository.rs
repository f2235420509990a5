//! A repository as it was found: its root, and texts that nobody can read before they were allowed.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::watch::Watch;

/// The two inputs that can set a variable. Their kind is part of their digest, so that a text which was allowed as one
/// never passes as the other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputKind {
    Main,
    Local,
}

impl InputKind {
    pub fn file_name(self) -> &'static str {
        match self {
            InputKind::Main => ".nexusenv",
            InputKind::Local => ".nexusenv.local",
        }
    }
}

/// SHA-256 over the kind of input and its content. Not over its path: a second clone needs no second `allow`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The kind's name, a NUL, the length as eight bytes, the content.
    pub fn of(kind: InputKind, bytes: &[u8]) -> Self {
        let length = (bytes.len() as u64).to_be_bytes();
        let hash = Sha256::new().chain_update(kind.file_name()).chain_update([0]).chain_update(length);
        Digest(hash.chain_update(bytes).finalize().into())
    }

    /// 64 lower-case digits, a file name of the state directory.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// One input that can set a variable: `.nexusenv` or `.nexusenv.local`. The bytes are private to this module's
/// friends: only `edge::trust` turns an input into an [`AllowedText`], and only that reaches the parser.
#[derive(Clone, Debug)]
pub struct Input {
    pub path: PathBuf,
    pub digest: Digest,
    bytes: Vec<u8>,
}

impl Input {
    pub fn new(kind: InputKind, path: PathBuf, bytes: Vec<u8>) -> Self {
        Input { path, digest: Digest::of(kind, &bytes), bytes }
    }

    /// The bytes of an input that may not be allowed: for showing what changed, never for parsing.
    pub fn untrusted_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[derive(Clone, Debug)]
pub struct Repository {
    /// The directory that holds `.nexusenv`, physical.
    pub root: PathBuf,
    pub main: Input,
    pub local: Option<Input>,
    /// The inputs, and the places above and beside where there was none.
    pub watch: Watch,
}

/// Text that the person allowed. Only `edge::trust` makes one.
#[derive(Clone, Debug)]
pub struct AllowedText {
    /// For messages: `.nexusenv` or `.nexusenv.local`.
    pub file: &'static str,
    pub text: String,
}

/// The allowed inputs of a repository, ready to be parsed.
#[derive(Clone, Debug)]
pub struct AllowedTexts {
    pub main: AllowedText,
    pub local: Option<AllowedText>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_allowed_as_one_kind_never_passes_as_the_other() {
        let digest = |kind| Digest::of(kind, b"id = 1").hex();
        assert_ne!(digest(InputKind::Main), digest(InputKind::Local));
        assert_eq!(digest(InputKind::Main).len(), 64);
        assert_ne!(Digest::of(InputKind::Main, b""), Digest::of(InputKind::Main, b"\0"));
    }
}
