//! Sees through the programs that run another one: `sudo`, `env`, `timeout`, `dotenv`, `doppler run` and their kind, each with
//! its own way with the environment. The plain ones are rows of `table`.

mod table;

use super::options::{after_flags, flag_value, joined, options};
use super::recipe::{self, is_shell};
use super::{Inner, Reader, Sure, Word, dotenv, tools};
use crate::domain::line;
use crate::domain::scope::{Fed, Origin, Scope, Under, Value};

/// What is inside, if this is a wrapper. An empty answer means that it runs nothing.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    let command = |words: &[Word], scope: Scope<'a>| Some(vec![Inner::Command(words.to_vec(), scope)]);
    let line = |word: Option<&Word>, scope: &Scope<'a>| {
        Some(word.map(|word| Inner::Line(word.text.clone(), scope.clone())).into_iter().collect())
    };
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match name {
        "env" | "genv" => env(words, scope),
        "sudo" | "doas" => sudo(words, scope),
        "command" if matches!(texts.first(), Some(&"-v" | &"-V")) => Some(vec![]),
        "cross-env" => {
            let (rest, scope) = assignments(words, scope);
            command(rest, scope)
        }
        "cross-env-shell" => {
            let (rest, scope) = assignments(words, scope);
            Some(vec![Inner::Line(joined(rest), scope)])
        }
        "dotenv" => dotenv::dotenv(reader, words, scope),
        "dotenvx" => dotenv::dotenvx(reader, words, scope),
        "env-cmd" => dotenv::env_cmd(reader, words, scope),
        "nexus-env" => nexus_env(words, scope),
        "trap" => line(words.first(), scope),
        "su" => line(flag_value(words, &["-c", "--command"]), scope),
        "script" => match options(words, &["-c", "--command", "-t", "-T", "-I", "-O", "-B", "-E", "-o"]) {
            options if options.has(&["-c", "--command"]) => line(options.value(&["-c", "--command"]), scope),
            options => command(&options.rest.iter().skip(1).copied().cloned().collect::<Vec<_>>(), scope.clone()),
        },
        "flock" => match flag_value(words, &["-c", "--command"]) {
            Some(text) => line(Some(text), scope),
            None => command(after_flags(words, &["-w", "-E"]).get(1..).unwrap_or(&[]), scope.clone()),
        },
        "nix" if texts.first() == Some(&"develop") || texts.first() == Some(&"shell") => {
            let at = texts.iter().position(|text| matches!(*text, "-c" | "--command"))?;
            command(&words[at + 1..], scope.clone())
        }
        "nix-shell" => line(flag_value(words, &["--run", "--command"]), scope),
        "watch" | "hyperfine" | "entr" | "watchexec" => {
            let rest = after_flags(words, &["-n", "--interval", "-w", "-e", "--exts", "-r", "--runs", "--prepare"]);
            Some(vec![Inner::Line(joined(rest), scope.clone())])
        }
        "nodemon" => line(flag_value(words, &["--exec", "-x"]), scope),
        "chokidar" | "chokidar-cli" => line(flag_value(words, &["-c", "--command"]), scope),
        "gcloud" | "aws" | "az" | "eb" | "doctl" | "ibmcloud"
            if texts.iter().any(|text| matches!(*text, "ssh" | "exec" | "execute-command")) =>
        {
            let text = texts.iter().find_map(|text| text.strip_prefix("--command=")).map(Word::sure);
            let text = text.as_ref().or_else(|| flag_value(words, &["--command", "--exec-command", "-c"]))?;
            let mut scope = scope.clone();
            scope.given_by("the other machine", Under::Elsewhere);
            line(Some(text), &scope)
        }
        "find" => {
            let at = texts.iter().position(|text| matches!(*text, "-exec" | "-execdir" | "-ok"))?;
            let end =
                texts[at..].iter().position(|text| matches!(*text, ";" | "+")).map_or(words.len(), |end| at + end);
            command(&words[at + 1..end], scope.clone())
        }
        "parallel" => {
            let rest = after_flags(words, &["-j", "--jobs"]);
            let rest: Vec<Word> = rest.iter().take_while(|word| !word.text.starts_with(":::")).cloned().collect();
            Some(vec![Inner::Line(joined(&rest), scope.clone())])
        }
        "ssh" | "mosh" | "et" => {
            let rest =
                after_flags(words, &["-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-e", "-m"]);
            let mut scope = scope.clone();
            scope.given_by("the other machine", Under::Elsewhere);
            match (rest.get(1..).unwrap_or(&[]), &scope.fed) {
                // Without a command the other machine's shell reads what it is fed.
                ([], Fed::Text(text)) => Some(vec![Inner::Line(text.clone(), scope)]),
                (command, _) => Some(vec![Inner::Line(joined(command), scope)]),
            }
        }
        "fly" | "flyctl" => {
            let mut inner = scope.clone();
            inner.given_by("fly", Under::Elsewhere);
            let text = flag_value(words, &["-C", "--command"])?;
            line(Some(text), &inner)
        }
        "tmux" => tmux(words, scope),
        "screen" => {
            let mut rest = after_flags(words, &["-S", "-t", "-c", "-s", "-h", "-T"]);
            // `-dmS NAME`.
            let bundled = words.len().checked_sub(rest.len() + 1).and_then(|at| words.get(at));
            if bundled.is_some_and(|flag| flag.text.len() > 2 && flag.text.ends_with('S')) {
                rest = rest.get(1..).unwrap_or(&[]);
            }
            command(rest, scope.clone())
        }
        "at" | "batch" => match &scope.fed {
            Fed::Text(text) => Some(vec![Inner::Line(text.clone(), scope.clone())]),
            Fed::Nothing | Fed::Unknown => Some(vec![]),
        },
        "sops" if matches!(texts.first(), Some(&"exec-env")) => {
            let mut scope = scope.clone();
            scope.given_by("sops", Under::Replaced);
            let rest = after_flags(&words[1..], &["--user"]);
            Some(vec![Inner::Line(joined(rest.get(1..).unwrap_or(&[])), scope)])
        }
        "docker" | "podman" if texts.first() == Some(&"compose") => {
            let rest = after_flags(&words[1..], &["-f", "--file", "-p", "--project-name", "--env-file", "--profile"]);
            see_through(reader, "docker-compose", rest, scope)
        }
        "docker-compose" if texts.contains(&"run") && entered(words).is_some() => {
            let mut scope = scope.clone();
            scope.given_by("docker-compose", Under::Elsewhere);
            Some(vec![Inner::Command(entered(words)?, scope)])
        }
        "docker" | "podman" if texts.first() == Some(&"run") => {
            let mut scope = scope.clone();
            scope.given_by("docker", Under::Elsewhere);
            if let Some(entered) = entered(words) {
                return Some(vec![Inner::Command(entered, scope)]);
            }
            // Where the image's name ends and its command begins takes docker's whole list of flags; the runner tells, or
            // an image that is a tool's own.
            let known = |text: &str| {
                let base = text.rsplit('/').next().unwrap_or(text);
                let base = base.split([':', '@']).next().unwrap_or(base);
                matches!(
                    base,
                    "npx" | "npm" | "pnpm" | "yarn" | "bun" | "bunx" | "prisma" | "sh" | "bash" | "psql" | "mysql"
                ) || tools::named(base).is_some()
            };
            let at = texts.iter().skip(1).position(|text| known(text))? + 1;
            let mut rest = words[at..].to_vec();
            let base = rest[0].base().split([':', '@']).next().unwrap_or_default().to_owned();
            rest[0] = if tools::named(&base).is_some() { Word::sure(&base) } else { rest[0].clone() };
            command(&rest, scope)
        }
        "vercel" | "vc" if texts.starts_with(&["env", "run"]) => {
            let mut scope = scope.clone();
            scope.given_by("vercel", Under::Replaced);
            command(after_flags(&words[2..], &["-e", "--environment"]), scope)
        }
        "xargs" => Some(vec![xargs(words, scope)]),
        name if is_shell(name) => shell(reader, words, scope),
        name => table::see_through(name, words, scope),
    }
}

