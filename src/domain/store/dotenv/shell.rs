//! The assignments of a shell's file, as `.envrc` has them: `export A='x'`, `A="x"`, several on a line. It runs nothing: a
//! value that a shell would compute is none, a command is passed over, and so is what stands inside of a condition.

use super::{Dollar, Entry, Reader, Taken, Wrong, blank, expandable};
use crate::domain::config::name::VariableName;
use crate::domain::text::secret::Secret;

const COMPUTED: &str = "a shell computes it";
const COMMAND: &str = "a command stands there, and none is run";
const CONDITION: &str = "it stands inside of a condition, a loop or a function";
const MORE: &str = "something stands after it on the line";

pub(super) fn parse(bytes: &[u8]) -> Result<Taken, Wrong> {
    let mut reader = Reader { bytes, at: 0, line: 1 };
    let mut taken = Taken::default();
    let mut depth = 0_usize;
    loop {
        reader.skip(|byte| byte.is_ascii_whitespace() || byte == b';');
        let Some(first) = reader.peek() else { return Ok(taken) };
        if first == b'#' {
            reader.skip(|byte| byte != b'\n');
            continue;
        }
        let line = reader.line;
        let start = reader.at;
        let word =
            reader.take(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'[' | b'{' | b'}' | b'(' | b')'));
        match word {
            b"export" | b"declare" | b"typeset" | b"readonly" | b"local" if reader.peek().is_some_and(blank) => {
                reader.skip(blank);
                // `declare -x`
                while reader.peek() == Some(b'-') {
                    reader.skip(|byte| !byte.is_ascii_whitespace());
                    reader.skip(blank);
                }
            }
            _ => reader.at = start,
        }
        let before = taken.entries.len();
        let assigned = assignments(&mut reader, &mut taken)?;
        if assigned && depth > 0 {
            for entry in taken.entries.split_off(before) {
                taken.pass_over(Some(entry.name), entry.line, CONDITION);
            }
        } else if !assigned {
            let start = reader.at;
            let rest = reader.take(|byte| byte != b'\n' && byte != b';');
            let first = rest.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            let opens = rest.trim_ascii_end().ends_with(b"{");
            match first {
                b"if" | b"for" | b"while" | b"until" | b"case" | b"function" => depth += 1,
                b"fi" | b"done" | b"esac" | b"}" => depth = depth.saturating_sub(1),
                // What follows on the line is a line of its own.
                b"then" | b"else" | b"do" => reader.at = start + first.len(),
                b"elif" => {}
                _ if opens => depth += 1,
                _ => taken.pass_over(None, line, COMMAND),
            }
        }
    }
}

/// Reads `NAME=value` as often as it stands there. Whether it stood there at all; if not, nothing was read.
fn assignments(reader: &mut Reader<'_>, taken: &mut Taken) -> Result<bool, Wrong> {
    let first = taken.entries.len() + taken.passed_over.len();
    loop {
        let (line, start) = (reader.line, reader.at);
        let name = reader.take(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = std::str::from_utf8(name).ok().and_then(VariableName::new);
        let (Some(name), Some(b'=')) = (name, reader.peek()) else {
            let any = taken.entries.len() + taken.passed_over.len() > first;
            reader.at = start;
            if any {
                finish(reader, taken);
            }
            return Ok(any);
        };
        reader.next();
        match word(reader)? {
            Some(value) if value.expose().contains(&0) => return Err(Wrong { line, what: super::NUL }),
            Some(value) => taken.entries.push(Entry { name, value, line, dollar: Dollar::None }),
            None => taken.pass_over(Some(name), line, COMPUTED),
        }
        reader.skip(blank);
    }
}

/// What may follow an assignment: the end of the line, `;`, a comment. Before a command it is that command's alone, and what
/// follows `&&` and its kind depends on it.
fn finish(reader: &mut Reader<'_>, taken: &mut Taken) {
    match reader.peek() {
        None | Some(b'\n' | b'\r' | b';' | b'#') => {}
        Some(_) => {
            let line = reader.line;
            while taken.entries.last().is_some_and(|entry| entry.line == line) {
                if let Some(entry) = taken.entries.pop() {
                    taken.pass_over(Some(entry.name), line, MORE);
                }
            }
        }
    }
    reader.skip(|byte| byte != b'\n' && byte != b';');
}

/// One word, its quotes taken off; `None` where a shell would put something in its place.
fn word(reader: &mut Reader<'_>) -> Result<Option<Secret>, Wrong> {
    let opened = reader.line;
    let never = Wrong { line: opened, what: super::NEVER_ENDS };
    let (mut value, mut computed) = (zeroize::Zeroizing::new(Vec::new()), false);
    while let Some(byte) = reader.peek() {
        let ends = byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')');
        if ends {
            break;
        }
        reader.next();
        match byte {
            b'\'' => loop {
                match reader.next().ok_or(never)? {
                    b'\'' => break,
                    other => value.push(other),
                }
            },
            b'"' => loop {
                match reader.next().ok_or(never)? {
                    b'"' => break,
                    b'\\' => match reader.next().ok_or(never)? {
                        b'\n' => {}
                        plain @ (b'"' | b'\\' | b'$' | b'`') => value.push(plain),
                        other => value.extend_from_slice(&[b'\\', other]),
                    },
                    b'`' => computed = true,
                    other => {
                        computed |= other == b'$' && reader.peek().is_some_and(replaced);
                        value.push(other);
                    }
                }
            },
            b'$' if reader.peek() == Some(b'\'') => {
                reader.next();
                computed |= !ansi_c(reader, &mut value).ok_or(never)?;
            }
            b'\\' => match reader.next() {
                Some(b'\n') | None => {}
                Some(other) => value.push(other),
            },
            b'$' if reader.peek() == Some(b'(') || reader.peek() == Some(b'{') => {
                computed = true;
                skip_bracketed(reader);
            }
            b'`' => {
                computed = true;
                reader.skip(|byte| byte != b'`');
                reader.next();
            }
            b'$' if reader.peek().is_some_and(replaced) => computed = true,
            b'~' if value.is_empty() => computed = true,
            other => value.push(other),
        }
    }
    Ok((!computed).then(|| Secret::new(std::mem::take(&mut *value))))
}

