//! Hands a text to the clipboard. It goes through stdin or to the terminal, never through an argument.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::domain::session::clipboard::Way;
use crate::domain::text::secret::Secret;
use crate::error::{Failure, Result};

/// xterm takes no longer sequence, in bytes of base64.
const LONGEST: usize = 74_994;

/// # Errors
/// Where the program fails, or the text is too long for a terminal.
pub fn copy(way: Way, value: &Secret) -> Result<()> {
    match way {
        Way::Program(words) => by_program(words, value),
        Way::Terminal => by_terminal(value),
    }
}

fn by_program(words: &[&str], value: &Secret) -> Result<()> {
    let failed = |why: String| Failure::new(format!("`{}` did not take it: {why}", words[0]));
    // Some go on in the background and hold what they write to: nobody is to wait for that.
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(value.expose()));
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    match (status.success(), written) {
        (true, Ok(())) => Ok(()),
        (true, Err(error)) => Err(failed(error.to_string()).into()),
        (false, _) => Err(failed(status.to_string()).into()),
    }
}

fn by_terminal(value: &Secret) -> Result<()> {
    let encoded = Zeroizing::new(STANDARD.encode(value.expose()));
    if encoded.len() > LONGEST {
        return Err(Failure::new("the value is too long for a terminal to take to the clipboard").into());
    }
    let sequence = Zeroizing::new(format!("\x1b]52;c;{}\x07", *encoded));
    let terminal = File::options().write(true).open("/dev/tty");
    terminal
        .and_then(|mut terminal| terminal.write_all(sequence.as_bytes()))
        .map_err(|error| Failure::new(format!("could not write to the terminal: {error}")).into())
}
