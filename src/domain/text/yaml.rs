//! YAML as Taskfiles, compose files and their kind are written in it: maps, lists, scalars plain, quoted and in blocks, flow
//! style, anchors with aliases and merge keys (YAML 1.2.2). What else the language can do is not read, and a text with it is
//! none that is understood. Scalars are texts, whatever type YAML would give them.

use std::collections::BTreeMap;

use super::json::Json;

/// What is deeper than this is no configuration that a person wrote.
const DEEPEST: usize = 40;

/// Aliases may hold aliases: more than this much is not put in, in values.
const MOST: usize = 20_000;

/// The first document of a text; `None` where it is not understood as a whole.
pub fn read(text: &str) -> Option<Json> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let lines: Vec<Line<'_>> = text
        .lines()
        .skip_while(|line| line.starts_with('%') || line.trim().is_empty() || line.starts_with('#'))
        .enumerate()
        .take_while(|(at, line)| *at == 0 || !is_mark(line, "---") && !is_mark(line, "..."))
        .map(|(at, line)| if at == 0 && is_mark(line, "---") { line.trim_start_matches("---") } else { line })
        .map(Line::of)
        .collect();
    let mut input = Input { lines, at: 0, anchors: BTreeMap::new(), left: MOST };
    let found = input.block(0, 0)?;
    input.skip();
    (input.at == input.lines.len()).then_some(found)
}

fn is_mark(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[derive(Clone, Copy)]
struct Line<'t> {
    column: usize,
    text: &'t str,
    raw: &'t str,
}

impl<'t> Line<'t> {
    fn of(raw: &'t str) -> Line<'t> {
        let text = raw.trim_start_matches(' ');
        Line { column: raw.len() - text.len(), text: text.trim_end(), raw }
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty() || self.text.starts_with('#')
    }
}

struct Input<'t> {
    lines: Vec<Line<'t>>,
    at: usize,
    anchors: BTreeMap<String, Json>,
    left: usize,
}

impl<'t> Input<'t> {
    fn skip(&mut self) {
        while self.lines.get(self.at).is_some_and(Line::is_blank) {
            self.at += 1;
        }
    }

