//! A day of the calendar in UTC, `2026-03-01`, and how long until another one. It knows no clock.

use std::fmt;

use super::calendar;

const SECONDS: i64 = 86_400;

/// Counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Day(i64);

impl Day {
    /// The day of a moment, in seconds since 1970-01-01 UTC.
    pub fn of(seconds: i64) -> Day {
        Day(seconds.div_euclid(SECONDS))
    }

    /// `2026-03-01`; `None` for any other text, also for a day that there is not.
    pub fn parse(text: &str) -> Option<Day> {
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
        let number = |digits: &[u8]| digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?));
        let [year @ .., b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
        let written = (number(year).filter(|_| year.len() == 4)?, number(&[*m1, *m2])?, number(&[*d1, *d2])?);
        let days = calendar::days(written.0, written.1, written.2);
        (calendar::civil(days) == written).then_some(Day(days))
    }

    pub fn after(self, days: Days) -> Day {
        Day(self.0 + i64::from(days.0))
    }

    /// How many days from this one to `other`, negative where that lies before it.
    pub fn until(self, other: Day) -> i64 {
        other.0 - self.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = calendar::civil(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A number of days, at least one and at most ten years: `90d`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Days(u16);

impl Days {
    const MOST: u16 = 3660;

    pub fn new(number: i64) -> Option<Days> {
        u16::try_from(number).ok().filter(|number| (1..=Days::MOST).contains(number)).map(Days)
    }

    /// `90d`; `None` for any other text, `090d` too.
    pub fn parse(text: &str) -> Option<Days> {
        let digits = text.strip_suffix('d')?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        digits.parse().ok().filter(|_| plain).and_then(Days::new)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, day: Option<&str>) {
        assert_eq!(Day::parse(text).map(|day| day.to_string()).as_deref(), day, "{text}");
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        check("2026-03-01", Some("2026-03-01"));
        check("2024-02-29", Some("2024-02-29"));
        for wrong in ["", "2026-02-30", "2026-3-1", "2026-03-01Z", "2026-03-01T", "1 March"] {
            check(wrong, None);
        }
        assert_eq!(Day::of(1_767_225_599).to_string(), "2025-12-31");
        assert_eq!(Day::of(-1).to_string(), "1969-12-31");
    }

    #[test]
    fn counts_days_over_the_ends_of_months() {
        let day = Day::of(1_767_225_599).after(Days::parse("90d").unwrap());
        assert_eq!(day.to_string(), "2026-03-31");
        assert_eq!(Day::of(1_767_225_599).until(day), 90);
        assert_eq!(day.until(Day::of(1_767_225_599)), -90);
    }

    #[test]
    fn understands_a_number_of_days() {
        for (text, good) in [("1d", true), ("3660d", true), ("0d", false), ("3661d", false), ("090d", false)] {
            assert_eq!(Days::parse(text).is_some(), good, "{text}");
        }
        for text in ["", "d", "90", "90m", "-1d", "9 d", "99999999999999d"] {
            assert_eq!(Days::parse(text), None, "{text}");
        }
    }
}
