//! The plain wrappers, a row each: the flags and words between the name and the command, and what each gives the command's
//! environment. It looks at no file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::place;
use super::row::Gives::{Fresh, Nothing, Secrets, Under};
use super::row::{Row, row};

pub static WRAPPERS: &[Row] = &[
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
    row(&["nq", "bsub", "salloc", "daemonize", "daemon"], &[], &["-q", "-J", "-o", "-e", "-n", "-M", "-W"], 0, Nothing),
    row(&["srun"], &[], &["-n", "-N", "-p", "-t", "-J", "-A", "-c", "-w", "-o", "-e"], 0, Nothing),
    row(&["perf"], &["stat|record|trace"], &["-e", "-o", "-p", "-r", "-F"], 0, Nothing),
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
    // github.com/openai/codex, "codex sandbox".
    row(&["codex"], &["sandbox|debug", "linux|macos|windows|landlock|seatbelt"], &["-c", "--config"], 0, Nothing),
    row(&["mise", "rtx"], &["exec|x"], &[], 0, Nothing),
    row(&["volta"], &["run"], &["--node", "--npm", "--pnpm", "--yarn"], 0, Nothing),
    row(&["fnm"], &["exec"], &["--using"], 0, Nothing),
    row(&["asdf"], &["exec"], &[], 0, Nothing),
    row(&["nvm"], &["exec"], &[], 1, Nothing),
    row(&["devbox"], &["run"], &["-c", "--config"], 0, Nothing),
    // docs.astral.sh/uv/reference/cli, "uv run".
    row(
        &["poetry", "pipenv", "uv", "pdm", "hatch", "rye"],
        &["run"],
        &[
            "--with", "-p", "--python", "--env-file", "--extra", "--group", "--only-group", "--package", "--project",
            "--directory", "--with-editable", "--with-requirements", "--index", "--index-url", "--extra-index-url",
            "--default-index", "--config-file", "--cache-dir", "-C", "-e", "-P",
        ],
        0,
        Nothing,
    ),
    row(&["uvx", "pipx-run"], &[], &["--from", "--with", "-p", "--python", "--index-url"], 0, Nothing),
    row(&["pipx"], &["run"], &["--spec", "--python"], 0, Nothing),
    row(&["conda", "micromamba", "mamba"], &["run"], &["-n", "--name", "-p", "--prefix", "--cwd"], 0, Nothing),
    row(&["pixi"], &["run"], &["-e", "--environment", "--manifest-path"], 0, Nothing),
    row(&["bundle"], &["exec|e|ex|exe"], &[], 0, Nothing),
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
    row(&["saml2aws"], &["exec"], &["-a", "--idp-account", "-p", "--profile", "--exec-profile"], 0, Secrets),
    row(&["chamber", "aws-vault"], &["exec"], &["-d", "--duration", "--region"], 1, Secrets),
    row(&["envchain"], &[], &[], 1, Secrets),
    row(&["secretspec", "teller", "summon"], &["run"], &["-p", "--profile", "-c"], 0, Secrets),
    // github.com/cyberark/summon; github.com/remind101/ssm-env.
    row(
        &["summon"],
        &[],
        &["-f", "-e", "-p", "-D", "--yaml", "--provider", "--environment", "--ignore", "--up", "--subs"],
        0,
        Secrets,
    ),
    row(&["ssm-env"], &[], &["-template"], 0, Secrets),
    // github.com/hashicorp/envconsul.
    row(
        &["envconsul"],
        &[],
        &[
            "-secret", "-prefix", "-config", "-consul-addr", "-vault-addr", "-vault-token", "-log-level",
            "-kill-signal", "-kill-timeout", "-wait", "-pid-file",
        ],
        0,
        Secrets,
    ),
    row(
        &["varlock", "fnox", "bws", "phase", "lade"],
        &["run|exec|x"],
        &[
            "-e", "--env", "--environment", "-P", "--profile", "--app", "--path", "--tags", "--project-id", "-p",
            "--access-token", "-c", "--config",
        ],
        0,
        Secrets,
    ),
    row(&["esc"], &["run"], &["--env"], 1, Secrets),
    row(&["pulumi"], &["env", "run"], &["--env"], 1, Secrets),
    row(
        &["vault-env", "vaultenv", "conjur-env", "akeyless-env", "envkey-source"],
        &[],
        &["--secrets-file", "--host", "--token"],
        0,
        Secrets,
    ),
    row(&["envio", "gopass", "pass"], &["exec|env"], &["-k", "--keep-case"], 1, Secrets),
    row(&["berglas", "secrethub", "ejson2env", "keyring"], &["exec|run"], &["--local"], 0, Secrets),
    row(&["netlify", "ntl"], &["dev:exec"], &["--context"], 0, Secrets),
    row(
        &["dotenv-flow"],
        &[],
        &["-p", "--path", "-n", "--node-env", "-e", "--env", "-c", "--pattern", "-d", "--default-node-env"],
        0,
        Under,
    ),
    row(&["godotenv", "shdotenv"], &[], &["-f", "-e", "--env"], 0, Under),
];

static NAMED: LazyLock<BTreeMap<&'static str, Vec<&'static Row>>> = LazyLock::new(|| {
    let mut named: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows() {
        row.names.iter().for_each(|name| named.entry(name).or_default().push(row));
    }
    named
});

fn rows() -> impl Iterator<Item = &'static Row> {
    place::PLACES.iter().chain(WRAPPERS)
}

/// The names of all rows.
pub fn names() -> impl Iterator<Item = &'static str> {
    rows().flat_map(|row| row.names.iter().copied())
}

/// The rows of a name.
pub fn of(name: &str) -> &'static [&'static Row] {
    NAMED.get(name).map_or(&[], Vec::as_slice)
}
