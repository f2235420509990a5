//! What the parser can be given: its time doubles with each open parenthesis, its stack grows with the rest, and some texts take
//! all memory.

const MOST_PARENTHESES: usize = 12;
const DEEPEST: usize = 40;

/// Whether the parser comes to an end with the text.
pub fn is_bearable(text: &str) -> bool {
    is_shallow(text) && !has_nameless_document(text) && !has_long_number(text)
}

/// Whether a here-document's end has no name, as in `<<''`, or one that expands: the parser looks for it without end, and
/// takes all memory (reubeno/brush#1270).
fn has_nameless_document(text: &str) -> bool {
    text.match_indices("<<").any(|(at, _)| {
        let behind = text[at + 2..].trim_start_matches('-').trim_start_matches([' ', '\t']);
        let name = behind.split(|c: char| c.is_whitespace() || ";|&()<>".contains(c)).next().unwrap_or_default();
        let expands = ["$[", "$(", "${", "`"].iter().any(|mark| name.contains(mark) || behind.starts_with(mark));
        !behind.starts_with('<') && (expands || name.ends_with('$') || name.chars().all(|c| "'\"\\$".contains(c)))
    })
}

/// Whether a number has more digits than the parser takes, where it takes one: it would give up the whole process. That
/// is a descriptor's (`9999999999>x`), one of the directory stack (`~-9…`) and one of a sequence (`{1..9…}`).
fn has_long_number(text: &str) -> bool {
    let mut digits = 0usize;
    let mut before = [' '; 2];
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits += 1;
            continue;
        }
        let is_counted = before.iter().any(|c| "~+-{.".contains(*c));
        if digits > 9 && matches!(c, '<' | '>') || digits > 18 && is_counted {
            return true;
        }
        before = if digits > 0 { ['0', c] } else { [before[1], c] };
        digits = 0;
    }
    false
}

/// Whether the parser can be given the text: counted without regard to quotes, which errs on the safe side.
fn is_shallow(text: &str) -> bool {
    let (mut parentheses, mut braces, mut substitutions) = (0usize, 0usize, 0usize);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '(' => {
                parentheses += 1;
                if before == '$' {
                    substitutions += 1;
                }
            }
            ')' => {
                parentheses = parentheses.saturating_sub(1);
                substitutions = substitutions.min(parentheses);
            }
            '{' | '[' => braces += 1,
            '}' | ']' => braces = braces.saturating_sub(1),
            _ => {}
        }
        if parentheses - substitutions.min(parentheses) > MOST_PARENTHESES || parentheses > DEEPEST || braces > DEEPEST
        {
            return false;
        }
        before = c;
    }
    let mut open = 0usize;
    for word in text.split(|c: char| c.is_whitespace() || c == ';') {
        match word {
            "if" | "while" | "until" | "for" | "case" | "select" | "time" | "!" | "coproc" | "function" => open += 1,
            "fi" | "done" | "esac" => open = open.saturating_sub(1),
            _ => {}
        }
        if word.ends_with("()") {
            open += 1;
        }
        // Words that no word closes, such as `time`, are few in a line; a script may have more of them.
        if open > DEEPEST * 5 {
            return false;
        }
    }
    true
}
