//! The TOML of `.nexusenv` and `.nexusenv.local` as one tree whose every node knows the file and the place it came
//! from. Knows no key of the schema.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use super::place::{At, File};
use crate::domain::config::document;

/// A value and where it stands.
pub(super) struct Node<'t> {
    pub at: At,
    pub value: Value<'t>,
}

pub(super) enum Value<'t> {
    Text(Cow<'t, str>),
    /// `None` for a number that does not fit.
    Number(Option<i64>),
    Truth(bool),
    List(Vec<Node<'t>>),
    Table(Vec<Entry<'t>>),
    Float,
    Date,
}

pub(super) struct Entry<'t> {
    pub key: Cow<'t, str>,
    pub at: At,
    pub node: Node<'t>,
}

impl Value<'_> {
    /// What a person calls it, with its article.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Number(_) => "a number",
            Value::Truth(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Float => "a number with a fraction",
            Value::Date => "a date",
        }
    }
}

/// Reads one text. The error is the parser's sentence and the byte where it stands.
pub(super) fn read(file: File, text: &str) -> Result<Vec<Entry<'_>>, (String, At)> {
    match document::read(text) {
        Ok(document) => Ok(table(file, document.into_inner())),
        Err(broken) => Err((broken.sentence, At { file, byte: broken.byte })),
    }
}

/// Entries in the order in which they stand in the file; the parser has them by name.
fn table(file: File, table: DeTable<'_>) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = table
        .into_iter()
        .map(|(key, value)| Entry {
            at: At { file, byte: key.span().start },
            key: key.into_inner(),
            node: node(file, value.span().start, value.into_inner()),
        })
        .collect();
    entries.sort_by_key(|entry| entry.at.byte);
    entries
}

fn node(file: File, byte: usize, value: DeValue<'_>) -> Node<'_> {
    let value = match value {
        DeValue::String(text) => Value::Text(text),
        DeValue::Integer(number) => Value::Number(i64::from_str_radix(number.as_str(), number.radix()).ok()),
        DeValue::Boolean(truth) => Value::Truth(truth),
        DeValue::Array(list) => {
            Value::List(list.into_iter().map(|item| node(file, item.span().start, item.into_inner())).collect())
        }
        DeValue::Table(entries) => Value::Table(table(file, entries)),
        DeValue::Float(_) => Value::Float,
        DeValue::Datetime(_) => Value::Date,
    };
    Node { at: At { file, byte }, value }
}

/// Lays `over` onto `under`, key by key: tables are merged, the rules of `[[guard]]` are added, everything else that
/// `over` has replaces what `under` has.
pub(super) fn merge<'t>(mut under: Vec<Entry<'t>>, over: Vec<Entry<'t>>) -> Vec<Entry<'t>> {
    for entry in over {
        match under.iter_mut().find(|known| known.key == entry.key) {
            None => under.push(entry),
            Some(known) => lay(known, entry),
        }
    }
    under
}

fn lay<'t>(known: &mut Entry<'t>, entry: Entry<'t>) {
    let before = std::mem::replace(&mut known.node.value, Value::Truth(false));
    known.node.value = match (before, entry.node.value) {
        (Value::Table(under), Value::Table(over)) => {
            known.node.value = Value::Table(merge(under, over));
            return;
        }
        (Value::List(mut rules), Value::List(more)) if entry.key == "guard" => {
            rules.extend(more);
            known.node.value = Value::List(rules);
            return;
        }
        (_, value) => value,
    };
    known.at = entry.at;
    known.node.at = entry.node.at;
}
