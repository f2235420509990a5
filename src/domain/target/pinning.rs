//! What `db pin`, `db label` and `db verify` conclude from what was found out about an environment's database. Pure:
//! nothing is asked or written here.

use super::evidence::{Evidence, Says, Source};
use super::label::{self, Label};
use super::server::{Identity, Reply, ServerKind, Silence};
use crate::domain::config::fingerprint::Fingerprint;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::{Config, Environment};
use crate::error::Failure;

/// An environment's own URL, and everything that is known of the database behind it.
pub struct Found<'a> {
    pub config: &'a Config,
    pub environment: &'a Environment,
    pub variable: &'a VariableName,
    /// What was seen without a connection.
    pub seen: &'a [Evidence],
    pub replies: &'a [Reply],
}

/// What `db pin` writes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pin {
    pub fingerprint: Fingerprint,
    /// Whether the database is labelled with this environment.
    pub labelled: bool,
    /// The environment that is pinned to the same, so that the labels alone tell the two apart.
    pub twin: Option<EnvironmentName>,
}

/// What `db label` does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Labelling {
    /// The label is there.
    Nothing,
    Write {
        database: String,
        comment: String,
        consent: Consent,
    },
}

/// What a person has to confirm first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Consent {
    /// It is proven to be an open environment's database.
    None,
    /// It is a protected environment's, or nothing proves whose it is.
    Name,
    /// The database says that it is another environment's, so it must be a copy of that.
    Copy(EnvironmentName),
}

impl<'a> Found<'a> {
    /// Whatever listens on the port, or a pattern, says that the URL leads to another environment now.
    pub fn elsewhere(&self) -> Option<(&Evidence, &EnvironmentName)> {
        self.seen.iter().find_map(|evidence| match (evidence.source, &evidence.says) {
            (Source::Listener | Source::Match, Says::Environment(name, _)) if *name != self.environment.name => {
                Some((evidence, name))
            }
            (_, Says::Environment(..) | Says::Local | Says::NotAsPinned(_) | Says::Unknown) => None,
        })
    }

    /// The URL leads to another environment's database: nothing may be read from it as if it were this one's.
    ///
    /// # Errors
    /// Whose database it is.
    pub fn refuse_elsewhere(&self) -> Result<(), Failure> {
        let Some((evidence, other)) = self.elsewhere() else { return Ok(()) };
        let name = &self.environment.name;
        let hint = match (evidence.source, &self.environment.proxy) {
            (Source::Listener, Some(_)) => format!("nexus-env proxy up -e {name} --switch"),
            _ => format!(
                "nexus-env get {} -e {name} shows the URL; nexus-env guard explain what it reaches",
                self.variable
            ),
        };
        let (variable, seen, how) = (self.variable, &evidence.seen, &evidence.how);
        Err(Failure::new(format!("`{variable}` of {name} reaches {other} now: {seen} ({how})")).hint(hint))
    }

