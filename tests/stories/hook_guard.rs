//! The guard functions, where no line is judged: what they do with the program's answer, and that everything else about a
//! command stays as it was. The program's own verdict is told elsewhere; here a stand-in gives the answers.

use std::os::unix::fs::PermissionsExt;

use crate::hook_loading::DEV_AND_PROD;
use crate::world::shell::stories;
use crate::world::{Held, Shell, World};

const LOADED: &str = "nexus-env: dev · DATABASE_URL and 1 more";
const TOOLS: [&str; 19] = [
    "npx", "prisma", "pnpm", "pnpx", "yarn", "bun", "bunx", "npm", "make", "just", "task", "psql", "dropdb",
    "pg_restore", "drizzle-kit", "knex", "rails", "alembic", "dotenv",
];

/// A world whose runners print what they were given, and whose guard writes down what it was asked.
fn guarded(shell: Shell, answer: &str) -> World {
    guarded_after(shell, answer, "")
}

fn guarded_after(shell: Shell, answer: &str, own: &str) -> World {
    let mut world = World::with(DEV_AND_PROD);
    std::fs::write(world.home().join(".config/nexus-env/config.toml"), "[shell]\nline = false\n").unwrap();
    let stand_in = world.outside("nexus-env");
    let script = format!(
        "#!/bin/sh\ncase $1:$* in\n__guard:*prisma*) shift 2; echo \"$DATABASE_URL: $*\" >>{asked}; {answer} ;;\n\
         __guard:*) ;;\n\
         *) exec {real} \"$@\" ;;\nesac\n",
        asked = world.outside("asked").display(),
        real = env!("CARGO_BIN_EXE_nexus-env"),
    );
    std::fs::write(&stand_in, script).unwrap();
    std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).unwrap();
    for tool in TOOLS {
        let script = "#!/bin/sh\n[ \"$1\" != waits ] || read -r _ <~/fifo\n";
        let script = format!(
            "{script}printf '%s:' \"${{0##*/}}\" \"$@\"\n[ \"$1\" != cat ] || cat\n[ \"$1\" != fails ] || exit 5\n"
        );
        world = world.program(tool, &format!("{script}echo\n"));
    }
    let path = stand_in.display().to_string();
    world.after_hook(&format!("{}\n{own}", shell.sets("__nexus_env_bin", &path)))
}

fn asked(world: &World) -> String {
    let text = std::fs::read_to_string(world.outside("asked")).unwrap_or_default();
    let _ = std::fs::remove_file(world.outside("asked"));
    text
}