/// The shell that stands in the place of an image's own program, with its `-c` and all that follows.
fn entered(words: &[Word]) -> Option<Vec<Word>> {
    let entry = flag_value(words, &["--entrypoint"]).filter(|word| is_shell(word.base()))?;
    let is_code = |text: &str| text.starts_with('-') && !text.starts_with("--") && text.ends_with('c');
    let at = words.iter().position(|word| is_code(&word.text))?;
    Some(std::iter::once(entry.clone()).chain(words[at..].iter().cloned()).collect())
}

/// The commands and keys that tmux sends to a shell.
fn tmux<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &["-t", "-s", "-n", "-c", "-x", "-y", "-F", "-e", "-l", "-L", "-S", "-f", "-N", "-p"];
    let rest = after_flags(words, VALUED);
    let (verb, rest) = rest.split_first()?;
    let starts = [
        "new",
        "new-session",
        "new-window",
        "neww",
        "split-window",
        "splitw",
        "send-keys",
        "send",
        "respawn-pane",
        "respawnp",
        "run-shell",
        "run",
        "popup",
        "display-popup",
    ];
    if !starts.contains(&verb.text.as_str()) {
        return Some(vec![]);
    }
    let keys = |word: &&Word| !matches!(word.text.as_str(), "Enter" | "C-m" | "KPEnter" | "Space");
    let rest: Vec<Word> = after_flags(rest, VALUED).iter().filter(keys).cloned().collect();
    Some(vec![Inner::Line(joined(&rest), scope.clone())])
}

