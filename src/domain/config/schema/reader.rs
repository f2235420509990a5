//! Takes typed values out of the tree, and says what stands there instead. Knows no key of the schema.

use std::borrow::Cow;

use super::place::{At, Places, shown};
use super::tree::{Entry, Node, Value};
use crate::domain::config::name::VariableName;
use crate::domain::config::person;
use crate::domain::text::near::nearest;
use crate::error::Failure;

/// A table whose keys are all known ones, being emptied key by key.
pub(super) struct Keys<'t> {
    places: Places<'t>,
    /// `env.prod`, empty at the top.
    path: String,
    pub at: At,
    entries: Vec<Entry<'t>>,
}

/// A value with the words that name it in a message.
pub(super) struct Found<'t> {
    places: Places<'t>,
    path: String,
    pub at: At,
    node: Node<'t>,
}

impl<'t> Keys<'t> {
    pub fn top(places: Places<'t>, entries: Vec<Entry<'t>>, known: &[&str], at: At) -> Result<Self, Failure> {
        Keys { places, path: String::new(), at, entries }.only(known)
    }

    /// Refuses every key that is not known here.
    fn only(self, known: &[&str]) -> Result<Self, Failure> {
        match self.entries.iter().find(|entry| !known.contains(&&*entry.key)) {
            None => Ok(self),
            Some(entry) => {
                let place = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
                let sentence = format!("unknown key `{}`{place}", shown(&entry.key));
                Err(self.places.failure(entry.at, sentence).hint(self.meant(entry, known)))
            }
        }
    }

    fn meant(&self, entry: &Entry<'_>, known: &[&str]) -> String {
        let key = shown(&entry.key);
        if self.path.is_empty() && person::KEYS.contains(&&*entry.key) {
            return format!("`{key}` is for a person's own config.toml: a repository does not say it");
        }
        if let Some(near) = nearest(&entry.key, known.iter().copied()) {
            format!("did you mean `{near}`?")
        } else if known.contains(&"vars")
            && entry.key.bytes().all(|b| b.is_ascii_uppercase() || b"_0123456789".contains(&b))
        {
            format!("variables stand below `[{}.vars]`", self.path)
        } else if self.path.is_empty() && matches!(entry.node.value, Value::Table(_)) {
            format!("an environment is written `[env.{key}]`; other tables here: services, prisma")
        } else {
            format!("known here: {}", known.join(", "))
        }
    }

    pub fn take(&mut self, key: &str) -> Option<Found<'t>> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.found(at))
    }

    /// What must be there; the failure names the table's place and says what it is for.
    pub fn need(&mut self, key: &str, purpose: &str) -> Result<Found<'t>, Failure> {
        let sentence = format!("`{}` is missing: {purpose}", join(&self.path, key));
        self.take(key).ok_or_else(|| self.places.failure(self.at, sentence))
    }

    /// A failure about the table as a whole.
    pub fn failure(&self, sentence: &str) -> Failure {
        self.places.failure(self.at, sentence)
    }

    fn found(&mut self, index: usize) -> Found<'t> {
        let entry = self.entries.remove(index);
        Found { places: self.places, path: join(&self.path, &shown(&entry.key)), at: entry.at, node: entry.node }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

impl<'t> Found<'t> {
    /// A failure at this place, its subject in front: `env.prod.proxy.port` …
    pub fn failure(&self, rest: impl AsRef<str>) -> Failure {
        self.places.failure(self.at, format!("`{}` {}", self.path, rest.as_ref()))
    }

    fn wrong(&self, wanted: &str) -> Failure {
        self.failure(format!("must be {wanted}, not {}", self.node.value.kind()))
    }

    /// A table with these keys and no others.
    pub fn keys(self, known: &[&str]) -> Result<Keys<'t>, Failure> {
        match self.node.value {
            Value::Table(entries) => Keys { places: self.places, path: self.path, at: self.at, entries }.only(known),
            Value::Text(_) | Value::Number(_) | Value::Truth(_) | Value::List(_) | Value::Float | Value::Date => {
                Err(self.wrong("a table"))
            }
        }
    }

    /// A table whose keys are names of the user's own, in their order.
    pub fn named(self) -> Result<Vec<(Cow<'t, str>, Found<'t>)>, Failure> {
        match self.node.value {
            Value::Table(entries) => Ok(entries
                .into_iter()
                .map(|entry| {
                    let path = join(&self.path, &shown(&entry.key));
                    (entry.key, Found { places: self.places, path, at: entry.at, node: entry.node })
                })
                .collect()),
            Value::Text(_) | Value::Number(_) | Value::Truth(_) | Value::List(_) | Value::Float | Value::Date => {
                Err(self.wrong("a table"))
            }
        }
    }

    pub fn list(self) -> Result<Vec<Found<'t>>, Failure> {
        match self.node.value {
            Value::List(nodes) => Ok(nodes
                .into_iter()
                .map(|node| Found { places: self.places, path: self.path.clone(), at: node.at, node })
                .collect()),
            Value::Text(_) | Value::Number(_) | Value::Truth(_) | Value::Table(_) | Value::Float | Value::Date => {
                Err(self.wrong("a list"))
            }
        }
    }

    /// A text without NUL, which no variable, argument or path can hold.
    pub fn text(&self) -> Result<&str, Failure> {
        match &self.node.value {
            Value::Text(text) if text.contains('\0') => Err(self
                .failure("holds a NUL character, which no variable can")
                .hint("write it in base64, or the path of a file")),
            Value::Text(text) => Ok(text),
            Value::Number(_) | Value::Truth(_) | Value::Float => Err(self.wrong("a text").hint("put it into quotes")),
            Value::List(_) | Value::Table(_) | Value::Date => Err(self.wrong("a text")),
        }
    }

    /// A text of one line that is not empty and holds nothing that a terminal obeys.
    pub fn word(&self) -> Result<&str, Failure> {
        let text = self.text()?;
        if text.trim().is_empty() {
            Err(self.failure("is empty"))
        } else if text.chars().any(char::is_control) {
            Err(self.failure("holds a control character"))
        } else {
            Ok(text)
        }
    }

    pub fn truth(&self) -> Result<bool, Failure> {
        match self.node.value {
            Value::Truth(truth) => Ok(truth),
            Value::Text(_) | Value::Number(_) | Value::List(_) | Value::Table(_) | Value::Float | Value::Date => {
                Err(self.wrong("true or false"))
            }
        }
    }

    /// 1 to 65535.
    pub fn port(&self) -> Result<u16, Failure> {
        match self.node.value {
            Value::Number(number) => number
                .and_then(|number| u16::try_from(number).ok())
                .filter(|port| *port != 0)
                .ok_or_else(|| self.failure("must be a port from 1 to 65535")),
            Value::Text(_) => Err(self.wrong("a port from 1 to 65535").hint("write the number without quotes")),
            Value::Truth(_) | Value::List(_) | Value::Table(_) | Value::Float | Value::Date => {
                Err(self.wrong("a port from 1 to 65535"))
            }
        }
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, Failure> {
        let text = self.text()?;
        choices.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let failure = self.failure(format!("must be one of {}", words.join(", ")));
            match nearest(text, choices.iter().map(|(word, _)| *word)) {
                Some(near) => failure.hint(format!("did you mean \"{near}\"?")),
                None => failure,
            }
        })
    }

    pub fn variable(&self) -> Result<VariableName, Failure> {
        let text = self.text()?;
        VariableName::new(text).ok_or_else(|| {
            self.failure(format!("holds `{}`, which is no name for a variable", shown(text)))
                .hint("letters, digits and `_`, not beginning with a digit")
        })
    }
}