    fn now(&mut self) -> Option<Line<'t>> {
        self.skip();
        self.lines.get(self.at).copied()
    }

    /// A map, a list or a scalar whose lines begin at `least` or further to the right.
    fn block(&mut self, least: usize, depth: usize) -> Option<Json> {
        let Some(line) = self.now().filter(|line| line.column >= least) else { return Some(Json::Other) };
        if depth > DEEPEST || line.text.starts_with('\t') || line.text.starts_with("? ") {
            return None;
        }
        if line.text == "-" || line.text.starts_with("- ") {
            return self.list(line.column, depth);
        }
        if key(line.text).is_some() {
            return self.map(line.column, depth);
        }
        self.at += 1;
        self.value(line.text, least, depth)
    }

    fn list(&mut self, column: usize, depth: usize) -> Option<Json> {
        let mut found = Vec::new();
        while let Some(line) = self.now().filter(|line| line.column == column) {
            let Some(rest) = line.text.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' ')) else {
                break;
            };
            let inner = rest.trim_start();
            if !inner.is_empty() && (key(inner).is_some() || inner.starts_with("- ")) {
                // A map or a list that begins behind the dash: its column is where it stands.
                let within = line.text.len() - inner.len() + column;
                self.lines[self.at] = Line { column: within, text: inner, raw: line.raw };
                found.push(self.block(within, depth + 1)?);
                continue;
            }
            self.at += 1;
            found.push(self.value(inner, column + 1, depth)?);
        }
        Some(Json::List(found))
    }

    fn map(&mut self, column: usize, depth: usize) -> Option<Json> {
        let mut found: Vec<(String, Json)> = Vec::new();
        let mut merged: Vec<(String, Json)> = Vec::new();
        while let Some(line) = self.now().filter(|line| line.column == column) {
            let (name, rest) = key(line.text)?;
            self.at += 1;
            // A list may stand as far to the left as its key.
            let is_list = |line: &Line<'_>| line.text == "-" || line.text.starts_with("- ");
            let within =
                self.now().filter(|next| next.column == column && is_list(next)).map_or(column + 1, |_| column);
            let value = self.value(rest, within, depth)?;
            match (name.as_str(), value) {
                ("<<", Json::List(all)) => merged.extend(all.iter().flat_map(|one| one.pairs().to_vec())),
                ("<<", value) => merged.extend(value.pairs().to_vec()),
                (_, value) => found.push((name, value)),
            }
        }
        if self.now().is_some_and(|line| line.column > column) {
            return None;
        }
        merged.retain(|(name, _)| !found.iter().any(|(own, _)| own == name));
        found.extend(merged);
        Some(Json::Object(found))
    }

    /// What stands behind a key or a dash, with the lines that belong to it.
    fn value(&mut self, text: &str, least: usize, depth: usize) -> Option<Json> {
        self.left = self.left.checked_sub(1)?;
        let text = text.trim();
        match text.chars().next() {
            None | Some('#') => self.block(least, depth + 1),
            Some('&') => {
                let (name, rest) = text[1..].split_once(' ').unwrap_or((&text[1..], ""));
                let value = self.value(rest, least, depth)?;
                self.anchors.insert(name.to_owned(), value.clone());
                Some(value)
            }
            Some('*') => {
                let name = uncommented(&text[1..]);
                let value = self.anchors.get(name)?.clone();
                self.left = self.left.checked_sub(size(&value))?;
                Some(value)
            }
            Some('!') => {
                let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
                self.value(rest, least, depth)
            }
            Some('|' | '>') => Some(Json::Text(self.scalar_block(text, least))),
            Some('[' | '{') => {
                let mut whole = text.to_owned();
                loop {
                    let mut flow = Flow { rest: &whole };
                    if let Some(found) = flow.value(0)
                        && uncommented(flow.rest.trim_start()).is_empty()
                    {
                        return Some(found);
                    }
                    // It goes on behind the line's end.
                    let next = self.lines.get(self.at).filter(|_| whole.len() < 64 * 1024)?;
                    whole.push('\n');
                    whole.push_str(if next.text.starts_with('#') { "" } else { next.text });
                    self.at += 1;
                }
            }
            Some(quote @ ('"' | '\'')) => {
                let mut whole = text.to_owned();
                loop {
                    if let Some((found, rest)) = quoted(&whole, quote) {
                        return uncommented(rest.trim_start()).is_empty().then_some(Json::Text(found));
                    }
                    let next = self.lines.get(self.at)?;
                    whole.push(' ');
                    whole.push_str(next.text);
                    self.at += 1;
                }
            }
            Some('%' | '@' | '`') => None,
            Some(_) => {
                let mut whole = uncommented(text).to_owned();
                while let Some(next) = self.lines.get(self.at).filter(|next| !next.is_blank() && next.column >= least) {
                    if key(next.text).is_some() {
                        return None;
                    }
                    whole.push(' ');
                    whole.push_str(uncommented(next.text));
                    self.at += 1;
                }
                Some(if matches!(whole.as_str(), "~" | "null") { Json::Other } else { Json::Text(whole) })
            }
        }
    }

    /// `|` keeps the ends of lines, `>` makes blanks of them.
    fn scalar_block(&mut self, mark: &str, least: usize) -> String {
        let mut lines: Vec<&str> = Vec::new();
        let mut column = None;
        while let Some(line) = self.lines.get(self.at).copied() {
            let is_empty = line.raw.trim().is_empty();
            if !is_empty && line.column < column.unwrap_or(least) {
                break;
            }
            if !is_empty {
                column.get_or_insert(line.column);
            }
            lines.push(line.raw.get(column.unwrap_or(0)..).unwrap_or(""));
            self.at += 1;
        }
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let between = if mark.starts_with('>') { " " } else { "\n" };
        lines.join(between) + "\n"
    }
}

