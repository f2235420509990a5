//! Typing a value on a real terminal: it is not shown, a long one is whole, and several lines are refused.

use std::io::{Read, Write};

use nexus_env::edge::entry;
use nexus_env::error::told;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const CHILD: &str = "VAULT_TEST_ASKS";
const PROMPT: &str = "value (not shown): ";

/// A terminal in which a child process asks, and the child.
struct Asked {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    reader: Box<dyn Read + Send>,
}

impl Asked {
    fn echoes(&self) -> bool {
        let fd = self.master.as_raw_fd().unwrap();
        // SAFETY: the terminal is open as long as `self` is there.
        let tty = unsafe { std::os::fd::BorrowedFd::borrow_raw(fd) };
        rustix::termios::tcgetattr(tty).unwrap().local_modes.contains(rustix::termios::LocalModes::ECHO)
    }

    fn signals(&self, signal: libc::c_int) {
        let pid = libc::pid_t::try_from(self.child.process_id().unwrap()).unwrap();
        // SAFETY: kill(2) on a child that was not waited for.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
    }

    /// Reads up to the prompt.
    fn is_asked(&mut self) {
        let mut shown = Vec::new();
        let mut byte = [0];
        while !shown.ends_with(PROMPT.as_bytes()) {
            assert_eq!(self.reader.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&shown));
            shown.push(byte[0]);
        }
    }

    /// Types, and returns all that the terminal shows until the child has ended.
    fn types(mut self, typed: &[u8]) -> String {
        // It would type an end of file when it is dropped.
        let mut writer = self.master.take_writer().unwrap();
        writer.write_all(typed).unwrap();
        let mut shown = Vec::new();
        let mut chunk = [0; 4096];
        // The other end closes with an error on Linux and with nothing on macOS.
        while let Ok(length @ 1..) = self.reader.read(&mut chunk) {
            shown.extend_from_slice(&chunk[..length]);
        }
        self.child.wait().unwrap();
        String::from_utf8_lossy(&shown).into_owned()
    }
}

fn asked() -> Asked {
    let pty = native_pty_system().openpty(PtySize { rows: 24, cols: 250, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "typing::child_that_asks", "--nocapture", "--test-threads=1"]);
    command.env(CHILD, "1");
    let child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let reader = pty.master.try_clone_reader().unwrap();
    let mut asked = Asked { master: pty.master, child, reader };
    asked.is_asked();
    asked
}

fn shown_after(typed: &[u8]) -> String {
    asked().types(typed)
}

/// Not a test by itself: the process on the terminal above.
#[test]
fn child_that_asks() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let tty = std::fs::File::open("/dev/tty").unwrap();
    let before = rustix::termios::tcgetattr(&tty).unwrap();
    let sum = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, &byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    match entry::from_terminal(PROMPT) {
        Ok(value) => println!("<{} bytes, sum {}>", value.expose().len(), sum(value.expose())),
        Err(error) => println!("<{}>", told(&error).0),
    }
    let after = rustix::termios::tcgetattr(&tty).unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"), "the terminal is not as it was");
    println!("<restored>");
}

#[track_caller]
fn check(typed: &[u8], answer: &str) {
    let shown = shown_after(typed);
    assert!(shown.contains(&format!("<{answer}>")), "{shown}");
    assert!(shown.contains("<restored>"), "{shown}");
    assert!(!shown.contains("canary"), "the value shows: {shown}");
}

fn bytes(value: &[u8]) -> String {
    let sum = value.iter().fold(0_u64, |sum, &byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{} bytes, sum {sum}", value.len())
}

#[test]
fn a_typed_value_is_taken_and_not_shown() {
    check(b"canary-1\r", &bytes(b"canary-1"));
    check(b"wrong\x15canaryX\x7f-2\r", &bytes(b"canary-2"));
    check("canary-ключé\x7f\r".as_bytes(), &bytes("canary-ключ".as_bytes()));
}

#[test]
fn a_value_longer_than_a_line_of_the_terminal_is_whole() {
    let long = "canary-".repeat(1500);
    check(format!("{long}\r").as_bytes(), &bytes(long.as_bytes()));
}

#[test]
fn what_is_no_single_line_is_refused() {
    check(b"canary-1\rcanary-2\r", "several lines were typed or pasted, and nothing was stored");
    check(b"\r", "nothing was typed");
    check(b"canary\x03", "interrupted, nothing was stored");
}

#[test]
fn a_signal_at_the_prompt_ends_it_and_leaves_the_terminal_as_it_was() {
    for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
        let mut asked = asked();
        assert!(!asked.echoes());
        asked.signals(signal);
        let status = asked.child.wait().unwrap();
        assert!(!status.success(), "{signal}: {status}");
        assert!(asked.echoes(), "{signal} leaves the terminal silent");
    }
}
