//! The tokens of a statement, read from its front: names, lists, parentheses, and whether a `WHERE` says something.

use super::{Condition, Object};
use crate::domain::promotion::lexer::Token;

/// The tokens that are still to be read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub tokens: &'a [Token],
}

impl<'a> Cursor<'a> {
    pub fn is(&self, words: &[&str]) -> bool {
        self.tokens.len() >= words.len()
            && words.iter().zip(self.tokens).all(|(word, token)| matches!(token, Token::Word(found) if found == word))
    }

    pub fn skip(&mut self, words: &[&str]) -> bool {
        let fits = self.is(words);
        if fits {
            self.tokens = &self.tokens[words.len()..];
        }
        fits
    }

    pub fn symbol(&mut self, symbol: char) -> bool {
        let fits = self.tokens.first() == Some(&Token::Symbol(symbol));
        if fits {
            self.tokens = &self.tokens[1..];
        }
        fits
    }

    pub fn holds(&self, word: &str) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Word(found) if found == word))
    }

    pub fn name(&mut self) -> Option<String> {
        let (Token::Word(name) | Token::Name(name)) = self.tokens.first()? else { return None };
        self.tokens = &self.tokens[1..];
        Some(name.clone())
    }

    pub fn text(&mut self) -> Option<String> {
        let Token::Text(text) = self.tokens.first()? else { return None };
        self.tokens = &self.tokens[1..];
        Some(text.clone())
    }

    /// `table`, `schema.table`, `database.schema.table`.
    pub fn object(&mut self) -> Option<Object> {
        let mut object = Object { schema: None, name: self.name()? };
        while self.symbol('.') {
            object = Object { schema: Some(object.name), name: self.name()? };
        }
        self.symbol('*');
        Some(object)
    }

    /// A list of objects, `IF EXISTS` and `ONLY` left out.
    pub fn objects(&mut self) -> Vec<Object> {
        self.skip(&["if", "exists"]);
        let mut found = Vec::new();
        loop {
            self.skip(&["only"]);
            found.extend(self.object());
            if !self.symbol(',') {
                return found;
            }
        }
    }

    /// The plain columns between parentheses; none where one of them is an expression.
    pub fn columns(&mut self) -> Vec<String> {
        let inside = self.parenthesis();
        let mut found = Vec::new();
        for part in split(inside) {
            match part {
                [Token::Word(name) | Token::Name(name), rest @ ..]
                    if rest.iter().all(|token| matches!(token, Token::Word(_) | Token::Name(_))) =>
                {
                    found.push(name.clone());
                }
                _ => return Vec::new(),
            }
        }
        found
    }

    /// What stands in the parentheses that begin here.
    pub fn parenthesis(&mut self) -> &'a [Token] {
        if self.tokens.first() != Some(&Token::Symbol('(')) {
            return &[];
        }
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Symbol('(') => depth += 1,
                Token::Symbol(')') => depth -= 1,
                Token::Word(_) | Token::Name(_) | Token::Text(_) | Token::Body(_) => {}
                Token::Number(_) | Token::Symbol(_) => {}
            }
            if depth == 0 {
                let inside = &self.tokens[1..at];
                self.tokens = &self.tokens[at + 1..];
                return inside;
            }
        }
        std::mem::take(&mut self.tokens).get(1..).unwrap_or_default()
    }

    /// Of `DELETE` or `UPDATE`: whether a `WHERE` at this level says something.
    pub fn condition(&self) -> Condition {
        let mut depth = 0_i32;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Symbol('(') => depth += 1,
                Token::Symbol(')') => depth -= 1,
                Token::Word(word) if word == "where" && depth == 0 => {
                    let always = match &self.tokens[at + 1..] {
                        [Token::Word(word)] => word == "true",
                        [Token::Number(a), Token::Symbol('='), Token::Number(b)] => a == b,
                        [Token::Word(word), Token::Word(next), ..] if word == "true" => next == "returning",
                        _ => false,
                    };
                    return if always { Condition::None } else { Condition::Given };
                }
                Token::Word(_) | Token::Name(_) | Token::Text(_) | Token::Body(_) => {}
                Token::Number(_) | Token::Symbol(_) => {}
            }
            if depth < 0 {
                break;
            }
        }
        Condition::None
    }
}

/// The parts between commas that stand in no parentheses.
pub(super) fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(' | '[') => depth += 1,
            Token::Symbol(')' | ']') => depth -= 1,
            Token::Symbol(',') if depth == 0 => {
                parts.push(&tokens[start..at]);
                start = at + 1;
            }
            Token::Word(_) | Token::Name(_) | Token::Text(_) | Token::Body(_) => {}
            Token::Number(_) | Token::Symbol(_) => {}
        }
    }
    if start < tokens.len() {
        parts.push(&tokens[start..]);
    }
    parts
}
