//! Reads exactly the text that `format::render` writes, several times faster than a TOML parser. Whatever looks any
//! other way is `None`, and `format::parse` reads it as TOML; this never decides that a store is wrong.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::history::{Expiry, History, Moment, Note};
use super::{Ciphertext, Recipient, RecipientName, Store, looks_like_a_key, looks_like_names};
use crate::domain::config::Protection;
use crate::domain::config::name::{EnvironmentName, RepositoryId, VariableName};

/// The first line of a store.
pub(super) const HEADER: &str =
    "# Written by nexus-env. Values are encrypted; names, recipients and revision are readable.\n";

/// What a store says in front of its values.
pub struct Head {
    repository: RepositoryId,
    environment: EnvironmentName,
    pub protected: Option<Protection>,
    revision: u64,
}

/// The first lines of a store alone.
pub fn head(text: &str) -> Option<Head> {
    let mut lines = text.strip_prefix(HEADER)?.split('\n');
    head_of(&mut || lines.next())
}

fn head_of<'t>(next: &mut impl FnMut() -> Option<&'t str>) -> Option<Head> {
    if next()? != "version = 1" {
        return None;
    }
    let repository = RepositoryId::new(quoted(next()?.strip_prefix("repository = ")?)?)?;
    let environment = EnvironmentName::new(quoted(next()?.strip_prefix("environment = ")?)?)?;
    let mut line = next()?;
    let protected = match line.strip_prefix("protected = ") {
        Some("true") => Some(Protection::Protected),
        Some("false") => Some(Protection::Open),
        Some(_) => return None,
        None => None,
    };
    if protected.is_some() {
        line = next()?;
    }
    let revision = number(line.strip_prefix("revision = ")?)?;
    Some(Head { repository, environment, protected, revision })
}

pub fn read(text: &str) -> Option<Store> {
    let mut lines = text.strip_prefix(HEADER)?.split('\n');
    let mut next = || lines.next();
    let Head { repository, environment, protected, revision } = head_of(&mut next)?;
    let seal = STANDARD.decode(quoted(next()?.strip_prefix("seal = ")?)?).ok()?.try_into().ok()?;
    let key = STANDARD.decode(quoted(next()?.strip_prefix("key = ")?)?).ok()?;
    if !next()?.is_empty() || next()? != "[recipients]" {
        return None;
    }
    let recipients = table(&mut next, |name, key| {
        looks_like_a_key(key)
            .then(|| Some(Recipient { name: RecipientName::new(name)?, key: key.to_owned() }))
            .flatten()
            .map(|recipient| (recipient.name.clone(), recipient))
    })?;
    if next()? != "[secrets]" {
        return None;
    }
    let secrets = table(&mut next, |name, value| Some((VariableName::new(name)?, ciphertext(value)?)))?;
    let mut heading = next();
    let stale = some_table(&mut heading, &mut next, "[stale]", |name, seen_by| {
        looks_like_names(seen_by).then(|| Some((VariableName::new(name)?, seen_by.to_owned()))).flatten()
    })?;
    let history = History {
        written: some_table(&mut heading, &mut next, "[written]", |name, text| {
            Some((VariableName::new(name)?, Moment::parse(text)?))
        })?,
        joined: some_table(&mut heading, &mut next, "[joined]", |name, text| {
            Some((RecipientName::new(name)?, Moment::parse(text)?))
        })?,
        expires: some_table(&mut heading, &mut next, "[expires]", |name, text| {
            Some((VariableName::new(name)?, Expiry::parse(text)?))
        })?,
        notes: some_table(&mut heading, &mut next, "[notes]", |name, text| {
            Some((VariableName::new(name)?, Note::new(text)?))
        })?,
    };
    // Nothing follows.
    if heading.is_some() {
        return None;
    }
    let recipients = recipients.into_iter().map(|(_, recipient)| recipient).collect();
    Some(Store { repository, environment, protected, revision, seal, key, recipients, secrets, stale, history })
}

/// The table under this heading where that is the next one; `heading` is the one after it then. Rendering leaves an empty
/// table out.
fn some_table<'t, K: Ord, V>(
    heading: &mut Option<&'t str>,
    next: &mut impl FnMut() -> Option<&'t str>,
    wanted: &str,
    entry: impl Fn(&'t str, &'t str) -> Option<(K, V)>,
) -> Option<Vec<(K, V)>> {
    if *heading != Some(wanted) {
        return Some(Vec::new());
    }
    let found = table(next, entry)?;
    *heading = next();
    (!found.is_empty()).then_some(found)
}

/// Lines of `name = "value"` up to an empty one, which is taken too; strictly in order, so none stands twice.
fn table<'t, K: Ord, V>(
    next: &mut impl FnMut() -> Option<&'t str>,
    entry: impl Fn(&'t str, &'t str) -> Option<(K, V)>,
) -> Option<Vec<(K, V)>> {
    let mut all: Vec<(K, V)> = Vec::new();
    loop {
        let line = next()?;
        if line.is_empty() {
            return Some(all);
        }
        let (name, value) = line.split_at_checked(line.bytes().position(|b| b == b' ')?)?;
        let (name, value) = entry(name, quoted(value.strip_prefix(" = ")?)?)?;
        if all.last().is_some_and(|(last, _)| *last >= name) {
            return None;
        }
        all.push((name, value));
    }
}

/// `v1:` and the base64 of a value.
pub fn ciphertext(text: &str) -> Option<Ciphertext> {
    Ciphertext::new(STANDARD.decode(text.strip_prefix("v1:")?).ok()?)
}

/// The text between quotes. Every caller checks its alphabet, so no escape passes.
fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// A number as rendering writes it, within what TOML integers can hold.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|&n: &u64| plain && n <= i64::MAX as u64)
}
