//! `status`: the one answer to "where am I". It looks and tells; it changes nothing, and what cannot be seen is said to
//! be so.

use std::net::{IpAddr, Ipv4Addr};

use serde::Serialize;

use super::listeners;
use super::load::{self, Configured, Loaded};
use super::sentry;
use crate::domain::agent;
use crate::domain::ambient::Ambient;
use crate::domain::config::{Access, Environment};
use crate::domain::duration::Duration;
use crate::domain::evidence::Says;
use crate::domain::listening::{Door, Look, Owner, Whereabouts};
use crate::domain::name::VariableName;
use crate::domain::proxy;
use crate::domain::target::{self, Known, Selection, Target};
use crate::domain::url::{DatabaseUrl, Host, NOT_A_URL, Place};
use crate::domain::verdict::{self, Effect, On, Verdict};
use crate::edge::{listener, output};
use crate::error::{Result, Status, told};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Page,
    Json,
}

/// Everything that `status --json` says, under these names.
#[derive(Debug, Serialize)]
struct Page {
    /// The repository's root; `null` where there is none or its configuration cannot be used.
    repository: Option<String>,
    /// `allowed`, `denied`, `unusable` or `nothing`.
    trust: &'static str,
    /// Why nothing is in force, and what to type.
    why: Option<String>,
    hint: Option<String>,
    environment: Option<String>,
    protected: bool,
    /// Whether a shell's hook gave this process its environment; else the default is meant.
    loaded: bool,
    /// The environment that this process was given for a time that is over.
    expired: Option<String>,
    /// Epoch seconds, and seconds from now, until the selection ends by itself.
    until: Option<u64>,
    left: Option<u64>,
    /// `read-only` or `read-write`.
    access: Option<&'static str>,
    /// The environments on which the guard is paused here, for how many seconds.
    paused: Vec<Paused>,
    /// The names that the environment sets here.
    variables: Vec<String>,
    databases: Vec<Database>,
    proxies: Vec<Port>,
    services: Vec<Port>,
    /// Whether a destructive command would be blocked on these databases: `yes`, `no`, or `asks`.
    blocked: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Paused {
    environment: String,
    until: u64,
    left: u64,
}

#[derive(Debug, Serialize)]
struct Database {
    variable: String,
    /// Without the password.
    url: String,
    evidence: Vec<Fact>,
}

#[derive(Debug, Serialize)]
struct Fact {
    source: &'static str,
    says: String,
    seen: String,
    how: String,
}

/// A port of the loopback that the configuration names, and who listens there.
#[derive(Debug, Serialize)]
struct Port {
    name: String,
    port: u16,
    instance: Option<String>,
    listener: Option<String>,
}

/// Prints the page or the object. A configuration that cannot be used is part of the answer, not a failure.
pub fn status(ambient: &Ambient, form: Form) -> Result<Status> {
    let page = match load::look(ambient).0 {
        Configured::Ready(loaded) => seen(ambient, &loaded),
        Configured::Nothing => {
            without("nothing", "there is no `.nexusenv` here or above".to_owned(), Some("nexus-env init".to_owned()))
        }
        Configured::Denied(root) => {
            let why = format!("you denied the configuration of `{}`", root.display());
            without("denied", why, Some("nexus-env allow".to_owned()))
        }
        Configured::Unusable(_, error) => {
            let (why, hint, _) = told(&error);
            without("unusable", why, hint)
        }
    };
    let text = match form {
        Form::Json => format!("{}\n", serde_json::to_string_pretty(&page)?),
        Form::Page => page.text(),
    };
    output::write(text.as_bytes())?;
    Ok(Status::DONE)
}

fn without(trust: &'static str, why: String, hint: Option<String>) -> Page {
    Page {
        repository: None,
        trust,
        why: Some(why),
        hint,
        environment: None,
        protected: false,
        loaded: false,
        expired: None,
        until: None,
        left: None,
        access: None,
        paused: Vec::new(),
        variables: Vec::new(),
        databases: Vec::new(),
        proxies: Vec::new(),
        services: Vec::new(),
        blocked: None,
    }
}

fn seen(ambient: &Ambient, loaded: &Loaded) -> Page {
    let config = &loaded.config;
    let active = load::active(ambient, loaded);
    let selection = sentry::selection(ambient, loaded);
    let stored = load::stored_urls(ambient, loaded);
    let environment = config.environment(&active.environment);
    let known = Known { config, stored: &stored, selection: &selection };
    let targets: Vec<Target> =
        config.database_variables.iter().filter_map(|name| observe(ambient, &known, name)).collect();
    let verdict = verdict::judge(Effect::Destructive, &On::Protected, &targets, &selection, agent::person(ambient));
    let now = u64::try_from(ambient.now.seconds).unwrap_or(0);
    let port = |name: String, port: u16, instance: Option<&String>| Port {
        name,
        port,
        instance: instance.cloned(),
        listener: who(port),
    };
    let names = ambient.variables.text("NEXUS_ENV_NAMES").unwrap_or_default();
    Page {
        repository: Some(loaded.repository.root.to_string_lossy().into_owned()),
        trust: "allowed",
        why: None,
        hint: None,
        environment: Some(active.environment.to_string()),
        protected: environment.is_some_and(Environment::is_protected),
        loaded: matches!(selection, Selection::Environment(..)),
        expired: match &selection {
            Selection::Expired(name, _) => Some(name.to_string()),
            Selection::Environment(..) | Selection::Nothing => None,
        },
        until: active.until,
        left: active.until.map(|until| until.saturating_sub(now)),
        access: environment.map(|environment| match load::access(environment, active.granted) {
            Access::ReadOnly => "read-only",
            Access::ReadWrite => "read-write",
        }),
        paused: load::pauses(ambient, &config.id)
            .into_iter()
            .map(|pause| Paused {
                environment: pause.environment.to_string(),
                until: pause.until,
                left: pause.until.saturating_sub(now),
            })
            .collect(),
        variables: names.split_whitespace().map(str::to_owned).collect(),
        databases: targets.iter().map(database).collect(),
        proxies: config
            .environments
            .iter()
            .filter_map(|environment| Some((environment, environment.proxy.as_ref()?)))
            .map(|(environment, proxy)| port(environment.name.to_string(), proxy.port, Some(&proxy.instance)))
            .collect(),
        services: config.services.iter().map(|service| port(service.name.clone(), service.port, None)).collect(),
        blocked: (!targets.is_empty()).then_some(match verdict {
            Verdict::Allow(_) => "no",
            Verdict::Ask(_) => "asks",
            Verdict::Block(_) => "yes",
        }),
    }
}

fn observe(ambient: &Ambient, known: &Known<'_>, name: &VariableName) -> Option<Target> {
    let value = ambient.variables.get(name.as_str())?;
    let label = name.to_string();
    let Some(url) = value.to_str().and_then(DatabaseUrl::parse) else {
        let origin = NOT_A_URL.to_owned();
        return Some(Target { label, url: None, origin, reach: target::Reach::Unknown, evidence: Vec::new() });
    };
    let (reach, evidence) = target::evidence(known, &url, Some(name), &|place| listeners::look(ambient, place));
    Some(Target { label, url: Some(url), origin: "in this shell".to_owned(), reach, evidence })
}

fn database(target: &Target) -> Database {
    let says = |says: &Says| match says {
        Says::Environment(name, _) => name.to_string(),
        Says::Local => "local".to_owned(),
        Says::NotAsPinned(_) | Says::Unknown => "unknown".to_owned(),
    };
    Database {
        variable: target.label.clone(),
        url: target.url.as_ref().map_or_else(|| target.origin.clone(), ToString::to_string),
        evidence: target
            .evidence
            .iter()
            .map(|evidence| Fact {
                source: evidence.source.detail(),
                says: says(&evidence.says),
                seen: evidence.seen.clone(),
                how: evidence.how.clone(),
            })
            .collect(),
    }
}

/// Who listens on a port of the loopback, in words; `None` where nobody does.
fn who(port: u16) -> Option<String> {
    let place = Place { host: Host::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)), port };
    match listener::look(&place) {
        Whereabouts::Elsewhere => None,
        Whereabouts::Here(Look::CannotBeSeen(why)) => Some(format!("cannot be seen: {why}")),
        Whereabouts::Here(Look::Seen(listeners)) => {
            let mut all: Vec<String> = listeners
                .iter()
                .flat_map(|listener| listener.owners.iter().map(|held_by| owner(&listener.door, held_by)))
                .collect();
            all.dedup();
            (!all.is_empty()).then(|| all.join(", "))
        }
    }
}

