//! A session as the line that the shell keeps: read strictly, and sealed, so that a damaged line is none.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::{Key, Mark, Place, Selection, Session, Until};
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::session::grant::GrantName;
use crate::domain::text::clock::{Boot, End, Uptime, whole_number};
use crate::domain::text::percent::{self, Digits};

const VERSION: &str = "2";

impl Session {
    /// The line that the shell keeps: ASCII, no quote, no white space but single spaces.
    pub fn encode(&self) -> String {
        let mut rest = hex(&self.key.0);
        if let Some(Place { root, environment }) = &self.place {
            rest.push_str(&format!(" p={environment}:{}", percent(root)));
        }
        for (name, mark) in &self.managed {
            match mark {
                Mark::Ours(hash) => rest.push_str(&format!(" v={name}:{hash:016x}")),
                Mark::Inherited => rest.push_str(&format!(" v={name}:?")),
                Mark::Theirs => rest.push_str(&format!(" v={name}:-")),
            }
        }
        for Selection { root, environment, until, grant } in &self.selections {
            let shown = |number: Option<u64>| number.map_or(String::new(), |number| number.to_string());
            let at = shown(until.map(|until| until.end.at));
            let uptime = until.and_then(|until| until.end.uptime);
            let uptime = uptime.map_or(":".to_owned(), |uptime| uptime.to_string());
            let granted = shown(until.and_then(|until| until.granted));
            let grant = grant.as_ref().map_or("", GrantName::as_str);
            rest.push_str(&format!(" s={environment}:{at}:{uptime}:{granted}:{grant}:{}", percent(root)));
        }
        if let Some(told) = self.told {
            rest.push_str(&format!(" t={told:016x}"));
        }
        format!("{VERSION} {:016x} {rest}", self.key.hash(rest.as_bytes()))
    }

    /// `None` for anything but what [`Session::encode`] wrote.
    pub fn decode(line: &str) -> Option<Self> {
        let (version, line) = line.split_once(' ')?;
        let (sum, rest) = line.split_once(' ')?;
        let mut fields = rest.split(' ');
        let mut session = Session::new(Key(unhex(fields.next()?)?));
        if version != VERSION || unhex64(sum)? != session.key.hash(rest.as_bytes()) {
            return None;
        }
        for field in fields {
            let (kind, text) = field.split_once('=')?;
            match kind {
                "p" => {
                    let (environment, root) = text.split_once(':')?;
                    let (root, environment) = (unpercent(root)?, EnvironmentName::new(environment)?);
                    session.place = Some(Place { root, environment });
                }
                "v" => {
                    let (name, mark) = text.split_once(':')?;
                    let mark = match mark {
                        "?" => Mark::Inherited,
                        "-" => Mark::Theirs,
                        hash => Mark::Ours(unhex64(hash)?),
                    };
                    session.managed.push((VariableName::new(name)?, mark));
                }
                "s" => {
                    let parts: [&str; 7] = text.splitn(7, ':').collect::<Vec<_>>().try_into().ok()?;
                    let [environment, at, boot, seconds, granted, grant, root] = parts;
                    let uptime = match (boot, seconds) {
                        ("", "") => None,
                        (boot, seconds) => Some(Uptime { boot: Boot::parse(boot)?, seconds: whole_number(seconds)? }),
                    };
                    let granted = number(granted)?;
                    let until = number(at)?.map(|at| Until { end: End { at, uptime }, granted });
                    let grant = match grant {
                        "" => None,
                        name => Some(GrantName::new(name)?),
                    };
                    let (root, environment) = (unpercent(root)?, EnvironmentName::new(environment)?);
                    session.selections.push(Selection { root, environment, until, grant });
                }
                "t" => session.told = Some(unhex64(text)?),
                _ => return None,
            }
        }
        Some(session)
    }

    /// The beginning of [`Session::encode`] that no other state of this shell shares: what the check compares.
    pub fn head(encoded: &str) -> &str {
        encoded.get(..VERSION.len() + 1 + 16).unwrap_or(encoded)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let good = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    good.then(|| u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)).flatten()
}

fn unhex64(text: &str) -> Option<u64> {
    let good = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    good.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

/// A number that may be missing; `None` for what is neither.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() { Some(None) } else { whole_number(text).map(Some) }
}

fn percent(path: &Path) -> String {
    percent::encoded(path.as_os_str().as_bytes(), b"/._-", Digits::Small)
}

fn unpercent(text: &str) -> Option<PathBuf> {
    let bytes = percent::decoded_strictly(text)?;
    bytes.starts_with(b"/").then(|| PathBuf::from(OsString::from_vec(bytes)))
}
