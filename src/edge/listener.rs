//! Looks who listens on a port or a socket of this machine, and which processes run. It connects to nothing and asks no
//! name server.

#[cfg(target_os = "linux")]
#[path = "listener/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "listener/macos.rs"]
mod system;

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::path::Path;

use anyhow::Context;

use crate::domain::session::ambient::Ambient;
use crate::domain::target::listening::{Door, Look, Running, Whereabouts};
use crate::domain::target::url::{Host, Place};
use crate::error::Result;
use crate::trace::{self, Step};

/// How far up the parents of a process are read: `npm run tunnel` starts a shell, which starts a script, which starts ssh.
const MANY_PARENTS: usize = 6;

/// The processes of this user, with words, environment, parent and the ports on which they listen.
///
/// # Errors
/// Where the system does not list processes.
pub fn running(ambient: &Ambient) -> Result<Vec<Running>> {
    system::running(ambient.uid).context("could not list the processes")
}

/// Who answers at this place, if it is on this machine. `localhost` means both families, since clients try both. A name
/// that the hosts file gives to this machine counts, and so do container engines' names for it; any other name is
/// taken to be elsewhere.
pub fn look(place: &Place) -> Whereabouts {
    let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let addresses: Vec<IpAddr> = match &place.host {
        Host::Socket(path) => return Whereabouts::Here(socket(path, place.port)),
        Host::Address(address) if address.is_unspecified() => loopback.to_vec(),
        Host::Address(address) if place.host.is_loopback() || is_ours(*address) => vec![address.to_canonical()],
        Host::Address(_) => return Whereabouts::Elsewhere,
        Host::Name(_) if place.host.is_loopback() => loopback.to_vec(),
        Host::Name(name) if means_this_machine(name) => loopback.to_vec(),
        Host::Name(name) => {
            let listed = std::fs::read_to_string("/etc/hosts").map(|text| listed(&text, name)).unwrap_or_default();
            match listed.iter().any(|address| address.to_canonical().is_loopback() || is_ours(*address)) {
                true => listed,
                false => return Whereabouts::Elsewhere,
            }
        }
    };
    Whereabouts::Here(match system::tcp(&addresses, place.port) {
        Ok(listeners) => {
            let count = listeners.len();
            trace::line(Step::Observed, format_args!("port {}: {count} listening on this machine", place.port));
            Look::Seen(listeners)
        }
        Err(error) => Look::CannotBeSeen(error.to_string()),
    })
}

/// The numbers of the sockets that listen on a TCP port, whatever their address: another program there has another
/// number. None where nobody listens, or where the system does not tell. Costs no look at any process on Linux.
pub fn sockets(port: u16) -> Vec<u64> {
    system::sockets(port).unwrap_or_default()
}

fn socket(path: &str, port: u16) -> Look {
    // PostgreSQL's clients take a directory; others take the socket itself.
    let inside = format!("{}/.s.PGSQL.{port}", path.trim_end_matches('/'));
    match system::unix(&[path.to_owned(), inside]) {
        Ok(listeners) => Look::Seen(listeners),
        Err(error) => Look::CannotBeSeen(error.to_string()),
    }
}

/// The text of a configuration file, unless it is no plain file, is longer than any such file, or was changed after the
/// process was started, which has read it then. `started` is in epoch seconds.
fn file_as_old(path: &Path, started: f64) -> Option<String> {
    const LONGEST: u64 = 64 * 1024;
    /// The start of a process is known to a hundredth of a second, the clock may have been set a little.
    const TOLERANCE: f64 = 0.25;
    let meta = std::fs::metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= LONGEST)?;
    let changed = meta.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs_f64();
    if changed > started + TOLERANCE {
        return None;
    }
    let mut text = String::new();
    std::fs::File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// Names that by convention lead to this machine.
fn means_this_machine(name: &str) -> bool {
    const HERE: &[&str] = &[
        "host.docker.internal", "gateway.docker.internal", "kubernetes.docker.internal", "host.containers.internal",
        "host.lima.internal", "localtest.me", "lvh.me",
    ];
    HERE.iter().any(|known| name == *known || name.strip_suffix(known).is_some_and(|rest| rest.ends_with('.')))
}

/// Whether an interface of this machine has the address: only such an address can be bound.
fn is_ours(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

/// The addresses that a hosts file gives to a name (hosts(5)).
fn listed(text: &str, name: &str) -> Vec<IpAddr> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or("").split_whitespace().collect::<Vec<_>>())
        .filter(|words| words.iter().skip(1).any(|word| word.eq_ignore_ascii_case(name)))
        .filter_map(|words| words.first()?.parse().ok())
        .collect()
}

