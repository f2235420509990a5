//! How a stored value may stand in clear somewhere: as it is, encoded for a URL, in base64, quoted for a shell, escaped for
//! JSON; whole, a line of it, the password inside it.

use crate::domain::text::percent::{self, Digits};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::acceptance;
use crate::domain::text::secret::Secret;

/// A text that gives a value away.
#[derive(Clone, Debug)]
pub struct Trace {
    pub text: Secret,
    pub part: Part,
    pub guise: Guise,
}

/// How much of the value it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    Whole,
    /// One of several lines.
    Line,
    /// What stands in a URL or connection string as its password.
    Password,
    /// The same, where the URL has that word in another place as well: `postgres:postgres@`. Alone it says nothing.
    CommonWord,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Guise {
    AsItIs,
    PercentDecoded,
    PercentEncoded,
    Base64,
    Shell,
    Json,
}

impl Guise {
    /// After "in", where it is not as it is.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Guise::AsItIs => None,
            Guise::PercentDecoded => Some("decoded from its URL"),
            Guise::PercentEncoded => Some("encoded for a URL"),
            Guise::Base64 => Some("in base64"),
            Guise::Shell => Some("quoted for a shell"),
            Guise::Json => Some("escaped as in JSON"),
        }
    }
}

/// All traces of a value, none of them empty and no text twice: as they are first.
pub fn of(value: &Secret) -> Vec<Trace> {
    let parts = parts(value.expose());
    let mut traces = Traces(Vec::new());
    parts.iter().for_each(|(part, bytes)| traces.push(*part, Guise::AsItIs, bytes.to_vec()));
    parts.iter().for_each(|(part, bytes)| traces.disguise(*part, bytes));
    traces.once()
}

fn parts(bytes: &[u8]) -> Vec<(Part, Zeroizing<Vec<u8>>)> {
    let mut parts = vec![(Part::Whole, bytes)];
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    if bytes.iter().any(is_break) {
        parts.extend(bytes.split(is_break).map(|line| (Part::Line, line)));
    }
    let mut parts: Vec<_> = parts.into_iter().map(|(part, bytes)| (part, Zeroizing::new(bytes.to_vec()))).collect();
    if let Ok(text) = std::str::from_utf8(bytes) {
        for password in acceptance::passwords(text) {
            let part = if is_common(text, &password) { Part::CommonWord } else { Part::Password };
            parts.push((part, Zeroizing::new(password.into_bytes())));
        }
    }
    parts
}

/// Whether a password stands in its text also where no password stands.
fn is_common(text: &str, password: &str) -> bool {
    text.match_indices(password).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + password.len()..]);
        !(before.ends_with('=') || before.ends_with(':') && after.starts_with('@'))
    })
}

struct Traces(Vec<Trace>);

impl Traces {
    fn disguise(&mut self, part: Part, bytes: &[u8]) {
        let mut decoded = bytes.to_vec();
        if let Ok(text) = std::str::from_utf8(bytes) {
            if text.contains('%') {
                decoded = percent::decoded(text).into_bytes();
                self.push(part, Guise::PercentDecoded, decoded.clone());
            }
            for_json(text).into_iter().for_each(|form| self.push(part, Guise::Json, form.into_bytes()));
            for_shells(text).into_iter().for_each(|form| self.push(part, Guise::Shell, form.into_bytes()));
        }
        for bytes in [bytes, &decoded] {
            for_urls(bytes).into_iter().for_each(|form| self.push(part, Guise::PercentEncoded, form.into_bytes()));
        }
        in_base64(bytes).into_iter().for_each(|form| self.push(part, Guise::Base64, form.into_bytes()));
    }

    fn push(&mut self, part: Part, guise: Guise, text: Vec<u8>) {
        if !text.is_empty() {
            self.0.push(Trace { text: Secret::new(text), part, guise });
        }
    }

    /// Each text as it came first.
    fn once(self) -> Vec<Trace> {
        let mut numbered: Vec<(usize, Trace)> = self.0.into_iter().enumerate().collect();
        // A sort of this kind keeps the order of what is the same.
        numbered.sort_by(|(_, one), (_, other)| one.text.expose().cmp(other.text.expose()));
        numbered.dedup_by(|(_, later), (_, first)| later.text == first.text);
        numbered.sort_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, trace)| trace).collect()
    }
}

/// As RFC 3986 has it, as JavaScript's `encodeURIComponent` does, with small letters, and as forms are sent.
fn for_urls(bytes: &[u8]) -> Vec<String> {
    let encoded = |kept: &[u8], digits| percent::encoded(bytes, kept, digits);
    let (strict, script) = (&b"-_.~"[..], &b"-_.~!*'()"[..]);
    let form = encoded(strict, Digits::Capital).replace("%20", "+");
    vec![
        encoded(strict, Digits::Capital),
        encoded(script, Digits::Capital),
        encoded(strict, Digits::Small),
        encoded(script, Digits::Small),
        form,
    ]
}

