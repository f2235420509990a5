//! Sixteen bytes that tell one key from another, as two people compare them aloud: `6911 cca0 8a61 81d9 …`.

use std::fmt;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fingerprint(pub [u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, [first, second]) in self.0.as_chunks().0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{first:02x}{second:02x}")?;
        }
        Ok(())
    }
}
