//! Something about a migration that a reviewer should know before it reaches rows that matter, and how to do it safely.

use serde::Serialize;

/// What happens if nobody looks.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Harm {
    /// Rows or values are gone.
    Loses,
    /// It may fail on the rows that are there, or half-way.
    Fails,
    /// Running code still wants what it takes away.
    Breaks,
    /// Others wait while it runs.
    Locks,
    /// The history no longer is what databases have applied.
    History,
}

impl Harm {
    /// The word in front of a finding, and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Harm::Loses => "loses data",
            Harm::Fails => "may fail",
            Harm::Breaks => "breaks",
            Harm::Locks => "locks",
            Harm::History => "history",
        }
    }
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Finding {
    /// The name that `-- nexus-env: allow RULE, REASON` takes: squawk's where it has one, else ours.
    pub rule: &'static str,
    #[serde(serialize_with = "word")]
    pub harm: Harm,
    pub migration: String,
    /// Relative to where the program was started.
    pub file: String,
    /// From 1.
    pub line: usize,
    pub sentence: String,
    /// The safe way to do it.
    pub instead: String,
}

fn word<S: serde::Serializer>(harm: &Harm, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(harm.word())
}

/// `-- nexus-env: allow RULE, REASON`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Allowance {
    pub rule: String,
    /// Empty where none was given, and then it allows nothing.
    pub reason: String,
}

/// The allowances in the comments above a statement.
pub fn allowances(comments: &[String]) -> Vec<Allowance> {
    let lines = comments.iter().flat_map(|comment| comment.lines());
    let words = lines.filter_map(|line| line.trim().trim_start_matches('*').trim_start().strip_prefix("nexus-env:"));
    words
        .filter_map(|text| text.trim_start().strip_prefix("allow"))
        .filter(|text| text.starts_with(char::is_whitespace))
        .map(|text| {
            let (rule, reason) = text.split_once(',').unwrap_or((text, ""));
            Allowance { rule: rule.trim().to_owned(), reason: reason.trim().to_owned() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(comment: &str, expected: &[(&str, &str)]) {
        let found = allowances(&[comment.to_owned()]);
        let found: Vec<(&str, &str)> = found.iter().map(|one| (one.rule.as_str(), one.reason.as_str())).collect();
        assert_eq!(found, expected, "{comment:?}");
    }

    #[test]
    fn reads_what_a_comment_allows() {
        check(
            "nexus-env: allow ban-drop-table, nobody reads it, see 12",
            &[("ban-drop-table", "nobody reads it, see 12")],
        );
        check("nexus-env: allow ban-drop-table", &[("ban-drop-table", "")]);
        check("nexus-env: allow a, x\n * nexus-env:allow b, y", &[("a", "x"), ("b", "y")]);
        check("nexus-env allows everything", &[]);
        check("nexus-env: allowed", &[]);
        check("CreateTable", &[]);
    }
}
