//! What is true of a migration's file as a whole: that it can be read, and what stays of it where a statement fails.

use super::super::act::Act;
use super::super::finding::Harm;
use super::super::statement::{Fault, Statement};
use super::super::version::Failing;
use super::{Judge, table};
use crate::domain::text::safe_text;

impl Judge<'_> {
    /// Where the file is no SQL, statements may have been read in another way than the server would.
    pub(super) fn fault(&mut self, fault: &Fault) {
        self.line = fault.line;
        self.say(
            "syntax-error",
            Harm::Fails,
            safe_text::cut(&fault.what, 200),
            "mend it; where PostgreSQL does take it, allow it at the top of the file",
        );
    }

    /// What is true of the file as a whole.
    pub(super) fn whole(&mut self, statements: &[Statement], acts: &[Act]) {
        if self.failing != Failing::Partial || acts.contains(&Act::End) {
            return;
        }
        let fails = |act: &Act| {
            self.is_long(act)
                || matches!(act, Act::AlterTable(table, changes) if !self.is_made(table) && changes.iter().any(table::can_fail))
        };
        let first = acts.iter().position(|act| *act != Act::Other || self.several).unwrap_or(0);
        let Some(at) = acts.iter().enumerate().skip(first + 1).find(|(_, act)| fails(act)).map(|(at, _)| at) else {
            return;
        };
        self.line = statements[at].line;
        let version = self.circumstances.version.map_or_else(String::new, |version| format!(" {version}"));
        self.say(
            "not-atomic",
            Harm::Fails,
            format!("Prisma{version} sends each statement alone: if this one fails, what stands above it stays"),
            "BEGIN; above the first statement and COMMIT; below the last, or a migration of its own",
        );
    }
}
