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

pub(super) fn world() -> World {
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

pub(super) fn on_prod(world: &World, shell: Shell) -> Session<'_> {
    let mut session = world.enter(shell);
    session.types("nexus-env use prod");
    session
}

pub(super) const RESET: &str = "command npx prisma migrate reset --force";
pub(super) const REFUSED: &str = "nexus-env: blocked: prisma migrate reset would erase prod\n";

/// bash 3.2 shows no line before it runs.
pub(super) fn shows_no_line(shell: Shell) -> bool {
    shell == Shell::Bash32
}

#[track_caller]
pub(super) fn refuses(session: &mut Session<'_>, line: &str) {
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

    fn the_first_line_that_up_shows_is_the_refused_one(shell) {
        // fish before 4 takes up what stands in its file once a second.
        if shows_no_line(shell) {
            return;
        }
        let world = world().after_hook(if shell == Shell::Fish { "set -g fish_history story" } else { "" });
        let mut session = on_prod(&world, shell);
        let line = format!("{RESET} || true");
        let deadline = std::time::Instant::now() + crate::world::PATIENCE;
        let mut shown = String::new();
        while shown != RESET && std::time::Instant::now() < deadline {
            session.types("echo before").prints("before");
            refuses(&mut session, &line);
            shown = session.types("\x1b[A\x01echo ").text.clone();
            assert!(shell == Shell::Fish || shown == RESET, "{shell}: {shown}");
        }
        assert_eq!(shown, RESET, "{shell}");
    }

    fn a_selection_on_the_line_counts_for_what_follows_on_it(shell) {
        if shows_no_line(shell) {
            return;
        }
        let world = world();
        let mut session = world.enter(shell);
        for line in ["nexus-env use prod && sh -c 'npx prisma migrate reset'", "nexus-env use prod; env npx prisma db push"] {
            let said = session.types(line).ends_with_status(3).text.clone();
            assert!(said.contains(" prod\n") && !said.contains("ran:"), "{shell}: `{line}` printed:\n{said}");
        }
        session.types("echo \"[$NEXUS_ENV]\"").prints("[dev]");
    }

    fn a_line_that_goes_into_a_repository_is_judged_by_what_is_selected_there(shell) {
        if shows_no_line(shell) {
            return;
        }
        let world = world();
        let mut session = on_prod(&world, shell);
        let repo = world.repo().display().to_string();
        session.types("cd /").ends_with_status(0);
        for line in [
            format!("cd {repo} && {RESET}"),
            format!("cd {repo}; sh -c 'npx prisma migrate reset'"),
            format!("cd '{repo}' && env npx prisma migrate reset"),
        ] {
            refuses(&mut session, &line);
        }
        session.types(&format!("cd {repo} && command npx prisma generate")).ends_with_status(0);
        assert!(session.said().text.contains("ran:npx:prisma:generate"), "{shell}: {}", session.said().text);
        // What is selected in the directory that it leaves counts as well.
        refuses(&mut session, &format!("cd / && {RESET}"));
        session.types("nexus-env use dev");
        session.types("cd /");
        session.types("sh -c 'npx prisma migrate reset'").prints("ran:npx:prisma:migrate:reset");
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
