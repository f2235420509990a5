//! `.env` files as dotenv reads them. Pure: `Files` reads.

use std::path::Path;

use super::{Content, Files};
use crate::domain::guard::scope::{Scope, Value};
use crate::domain::text::safe_text;

/// The variables of a `.env` file, as dotenv reads it: `export` in front, quotes, comments, `${NAME}`. The last of
/// several wins. `None` where the file is missing; an unreadable one cannot be known.
pub fn env_file(files: &dyn Files, path: &Path, scope: &Scope<'_>) -> Option<Result<Vec<(String, Value)>, String>> {
    match files.read(path) {
        Content::Text(text) => Some(Ok(parse_env(&text, scope))),
        Content::Missing => None,
        Content::Unreadable(_) => Some(Err(format!("{} cannot be read", safe_text::path(path)))),
    }
}

/// See [`env_file`].
pub fn parse_env(text: &str, scope: &Scope<'_>) -> Vec<(String, Value)> {
    // dotenv takes a CR for the end of a line wherever it stands (`lib/main.js`).
    let text = &*text.replace("\r\n", "\n").replace('\r', "\n");
    let mut pairs: Vec<(String, Value)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let line = line.trim().trim_start_matches('\u{feff}');
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        let Some((name, value)) = line.split_once('=').or_else(|| line.split_once(": ")) else { continue };
        let name = name.trim();
        if name.starts_with('#') || name.is_empty() || name.contains(char::is_whitespace) {
            continue;
        }
        let value = value.trim_start();
        let value = match value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
            Some(quote) => {
                // A quoted value may go on over several lines.
                let start = value.as_ptr() as usize - text.as_ptr() as usize + 1;
                match text[start..].find(quote) {
                    Some(end) => {
                        let consumed = start + end + 1;
                        let remaining = text.len() - rest.len();
                        if consumed > remaining {
                            rest = text[consumed..].split_once('\n').map_or("", |(_, after)| after);
                        }
                        let inner = &text[start..start + end];
                        match quote {
                            '\'' => Value::text(inner),
                            _ => expanded(inner, scope, &pairs),
                        }
                    }
                    None => expanded(value, scope, &pairs),
                }
            }
            None => {
                let end = value.find(" #").unwrap_or(value.len());
                let bare = if value.starts_with('#') { "" } else { value[..end].trim_end() };
                expanded(bare, scope, &pairs)
            }
        };
        pairs.retain(|(known, _)| known != name);
        pairs.push((name.to_owned(), value));
    }
    pairs
}

/// `${NAME}` in a file's value: the environment first, then the file.
fn expanded(text: &str, scope: &Scope<'_>, pairs: &[(String, Value)]) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else { break };
        out.push_str(&rest[..at]);
        let name = &rest[at + 2..at + end];
        let value = match scope.get(name).value {
            Value::Unset => pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
            known => Some(known),
        };
        match value {
            Some(Value::Text(secret)) => out.push_str(&String::from_utf8_lossy(secret.expose())),
            Some(Value::Unset) | None => {}
            Some(Value::Unknown(_) | Value::Stored(_)) => return Value::Unknown(format!("it refers to {name}")),
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    Value::text(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let process = |name: &str| (name == "HOST").then(|| "h".to_owned());
        let scope = Scope::new(PathBuf::from("/"), &process);
        let got: Vec<(String, String)> = parse_env(text, &scope)
            .into_iter()
            .map(|(name, value)| (name, value.as_text().unwrap_or("?").to_owned()))
            .collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn reads_env_files_as_dotenv_does() {
        check(
            "A=1\nexport B = 2 # x\n# C=3\nD='a # b'\nE=\"x\"\n",
            &[("A", "1"), ("B", "2"), ("D", "a # b"), ("E", "x")],
        );
        check("A=1\nA=2", &[("A", "2")]);
        check("URL=postgres://${HOST}/${DB}\n", &[("URL", "postgres://h/")]);
        check("DB=x\nURL=\"postgres://${HOST}/${DB}\"", &[("DB", "x"), ("URL", "postgres://h/x")]);
        check("A=\"1\n2\"\nB=3", &[("A", "1\n2"), ("B", "3")]);
        check("A=\"1\nZ=2\n\" # B=4\nB=\"3\"\nC=`x\ny`", &[("A", "1\nZ=2\n"), ("B", "3"), ("C", "x\ny")]);
        check("A=\"never ends\nB=3", &[("A", "\"never ends"), ("B", "3")]);
        check("A='${HOST}'", &[("A", "${HOST}")]);
        check("\u{feff}A=1\rB=2\r\nC=3", &[("A", "1"), ("B", "2"), ("C", "3")]);
        check("nothing here", &[]);
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,60}|[A-Z=\"'`#${} \n]{0,60}") {
            let process = |_: &str| None;
            let _ = parse_env(&text, &Scope::new(PathBuf::from("/"), &process));
        }
    }
}
