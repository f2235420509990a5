//! Splits the words of a program into flags and the rest, the way most programs do: `--flag=value`, `--flag value`, `-fvalue`,
//! `-abc`; for a program that runs another one, up to that one's first word. It knows no program; which flags take a value
//! comes in.

use super::{Sure, Word};

/// Flags with their values, and the words that are none.
pub struct Options<'w> {
    pub flags: Vec<(String, Option<Word>)>,
    pub rest: Vec<&'w Word>,
}

/// Reads words whose valued flags are known. Single letters may be bundled, and may carry their value. One that is told as `-p?`
/// takes only what is attached to it, as mysql's password.
pub fn options<'w>(words: &'w [Word], valued: &[&str]) -> Options<'w> {
    let mut found = Options { flags: Vec::new(), rest: Vec::new() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        if text == "--" {
            found.rest.extend(words);
            break;
        }
        if !text.starts_with('-') || text.len() < 2 {
            found.rest.push(word);
            continue;
        }
        let of = |value: &str| Some(Word { text: value.to_owned(), sure: word.sure });
        if let Some((flag, value)) = text.split_once('=') {
            found.flags.push((flag.to_owned(), of(value)));
        } else if valued.contains(&text) {
            found.flags.push((text.to_owned(), words.next().cloned()));
        } else if text.starts_with("--") {
            found.flags.push((text.to_owned(), None));
        } else if valued.iter().any(|flag| is_long_with_one_dash(flag)) {
            // A program with flags such as `-path` bundles no letters.
            found.flags.push((text.to_owned(), None));
        } else {
            bundled(text, word, valued, &mut words, &mut found.flags);
        }
    }
    found
}

/// `-Atc TEXT`, `-p5433`.
fn bundled<'w>(
    text: &str,
    word: &Word,
    valued: &[&str],
    words: &mut impl Iterator<Item = &'w Word>,
    flags: &mut Vec<(String, Option<Word>)>,
) {
    for (at, letter) in text.char_indices().skip(1) {
        let flag = format!("-{letter}");
        let behind = &text[at + letter.len_utf8()..];
        if valued.iter().any(|own| own.strip_suffix('?') == Some(&flag)) {
            flags.push((flag, (!behind.is_empty()).then(|| Word { text: behind.to_owned(), sure: word.sure })));
            return;
        }
        if valued.contains(&flag.as_str()) {
            let value = if behind.is_empty() {
                words.next().cloned()
            } else {
                Some(Word { text: behind.to_owned(), sure: word.sure })
            };
            flags.push((flag, value));
            return;
        }
        // What a variable holds is not known to be flags.
        if letter == '$' && word.sure == Sure::No {
            break;
        }
        flags.push((flag, None));
    }
    // The whole word as well: a flag such as `-url` that is not known to take a value.
    flags.push((text.to_owned(), None));
}

/// Words of which one may be a long flag cut short, as getopt_long(3) takes it: `--comm` is written out as `--command`.
pub fn written_out(words: &[Word], known: &[&str]) -> Vec<Word> {
    let full = |word: &Word| {
        let (flag, value) = word.text.split_once('=').map_or((word.text.as_str(), None), |(f, v)| (f, Some(v)));
        let long = || known.iter().filter(|known| known.starts_with("--"));
        if flag.len() < 4 || !flag.starts_with("--") || long().any(|known| *known == flag) {
            return None;
        }
        let mut fitting = long().filter(|known| known.starts_with(flag));
        let only = fitting.next().filter(|_| fitting.next().is_none())?;
        Some(Word { text: value.map_or((*only).to_owned(), |value| format!("{only}={value}")), sure: word.sure })
    };
    words.iter().map(|word| full(word).unwrap_or_else(|| word.clone())).collect()
}

/// `-path`: a program that has such a flag bundles no letters.
fn is_long_with_one_dash(flag: &str) -> bool {
    flag.len() > 2 && !flag.starts_with("--") && !flag.ends_with('?')
}

