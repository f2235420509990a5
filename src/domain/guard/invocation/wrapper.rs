//! Sees through the programs that run another one: `sudo`, `env`, `timeout`, `dotenv`, `doppler run` and their kind, each with
//! its own way with the environment. The plain ones are rows of `table`.

mod account;
mod container;
mod each;
mod fleet;
mod git;
mod given;
mod handed;
mod manifest;
mod place;
mod row;
mod shell;
mod table;
mod windows;

pub(super) use self::given::crontab;
pub(super) use self::shell::assignments;
use self::shell::{line_in, lines_fed, shell};
use super::options::{after_flags, flag_value, joined, leading, options};
use super::program::is_shell;
use super::{Inner, Reader, Sure, Word, code, dotenv, filter, shell_script};
use crate::domain::guard::scope::{Fed, Scope, Under};

/// What is inside, if this is a wrapper. An empty answer means that it runs nothing.
pub(super) fn see_through<'a>(
    reader: &Reader<'_>,
    name: &str,
    words: &[Word],
    scope: &Scope<'a>,
) -> Option<Vec<Inner<'a>>> {
    let command = |words: &[Word], scope: Scope<'a>| Some(vec![Inner::Command(words.to_vec(), scope)]);
    let line =
        |word: Option<&Word>, scope: &Scope<'a>| Some(word.map(|word| line_in(word, scope)).into_iter().collect());
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match name {
        "env" | "genv" => env(words, scope),
        "sudo" | "doas" => account::sudo(words, scope),
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
        "su" | "runuser" | "sg" => account::su(reader, name, words, scope),
        "script" => script(words, scope),
        "flock" => match after_flags(words, &["-w", "-E"]).get(1..).unwrap_or(&[]) {
            [flag, text, ..] if matches!(flag.text.as_str(), "-c" | "--command") => line(Some(text), scope),
            behind => command(behind, scope.clone()),
        },
        "nix" if texts.first() == Some(&"develop") || texts.first() == Some(&"shell") => {
            let at = texts.iter().position(|text| matches!(*text, "-c" | "--command"))?;
            command(&words[at + 1..], scope.clone())
        }
        "nix" if texts.first() == Some(&"run") => {
            // `nix run nixpkgs#goose -- WORDS`.
            let (package, rest) = after_flags(&words[1..], &["--inputs-from", "--override-input"]).split_first()?;
            let program = package.text.rsplit(['#', '/', ':']).next()?;
            let program = program.trim_end_matches("-cli").trim_end_matches("_cli");
            let rest = rest.iter().skip(usize::from(rest.first().is_some_and(|word| word.text == "--")));
            command(&std::iter::once(Word::sure(program)).chain(rest.cloned()).collect::<Vec<_>>(), scope.clone())
        }
        "nix-shell" => line(flag_value(words, &["--run", "--command"]).as_ref(), scope),
        "aws" if texts.iter().any(|text| matches!(*text, "send-command" | "start-session" | "run-task")) => {
            let text = flag_value(words, &["--parameters", "--overrides", "--cli-input-json"])?;
            if let Some((_, command)) = text.text.split_once('=').filter(|(key, _)| key.starts_with("command")) {
                let mut scope = scope.clone();
                scope.given_by("aws", Under::Elsewhere);
                return Some(vec![Inner::Line(command.trim_matches(['[', ']', '"']).to_owned(), scope)]);
            }
            let mut scope = scope.clone();
            scope.given_by("aws", Under::Elsewhere);
            Some(code::of_json(&text.text, &scope))
        }
        "parallel" | "sem" => Some(each::parallel(words, scope)),
        "git" => {
            git::hooks_of(words).for_each(|directory| reader.notes.has_hooks(&scope.path(directory)));
            reader.notes.ran_hooks();
            git::see_through(words, scope)
        }
        // GNU sed runs what it puts in where `s` has the flag `e`.
        "sed" | "gsed" => filter::executed(words).map(|text| vec![Inner::Line(text, scope.clone())]),
        "pm2" | "pm2-runtime" | "pm2-dev" => given::pm2(reader, words, scope),
        "crontab" => times(reader, words, scope),
        "ssh" | "mosh" | "et" | "autossh" => {
            let valued = ["-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-e", "-m", "-M"];
            // For ssh itself `-M` takes no word.
            let rest = after_flags(words, &valued[..valued.len() - usize::from(name != "autossh")]);
            let here = place::of_ssh(&words[..words.len() - rest.len()], scope);
            let mut scope = scope.clone();
            scope.given_by("the other machine", Under::Elsewhere);
            let there = match (rest.get(1..).unwrap_or(&[]), &scope.fed) {
                // Without a command the other machine's shell reads what it is fed.
                ([], fed) if *fed != Fed::Nothing => lines_fed(fed, &scope),
                (command, _) => vec![line_of(command, &scope)],
            };
            Some(here.into_iter().chain(there).collect())
        }
        // A program at one end of a connection runs what the other end says.
        "nc" | "ncat" | "netcat" => {
            let program = flag_value(words, &["-e", "-c", "--exec", "--sh-exec"])?;
            let mut scope = scope.clone();
            scope.fed = Fed::Unknown;
            Some(vec![line_in(&program, &scope)])
        }
        // GNU split runs a line for each part of what it reads.
        "split" | "gsplit" => {
            let options = options(words, &["-l", "-b", "-C", "-n", "-a", "-t", "--filter", "--lines", "--bytes"]);
            let program = options.value(&["--filter"])?.clone();
            let file = options.rest.first().filter(|word| word.text != "-");
            let mut scope = scope.clone();
            if let Some(file) = file {
                scope.fed = reader.file(file, &scope).map_or(Fed::Unknown, Fed::Nearly);
            }
            Some(vec![line_in(&program, &scope)])
        }
        "scp" | "sftp" => Some(place::of_ssh(words, scope)).filter(|found| !found.is_empty()),
        "pueue" if texts.first() == Some(&"add") => {
            let rest = after_flags(&words[1..], &["-w", "--working-directory", "-g", "--group", "-l", "--label", "-d"]);
            Some(vec![line_of(rest, scope)])
        }
        "ansible" | "salt" | "salt-call" => fleet::see_through(name, words, scope)
            .or_else(|| row::see_through(table::of(name), reader, name, words, scope)),
        "vapor" => place::of_vapor(words, scope),
        "kubectl" | "oc" | "k" | "kubecolor" if place::is_dry(&texts) => Some(Vec::new()),
        "kubectl" | "oc" | "k" | "kubecolor" => place::of_cnpg(words, scope)
            .or_else(|| manifest::see_through(reader, words, scope))
            .or_else(|| row::see_through(table::of(name), reader, name, words, scope)),
        "tmux" => tmux(words, scope),
        "screen" => Some(given::screen(words, scope)),
        "at" | "batch" => Some(match flag_value(words, &["-f"]) {
            Some(file) => shell_script::script(reader, &file, &[], scope).unwrap_or_default(),
            None => lines_fed(&scope.fed, scope),
        }),
        "sops" if matches!(texts.first(), Some(&"exec-env" | &"exec-file")) => {
            let mut scope = scope.clone();
            if texts[0] == "exec-env" {
                scope.given_by("sops", Under::Replaced);
            }
            let rest = after_flags(&words[1..], &["--user"]);
            Some(vec![Inner::Line(joined(rest.get(1..).unwrap_or(&[])), scope)])
        }
        "docker" | "podman" | "nerdctl" | "docker-compose" | "podman-compose" => {
            container::run(reader, name, words, scope)
        }
        "cmd" => windows::cmd(words, scope),
        "powershell" | "pwsh" => windows::powershell(reader, name, words, scope),
        // The place that an alias names: `drush @prod sql:drop`.
        // A site's own tool over there: `acli remote:drush -- sql-drop`, `terminus drush SITE -- sql-drop`.
        "acli" | "terminus" | "platform" | "upsun"
            if texts.first().is_some_and(|verb| matches!(verb.rsplit(':').next(), Some("drush" | "wp"))) =>
        {
            let tool = texts[0].rsplit(':').next().unwrap_or_default();
            let dashes = texts.iter().position(|text| *text == "--");
            let mut scope = scope.clone();
            scope.given_by(name, Under::Elsewhere);
            let behind = dashes.map_or(&words[1..], |at| &words[at + 1..]);
            command(&std::iter::once(Word::sure(tool)).chain(behind.iter().cloned()).collect::<Vec<_>>(), scope)
        }
        "drush" | "wp" if texts.first().is_some_and(|alias| alias.starts_with('@')) => {
            let mut scope = scope.clone();
            scope.given_by(texts[0], Under::Elsewhere);
            command(&std::iter::once(Word::sure(name)).chain(words[1..].iter().cloned()).collect::<Vec<_>>(), scope)
        }
        "vercel" | "vc" if texts.starts_with(&["env", "run"]) => {
            let mut scope = scope.clone();
            scope.given_by("vercel", Under::Replaced);
            command(after_flags(&words[2..], &["-e", "--environment"]), scope)
        }
        "xargs" => Some(each::xargs(reader, words, scope)),
        // ed(1) runs what stands behind a `!`.
        "ed" | "red" if scope.fed != Fed::Nothing => Some(given::fed(scope, |text, scope| {
            text.lines()
                .filter_map(|line| line.strip_prefix('!'))
                .map(|line| Inner::Line(line.to_owned(), scope.clone()))
                .collect()
        })),
        "cargo" if texts.first() == Some(&"watch") => {
            let lines = given::values(&words[1..], &["-s", "--shell"]).into_iter().map(|word| line_in(&word, scope));
            let own = given::values(&words[1..], &["-x", "--exec"]).into_iter();
            Some(lines.chain(own.map(|word| Inner::Line(format!("cargo {}", word.text), scope.clone()))).collect())
        }
        // The first word names the applet: `busybox sh -c LINE`.
        "busybox" | "toybox" => command(words, scope.clone()),
        name if is_shell(name) => shell(reader, words, scope),
        name => given::see_through(name, words, scope)
            .or_else(|| row::see_through(table::of(name), reader, name, words, scope)),
    }
}

