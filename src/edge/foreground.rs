//! Runs a program of the person's to its end, on the terminal that this one has: its words are passed through, and signals
//! are for it alone. It starts nothing in the background.

pub mod attended;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a program ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ended {
    Status(i32),
    Signal(i32),
}

impl Ended {
    pub fn well(self) -> bool {
        self == Ended::Status(0)
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ended::Status(status) => write!(f, "exit status {status}"),
            Ended::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// Runs `words` in a directory with exactly these variables.
///
/// # Errors
/// Where it could not be started: those of execve(2).
pub fn run<'a>(
    words: &[String],
    directory: &Path,
    variables: impl Iterator<Item = (&'a OsStr, &'a OsStr)>,
) -> io::Result<Ended> {
    attended::run(command(words, directory, variables)?)
}

/// What a program says beside what it prints.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Talk {
    Shown,
    Hidden,
}

/// The same, with what it prints, and nothing on stdin.
///
/// # Errors
/// As for [`run`].
pub fn output<'a>(
    words: &[String],
    directory: &Path,
    variables: impl Iterator<Item = (&'a OsStr, &'a OsStr)>,
    talk: Talk,
) -> io::Result<(Ended, Vec<u8>)> {
    printed(command(words, directory, variables)?, directory, talk)
}

/// The same for what clears away: keys that are pressed meanwhile do not reach it.
///
/// # Errors
/// As for [`run`].
pub fn undisturbed<'a>(
    words: &[String],
    directory: &Path,
    variables: impl Iterator<Item = (&'a OsStr, &'a OsStr)>,
    talk: Talk,
) -> io::Result<(Ended, Vec<u8>)> {
    let mut command = command(words, directory, variables)?;
    command.process_group(0);
    printed(command, directory, talk)
}

fn printed(mut command: Command, directory: &Path, talk: Talk) -> io::Result<(Ended, Vec<u8>)> {
    // A file without a name holds whatever comes, and nobody has to read it meanwhile.
    let path = directory.join(format!(".printed-{:08x}", rand::random::<u32>()));
    let mut printed = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    command.stdin(Stdio::null()).stdout(printed.try_clone()?);
    if talk == Talk::Hidden {
        command.stderr(Stdio::null());
    }
    let ended = attended::run(command)?;
    let mut text = Vec::new();
    printed.seek(SeekFrom::Start(0))?;
    printed.read_to_end(&mut text)?;
    Ok((ended, text))
}

fn command<'a>(
    words: &[String],
    directory: &Path,
    variables: impl Iterator<Item = (&'a OsStr, &'a OsStr)>,
) -> io::Result<Command> {
    let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).env_clear().envs(variables);
    Ok(command)
}

/// The nearest file of this path at or above a directory.
pub fn above(directory: &Path, path: &str) -> Option<PathBuf> {
    directory.ancestors().map(|ancestor| ancestor.join(path)).find(|path| path.exists())
}

/// The same variables but for these names, and with these added.
pub fn variables(
    all: impl Iterator<Item = (OsString, OsString)>,
    without: &[&str],
    with: Vec<(OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    let kept =
        all.filter(|(name, _)| !without.iter().any(|other| name == *other) && !with.iter().any(|(n, _)| n == name));
    let mut found: Vec<(OsString, OsString)> = kept.collect();
    found.extend(with);
    found
}
