//! Edits the text of a `.nexusenv`: one value comes, changes or goes, and every other byte stays as it was. Never
//! writes a file, and never returns a text that says something else than was asked for.
//!
//! The edit is a splice at a place that the parser names, because writing a parsed document anew loses CRLF line ends.

mod outline;

use super::document::Broken;
use super::name::{EnvironmentName, VariableName};
use super::vars;
use crate::error::Failure;
use outline::Outline;

/// Sets a plain variable. The value goes into the file as it is, so `${NAME}` in it is a reference and `$$` a dollar
/// sign, as if it had been typed there.
///
/// # Errors
/// A refused name is the caller's to refuse. NUL, a wrong reference, broken TOML, and a way of writing the table that
/// cannot be edited.
pub fn set_plain(
    text: &str,
    environment: &EnvironmentName,
    name: &VariableName,
    value: &str,
) -> Result<String, Failure> {
    if value.contains('\0') {
        return Err(Failure::new(format!("the value for `{name}` holds a NUL character, which no variable can")));
    }
    vars::check_references(value)
        .map_err(|sentence| Failure::new(format!("the value for `{name}` {sentence}")).hint(vars::REFERENCES))?;
    put(text, &["env", environment.as_str(), "vars"], name.as_str(), value)
}

/// Removes a plain variable with its line; `None` when the text does not set it.
///
/// # Errors
/// A text that is no TOML, or in which a person has to find the line.
pub fn unset_plain(text: &str, environment: &EnvironmentName, name: &VariableName) -> Result<Option<String>, Failure> {
    let path = ["env", environment.as_str(), "vars", name.as_str()];
    let outline = Outline::read(text).map_err(broken)?;
    let Some(leaf) = outline.leaf(&path) else { return Ok(None) };
    let (start, end) = match outline.around(leaf) {
        None => (line_start(text, leaf.key), line_end(text, leaf.value.end)),
        Some(table) => outline.in_inline(table, leaf, text),
    };
    let edited = format!("{}{}", &text[..start], &text[end..]);
    match Outline::read(&edited) {
        Ok(outline) if outline.leaf(&path).is_none() => Ok(Some(edited)),
        Ok(_) | Err(_) => Err(by_hand(&path)),
    }
}

/// Writes the fingerprint of an environment's database, `SYSTEM_IDENTIFIER/DATABASE`.
///
/// # Errors
/// A text that is no TOML, or in which a person has to find the place.
pub fn set_fingerprint(text: &str, environment: &EnvironmentName, fingerprint: &str) -> Result<String, Failure> {
    put(text, &["env", environment.as_str()], "fingerprint", fingerprint)
}

fn put(text: &str, table: &[&str], key: &str, value: &str) -> Result<String, Failure> {
    let outline = Outline::read(text).map_err(broken)?;
    let path: Vec<&str> = table.iter().copied().chain([key]).collect();
    let literal = literal(value);
    let edited = match outline.leaf(&path) {
        Some(leaf) => format!("{}{literal}{}", &text[..leaf.value.start], &text[leaf.value.end..]),
        None => {
            let (at, insertion) = insertion(text, &outline, table, &format!("{key} = {literal}"));
            format!("{}{insertion}{}", &text[..at], &text[at..])
        }
    };
    let written = Outline::read(&edited).ok().and_then(|outline| outline.leaf(&path)?.text.clone());
    if written.as_deref() == Some(value) { Ok(edited) } else { Err(by_hand(&path)) }
}

/// Where a new line goes, and what.
fn insertion(text: &str, outline: &Outline, table: &[&str], assignment: &str) -> (usize, String) {
    let newline =
        if text.lines().next().is_some_and(|line| text[line.len()..].starts_with("\r\n")) { "\r\n" } else { "\n" };
    let after = |leaf_end: usize, lines: String| {
        let at = line_end(text, leaf_end);
        let ended = at == 0 || text[..at].ends_with('\n');
        (at, format!("{}{lines}{newline}", if ended { "" } else { newline }))
    };
    if let Some(inline) = outline.inline(table) {
        let rest: String = table[inline.path.len()..].iter().map(|part| format!("{part}.")).collect();
        return match outline.last_within(inline) {
            Some(last) => (last.value.end, format!(", {rest}{assignment}")),
            None => (inline.value.start + 1, format!(" {rest}{assignment} ")),
        };
    }
    if let Some(section) = outline.section(table) {
        return match outline.last_in(section) {
            Some(last) => {
                let start = line_start(text, last.key);
                let indent: String = text[start..].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
                after(last.value.end, format!("{indent}{assignment}"))
            }
            None => after(outline.header_end(section), assignment.to_owned()),
        };
    }
    if let Some(sibling) = outline.last_child(table) {
        // Dotted keys: `vars.A = "1"` gets a sibling that is written the same way.
        let prefix = &text[line_start(text, sibling.key)..sibling.key];
        return after(sibling.value.end, format!("{prefix}{assignment}"));
    }
    let section = format!("[{}]{newline}{assignment}", table.join("."));
    if let Some(below) = outline.first_section_below(table) {
        return (line_start(text, below), format!("{section}{newline}{newline}"));
    }
    match outline.last_section_of(&table[..table.len().min(2)]) {
        Some(last) => after(last, format!("{newline}{section}")),
        None if text.is_empty() => (0, format!("{section}{newline}")),
        None => after(text.len(), format!("{newline}{section}")),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Past the newline of the line that holds this byte, or the end.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// A basic string of TOML on one line.
fn literal(value: &str) -> String {
    let mut literal = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if c.is_control() => literal.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

fn broken(broken: Broken) -> Failure {
    let Broken { line, sentence, .. } = broken;
    Failure::new(format!(".nexusenv:{line}: is no TOML: {sentence}")).hint("edit it, then nexus-env allow")
}

fn by_hand(path: &[&str]) -> Failure {
    Failure::new(format!("`{}` stands in `.nexusenv` in a way that cannot be edited from here", path.join(".")))
        .hint("edit the file by hand, then nexus-env allow")
}

#[cfg(test)]
mod tests;
