//! Texts and commands compared with patterns in which `*` stands for any characters. No other character is special.

/// Whether the whole text fits the pattern. Upper and lower case differ.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            retry = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            p = star + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Whether the text fits one of several patterns with `|` between them.
pub fn fits_any(patterns: &str, text: &str) -> bool {
    patterns.split('|').any(|pattern| fits(pattern, text))
}

/// The words of a rule, as a shell would read them.
pub fn words(rule: &str) -> Vec<String> {
    shell_words::split(rule).unwrap_or_else(|_| rule.split_whitespace().map(str::to_owned).collect())
}

/// Whether a rule's first word is the name of a program, and no path or pattern.
pub fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(&b))
}

/// What every command that a rule names has in its text: the longest piece of its program's name without a pattern, or `*`
/// where there is none.
pub fn mark(word: &str) -> String {
    let base = word.rsplit('/').next().unwrap_or(word);
    let pieces = base.split(|c: char| c == '*' || c.is_whitespace());
    let longest = pieces.max_by_key(|piece| piece.len()).filter(|piece| !piece.is_empty());
    longest.unwrap_or("*").to_owned()
}

/// Whether a command begins with the words of a rule. The command's first word is its name, wherever its file is.
pub fn fits_command(rule: &str, command: &[String]) -> bool {
    let rule = words(rule);
    let Some((first, rest)) = rule.split_first() else { return false };
    let Some((name, words)) = command.split_first() else { return false };
    let base = name.rsplit('/').next().unwrap_or(name);
    (fits(first, name) || fits(first, base))
        && rest.len() <= words.len()
        && rest
            .iter()
            .zip(words)
            .all(|(pattern, word)| fits(pattern, word) || fits(pattern, word.trim_start_matches("./")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        check("*.prod.internal", "db.prod.internal", true);
        check("*.prod.internal", "db.prod.internal.evil", false);
        check("a*b*c", "aXbYbZc", true);
        check("", "", true);
        check("", "x", false);
        check("*", "", true);
        check("10.7.0.?", "10.7.0.5", false);
    }

    #[test]
    fn a_mark_is_in_every_command_that_fits() {
        for (word, expected) in [
            ("ts-node", "ts-node"),
            ("./scripts/wipe.sh", "wipe.sh"),
            ("*-reset", "-reset"),
            ("a*bc", "bc"),
            ("**", "*"),
        ] {
            assert_eq!(mark(word), expected);
        }
    }

    #[test]
    fn a_rule_names_the_beginning_of_a_command() {
        let command = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let rule = "ts-node scripts/import-*";
        assert!(fits_command(rule, &command("ts-node scripts/import-petl.ts --all")));
        assert!(fits_command(rule, &command("node_modules/.bin/ts-node ./scripts/import-petl.ts")));
        assert!(!fits_command(rule, &command("ts-node scripts/export.ts")));
        assert!(!fits_command(rule, &command("ts-node")));
        assert!(!fits_command("", &command("ts-node")));
    }

    proptest! {
        #[test]
        fn every_text_fits_itself_and_a_star(text in "[a-z.*]{0,20}") {
            prop_assert!(fits(&text, &text));
            prop_assert!(fits("*", &text));
        }
    }
}
