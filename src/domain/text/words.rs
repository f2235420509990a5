//! A shell's word as it is written: its text, its quotes, and what the shell would put in. Nothing is expanded here; what is
//! not a literal stays marked, so that whoever reads on knows what is unknown.

use brush_parser::ParserOptions;
use brush_parser::word::{self, Parameter, ParameterExpr, SpecialParameter, TildeExpr, WordPiece, WordPieceWithSource};

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
    /// `${NAME:-WORD}`: the word where the variable is empty or not set.
    Default(String, Written, Split),
    /// `$1`; `None` stands for all of them, `$@` and `$*`.
    Argument(Option<u32>, Split),
    /// `$(…)` and backticks: a line of its own.
    Substitution(String, Split),
    /// Any other expansion, as written.
    Opaque(String),
}

/// Whether an expansion may become several words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Split {
    Several,
    One,
}

/// Reads one word. What the parser cannot make out is opaque.
pub fn written(text: &str) -> Written {
    match word::parse(text, &ParserOptions::default()) {
        Ok(pieces) => {
            let mut found = Vec::new();
            take(&pieces, text, Split::Several, &mut found);
            Written(found)
        }
        Err(_) => Written(vec![Piece::Opaque(text.to_owned())]),
    }
}

/// Reads the text of a here-document whose end is not quoted: expansions count in it, quotes do not.
pub fn here_document(text: &str) -> Written {
    let mut found = Vec::new();
    match word::parse_heredoc(text, &ParserOptions::default()) {
        Ok(pieces) => take(&pieces, text, Split::One, &mut found),
        Err(_) => found.push(Piece::Quoted(text.to_owned())),
    }
    Written(found)
}

fn take(pieces: &[WordPieceWithSource], whole: &str, split: Split, found: &mut Vec<Piece>) {
    for piece in pieces {
        let opaque = || Piece::Opaque(whole.get(piece.start_index..piece.end_index).unwrap_or_default().to_owned());
        match &piece.piece {
            WordPiece::Text(text) => found.push(match split {
                Split::Several => Piece::Text(text.clone()),
                Split::One => Piece::Quoted(text.clone()),
            }),
            WordPiece::SingleQuotedText(text) => found.push(Piece::Quoted(text.clone())),
            WordPiece::AnsiCQuotedText(text) => found.push(Piece::Quoted(escaped(text))),
            WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                found.push(Piece::Quoted(String::new()));
                take(inner, whole, Split::One, found);
            }
            WordPiece::EscapeSequence(text) => {
                let escaped = text.strip_prefix('\\').unwrap_or(text);
                found.push(Piece::Quoted(escaped.trim_start_matches('\n').to_owned()));
            }
            WordPiece::TildeExpansion(TildeExpr::Home) => found.push(Piece::Text("~".to_owned())),
            WordPiece::TildeExpansion(_) | WordPiece::ArithmeticExpression(_) => found.push(opaque()),
            WordPiece::CommandSubstitution(line) => found.push(Piece::Substitution(line.clone(), split)),
            WordPiece::BackquotedCommandSubstitution(line) => {
                found.push(Piece::Substitution(line.replace("\\`", "`"), split));
            }
            WordPiece::ParameterExpansion(expression) => {
                found.push(parameter(expression, split).unwrap_or_else(opaque));
            }
        }
    }
}

fn parameter(expression: &ParameterExpr, split: Split) -> Option<Piece> {
    let of = |parameter: &Parameter| match parameter {
        Parameter::Named(name) => Some(Piece::Variable(name.clone(), split)),
        Parameter::NamedWithAllIndices { name, .. } => Some(Piece::Variable(name.clone(), Split::Several)),
        Parameter::Positional(number) => Some(Piece::Argument(Some(*number), split)),
        Parameter::Special(SpecialParameter::AllPositionalParameters { concatenate }) => {
            let split = if *concatenate { split } else { Split::Several };
            Some(Piece::Argument(None, split))
        }
        Parameter::Special(_) | Parameter::NamedWithIndex { .. } => None,
    };
    match expression {
        ParameterExpr::Parameter { parameter, indirect: false } => of(parameter),
        ParameterExpr::UseDefaultValues { parameter, indirect: false, default_value: Some(word), .. }
        | ParameterExpr::AssignDefaultValues { parameter, indirect: false, default_value: Some(word), .. } => {
            match parameter {
                Parameter::Named(name) => Some(Piece::Default(name.clone(), written(word), split)),
                // An argument is not known in most places, so its default is what may be meant.
                Parameter::Positional(_) => Some(Piece::Default(String::new(), written(word), split)),
                Parameter::Special(_) | Parameter::NamedWithIndex { .. } | Parameter::NamedWithAllIndices { .. } => {
                    None
                }
            }
        }
        // `${X?message}` is the variable, or the end of the line.
        ParameterExpr::IndicateErrorIfNullOrUnset { parameter, indirect: false, .. } => of(parameter),
        _ => None,
    }
}

