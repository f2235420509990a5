//! Sees through what runs a command as another user: `sudo`, `doas`, `su`, `runuser`, `sg`. Who that user is decides nothing.

use super::shell::{assignments, line_in, lines_fed, shell};
use crate::domain::guard::invocation::options::{after_flags, has_letter, options};
use crate::domain::guard::invocation::{Inner, Reader, Word};
use crate::domain::guard::scope::{Fed, Scope};

/// sudo(8) gives a clean environment, unless told to keep it. With `-i` or `-s` and no command it is a shell.
pub fn sudo<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["-u", "-g", "-C", "-p", "-h", "-r", "-t", "-U", "-T", "-D", "-R", "--user", "--group", "--chdir", "--prompt"];
    /// It lists, edits, or asks for the password, and runs nothing.
    const IDLE: &[&str] = &["--list", "--edit", "--validate", "--version", "--help", "--remove-timestamp"];
    let rest = after_flags(words, VALUED);
    let flags = &words[..words.len() - rest.len()];
    let has = |letter: char, long: &str| {
        has_letter(flags, letter, VALUED) || flags.iter().any(|flag| flag.text.split('=').next() == Some(long))
    };
    if flags.iter().any(|flag| IDLE.contains(&flag.text.as_str())) || "levVK".chars().any(|letter| has(letter, "")) {
        return Some(Vec::new());
    }
    let mut inner = scope.clone();
    if !has_letter(flags, 'E', VALUED) && !flags.iter().any(|flag| flag.text == "--preserve-env") {
        inner.clear();
        let kept = flags.iter().filter_map(|word| word.text.strip_prefix("--preserve-env=")).flat_map(|l| l.split(','));
        for name in kept {
            let setting = scope.get(name);
            inner.set(name, setting.value, setting.origin);
        }
    }
    let (rest, inner) = assignments(rest, &inner);
    let is_shell = rest.is_empty() && (has('i', "--login") || has('s', "--shell"));
    match (is_shell, inner.fed.clone()) {
        (true, fed @ (Fed::Text(_) | Fed::Nearly(_))) => Some(lines_fed(&fed, &inner.drained())),
        (true | false, _) => Some(vec![Inner::Command(rest.to_vec(), inner)]),
    }
}

/// su(1): a line behind `-c`; else the words behind the user's name are a shell's own, and without any it reads what it is
/// fed. `runuser -u USER` takes a command.
pub fn su<'a>(reader: &Reader<'_>, name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["-c", "--command", "-s", "--shell", "-g", "--group", "-G", "--supp-group", "-w", "-u", "--user"];
    let options = options(words, VALUED);
    if options.has(&["-h", "--help", "-V", "--version"]) {
        return Some(Vec::new());
    }
    if let Some(text) = options.value(&["-c", "--command", "--session-command"]) {
        return Some(vec![line_in(text, scope)]);
    }
    if name == "runuser" && options.has(&["-u", "--user"]) {
        return Some(vec![Inner::Command(after_flags(words, VALUED).to_vec(), scope.clone())]);
    }
    let behind: Vec<Word> = options.rest.iter().filter(|word| word.text != "-").skip(1).copied().cloned().collect();
    // sg(1) takes its line as a word.
    if name == "sg" && !behind.is_empty() {
        return Some(vec![Inner::Line(crate::domain::guard::invocation::options::joined(&behind), scope.clone())]);
    }
    shell(reader, &behind, scope)
}
