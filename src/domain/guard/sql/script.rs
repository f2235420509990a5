//! The steps of what a client is fed: text for the server, files that the client reads, and its own commands that connect it to
//! another server. psql takes a command wherever a backslash stands outside of quotes and comments, not at a line's
//! beginning alone (PostgreSQL manual, psql, "Meta-Commands").

/// One after the other, as the client takes them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    Text(String),
    /// The name of a file that is read here.
    File(String),
    /// `\connect` with what follows it.
    Connect(String),
    /// Another client's way to another server, which is not followed.
    Elsewhere,
}

/// Splits a text into its steps.
pub fn steps(text: &str) -> Vec<Step> {
    let mut found = Steps { all: Vec::new(), text: String::new() };
    let mut rest = text;
    let mut at_line_start = true;
    while let Some(c) = rest.chars().next() {
        if at_line_start && let Some(length) = found.line(rest) {
            rest = &rest[length..];
            continue;
        }
        let length = match c {
            '\\' => {
                let (step, length) = command(rest);
                match step {
                    Some(step) => found.push(step),
                    None => found.text.push_str(&rest[..length]),
                }
                rest = &rest[length..];
                // Only a line's end ends the last command of a line.
                at_line_start = false;
                continue;
            }
            '\'' => {
                let word = found.text.trim_end_matches(['e', 'E']);
                let escapes =
                    word.len() < found.text.len() && !word.ends_with(|c: char| c.is_alphanumeric() || c == '_');
                quoted(rest, '\'', escapes)
            }
            '"' | '`' => quoted(rest, c, false),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => super::comment(rest),
            '$' => super::dollar(rest).map_or(1, |(_, length)| length),
            c => c.len_utf8(),
        };
        found.text.push_str(&rest[..length]);
        at_line_start = rest[..length].ends_with('\n');
        rest = &rest[length..];
    }
    found.flush();
    found.all
}

struct Steps {
    all: Vec<Step>,
    /// What was not yet made a step of.
    text: String,
}

impl Steps {
    fn flush(&mut self) {
        if !self.text.trim().is_empty() {
            self.all.push(Step::Text(std::mem::take(&mut self.text)));
        }
        self.text.clear();
    }

    fn push(&mut self, step: Step) {
        self.flush();
        self.all.push(step);
    }

    /// A line that is taken whole, and how long it is: rows of `COPY … FROM stdin`, commands of other clients.
    fn line(&mut self, rest: &str) -> Option<usize> {
        let length = |text: &str| text.find('\n').map_or(text.len(), |end| end + 1);
        let first = length(rest);
        let line = rest[..first].trim();
        let lower = line.to_ascii_lowercase();
        let mut words = lower.split_whitespace();
        match words.next().unwrap_or("") {
            "copy" if lower.contains("from stdin") => {
                let mut end = first;
                while end < rest.len() {
                    let row = length(&rest[end..]);
                    let is_end = rest[end..end + row].trim() == "\\.";
                    end += row;
                    if is_end {
                        break;
                    }
                }
                self.text.push_str(&rest[..end]);
                Some(end)
            }
            // sqlite3's, sqlcmd's, and mysql's with a host behind the database (`mysql` manual, "mysql Client Commands").
            ".open" | ":connect" => {
                self.push(Step::Elsewhere);
                Some(first)
            }
            // mysql's own way to read a file.
            "source" if words.clone().count() == 1 => {
                let file = line.split_whitespace().nth(1).unwrap_or_default();
                self.push(Step::File(file.trim_end_matches(';').to_owned()));
                Some(first)
            }
            "connect" | "\\r" if words.nth(1).is_some_and(|word| word != ";") => {
                self.push(Step::Elsewhere);
                Some(first)
            }
            _ => None,
        }
    }
}

