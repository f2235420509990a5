//! Programs that print their files, or what they are fed, line by line and changed a little: `sed`, `grep`, `head`, `awk`. Which
//! words are files, and what surely does not come through. It opens no file.

use super::options::options;
use super::strings::strings;
use super::{Sure, Word};
use crate::domain::text::words;

struct Filter {
    names: &'static [&'static str],
    valued: &'static [&'static str],
    /// Flags behind which its script stands, so that its first word is a file.
    scripts: &'static [&'static str],
    /// Words in front of the files: a script, a pattern.
    before: usize,
}

const fn filter(
    names: &'static [&'static str],
    valued: &'static [&'static str],
    scripts: &'static [&'static str],
    before: usize,
) -> Filter {
    Filter { names, valued, scripts, before }
}

const FILTERS: &[Filter] = &[
    filter(&["sed", "gsed"], &["-e", "-f", "-l"], &["-e", "-f", "--expression", "--file"], 1),
    filter(&["awk", "gawk", "mawk"], &["-F", "-v", "-f"], &["-f"], 1),
    filter(&["perl"], &["-e", "-pe", "-ne", "-i"], &["-e", "-pe", "-ne", "-lpe", "-lne", "-p0e", "-0pe"], 1),
    filter(
        &["grep", "egrep", "fgrep", "rg", "ggrep"],
        &["-e", "-f", "-m", "-A", "-B", "-C", "--include", "--exclude"],
        &["-e", "-f", "--regexp"],
        1,
    ),
    filter(&["head", "tail", "ghead", "gtail"], &["-n", "-c", "--lines", "--bytes"], &[], 0),
    filter(
        &["pv", "tac", "sort", "uniq", "nl", "fold", "expand", "dos2unix"],
        &["-L", "-s", "-N", "-k", "-t", "-w"],
        &[],
        0,
    ),
    filter(&["cut", "iconv"], &["-d", "-f", "-c", "--from-code", "--to-code", "-t", "-s"], &[], 0),
    filter(&["bat", "batcat"], &["-l", "--language", "-r", "--line-range", "--style"], &[], 0),
];

pub(super) fn is_one(name: &str) -> bool {
    FILTERS.iter().any(|filter| filter.names.contains(&name))
}

/// What its script writes of its own, as one text, and the words that are files.
pub(super) fn parts<'w>(name: &str, words: &'w [Word]) -> (String, Vec<&'w Word>) {
    let Some(filter) = FILTERS.iter().find(|filter| filter.names.contains(&name)) else { return Default::default() };
    let options = options(words, filter.valued);
    let scripted = words.iter().any(|word| filter.scripts.contains(&word.text.split('=').next().unwrap_or("")));
    let before = if scripted { 0 } else { filter.before };
    // What a flag takes, its script among it, is none of the files; in a bundle the options do not know it.
    let files = options.rest.iter().skip(before).copied().filter(|word| !word.text.contains(char::is_whitespace));
    let files = files.filter(|word| word.text != "-").collect();
    let scripts = words.iter().filter(|word| word.text.contains(char::is_whitespace)).map(|word| word.text.as_str());
    let made = match name {
        "awk" | "gawk" | "mawk" => scripts.flat_map(strings).collect::<Vec<_>>().join("x"),
        // What it puts in the place of what it finds: the second part between its marks.
        "sed" | "gsed" | "perl" => scripts.filter_map(replacement).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    };
    (made, files)
}

fn replacement(script: &str) -> Option<String> {
    let (_, rest) = script.split_once('s')?;
    let mark = rest.chars().next().filter(|c| !c.is_alphanumeric() && !c.is_whitespace())?;
    Some(rest.split(mark).nth(2)?.to_owned())
}

/// What comes through, and whether that is known to the letter: what a plain pattern of grep's finds or does not, what sed
/// deletes, or puts in the place of a plain text. Of anything else the text itself, with what surely does not come through
/// left out.
pub(super) fn through(name: &str, words: &[Word], text: &str) -> (String, Exact) {
    let options =
        options(words, if name.ends_with("sed") { &["-e", "-f"] } else { &["-e", "-f", "-m", "-A", "-B", "-C"] });
    let Some(word) = options.rest.first().filter(|word| word.sure == Sure::Yes) else {
        return (text.to_owned(), Exact::No);
    };
    let script = word.text.as_str();
    let only = |flags: &[&str]| options.flags.iter().all(|(flag, _)| flags.contains(&flag.as_str()));
    match name {
        "grep" | "egrep" | "fgrep" | "ggrep" | "rg"
            if is_plain(script) && !script.ends_with('$') && !options.has(&["-e", "-f"]) =>
        {
            let leaves_out = options.has(&["-v", "--invert-match"]);
            let folds = options.has(&["-i", "--ignore-case"]);
            let kept = keep(text, |line| holds(line, script, folds) != leaves_out);
            (kept, Exact::when(only(&["-v", "--invert-match", "-i", "--ignore-case", "-h", "-E", "-F"])))
        }
        "sed" | "gsed" => match edited(script, text) {
            Some(edited) => (edited, Exact::when(options.flags.is_empty())),
            None => (text.to_owned(), Exact::No),
        },
        "pv" | "bat" | "batcat" | "dos2unix" => (text.to_owned(), Exact::Yes),
        _ => (text.to_owned(), Exact::No),
    }
}

