//! A public key as somebody types or sends it: understood, or refused with the reason. A secret key that is given by mistake
//! is told apart, and never shown.

use std::fmt;

use sha2::{Digest, Sha256};

use super::plugin::PluginName;
use super::sealed::RecipientName;
use super::sealed::fingerprint::Fingerprint;
use crate::error::{Exit, Failure};

/// The key of a reader: `age1…`, also one that only a plugin wraps for, or `ssh-ed25519 …`, as it stands in a store, without a
/// comment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReaderKey(String);

/// Why a text is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NoKey {
    /// It would let in whoever reads the history.
    Secret,
    SshRsa,
    /// Another kind of OpenSSH's.
    Ssh,
    /// It begins like one, and does not hold together.
    Garbled,
    Other,
}

impl ReaderKey {
    /// Reads the words that were given for a key.
    ///
    /// # Errors
    /// Every other key and text, told apart.
    pub fn parse(text: &str) -> Result<ReaderKey, NoKey> {
        let text = text.trim();
        if is_secret(text) {
            return Err(NoKey::Secret);
        }
        let (kind, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match kind {
            "ssh-rsa" => Err(NoKey::SshRsa),
            "ssh-ed25519" => match text.parse::<age::ssh::Recipient>() {
                // Written again, it has no comment.
                Ok(recipient @ age::ssh::Recipient::SshEd25519(..)) => Ok(ReaderKey(recipient.to_string())),
                Ok(age::ssh::Recipient::SshRsa(..)) => Err(NoKey::SshRsa),
                Err(_) => Err(NoKey::Garbled),
            },
            _ if kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-") => Err(NoKey::Ssh),
            _ if !rest.trim().is_empty() => Err(NoKey::Other),
            _ => ReaderKey::of_age(kind),
        }
    }

    fn of_age(word: &str) -> Result<ReaderKey, NoKey> {
        if let Ok(recipient) = word.parse::<age::x25519::Recipient>() {
            return Ok(ReaderKey(recipient.to_string()));
        }
        let word = word.to_ascii_lowercase();
        match PluginName::of_recipient(&word).as_ref().map(PluginName::as_str) {
            // What hardware keys open, and age itself wraps for.
            Some("tag") if word.parse::<age::tag::Recipient>().is_err() => Err(NoKey::Garbled),
            Some("tagpq") if word.parse::<age::tagpq::Recipient>().is_err() => Err(NoKey::Garbled),
            Some(_) => Ok(ReaderKey(word)),
            None if word.starts_with("age1") => Err(NoKey::Garbled),
            None => Err(NoKey::Other),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.0)
    }
}

/// By which a public key is compared aloud: the first 16 bytes of the SHA-256 of its text.
pub fn fingerprint(key: &str) -> Fingerprint {
    let mut first = [0; 16];
    first.copy_from_slice(&Sha256::digest(key)[..16]);
    Fingerprint(first)
}

impl fmt::Display for ReaderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a reader is to be called, as it was typed: it may be a secret key in the wrong place.
///
/// # Errors
/// What is no such name, without saying it again.
pub fn name(text: &str) -> Result<RecipientName, Failure> {
    if is_secret(text) {
        return Err(NoKey::Secret.into());
    }
    RecipientName::new(text).ok_or_else(|| {
        Failure::new("this is no name of a reader")
            .hint("a name has letters, digits, - and _, and at most 64 of them, such as grace")
            .exit(Exit::Usage)
    })
}

/// Whether a word is a secret key, or may be one.
pub fn is_secret(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.contains("AGE-SECRET-KEY-") || upper.contains("AGE-PLUGIN-") || upper.contains("PRIVATE KEY")
}

impl From<NoKey> for Failure {
    fn from(wrong: NoKey) -> Failure {
        let (sentence, hint) = match wrong {
            NoKey::Secret => (
                "this is a secret key, and it was typed where others can read it: it lets nobody in",
                "make another identity, since this one is in the history now; the public key, which begins with age1 or \
                 ssh-ed25519, is what nexus-env join prints",
            ),
            NoKey::SshRsa => (
                "an ssh-rsa key is refused: opening with one leaks it through its timing (RUSTSEC-2023-0071)",
                "ssh-keygen -t ed25519 makes one that can be used; nexus-env join makes an age identity and prints its key",
            ),
            NoKey::Ssh => (
                "of the keys of ssh only ssh-ed25519 can be encrypted to",
                "ssh-keygen -t ed25519 makes one; nexus-env join makes an age identity and prints its key",
            ),
            NoKey::Garbled => (
                "this key is not whole: something in it was left out or changed on its way",
                "have it sent once more: nexus-env join prints the whole line",
            ),
            NoKey::Other => (
                "this is no public key that can be encrypted to",
                "one begins with age1 or ssh-ed25519; nexus-env join prints it",
            ),
        };
        Failure::new(sentence).hint(hint).exit(Exit::Usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "age1vpqqpkj0lrhlv857u4y7kmadegn6f33k2zq0ejj9p72rzlyexu2qdlj6xd";
    const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";

    const TAG: &str = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";
    const STANDIN: &str = "age1standin1qyqszqgpqyqszqgpqyqszqgpqys0m7wj";

    #[track_caller]
    fn check(text: &str, expected: Result<&str, NoKey>) {
        let got = ReaderKey::parse(text);
        assert_eq!(got.as_ref().map(ReaderKey::as_str), expected.as_ref().copied(), "{text}");
        if let Ok(key) = &got {
            assert_eq!((key.to_string(), key.fingerprint()), (key.as_str().to_owned(), fingerprint(key.as_str())));
        }
    }

    #[test]
    fn takes_what_age_and_ssh_print() {
        check(ADA, Ok(ADA));
        check(&format!("  {ADA}\n"), Ok(ADA));
        check(SSH, Ok(SSH));
        check(&format!("{SSH} grace@example.com on her laptop"), Ok(SSH));
        check(TAG, Ok(TAG));
        check(STANDIN, Ok(STANDIN));
        check(&STANDIN.to_ascii_uppercase(), Ok(STANDIN));
    }

    #[test]
    fn tells_apart_what_cannot_be_encrypted_to() {
        check("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ", Err(NoKey::SshRsa));
        check("ecdsa-sha2-nistp256 AAAAE2VjZHNh", Err(NoKey::Ssh));
        check("sk-ssh-ed25519@openssh.com AAAAGnNr", Err(NoKey::Ssh));
        check("ssh-ed25519 AAAAC3Nz", Err(NoKey::Garbled));
        check(&ADA[..40], Err(NoKey::Garbled));
        check(&ADA.replace("vpqq", "vpqp"), Err(NoKey::Garbled));
        check("age1yubikey1qqqqqqqqq", Err(NoKey::Garbled));
        check("age1tag1qqqqqqqqq", Err(NoKey::Garbled));
        // A checksum that is right, over what is no point of the curve, or too short.
        check("age1tag1qtllllllllllllllllllllllllllllllllllllllllllllllllll73uhzp3", Err(NoKey::Garbled));
        check("age1tagpq1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqwa7frs", Err(NoKey::Garbled));
        check(&format!("{ADA} and more"), Err(NoKey::Other));
        check("", Err(NoKey::Other));
        check("grace", Err(NoKey::Other));
    }

    #[test]
    fn a_secret_key_is_refused_and_never_shown() {
        for text in [
            "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZ",
            "age-secret-key-1gfpyysjzgfpyysjz",
            "AGE-SECRET-KEY-PQ-1GFPYYSJZ",
            "AGE-PLUGIN-YUBIKEY-1GFPYYSJZ",
            "key AGE-SECRET-KEY-1GFPYYSJZ",
            "-----BEGIN OPENSSH PRIVATE KEY----- GFPYYSJZ",
        ] {
            check(text, Err(NoKey::Secret));
            let failure = Failure::from(ReaderKey::parse(text).unwrap_err());
            assert!(!format!("{failure:?}").to_ascii_uppercase().contains("GFPYY"), "{failure:?}");
        }
    }

    #[test]
    fn a_fingerprint_is_that_of_the_text() {
        let spoken = ReaderKey::parse(ADA).unwrap().fingerprint().to_string();
        assert_eq!(spoken.split(' ').map(str::len).collect::<Vec<_>>(), [4; 8]);
        assert_eq!(ReaderKey::parse(&format!("{ADA} ")).unwrap().fingerprint().to_string(), spoken);
        assert_ne!(fingerprint(SSH).to_string(), spoken);
    }
}
