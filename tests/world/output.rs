//! What a program that ran to its end has printed, compared whole.

/// Exit status, data and talk of one run.
#[derive(Clone, Debug)]
pub struct Output {
    command: String,
    pub status: i32,
    /// Every byte.
    pub stdout: Vec<u8>,
    /// Tidied.
    pub stderr: String,
    tidied: String,
}

impl Output {
    pub fn new(command: String, output: std::process::Output, tidy: impl Fn(&str) -> String) -> Output {
        Output {
            command,
            // A program that a signal ended has none; shells call it 128 and the signal's number.
            status: output.status.code().unwrap_or(128),
            stderr: tidy(&String::from_utf8_lossy(&output.stderr)),
            tidied: tidy(&String::from_utf8_lossy(&output.stdout)),
            stdout: output.stdout,
        }
    }

    /// Exit status 0, whatever was printed.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.ends_with_status(0)
    }

    #[track_caller]
    pub fn ends_with_status(self, expected: i32) -> Self {
        assert_eq!(self.status, expected, "{}\nstderr:\n{}\nstdout:\n{}", self.command, self.stderr, self.tidied);
        self
    }

    /// The whole of stdout.
    #[track_caller]
    pub fn prints(self, expected: &str) -> Self {
        assert_eq!(self.tidied, expected, "stdout of {}\nstderr:\n{}", self.command, self.stderr);
        self
    }

    /// The whole of stderr.
    #[track_caller]
    pub fn says(self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected, "stderr of {}\nstdout:\n{}", self.command, self.tidied);
        self
    }
}

/// `until 09:07` becomes `until 15:42`, `since 09:07` likewise, and `pid 123` becomes `pid 4242`: the numbers of PRODUCT's own examples.
pub fn with_steady_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, word, steady)) = [("until ", "15:42"), ("since ", "15:42"), ("pid ", "4242")]
        .into_iter()
        .filter_map(|(word, steady)| Some((rest.find(word)?, word, steady)))
        .min_by_key(|&(at, _, _)| at)
    {
        let (before, after) = rest.split_at(at + word.len());
        out.push_str(before);
        let clock = word != "pid ";
        // Late in the day it is the next one's time: `until Sat 00:26`.
        let day = after
            .get(..4)
            .filter(|day| clock && day.ends_with(' ') && day[..3].bytes().all(|b| b.is_ascii_alphabetic()));
        let after = day.map_or(after, |day| &after[day.len()..]);
        let number = |c: char| c.is_ascii_digit() || (clock && c == ':');
        let digits = after[..after.len() - after.trim_start_matches(number).len()].trim_end_matches(':');
        let behind = &after[digits.len()..];
        let steady_here = if clock { digits.len() == 5 && digits[2..].starts_with(':') } else { !digits.is_empty() };
        out.push_str(if steady_here { steady } else { digits });
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Public keys of age are made anew in every run: `age1…` and 58 characters become `age1ada`.
pub fn with_steady_keys(text: &str) -> String {
    let mut parts = text.split("age1");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let key = part.len() - part.trim_start_matches(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()).len();
        out.push_str(if key == 58 { "age1ada" } else { "age1" });
        out.push_str(if key == 58 { &part[58..] } else { part });
    }
    out
}

/// Fingerprints, eight groups of four digits, become `FINGERPRINT`.
pub fn with_steady_fingerprints(text: &str) -> String {
    const LENGTH: usize = 8 * 4 + 7;
    let is_one = |part: &[u8]| {
        part.len() == LENGTH
            && part.iter().enumerate().all(|(at, byte)| match at % 5 {
                4 => *byte == b' ',
                _ => byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase(),
            })
    };
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(next) = rest.chars().next() {
        let skip = match rest.as_bytes().get(..LENGTH) {
            Some(part) if is_one(part) && !out.ends_with(|c: char| c.is_ascii_alphanumeric()) => {
                out.push_str("FINGERPRINT");
                LENGTH
            }
            Some(_) | None => {
                out.push(next);
                next.len_utf8()
            }
        };
        rest = &rest[skip..];
    }
    out
}

/// Days of the calendar, `2026-03-01`, become `DAY`.
pub fn with_steady_days(text: &str) -> String {
    let is_day = |word: &str| {
        word.len() == 10
            && word.split('-').map(str::len).eq([4, 2, 2])
            && word.bytes().all(|b| b == b'-' || b.is_ascii_digit())
    };
    let apart = |c: char| !(c == '-' || c.is_ascii_digit());
    let ends = text.match_indices(apart).map(|(at, found)| at + found.len()).chain([text.len()]);
    let mut from = 0;
    let mut out = String::with_capacity(text.len());
    for to in ends {
        let part = &text[from..to];
        let word = part.trim_end_matches(apart);
        out.push_str(if is_day(word) { "DAY" } else { word });
        out.push_str(&part[word.len()..]);
        from = to;
    }
    out
}
