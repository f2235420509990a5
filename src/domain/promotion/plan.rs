//! What a deployment would do, as a person reads it before the name is typed: the SQL with its marks, what it means for the
//! target's own rows, who is in its way there now, and what is done before and after.

use super::finding::Harm;
use super::ledger::{Cell, Line};
use super::look::Meaning;
use super::migration::Migration;
use super::rules::Mark;
use super::version::{Failing, Version};
use crate::domain::config::{Backup, Deploy, Environment};
use crate::domain::text::calendar;
use crate::domain::text::duration::Duration;

/// One migration that would be applied.
#[derive(Debug)]
pub struct Step<'a> {
    pub migration: &'a Migration,
    pub line: &'a Line,
    pub marks: Vec<Mark>,
    /// What the target's rows say of its statements, by their lines.
    pub meanings: Vec<(usize, Meaning)>,
    pub failing: Failing,
}

#[derive(Debug)]
pub struct Plan<'a> {
    pub environment: &'a Environment,
    pub folder: &'a str,
    /// The steps before the target, with the column of each in the ledger.
    pub path: Vec<(&'a Environment, usize)>,
    /// By what the target is proven: what was seen, and how.
    pub proof: Option<(String, String)>,
    pub steps: Vec<Step<'a>>,
    /// What was found out about tables, locks and other people's transactions, in sentences.
    pub found: Vec<String>,
    pub version: Option<Version>,
}

/// Of a longer migration only so many lines are shown, beside those with a mark.
const LONGEST: usize = 200;

impl Plan<'_> {
    pub fn text(&self) -> String {
        let name = &self.environment.name;
        let mut text = match self.steps.len() {
            1 => format!("1 migration for {name}, from {}\n", self.folder),
            several => format!("{several} migrations for {name}, from {}\n", self.folder),
        };
        if let Some((seen, how)) = &self.proof {
            text.push_str(&format!("  reaches  {seen} ({how})\n"));
        }
        for step in &self.steps {
            self.put(step, &mut text);
        }
        if !self.found.is_empty() {
            text.push_str(&format!("\n{name} now\n"));
            self.found.iter().for_each(|sentence| text.push_str(&format!("  {sentence}\n")));
        }
        text
    }

    /// How somebody else's Prisma would do it.
    pub fn plain_way(&self) -> String {
        let name = &self.environment.name;
        format!(
            "deploy   prisma migrate deploy as it was typed, which waits for a lock as long as the server lets it\n         \
             nexus-env migrate deploy -e {name} sets time-outs, and tries again where a lock did not come\n\
             backup   none is declared: [env.{name}.backup] in .nexusenv\n"
        )
    }

    /// What comes before and with it.
    pub fn way(&self) -> String {
        let name = &self.environment.name;
        let mut text = String::new();
        put_deploy(self.environment, &self.environment.deploy, &mut text);
        match &self.environment.backup {
            Some(backup) => put_backup(backup, &mut text),
            None => text.push_str(&format!("backup   none is declared: [env.{name}.backup] in .nexusenv\n")),
        }
        text
    }

    fn put(&self, step: &Step<'_>, text: &mut String) {
        let before = self.path.iter().map(|(environment, at)| (environment.name.as_str(), &step.line.cells[*at]));
        let before = before_it(before);
        text.push_str(&format!("\n{}{before}\n", step.migration.name));
        let sql = step.migration.text();
        let lines: Vec<&str> = sql.lines().collect();
        let mut left_out = 0;
        for (at, line) in lines.iter().enumerate() {
            let number = at + 1;
            let marked = step.marks.iter().any(|mark| mark.finding.line == number);
            if number > LONGEST && !marked {
                left_out += 1;
                continue;
            }
            text.push_str(format!("  {number:>4}  {line}").trim_end());
            text.push('\n');
            put_marks(step, number, text);
        }
        if left_out > 0 {
            text.push_str(&format!("        … {left_out} more lines\n"));
        }
        let version = self.version.map_or_else(String::new, |version| format!(" {version}"));
        text.push_str(&match step.failing {
            Failing::Whole => format!("  if a statement fails, nothing of this migration stays (Prisma{version})\n"),
            Failing::Partial => format!(
                "  if a statement fails, what stands above it STAYS: Prisma{version} sends each statement alone\n"
            ),
            Failing::Unknown => {
                "  if a statement fails, what stands above it may stay: which Prisma applies it is not known\n"
                    .to_owned()
            }
        });
    }
}

