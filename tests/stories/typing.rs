//! The line that a person accepts: it is judged before the shell runs it, whatever program stands in it, and what the guard
//! says of a line is what happens to it. A stand-in for each program says that it ran.

use std::sync::OnceLock;

use crate::pausing::{DEV, GUARDED, PROD};
use crate::world::shell::stories;
use crate::world::{Session, Shell, World};

/// Lines that no guard function stands in front of, and others around them.
const LINES: &[&str] = &[
    "gcloud sql databases delete nexus_db --instance=nexusprod-v2",
    "gcloud sql instances delete nexusprod-v2 --quiet",
    "docker compose exec db psql -U postgres -c 'DROP TABLE users'",
    "docker exec db dropdb nexus_db",
    "kubectl exec deploy/api -- npx prisma migrate reset --force",
    "ssh prod 'dropdb nexus_db'",
    "heroku pg:reset DATABASE_URL --confirm app",
    "php artisan migrate:fresh",
    "bundle exec rails db:reset",
    "python manage.py flush --noinput",
    "uv run alembic downgrade base",
    "poetry run alembic downgrade -1",
    "sudo -u postgres dropdb nexus_db",
    "command npx prisma migrate reset --force",
    "env npx prisma db push",
    "./node_modules/.bin/prisma migrate reset",
    "node node_modules/prisma/build/index.js db push",
    "bin/reset",
    "./reset.sh",
    "bash reset.sh",
    "cat reset.sh | sh",
    "nohup npx prisma migrate dev",
    "time npx prisma migrate dev",
    "liquibase update",
    "rails db:prepare",
    "npx hasura migrate apply --down all",
    "npx turso db destroy nexus",
    "npx wrangler d1 delete nexus",
    "npx neonctl branches delete main",
    "npx @mikro-orm/cli schema:drop --run",
    "npx graphile-migrate reset --erase",
    "npx typeorm query 'DELETE FROM users'",
    "npx pr\"is\"ma migrate reset",
    "npx prisma migrate deploy",
    "npx prisma db seed",
    "psql -c 'DROP TABLE users'",
    "echo 'DROP TABLE users' | psql",
    "psql < drop.sql",
    "psql -f drop.sql",
    "npm run db:reset",
    "make reset",
    "if true; then npx prisma migrate reset; fi",
    "true && npx prisma migrate reset",
    "npx prisma migrate reset # again",
    "eval \"$(cat reset.sh)\"",
    "npx prisma generate",
    "npx prisma migrate status",
    "npm run build",
    "make build",
    "psql -c 'select 1'",
    "git commit -m 'prisma migrate reset is gone'",
    "echo npx prisma migrate reset",
    "grep -r 'DROP TABLE' .",
    "ls; true",
];

fn world() -> World {
    let world = World::with(GUARDED)
        .secret("dev", "DATABASE_URL", DEV)
        .secret("prod", "DATABASE_URL", PROD)
        .file("reset.sh", "npx prisma migrate reset --force\n")
        .file("bin/reset", "#!/bin/sh\nnpx prisma migrate reset --force\n")
        .file("drop.sql", "DROP TABLE users;\n")
        .file("Makefile", "build:\n\ttsc -b\nreset:\n\tnpx prisma migrate reset\n")
        .file("package.json", "{\"scripts\": {\"build\": \"tsc -b\", \"db:reset\": \"prisma migrate reset\"}}")
        .file("node_modules/prisma/build/index.js", "");
    let tools = [
        "gcloud", "docker", "kubectl", "ssh", "heroku", "php", "bundle", "python", "uv", "poetry", "sudo", "npx",
        "nohup", "liquibase", "rails", "psql", "npm", "make", "git", "node",
    ];
    tools.into_iter().fold(world, |world, tool| {
        world.program(tool, "#!/bin/sh\nprintf 'ran:%s' \"${0##*/}\"\nprintf ':%s' \"$@\"\necho\n")
    })
}

/// Whether `guard check --line` lets each line run with prod selected.
fn allowed(world: &World) -> &'static Vec<bool> {
    static ALLOWED: OnceLock<Vec<bool>> = OnceLock::new();
    ALLOWED.get_or_init(|| {
        let of = |line: &&str| {
            let words = ["run", "-e", "prod", "--", "nexus-env", "guard", "check", "--line", line];
            world.run(&words).status == 0
        };
        LINES.iter().map(of).collect()
    })
}

