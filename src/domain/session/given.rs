//! The variables of this program's own, `NEXUS_ENV` and its like: read and written here and nowhere else. What a shell says that
//! it was given stands in its environment, which whoever starts a process can write; so it selects and names, and grants nothing.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::domain::config::name::EnvironmentName;
use crate::domain::session::ambient::Environ;
use crate::domain::session::grant::GrantName;
use crate::domain::target::listening::Process;
use crate::domain::text::clock::{End, Now, Uptime, whole_number};

/// How every one of them begins.
pub const PREFIX: &str = "NEXUS_ENV";

const ENVIRONMENT: &str = "NEXUS_ENV";
const ROOT: &str = "NEXUS_ENV_ROOT";
/// The names of the variables that were set.
const NAMES: &str = "NEXUS_ENV_NAMES";
/// Seconds since 1970-01-01 UTC, for people as well.
const UNTIL: &str = "NEXUS_ENV_UNTIL";
/// The same moment by the clock that nobody sets, as [`Uptime`] is written.
const UNTIL_UPTIME: &str = "NEXUS_ENV_UNTIL_UPTIME";
/// The name of a grant.
const ACCESS: &str = "NEXUS_ENV_ACCESS";

/// What says of a process which environment it was given, in the order in which a load sets it.
pub const LABELS: [&str; 6] = [ENVIRONMENT, ROOT, NAMES, UNTIL, UNTIL_UPTIME, ACCESS];

/// The line that a shell asks about, for one process of this program, which takes it away before anything else.
pub const TYPED: &str = "NEXUS_ENV_TYPED";
/// `1` where a person wants to see what is read, asked, observed and concluded.
pub const TRACE: &str = "NEXUS_ENV_TRACE";
/// The number of a yes, for the command that it was given to.
pub const CONSENT: &str = "NEXUS_ENV_CONSENT";
/// An identity itself, for CI.
pub const IDENTITY: &str = "NEXUS_ENV_IDENTITY";
/// The file of one.
pub const IDENTITY_FILE: &str = "NEXUS_ENV_IDENTITY_FILE";
/// Where Prisma found its schema engine before, for it to be found again. A path is no secret.
pub const ENGINE: &str = "NEXUS_ENV_ENGINE";
/// The script of the Prisma that started this process, as the preload for Node tells it.
pub const PRISMA: &str = "NEXUS_ENV_PRISMA";

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

impl Given {
    /// What these variables say, where they name an environment.
    pub fn read(variables: &Environ) -> Option<Given> {
        Given::from(&|name| Some(variables.get(name)?.to_owned()))
    }

    /// The same of another process.
    pub fn of(process: &Process) -> Option<Given> {
        Given::from(&|name| process.variable(name).map(OsString::from))
    }

    fn from(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<Given> {
        let text = |name| variable(name).and_then(|value| value.into_string().ok());
        Some(Given {
            environment: EnvironmentName::new(&text(ENVIRONMENT)?)?,
            root: variable(ROOT).map(PathBuf::from).filter(|root| root.is_absolute()),
            ends: ends(variable),
            grant: text(ACCESS).as_deref().and_then(GrantName::new),
        })
    }

    /// What a load sets of [`LABELS`], and what it takes away, of what is given now: names, and no value of a secret's.
    pub fn labels(given: Option<&Given>, names: &[&str]) -> Vec<(&'static str, Option<Vec<u8>>)> {
        let end = given.and_then(|given| given.ends.end());
        let root = given.and_then(|given| given.root.as_ref());
        vec![
            (ENVIRONMENT, given.map(|given| given.environment.as_str().into())),
            (ROOT, root.map(|root| root.as_os_str().as_bytes().to_vec())),
            (NAMES, given.map(|_| names.join(" ").into_bytes())),
            (UNTIL, end.map(|end| end.at.to_string().into_bytes())),
            (UNTIL_UPTIME, end.and_then(|end| end.uptime).map(|uptime| uptime.to_string().into_bytes())),
            (ACCESS, given.and_then(|given| given.grant.as_ref()).map(|grant| grant.as_str().into())),
        ]
    }
}

/// The names of the variables that a load set.
pub fn names(variables: &Environ) -> impl Iterator<Item = &str> {
    variables.text(NAMES).unwrap_or_default().split_whitespace()
}

/// The directory of the configuration, also where its environment's name is none.
pub fn root(variables: &Environ) -> Option<PathBuf> {
    variables.get(ROOT).map(PathBuf::from).filter(|root| root.is_absolute())
}

/// Whether anything calls itself the environment, also what is no name of one.
pub fn is_any(variables: &Environ) -> bool {
    variables.get(ENVIRONMENT).is_some_and(|name| !name.is_empty())
}

/// What another process calls its environment and the directory of its configuration, as they stand there.
pub fn claimed(process: &Process) -> (Option<&str>, Option<&str>) {
    (process.variable(ENVIRONMENT), process.variable(ROOT))
}

/// Whether the shell says that it asks about each whole line.
pub fn asks_about_lines(variables: &Environ) -> bool {
    variables.text("NEXUS_ENV_LINE") == Some("yes")
}

/// Why the shell's prompt cannot be hooked, in a word.
pub fn unprompted(variables: &Environ) -> Option<&str> {
    variables.text("NEXUS_ENV_UNPROMPTED")
}

fn ends(variable: &dyn Fn(&str) -> Option<OsString>) -> Ends {
    let Some(until) = variable(UNTIL) else { return Ends::Never };
    let uptime = match variable(UNTIL_UPTIME) {
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
        let mut pairs = vec![(ENVIRONMENT.into(), "prod".into())];
        pairs.extend(until.map(|text| (UNTIL.into(), os(text))));
        pairs.extend(uptime.map(|text| (UNTIL_UPTIME.into(), text.into())));
        assert_eq!(Given::read(&Environ::new(pairs)).map(|given| given.ends), Some(expected), "{until:?} {uptime:?}");
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

    #[test]
    fn what_is_written_is_what_is_read() {
        let good = format!("{START}:8");
        let given = Given {
            environment: EnvironmentName::new("prod").unwrap(),
            root: Some("/repo".into()),
            ends: Ends::At(End { at: 101, uptime: Uptime::parse(&good) }),
            grant: GrantName::new("0123456789abcdef0123456789abcdef"),
        };
        for given in [given.clone(), Given { ends: Ends::Never, grant: None, ..given }] {
            let labels = Given::labels(Some(&given), &["A", "B"]);
            assert!(labels.iter().map(|(name, _)| *name).eq(LABELS));
            let set = labels
                .into_iter()
                .filter_map(|(name, value)| Some((name.into(), String::from_utf8(value?).unwrap().into())));
            let variables = Environ::new(set.collect());
            assert_eq!(Given::read(&variables), Some(given));
            assert!(names(&variables).eq(["A", "B"]));
        }
        assert!(Given::labels(None, &["A"]).iter().all(|(_, value)| value.is_none()));
    }
}
