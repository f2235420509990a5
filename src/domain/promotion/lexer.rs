//! PostgreSQL's lexical rules (manual, 4.1), with the place of each token: strings of all kinds, quoted names, nested
//! comments, dollar quotes. `sql` reads any client's text leniently and keeps no place; a migration is PostgreSQL's alone, and
//! what is said of it names the line.

/// What one token is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Token {
    /// A name or key word as the server folds it: in small letters unless it was quoted.
    Word(String),
    /// A name in double quotes, which is never a key word.
    Name(String),
    Text(String),
    /// What stands between two `$tag$`.
    Body(String),
    Number(String),
    Symbol(char),
}

/// A statement up to its semicolon.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Statement {
    pub tokens: Vec<Token>,
    /// Where its first token stands, from 1.
    pub line: usize,
    /// Its text, without the comments in front of it.
    pub text: String,
    /// The comments that stand above it, after whatever came before, without their marks.
    pub comments: Vec<String>,
}

/// The statements of a file. The last holds only comments where some stand at the end.
pub fn statements(text: &str) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut open = Open::default();
    let mut at = 0;
    let mut line = 1;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = match c {
            ';' if open.depth == 0 => {
                all.extend(open.close(text, at));
                at += 1;
                continue;
            }
            '-' if rest.starts_with("--") => {
                let length = rest.find('\n').unwrap_or(rest.len());
                open.comment(rest[2..length].trim());
                (None, length)
            }
            '/' if rest.starts_with("/*") => {
                let length = comment(rest);
                open.comment(rest[2..length].trim_end_matches("*/").trim());
                (None, length)
            }
            '\'' => {
                let (inside, length) = quoted(rest, '\'', Escapes::None);
                (Some(Token::Text(inside)), length)
            }
            'e' | 'E' if rest[1..].starts_with('\'') => {
                let (inside, length) = quoted(&rest[1..], '\'', Escapes::Backslash);
                (Some(Token::Text(inside)), length + 1)
            }
            'b' | 'B' | 'x' | 'X' | 'n' | 'N' if rest[1..].starts_with('\'') => {
                let (inside, length) = quoted(&rest[1..], '\'', Escapes::None);
                (Some(Token::Text(inside)), length + 1)
            }
            // MySQL's quotes: no PostgreSQL file has a backtick outside of a string.
            '"' | '`' => {
                let (inside, length) = quoted(rest, c, Escapes::None);
                (Some(Token::Name(inside)), length)
            }
            '$' => match dollar(rest) {
                Some((body, length)) => (Some(Token::Body(body.to_owned())), length),
                None => (Some(Token::Symbol('$')), 1),
            },
            c if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
                (Some(Token::Word(rest[..length].to_ascii_lowercase())), length)
            }
            c if c.is_ascii_digit() => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
                (Some(Token::Number(rest[..length].to_owned())), length)
            }
            c if c.is_whitespace() => (None, c.len_utf8()),
            c => (Some(Token::Symbol(c)), c.len_utf8()),
        };
        if let Some(token) = token {
            open.push(token, at, line);
        }
        line += rest[..length].matches('\n').count();
        at += length;
    }
    all.extend(open.close(text, text.len()));
    all
}

#[derive(Default)]
struct Open {
    found: Statement,
    start: Option<usize>,
    /// How many `END` a `BEGIN ATOMIC` waits for: the semicolons of a function's body end no statement.
    depth: usize,
}

impl Open {
    fn push(&mut self, token: Token, at: usize, line: usize) {
        if self.start.is_none() {
            self.start = Some(at);
            self.found.line = line;
        }
        if let Token::Word(word) = &token {
            let begun = matches!(self.found.tokens.last(), Some(Token::Word(before)) if before == "begin");
            match word.as_str() {
                "atomic" if begun => self.depth = 1,
                "case" if self.depth > 0 => self.depth += 1,
                "end" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.found.tokens.push(token);
    }

    fn comment(&mut self, text: &str) {
        if self.start.is_none() {
            self.found.comments.push(text.to_owned());
        }
    }

    fn close(&mut self, text: &str, end: usize) -> Option<Statement> {
        self.depth = 0;
        let start = self.start.take();
        let mut found = std::mem::take(&mut self.found);
        if let Some(start) = start {
            found.text = text[start..end].trim_end().to_owned();
        }
        (start.is_some() || !found.comments.is_empty()).then_some(found)
    }
}

fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(c) = text[at..].chars().next() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += c.len_utf8();
        }
    }
    at
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Escapes {
    None,
    Backslash,
}

