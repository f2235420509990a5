//! Processes that outlive this one: starts a proxy in a session of its own, knows it again later, and stops it. Which
//! proxy, and whether it may be stopped, is decided elsewhere; it never signals a process that it has not just seen.

pub mod log;
pub mod record;
#[cfg(target_os = "linux")]
#[path = "daemon/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "daemon/macos.rs"]
mod system;

use std::ffi::OsString;
use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{Timespec, poll};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::domain::target::started::Started;
use record::Place;

/// What is to be started, and where it leaves its traces.
pub struct Plan<'a> {
    pub words: &'a [String],
    pub directory: &'a Path,
    /// All that it inherits.
    pub variables: &'a [(OsString, OsString)],
    pub log: &'a Path,
    /// The first line of its record.
    pub draft: &'a str,
    pub record: &'a Place,
}

/// Which run of the machine this is.
pub fn boot() -> String {
    system::boot()
}

/// When a process began; `None` for one that has ended, whether or not its parent has noticed.
pub fn birth(pid: u32) -> Option<String> {
    system::birth(pid)
}

/// Starts it: a session of its own, so that neither the shell's end nor the terminal's reaches it, nothing on stdin,
/// all its words to the log, and no other descriptor. The new process writes its own record before it becomes the
/// proxy: whenever this program dies, there is no proxy without a record.
///
/// # Errors
/// Those of execve(2): the program is missing or may not be run. No record is left then.
pub fn start(plan: &Plan<'_>) -> io::Result<Child> {
    let (program, arguments) = plan.words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let log = log::open(plan.log)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(plan.directory).env_clear();
    command.envs(plan.variables.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    keep_descriptors_to_ourselves();
    let (draft, place) = (plan.draft.to_owned(), plan.record.clone());
    let alone = move || {
        rustix::process::setsid()?;
        let pid = std::process::id();
        let birth = system::birth(pid).ok_or(io::ErrorKind::NotFound)?;
        place.write(&format!("{draft}{pid} {birth}\n"))
    };
    // SAFETY: it runs between fork and exec of a program that has a single thread here, so that memory and files are as
    // usable as before the fork.
    unsafe { command.pre_exec(alone) };
    command.spawn().inspect_err(|_| plan.record.remove())
}

/// Marks every descriptor above the standard three, whoever left it open, so that no program that is started gets it.
fn keep_descriptors_to_ourselves() {
    let Ok(entries) = std::fs::read_dir("/dev/fd") else { return };
    let open: Vec<RawFd> = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // SAFETY: the number is only marked; nothing keeps or closes it, and one that is closed by now is an error.
        let borrowed = unsafe { BorrowedFd::borrow_raw(descriptor) };
        let _ = rustix::io::fcntl_setfd(borrowed, rustix::io::FdFlags::CLOEXEC);
    }
}

/// Whether what was started is still there, and is not another process with its number.
pub fn is_alive(started: &Started) -> bool {
    started.draft.boot == boot() && birth(started.pid).is_some_and(|birth| birth == started.birth)
}

/// Whether a process belongs to what was started: itself, or what it started in turn.
pub fn belongs(started: &Started, pid: u32) -> bool {
    // It leads its session, which has its number.
    pid == started.pid || started.pid > 1 && system::session(pid) == Some(started.pid)
}

/// How a process came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stopped {
    /// It was asked to.
    Asked,
    /// It did not go when it was asked, and was killed.
    Killed,
    /// It is still there: the system did not let us.
    Not,
}

/// Stops what was started with all that it started: asks first, and kills after `patience`.
pub fn stop(started: &Started, patience: Duration) -> Stopped {
    let Some(pid) = number(started.pid) else { return Stopped::Not };
    if !is_alive(started) {
        return Stopped::Asked;
    }
    // While one of a group is there, its number is given to no other process.
    let there = || is_alive(started) || system::has_members(started.pid);
    end(patience, &|| !there(), &|signal| if there() { kill_process_group(pid, signal) } else { Ok(()) })
}

/// Stops one process that we did not start, if it is still the one that began then.
pub fn stop_other(pid: u32, began: &str, patience: Duration) -> Stopped {
    let Some(number) = number(pid) else { return Stopped::Not };
    let there = || birth(pid).is_some_and(|birth| birth == began);
    end(patience, &|| !there(), &|signal| if there() { kill_process(number, signal) } else { Ok(()) })
}

fn end(patience: Duration, gone: &dyn Fn() -> bool, send: &dyn Fn(Signal) -> rustix::io::Result<()>) -> Stopped {
    let wait = |limit| until(limit, &mut || gone().then_some(())).is_some();
    if send(Signal::TERM).is_ok() && wait(patience) {
        return Stopped::Asked;
    }
    match send(Signal::KILL).is_ok() && wait(Duration::from_secs(5)) {
        true => Stopped::Killed,
        false => Stopped::Not,
    }
}

/// Looks again and again until there is an answer, with short rests that grow; `None` when the time is over.
pub fn until<T>(limit: Duration, look: &mut dyn FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    let mut milliseconds = 2;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        rest(Duration::from_millis(milliseconds).min(left));
        milliseconds = (milliseconds * 2).min(50);
    }
}

/// Does nothing for a time.
pub fn rest(time: Duration) {
    let time = Timespec { tv_sec: time.as_secs().cast_signed(), tv_nsec: time.subsec_nanos().into() };
    let _ = poll(&mut [], Some(&time));
}

/// 0 and 1 would be a group of ours and everything else.
fn number(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok().filter(|pid| *pid > 1)?)
}

#[cfg(test)]
#[path = "daemon/tests.rs"]
mod tests;
