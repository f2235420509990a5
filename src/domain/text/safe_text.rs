//! Text that others wrote (paths, names of databases, labels, a server's or a proxy's words, a configuration's), made
//! safe to show: nothing in it moves a cursor, paints, turns, hides or forges what a terminal shows. Pure.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// As one line: control characters, and those that turn, hide or join text, become `�`, so that they are seen without
/// taking effect (CVE-2021-42574 is the family). A tab becomes a space.
pub fn safe_text(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// The same, of at most `most` characters, and `…` where something is missing.
pub fn cut(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).map(visible).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// The same for what has lines of its own, which stay.
pub fn lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}

/// A path, to be looked at.
pub fn path(path: &Path) -> String {
    safe_text(&path.to_string_lossy())
}

/// A path, to be typed into a shell: quoted where that is needed. What could not be shown is spelled as `$'…'`, which
/// bash and zsh read.
pub fn typed(path: impl AsRef<OsStr>) -> String {
    let bytes = path.as_ref().as_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) if safe_text(text) == text => shell_words::quote(text).into_owned(),
        Ok(_) | Err(_) => {
            let spelled = bytes.utf8_chunks().map(|chunk| {
                let text = chunk.valid().chars().map(|c| match c {
                    '\\' | '\'' => format!("\\{c}"),
                    c if visible(c) == c => c.to_string(),
                    c => octal(c.encode_utf8(&mut [0; 4]).as_bytes()),
                });
                text.collect::<String>() + &octal(chunk.invalid())
            });
            format!("$'{}'", spelled.collect::<String>())
        }
    }
}

/// Three digits each, so that a digit after them is not taken for a fourth.
fn octal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:03o}")).collect()
}

/// A JSON text with every such character escaped, also those that JSON itself lets stand (DEL, C1, and what turns
/// text). Outside of its strings there are none.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || c == '\t' || visible(c) == c {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

fn visible(c: char) -> char {
    let hides = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    match c {
        '\t' => ' ',
        c if hides || c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(safe_text(text), shown, "{text:?}");
    }

    #[test]
    fn what_a_terminal_would_obey_is_seen_instead() {
        check("plain text, Größe, 日本", "plain text, Größe, 日本");
        check("a\tb", "a b");
        check("\u{1b}[31mred\u{1b}]0;title\u{7}", "�[31mred�]0;title�");
        check("a\rb\u{8}c\nd\u{7f}e", "a�b�c�d�e");
        check("\u{9b}2K\u{85}", "�2K�");
    }

    #[test]
    fn what_turns_or_hides_text_is_seen_too() {
        check("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{ad}f\u{e0041}g\u{3164}", "a�b�c�d�e�f�g�");
    }

    #[test]
    fn only_what_has_lines_keeps_them() {
        assert_eq!(lines("a\n\u{1b}b\r\n"), "a\n�b�\n");
        assert_eq!(cut("abc\n", 3), "abc…");
        assert_eq!(cut("ab\n", 3), "ab�");
    }

    #[test]
    fn a_path_is_typed_as_the_shell_reads_it() {
        let check = |path: &[u8], shown: &str| assert_eq!(typed(OsStr::from_bytes(path)), shown);
        check(b"/w/shop", "/w/shop");
        check(b"/w/my shop", "'/w/my shop'");
        check(b"/w/it's", r"'/w/it'\''s'");
        check(b"/w/a\x1b[31m1\\'", r"$'/w/a\033[31m1\\\''");
        check("/w/\u{202e}\u{f6}".as_bytes(), "$'/w/\\342\\200\\256ö'");
        check(b"/w/\xff1", r"$'/w/\3771'");
    }

    #[test]
    fn json_holds_no_such_character_and_says_the_same() {
        let text = "a\u{7f}\u{9b}\u{202e}\u{e0041}\n";
        let written = json(&serde_json::to_string(text).unwrap());
        assert_eq!(written, "\"a\\u007f\\u009b\\u202e\\udb40\\udc41\\n\"");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }

    proptest! {
        #[test]
        fn of_no_text_is_a_control_character_shown(text in any::<String>()) {
            prop_assert!(!safe_text(&text).chars().any(char::is_control));
            prop_assert!(!lines(&text).chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(!typed(&text).chars().any(char::is_control));
            prop_assert_eq!(safe_text(&safe_text(&text)), safe_text(&text));
        }
    }
}
