//! `ssh -L`: forwards of a port or a socket of this machine, from the words alone. `LocalForward` in a configuration file
//! is not seen, so there may always be more.

use super::{At, FarEnd, More, Served, Serves, Side, bound, host_of, is_named, shown};
use crate::domain::target::listening::Process;
use crate::domain::target::url::Place;

/// Letters that take a value (ssh(1)); `L` and `o` are what is looked for.
const VALUED: &str = "BbcDEeFIiJLlmOoPpQRSWw";

pub(super) fn serves(process: &Process) -> Option<Serves> {
    // The process that shares its connection with later ones overwrites its words: `ssh: /path/of/socket [mux]`.
    let shared = process.argv.first().is_some_and(|word| word.starts_with("ssh: "));
    if shared {
        return Some(Serves { known: Vec::new(), more: More::Perhaps });
    }
    if !is_named(process, &["ssh", "autossh"]) {
        return None;
    }
    // autossh's `-M` names a port of its own; ssh's stands alone.
    let monitor = if is_named(process, &["autossh"]) { "M" } else { "" };
    let (forwards, to) = read(process.argv.get(1..).unwrap_or(&[]), &format!("{VALUED}{monitor}"));
    let known = forwards.iter().filter_map(|forward| one(forward, &to)).collect();
    Some(Serves { known, more: More::Perhaps })
}

/// The forwards, as `-L` writes them, and the machine that ssh connects to.
fn read(words: &[String], valued: &str) -> (Vec<String>, String) {
    let (mut forwards, mut to) = (Vec::new(), String::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some(group) = word.strip_prefix('-').filter(|group| !group.is_empty() && word != "--") else {
            if word == "--" {
                continue;
            }
            // Flags may follow the machine; the second such word begins the command that runs there.
            if !to.is_empty() {
                break;
            }
            to = machine(word).to_owned();
            continue;
        };
        for (at, letter) in group.char_indices() {
            if !valued.contains(letter) {
                continue;
            }
            let value = match &group[at + letter.len_utf8()..] {
                "" => rest.next().cloned().unwrap_or_default(),
                attached => attached.to_owned(),
            };
            match letter {
                'L' => forwards.push(value),
                'o' => forwards.extend(local_forward(&value)),
                _ => {}
            }
            break;
        }
    }
    (forwards, to)
}

/// `user@host`, `ssh://user@host:port`
fn machine(word: &str) -> &str {
    let (word, is_url) = match word.strip_prefix("ssh://") {
        Some(rest) => (rest.trim_end_matches('/'), true),
        None => (word, false),
    };
    let host = word.rsplit_once('@').map_or(word, |(_, host)| host);
    match (is_url, host.rsplit_once(':')) {
        (true, Some((host, _))) if !host.is_empty() => host,
        _ => host,
    }
}

/// `LocalForward=[bind:]port host:hostport`, with the equals sign or white space, in any case (ssh_config(5)).
fn local_forward(option: &str) -> Option<String> {
    let (name, value) = option.trim().split_once(|c: char| c == '=' || c.is_whitespace())?;
    let value = value.trim_start_matches(|c: char| c == '=' || c.is_whitespace()).trim_matches('"');
    let (from, to) = value.split_once(char::is_whitespace)?;
    name.trim().eq_ignore_ascii_case("localforward").then(|| format!("{from}:{}", to.trim()))
}

/// `[bind:]port:host:hostport`, `[bind:]port:/socket`, `/socket:host:hostport`, `/socket:/socket`.
fn one(forward: &str, to: &str) -> Option<Served> {
    let fields = fields(forward);
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let (at, far) = match fields.as_slice() {
        [socket, rest @ ..] if socket.starts_with('/') => (At::Unix((*socket).to_owned()), rest),
        [bind, port, rest @ ..] if port.parse::<u16>().is_ok() && !rest.is_empty() && bind.parse::<u16>().is_err() => {
            (At::tcp(bound(bind), port.parse().ok()?), rest)
        }
        [port, rest @ ..] => (At::tcp(None, port.parse().ok()?), rest),
        [] => return None,
    };
    let place = match far {
        [socket] if socket.starts_with('/') => Place { host: host_of(socket), port: 5432 },
        [host, port] => Place { host: host_of(host), port: port.parse().ok()? },
        _ => return None,
    };
    let told = format!("ssh to {to} → {}", shown(&place));
    let machine = host_of(to);
    let far = match (place.host.is_loopback(), machine.is_loopback()) {
        (false, _) => FarEnd::at(told, place, Side::There),
        // What the machine calls itself is that machine.
        (true, false) => FarEnd::at(told, Place { host: machine, port: place.port }, Side::There),
        (true, true) => FarEnd::at(told, place, Side::Here),
    };
    // A socket of another machine is no port of it.
    let far = match fields.last().is_some_and(|last| last.starts_with('/')) {
        true => FarEnd { perhaps: vec![to.to_owned()], names: Vec::new(), place: None, ..far },
        false => far,
    };
    Some(Served { far, at })
}

/// Split at colons, outside of brackets.
fn fields(forward: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut inside = 0u8;
    for c in forward.chars() {
        match c {
            '[' => inside = 1,
            ']' => inside = 0,
            ':' if inside == 0 => {
                fields.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = fields.last_mut() {
            last.push(c);
        }
    }
    fields
}
