//! However a line is accepted, it is judged: typed ahead, pasted, in the modes of vi, from the history, in several lines, by a key or
//! a widget of somebody else's.

use crate::typing::{REFUSED, RESET, on_prod, refuses, shows_no_line, world};
use crate::world::shell::stories;
use crate::world::{Session, Shell};

stories! {
    fn however_the_line_is_typed(shell) {
        if shows_no_line(shell) {
            return;
        }
        let world = world();
        let mut session = on_prod(&world, shell);
        // Typed ahead, while another one runs.
        session.presses(&format!("sleep 0.2\r{RESET}\r"));
        session.returns();
        assert!(session.returns().ends_with_status(3).text.contains(REFUSED));
        // Pasted, with a line in front of it.
        let said = session.types(&format!("\x1b[200~true\n{RESET}\x1b[201~")).ends_with_status(3).text.clone();
        assert!(said.contains(REFUSED) && !said.contains("ran:"), "{said}");
        // fish 4 takes these for Enter as well, where the terminal tells them apart (sw.kovidgoyal.net/kitty/keyboard-protocol).
        let knows_keys = shell == Shell::Fish && session.types("echo $version").text.starts_with('4');
        for key in ["\x1b[13;5u", "\x1b[109;5u"].into_iter().filter(|_| knows_keys) {
            session.presses(&format!("{RESET}{key}"));
            assert!(session.returns().ends_with_status(3).text.contains(REFUSED));
        }
        // In the modes of vi.
        session.types(match shell {
            Shell::Bash | Shell::Bash32 => "set -o vi",
            Shell::Zsh => "bindkey -v",
            Shell::Fish => "fish_vi_key_bindings",
        });
        refuses(&mut session, RESET);
        session.types("true").ends_with_status(0);
        // As the history makes it.
        if shell != Shell::Fish {
            session.types("true npx prisma migrate reset --force").ends_with_status(0);
            refuses(&mut session, "command npx !!:2*");
        }
        // A command of several lines is broken off; the next one is whole again.
        let lines = match shell {
            Shell::Fish => ["for i in 1", RESET, "end"],
            Shell::Bash | Shell::Bash32 | Shell::Zsh => ["for i in 1; do", RESET, "done"],
        };
        let keys = lines.map(|line| format!("{line}\r"));
        // Only bash runs the lines through our hands one by one.
        session.presses(&if shell == Shell::Bash { keys[..2].concat() } else { keys.concat() });
        let said = session.returns().text.clone();
        assert!(!said.contains("ran:") && session.said().status != 0, "{said}");
        session.types("echo again").ends_with_status(0);
        session.presses(&keys.concat().replace(RESET, "echo $i"));
        session.returns();
        assert!(session.said().text.contains('1'), "{}", session.said().text);
    }

    fn a_command_of_several_lines_is_judged_as_a_whole(shell) {
        if shows_no_line(shell) {
            return;
        }
        let world = world();
        let mut session = on_prod(&world, shell);
        let harmless = [
            "echo \"a\rb\"", "echo 'x\ry'", "echo a \\\rb", "docker ps \\\r--all", "git commit -m \"dropdb is\rgone\"",
            "psql \"$DATABASE_URL\" \\\r-c 'select 1'",
        ];
        // Often: what an open quote does to the shell may only show later.
        for keys in harmless.iter().cycle().take(24) {
            let said = session.types(keys).ends_with_status(0).text.clone();
            assert!(!said.contains("syntax error") && !said.contains("nexus-env"), "{shell}: `{keys}` printed:\n{said}");
        }
        if shell != Shell::Fish {
            session.types("cat <<X\rdropdb nexus_db\rX").ends_with_status(0).prints("dropdb nexus_db");
        }
        for keys in [
            "bash -c \"\rnpx prisma migrate reset\"", "env npx prisma \\\rmigrate reset", "command npx \\\rprisma \\\rmigrate reset",
        ] {
            let said = session.types(keys).text.clone();
            let refused = said.contains("nexus-env: blocked: ") && session.said().status != 0;
            assert!(refused && !said.contains("ran:"), "{shell}: `{keys}` printed:\n{said}");
            session.types("echo again").ends_with_status(0).prints("again");
        }
    }

    fn a_line_that_the_history_is_searched_for_is_judged_too(shell) {
        // fish's search only puts the line where it can be accepted.
        if shows_no_line(shell) || shell == Shell::Fish {
            return;
        }
        let own = match shell {
            Shell::Zsh => "own-accept() { zle .accept-line }; zle -N own-accept; bindkey '^Xa' own-accept",
            Shell::Bash | Shell::Bash32 | Shell::Fish => "",
        };
        let world = world().after_hook(own);
        let mut session = on_prod(&world, shell);
        refuses(&mut session, RESET);
        let judged = |session: &mut Session<'_>, keys: &str, ran: &str| {
            session.presses(keys);
            let said = session.returns().ends_with_status(3).text.clone();
            assert!(said.contains(REFUSED) && !said.contains("ran:"), "{said}");
            session.types(&format!("npx prisma {ran}")).prints(&format!("ran:npx:prisma:{ran}"));
        };
        judged(&mut session, "\x12migrate reset\r", "generate");
        if shell == Shell::Zsh {
            // A widget of somebody's own that accepts without asking anybody.
            judged(&mut session, &format!("{RESET}\x18a"), "validate");
        }
        session.presses("\x12prisma generate\r");
        session.returns().ends_with_status(0).prints("ran:npx:prisma:generate");
    }

    fn other_keys_that_accept_a_line_are_no_way_round(shell) {
        // zsh's are widgets, and fish's are bound to Enter's.
        if shell != Shell::Bash {
            return;
        }
        let world = world().after_hook("bind '\"\\C-xq\": accept-line'");
        let mut session = on_prod(&world, shell);
        for key in ["\x0f", "\x18q", "\n"] {
            session.presses(&format!("{RESET}{key}"));
            let said = session.returns().ends_with_status(3).text.clone();
            assert!(said.contains(REFUSED) && !said.contains("ran:"), "{key:?}: {said}");
        }
        // Ctrl-O shows the next line of the history.
        session.types("echo first").prints("first");
        session.types("echo second").prints("second");
        session.presses("\x1b[A\x1b[A\x0f");
        session.returns().prints("first");
        session.presses("\r");
        session.returns().prints("second");
    }

    fn what_somebody_else_binds_to_enter_goes_on_working(shell) {
        if shows_no_line(shell) {
            return;
        }
        let own = match shell {
            Shell::Bash | Shell::Bash32 => "bind -x '\"\\C-xp\": marks=x$marks'; bind '\"\\C-m\": \"\\C-xp\\C-j\"'",
            Shell::Zsh => "own-accept() { marks=x$marks; zle own-was }; zle -A accept-line own-was; zle -N accept-line own-accept",
            Shell::Fish => "bind \\r 'set -g marks x\"$marks\"; commandline -f execute'",
        };
        for world in [world().before_hook(own), world().after_hook(own)] {
            let mut session = on_prod(&world, shell);
            refuses(&mut session, RESET);
            session.types(if shell == Shell::Fish { "set -g marks" } else { "marks=" });
            session.types("echo \"[$marks]\"").prints("[x]");
            refuses(&mut session, RESET);
        }
    }
}