    /// The one identity that all places of the URL gave.
    ///
    /// # Errors
    /// Where a place gives no answer, and where two of them are different databases.
    pub fn identity(&self) -> Result<&'a Identity, Failure> {
        let name = &self.environment.name;
        let mut found: Option<&Identity> = None;
        for reply in self.replies {
            match (&reply.answer, found) {
                (Ok(identity), None) => found = Some(identity),
                (Ok(identity), Some(first)) if first.fingerprint() == identity.fingerprint() => {}
                (Ok(_), Some(_)) => {
                    let sentence = format!("`{}` of {name} reaches two databases, by one address each", self.variable);
                    return Err(Failure::new(sentence).hint("write 127.0.0.1 or [::1] instead of localhost"));
                }
                (Err(silence), _) => {
                    let sentence =
                        format!("could not ask {name}'s database who it is: {} ({})", silence.words(), reply.at);
                    return Err(Failure::new(sentence).hint(self.mending(silence)));
                }
            }
        }
        found.ok_or_else(|| Failure::new(format!("`{}` of {name} names no server", self.variable)))
    }

    /// What to do about a database that gives no answer.
    pub fn mending(&self, silence: &Silence) -> String {
        let (name, variable) = (&self.environment.name, self.variable);
        let proxy = self.environment.proxy.is_some();
        match silence {
            Silence::NobodyThere | Silence::HungUp | Silence::TimedOut | Silence::PoolerAlone if proxy => {
                format!("nexus-env proxy up -e {name}; nexus-env proxy status says what listens")
            }
            Silence::NobodyThere | Silence::HungUp | Silence::TimedOut | Silence::PoolerAlone | Silence::NotReady => {
                "start the server, or the tunnel to it, and try again".to_owned()
            }
            Silence::WrongPassword | Silence::PasswordMissing | Silence::UnknownHost | Silence::NoSuchDatabase => {
                format!("nexus-env set {variable} -e {name} stores another URL")
            }
            Silence::NotPostgreSql => format!("look at the port in {variable}: another program listens there"),
            Silence::NotLetIn | Silence::NoRights | Silence::CertificateWanted => {
                format!("psql with the same URL says more; its role is the one in {variable}")
            }
            Silence::ReadOnly => format!("let {variable} lead to the primary"),
            Silence::TooManyConnections => "try again when others are done".to_owned(),
            Silence::ClearPassword | Silence::NoTls | Silence::TlsBroken | Silence::TlsUntrusted(_) => {
                format!("look at sslmode, sslaccept and sslrootcert in {variable}")
            }
            Silence::Unusable(parameter) => format!("look at {parameter} in {variable}; it is taken from here"),
            Silence::UnknownLogin | Silence::Refused(_) => "psql with the same URL says more".to_owned(),
        }
    }

    fn labels(&self, identity: &Identity) -> Vec<Label> {
        identity.labels()
    }

    /// A label of another environment.
    fn foreign_label(&self, identity: &Identity) -> Option<Label> {
        self.labels(identity).into_iter().find(|label| !self.is_ours(label))
    }

    fn is_ours(&self, label: &Label) -> bool {
        match label {
            Label::Environment(name) => name.as_str().eq_ignore_ascii_case(self.environment.name.as_str()),
            Label::Strange(_) => false,
        }
    }

    fn is_labelled(&self, identity: &Identity) -> bool {
        let labels = self.labels(identity);
        !labels.is_empty() && labels.iter().all(|label| self.is_ours(label))
    }

    /// Another environment that is pinned to this fingerprint.
    fn twin(&self, fingerprint: &Fingerprint) -> Option<&'a Environment> {
        let others = self.config.environments.iter().filter(|other| other.name != self.environment.name);
        others.into_iter().find(|other| other.fingerprint.as_ref() == Some(fingerprint))
    }
}

/// Words for a label that stands in a database.
fn said(label: &Label) -> &str {
    match label {
        Label::Environment(name) => name.as_str(),
        Label::Strange(text) => text,
    }
}

/// Whether the environment may be pinned to what answers, and to what.
///
/// # Errors
/// A database that does not say who it is, that has no fingerprint, or that is another environment's.
pub fn pin(found: &Found<'_>) -> Result<Pin, Failure> {
    found.refuse_elsewhere()?;
    let name = &found.environment.name;
    let identity = found.identity()?;
    let Some(fingerprint) = identity.fingerprint() else {
        return Err(match identity.kind {
            ServerKind::CockroachDb => {
                Failure::new("CockroachDB has no fingerprint to pin").hint(format!("nexus-env db label -e {name}"))
            }
            ServerKind::PostgreSql => Failure::new(format!("the role in {} may not read the server's identifier", found.variable))
                .hint(format!(
                    "its administrator: GRANT EXECUTE ON FUNCTION pg_control_system() TO that role; or nexus-env db label -e {name}"
                )),
        });
    };
    if let Some(label) = found.foreign_label(identity) {
        let sentence = format!("the database that {name} reaches says that it is {}, by its label", said(&label));
        return Err(Failure::new(sentence)
            .hint(format!("if it is a copy that is now {name}'s: nexus-env db label -e {name}, then pin it")));
    }
    let labelled = found.is_labelled(identity);
    let twin = match found.twin(&fingerprint) {
        // It says what it is, so the pins need not tell the two apart.
        Some(twin) if labelled => Some(twin.name.clone()),
        Some(twin) => {
            let sentence = format!(
                "{name} reaches {fingerprint}, which {} is pinned to: it is the same database, or one is a copy of the other's files",
                twin.name
            );
            return Err(Failure::new(sentence).hint(format!(
                "only a label tells a copy from its original: nexus-env db label -e {name}, if it is one"
            )));
        }
        None => None,
    };
    Ok(Pin { fingerprint, labelled, twin })
}

