use std::path::PathBuf;

use super::*;

/// One script beside, and nothing else.
struct Beside;

impl Files for Beside {
    fn read(&self, path: &Path) -> Content {
        match path.to_str() {
            Some("/repo/reads.sh") => {
                Content::Text("#!/bin/sh\nunset CLAUDECODE\nnexus-env get A -e prod\n".to_owned())
            }
            Some("/repo/harmless.sh") => Content::Text("#!/bin/sh\nnexus-env run -e dev -- npm test\n".to_owned()),
            Some("/repo/says.sh") => Content::Text("#!/bin/sh\necho nexus-env allow\n".to_owned()),
            Some("/repo/says") => Content::Text("echo nexus-env allow\n".to_owned()),
            Some("/repo/itself.sh") => Content::Text("#!/bin/sh\n./itself.sh\nbash -c ./itself.sh\n".to_owned()),
            Some("/repo/reads.py") => Content::Text(
                "#!/usr/bin/python3\nsubprocess.run(['nexus-env', 'get', 'A', '-e', 'prod'], env={})".to_owned(),
            ),
            Some(_) | None => Content::Missing,
        }
    }

    fn names(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }
}

fn found(line: &str) -> Option<String> {
    let kept = [PathBuf::from("/home/ada/.local/state/nexus-env"), PathBuf::from("/home/ada/.config/nexus-env")];
    let surroundings = Surroundings {
        files: &Beside,
        cwd: Path::new("/repo"),
        home: Some(Path::new("/home/ada")),
        kept: &kept.iter().map(PathBuf::as_path).collect::<Vec<_>>(),
        protected: &|name| match name {
            "dev" | "test" => Some(false),
            "prod" => Some(true),
            _ => None,
        },
    };
    refusal(line, &surroundings)
}

