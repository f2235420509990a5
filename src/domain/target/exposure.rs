//! Where a stored value stands in clear in a text: what is looked for, and what a find means. It never shows a value.

use super::traces::{self, Guise, Part, Trace};
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::text::needles::{Found, Needles};
use crate::domain::text::secret::Secret;

/// Shorter texts stand everywhere, and mean nothing; in bytes.
pub const SHORTEST: usize = 6;

/// A line of a long value that stands for it alone, in bytes: of a key in PEM, say.
const TELLING_LINE: usize = 32;

/// The traces of a value that may not be seen in what a command writes: each within a line.
pub fn masked(value: &Secret) -> impl Iterator<Item = Secret> {
    traces::of(value)
        .into_iter()
        .filter(|trace| {
            let text = trace.text.expose();
            trace.part != Part::CommonWord && text.len() >= SHORTEST && !text.contains(&b'\n')
        })
        .map(|trace| trace.text)
}

/// What a text that was found gives away.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Owner {
    pub name: VariableName,
    pub environment: EnvironmentName,
    /// "the password inside it", "in base64".
    pub how: String,
}

/// What is looked for.
#[derive(Debug)]
pub struct Search {
    needles: Needles,
    /// Of each of the needles.
    owners: Vec<Vec<Owner>>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Hit {
    /// Counted from one.
    pub line: usize,
    which: usize,
}

impl Search {
    /// Of these values, those that say something by themselves; `None` where none of them does.
    pub fn new<'v>(
        values: impl IntoIterator<Item = (&'v EnvironmentName, &'v VariableName, &'v Secret)>,
    ) -> Option<Search> {
        let mut all: Vec<(Secret, Owner)> = Vec::new();
        for (environment, name, value) in values {
            for trace in traces::of(value).into_iter().filter(says_something) {
                let owner = Owner { name: name.clone(), environment: environment.clone(), how: how(&trace) };
                all.push((trace.text, owner));
            }
        }
        let needles = Needles::new(all.iter().map(|(text, _)| text.clone()))?;
        let of = |text: &Secret| {
            let mut owners: Vec<Owner> =
                all.iter().filter(|(other, _)| other == text).map(|(_, owner)| owner.clone()).collect();
            owners.sort();
            owners
        };
        let owners = needles.texts().iter().map(of).collect();
        Some(Search { needles, owners })
    }

    /// Every place in a text, in order, each value once a line.
    pub fn hits(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let (mut from, mut line, mut counted) = (0, 1, 0);
        while let Some(Found { at, which }) = self.needles.find(text, from) {
            if !self.stands_alone(text, &at, which) {
                from = at.start + 1;
                continue;
            }
            line += text[counted..at.start].iter().filter(|byte| **byte == b'\n').count();
            counted = at.start;
            let hit = Hit { line, which };
            if !hits.iter().rev().take_while(|other| other.line == line).any(|other| *other == hit) {
                hits.push(hit);
            }
            from = at.end;
        }
        hits
    }

    pub fn owners(&self, hit: Hit) -> &[Owner] {
        &self.owners[hit.which]
    }

