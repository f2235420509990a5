//! Which database one is, as its server tells: what a configuration pins, and how it is written there. Pure data; what a
//! fingerprint proves is weighed in `server`.

use std::fmt;

use crate::domain::text::safe_text::safe_text;

/// Which database it is: two servers never share it unless one was made by copying the other's files.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Fingerprint {
    /// `system_identifier` of `pg_control_system()`: 64 bits without a sign, made by initdb.
    pub system: u64,
    pub database: String,
}

impl Fingerprint {
    /// Reads `SYSTEM_IDENTIFIER/DATABASE`. The database's name may hold a slash itself.
    pub fn parse(text: &str) -> Option<Self> {
        let (system, database) = text.split_once('/')?;
        let digits = !system.is_empty() && system.bytes().all(|byte| byte.is_ascii_digit());
        let system = system.parse().ok().filter(|_| digits)?;
        (!database.is_empty()).then(|| Fingerprint { system, database: database.to_owned() })
    }

    /// What `parse` reads again.
    pub fn written(&self) -> String {
        format!("{}/{}", self.system, self.database)
    }
}

/// For people: whoever made the database chose its name.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.system, safe_text(&self.database))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_fingerprint_and_nothing_that_looks_like_one() {
        let read = |text: &str| Fingerprint::parse(text).map(|f| (f.system, f.database));
        assert_eq!(read("7710885635155787222/nexus_db"), Some((7710885635155787222, "nexus_db".to_owned())));
        assert_eq!(read("18446744073709551615/a/b"), Some((u64::MAX, "a/b".to_owned())));
        for text in ["", "/", "1", "1/", "/a", "-1/a", "+1/a", "1.0/a", "18446744073709551616/a", "prod/a"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_fingerprint_is_read_as_it_was_written(system: u64, database in "\\PC{1,40}") {
            let fingerprint = Fingerprint { system, database };
            prop_assert_eq!(Fingerprint::parse(&fingerprint.written()), Some(fingerprint));
        }
    }
}
