//! A shell on a pseudo-terminal of its own, for the tour: typed to like a person, read up to its next prompt.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{self, LocalModes, OptionalActions, Winsize};

/// What stopped a reading.
#[derive(Debug)]
pub enum Stop {
    /// Nothing came for too long; what had come until then.
    Silent(String),
    /// The shell is gone.
    Gone(String),
    /// The person pressed Ctrl-C in the outer terminal.
    Interrupted,
}

pub struct Pty {
    master: File,
    child: Child,
    pending: Vec<u8>,
}

impl Pty {
    /// Starts a program as the leader of a session whose terminal is the new one, 200 columns wide, without echo, with
    /// these variables and no others.
    ///
    /// # Errors
    /// Where there is no terminal to be had, and where the program cannot be started.
    pub fn start(program: &str, words: &[&str], directory: &Path, variables: Vec<(&str, OsString)>) -> io::Result<Pty> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        // macOS has no flag for it at opening time.
        rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let slave: OwnedFd = rustix::fs::open(
            name.as_c_str(),
            rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY,
            rustix::fs::Mode::empty(),
        )?;
        termios::tcsetwinsize(&slave, Winsize { ws_row: 40, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 })?;
        let mut modes = termios::tcgetattr(&slave)?;
        modes.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(&slave, OptionalActions::Now, &modes)?;
        let mut command = Command::new(program);
        command.args(words).current_dir(directory).env_clear().envs(variables);
        command.stdin(Stdio::from(slave.try_clone()?));
        command.stdout(Stdio::from(slave.try_clone()?));
        command.stderr(Stdio::from(slave));
        // SAFETY: both calls are async-signal-safe system calls, as is needed between fork and exec.
        unsafe {
            command.pre_exec(|| {
                rustix::process::setsid()?;
                rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
                Ok(())
            });
        }
        let child = command.spawn()?;
        Ok(Pty { master: File::from(master), child, pending: Vec::new() })
    }

    /// Types `text` and the return key.
    ///
    /// # Errors
    /// Where the program is gone.
    pub fn types(&mut self, text: &str) -> io::Result<()> {
        self.master.write_all(text.as_bytes())?;
        self.master.write_all(b"\r")
    }

    /// Reads until `end` stands in what was printed, and returns all before it. What comes after stays for the
    /// next reading. `interrupted` is asked twice a second.
    ///
    /// # Errors
    /// Where it took longer than `limit`, was interrupted, or the program ended.
    pub fn read_until(&mut self, end: &str, limit: Duration, interrupted: impl Fn() -> bool) -> Result<String, Stop> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(at) = find(&self.pending, end.as_bytes()) {
                let text = String::from_utf8_lossy(&self.pending[..at]).into_owned();
                self.pending.drain(..at + end.len());
                return Ok(text);
            }
            if interrupted() {
                return Err(Stop::Interrupted);
            }
            if Instant::now() >= deadline {
                return Err(Stop::Silent(String::from_utf8_lossy(&self.pending).into_owned()));
            }
            let half_a_second = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };
            let mut ready = [PollFd::from_borrowed_fd(self.master.as_fd(), PollFlags::IN)];
            if !matches!(poll(&mut ready, Some(&half_a_second)), Ok(1..)) {
                continue;
            }
            let mut buffer = [0; 4096];
            match self.master.read(&mut buffer) {
                Ok(0) | Err(_) => return Err(Stop::Gone(String::from_utf8_lossy(&self.pending).into_owned())),
                Ok(count) => self.takes(&buffer[..count]),
            }
        }
    }

    /// Keeps what the shell printed, and answers what it asks of a terminal: fish 4 asks for the device's attributes
    /// (`ESC [ c`) and for the cursor (`ESC [ 6 n`), and waits.
    fn takes(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        for (question, answer) in
            [(&b"\x1b[c"[..], &b"\x1b[?62;c"[..]), (b"\x1b[0c", b"\x1b[?62;c"), (b"\x1b[6n", b"\x1b[1;1R")]
        {
            while let Some(at) = find(&self.pending, question) {
                self.pending.drain(at..at + question.len());
                let _ = self.master.write_all(answer);
            }
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
