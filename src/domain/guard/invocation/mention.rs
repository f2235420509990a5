//! Whether a destructive command is named where nobody here can tell whether it runs: behind a program that is not known, and in
//! a text that cannot be read as a line. It goes by the names alone, and opens no file.

use super::options::{is_one_expansion, joined};
use super::{Word, client, prisma, program, tool};
use crate::domain::guard::sql::{self, Danger};
use crate::domain::guard::verdict::Effect;

/// Programs that print, search, edit or commit: a command in their words is only a mention.
const TALKERS: &[&str] = &[
    "echo", "printf", "print", "git", "gh", "glab", "hub", "grep", "egrep", "fgrep", "rg", "ag", "ack", "man", "tldr",
    "which", "type", "whence", "where", "whereis", "apropos", "whatis", "info", "help", "brew", "apt", "apt-get",
    "apt-cache", "dpkg", "dnf", "yum", "apk", "pacman", "port", "pip", "pip3", "pipx", "gem", "snap", "rustup",
    "ctags", "pgrep", "pkill", "killall", "basename", "dirname", "realpath", "readlink", "stat", "file", "command",
    "alias", "abbr", "cat", "bat", "less", "more", "head", "tail", "vim", "vi", "nvim", "nano", "emacs", "code",
    "cursor", "ls", "rm", "cp", "mv", "mkdir", "touch", "sed", "awk", "jq", "yq", "curl", "wget", "http", "test", "[",
    "say", "notify-send", "tee", "wc", "history", "fc", "logger", "npm", "pnpm", "yarn", "bun", "node", "python",
    "python3", "nexus-env", "export", "set", "read", "complete", "claude", "codex", "tmux", "open", "xdg-open",
    "pbcopy", "diff", "sort", "true", "false", ":", "exit", "return", "locate", "plocate", "mdfind",
];

/// Programs that check or test code, keep processes, or name files: names in their words are names of tests and files.
const EXAMINES: &[&str] = &[
    "pytest", "jest", "vitest", "mocha", "ava", "playwright", "cypress", "phpunit", "rspec", "eslint", "prettier",
    "biome", "tsc", "ruff", "black", "mypy", "pylint", "rubocop", "go", "cargo", "mvn", "gradle", "gradlew",
    "shellcheck", "sqlfluff", "pg_format", "hadolint", "linear", "jira", "slack", "trash", "mdfind", "locate",
    "plocate", "fd", "find", "ssh-add", "chmod", "chown", "ln", "zip", "tar", "diffstat", "tig", "lazygit", "op", "bw",
    "pass", "gopass", "vault", "lsof", "fzf", "sk", "peco", "mail", "mailx", "mutt", "zgrep", "zcat", "stern", "pm2",
    "supervisorctl", "systemctl", "launchctl", "service", "ufw", "firewall-cmd", "ip", "nft", "iptables", "ip6tables",
    "asdf", "volta", "nvm", "conda", "mamba", "zypper", "emerge", "aptitude", "choco", "scoop", "winget", "nix-env",
    "svn", "hg", "jj", "gt", "sl", "minikube", "kind", "k3d", "vagrant", "colima", "multipass", "tox", "nox", "bats",
    "semgrep", "stylelint", "act", "sqlc", "squawk", "gitleaks", "llm", "aider", "ollama", "notify",
    "terminal-notifier", "bd", "todo", "taskwarrior", "obsidian", "zellij", "kubectx", "kubens", "ansible-lint",
];

/// Whether these words, behind a program of this name, are a guarded command of Prisma's or of a rule's tool that the program may start. Those that
/// print, search, edit or commit are known not to.
pub fn may_run(name: &str, words: &[Word]) -> bool {
    let guarded = |words: &[Word]| {
        let named = words.first().map(program::known_as);
        let matters = |name: &str| {
            tool::is_at_least(Effect::Gated, name, &words[1..]) || client::is_destructive(name, &words[1..])
        };
        named.is_some_and(matters)
            || program::prisma_words(words)
                .is_some_and(|(prefix, behind)| prefix.is_empty() && prisma::is_guarded(behind.rest))
    };
    !TALKERS.contains(&name) && guarded(words)
}

/// Whether a program of this name prints, searches, checks or commits what its words say.
pub fn only_mentions(name: &str) -> bool {
    const FORMATS: &[&str] = &["fmt", "format", "lint", "pygment"];
    TALKERS.contains(&name) || EXAMINES.contains(&name) || FORMATS.iter().any(|part| name.contains(part))
}

/// A guarded command as a list in one word, which a service runs in a container of its own: `--args=npx,prisma,migrate,deploy`.
pub fn listed(name: &str, words: &[Word]) -> Option<Vec<Word>> {
    let value = |(at, word): (usize, &Word)| match word.text.split_once('=') {
        Some(("--args" | "--command", list)) => Some(list.to_owned()),
        _ if matches!(word.text.as_str(), "--args" | "--command") => Some(words.get(at + 1)?.text.clone()),
        _ => None,
    };
    let list: Vec<Word> = words.iter().enumerate().filter_map(value).flat_map(|list| split(&list)).collect();
    let at = (0..list.len()).find(|at| may_run(name, &list[*at..]))?;
    Some(list[at..].to_vec())
}

