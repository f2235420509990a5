//! What `migrate check` found, as text for people, as one object for programs, and as the annotations of a pull request.

use serde::Serialize;

use super::finding::Finding;

/// The names are those of `migrate check --json`, and stay.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Review {
    /// What it was compared with; `null` where there was nothing to compare with.
    pub base: Option<String>,
    /// Each folder of migrations, relative to the top of the repository.
    pub places: Vec<String>,
    /// The migrations that the base does not have.
    pub new: Vec<String>,
    pub findings: Vec<Finding>,
}

impl Review {
    /// Ends with one line that says how it went.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let Finding { rule, harm, file, line, sentence, instead, .. } = finding;
            text.push_str(&format!("{file}:{line}  {}: {sentence}\n  instead  {instead}\n", harm.word()));
            text.push_str(&match *rule {
                "unknown-rule" => "\n".to_owned(),
                rule => format!("  rule     {rule}\n\n"),
            });
        }
        text.push_str(&self.sentence());
        text.push('\n');
        text
    }

    /// `2 findings in 3 new migrations, against origin/main`.
    pub fn sentence(&self) -> String {
        if let ([], [], Some(base)) = (self.findings.as_slice(), self.new.as_slice(), &self.base) {
            return format!("no migration is new against {base}");
        }
        let found = match self.findings.len() {
            0 => "nothing found".to_owned(),
            1 => "1 finding".to_owned(),
            several => format!("{several} findings"),
        };
        let new = match (self.new.len(), &self.base) {
            (0, Some(_)) => "no new migration".to_owned(),
            (1, Some(_)) => "1 new migration".to_owned(),
            (several, Some(_)) => format!("{several} new migrations"),
            (1, None) => "1 migration".to_owned(),
            (several, None) => format!("{several} migrations"),
        };
        let against = match &self.base {
            Some(base) => format!("against {base}"),
            None => "all of them, since there is no base to compare with".to_owned(),
        };
        format!("{found} in {new}, {against}")
    }

    /// GitHub's workflow commands, one a finding; a lock is a warning, everything else an error.
    pub fn github(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let level = if finding.harm == super::finding::Harm::Locks { "warning" } else { "error" };
            let message = format!("{}: {}\nInstead: {}", finding.harm.word(), finding.sentence, finding.instead);
            text.push_str(&format!(
                "::{level} file={},line={},title={}::{}\n",
                property(&finding.file),
                finding.line,
                property(finding.rule),
                data(&message)
            ));
        }
        text.push_str(&format!("nexus-env migrate check: {}\n", self.sentence()));
        text
    }
}

/// The escapes of `actions/toolkit`, `packages/core/src/command.ts`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::finding::Harm;
    use super::*;

    fn review(findings: Vec<Finding>) -> Review {
        Review { base: Some("origin/main".to_owned()), places: Vec::new(), new: vec!["x".to_owned()], findings }
    }

    fn finding(harm: Harm) -> Finding {
        Finding {
            rule: "ban-drop-table",
            harm,
            migration: "x".to_owned(),
            file: "a,b/x/migration.sql".to_owned(),
            line: 3,
            sentence: "drops 100%".to_owned(),
            instead: "do not".to_owned(),
        }
    }

    #[test]
    fn a_pull_request_is_annotated() {
        assert_eq!(
            review(vec![finding(Harm::Loses)]).github(),
            "::error file=a%2Cb/x/migration.sql,line=3,title=ban-drop-table::loses data: drops 100%25%0AInstead: do not\n\
             nexus-env migrate check: 1 finding in 1 new migration, against origin/main\n"
        );
        assert!(review(vec![finding(Harm::Locks)]).github().starts_with("::warning "));
    }

    #[test]
    fn people_read_what_to_do_instead() {
        assert_eq!(
            review(vec![finding(Harm::Loses)]).text(),
            "a,b/x/migration.sql:3  loses data: drops 100%\n  instead  do not\n  rule     ban-drop-table\n\n\
             1 finding in 1 new migration, against origin/main\n"
        );
        assert_eq!(review(Vec::new()).text(), "nothing found in 1 new migration, against origin/main\n");
        let alone = Review { base: None, new: Vec::new(), ..review(Vec::new()) };
        assert_eq!(
            alone.text(),
            "nothing found in 0 migrations, all of them, since there is no base to compare with\n"
        );
    }
}
