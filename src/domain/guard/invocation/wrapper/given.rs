//! Programs whose flags or words are lines that they run: watchers, benchmarks, editors, archivers. A row each; it looks at no
//! file.

use super::shell::line_in;
use crate::domain::guard::invocation::options::{after_flags, flag_value, joined};
use crate::domain::guard::invocation::{Inner, Reader, Word, client};
use crate::domain::guard::scope::{Fed, Scope};
use crate::domain::guard::sql::{self, Danger};

struct Given {
    names: &'static [&'static str],
    /// Flags behind which a line stands.
    line: &'static [&'static str],
    spelled: Spelled,
    /// Other flags that take the next word.
    valued: &'static [&'static str],
    rest: Rest,
}

/// How a flag's value says what is run.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Spelled {
    Line,
    /// As a command of the program's own, which runs a line behind a mark: `:!LINE`, `shell LINE`, `exec=LINE`.
    Behind(&'static [&'static str]),
}

/// What its other words are.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Rest {
    Nothing,
    /// Lines.
    Each,
    /// One line.
    Joined,
    Command,
    /// A command, behind `--`.
    Dashed,
    /// Commands behind these flags, each up to `;` or `+`.
    After(&'static [&'static str]),
    /// socat's: `EXEC:LINE`, `SYSTEM:LINE`.
    Addresses,
}

const BANG: Spelled = Spelled::Behind(&["!", "term ", "terminal ", "shell ", "pipe "]);

const fn row(
    names: &'static [&'static str],
    line: &'static [&'static str],
    spelled: Spelled,
    valued: &'static [&'static str],
    rest: Rest,
) -> Given {
    Given { names, line, spelled, valued, rest }
}

const ROWS: &[Given] = &[
    row(&["entr"], &[], Spelled::Line, &[], Rest::Joined),
    row(&["watch", "viddy", "hwatch"], &[], Spelled::Line, &["-n", "--interval", "-q", "--equexit"], Rest::Joined),
    row(&["socat"], &[], Spelled::Line, &[], Rest::Addresses),
    row(
        &["watchexec"],
        &[],
        Spelled::Line,
        &["-w", "--watch", "-e", "--exts", "-f", "--filter", "-i", "--ignore", "-d", "--debounce", "-s", "--signal"],
        Rest::Joined,
    ),
    row(
        &["hyperfine"],
        &["-p", "--prepare", "-s", "--setup", "-c", "--cleanup", "-C", "--conclude"],
        Spelled::Line,
        &["-w", "--warmup", "-r", "--runs", "-m", "-M", "-n", "--command-name", "-P", "-L", "-S", "--shell", "-i"],
        Rest::Each,
    ),
    row(&["nodemon"], &["--exec", "-x"], Spelled::Line, &[], Rest::Nothing),
    row(&["chokidar", "chokidar-cli"], &["-c", "--command"], Spelled::Line, &[], Rest::Nothing),
    row(&["onchange"], &[], Spelled::Line, &[], Rest::Dashed),
    row(
        &["tsc-watch", "tsup", "tsup-node", "tsdown"],
        &["--onSuccess", "--onFirstSuccess", "--onFailure", "--onCompilationComplete", "--on-success"],
        Spelled::Line,
        &[],
        Rest::Nothing,
    ),
    row(
        &["retry"],
        &[],
        Spelled::Line,
        &["-t", "--times", "-d", "--delay", "-m", "--max", "-u", "--until"],
        Rest::Command,
    ),
    row(&["ssh-agent", "gpg-agent"], &[], Spelled::Line, &["-a", "-t"], Rest::Command),
    row(&["rlwrap"], &[], Spelled::Line, &["-H", "-f", "-C", "-P", "-S"], Rest::Command),
    row(&["find", "gfind"], &[], Spelled::Line, &[], Rest::After(&["-exec", "-execdir", "-ok", "-okdir"])),
    row(&["fd", "fdfind"], &[], Spelled::Line, &[], Rest::After(&["-x", "--exec", "-X", "--exec-batch"])),
    row(
        &["tar", "gtar", "bsdtar"],
        &[
            "--checkpoint-action", "--to-command", "-I", "--use-compress-program", "--info-script",
            "--new-volume-script",
        ],
        Spelled::Behind(&["exec=", ""]),
        &[],
        Rest::Nothing,
    ),
    // slurm.schedmd.com/sbatch.html; learn.microsoft.com, "schtasks create".
    row(&["sbatch"], &["--wrap"], Spelled::Line, &[], Rest::Nothing),
    row(&["schtasks"], &["/tr", "/TR"], Spelled::Line, &[], Rest::Nothing),
    row(&["zip"], &["-TT", "--unzip-command"], Spelled::Line, &[], Rest::Nothing),
    row(&["rsync"], &["-e", "--rsh"], Spelled::Line, &[], Rest::Nothing),
    row(&["man"], &["-P", "--pager"], Spelled::Line, &[], Rest::Nothing),
    row(
        &["vim", "nvim", "vi", "view", "ex", "gvim", "vimdiff", "hx"],
        &["-c", "-sc", "-esc", "-Esc", "--cmd"],
        BANG,
        &[],
        Rest::Nothing,
    ),
    row(&["less", "more", "most"], &[], BANG, &[], Rest::Nothing),
    row(&["gdb", "lldb"], &["-ex", "-eval-command", "-o"], BANG, &[], Rest::Nothing),
];

