//! macOS: the `listeners` crate for sockets and processes, `KERN_PROCARGS2` for a process's words and environment.
//!
//! The crate leaves out sockets of processes that this user may not see, so nobody seen does not mean nobody there.

use std::collections::HashSet;
use std::io;
use std::net::IpAddr;

use listeners::{Protocol, SocketState};

use super::{Both, answers, tcp_door};
use crate::domain::listening::{Listener, Owner, Process};

/// The listeners that answer a TCP connection to one of the addresses.
pub fn tcp(addresses: &[IpAddr], port: u16) -> io::Result<Vec<Listener>> {
    let all = listeners::get_all().map_err(|error| io::Error::other(error.to_string()))?;
    let here: HashSet<(IpAddr, u32, String)> = all
        .into_iter()
        .filter(|l| l.protocol == Protocol::TCP && l.state == SocketState::Listen && l.socket.port() == port)
        .filter(|l| addresses.iter().any(|wanted| answers(l.socket.ip(), Both::Families, *wanted)))
        .map(|l| (l.socket.ip(), l.process.pid, l.process.name))
        .collect();
    let mut found: Vec<Listener> = Vec::new();
    for (address, pid, name) in here {
        let door = tcp_door(address, port);
        let owner = Owner::Process(process(pid, name));
        match found.iter_mut().find(|listener| listener.door == door) {
            Some(listener) => listener.owners.push(owner),
            None => found.push(Listener { door, owners: vec![owner] }),
        }
    }
    Ok(found)
}

/// Nothing lists who listens on a unix socket here.
pub fn unix(_paths: &[String]) -> io::Result<Vec<Listener>> {
    Err(io::Error::other("macOS does not tell who listens on a unix socket"))
}

fn process(pid: u32, name: String) -> Process {
    let (argv, environ) = words_of(pid).unwrap_or_default();
    let program = argv.first().and_then(|word| word.rsplit('/').next()).map_or(name, str::to_owned);
    // Another user's process has words, and no environment to be seen.
    let environ = Some(environ).filter(|environ| !environ.is_empty());
    Process { pid, program, argv, environ }
}

/// The words and the environment of a process: `sysctl(3)` with `KERN_PROCARGS2` gives the number of words, the path,
/// padding, the words, and for an own process the environment, each ended by NUL.
fn words_of(pid: u32) -> Option<(Vec<String>, Vec<(String, String)>)> {
    let mut name = [libc::CTL_KERN, libc::KERN_PROCARGS2, i32::try_from(pid).ok()?];
    let mut size: libc::size_t = 1024 * 1024;
    let mut buffer = vec![0u8; size];
    // SAFETY: `name` holds three numbers, `buffer` holds `size` bytes, and the kernel writes at most that many.
    let result =
        unsafe { libc::sysctl(name.as_mut_ptr(), 3, buffer.as_mut_ptr().cast(), &mut size, std::ptr::null_mut(), 0) };
    if result != 0 {
        return None;
    }
    let bytes = buffer.get(..size)?;
    let count = usize::try_from(i32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?)).ok()?;
    let path_end = 4 + bytes.get(4..)?.iter().position(|byte| *byte == 0)?;
    let start = path_end + bytes.get(path_end..)?.iter().position(|byte| *byte != 0)?;
    let mut texts = bytes.get(start..)?.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
    let argv = texts.by_ref().take(count).collect();
    let environ = texts
        .take_while(|text| !text.is_empty())
        .filter_map(|pair| pair.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())))
        .collect();
    Some((argv, environ))
}
