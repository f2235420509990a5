//! macOS: the `listeners` crate for sockets, libproc(3) and `KERN_PROCARGS2` for processes: parents, words, environment.
//!
//! The crate leaves out sockets of processes that this user may not see, so nobody seen does not mean nobody there.

use std::collections::HashSet;
use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use listeners::{Protocol, SocketState};

use super::{MANY_PARENTS, answers, file_as_old, tcp_door};
use crate::domain::target::listening::{Listener, Owner, Process, Running};
use crate::domain::target::proxy;

/// A listening socket with the process that holds it, as the crate gives them.
fn listening() -> io::Result<impl Iterator<Item = listeners::Listener>> {
    let all = listeners::get_all().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(all.into_iter().filter(|l| l.protocol == Protocol::TCP && l.state == SocketState::Listen))
}

/// The listeners that answer a TCP connection to one of the addresses.
pub fn tcp(addresses: &[IpAddr], port: u16) -> io::Result<Vec<Listener>> {
    // Whether an IPv6 wildcard takes both families is not told here: it is taken to.
    let here: HashSet<(IpAddr, u32, String)> = listening()?
        .filter(|l| l.socket.port() == port)
        .filter(|l| addresses.iter().any(|wanted| answers(l.socket.ip(), *wanted)))
        .map(|l| (l.socket.ip(), l.process.pid, l.process.name))
        .collect();
    let mut found: Vec<Listener> = Vec::new();
    for (address, pid, name) in here {
        let door = tcp_door(address, port);
        let owner = Owner::Process(whole(pid, name));
        match found.iter_mut().find(|listener| listener.door == door) {
            Some(listener) => listener.owners.push(owner),
            None => found.push(Listener { door, owners: vec![owner] }),
        }
    }
    Ok(found)
}

/// The processes that listen on a port, since a socket has no number of its own here.
pub fn sockets(port: u16) -> io::Result<Vec<u64>> {
    let pids: HashSet<u32> = listening()?.filter(|l| l.socket.port() == port).map(|l| l.process.pid).collect();
    Ok(pids.into_iter().map(u64::from).collect())
}

/// Nothing lists who listens on a unix socket here.
pub fn unix(_paths: &[String]) -> io::Result<Vec<Listener>> {
    Err(io::Error::other("macOS does not tell who listens on a unix socket"))
}

/// The processes of a user that run now, with the ports on which they listen.
pub fn running(uid: u32) -> io::Result<Vec<Running>> {
    let ports: Vec<(u32, u16)> = listening()?.map(|l| (l.process.pid, l.socket.port())).collect();
    let one = |pid: u32| {
        let about = about(pid).filter(|about| about.pbi_uid == uid)?;
        let mut ports: Vec<u16> = ports.iter().filter(|(owner, _)| *owner == pid).map(|(_, port)| *port).collect();
        ports.sort_unstable();
        ports.dedup();
        let process = alone(pid, String::new());
        Some(Running { process, parent: about.pbi_ppid, started: about.pbi_start_tvsec, ports })
    };
    Ok(pids()?.into_iter().filter_map(one).collect())
}

/// A process with those that started it and the configuration file that it names.
fn whole(pid: u32, name: String) -> Process {
    let mut process = alone(pid, name);
    let mut above = about(pid).map_or(0, |about| about.pbi_ppid);
    while above > 1 && process.parents.len() < MANY_PARENTS {
        process.parents.push(alone(above, String::new()));
        above = about(above).map_or(0, |about| about.pbi_ppid);
    }
    process.file = proxy::file_of(&process).and_then(|path| {
        let about = about(pid)?;
        let started = about.pbi_start_tvsec as f64 + about.pbi_start_tvusec as f64 / 1e6;
        let path =
            if Path::new(&path).is_absolute() { PathBuf::from(path) } else { working_directory(pid)?.join(path) };
        file_as_old(&path, started)
    });
    process
}

fn alone(pid: u32, name: String) -> Process {
    let (argv, environ) = words_of(pid).unwrap_or_default();
    let program = argv.first().and_then(|word| word.rsplit('/').next()).map_or(name, str::to_owned);
    // Another user's process has words, and no environment to be seen.
    let environ = Some(environ).filter(|environ| !environ.is_empty());
    Process { pid, program, argv, environ, ..Process::default() }
}

fn pids() -> io::Result<Vec<u32>> {
    let mut pids = vec![0 as libc::pid_t; 16 * 1024];
    let size = libc::c_int::try_from(std::mem::size_of_val(pids.as_slice())).unwrap_or(libc::c_int::MAX);
    // SAFETY: the kernel writes at most `size` bytes, which is what `pids` holds.
    let count = unsafe { libc::proc_listallpids(pids.as_mut_ptr().cast(), size) };
    if count < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(pids.into_iter().take(count as usize).filter_map(|pid| u32::try_from(pid).ok()).collect())
}

/// Parent, owner and start of a process.
fn about(pid: u32) -> Option<libc::proc_bsdinfo> {
    ask(pid, libc::PROC_PIDTBSDINFO)
}

fn working_directory(pid: u32) -> Option<PathBuf> {
    let paths: libc::proc_vnodepathinfo = ask(pid, libc::PROC_PIDVNODEPATHINFO)?;
    let path = paths.pvi_cdir.vip_path.as_flattened();
    // SAFETY: the kernel ends a path of MAXPATHLEN bytes with NUL, and the buffer was zeroed before.
    let path = unsafe { CStr::from_ptr(path.as_ptr()) };
    path.to_str().ok().map(PathBuf::from)
}

/// `proc_pidinfo` with one of its plain structures.
fn ask<T>(pid: u32, flavor: libc::c_int) -> Option<T> {
    let mut found = MaybeUninit::<T>::zeroed();
    let size = libc::c_int::try_from(std::mem::size_of::<T>()).ok()?;
    // SAFETY: the kernel writes at most `size` bytes, which is what `found` holds.
    let written =
        unsafe { libc::proc_pidinfo(libc::c_int::try_from(pid).ok()?, flavor, 0, found.as_mut_ptr().cast(), size) };
    // SAFETY: these structures hold numbers and bytes alone, for which every pattern of bits is a value.
    (written == size).then(|| unsafe { found.assume_init() })
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