impl Options<'_> {
    pub fn has(&self, names: &[&str]) -> bool {
        self.flags.iter().any(|(flag, _)| names.contains(&flag.as_str()))
    }

    /// The last value of these flags.
    pub fn value(&self, names: &[&str]) -> Option<&Word> {
        self.flags.iter().rev().find(|(flag, _)| names.contains(&flag.as_str()))?.1.as_ref()
    }

    pub fn values(&self, names: &[&str]) -> impl Iterator<Item = &Word> {
        self.flags
            .iter()
            .filter(move |(flag, _)| names.contains(&flag.as_str()))
            .filter_map(|(_, value)| value.as_ref())
    }
}

/// The words behind the leading flags; `--` ends them. Letters may be bundled: `-itu USER`.
pub fn after_flags<'w>(words: &'w [Word], valued: &[&str]) -> &'w [Word] {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            return &words[at + 1..];
        }
        if !text.starts_with('-') || text == "-" {
            break;
        }
        at += if takes_next(text, valued) { 2 } else { 1 };
    }
    words.get(at..).unwrap_or(&[])
}

/// The leading flags with their values, and the words behind them.
pub fn leading<'w>(words: &'w [Word], valued: &[&str]) -> (Options<'w>, &'w [Word]) {
    let rest = after_flags(words, valued);
    (options(&words[..words.len() - rest.len()], valued), rest)
}

/// Whether the flag's value is the next word. In a bundle the first letter that takes one takes the rest of the bundle.
fn takes_next(text: &str, valued: &[&str]) -> bool {
    let whole = valued.iter().any(|flag| is_long_with_one_dash(flag));
    if valued.contains(&text) || whole || text.starts_with("--") {
        return valued.contains(&text);
    }
    let takes = |letter: char| valued.iter().any(|flag| flag.strip_prefix('-').is_some_and(|f| f.chars().eq([letter])));
    text.char_indices()
        .skip(1)
        .find(|(_, letter)| takes(*letter))
        .is_some_and(|(at, c)| at + c.len_utf8() == text.len())
}

/// Whether a letter stands among the leading flags' own, in front of any value.
pub fn has_letter(flags: &[Word], letter: char, valued: &[&str]) -> bool {
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        let takes = |c: char| valued.iter().any(|flag| flag.strip_prefix('-').is_some_and(|f| f.chars().eq([c])));
        if let Some(letters) = flag.text.strip_prefix('-').filter(|text| !text.starts_with('-')) {
            let own = letters.find(takes).map_or(letters, |end| &letters[..end]);
            if own.contains(letter) {
                return true;
            }
        }
        if takes_next(&flag.text, valued) {
            flags.next();
        }
    }
    false
}

/// The value of the first of these flags, wherever it stands: `--flag VALUE`, `--flag=VALUE`.
pub fn flag_value(words: &[Word], names: &[&str]) -> Option<Word> {
    words.iter().enumerate().find_map(|(at, word)| {
        if names.contains(&word.text.as_str()) {
            return words.get(at + 1).cloned();
        }
        let (flag, value) = word.text.split_once('=')?;
        names.contains(&flag).then(|| Word { text: value.to_owned(), sure: word.sure })
    })
}

/// Whether the text is nothing but one thing that the line puts in: `$CMD`, `$(…)`, what `xargs` fills in.
pub fn is_one_expansion(text: &str) -> bool {
    text.starts_with(['$', '…', '{']) && (text.ends_with([')', '}', '…']) || !text.contains(char::is_whitespace))
}

/// Words as one text for a shell.
pub fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Words as one text that a shell would take apart into the same words, as far as they are known.
pub fn quoted(words: &[Word]) -> String {
    let quoted = |word: &Word| match word.sure {
        Sure::Yes => shell_words::quote(&word.text).into_owned(),
        Sure::No => word.text.clone(),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}
