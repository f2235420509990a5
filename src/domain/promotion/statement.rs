//! The statements of a migration, as squawk's parser of PostgreSQL's SQL reads them, each with its place and the comments
//! above it. A text that is nested beyond any use is not given to the parser, whose calls are as deep as the text.

use squawk_lexer::TokenKind;
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

/// A statement up to its semicolon.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// `None` where only comments stand.
    pub node: Option<SyntaxNode>,
    /// Where its first word stands, from 1.
    pub line: usize,
    /// Its text, without the comments in front of it.
    pub text: String,
    /// The comments that stand above it, after whatever came before, without their marks.
    pub comments: Vec<String>,
}

/// Why a text cannot be read to its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// A sentence.
    pub what: String,
}

/// The statements of a file, and the first fault. The last holds only comments where some stand at the end.
pub fn read(text: &str) -> (Vec<Statement>, Option<Fault>) {
    if let Some(line) = too_deep(text) {
        let what = "it is nested too deeply to be read, so that nothing of this file is judged".to_owned();
        return (Vec::new(), Some(Fault { line, what }));
    }
    // MySQL's quotes: no PostgreSQL file has a backtick outside of a string. Each byte keeps its place.
    let parsed = SourceFile::parse(&text.replace('`', "\""));
    let fault = parsed.errors().first().map(|error| Fault {
        line: line_of(text, usize::from(error.range().start())),
        what: format!(
            "this is no SQL that PostgreSQL takes: {}",
            error.message().replace("_KW", "").replace("IDENT", "a name")
        ),
    });
    (statements_of(text, &parsed.syntax_node()), fault)
}

/// The statements alone.
pub fn statements(text: &str) -> Vec<Statement> {
    read(text).0
}

fn statements_of(text: &str, file: &SyntaxNode) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut comments = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for element in file.children_with_tokens() {
        let (start, end) = (usize::from(element.text_range().start()), usize::from(element.text_range().end()));
        if element.kind() == SyntaxKind::COMMENT {
            comments.push(bare(&text[start..end]));
        }
        let Some(node) = element.into_node().filter(|node| node.kind() != SyntaxKind::EMPTY_STMT) else { continue };
        line += text[counted..start].matches('\n').count();
        counted = start;
        let text = text[start..end].trim_end().trim_end_matches(';').trim_end().to_owned();
        all.push(Statement { node: Some(node), line, text, comments: std::mem::take(&mut comments) });
    }
    if !comments.is_empty() {
        all.push(Statement { comments, ..Statement::default() });
    }
    all
}

/// A comment without its marks.
fn bare(comment: &str) -> String {
    match comment.strip_prefix("--") {
        Some(line) => line.trim().to_owned(),
        None => comment.trim_start_matches("/*").trim_end_matches("*/").trim().to_owned(),
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// So many words may stand in parentheses in each other, and so many between two commas, with those around them.
const DEEPEST: usize = 250;
const LONGEST: usize = 4_000;

/// The line at which a text is nested deeper than any migration.
fn too_deep(text: &str) -> Option<usize> {
    // How many words stand since the last comma, for each pair of parentheses that is open.
    let mut open: Vec<usize> = vec![0];
    let (mut sum, mut at) = (0, 0);
    for token in squawk_lexer::tokenize(text) {
        let word = text.get(at..at + token.len as usize).unwrap_or_default();
        at += token.len as usize;
        let opens = matches!(token.kind, TokenKind::OpenParen | TokenKind::OpenBracket)
            || token.kind == TokenKind::Ident && ["case", "begin"].iter().any(|name| word.eq_ignore_ascii_case(name));
        let closes = matches!(token.kind, TokenKind::CloseParen | TokenKind::CloseBracket)
            || token.kind == TokenKind::Ident && word.eq_ignore_ascii_case("end");
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => continue,
            // The semicolons in the body of a function end no statement.
            TokenKind::Semi if open.len() == 1 => (open, sum) = (vec![0], 0),
            TokenKind::Semi | TokenKind::Comma => sum -= open.last_mut().map_or(0, std::mem::take),
            _ => {
                sum += 1;
                open.last_mut().into_iter().for_each(|words| *words += 1);
            }
        }
        if opens {
            open.push(0);
        } else if closes && open.len() > 1 {
            sum -= open.pop().unwrap_or_default();
        }
        if open.len() > DEEPEST || sum > LONGEST {
            return Some(line_of(text, at));
        }
    }
    None
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

    #[track_caller]
    fn faulty(text: &str, expected: Option<(usize, &str)>) {
        let fault = read(text).1;
        assert_eq!(fault.as_ref().map(|fault| (fault.line, fault.what.as_str())), expected, "{text:?}");
    }

    #[test]
    fn what_is_no_sql_is_said() {
        faulty("SELECT 1;\nCREATE TABLE a (id int);", None);
        faulty(
            "SELECT 1;\n\nFOO;\nDROP TABLE a;",
            Some((3, "this is no SQL that PostgreSQL takes: expected command, found a name")),
        );
        faulty(
            "SELECT 'a",
            Some((
                1,
                "this is no SQL that PostgreSQL takes: Missing trailing `'` symbol to terminate the string literal",
            )),
        );
    }

    #[test]
    fn what_is_nested_beyond_use_is_not_read() {
        let deep = "it is nested too deeply to be read, so that nothing of this file is judged";
        for text in ["(", "[", "CASE WHEN ", "NOT ", "- ", "a.", "SELECT (", "f(1, ", "1 + f(1, 2) + "] {
            faulty(&format!("SELECT 1;\nSELECT {}", text.repeat(100_000)), Some((2, deep)));
        }
        let row = "(1, 'a', now(), CASE WHEN true THEN 1 END)";
        faulty(&format!("INSERT INTO t VALUES {}", vec![row; 10_000].join(",\n")), None);
        faulty(&"UPDATE t SET a = (b + 1) WHERE c = 2;\n".repeat(10_000), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,60}|((DROP|'|\"|\\$|\\$\\$|\\$a\\$|/\\*|\\*/|--|;|E'|\\\\|\n|é| ){0,30})") {
            let _ = statements(&text);
        }
    }
}
