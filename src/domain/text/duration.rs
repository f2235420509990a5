//! Durations as people type them: `30s`, `30m`, `2h`.

use crate::error::{Exit, Failure};

/// Whole seconds, at least one, at most seven days.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Duration(u64);

impl Duration {
    pub const PROTECTED_SELECTION: Duration = Duration(30 * 60);
    /// How long an unlocked environment stays so, where it is protected and where it is not.
    pub const UNLOCKED_PROTECTED: Duration = Duration(15 * 60);
    pub const UNLOCKED_OPEN: Duration = Duration(8 * 3600);
    /// How long a deployment's statement waits for a lock unless told otherwise.
    pub const LOCK: Duration = Duration(3);
    const LONGEST: u64 = 7 * 24 * 3600;

    /// As it is typed or written.
    ///
    /// # Errors
    /// Wrong usage, and what would have been understood.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let no = |why: &str| Failure::new(format!("`{text}` is {why}")).hint("write 30s, 30m or 2h").exit(Exit::Usage);
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let factor = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(no("no duration")),
        };
        match number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)) {
            Some(seconds @ 1..=Self::LONGEST) => Ok(Duration(seconds)),
            Some(_) | None => Err(no("not between 1s and 168h")),
        }
    }

    pub fn seconds(self) -> u64 {
        self.0
    }

    /// The shortest way to write it that loses nothing a person cares about: `45s`, `28m`, `2h`, `1h 30m`.
    pub fn short(seconds: u64) -> String {
        match seconds {
            0..60 => format!("{seconds}s"),
            60..3600 => format!("{}m", seconds.div_ceil(60)),
            _ => match (seconds / 3600, seconds % 3600 / 60) {
                (hours, 0) => format!("{hours}h"),
                (hours, minutes) => format!("{hours}h {minutes}m"),
            },
        }
    }

    /// A time that has passed, as a person says it: after two days nobody cares about hours.
    pub fn rough(seconds: u64) -> String {
        match seconds / 86_400 {
            0 | 1 => Duration::short(seconds),
            days => format!("{days} days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, seconds: Option<u64>) {
        assert_eq!(Duration::parse(text).ok().map(Duration::seconds), seconds, "{text}");
    }

    #[test]
    fn understands_seconds_minutes_and_hours() {
        check("30s", Some(30));
        check("30m", Some(1800));
        check("2h", Some(7200));
        for bad in ["", "30", "0m", "-5m", "1d", "99999999999999999999h", "169h", "m", "1.5h", "3０m"] {
            check(bad, None);
        }
    }
}
