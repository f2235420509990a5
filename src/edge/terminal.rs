//! All talk: sentences on stderr, questions on the terminal. Data goes to stdout elsewhere. Whoever's words stand in a
//! sentence, a terminal obeys nothing in it.

use std::io::Write;

use crate::domain::session::ambient::{Ambient, Colour};
use crate::domain::text::safe_text;
use crate::error::told;

/// One line of talk, after the program's name. A closed or full stderr is no reason to fail.
pub fn say(ambient: &Ambient, line: &str) {
    if !ambient.quiet {
        say_anyway(line);
    }
}

/// A line that `--quiet` does not silence: a refusal.
pub fn say_anyway(line: &str) {
    let _ = std::io::stderr().write_all(format!("nexus-env: {}\n", safe_text::lines(line)).as_bytes());
}

/// The same for what a person must not overlook: the program's name stands out where colour may.
pub fn refuse(ambient: &Ambient, line: &str) {
    let _ = std::io::stderr().write_all(refusal(ambient, line).as_bytes());
}

/// The same words for whoever tells them: the shell, when the line that it was about has left the screen.
pub fn refusal(ambient: &Ambient, line: &str) -> String {
    format!("{} {line}\n", painted(ambient, "1;31", "nexus-env:"))
}

/// Prints an error and, after it, its hint.
pub fn complain(ambient: &Ambient, error: &anyhow::Error) {
    let (sentence, hint, _) = told(error);
    let mut text = format!("{} {sentence}\n", painted(ambient, "1;31", "nexus-env:"));
    if let Some(hint) = hint {
        text.push_str(&format!("{} {hint}\n", painted(ambient, "1", "hint:")));
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// A word in one of ECMA-48's renditions, where colour may be.
fn painted(ambient: &Ambient, rendition: &str, word: &str) -> String {
    match ambient.colour {
        Colour::Yes => format!("\x1b[{rendition}m{word}\x1b[0m"),
        Colour::No => word.to_owned(),
    }
}

/// How many columns the terminal has that talk goes to; `None` where it goes elsewhere, and nobody reads it now.
pub fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    // A terminal that does not know its width is one all the same.
    Some(usize::from(size.ws_col)).map(|columns| if columns == 0 { 80 } else { columns })
}

/// How far a long work is, on a line that is written over and over; nothing where nobody watches, or where it is short.
pub struct Progress {
    all: usize,
    of: &'static str,
    shown: bool,
}

impl Progress {
    /// Below this many it is done before it could be read.
    const LONG: usize = 5000;

    pub fn new(ambient: &Ambient, all: usize, of: &'static str) -> Progress {
        let watched = !ambient.quiet && columns().is_some() && all >= Self::LONG;
        Progress { all: if watched { all } else { 0 }, of, shown: false }
    }

    pub fn at(&mut self, done: usize) {
        if self.all > 0 {
            self.shown = true;
            tell(&format!("\r{done} of {} {}", self.all, self.of));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            tell("\r\x1b[K");
        }
    }
}

/// Words for another program that reads our stderr, and for whoever reads that one's.
pub fn narrate_anyway(line: &str) {
    let _ = std::io::stderr().write_all(format!("{}\n", safe_text::lines(line)).as_bytes());
}

/// A line of a longer telling, without the program's name. It is talk too, so it goes to stderr.
pub fn narrate(ambient: &Ambient, line: &str) {
    if !ambient.quiet {
        let _ = std::io::stderr().write_all(format!("{}\n", safe_text::lines(line)).as_bytes());
    }
}

/// Lines of a protocol that is spoken on stderr, or of our own that are painted: as they are.
pub fn tell(lines: &str) {
    let _ = std::io::stderr().write_all(lines.as_bytes());
}

/// Opens `/dev/null` for each of the three standard streams that the program was started without: else the next file
/// that is opened would take its number, and talk would be written into it.
pub fn complete_streams() {
    for stream in [rustix::stdio::raw_stdin(), rustix::stdio::raw_stdout(), rustix::stdio::raw_stderr()] {
        // SAFETY: the number is only asked about; nothing keeps or closes it.
        let borrowed = unsafe { std::os::fd::BorrowedFd::borrow_raw(stream) };
        if rustix::io::fcntl_getfd(borrowed).is_err() {
            // The lowest free number is this one, since the ones below are there. It stays open until the end.
            if let Ok(file) = std::fs::File::options().read(true).write(true).open("/dev/null") {
                std::mem::forget(file);
            }
        }
    }
}
