//! What the words of a line are to whoever looks for this program in it: what starts another one, what runs code, what only looks.

use crate::domain::config::marker::is_marker;
use crate::domain::text::pattern;

/// Programs that start another one, whose name and words follow their own; and programs that run what a word of theirs says.
const STARTERS: &str = "env sudo doas su runuser setpriv nohup setsid script time timeout gtimeout nice ionice chrt taskset stdbuf \
    unbuffer expect socat xargs parallel watch spawn strace ltrace gdb command builtin exec noglob nocorrect coproc \
    busybox toybox chroot unshare nsenter firejail bwrap systemd-run launchctl dbus-run-session ssh tmux screen \
    zellij dtach abduco at batch crontab flock entr find fd chronic caffeinate arch direnv mise asdf nix nix-shell \
    docker podman kubectl npx npm pnpm yarn bun uv poetry pipenv bundle cross-env dotenv dotenvx env-cmd \
    concurrently trap eval alias make start-stop-daemon";

/// What they start does not have the environment of who starts them.
const ELSEWHERE: &str = "sudo doas su runuser systemd-run launchctl ssh tmux screen zellij at batch crontab docker podman kubectl \
    chroot nsenter firejail bwrap";

pub const SHELLS: &str = "sh bash zsh dash ksh mksh ash fish rbash yash source .";

/// Programs that run code of another language, which may set any environment for what it starts.
pub const INTERPRETERS: &str = "python python2 python3 pypy3 node nodejs deno tsx perl ruby php lua awk gawk tclsh osascript Rscript julia \
    pwsh";

/// Programs that look at files, and change none.
pub const LOOKERS: &str = "ls cat bat head tail less more grep egrep fgrep rg ag stat file wc diff cmp test [ [[ du tree sha256sum shasum \
    md5sum echo printf jq realpath readlink dirname basename git gh which type xxd od hexdump strings sort uniq \
    cut";

/// A marker of an agent's, a name of ours, or one that says where ours is kept.
pub fn is_ours(name: &str) -> bool {
    is_marker(name)
        || name.starts_with("NEXUS_ENV")
        || matches!(name, "XDG_STATE_HOME" | "XDG_CONFIG_HOME" | "__nexus_env_state")
}

/// What letters of env(1) take out: `-iv`, `-vuNAME`, `-vu NAME`.
fn bundled<'w>(word: &'w str, next: &'w str) -> Option<&'w str> {
    let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
    let (flags, value) = letters.split_at(letters.find(['u', 'C', 'S', 'P']).unwrap_or(letters.len()));
    if flags.contains('i') {
        return Some("all of it");
    }
    let name = value.strip_prefix('u')?;
    Some(if name.is_empty() { next } else { name }).filter(|name| is_ours(name))
}

/// What the words in front of a program take out of its environment, or set in it.
pub fn tampers(words: &[&str]) -> Option<String> {
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        let behind = || words.get(at + 1).copied().unwrap_or_default();
        let is_of_env = words[..at].iter().any(|word| base(word) == "env");
        let named = match *word {
            "-" | "--ignore-environment" if is_of_env => Some("all of it"),
            word if is_of_env && bundled(word, behind()).is_some() => bundled(word, behind()),
            // bash's `exec -c`.
            "-c" if words[..at].last() == Some(&"exec") => Some("all of it"),
            "-u" | "--unset" => Some(behind()).filter(|name| is_ours(name)),
            word => match word.strip_prefix("--unset=").or_else(|| word.strip_prefix("-u")) {
                Some(name) if is_ours(name) => Some(name),
                Some(_) | None => word.split_once('=').map(|(name, _)| name).filter(|name| is_ours(name)),
            },
        };
        let elsewhere = listed(ELSEWHERE, base(word)).then(|| base(word));
        found = named.or(elsewhere).map(str::to_owned).or(found);
    }
    found
}

/// Whether a word stands in one of the lists above.
pub fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

pub fn starts_others(program: &str) -> bool {
    listed(STARTERS, program) || listed(SHELLS, program)
}

/// Whether a word is this program, however it is reached; at the head of a command also by a shell's pattern. A `?` and a
/// `[…]` are taken for a `*`.
pub fn is_program(word: &str, at: usize) -> bool {
    let name = base(word);
    let is_pattern = at == 0 && name.len() > 3 && name.contains(['*', '?', '[']);
    name == "nexus-env" || is_pattern && pattern::fits(&stars(name), "nexus-env")
}

fn stars(glob: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    for c in glob.chars() {
        text.push(if inside || matches!(c, '?' | '[') { '*' } else { c });
        inside = (inside || c == '[') && c != ']';
    }
    text
}

pub fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

pub fn is_shell_script(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.split(['/', ' ']).any(|word| listed(SHELLS, word))
}