/// `script -c LINE FILE`, `script FILE COMMAND`. util-linux takes its flags behind the file as well.
fn script<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &["-c", "--command", "-t", "-T", "-I", "-O", "-B", "-E", "-o"];
    let (own, rest) = leading(words, VALUED);
    let (behind, command) = leading(rest.get(1..).unwrap_or(&[]), VALUED);
    let text = [own, behind].iter().find_map(|flags| flags.value(&["-c", "--command"]).cloned());
    Some(vec![text.map_or_else(|| Inner::Command(command.to_vec(), scope.clone()), |text| line_in(&text, scope))])
}

/// `crontab -`, `crontab FILE`.
fn times<'a>(reader: &Reader<'_>, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let options = options(words, &["-u"]);
    if options.has(&["-l", "-r", "-e"]) {
        return None;
    }
    match options.rest.first() {
        None => Some(Vec::new()),
        Some(word) if word.text == "-" => Some(given::fed(scope, crontab)),
        Some(word) => match reader.file(word, scope) {
            Some(text) => Some(crontab(&text, scope)),
            None => Some(vec![Inner::Unknown("the file of what it will run cannot be read".to_owned(), scope.clone())]),
        },
    }
}

/// The names in the tables of this module.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    table::names()
}

/// The words without a program that stands in front of itself again and again, as in `env env env NAME`.
pub(super) fn without_repeats(words: &[Word]) -> &[Word] {
    const MANY: usize = 8;
    const PLAIN: &[&str] =
        &["env", "command", "builtin", "exec", "nohup", "setsid", "nice", "time", "noglob", "nocorrect", "stdbuf"];
    let plain = words.iter().take_while(|word| PLAIN.contains(&word.text.as_str())).count();
    let same = words.iter().take_while(|word| word.text == words[0].text && words[0].text.len() < 64).count();
    match plain.max(same) {
        count if count > MANY => &words[count - 1..],
        _ => words,
    }
}

