//! What another program hands over on stdin: all of it, up to a limit. It waits for no person.

use std::io::{IsTerminal, Read};

/// A tool call of a coding agent holds a command or the content of a file; 16 MiB in bytes.
const LONGEST: u64 = 16 << 20;

/// The text, with what is no UTF-8 replaced; what lies beyond the limit is missing. `None` where stdin is a terminal.
pub fn text() -> Option<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return None;
    }
    let mut bytes = Vec::new();
    // What was read before an error is better than nothing.
    let _ = stdin.lock().take(LONGEST).read_to_end(&mut bytes);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
