//! Where a value comes in: typed on the terminal without echo, or from stdin. Never from an argument.
//!
//! The terminal is read byte by byte and not by lines: the kernel cuts a line at 4,096 bytes (1,024 on macOS), and a
//! key is longer.

mod quiet;

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use self::quiet::Quiet;
use crate::disk;
use crate::domain::target::acceptance::Emptiness;
use crate::domain::text::safe_text;
use crate::domain::text::secret::Secret;
use crate::error::{Failure, Result};

/// The longest value, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// Where a value of this process would come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Entry {
    Terminal,
    Stdin,
}

fn kind() -> Entry {
    if std::io::stdin().is_terminal() { Entry::Terminal } else { Entry::Stdin }
}

/// The value that this process is given. Where an empty one is meant, the terminal has nothing to ask.
///
/// # Errors
/// Where the value cannot be read, or is empty and none was meant.
pub fn value(prompt: &str, emptiness: Emptiness) -> Result<Secret> {
    match (kind(), emptiness) {
        (Entry::Stdin, Emptiness::Meant | Emptiness::Refused) => from_stdin(),
        (Entry::Terminal, Emptiness::Meant) => Ok(Secret::new("")),
        (Entry::Terminal, Emptiness::Refused) => from_terminal(prompt),
    }
}

/// The same where a person may leave a value as it is, by Enter alone.
///
/// # Errors
/// Where the value cannot be read.
pub fn value_or_kept(prompt: &str, emptiness: Emptiness) -> Result<Option<Secret>> {
    match (kind(), emptiness) {
        (Entry::Terminal, Emptiness::Refused) => from_terminal_or_later(prompt),
        (Entry::Terminal, Emptiness::Meant) | (Entry::Stdin, _) => value(prompt, emptiness).map(Some),
    }
}

/// Whether what is printed goes to a person's eyes.
pub fn stdout_is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Whether a program that is started from here would have a person before it.
pub fn is_at_a_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// How many columns the terminal has that stdout goes to; `None` where it goes elsewhere.
pub fn stdout_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Everything on stdin, at most one newline at its end taken off. Fails above 1 MiB.
///
/// # Errors
/// Where stdin cannot be read, or holds more than 1 MiB.
pub fn from_stdin() -> Result<Secret> {
    from_reader(std::io::stdin().lock(), "the value on stdin")
}

/// The content of a regular file, every byte of it. Fails above 1 MiB.
///
/// # Errors
/// Where it is no regular file, cannot be read, or holds more than 1 MiB.
pub fn from_file(path: &Path) -> Result<Secret> {
    disk::read(path).map(Secret::new).map_err(|error| {
        let name = safe_text::path(path);
        Failure::new(format!("could not read `{name}`: {}", plain(&error))).hint("give the path of a .env file").into()
    })
}

fn plain(error: &std::io::Error) -> String {
    error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase()
}

fn from_reader(reader: impl Read, what: &str) -> Result<Secret> {
    let value = whole(reader, what)?;
    match value.expose().strip_suffix(b"\n") {
        Some(rest) => Ok(Secret::new(rest)),
        None if value.expose().len() > LONGEST => Err(too_long(what)),
        None => Ok(value),
    }
}

fn too_long(what: &str) -> anyhow::Error {
    let hint = "store where it is to be found, not the thing itself";
    Failure::new(format!("{what} is longer than 1 MiB")).hint(hint).into()
}

/// Everything, without leaving copies behind where a growing buffer was before.
fn whole(mut reader: impl Read, what: &str) -> Result<Secret> {
    let mut bytes = Zeroizing::new(vec![0; 4096]);
    let mut length = 0;
    loop {
        match reader.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(Failure::new(format!("could not read {what}: {}", plain(&error))).into());
            }
        }
        // One byte for the newline that is taken off.
        if length > LONGEST + 1 {
            return Err(too_long(what));
        }
        if length == bytes.len() {
            let mut larger = Zeroizing::new(vec![0; length * 4]);
            larger[..length].copy_from_slice(&bytes);
            bytes = larger;
        }
    }
    bytes.truncate(length);
    Ok(Secret::new(std::mem::take(&mut *bytes)))
}

/// One line typed on the terminal, without echo. Backspace and Ctrl-U edit it. Fails when it is interrupted, when
/// nothing was typed, and when several lines were pasted: the rest would go to the shell, and into its history.
///
/// # Errors
/// Where there is no terminal, nothing was typed, it was interrupted, or several lines were pasted.
pub fn from_terminal(prompt: &str) -> Result<Secret> {
    from_terminal_or_later(prompt)?.ok_or_else(|| {
        Failure::new("nothing was typed").hint("if an empty value is meant: nexus-env set NAME --empty").into()
    })
}

