//! Why a store gave nothing: one sentence and one way out for each. No sentence holds a part of a value or a key.

use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::store::readers;
use crate::domain::store::sealed::{Recipient, RecipientName};
use crate::error::Failure;

#[derive(Debug)]
pub enum VaultFailure {
    /// The file could not be read or written; `act` is which of the two.
    File {
        act: &'static str,
        place: String,
        error: std::io::Error,
    },
    NotAFile {
        place: String,
    },
    TooLarge {
        place: String,
    },
    Malformed {
        place: String,
        line: usize,
        what: String,
    },
    /// git could not merge it, and left its marks in it: with both sides, or with what somebody made of them.
    Conflict {
        place: String,
        line: usize,
        mendable: bool,
    },
    UnknownVersion {
        place: String,
        version: String,
    },
    OtherRepository {
        place: String,
    },
    OtherEnvironment {
        place: String,
        found: EnvironmentName,
    },
    NotARecipient {
        environment: EnvironmentName,
        readers: Vec<Recipient>,
        /// Who would have to be let in.
        own: Option<Recipient>,
    },
    /// Listed as a recipient, but the key is not wrapped for it: a stanza was taken out.
    Stripped {
        environment: EnvironmentName,
        name: RecipientName,
    },
    KeyDamaged {
        environment: EnvironmentName,
        place: String,
    },
    SealBroken {
        environment: EnvironmentName,
        place: String,
        tampering: Tampering,
    },
    KeyReplaced {
        environment: EnvironmentName,
        /// What became of the readers that were seen here before, as far as somebody knows.
        differs: Vec<String>,
    },
    /// The key is new, by a change of this person's own that was killed before it was remembered.
    CutOff {
        environment: EnvironmentName,
    },
    /// The seal holds, but one identity more or less than the readers it names can open the key.
    Readers {
        environment: EnvironmentName,
        place: String,
        listed: usize,
        wrapped: usize,
    },
    /// A protected environment's secrets, beside a configuration that calls it unprotected.
    CalledUnprotected {
        environment: EnvironmentName,
    },
    /// A store that nobody here allowed: whoever knows the public keys could have made it.
    NotAllowed {
        environment: EnvironmentName,
    },
    RolledBack {
        environment: EnvironmentName,
        place: String,
        found: u64,
        seen: u64,
    },
    ValueDamaged {
        environment: EnvironmentName,
        place: String,
        name: VariableName,
    },
    RefusedName {
        environment: EnvironmentName,
        name: VariableName,
        reason: &'static str,
    },
    /// A recipient's key that cannot be encrypted to.
    BadRecipient {
        key: String,
    },
    /// Post-quantum readers and others in one store.
    TwoKinds,
    /// What a plugin of age said, or why it was not started.
    Plugin(Failure),
    /// The two sides of a merge give a reader different keys.
    TwoKeys {
        environment: EnvironmentName,
        name: RecipientName,
    },
    /// The operating system gave no random bytes.
    NoRandomness,
}

/// What a broken seal most likely means. For the sentence alone: it is refused whatever it was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tampering {
    /// This value was written under another name, for another environment, or without the key.
    Value(VariableName),
    /// More or fewer recipients are listed than the key is wrapped for.
    Recipients { listed: usize, wrapped: usize },
    /// Every value was written here under its name, but the whole was not: one was taken out or put back to an older
    /// one, or recipients, revision or the wrapped key were changed.
    Whole,
}

impl VaultFailure {
    fn sentence(&self) -> String {
        use VaultFailure as F;
        match self {
            F::File { act, place, error } => format!("could not {act} `{place}`: {}", plain(error)),
            F::NotAFile { place } => format!("`{place}` is not a regular file"),
            F::TooLarge { place } => format!("`{place}` is larger than a store may be (1 MiB)"),
            F::Malformed { place, line, what } => format!("`{place}:{line}`: {what}"),
            F::Conflict { place, line, mendable: _ } => format!("`{place}:{line}`: a merge conflict is not resolved"),
            F::UnknownVersion { place, version } => {
                format!("`{place}` is written in version {version} of the format, and this program knows version 1")
            }
            F::OtherRepository { place } => format!("`{place}` belongs to another repository"),
            F::OtherEnvironment { place, found } => format!("`{place}` holds the secrets of `{found}`"),
            F::NotARecipient { environment, readers, own: _ } => format!(
                "your key is not among the readers of `{environment}`; {} can let you in",
                readers::one_of(readers)
            ),
            F::Stripped { environment, name } => {
                format!("`{environment}` lists `{name}` as a reader, but its key is not wrapped for that identity")
            }
            F::KeyDamaged { environment, place } => {
                format!("the wrapped key of `{environment}` in `{place}` is damaged or was changed")
            }
            F::SealBroken { environment, place, tampering } => {
                format!("the seal of `{place}` does not hold: {}", tampering.sentence(environment))
            }
            F::KeyReplaced { environment, differs } => {
                let differs =
                    if differs.is_empty() { String::new() } else { format!(": {}", readers::listed(differs)) };
                format!("the key of `{environment}` is not the one that was allowed{differs}")
            }
            F::CutOff { environment } => format!("a change of who reads `{environment}` was cut off half-way"),
            F::Readers { environment, place, listed, wrapped } if wrapped > listed => format!(
                "the key of `{environment}` is wrapped for {wrapped}, and `{place}` names {listed} of them: somebody \
                 unnamed could read it"
            ),
            F::Readers { environment, place, listed, wrapped } => format!(
                "`{place}` names {listed} readers, and the key of `{environment}` is wrapped for {wrapped} of them"
            ),
            F::CalledUnprotected { environment } => format!(
                "the secrets of `{environment}` are those of a protected environment, and this configuration calls it \
                 unprotected, so nothing is loaded"
            ),
            F::NotAllowed { environment } => {
                format!("the secrets of {environment} are new here and not allowed yet")
            }
            F::RolledBack { environment, place, found, seen } => {
                format!("`{place}` is revision {found} of `{environment}`, and revision {seen} was seen here before")
            }
            F::ValueDamaged { environment, place, name } => {
                format!("the value of `{name}` for `{environment}` in `{place}` is damaged")
            }
            F::RefusedName { environment, name, reason } => {
                format!("`{environment}` holds a secret named `{name}`, which is refused: {reason}")
            }
            F::BadRecipient { key } => format!("`{key}` is no public key that can be encrypted to"),
            F::TwoKinds => {
                "post-quantum keys and ordinary ones cannot read one store: age encrypts to the one kind or to the other"
                    .to_owned()
            }
            F::Plugin(failure) => failure.message.clone(),
            F::TwoKeys { environment, name } => {
                format!("the two sides of the merge give `{name}` different keys for `{environment}`")
            }
            F::NoRandomness => "the operating system gave no random bytes".to_owned(),
        }
    }