/// What is inside, if a row has this name and the words hold a line.
pub fn see_through<'a>(name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let row = ROWS.iter().find(|row| row.names.contains(&name))?;
    let mut texts: Vec<Word> = values(words, row.line);
    if row.spelled == BANG {
        let plus = words
            .iter()
            .filter_map(|word| Some(Word { text: word.text.strip_prefix('+')?.to_owned(), sure: word.sure }));
        texts.extend(plus);
    }
    let spelled = |word: &Word| match row.spelled {
        Spelled::Line => Some(line_in(word, scope)),
        Spelled::Behind(marks) => behind(&word.text, marks).map(|text| {
            let mut scope = scope.clone();
            // `:w !CMD` pipes what is edited into it.
            if word.text.trim_start_matches([':', ' ', '%']).starts_with("w") {
                scope.fed = Fed::Unknown;
            }
            Inner::Line(text.to_owned(), scope)
        }),
    };
    let mut found: Vec<Inner<'a>> = texts.iter().filter_map(spelled).collect();
    let valued: Vec<&str> = row.line.iter().chain(row.valued).copied().collect();
    let rest = after_flags(words, &valued);
    match row.rest {
        Rest::Nothing => {}
        Rest::Each => {
            let lines = rest.iter().filter(|word| !word.text.starts_with('-'));
            found.extend(lines.map(|word| line_in(word, scope)));
        }
        // watch(1)'s `-x`: the words as they are.
        Rest::Joined
            if words[..words.len() - rest.len()].iter().any(|flag| matches!(flag.text.as_str(), "-x" | "--exec")) =>
        {
            found.push(Inner::Command(rest.to_vec(), scope.clone()));
        }
        Rest::Joined => match rest {
            [one] => found.push(line_in(one, scope)),
            rest => found.push(Inner::Line(joined(rest), scope.clone())),
        },
        Rest::Command => found.extend((!rest.is_empty()).then(|| Inner::Command(rest.to_vec(), scope.clone()))),
        Rest::Dashed => {
            let at = words.iter().position(|word| word.text == "--");
            found.extend(at.map(|at| Inner::Line(joined(&words[at + 1..]), scope.clone())));
        }
        Rest::Addresses => {
            let is_peer = |word: &Word| {
                ["TCP", "UDP", "OPENSSL", "SSL", "UNIX", "SOCKS"].iter().any(|kind| word.text.starts_with(kind))
            };
            let line = |word: &Word| {
                let (kind, line) = word.text.split_once(':')?;
                let runs = matches!(kind.to_ascii_uppercase().as_str(), "EXEC" | "SYSTEM" | "SHELL");
                let mut scope = scope.clone();
                if rest.iter().any(is_peer) {
                    scope.fed = Fed::Unknown;
                }
                runs.then(|| Inner::Line(line.split(',').next().unwrap_or(line).to_owned(), scope))
            };
            found.extend(rest.iter().filter_map(line));
        }
        Rest::After(flags) => {
            let starts = (0..words.len()).filter(|at| flags.contains(&words[*at].text.as_str()));
            found.extend(starts.map(|at| {
                let behind = &words[at + 1..];
                let end =
                    behind.iter().position(|word| matches!(word.text.as_str(), ";" | "+")).unwrap_or(behind.len());
                let found = flag_value(words, &["-name", "-path"]).filter(|word| !word.text.contains(['*', '?', '[']));
                let put = |word: &Word| match &found {
                    Some(found) if word.text == "{}" => found.clone(),
                    Some(_) | None => word.clone(),
                };
                Inner::Command(behind[..end].iter().map(put).collect(), scope.clone())
            }));
        }
    }
    // fd puts what it finds behind the command.
    if row.names.contains(&"fd") {
        found.iter_mut().for_each(|inner| {
            if let Inner::Command(words, _) = inner {
                words.push(Word::unsure("…"));
            }
        });
    }
    (!found.is_empty() || matches!(row.rest, Rest::Each | Rest::Joined)).then_some(found)
}