/// `xargs COMMAND`: further words come from its input.
fn xargs<'a>(words: &[Word], scope: &Scope<'a>) -> Inner<'a> {
    let mut command = after_flags(words, &["-n", "-P", "-I", "-L", "-s", "-d", "-E", "-a", "-J"]).to_vec();
    match &scope.fed {
        Fed::Text(text) => command.extend(text.split_whitespace().map(Word::sure)),
        Fed::Nothing | Fed::Unknown => command.push(Word::unsure("…")),
    }
    Inner::Command(command, scope.clone())
}

/// `bash -c TEXT`, also `-lc`, `-ec`; a script's file; or what the shell is fed.
fn shell<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut scope = scope.clone();
    let mut at = 0;
    let mut runs = Runs::File;
    while let Some(word) = words.get(at).filter(|word| word.text.starts_with('-') || word.text.starts_with('+')) {
        let single = !word.text.starts_with("--");
        let takes = |letter: char| single && word.text.contains(letter);
        if word.text == "--" {
            at += 1;
            break;
        }
        if takes('c') || word.text == "--command" {
            runs = Runs::Text;
        }
        if takes('s') {
            runs = Runs::Input;
        }
        // It reads and runs nothing.
        if takes('n') || matches!(word.text.as_str(), "--version" | "--help" | "--no-execute") {
            return Some(vec![]);
        }
        // `-euo pipefail`: the option's name is a word of its own.
        let option = single && word.text.to_ascii_lowercase().ends_with('o') || word.text == "--rcfile";
        at += if option { 2 } else { 1 };
    }
    let rest = words.get(at..).unwrap_or(&[]);
    let texts = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect();
    match (runs, rest.split_first()) {
        (Runs::Text, Some((text, arguments))) => {
            // `$0` comes first.
            scope.arguments = Some(texts(arguments.get(1..).unwrap_or(&[])));
            Some(vec![Inner::Line(text.text.clone(), scope)])
        }
        (Runs::Text, None) => Some(vec![]),
        (Runs::File, Some((file, arguments))) => recipe::script(reader, file, arguments, &scope),
        (Runs::Input, _) | (Runs::File, None) => {
            scope.arguments = Some(texts(rest));
            match std::mem::replace(&mut scope.fed, Fed::Unknown) {
                Fed::Text(text) => Some(vec![Inner::Line(text, scope)]),
                Fed::Nothing | Fed::Unknown => Some(vec![]),
            }
        }
    }
}

