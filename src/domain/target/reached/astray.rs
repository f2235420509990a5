//! URLs of one environment that lead to another, protected one: dev's URL, while prod's tunnel is on its port. Pure: what
//! was seen comes in as a [`Target`].

use super::{NOBODY, Target};
use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{Config, Environment, Protection};
use crate::domain::target::evidence::{Says, Source};
use crate::domain::target::url::{Host, Place};
use crate::domain::text::safe_text::safe_text;
use crate::error::{Exit, Failure};

/// A URL that reaches a protected environment that was not asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Astray {
    /// The variable.
    pub label: String,
    /// Whose database it reaches.
    pub environment: EnvironmentName,
    pub way: Way,
    /// What was seen and how, as in evidence.
    pub seen: String,
    pub how: String,
}

/// How the URL leads there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Way {
    /// The other environment's tunnel holds this place.
    Held(Place),
    /// The URL fits the patterns of `[env.*.match]`.
    Fits,
}

/// Whether a URL of `asked` can be seen to lead to a protected environment at all: only what declares a tunnel or patterns
/// is recognised without a connection. Where none does, nobody need look.
pub fn can_be_seen(config: &Config, asked: &EnvironmentName) -> bool {
    let told = |environment: &Environment| environment.proxy.is_some() || !environment.matches.is_empty();
    config.environments.iter().any(|e| e.is_protected() && e.name != *asked && told(e))
}

/// What a target, seen without a connection, says about a URL of the environment `asked`. A place where nobody listens
/// leads nowhere now: a database that is started through `run` is not up before that.
pub fn astray(asked: &EnvironmentName, target: &Target) -> Option<Astray> {
    target.evidence.iter().find_map(|evidence| {
        let Says::Environment(name, Protection::Protected) = &evidence.says else { return None };
        let place = || target.url.as_ref()?.places().first().cloned();
        let way = match evidence.source {
            Source::Listener if evidence.seen != NOBODY => Way::Held(place()?),
            Source::Match => Way::Fits,
            Source::Listener
            | Source::Label
            | Source::Fingerprint
            | Source::Database
            | Source::File
            | Source::Identity
            | Source::Selection => return None,
        };
        (name != asked).then(|| Astray {
            label: target.label.clone(),
            environment: name.clone(),
            way,
            seen: evidence.seen.clone(),
            how: evidence.how.clone(),
        })
    })
}

impl Astray {
    /// The end of the line that a load says: `port 5433 is held by prod's proxy`.
    pub fn told(&self) -> String {
        let name = &self.environment;
        match &self.way {
            Way::Held(Place { host: Host::Socket(path), .. }) => {
                format!("{} is held by {name}'s proxy", safe_text(path))
            }
            Way::Held(Place { port, .. }) => format!("port {port} is held by {name}'s proxy"),
            Way::Fits => format!("{} is {name}'s by [env.{name}.match]", self.label),
        }
    }

    /// Why nothing that was asked for in `asked` may be given this URL.
    pub fn refusal(&self, asked: &Environment) -> Failure {
        let (name, Astray { label, environment, seen, how, .. }) = (&asked.name, self);
        let hint = match (&self.way, &asked.proxy) {
            (Way::Held(_), Some(_)) => format!("nexus-env proxy up -e {name} --switch"),
            (Way::Held(_), None) => format!("end that tunnel, or give {name} a port of its own"),
            (Way::Fits, _) => format!("nexus-env set {label} -e {name} stores {name}'s own"),
        };
        Failure::new(format!("blocked: `{label}` of {name} reaches {environment} now: {seen} ({how})"))
            .hint(format!("{hint}; if you mean {environment}: nexus-env run -e {environment}"))
            .exit(Exit::Blocked)
    }
}

/// What a load says of them: each thing once, in the order of the variables.
pub fn told(all: &[Astray]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for one in all {
        let part = one.told();
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::{Match, Proxy};
    use crate::domain::sample::{self, name};
    use crate::domain::target::Reach;
    use crate::domain::target::evidence::Evidence;
    use crate::domain::target::url::DatabaseUrl;

    #[track_caller]
    fn check(source: Source, says: Says, seen: &str, expected: Option<&str>) {
        let evidence = Evidence { source, says, seen: seen.to_owned(), how: "cloud-sql-proxy, port 5433".to_owned() };
        let target = Target {
            label: "DATABASE_URL".to_owned(),
            url: DatabaseUrl::parse("postgresql://postgres:dev@127.0.0.1:5433/nexus_db"),
            origin: String::new(),
            reach: Reach::Here,
            evidence: vec![evidence],
        };
        let found = astray(&name("dev"), &target);
        assert_eq!(found.as_ref().map(Astray::told).as_deref(), expected);
        let all: Vec<Astray> = found.iter().chain(&found).cloned().collect();
        assert_eq!(told(&all), Vec::from_iter(expected));
    }

    fn of(environment: &str, protection: Protection) -> Says {
        Says::Environment(name(environment), protection)
    }

    #[test]
    fn a_tunnel_or_a_pattern_of_a_protected_environment_leads_astray() {
        let held = "port 5433 is held by prod's proxy";
        check(Source::Listener, of("prod", Protection::Protected), "p:r:prod", Some(held));
        check(
            Source::Match,
            of("prod", Protection::Protected),
            "prod",
            Some("DATABASE_URL is prod's by [env.prod.match]"),
        );
    }

    #[test]
    fn what_is_asked_for_open_unknown_or_not_up_does_not() {
        check(Source::Listener, of("dev", Protection::Protected), "p:r:dev", None);
        check(Source::Listener, of("test", Protection::Open), "p:r:test", None);
        check(Source::Listener, Says::Unknown, "a program that no environment declares", None);
        check(Source::Listener, of("prod", Protection::Protected), NOBODY, None);
        check(Source::Identity, of("prod", Protection::Protected), "prod", None);
    }

    #[test]
    fn nobody_looks_where_nothing_could_be_recognised() {
        let with = |text: &str, proxy: Option<Proxy>, matches: Match| Environment {
            proxy,
            matches,
            ..sample::environment(text)
        };
        let ports = Match { ports: vec![5433], ..Match::default() };
        let proxy = || Some(sample::proxy("p:r:x"));
        for (environment, expected) in [
            (with("prod", None, Match::default()), false),
            (with("prod", proxy(), Match::default()), true),
            (with("prod", None, ports), true),
            (with("test", proxy(), Match::default()), false),
        ] {
            let config = sample::config(vec![with("dev", proxy(), Match::default()), environment]);
            assert_eq!(can_be_seen(&config, &name("dev")), expected);
        }
        let alone = sample::config(vec![with("prod", proxy(), Match::default())]);
        assert!(!can_be_seen(&alone, &name("prod")));
    }
}
