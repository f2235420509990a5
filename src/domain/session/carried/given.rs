//! What the shell around a process says that it was given: the names in its environment, which whoever starts it can write.
//! So they select and name; they grant nothing.

use std::path::PathBuf;

use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::Environ;
use crate::domain::session::grant::GrantName;
use crate::domain::text::clock::{End, Now, Uptime, whole_number};

/// The variables, in the order in which a load sets them.
pub const ENVIRONMENT: &str = "NEXUS_ENV";
pub const ROOT: &str = "NEXUS_ENV_ROOT";
/// The names of the variables that were set.
pub const NAMES: &str = "NEXUS_ENV_NAMES";
/// Seconds since 1970-01-01 UTC, for people as well.
pub const UNTIL: &str = "NEXUS_ENV_UNTIL";
/// The same moment by the clock that nobody sets, as [`Uptime`] is written.
pub const UNTIL_UPTIME: &str = "NEXUS_ENV_UNTIL_UPTIME";
/// The name of a grant.
pub const ACCESS: &str = "NEXUS_ENV_ACCESS";

/// The line that a shell asks about, for one process of this program, which takes it away before anything else.
pub const TYPED: &str = "NEXUS_ENV_TYPED";
/// `1` where a person wants to see what is read, asked, observed and concluded.
pub const TRACE: &str = "NEXUS_ENV_TRACE";

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Given {
    pub environment: EnvironmentName,
    /// The directory of the configuration, where it is an absolute path.
    pub root: Option<PathBuf>,
    pub ends: Ends,
    /// What it claims to have been granted. Whether it was stands elsewhere.
    pub grant: Option<GrantName>,
}

/// When a selection that was given ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ends {
    Never,
    At(End),
    /// It says something that is no end, and so counts as over.
    Unreadable,
}

impl Ends {
    pub fn is_over(self, now: Now) -> bool {
        match self {
            Ends::Never => false,
            Ends::At(end) => end.is_over(now),
            Ends::Unreadable => true,
        }
    }

    /// `None` where there is none, or none that can be read.
    pub fn end(self) -> Option<End> {
        match self {
            Ends::At(end) => Some(end),
            Ends::Never | Ends::Unreadable => None,
        }
    }
}

/// What these variables say, where they name an environment.
pub fn given(variables: &Environ) -> Option<Given> {
    Some(Given {
        environment: EnvironmentName::new(variables.text(ENVIRONMENT)?)?,
        root: variables.get(ROOT).map(PathBuf::from).filter(|root| root.is_absolute()),
        ends: ends(variables),
        grant: variables.text(ACCESS).and_then(GrantName::new),
    })
}

fn ends(variables: &Environ) -> Ends {
    let Some(until) = variables.get(UNTIL) else { return Ends::Never };
    let uptime = match variables.get(UNTIL_UPTIME) {
        None => Some(None),
        Some(text) => text.to_str().and_then(Uptime::parse).map(Some),
    };
    match (until.to_str().and_then(whole_number), uptime) {
        (Some(at), Some(uptime)) => Ends::At(End { at, uptime }),
        (Some(_) | None, Some(_) | None) => Ends::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::clock::Boot;

    const START: &str = "6a3f1c529d0e4b7a8f610123456789ab";

    #[track_caller]
    fn check(until: Option<&[u8]>, uptime: Option<&str>, expected: Ends) {
        use std::os::unix::ffi::OsStringExt;
        let os = |bytes: &[u8]| std::ffi::OsString::from_vec(bytes.to_vec());
        let mut pairs = vec![("NEXUS_ENV".into(), "prod".into())];
        pairs.extend(until.map(|text| (UNTIL.into(), os(text))));
        pairs.extend(uptime.map(|text| (UNTIL_UPTIME.into(), text.into())));
        assert_eq!(given(&Environ::new(pairs)).map(|given| given.ends), Some(expected), "{until:?} {uptime:?}");
    }

    #[test]
    fn an_end_that_cannot_be_read_is_over() {
        let now = Now { seconds: 100, uptime: Some(Uptime { boot: Boot::parse(START).unwrap(), seconds: 7 }) };
        let at = |at, uptime| Ends::At(End { at, uptime });
        check(None, None, Ends::Never);
        check(Some(b"101"), None, at(101, None));
        for bad in [&b""[..], b"soon", b"-1", b"+101", b" 101", b"101x", b"1e12", b"99999999999999999999999", b"10\xff"]
        {
            check(Some(bad), None, Ends::Unreadable);
        }
        let good = format!("{START}:8");
        check(Some(b"101"), Some(&good), at(101, Uptime::parse(&good)));
        for bad in ["", "8", &good[1..], "x:8"] {
            check(Some(b"101"), Some(bad), Ends::Unreadable);
        }
        for (ends, over) in [
            (Ends::Never, false),
            (Ends::Unreadable, true),
            (at(100, None), true),
            (at(101, None), false),
            (at(101, Uptime::parse(&good)), false),
            (at(9_999, Uptime::parse(&format!("{START}:7"))), true),
        ] {
            assert_eq!(ends.is_over(now), over, "{ends:?}");
        }
    }
}
