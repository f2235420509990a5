//! Where a place of a URL leads: addresses and socket files. A name is looked up by the machine's own tool.

use std::fmt;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::wire;
use crate::domain::target::server::{Reply, Silence};
use crate::domain::target::url::{Host, Place};

/// More addresses of one name than a client would try in the time.
const MANY: usize = 4;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Destination {
    pub to: To,
    /// The name that a certificate is for.
    pub host: Host,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum To {
    Address(SocketAddr),
    /// The path of the socket itself; an abstract one begins with `@`.
    Socket(String),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            To::Address(address) => write!(f, "{} port {}", address.ip(), address.port()),
            To::Socket(path) => write!(f, "socket {path}"),
        }
    }
}

/// The place as people read it.
pub(super) fn shown(place: &Place) -> String {
    match &place.host {
        Host::Socket(path) => format!("socket {path}"),
        Host::Name(_) | Host::Address(_) => format!("{} port {}", place.host, place.port),
    }
}

/// `localhost` is both families, without asking anyone (RFC 6761, 6.3).
pub(super) fn destinations(place: &Place, deadline: Instant) -> Result<Vec<Destination>, Silence> {
    let both = || vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let addresses = match &place.host {
        Host::Socket(path) => {
            return Ok(vec![Destination { to: To::Socket(socket(path, place.port)), host: place.host.clone() }]);
        }
        Host::Address(address) if address.is_unspecified() => both(),
        Host::Address(address) => vec![*address],
        Host::Name(_) if place.host.is_loopback() => both(),
        Host::Name(name) => look_up(name, deadline)?,
    };
    let to = |address: IpAddr| To::Address(SocketAddr::new(address, place.port));
    Ok(addresses.into_iter().map(|address| Destination { to: to(address), host: place.host.clone() }).collect())
}

/// PostgreSQL's clients take a directory; others take the socket itself.
fn socket(path: &str, port: u16) -> String {
    let inside = format!("{}/.s.PGSQL.{port}", path.trim_end_matches('/'));
    if path.starts_with('@') || !Path::new(path).is_dir() && Path::new(path).exists() {
        path.to_owned()
    } else {
        inside
    }
}

/// Whom a client can meet: on this machine any of them, elsewhere the first that answers, so the silence of another
/// address says nothing.
pub(super) fn met(destinations: &[Destination], replies: Vec<Reply>) -> Vec<Reply> {
    let here = destinations.iter().any(|destination| match destination.to {
        To::Address(address) => address.ip().to_canonical().is_loopback(),
        To::Socket(_) => true,
    });
    let answered = replies.iter().any(|reply| reply.answer.is_ok());
    match (here, answered) {
        (false, true) => replies.into_iter().filter(|reply| reply.answer.is_ok()).collect(),
        (true, _) | (false, false) => {
            // Where nobody listens in one family, no client ends there.
            let there = |reply: &Reply| reply.answer != Err(Silence::NobodyThere);
            let silent = replies.iter().all(|reply| !there(reply));
            replies
                .into_iter()
                .enumerate()
                .filter(|(at, reply)| there(reply) || silent && *at == 0)
                .map(|(_, r)| r)
                .collect()
        }
    }
}

/// The machine's own tool that asks its name services. This program is linked statically, and the C library would load
/// those services into it, which may not fit and have no time-out: a tool that fails or hangs is no more than no answer.
fn tool(name: &str) -> Command {
    #[cfg(target_os = "linux")]
    let (program, words) = ("getent", ["ahosts", name].to_vec());
    #[cfg(target_os = "macos")]
    let (program, words) = ("dscacheutil", ["-q", "host", "-a", "name", name].to_vec());
    let mut command = Command::new(program);
    command.args(words);
    command
}

/// The addresses of a name.
fn look_up(name: &str, deadline: Instant) -> Result<Vec<IpAddr>, Silence> {
    let child = tool(name).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|_| Silence::UnknownHost)?;
    let mut text = Vec::new();
    let ended = match child.stdout.take() {
        None => Err(Silence::UnknownHost),
        Some(mut stdout) => loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(rest).ok();
            let ready = poll(&mut [PollFd::new(&stdout, PollFlags::IN)], timeout.as_ref());
            if rest.is_zero() || matches!(ready, Ok(0)) {
                break Err(Silence::TimedOut);
            }
            let mut bytes = [0; 512];
            match stdout.read(&mut bytes) {
                Ok(0) => break Ok(()),
                Ok(count) => text.extend_from_slice(&bytes[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break Err(Silence::UnknownHost),
            }
        },
    };
    let _ = child.kill();
    let _ = child.wait();
    ended?;
    let found = addresses(&String::from_utf8_lossy(&text));
    if found.is_empty() { Err(Silence::UnknownHost) } else { Ok(found) }
}

/// `127.0.0.1  STREAM localhost` of getent, `ip_address: 127.0.0.1` of dscacheutil; each address once.
fn addresses(text: &str) -> Vec<IpAddr> {
    let mut found: Vec<IpAddr> = Vec::new();
    for address in text.split_whitespace().filter_map(|word| word.parse().ok()) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found.truncate(MANY);
    found
}

impl Destination {
    pub fn open(&self, deadline: Instant) -> Result<wire::Wire, Silence> {
        match &self.to {
            To::Address(address) => wire::Wire::tcp(*address, deadline),
            To::Socket(path) => wire::Wire::unix(path, deadline),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_tools_print() {
        let shown = |text: &str| addresses(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        let getent = "::1             STREAM localhost\n::1             DGRAM  \n127.0.0.1       STREAM \n";
        assert_eq!(shown(getent), ["::1", "127.0.0.1"]);
        assert_eq!(shown("name: db.example\nip_address: 192.0.2.1 192.0.2.2\n"), ["192.0.2.1", "192.0.2.2"]);
        assert_eq!(shown("no such name"), [""; 0]);
    }
}
