//! The lines of docker's `--env-file`: a name, `=`, and every byte to the line's end, in which no quote, no `#` and no
//! backslash means anything. (docker CLI reference, "docker container run", `--env-file`; its reader trims blanks in front
//! of a name, skips lines that begin with `#`, takes a byte order mark off, and refuses what is no UTF-8.)

use super::{Dollar, Entry, Taken, Wrong};
use crate::domain::config::name::VariableName;
use crate::domain::text::secret::Secret;

/// docker's reader takes no line that is longer, in bytes.
const LONGEST_LINE: usize = 64 * 1024 - 2;

/// The line that sets a variable, with its newline.
///
/// # Errors
/// What is in the value that docker would change or refuse, to follow "it holds".
pub fn write(name: &VariableName, value: &[u8]) -> Result<String, &'static str> {
    let value = std::str::from_utf8(value).map_err(|_| "bytes that are no UTF-8")?;
    if value.contains('\n') {
        return Err("more than one line");
    }
    if value.ends_with('\r') {
        return Err("a carriage return at its end");
    }
    let line = format!("{name}={value}\n");
    if line.len() > LONGEST_LINE { Err("more than the 64 KiB of a line") } else { Ok(line) }
}

pub(super) fn parse(bytes: &[u8]) -> Result<Taken, Wrong> {
    let mut taken = Taken::default();
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line).trim_ascii_start();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let (name, value) = match line.iter().position(|&byte| byte == b'=') {
            Some(at) => (&line[..at], Some(&line[at + 1..])),
            None => (line, None),
        };
        let wrong = |what| Wrong { line: number, what };
        let name = std::str::from_utf8(name).ok().and_then(VariableName::new);
        let name = name.ok_or(wrong(super::NO_NAME))?;
        match value {
            Some(value) if value.contains(&0) => return Err(wrong(super::NUL)),
            Some(value) => {
                taken.entries.push(Entry { name, value: Secret::new(value), line: number, dollar: Dollar::None });
            }
            None => taken.pass_over(Some(name), number, "docker takes its value from where it runs"),
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::store::dotenv::{self, Dialect, PassedOver};
    use proptest::prelude::*;

    #[track_caller]
    fn check(value: &[u8], expected: Result<&str, &'static str>) {
        let written = write(&VariableName::new("A").unwrap(), value);
        assert_eq!(written.as_deref().map_err(|what| *what), expected, "{}", value.escape_ascii());
    }

    #[test]
    fn writes_every_character_as_it_is_and_refuses_the_rest() {
        check(b"it's \"$5\" #1 `x` \\ ", Ok("A=it's \"$5\" #1 `x` \\ \n"));
        check(b"", Ok("A=\n"));
        check(b"a\rb", Ok("A=a\rb\n"));
        check(b"a\nb", Err("more than one line"));
        check(b"a\r", Err("a carriage return at its end"));
        check(b"\xff", Err("bytes that are no UTF-8"));
        check(&[b'x'; LONGEST_LINE], Err("more than the 64 KiB of a line"));
    }

    #[test]
    fn reads_quotes_as_part_of_the_value_and_a_bare_name_as_none() {
        let read = dotenv::parse(Dialect::Docker, b"\xef\xbb\xbf# c\r\n  A=\"x\" # y\r\n\nB=\nHOME\n").unwrap();
        let entries: Vec<_> = read.entries.iter().map(|e| (e.name.as_str(), e.value.expose(), e.line)).collect();
        assert_eq!(entries, [("A", &b"\"x\" # y"[..], 2), ("B", b"", 4)]);
        let what = "docker takes its value from where it runs";
        assert_eq!(read.passed_over, [PassedOver { name: VariableName::new("HOME"), line: 5, what }]);
        assert_eq!(dotenv::parse(Dialect::Docker, b"A =1").unwrap_err().line, 1);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in "\\PC{0,40}[ \t\"'#$`\\\\]{0,3}") {
            let written = write(&VariableName::new("A").unwrap(), value.as_bytes()).map_err(TestCaseError::fail)?;
            let read = dotenv::parse(Dialect::Docker, written.as_bytes()).map_err(|w| TestCaseError::fail(w.what))?;
            prop_assert_eq!(read.entries[0].value.expose(), value.as_bytes());
        }
    }
}
