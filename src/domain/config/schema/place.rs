//! Where something stands in the configuration, and the failure that names it: file, line, subject, never what
//! stands there.

use crate::domain::config::repository::AllowedTexts;
use crate::domain::text::safe_text;
use crate::error::Failure;

/// Which of the two texts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum File {
    Main,
    Local,
}

/// A byte of one of the texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub file: File,
    pub byte: usize,
}

/// The texts, for turning a byte into a line when something is wrong there.
#[derive(Clone, Copy)]
pub(super) struct Places<'t>(pub &'t AllowedTexts);

impl Places<'_> {
    /// `.nexusenv:12`, lines counted from one.
    fn name(self, at: At) -> String {
        let text = match (at.file, &self.0.local) {
            (File::Local, Some(local)) => local,
            (File::Local, None) | (File::Main, _) => &self.0.main,
        };
        format!("{}:{}", text.file, line(&text.text, at.byte))
    }

    pub fn failure(self, at: At, sentence: impl AsRef<str>) -> Failure {
        Failure::new(format!("{}: {}", self.name(at), sentence.as_ref()))
    }
}

/// The line of a byte, counted from one.
fn line(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

/// A key or name of somebody else's text as it may stand in a message: short, and nothing in it that a terminal obeys.
pub(super) fn shown(name: &str) -> String {
    safe_text::cut(name, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_message_carries_no_control_character() {
        assert_eq!(shown("a\u{1b}[31mb"), "a�[31mb");
        assert_eq!(shown(&"x".repeat(80)).chars().count(), 61);
    }
}
