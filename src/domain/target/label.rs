//! The label: a token `[nexus-env:prod]` in the comment on a database, beside whatever else the comment says. Reads it,
//! puts it, takes it out. Never throws away another byte of the comment.

use std::ops::Range;

use crate::domain::config::name::EnvironmentName;
use crate::domain::text::safe_text;

const MARK: &str = "[nexus-env:";

/// What stands in a token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Label {
    Environment(EnvironmentName),
    /// Something that can be no environment's name, without what would move the terminal's cursor.
    Strange(String),
}

impl Label {
    /// The name of a protected environment in a label that no configuration here declares: it was written as a warning,
    /// so it warns here too.
    pub fn looks_protected(&self) -> Option<EnvironmentName> {
        let text = match self {
            Label::Environment(name) => name.as_str(),
            Label::Strange(text) => text,
        };
        let warns =
            |part: &&str| ["prod", "production", "prd", "live"].iter().any(|word| part.eq_ignore_ascii_case(word));
        let part = text.split(|c: char| !c.is_ascii_alphanumeric()).find(warns)?;
        match self {
            Label::Environment(name) => Some(name.clone()),
            Label::Strange(_) => EnvironmentName::new(part),
        }
    }
}

/// Every label in a comment, in its order, each once.
pub fn read(comment: &str) -> Vec<Label> {
    let mut labels = Vec::new();
    for (_, name) in tokens(comment) {
        let shown = || safe_text::cut(name, 64);
        let label = EnvironmentName::new(name).map_or_else(|| Label::Strange(shown()), Label::Environment);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// The comment with this one label, at the place of the one that was there, else at the end.
pub fn put(comment: &str, environment: &EnvironmentName) -> String {
    let token = format!("{MARK}{environment}]");
    let mut text = comment.to_owned();
    loop {
        let found: Vec<Range<usize>> = tokens(&text).into_iter().map(|(range, _)| range).collect();
        match found.as_slice() {
            [] if text.is_empty() => return token,
            [] => return format!("{text} {token}"),
            [one] => {
                text.replace_range(one.clone(), &token);
                return text;
            }
            [.., last] => take(&mut text, last.clone()),
        }
    }
}

/// The comment without any label.
pub fn remove(comment: &str) -> String {
    let mut text = comment.to_owned();
    // What stood around a token can be one itself, once the token is gone.
    while let Some((range, _)) = tokens(&text).into_iter().next_back() {
        take(&mut text, range);
    }
    text
}

/// Takes a token out, with the blank that `put` wrote before it.
fn take(text: &mut String, range: Range<usize>) {
    let start = if text[..range.start].ends_with(' ') { range.start - 1 } else { range.start };
    text.replace_range(start..range.end, "");
}

/// Where the tokens stand, and the name in each. One that was never closed ends at a blank, a bracket or the end: a
/// damaged warning still warns.
fn tokens(comment: &str) -> Vec<(Range<usize>, &str)> {
    let lower = comment.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = lower[from..].find(MARK).map(|at| from + at) {
        let name = at + MARK.len();
        let rest = &comment[name..];
        let closed = rest.find(['[', ']']).filter(|end| rest[*end..].starts_with(']'));
        let (length, end) = match closed {
            Some(length) => (length, name + length + 1),
            None => {
                let length = rest.find(|c: char| c == '[' || c.is_whitespace()).unwrap_or(rest.len());
                (length, name + length)
            }
        };
        found.push((at..end, rest[..length].trim()));
        from = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> EnvironmentName {
        EnvironmentName::new(text).unwrap()
    }

    #[track_caller]
    fn check(comment: &str, expected: &[&str]) {
        let words = read(comment).into_iter().map(|label| match label {
            Label::Environment(name) => name.to_string(),
            Label::Strange(text) => format!("?{text}"),
        });
        assert_eq!(words.collect::<Vec<_>>(), expected, "{comment}");
    }

    #[test]
    fn reads_the_label_beside_whatever_else_the_comment_says() {
        check("", &[]);
        check("the customers' database", &[]);
        check("[nexus-env:prod]", &["prod"]);
        check("the customers' database [nexus-env:prod], ask Ada", &["prod"]);
        check("[Nexus-Env: prod ]", &["prod"]);
        check("[nexus-env:dev] and [nexus-env:prod] and [nexus-env:dev]", &["dev", "prod"]);
        check("[nexus-env:]", &["?"]);
        check("[nexus-env:a b]", &["?a b"]);
    }

    #[test]
    fn a_damaged_label_still_warns() {
        check("[nexus-env:prod", &["prod"]);
        check("[nexus-env:prod and more", &["prod"]);
        check("[nexus-env:x[nexus-env:prod]", &["x", "prod"]);
    }

    #[test]
    fn puts_one_label_and_keeps_the_rest() {
        for (before, after) in [
            ("", "[nexus-env:dev]"),
            ("customers", "customers [nexus-env:dev]"),
            ("a [nexus-env:prod] b", "a [nexus-env:dev] b"),
            ("a [nexus-env:prod] b [nexus-env:test]", "a [nexus-env:dev] b"),
            ("[nexus-env:prod", "[nexus-env:dev]"),
        ] {
            assert_eq!(put(before, &name("dev")), after);
        }
    }

    #[test]
    fn what_remains_after_a_removal_is_never_a_label() {
        assert_eq!(remove("[nexus-[nexus-env:dev]env:prod]"), "");
        assert_eq!(remove("a [nexus-env:dev] b"), "a b");
    }

    #[test]
    fn other_names_for_production_look_protected() {
        for text in ["prod", "Production", "prod-eu", "eu_prod", "live"] {
            assert_eq!(Label::Environment(name(text)).looks_protected(), Some(name(text)));
        }
        assert_eq!(Label::Strange("our prod, do not touch".to_owned()).looks_protected(), Some(name("prod")));
        for text in ["dev", "staging", "preprod", "product", "delivery"] {
            assert_eq!(Label::Environment(name(text)).looks_protected(), None);
        }
    }

    proptest! {
        #[test]
        fn what_was_put_is_read_and_taken_out_again(
            comment in "(\\PC|\\[nexus-env:|\\[|\\]| |prod|\n){0,24}", environment in "[a-z][a-z0-9_-]{0,12}"
        ) {
            let environment = name(&environment);
            let labelled = put(&comment, &environment);
            prop_assert_eq!(read(&labelled), vec![Label::Environment(environment.clone())]);
            prop_assert_eq!(put(&labelled, &environment), labelled.clone());
            prop_assert!(read(&remove(&labelled)).is_empty());
            if read(&comment).is_empty() {
                prop_assert_eq!(remove(&labelled), comment);
            }
        }
    }
}
