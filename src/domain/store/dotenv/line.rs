//! Writes lines of a `.env` file that its readers give back byte by byte: dotenv for Node (and what is built on it),
//! `node --env-file`, a POSIX shell that sources the file, docker's `--env-file`, and our own. What one of them would change is
//! refused.
//!
//! They agree on little. In single quotes nothing is special for any of them, but that docker takes the quotes for a part of the
//! value. Double quotes are the same for Node and a shell only around what a shell would not touch. Backticks quote for Node, and for
//! a shell they *run* what is between them; an escaped quote ends the value for one and not for the other. So a value that cannot
//! stand bare for all is written twice, each reader past the other's line:
//!
//! ```sh
//! _= read -r _ NAME <<'#'
//! # it's "$5"
//! NAME=it's "$5"
//! #
//! ```
//!
//! The shell reads the first line of the here-document, which the others take for a comment, and nothing of the second. They
//! see a variable `_`, which every shell sets anyway, and then the name.

use crate::domain::config::name::VariableName;

/// Who reads the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Readers {
    All,
    /// Those that know quotes, and so lines beside the first, a `#` and blanks at an end.
    AllButDocker,
}

/// The lines that set a variable, the last with its newline.
///
/// # Errors
/// What is in the value that some reader would change, to follow "it holds".
pub fn write(readers: Readers, name: &VariableName, value: &[u8]) -> Result<String, &'static str> {
    let value = std::str::from_utf8(value).map_err(|_| "bytes that are no UTF-8")?;
    if value.contains('\r') {
        return Err("a carriage return");
    }
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+,=?".contains(&byte);
    // zsh puts a program's path in the place of `=PROGRAM` at the beginning and after a colon.
    let path = value.starts_with('=') || value.contains(":=");
    if value.bytes().all(harmless) && !path {
        return Ok(format!("{name}={value}\n"));
    }
    let line = match readers {
        Readers::All => bare(value)?,
        // dotenv takes `\'` for a quote that does not end the value.
        Readers::AllButDocker if !value.contains('\'') && !value.ends_with('\\') => {
            return Ok(format!("{name}='{value}'\n"));
        }
        Readers::AllButDocker if !value.contains(['"', '$', '`', '\\']) => {
            return Ok(format!("{name}=\"{value}\"\n"));
        }
        Readers::AllButDocker => past_the_shell(value)?,
    };
    Ok(format!("_= read -r _ {name} <<'#'\n# {value}\n{name}={line}\n#\n"))
}

/// A value that Node's readers and docker take as it stands.
fn bare(value: &str) -> Result<String, &'static str> {
    let trimmed = |c: char| c.is_whitespace() || c == '\u{feff}';
    if is_several_lines(value) {
        Err("more than one line")
    } else if value.contains('#') {
        Err("a `#`, where a comment begins for some")
    } else if value.starts_with(['\'', '"', '`']) {
        Err("a quote at its beginning")
    } else if value.starts_with(trimmed) || value.ends_with(trimmed) {
        Err("a blank at its beginning or end")
    } else {
        Ok(value.to_owned())
    }
}

/// U+2028 and U+2029 end a line for JavaScript's expressions.
fn is_several_lines(value: &str) -> bool {
    value.contains(['\n', '\u{2028}', '\u{2029}'])
}

