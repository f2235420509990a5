//! Reads files of variables in the dialects that people have. It expands nothing and runs nothing.
//!
//! What `.env` loaders agree on: `NAME=value` with an optional `export`, spaces around `=`, comments, CRLF, a byte order
//! mark. A value in single quotes or backticks is taken as it stands, one in double quotes knows `\n \r \t \" \\ \$`; all
//! three may go over several lines. One without quotes ends at the line's end or before ` #`. `NAME: value` is taken too, and
//! a list's `- NAME=value`. What stands twice counts as it stands last. Every error names the line and never what stands in
//! it: a line that is not understood may be a secret.

pub mod docker;
pub mod line;
mod shell;

use crate::domain::config::name::VariableName;
use crate::domain::text::secret::Secret;

/// Who else reads such a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    Dotenv,
    /// `docker run --env-file`: no quotes, every byte counts.
    Docker,
    /// A shell that sources it: direnv's `.envrc`.
    Shell,
}

impl Dialect {
    /// What a file of that name is written in.
    pub fn of(file: &str) -> Dialect {
        match [".envrc", ".sh", ".bash", ".zsh"].iter().any(|ending| file.ends_with(ending)) {
            true => Dialect::Shell,
            false => Dialect::Dotenv,
        }
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    pub name: VariableName,
    pub value: Secret,
    /// Where the entry begins, counted from one.
    pub line: usize,
    pub dollar: Dollar,
}

/// Whether another loader might have replaced something in the value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dollar {
    /// `$NAME`, `${…}` or `$(…)` stands in it, outside single quotes, and was kept as it is.
    Kept,
    None,
}

/// What stands in a file and sets nothing that can be taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PassedOver {
    pub name: Option<VariableName>,
    pub line: usize,
    pub what: &'static str,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Taken {
    /// In the order in which they stand, also those that a later one replaces.
    pub entries: Vec<Entry>,
    pub passed_over: Vec<PassedOver>,
}

impl Taken {
    fn pass_over(&mut self, name: Option<VariableName>, line: usize, what: &'static str) {
        self.passed_over.push(PassedOver { name, line, what });
    }
}

/// Lines count from one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wrong {
    pub line: usize,
    pub what: &'static str,
}

const NO_NAME: &str = "what stands before `=` is no name of a variable";
const NUL: &str = "the value holds a NUL byte, which no variable can";
const NEVER_ENDS: &str = "the quote that begins here never ends";

/// All that stands in a file.
///
/// # Errors
/// The first line that is none of the dialect's.
pub fn parse(dialect: Dialect, bytes: &[u8]) -> Result<Taken, Wrong> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match dialect {
        Dialect::Dotenv => entries(bytes),
        Dialect::Docker => docker::parse(bytes),
        Dialect::Shell => shell::parse(bytes),
    }
}

