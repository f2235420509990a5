//! Whether every shell certainly reads on behind a text. What only one of them might take for whole is taken to be whole.

/// Whether the text ends within a quote or a here-document, or in a backslash. A comment, a backtick, `$'…'` and arithmetic are
/// read in more ways than one: a text with one of these is taken to be whole.
pub fn goes_on(text: &str) -> bool {
    if ["#", "`", "$'", "(("].iter().any(|mark| text.contains(mark)) {
        return false;
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
                    None => return true,
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
                        Some(_) | None => return false,
                    }
                }
                (None, _) => {}
            }
        }
    }
    quote.is_some() || end.is_some()
}

/// The word that ends a here-document, and whether tabs may stand in front of it.
fn word(behind: &str) -> Option<(String, bool)> {
    let tabs = behind.starts_with('-');
    let behind = behind.trim_start_matches('-').trim_start_matches([' ', '\t']);
    let inside = match behind.chars().next()? {
        quote @ ('\'' | '"') => behind[1..].split(quote).next()?,
        _ => behind.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next()?,
    };
    (!inside.is_empty()).then(|| (inside.to_owned(), tabs))
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
            assert!(goes_on(text), "{text}");
        }
        for text in [
            "", "echo a", "echo 'a'", "echo \\\\", "reset # it's", "reset # \\", "cat <<X\na\nX", "cat <<X\na\nX\n",
            "cat <<-X\n\tX", "cat <<< x", "echo $((1<<x))", "echo \"a <<X\"", "echo $'it\\'s'", "echo \"it's\"",
            "cat <<A <<B\n", "echo \\'", "for i in 1; do",
        ] {
            assert!(!goes_on(text), "{text}");
        }
    }
}
