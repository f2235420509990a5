//! The one error a user sees: a sentence, a hint that can be typed, and an exit status. It knows nobody.

use std::fmt;

/// Exit statuses that scripts rely on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// The command could not do its work.
    Failed = 1,
    /// The words typed make no command.
    Usage = 2,
    /// The guard said no.
    Blocked = 3,
    /// The guard would ask (`guard check` only).
    WouldAsk = 4,
}

/// What the program exits with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Status(pub u8);

impl Status {
    pub const DONE: Status = Status(0);
}

impl From<u8> for Status {
    fn from(code: u8) -> Self {
        Status(code)
    }
}

/// A failure as the person reads it. `message` is lowercase, without a full stop, names its subject in backticks
/// and the file and line if there is one; `hint` is what to type next. Neither ever holds a part of a secret.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    pub hint: Option<String>,
    pub exit: Exit,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), hint: None, exit: Exit::Failed }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// What every fallible function of the edge and the commands returns. Where code branches on the kind of an error,
/// the file that raises it has an enum of its own.
pub type Result<T, E = anyhow::Error> = std::result::Result<T, E>;

/// The sentence and the hint of any error: contexts joined by colons, outermost first, and the innermost hint.
pub fn told(error: &anyhow::Error) -> (String, Option<String>, Exit) {
    let sentence = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    match error.chain().find_map(|cause| cause.downcast_ref::<Failure>()) {
        Some(failure) => (sentence, failure.hint.clone(), failure.exit),
        None => (sentence, None, Exit::Failed),
    }
}