fn split(list: &str) -> Vec<Word> {
    list.split(',').map(Word::sure).collect()
}

/// Where a shell's name stands behind a program that may run it, as in `busybox sh -c …` or `nsenter -t 1 sh x.sh`.
pub fn shell_inside(name: &str, words: &[Word]) -> Option<usize> {
    const KEEPS: &[&str] =
        &["install", "add", "remove", "uninstall", "update", "upgrade", "search", "show", "use", "chsh"];
    let at = (1..words.len()).find(|at| program::is_shell(words[*at].base()))?;
    let is_given = words.get(at + 1).is_some_and(|word| word.text.starts_with('-') || word.text.contains(['/', '.']));
    let kept = words[..at].iter().any(|word| KEEPS.contains(&word.text.as_str()));
    (is_given && !kept && !TALKERS.contains(&name)).then_some(at)
}

/// A line in one word, where a program that nobody here knows is told to run it somewhere: `exec 'bin/rails db:reset'`.
pub fn line_inside<'w>(name: &str, words: &'w [Word]) -> Option<&'w str> {
    const TELLS: &[&str] = &["exec", "ssh", "shell", "invoke", "run-command", "enter", "--command", "--exec", "-exec"];
    let is_line = |word: &&Word| word.text.contains(char::is_whitespace) && !is_one_expansion(&word.text);
    let told = words.iter().position(|word| TELLS.contains(&word.text.as_str()));
    let line = told.and_then(|at| words[at + 1..].iter().find(is_line)).filter(|_| !TALKERS.contains(&name));
    // `secrets run --env prod 'bin/rails db:drop'`: the last word, where it begins with a program that is known.
    let runs = || words.iter().any(|word| matches!(word.text.as_str(), "run" | "--")) && !only_mentions(name);
    let begins = |word: &&Word| word.text.split_whitespace().next().is_some_and(is_known);
    line.or_else(|| words.last().filter(is_line).filter(begins).filter(|_| runs())).map(|line| line.text.as_str())
}

/// Whether a program of this name runs the tests of the files that it is given.
pub fn runs_tests(name: &str) -> bool {
    const NAMES: &[&str] =
        &["vitest", "jest", "mocha", "ava", "uvu", "tap", "playwright", "pytest", "rspec", "phpunit"];
    NAMES.contains(&name)
}

/// The command behind `--`, where a program that nobody here knows may run it: `aws-sso exec --profile x -- aws …`.
pub fn behind_dashes<'w>(name: &str, words: &'w [Word]) -> Option<&'w [Word]> {
    let at = words.iter().position(|word| word.text == "--")?;
    (!TALKERS.contains(&name) && words.len() > at + 1).then(|| &words[at + 1..])
}

/// Whether a text that could not be read as a line may start a command that matters: it names a program that a rule knows,
/// or one that runs what it is given, with quotes and backslashes in it or not; or it spells names in a way of its own.
pub fn could_start_one(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
    let apart = |c: char| c.is_whitespace() || "`();|&{}<>=$".contains(c);
    text.contains("$'") || plain.split(apart).filter(|word| !word.is_empty()).any(is_known)
}

/// Whether a rule knows the program, or it runs what it is given.
fn is_known(word: &str) -> bool {
    let word = Word::sure(word);
    let name = program::known_as(&word);
    RUNS.contains(&name) || program::is_shell(name) || client::is_named(name) || tool::is_named(name)
}

/// Programs that run what stands in their words, in a file or on their input.
pub(super) const RUNS: &[&str] = &[
    "prisma", "prisma7", "wasp", "rw", "redwood", "zenstack", "npx", "npm", "pnpm", "pnpx", "yarn", "bun", "bunx",
    "deno", "run-s", "run-p", "npm-run-all", "concurrently", "turbo", "nx", "lerna", "make", "gmake", "just", "task",
    "go-task", "mise", "composer", "node", "nodejs", "tsx", "ts-node", "python", "python3", "ruby", "perl", "php",
    "sudo", "doas", "su", "ssh", "docker", "podman", "kubectl", "oc", "heroku", "xargs", "parallel", "busybox", "eval",
    "source", "dotenv", "dotenvx", "env-cmd", "cross-env", "doppler", "bundle", "poetry", "pipenv", "uv", "nexus-env",
];

/// Whether a text that could not be read as a line names a destructive command: a tool's name, and the command's words right
/// behind it.
pub fn in_text(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || "'\"`();|&".contains(c)).collect();
    let words: Vec<Word> = words.into_iter().filter(|word| !word.is_empty()).map(Word::sure).collect();
    (0..words.len()).any(|at| {
        let base = words[at].base();
        let name = base.split('@').next().unwrap_or(base);
        let behind = &words[at + 1..words.len().min(at + 9)];
        match name {
            "prisma" | "prisma7" => prisma::is_guarded(behind),
            "psql" => {
                matches!(sql::read(&joined(behind)).danger, Danger::Destructive)
                    || behind.iter().any(|word| matches!(word.text.to_ascii_uppercase().as_str(), "DROP" | "TRUNCATE"))
            }
            name => tool::is_destructive(name, behind),
        }
    })
}
