//! A shell line as a tree: which commands run, in what order, in which shell, fed with what.

use crate::domain::text::words::Written;

/// Commands in the order in which they run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct List(pub Vec<Step>);

/// One pipeline. Several stages, or the background, run in subshells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    pub stages: Vec<Node>,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    Foreground,
    Background,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Node {
    Simple(Simple),
    Subshell(List),
    /// The branches of a compound command, in this shell. Every one counts as run: the guard asks what *may* run.
    Group(List),
    /// A loop over words, with the name that holds each of them.
    Each(String, Vec<Written>, List),
    /// `case`: a word, and branches with the patterns that it may fit.
    Choice(Written, Vec<(Vec<Written>, List)>),
    /// A definition runs nothing until the name is called.
    Function(String, List),
    Unreadable(String),
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Simple {
    pub words: Vec<Written>,
    pub input: Option<Input>,
    /// The files that redirections write.
    pub outputs: Vec<Output>,
    /// What process substitutions run, and those in a here-document.
    pub beside: Vec<List>,
    /// Which of these read what the command prints: `>(…)`.
    pub readers: Vec<usize>,
}

/// A file that a redirection writes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Output {
    pub file: Written,
    pub takes: Takes,
}

/// What goes to a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Takes {
    /// What the command prints, in the place of what is there.
    Printed,
    /// The same, behind what is there.
    Appended,
    /// Its errors, or all that it says.
    Other,
}

/// What a redirection feeds to a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Input {
    /// A here-document or a here-string.
    Text(Written),
    File(Written),
}
