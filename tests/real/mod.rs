//! The real parts behind the stories: PostgreSQL servers, the Prisma CLI, the tunnels to Cloud SQL. Each ends with
//! its owner, also when a test panics, and a missing one fails the test with what installs it.

pub mod cluster;
pub mod postgres;
pub mod prisma;
pub mod proxy;
pub mod service;

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU16, Ordering};

/// A port of the loopback that nobody listens on. Below the range from which the system takes the ports of outgoing
/// connections, so that none of those takes it meanwhile; each call of this process gives another.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    for _ in 0..COUNT {
        let start = (std::process::id().wrapping_mul(97) % u32::from(COUNT)) as u16;
        let port = FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// A process of the tests that is ended when this is dropped. On Linux the kernel ends it also when the thread that
/// started it, a test, is gone without having dropped anything.
pub struct Helper {
    pub child: Child,
    signal: libc::c_int,
}

impl Helper {
    #[track_caller]
    pub fn start(mut command: Command, signal: libc::c_int) -> Helper {
        // A process group of its own: the terminal's Ctrl-C is for the tests, which then drop it.
        command.process_group(0);
        // SAFETY: prctl(2) is a plain system call, allowed between fork and exec.
        #[cfg(target_os = "linux")]
        unsafe {
            command.pre_exec(move || match libc::prctl(libc::PR_SET_PDEATHSIG, signal) {
                -1 => Err(std::io::Error::last_os_error()),
                _ => Ok(()),
            });
        }
        let child = command.spawn().unwrap_or_else(|error| panic!("could not start {command:?}: {error}"));
        Helper { child, signal }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // SAFETY: a signal to our own child, not yet waited for.
            unsafe { libc::kill(self.child.id() as libc::pid_t, self.signal) };
            let _ = self.child.wait();
            // A shell in between does not hand the signal on: what is left of the group that it was given goes, too.
            // SAFETY: a signal to that group; it has no members, and no other can have its number yet, where all are gone.
            unsafe { libc::kill(-(self.child.id() as libc::pid_t), libc::SIGKILL) };
        }
    }
}
