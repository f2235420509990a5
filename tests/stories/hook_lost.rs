//! A shell in which something takes the hook away from the prompt, or in which bash keeps to POSIX: what can be held is held,
//! and the rest is said.

use crate::hook_loading::DEV_AND_PROD;
use crate::world::shell::stories;
use crate::world::{Held, Session, Shell, World};

const LOADED: &str = "nexus-env: dev · DATABASE_URL and 1 more";

/// What an other line of the start-up file does after the hook's.
fn taken_away(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash | Shell::Bash32 => "unset PROMPT_COMMAND",
        Shell::Zsh => "precmd_functions=(__story_precmd) chpwd_functions=()",
        Shell::Fish => "functions --erase __nexus_env_hook",
    }
}

fn told(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash | Shell::Bash32 => {
            "nexus-env: `PROMPT_COMMAND` was set anew without the hook, so nothing was loaded at the prompt; from now on it is\n\
             hint: in your .bashrc the line of the hook stands behind what sets PROMPT_COMMAND"
        }
        Shell::Zsh => {
            "nexus-env: `chpwd_functions` was set anew without the hook, so it was not run there; from now on it is\n\
             hint: in your .zshrc the line of the hook stands behind what sets chpwd_functions"
        }
        Shell::Fish => {
            "nexus-env: the function `__nexus_env_hook` was removed, so nothing was loaded at the prompt; from now on it is\n\
             hint: in config.fish the line of the hook stands behind what removes functions"
        }
    }
}

#[track_caller]
fn is_out(session: &mut Session) {
    session.types("cd ..");
    assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
}

stories! {
    fn a_hook_that_was_taken_away_is_put_back_and_said_once(shell) {
        let world = World::with(DEV_AND_PROD).after_hook(taken_away(shell));
        let mut session = world.enter(shell);
        session.said().prints("");
        session.types("nexus-env prompt").prints(&format!("{}\n{LOADED}", told(shell)));
        is_out(&mut session);
        session.types("cd repo").prints(LOADED);
        session.types(taken_away(shell));
        session.types("nexus-env prompt").prints("dev");
        is_out(&mut session);
    }

    fn a_guarded_command_puts_it_back_too_and_is_judged_here(shell) {
        let world = World::with(DEV_AND_PROD).program("npx", "#!/bin/sh\nprintf 'ran %s\\n' \"$DATABASE_URL\"\n");
        let mut session = world.open(shell);
        session.types(taken_away(shell));
        session.types("cd repo").prints("");
        session.types("npx tsc").prints(
            &format!("{}\n{LOADED}\nran postgresql://dev:one@127.0.0.1:5433/nexus_db", told(shell)));
        session.types("nexus-env use test");
        is_out(&mut session);
    }
}

#[test]
fn a_selection_ends_with_its_repository_also_when_the_hook_went_after_it() {
    let world = World::with(DEV_AND_PROD);
    let mut session = world.enter(Shell::Bash);
    session.types("nexus-env use test");
    session.types("unset PROMPT_COMMAND");
    is_out(&mut session);
}

/// From 5.1 on every element of PROMPT_COMMAND is run, and such a line replaces the first alone.
#[test]
fn a_text_that_is_assigned_to_prompt_command_takes_nothing_away() {
    for line in ["PROMPT_COMMAND='history -a'", "export PROMPT_COMMAND=true", "PROMPT_COMMAND='false'"] {
        let world = World::with(DEV_AND_PROD).after_hook(line);
        let mut session = world.enter(Shell::Bash);
        session.said().prints(LOADED);
        session.types("(exit 7)").ends_with_status(7);
        session.types("nexus-env prompt").prints("dev");
        session.types("cd ..").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent, "{line}");
    }
}

