//! Local time of day, for people. It decides nothing.

/// `15:42`, and `Tue 15:42` when that is not today, for seconds since 1970-01-01 UTC.
pub fn time_of_day(at: u64, now: u64) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let (Some(at), Some(now)) = (local(at), local(now)) else {
        return format!("{:02}:{:02} UTC", at / 3600 % 24, at / 60 % 60);
    };
    let time = format!("{:02}:{:02}", at.tm_hour, at.tm_min);
    match usize::try_from(at.tm_wday).ok().and_then(|day| DAYS.get(day)) {
        Some(day) if (at.tm_year, at.tm_yday) != (now.tm_year, now.tm_yday) => format!("{day} {time}"),
        Some(_) | None => time,
    }
}

/// `2026-11-25 15:42:07`.
pub fn moment(at: u64) -> String {
    match local(at) {
        Some(tm) => format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            tm.tm_year + 1900,
            tm.tm_mon + 1,
            tm.tm_mday,
            tm.tm_hour,
            tm.tm_min,
            tm.tm_sec
        ),
        None => format!("{at} s"),
    }
}

/// `Nov 25 15:42`, and with the year in place of the time when that is another one.
pub fn date_and_time(at: u64, now: u64) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (Some(at), Some(now)) = (local(at), local(now)) else { return format!("{at}") };
    let month = usize::try_from(at.tm_mon).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    match at.tm_year == now.tm_year {
        true => format!("{month} {:>2} {:02}:{:02}", at.tm_mday, at.tm_hour, at.tm_min),
        false => format!("{month} {:>2}  {:04}", at.tm_mday, i64::from(at.tm_year) + 1900),
    }
}

fn local(seconds: u64) -> Option<libc::tm> {
    let seconds = libc::time_t::try_from(seconds).ok()?;
    let mut broken_down = std::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers are valid for the call; localtime_r fills the structure or returns null (POSIX).
    unsafe {
        (!libc::localtime_r(&raw const seconds, broken_down.as_mut_ptr()).is_null()).then(|| broken_down.assume_init())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_sorts_like_the_time() {
        let (one, later) = (moment(1_700_000_000), moment(1_700_000_061));
        assert!(one.len() == 19 && one < later, "{one} {later}");
    }

    #[test]
    fn names_the_day_only_when_it_is_another_one() {
        let now = 1_700_000_000;
        assert_eq!(time_of_day(now, now).len(), 5);
        assert_eq!(time_of_day(now + 2 * 86_400, now).len(), 9);
    }
}
