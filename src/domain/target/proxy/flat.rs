//! Reads the flat configuration files of Google's proxies: `key: value` in YAML, TOML or JSON. What is not flat is not
//! understood, and then nothing is taken from the file at all.

/// Told by the file's ending, as the proxies tell it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Format {
    Yaml,
    Toml,
    Json,
}

impl Format {
    pub(super) fn of(path: &str) -> Option<Format> {
        match path.rsplit_once('.')?.1 {
            "yaml" | "yml" => Some(Format::Yaml),
            "toml" => Some(Format::Toml),
            "json" => Some(Format::Json),
            _ => None,
        }
    }
}

/// The pairs of the file, keys in lower case; `None` where something in it is not understood.
pub(super) fn read(text: &str, format: Format) -> Option<Vec<(String, String)>> {
    let pairs = match format {
        Format::Yaml => yaml(text),
        Format::Toml => toml(text),
        Format::Json => json(text),
    }?;
    Some(pairs.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect())
}

fn json(text: &str) -> Option<Vec<(String, String)>> {
    let serde_json::Value::Object(object) = serde_json::from_str(text).ok()? else { return None };
    let scalar = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(on) => Some(on.to_string()),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    };
    object.iter().map(|(key, value)| Some((key.clone(), scalar(value)?))).collect()
}

fn toml(text: &str) -> Option<Vec<(String, String)>> {
    let table: toml::Table = text.parse().ok()?;
    let scalar = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(on) => Some(on.to_string()),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => None,
    };
    table.iter().map(|(key, value)| Some((key.clone(), scalar(value)?))).collect()
}

/// Lines of `key: value` at the margin, values plain or quoted, comments. Anchors, lists, blocks and nesting are not.
fn yaml(text: &str) -> Option<Vec<(String, String)>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut pairs = Vec::new();
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() || line.trim_start().starts_with('#') || line == "---" || line == "..." {
            continue;
        }
        if line.starts_with(char::is_whitespace) {
            return None;
        }
        let (key, value) = line.split_once(':')?;
        if !value.is_empty() && !value.starts_with(char::is_whitespace) {
            return None;
        }
        pairs.push((unquoted(key.trim())?, unquoted(without_comment(value.trim()))?));
    }
    Some(pairs)
}

/// A comment begins with a `#` after white space, outside quotes (YAML 1.2.2, 6.6).
fn without_comment(value: &str) -> &str {
    let quoted = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].find(quote).map_or(value.len(), |end| end + 2),
        Some(_) | None => 0,
    };
    let rest = value.get(quoted..).unwrap_or("");
    let end = match (quoted, rest.starts_with('#')) {
        (0, true) => 0,
        _ => rest.find(" #").or_else(|| rest.find("\t#")).map_or(value.len(), |at| quoted + at),
    };
    value.get(..end).unwrap_or(value).trim_end()
}

fn unquoted(text: &str) -> Option<String> {
    let between = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    if text.starts_with('"') {
        // An escape would need YAML's own rules.
        return between('"').filter(|inner| !inner.contains(['\\', '"'])).map(str::to_owned);
    }
    if text.starts_with('\'') {
        return between('\'').filter(|inner| !inner.replace("''", "").contains('\'')).map(|s| s.replace("''", "'"));
    }
    let special = text.starts_with(['&', '*', '!', '|', '>', '[', '{', '%', '@', '`', '?']);
    (!special && !text.starts_with("- ") && !text.contains(": ")).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: Format, text: &str, expected: Option<&[(&str, &str)]>) {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(read(text, format), expected.map(owned), "{text:?}");
    }

    #[test]
    fn a_line_of_yaml_at_the_margin_is_a_pair() {
        let one = |text: &str, value: &str| check(Format::Yaml, text, Some(&[("port", value)]));
        one("\u{feff}# day\n---\nPort: 5433\n\n  # x\n...\n", "5433");
        one("port: 5433 # ours\r\n", "5433");
        one("port: a#b\t# c", "a#b");
        one("port: \"a # b\" # c", "a # b");
        one("port: 'it''s' # c", "it's");
        one("'port': \"5433\"", "5433");
        one("port: # nothing", "");
        one("port:", "");
        for text in [
            "port:5433", " port: 1", "port", "port: \"a\\n\"", "port: \"a", "port: \"a\"b\"", "port: 'a'b'",
            "port: 'a", "port: &a 1", "port: *a", "port: |", "port: >", "port: [1]", "port: {a: 1}", "port: - 1",
            "port: a: b", "- port: 1",
        ] {
            check(Format::Yaml, text, None);
        }
    }

    #[test]
    fn toml_and_json_are_read_where_they_are_flat() {
        check(Format::Toml, "Port = 5433\na = 'x'\n", Some(&[("port", "5433"), ("a", "x")]));
        check(
            Format::Json,
            r#"{"a": "x", "auto": true, "port": 5433}"#,
            Some(&[("a", "x"), ("auto", "true"), ("port", "5433")]),
        );
        check(Format::Json, r#"{"Port": 1}"#, Some(&[("port", "1")]));
        for (format, text) in [
            (Format::Toml, "a = [1]"),
            (Format::Toml, "a = 1.5"),
            (Format::Toml, "[a]\nb = 1"),
            (Format::Toml, "a"),
            (Format::Json, r#"{"a": null}"#),
            (Format::Json, r#"{"a": [1]}"#),
            (Format::Json, "[]"),
            (Format::Json, "{"),
        ] {
            check(format, text, None);
        }
    }

    #[test]
    fn a_file_says_by_its_ending_how_it_is_written() {
        for (path, format) in [
            ("a.yaml", Some(Format::Yaml)),
            ("/x.d/a.yml", Some(Format::Yaml)),
            ("a.toml", Some(Format::Toml)),
            ("a.b.json", Some(Format::Json)),
            ("a.txt", None),
            ("yaml", None),
        ] {
            assert_eq!(Format::of(path), format, "{path}");
        }
    }
}
