//! The three shells: how each is started, what its start-up file says, and the few words in which they differ.

use std::fmt;
use std::path::PathBuf;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shell {
    Bash,
    /// The version that macOS ships; joins where `NEXUS_TEST_BASH32` names its binary.
    Bash32,
    Zsh,
    Fish,
}

impl Shell {
    /// What `nexus-env hook` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Shell::Bash | Shell::Bash32 => "bash",
            Shell::Zsh => "zsh",
            Shell::Fish => "fish",
        }
    }

    /// Where its start-up file is, below the home directory.
    pub fn start_up_file(self) -> &'static str {
        match self {
            Shell::Bash | Shell::Bash32 => ".bashrc",
            Shell::Zsh => ".zshrc",
            Shell::Fish => ".config/fish/config.fish",
        }
    }

    /// The words that start it as an interactive shell.
    ///
    /// # Panics
    /// Where the shell is missing: a story is told in each shell or fails, it is never skipped.
    pub fn words(self, home: &str) -> Vec<String> {
        let program = match self {
            Shell::Bash32 => std::env::var("NEXUS_TEST_BASH32").expect("NEXUS_TEST_BASH32 names a bash 3.2"),
            Shell::Bash | Shell::Zsh | Shell::Fish => super::program(self.name()).display().to_string(),
        };
        let rest: &[&str] = match self {
            Shell::Bash | Shell::Bash32 => &["--noprofile", "--rcfile", &format!("{home}/.bashrc"), "-i"],
            // -d: not the machine's own start-up files.
            Shell::Zsh => &["-d", "-i"],
            Shell::Fish => &["-i"],
        };
        std::iter::once(program).chain(rest.iter().map(|&word| word.to_owned())).collect()
    }

    /// A start-up file with a prompt that can be told from every echo and every redrawing of it: `<N`, the shell's
    /// pid and the prompt's number, `X:`, the exit status, `>`. The marks are written in two halves, so that the text
    /// of this file cannot match. `<RUN>` is printed between a typed line and what it prints.
    pub fn start_up(self, hook: &str) -> String {
        let marks = match self {
            // bash 3.2 has no PS0 and ignores it; there the typed line ends at its first newline.
            Shell::Bash | Shell::Bash32 => {
                "unset HISTFILE\nPS1='<N''$$.$((++__story))X:$?> '\nPS0='<R''UN>'\nPS2=\n__story=0\n\
                 bind 'set enable-bracketed-paste off' 2>/dev/null\n"
            }
            Shell::Zsh => {
                "unset HISTFILE\nunsetopt PROMPT_SP PROMPT_CR BEEP\nsetopt PROMPT_SUBST\n\
                 PS1='<N''$$.${__story}X:%?> '\nPS2=\ntypeset -gi __story=0\nunset zle_bracketed_paste\n\
                 __story_precmd() { (( ++__story )) }\nprecmd_functions+=(__story_precmd)\n\
                 __story_preexec() { print -rn -- '<R''UN>' }\npreexec_functions+=(__story_preexec)\n"
            }
            Shell::Fish => {
                "set -g fish_greeting\nset -g fish_history ''\nset -g fish_autosuggestion_enabled 0\nset -g __story 0\n\
                 function __story_prompt --on-event fish_prompt; set -g __story (math $__story + 1); end\n\
                 function __story_run --on-event fish_preexec; printf '<R%s' 'UN>'; end\n\
                 function fish_prompt; printf '<N%s.%sX:%s> ' $fish_pid $__story $status; end\n\
                 function fish_title; end\n"
            }
        };
        format!("{marks}{hook}\n")
    }

    /// The line of a start-up file that installs the hook, as the README has it.
    pub fn hook_line(self) -> &'static str {
        match self {
            Shell::Bash | Shell::Bash32 => "eval \"$(nexus-env hook bash)\"",
            Shell::Zsh => "eval \"$(nexus-env hook zsh)\"",
            Shell::Fish => "nexus-env hook fish | source",
        }
    }

    /// Sets a variable of the shell without exporting it. `value` is a word as it would be typed.
    pub fn sets(self, name: &str, value: &str) -> String {
        match self {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => format!("{name}={value}"),
            Shell::Fish => format!("set -g {name} {value}"),
        }
    }

    pub fn exports(self, name: &str, value: &str) -> String {
        match self {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => format!("export {name}={value}"),
            Shell::Fish => format!("set -gx {name} {value}"),
        }
    }

    pub fn unsets(self, name: &str) -> String {
        match self {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => format!("unset {name}"),
            Shell::Fish => format!("set -e {name}"),
        }
    }

    /// Writes the value of a shell variable to a file if it is set, without a newline.
    pub fn saves(self, name: &str, file: &str) -> String {
        match self {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => {
                format!("if [ \"${{{name}+x}}\" ]; then printf %s \"${name}\" >{file}; fi")
            }
            Shell::Fish => format!("if set -q {name}; printf %s \"${name}\" >{file}; end"),
        }
    }

    /// The word that stands for the last exit status.
    pub fn status(self) -> &'static str {
        match self {
            Shell::Bash | Shell::Bash32 | Shell::Zsh => "$?",
            Shell::Fish => "$status",
        }
    }
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The bash 3.2 to tell the stories to as well, where there is one.
pub fn bash32() -> Option<PathBuf> {
    std::env::var_os("NEXUS_TEST_BASH32").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Tells one story in each shell: a test for bash (and bash 3.2 with it), one for zsh, one for fish.
macro_rules! stories {
    ($($(#[$doc:meta])* fn $name:ident($shell:ident) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports, reason = "a story need not use all that its file imports")]
            use super::*;

            fn story($shell: $crate::world::Shell) $body

            #[test]
            fn bash() {
                story($crate::world::Shell::Bash);
                if $crate::world::shell::bash32().is_some() {
                    story($crate::world::Shell::Bash32);
                }
            }

            #[test]
            fn zsh() {
                story($crate::world::Shell::Zsh);
            }

            #[test]
            fn fish() {
                story($crate::world::Shell::Fish);
            }
        }
    )+};
}
pub(crate) use stories;
