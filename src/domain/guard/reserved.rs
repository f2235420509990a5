//! Names that bash, zsh or fish keep for themselves: their keywords, their builtins, and functions that they call by name. No
//! guard function is ever made of one: it would replace what the shell, its prompt and our own hook are made of. Pure.

use crate::domain::config::{Config, GuardRule};
use crate::domain::text::pattern;

/// `compgen -bk` of bash 5.3, `${(k)builtins} ${(k)reswords}` of zsh 5.9 with its usual modules, and `builtin -n` of fish 4,
/// and the functions of fish and zsh that stand for a builtin or are called by the shell. What begins with no letter
/// (`.`, `[`, `{`) is no name of a rule's program anyway.
const WORDS: &str = "\
    abbr alias and argparse autoload begin bg bind bindkey block break breakpoint builtin bye caller case cd \
    chdir chpwd command command_not_found_handle command_not_found_handler commandline compadd comparguments \
    compcall compctl compdescribe compfiles compgen compgroups complete compopt compquote compset comptags \
    comptry compvalues contains continue coproc count declare dirs disable disown do done echo echotc echoti \
    elif else emit emulate enable end esac eval exec exit export false fc fg fi float for foreach function \
    functions getln getopts hash help history if in integer isatty jobs kill let limit local log logout mapfile \
    math nexus-env noglob nocorrect not or path periodic popd precmd preexec print printf private psub pushd \
    pushln pwd r random read readarray readonly realpath rehash repeat return sched select set set_color setopt \
    shift shopt source status strftime string suspend switch sysopen sysread syswrite test then time times trap \
    true ttyctl type typeset ulimit umask unalias unfunction unhash unlimit unset unsetopt until vared wait \
    whence where which while zcompile zf_rm zformat zle zmodload zparseopts zpty zregexparse zselect \
    zshaddhistory zshexit zsocket zstat zstyle ztcp\
";

/// Whether a shell keeps this name for itself.
pub fn is_reserved(word: &str) -> bool {
    WORDS.split_whitespace().any(|known| known == word)
        || ["fish_", "TRAP", "__nexus_env_"].iter().any(|beginning| word.starts_with(beginning))
}

/// A sentence for each rule that has no guard function, since its first word is such a name, or a path.
pub fn unseen(config: &Config) -> Vec<String> {
    let sentence = |rule: &GuardRule| {
        let (rule, word) = (&rule.command, pattern::words(&rule.command).into_iter().next()?);
        let what = match is_reserved(&word) {
            true => "the shells' own",
            false if word.contains('/') => "a path",
            false => return None,
        };
        let rule = if *rule == word { "its rule".to_owned() } else { format!("the rule `{rule}`") };
        Some(format!(
            "`{word}` is {what}, so {rule} has no guard function: it holds where lines are judged, in scripts, recipes and `run`"
        ))
    };
    config.guard.iter().filter_map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::{GuardAction, RuleOrigin};
    use crate::domain::sample;

    #[track_caller]
    fn check(word: &str, expected: bool) {
        assert_eq!(is_reserved(word), expected, "{word}");
    }

    #[test]
    fn a_rule_that_begins_with_a_path_or_a_shells_word_is_named() {
        let rule = |command: &str| GuardRule {
            command: command.to_owned(),
            on: vec![],
            action: GuardAction::Block,
            reason: None,
            origin: RuleOrigin::Repository,
        };
        let mut config = sample::config([]);
        config.guard = ["eval *", "./scripts/wipe.sh", "scripts/wipe.sh --all", "ts-node scripts/*"].map(rule).to_vec();
        let end = "has no guard function: it holds where lines are judged, in scripts, recipes and `run`";
        assert_eq!(
            unseen(&config),
            [
                format!("`eval` is the shells' own, so the rule `eval *` {end}"),
                format!("`./scripts/wipe.sh` is a path, so its rule {end}"),
                format!("`scripts/wipe.sh` is a path, so the rule `scripts/wipe.sh --all` {end}"),
            ]
        );
    }

    #[test]
    fn what_a_shell_is_made_of_is_nobody_elses() {
        for word in
            ["return", "eval", "cd", "source", "test", "if", "local", "string", "noglob", "nexus-env", "fish_prompt"]
        {
            check(word, true);
        }
        for word in ["ts-node", "psql", "sudo", "env", "returns", "frobnicate", "make", "grep"] {
            check(word, false);
        }
    }
}
