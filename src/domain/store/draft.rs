//! The text in which a person edits an environment's secrets: written from the values, read back as what changed.

use super::dotenv::{self, Dialect, Wrong};
use super::sealed::seal::Change;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::config::vars::Vars;
use crate::domain::text::secret::Secret;

/// A line for each value, in the dialect in which it is read back. A value that is no text is named, and stays as it is.
pub fn write(environment: &EnvironmentName, vars: &Vars) -> Secret {
    let room: usize = vars.iter().map(|(name, value)| name.as_str().len() + 2 * value.expose().len() + 80).sum();
    let mut text = zeroize::Zeroizing::new(String::with_capacity(room + 400));
    text.push_str(&format!(
        "# The secrets of {environment}, in clear while this is open. A line that is gone removes its secret.\n\
         # NAME=value, or 'value', or \"value\" with \\n \\t \\\" \\\\ \\$ in it; quoted, it may have several lines.\n"
    ));
    for (name, value) in vars.iter() {
        match std::str::from_utf8(value.expose()) {
            Ok(value) => push(&mut text, name, value),
            Err(_) => text.push_str(&format!("# {name} holds bytes that are no text, and stays as it is.\n")),
        }
    }
    Secret::new(std::mem::take(&mut *text))
}

fn push(text: &mut String, name: &VariableName, value: &str) {
    text.push_str(name.as_str());
    text.push('=');
    let plain =
        !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:@%+,=?&".contains(&byte));
    match plain {
        true => text.push_str(value),
        false if !value.contains(['\'', '\r']) => {
            text.push('\'');
            text.push_str(value);
            text.push('\'');
        }
        false => {
            text.push('"');
            for character in value.chars() {
                match character {
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '"' | '\\' | '$' => text.extend(['\\', character]),
                    other => text.push(other),
                }
            }
            text.push('"');
        }
    }
    text.push('\n');
}

/// What is another in the text than it was, in the order of the text, and last what is gone.
///
/// # Errors
/// The first line that is not understood.
pub fn read(text: &Secret, before: &Vars) -> Result<Vec<Change>, Wrong> {
    let taken = dotenv::parse(Dialect::Dotenv, text.expose())?;
    if let Some(over) = taken.passed_over.first() {
        return Err(Wrong { line: over.line, what: over.what });
    }
    let entries = &taken.entries;
    let last =
        entries.iter().enumerate().filter(|(at, entry)| entries[at + 1..].iter().all(|other| other.name != entry.name));
    let mut changes: Vec<Change> = last
        .filter(|(_, entry)| before.get(&entry.name) != Some(&entry.value))
        .map(|(_, entry)| Change::Set(entry.name.clone(), entry.value.clone()))
        .collect();
    let shown = |value: &Secret| std::str::from_utf8(value.expose()).is_ok();
    let gone = before.iter().filter(|(name, value)| shown(value) && entries.iter().all(|entry| entry.name != **name));
    changes.extend(gone.map(|(name, _)| Change::Unset(name.clone())));
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vars(pairs: &[(&str, &[u8])]) -> Vars {
        Vars::new(pairs.iter().map(|(name, value)| (VariableName::new(name).unwrap(), Secret::new(*value))))
    }

    fn text(vars: &Vars) -> String {
        String::from_utf8(write(&EnvironmentName::new("dev").unwrap(), vars).expose().to_vec()).unwrap()
    }

    #[track_caller]
    fn check(text: &str, before: &Vars, expected: &[&str]) {
        let changes = read(&Secret::new(text), before).unwrap();
        let shown = |change: &Change| match change {
            Change::Set(name, value) => format!("{name}={}", value.expose().escape_ascii()),
            Change::Unset(name) => format!("-{name}"),
            Change::Expires(..) | Change::Noted(..) => format!("{change:?}"),
        };
        assert_eq!(changes.iter().map(shown).collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn shows_each_value_so_that_it_can_be_edited() {
        let shown = text(&vars(&[
            ("A", b"1"),
            ("B", b"two words"),
            ("C", b"it's\n\"$x\""),
            ("D", b"\xff"),
            ("E", b"one\ntwo"),
        ]));
        let lines: Vec<&str> = shown.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "A=1",
                "B='two words'",
                r#"C="it's\n\"\$x\"""#,
                "# D holds bytes that are no text, and stays as it is.",
                "E='one",
                "two'"
            ]
        );
    }

    #[test]
    fn finds_what_changed_and_nothing_else() {
        let before = vars(&[("A", b"1"), ("B", b"2"), ("RAW", b"\xff")]);
        check(&text(&before), &before, &[]);
        check("A=1\nB=3\nC=4\n", &before, &["B=3", "C=4"]);
        check("A='1'\n", &before, &["-B"]);
        check("B=2\nA=2\nA=1\n", &before, &[]);
        check("A=\nB=2\n", &before, &["A="]);
    }

    proptest! {
        #[test]
        fn what_was_not_touched_did_not_change(value in any::<String>(), other in "['\"`$\\\\#\r\n =a]{0,9}") {
            let pairs = [("A", value.replace('\0', "")), ("B", other)];
            let before = Vars::new(pairs.map(|(name, value)| (VariableName::new(name).unwrap(), Secret::new(value))));
            let changes = read(&write(&EnvironmentName::new("dev").unwrap(), &before), &before);
            prop_assert!(changes.is_ok_and(|changes| changes.is_empty()));
        }
    }
}
