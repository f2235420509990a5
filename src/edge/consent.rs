//! Asks a person on the terminal itself, so that neither a pipe nor a redirection can answer.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};

use anyhow::Context;

use crate::domain::text::safe_text;
use crate::error::Result;

/// Shows `question` on the terminal and returns the line that was typed, without white space around it.
pub fn typed(question: &str) -> Result<String> {
    let mut terminal =
        File::options().read(true).write(true).open("/dev/tty").context("there is no terminal to ask on")?;
    terminal.write_all(safe_text::lines(question).as_bytes()).context("could not ask on the terminal")?;
    let mut line = Vec::new();
    BufReader::new(terminal).take(256).read_until(b'\n', &mut line).context("could not read the answer")?;
    Ok(String::from_utf8_lossy(&line).trim().to_owned())
}
