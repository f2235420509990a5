//! What the hook leaves alone: the person's options, traps, status, prompt and functions, and every trace of a value.

use crate::hook_loading::DEV_AND_PROD;
use crate::world::shell::stories;
use crate::world::{Held, Shell, World};

pub const LOADED: &str = "nexus-env: dev · DATABASE_URL and 1 more";

pub fn in_bash_and_zsh(story: impl Fn(Shell)) {
    for shell in [Shell::Bash, Shell::Zsh] {
        story(shell);
    }
}

stories! {
    fn the_status_of_the_last_command_stays(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.open(shell);
        session.types("false").ends_with_status(1);
        session.types("cd repo; false").ends_with_status(1);
        let echo = format!("echo {}", shell.status());
        session.types("sh -c 'exit 42'").ends_with_status(42);
        session.types(&echo).prints("42");
        session.types("cd ..; sh -c 'exit 7'").ends_with_status(7);
        session.types(&echo).prints("7");
    }

    fn a_shell_that_starts_says_nothing(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.open(shell);
        session.said().prints("");
        session.types("").prints("");
    }

    fn sourcing_it_again_changes_nothing(shell) {
        let line = shell.hook_line();
        let world = World::with(DEV_AND_PROD).after_hook(&format!("{line}\n{line}\n"));
        let mut session = world.enter(shell);
        session.said().prints(LOADED);
        session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more");
        session.types(line).prints("");
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("test"));
        session.types("cd ..").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        match shell {
            Shell::Bash | Shell::Bash32 => session.types("echo \"$PROMPT_COMMAND\"").prints("__nexus_env_hook"),
            Shell::Zsh => session.types("echo ${(M)precmd_functions:#__nexus*} ${(M)chpwd_functions:#__nexus*}")
                .prints("__nexus_env_hook __nexus_env_settle __nexus_env_hook"),
            Shell::Fish => session.types("functions --handlers | string match '*__nexus_env_hook*' | count").prints("2"),
        };
    }

    fn no_value_is_left_anywhere_but_in_the_variable_itself(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        let all = match shell {
            Shell::Bash | Shell::Bash32 => "declare -p; declare -f",
            Shell::Zsh => "typeset -p; functions",
            Shell::Fish => "set; functions __nexus_env_same __nexus_env_load",
        };
        let file = world.outside("all").display().to_string();
        session.types(&match shell {
            Shell::Fish => format!("begin; {all}; end >{file} 2>/dev/null"),
            Shell::Bash | Shell::Bash32 | Shell::Zsh => format!("{{ {all}; }} >{file} 2>/dev/null"),
        });
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("dev:one")).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("DATABASE_URL"));
    }

    /// Whose times have no nanoseconds, as on many file systems, and behind a `.nexusenv` that is a link to it.
    fn nothing_of_the_identity_is_ever_in_the_shell(shell) {
        let world = World::with(DEV_AND_PROD).secret("dev", "TOKEN", "t");
        let identity = world.home().join(".config/nexus-env/identity.txt");
        let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_500_000_000);
        let file = std::fs::File::options().write(true).open(&identity).unwrap();
        file.set_times(std::fs::FileTimes::new().set_modified(long_ago)).unwrap();
        let hostile = world.outside("hostile");
        std::fs::create_dir(&hostile).unwrap();
        std::os::unix::fs::symlink(&identity, hostile.join(".nexusenv")).unwrap();
        let mut session = world.enter(shell);
        let file = world.outside("all").display().to_string();
        for place in ["", &format!("cd {}", hostile.display())] {
            session.types(place);
            session.types(&match shell {
                Shell::Fish => format!("begin; set; functions __nexus_env_same; end >{file} 2>/dev/null"),
                Shell::Zsh => format!("{{ typeset -p; functions; }} >{file} 2>/dev/null"),
                Shell::Bash | Shell::Bash32 => format!("{{ declare -p; declare -f; }} >{file} 2>/dev/null"),
            });
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.contains("__nexus_env_same") && !text.contains("AGE-SECRET-KEY"), "{place}");
        }
    }

    fn nothing_but_names_reaches_a_child(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.open(shell);
        session.types(&shell.exports("DATABASE_URL", "postgresql://own:secret@h/db"));
        session.types("cd repo");
        let environment = session.env_of_child();
        for (name, value) in &environment {
            assert!(!name.starts_with("__nexus_env"), "{name}");
            let value = String::from_utf8_lossy(value);
            assert!(!value.contains("own:secret"), "{name}");
            assert!(name == "DATABASE_URL" || !value.contains("dev:one"), "{name}");
        }
    }

    fn a_missing_program_removes_what_was_set_and_is_told_once(shell) {
        let world = World::with(DEV_AND_PROD).file("sub/x", "");
        let program = world.outside("nexus-env");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nexus-env"), &program).unwrap();
        let shown = program.display().to_string();
        let hook = match shell {
            Shell::Fish => format!("{shown} hook fish | source"),
            Shell::Bash | Shell::Bash32 | Shell::Zsh => format!("eval \"$({shown} hook {shell})\""),
        };
        let world = world.without_hook().after_hook(&hook).calls(&shown, "/x/nexus-env");
        let mut session = world.enter(shell);
        session.said().prints(LOADED);
        std::fs::remove_file(&program).unwrap();
        let start_up = match shell {
            Shell::Bash | Shell::Bash32 => ".bashrc",
            Shell::Zsh => ".zshrc",
            Shell::Fish => "config.fish",
        };
        session.types("cd sub").prints(&format!(
            "nexus-env: `/world/outside/nexus-env` is gone, so nothing is loaded\n\
             hint: install nexus-env again, or take its hook out of your {start_up}"
        ).replace("your config.fish", "config.fish"));
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        assert_eq!(session.holds("NEXUS_ENV"), Held::Absent);
        session.types("").prints("");
        session.types("cd ..").prints("");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nexus-env"), &program).unwrap();
        session.types("").prints(LOADED);
    }

    fn a_program_that_crashes_leaves_nothing_loaded_and_is_told_once(shell) {
        let world = World::with(DEV_AND_PROD);
        let program = world.outside("nexus-env");
        let real = env!("CARGO_BIN_EXE_nexus-env");
        let write = |script: &str| {
            use std::os::unix::fs::PermissionsExt;
            std::fs::write(&program, script).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        write(&format!("#!/bin/sh\nexec {real} \"$@\"\n"));
        let world = world.without_hook().after_hook(&hook_for(shell, real, &program.display().to_string()));
        let mut session = world.enter(shell);
        session.said().prints(LOADED);
        session.settles();
        write("#!/bin/sh\n[ \"$1\" = __load ] && printf 'export DATABASE_URL=half'\nexit 139\n");
        session.types("cd .").prints("").ends_with_status(0);
        session.types("cd ..").prints(
            "nexus-env: the program ended with status 139, so nothing is loaded\nhint: nexus-env status",
        );
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("").prints("");
        session.types("cd repo").prints("");
        write(&format!("#!/bin/sh\nexec {real} \"$@\"\n"));
        session.types("").prints(LOADED);
    }

    fn another_tools_prompt_hooks_go_on(shell) {
        let own = match shell {
            Shell::Bash | Shell::Bash32 => "PROMPT_COMMAND='own=$?'\n",
            Shell::Zsh => "own_precmd() { own=$? }\nprecmd_functions+=(own_precmd)\n",
            Shell::Fish => "function own_precmd --on-event fish_prompt; set -g own $status; end\n",
        };
        let world = World::with(DEV_AND_PROD).before_hook(own);
        let mut session = world.open(shell);
        session.types("cd repo; sh -c 'exit 9'");
        session.types("echo $own").prints("9");
    }
}

