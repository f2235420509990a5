//! Which Prisma applies the migrations, and what that means for one that fails half-way.

use super::act::Act;
use super::statement::Statement;

/// The version of the `prisma` package, as far as it decides anything here.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

/// Since about this one the schema engine sends each statement alone (prisma-engines#5767).
const SPLITS: Version = Version { major: 7, minor: 4 };

impl Version {
    /// `7.10.1`, and ranges such as `^6.19.3` by their first version.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let mut numbers = text.split(['.', '-', ' ']);
        let major = numbers.next()?.parse().ok()?;
        Some(Version { major, minor: numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0) })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What is left of a migration whose third statement fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failing {
    /// Nothing: all statements are one transaction.
    Whole,
    /// What came before stays.
    Partial,
    /// The version is not known.
    Unknown,
}

/// What a failure would leave of a file with these statements.
pub fn failing(version: Option<Version>, statements: &[Statement], acts: &[Act]) -> Failing {
    let real = statements.iter().filter(|statement| statement.node.is_some()).count();
    if real <= 1 {
        return Failing::Whole;
    }
    // Between BEGIN and COMMIT all or nothing, whatever the version; what stands outside is not.
    match (acts.iter().find(|act| **act != Act::Other), acts.iter().rev().find(|act| **act != Act::Other)) {
        (Some(Act::Begin), Some(Act::End)) => return Failing::Whole,
        _ if acts.contains(&Act::End) => return Failing::Partial,
        _ => {}
    }
    match version {
        None => Failing::Unknown,
        Some(version) if version < SPLITS => Failing::Whole,
        // What its parser cannot read is sent in one piece (prisma-engines#5847): it stumbles over `DO $$`.
        Some(_) if acts.iter().any(|act| matches!(act, Act::Do(_))) => Failing::Whole,
        Some(_) => Failing::Partial,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{act, statement};
    use super::*;

    #[track_caller]
    fn check(version: &str, sql: &str, expected: Failing) {
        let statements = statement::statements(sql);
        let acts: Vec<Act> = statements.iter().map(act::read).collect();
        assert_eq!(failing(Version::parse(version), &statements, &acts), expected, "{version} {sql}");
    }

    #[test]
    fn prisma_7_4_and_later_sends_each_statement_alone() {
        check("6.19.3", "CREATE TABLE a (); DROP TABLE b", Failing::Whole);
        check("7.3.0", "CREATE TABLE a (); DROP TABLE b", Failing::Whole);
        check("^7.4.1", "CREATE TABLE a (); DROP TABLE b", Failing::Partial);
        check("8.0.0-rc.5", "CREATE TABLE a (); DROP TABLE b", Failing::Partial);
        check("7.10.1", "DROP TABLE b; -- end", Failing::Whole);
        check("7.10.1", "BEGIN; CREATE TABLE a (); DROP TABLE b; COMMIT;", Failing::Whole);
        check("7.10.1", "CREATE TABLE a (); DO $$ BEGIN END $$", Failing::Whole);
        check("6.19.3", "CREATE TABLE a (); COMMIT; DROP TABLE b", Failing::Partial);
        check("", "CREATE TABLE a (); DROP TABLE b", Failing::Unknown);
    }
}
