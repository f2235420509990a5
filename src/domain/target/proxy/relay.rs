//! Other programs that hand a port on: socat, `fly proxy`, and the plug-in behind `aws ssm start-session`. Told from their
//! words; what a relay runs as a command is not followed.

use super::{At, FarEnd, More, Ports, Served, Serves, Side, bound, host_of, is_named, shown};
use crate::domain::target::listening::Process;
use crate::domain::target::url::Place;

pub(super) fn serves(process: &Process) -> Option<Serves> {
    socat(process).or_else(|| fly(process)).or_else(|| ssm(process))
}

fn only(served: Option<Served>) -> Serves {
    let more = if served.is_some() { More::No } else { More::Perhaps };
    Serves { known: served.into_iter().collect(), more }
}

/// `socat TCP-LISTEN:5433,fork TCP:db.prod.internal:5432`, in the many spellings of socat(1).
fn socat(process: &Process) -> Option<Serves> {
    if !is_named(process, &["socat", "socat1", "socat2"]) {
        return None;
    }
    let addresses = process.argv.iter().skip(1).filter(|word| !word.starts_with('-') && word.contains(':'));
    let (mut at, mut far) = (None, None);
    for address in addresses {
        let mut options = address.split(',');
        let (kind, rest) = options.next().unwrap_or("").split_once(':')?;
        let option = |name: &str| options.clone().find_map(|o| o.strip_prefix(name)?.strip_prefix('='));
        match kind.to_ascii_uppercase().as_str() {
            "TCP-LISTEN" | "TCP-L" | "TCP4-LISTEN" | "TCP4-L" | "TCP6-LISTEN" | "TCP6-L" | "OPENSSL-LISTEN"
            | "OPENSSL-L" | "SSL-LISTEN" | "SSL-L" => {
                at = Some(At::tcp(option("bind").and_then(bound), rest.parse().ok()?))
            }
            "UNIX-LISTEN" | "UNIX-L" => at = Some(At::Unix(rest.to_owned())),
            "TCP" | "TCP4" | "TCP6" | "TCP-CONNECT" | "TCP4-CONNECT" | "TCP6-CONNECT" | "OPENSSL" | "SSL"
            | "OPENSSL-CONNECT" | "SSL-CONNECT" => {
                let (host, port) = rest.rsplit_once(':')?;
                far = Some(Place { host: host_of(host), port: port.parse().ok()? });
            }
            "UNIX-CONNECT" | "UNIX-CLIENT" | "UNIX" | "GOPEN" => far = Some(Place { host: host_of(rest), port: 5432 }),
            _ => return Some(only(None)),
        }
    }
    let served = at.zip(far).map(|(at, place)| {
        let told = format!("socat to {}", shown(&place));
        Served { far: FarEnd::at(told, place, Side::Here), at }
    });
    Some(only(served))
}

/// `fly proxy 5433:5432 -a app-db [HOST]`. An app's name is one in the world.
fn fly(process: &Process) -> Option<Serves> {
    if !is_named(process, &["fly", "flyctl"]) {
        return None;
    }
    let words = process.argv.get(1..).unwrap_or(&[]);
    let proxy = words.iter().position(|word| word == "proxy")?;
    let (mut app, mut bind, mut positional) = (None, None, Vec::new());
    let mut rest = words.iter().enumerate().filter(|(at, _)| *at != proxy).map(|(_, word)| word.as_str());
    while let Some(word) = rest.next() {
        let (name, mut value) = match word.split_once('=').filter(|_| word.starts_with('-')) {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        match name {
            "-a" | "--app" => app = value.take().or_else(|| rest.next()),
            "-b" | "--bind-addr" => bind = value.take().or_else(|| rest.next()),
            "-o" | "--org" | "-t" | "--access-token" | "-c" | "--config" if value.is_none() => {
                let _ = rest.next();
            }
            name if name.starts_with('-') => {}
            _ => positional.push(word),
        }
    }
    let (Some(app), Some(ports)) = (app, positional.first()) else { return Some(only(None)) };
    let (local, remote) = ports.split_once(':').unwrap_or((ports, ports));
    let name = positional.get(1).map_or_else(|| app.to_owned(), |host| format!("{app}/{host}"));
    let full = format!("{name}:{remote}");
    let far = FarEnd {
        told: format!("fly to {full}"),
        names: vec![full, name],
        perhaps: vec![app.to_owned()],
        place: None,
        side: Side::There,
    };
    Some(only(Some(Served { far, at: At::tcp(bind.and_then(bound), local.parse().unwrap_or(0)) })))
}

/// `session-manager-plugin SESSION REGION StartSession PROFILE PARAMETERS ENDPOINT`: the first is JSON with a token that
/// must be seen nowhere, the parameters are JSON with the ports.
fn ssm(process: &Process) -> Option<Serves> {
    if !is_named(process, &["session-manager-plugin"]) {
        return None;
    }
    let parameters = process.argv.iter().skip(2).find_map(|word| {
        let value: serde_json::Value = serde_json::from_str(word).ok()?;
        value.get("Target").is_some().then_some(value)
    });
    let served = parameters.and_then(|value| {
        let first = |name: &str| value["Parameters"][name][0].as_str().or(value["Parameters"][name].as_str());
        let target = value["Target"].as_str()?;
        let port: u16 = first("portNumber").unwrap_or("22").parse().ok()?;
        let at = match first("localPortNumber").and_then(|local| local.parse().ok()) {
            Some(local) => At::tcp(None, local),
            None => At::Tcp { address: None, ports: Ports::Any },
        };
        let host = host_of(first("host").unwrap_or(target));
        // What the machine calls itself is that machine.
        let host = if host.is_loopback() { host_of(target) } else { host };
        let place = Place { host, port };
        let told = match first("host") {
            Some(_) => format!("aws ssm to {target} → {}", shown(&place)),
            None => format!("aws ssm to {}", shown(&place)),
        };
        Some(Served { far: FarEnd::at(told, place, Side::There), at })
    });
    Some(only(served))
}