/// What became of a migration on the steps before the target: `(applied on dev 2026-11-28 01:40, test 2026-11-28 01:50)`.
fn before_it<'a>(steps: impl Iterator<Item = (&'a str, &'a Cell)>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut last = "";
    for (environment, cell) in steps {
        let Some(at) = cell.at() else { continue };
        let word = match cell {
            Cell::Failed { .. } => "failed",
            Cell::RolledBack { .. } => "rolled back",
            Cell::Edited { .. } => "applied with another text",
            Cell::ByHand { .. } => "only marked",
            Cell::Applied { .. }
            | Cell::Orphan { .. }
            | Cell::Squashed { .. }
            | Cell::Pending
            | Cell::Unmarked
            | Cell::Nothing
            | Cell::Unknown => "applied",
        };
        let again = word == last;
        last = word;
        let at = calendar::rfc3339(at)[..16].replace('T', " ");
        parts.push(if again { format!("{environment} {at}") } else { format!("{word} on {environment} {at}") });
    }
    if parts.is_empty() { String::new() } else { format!("  ({})", parts.join(", ")) }
}

fn put_marks(step: &Step<'_>, number: usize, text: &mut String) {
    const MARGIN: &str = "        ";
    for mark in step.marks.iter().filter(|mark| mark.finding.line == number) {
        let finding = &mark.finding;
        text.push_str(&format!("{MARGIN}^ {}: {} ({})\n", finding.harm.word(), finding.sentence, finding.rule));
        text.push_str(&match (&mark.allowed, finding.harm) {
            (Some(reason), _) => format!("{MARGIN}  allowed in the file: {reason}\n"),
            (None, Harm::Loses | Harm::Fails | Harm::Breaks | Harm::Locks | Harm::History) => {
                format!("{MARGIN}  instead: {}\n", finding.instead)
            }
        });
    }
    for (_, meaning) in step.meanings.iter().filter(|(line, _)| *line == number) {
        match meaning {
            Meaning::Nothing => {}
            Meaning::Note(sentence) => text.push_str(&format!("{MARGIN}^ now: {sentence}\n")),
            Meaning::Fails(sentence) => text.push_str(&format!("{MARGIN}^ WILL FAIL: {sentence}\n")),
        }
    }
}

fn put_deploy(environment: &Environment, deploy: &Deploy, text: &mut String) {
    let lock = Duration::short(deploy.lock_timeout.seconds());
    let statement = deploy.statement_timeout.map_or_else(
        || "and may take as long as the server lets it".to_owned(),
        |time| format!("and may take {}", Duration::short(time.seconds())),
    );
    text.push_str(&format!(
        "deploy   npx prisma migrate deploy, with write access to {} for it alone\n",
        environment.name
    ));
    text.push_str(&format!("         each statement waits {lock} for a lock, {statement}\n"));
}

fn put_backup(backup: &Backup, text: &mut String) {
    text.push_str(&format!("backup   {}\n", shell_words::join(&backup.command)));
    if let Some(verify) = &backup.verify {
        text.push_str(&format!("verify   {}\n", shell_words::join(verify)));
    }
    if let Some(restore) = &backup.restore {
        text.push_str(&format!("restore  {restore}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::promotion::history::Half;

    #[test]
    fn says_what_became_of_a_migration_on_each_step_before() {
        let at = 1_795_830_000;
        let failed = Cell::Failed { at, logs: None, half: Half::default() };
        let told = |cells: &[(&str, Cell)]| before_it(cells.iter().map(|(name, cell)| (*name, cell)));
        let applied = |name| (name, Cell::Applied { at });
        assert_eq!(
            told(&[applied("dev"), applied("test")]),
            "  (applied on dev 2026-11-28 01:40, test 2026-11-28 01:40)"
        );
        assert_eq!(told(&[("dev", failed.clone())]), "  (failed on dev 2026-11-28 01:40)");
        let both = "  (applied on dev 2026-11-28 01:40, failed on test 2026-11-28 01:40)";
        assert_eq!(told(&[applied("dev"), ("test", failed)]), both);
        assert_eq!(told(&[("dev", Cell::Pending)]), "");
    }
}