/// What a shell runs.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Runs {
    Text,
    File,
    Input,
}

fn assignments<'w, 'a>(words: &'w [Word], scope: &Scope<'a>) -> (&'w [Word], Scope<'a>) {
    let mut scope = scope.clone();
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        let Some((name, value)) = word.text.split_once('=').filter(|(name, _)| line::is_name(name)) else {
            break;
        };
        let value = match word.sure {
            Sure::Yes => Value::text(value),
            Sure::No => Value::Unknown("the line computes it".to_owned()),
        };
        scope.set(name, value, Origin::Line);
        rest = after;
    }
    (rest, scope)
}

/// env(1): `-i`, `-u NAME`, `-C DIR`, `-S TEXT`, assignments.
fn env<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let mut scope = scope.clone();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1).map_or("", |word| word.text.as_str());
        match word.text.as_str() {
            "-i" | "-" | "--ignore-environment" => scope.clear(),
            "-u" | "--unset" => {
                scope.unset(next);
                at += 1;
            }
            "-C" | "--chdir" => {
                scope.cwd = scope.path(next);
                at += 1;
            }
            "-S" | "--split-string" => return Some(vec![Inner::Line(joined(&words[at + 1..]), scope)]),
            "--" => {
                at += 1;
                break;
            }
            text if text.starts_with("-S") => {
                return Some(vec![Inner::Line(format!("{} {}", &text[2..], joined(&words[at + 1..])), scope)]);
            }
            text if text.starts_with("--unset=") || (text.starts_with("-u") && text.len() > 2) => {
                scope.unset(text.trim_start_matches("--unset=").trim_start_matches("-u"));
            }
            text if text.starts_with("--chdir=") => scope.cwd = scope.path(&text["--chdir=".len()..]),
            text if text.starts_with('-') => {}
            // `env $(cat .env | xargs) command`: what the substitution gives cannot be told apart from the command.
            text if word.sure == Sure::No && text.starts_with("$(") => {
                scope.given_by("what the line computes", Under::Replaced);
            }
            _ => break,
        }
        at += 1;
    }
    let (rest, scope) = assignments(words.get(at..).unwrap_or(&[]), &scope);
    Some(vec![Inner::Command(rest.to_vec(), scope)])
}

/// sudo(8) gives a clean environment, unless told to keep it.
fn sudo<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] =
        &["-u", "-g", "-C", "-p", "-h", "-r", "-t", "-U", "-T", "-D", "--user", "--group", "--chdir"];
    let rest = after_flags(words, VALUED);
    let flags = &words[..words.len() - rest.len()];
    let mut inner = scope.clone();
    let keeps = |word: &Word| {
        matches!(word.text.as_str(), "-E" | "--preserve-env")
            || (word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('E'))
    };
    if !flags.iter().any(keeps) {
        inner.clear();
        let kept = flags.iter().filter_map(|word| word.text.strip_prefix("--preserve-env=")).flat_map(|l| l.split(','));
        for name in kept {
            let setting = scope.get(name);
            inner.set(name, setting.value, setting.origin);
        }
    }
    let (rest, inner) = assignments(rest, &inner);
    Some(vec![Inner::Command(rest.to_vec(), inner)])
}

/// This program's own `run`: the environment that it names.
fn nexus_env<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let run = words.iter().position(|word| !word.text.starts_with('-'))?;
    if words[run].text != "run" {
        return None;
    }
    let words = &words[run + 1..];
    let rest = after_flags(words, &["-e", "--env"]);
    let flags = &words[..words.len() - rest.len()];
    let named = flag_value(flags, &["-e", "--env"])
        .map(|word| word.text.clone())
        .or_else(|| flags.iter().find_map(|word| word.text.strip_prefix("--env=").map(str::to_owned)));
    let mut scope = scope.clone();
    if let Some(environment) = named {
        scope.stored_by(&environment);
    }
    Some(vec![Inner::Command(rest.to_vec(), scope)])
}