fn entries(bytes: &[u8]) -> Result<Taken, Wrong> {
    let mut reader = Reader { bytes, at: 0, line: 1 };
    let mut taken = Taken::default();
    loop {
        reader.skip(|byte| byte.is_ascii_whitespace());
        match reader.peek() {
            None => return Ok(taken),
            Some(b'#') => reader.skip(|byte| byte != b'\n'),
            // Where a document of YAML begins.
            Some(b'-') if reader.bytes[reader.at..].starts_with(b"---") => reader.skip(|byte| byte != b'\n'),
            Some(_) => reader.entry(&mut taken)?,
        }
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    line: usize,
}

impl<'b> Reader<'b> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        self.line += usize::from(byte == b'\n');
        Some(byte)
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.next();
        }
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'b [u8] {
        let start = self.at;
        self.skip(wanted);
        &self.bytes[start..self.at]
    }

    fn entry(&mut self, taken: &mut Taken) -> Result<(), Wrong> {
        let line = self.line;
        let wrong = |what| Wrong { line, what };
        let mut word = self.take(|byte| !matches!(byte, b'=' | b':' | b'\n'));
        let separator = self.next().filter(|byte| *byte != b'\n');
        let colon = separator == Some(b':') && self.peek().is_none_or(|byte| byte.is_ascii_whitespace());
        if separator.is_none() || separator == Some(b':') && !colon {
            return Err(wrong("`NAME=value` is expected, and there is no `=`"));
        }
        for prefix in [&b"-"[..], b"export"] {
            if let Some(rest) = word.trim_ascii_start().strip_prefix(prefix)
                && rest.first().is_some_and(|byte| blank(*byte))
            {
                word = rest;
            }
        }
        let name = std::str::from_utf8(word.trim_ascii()).ok().and_then(VariableName::new);
        let name = name.ok_or(wrong(NO_NAME))?;
        self.skip(blank);
        let (value, dollar) = match self.peek() {
            Some(quote @ (b'\'' | b'"' | b'`')) => self.quoted(quote)?,
            Some(_) | None => self.bare(),
        };
        match value.expose() {
            bytes if bytes.contains(&0) => return Err(wrong(NUL)),
            // The shell's own variable, with which a value begins that is written for shells and others apart.
            _ if name.as_str() == "_" => {}
            b"" if colon => taken.pass_over(Some(name), line, "nothing stands after its colon"),
            b"|" | b">" | b"|-" | b">-" | b"|+" | b">+" if colon => {
                return Err(wrong(
                    "a block of YAML begins here, which is not read; in double quotes a value may have several lines",
                ));
            }
            _ => taken.entries.push(Entry { name, value, line, dollar }),
        }
        Ok(())
    }

    fn quoted(&mut self, quote: u8) -> Result<(Secret, Dollar), Wrong> {
        let opened = self.line;
        self.next();
        // As much room as it can need, so that growing leaves no copies behind.
        let room = self.bytes[self.at..].iter().position(|&byte| byte == quote).unwrap_or(0);
        let mut value = zeroize::Zeroizing::new(Vec::with_capacity(room));
        let mut dollar = Dollar::None;
        loop {
            match self.next() {
                None => return Err(Wrong { line: opened, what: NEVER_ENDS }),
                Some(byte) if byte == quote => break,
                Some(b'\\') if quote == b'"' => match self.next() {
                    Some(b'n') => value.push(b'\n'),
                    Some(b'r') => value.push(b'\r'),
                    Some(b't') => value.push(b'\t'),
                    Some(plain @ (b'"' | b'\\' | b'$')) => value.push(plain),
                    Some(other) => value.extend_from_slice(&[b'\\', other]),
                    None => {}
                },
                // A file with CRLF means a newline.
                Some(b'\r') if self.peek() == Some(b'\n') => {}
                Some(byte) => {
                    if byte == b'$' && quote != b'\'' && self.peek().is_some_and(expandable) {
                        dollar = Dollar::Kept;
                    }
                    value.push(byte);
                }
            }
        }
        let line = self.line;
        self.skip(blank);
        match self.peek() {
            None | Some(b'\n' | b'#') => {}
            Some(b'\r') if self.bytes.get(self.at + 1) == Some(&b'\n') => {}
            Some(_) => return Err(Wrong { line, what: "something stands after the closing quote" }),
        }
        self.skip(|byte| byte != b'\n');
        Ok((Secret::new(std::mem::take(&mut *value)), dollar))
    }

    fn bare(&mut self) -> (Secret, Dollar) {
        let whole = self.take(|byte| byte != b'\n');
        let comment = (0..whole.len()).find(|&at| whole[at] == b'#' && (at == 0 || blank(whole[at - 1])));
        let value = whole[..comment.unwrap_or(whole.len())].trim_ascii();
        let kept = value.windows(2).any(|pair| pair[0] == b'$' && expandable(pair[1]));
        (Secret::new(value), if kept { Dollar::Kept } else { Dollar::None })
    }
}

fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn expandable(after_dollar: u8) -> bool {
    after_dollar.is_ascii_alphabetic() || matches!(after_dollar, b'_' | b'{' | b'(')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let got = parse(Dialect::Dotenv, text.as_bytes()).map_err(|wrong| format!("{wrong:?}")).unwrap();
        let got: Vec<_> =
            got.entries.iter().map(|e| (e.name.as_str(), std::str::from_utf8(e.value.expose()).unwrap())).collect();
        assert_eq!(got, expected, "{text:?}");
    }

    #[track_caller]
    fn refuses(text: &str, line: usize, what: &str) {
        let wrong = parse(Dialect::Dotenv, text.as_bytes()).unwrap_err();
        assert_eq!((wrong.line, wrong.what), (line, what), "{text:?}");
    }

    #[test]
    fn a_files_name_says_who_reads_it() {
        for (file, dialect) in [
            (".env", Dialect::Dotenv),
            (".env.sh", Dialect::Shell),
            ("secrets.bash", Dialect::Shell),
            (".envrc", Dialect::Shell),
            ("prod.envrc", Dialect::Shell),
            ("sh", Dialect::Dotenv),
        ] {
            assert_eq!(Dialect::of(file), dialect, "{file}");
        }
    }

    #[test]
    fn reads_what_every_loader_reads() {
        check("", &[]);
        check("# only\n\n  # comments", &[]);
        check("A=1\nB = two words \nexport C=3", &[("A", "1"), ("B", "two words"), ("C", "3")]);
        check("A=\nB=''\nC=\"\"\n", &[("A", ""), ("B", ""), ("C", "")]);
        check("A=x # comment\nB=x#y\nC=#all\nD='#' # c", &[("A", "x"), ("B", "x#y"), ("C", ""), ("D", "#")]);
        check("A=1\r\nB=\"2\"\r\nC='3'\r\n", &[("A", "1"), ("B", "2"), ("C", "3")]);
        check("\u{feff}A=1", &[("A", "1")]);
        check("A=1\nA=2", &[("A", "1"), ("A", "2")]);
        check("exported=1\nexport\tX=2", &[("exported", "1"), ("X", "2")]);
        check("URL=postgres://a:b@c/d?e=f&g=h", &[("URL", "postgres://a:b@c/d?e=f&g=h")]);
    }

    #[test]
    fn knows_the_three_quotes() {
        check(r#"A='a\n"b"'"#, &[("A", r#"a\n"b""#)]);
        check(r#"A="a\n\"b\"\\\t\$X\d""#, &[("A", "a\n\"b\"\\\t$X\\d")]);
        check("A=`it's \"so\"`", &[("A", "it's \"so\"")]);
        check("A=\"-----BEGIN\nKEY\r\nEND-----\" # c\nB='1\n2'", &[("A", "-----BEGIN\nKEY\nEND-----"), ("B", "1\n2")]);
        check("A=it's", &[("A", "it's")]);
    }

    #[test]
    fn a_block_of_yaml_stands_behind_a_colon_alone() {
        check("A=|\nB=>-\nC=\nD=:\n", &[("A", "|"), ("B", ">-"), ("C", ""), ("D", ":")]);
        for block in ["|", ">", "|-", ">-", "|+", ">+"] {
            refuses(
                &format!("B: x\nA: {block}\n  one\n"),
                2,
                "a block of YAML begins here, which is not read; in double quotes a value may have several lines",
            );
        }
    }

    #[test]
    fn reads_what_looks_like_yaml() {
        check("---\nA: 1\nB: \"a: b\" # c\nC: x:y # z\n", &[("A", "1"), ("B", "a: b"), ("C", "x:y")]);
        check("environment:\n  - A=b:c\n  B: 'two'\n", &[("A", "b:c"), ("B", "two")]);
        let read = parse(Dialect::Dotenv, b"environment:\n  A: 1\n").unwrap();
        assert_eq!(read.passed_over[0].what, "nothing stands after its colon");
        refuses(
            "A: |\n  one\n",
            1,
            "a block of YAML begins here, which is not read; in double quotes a value may have several lines",
        );
        refuses("postgres://u:p@h/d", 1, "`NAME=value` is expected, and there is no `=`");
    }

    #[test]
    fn expands_nothing_and_says_so() {
        for (text, kept) in [
            ("A=$B", Dollar::Kept),
            ("A=${B}", Dollar::Kept),
            ("A=\"$(date)\"", Dollar::Kept),
            ("A=\"a $B\"", Dollar::Kept),
            ("A=\"a${B}\"", Dollar::Kept),
            ("A=`$B`", Dollar::Kept),
            ("A=\"5$\"", Dollar::None),
            ("A=\"x $ y\"", Dollar::None),
            ("A=\"B\"", Dollar::None),
            ("A=`(B)`", Dollar::None),
            ("A='$B'", Dollar::None),
            ("A=\"\\$B\"", Dollar::None),
            ("A=5$", Dollar::None),
            ("A=plain_(x)", Dollar::None),
            ("A=5$ x", Dollar::None),
            ("A=$2b$10$x", Dollar::Kept),
            ("A=pa$$word", Dollar::Kept),
        ] {
            assert_eq!(parse(Dialect::Dotenv, text.as_bytes()).unwrap().entries[0].dollar, kept, "{text}");
        }
    }

    #[test]
    fn errors_say_the_line_and_never_what_stands_there() {
        refuses("A=1\nhunter2\n", 2, "`NAME=value` is expected, and there is no `=`");
        refuses("A=1\n\nMIIEvQ/x==\n", 3, "what stands before `=` is no name of a variable");
        refuses("=x", 1, "what stands before `=` is no name of a variable");
        refuses("1A=x", 1, "what stands before `=` is no name of a variable");
        refuses("A='b\nc\n", 1, "the quote that begins here never ends");
        refuses("A=\"b\nc\"d", 2, "something stands after the closing quote");
        refuses("A=x\0y", 1, "the value holds a NUL byte, which no variable can");
        refuses("export A", 1, "`NAME=value` is expected, and there is no `=`");
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for dialect in [Dialect::Dotenv, Dialect::Docker, Dialect::Shell] {
                let _ = parse(dialect, &bytes);
            }
        }

        #[test]
        fn never_panics_on_what_looks_like_one(text in "([A-C=#'\"`$\\\\ \\r\\n\\t\0é]|export ){0,40}") {
            for dialect in [Dialect::Dotenv, Dialect::Docker, Dialect::Shell] {
                let _ = parse(dialect, text.as_bytes());
            }
        }

        #[test]
        fn a_value_in_single_quotes_comes_back(value in "[^'\0\r]{0,80}") {
            let taken = parse(Dialect::Dotenv, format!("A='{value}'").as_bytes()).map_err(|w| TestCaseError::fail(w.what))?;
            prop_assert_eq!(taken.entries[0].value.expose(), value.as_bytes());
        }
    }
}
