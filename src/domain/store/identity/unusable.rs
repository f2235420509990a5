//! Why a text gives no identity: one sentence and one way out for each, without a word of what it holds.

use crate::domain::store::plugin::PluginName;

/// Why a text gives no identity. Lines count from one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unusable {
    Empty,
    NotText,
    Garbage {
        line: usize,
    },
    PublicKey {
        line: usize,
    },
    PostQuantum {
        line: usize,
    },
    /// Identities of plugins and others in one text; the line of the first one of another kind than those above it.
    Mixed {
        line: usize,
    },
    /// An identity of a plugin that is not whole.
    Plugin {
        line: usize,
    },
    /// Identities of a plugin, and no comment that says a public key of theirs.
    NoRecipient {
        plugin: PluginName,
    },
    /// Two doors in a row: what a plugin opens needs no passphrase of ours.
    PluginBehindPassphrase,
    /// An age file that is not one protected by a passphrase.
    AgeFile,
    WrongPassphrase,
    TooMuchWork,
    SshRsa,
    SshUnsupported,
    SshBroken,
}

impl Unusable {
    /// The end of a sentence that begins with where it came from.
    pub fn sentence(&self) -> String {
        match self {
            Unusable::Empty => "holds no identity".to_owned(),
            Unusable::NotText => "is not text".to_owned(),
            Unusable::Garbage { line } => format!("holds something that is no age identity in line {line}"),
            Unusable::PublicKey { line } => format!("holds a public key in line {line}, not an identity"),
            Unusable::PostQuantum { line } => {
                format!("holds a post-quantum identity in line {line}, which is not supported")
            }
            Unusable::Mixed { line } => {
                format!("holds in line {line} an identity of another kind than above it: a plugin's and ordinary ones")
            }
            Unusable::Plugin { line } => {
                format!(
                    "holds in line {line} an identity of a plugin that is not whole: something in it was left out or changed"
                )
            }
            Unusable::NoRecipient { plugin } => {
                format!("holds an identity of {}, and no comment beside it says its public key", plugin.program())
            }
            Unusable::PluginBehindPassphrase => "holds an identity of a plugin behind its passphrase".to_owned(),
            Unusable::AgeFile => "is encrypted, but not with a passphrase".to_owned(),
            Unusable::WrongPassphrase => "does not open with this passphrase".to_owned(),
            Unusable::TooMuchWork => "is protected with a work factor above 20".to_owned(),
            Unusable::SshRsa => "is an ssh-rsa key, which is refused (RUSTSEC-2023-0071)".to_owned(),
            Unusable::SshUnsupported => "is no ssh-ed25519 key".to_owned(),
            Unusable::SshBroken => "is not a whole ssh key".to_owned(),
        }
    }

    pub fn hint(&self) -> String {
        if let Unusable::NoRecipient { plugin } = self {
            let program = plugin.program();
            return format!("write it above the identity, as {program} prints it: # public key: age1{plugin}1…");
        }
        self.advice().to_owned()
    }

    fn advice(&self) -> &'static str {
        match self {
            Unusable::Empty | Unusable::NotText | Unusable::Garbage { .. } | Unusable::PublicKey { .. } => {
                "an identity is one line that begins with AGE-SECRET-KEY-1, as age-keygen and nexus-env init write it"
            }
            Unusable::PostQuantum { .. } => "nexus-env init, after moving it away, makes an ordinary one",
            Unusable::Mixed { .. } => "keep them in two files; NEXUS_ENV_IDENTITY_FILE names the one that counts",
            Unusable::Plugin { .. } | Unusable::NoRecipient { .. } => {
                "have its plugin print it once more, into a file of its own"
            }
            Unusable::PluginBehindPassphrase => "keep the plugin's identity without one: it opens nothing by itself",
            Unusable::AgeFile => "an identity file is protected by age --passphrase",
            Unusable::WrongPassphrase => "try again",
            Unusable::TooMuchWork => "age --passphrase protects it anew with an ordinary one",
            Unusable::SshRsa | Unusable::SshUnsupported | Unusable::SshBroken => {
                "ssh-keygen -t ed25519 makes a key that can be used, nexus-env init an age identity"
            }
        }
    }
}