/// Whether the environment's name may be written into the database, and after what question.
///
/// # Errors
/// A database that does not say who it is, that takes no writes, or that is another environment's.
pub fn label(found: &Found<'_>) -> Result<Labelling, Failure> {
    found.refuse_elsewhere()?;
    let name = &found.environment.name;
    let identity = found.identity()?;
    if found.is_labelled(identity) {
        return Ok(Labelling::Nothing);
    }
    let fingerprint = identity.fingerprint();
    let pinned = fingerprint.is_some() && fingerprint == found.environment.fingerprint;
    let foreign = found.foreign_label(identity);
    let other = match (&foreign, fingerprint.as_ref().and_then(|f| found.twin(f))) {
        (Some(Label::Environment(other)), _) => Some(other.clone()),
        (Some(strange @ Label::Strange(_)), _) => strange.looks_protected(),
        (None, Some(twin)) => Some(twin.name.clone()),
        (None, None) => None,
    };
    if other.is_none() && !pinned && found.environment.fingerprint.is_some() {
        let (pin, now) = (&found.environment.fingerprint, &fingerprint);
        let words =
            |f: &Option<Fingerprint>| f.as_ref().map_or("a database without one".to_owned(), ToString::to_string);
        let sentence = format!("{name} is pinned to {}, and its URL reaches {}", words(pin), words(now));
        return Err(Failure::new(sentence).hint(format!(
            "if that is right, after an upgrade or a restore: nexus-env db pin -e {name}, then label it"
        )));
    }
    // Whose database it is, nobody knows better than what serves it; a URL alone proves nothing on this machine.
    let proven = pinned
        || found.seen.iter().any(|evidence| match (evidence.source, &evidence.says) {
            (Source::Listener | Source::Match, Says::Environment(..) | Says::Local) => true,
            (_, Says::Environment(..) | Says::Local | Says::NotAsPinned(_) | Says::Unknown) => false,
        });
    let consent = match other {
        Some(other) => Consent::Copy(other),
        None if proven && foreign.is_none() && !found.environment.is_protected() => Consent::None,
        None => Consent::Name,
    };
    let comment = label::put(identity.comment.as_deref().unwrap_or(""), name);
    Ok(Labelling::Write { database: identity.database.clone(), comment, consent })
}

/// Whether two replies come from one running server and database, so that neither is a copy of the other.
pub fn is_the_same(one: &[Reply], other: &[Reply]) -> bool {
    let known = |reply: &Reply| {
        let identity = reply.answer.as_ref().ok()?;
        Some((identity.fingerprint()?, identity.started.clone()?))
    };
    one.iter().filter_map(known).any(|seen| other.iter().filter_map(known).any(|there| seen == there))
}

/// Whether an environment reaches what it should.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    Right,
    /// Nothing answered, or nothing that says who it is: it may be right.
    Unknown,
    Wrong,
}

/// What `db verify` says of one environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    pub standing: Standing,
    pub sentence: String,
    pub hints: Vec<String>,
}

impl Finding {
    pub fn right(sentence: impl Into<String>) -> Finding {
        Finding { standing: Standing::Right, sentence: sentence.into(), hints: Vec::new() }
    }

    pub fn wrong(sentence: impl Into<String>, hint: String) -> Finding {
        Finding { standing: Standing::Wrong, sentence: sentence.into(), hints: vec![hint] }
    }
}

