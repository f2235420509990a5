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

    /// Why this name may not come from a repository: setting it would run code, or change who we are. `None` means
    /// that it may.
    pub fn refusal(&self) -> Option<&'static str> {
        const EXACT: &[&str] = &[
            "BASH_ENV",
            "BUN_OPTIONS",
            "EDITOR",
            "ENV",
            "HOME",
            "IFS",
            "NODE_OPTIONS",
            "PAGER",
            "PATH",
            "PRISMA_FMT_BINARY",
            "PRISMA_INTROSPECTION_ENGINE_BINARY",
            "PRISMA_MIGRATION_ENGINE_BINARY",
            "PRISMA_QUERY_ENGINE_BINARY",
            "PRISMA_QUERY_ENGINE_LIBRARY",
            "PRISMA_SCHEMA_ENGINE_BINARY",
            "PROMPT_COMMAND",
            "PS0",
            "PS1",
            "PS2",
            "PS3",
            "PS4",
            "SHELL",
            "VISUAL",
            "ZDOTDIR",
        ];
        const NPM: &str = "npm_config_";
        const PREFIXES: &[&str] = &["LD_", "DYLD_", "GIT_", "PYTHON", "PERL5", "RUBY", "NEXUS_ENV_"];
        // What the shells themselves keep: assigning it fails, or changes the shell instead of the environment.
        const SHELLS: &[&str] = &[
            "BASHOPTS",
            "BASHPID",
            "BASH_VERSINFO",
            "DIRSTACK",
            "EUID",
            "FUNCNAME",
            "GROUPS",
            "NEXUS_ENV",
            "OLDPWD",
            "PPID",
            "PROMPT",
            "PWD",
            "RPROMPT",
            "SHELLOPTS",
            "SHLVL",
            "UID",
            "_",
            "argv",
            "cdpath",
            "fish_pid",
            "fish_user_paths",
            "fpath",
            "history",
            "path",
            "pipestatus",
            "prompt",
            "status",
            "umask",
            "version",
        ];
        // Every name of a store passes here, so it is looked up and not compared with each.
        const { assert!(in_order(EXACT) && in_order(SHELLS), "a binary search needs them in order") };
        let name = self.0.as_str();
        if EXACT.binary_search(&name).is_ok()
            || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || name.get(..NPM.len()).is_some_and(|start| start.eq_ignore_ascii_case(NPM))
        {
            Some("setting it can run code or change who the tools think you are")
        } else if SHELLS.binary_search(&name).is_ok()
            || name.starts_with("__nexus_env")
            || name.starts_with("__NEXUS_ENV")
        {
            Some("the shell or nexus-env itself keeps it")
        } else {
            None
        }
    }
}

/// Whether each text is greater than the one before it, byte by byte.
const fn in_order(texts: &[&str]) -> bool {
    let mut at = 1;
    while at < texts.len() {
        let (before, text) = (texts[at - 1].as_bytes(), texts[at].as_bytes());
        let mut same = 0;
        while same < before.len() && same < text.len() && before[same] == text[same] {
            same += 1;
        }
        if same == text.len() || same < before.len() && before[same] > text[same] {
            return false;
        }
        at += 1;
    }
    true
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

    #[test]
    fn knows_what_is_in_order() {
        for (texts, expected) in [
            (&["A", "AB", "B", "_"][..], true),
            (&["A", "A"], false),
            (&["AB", "A"], false),
            (&["B", "AC"], false),
            (&[], true),
        ] {
            assert_eq!(in_order(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn refuses_names_that_run_code() {
        for bad in [
            "PATH",
            "LD_PRELOAD",
            "NODE_OPTIONS",
            "BUN_OPTIONS",
            "PRISMA_SCHEMA_ENGINE_BINARY",
            "GIT_SSH_COMMAND",
            "PYTHONPATH",
            "npm_config_registry",
            "NPM_CONFIG_REGISTRY",
            "PS4",
            "NEXUS_ENV",
            "NEXUS_ENV_ROOT",
            "status",
        ] {
            assert!(VariableName::new(bad).is_some_and(|name| name.refusal().is_some()), "{bad}");
        }
        for good in ["DATABASE_URL", "NODE_ENV", "PATHS", "LDAP_URL", "GITHUB_TOKEN"] {
            assert!(VariableName::new(good).is_some_and(|name| name.refusal().is_none()), "{good}");
        }
    }
}
