//! What a database says of itself, and what that proves about the environment that it is. Pure: answers come in; nobody
//! is asked here.

use super::evidence::{Evidence, Says, Source};
use super::label::{self, Label};
use crate::domain::config::fingerprint::Fingerprint;
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, Environment, Protection};

/// What answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerKind {
    PostgreSql,
    /// It speaks PostgreSQL's protocol and keeps comments, but has no control file and so no fingerprint.
    CockroachDb,
}

/// Whether the connection went straight to the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    Straight,
    /// A pooler took it. The answer is the real server's all the same.
    Pooled,
}

/// Whether the server takes writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duty {
    Primary,
    /// A replica: it has its primary's fingerprint and label.
    Standby,
}

/// Who the database says it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    pub kind: ServerKind,
    /// `None` where the role may not ask, or the server has none.
    pub system: Option<u64>,
    pub database: String,
    /// The whole comment on the database.
    pub comment: Option<String>,
    /// When the server was started, as it says it: two running servers differ in it, also where one is a copy.
    pub started: Option<String>,
    pub duty: Duty,
    pub way: Way,
}

impl Identity {
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        Some(Fingerprint { system: self.system?, database: self.database.clone() })
    }

    pub fn labels(&self) -> Vec<Label> {
        self.comment.as_deref().map(label::read).unwrap_or_default()
    }
}

/// Why there is no answer. It holds no word of the server's own, which may repeat what it was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Silence {
    NobodyThere,
    UnknownHost,
    TimedOut,
    HungUp,
    NotPostgreSql,
    /// 28P01.
    WrongPassword,
    PasswordMissing,
    /// The password is asked for in clear, over a line that others can read.
    ClearPassword,
    UnknownLogin,
    /// 28000: no rule of the server lets this role in from here, or there is no such role.
    NotLetIn,
    /// 3D000.
    NoSuchDatabase,
    /// 42501.
    NoRights,
    /// 25006: a replica.
    ReadOnly,
    /// 53300.
    TooManyConnections,
    /// 57P03.
    NotReady,
    /// A pooler answers, and has no server behind it.
    PoolerAlone,
    /// The URL demands TLS, and the server has none.
    NoTls,
    TlsBroken,
    TlsUntrusted(Distrust),
    /// The server wants a certificate of ours.
    CertificateWanted,
    /// A parameter of the URL names a file that cannot be used: `sslrootcert`.
    Unusable(&'static str),
    /// Another refusal, by its SQLSTATE.
    Refused(String),
}

/// Why a server's certificate is not trusted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Distrust {
    Issuer,
    Name,
    Time,
    Other,
}

impl Silence {
    /// A half sentence.
    pub fn words(&self) -> String {
        match self {
            Silence::NobodyThere => "nobody answers there",
            Silence::UnknownHost => "its host's name leads nowhere",
            Silence::TimedOut => "it did not answer within 2 s",
            Silence::HungUp => "it hung up without an answer",
            Silence::NotPostgreSql => "what answers there is no PostgreSQL",
            Silence::WrongPassword => "it refused the password",
            Silence::PasswordMissing => "it asks for a password, and the URL has none",
            Silence::ClearPassword => {
                "it asks for the password in clear, which is sent only over TLS or on this machine"
            }
            Silence::UnknownLogin => "it asks for a kind of login that nexus-env does not know",
            Silence::NotLetIn => "it does not let this role in from here",
            Silence::NoSuchDatabase => "the server has no database of that name",
            Silence::NoRights => "the role may not do that",
            Silence::ReadOnly => "the server takes no writes: it is a replica",
            Silence::TooManyConnections => "the server has no connection left",
            Silence::NotReady => "the server is starting or stopping",
            Silence::PoolerAlone => "a pooler answers, and reaches no server",
            Silence::NoTls => "the URL demands TLS, and the server has none",
            Silence::TlsBroken => "TLS failed",
            Silence::TlsUntrusted(Distrust::Issuer) => "nothing vouches for its certificate",
            Silence::TlsUntrusted(Distrust::Name) => "its certificate is for another name",
            Silence::TlsUntrusted(Distrust::Time) => "its certificate is not valid now",
            Silence::TlsUntrusted(Distrust::Other) => "its certificate is not trusted",
            Silence::CertificateWanted => "it wants a certificate of the client's",
            Silence::Unusable(parameter) => return format!("the file that `{parameter}` names cannot be used"),
            // lock_not_available
            Silence::Refused(state) if state == "55P03" => "somebody holds a lock that it waited for",
            Silence::Refused(state) => return format!("the server refused, SQLSTATE {state}"),
        }
        .to_owned()
    }
}

/// What one place that the URL names answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// `127.0.0.1 port 5433`, `socket /var/run/postgresql`.
    pub at: String,
    pub answer: Result<Identity, Silence>,
}