/// Whether a text is known to the letter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Exact {
    Yes,
    No,
}

impl Exact {
    fn when(yes: bool) -> Self {
        if yes { Exact::Yes } else { Exact::No }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['.', '*', '[', ']', '(', ')', '\\', '|', '+', '?', '{', '$'])
}

fn keep(text: &str, keeps: impl Fn(&str) -> bool) -> String {
    text.lines().filter(|line| keeps(line)).collect::<Vec<_>>().join("\n")
}

fn holds(line: &str, pattern: &str, folds: bool) -> bool {
    let folded = |text: &str| if folds { text.to_ascii_lowercase() } else { text.to_owned() };
    match pattern.strip_prefix('^') {
        Some(start) => folded(line).starts_with(&folded(start)),
        None => folded(line).contains(&folded(pattern)),
    }
}

/// What one of sed's plainest commands makes of a text: `/TEXT/d`, `s/TEXT/TEXT/`, `s/TEXT/TEXT/g`.
fn edited(script: &str, text: &str) -> Option<String> {
    if let Some(pattern) = script.strip_prefix('/').and_then(|rest| rest.strip_suffix("/d")) {
        let plain = is_plain(pattern) && !pattern.contains('/');
        return plain.then(|| keep(text, |line| !holds(line, pattern, false)));
    }
    let rest = script.strip_prefix('s')?;
    let mark = rest.chars().next().filter(|c| "/|#,:@!".contains(*c))?;
    let [_, from, to, flags] = rest.split(mark).collect::<Vec<_>>().try_into().ok()?;
    let (anchored, from) = (from.starts_with('^'), from.trim_start_matches('^'));
    let plain = is_plain(from) && !from.contains('^') && !to.contains(['\\', '&']);
    let line = |line: &str| match (anchored, line.strip_prefix(from)) {
        (true, Some(rest)) => format!("{to}{rest}"),
        (true, None) => line.to_owned(),
        (false, _) if flags == "g" => line.replace(from, to),
        (false, _) => line.replacen(from, to, 1),
    };
    (plain && matches!(flags, "" | "g")).then(|| text.lines().map(line).collect::<Vec<_>>().join("\n"))
}

/// What `s/…/…/e` puts in, and runs.
pub(super) fn executed(words: &[Word]) -> Option<String> {
    let script = |word: &Word| {
        let rest = word.text.strip_prefix('s')?;
        let mark = rest.chars().next().filter(|c| "/|#,:@!".contains(*c))?;
        let [_, _, to, flags] = rest.split(mark).collect::<Vec<_>>().try_into().ok()?;
        flags.contains('e').then(|| to.to_owned())
    };
    // `1e LINE`.
    let command = |word: &Word| {
        let rest = word.text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '$'));
        rest.strip_prefix("e ").map(str::to_owned)
    };
    words.iter().find_map(|word| script(word).or_else(|| command(word)))
}

/// tr(1) with plain sets: `tr a-z n-za-m`, `tr -d '\r'`. `None` where it is not followed to the letter.
pub(super) fn translated(words: &[Word], text: &str) -> Option<String> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    if words.iter().any(|word| word.sure == Sure::No) {
        return None;
    }
    match texts.as_slice() {
        ["-d", gone] => {
            let gone = set(gone)?;
            Some(text.chars().filter(|c| !gone.contains(c)).collect())
        }
        [from, to] if !from.starts_with('-') => {
            let (from, to) = (set(from)?, set(to)?);
            let last = *to.last()?;
            let put = |c: char| from.iter().position(|one| *one == c).map(|at| to.get(at).copied().unwrap_or(last));
            Some(text.chars().map(|c| put(c).unwrap_or(c)).collect())
        }
        _ => None,
    }
}

fn set(text: &str) -> Option<Vec<char>> {
    let text = text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\0", "\0");
    let text = text.replace("[:lower:]", "a-z").replace("[:upper:]", "A-Z");
    if text.contains(['\\', '[', ']']) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(end)) if end >= c => {
                found.extend(*c..=*end);
                at += 3;
            }
            _ => {
                found.push(*c);
                at += 1;
            }
        }
    }
    Some(found)
}

/// printf(1): the format again and again until no word is left.
pub(super) fn printf(given: &[Word]) -> String {
    let mut given = given.iter().filter(|word| word.text != "--").map(|word| word.text.as_str());
    let format = given.next().unwrap_or_default();
    let format = words::escaped(format);
    let mut said = String::new();
    let mut given = given.peekable();
    loop {
        let mut rest = format.as_str();
        let mut took = false;
        while let Some(at) = rest.find('%') {
            said.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            let end = behind.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(behind.len());
            rest = behind.get(end + 1..).unwrap_or("");
            match behind.get(end..=end) {
                Some("%") => said.push('%'),
                Some("b") => {
                    said.push_str(&words::escaped(given.next().unwrap_or_default()));
                    took = true;
                }
                _ => {
                    said.push_str(given.next().unwrap_or_default());
                    took = true;
                }
            }
        }
        said.push_str(rest);
        if !took {
            // Words that no place takes are still on the line.
            given.for_each(|word| said.extend([" ", word]));
            return said;
        }
        if given.peek().is_none() {
            return said;
        }
    }
}