/// The hook of the program at `real`, as if it were at `shown`.
fn hook_for(shell: Shell, real: &str, shown: &str) -> String {
    match shell {
        Shell::Fish => format!("{real} hook fish | string replace -a {real} {shown} | source"),
        Shell::Bash | Shell::Bash32 | Shell::Zsh => format!("eval \"$({real} hook {shell} | sed s:{real}:{shown}:)\""),
    }
}

#[test]
fn bash_options_are_tolerated_and_kept() {
    let mut world = World::with(DEV_AND_PROD);
    for options in [
        "set -eu", "set -u", "set -o posix", "set -f", "set -C", "shopt -s extdebug nullglob", "shopt -s failglob",
        "shopt -s nocasematch", "IFS=xyz", "IFS=", "set -a", "shopt -s execfail inherit_errexit",
        "set -o pipefail -T -E",
    ] {
        for (before, after) in [(options, ""), ("", options)] {
            world = world.before_hook(before).after_hook(after);
            let mut session = world.open(Shell::Bash);
            session.said().prints("");
            let kept = session.types("echo $- $SHELLOPTS $BASHOPTS \"[$IFS]\"").text.clone();
            session.types("cd repo").prints(LOADED);
            assert_eq!(session.types("echo $- $SHELLOPTS $BASHOPTS \"[$IFS]\"").text, kept, "{options}");
            assert_eq!(session.holds("NODE_ENV"), Held::exported("development"), "{options}");
            let names: Vec<String> =
                session.env_of_child().into_keys().filter(|name| name.contains("__nexus")).collect();
            assert_eq!(names, [""; 0], "{options}");
            session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more");
            session.types("cd ..").prints("");
            assert_eq!(session.holds("NODE_ENV"), Held::Absent, "{options}");
        }
    }
}

