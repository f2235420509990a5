//! Names, lists and conditions in squawk's tree of a statement.

use squawk_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use super::{Condition, Object};

pub(super) fn child(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    node.children().find(|child| child.kind() == kind)
}

/// The first token of that kind, however deep.
pub(super) fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(node).find(|token| token.kind() == kind)
}

pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens().filter_map(|element| element.into_token())
}

/// As the server folds it: in small letters unless it is quoted.
pub(super) fn folded(text: &str) -> String {
    match text.strip_prefix('"').map(|text| text.strip_suffix('"').unwrap_or(text)) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => text.to_lowercase(),
    }
}

/// What a string says.
pub(super) fn said(text: &str) -> String {
    let text = text.trim_start_matches(['e', 'E', 'n', 'N']);
    text.strip_prefix('\'').map_or(text, |text| text.strip_suffix('\'').unwrap_or(text)).replace("''", "'")
}

/// The name of a column or of whatever has one part.
pub(super) fn name(node: &SyntaxNode) -> Option<String> {
    let text = node.text().to_string();
    (!text.trim().is_empty()).then(|| folded(text.trim()))
}

/// The first object that is named at or below the node.
pub(super) fn object(node: &SyntaxNode) -> Option<Object> {
    objects(node).into_iter().next()
}

/// `table`, `schema.table`, `database.schema.table`, each that is named at or below the node.
pub(super) fn objects(node: &SyntaxNode) -> Vec<Object> {
    let is_path = |kind| matches!(kind, SyntaxKind::PATH | SyntaxKind::PATH_REF);
    let whole = |node: &SyntaxNode| is_path(node.kind()) && !node.parent().is_some_and(|above| is_path(above.kind()));
    let paths = node.descendants().filter(whole);
    paths
        .filter_map(|path| {
            let is_part =
                |node: &SyntaxNode| matches!(node.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF);
            let mut parts: Vec<String> = path.descendants().filter(is_part).filter_map(|part| name(&part)).collect();
            let name = parts.pop()?;
            Some(Object { schema: parts.pop(), name })
        })
        .collect()
}

/// Of `DELETE` or `UPDATE`: whether a `WHERE` says something.
pub(super) fn condition(node: &SyntaxNode) -> Condition {
    if child(node, SyntaxKind::WHERE_CURRENT_OF).is_some() {
        return Condition::Given;
    }
    let mut found = child(node, SyntaxKind::WHERE_CLAUSE).and_then(|clause| clause.first_child());
    while let Some(inside) = found.as_ref().filter(|node| node.kind() == SyntaxKind::PAREN_EXPR) {
        found = inside.first_child();
    }
    let Some(expression) = found else { return Condition::None };
    let literal = |node: &SyntaxNode| (node.kind() == SyntaxKind::LITERAL).then(|| node.text().to_string());
    let always = match expression.kind() {
        SyntaxKind::LITERAL => token(&expression, SyntaxKind::TRUE_KW).is_some(),
        SyntaxKind::BIN_EXPR => {
            let equal = expression.children_with_tokens().any(|element| element.kind() == SyntaxKind::EQ);
            let sides: Vec<Option<String>> = expression.children().map(|side| literal(&side)).collect();
            matches!(sides.as_slice(), [Some(one), Some(other)] if equal && one == other)
        }
        _ => false,
    };
    if always { Condition::None } else { Condition::Given }
}