/// Whether a socket bound to `bound` answers a connection to `wanted`, where an IPv6 wildcard takes both families.
fn answers(bound: IpAddr, wanted: IpAddr) -> bool {
    match (bound.to_canonical(), wanted) {
        (IpAddr::V4(bound), IpAddr::V4(wanted)) => bound == wanted || bound.is_unspecified(),
        (IpAddr::V6(bound), IpAddr::V6(wanted)) => bound == wanted || bound.is_unspecified(),
        (IpAddr::V6(bound), IpAddr::V4(_)) => bound.is_unspecified(),
        (IpAddr::V4(_), IpAddr::V6(_)) => false,
    }
}

fn tcp_door(address: IpAddr, port: u16) -> Door {
    Door::Tcp { address: address.to_canonical(), port }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::target::listening::{Listener, Owner};
    use std::net::TcpListener;

    fn here(host: Host, port: u16) -> Vec<Listener> {
        match look(&Place { host, port }) {
            Whereabouts::Here(Look::Seen(listeners)) => listeners,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn sees_us(listeners: &[Listener]) {
        let ours = |owner: &Owner| matches!(owner, Owner::Process(process) if process.pid == std::process::id());
        assert!(listeners.iter().any(|listener| listener.owners.iter().any(ours)), "{listeners:?}");
    }

    #[test]
    fn sees_who_listens_on_a_loopback_port_by_every_name_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        sees_us(&here(Host::Address("127.0.0.1".parse().unwrap()), port));
        sees_us(&here(Host::Address("::ffff:127.0.0.1".parse().unwrap()), port));
        sees_us(&here(Host::Address("0.0.0.0".parse().unwrap()), port));
        sees_us(&here(Host::Name("localhost".to_owned()), port));
        sees_us(&here(Host::Name("app.localhost".to_owned()), port));
        assert_eq!(here(Host::Address("::1".parse().unwrap()), port), []);
        let process = here(Host::Name("localhost".to_owned()), port)
            .into_iter()
            .find_map(|listener| match listener.owners.into_iter().next() {
                Some(Owner::Process(process)) => Some(process),
                Some(Owner::Hidden { .. }) | None => None,
            })
            .unwrap();
        assert_eq!(process.argv, std::env::args().collect::<Vec<_>>());
        assert!(process.environ.is_some());
    }

    #[test]
    fn a_client_of_the_port_is_no_listener() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(here(Host::Address("127.0.0.1".parse().unwrap()), client.local_addr().unwrap().port()), []);
    }

    #[test]
    fn a_wildcard_socket_answers_on_the_loopback() {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        sees_us(&here(Host::Address("127.0.0.1".parse().unwrap()), port));
        if let Ok(both) = TcpListener::bind("[::]:0") {
            let port = both.local_addr().unwrap().port();
            sees_us(&here(Host::Address("127.0.0.1".parse().unwrap()), port));
            sees_us(&here(Host::Address("::1".parse().unwrap()), port));
        }
    }

    #[test]
    fn sees_who_listens_on_a_unix_socket() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".s.PGSQL.5433");
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        sees_us(&here(Host::Socket(directory.path().to_str().unwrap().to_owned()), 5433));
        sees_us(&here(Host::Socket(path.to_str().unwrap().to_owned()), 5432));
        assert_eq!(here(Host::Socket(directory.path().to_str().unwrap().to_owned()), 5432), []);
    }

    #[test]
    fn other_machines_are_elsewhere() {
        for host in ["db.example.com", "prod.internal"] {
            let place = Place { host: Host::Name(host.to_owned()), port: 5432 };
            assert_eq!(look(&place), Whereabouts::Elsewhere);
        }
        let place = Place { host: Host::Address("192.0.2.1".parse().unwrap()), port: 5432 };
        assert_eq!(look(&place), Whereabouts::Elsewhere);
    }

    #[track_caller]
    fn answering(bound: &str, wanted: &str, expected: bool) {
        assert_eq!(answers(bound.parse().unwrap(), wanted.parse().unwrap()), expected, "{bound} {wanted}");
    }

    #[test]
    fn a_wildcard_answers_for_every_address_and_one_of_ipv6_for_both_families() {
        answering("::", "127.0.0.1", true);
        answering("::", "::1", true);
        answering("::1", "127.0.0.1", false);
        answering("0.0.0.0", "::1", false);
        answering("0.0.0.0", "127.0.0.1", true);
        answering("::ffff:127.0.0.1", "127.0.0.1", true);
        answering("127.0.0.2", "127.0.0.1", false);
    }

    #[test]
    fn reads_a_hosts_file() {
        let text = "127.0.0.1 localhost # x\n127.0.1.1\tdb.local db\n::1 db.local\n10.0.0.1 far";
        assert_eq!(listed(text, "DB.local").len(), 2);
        assert_eq!(listed(text, "far"), ["10.0.0.1".parse::<IpAddr>().unwrap()]);
        assert_eq!(listed(text, "x"), Vec::<IpAddr>::new());
    }
}