/// atuin's search accepts by itself what was found. atuin is in no package of Debian 12: the functions here do what those of its
/// 18.24 do that accept a line (`atuin init bash`, `atuin init fish`), with a fixed line in place of the search. By hand it was
/// tried with atuin itself.
#[test]
fn a_search_that_accepts_by_itself_is_no_way_round() {
    let bash = "__atuin_macro_accept_line=accept-line
      own_search() { READLINE_LINE=$found READLINE_POINT=${#found}; bind '\"\\C-xb\": '\"$__atuin_macro_accept_line\"''; }
      bind '\"\\C-xb\": \"\"'; bind -x '\"\\C-xa\": own_search'; bind '\"\\C-g\": \"\\C-xa\\C-xb\"'";
    let fish = "function _atuin_search; commandline -r \"$found\"; commandline -f repaint; commandline -f execute; end
      bind \\cg _atuin_search";
    for (shell, own) in [(Shell::Bash, bash), (Shell::Fish, fish)] {
        for world in [world().before_hook(own), world().after_hook(own)] {
            let mut session = on_prod(&world, shell);
            session.types(&shell.sets("found", &format!("'{RESET}'")));
            session.presses("\x07");
            session.shows_again("blocked: prisma migrate reset would erase prod");
            session.returns().ends_with_status(3);
            session.types(&shell.sets("found", "\"echo all' 'right\""));
            session.presses("\x07");
            session.shows_again("all right");
            session.returns().ends_with_status(0);
        }
    }
}

/// ble.sh is in no package, so these functions stand in for the two of it that matter: one that puts a function around another
/// (`ble/function#advice`), and the one that every accepted line goes through. Its editor is not there, so Enter is readline's.
/// By hand it was tried with ble.sh itself (0.4, b99cadb).
#[test]
fn with_ble_sh_the_line_is_judged_where_it_hands_it_on() {
    let own = "BLE_VERSION=0.4
      ble-edit/exec/register() { eval \"$1\"; }
      ble/function#advice() {
        [[ $1 == around ]] || { ble-edit/exec/register() { eval \"$1\"; }; return; }
        proc=$3; ble-edit/exec/register() { local ADVICE_WORDS=(x \"$1\"); $proc; }
      }
      ble/function#advice/do() { eval \"${ADVICE_WORDS[1]}\"; }
      ble-edit/content/reset() { back=$1; }";
    for world in [world().before_hook(own), world().after_hook(own)] {
        let mut session = on_prod(&world, Shell::Bash);
        refuses(&mut session, &format!("ble-edit/exec/register '{RESET}'"));
        session.types("ble-edit/exec/register 'echo all right'").ends_with_status(0).prints("all right");
        session.types("ble-edit/exec/register 'npx prisma generate'").prints("ran:npx:prisma:generate");
    }
}

/// As a plugin does it that wraps the widgets anew before each prompt.
#[test]
fn a_plugin_that_wraps_the_widgets_at_each_prompt_is_no_hindrance() {
    let own = "own-bind() {
      [[ ${widgets[accept-line]} == user:own-accept ]] && return
      zle -A accept-line own-was-$(( ++own )); zle -N accept-line own-accept
    }
    own-accept() { marks=x$marks; zle own-was-$own }
    precmd_functions+=(own-bind)";
    for world in [world().before_hook(own), world().after_hook(own)] {
        let mut session = on_prod(&world, Shell::Zsh);
        for _ in 0..3 {
            refuses(&mut session, RESET);
            session.types("marks=");
            session.types("echo \"[$marks]\"").prints("[x]");
        }
    }
}

#[test]
fn a_debug_trap_of_bashs_hears_nothing_of_a_refused_line_and_the_screen_shows_it_alone() {
    let world = world().after_hook("trap 'printf \"heard %s\\n\" \"$BASH_COMMAND\"' DEBUG");
    let mut session = on_prod(&world, Shell::Bash);
    let said = session.types(RESET).ends_with_status(3).text.clone();
    assert!(said.starts_with(REFUSED) && !said.contains("__nexus_env_refused"), "{said}");
}