/// What stands between the quotes, and how long it is with them. A doubled quote is one.
fn quoted(text: &str, quote: char, escapes: Escapes) -> (String, usize) {
    let mut inside = String::new();
    let mut rest = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = rest.next() {
        if c == quote {
            if rest.next_if(|(_, next)| *next == quote).is_none() {
                return (inside, at + 1);
            }
            inside.push(c);
        } else if c == '\\' && escapes == Escapes::Backslash {
            inside.extend(rest.next().map(|(_, c)| c));
        } else {
            inside.push(c);
        }
    }
    (inside, text.len())
}

/// `$$…$$` or `$tag$…$tag$`, and its length; one that never ends goes to the end of the text.
fn dollar(text: &str) -> Option<(&str, usize)> {
    let tag = text[1..].find('$').map(|end| &text[..end + 2])?;
    let name = &tag[1..tag.len() - 1];
    if !name.chars().all(|c| c.is_alphanumeric() || c == '_') || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let body = &text[tag.len()..];
    Some(match body.find(tag) {
        Some(end) => (&body[..end], tag.len() * 2 + end),
        None => (body, text.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str)]) {
        let found = statements(text);
        let shown: Vec<(usize, &str)> = found.iter().map(|one| (one.line, one.text.as_str())).collect();
        assert_eq!(shown, expected, "{text:?}");
    }

    #[test]
    fn a_semicolon_in_quotes_ends_nothing() {
        check("SELECT 1;\n-- two; here\nSELECT 'a;b'", &[(1, "SELECT 1"), (3, "SELECT 'a;b'")]);
        check("SELECT E'it\\';s'; SELECT 2", &[(1, "SELECT E'it\\';s'"), (1, "SELECT 2")]);
        check("DO $$ BEGIN x; y; END $$;\nSELECT 2;", &[(1, "DO $$ BEGIN x; y; END $$"), (2, "SELECT 2")]);
        check("/* a; /* b; */ c; */ SELECT \"x;y\";", &[(1, "SELECT \"x;y\"")]);
        check("SELECT $1, $2; SELECT 'it''s; x'", &[(1, "SELECT $1, $2"), (1, "SELECT 'it''s; x'")]);
        check(" ;; \n", &[]);
    }

    #[test]
    fn the_body_of_a_function_is_one_statement() {
        let body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END";
        check(&format!("{body};\nSELECT 2;"), &[(1, body), (2, "SELECT 2")]);
        check("BEGIN; SELECT 1; END; SELECT 2", &[(1, "BEGIN"), (1, "SELECT 1"), (1, "END"), (1, "SELECT 2")]);
    }

    #[test]
    fn comments_belong_to_the_statement_below_them() {
        let found = statements("-- CreateTable\nCREATE TABLE a (); -- after\n/* one */\n-- two\nDROP TABLE a;\n-- end");
        let comments: Vec<Vec<&str>> =
            found.iter().map(|one| one.comments.iter().map(String::as_str).collect()).collect();
        assert_eq!(comments, [vec!["CreateTable"], vec!["after", "one", "two"], vec!["end"]]);
    }

    #[test]
    fn words_are_folded_and_names_are_not() {
        let found = statements("Drop Table \"Invoice\", Other");
        let word = |text: &str| Token::Word(text.to_owned());
        let name = Token::Name("Invoice".to_owned());
        assert_eq!(found[0].tokens, [word("drop"), word("table"), name, Token::Symbol(','), word("other")]);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,60}|((DROP|'|\"|\\$|\\$\\$|\\$a\\$|/\\*|\\*/|--|;|E'|\\\\|\n|é| ){0,30})") {
            let _ = statements(&text);
        }
    }
}