fn on_prod(world: &World, shell: Shell) -> Session<'_> {
    let mut session = world.enter(shell);
    session.types("nexus-env use prod");
    session
}

const RESET: &str = "command npx prisma migrate reset --force";
const REFUSED: &str = "nexus-env: blocked: prisma migrate reset would erase prod\n";

/// bash 3.2 shows no line before it runs.
fn shows_no_line(shell: Shell) -> bool {
    shell == Shell::Bash32
}

#[track_caller]
fn refuses(session: &mut Session<'_>, line: &str) {
    let said = session.types(line).ends_with_status(3).text.clone();
    assert!(said.contains(REFUSED) && !said.contains("ran:"), "`{line}` printed:\n{said}");
}

stories! {
    fn what_the_guard_says_of_a_line_is_what_happens_to_it(shell) {
        if shell == Shell::Bash32 {
            return;
        }
        let world = world();
        let expected = allowed(&world);
        assert!(expected.iter().filter(|allowed| **allowed).count() >= 9, "{expected:?}");
        let mut session = on_prod(&world, shell);
        for (line, allowed) in LINES.iter().zip(expected) {
            let line = if shell == Shell::Fish { line.replace("; then", ";").replace("; fi", "; end") } else { (*line).to_owned() };
            let status = session.types_and_says_no(&line);
            let ran = session.said().text.contains("ran:") && !line.starts_with("echo");
            assert_eq!(status == 3, !allowed, "{shell}: `{line}` ended with {status}: {}", session.said().text);
            assert!(*allowed || !ran, "{shell}: `{line}` ran: {}", session.said().text);
        }
    }

    fn a_refused_line_is_told_ends_with_3_and_can_be_called_back(shell) {
        if shows_no_line(shell) {
            return;
        }
        // fish keeps no history for the harness.
        let world = world().after_hook(if shell == Shell::Fish { "set -g fish_history story" } else { "" });
        let mut session = on_prod(&world, shell);
        session.types("echo before").prints("before");
        let line = format!("{RESET} || true");
        refuses(&mut session, &line);
        session.types(&format!("echo {}", shell.status())).prints("3");
        let recalls = match shell {
            Shell::Bash | Shell::Bash32 => "history 4",
            Shell::Zsh => "fc -ln -3",
            Shell::Fish => "builtin history search --max=4",
        };
        let mut history = session.types(recalls).text.clone();
        // fish before 4 takes up what others wrote into its file once a second.
        let deadline = std::time::Instant::now() + crate::world::PATIENCE;
        while shell == Shell::Fish && !history.contains(&line) && std::time::Instant::now() < deadline {
            refuses(&mut session, &line);
            session.types("echo before");
            history = session.types(recalls).text.clone();
        }
        assert!(history.contains(&line) && history.contains("echo before"), "{history}");
        assert!(!history.contains("__nexus_env"), "{history}");
    }

    fn a_question_is_asked_before_the_line_runs_and_once(shell) {
        if shows_no_line(shell) {
            return;
        }
        let world = world();
        let mut session = on_prod(&world, shell);
        let line = "npx prisma migrate resolve --applied one";
        let said = session.answers(line, " to go on: ", "prod").ends_with_status(0).text.clone();
        assert_eq!(said.matches(" to go on: ").count(), 1, "{said}");
        assert!(said.contains("nexus-env: prisma migrate resolve would ") && said.ends_with("ran:npx:prisma:migrate:resolve:--applied:one"), "{said}");
        session.types("echo \"[$NEXUS_ENV_CONSENT]\"").prints("[]");
        let said = session.answers(line, " to go on: ", "no").ends_with_status(3).text.clone();
        assert!(said.contains("blocked: it was not confirmed") && !said.contains("ran:"), "{said}");
        // Ctrl-C gives the line back, to be edited.
        session.presses(&format!("{line}\r"));
        session.shows_again(" to go on: ");
        session.presses("\x03");
        let said = session.answers("-more", " to go on: ", "prod").ends_with_status(0).text.clone();
        assert!(said.ends_with("ran:npx:prisma:migrate:resolve:--applied:one-more"), "{said}");
    }

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

    fn sourced_twice_it_is_there_once_and_taken_out_it_is_gone(shell) {
        if shows_no_line(shell) {
            return;
        }
        let world = world().after_hook(shell.hook_line());
        let settings = world.home().join(".config/nexus-env/config.toml");
        let mut session = on_prod(&world, shell);
        refuses(&mut session, RESET);
        std::fs::write(&settings, "[shell]\nline = false\n").unwrap();
        session.types("true");
        session.types(RESET).prints("ran:npx:prisma:migrate:reset:--force");
        // The functions stand alone.
        refuses(&mut session, "npx prisma migrate reset");
        let bound = match shell {
            Shell::Bash | Shell::Bash32 => "bind -q accept-line",
            Shell::Zsh => "echo ${widgets[accept-line]}",
            Shell::Fish => "bind \\r",
        };
        let bound = session.types(bound).text.clone();
        let was = match shell {
            Shell::Bash | Shell::Bash32 => "accept-line can be invoked via \"\\C-j\", \"\\C-m\", \"\\C-x\\C-^\".",
            Shell::Zsh => "builtin",
            Shell::Fish => "bind --preset \\r execute",
        };
        // fish 4 calls the key by its name.
        assert_eq!(bound.replace(" enter ", " \\r "), was);
        std::fs::remove_file(&settings).unwrap();
        session.types("true");
        refuses(&mut session, RESET);
    }
}