/// A command of psql's: the step that it is, and how long it is with its words. It ends with the line, or where the next one
/// begins.
fn command(text: &str) -> (Option<Step>, usize) {
    let name: &str = {
        let end = text[1..].find(|c: char| c.is_whitespace() || c == '\\').map_or(text.len(), |end| end + 1);
        &text[1..end]
    };
    let line = text.find('\n').unwrap_or(text.len());
    let whole = matches!(name, "!" | "copy");
    let begin = 1 + name.len();
    let mut end = begin;
    let mut quote = None;
    // `\\` and `\;` are no commands with words.
    if name.is_empty() || name.starts_with(';') {
        return (None, begin + text[begin..].chars().next().map_or(0, char::len_utf8));
    }
    for (at, c) in text[begin..line].char_indices() {
        match (quote, c) {
            (None, '\\') if !whole => break,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        end = begin + at + c.len_utf8();
    }
    let words = text[begin..end].trim();
    let step = match name {
        "c" | "connect" => Some(Step::Connect(words.to_owned())),
        "i" | "ir" | "include" | "include_relative" => arguments(words).into_iter().next().map(Step::File),
        _ => None,
    };
    (step, end)
}

/// The words behind a command: quotes are taken off, a semicolon at the end of a word as well.
pub fn arguments(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut word = String::new();
        let mut quote = None;
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match (quote, c) {
                (None, c) if c.is_whitespace() => {
                    end = at;
                    break;
                }
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), c) if c == open => quote = None,
                _ => word.push(c),
            }
        }
        let plain = !matches!(first, '\'' | '"');
        words.push(if plain { word.trim_end_matches(';').to_owned() } else { word });
        rest = rest[end..].trim_start();
    }
    words
}

/// How long a quoted text is, with its quotes. A doubled quote goes on, which reads as two texts.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut inside = text.char_indices().skip(1);
    while let Some((at, c)) = inside.next() {
        if c == '\\' && escapes {
            inside.next();
        } else if c == quote {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let shown = |step: Step| match step {
            Step::Text(text) => text.trim().to_owned(),
            Step::File(file) => format!("file {file}"),
            Step::Connect(words) => format!("connect {}", arguments(&words).join("|")),
            Step::Elsewhere => "elsewhere".to_owned(),
        };
        assert_eq!(steps(text).into_iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn finds_where_a_script_connects() {
        check("select 1;\n\\c other\nselect 2;", &["select 1;", "connect other", "select 2;"]);
        check("select 1; \\connect \"postgresql://u@h/d\"\ndrop", &["select 1;", "connect postgresql://u@h/d", "drop"]);
        check("\\c - - - 1 \\c x;\nselect", &["connect -|-|-|1", "connect x", "select"]);
        check("\\c -reuse-previous=on 'dbname=d port=1'", &["connect -reuse-previous=on|dbname=d port=1"]);
        check("\\echo it's\n\\c x", &["\\echo it's", "connect x"]);
        check("\\echo a \\c x", &["\\echo a", "connect x"]);
        check("select 1 \\\u{a0}\\c x", &["select 1 \\", "connect x"]);
        check("\\echo 'a \\c x'\nselect", &["\\echo 'a \\c x'\nselect"]);
        check("\\i 'a b.sql' \\c x", &["file a b.sql", "connect x"]);
        check("\\conninfo \\C x", &["\\conninfo \\C x"]);
        check("select 1 \\; \\c x", &["select 1 \\;", "connect x"]);
    }

    #[test]
    fn what_is_quoted_connects_nowhere() {
        for text in [
            "select ' \\c x'", "select $$ \\c x $$", "select $a$ \\c x $a$", "-- \\c x", "/* /* */ \\c x */",
            "select E'\\' \\c x'", "select \"\\c x\"", "\\! echo \\c x", "COPY t FROM stdin;\n\\c x\n\\.",
        ] {
            check(text, &[text]);
        }
        check("select E'a' \\c x", &["select E'a'", "connect x"]);
        check("select 'it''s' \\c x", &["select 'it''s'", "connect x"]);
        check("COPY t FROM stdin;\nit's\n\\.\n\\c x", &["COPY t FROM stdin;\nit's\n\\.", "connect x"]);
    }

    #[test]
    fn other_clients_have_their_own_ways() {
        check(".open prod.db\ndrop table x", &["elsewhere", "drop table x"]);
        check(":connect prod\ndrop table x", &["elsewhere", "drop table x"]);
        check("connect shop prod.internal;\ndrop table x", &["elsewhere", "drop table x"]);
        check("\\r shop prod.internal\ndrop table x", &["elsewhere", "drop table x"]);
        check("connect shop;", &["connect shop;"]);
    }

    proptest::proptest! {
        #[test]
        fn splitting_never_panics(text in "\\PC{0,60}|[\\\\c '\"$;a\n/*\u{a0}-]{0,60}") {
            for step in steps(&text) {
                if let Step::Connect(words) = step {
                    let _ = arguments(&words);
                }
            }
        }
    }
}
