//! What may be told of a secret beside its value: when it expires, and where it was issued. Read from what was typed.

use super::sealed::history::{Expiry, Note};
use crate::domain::text::day::{Day, Days};
use crate::domain::text::safe_text;
use crate::error::{Exit, Failure};

/// `90d` from today on, a day of the calendar, or `never`, which is `None`.
///
/// # Errors
/// Every other text, and a day that is over.
pub fn expiry(text: &str, today: Day) -> Result<Option<Expiry>, Failure> {
    if text == "never" {
        return Ok(None);
    }
    if let Some(every) = Days::parse(text) {
        return Ok(Some(Expiry { on: today.after(every), every }));
    }
    let shown = safe_text::cut(text, 40);
    let hint = "a number of days such as 90d, a day such as 2027-03-01, or never";
    let wrong = |what: &str| Failure::new(format!("`{shown}` {what}")).hint(hint).exit(Exit::Usage);
    match Day::parse(text) {
        Some(on) if today.until(on) < 1 => Err(wrong("is over")),
        Some(on) => {
            let every = Days::new(today.until(on)).ok_or_else(|| wrong("is too far away"))?;
            Ok(Some(Expiry { on, every }))
        }
        None => Err(wrong("is no time until which a secret is good")),
    }
}

/// One line; an empty one is `None`, which takes the note off.
///
/// # Errors
/// What could not stand in a store as it is, without saying it again.
pub fn note(text: &str) -> Result<Option<Note>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    Note::new(text).map(Some).ok_or_else(|| {
        Failure::new("this note cannot be kept")
            .hint("a note is one line of at most 200 characters, without double quotes and backslashes")
            .exit(Exit::Usage)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        Day::parse("2026-03-01").unwrap()
    }

    #[track_caller]
    fn check(text: &str, expected: Result<Option<&str>, &str>) {
        let got = expiry(text, today());
        let got = got.as_ref().map(|expiry| expiry.map(|expiry| expiry.to_string())).map_err(|f| f.message.as_str());
        assert_eq!(got, expected.map(|text| text.map(str::to_owned)), "{text}");
    }

    #[test]
    fn a_time_is_a_number_of_days_or_a_day() {
        check("90d", Ok(Some("2026-05-30 90d")));
        check("2026-03-31", Ok(Some("2026-03-31 30d")));
        check("never", Ok(None));
        check("2026-03-01", Err("`2026-03-01` is over"));
        check("2020-01-01", Err("`2020-01-01` is over"));
        check("2099-01-01", Err("`2099-01-01` is too far away"));
        check("90", Err("`90` is no time until which a secret is good"));
        check("1h", Err("`1h` is no time until which a secret is good"));
    }

    #[test]
    fn a_note_is_one_line_and_a_refusal_does_not_say_it_again() {
        assert_eq!(note("").unwrap(), None);
        assert_eq!(note("vendor").unwrap().unwrap().to_string(), "vendor");
        assert!(!format!("{:?}", note("hunter2\n").unwrap_err()).contains("hunter2"));
    }
}
