//! Lines of the corpora, pasted at a real prompt with prod selected: what the prompt does with each is what `guard check --line`
//! says of it. A line that is accepted does not run, since there are some that nobody would want to run: what Enter does behind
//! our look at the line says so, and empties it.
//!
//! One line in so many is taken; `NEXUS_TEST_LINES=all` takes them all, `NEXUS_TEST_LINES=shell` all of that corpus.

use std::process::Command;
use std::sync::OnceLock;

use crate::corpus::{CORPUS, PROJECT, entries, unescaped};
use crate::pausing::{DEV, GUARDED, PROD};
use crate::world::shell::stories;
use crate::world::terminal::Terminal;
use crate::world::{PATIENCE, Shell, World};

/// Without `NEXUS_TEST_LINES`.
const ONE_IN: usize = 72;
const QUESTION: &[u8] = b"nexus-env: type prod to go on: ";

/// What stands behind our look at the line: `<mark 7:passed>`, where 7 is the line's number.
///
/// In bash that is the key which accepts a line; a widget, or a binding of Enter, is what a person may have had before the hook.
fn ends(shell: Shell) -> (&'static str, &'static str) {
    match shell {
        Shell::Bash | Shell::Bash32 => (
            "",
            r#"set +H
bind 'set enable-bracketed-paste on'
__mark=0
__nexus_env_press() { __pressed=$1; }
__ends() {
    case $__pressed:$READLINE_LINE in
        *:' (__nexus_env_refused)') __end=refused ;;
        accept-line:*) __end=passed ;;
        *) __end=back ;;
    esac
    printf '<mark %s:%s>' "$__mark" "$__end"
    (( ++__mark ))
    READLINE_LINE='' READLINE_POINT=0
    __nexus_env_settle 0
}
bind -x '"\C-x\C-^": __ends'"#,
        ),
        Shell::Zsh => (
            r#"__mark=0
__ends() {
    case $BUFFER in
        ' __nexus_env_refused') __end=refused ;;
        *)
            functions[__whole]=$BUFFER
            (( ${+functions[__whole]} )) && __end=passed || __end=unfinished
            unset 'functions[__whole]'
            ;;
    esac 2>/dev/null
    BUFFER=''
    zle -I
    print -rn -- "<mark $__mark:$__end>"
    (( ++__mark ))
    __nexus_env_settle
}
zle -N accept-line __ends"#,
            "setopt no_bang_hist interactive_comments\nzle_bracketed_paste=($'\\e[?2004h' $'\\e[?2004l')",
        ),
        Shell::Fish => (
            r#"set -g __mark 0
function __ends
    set -l end passed
    commandline --is-valid
    test $status -eq 2; and set end unfinished
    commandline -r ''
    printf '<mark %s:%s>' $__mark $end
    set -g __mark (math $__mark + 1)
    __nexus_env_settle
end
bind \r __ends
bind \n __ends"#,
            r#"function __refused --on-event fish_postexec
    test "$argv" = ' __nexus_env_refused'; or return
    printf '<mark %s:%s>' $__mark refused
    set -g __mark (math $__mark + 1)
end"#,
        ),
    }
}

struct Line {
    text: String,
    /// Of `guard check --line`.
    passes: bool,
}

fn world(shell: Shell) -> World {
    let (before, after) = ends(shell);
    let world = World::with(GUARDED).secret("dev", "DATABASE_URL", DEV).secret("prod", "DATABASE_URL", PROD);
    let world = PROJECT.iter().fold(world, |world, (path, text)| world.file(path, *text));
    world.before_hook(before).after_hook(&format!("{after}\ncd ~/repo\nnexus-env use prod"))
}

/// What the lines are, asked once for all shells. The variables are those of a shell that has selected prod.
fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        let wanted = std::env::var("NEXUS_TEST_LINES").ok();
        let every = if wanted.is_some() { 1 } else { ONE_IN };
        let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted == "all" || wanted == name);
        let corpora = CORPUS.iter().filter(|(name, _)| is_wanted(name));
        let lines = corpora.flat_map(|(_, corpus)| entries(corpus)).step_by(every);
        let texts: Vec<String> = lines.map(|(_, line)| unescaped(line)).collect();
        let world = World::with(GUARDED).secret("dev", "DATABASE_URL", DEV).secret("prod", "DATABASE_URL", PROD);
        let world = PROJECT.iter().fold(world, |world, (path, text)| world.file(path, *text));
        let mut session = world.enter(Shell::Bash);
        session.types("nexus-env use prod");
        let environment = session.env_of_child();
        let passes = |text: &String| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_nexus-env"));
            command.env_clear().current_dir(world.repo());
            for (name, value) in &environment {
                command.env(name, std::ffi::OsString::from(String::from_utf8_lossy(value).into_owned()));
            }
            command.args(["guard", "check", "--line", text]);
            world.finish(command, b"").status == 0
        };
        texts.into_iter().map(|text| Line { passes: passes(&text), text }).collect()
    })
}

/// Pastes each line and presses Enter, and returns what became of it; a question is answered by no.
fn pasted(terminal: &Terminal, texts: &[Line]) -> Vec<String> {
    let find = |bytes: &[u8], text: &str| bytes.windows(text.len()).position(|part| part == text.as_bytes());
    let mut from = terminal.printed();
    let mut became = Vec::new();
    for (number, line) in texts.iter().enumerate() {
        terminal.send(format!("\x1b[200~{}\x1b[201~", line.text).as_bytes());
        terminal.send(b"\r");
        let mark = format!("<mark {number}:");
        let mut asked = 0;
        let end = loop {
            let end = terminal.wait(&line.text, PATIENCE, from, |bytes| {
                if let Some(at) = find(bytes, &mark) {
                    let rest = &bytes[at + mark.len()..];
                    return find(rest, ">").map(|end| Some(String::from_utf8_lossy(&rest[..end]).into_owned()));
                }
                let questions = bytes.windows(QUESTION.len()).filter(|part| *part == QUESTION).count();
                (questions > asked).then_some(None)
            });
            match end {
                Some(end) => break end,
                None => {
                    asked += 1;
                    terminal.send(b"no\r");
                }
            }
        };
        became.push(end);
        from = terminal.printed();
    }
    became
}

stories! {
    fn what_the_guard_says_of_a_line_of_the_corpora_is_what_happens_to_it(shell) {
        if shell == Shell::Bash32 {
            return;
        }
        let lines = lines();
        assert!(lines.iter().filter(|line| line.passes).count() > lines.len() / 4);
        let world = world(shell);
        let session = world.open(shell);
        let became = pasted(session.terminal(), lines);
        let differ: Vec<String> = lines
            .iter()
            .zip(&became)
            // What the shell reads on after, or takes for no command at all, is not judged; what `run` starts, `run` judges;
            // fish drops a tab that is pasted.
            .filter(|(line, became)| (*became == "passed") != line.passes && *became != "unfinished")
            .filter(|(line, _)| !line.text.starts_with("nexus-env run "))
            // bash takes what is pasted next for the rest of a text whose quote is open.
            .filter(|(line, _)| shell != Shell::Bash || nexus_env::domain::guard::line::open(&line.text).is_none())
            .filter(|(line, _)| shell != Shell::Fish || !line.text.contains('\t'))
            .map(|(line, became)| format!("{became} {}", line.text))
            .collect();
        assert!(differ.is_empty(), "{shell}: {} of {} lines:\n{}", differ.len(), lines.len(), differ.join("\n"));
    }
}