fn size(value: &Json) -> usize {
    match value {
        Json::Text(_) | Json::Other => 1,
        Json::List(list) => 1 + list.iter().map(size).sum::<usize>(),
        Json::Object(pairs) => 1 + pairs.iter().map(|(_, value)| size(value)).sum::<usize>(),
    }
}

/// `name: value`, where the name may be quoted and hold colons itself.
fn key(text: &str) -> Option<(String, &str)> {
    let (name, rest) = match text.chars().next()? {
        quote @ ('"' | '\'') => quoted(text, quote)?,
        '[' | '{' | '#' | '&' | '*' | '!' | '|' | '>' | '%' | '@' | '`' => return None,
        _ => {
            let end = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
            if text[..end].contains(" #") {
                return None;
            }
            (text[..end].to_owned(), &text[end..])
        }
    };
    let rest = rest.trim_start().strip_prefix(':').filter(|rest| rest.is_empty() || rest.starts_with(' '))?;
    Some((name.trim_end().to_owned(), rest))
}

fn uncommented(text: &str) -> &str {
    if text.starts_with('#') {
        return "";
    }
    text.find(" #").map_or(text, |at| &text[..at]).trim_end()
}

/// A quoted scalar at the beginning of a text, and what follows it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut inside = String::new();
    let mut rest = text[1..].char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            c if c == quote => {
                if quote == '\'' && rest.next_if(|(_, next)| *next == '\'').is_some() {
                    inside.push('\'');
                    continue;
                }
                return Some((inside, &text[at + 2..]));
            }
            '\\' if quote == '"' => match rest.next()?.1 {
                'n' => inside.push('\n'),
                't' => inside.push('\t'),
                // No command has these in it; as they are written they are as good.
                c @ ('x' | 'u' | 'U') => inside.extend(['\\', c]),
                c => inside.push(c),
            },
            c => inside.push(c),
        }
    }
    None
}

/// `[a, b]` and `{a: b}`.
struct Flow<'t> {
    rest: &'t str,
}

impl Flow<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.blank();
        if depth > DEEPEST {
            return None;
        }
        match self.rest.chars().next()? {
            '[' => {
                let mut found = Vec::new();
                self.rest = &self.rest[1..];
                loop {
                    self.blank();
                    if self.ends(']')? {
                        return Some(Json::List(found));
                    }
                    let before = self.rest.len();
                    found.push(self.value(depth + 1)?);
                    if self.rest.len() == before {
                        return None;
                    }
                }
            }
            '{' => {
                let mut found = Vec::new();
                self.rest = &self.rest[1..];
                loop {
                    self.blank();
                    if self.ends('}')? {
                        return Some(Json::Object(found));
                    }
                    let name = self.scalar(":").filter(|name| !name.is_empty())?;
                    self.blank();
                    let value = match self.rest.strip_prefix(':') {
                        Some(rest) => {
                            self.rest = rest;
                            self.value(depth + 1)?
                        }
                        None => Json::Other,
                    };
                    found.push((name, value));
                }
            }
            '*' | '&' | '!' => None,
            _ => Some(Json::Text(self.scalar("")?)),
        }
    }

    /// Whether the collection ends here; a comma in front of what follows is taken.
    fn ends(&mut self, mark: char) -> Option<bool> {
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest;
            self.blank();
        }
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                Some(true)
            }
            None if self.rest.is_empty() => None,
            None => Some(false),
        }
    }

    fn scalar(&mut self, also: &str) -> Option<String> {
        if let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (found, rest) = quoted(self.rest, quote)?;
            self.rest = rest;
            return Some(found);
        }
        let end = self.rest.find(|c: char| matches!(c, ',' | ']' | '}' | '\n') || also.contains(c))?;
        let (found, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!found.contains(['[', '{'])).then(|| found.trim().to_owned())
    }
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
