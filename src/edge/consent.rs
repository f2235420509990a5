//! Asks a person on the terminal itself, so that neither a pipe nor a redirection can answer.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};

use anyhow::Context;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

use crate::domain::text::safe_text;
use crate::error::{Exit, Failure, Result};
use crate::interruption;

/// What a person typed while a shell's line waited.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Typed {
    Answer(String),
    /// Ctrl-C: the line is to be edited again.
    TakenBack,
}

/// Ctrl-C, where it is a character as any other.
const INTERRUPT: u8 = 3;

/// Shows `question` on the terminal and returns the line that was typed, without white space around it.
///
/// # Errors
/// Where there is no terminal, or a signal came that is to be remembered (`interruption::held`).
pub fn typed(question: &str) -> Result<String> {
    let mut terminal =
        File::options().read(true).write(true).open("/dev/tty").context("there is no terminal to ask on")?;
    terminal.write_all(safe_text::lines(question).as_bytes()).context("could not ask on the terminal")?;
    let mut line = Vec::new();
    while !line.contains(&b'\n') && line.len() < 256 {
        if interruption::came().is_some() {
            let _ = terminal.write_all(b"\n");
            return Err(Failure::new("it was not confirmed, nothing changed").exit(Exit::Blocked).into());
        }
        // A signal that came just before would not wake it.
        let soon = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
        let mut ready = [PollFd::new(&terminal, PollFlags::IN)];
        if !matches!(poll(&mut ready, Some(&soon)), Ok(count) if count > 0) {
            continue;
        }
        let mut some = [0; 256];
        match terminal.read(&mut some) {
            Ok(0) => break,
            Ok(length) => line.extend_from_slice(&some[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("could not read the answer"),
        }
    }
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).trim().to_owned())
}

/// The same while a shell's line editor holds the terminal, which has neither echo nor lines then: both are there for as long
/// as the question stands, and Ctrl-C ends nothing but the question.
///
/// # Errors
/// Where there is no terminal, or it cannot be asked on.
pub fn typed_within_a_line(question: &str) -> Result<Typed> {
    let terminal = File::options().read(true).write(true).open("/dev/tty").context("there is no terminal to ask on")?;
    let before = tcgetattr(&terminal).context("could not ask on the terminal")?;
    tcsetattr(&terminal, OptionalActions::Now, &in_lines(&before)).context("could not ask on the terminal")?;
    let answer = answer(&terminal, question);
    let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
    answer
}

fn in_lines(before: &Termios) -> Termios {
    let mut modes = before.clone();
    modes.input_modes.insert(InputModes::ICRNL);
    modes.output_modes.insert(OutputModes::OPOST | OutputModes::ONLCR);
    modes.local_modes.insert(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHOE | LocalModes::ECHOK);
    modes.local_modes.remove(LocalModes::ISIG);
    // It ends the line that is read.
    modes.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
    modes
}

fn answer(mut terminal: &File, question: &str) -> Result<Typed> {
    terminal.write_all(safe_text::lines(question).as_bytes()).context("could not ask on the terminal")?;
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < 256 && terminal.read(&mut byte).context("could not read the answer")? == 1 {
        match byte[0] {
            INTERRUPT => {
                let _ = terminal.write_all(b"\n");
                return Ok(Typed::TakenBack);
            }
            b'\n' => break,
            other => line.push(other),
        }
    }
    Ok(Typed::Answer(String::from_utf8_lossy(&line).trim().to_owned()))
}
