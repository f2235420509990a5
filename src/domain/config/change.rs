//! What changed in a text that was trusted before, as a person is shown it: lines that came and went, and nothing in
//! them that a terminal obeys or an eye cannot see.

use crate::domain::text::look_alike::marked;
use crate::domain::text::safe_text;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The lines that differ in one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// `.nexusenv` or `.nexusenv.local`.
    pub file: &'static str,
    /// `+ …` and `- …`, each whole.
    pub lines: Vec<String>,
}

impl Change {
    /// `None` where the bytes are the same. `old` is `None` where there was no such file.
    pub fn between(file: &'static str, old: Option<&[u8]>, new: &[u8]) -> Option<Change> {
        if old == Some(new) {
            return None;
        }
        let (old, new) = (String::from_utf8_lossy(old.unwrap_or_default()), String::from_utf8_lossy(new));
        let mut lines = Vec::new();
        differ(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>(), &mut |sign, line| {
            lines.push(format!("{sign} {}", marked(line)));
        });
        if lines.is_empty() {
            lines.push("only line ends differ".to_owned());
        }
        Some(Change { file, lines })
    }

    /// The first lines, cut, for a prompt, where what changed is said and not yet trusted.
    pub fn in_short(&self) -> Vec<String> {
        const SHOWN: usize = 20;
        let mut lines: Vec<String> = self.lines.iter().take(SHOWN).map(|line| safe_text::cut(line, 160)).collect();
        match self.lines.len().saturating_sub(SHOWN) {
            0 => {}
            1 => lines.push("… and 1 line more".to_owned()),
            more => lines.push(format!("… and {more} lines more")),
        }
        lines
    }
}

/// Comparing takes the square of what differs, so above this many lines everything between the first and the last
/// difference counts as changed.
const COMPARED: usize = 2_000;

fn differ(old: &[&str], new: &[&str], tell: &mut impl FnMut(char, &str)) {
    let before = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[before..], &new[before..]);
    let after = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[..old.len() - after], &new[..new.len() - after]);
    let changes = if old.len().max(new.len()) > COMPARED {
        vec![DiffOp::Replace { old_index: 0, old_len: old.len(), new_index: 0, new_len: new.len() }]
    } else {
        capture_diff_slices(Algorithm::Myers, old, new)
    };
    for change in changes.iter().filter(|change| !matches!(change, DiffOp::Equal { .. })) {
        old[change.old_range()].iter().for_each(|line| tell('-', line));
        new[change.new_range()].iter().for_each(|line| tell('+', line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(old: Option<&str>, new: &str, expected: &[&str]) {
        let change = Change::between(".nexusenv", old.map(str::as_bytes), new.as_bytes());
        assert_eq!(change.map(|change| change.lines).unwrap_or_default(), expected);
    }

    #[test]
    fn shows_the_lines_that_came_and_went() {
        check(Some("a\nb\nc\n"), "a\nb\nc\n", &[]);
        check(Some("a\nb\nc\n"), "a\nx\nc\nd\n", &["- b", "+ x", "+ d"]);
        check(None, "a\nb", &["+ a", "+ b"]);
        check(Some("a\n"), "", &["- a"]);
        check(Some("a\n"), "a\r\n", &["only line ends differ"]);
        check(Some("a"), "a\n", &["only line ends differ"]);
    }

    #[test]
    fn nothing_in_it_reaches_the_terminal_as_a_command() {
        check(Some(""), "a\u{1b}[2K\r\u{202e}b\tc\u{9b}", &["+ a‹U+001B›[2K‹U+000D›‹U+202E›b c‹U+009B›"]);
        check(Some("a"), "a\u{200b}", &["- a", "+ a‹U+200B›"]);
    }

    #[test]
    fn a_change_is_whole_and_short_at_a_prompt() {
        let new: String = (0..30).map(|n| format!("{n}{}\n", "x".repeat(300))).collect();
        let change = Change::between(".nexusenv", Some(b""), new.as_bytes()).unwrap();
        assert!(change.lines.len() == 30 && change.lines[29].len() == 304);
        let short = change.in_short();
        assert_eq!((short.len(), short[20].as_str()), (21, "… and 10 lines more"));
        assert_eq!(short[0].chars().count(), 161);
    }

    #[test]
    fn a_huge_change_is_told_without_comparing_each_line() {
        let text = |word: &str| (0..200_000).map(|n| format!("{word}{n}\n")).collect::<String>();
        let change = Change::between(".nexusenv", Some(text("a").as_bytes()), text("b").as_bytes()).unwrap();
        assert_eq!(change.lines.len(), 400_000);
    }

    proptest! {
        #[test]
        fn shows_no_control_character_of_any_bytes(old in any::<Vec<u8>>(), new in any::<Vec<u8>>()) {
            for line in Change::between(".nexusenv", Some(&old), &new).iter().flat_map(|change| &change.lines) {
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