/// What the replies prove. Each place of the URL speaks for itself: a client may meet any of them.
pub fn evidence(config: &Config, replies: &[Reply]) -> Vec<Evidence> {
    let answered = replies.iter().filter(|reply| reply.answer.is_ok()).count();
    let mut found = Vec::new();
    for reply in replies {
        let at = if replies.len() > 1 { format!(", {}", reply.at) } else { String::new() };
        match &reply.answer {
            // Where another place answers, one without a server is one that no client meets.
            Err(Silence::NobodyThere) if answered > 0 => {}
            Err(silence) => found.push(Evidence {
                source: Source::Database,
                says: Says::Unknown,
                seen: "no answer".to_owned(),
                how: format!("{}{at}", silence.words()),
            }),
            Ok(identity) => {
                found.extend(identity.labels().iter().map(|label| labelled(config, label, &at)));
                found.push(fingerprinted(config, identity, &at));
            }
        }
    }
    found.dedup();
    found
}

/// A label proves what it says, also of an environment that is not pinned: the database's owner wrote it. One that names
/// no environment of this configuration speaks for none, and nothing weaker may speak against it (`verdict`).
fn labelled(config: &Config, label: &Label, at: &str) -> Evidence {
    let how = format!("stored in the database itself{at}");
    let known = |name: &EnvironmentName| {
        let exact = config.environment(name);
        exact.or_else(|| config.environments.iter().find(|e| e.name.as_str().eq_ignore_ascii_case(name.as_str())))
    };
    let (seen, declared) = match label {
        Label::Environment(name) => (name.to_string(), known(name)),
        Label::Strange(text) => (text.clone(), None),
    };
    match (declared, label.looks_protected()) {
        (Some(environment), _) => {
            let says = Says::Environment(environment.name.clone(), environment.protection);
            Evidence { source: Source::Label, says, seen, how }
        }
        (None, Some(name)) => {
            Evidence { source: Source::Label, says: Says::Environment(name, Protection::Protected), seen, how }
        }
        (None, None) => Evidence {
            source: Source::Label,
            says: Says::Unknown,
            seen,
            how: format!("{how}; no environment of this name here"),
        },
    }
}

/// What the fingerprint proves:
/// - the pin of one protected environment: that one;
/// - the pin of one open environment: that one, but only where every protected environment is pinned to another. Dev is
///   often made by cloning prod, and a prod without a pin could have the same fingerprint;
/// - the pins of two environments, which says that one is a copy of the other: neither. The label tells copies apart;
/// - no pin: nothing for anyone, and against those that are pinned to another. It never proves that the database is not
///   prod: an upgrade or a restore gives prod a new identifier, and a pin goes stale without a word.
fn fingerprinted(config: &Config, identity: &Identity, at: &str) -> Evidence {
    let piece = |says, seen: String, how: String| {
        let (way, duty) = (identity.way, identity.duty);
        let way = if way == Way::Pooled { ", through a pooler" } else { "" };
        let duty = if duty == Duty::Standby { ", a replica" } else { "" };
        Evidence { source: Source::Fingerprint, says, seen, how: format!("{how}{duty}{way}{at}") }
    };
    let Some(fingerprint) = identity.fingerprint() else {
        let why = match identity.kind {
            ServerKind::PostgreSql => "this role may not read it",
            ServerKind::CockroachDb => "CockroachDB has none",
        };
        return piece(Says::Unknown, "not known".to_owned(), why.to_owned());
    };
    let seen = fingerprint.to_string();
    let pinned: Vec<&Environment> =
        config.environments.iter().filter(|e| e.fingerprint.as_ref() == Some(&fingerprint)).collect();
    let names = |list: &[&Environment], word: &str| {
        list.iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(&format!(" {word} "))
    };
    let protected: Vec<&Environment> = config.environments.iter().filter(|e| e.is_protected()).collect();
    let unpinned: Vec<&Environment> = protected.iter().filter(|e| e.fingerprint.is_none()).copied().collect();
    match (pinned.as_slice(), unpinned.as_slice()) {
        ([one], without) if one.is_protected() || without.is_empty() => {
            let says = Says::Environment(one.name.clone(), one.protection);
            piece(says, seen, format!("pinned for {}", one.name))
        }
        ([one], without) => {
            let without = names(without, "and");
            piece(
                Says::Unknown,
                seen,
                format!("pinned for {}, but {without} has no pin and could be its twin", one.name),
            )
        }
        ([], _) => {
            let others: Vec<&Environment> = config.environments.iter().filter(|e| e.fingerprint.is_some()).collect();
            match others.as_slice() {
                [] => piece(Says::Unknown, seen, "pinned for no environment".to_owned()),
                others => {
                    let says = Says::NotAsPinned(others.iter().map(|e| e.name.clone()).collect());
                    piece(says, seen, format!("not the one that is pinned for {}", names(others, "or")))
                }
            }
        }
        ([_, _, ..], _) => {
            piece(Says::Unknown, seen, format!("pinned for {} alike, so it speaks for neither", names(&pinned, "and")))
        }
    }
}

/// The row that says why a database was not asked.
pub fn not_asked(kind: &str) -> Evidence {
    Evidence {
        source: Source::Database,
        says: Says::Unknown,
        seen: "was not asked itself".to_owned(),
        how: format!("nexus-env asks only PostgreSQL, and this is {kind}"),
    }
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