#[test]
fn where_prompt_command_is_read_only_cd_brings_the_shell_up_to_date_and_it_is_said_once() {
    const SAID: &str = "nexus-env: `PROMPT_COMMAND` is read-only in this shell, so only cd and guarded commands notice a change\n\
        hint: PROMPT_COMMAND=__nexus_env_hook where it is made read-only, or start bash without that";
    let world = World::with(DEV_AND_PROD)
        .before_hook("cd() { builtin cd \"$@\" && echo \"own cd $#\"; }\nreadonly PROMPT_COMMAND=true");
    let world = world.variable("SHELL", "/bin/bash");
    let mut session = world.open(Shell::Bash);
    session.said().prints("");
    session.types("cd repo").prints(&format!("own cd 1\n{LOADED}\n{SAID}")).ends_with_status(0);
    session.types("cd nowhere").prints("bash: cd: nowhere: No such file or directory").ends_with_status(1);
    session.types("nexus-env doctor").ends_with_status(1);
    assert!(
        session.said().text.contains("error: PROMPT_COMMAND is read-only in this shell"),
        "{}",
        session.said().text
    );
    session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more");
    session.types("(cd ..)").prints("own cd 1");
    assert_eq!(session.holds("NEXUS_ENV"), Held::exported("test"));
    session.types("pushd / >/dev/null").prints("");
    assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    session.types("popd >/dev/null").prints("nexus-env: test · DATABASE_URL and 1 more");
    session.types("cd ..").prints("own cd 1");
    assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    let world = World::with(DEV_AND_PROD).before_hook("cd repo\nreadonly PROMPT_COMMAND");
    world.open(Shell::Bash).said().prints(LOADED);
    // Made read-only with the hook in it, as the hint says, or afterwards.
    for (before, after) in [("readonly PROMPT_COMMAND=__nexus_env_hook", ""), ("", "readonly PROMPT_COMMAND")] {
        let world = World::with(DEV_AND_PROD).before_hook(before).after_hook(after);
        let mut session = world.enter(Shell::Bash);
        session.said().prints(LOADED);
        session.types("type -t cd").prints("builtin");
        session.types("cd ..").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    }
}

#[test]
fn lists_that_zsh_was_told_to_keep_as_they_are_lose_nothing() {
    let world =
        World::with(DEV_AND_PROD).before_hook("precmd() { echo own $? }\nreadonly precmd_functions chpwd_functions");
    let mut session = world.open(Shell::Zsh);
    session.types("cd repo").prints(&format!("{LOADED}\nown 0"));
    session.types("(exit 3)").prints("own 3").ends_with_status(3);
    session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more\nown 0");
    session.types("cd ..").prints("own 0");
    assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
}

/// Prisma and a tool with a dash in its name, which say what they were given.
fn posix(before: &str) -> World {
    let script = "#!/bin/sh\nprintf '%s %s\\n' \"${0##*/} $*\" \"$DATABASE_URL\"\n";
    World::with(DEV_AND_PROD).program("npx", script).program("drizzle-kit", script).before_hook(before)
}

#[test]
fn in_posix_mode_every_name_is_guarded() {
    for (before, typed) in
        [("set -o posix", ""), ("export POSIXLY_CORRECT=1", ""), ("", "set -o posix"), ("set -o posix", "set +o posix")]
    {
        let world = posix(before);
        let mut session = world.open(Shell::Bash);
        session.types(typed).prints("");
        session.types("cd repo").prints(LOADED);
        session.types("nexus-env use prod").ends_with_status(0);
        for line in ["npx prisma migrate reset --force", "drizzle-kit push"] {
            let said = session.types(line).text.clone();
            assert!(said.starts_with("nexus-env: blocked: "), "{before} {typed} {line}: {said}");
            session.types("").ends_with_status(3);
        }
        session
            .types("drizzle-kit --version")
            .prints("drizzle-kit --version mysql://prod:three@127.0.0.1:5433/nexus_db");
        session.types("cd ..").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    }
}

#[test]
fn posix_mode_and_what_hangs_on_it_stay_as_they_are() {
    let world = posix(
        "export POSIXLY_CORRECT=mine\nshopt -u expand_aliases\nshopt -s shift_verbose\n\
                       set +o posix; drizzle-kit() { echo \"own $*\"; }; set -o posix; export POSIXLY_CORRECT=mine",
    );
    let mut session = world.open(Shell::Bash);
    let line = "echo $SHELLOPTS $BASHOPTS; declare -p POSIXLY_CORRECT";
    let before = session.types(line).text.clone();
    session.types("cd repo").prints(LOADED);
    session.types(line).prints(&before);
    session.types("drizzle-kit --version").prints("own --version");
    session.types("nexus-env use test");
    session.types("set +o posix; drizzle-kit --version").prints("own --version");
}
