//! A line that others wrote, for somebody who is about to trust it: what cannot be seen, and what looks like another
//! character, stands with its number behind it. Pure.

use super::safe_text::safe_text;

/// The line with `‹U+200B›` in the place of what cannot be seen or moves text, and `‹U+0430›` after a character that looks
/// like one of ASCII and is none. Words of another script as a whole stay as they are, unless each of their letters looks
/// like one of ASCII.
pub fn marked(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for word in line.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let mixed = word.chars().any(|c| c.is_ascii_alphanumeric()) || letters.all(is_letter_like_ascii);
        for c in word.chars() {
            let hidden = c != '\t' && safe_text(c.encode_utf8(&mut [0; 4])).starts_with(char::REPLACEMENT_CHARACTER);
            if hidden && c != char::REPLACEMENT_CHARACTER {
                shown.push_str(&number(c));
            } else if is_always_odd(c) || (mixed && is_letter_like_ascii(c)) {
                shown.push(c);
                shown.push_str(&number(c));
            } else {
                shown.push(if c == '\t' { ' ' } else { c });
            }
        }
    }
    shown
}

fn number(c: char) -> String {
    format!("‹U+{:04X}›", u32::from(c))
}

/// What stands for a character of ASCII by design, or is drawn as one: spaces, hyphens, slashes, colons, dots, quotes,
/// full-width and mathematical letters, marks that join the letter before (Unicode's confusables.txt has the whole list).
fn is_always_odd(c: char) -> bool {
    matches!(c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{2800}'
        | '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{2216}' | '\u{29f5}'
        | '\u{37e}' | '\u{589}' | '\u{5c3}' | '\u{2d0}' | '\u{2236}' | '\u{a789}' | '\u{2024}' | '\u{6d4}' | '\u{1c3}'
        | '\u{2c8}' | '\u{2b9}' | '\u{201a}' | '\u{a4f8}'..='\u{a4fd}' | '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}'
        | '\u{2160}'..='\u{217f}' | '\u{2100}'..='\u{214f}' | '\u{ff01}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}'
        | '\u{1f130}'..='\u{1f189}')
}

/// Letters of other scripts, and a few Latin ones, that most fonts draw like a letter of ASCII.
fn is_letter_like_ascii(c: char) -> bool {
    const CYRILLIC: &str = "АВЕЗІЇЈКМНОРСТУХЅԌԚԜҮҺавегкмнорстухѕіїјһԁԛԝѵѡԍғӏуүбь";
    const GREEK: &str = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγικνορστυχϲϳ";
    const LATIN: &str = "ıɑɡɩʀʏʟɴʜᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜱǃƖƽƷʒ";
    const OTHERS: &str = "օոսհզցյքՕՍԼℓᎪᏴᏟᎬᏀᎻᎫᏦᏞᎷᏢᏚᎢᏙᎳᏃ";
    !c.is_ascii() && [CYRILLIC, GREEK, LATIN, OTHERS].iter().any(|letters| letters.contains(c))
        || matches!(c, '\u{a4d0}'..='\u{a4f7}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(line: &str, shown: &str) {
        assert_eq!(marked(line), shown, "{line:?}");
    }

    #[test]
    fn what_is_what_it_seems_stays() {
        check("command = [\"cloud-sql-proxy\", \"{port}\"]", "command = [\"cloud-sql-proxy\", \"{port}\"]");
        check(
            "reason = \"перезаписывает всё\" # Größe, 日本, “quoted” – yes",
            "reason = \"перезаписывает всё\" # Größe, 日本, “quoted” – yes",
        );
        check("a\tb", "a b");
    }

    #[test]
    fn a_letter_of_another_script_in_a_word_is_named() {
        check("prоd", "prо‹U+043E›d");
        check("сор", "с‹U+0441›о‹U+043E›р‹U+0440›");
        check("ｐrod a／b", "ｐ‹U+FF50›rod a／b".replace('／', "／‹U+FF0F›").as_str());
        check("psql\u{a0}x", "psql\u{a0}‹U+00A0›x");
    }

    #[test]
    fn what_cannot_be_seen_is_named_instead() {
        check("a\u{200b}b\u{202e}c\u{1b}[2K\r", "a‹U+200B›b‹U+202E›c‹U+001B›[2K‹U+000D›");
    }

    proptest! {
        #[test]
        fn no_control_character_is_left(line in any::<String>()) {
            prop_assert!(!marked(&line).chars().any(char::is_control));
        }
    }
}
