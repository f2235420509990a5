//! Private keys as text: understood or refused with a reason. It never says a part of a key, and never looks for one.

pub mod passphrase;
mod unusable;

use std::str::FromStr;
use std::sync::OnceLock;

use age::secrecy::ExposeSecret;
pub use unusable::Unusable;
use zeroize::Zeroizing;

use self::passphrase::ReadsToEnd;
use super::plugin::{self, PluginName};
use super::sealed::seal::DataKey;
use super::sealed::{Recipient, RecipientName};
use crate::domain::text::secret::Secret;

/// Everything that can open a store here.
pub struct Identities {
    /// Where they came from, for messages: `NEXUS_ENV_IDENTITY` or a path, in backticks.
    pub origin: String,
    /// What their person is called among readers, for whoever asks: to find it out may take a while.
    name: Box<dyn Fn() -> RecipientName + Send + Sync>,
    keys: Vec<Own>,
    /// Made when somebody asks: a public key costs as much as a fifth of opening a store.
    recipients: OnceLock<Vec<String>>,
}

enum Own {
    Age(age::x25519::Identity),
    Ssh(Box<age::ssh::Identity>, String),
    /// One environment's data key in place of an identity that is locked, and the public key of that.
    Unlocked(DataKey, String),
    /// A public key alone, of what only a plugin opens.
    Public(String),
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identities(from {}: {})", self.origin, self.recipients().join(", "))
    }
}

impl Identities {
    fn new(origin: String, keys: Vec<Own>) -> Self {
        Identities { origin, name: Box::new(|| RecipientName::like("")), keys, recipients: OnceLock::new() }
    }

    /// The same, of a person of this name.
    pub fn named(self, name: impl Fn() -> RecipientName + Send + Sync + 'static) -> Self {
        Identities { name: Box::new(name), ..self }
    }

    /// Their person as a reader, with the first of the keys.
    pub fn reader(&self) -> Option<Recipient> {
        let key = self.recipients().first()?.clone();
        Some(Recipient { name: (self.name)(), key })
    }

    pub fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.keys.iter().filter_map(|key| match key {
            Own::Age(identity) => Some(identity as &dyn age::Identity),
            Own::Ssh(identity, _) => Some(identity.as_ref() as &dyn age::Identity),
            Own::Unlocked(..) | Own::Public(_) => None,
        })
    }

    /// What stands for an identity behind a passphrase, in one environment, while that is unlocked: `recipient` is its public
    /// key.
    pub fn unlocked(origin: &str, key: DataKey, recipient: String) -> Identities {
        Identities::new(origin.to_owned(), vec![Own::Unlocked(key, recipient)])
    }

    /// The data key of the one environment that is unlocked.
    pub fn data_key(&self) -> Option<&DataKey> {
        self.keys.iter().find_map(|key| match key {
            Own::Unlocked(key, _) => Some(key),
            Own::Age(_) | Own::Ssh(..) | Own::Public(_) => None,
        })
    }

    /// Whether all of them are keys of age's own, not of ssh.
    pub fn is_of_age(&self) -> bool {
        self.keys.iter().all(|key| matches!(key, Own::Age(_)))
    }

    /// The public keys, `age1…` or `ssh-ed25519 …`, in the order in which the identities stand.
    pub fn recipients(&self) -> &[String] {
        self.recipients.get_or_init(|| {
            self.keys
                .iter()
                .map(|key| match key {
                    Own::Age(identity) => identity.to_public().to_string(),
                    Own::Ssh(_, recipient) | Own::Unlocked(_, recipient) | Own::Public(recipient) => recipient.clone(),
                })
                .collect()
        })
    }
}

/// A text that holds private keys: ready, behind a passphrase, or behind a plugin.
pub enum Understood {
    Ready(Identities),
    Locked(Locked),
    Plugged(Plugged),
}

/// What only plugins of age open, such as the keys of hardware: nothing but `unlock` starts one.
pub struct Plugged {
    pub origin: String,
    /// In the order in which they stand: a line is what its plugin is told, and may be a secret.
    pub lines: Vec<(PluginName, Secret)>,
    /// The public keys that the comments beside them name, of which there is one at least.
    pub recipients: Vec<String>,
}

