//! The plain wrappers, a row each: the flags and words between the name and the command, and what each gives the command's
//! environment. It looks at no file.

use crate::domain::guard::invocation::options::{after_flags, flag_value, joined};
use crate::domain::guard::invocation::{Inner, Word};
use crate::domain::guard::scope::{Scope, Under};

/// One row.
struct Wrapper {
    names: &'static [&'static str],
    /// The word that makes it a wrapper, as in `doppler run`; none where the name alone does.
    verb: &'static [&'static str],
    /// Flags that take the next word.
    valued: &'static [&'static str],
    /// Words between the flags and the command.
    skip: usize,
    gives: Gives,
}

/// What a wrapper does to the environment.
#[derive(Clone, Copy)]
enum Gives {
    Nothing,
    /// Its own values, over the process's.
    Secrets,
    /// Hardly any: what the process has does not reach the command.
    Fresh,
}

use Gives::{Fresh, Nothing, Secrets};

const fn row(
    names: &'static [&'static str],
    verb: &'static [&'static str],
    valued: &'static [&'static str],
    skip: usize,
    gives: Gives,
) -> Wrapper {
    Wrapper { names, verb, valued, skip, gives }
}

const WRAPPERS: &[Wrapper] = &[
    row(
        &[
            "nohup", "setsid", "builtin", "noglob", "nocorrect", "chronic", "unbuffer", "rtk", "command", "with-env",
            "corepack", "xvfb-run", "-", "winpty", "proxychains", "proxychains4", "torsocks", "tsocks", "fakeroot",
            "firejail", "dumb-init", "start", "call",
        ],
        &[],
        &[],
        0,
        Nothing,
    ),
    row(&["time", "gtime"], &[], &["-o", "-f", "--output", "--format"], 0, Nothing),
    row(&["exec"], &[], &["-a"], 0, Nothing),
    row(&["timeout", "gtimeout"], &[], &["-s", "--signal", "-k", "--kill-after"], 1, Nothing),
    row(&["nice"], &[], &["-n", "--adjustment"], 0, Nothing),
    row(&["ionice"], &[], &["-c", "-n", "-p", "--class", "--classdata"], 0, Nothing),
    row(&["stdbuf"], &[], &["-i", "-o", "-e"], 0, Nothing),
    row(&["taskset", "chrt"], &[], &[], 1, Nothing),
    row(&["gosu", "su-exec", "wait-for-it", "wait-for-it.sh"], &[], &["-t", "--timeout", "-h", "-p"], 1, Nothing),
    row(&["dockerize"], &[], &["-wait", "-timeout", "-template"], 0, Nothing),
    row(&["caffeinate"], &[], &["-t", "-w"], 0, Nothing),
    row(&["strace", "ltrace"], &[], &["-o", "-e", "-p", "-s"], 0, Nothing),
    row(&["tini"], &[], &["-p", "-e"], 0, Nothing),
    row(&["tsp", "ts"], &[], &["-L", "-N", "-D", "-O", "-E"], 0, Nothing),
    row(&["pueue"], &["add"], &["-w", "--working-directory", "-g", "--group", "-l", "--label"], 0, Nothing),
    row(&["perf"], &["stat", "record", "trace"], &["-e", "-o", "-p", "-r", "-F"], 0, Nothing),
    row(&["valgrind", "gdb", "lldb"], &[], &["-ex", "-x", "-o"], 0, Nothing),
    row(&["chpst"], &[], &["-u", "-U", "-b", "-e", "-/", "-n", "-l", "-L", "-m", "-o", "-p", "-f", "-c"], 0, Nothing),
    row(&["setuidgid", "s6-setuidgid", "envdir", "s6-envdir"], &[], &[], 1, Nothing),
    row(&["setpriv"], &[], &["--reuid", "--regid", "--groups", "--inh-caps", "--bounding-set"], 0, Nothing),
    row(&["unshare", "bwrap"], &[], &["-R", "-w", "-S", "-G", "--root", "--wd", "--setuid", "--setgid"], 0, Nothing),
    row(
        &["start-stop-daemon"],
        &[],
        &["-u", "-c", "-p", "-d", "-x", "--user", "--chuid", "--pidfile", "--chdir"],
        0,
        Nothing,
    ),
    row(&["pkexec"], &[], &["--user"], 0, Fresh),
    row(
        &["run0", "systemd-run"],
        &[],
        &[
            "-u", "--unit", "--user", "-p", "--property", "-E", "--setenv", "-M", "--machine", "-H", "--host", "-g",
            "--group", "-D", "--chdir", "--working-directory", "--uid", "--gid", "--description", "--slice", "--nice",
            "--on-calendar", "--on-active",
        ],
        0,
        Fresh,
    ),
    row(&["microk8s", "k3s", "k0s", "minikube", "tsh"], &[], &[], 0, Nothing),
    row(&["sshpass"], &[], &["-p", "-f", "-d", "-P"], 0, Nothing),
    row(&["rvm"], &["do"], &[], 0, Nothing),
    row(&["rvm"], &[], &[], 2, Nothing),
    row(&["direnv"], &["exec"], &[], 1, Secrets),
    row(&["mise", "rtx"], &["exec", "x"], &[], 0, Nothing),
    row(&["volta"], &["run"], &["--node", "--npm", "--pnpm", "--yarn"], 0, Nothing),
    row(&["fnm"], &["exec"], &["--using"], 0, Nothing),
    row(&["asdf"], &["exec"], &[], 0, Nothing),
    row(&["nvm"], &["exec"], &[], 1, Nothing),
    row(&["devbox"], &["run"], &["-c", "--config"], 0, Nothing),
    row(&["poetry", "pipenv", "uv", "pdm", "hatch", "rye"], &["run"], &["--with", "-p", "--python"], 0, Nothing),
    row(&["uvx", "pipx-run"], &[], &["--from", "--with", "-p", "--python", "--index-url"], 0, Nothing),
    row(&["pipx"], &["run"], &["--spec", "--python"], 0, Nothing),
    row(&["conda", "micromamba", "mamba"], &["run"], &["-n", "--name", "-p", "--prefix", "--cwd"], 0, Nothing),
    row(&["pixi"], &["run"], &["-e", "--environment", "--manifest-path"], 0, Nothing),
    row(&["foreman", "honcho"], &["run"], &["-e", "--env", "-f", "--procfile", "-d", "--root"], 0, Secrets),
    row(&["bundle"], &["exec", "e", "ex", "exe"], &[], 0, Nothing),
    row(&["rbenv", "pyenv", "nodenv", "goenv", "jenv"], &["exec"], &[], 0, Nothing),
    row(&["chruby-exec"], &[], &[], 1, Nothing),
    row(
        &["doppler"],
        &["run"],
        &["-p", "--project", "-c", "--config", "-t", "--token", "--mount", "--scope"],
        0,
        Secrets,
    ),
    row(&["op"], &["run"], &["--env-file", "--account"], 0, Secrets),
    row(&["infisical"], &["run"], &["--env", "--path", "--projectId", "--token", "--tags"], 0, Secrets),
    row(&["railway"], &["run"], &["-s", "--service", "-e", "--environment", "-p", "--project"], 0, Secrets),
    row(&["chamber", "aws-vault"], &["exec"], &["-d", "--duration", "--region"], 1, Secrets),
    row(&["envchain"], &[], &[], 1, Secrets),
    row(&["secretspec", "teller", "summon"], &["run"], &["-p", "--profile", "-c"], 0, Secrets),
    row(&["summon", "envconsul"], &[], &["-f", "-e", "-p", "-D"], 0, Secrets),
];

