//! One word that a command will get, and how a message may show it.

use std::fmt;

use crate::domain::target::url::DatabaseUrl;

/// One word that a command will get.
#[derive(Clone, Eq, PartialEq)]
pub struct Word {
    pub text: String,
    pub sure: Sure,
}

/// Whether the word is known before the line runs. An unsure one holds expansions as they are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sure {
    Yes,
    No,
}

impl Word {
    pub fn sure(text: &str) -> Self {
        Word { text: text.to_owned(), sure: Sure::Yes }
    }

    pub fn unsure(text: &str) -> Self {
        Word { text: text.to_owned(), sure: Sure::No }
    }

    /// The name of a program, wherever its file is.
    pub fn base(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or(&self.text)
    }
}

/// Variables were replaced in it, so it may be a password.
impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Word({} bytes, {:?})", self.text.len(), self.sure)
    }
}

/// The first words of a command, for a message.
pub fn said(words: &[Word]) -> String {
    words.iter().take(3).map(|word| shown(&word.text)).collect::<Vec<_>>().join(" ")
}

/// A word of an unknown program as a message may show it: a URL without its password, no value behind a `=`.
fn shown(word: &str) -> String {
    if word.contains("://") {
        return DatabaseUrl::parse(word).map_or_else(|| "•••".to_owned(), |url| url.to_string());
    }
    match word.split_once('=') {
        Some((name, value)) if !value.is_empty() => format!("{name}=•••"),
        Some(_) | None => word.to_owned(),
    }
}