stories! {
    fn its_answer_decides(shell) {
        let world = guarded(shell, "exit $(cat ~/answer)");
        let mut session = world.open(shell);
        session.types("cd repo");
        let answer = |status: &str| std::fs::write(world.home().join("answer"), status).unwrap();
        answer("0");
        session.types("npx prisma migrate dev").prints("npx:prisma:migrate:dev:").ends_with_status(0);
        answer("3");
        session.types("npx prisma migrate dev").prints("").ends_with_status(3);
        session.types("npx prisma migrate dev && echo next").prints("").ends_with_status(3);
        session.types("npx prisma migrate dev || echo other").prints("other").ends_with_status(0);
        for broken in ["1", "2", "4", "101", "126", "139"] {
            answer(broken);
            session.types("npx prisma migrate dev").prints(&format!(
                "nexus-env: blocked: the guard gave no answer (status {broken}), so `npx` did not run\n\
                 hint: nexus-env status, or `command npx …` to go without the guard"
            )).ends_with_status(3);
        }
        session.types("npx --version").prints("npx:--version:");
        session.types("command npx prisma migrate dev").prints("npx:prisma:migrate:dev:");
    }

    fn everything_else_about_a_command_passes_untouched(shell) {
        let world = guarded(shell, "cat; exit 0");
        let mut session = world.open(shell);
        session.types("cd repo");
        for words in ["cat", "cat prisma migrate"] {
            let printed = format!("npx:{}:", words.replace(' ', ":"));
            session.types(&format!("echo input | npx {words} | tr a-z A-Z")).prints(&format!("{}INPUT", printed.to_uppercase()));
            session.types(&format!("npx {words} </dev/null >/dev/null")).prints("").ends_with_status(0);
        }
        session.types("npx fails").prints("npx:fails:").ends_with_status(5);
        session.types("npx 'two words' '' '*' \"a'b\"").prints("npx:two words::*:a'b:");
        let substituted = if shell == Shell::Fish { "echo [(npx x)]" } else { "echo \"[$(npx x)]\"" };
        session.types(substituted).prints("[npx:x:]");
        session.types("npm -v; pnpm -v; pnpx -v; yarn -v; bun -v; bunx -v; prisma -v")
            .prints("npm:-v:\npnpm:-v:\npnpx:-v:\nyarn:-v:\nbun:-v:\nbunx:-v:\nprisma:-v:");
    }

    fn the_rest_of_a_line_that_changes_directory_is_judged_there(shell) {
        let world = guarded(shell, "exit 0");
        let mut session = world.open(shell);
        session.types("npx prisma migrate dev").prints("npx:prisma:migrate:dev:");
        assert_eq!(asked(&world), "", "outside of any repository nothing is asked");
        let and = if shell == Shell::Fish { "; and" } else { " &&" };
        session.types(&format!("cd repo{and} npx prisma migrate dev")).prints(&format!("{LOADED}\nnpx:prisma:migrate:dev:"));
        assert_eq!(asked(&world), "postgresql://dev:one@127.0.0.1:5433/nexus_db: npx prisma migrate dev\n");
        assert_eq!(session.holds("NEXUS_ENV"), Held::exported("dev"));
        session.types(&format!("cd ..{and} npx prisma migrate dev")).prints("npx:prisma:migrate:dev:");
        assert_eq!(asked(&world), "");
        session.types(&format!("cd repo{and} DATABASE_URL=mine npx prisma migrate dev"));
        assert_eq!(asked(&world), "mine: npx prisma migrate dev\n");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported("postgresql://dev:one@127.0.0.1:5433/nexus_db"));
        session.types("DATABASE_URL=mine npx prisma migrate dev");
        assert_eq!(asked(&world), "mine: npx prisma migrate dev\n");
        session.types("cd ..");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    }

    fn a_configuration_that_cannot_be_loaded_is_still_guarded(shell) {
        let world = guarded(shell, "exit 3");
        let mut session = world.open(shell);
        session.types("cd repo");
        world.writes(".nexusenv", "[[[");
        session.types("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("npx prisma migrate dev").prints("").ends_with_status(3);
        session.types("npx --version").prints("npx:--version:");
    }

    fn without_the_program_what_a_rule_names_is_blocked_and_the_rest_runs(shell) {
        let world = guarded(shell, "exit 0");
        let mut session = world.open(shell);
        session.types("cd repo");
        std::fs::remove_file(world.outside("nexus-env")).unwrap();
        // Where the files are younger than the clock's grain a load comes first, and says that the program is gone.
        let said = session.types("npx prisma migrate dev").ends_with_status(3).text.clone();
        assert!(said.ends_with(
            "nexus-env: blocked: the guard gave no answer (status 127), so `npx` did not run\n\
             hint: nexus-env status, or `command npx …` to go without the guard"
        ), "{said}");
        session.types("npx --version").prints("npx:--version:");
        session.types("cd .. ");
        session.types("npx prisma migrate dev").prints("npx:prisma:migrate:dev:");
        session.types("cd repo");
        session.types("npx prisma migrate dev").ends_with_status(3);
    }

    fn a_function_of_the_persons_goes_on_working(shell) {
        let own = match shell {
            Shell::Fish => "function npx; echo mine; command npx $argv; end\nfunction yarn; echo only mine; end\n",
            Shell::Bash | Shell::Bash32 | Shell::Zsh => "npx() { echo mine; command npx \"$@\"; }\nyarn() { echo only mine; }\n",
        };
        let world = guarded_after(shell, "exit 3", own);
        let mut session = world.open(shell);
        session.types("cd repo");
        session.types("npx a b").prints("mine\nnpx:a:b:");
        session.types("yarn a").prints("only mine");
        session.types("npx prisma migrate dev").prints("").ends_with_status(3);
        // One that is defined later is found at the next load.
        let later = match shell {
            Shell::Fish => "function npx; echo later; end",
            Shell::Bash | Shell::Bash32 | Shell::Zsh => "npx() { echo later; }",
        };
        session.types(later);
        session.types("cd ..");
        session.types("cd repo");
        session.types("npx a").prints("later");
        session.types("npx prisma migrate dev").prints("").ends_with_status(3);
    }

    fn a_background_job_stays_one(shell) {
        let world = guarded(shell, "exit 0");
        let fifo = world.home().join("fifo").display().to_string();
        let mut session = world.open(shell);
        session.types("cd repo");
        session.types(&format!("mkfifo {fifo}"));
        for line in ["npx waits &", "A='x & y' npx waits 'a & b' 2>&1 &", "true && npx waits &"] {
            // The prompt is back although nobody has written into the pipe yet.
            session.types(line);
            session.types(&format!("echo go >{fifo}; wait"));
            assert!(session.said().text.contains("npx:waits:"), "{line}: {}", session.said().text);
        }
        session.types("npx 'a & b' && echo next & wait");
        assert!(session.said().text.contains("npx:a & b:"), "{}", session.said().text);
    }

    fn an_alias_of_the_persons_goes_on_working(shell) {
        let world = guarded_after(shell, "exit 3", "alias npx='npx --no-install'\nalias yarn='yarn --silent'\n");
        let mut session = world.open(shell);
        session.types("cd repo");
        session.types("npx a").prints("npx:--no-install:a:");
        session.types("npx prisma migrate dev").prints("").ends_with_status(3);
    }
}

