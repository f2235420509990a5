//! Names that are checked once, where they come in, and trusted from there on.

use std::fmt;

/// The name of an environment: letters, digits, `-` and `_`, beginning with a letter; at most 64 bytes. It is a file
/// name below `.nexusenv.d` and a word in prompts and messages.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EnvironmentName(String);

impl EnvironmentName {
    /// Returns `None` for a text that is no environment name.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = text.bytes();
        let first = bytes.next()?;
        let good = first.is_ascii_alphabetic()
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && text.len() <= 64;
        good.then(|| EnvironmentName(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `prod` and `production`, in whatever case, are protected unless the configuration says otherwise.
    pub fn protected_by_default(&self) -> bool {
        self.0.eq_ignore_ascii_case("prod") || self.0.eq_ignore_ascii_case("production")
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a variable: `[A-Za-z_][A-Za-z0-9_]*`, what POSIX calls a name (XBD 3.216).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct VariableName(String);

impl VariableName {
    /// Returns `None` for a text that is no identifier.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = text.bytes();
        let first = bytes.next()?;
        let good =
            (first.is_ascii_alphabetic() || first == b'_') && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_');
        good.then(|| VariableName(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The random text that binds secrets to one repository: `id` in `.nexusenv`, at least 80 bits, made by `init`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RepositoryId(String);

impl RepositoryId {
    /// Sixteen to 128 lower-case letters and digits.
    pub fn new(text: &str) -> Option<Self> {
        let good =
            (16..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        good.then(|| RepositoryId(text.to_owned()))
    }

    /// From twenty lower-case letters and digits.
    pub(super) fn from_letters(letters: [u8; 20]) -> Self {
        RepositoryId(letters.map(char::from).iter().collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_environment_names() {
        for good in ["dev", "prod-eu", "test_2"] {
            assert!(EnvironmentName::new(good).is_some(), "{good}");
        }
        for bad in ["", "2dev", "../x", "dev/x", "dev.toml", "-e", "dév"] {
            assert!(EnvironmentName::new(bad).is_none(), "{bad}");
        }
    }
}