/// Where the program gives no answer, a line with a tool in it does not run, and every other does.
#[test]
fn without_an_answer_no_line_with_a_tool_runs() {
    use std::os::unix::fs::PermissionsExt;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let world = world();
        let stand_in = world.outside("nexus-env");
        let script = format!(
            "#!/bin/sh\ncase $1 in\n__line) kill -KILL $$ ;;\n*) exec {} \"$@\" ;;\nesac\n",
            env!("CARGO_BIN_EXE_nexus-env")
        );
        std::fs::write(&stand_in, script).unwrap();
        std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).unwrap();
        let world = world.after_hook(&shell.sets("__nexus_env_bin", &stand_in.display().to_string()));
        let mut session = world.enter(shell);
        let said = session.types(RESET).ends_with_status(3).text.clone();
        assert!(
            said.ends_with(
                "nexus-env: blocked: the guard gave no answer (status 137), so the line did not run\n\
                 hint: nexus-env status, or `[shell] line = false` in your config.toml to go without"
            ),
            "{shell}: {said}"
        );
        session.types("command npx eslint .").prints("ran:npx:eslint:.");
    }
}

/// `PGPASSWORD=… psql` shows the password to nobody, and being asked about does not either.
#[test]
fn a_line_is_in_nobodys_words() {
    use std::os::unix::fs::PermissionsExt;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let world = world();
        let (stand_in, words) = (world.outside("nexus-env"), world.outside("words"));
        let script =
            format!("#!/bin/sh\necho \"$@\" >>{}\nexec {} \"$@\"\n", words.display(), env!("CARGO_BIN_EXE_nexus-env"));
        std::fs::write(&stand_in, script).unwrap();
        std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).unwrap();
        let world = world.after_hook(&shell.sets("__nexus_env_bin", &stand_in.display().to_string()));
        let mut session = on_prod(&world, shell);
        let said = session.types(&format!("PGPASSWORD=hunter2 {RESET}")).ends_with_status(3).text.clone();
        assert!(said.contains(REFUSED.trim_end()), "{shell}: {said}");
        let words = std::fs::read_to_string(words).unwrap();
        assert!(words.contains("__line") && !words.contains("hunter2"), "{shell}: {words}");
        let environment = session.env_of_child();
        assert!(environment.iter().all(|(name, _)| name != "NEXUS_ENV_TYPED"), "{shell}");
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

/// What an alias stands for is read as if it had been typed.
#[test]
fn an_alias_hides_nothing() {
    for shell in [Shell::Bash, Shell::Zsh] {
        let world = world().after_hook("alias pm='command npx prisma' pmr='pm migrate'");
        let mut session = on_prod(&world, shell);
        refuses(&mut session, "pm migrate reset");
        refuses(&mut session, "true; pmr reset");
        session.types("pm generate").prints("ran:npx:prisma:generate");
    }
}