/// What of it is the same wherever it begins in a text that was encoded: three alignments, two alphabets; and what it is where
/// nothing follows.
fn in_base64(bytes: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for skipped in 0..3 {
        let padded = [&[0; 2][..skipped], bytes].concat();
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            // Characters that hold bits of what stands before and after.
            let first = [0, 2, 3][skipped];
            let last = text.len() - usize::from(padded.len() % 3 != 0);
            forms.extend([last, text.len()].map(|last| text.get(first..last).unwrap_or_default().to_owned()));
        }
    }
    forms
}

/// Inside single quotes, two ways; inside double quotes; with a backslash before each character that a shell knows.
fn for_shells(text: &str) -> Vec<String> {
    let escaped = |special: &dyn Fn(char) -> bool| -> String {
        text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
    };
    let plain = |c: char| c.is_alphanumeric() || "_-./:@%+,=".contains(c);
    vec![
        text.replace('\'', r"'\''"),
        text.replace('\'', "'\"'\"'"),
        escaped(&|c| "\"$`\\".contains(c)),
        escaped(&|c| !plain(c) && c != '\n'),
    ]
}

/// As most write it, as Go does, as PHP does.
fn for_json(text: &str) -> Vec<String> {
    let Ok(quoted) = serde_json::to_string(text) else { return Vec::new() };
    let inner = &quoted[1..quoted.len() - 1];
    let for_html = inner.replace('<', r"\u003c").replace('>', r"\u003e").replace('&', r"\u0026");
    vec![inner.to_owned(), for_html, inner.replace('/', r"\/")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(value: &str, part: Part, guise: Guise) -> Vec<String> {
        let all = of(&Secret::new(value));
        let these = all.iter().filter(|trace| trace.part == part && trace.guise == guise);
        these.map(|trace| String::from_utf8(trace.text.expose().to_vec()).unwrap()).collect()
    }

    #[track_caller]
    fn check(value: &str, part: Part, guise: Guise, expected: &[&str]) {
        assert_eq!(forms(value, part, guise), expected, "{value:?} {part:?} {guise:?}");
    }

    #[test]
    fn a_password_is_told_in_each_of_its_forms() {
        let url = "postgresql://u:p%40ss-w%2Frd@h/db";
        check(url, Part::Password, Guise::AsItIs, &["p@ss-w/rd", "p%40ss-w%2Frd"]);
        check("redis://:p%40ssword@h", Part::Password, Guise::AsItIs, &["p%40ssword"]);
        check("redis://:p%40ssword@h", Part::Password, Guise::PercentDecoded, &["p@ssword"]);
        assert!(forms("redis://:p%2fss@h", Part::Password, Guise::PercentEncoded).contains(&"p%2Fss".to_owned()));
        check("redis://:p@ssword@h", Part::Password, Guise::AsItIs, &["p@ssword"]);
    }

    #[test]
    fn a_password_that_is_another_word_of_its_url_is_a_common_word() {
        for url in ["postgresql://postgres:postgres@h/db", "redis://default:default@h", "postgresql://u:nexus@h/nexus"]
        {
            assert!(of(&Secret::new(url)).iter().all(|trace| trace.part != Part::Password), "{url}");
        }
        check("postgresql://u:abc123@h/db?password=abc123", Part::Password, Guise::AsItIs, &["abc123"]);
    }

    #[test]
    fn lines_are_told_apart() {
        check("one\ntwo\r\n", Part::Line, Guise::AsItIs, &["one", "two"]);
        check("one", Part::Line, Guise::AsItIs, &[]);
    }

    #[test]
    fn base64_is_the_same_wherever_it_begins() {
        for (before, after) in [("", ""), ("a", ""), ("ab", "c"), ("abc", "de"), ("DATABASE_URL=", "\n"), ("x\n", "é")]
        {
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                let whole = engine.encode(format!("{before}hunter2~~??>>{after}"));
                let found = forms("hunter2~~??>>", Part::Whole, Guise::Base64).iter().any(|form| whole.contains(form));
                assert!(found, "{before:?} {after:?}: {whole}");
            }
        }
    }

    #[test]
    fn shells_and_json_have_their_own_forms() {
        check("it's $5", Part::Whole, Guise::Shell, &[r"it'\''s $5", "it'\"'\"'s $5", r"it's \$5", r"it\'s\ \$5"]);
        check("a\"b/<c>\n", Part::Whole, Guise::Json, &[r#"a\"b/<c>\n"#, r#"a\"b/\u003cc\u003e\n"#, r#"a\"b\/<c>\n"#]);
    }
}