    /// What is a word like any other is found as a word: `secret` not in `secretary`.
    fn stands_alone(&self, text: &[u8], at: &std::ops::Range<usize>, which: usize) -> bool {
        let word = self.needles.texts()[which].expose();
        let plain = word.iter().all(u8::is_ascii_lowercase) || word.iter().all(u8::is_ascii_uppercase);
        let letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        !plain || !letter(at.start.checked_sub(1).and_then(|before| text.get(before))) && !letter(text.get(at.end))
    }
}

fn says_something(trace: &Trace) -> bool {
    let text = trace.text.expose();
    let dense = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    match trace.part {
        Part::Whole | Part::Password => text.len() >= SHORTEST,
        Part::Line => trace.guise == Guise::AsItIs && text.len() >= TELLING_LINE && text.iter().all(dense),
        Part::CommonWord => false,
    }
}

fn how(trace: &Trace) -> String {
    let part = match trace.part {
        Part::Whole => None,
        Part::Line => Some("a line of it"),
        Part::Password | Part::CommonWord => Some("the password inside it"),
    };
    let words: Vec<&str> = [part, trace.guise.name()].into_iter().flatten().collect();
    words.join(", ")
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` of {}", self.name, self.environment)?;
        if self.how.is_empty() { Ok(()) } else { write!(f, ", {}", self.how) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "postgresql://postgres:hunt%2Fer2-prod@127.0.0.1:5433/nexus_db";

    #[track_caller]
    fn check(value: &str, text: &str, expected: &[(usize, &str)]) {
        let (environment, name) = (EnvironmentName::new("prod").unwrap(), VariableName::new("URL").unwrap());
        let found = match Search::new([(&environment, &name, &Secret::new(value))]) {
            None => Vec::new(),
            Some(search) => {
                let hits = search.hits(text.as_bytes());
                let told = |hit: Hit| search.owners(hit).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                hits.into_iter().map(|hit| (hit.line, told(hit))).collect()
            }
        };
        let found: Vec<(usize, &str)> = found.iter().map(|(line, told)| (*line, told.as_str())).collect();
        assert_eq!(found, expected, "{value:?} in {text:?}");
    }

    #[test]
    fn a_value_is_found_whole_and_its_password_alone() {
        check(URL, &format!("# day\n\nexport DATABASE_URL=\"{URL}\"\n"), &[(3, "`URL` of prod")]);
        check(
            URL,
            "URL=postgresql://postgres:hunt%2Fer2-prod@10.0.0.1/x",
            &[(1, "`URL` of prod, the password inside it")],
        );
        check(URL, "psql\nPGPASSWORD=hunt/er2-prod psql", &[(2, "`URL` of prod, the password inside it")]);
        check(
            "token-value",
            "a token-value, a token-value\ntoken-value",
            &[(1, "`URL` of prod"), (2, "`URL` of prod")],
        );
    }

    #[test]
    fn it_is_found_in_each_of_its_guises() {
        check("a&b c\"d=1", "x?token=a%26b%20c%22d%3D1", &[(1, "`URL` of prod, encoded for a URL")]);
        check("a&b c\"d=1", "{\"token\": \"a&b c\\\"d=1\"}", &[(1, "`URL` of prod, escaped as in JSON")]);
        check("a&b c'd=1", r"export T='a&b c'\''d=1'", &[(1, "`URL` of prod, quoted for a shell")]);
        check("token-value", "data: YWJjdG9rZW4tdmFsdWUK", &[(1, "`URL` of prod, in base64")]);
    }

    #[test]
    fn what_says_nothing_is_not_looked_for() {
        check("short", "short", &[]);
        check("postgresql://postgres:postgres@localhost/app", "image: postgres\npostgresql://h", &[]);
        let apart = "secretary\nasecret\nmy_secret\nsecret9\nsecret\n(secret)";
        check("secret", apart, &[(5, "`URL` of prod"), (6, "`URL` of prod")]);
        check("SECRET", &apart.to_uppercase(), &[(5, "`URL` of prod"), (6, "`URL` of prod")]);
        check("secret1", "asecret1", &[(1, "`URL` of prod")]);
        check("-----BEGIN KEY-----\nshort\n-----END KEY-----\n", "-----BEGIN KEY-----\nother\n", &[]);
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ";
        check(
            &format!("-----BEGIN KEY-----\n{line}\n-----END KEY-----\n"),
            line,
            &[(1, "`URL` of prod, a line of it")],
        );
    }

    #[test]
    fn what_a_command_may_not_show_is_within_a_line() {
        let all: Vec<Secret> = masked(&Secret::new("one-line\ntwo-line\nx")).collect();
        assert!(all.iter().all(|text| !text.expose().contains(&b'\n') && text.expose().len() >= SHORTEST));
        assert!(all.contains(&Secret::new("two-line")) && all.contains(&Secret::new(r"one-line\ntwo-line\nx")));
    }
}