#[track_caller]
fn refused(lines: &[&str], what: &str) {
    let wrong: Vec<_> = lines.iter().map(|line| (line, found(line))).collect();
    let wrong: Vec<_> = wrong.iter().filter(|(_, why)| !why.as_ref().is_some_and(|why| why.contains(what))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[track_caller]
fn passes(lines: &[&str]) {
    let wrong: Vec<_> = lines.iter().map(|line| (line, found(line))).filter(|(_, why)| why.is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_a_persons_is_refused_however_it_is_written() {
    refused(
        &[
            "nexus-env allow",
            "nexus-env -q allow .",
            "/usr/local/bin/nexus-env allow",
            "~/.cargo/bin/nexus-env deny",
            "$HOME/.cargo/bin/nexus-env allow",
            "\\nexus-env allow",
            "nexus''-env \"allow\"",
            "cd repo && nexus-env guard pause --for 10m",
            "true; nexus-env use prod --write || true",
            "nexus-env run -e dev --write -- true",
            "nexus-env db label -e dev",
            "nexus-env db pin",
            "nexus-env rekey --unprotected -e dev",
            "setsid nexus-env allow",
            "setsid -w nexus-env allow",
            "su -c 'nexus-env allow' ada",
            "sudo -u ada nexus-env allow",
            "script -qc 'nexus-env use prod --write' /dev/null",
            "printf prod | script -qc 'nexus-env use prod --write'",
            "expect -c 'spawn nexus-env guard pause'",
            "timeout 5 nexus-env allow",
            "nohup nexus-env allow &",
            "(nexus-env allow)",
            "if true; then nexus-env allow; fi",
            "x=$(nexus-env allow 2>&1)",
            "for v in deny allow; do nexus-env $v; done",
            "n=nexus-env; $n allow",
            "f() { nexus-env allow; }; f",
            "alias a='nexus-env allow'; a",
            "eval 'nexus-env allow'",
            "bash -c 'nexus-env allow'",
            "bash -lc \"sh -c 'nexus-env allow'\"",
            "echo 'nexus-env allow' | bash",
            "printf 'nexus-env allow\\n' | sh -s",
            "bash <<EOF\nnexus-env allow\nEOF",
            "bash <<< 'nexus-env allow'",
            "echo allow | xargs nexus-env allow",
            "find . -name x -exec nexus-env allow \\;",
            "trap 'nexus-env allow' EXIT",
            "tmux new-session -d 'nexus-env allow'",
            "python3 -c 'import subprocess; subprocess.run([\"nexus-env\", \"allow\"])'",
            "node -e 'require(\"child_process\").execSync(\"nexus-env allow\")'",
            "echo 'nexus-env allow' > /tmp/x.sh; bash /tmp/x.sh",
            "nexus-env run -e dev -- nexus-env allow",
            "nexus-env set A -e prod",
            "nexus-env unset A --env=prod",
            "nexus-env recipients add bob age1 -e prod",
            "nexus-env recipients remove bob -e dev -e prod",
            "nexus-env recipients approve bob -e dev",
            "nexus-env rekey -e dev --env=prod",
            "nexus-env rotate -e prod",
            "cat v | nexus-env import .env -e prod",
        ],
        "a person's to type",
    );
}

#[test]
fn a_marker_is_not_taken_away_in_front_of_what_an_agent_is_refused() {
    refused(
        &[
            "env -u CLAUDECODE nexus-env get DATABASE_URL -e prod",
            "env --unset=CLAUDECODE nexus-env get A -e prod",
            "env -uCLAUDECODE nexus-env get A -e prod",
            "env -i HOME=$HOME PATH=$PATH nexus-env get A -e prod",
            "env - nexus-env get A -e prod",
            "env -iv HOME=$HOME nexus-env get A -e prod",
            "/usr/bin/env -u CLAUDECODE nexus-env get A",
            "env -S '-u CLAUDECODE nexus-env get A -e prod'",
            "CLAUDECODE= nexus-env run -e prod -- printenv",
            "CLAUDECODE=0 nexus-env run -- printenv",
            "CODEX_SANDBOX= AI_AGENT=false nexus-env export -e prod --format json",
            "unset CLAUDECODE; nexus-env export -e prod --format json",
            "unset -v CLAUDECODE && cd x && nexus-env get A -e prod",
            "export CLAUDECODE=; nexus-env get A -e prod",
            "declare +x CLAUDECODE; nexus-env get A -e prod",
            "set -e CLAUDECODE; nexus-env get A -e prod",
            "env -u CLAUDECODE bash -c 'nexus-env get A -e prod'",
            "bash -c 'unset CLAUDECODE; nexus-env get A -e prod'",
            "E='env -i'; $E nexus-env get A -e prod",
            "sh -c 'env -i nexus-env get A -e prod'",
            "exec -c nexus-env get A -e prod",
            "(unset CLAUDECODE; exec nexus-env get A -e prod)",
            "export NEXUS_ENV_ACCESS=read-write; nexus-env run -- printenv",
            "NEXUS_ENV=prod NEXUS_ENV_ROOT=$PWD nexus-env get A",
            "XDG_STATE_HOME=/tmp/x nexus-env get A -e prod",
            "sudo -u ada nexus-env get A -e prod",
            "su ada -c 'nexus-env get A -e prod'",
            "ssh localhost nexus-env get A -e prod",
            "ssh localhost 'nexus-env get A -e prod'",
            "tmux send-keys 'nexus-env get A -e prod' Enter",
            "systemd-run --user --pipe nexus-env get A -e prod",
            "echo 'nexus-env get A -e prod' | env -u CLAUDECODE sh",
            "python3 -c 'import os; os.environ.pop(\"CLAUDECODE\"); os.system(\"nexus-env get A -e prod\")'",
            "perl -e 'delete $ENV{CLAUDECODE}; exec \"nexus-env\", \"get\", \"A\", \"-e\", \"prod\"'",
            "./reads.sh",
            "bash reads.sh",
            "./reads.py",
            "env -u CLAUDECODE nexus-env __load bash:5.2 use prod",
        ],
        "which may hand it a protected environment",
    );
}

#[test]
fn what_the_program_keeps_is_not_reached_into() {
    refused(
        &[
            "echo x > ~/.local/state/nexus-env/allowed/abc",
            "echo x >>\"$HOME/.config/nexus-env/config.toml\"",
            "cp mark ~/.local/state/nexus-env/allowed/",
            "rm -rf $XDG_STATE_HOME/nexus-env",
            "tee ${XDG_STATE_HOME:-$HOME/.local/state}/nexus-env/pins/x",
            "sed -i s/a/b/ /home/ada/.config/nexus-env/config.toml",
            "cd ~/.local/state/nexus-env && rm generation",
            "find ~/.local/state/nexus-env -name x -delete",
            "ln -s /tmp/x ../home/ada/.local/state/nexus-env/grants",
        ],
        "is not a coding agent's to change",
    );
    refused(
        &["cat ~/.config/nexus-env/identity.txt", "age -d -i ~/.config/nexus-env/identity.txt x"],
        "the identity is a person's",
    );
}

#[test]
fn what_is_taken_out_of_a_programs_environment_is_told_from_what_is_not() {
    let all = Some("all of it");
    for (words, expected) in [
        ("env -i x", all),
        ("env - x", all),
        ("/usr/bin/env --ignore-environment x", all),
        ("env -iv x", all),
        ("env -vi x", all),
        ("env X=1 -0i x", all),
        ("exec -c x", all),
        ("env -u CLAUDECODE x", Some("CLAUDECODE")),
        ("env -uCLAUDECODE x", Some("CLAUDECODE")),
        ("env -vuCLAUDECODE x", Some("CLAUDECODE")),
        ("env -vu CLAUDECODE x", Some("CLAUDECODE")),
        ("env --unset CLAUDECODE x", Some("CLAUDECODE")),
        ("env --unset=CLAUDECODE x", Some("CLAUDECODE")),
        ("CLAUDECODE= x", Some("CLAUDECODE")),
        ("env NEXUS_ENV_X=1 x", Some("NEXUS_ENV_X")),
        ("env XDG_STATE_HOME=/tmp x", Some("XDG_STATE_HOME")),
        ("env -u PATH x", None),
        ("env -v x", None),
        ("env -C i x", None),
        ("env -Ci x", None),
        ("env -uxi x", None),
        ("grep -i x", None),
        ("sed -i x", None),
        ("bash -c x", None),
        ("A=CLAUDECODE x", None),
    ] {
        assert_eq!(tampers(&words.split(' ').collect::<Vec<_>>()).as_deref(), expected, "{words}");
    }
}

#[test]
fn a_script_is_a_shells_by_its_first_line() {
    for (text, expected) in [
        ("#!/bin/sh\n", true),
        ("#!/usr/bin/env bash", true),
        ("#! /usr/bin/env -S zsh -e\nx", true),
        ("#!/usr/bin/python3\nsh", false),
        ("#!/usr/bin/env node", false),
        ("#!/opt/bashful/x", false),
        ("", false),
    ] {
        assert_eq!(is_shell_script(text), expected, "{text:?}");
    }
}

#[test]
fn harmless_lines_are_let_alone() {
    passes(&[
        "nexus-env status",
        "nexus-env list -e dev",
        "nexus-env list -e prod",
        "nexus-env run -e dev -- true",
        "nexus-env run -- npm test",
        "nexus-env get A -e dev",
        "nexus-env get A -e prod",
        "nexus-env set A -e dev",
        "nexus-env set A",
        "nexus-env set A -e elsewhere",
        "nexus-env guard check -- npx prisma db push",
        "nexus-env guard check --line 'nexus-env allow'",
        "nexus-env allow --help",
        "nexus-env --help; nexus-env doctor --json | jq .",
        "env -u FOO nexus-env list -e dev",
        "env -u CLAUDECODE ls",
        "env -u CLAUDECODE nexus-env status",
        "CLAUDECODE= nexus-env run -e dev -- true",
        "stdbuf -i 0 nexus-env get A -e prod",
        "unset CLAUDECODE; claude -p x",
        "NODE_ENV=test nexus-env run -e test -- npm test",
        "git commit -m 'env -u CLAUDECODE nexus-env guard pause'",
        "time git commit -m 'nexus-env allow'",
        "env GIT_PAGER= git log --grep 'nexus-env allow'",
        "gh pr create --body 'run nexus-env allow'",
        "echo 'nexus-env allow'",
        "echo 'then: nexus-env allow' >> README.md",
        "grep -rn 'nexus-env allow' .",
        "cat <<EOF > notes.md\nnexus-env allow\nEOF",
        "which nexus-env",
        "cargo install nexus-env",
        "cargo test -p nexus-env allow",
        "./harmless.sh",
        "./says.sh",
        "bash says.sh",
        "bash says",
        ". ./says",
        "./itself.sh",
        "ls ~/.config/nexus-env",
        "cat ~/.config/nexus-env/config.toml",
        "tail -5 ~/.local/state/nexus-env/proxy.log",
        "rm -rf /tmp/x/.config/nexus-env",
        "npm test",
    ]);
}