fn owner(door: &Door, owner: &Owner) -> String {
    match owner {
        Owner::Process(process) => {
            let serves = proxy::leads(process, None);
            let behind = serves.as_ref().map(|serves| serves.behind(door)).unwrap_or_default();
            let told: Vec<&str> = behind.iter().map(|far| far.told.as_str()).collect();
            match told.is_empty() {
                true => format!("{}, pid {}", process.program, process.pid),
                false => format!("{}, pid {}, to {}", process.program, process.pid, told.join(" and ")),
            }
        }
        Owner::Hidden { uid, .. } => format!("a process of another user (uid {uid})"),
    }
}

impl Page {
    /// The page as a person reads it; no colour is needed.
    fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |label: &str, text: &str| {
            out.push_str(format!("{label:<12} {text}").trim_end());
            out.push('\n');
        };
        let Some(environment) = &self.environment else {
            line("environment", "none");
            line("because", self.why.as_deref().unwrap_or_default());
            if let Some(hint) = &self.hint {
                line("hint", hint);
            }
            return out;
        };
        let mut words = vec![environment.clone()];
        words.extend(self.protected.then(|| "PROTECTED".to_owned()));
        words.extend(self.left.map(|left| format!("{} left", Duration::short(left))));
        words.extend(self.access.map(str::to_owned));
        line("environment", &words.join(" · "));
        match &self.expired {
            Some(expired) => line("", &format!("this process was given {expired}, and its time is over")),
            None if !self.loaded => line("", "(the default; nothing is loaded in this process)"),
            None => {}
        }
        for Paused { environment, left, .. } in &self.paused {
            let left = Duration::short(*left);
            line("guard", &format!("PAUSED on {environment} · {left} left · nexus-env guard resume ends it"));
        }
        line("repository", &format!("{} · configuration allowed", self.repository.as_deref().unwrap_or_default()));
        if !self.variables.is_empty() {
            line("variables", &self.variables.join(" "));
        }
        for database in &self.databases {
            line("", "");
            line(&database.variable, &database.url);
            for Fact { source, says, seen, how } in &database.evidence {
                line(&format!("  {source}"), &format!("{says:<8} {seen} ({how})"));
            }
            if database.evidence.is_empty() {
                line("", "nothing tells which environment this is");
            }
        }
        for (label, ports) in [("proxies", &self.proxies), ("services", &self.services)] {
            for (at, Port { name, port, listener, .. }) in ports.iter().enumerate() {
                if at == 0 {
                    line("", "");
                }
                let held = listener.as_deref().unwrap_or("nobody listens");
                line(if at == 0 { label } else { "" }, &format!("{name:<8} port {port:<5} {held}"));
            }
        }
        let guard = match self.blocked {
            Some("yes") => "destructive commands are blocked here",
            Some("asks") => "destructive commands ask first: nothing proves that this is not protected",
            Some(_) => "destructive commands run: this is proven not to be protected",
            None => return out,
        };
        line("", "");
        line("guard", guard);
        out
    }
}