#[test]
fn zsh_options_are_tolerated_and_kept() {
    let mut world = World::with(DEV_AND_PROD);
    for options in [
        "ksh_arrays", "glob_subst", "rc_quotes", "sh_word_split", "err_exit", "no_unset", "all_export", "err_return",
        "null_glob", "csh_null_glob", "extended_glob", "warn_create_global", "posix_builtins", "no_clobber",
        "bsd_echo", "no_match", "ignore_braces", "sh_glob", "posix_aliases", "typeset_silent", "no_short_loops",
        "interactive_comments",
    ] {
        let set = format!("setopt {options}");
        for (before, after) in [(&set[..], ""), ("", &set[..])] {
            world = world.before_hook(before).after_hook(after);
            let mut session = world.open(Shell::Zsh);
            assert_eq!(session.said().text, "", "{options}");
            let kept = session.types("setopt").text.clone();
            session.types("cd repo").prints(LOADED);
            session.types("").prints("");
            assert_eq!(session.types("setopt").text, kept, "{options}");
            assert_eq!(session.holds("NODE_ENV"), Held::exported("development"), "{options}");
            session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more");
            session.types("cd ..").prints("");
            assert_eq!(session.holds("NODE_ENV"), Held::Absent, "{options}");
        }
    }
}

#[test]
fn no_trace_shows_a_value() {
    for (shell, on, off) in [
        (Shell::Bash, "set -xv", "set +xv"),
        (Shell::Zsh, "set -xv", "set +xv"),
        (Shell::Fish, "set -g fish_trace on", "set -e fish_trace"),
    ] {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.open(shell);
        session.types(&shell.exports("DATABASE_URL", "postgresql://own:secret@h/db"));
        session.types(on);
        for line in ["cd repo", "nexus-env use test", "npx --version", "cd ..", "true"] {
            let said = session.types(line).text.clone();
            for value in ["dev:one", "test:two", "own:secret"] {
                assert!(!said.contains(value), "{shell}: {line}: {said}");
            }
        }
        session.types(off);
        session.types("cd repo").prints("nexus-env: test · DATABASE_URL and 1 more");
        if shell != Shell::Fish {
            assert!(!session.types("echo $-").text.contains('x'));
            session.types(on);
            assert!(session.types("echo $-").text.contains('x'));
        }
    }
}

#[test]
fn traps_survive_and_a_debug_trap_sees_no_value() {
    in_bash_and_zsh(|shell| {
        let debug = match shell {
            Shell::Zsh => "trap 'echo INT' INT\ntrap 'echo $ZSH_DEBUG_CMD >>~/debugged' DEBUG\n",
            Shell::Bash | Shell::Bash32 | Shell::Fish => {
                "shopt -s extdebug\nset -T\ntrap 'echo INT' INT\ntrap 'echo \"$BASH_COMMAND\" >>~/debugged' DEBUG\n"
            }
        };
        let world = World::with(DEV_AND_PROD).after_hook(debug);
        let mut session = world.enter(shell);
        for _ in 0..3 {
            session.types("cd ..");
            session.types("cd repo");
        }
        assert!(session.types("trap").text.contains("echo INT"));
        let debugged = std::fs::read_to_string(world.home().join("debugged")).unwrap();
        assert!(debugged.contains("cd repo"));
        assert!(!debugged.contains("dev:one"), "{debugged}");
    });
}

#[test]
fn a_function_trap_of_zsh_survives() {
    let world = World::with(DEV_AND_PROD).after_hook("TRAPINT() { echo caught; return 130 }\n");
    let mut session = world.enter(Shell::Zsh);
    session.types("cd ..");
    session.types("kill -INT $$").prints("caught");
}

#[test]
fn bash_prompt_commands_of_every_kind_are_kept() {
    for (kind, own) in [
        ("string", "PROMPT_COMMAND='own=1'"),
        ("trailing", "PROMPT_COMMAND='own=1; '"),
        ("array", "PROMPT_COMMAND=('own=1' 'other=2')"),
        ("unset", "unset PROMPT_COMMAND; own=1"),
        ("empty array", "PROMPT_COMMAND=(); own=1"),
    ] {
        let line = Shell::Bash.hook_line();
        let world = World::with(DEV_AND_PROD).before_hook(own).after_hook(&format!("{line}\n{line}"));
        let mut session = world.enter(Shell::Bash);
        session.said().prints(LOADED);
        session.types("echo $own").prints("1");
        let shown = session.types("echo \"${PROMPT_COMMAND[*]}\"").text.clone();
        assert_eq!(shown.matches("__nexus_env_hook").count(), 1, "{kind}: {shown}");
    }
    let world = World::with(DEV_AND_PROD).before_hook("readonly PROMPT_COMMAND='own=1'").after_hook("after=yes");
    let mut session = world.open(Shell::Bash);
    session.said().prints("");
    session.types("echo $after").prints("yes");
}
