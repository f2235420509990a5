//! Splits a shell line into simple commands: quotes, lists, pipelines, subshells, here-documents, comments, compound
//! commands. It expands nothing; what is not a literal stays marked, so that whoever reads on knows what is unknown.
//!
//! POSIX, XCU 2.3 (tokens), 2.9 and 2.10 (grammar), with the additions of bash, zsh and fish that people type. Compound
//! commands are flattened: every branch counts as run, since the guard asks what *may* run.

pub use super::token::{Piece, Split, Unreadable, Written, is_name};
use super::token::{Token, tokens};

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
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Simple {
    pub words: Vec<Written>,
    /// What a here-document or a here-string feeds to it.
    pub fed: Option<String>,
}

/// Reads a whole line, or several.
pub fn read(text: &str) -> Result<List, Unreadable> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let list = parser.list(End::Line)?;
    if parser.at == tokens.len() { Ok(list) } else { Err(Unreadable) }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: u8,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum End {
    Line,
    Parenthesis,
}

/// Words at a command's place that only frame other commands.
const FRAME: &[&str] = &[
    "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "!", "{", "}", "esac", "and", "or", "not",
    "begin", "end", "coproc",
];

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, operator: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Operator(found)) if *found == operator);
        self.at += usize::from(there);
        there
    }

    fn list(&mut self, end: End) -> Result<List, Unreadable> {
        self.depth += 1;
        if self.depth > 40 {
            return Err(Unreadable);
        }
        let mut steps = Vec::new();
        loop {
            while self.eat(";") || self.eat(";;") || self.eat("&&") || self.eat("||") {}
            match self.peek() {
                None if end == End::Line => break,
                None => return Err(Unreadable),
                Some(Token::Operator(")")) if end == End::Parenthesis => break,
                Some(_) => {}
            }
            let mut stages = self.stage()?;
            while self.eat("|") {
                while self.eat(";") {}
                stages.extend(self.stage()?);
            }
            let place = if self.eat("&") { Place::Background } else { Place::Foreground };
            if !stages.is_empty() {
                steps.push(Step { stages, place });
            }
        }
        self.depth -= 1;
        Ok(List(steps))
    }

    /// One stage of a pipeline; none where words only frame others.
    fn stage(&mut self) -> Result<Vec<Node>, Unreadable> {
        let mut simple = Simple::default();
        loop {
            match self.peek() {
                Some(Token::Word(word)) => {
                    let timed = |word: &Written| matches!(word.bare(), Some("time" | "-p"));
                    let bare = word.bare().filter(|_| simple.words.iter().all(timed));
                    self.at += 1;
                    match bare {
                        Some(frame) if FRAME.contains(&frame) => {}
                        Some("for" | "select" | "foreach") => self.skip_to_body(),
                        Some("case" | "switch") => self.skip_case_head(),
                        Some("function") => self.at += usize::from(matches!(self.peek(), Some(Token::Word(_)))),
                        Some("[[") => self.skip_condition(),
                        Some(_) | None => simple.words.push(word.clone()),
                    }
                }
                Some(Token::Fed(text)) => {
                    simple.fed = Some(text.clone());
                    self.at += 1;
                }
                Some(Token::Operator("(")) => {
                    self.at += 1;
                    match simple.words.as_slice() {
                        [] => {
                            let list = self.list(End::Parenthesis)?;
                            if !self.eat(")") {
                                return Err(Unreadable);
                            }
                            return Ok(vec![Node::Subshell(list)]);
                        }
                        // `name() …`: what follows is the body.
                        [_] if self.eat(")") => simple.words.clear(),
                        // An array: `NAME=(…)`.
                        [.., last] if last.plain().ends_with('=') => {
                            while !self.eat(")") {
                                self.peek().ok_or(Unreadable)?;
                                self.at += 1;
                            }
                        }
                        // `time ( … )`; a qualifier of zsh's patterns reads as a harmless command.
                        _ => {
                            let list = self.list(End::Parenthesis)?;
                            if !self.eat(")") {
                                return Err(Unreadable);
                            }
                            return Ok(vec![Node::Simple(simple), Node::Subshell(list)]);
                        }
                    }
                }
                // The end of a pattern in `case`: its words name no command.
                Some(Token::Operator(")")) if !simple.words.is_empty() && self.depth == 1 => {
                    self.at += 1;
                    simple.words.clear();
                }
                Some(Token::Operator(_)) | None => break,
            }
        }
        if simple.words.is_empty() && simple.fed.is_none() {
            // An operator with nothing before it: `; ;` was eaten, so this is `)` or `|` or `&` out of place.
            match self.peek() {
                Some(Token::Operator(")" | "|" | "&")) if self.depth == 1 => {
                    self.at += 1;
                }
                Some(_) | None => {}
            }
            return Ok(vec![]);
        }
        Ok(vec![Node::Simple(simple)])
    }

    /// `for NAME in WORDS`: up to `do` or the end of the line.
    fn skip_to_body(&mut self) {
        while let Some(Token::Word(word)) = self.peek() {
            self.at += 1;
            if word.bare() == Some("do") {
                break;
            }
        }
    }

    /// `case WORD in`, and its first pattern.
    fn skip_case_head(&mut self) {
        while let Some(Token::Word(word)) = self.peek() {
            self.at += 1;
            if word.bare() == Some("in") {
                break;
            }
        }
    }

    fn skip_condition(&mut self) {
        while let Some(token) = self.peek() {
            let end = matches!(token, Token::Word(word) if word.bare() == Some("]]"));
            self.at += 1;
            if end {
                break;
            }
        }
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
