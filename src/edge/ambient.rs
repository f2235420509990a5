//! Reads the process's surroundings, once. The only file that reads the process environment.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

use crate::domain::session::ambient::{Ambient, Colour, Environ, Terminal, Timestamp};
#[cfg(any(target_os = "linux", target_os = "macos"))]
use crate::domain::text::clock::Boot;
use crate::domain::text::clock::{Now, Uptime};
use crate::error::Result;

/// Reads everything. Nothing here fails: what cannot be known is `None`, and who needs it says so.
pub fn read() -> Ambient {
    let mut variables: Vec<_> = std::env::vars_os().collect();
    // The one agent that leaves a file instead of a variable; what `run` starts is told as well.
    if Path::new("/opt/.devin").exists() && !variables.iter().any(|(name, _)| name == "AI_AGENT") {
        variables.push(("AI_AGENT".into(), "devin".into()));
    }
    let variables = Environ::new(variables);
    let absolute = |name: &str| variables.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = absolute("HOME");
    let below_home = |xdg: &str, rest: &str| {
        absolute(xdg).or_else(|| home.as_ref().map(|home| home.join(rest))).map(|base| base.join("nexus-env"))
    };
    let state_dir = below_home("XDG_STATE_HOME", ".local/state");
    let runtime_dir = dirs::runtime_dir()
        .filter(|path| belongs_to_us(path))
        .map(|path| path.join("nexus-env"))
        .or_else(|| state_dir.as_ref().map(|path| path.join("stamps")));
    let colour = match variables.get("NO_COLOR").filter(|value| !value.is_empty()) {
        None if std::io::stderr().is_terminal() && variables.get("TERM") != Some(OsStr::new("dumb")) => Colour::Yes,
        Some(_) | None => Colour::No,
    };
    Ambient {
        cwd: std::env::current_dir().ok(),
        pwd: absolute("PWD"),
        config_dir: below_home("XDG_CONFIG_HOME", ".config"),
        state_dir,
        runtime_dir,
        terminal: if std::fs::File::options().read(true).write(true).open("/dev/tty").is_ok() {
            Terminal::Present
        } else {
            Terminal::Absent
        },
        colour,
        quiet: false,
        now: now(),
        uptime: uptime(),
        uid: rustix::process::geteuid().as_raw(),
        home,
        variables,
    }
}

/// Takes a variable out of this process's environment, so that nothing that it starts inherits it. To be called before there
/// is a second thread.
pub fn take(name: &str) -> Option<OsString> {
    let value = std::env::var_os(name)?;
    // SAFETY: this is the only thread.
    unsafe { std::env::remove_var(name) };
    Some(value)
}

/// This program's own file, for what is started as another process of it.
///
/// # Errors
/// Where the system does not say which file it is.
pub fn program() -> Result<PathBuf> {
    std::env::current_exe().context("could not find this program's own file")
}

/// `$TMPDIR`, else `/tmp`.
pub fn temporary(ambient: &Ambient) -> PathBuf {
    let named = ambient.variables.get("TMPDIR").map(PathBuf::from).filter(|path| path.is_absolute());
    named.unwrap_or_else(|| PathBuf::from("/tmp"))
}

/// Whether a program of that name stands in one of the directories of a `PATH`.
pub fn finds(path: &OsStr, program: &str) -> bool {
    std::env::split_paths(path).any(|directory| directory.join(program).is_file())
}

/// Both clocks, for who waited for a person since the surroundings were read.
pub fn clock() -> Now {
    Now { seconds: u64::try_from(now().seconds).unwrap_or(0), uptime: uptime() }
}

/// Counted from the start of the machine, sleep included, with the random number by which the kernel tells one start from
/// another: clock_gettime(2), `CLOCK_BOOTTIME`, and random(4), `boot_id`.
#[cfg(target_os = "linux")]
fn uptime() -> Option<Uptime> {
    let boot = Boot::parse(&std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?)?;
    Some(Uptime { boot, seconds: seconds_of(libc::CLOCK_BOOTTIME)? })
}

/// The same on macOS: clock_gettime(3), where `CLOCK_MONOTONIC_RAW` goes on while the machine sleeps, and sysctl(3),
/// `kern.bootsessionuuid`.
#[cfg(target_os = "macos")]
fn uptime() -> Option<Uptime> {
    let mut text = [0_u8; 64];
    let mut length = text.len();
    let name = c"kern.bootsessionuuid";
    // SAFETY: the name ends in NUL, and both pointers are good for what the length says.
    let failed = unsafe {
        libc::sysctlbyname(name.as_ptr(), text.as_mut_ptr().cast(), &raw mut length, std::ptr::null_mut(), 0)
    };
    let text = text.get(..length).filter(|_| failed == 0)?;
    let boot = Boot::parse(std::str::from_utf8(text).ok()?.trim_end_matches('\0'))?;
    Some(Uptime { boot, seconds: seconds_of(libc::CLOCK_MONOTONIC_RAW)? })
}

/// What a clock shows. The C library reads it without a system call.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn seconds_of(clock: libc::clockid_t) -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is good for one timespec.
    let failed = unsafe { libc::clock_gettime(clock, &raw mut time) };
    u64::try_from(time.tv_sec).ok().filter(|_| failed == 0)
}

/// Elsewhere the clock on the wall stands alone.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn uptime() -> Option<Uptime> {
    None
}

/// The clock on the wall, for who waited for a person since the surroundings were read.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), nanoseconds: since.subsec_nanos() }
}

fn belongs_to_us(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_dir() && meta.uid() == rustix::process::geteuid().as_raw())
}

/// Takes no stack traces with errors, whatever `RUST_BACKTRACE` says: nobody would see them, and the released program,
/// which has no tables for unwinding, would be aborted at the first. To be called before there is a second thread.
pub fn take_no_traces() {
    const OURS: &str = "RUST_LIB_BACKTRACE";
    let before = std::env::var_os(OURS);
    if before.is_none() && std::env::var_os("RUST_BACKTRACE").is_none() {
        return;
    }
    // SAFETY: this is the only thread.
    unsafe { std::env::set_var(OURS, "0") };
    // The library reads the variable once; children find what was there.
    let _ = std::backtrace::Backtrace::capture();
    // SAFETY: as above.
    match before {
        Some(value) => unsafe { std::env::set_var(OURS, value) },
        None => unsafe { std::env::remove_var(OURS) },
    }
}