/// The values of all of these flags, wherever they stand: `--flag VALUE`, `--flag=VALUE`.
pub fn values(words: &[Word], flags: &[&str]) -> Vec<Word> {
    let value = |(at, word): (usize, &Word)| {
        if flags.contains(&word.text.as_str()) {
            return words.get(at + 1).cloned();
        }
        let (flag, value) = word.text.split_once('=')?;
        flags.contains(&flag).then(|| Word { text: value.to_owned(), sure: word.sure })
    };
    words.iter().enumerate().filter_map(value).collect()
}

/// What stands behind one of the marks, with a range or a word in front that does not matter: `:%!LINE`, `silent !LINE`.
fn behind<'t>(text: &'t str, marks: &[&str]) -> Option<&'t str> {
    let text =
        text.trim_start_matches([':', ' ', '%']).trim_start_matches(|c: char| c.is_ascii_digit() || "$,.'".contains(c));
    let text = ["silent! ", "silent ", "sil! ", "sil ", "read ", "r ", "w ", "write "]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    marks.iter().find_map(|mark| text.strip_prefix(mark)).or_else(|| {
        // `call system("LINE")`.
        let (_, call) = text.split_once("system(").filter(|_| marks.contains(&"!"))?;
        let quote = call.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        call[1..].split(quote).next()
    })
}

/// `crontab -` and `crontab FILE`: each line behind its five times, or behind `@daily` and its kind.
pub fn crontab<'a>(table: &str, scope: &Scope<'a>) -> Vec<Inner<'a>> {
    let line = |line: &str| {
        let mut rest = line.trim();
        let times = if rest.starts_with('@') { 1 } else { 5 };
        for _ in 0..times {
            rest = rest.split_once(char::is_whitespace)?.1.trim_start();
        }
        (!line.trim_start().starts_with('#')).then(|| Inner::Line(rest.to_owned(), scope.clone()))
    };
    table.lines().filter_map(line).collect()
}

/// Text that is typed into whatever runs there, which may be a client.
pub fn typed<'a>(name: &str, text: &str, scope: &Scope<'a>) -> Option<Inner<'a>> {
    let loses = sql::read(text).danger == Danger::Destructive || client::redis(text) == Danger::Destructive;
    loses.then(|| Inner::Talks(name.to_owned(), None, scope.clone()))
}

/// screen's `-X stuff TEXT` types it, `-X exec WORDS` runs them; else its words are a command.
pub fn screen<'a>(words: &[Word], scope: &Scope<'a>) -> Vec<Inner<'a>> {
    const VALUED: &[&str] = &["-S", "-t", "-c", "-s", "-h", "-T", "-p", "-L", "-e"];
    let Some(at) = words.iter().position(|word| word.text == "-X") else {
        return vec![Inner::Command(after_flags(words, VALUED).to_vec(), scope.clone())];
    };
    match &words[at + 1..] {
        [verb, rest @ ..] if verb.text == "stuff" => {
            let text = joined(rest).replace("^M", "\n").replace("\\n", "\n").replace("\\r", "\n").replace('\r', "\n");
            typed("screen", &text, scope).into_iter().chain([Inner::Line(text, scope.clone())]).collect()
        }
        [verb, rest @ ..] if matches!(verb.text.as_str(), "exec" | "screen") => {
            vec![Inner::Command(after_flags(rest, VALUED).to_vec(), scope.clone())]
        }
        _ => Vec::new(),
    }
}

/// `pm2 start "LINE"`, `pm2 start npm -- run NAME`.
pub fn pm2<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["-n", "--name", "-i", "--instances", "--interpreter", "--cwd", "-o", "-e", "-l", "--namespace"];
    let (verb, rest) = after_flags(words, VALUED).split_first()?;
    if !matches!(verb.text.as_str(), "start" | "restart" | "reload" | "startOrRestart" | "startOrReload") {
        return None;
    }
    let end = rest.iter().position(|word| word.text == "--").unwrap_or(rest.len());
    let program = after_flags(&rest[..end], VALUED).first()?;
    reader.notes.ran(&scope.path(&program.text));
    let behind = rest.get(end + 1..).unwrap_or(&[]);
    Some(vec![match program.text.contains(char::is_whitespace) {
        true => Inner::Line(format!("{} {}", program.text, joined(behind)), scope.clone()),
        false => Inner::Command(std::iter::once(program).chain(behind).cloned().collect(), scope.clone()),
    }])
}

/// What a program that reads a line from its input is fed.
pub fn fed<'a>(scope: &Scope<'a>, lines: impl Fn(&str, &Scope<'a>) -> Vec<Inner<'a>>) -> Vec<Inner<'a>> {
    let mut found = scope.fed.text().map(|text| lines(text, scope)).unwrap_or_default();
    if matches!(scope.fed, Fed::Nearly(_) | Fed::Unknown) {
        found.push(Inner::Unknown("what it is fed is computed by the line".to_owned(), scope.clone()));
    }
    found
}
