//! A migration of the work tree: its folder's name, its SQL, and the sum that Prisma writes down when it applied it.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// One folder with a `migration.sql`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Migration {
    /// The folder's name, by which Prisma orders and remembers it.
    pub name: String,
    /// Every byte of `migration.sql`.
    pub sql: Vec<u8>,
}

impl Migration {
    pub fn new(name: impl Into<String>, sql: impl Into<Vec<u8>>) -> Migration {
        Migration { name: name.into(), sql: sql.into() }
    }

    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.sql)
    }

    /// Whether `recorded`, a `checksum` of `_prisma_migrations`, is this text's: as it is, or with the other kind of line
    /// ends (Prisma 2.29 and later are as lenient, prisma-engines#2101).
    pub fn fits(&self, recorded: &str) -> bool {
        let same = |bytes: &[u8]| {
            let sum = Sha256::digest(bytes);
            let padded: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
            // The oldest rows were written without the leading zeros of each byte.
            padded == recorded
                || recorded.len() < 64 && sum.iter().map(|byte| format!("{byte:x}")).collect::<String>() == recorded
        };
        same(&self.sql) || same(&self.with_line_ends(b"\n")) || same(&self.with_line_ends(b"\r\n"))
    }

    fn with_line_ends(&self, end: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.sql.len());
        let mut bytes = self.sql.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\r' if bytes.peek() == Some(&b'\n') => {}
                b'\n' => out.extend_from_slice(end),
                other => out.push(other),
            }
        }
        out
    }
}

/// A name as Prisma makes it: 14 digits of a UTC time, an underscore, words. Its time is what orders it.
pub fn time_of(name: &str) -> Option<&str> {
    let (time, rest) = name.split_at_checked(14)?;
    (time.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('_')).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, recorded: &str, fits: bool) {
        assert_eq!(Migration::new("x", sql).fits(recorded), fits, "{sql:?}");
    }

    #[test]
    fn a_sum_is_compared_whatever_the_line_ends_are() {
        // sha256sum of "a\nb\n" and of "a\r\nb\r\n".
        let (lf, crlf) = (
            "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2",
            "58055bdcc73787eb88c78d36f0b4939e9c5dc1c3ad17e25cc85a6833cf1a0cab",
        );
        check("a\nb\n", lf, true);
        check("a\r\nb\r\n", lf, true);
        check("a\nb", lf, false);
        check("a\nb\n", crlf, true);
        check("a\r\nb\r\n", crlf, true);
        check("a\nc\n", crlf, false);
    }

    #[test]
    fn the_oldest_rows_have_no_leading_zeros() {
        let sum = Sha256::digest(b"x");
        let short: String = sum.iter().map(|byte| format!("{byte:x}")).collect();
        check("x", &short, short.len() < 64);
        check("y", &short, false);
    }

    #[test]
    fn a_name_holds_its_time() {
        assert_eq!(time_of("20260101000000_first"), Some("20260101000000"));
        assert_eq!(time_of("0_init"), None);
        assert_eq!(time_of("20260101000000"), None);
        assert_eq!(time_of("é"), None);
    }
}
