//! Whether every shell certainly reads on behind a text. What only one of them might take for whole is taken to be whole.

/// What the text ends in, so that the shell reads on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Open {
    Quote,
    Document,
    Backslash,
}

/// What is read in more ways than one, or by which a quote or `<<` means something else: a text with one of these is taken to be
/// whole. fish has `\'` in single quotes; a substitution has quotes of its own.
const UNCLEAR: &[&str] = &["#", "`", "$'", "$(", "${", "((", "[", "\\'"];

/// What is open at the end of the text; `None` where nothing is, and where only one shell may say so.
pub fn open(text: &str) -> Option<Open> {
    if UNCLEAR.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let mut quote = None;
    let mut end: Option<(String, bool)> = None;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if let Some((word, tabs)) = &end {
            if (if *tabs { bare.trim_start_matches('\t') } else { bare }) == word {
                end = None;
            }
            continue;
        }
        let mut at = 0;
        while let Some(c) = line[at..].chars().next() {
            let rest = &line[at..];
            at += c.len_utf8();
            match (quote, c) {
                (Some('\''), '\'') => quote = None,
                (Some('\''), _) => {}
                (_, '\\') => match line[at..].chars().next() {
                    None => return Some(Open::Backslash),
                    Some(escaped) => at += escaped.len_utf8(),
                },
                (Some(_), '"') => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '<') if rest.starts_with("<<<") => at += 2,
                (None, '<') if rest.starts_with("<<") => {
                    at += 1;
                    match word(&line[at..]) {
                        Some(word) if end.is_none() => end = Some(word),
                        // Of two here-documents of one line the order counts.
                        Some(_) | None => return None,
                    }
                }
                (None, _) => {}
            }
        }
    }
    match end {
        Some(_) => Some(Open::Document),
        None => quote.map(|_| Open::Quote),
    }
}

/// The word that ends a here-document, and whether tabs may stand in front of it.
fn word(behind: &str) -> Option<(String, bool)> {
    let tabs = behind.starts_with('-');
    let behind = behind.trim_start_matches('-').trim_start_matches([' ', '\t']);
    let (inside, rest) = match behind.chars().next()? {
        quote @ ('\'' | '"') => behind[1..].split_once(quote)?,
        _ => behind.split_at(behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(behind.len())),
    };
    // `<<E"O"F` ends at EOF.
    let ends = rest.chars().next().is_none_or(|c| c.is_ascii_whitespace() || ";&|<>)".contains(c));
    (!inside.is_empty() && ends).then(|| (inside.to_owned(), tabs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_on_where_every_shell_says_so() {
        for text in [
            "echo \"a", "echo 'a\nb", "docker run \\", "bash -c \"\ndropdb x", "cat <<X", "cat <<X\ndropdb x\n",
            "psql <<-'EOF'\n\tdrop table x;", "echo \"it's", "a && b \\\nc \\", "echo 'a' \"b",
        ] {
            assert!(open(text).is_some(), "{text}");
        }
        assert_eq!(open("echo \"a"), Some(Open::Quote));
        assert_eq!(open("cat <<X\na"), Some(Open::Document));
        assert_eq!(open("docker run \\"), Some(Open::Backslash));
        for text in [
            "dropdb x; echo 'it\\'s'", "dropdb x; echo 'it\\'s <<X'", "dropdb x; echo \"$(echo '\"')\"",
            "dropdb x; echo ${a:-'}", "dropdb x; echo $[1<<a]", "a[1<<b]=1; dropdb x",
            "cat <<E\"O\"F\na\nEOF\ndropdb x", "cat <<\\X\na\nX\ndropdb x", "", "echo a", "echo 'a'", "echo \\\\",
            "reset # it's", "reset # \\", "cat <<X\na\nX", "cat <<X\na\nX\n", "cat <<-X\n\tX", "cat <<< x",
            "echo $((1<<x))", "echo \"a <<X\"", "echo $'it\\'s'", "echo \"it's\"", "cat <<A <<B\n", "echo \\'",
            "for i in 1; do",
        ] {
            assert_eq!(open(text), None, "{text}");
        }
    }
}
