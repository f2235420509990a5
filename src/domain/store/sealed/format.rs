//! The text of a store: read strictly, written sorted, one line each. It never looks behind a ciphertext.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::history::{Expiry, History, Moment, Note};
use super::{LARGEST, Recipient, RecipientName, Store, VERSION, lines, looks_like_a_key, looks_like_names};
use crate::domain::config::Protection;
use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};

/// Why a text is no store. Nothing in it is taken from a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Malformed {
    TooLarge,
    /// Another version of the format than ours.
    Version(String),
    /// git left both sides of a merge in it; the line of its first mark, counted from one.
    Conflict {
        line: usize,
    },
    /// Counted from one.
    At {
        line: usize,
        what: String,
    },
}

/// The text of a store: what [`parse`] reads back as the same.
pub fn render(store: &Store) -> String {
    let values: usize = store.secrets.iter().map(|(name, text)| 16 + name.as_str().len() + text.0.len() * 4 / 3).sum();
    let mut out = String::with_capacity(512 + values + store.key.len() * 4 / 3 + store.recipients.len() * 160);
    let seal = STANDARD.encode(store.seal);
    out.push_str(lines::HEADER);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "version = {VERSION}\nrepository = \"{}\"", store.repository.as_str());
    let _ = writeln!(out, "environment = \"{}\"", store.environment);
    if let Some(protection) = store.protected {
        let _ = writeln!(out, "protected = {}", said(protection));
    }
    let _ = writeln!(out, "revision = {}\nseal = \"{seal}\"", store.revision);
    let _ = writeln!(out, "key = \"{}\"\n\n[recipients]", STANDARD.encode(&store.key));
    for Recipient { name, key } in &store.recipients {
        let _ = writeln!(out, "{name} = \"{key}\"");
    }
    out.push_str("\n[secrets]\n");
    for (name, ciphertext) in &store.secrets {
        let _ = writeln!(out, "{name} = \"v1:{}\"", STANDARD.encode(ciphertext.as_bytes()));
    }
    if !store.stale.is_empty() {
        out.push_str("\n[stale]\n");
        for (name, seen_by) in &store.stale {
            let _ = writeln!(out, "{name} = \"{seen_by}\"");
        }
    }
    for (table, entries) in store.history.tables() {
        let _ = writeln!(out, "\n[{table}]");
        for (name, text) in entries {
            let _ = writeln!(out, "{name} = \"{text}\"");
        }
    }
    out
}

/// The word that stands for it in a store, and under its seal.
pub(super) fn said(protection: Protection) -> &'static str {
    match protection {
        Protection::Protected => "true",
        Protection::Open => "false",
    }
}

/// What a store claims about its protection; nothing of what follows is read where its first lines are as rendering writes them.
///
/// # Errors
/// As [`parse`].
pub fn claimed(bytes: &[u8]) -> Result<Option<Protection>, Malformed> {
    match std::str::from_utf8(bytes).ok().and_then(lines::head) {
        Some(head) => Ok(head.protected),
        None => parse(bytes).map(|store| store.protected),
    }
}

/// Reads a store. Everything that is not as it must be is an error: a store is written by the program, and what it
/// did not write is damage.
///
/// # Errors
/// The first thing that is not as it must be, and its line where there is one.
pub fn parse(bytes: &[u8]) -> Result<Store, Malformed> {
    if bytes.len() > LARGEST {
        return Err(Malformed::TooLarge);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count();
            return Err(Malformed::At { line, what: "this is not UTF-8 text".to_owned() });
        }
    };
    match lines::read(text) {
        Some(store) => Ok(store),
        None => parse_toml(text),
    }
}