/// Their own flags may also follow their words, so that the command begins behind `--`, where there is one.
const DASHED: &[&str] = &["kubectl", "oc", "chamber", "aws-vault", "mise", "rtx", "wait-for-it", "wait-for-it.sh"];

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    WRAPPERS.iter().flat_map(|row| row.names.iter().copied())
}

/// What is inside, if a row has this name.
pub fn see_through<'a>(name: &str, words: &[Word], scope: &Scope<'a>) -> Option<Vec<Inner<'a>>> {
    let verb_of = |wrapper: &Wrapper| match wrapper.verb {
        [] => Some(0),
        verbs => {
            let at = words.len() - after_flags(words, wrapper.valued).len();
            verbs.contains(&words.get(at)?.text.as_str()).then_some(at + 1)
        }
    };
    let (wrapper, at) = WRAPPERS
        .iter()
        .filter(|wrapper| wrapper.names.contains(&name))
        .find_map(|wrapper| Some((wrapper, verb_of(wrapper)?)))?;
    let words = &words[at..];
    let mut scope = scope.clone();
    let preserves = words.iter().any(|word| word.text.starts_with("--preserve-env"));
    match wrapper.gives {
        Nothing => {}
        Secrets if preserves => scope.given_by(name, Under::Kept),
        Secrets => scope.given_by(name, Under::Replaced),
        Fresh => scope.clear(),
    }
    if let (Secrets, Some(text)) = (wrapper.gives, flag_value(words, &["--command"])) {
        return Some(vec![Inner::Line(text.text, scope)]);
    }
    let rest = after_flags(words, wrapper.valued);
    let dashes = |words: &[Word]| words.iter().position(|word| word.text == "--");
    let rest = match (dashes(words), dashes(rest)) {
        (Some(at), _) if DASHED.contains(&name) => &words[at + 1..],
        (_, Some(at)) if at <= wrapper.skip => &rest[at + 1..],
        (_, _) => rest.get(wrapper.skip..).unwrap_or(&[]),
    };
    Some(vec![match rest.first() {
        // A whole line in one word.
        Some(first) if first.text.contains(char::is_whitespace) => Inner::Line(joined(rest), scope),
        Some(_) | None => Inner::Command(rest.to_vec(), scope),
    }])
}