/// One line as Node's readers take it, where no shell reads it.
fn past_the_shell(value: &str) -> Result<String, &'static str> {
    if is_several_lines(value) {
        return Err("more than one line, with quotes or other characters that a shell replaces");
    }
    if value.starts_with([' ', '\t']) || value.ends_with([' ', '\t']) {
        return Err("a blank at its beginning or end, with quotes or other characters that a shell replaces");
    }
    if !value.contains('`') && !value.ends_with('\\') {
        Ok(format!("`{value}`"))
    } else if let Ok(bare) = bare(value) {
        Ok(bare)
    } else if !value.contains(['"', '\\']) {
        Ok(format!("\"{value}\""))
    } else {
        Err("all three kinds of quotes, and a `#`, a backslash or a blank among them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::store::dotenv;
    use proptest::prelude::*;

    fn written(readers: Readers, value: &str) -> Result<String, &'static str> {
        write(readers, &VariableName::new("A").unwrap(), value.as_bytes())
    }

    #[track_caller]
    fn check(value: &str, expected: Result<&str, &'static str>) {
        assert_eq!(written(Readers::AllButDocker, value).as_deref().map_err(|what| *what), expected, "{value:?}");
    }

    #[test]
    fn quotes_only_what_needs_it() {
        check("plain", Ok("A=plain\n"));
        check("postgresql://u:p%40@h:1/db?x=y", Ok("A=postgresql://u:p%40@h:1/db?x=y\n"));
        check("postgresql://h/db?x=y&z=1", Ok("A='postgresql://h/db?x=y&z=1'\n"));
        check("=ls", Ok("A='=ls'\n"));
        check("", Ok("A=\n"));
        check("two words $x `y` \"z\" \\n #", Ok("A='two words $x `y` \"z\" \\n #'\n"));
        check("two\nlines", Ok("A='two\nlines'\n"));
        check("it's\ntwo", Ok("A=\"it's\ntwo\"\n"));
    }

    #[test]
    fn writes_for_the_shell_and_for_the_others_where_they_disagree() {
        check("it's $5", Ok("_= read -r _ A <<'#'\n# it's $5\nA=`it's $5`\n#\n"));
        check("x '\" `y`", Ok("_= read -r _ A <<'#'\n# x '\" `y`\nA=x '\" `y`\n#\n"));
        check("'$' `y`#", Ok("_= read -r _ A <<'#'\n# '$' `y`#\nA=\"'$' `y`#\"\n#\n"));
        check("C:\\new\\", Ok("_= read -r _ A <<'#'\n# C:\\new\\\nA=C:\\new\\\n#\n"));
    }

    #[test]
    fn quotes_nothing_where_docker_reads_too() {
        let all = |value| written(Readers::All, value);
        assert_eq!(all("plain").as_deref(), Ok("A=plain\n"));
        assert_eq!(all("").as_deref(), Ok("A=\n"));
        assert_eq!(all("h/db?x=y&z=1").as_deref(), Ok("_= read -r _ A <<'#'\n# h/db?x=y&z=1\nA=h/db?x=y&z=1\n#\n"));
        for (value, holds) in [
            ("a\nb", "more than one line"),
            ("a #b", "a `#`, where a comment begins for some"),
            ("'a'", "a quote at its beginning"),
            ("a ", "a blank at its beginning or end"),
            ("a\r", "a carriage return"),
        ] {
            assert_eq!(all(value), Err(holds), "{value:?}");
        }
    }

    #[test]
    fn refuses_what_a_reader_would_change() {
        check("a\r", Err("a carriage return"));
        check("it's\n$x", Err("more than one line, with quotes or other characters that a shell replaces"));
        check("it's $x\u{2028}B=1", Err("more than one line, with quotes or other characters that a shell replaces"));
        check(
            " it's $x",
            Err("a blank at its beginning or end, with quotes or other characters that a shell replaces"),
        );
        check("'\"`#", Err("all three kinds of quotes, and a `#`, a backslash or a blank among them"));
        assert_eq!(write(Readers::All, &VariableName::new("A").unwrap(), b"\xff"), Err("bytes that are no UTF-8"));
    }

    proptest! {
        #[test]
        fn our_own_reader_gives_it_back(value in "[a'\"`$\\\\# \\n=é{]{0,12}") {
            for lines in [Readers::All, Readers::AllButDocker].into_iter().filter_map(|readers| written(readers, &value).ok()) {
                let read = dotenv::parse(dotenv::Dialect::Dotenv, format!("{lines}B=1\n").as_bytes());
                let entries = read.map_err(|w| TestCaseError::fail(w.what))?.entries;
                prop_assert_eq!(entries.len(), 2, "{}", lines);
                prop_assert_eq!(entries[0].value.expose(), value.as_bytes());
            }
        }
    }
}
