//! Programs that print a part of a shell's own set-up, for `eval "$(…)"`: they are trusted with it like any program that is
//! started. It goes by the words alone; what prints data is none of them.

/// The word that stands for a shell's own load of an environment, in what `nexus-env export -e NAME` is said to print.
pub const LOADS: &str = ":nexus-env-loads:";

/// Words with which a program prints its own hook or completion, wherever among the first ones they stand.
const SETS_UP: &[&str] =
    &["init", "hook", "activate", "completion", "completions", "shellenv", "shell-init", "--alias", "docker-env"];

/// Programs that print nothing else, or an agent's own variables.
const ALWAYS: &[&str] = &["ssh-agent", "gpg-agent", "keychain", "dircolors", "lesspipe", "tset", "resize"];

/// The same with a flag: `fzf --bash`, `fnm env`.
const WITH: &[(&str, &[&str])] = &[
    ("fzf", &["--bash", "--zsh", "--fish"]),
    ("fnm", &["env"]),
    ("opam", &["env"]),
    ("luarocks", &["path"]),
    ("register-python-argcomplete", &[]),
    ("pip", &["completion"]),
];

/// Whether the text of an `eval` is nothing but one substitution, and that of such a program.
pub fn is_own(text: &str) -> bool {
    let text = text.trim();
    let Some(inside) = text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')) else { return false };
    if inside.contains([';', '|', '&', '\n', '`', '(', '<']) {
        return false;
    }
    let mut words = inside.split_whitespace().skip_while(|word| *word == "command");
    let Some(name) = words.next().map(|path| path.rsplit('/').next().unwrap_or(path)) else { return false };
    let rest: Vec<&str> = words.take_while(|word| !word.contains('>')).take(4).collect();
    let fits = |(known, with): &&(&str, &[&str])| *known == name && (with.is_empty() || has(&rest, with));
    const READS: &[&str] = &["cat", "curl", "wget", "echo", "printf", "jq", "yq", "sed", "awk", "grep", "psql", "ssh"];
    !READS.contains(&name) && (ALWAYS.contains(&name) || has(&rest, SETS_UP) || WITH.iter().any(|row| fits(&row)))
}

/// Whether a file of this name, which a shell reads, is the set-up of a version manager or of the shell itself. They are
/// thousands of lines that change `PATH`, and no database's variable.
pub fn is_set_up(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "nvm.sh", "asdf.sh", "asdf.fish", "sdkman-init.sh", "conda.sh", "mamba.sh", "rvm", "chruby.sh", "auto.sh",
        "cargo.sh", "activate", "activate.fish", "path.bash.inc", "path.zsh.inc", "completion.bash.inc",
        "completion.zsh.inc", "bash_completion", "git-completion.bash", "git-prompt.sh", "fzf.bash", "fzf.zsh",
        ".fzf.bash", ".fzf.zsh", ".bashrc", ".bash_profile", ".zshrc", ".zshenv", ".zprofile", ".profile",
        "config.fish", "nix.sh", "env",
    ];
    NAMES.contains(&name)
}

fn has(words: &[&str], of: &[&str]) -> bool {
    words.iter().any(|word| of.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(is_own(text), expected, "{text}");
    }

    #[test]
    fn a_programs_own_hook_is_told_from_what_prints_data() {
        for text in [
            "$(direnv hook bash)", "$(ssh-agent -s)", "$(/opt/homebrew/bin/brew shellenv)", "$(starship init zsh)",
            "$(command pyenv init - 2>/dev/null)", "$(minikube docker-env)", "$(fzf --bash)",
        ] {
            check(text, true);
        }
        for text in [
            "$(jq -r .init steps.json)", "$(curl -s https://example.com/init)", "$(cat init)", "$(direnv export bash)",
            "$(starship init zsh; cat x)", "$CMD",
        ] {
            check(text, false);
        }
    }
}
