//! JSON as the programs of a JavaScript project take it: `package.json` as `JSON.parse` of V8 reads it, and what Bun and Deno
//! allow beside that, comments and a comma too many. Any number, any depth and any escape; of a key given twice the last
//! counts. It is for reading what others wrote, not for what this program stores.

/// What is deeper than this is read over, and not kept.
const KEPT: usize = 12;

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Json {
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// A number, `true`, `null`, or something too deep to be kept.
    Other,
}

impl Json {
    /// The whole text; `None` where it is no JSON at all.
    pub fn read(text: &str) -> Option<Json> {
        let mut input = Input { rest: text };
        let found = input.value(0)?;
        input.blank();
        input.rest.is_empty().then_some(found)
    }

    /// What an object holds under a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.pairs().iter().rev().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            Json::List(_) | Json::Object(_) | Json::Other => None,
        }
    }

    pub fn list(&self) -> &[Json] {
        match self {
            Json::List(list) => list,
            Json::Text(_) | Json::Object(_) | Json::Other => &[],
        }
    }

    pub fn pairs(&self) -> &[(String, Json)] {
        match self {
            Json::Object(pairs) => pairs,
            Json::Text(_) | Json::List(_) | Json::Other => &[],
        }
    }
}

struct Input<'t> {
    rest: &'t str,
}

impl Input<'_> {
    fn blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}']);
            let end = match self.rest.as_bytes() {
                [b'/', b'/', ..] => self.rest.find('\n').unwrap_or(self.rest.len()),
                [b'/', b'*', ..] => self.rest[2..].find("*/").map_or(self.rest.len(), |end| end + 4),
                _ => return,
            };
            self.rest = &self.rest[end..];
        }
    }

    fn take(&mut self, mark: char) -> bool {
        self.blank();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.blank();
        match self.rest.chars().next()? {
            '"' => self.string().map(Json::Text),
            '{' | '[' if depth == KEPT => self.over(),
            '{' => {
                self.take('{');
                let mut pairs = Vec::new();
                while !self.take('}') {
                    self.blank();
                    let key = self.string()?;
                    if !self.take(':') {
                        return None;
                    }
                    pairs.push((key, self.value(depth + 1)?));
                    self.parted('}')?;
                }
                Some(Json::Object(pairs))
            }
            '[' => {
                self.take('[');
                let mut list = Vec::new();
                while !self.take(']') {
                    list.push(self.value(depth + 1)?);
                    self.parted(']')?;
                }
                Some(Json::List(list))
            }
            _ => self.word(),
        }
    }

    /// A comma, or the end that follows.
    fn parted(&mut self, end: char) -> Option<()> {
        (self.take(',') || self.rest.starts_with(end)).then_some(())
    }

    /// A number, `true`, `false`, `null`.
    fn word(&mut self) -> Option<Json> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let rest = self.rest.trim_start_matches(is_part);
        let is_one = rest.len() < self.rest.len();
        self.rest = rest;
        is_one.then_some(Json::Other)
    }

    /// A value of any depth, without the program's stack.
    fn over(&mut self) -> Option<Json> {
        let mut open = 0usize;
        loop {
            self.blank();
            match self.rest.chars().next()? {
                '"' => drop(self.string()?),
                '{' | '[' => {
                    open += 1;
                    self.rest = &self.rest[1..];
                }
                '}' | ']' => {
                    open -= 1;
                    self.rest = &self.rest[1..];
                }
                ',' | ':' => self.rest = &self.rest[1..],
                _ => drop(self.word()?),
            }
            if open == 0 {
                return Some(Json::Other);
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let mut out = String::new();
        let mut rest = self.rest.strip_prefix('"')?;
        loop {
            let at = rest.find(['"', '\\'])?;
            out.push_str(&rest[..at]);
            let (mark, behind) = (rest.as_bytes()[at], &rest[at + 1..]);
            if mark == b'"' {
                self.rest = behind;
                return Some(out);
            }
            let letter = behind.chars().next()?;
            rest = &behind[letter.len_utf8()..];
            match letter {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                'b' | 'f' => out.push(' '),
                'u' => {
                    let (first, mut behind) = unit(rest)?;
                    let mut units = vec![first];
                    // Half of a pair may stand alone, as JavaScript has it.
                    if let Some((second, after)) = behind.strip_prefix("\\u").and_then(unit)
                        && (0xd800..0xdc00).contains(&first)
                        && (0xdc00..0xe000).contains(&second)
                    {
                        units.push(second);
                        behind = after;
                    }
                    rest = behind;
                    out.push_str(&String::from_utf16_lossy(&units));
                }
                other => out.push(other),
            }
        }
    }
}

/// Four hexadecimal digits, and what follows.
fn unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    Some((u16::from_str_radix(digits, 16).ok()?, &text[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = Json::read(text).and_then(|json| json.get("a").and_then(Json::text).map(str::to_owned));
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn reads_what_node_bun_and_deno_read() {
        check(r#"{"a":"x"}"#, Some("x"));
        check("\u{feff} {\r\"a\"\t:\n\"x\",\"b\":1e999,\"c\":-0.5,\"d\":[true,null]}\r", Some("x"));
        check(r#"{"a":"y","a":"x"}"#, Some("x"));
        check(r#"{"\u0061":"x\ud800","b":"\ud83d\ude00"}"#, Some("x\u{fffd}"));
        check(r#"{"b":"\ud83d\ude00","a":"\ud83d\ude00\/\\"}"#, Some("😀/\\"));
        check("// c\n{/* d */\"a\":\"x\",}", Some("x"));
        let deep = |count: usize| format!("{{\"b\":{}{},\"a\":\"x\"}}", "[".repeat(count), "]".repeat(count));
        check(&deep(200), Some("x"));
        check(&deep(200_000), Some("x"));
        for wrong in ["", "{", "{\"a\":\"x\"", "{\"a\" \"x\"}", "{\"a\":\"x\"} x", "{'a':'x'}", "{\"a\":\"\\u00g0\"}"] {
            check(wrong, None);
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_takes_what_serde_takes(text in "\\PC{0,60}|([\\[\\]{}:,\"]|\\\\u00|\\\\ud8|é|1e9|a){0,60}") {
            let read = Json::read(&text);
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert!(read.is_some());
            }
        }
    }
}