    fn hint(&self) -> Option<String> {
        use VaultFailure as F;
        let restore = |place: &str| {
            Some(format!("git log -p -- {place} shows who changed it, git checkout -- {place} restores it"))
        };
        match self {
            F::File { act: "read", place, .. } => Some(format!("ls -l {place} shows whether it may be read")),
            F::File { act: "lock", place, .. } => Some(format!("ls -ld {place} shows who may write there")),
            F::File { place, .. } => {
                let directory = place.rsplit_once('/').map_or(".", |(directory, _)| directory);
                Some(format!("ls -ld {directory} shows who may write there"))
            }
            F::NotAFile { place } => Some(format!("ls -l {place} shows what it is")),
            F::TooLarge { .. } => Some("nexus-env unset NAME removes what does not belong there".to_owned()),
            F::Malformed { place, .. } => restore(place),
            F::Conflict { mendable: true, .. } => Some("nexus-env resolve merges both sides by name".to_owned()),
            F::Conflict { place, .. } => Some(earlier(place)),
            F::UnknownVersion { .. } => Some("install the present version of nexus-env".to_owned()),
            F::OtherRepository { .. } => {
                Some("its values can be stored here one by one: nexus-env set NAME".to_owned())
            }
            F::OtherEnvironment { place, .. } => restore(place),
            F::NotARecipient { environment, own, .. } => Some(match own {
                Some(own) => {
                    let line = readers::line(own, std::slice::from_ref(environment));
                    format!("send them this line, which they type here: {line}")
                }
                None => "nexus-env join makes an identity".to_owned(),
            }),
            F::Stripped { environment, .. } => {
                Some(format!("git log -p -- .nexusenv.d/{environment}.toml shows who changed it"))
            }
            F::KeyDamaged { place, .. } | F::SealBroken { place, .. } | F::ValueDamaged { place, .. } => restore(place),
            F::KeyReplaced { environment, .. } => Some(format!(
                "ask a colleague who changed .nexusenv.d/{environment}.toml and why, then: nexus-env allow"
            )),
            F::CutOff { .. } => Some("nexus-env recipients list, which ends it".to_owned()),
            F::Readers { place, .. } => Some(format!("git log -p -- {place} shows who changed it")),
            F::CalledUnprotected { environment } => Some(format!(
                "protected = true under [env.{environment}] in .nexusenv, then nexus-env allow; where it is to be \
                 protected no longer: nexus-env rekey --unprotected -e {environment}"
            )),
            F::NotAllowed { .. } => Some("nexus-env allow, if you expected them".to_owned()),
            F::RolledBack { .. } => {
                Some("git pull brings the present one; nexus-env allow accepts this one all the same".to_owned())
            }
            F::RefusedName { environment, name, .. } => Some(format!("nexus-env unset {name} -e {environment}")),
            F::BadRecipient { .. } => Some("a public key begins with age1 or ssh-ed25519".to_owned()),
            F::TwoKinds => Some("nexus-env recipients list shows the keys of those who read it".to_owned()),
            F::Plugin(failure) => failure.hint.clone(),
            F::TwoKeys { environment, .. } => {
                let place = format!(".nexusenv.d/{environment}.toml");
                Some(format!(
                    "git checkout --ours -- {place} && git add {place} takes this side's alone, --theirs the other's"
                ))
            }
            F::NoRandomness => None,
        }
    }
}

impl Tampering {
    fn sentence(&self, environment: &EnvironmentName) -> String {
        match self {
            Tampering::Value(name) => {
                format!("the value of `{name}` was not written under this name for `{environment}`")
            }
            Tampering::Recipients { listed, wrapped } => {
                format!("it lists {listed} readers, and its key is wrapped for {wrapped}")
            }
            Tampering::Whole => format!(
                "a name, an older value, a reader or the revision was changed by something that cannot read \
                 `{environment}`"
            ),
        }
    }
}

/// The way back to a store that git still has.
pub fn earlier(place: &str) -> String {
    format!("git log --oneline -- {place}, then git checkout COMMIT -- {place} takes it as it was in one of these")
}

impl From<VaultFailure> for Failure {
    fn from(failure: VaultFailure) -> Self {
        let told = Failure::new(failure.sentence());
        match failure.hint() {
            Some(hint) => told.hint(hint),
            None => told,
        }
    }
}

/// So that `?` carries sentence and hint to the person. It is no `std::error::Error` itself, which would lose them.
impl From<VaultFailure> for anyhow::Error {
    fn from(failure: VaultFailure) -> Self {
        anyhow::Error::new(Failure::from(failure))
    }
}

/// An operating system's error in its own words, without Rust's number after it.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text.to_lowercase()
}
