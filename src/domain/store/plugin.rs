//! Plugins of age as far as text goes: which one a key belongs to, and the frames in which one is spoken to
//! (<https://c2sp.org/age-plugin>). Nothing is started here.

pub mod frame;

use std::fmt;

use age_core::primitives::bech32_decode;

/// What stands behind `age-plugin-` in the name of its program: `yubikey`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PluginName(String);

impl PluginName {
    /// Longer than any, and far below what a file's name may be.
    const LONGEST: usize = 64;

    /// `None` where a plugin of that name could be no program's, or one somewhere else.
    pub fn new(text: &str) -> Option<PluginName> {
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'_');
        let good = (1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(plain);
        good.then(|| PluginName(text.to_owned()))
    }

    /// Whose public key this is: `age1yubikey1…`.
    pub fn of_recipient(key: &str) -> Option<PluginName> {
        prefix(key)?.strip_prefix("age1").and_then(PluginName::new)
    }

    /// Whose identity this is: `AGE-PLUGIN-YUBIKEY-1…`.
    pub fn of_identity(line: &str) -> Option<PluginName> {
        prefix(line)?.strip_prefix("age-plugin-")?.strip_suffix('-').and_then(PluginName::new)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its program.
    pub fn program(&self) -> String {
        format!("age-plugin-{}", self.0)
    }
}

impl fmt::Display for PluginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands before the last `1` of a text in Bech32 (BIP 173) whose checksum holds, in small letters.
fn prefix(text: &str) -> Option<String> {
    bech32_decode(text, |_| (), |_| Ok(()), |prefix, _| Ok(prefix.as_str().to_ascii_lowercase())).ok()
}

/// The public keys that the comments beside an identity name, as each plugin writes them there: a plugin's own, and the tagged
/// ones that any hardware key may have.
pub fn recipients(text: &str) -> Vec<String> {
    let comments = text.lines().filter_map(|line| line.trim().strip_prefix('#'));
    let mut found: Vec<String> = Vec::new();
    for word in comments.flat_map(str::split_whitespace).map(str::to_ascii_lowercase) {
        if PluginName::of_recipient(&word).is_some() && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPIENT: &str = "age1standin1qyqszqgpqyqszqgpqyqszqgpqys0m7wj";

    fn name(text: &str) -> Option<String> {
        PluginName::of_recipient(text).or_else(|| PluginName::of_identity(text)).map(|name| name.to_string())
    }

    #[test]
    fn a_name_is_that_of_a_program_beside_others() {
        assert_eq!(PluginName::new("fido2-hmac").unwrap().program(), "age-plugin-fido2-hmac");
        for bad in ["", "../x", "a/b", "YUBIKEY", "a b", &"x".repeat(65)] {
            assert_eq!(PluginName::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_key_says_whose_it_is_and_one_that_is_not_whole_says_nothing() {
        assert_eq!(name("AGE-PLUGIN-FOOBAR-1QVHULF").as_deref(), Some("foobar"));
        assert_eq!(name("age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e").as_deref(), Some("tag"));
        assert_eq!(name("AGE-PLUGIN-FOOBAR-1QVHULX"), None);
        assert_eq!(name("age1vpqqpkj0lrhlv857u4y7kmadegn6f33k2zq0ejj9p72rzlyexu2qdlj6xd"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn the_comments_beside_an_identity_name_its_public_key() {
        let tag = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";
        let text = format!(
            "#       Serial: 1\n#    Recipient: {tag}\n# again {tag}, age1nothing\nAGE-PLUGIN-FOOBAR-1QVHULF\n"
        );
        assert_eq!(recipients(&text), [tag]);
        assert_eq!(recipients(&format!("# {RECIPIENT}x\n{tag}\n")), [""; 0]);
    }
}