fn replaced(after_dollar: u8) -> bool {
    expandable(after_dollar) || after_dollar.is_ascii_digit() || b"@*#?$!-".contains(&after_dollar)
}

/// `$'…'` (POSIX.1-2024, 2.2.4): whether every escape in it is known here; `None` where it never ends.
fn ansi_c(reader: &mut Reader<'_>, value: &mut Vec<u8>) -> Option<bool> {
    let mut known = true;
    loop {
        match reader.next()? {
            b'\'' => return Some(known),
            b'\\' => match reader.next()? {
                b'n' => value.push(b'\n'),
                b't' => value.push(b'\t'),
                b'r' => value.push(b'\r'),
                plain @ (b'\'' | b'"' | b'\\' | b'?') => value.push(plain),
                _ => known = false,
            },
            other => value.push(other),
        }
    }
}

/// To the bracket that closes the one that stands here.
fn skip_bracketed(reader: &mut Reader<'_>) {
    let mut depth = 0_usize;
    while let Some(byte) = reader.next() {
        match byte {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::store::dotenv::{self, Dialect};

    /// Names and values, then names (or none), lines and reasons of what was passed over.
    #[track_caller]
    fn check(text: &str, entries: &[(&str, &str)], passed_over: &[(&str, usize, &str)]) {
        let read = dotenv::parse(Dialect::Shell, text.as_bytes()).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        let got: Vec<_> =
            read.entries.iter().map(|e| (e.name.as_str(), std::str::from_utf8(e.value.expose()).unwrap())).collect();
        assert_eq!(got, entries, "{text:?}");
        let name = |over: &dotenv::PassedOver| over.name.as_ref().map_or(String::new(), ToString::to_string);
        let got: Vec<_> = read.passed_over.iter().map(|over| (name(over), over.line, over.what)).collect();
        let expected: Vec<_> =
            passed_over.iter().map(|(name, line, what)| ((*name).to_owned(), *line, *what)).collect();
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn takes_the_quotes_off_as_a_shell_does() {
        check(
            "export A=1 B='two words'\nC=\"x \\\"y\\\" \\$z\"# c\nD=a\\ b'c'\"d\" # e\n",
            &[("A", "1"), ("B", "two words"), ("D", "a bcd")],
            &[("C", 2, super::MORE)],
        );
        check("export A=$'x\\ny'\ndeclare -x B=2; C=\r\n", &[("A", "x\ny"), ("B", "2"), ("C", "")], &[]);
        check("A='one\ntwo'\n", &[("A", "one\ntwo")], &[]);
        check("URL=postgres://u:p@h/d?a=b\nP='&x'\n", &[("URL", "postgres://u:p@h/d?a=b"), ("P", "&x")], &[]);
    }

    #[test]
    fn a_value_that_a_shell_computes_is_none() {
        for value in ["$(op read op://x/y)", "\"$B/x\"", "`date`", "${B:-x}", "~/x", "$1", "\"a${B}\"", "$'\\x41'"] {
            check(&format!("export A={value}\nB=1\n"), &[("B", "1")], &[("A", 1, super::COMPUTED)]);
        }
        check("A=\"5$\"\nB=\"x $ y\"\nC=\"B\"\n", &[("A", "5$"), ("B", "x $ y"), ("C", "B")], &[]);
        check("A='$B'\nB=\\$x\nC=5$\n", &[("A", "$B"), ("B", "$x"), ("C", "5$")], &[]);
    }

    #[test]
    fn commands_and_what_depends_on_them_are_passed_over() {
        check(
            "use flake\nexport A=1\nPATH_add bin\n",
            &[("A", "1")],
            &[("", 1, super::COMMAND), ("", 3, super::COMMAND)],
        );
        check("A=1 make\nB=1 && C=2\n", &[], &[("A", 1, super::MORE), ("B", 2, super::MORE)]);
        check("if true; then\n  export A=1\nfi\nB=2\n", &[("B", "2")], &[("A", 2, super::CONDITION)]);
        check(
            "if true; then\nA=1\nelif false; then\nA=2\nelse A=3\nfi\nfor x in 1; do A=4; done\nB=2\n",
            &[("B", "2")],
            &[
                ("A", 2, super::CONDITION),
                ("A", 4, super::CONDITION),
                ("A", 5, super::CONDITION),
                ("A", 7, super::CONDITION),
            ],
        );
        check("f() {\n A=1\n}\nexport A\n", &[], &[("A", 2, super::CONDITION), ("", 4, super::COMMAND)]);
    }

    #[test]
    fn a_quote_that_never_ends_is_said_with_its_line() {
        let wrong = dotenv::parse(Dialect::Shell, b"A=1\nB='x\n").unwrap_err();
        assert_eq!((wrong.line, wrong.what), (2, dotenv::NEVER_ENDS));
    }
}
