//! Programs that print their files, or what they are fed, line by line and changed a little: `sed`, `grep`, `head`, `awk`. Which
//! words are files, and what surely does not come through. It opens no file.

use super::code;
use super::options::options;
use super::{Sure, Word};

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
        "awk" | "gawk" | "mawk" => scripts.flat_map(code::strings).collect::<Vec<_>>().join("x"),
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

/// What surely does not come through is left out: what a plain pattern of grep's finds or does not, what sed deletes.
pub(super) fn through(name: &str, words: &[Word], text: &str) -> String {
    let is_plain =
        |text: &str| !text.is_empty() && !text.contains(['.', '*', '[', ']', '(', ')', '\\', '|', '+', '?', '{']);
    let keep = |keeps: &dyn Fn(&str) -> bool| text.lines().filter(|line| keeps(line)).collect::<Vec<_>>().join("\n");
    let options =
        options(words, if name.ends_with("sed") { &["-e", "-f"] } else { &["-e", "-f", "-m", "-A", "-B", "-C"] });
    let Some(word) = options.rest.first().filter(|word| word.sure == Sure::Yes) else { return text.to_owned() };
    let (script, lower) = (word.text.as_str(), options.has(&["-i", "--ignore-case"]));
    let folded = |text: &str| if lower { text.to_ascii_lowercase() } else { text.to_owned() };
    let holds = |line: &str, pattern: &str| match pattern.strip_prefix('^') {
        Some(start) => folded(line).starts_with(&folded(start)),
        None => folded(line).contains(&folded(pattern)),
    };
    match name {
        "grep" | "egrep" | "fgrep" | "ggrep" | "rg"
            if is_plain(script) && !script.ends_with('$') && !options.has(&["-e", "-f"]) =>
        {
            let leaves_out = options.has(&["-v", "--invert-match"]);
            keep(&|line| holds(line, script) != leaves_out)
        }
        "sed" | "gsed" => match script.strip_prefix('/').and_then(|rest| rest.strip_suffix("/d")) {
            Some(pattern) if is_plain(pattern) && !pattern.contains('/') => keep(&|line| !holds(line, pattern)),
            Some(_) | None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}
