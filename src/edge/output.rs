//! Data: whole answers to stdout, and to a file that a caller named. Never talk.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::domain::text::safe_text;
use crate::error::Result;

/// Writes all of it to stdout at once. A reader that went away early (`| head`) is no failure.
///
/// # Errors
/// Where stdout cannot be written, for another reason than that its reader went away.
pub fn write(bytes: &[u8]) -> Result<()> {
    offer(bytes).map(|_| ())
}

/// The same for what goes on and on.
///
/// # Errors
/// Where stdout cannot be written, for another reason than that its reader went away.
pub fn offer(bytes: &[u8]) -> Result<Reader> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(error).context("could not write to stdout"),
    }
}

/// Lets a write tell that its reader went away, instead of ending the program: whoever reads only the beginning
/// (`| head -1`) has what was wanted. What this program starts gets the usual way back (`std::process`).
pub fn outlive_readers() {
    // SAFETY: it sets how one signal is taken, before there is another thread.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}

/// How an answer is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Text,
    Json,
}

/// Whether anybody reads on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reader {
    There,
    Gone,
}

/// A page for people. Whoever's words stand in it, a terminal obeys nothing in them.
///
/// # Errors
/// Where stdout cannot be written, for another reason than that its reader went away.
pub fn page(text: &str) -> Result<()> {
    write(safe_text::lines(text).as_bytes())
}

/// A JSON text, in which everything that a terminal would obey is escaped.
///
/// # Errors
/// Where stdout cannot be written, for another reason than that its reader went away.
pub fn json(text: &str) -> Result<()> {
    write(format!("{}\n", safe_text::json(text)).as_bytes())
}

/// Stdout for what writes in pieces. A reader that went away is no failure.
pub fn stream() -> impl Write {
    Stream(std::io::stdout())
}

struct Stream(std::io::Stdout);

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// Appends to a file that exists.
///
/// # Errors
/// Where the file is not there or cannot be written.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = File::options()
        .append(true)
        .open(path)
        .with_context(|| format!("could not open `{}`", safe_text::path(path)))?;
    file.write_all(bytes).with_context(|| format!("could not write to `{}`", safe_text::path(path)))
}

/// Hands on what is still held back. The program calls it last; a reader that went away is no failure.
pub fn finish() {
    let _ = std::io::stdout().flush();
}
