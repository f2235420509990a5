//! Programs that run a command once for each of what they are given: `xargs`, GNU parallel.

use crate::domain::guard::invocation::options::{after_flags, joined, options};
use crate::domain::guard::invocation::{Inner, Reader, Sure, Word};
use crate::domain::guard::project::Files;
use crate::domain::guard::scope::{Fed, Scope};

/// `xargs COMMAND`: further words come from its input, or stand where `-I` says.
pub fn xargs<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    const VALUED: &[&str] = &["-n", "-P", "-I", "-L", "-s", "-d", "-E", "-a", "--arg-file", "-J"];
    let command = after_flags(words, VALUED).to_vec();
    let flags = options(&words[..words.len() - command.len()], VALUED);
    let apart = |c: char| c == '\0' || c.is_whitespace() && !flags.has(&["-0", "--null"]);
    let named = flags.value(&["-a", "--arg-file"]).map(|file| match scope.piped(&file.text) {
        Some(piped) => piped.map_or(Fed::Unknown, Fed::Text),
        None => reader.read(&scope.path(&file.text)).text().map_or(Fed::Unknown, Fed::Text),
    });
    let fed = named.as_ref().unwrap_or(&scope.fed);
    let Some(place) = flags.value(&["-I", "-J"]).filter(|place| !place.text.is_empty()) else {
        let mut command = command;
        match fed {
            Fed::Text(text) | Fed::Nearly(text) => {
                command.extend(text.split(apart).filter(|word| !word.is_empty()).map(Word::sure));
            }
            Fed::Nothing | Fed::Unknown => command.push(Word::unsure("…")),
        }
        return vec![Inner::Command(command, scope.clone())];
    };
    let with = |value: &Word| {
        let put = |word: &Word| match word.text.contains(&place.text) {
            true => Word { text: word.text.replace(&place.text, &value.text), sure: value.sure },
            false => word.clone(),
        };
        Inner::Command(command.iter().map(put).collect(), scope.clone())
    };
    match fed {
        Fed::Text(text) | Fed::Nearly(text) if text.lines().count() <= 8 => {
            text.lines().map(|line| with(&Word::sure(line))).collect()
        }
        _ => vec![with(&Word::unsure("$…"))],
    }
}

/// GNU parallel: `COMMAND ::: WORDS`, or the words, a line each, from its input; without a command each is one itself.
pub fn parallel<'a>(words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    if words.iter().any(|word| matches!(word.text.as_str(), "--dry-run" | "--dryrun")) {
        return Vec::new();
    }
    const VALUED: &[&str] = &[
        "-j", "--jobs", "-P", "--max-procs", "-a", "--arg-file", "-C", "--colsep", "-I", "-n", "-N", "--max-args",
        "-L", "--delay", "--joblog", "--results", "-S", "--sshlogin", "--timeout", "--retries", "--tmpdir",
        "--tagstring",
    ];
    let rest = after_flags(words, VALUED);
    let end = rest.iter().position(|word| word.text.starts_with(":::")).unwrap_or(rest.len());
    let (command, lists) = rest.split_at(end);
    let mut lists: Vec<Vec<Word>> = lists
        .split_inclusive(|word| word.text.starts_with(":::"))
        .skip(1)
        .map(|list| list.iter().filter(|word| !word.text.starts_with(":::")).cloned().collect())
        .collect();
    let reads = rest.iter().any(|word| word.text.starts_with("::::")) || words.iter().any(|w| w.text.starts_with("-a"));
    if lists.is_empty() || reads {
        lists = vec![match &scope.fed {
            Fed::Text(text) | Fed::Nearly(text) if !reads => text.lines().map(Word::sure).collect(),
            _ => vec![Word::unsure("$…")],
        }];
    }
    let mut rounds: Vec<Vec<Word>> = vec![Vec::new()];
    for list in lists {
        let with = |round: &Vec<Word>, word: &Word| round.iter().chain([word]).cloned().collect();
        rounds = rounds.iter().flat_map(|round| list.iter().map(move |word| with(round, word))).take(200).collect();
    }
    let one = |round: Vec<Word>| {
        let unknown = round.iter().any(|word| word.sure == Sure::No);
        let marks = ["{}", "{1}", "{.}", "{/}", "{//}", "{2}"];
        let has_mark = command.iter().any(|word| marks.iter().any(|mark| word.text.contains(mark)));
        let all = joined(&round);
        let mut line = joined(command);
        for (mark, text) in marks.iter().zip([&all, &round[0].text, &all, &all, &all, &round[round.len() - 1].text]) {
            line = line.replace(mark, text);
        }
        if !has_mark {
            line = format!("{line} {all}");
        }
        match command.is_empty() && unknown {
            true => Inner::Unknown("what it is fed is computed by the line".to_owned(), scope.clone()),
            false => Inner::Line(line, scope.clone()),
        }
    };
    rounds.into_iter().filter(|round| !round.is_empty()).map(one).collect()
}
