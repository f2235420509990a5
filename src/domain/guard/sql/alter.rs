//! Whether a statement that changes a table's structure loses what is in it: a column that goes, a type that holds less, a table
//! that another takes the place of.

use super::{Danger, Token, word};

/// What goes without a row's value.
const KEEPS_DATA: &[&str] =
    &["DEFAULT", "NOT", "CONSTRAINT", "IDENTITY", "EXPRESSION", "FOREIGN", "INDEX", "CHECK", "KEY", "PRIMARY"];

/// Types that most values of another do not fit into as they are: they are rounded, cut, or said anew.
const NARROW: &[&str] = &[
    "INT", "INTEGER", "INT2", "INT4", "SMALLINT", "TINYINT", "MEDIUMINT", "BOOLEAN", "BOOL", "BIT", "DATE", "REAL",
    "FLOAT", "FLOAT4", "YEAR",
];

/// `ALTER …`: what drops, and what makes a column's type narrower.
pub(super) fn danger(tokens: &[Token]) -> Danger {
    let drops = |pair: &[Token]| word(pair.first()) == "DROP" && !KEEPS_DATA.contains(&word(pair.get(1)));
    let is_table = tokens.iter().take(2).any(|token| word(Some(token)) == "TABLE");
    // ClickHouse's own DELETE.
    let deletes = |pair: &[Token]| word(pair.first()) == "DELETE" && word(pair.get(1)) == "WHERE";
    if let Some(at) = tokens.windows(2).position(deletes) {
        return super::unconditional(&tokens[at..]);
    }
    // What Oracle wrote after an earlier state is given up.
    let resets = tokens.iter().any(|token| word(Some(token)) == "RESETLOGS");
    if resets || tokens.windows(2).any(drops) || is_table && (0..tokens.len()).any(|at| narrows(&tokens[at..])) {
        Danger::Destructive
    } else {
        Danger::None
    }
}

/// `ALTER [COLUMN] NAME [SET DATA] TYPE …`, `MODIFY [COLUMN] NAME …`, `CHANGE [COLUMN] NAME NAME …`.
fn narrows(tokens: &[Token]) -> bool {
    let from = |at: usize| tokens.get(at..).unwrap_or(&[]);
    let behind = |at: usize| if word(tokens.get(at)) == "COLUMN" { from(at + 1) } else { from(at) };
    let is_cut = |rest: &[Token]| {
        let end = rest.iter().position(|token| *token == Token::Symbol(',')).unwrap_or(rest.len());
        let using = rest[..end].iter().position(|token| word(Some(token)) == "USING");
        let cuts =
            |token: &Token| matches!(word(Some(token)), "LEFT" | "SUBSTR" | "SUBSTRING" | "ROUND" | "TRUNC" | "NULL");
        // `numeric(10,2)` rounds what does not fit.
        let rounds =
            matches!(word(rest.first()), "NUMERIC" | "DECIMAL" | "NUMBER") && rest.get(1) == Some(&Token::Symbol('('));
        rounds || NARROW.contains(&word(rest.first())) || using.is_some_and(|at| rest[at..end].iter().any(cuts))
    };
    match word(tokens.first()) {
        "ALTER" => {
            let rest = behind(1);
            let at = rest.iter().take(4).position(|token| word(Some(token)) == "TYPE");
            match at {
                Some(at) => is_cut(&rest[at + 1..]),
                // SQL Server's has no word in front of the type.
                None => word(tokens.get(1)) == "COLUMN" && rest.get(1..).is_some_and(is_cut),
            }
        }
        "MODIFY" => behind(1).get(1..).is_some_and(is_cut),
        "CHANGE" => behind(1).get(2..).is_some_and(is_cut),
        _ => false,
    }
}

/// `CREATE OR REPLACE [TRANSIENT] TABLE`, of Snowflake, BigQuery, DuckDB and MariaDB.
pub(super) fn replaces_a_table(tokens: &[Token]) -> bool {
    let begins = ["CREATE", "OR", "REPLACE"].iter().zip(tokens).all(|(one, token)| word(Some(token)) == *one);
    let words = || tokens.iter().skip(3).take(2).map(|token| word(Some(token)));
    begins
        && words().any(|one| matches!(one, "TABLE" | "SCHEMA" | "DATABASE"))
        && !words().any(|one| one.starts_with("TEMP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Danger) {
        assert_eq!(super::super::read(text).danger, expected, "{text}");
    }

    #[test]
    fn a_type_that_holds_less_loses_what_does_not_fit() {
        for text in [
            "ALTER TABLE o ALTER COLUMN total TYPE integer USING total::integer",
            "alter table o alter x type smallint",
            "alter table p modify price int",
            "alter table p modify column price tinyint(1)",
            "alter table p change price cost int",
            "ALTER TABLE p ALTER COLUMN price INT",
            "alter table o alter column name type varchar(10) using left(name, 10)",
            "alter table o alter a set data type date, alter b drop default",
        ] {
            check(text, Danger::Destructive);
        }
        for text in [
            "alter table o alter column id type bigint",
            "alter table o alter column id type bigint using id::bigint",
            "alter table o alter data type jsonb using data::jsonb",
            "alter table p modify name varchar(255)",
            "alter table p add column n integer",
            "alter type mood add value 'int'",
            "alter table o alter x set not null",
            "alter table o rename column date to day",
            "alter table o alter column n set default 1",
        ] {
            check(text, Danger::None);
        }
    }

    #[test]
    fn a_table_that_takes_the_place_of_another() {
        for text in ["create or replace table x as select 1", "CREATE OR REPLACE TRANSIENT TABLE x (a int)"] {
            check(text, Danger::Destructive);
        }
        for text in [
            "create or replace view x as select 1",
            "create table x (a int)",
            "create or replace temp table x (a int)",
            "create or replace function f() returns table (a int) language sql as 'select 1'",
        ] {
            check(text, Danger::None);
        }
    }
}
