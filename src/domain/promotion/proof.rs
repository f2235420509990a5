//! Whether what a URL reaches is proven to be the environment that is meant. The guard asks whether a target is proven *not*
//! to be protected; a deployment asks the other way round, and a stored URL alone proves nothing on a port of this machine,
//! where a tunnel may listen.

use crate::domain::config::name::EnvironmentName;
use crate::domain::target::Reach;
use crate::domain::target::evidence::{Evidence, Says, Source};

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Proof {
    /// By this piece of evidence.
    Given(Evidence),
    /// Something says that it is another.
    Against(Evidence),
    /// Another environment has the same URL stored, and nothing else tells them apart.
    Shared(Evidence),
    Missing,
}

/// What the evidence for a URL that is stored for `environment` comes to.
pub fn of(environment: &EnvironmentName, reach: Reach, evidence: &[Evidence]) -> Proof {
    let against = |one: &&Evidence| match (&one.says, one.source) {
        (Says::Environment(name, _), _) => name != environment,
        (Says::NotAsPinned(names), _) => names.contains(environment),
        // The database carries the name of no environment here.
        (Says::Unknown, Source::Label) => true,
        (Says::Unknown | Says::Local, _) => false,
    };
    if let Some(one) = evidence.iter().find(against) {
        return Proof::Against(one.clone());
    }
    let own = |one: &&Evidence| matches!(&one.says, Says::Environment(name, _) if name == environment);
    let strong = |one: &&Evidence| match one.source {
        Source::Label | Source::Fingerprint | Source::Listener | Source::File | Source::Match => true,
        Source::Database | Source::Identity | Source::Selection => false,
    };
    if let Some(one) = evidence.iter().filter(own).find(strong) {
        return Proof::Given(one.clone());
    }
    // No tunnel between: the host is elsewhere, or a database server itself listens here.
    let listeners = evidence.iter().filter(|one| one.source == Source::Listener);
    let straight = match reach {
        Reach::Elsewhere => true,
        Reach::Here => listeners.clone().count() > 0 && listeners.clone().all(|one| one.says == Says::Local),
        Reach::File | Reach::Unknown => false,
    };
    match evidence.iter().filter(own).find(|one| one.source == Source::Identity) {
        Some(one) if straight => Proof::Given(one.clone()),
        Some(_) | None => match evidence.iter().find(|one| one.source == Source::Identity && one.says == Says::Unknown)
        {
            Some(shared) => Proof::Shared(shared.clone()),
            None => Proof::Missing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::Protection;
    use crate::domain::sample;

    fn piece(source: Source, says: &str) -> Evidence {
        let says = match says {
            "?" => Says::Unknown,
            "local" => Says::Local,
            "not prod" => Says::NotAsPinned(vec![sample::name("prod")]),
            name => Says::Environment(sample::name(name), Protection::Protected),
        };
        Evidence { source, says, seen: String::new(), how: String::new() }
    }

    #[track_caller]
    fn check(reach: Reach, evidence: &[(Source, &str)], expected: &str) {
        let evidence: Vec<Evidence> = evidence.iter().map(|(source, says)| piece(*source, says)).collect();
        let said = match of(&sample::name("prod"), reach, &evidence) {
            Proof::Given(one) => format!("{:?}", one.source),
            Proof::Against(one) => format!("against {:?}", one.source),
            Proof::Shared(one) => format!("shared {:?}", one.source),
            Proof::Missing => "missing".to_owned(),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_stored_url_proves_nothing_behind_a_tunnel() {
        let stored = (Source::Identity, "prod");
        check(Reach::Here, &[stored], "missing");
        check(Reach::Here, &[stored, (Source::Listener, "?")], "missing");
        check(Reach::Here, &[stored, (Source::Listener, "local")], "Identity");
        check(Reach::Elsewhere, &[stored], "Identity");
        check(Reach::Here, &[stored, (Source::Listener, "prod")], "Listener");
        check(Reach::Here, &[stored, (Source::Fingerprint, "prod"), (Source::Listener, "?")], "Fingerprint");
        check(Reach::Here, &[(Source::Identity, "?"), (Source::Listener, "local")], "shared Identity");
    }

    #[test]
    fn whatever_says_otherwise_stands_in_the_way() {
        let stored = (Source::Identity, "prod");
        check(Reach::Here, &[stored, (Source::Listener, "dev")], "against Listener");
        check(
            Reach::Here,
            &[stored, (Source::Label, "prod"), (Source::Fingerprint, "not prod")],
            "against Fingerprint",
        );
        check(Reach::Here, &[(Source::Label, "?"), (Source::Fingerprint, "prod")], "against Label");
    }
}
