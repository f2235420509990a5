//! Sees through the shells of Windows where a line starts them: `cmd /c` and PowerShell's `-Command`. Their own languages are
//! not read; a line of theirs that starts a program looks like one of ours.

use crate::domain::guard::invocation::options::joined;
use crate::domain::guard::invocation::{Inner, Reader, Word, console};
use crate::domain::guard::scope::{Fed, Scope};

/// `cmd /d /s /c LINE`; Git's bash on Windows needs `//c`.
pub fn cmd<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let is = |text: &str, letter: char| {
        text.strip_prefix('/').is_some_and(|rest| {
            rest.trim_start_matches('/').chars().next().is_some_and(|c| c.eq_ignore_ascii_case(&letter))
        })
    };
    let at = words.iter().position(|word| is(&word.text, 'c') || is(&word.text, 'k') || !word.text.starts_with('/'))?;
    if !words[at].text.starts_with('/') {
        return Some(Vec::new());
    }
    let text = match &words[at + 1..] {
        // One word holds the line.
        [line] => line.text.clone(),
        rest => crate::domain::guard::invocation::options::quoted(rest),
    };
    Some(vec![Inner::Line(with_our_separators(&text), scope.clone())])
}

/// `powershell -Command LINE`, also `-c`; `-` is what it is fed. Windows' own takes a line without the flag too.
pub fn powershell<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &[
        "-executionpolicy", "-ep", "-ex", "-exec", "-version", "-windowstyle", "-w", "-inputformat", "-outputformat",
        "-configurationname", "-workingdirectory", "-wd", "-psconsolefile",
    ];
    let mut rest = words;
    while let [word, more @ ..] = rest {
        let flag = word.text.to_ascii_lowercase();
        let is_line = matches!(flag.as_str(), "-command" | "-c" | "/c" | "/command" | "-commandwithargs" | "-cwa");
        if is_line || (!flag.starts_with('-') && name == "powershell") {
            let line = if is_line { more } else { rest };
            return Some(match (line, &scope.fed) {
                ([only], Fed::Text(text)) if only.text == "-" => {
                    vec![Inner::Line(of_powershell(text), scope.clone())]
                }
                ([only], fed) if only.text == "-" && *fed != Fed::Nothing => {
                    vec![Inner::Unknown("what it is fed is computed by the line".to_owned(), scope.clone())]
                }
                _ => vec![Inner::Line(of_powershell(&joined(line)), scope.clone())],
            });
        }
        if !flag.starts_with('-') || matches!(flag.as_str(), "-file" | "-f") {
            console::runs_sources(reader, rest, scope);
            return None;
        }
        rest = if VALUED.contains(&flag.as_str()) { more.get(1..).unwrap_or(&[]) } else { more };
    }
    None
}

/// `& program` calls it, and `$env:NAME = 'value'` is an assignment that programs see.
fn of_powershell(text: &str) -> String {
    let statement = |text: &str| {
        let text = text.trim().trim_start_matches("& ");
        let assigned = text.strip_prefix("$env:").and_then(|rest| rest.split_once('='));
        match assigned {
            Some((name, value)) => format!("export {}={}", name.trim(), value.trim()),
            None => text.to_owned(),
        }
    };
    with_our_separators(&text.split(';').map(statement).collect::<Vec<_>>().join("; "))
}

/// A path as shells of ours write it.
fn with_our_separators(text: &str) -> String {
    text.replace("`\n", " ").replace('\\', "/")
}
