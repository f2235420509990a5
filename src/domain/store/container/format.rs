//! The text of a store: read strictly, written sorted, one line each. It never looks behind a ciphertext.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Container, LARGEST, Recipient, RecipientName, VERSION, lines, looks_like_a_key, looks_like_names};
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
pub fn render(container: &Container) -> String {
    let values: usize =
        container.secrets.iter().map(|(name, text)| 16 + name.as_str().len() + text.0.len() * 4 / 3).sum();
    let mut out = String::with_capacity(512 + values + container.key.len() * 4 / 3 + container.recipients.len() * 160);
    let seal = STANDARD.encode(container.seal);
    out.push_str(lines::HEADER);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "version = {VERSION}\nrepository = \"{}\"", container.repository.as_str());
    let _ = writeln!(out, "environment = \"{}\"", container.environment);
    if let Some(protection) = container.protected {
        let _ = writeln!(out, "protected = {}", said(protection));
    }
    let _ = writeln!(out, "revision = {}\nseal = \"{seal}\"", container.revision);
    let _ = writeln!(out, "key = \"{}\"\n\n[recipients]", STANDARD.encode(&container.key));
    for Recipient { name, key } in &container.recipients {
        let _ = writeln!(out, "{name} = \"{key}\"");
    }
    out.push_str("\n[secrets]\n");
    for (name, ciphertext) in &container.secrets {
        let _ = writeln!(out, "{name} = \"v1:{}\"", STANDARD.encode(ciphertext.as_bytes()));
    }
    if !container.stale.is_empty() {
        out.push_str("\n[stale]\n");
        for (name, seen_by) in &container.stale {
            let _ = writeln!(out, "{name} = \"{seen_by}\"");
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

/// Reads a store. Everything that is not as it must be is an error: a store is written by the program, and what it
/// did not write is damage.
pub fn parse(bytes: &[u8]) -> Result<Container, Malformed> {
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
        Some(container) => Ok(container),
        None => parse_toml(text),
    }
}

/// The way for everything that rendering would have written another way: other order, spacing, comments.
pub(super) fn parse_toml(text: &str) -> Result<Container, Malformed> {
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
    const KNOWN: [&str; 10] = [
        "version", "repository", "environment", "protected", "revision", "seal", "key", "recipients", "secrets",
        "stale",
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
    Ok(Container { repository, environment, protected, revision, seal, key, recipients, secrets, stale })
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

    fn table<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, Malformed> {
        value.get_ref().as_table().ok_or_else(|| self.wrong(value, "a table is expected here"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::name::RepositoryId;
    use crate::domain::store::container::Ciphertext;
    use proptest::prelude::*;

    fn sample() -> Container {
        let recipient =
            |name: &str| Recipient { name: RecipientName::new(name).unwrap(), key: format!("age1{}", "q".repeat(58)) };
        let secret = |name: &str, byte| (VariableName::new(name).unwrap(), Ciphertext::new(vec![byte; 72]).unwrap());
        Container {
            repository: RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
            environment: EnvironmentName::new("prod").unwrap(),
            protected: None,
            revision: 3,
            seal: [7; 32],
            key: b"age".to_vec(),
            recipients: vec![recipient("ada"), recipient("ci")],
            secrets: vec![secret("A", 1), secret("B_2", 2)],
            stale: vec![(VariableName::new("A").unwrap(), "bob eve".to_owned())],
        }
    }

    /// Line 1 is the header, 2 the version, 3 repository, 4 environment, 5 revision, 6 seal, 7 key, 9 [recipients],
    /// 10 ada, 11 ci, 13 [secrets], 14 A, 15 B_2, 17 [stale], 18 A.
    #[track_caller]
    fn refuses(old: &str, new: &str, line: usize, what: &str) {
        let text = render(&sample());
        assert!(text.contains(old), "{old}");
        let got = parse(text.replacen(old, new, 1).as_bytes());
        assert_eq!(got, Err(Malformed::At { line, what: what.to_owned() }), "{old:?} -> {new:?}");
    }

    #[track_caller]
    fn means_the_same(change: impl Fn(&str) -> String) {
        let text = change(&render(&sample()));
        assert_eq!(parse(text.as_bytes()), Ok(sample()), "{text}");
    }

    #[test]
    fn what_is_rendered_is_read_by_both_readers() {
        let text = render(&sample());
        assert_eq!(lines::read(&text), Some(sample()));
        assert_eq!(parse_toml(&text), Ok(sample()));
        assert_eq!(parse(text.as_bytes()), Ok(sample()));
        for protection in [Protection::Protected, Protection::Open] {
            let saying = Container { protected: Some(protection), ..sample() };
            let text = render(&saying);
            assert_eq!(text.lines().nth(4), Some(&*format!("protected = {}", said(protection))));
            assert_eq!((lines::read(&text), parse_toml(&text)), (Some(saying.clone()), Ok(saying)));
        }
        let mut small = sample();
        (small.stale, small.secrets, small.recipients) = (Vec::new(), Vec::new(), Vec::new());
        assert_eq!(lines::read(&render(&small)), Some(small.clone()));
        assert_eq!(parse_toml(&render(&small)), Ok(small));
    }

    #[test]
    fn spacing_comments_and_order_mean_nothing() {
        means_the_same(|text| text.replace('\n', "\r\n"));
        means_the_same(|text| text.replace(" = ", "="));
        means_the_same(|text| format!("# seen by a formatter\n{text}\n\n"));
        means_the_same(|text| text.replace("version = 1\n", "").replacen('\n', "\nversion = 1 # one\n", 1));
        means_the_same(|text| {
            let (a, b) = (text.lines().nth(13).unwrap(), text.lines().nth(14).unwrap());
            text.replace(&format!("{a}\n{b}"), &format!("{b}\n{a}"))
        });
    }

    #[test]
    fn says_which_line_is_wrong_and_why() {
        refuses("version = 1\n", "", 17, "`version` is missing");
        refuses("revision = 3\n", "revision = -3\n", 5, "a whole number is expected here");
        refuses("revision = 3\n", "revision = 3\nrevision = 4\n", 6, "duplicate key");
        refuses("revision = 3\n", "revision = 3\nshade = 4\n", 6, "`shade` is no key of a store");
        refuses("revision = 3\n", "revision = 3\n\"\\u001b[2J\" = 4\n", 6, "this key is no key of a store");
        refuses("\"prod\"", "\"../prod\"", 4, "this is no environment's name");
        refuses("revision = 3\n", "protected = 1\nrevision = 3\n", 5, "`protected` is true or false");
        refuses("revision = 3\n", "protected = true\nprotected = false\nrevision = 3\n", 6, "duplicate key");
        refuses("seal = \"Bw", "seal = \"B!", 6, "this is not base64");
        refuses("seal = \"", "seal = \"AAAA", 6, "a seal has 32 bytes");
        refuses("key = \"YWdl\"", "key = [1]", 7, "a text in quotes is expected here");
        refuses("ci = \"age1", "ci = \"x", 11, "the key of `ci` is no public key of age");
        refuses("\nci", "\n\"c i\"", 11, "this key is no name that can stand here");
        refuses("B_2 = \"v1:", "B_2 = \"v2:", 15, "the value of `B_2` is not an encrypted one");
        refuses("B_2 = \"v1:", "B_2 = \"v1:AAAA", 15, "the value of `B_2` is not an encrypted one");
        refuses("B_2", "B-2", 15, "`B-2` is no name that can stand here");
        refuses("B_2", "A", 15, "duplicate key");
        refuses("bob eve", "bob  eve", 18, "names of recipients are expected here");
    }

    #[test]
    fn another_version_is_told_before_anything_else() {
        let text = render(&sample()).replace("version = 1", "version = 2").replace("[secrets]", "[vault]");
        assert_eq!(parse(text.as_bytes()), Err(Malformed::Version("2".to_owned())));
        assert_eq!(parse(&vec![b'#'; LARGEST + 1]), Err(Malformed::TooLarge));
        let conflict = render(&sample()).replace("[secrets]", "<<<<<<< HEAD\n[secrets]");
        assert_eq!(parse(conflict.as_bytes()), Err(Malformed::Conflict { line: 13 }));
        assert_eq!(parse(b"a\n\xff"), Err(Malformed::At { line: 2, what: "this is not UTF-8 text".to_owned() }));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        /// The quick reader must never accept what TOML would not, or understand it in another way.
        #[test]
        fn the_quick_reader_agrees_with_toml(at in any::<prop::sample::Index>(), with in "[ -~\n\r\t]{0,3}", cut in 0_usize..4) {
            let text = render(&Container { protected: Some(Protection::Protected), ..sample() });
            let at = at.index(text.len());
            let changed = format!("{}{with}{}", &text[..at], &text[(at + cut).min(text.len())..]);
            if let Some(quick) = lines::read(&changed) {
                prop_assert_eq!(parse_toml(&changed), Ok(quick));
            }
        }

        #[test]
        fn lines_in_another_order_are_read_the_same_way(from in 0_usize..19, to in 0_usize..19) {
            let text = render(&Container { protected: Some(Protection::Open), ..sample() });
            let mut all: Vec<&str> = text.split('\n').collect();
            let line = all.remove(from);
            all.insert(to, line);
            let changed = all.join("\n");
            if let Some(quick) = lines::read(&changed) {
                prop_assert_eq!(parse_toml(&changed), Ok(quick));
            }
        }
    }
}
