//! Splits a shell's text into tokens: words with their quotes and expansions, operators, and what redirections feed.
//!
//! POSIX, XCU 2.2, 2.3, 2.6 and 2.7; the additions of bash and zsh: `$'…'`, `<<<`, `<(…)`, `&>`. It expands nothing.

/// A word as it is written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Written(pub Vec<Piece>);

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Piece {
    Text(String),
    /// Quoted text: no assignment, no pattern, no reserved word.
    Quoted(String),
    /// `$NAME` or `${NAME}`.
    Variable(String, Split),
    /// `$(…)`, backticks, `<(…)`: a line of its own.
    Substitution(String),
    /// Any other expansion, as written.
    Opaque(String),
}

/// Whether an expansion may become several words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Split {
    Several,
    One,
}

/// The line is not one that a shell would run, or goes on in a next line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unreadable;

/// What the grammar sees.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Token {
    Word(Written),
    /// `&&`, `||`, `;`, `;;`, `&`, `|`, `(`, `)`, and a line's end as `;`.
    Operator(&'static str),
    /// Text that a redirection feeds; an index is filled in when its here-document has been read.
    Fed(String),
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    word: Vec<Piece>,
    /// Here-documents of this line, still to be read: the delimiter, `<<-`, and the token to be filled.
    waiting: Vec<(String, Tabs, usize)>,
    /// The next word is a redirection's file.
    target: Target,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Tabs {
    Kept,
    Stripped,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Target {
    No,
    File,
    HereString,
    HereDocument(Tabs),
}

/// The tokens of a whole text.
pub fn tokens(text: &str) -> Result<Vec<Token>, Unreadable> {
    let mut lexer = Lexer { text, at: 0, tokens: vec![], word: vec![], waiting: vec![], target: Target::No };
    lexer.run()?;
    Ok(lexer.tokens)
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn run(&mut self) -> Result<(), Unreadable> {
        while let Some(c) = self.rest().chars().next() {
            let rest = self.rest();
            match c {
                '\n' => {
                    self.end_word();
                    self.at += 1;
                    self.tokens.push(Token::Operator(";"));
                    self.documents();
                }
                c if c.is_whitespace() => {
                    self.end_word();
                    self.at += c.len_utf8();
                }
                '#' if self.word.is_empty() => {
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                '\'' => {
                    let end = rest[1..].find('\'').ok_or(Unreadable)?;
                    self.word.push(Piece::Quoted(rest[1..=end].to_owned()));
                    self.at += end + 2;
                }
                '"' => self.double_quoted()?,
                '\\' => {
                    self.at += 1;
                    match self.rest().chars().next() {
                        Some('\n') => {}
                        Some(c) => self.word.push(Piece::Quoted(c.to_string())),
                        None => return Err(Unreadable),
                    }
                    self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                }
                '$' if rest.starts_with("$'") => self.ansi_quoted()?,
                '$' if rest.starts_with("$\"") => {
                    self.at += 1;
                    self.double_quoted()?;
                }
                '$' | '`' => {
                    let piece = self.expansion(Split::Several)?;
                    self.word.push(piece);
                }
                '<' | '>' if rest[1..].starts_with('(') => {
                    let end = closing(&rest[2..]).ok_or(Unreadable)?;
                    self.word.push(Piece::Substitution(rest[2..2 + end].to_owned()));
                    self.at += 3 + end;
                }
                '<' | '>' => self.redirection(),
                '&' if rest.starts_with("&>") => {
                    self.end_word();
                    self.at += if rest.starts_with("&>>") { 3 } else { 2 };
                    self.target = Target::File;
                }
                ';' | '&' | '|' | '(' | ')' => {
                    self.end_word();
                    const OPERATORS: &[&str] = &["&&", "||", ";;", "|&", ";", "&", "|", "(", ")"];
                    let found = OPERATORS.iter().find(|operator| rest.starts_with(**operator)).ok_or(Unreadable)?;
                    self.at += found.len();
                    self.tokens.push(Token::Operator(if *found == "|&" { "|" } else { found }));
                }
                c => {
                    match self.word.last_mut() {
                        Some(Piece::Text(text)) => text.push(c),
                        Some(_) | None => self.word.push(Piece::Text(c.to_string())),
                    }
                    self.at += c.len_utf8();
                }
            }
        }
        self.end_word();
        self.documents();
        Ok(())
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = Written(std::mem::take(&mut self.word));
        match std::mem::replace(&mut self.target, Target::No) {
            Target::No => self.tokens.push(Token::Word(word)),
            Target::File => {}
            Target::HereString => self.tokens.push(Token::Fed(word.plain())),
            Target::HereDocument(tabs) => {
                self.waiting.push((word.plain(), tabs, self.tokens.len()));
                self.tokens.push(Token::Fed(String::new()));
            }
        }
    }

    fn redirection(&mut self) {
        // Digits right in front name the file descriptor.
        let descriptor = |piece: &Piece| matches!(piece, Piece::Text(text) if text.bytes().all(|b| b.is_ascii_digit()));
        if self.word.len() == 1 && descriptor(&self.word[0]) {
            self.word.clear();
        }
        self.end_word();
        const OPERATORS: &[(&str, Target)] = &[
            ("<<<", Target::HereString),
            ("<<-", Target::HereDocument(Tabs::Stripped)),
            ("<<", Target::HereDocument(Tabs::Kept)),
            ("<>", Target::File),
            ("<&", Target::File),
            (">>", Target::File),
            (">&", Target::File),
            (">|", Target::File),
            ("<", Target::File),
            (">", Target::File),
        ];
        if let Some((operator, target)) = OPERATORS.iter().find(|(operator, _)| self.rest().starts_with(operator)) {
            self.at += operator.len();
            self.target = *target;
        }
    }

    /// Reads the here-documents that the line just ended announced.
    fn documents(&mut self) {
        for (delimiter, tabs, token) in std::mem::take(&mut self.waiting) {
            let mut body = String::new();
            while self.at < self.text.len() {
                let line = self.rest().split('\n').next().unwrap_or("").to_owned();
                self.at = (self.at + line.len() + 1).min(self.text.len());
                let line = match tabs {
                    Tabs::Stripped => line.trim_start_matches('\t'),
                    Tabs::Kept => &line,
                };
                if line == delimiter {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            self.tokens[token] = Token::Fed(body);
        }
    }

    fn double_quoted(&mut self) -> Result<(), Unreadable> {
        self.at += 1;
        let mut text = String::new();
        self.word.push(Piece::Quoted(String::new()));
        loop {
            let c = self.rest().chars().next().ok_or(Unreadable)?;
            match c {
                '"' => break,
                '\\' => {
                    let next = self.rest()[1..].chars().next().ok_or(Unreadable)?;
                    match next {
                        '$' | '`' | '"' | '\\' => text.push(next),
                        '\n' => {}
                        _ => text.extend(['\\', next]),
                    }
                    self.at += 1 + next.len_utf8();
                }
                '$' | '`' => {
                    self.word.push(Piece::Quoted(std::mem::take(&mut text)));
                    let piece = self.expansion(Split::One)?;
                    self.word.push(piece);
                }
                c => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        self.at += 1;
        self.word.push(Piece::Quoted(text));
        Ok(())
    }

    /// `$'…'` (bash manual 3.1.2.4): the escapes that letters name; others are kept as they are.
    fn ansi_quoted(&mut self) -> Result<(), Unreadable> {
        self.at += 2;
        let mut text = String::new();
        loop {
            let c = self.rest().chars().next().ok_or(Unreadable)?;
            self.at += c.len_utf8();
            match c {
                '\'' => break,
                '\\' => {
                    let next = self.rest().chars().next().ok_or(Unreadable)?;
                    self.at += next.len_utf8();
                    match next {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        '\\' | '\'' | '"' => text.push(next),
                        _ => text.extend(['\\', next]),
                    }
                }
                c => text.push(c),
            }
        }
        self.word.push(Piece::Quoted(text));
        Ok(())
    }

    fn expansion(&mut self, split: Split) -> Result<Piece, Unreadable> {
        let rest = self.rest();
        if let Some(inner) = rest.strip_prefix('`') {
            let end = unescaped(inner, '`').ok_or(Unreadable)?;
            let inner = inner[..end].replace("\\`", "`");
            self.at += end + 2;
            return Ok(Piece::Substitution(inner));
        }
        if rest.starts_with("$((") {
            let end = closing(&rest[2..]).ok_or(Unreadable)?;
            let text = rest[..end + 3].to_owned();
            self.at += text.len();
            return Ok(Piece::Opaque(text));
        }
        if let Some(inner) = rest.strip_prefix("$(") {
            let end = closing(inner).ok_or(Unreadable)?;
            let inner = inner[..end].to_owned();
            self.at += end + 3;
            return Ok(Piece::Substitution(inner));
        }
        if let Some(inner) = rest.strip_prefix("${") {
            let end = inner.find('}').ok_or(Unreadable)?;
            let name = inner[..end].to_owned();
            self.at += end + 3;
            return Ok(if is_name(&name) {
                Piece::Variable(name, split)
            } else {
                Piece::Opaque(format!("${{{name}}}"))
            });
        }
        let length = rest[1..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let name = rest[1..=length].to_owned();
        if is_name(&name) {
            self.at += 1 + length;
            return Ok(Piece::Variable(name, split));
        }
        // `$1`, `$@`, `$?`, or a dollar sign alone.
        let special = rest[1..].chars().next().filter(|c| c.is_ascii_digit() || "@*#?-$!".contains(*c));
        self.at += 1 + special.map_or(0, char::len_utf8);
        Ok(match special {
            Some(c) => Piece::Opaque(format!("${c}")),
            None => Piece::Quoted("$".to_owned()),
        })
    }
}

/// The place of the parenthesis that closes what was opened before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => at += text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '\'' => at += text[at + 1..].find('\'')? + 1,
            '"' => at += unescaped(&text[at + 1..], '"')? + 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        at += c.len_utf8();
    }
    None
}

fn unescaped(text: &str, wanted: char) -> Option<usize> {
    let mut skip = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if skip => skip = false,
            '\\' => skip = true,
            c if c == wanted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether the text is a shell's name for a variable.
pub fn is_name(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl Written {
    /// The text, with expansions as they are written.
    pub fn plain(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Quoted(text) | Piece::Opaque(text) => text.clone(),
            Piece::Variable(name, _) => format!("${name}"),
            Piece::Substitution(line) => format!("$({line})"),
        };
        self.0.iter().map(text).collect()
    }

    /// The word, if it is one unquoted text: only such a word is a reserved one.
    pub fn bare(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The name and the value, if the word begins with an unquoted `NAME=`.
    pub fn assignment(&self) -> Option<(String, Written)> {
        let Some(Piece::Text(first)) = self.0.first() else { return None };
        let (name, value) = first.split_once('=')?;
        let name = name.strip_suffix('+').unwrap_or(name);
        is_name(name).then(|| {
            let mut pieces = vec![Piece::Text(value.to_owned())];
            pieces.extend(self.0[1..].iter().cloned());
            (name.to_owned(), Written(pieces))
        })
    }
}
