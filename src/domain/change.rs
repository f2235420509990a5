//! What changed in a text that was trusted before, as a person is shown it: lines that came and went, and nothing in
//! them that a terminal obeys or an eye cannot see.

use super::safe_text;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The lines that differ in one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// `.nexusenv` or `.nexusenv.local`.
    pub file: &'static str,
    /// `+ …` and `- …`, at most [`Change::SHOWN`].
    pub lines: Vec<String>,
    /// How many lines more there are.
    pub more: usize,
}

impl Change {
    pub const SHOWN: usize = 20;

    /// `None` where the bytes are the same. `old` is `None` where there was no such file.
    pub fn between(file: &'static str, old: Option<&[u8]>, new: &[u8]) -> Option<Change> {
        if old == Some(new) {
            return None;
        }
        let (old, new) = (String::from_utf8_lossy(old.unwrap_or_default()), String::from_utf8_lossy(new));
        let mut lines = Vec::new();
        differ(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>(), &mut |sign, line| {
            lines.push((sign, line.to_owned()));
        });
        let more = lines.len().saturating_sub(Self::SHOWN);
        let mut lines: Vec<String> = lines
            .iter()
            .take(Self::SHOWN)
            .map(|(sign, line)| format!("{sign} {}", safe_text::cut(line, 160)))
            .collect();
        if lines.is_empty() {
            lines.push("only line ends differ".to_owned());
        }
        Some(Change { file, lines, more })
    }

    /// The lines, and a last one that says how many are left out.
    pub fn told(&self) -> Vec<String> {
        let mut lines = self.lines.clone();
        match self.more {
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
        assert_eq!(change.map(|change| change.told()).unwrap_or_default(), expected);
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
        check(Some(""), "a\u{1b}[2K\r\u{202e}b\tc\u{9b}", &["+ a\u{fffd}[2K\u{fffd}\u{fffd}b c\u{fffd}"]);
        check(Some("a"), "a\u{200b}", &["- a", "+ a\u{fffd}"]);
    }

    #[test]
    fn shows_twenty_lines_and_says_how_many_more() {
        let new: String = (0..30).map(|n| format!("{n}\n")).collect();
        let told = Change::between(".nexusenv", Some(b""), new.as_bytes()).unwrap().told();
        assert_eq!((told.len(), told[20].as_str()), (21, "… and 10 lines more"));
    }

    #[test]
    fn a_huge_change_is_shown_without_comparing_each_line() {
        let text = |word: &str| (0..200_000).map(|n| format!("{word}{n}\n")).collect::<String>();
        let change = Change::between(".nexusenv", Some(text("a").as_bytes()), text("b").as_bytes()).unwrap();
        assert_eq!((change.lines.len(), change.more), (20, 399_980));
    }

    proptest! {
        #[test]
        fn shows_no_control_character_of_any_bytes(old in any::<Vec<u8>>(), new in any::<Vec<u8>>()) {
            for line in Change::between(".nexusenv", Some(&old), &new).iter().flat_map(Change::told) {
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