/// The same, and `None` where nothing was typed.
///
/// # Errors
/// Where there is no terminal, it was interrupted, or several lines were pasted.
pub fn from_terminal_or_later(prompt: &str) -> Result<Option<Secret>> {
    let unread = |_| {
        Failure::new("there is no terminal to read a value from").hint("pipe it in: some-command | nexus-env set NAME")
    };
    match typed(prompt).map_err(unread)? {
        Typed::Line(value) => Ok(Some(value).filter(|value| !value.expose().is_empty())),
        Typed::More => Err(Failure::new("several lines were typed or pasted, and nothing was stored")
            .hint("pipe a value of several lines in: nexus-env set NAME < FILE")
            .into()),
        Typed::Interrupted => Err(Failure::new("interrupted, nothing was stored").into()),
        Typed::TooLong => Err(too_long("the value")),
    }
}

/// The passphrase of an identity, typed on the terminal without echo.
///
/// # Errors
/// Where there is no terminal, nothing was typed, or it was interrupted.
pub fn passphrase(prompt: &str) -> Result<Secret> {
    let unread = |_| {
        Failure::new("the identity is protected by a passphrase, and there is no terminal to ask for it on")
            .hint("in CI, NEXUS_ENV_IDENTITY holds an identity without one")
    };
    match typed(prompt).map_err(unread)? {
        Typed::Line(passphrase) => Ok(passphrase),
        Typed::More | Typed::TooLong => Err(Failure::new("a passphrase is one line").hint("type it again").into()),
        Typed::Interrupted => Err(Failure::new("interrupted").into()),
    }
}

/// A new passphrase, typed twice on the terminal without echo; the one that is `suggested`, shown once on that terminal and
/// nowhere else, for whoever types nothing.
///
/// # Errors
/// One that is too short, or that was not typed the same twice.
pub fn new_passphrase(suggested: &Secret, shortest: usize) -> Result<Secret> {
    let typed = passphrase("nexus-env: a new passphrase, or nothing, and one is made for you: ")?;
    match typed.expose() {
        [] => {
            let shown = String::from_utf8_lossy(suggested.expose());
            show(&format!(
                "nexus-env: your passphrase is {shown}\n  write it down now: without it nobody opens this identity\n"
            ));
            Ok(suggested.clone())
        }
        text if String::from_utf8_lossy(text).chars().count() < shortest => {
            Err(Failure::new(format!("a passphrase of less than {shortest} characters is found by trying"))
                .hint("type nothing, and one is made for you")
                .into())
        }
        _ if passphrase("nexus-env: the same again: ")? != typed => {
            Err(Failure::new("that was not the same twice, and nothing was made").hint("type it again").into())
        }
        _ => Ok(typed),
    }
}

/// On the terminal itself, so that no log of ours or anybody's holds it.
fn show(text: &str) {
    if let Ok(mut tty) = File::options().write(true).open("/dev/tty") {
        let _ = tty.write_all(text.as_bytes());
    }
}

fn typed(prompt: &str) -> std::io::Result<Typed> {
    let tty = File::options().read(true).write(true).open("/dev/tty")?;
    let quiet = Quiet::new(&tty)?;
    let mut out = &tty;
    let _ = out.write_all(safe_text::lines(prompt).as_bytes());
    let typed = match line(&tty)? {
        Typed::Line(_) if quiet.discard_pending() => Typed::More,
        other => other,
    };
    drop(quiet);
    let _ = out.write_all(b"\n");
    Ok(typed)
}

enum Typed {
    Line(Secret),
    /// A line, and something after it.
    More,
    Interrupted,
    TooLong,
}

fn line(mut tty: &File) -> std::io::Result<Typed> {
    let mut typed = Zeroizing::new(Vec::with_capacity(16 * 1024));
    let mut byte = Zeroizing::new([0]);
    loop {
        match tty.read(byte.as_mut()) {
            Ok(0) => return Ok(Typed::Interrupted),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        match byte[0] {
            b'\r' | b'\n' => return Ok(Typed::Line(Secret::new(std::mem::take(&mut *typed)))),
            // Ctrl-C, and Ctrl-D before anything was typed.
            0x03 => return Ok(Typed::Interrupted),
            0x04 if typed.is_empty() => return Ok(Typed::Interrupted),
            0x04 => return Ok(Typed::Line(Secret::new(std::mem::take(&mut *typed)))),
            // Backspace takes a whole character, however many bytes it has.
            0x08 | 0x7f => while typed.pop().is_some_and(|last| last & 0xc0 == 0x80) {},
            0x15 => typed.clear(),
            other if typed.len() < LONGEST => typed.push(other),
            _ => return Ok(Typed::TooLong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], value: Option<&[u8]>) {
        assert_eq!(from_reader(bytes, "it").ok().as_ref().map(Secret::expose), value);
    }

    #[test]
    fn takes_at_most_one_newline_off_and_nothing_else() {
        check(b"", Some(b""));
        check(b"\n", Some(b""));
        check(b"a\n", Some(b"a"));
        check(b"a\n\n", Some(b"a\n"));
        check(b"a\r\n", Some(b"a\r"));
        check(b" \xff\xfe ", Some(b" \xff\xfe "));
        let longest = vec![b'x'; LONGEST];
        check(&longest, Some(&longest));
        check(&vec![b'x'; LONGEST + 1], None);
        check(&vec![b'x'; LONGEST + 2], None);
    }
}
