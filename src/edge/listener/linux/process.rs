//! Linux: what `/proc` tells about a process (proc(5)): words and parent for everyone, environment and files for its
//! owner.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::domain::target::listening::{Process, Running};
use crate::domain::target::proxy;

use super::super::{MANY_PARENTS, file_as_old};

/// Every process that is there, by its number.
pub(super) fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The processes of a user, without their parents: their words alone are looked at.
pub(super) fn of_user(uid: u32) -> Vec<Process> {
    let theirs = |pid: &u32| fs::metadata(format!("/proc/{pid}")).is_ok_and(|meta| meta.uid() == uid);
    pids().iter().filter(|pid| theirs(pid)).filter_map(|pid| alone(*pid)).filter(|p| !p.argv.is_empty()).collect()
}

/// A process with those that started it and the configuration file that it names.
pub(super) fn whole(pid: u32) -> Option<Process> {
    let mut process = alone(pid)?;
    let mut above = stat(pid).map_or(0, |stat| stat.parent);
    while above > 1 && process.parents.len() < MANY_PARENTS {
        let Some(parent) = alone(above) else { break };
        process.parents.push(parent);
        above = stat(above).map_or(0, |stat| stat.parent);
    }
    process.file = proxy::file_of(&process).and_then(|path| {
        // As the process itself sees it, wherever it was started and whatever it takes for the root directory.
        let seen = match path.strip_prefix('/') {
            Some(rest) => format!("/proc/{pid}/root/{rest}"),
            None => format!("/proc/{pid}/cwd/{path}"),
        };
        file_as_old(seen.as_ref(), stat(pid)?.started())
    });
    Some(process)
}

/// A process of this user among those that run, without its ports.
pub(super) fn running(pid: u32, uid: u32) -> Option<Running> {
    if fs::metadata(format!("/proc/{pid}")).ok()?.uid() != uid {
        return None;
    }
    let stat = stat(pid)?;
    let started = stat.started() as u64;
    Some(Running { process: alone(pid)?, parent: stat.parent, started, ports: Vec::new() })
}

fn alone(pid: u32) -> Option<Process> {
    let directory = std::path::PathBuf::from(format!("/proc/{pid}"));
    let argv = words(&fs::read(directory.join("cmdline")).ok()?);
    let program = fs::read_link(directory.join("exe"))
        .ok()
        .and_then(|path| Some(path.file_name()?.to_string_lossy().trim_end_matches(" (deleted)").to_owned()))
        .or_else(|| Some(argv.first()?.rsplit('/').next()?.to_owned()))
        .unwrap_or_default();
    let environ = fs::read(directory.join("environ")).ok().map(|bytes| {
        words(&bytes).iter().filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
    });
    Some(Process { pid, program, argv, environ, ..Process::default() })
}

/// Two fields of `/proc/PID/stat`.
struct Stat {
    parent: u32,
    /// In clock ticks since the machine was started.
    start: u64,
}

impl Stat {
    /// Epoch seconds, from the time that the machine runs now.
    fn started(&self) -> f64 {
        let up = fs::read_to_string("/proc/uptime").unwrap_or_default();
        let up: f64 = up.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or_default();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let ticks = rustix::param::clock_ticks_per_second().max(1) as f64;
        now.as_secs_f64() - up + self.start as f64 / ticks
    }
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let text = String::from_utf8_lossy(&text);
    // The second field is the program's name in parentheses and may hold anything.
    let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_whitespace().collect();
    Some(Stat { parent: fields.get(1)?.parse().ok()?, start: fields.get(19)?.parse().ok()? })
}

/// The texts of a NUL-terminated list.
fn words(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}
