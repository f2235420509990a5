//! The strings in code of another language, whichever it is. What stands between them is not looked at.

/// Every string, without its quotes.
pub fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let Some((inside, after)) = string(&rest[start..]) else { break };
        found.push(inside);
        rest = after;
    }
    found
}

/// The string with which a text begins, and what follows it. A quote behind a backslash is one of its own.
pub fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let mut inside = String::new();
    let mut rest = text[1..].char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            c if c == quote => return Some((inside, &text[at + 2..])),
            '\\' => match rest.next()?.1 {
                c @ ('"' | '\'' | '`' | '\\') => inside.push(c),
                'n' => inside.push('\n'),
                c => inside.extend(['\\', c]),
            },
            c => inside.push(c),
        }
    }
    None
}
