//! Two clocks, and what ends by them. The clock on the wall can be set back, and what was given for half an hour would last
//! a day; the one that counts since the machine was started cannot. So an end is over as soon as either says so. Pure.

use std::fmt;

/// A point in time as the file system and the clock give it, since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Timestamp {
    pub seconds: i64,
    pub nanoseconds: u32,
}

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Now {
    /// Since 1970-01-01 UTC.
    pub seconds: u64,
    /// `None` where the system does not tell.
    pub uptime: Option<Uptime>,
}

/// Since this machine was started, sleep included, and which start that was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Uptime {
    pub boot: Boot,
    pub seconds: u64,
}

/// One start of one machine: a random number that its kernel made then.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Boot(u128);

/// When something ends by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct End {
    /// Seconds since 1970-01-01 UTC.
    pub at: u64,
    /// The same moment on the other clock, where it is known.
    pub uptime: Option<Uptime>,
}

impl Boot {
    /// Reads the text of a UUID, as `/proc/sys/kernel/random/boot_id` and `kern.bootsessionuuid` have it, and what
    /// `Display` makes of one.
    pub fn parse(text: &str) -> Option<Boot> {
        let digits: String = text.trim().chars().filter(|&c| c != '-').collect();
        let good = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        good.then(|| u128::from_str_radix(&digits, 16).ok().map(Boot)).flatten()
    }
}

impl fmt::Display for Boot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Uptime {
    /// `Display` writes it: the start, a colon, the seconds.
    pub fn parse(text: &str) -> Option<Uptime> {
        let (boot, seconds) = text.split_once(':')?;
        Some(Uptime { boot: Boot::parse(boot)?, seconds: whole_number(seconds)? })
    }
}

impl fmt::Display for Uptime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.boot, self.seconds)
    }
}

/// Digits alone: no sign, no space.
pub fn whole_number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl End {
    /// So many seconds from now.
    pub fn after(now: Now, seconds: u64) -> End {
        let uptime = now.uptime.map(|uptime| Uptime { seconds: uptime.seconds.saturating_add(seconds), ..uptime });
        End { at: now.seconds.saturating_add(seconds), uptime }
    }

    /// How many seconds are left, by the clock that has fewer; none where it is over. What was begun before the machine was
    /// started, or on another one, has the clock on the wall alone.
    pub fn left(self, now: Now) -> u64 {
        let wall = self.at.saturating_sub(now.seconds);
        match (self.uptime, now.uptime) {
            (Some(end), Some(now)) if end.boot == now.boot => wall.min(end.seconds.saturating_sub(now.seconds)),
            (Some(_) | None, Some(_) | None) => wall,
        }
    }

    pub fn is_over(self, now: Now) -> bool {
        self.left(now) == 0
    }

    /// As [`End::is_over`], for what nobody may have outlived: over as well where the machine was started since, and where
    /// that cannot be told any more.
    pub fn is_over_or_of_another_start(self, now: Now) -> bool {
        let boot = |uptime: Option<Uptime>| uptime.map(|uptime| uptime.boot);
        self.is_over(now) || (self.uptime.is_some() && boot(self.uptime) != boot(now.uptime))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "6a3f1c52-9d0e-4b7a-8f61-0123456789ab";

    fn now(seconds: u64, uptime: Option<u64>) -> Now {
        let boot = Boot::parse(START).unwrap();
        Now { seconds, uptime: uptime.map(|seconds| Uptime { boot, seconds }) }
    }

    #[track_caller]
    fn check(end: End, then: Now, left: u64) {
        assert_eq!((end.left(then), end.is_over(then)), (left, left == 0), "{then:?}");
    }

    #[test]
    fn an_end_is_over_when_either_clock_says_so() {
        let end = End::after(now(1_000_000, Some(500)), 60);
        check(end, now(1_000_000, Some(500)), 60);
        check(end, now(1_000_059, Some(559)), 1);
        check(end, now(1_000_060, Some(560)), 0);
        // The clock on the wall was set back by an hour, and forward.
        check(end, now(996_430, Some(530)), 30);
        check(end, now(996_460, Some(560)), 0);
        check(end, now(1_003_630, Some(530)), 0);
        // One that the system does not tell leaves the other.
        check(end, now(1_000_030, None), 30);
        check(End::after(now(1_000_000, None), 60), now(1_000_030, Some(9_999)), 30);
    }

    #[test]
    fn what_was_begun_before_a_start_has_the_wall_alone_or_is_over() {
        let end = End::after(now(1_000_000, Some(500)), 60);
        let other = Uptime { boot: Boot::parse(&START.replace('6', "7")).unwrap(), seconds: 9_999 };
        let later = Now { seconds: 1_000_030, uptime: Some(other) };
        check(end, later, 30);
        assert!(end.is_over_or_of_another_start(later));
        assert!(end.is_over_or_of_another_start(now(1_000_030, None)));
        assert!(!end.is_over_or_of_another_start(now(1_000_030, Some(530))));
        assert!(!End::after(now(1_000_000, None), 60).is_over_or_of_another_start(now(1_000_030, Some(530))));
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let uptime = Uptime { boot: Boot::parse(START).unwrap(), seconds: 77 };
        assert_eq!(uptime.to_string(), "6a3f1c529d0e4b7a8f610123456789ab:77");
        assert_eq!(Uptime::parse(&uptime.to_string()), Some(uptime));
        for bad in
            ["", ":", "77", "6a3f:77", "6a3f1c529d0e4b7a8f610123456789ab:", "6a3f1c529d0e4b7a8f610123456789ab:+7"]
        {
            assert_eq!(Uptime::parse(bad), None, "{bad}");
        }
        for bad in ["+1", " 1", "1 ", "-1", "1e3", "99999999999999999999999", ""] {
            assert_eq!(whole_number(bad), None, "{bad}");
        }
    }
}