/// The way for everything that rendering would have written another way: other order, spacing, comments.
pub(super) fn parse_toml(text: &str) -> Result<Store, Malformed> {
    let source = Source(text);
    if let Some(line) = text.lines().position(|line| line.starts_with("<<<<<<<")) {
        return Err(Malformed::Conflict { line: line + 1 });
    }
    let root = DeTable::parse(text).map_err(|error| {
        // TOML's own messages hold no content, only what was expected.
        source.at(error.span().map_or(text.len(), |span| span.start), error.message().to_lowercase())
    })?;
    let root = root.get_ref();
    let missing = |key: &str| source.at(text.len(), format!("`{key}` is missing"));
    let field = |key: &str| root.get(key).ok_or_else(|| missing(key));

    // The version comes before everything else: what another version's file holds is not ours to judge.
    let version = field("version")?;
    match source.number(version)? {
        VERSION => {}
        other => return Err(Malformed::Version(other.to_string())),
    }
    const KNOWN: [&str; 14] = [
        "version", "repository", "environment", "protected", "revision", "seal", "key", "recipients", "secrets",
        "stale", "written", "joined", "expires", "notes",
    ];
    if let Some(key) = first_unknown(root, &KNOWN) {
        return Err(source.at(key.span().start, format!("{} is no key of a store", shown(key.get_ref()))));
    }
    let repository = field("repository")?;
    let repository = RepositoryId::new(source.text(repository)?)
        .ok_or_else(|| source.wrong(repository, "this is no repository's `id`"))?;
    let environment = field("environment")?;
    let environment = EnvironmentName::new(source.text(environment)?)
        .ok_or_else(|| source.wrong(environment, "this is no environment's name"))?;
    let protected = match root.get("protected") {
        None => None,
        Some(value) => match value.get_ref().as_bool() {
            Some(true) => Some(Protection::Protected),
            Some(false) => Some(Protection::Open),
            None => return Err(source.wrong(value, "`protected` is true or false")),
        },
    };
    let revision = source.number(field("revision")?)?;
    let seal = field("seal")?;
    let seal = source.base64(seal)?.try_into().map_err(|_| source.wrong(seal, "a seal has 32 bytes"))?;
    let key = source.base64(field("key")?)?;

    let mut recipients = Vec::new();
    for (name, value) in source.table(field("recipients")?)? {
        let name = RecipientName::new(name.get_ref()).ok_or_else(|| source.at(name.span().start, bad_name(name)))?;
        let key = source.text(value)?;
        if !looks_like_a_key(key) {
            return Err(source.wrong(value, &format!("the key of `{name}` is no public key of age")));
        }
        recipients.push(Recipient { name, key: key.to_owned() });
    }
    recipients.sort_by(|a, b| a.name.cmp(&b.name));

    let variable = |name: &Spanned<std::borrow::Cow<'_, str>>| {
        VariableName::new(name.get_ref()).ok_or_else(|| source.at(name.span().start, bad_name(name)))
    };
    let mut secrets = Vec::new();
    for (name, value) in source.table(field("secrets")?)? {
        let name = variable(name)?;
        let ciphertext = lines::ciphertext(source.text(value)?)
            .ok_or_else(|| source.wrong(value, &format!("the value of `{name}` is not an encrypted one")))?;
        secrets.push((name, ciphertext));
    }
    secrets.sort_by(|a, b| a.0.cmp(&b.0));

    let mut stale = Vec::new();
    if let Some(table) = root.get("stale") {
        for (name, value) in source.table(table)? {
            let name = variable(name)?;
            let seen_by = source.text(value)?;
            if !looks_like_names(seen_by) {
                return Err(source.wrong(value, "names of recipients are expected here"));
            }
            stale.push((name, seen_by.to_owned()));
        }
    }
    stale.sort_by(|a, b| a.0.cmp(&b.0));

    let reader = |name: &Spanned<std::borrow::Cow<'_, str>>| {
        RecipientName::new(name.get_ref()).ok_or_else(|| source.at(name.span().start, bad_name(name)))
    };
    let (moment, expiry) = ("a revision and its day are expected here", "a day and a number of days are expected here");
    let history = History {
        written: source.told(root.get("written"), variable, Moment::parse, moment)?,
        joined: source.told(root.get("joined"), reader, Moment::parse, moment)?,
        expires: source.told(root.get("expires"), variable, Expiry::parse, expiry)?,
        notes: source.told(root.get("notes"), variable, Note::new, "this is no note")?,
    };
    Ok(Store { repository, environment, protected, revision, seal, key, recipients, secrets, stale, history })
}

fn first_unknown<'t, 'i>(table: &'t DeTable<'i>, known: &[&str]) -> Option<&'t Spanned<std::borrow::Cow<'i, str>>> {
    table
        .iter()
        .map(|(key, _)| key)
        .filter(|key| !known.contains(&key.get_ref().as_ref()))
        .min_by_key(|key| key.span().start)
}

fn bad_name(name: &Spanned<std::borrow::Cow<'_, str>>) -> String {
    format!("{} is no name that can stand here", shown(name.get_ref()))
}

/// A key as it may be printed: one that is not a plain word could change the terminal.
fn shown(key: &str) -> String {
    let plain = key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if plain && !key.is_empty() { format!("`{key}`") } else { "this key".to_owned() }
}

/// The text with what is needed to say where in it something stands.
struct Source<'t>(&'t str);

impl Source<'_> {
    fn at(&self, offset: usize, what: String) -> Malformed {
        let before = &self.0.as_bytes()[..offset.min(self.0.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        // The end of a file that ends with a newline is on its last line, not on one after it.
        let line = if offset >= self.0.len() && self.0.ends_with('\n') && line > 1 { line - 1 } else { line };
        Malformed::At { line, what }
    }

    fn wrong(&self, value: &Spanned<DeValue<'_>>, what: &str) -> Malformed {
        self.at(value.span().start, what.to_owned())
    }

    fn text<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, Malformed> {
        value.get_ref().as_str().ok_or_else(|| self.wrong(value, "a text in quotes is expected here"))
    }

    fn number(&self, value: &Spanned<DeValue<'_>>) -> Result<u64, Malformed> {
        let number = value.get_ref().as_integer().filter(|number| number.radix() == 10);
        number
            .and_then(|number| number.as_str().parse().ok())
            .filter(|&number: &u64| number <= i64::MAX as u64)
            .ok_or_else(|| self.wrong(value, "a whole number is expected here"))
    }

    fn base64(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<u8>, Malformed> {
        STANDARD.decode(self.text(value)?).map_err(|_| self.wrong(value, "this is not base64"))
    }

    /// A table of what is told beside the secrets, where there is one.
    fn told<K: Ord, V>(
        &self,
        table: Option<&Spanned<DeValue<'_>>>,
        name: impl Fn(&Spanned<std::borrow::Cow<'_, str>>) -> Result<K, Malformed>,
        parse: fn(&str) -> Option<V>,
        what: &str,
    ) -> Result<Vec<(K, V)>, Malformed> {
        let Some(table) = table else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for (key, value) in self.table(table)? {
            let told = parse(self.text(value)?).ok_or_else(|| self.wrong(value, what))?;
            all.push((name(key)?, told));
        }
        all.sort_by(|a: &(K, V), b| a.0.cmp(&b.0));
        Ok(all)
    }

    fn table<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, Malformed> {
        value.get_ref().as_table().ok_or_else(|| self.wrong(value, "a table is expected here"))
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