impl Plugged {
    /// Their person, known by their public keys; it opens nothing.
    pub fn closed(&self) -> Identities {
        Identities::new(self.origin.clone(), self.recipients.iter().cloned().map(Own::Public).collect())
    }
}

/// Private keys that a passphrase opens.
pub struct Locked {
    origin: String,
    kind: Kind,
}

enum Kind {
    AgeFile(Vec<u8>),
    Ssh(Box<age::ssh::Identity>),
}

/// Reads identities: lines as `age-keygen` writes them, an OpenSSH private key, or either behind a passphrase.
///
/// # Errors
/// What is wrong with the first line that is no identity, without a word of it.
pub fn parse(origin: &str, bytes: &[u8]) -> Result<Understood, Unusable> {
    let locked = |file| Understood::Locked(Locked { origin: origin.to_owned(), kind: Kind::AgeFile(file) });
    if bytes.starts_with(b"age-encryption.org/v1\n") {
        return Ok(locked(bytes.to_vec()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Unusable::NotText)?;
    if let Some(file) = passphrase::unarmoured(text) {
        return file.map(locked);
    }
    let trimmed = text.trim();
    match trimmed.lines().next() {
        Some("-----BEGIN RSA PRIVATE KEY-----") => Err(Unusable::SshRsa),
        Some(first) if first.starts_with("-----BEGIN ") => parse_ssh(origin, trimmed),
        Some(_) => parse_lines(origin, text),
        None => Err(Unusable::Empty),
    }
}

fn parse_lines(origin: &str, text: &str) -> Result<Understood, Unusable> {
    let mut found = Identities::new(origin.to_owned(), Vec::new());
    let mut plugged: Vec<(PluginName, Secret)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let (line, at) = (line.trim(), at + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match identity(line, at)? {
            One::Own(identity) => found.keys.push(Own::Age(identity)),
            One::OfPlugin(plugin) => plugged.push((plugin, Secret::new(line))),
        }
        if !found.keys.is_empty() && !plugged.is_empty() {
            return Err(Unusable::Mixed { line: at });
        }
    }
    match (plugged.first(), plugin::recipients(text)) {
        (None, _) if found.keys.is_empty() => Err(Unusable::Empty),
        (None, _) => Ok(Understood::Ready(found)),
        (Some((plugin, _)), recipients) if recipients.is_empty() => {
            Err(Unusable::NoRecipient { plugin: plugin.clone() })
        }
        (Some(_), recipients) => {
            Ok(Understood::Plugged(Plugged { origin: origin.to_owned(), lines: plugged, recipients }))
        }
    }
}

enum One {
    Own(age::x25519::Identity),
    OfPlugin(PluginName),
}

fn identity(line: &str, at: usize) -> Result<One, Unusable> {
    if let Ok(identity) = age::x25519::Identity::from_str(line) {
        return Ok(One::Own(identity));
    }
    let upper = Zeroizing::new(line.to_ascii_uppercase());
    if upper.starts_with("AGE-SECRET-KEY-PQ-") {
        Err(Unusable::PostQuantum { line: at })
    } else if upper.starts_with("AGE-PLUGIN-") {
        PluginName::of_identity(line).map(One::OfPlugin).ok_or(Unusable::Plugin { line: at })
    } else if line.starts_with("age1") || line.starts_with("ssh-") {
        Err(Unusable::PublicKey { line: at })
    } else {
        Err(Unusable::Garbage { line: at })
    }
}

fn parse_ssh(origin: &str, text: &str) -> Result<Understood, Unusable> {
    // The reader wants the newline after the last line.
    let text = Zeroizing::new(format!("{text}\n"));
    let identity = age::ssh::Identity::from_buffer(text.as_bytes(), None).map_err(|_| Unusable::SshBroken)?;
    match &identity {
        age::ssh::Identity::Unencrypted(_) => ssh(origin.to_owned(), identity).map(Understood::Ready),
        age::ssh::Identity::Encrypted(_) => {
            ssh_recipient(&identity)?;
            Ok(Understood::Locked(Locked { origin: origin.to_owned(), kind: Kind::Ssh(Box::new(identity)) }))
        }
        age::ssh::Identity::Unsupported(_) => Err(Unusable::SshUnsupported),
    }
}

fn ssh(origin: String, identity: age::ssh::Identity) -> Result<Identities, Unusable> {
    let recipient = ssh_recipient(&identity)?;
    Ok(Identities::new(origin, vec![Own::Ssh(Box::new(identity), recipient)]))
}

/// RSA stops here, before anything was decrypted with it: its private operation leaks through timing.
fn ssh_recipient(identity: &age::ssh::Identity) -> Result<String, Unusable> {
    match age::ssh::Recipient::try_from(identity.clone()) {
        Ok(recipient @ age::ssh::Recipient::SshEd25519(..)) => Ok(recipient.to_string()),
        Ok(age::ssh::Recipient::SshRsa(..)) => Err(Unusable::SshRsa),
        Err(_) => Err(Unusable::SshUnsupported),
    }
}

impl Locked {
    /// Derives from the passphrase: 0.1 s for an ssh key, 0.4 s and more for an age file.
    ///
    /// # Errors
    /// A wrong passphrase, and what was behind it where that is no identity.
    pub fn unlock(self, passphrase: &Secret, read: ReadsToEnd) -> Result<Identities, Unusable> {
        match self.kind {
            Kind::AgeFile(file) => {
                let text = passphrase::opened(&file, passphrase, read)?;
                let text = std::str::from_utf8(&text).map_err(|_| Unusable::NotText)?;
                match parse_lines(&self.origin, text)? {
                    Understood::Ready(identities) => Ok(identities),
                    Understood::Locked(_) | Understood::Plugged(_) => Err(Unusable::PluginBehindPassphrase),
                }
            }
            Kind::Ssh(identity) => match *identity {
                age::ssh::Identity::Encrypted(key) => {
                    let passphrase = passphrase::secret_text(passphrase).ok_or(Unusable::WrongPassphrase)?;
                    let key = key.decrypt(passphrase).map_err(|_| Unusable::WrongPassphrase)?;
                    ssh(self.origin, age::ssh::Identity::from(key))
                }
                open @ age::ssh::Identity::Unencrypted(_) => ssh(self.origin, open),
                age::ssh::Identity::Unsupported(_) => Err(Unusable::SshUnsupported),
            },
        }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// A new identity as a file's text, like `age-keygen` writes it, and its public key.
pub fn generate(created: &str) -> (Secret, String) {
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let secret = identity.to_string();
    let text = format!("# created: {created}\n# public key: {public}\n{}\n", secret.expose_secret());
    (Secret::new(text), public)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

    #[track_caller]
    fn check(text: &str, expected: Result<usize, Unusable>) {
        let got = match parse("`here`", text.as_bytes()) {
            Ok(Understood::Ready(identities)) => Ok(identities.recipients().len()),
            Ok(Understood::Locked(_)) => Ok(0),
            Ok(Understood::Plugged(plugged)) => Ok(plugged.lines.len() * 10 + plugged.recipients.len()),
            Err(unusable) => {
                let told = format!("{} {} {unusable:?}", unusable.sentence(), unusable.hint());
                assert!(!told.contains("GFPYY"), "a message shows a part of the key: {told}");
                Err(unusable)
            }
        };
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn a_key_of_ssh_or_of_one_environment_is_none_of_ages_own() {
        let Ok(Understood::Ready(own)) = parse("`here`", fresh().as_bytes()) else { panic!("no key") };
        assert!(own.is_of_age());
        let key = DataKey::new(zeroize::Zeroizing::new([1; 32]));
        assert!(!Identities::unlocked("`here`", key, "age1x".to_owned()).is_of_age());
    }

    fn fresh() -> String {
        age::x25519::Identity::generate().to_string().expose_secret().to_owned()
    }

    #[test]
    fn reads_what_age_keygen_writes() {
        let (text, public) = generate("2026-01-02T03:04:05Z");
        let text = std::str::from_utf8(text.expose()).unwrap();
        assert!(text.starts_with("# created: 2026-01-02T03:04:05Z\n# public key: age1"), "{public}");
        check(text, Ok(1));
        check(&text.replace('\n', "\r\n"), Ok(1));
        check(&fresh(), Ok(1));
        check(&format!("\n  {}  \n# and\n{}\n", fresh(), fresh()), Ok(2));
    }

    #[test]
    fn says_what_is_wrong_without_the_key() {
        check("", Err(Unusable::Empty));
        check("# only a comment\n", Err(Unusable::Empty));
        check("\nhello\n", Err(Unusable::Garbage { line: 2 }));
        check(&KEY[..40], Err(Unusable::Garbage { line: 1 }));
        check(&format!("{}x", fresh()), Err(Unusable::Garbage { line: 1 }));
        check(&format!("{}\n{KEY}Q", fresh()), Err(Unusable::Garbage { line: 2 }));
        check("AGE-SECRET-KEY-PQ-1GFPYYSJZ", Err(Unusable::PostQuantum { line: 1 }));
        check("AGE-PLUGIN-YUBIKEY-1GFPYYSJZ", Err(Unusable::Plugin { line: 1 }));
        check("age1qqqq", Err(Unusable::PublicKey { line: 1 }));
        check("-----BEGIN RSA PRIVATE KEY-----\nGFPYY\n", Err(Unusable::SshRsa));
        check("-----BEGIN OPENSSH PRIVATE KEY-----\nGFPYY\n", Err(Unusable::SshBroken));
        check("-----BEGIN AGE ENCRYPTED FILE-----\n?\n-----END AGE ENCRYPTED FILE-----\n", Err(Unusable::AgeFile));
        assert_eq!(parse("x", &[0xff, 0xfe]).err(), Some(Unusable::NotText));
    }

    #[test]
    fn what_a_plugin_opens_stands_alone_and_says_its_public_key() {
        let one = "AGE-PLUGIN-STANDIN-1QYQSZQGPQYQSZQGPQYQSZQGPQY0RNHHW";
        let two = "AGE-PLUGIN-STANDIN-1QGPQYQSZQGPQYQSZQGPQYQSZQGKNK67K";
        let public = "#  Recipient: age1standin1qyqszqgpqyqszqgpqyqszqgpqys0m7wj";
        check(&format!("{public}\n{one}\n"), Ok(11));
        check(&format!("# no. 1\r\n{public}\r\n{one}\r\n\r\n{two}\r\n"), Ok(21));
        let plugin = PluginName::new("standin").unwrap();
        check(&format!("{one}\n"), Err(Unusable::NoRecipient { plugin }));
        check(&format!("{public}\n{one}\n{}\n", fresh()), Err(Unusable::Mixed { line: 3 }));
        check(&format!("{}\n{public}\n{one}\n", fresh()), Err(Unusable::Mixed { line: 3 }));
    }

    #[test]
    fn opens_a_file_protected_by_a_passphrase() {
        let file = passphrase::protected(&Secret::new(fresh()), &Secret::new("correct horse")).unwrap();
        let binary = passphrase::unarmoured(&file).unwrap().unwrap();
        let locked = |bytes| match parse("x", bytes) {
            Ok(Understood::Locked(locked)) => locked,
            _ => panic!("not locked"),
        };
        let read = |mut file: age::stream::StreamReader<&[u8]>, mut text: Zeroizing<Vec<u8>>| {
            std::io::Read::read_to_end(&mut file, &mut text).ok().map(|_| text)
        };
        assert_eq!(locked(file.as_bytes()).unlock(&Secret::new("correct horse"), read).unwrap().recipients().len(), 1);
        assert_eq!(locked(&binary).unlock(&Secret::new("wrong"), read).err(), Some(Unusable::WrongPassphrase));
    }
}
