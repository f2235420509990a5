//! The actions of `ALTER TABLE` (manual, ALTER TABLE), one value each.

use squawk_syntax::ast::{AstNode, Type};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::tree::{child, folded, name, object, token, tokens};
use super::{Act, Change, Checked, Column, Constraint, Filled};

/// An `ALTER TABLE`.
pub(super) fn table(node: &SyntaxNode) -> Act {
    let named = child(node, SyntaxKind::TABLE_RELATION_NAME);
    let Some(table) = named.as_ref().and_then(object) else { return Act::Other };
    let actions = node.children().filter(|child| {
        !matches!(child.kind(), SyntaxKind::TABLE_RELATION_NAME | SyntaxKind::IF_EXISTS | SyntaxKind::ERROR)
    });
    Act::AlterTable(table, actions.map(|action| change(&action)).collect())
}

fn change(action: &SyntaxNode) -> Change {
    let column = || {
        action.children().find(|child| matches!(child.kind(), SyntaxKind::COLUMN_NAME | SyntaxKind::COLUMN_NAME_REF))
    };
    let named = || column().as_ref().and_then(name);
    match action.kind() {
        SyntaxKind::TABLE_RENAME_TO => Change::RenameTable,
        SyntaxKind::RENAME_COLUMN => named().map_or(Change::Other, Change::RenameColumn),
        SyntaxKind::SET_SCHEMA => Change::SetSchema,
        SyntaxKind::VALIDATE_CONSTRAINT => Change::Validate,
        SyntaxKind::DROP_COLUMN => named().map_or(Change::Other, Change::DropColumn),
        SyntaxKind::ALTER_COLUMN => named().map_or(Change::Other, |column| altered(action, column)),
        SyntaxKind::ADD_CONSTRAINT => {
            action.children().find_map(|found| constraint(&found)).map_or(Change::Other, Change::AddConstraint)
        }
        SyntaxKind::ADD_COLUMN => named().and_then(|name| added(action, name)).map_or(Change::Other, Change::AddColumn),
        _ => Change::Other,
    }
}

fn altered(action: &SyntaxNode, column: String) -> Change {
    let option = action.children().nth(1);
    match option.as_ref().map(|option| (option.kind(), option)) {
        Some((SyntaxKind::SET_NOT_NULL, _)) => Change::SetNotNull(column),
        Some((SyntaxKind::DROP_NOT_NULL, _)) => Change::DropNotNull(column),
        Some((SyntaxKind::SET_TYPE, option)) => Change::ChangeType(column, kind(option).unwrap_or_default()),
        Some(_) | None => Change::Other,
    }
}

fn constraint(node: &SyntaxNode) -> Option<Constraint> {
    let checked = match child(node, SyntaxKind::NOT_VALID) {
        Some(_) => Checked::Later,
        None => Checked::Now,
    };
    if node.descendants().any(|below| below.kind() == SyntaxKind::USING_INDEX_NAME) {
        return Some(Constraint::FromIndex);
    }
    let columns = || {
        let list = node.descendants().find(|below| below.kind() == SyntaxKind::CONSTRAINT_COLUMN_REF_LIST);
        list.into_iter()
            .flat_map(|list| list.children().filter_map(|column| name(&column)).collect::<Vec<_>>())
            .collect()
    };
    match node.kind() {
        SyntaxKind::FOREIGN_KEY_CONSTRAINT => Some(Constraint::ForeignKey(checked)),
        SyntaxKind::CHECK_CONSTRAINT => Some(Constraint::Check(checked)),
        SyntaxKind::EXCLUDE_CONSTRAINT => Some(Constraint::Exclude),
        SyntaxKind::UNIQUE_CONSTRAINT => Some(Constraint::Unique(columns())),
        SyntaxKind::PRIMARY_KEY_CONSTRAINT => Some(Constraint::Primary(columns())),
        _ => None,
    }
}

/// A type in small letters, as it is written: `timestamp(3)`.
fn kind(node: &SyntaxNode) -> Option<String> {
    let found = node.children().find(|child| Type::can_cast(child.kind()))?;
    let mut text = String::new();
    for token in tokens(&found).filter(|token| !token.kind().is_trivia()) {
        let word = folded(token.text());
        let apart = text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')'))
            && word.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        text.push_str(if apart { " " } else { "" });
        text.push_str(&word);
    }
    Some(text)
}

fn added(action: &SyntaxNode, name: String) -> Option<Column> {
    let mut found = Column { name, kind: kind(action)?, ..Column::default() };
    if matches!(found.kind.as_str(), "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2") {
        found.required = true;
        found.filled = Filled::Rewriting;
    }
    for constraint in action.children() {
        match constraint.kind() {
            SyntaxKind::NOT_NULL_CONSTRAINT => found.required = true,
            SyntaxKind::PRIMARY_KEY_CONSTRAINT => (found.required, found.unique) = (true, true),
            SyntaxKind::UNIQUE_CONSTRAINT => found.unique = true,
            SyntaxKind::REFERENCES_CONSTRAINT => found.references = true,
            SyntaxKind::GENERATED_CONSTRAINT => found.filled = Filled::Rewriting,
            SyntaxKind::DEFAULT_CONSTRAINT => found.filled = default(&constraint),
            _ => {}
        }
    }
    Some(found)
}

/// Functions whose value is one for the whole statement, so that it is kept in the catalogue.
const STEADY: &[&str] = &["now", "transaction_timestamp", "statement_timestamp"];

/// A literal or a steady function is kept in the catalogue, any other call is made for each row.
fn default(constraint: &SyntaxNode) -> Filled {
    let value = constraint.first_child();
    if value
        .as_ref()
        .is_some_and(|value| value.kind() == SyntaxKind::LITERAL && token(value, SyntaxKind::NULL_KW).is_some())
    {
        return Filled::Nothing;
    }
    let calls = constraint.descendants().filter(|below| below.kind() == SyntaxKind::CALL_EXPR);
    let called = |call: SyntaxNode| {
        let text = call.first_child().map(|callee| callee.text().to_string()).unwrap_or_default();
        folded(text.rsplit('.').next().unwrap_or_default().trim())
    };
    match calls.map(called).all(|name| STEADY.contains(&name.as_str())) {
        true => Filled::Constant,
        false => Filled::Rewriting,
    }
}
