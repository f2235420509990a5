//! Where the keys, values and section headers of a TOML text stand, in bytes.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::domain::config::document::{self, Broken};

/// A key with its value. An inline table is one, and so is each key in it.
pub(super) struct Leaf {
    pub path: Vec<String>,
    /// Where the last part of its key begins.
    pub key: usize,
    pub value: Range<usize>,
    pub text: Option<String>,
    pub inline_table: bool,
}

struct Header {
    path: Vec<String>,
    span: Range<usize>,
    /// Of an array of tables: never one to write into.
    repeated: bool,
}

/// Index of a header.
#[derive(Clone, Copy)]
pub(super) struct Section(usize);

/// Both lists in the order of the text.
pub(super) struct Outline {
    leaves: Vec<Leaf>,
    headers: Vec<Header>,
}

impl Outline {
    /// # Errors
    /// Where it is no TOML.
    pub fn read(text: &str) -> Result<Self, Broken> {
        let document = document::read(text)?;
        let mut outline = Outline { leaves: Vec::new(), headers: Vec::new() };
        outline.table(text, &mut Vec::new(), document.get_ref());
        outline.leaves.sort_by_key(|leaf| leaf.key);
        outline.headers.sort_by_key(|header| header.span.start);
        Ok(outline)
    }

    fn table(&mut self, text: &str, path: &mut Vec<String>, table: &DeTable<'_>) {
        for (key, value) in table {
            path.push(key.get_ref().clone().into_owned());
            let written = text.get(value.span()).unwrap_or_default();
            match value.get_ref() {
                // The span of a table is its header, its braces, or the key that made it on the way.
                DeValue::Table(inner) if !written.starts_with('{') => {
                    if written.starts_with('[') {
                        self.headers.push(Header { path: path.clone(), span: value.span(), repeated: false });
                    }
                    self.table(text, path, inner);
                }
                DeValue::Array(items) if self.repeated(text, path, items) => {
                    for item in items.iter() {
                        if let DeValue::Table(inner) = item.get_ref() {
                            self.table(text, path, inner);
                        }
                    }
                }
                value_here => {
                    self.leaves.push(Leaf {
                        path: path.clone(),
                        key: key.span().start,
                        value: value.span(),
                        text: value_here.as_str().map(str::to_owned),
                        inline_table: value_here.is_table(),
                    });
                    if let DeValue::Table(inner) = value_here {
                        self.table(text, path, inner);
                    }
                }
            }
            path.pop();
        }
    }

    /// Notes the headers of an array of tables; `false` for an ordinary array.
    fn repeated(&mut self, text: &str, path: &[String], items: &toml::de::DeArray<'_>) -> bool {
        let header = |span: Range<usize>| text.get(span).is_some_and(|written| written.starts_with("[["));
        let repeated = !items.is_empty() && items.iter().all(|item| item.get_ref().is_table() && header(item.span()));
        if repeated {
            let headers = items.iter().map(|item| Header { path: path.to_vec(), span: item.span(), repeated: true });
            self.headers.extend(headers);
        }
        repeated
    }

    pub fn leaf(&self, path: &[&str]) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.path == path)
    }

    /// The innermost inline table that a leaf stands in.
    pub fn around(&self, leaf: &Leaf) -> Option<&Leaf> {
        self.leaves.iter().rfind(|table| table.inline_table && within(&leaf.value, &table.value))
    }

    /// The innermost inline table that this table is, or would stand in.
    pub fn inline(&self, table: &[&str]) -> Option<&Leaf> {
        let holds = |leaf: &&Leaf| leaf.inline_table && begins(table, &leaf.path);
        self.leaves.iter().filter(holds).max_by_key(|leaf| leaf.path.len())
    }

    /// The last key right in an inline table.
    pub fn last_within(&self, table: &Leaf) -> Option<&Leaf> {
        self.leaves.iter().filter(|leaf| within(&leaf.value, &table.value)).max_by_key(|leaf| leaf.value.end)
    }

    /// The bytes of a key of an inline table, with one of the commas beside it.
    pub fn in_inline(&self, table: &Leaf, leaf: &Leaf, text: &str) -> (usize, usize) {
        let before = self.leaves.iter().filter(|other| within(&other.value, &table.value) && other.key < leaf.key);
        match before.map(|other| other.value.end).max() {
            Some(end) => (end, leaf.value.end),
            None => {
                let rest = &text[leaf.value.end..];
                let comma = rest.trim_start().strip_prefix(',').map_or(0, |after| rest.len() - after.len());
                (table.value.start + 1, leaf.value.end + comma)
            }
        }
    }

    /// The section whose header names this table.
    pub fn section(&self, table: &[&str]) -> Option<Section> {
        self.headers.iter().position(|header| header.path == table && !header.repeated).map(Section)
    }

    pub fn header_end(&self, section: Section) -> usize {
        self.headers[section.0].span.end
    }

    /// The last key of a section.
    pub fn last_in(&self, section: Section) -> Option<&Leaf> {
        let start = self.header_end(section);
        let end = self.headers.get(section.0 + 1).map_or(usize::MAX, |next| next.span.start);
        self.leaves.iter().filter(|leaf| (start..end).contains(&leaf.key)).max_by_key(|leaf| leaf.value.end)
    }

    /// The last key right below a table that has no header of its own.
    pub fn last_child(&self, table: &[&str]) -> Option<&Leaf> {
        let child = |leaf: &&Leaf| leaf.path.len() == table.len() + 1 && leaf.path[..table.len()] == *table;
        self.leaves.iter().filter(child).max_by_key(|leaf| leaf.value.end)
    }

    /// Where the first header of a table below this one begins.
    pub fn first_section_below(&self, table: &[&str]) -> Option<usize> {
        let below = |header: &&Header| header.path.len() > table.len() && header.path[..table.len()] == *table;
        self.headers.iter().find(below).map(|header| header.span.start)
    }

    /// Where the last section ends that belongs to this table.
    pub fn last_section_of(&self, table: &[&str]) -> Option<usize> {
        let of = |header: &Header| header.path.len() >= table.len() && header.path[..table.len()] == *table;
        let section = Section(self.headers.iter().rposition(of)?);
        Some(self.last_in(section).map_or(self.header_end(section), |leaf| leaf.value.end))
    }
}

fn within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start < inner.start && inner.end < outer.end
}

fn begins(table: &[&str], with: &[String]) -> bool {
    table.len() >= with.len() && table.iter().zip(with).all(|(part, other)| part == other)
}
