//! What the words behind `__load` ask for. It looks at no configuration.

use crate::domain::text::safe_text;
use std::ffi::OsString;

use crate::domain::config::Access;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::session::Wish;
use crate::domain::text::duration::Duration;
use crate::edge::shell::Dialect;
use crate::error::{Exit, Failure, Result};

/// What one load was asked to do.
#[derive(Debug, Default)]
pub struct Request {
    pub wish: Option<Wish>,
    /// Variables assigned in front of the command of this line.
    pub assigned: Vec<VariableName>,
}

/// The shell, and what it asks for.
pub fn request(words: &[OsString]) -> Result<(Dialect, Request)> {
    let usage = || {
        let sentence = "`use` takes the name of an environment, `--for DURATION` and `--write`";
        Failure::new(sentence).hint("nexus-env use --help").exit(Exit::Usage)
    };
    let words: Vec<&str> = words.iter().map(|word| word.to_str().ok_or_else(usage)).collect::<Result<_, _>>()?;
    let (dialect, rest) = words.split_first().ok_or_else(usage)?;
    let dialect =
        Dialect::parse(dialect).ok_or_else(|| Failure::new("the hook is of another version").hint("exec $SHELL"))?;
    let mut request = Request::default();
    match rest.split_first() {
        None => {}
        Some((&"line", names)) => request.assigned = names.iter().filter_map(|name| VariableName::new(name)).collect(),
        Some((&"use", words)) => request.wish = Some(wish(words).map_err(|failure| failure.unwrap_or_else(usage))?),
        Some(_) => return Err(usage().into()),
    }
    Ok((dialect, request))
}

/// The error is `None` where the words make no command at all.
fn wish(words: &[&str]) -> std::result::Result<Wish, Option<Failure>> {
    let (mut name, mut duration, mut access) = (None, None, Access::ReadOnly);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let (word, value) = match word.split_once('=') {
            Some((word, value)) if word.starts_with("--") => (word, Some(value)),
            Some(_) | None => (*word, None),
        };
        match (word, value) {
            ("--for", value) => {
                let text = value.or_else(|| rest.next().copied()).ok_or(None)?;
                duration = Some(Duration::parse(text)?);
            }
            ("--write", None) => access = Access::ReadWrite,
            (word, None) if name.is_none() && !word.starts_with('-') => name = Some(word),
            _ => return Err(None),
        }
    }
    let name = name.ok_or(None)?;
    let environment = EnvironmentName::new(name)
        .ok_or_else(|| Some(Failure::new(format!("`{}` is no name of an environment", safe_text::cut(name, 64)))))?;
    Ok(Wish { environment, duration, access })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], expected: Result<(&str, Option<u64>, Access), &str>) {
        let found = match wish(words) {
            Ok(wish) => Ok((wish.environment.to_string(), wish.duration.map(Duration::seconds), wish.access)),
            Err(failure) => Err(failure.map_or("usage".to_owned(), |failure| failure.message)),
        };
        let expected = expected.map(|(name, d, a)| (name.to_owned(), d, a)).map_err(str::to_owned);
        assert_eq!(found, expected, "{words:?}");
    }

    #[test]
    fn understands_what_is_typed_after_use() {
        check(&["prod"], Ok(("prod", None, Access::ReadOnly)));
        check(&["prod", "--for", "30m", "--write"], Ok(("prod", Some(1800), Access::ReadWrite)));
        check(&["--write", "--for=2h", "prod"], Ok(("prod", Some(7200), Access::ReadWrite)));
        for bad in
            [&[][..], &["--for"], &["prod", "--for"], &["prod", "dev"], &["prod", "--wirte"], &["prod", "--write=1"]]
        {
            check(bad, Err("usage"));
        }
        check(&["prod", "--for", "5x"], Err("`5x` is no duration"));
        check(&["../x"], Err("`../x` is no name of an environment"));
    }

    #[test]
    fn a_request_names_the_shell_first() {
        let words = |words: &[&str]| request(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(words(&["bash:5.2", "line", "A", "no name"]).unwrap().1.assigned, [VariableName::new("A").unwrap()]);
        assert!(words(&["zsh:5.9"]).unwrap().1.wish.is_none());
        for bad in [&[][..], &["tcsh:1"], &["bash:5.2", "other"]] {
            assert!(words(bad).is_err(), "{bad:?}");
        }
    }
}