/// The commands and keys that tmux sends to a shell.
fn tmux<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    const VALUED: &[&str] = &["-t", "-s", "-n", "-c", "-x", "-y", "-F", "-e", "-l", "-L", "-S", "-f", "-N", "-p"];
    let rest = after_flags(words, VALUED);
    let (verb, rest) = rest.split_first()?;
    let starts = [
        "new", "new-session", "new-window", "neww", "split-window", "splitw", "send-keys", "send", "respawn-pane",
        "respawnp", "run-shell", "run", "popup", "display-popup",
    ];
    if !starts.contains(&verb.text.as_str()) {
        return Some(vec![]);
    }
    let keys = |word: &&Word| !matches!(word.text.as_str(), "Enter" | "C-m" | "KPEnter" | "Space");
    let rest: Vec<Word> = after_flags(rest, VALUED).iter().filter(keys).cloned().collect();
    Some(std::iter::once(line_of(&rest, scope)).chain(given::typed("tmux", &joined(&rest), scope)).collect())
}

/// Words that a shell takes as one line.
fn line_of<'a>(words: &[Word], scope: &Scope<'a>) -> Inner<'a> {
    match words {
        [one] => line_in(one, scope),
        several => Inner::Line(joined(several), scope.clone()),
    }
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
            text if text.starts_with("--split-string=") => {
                let line = format!("{} {}", &text["--split-string=".len()..], joined(&words[at + 1..]));
                return Some(vec![Inner::Line(line, scope)]);
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

/// This program's own `run`: the environment that it names.
fn nexus_env<'a>(words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let run = words.iter().position(|word| !word.text.starts_with('-'))?;
    if words[run].text != "run" {
        return None;
    }
    let words = &words[run + 1..];
    let rest = after_flags(words, &["-e", "--env"]);
    let flags = &words[..words.len() - rest.len()];
    let named = flag_value(flags, &["-e", "--env"]);
    let mut scope = scope.clone();
    if let Some(environment) = named {
        scope.stored_by(&environment.text);
    }
    Some(vec![Inner::Command(rest.to_vec(), scope)])
}
