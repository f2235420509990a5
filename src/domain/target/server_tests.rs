//! What replies of a database prove, each row as a person sees it.

use super::*;
use crate::domain::sample;

const ALL: [Silence; 24] = [
    Silence::NobodyThere,
    Silence::UnknownHost,
    Silence::TimedOut,
    Silence::HungUp,
    Silence::NotPostgreSql,
    Silence::WrongPassword,
    Silence::PasswordMissing,
    Silence::ClearPassword,
    Silence::UnknownLogin,
    Silence::NotLetIn,
    Silence::NoSuchDatabase,
    Silence::NoRights,
    Silence::ReadOnly,
    Silence::TooManyConnections,
    Silence::NotReady,
    Silence::PoolerAlone,
    Silence::NoTls,
    Silence::TlsBroken,
    Silence::TlsUntrusted(Distrust::Issuer),
    Silence::TlsUntrusted(Distrust::Name),
    Silence::TlsUntrusted(Distrust::Time),
    Silence::TlsUntrusted(Distrust::Other),
    Silence::CertificateWanted,
    Silence::Unusable("sslrootcert"),
];

fn refused(state: &str) -> Silence {
    Silence::Refused(state.to_owned())
}

#[test]
fn each_reason_for_silence_has_words_of_its_own() {
    let mut all: Vec<String> = ALL.iter().map(Silence::words).collect();
    all.extend([refused("XX000").words(), refused("55P03").words()]);
    assert!(all.iter().all(|words| !words.ends_with('.') && !words.is_empty()), "{all:#?}");
    assert_eq!(refused("XX000").words(), "the server refused, SQLSTATE XX000");
    assert_eq!(refused("55P03").words(), "somebody holds a lock that it waited for");
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "{all:#?}");
}

fn identity(system: Option<u64>, comment: Option<&str>) -> Identity {
    Identity {
        kind: ServerKind::PostgreSql,
        system,
        database: "app".to_owned(),
        comment: comment.map(str::to_owned),
        started: None,
        duty: Duty::Primary,
        way: Way::Straight,
    }
}

/// What the replies of the places `a`, `b`, … prove, a row each. `pinned` are environments with the system that they have.
#[track_caller]
fn check(pinned: &[(&str, Option<u64>)], answers: Vec<Result<Identity, Silence>>, expected: &[&str]) {
    let environment = |(text, system): &(&str, Option<u64>)| Environment {
        fingerprint: system.map(|system| Fingerprint { system, database: "app".to_owned() }),
        ..sample::environment(text)
    };
    let config = sample::config(pinned.iter().map(environment));
    let replies = answers.into_iter().zip('a'..).map(|(answer, at)| Reply { at: at.to_string(), answer });
    let found = evidence(&config, &replies.collect::<Vec<_>>());
    let told = |one: &Evidence| {
        let says = match &one.says {
            Says::Unknown => "unknown".to_owned(),
            Says::Environment(name, protection) => format!("{name}, {protection:?}"),
            Says::NotAsPinned(names) => {
                format!("not {}", names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", "))
            }
            other => format!("{other:?}"),
        };
        format!("{:?}: {says}: {}: {}", one.source, one.seen, one.how)
    };
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
}

#[test]
fn a_place_where_nobody_is_counts_where_none_answers() {
    let nobody = || Err(Silence::NobodyThere);
    let pinned = [("dev", None)];
    check(&pinned, vec![nobody()], &["Database: unknown: no answer: nobody answers there"]);
    check(
        &pinned,
        vec![nobody(), Err(Silence::TimedOut)],
        &[
            "Database: unknown: no answer: nobody answers there, a",
            "Database: unknown: no answer: it did not answer within 2 s, b",
        ],
    );
    check(
        &pinned,
        vec![nobody(), Err(Silence::TimedOut), Ok(identity(Some(1), None))],
        &[
            "Database: unknown: no answer: it did not answer within 2 s, b",
            "Fingerprint: unknown: 1/app: pinned for no environment, c",
        ],
    );
}