/// Compares what answers with what the environment is pinned to and labelled with. A missing pin is said, and is no fault.
pub fn verify(found: &Found<'_>) -> Finding {
    let name = &found.environment.name;
    if let Some((evidence, other)) = found.elsewhere() {
        let sentence = format!("reaches {other} now: {} ({})", evidence.seen, evidence.how);
        let hint = match found.environment.proxy {
            Some(_) => format!("nexus-env proxy up -e {name} --switch"),
            None => format!("nexus-env set {} -e {name} stores another URL", found.variable),
        };
        return Finding::wrong(sentence, hint);
    }
    let identity = match found.identity() {
        Ok(identity) => identity,
        Err(failure) => {
            let silent = found.replies.iter().find_map(|reply| Some((reply.answer.as_ref().err()?, &reply.at)));
            let sentence = silent.map_or(failure.message, |(s, at)| format!("did not answer: {} ({at})", s.words()));
            return Finding {
                standing: Standing::Unknown,
                sentence,
                hints: failure.hint.into_iter().filter(|hint| !hint.is_empty()).collect(),
            };
        }
    };
    let fingerprint = identity.fingerprint();
    let shown = fingerprint.as_ref().map_or("a database without a fingerprint".to_owned(), ToString::to_string);
    let copy = format!("if it is a copy that is now {name}'s: nexus-env db label -e {name}");
    if let Some(label) = found.foreign_label(identity) {
        return Finding::wrong(format!("says that it is {}, by its label ({shown})", said(&label)), copy);
    }
    let labelled = found.is_labelled(identity);
    if let (Some(twin), false) = (fingerprint.as_ref().and_then(|f| found.twin(f)), labelled) {
        return Finding::wrong(format!("reaches {shown}, which {} is pinned to", twin.name), copy);
    }
    let mut hints = Vec::new();
    let pinned = match (&found.environment.fingerprint, &fingerprint) {
        (Some(pin), Some(now)) if pin == now => format!("answers as pinned, {now}"),
        (Some(pin), _) => {
            let hint = format!("if that is right, after an upgrade or a restore: nexus-env db pin -e {name}");
            return Finding::wrong(format!("reaches {shown}, and is pinned to {pin}"), hint);
        }
        (None, Some(now)) => {
            hints.push(format!("nexus-env db pin -e {name}"));
            format!("answers as {now}, not pinned")
        }
        (None, None) => format!("answers, {shown}"),
    };
    let labelled = match labelled {
        true => format!("labelled {name}"),
        false => {
            hints.push(format!("nexus-env db label -e {name}"));
            "not labelled".to_owned()
        }
    };
    Finding { standing: Standing::Right, sentence: format!("{pinned}, {labelled}"), hints }
}

/// Environments whose tunnels are declared on one port: only one of them can answer there at a time.
pub fn shared_ports(config: &Config) -> Vec<(u16, Vec<&Environment>)> {
    let mut ports: Vec<(u16, Vec<&Environment>)> = Vec::new();
    for environment in &config.environments {
        let Some(port) = environment.proxy.as_ref().map(|proxy| proxy.port) else { continue };
        match ports.iter_mut().find(|(known, _)| *known == port) {
            Some((_, sharing)) => sharing.push(environment),
            None => ports.push((port, vec![environment])),
        }
    }
    ports.retain(|(_, sharing)| sharing.len() > 1);
    ports
}

/// How to give each of them a port of its own: the first keeps it, the others get the next ones that are free here.
pub fn own_ports(config: &Config, port: u16, sharing: &[&Environment]) -> Vec<String> {
    let mut taken: Vec<u16> = config.environments.iter().filter_map(|e| Some(e.proxy.as_ref()?.port)).collect();
    taken.extend(config.services.iter().map(|service| service.port));
    let mut said = Vec::new();
    for environment in sharing.iter().skip(1) {
        let free = (port.saturating_add(1)..=u16::MAX).find(|port| !taken.contains(port)).unwrap_or(port);
        taken.push(free);
        said.push(format!("port = {free} under [env.{0}.proxy] in .nexusenv, and in {0}'s URL", environment.name));
    }
    said
}

#[cfg(test)]
#[path = "pinning_tests.rs"]
mod tests;
