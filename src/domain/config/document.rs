//! TOML as a person wrote it, and what is wrong with it where it is none: a sentence, its place, and never a value. Pure.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use crate::domain::text::safe_text;

/// Why a text is no TOML.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Broken {
    /// Where it stands, in bytes.
    pub byte: usize,
    /// Its line, counted from one.
    pub line: usize,
    pub sentence: String,
}

/// # Errors
/// The parser's sentence in lower case, and of a key that stands twice which one and where it stands first.
pub fn read(text: &str) -> Result<Spanned<DeTable<'_>>, Broken> {
    DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let sentence = match error.message() {
            "duplicate key" => twice(text, &span),
            message => message.to_owned(),
        };
        Broken { byte: span.start, line: 1 + lines_above(text, span.start), sentence }
    })
}

fn lines_above(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

/// Which key stands twice, and where it stands first, as far as the lines above tell: those of its table, or its header's.
fn twice(text: &str, span: &Range<usize>) -> String {
    let key = safe_text::cut(text.get(span.clone()).unwrap_or_default().trim(), 60);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let here = lines_above(text, span.start);
    let own =
        |line: &str| line.split(if line.starts_with('[') { '#' } else { '=' }).next().map(|own| own.trim().to_owned());
    let Some((mine, above)) = lines.get(here).zip(lines.get(..here)) else { return format!("duplicate key `{key}`") };
    let from = match mine.starts_with('[') {
        true => 0,
        false => above.iter().rposition(|line| line.starts_with('[')).map_or(0, |header| header + 1),
    };
    match (from..here).find(|at| own(above[*at]) == own(mine)) {
        Some(first) => format!("duplicate key `{key}`, which stands in line {} already", first + 1),
        None => format!("duplicate key `{key}`"),
    }
}