/// The escapes of `$'…'` (bash manual 3.1.2.4), which `printf` has as well.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let mut number = |radix: u32, most: usize| {
            let mut digits = String::new();
            while digits.len() < most && rest.peek().is_some_and(|c| c.is_digit(radix)) {
                digits.extend(rest.next());
            }
            u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
        };
        match number(8, 3) {
            Some(c) => out.push(c),
            None => match rest.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(kind @ ('x' | 'u' | 'U')) => {
                    let most = if kind == 'x' { 2 } else { 8 };
                    let mut digits = String::new();
                    while digits.len() < most && rest.peek().is_some_and(char::is_ascii_hexdigit) {
                        digits.extend(rest.next());
                    }
                    out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                }
                Some(c @ ('\\' | '\'' | '"' | '?')) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
        }
    }
    out
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
            Piece::Default(name, word, _) => format!("${{{name}:-{}}}", word.plain()),
            Piece::Argument(Some(number), _) => format!("${number}"),
            Piece::Argument(None, _) => "$@".to_owned(),
            Piece::Substitution(line, _) => format!("$({line})"),
        };
        self.0.iter().map(text).collect()
    }

    /// The name and the value, if the word begins with an unquoted `NAME=`.
    pub fn assignment(&self) -> Option<(String, Written)> {
        let Some(Piece::Text(first)) = self.0.first() else { return None };
        let (name, value) = first.split_once('=')?;
        let (name, before) = match name.strip_suffix('+') {
            // `NAME+=VALUE` goes behind what is there.
            Some(name) => (name, Some(Piece::Variable(name.to_owned(), Split::One))),
            None => (name, None),
        };
        is_name(name).then(|| {
            let mut pieces: Vec<Piece> = before.into_iter().chain([Piece::Text(value.to_owned())]).collect();
            pieces.extend(self.0[1..].iter().cloned());
            (name.to_owned(), Written(pieces))
        })
    }

    /// The lines that its substitutions run, with those inside of other expansions.
    pub fn lines(&self) -> Vec<String> {
        let inside = |text: &str| {
            let start = text.find(['$', '`']).filter(|_| text.contains("$(") || text.contains('`'));
            start.map(|_| {
                let arithmetic = text.strip_prefix("$((").and_then(|text| text.strip_suffix("))"));
                let body = arithmetic.unwrap_or_else(|| text.trim_start_matches("${").trim_end_matches('}'));
                let from = body.find(['$', '`']).unwrap_or(0);
                written(&body[from..]).lines_of_substitutions()
            })
        };
        self.0
            .iter()
            .flat_map(|piece| match piece {
                Piece::Substitution(line, _) => vec![line.clone()],
                Piece::Default(_, word, _) => word.lines(),
                Piece::Opaque(text) => inside(text).unwrap_or_default(),
                Piece::Text(_) | Piece::Quoted(_) | Piece::Variable(..) | Piece::Argument(..) => Vec::new(),
            })
            .collect()
    }

    fn lines_of_substitutions(&self) -> Vec<String> {
        let line = |piece: &Piece| match piece {
            Piece::Substitution(line, _) => Some(line.clone()),
            Piece::Text(_) | Piece::Quoted(_) | Piece::Variable(..) => None,
            Piece::Default(..) | Piece::Argument(..) | Piece::Opaque(_) => None,
        };
        self.0.iter().filter_map(line).collect()
    }
}