/// nvm and its like define functions that replace themselves at the first call.
#[test]
fn a_function_that_removes_itself_at_its_first_call_works_and_is_guarded_again() {
    for shell in [Shell::Bash, Shell::Zsh] {
        let own = "npx() { unset -f npx npm; npx \"$@\"; }\nnpm() { unset -f npx npm; npm \"$@\"; }\n";
        let world = guarded_after(shell, "exit 3", own);
        let mut session = world.open(shell);
        session.types("cd repo");
        session.types("npx a").prints("npx:a:");
        session.types("cd ..");
        session.types("cd repo");
        session.types("npx a").prints("npx:a:");
        session.types("npx prisma migrate dev").prints("").ends_with_status(3);
    }
}

#[test]
fn an_exported_function_of_bash_is_not_exported_with_the_guard_in_it() {
    let world = guarded_after(Shell::Bash, "exit 0", "npx() { echo mine; }\nexport -f npx\n");
    let mut session = world.open(Shell::Bash);
    session.types("cd repo");
    session.types("npx a").prints("mine");
    session.types("bash -c 'npx a'").prints("npx:a:");
}

stories! {
    /// A guard function of such a name would be in the way of the shell itself, of its prompt and of the hook.
    fn a_rule_that_is_named_like_a_word_of_the_shell_breaks_nothing(shell) {
        const NAMES: [&str; 40] = [
            "return", "eval", "local", "export", "set", "string", "print", "printf", "cd", "source", "test", "if", "echo", "builtin",
            "command", "function", "functions", "status", "math", "noglob", "nocorrect", "nexus-env", "read", "unset", "shift", "declare",
            "typeset", "emulate", "zstat", "contains", "count", "true", "time", "type", "exec", "fish_prompt", "precmd", "hash", "trap", "end",
        ];
        let rules = |names: &[&str]| -> String {
            names.iter().map(|name| format!("[[guard]]\ncommand = \"{name} *\"\non = [\"test\"]\n")).collect()
        };
        let world = World::with(&format!("{DEV_AND_PROD}\n{}{}", rules(&NAMES), rules(&[".", "[", "frobnicate"])));
        let world = world.program("frobnicate", "#!/bin/sh\necho ran\n");
        std::fs::write(world.home().join(".config/nexus-env/config.toml"), "[shell]\nline = false\n").unwrap();
        let mut session = world.enter(shell);
        session.said().prints(LOADED);
        session.types("nexus-env use test").prints("nexus-env: test · DATABASE_URL and 1 more");
        session.types("frobnicate now").ends_with_status(3);
        session.types("echo on; command true; test 1 = 1").prints("on").ends_with_status(0);
        session.types("cd ..").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
    }
}

#[test]
fn allow_and_doctor_say_which_rule_no_prompt_sees() {
    let world = World::with(DEV_AND_PROD);
    world.writes(".nexusenv", format!("{DEV_AND_PROD}\n[[guard]]\ncommand = \"eval *\"\n"));
    let said = "`eval` is the shells' own, so the rule `eval *` has no guard function: it holds where lines are judged, in scripts, recipes and `run`";
    let told = world.run(&["allow"]).succeeds().stderr;
    assert!(told.contains(&format!("nexus-env: {said}\n")), "{told}");
    let found = world.run(&["doctor", "--json"]);
    assert!(String::from_utf8_lossy(&found.stdout).contains(said));
}
