//! The actions of `ALTER TABLE` (manual, ALTER TABLE), one value each.

use super::cursor::{Cursor, split};
use super::{Act, Change, Checked, Column, Constraint, Filled};
use crate::domain::promotion::lexer::Token;

/// What stands behind `ALTER TABLE`.
pub(super) fn table(mut at: Cursor<'_>) -> Act {
    at.skip(&["if", "exists"]);
    at.skip(&["only"]);
    let Some(table) = at.object() else { return Act::Other };
    Act::AlterTable(table, split(at.tokens).into_iter().map(|tokens| change(Cursor { tokens })).collect())
}

fn change(mut at: Cursor<'_>) -> Change {
    if at.skip(&["rename", "to"]) {
        return Change::RenameTable;
    }
    if at.skip(&["rename", "constraint"]) {
        return Change::Other;
    }
    if at.skip(&["rename"]) {
        at.skip(&["column"]);
        return at.name().map_or(Change::Other, Change::RenameColumn);
    }
    if at.skip(&["set", "schema"]) {
        return Change::SetSchema;
    }
    if at.skip(&["validate", "constraint"]) {
        return Change::Validate;
    }
    if at.skip(&["drop", "constraint"]) {
        return Change::Other;
    }
    if at.skip(&["drop"]) {
        at.skip(&["column"]);
        at.skip(&["if", "exists"]);
        return at.name().map_or(Change::Other, Change::DropColumn);
    }
    if at.skip(&["alter"]) {
        at.skip(&["column"]);
        let Some(column) = at.name() else { return Change::Other };
        if at.skip(&["set", "not", "null"]) {
            return Change::SetNotNull(column);
        }
        if at.skip(&["drop", "not", "null"]) {
            return Change::DropNotNull(column);
        }
        if at.skip(&["type"]) || at.skip(&["set", "data", "type"]) {
            return Change::ChangeType(column, kind(&mut at));
        }
        return Change::Other;
    }
    if at.skip(&["add"]) {
        if at.skip(&["constraint"]) {
            at.skip(&["if", "not", "exists"]);
            at.name();
        }
        if let Some(constraint) = constraint(at) {
            return Change::AddConstraint(constraint);
        }
        at.skip(&["column"]);
        at.skip(&["if", "not", "exists"]);
        return column(at).map_or(Change::Other, Change::AddColumn);
    }
    Change::Other
}

fn constraint(mut at: Cursor<'_>) -> Option<Constraint> {
    let later = at.tokens.windows(2).any(|pair| Cursor { tokens: pair }.is(&["not", "valid"]));
    let checked = if later { Checked::Later } else { Checked::Now };
    if at.skip(&["foreign", "key"]) {
        return Some(Constraint::ForeignKey(checked));
    }
    if at.is(&["check"]) && at.tokens.get(1) == Some(&Token::Symbol('(')) {
        return Some(Constraint::Check(checked));
    }
    if at.is(&["exclude"]) {
        return Some(Constraint::Exclude);
    }
    let primary = at.skip(&["primary", "key"]);
    if !primary && !at.skip(&["unique"]) {
        return None;
    }
    if at.is(&["using", "index"]) {
        return Some(Constraint::FromIndex);
    }
    at.skip(&["nulls", "not", "distinct"]);
    at.skip(&["nulls", "distinct"]);
    let columns = at.columns();
    Some(if primary { Constraint::Primary(columns) } else { Constraint::Unique(columns) })
}

/// The words of a type, up to whatever may follow one.
fn kind(at: &mut Cursor<'_>) -> String {
    const ENDS: &[&str] = &[
        "using", "collate", "not", "null", "default", "generated", "primary", "unique", "references", "check",
        "constraint", "deferrable", "initially", "compression", "storage",
    ];
    let mut text = String::new();
    while let Some(token) = at.tokens.first() {
        match token {
            Token::Word(word) if ENDS.contains(&word.as_str()) => break,
            Token::Word(word) | Token::Name(word) | Token::Number(word) => {
                if !text.is_empty() && !text.ends_with(['(', '.', ',']) {
                    text.push(' ');
                }
                text.push_str(word);
            }
            Token::Symbol(c) => text.push(*c),
            Token::Text(_) | Token::Body(_) => break,
        }
        at.tokens = &at.tokens[1..];
    }
    text
}

fn column(mut at: Cursor<'_>) -> Option<Column> {
    let name = at.name()?;
    let kind = kind(&mut at);
    if kind.is_empty() {
        return None;
    }
    let mut found = Column { name, kind, ..Column::default() };
    if matches!(found.kind.as_str(), "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2") {
        found.required = true;
        found.filled = Filled::Rewriting;
    }
    while !at.tokens.is_empty() {
        if at.skip(&["not", "null"]) {
            found.required = true;
        } else if at.skip(&["primary", "key"]) {
            (found.required, found.unique) = (true, true);
        } else if at.skip(&["unique"]) {
            found.unique = true;
        } else if at.skip(&["references"]) {
            found.references = true;
        } else if at.skip(&["generated"]) {
            found.filled = Filled::Rewriting;
        } else if at.skip(&["default"]) {
            found.filled = default(&mut at);
        } else if at.tokens.first() == Some(&Token::Symbol('(')) {
            at.parenthesis();
        } else {
            at.tokens = &at.tokens[1..];
        }
    }
    Some(found)
}

/// Functions whose value is one for the whole statement, so that it is kept in the catalogue.
const STEADY: &[&str] = &[
    "now", "current_timestamp", "current_date", "current_time", "localtimestamp", "localtime", "transaction_timestamp",
];

/// A default up to the next constraint: a literal or a steady function is kept in the catalogue, any other call is made
/// for each row.
fn default(at: &mut Cursor<'_>) -> Filled {
    if at.is(&["null"]) {
        at.skip(&["null"]);
        return Filled::Nothing;
    }
    let mut filled = Filled::Constant;
    let mut previous: Option<&str> = None;
    while let Some(token) = at.tokens.first() {
        match token {
            Token::Word(word) if matches!(word.as_str(), "not" | "constraint" | "check" | "unique" | "references") => {
                break;
            }
            Token::Word(word) if matches!(word.as_str(), "primary" | "generated") => break,
            Token::Symbol('(') => {
                let called = previous.is_some_and(|name| !STEADY.contains(&name) && !is_type(name));
                if called {
                    filled = Filled::Rewriting;
                }
                let inside = at.parenthesis();
                let calls = inside.windows(2).any(|pair| {
                    matches!(pair, [Token::Word(name), Token::Symbol('(')] if !STEADY.contains(&name.as_str()) && !is_type(name))
                });
                if calls {
                    filled = Filled::Rewriting;
                }
                previous = None;
                continue;
            }
            Token::Word(word) | Token::Name(word) => previous = Some(word),
            Token::Text(_) | Token::Body(_) | Token::Number(_) | Token::Symbol(_) => previous = None,
        }
        at.tokens = &at.tokens[1..];
    }
    filled
}

/// Types that take a number in parentheses, as in `'x'::varchar(3)`.
fn is_type(name: &str) -> bool {
    matches!(
        name,
        "varchar"
            | "char"
            | "character"
            | "varying"
            | "numeric"
            | "decimal"
            | "timestamp"
            | "timestamptz"
            | "time"
            | "bit"
    )
}
