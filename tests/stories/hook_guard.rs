//! The guard functions: which words they ask the program about, what they do with its answer, and that everything else
//! about a command stays as it was. The program's own verdict is told elsewhere; here a stand-in gives the answers.

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
    let stand_in = world.outside("nexus-env");
    let script = format!(
        "#!/bin/sh\ncase $1 in\n__guard) shift 2; echo \"$DATABASE_URL: $*\" >>{asked}; {answer} ;;\n\
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

const PACKAGE: &str = r#"{
  "name": "app",
  "scripts": {
    "build": "tsc && node build.js",
    "dev": "next dev",
    "test": "vitest",
    "db:push": "prisma db push",
    "setup": "npm run db:push",
    "postlint": "prisma generate",
    "lint": "eslint ."
  },
  "devDependencies": { "prisma": "^6", "typescript": "^5" }
}
"#;

const MAKEFILE: &str = "\
PRISMA ?= npx prisma
SRC := $(wildcard src/*.ts)
.PHONY: help build test reset
# What is done where nothing is asked for.
help:
\t@echo \"make build, make test\"
build: $(SRC)
\ttsc -b \\
\t  --verbose
test: build
\tvitest
lint:
\teslint .
reset:
\t$(PRISMA) migrate reset
fresh: reset
again:
\t@$(MAKE) reset
deep: lint \\
fresh
both other: build
\tpsql -c 'DROP TABLE x'
loop: build
\tfor each in a b; do ./reset.sh $$each; done
joined: lint ; npx prisma db push
run:
\t$(CMD)
conditional:
ifeq ($(MODE),hard)
\tnpx prisma migrate reset
endif
";

const JUSTFILE: &str = "\
set dotenv-load
prisma := 'npx prisma'

# What is done where nothing is asked for.
[private]
@build mode='fast':
    tsc -b {{mode}}

lint:
    eslint .

reset: lint
    {{prisma}} migrate reset

all: build reset

run WORD:
    {{WORD}} test
";

const TASKFILE: &str = "\
version: '3'
vars:
  PRISMA: npx prisma
tasks:
  default:
    deps: [lint]
  build:
    desc: tsc
    cmds:
      - tsc -b
  lint: eslint .
  reset:
    cmds:
      - '{{.PRISMA}} migrate reset'
  'db:reset':
    cmds:
      - task: reset
  all:
    deps: [build, reset]
";

stories! {
    fn it_asks_about_words_that_could_name_a_rule_and_about_no_others(shell) {
        let world = guarded(shell, "exit 0").file("package.json", PACKAGE).file("empty/package.json", "");
        let mut session = world.open(shell);
        session.types("cd repo");
        let ask = ["npx prisma migrate dev", "npx prisma@5 db push", "npx -y prisma migrate reset --force", "prisma db push",
            "prisma --config x migrate dev", "prisma -- migrate dev", "npx --yes prisma generate migrate",
            "npx -p prisma -c 'prisma migrate dev'", "npx dotenv -e .env -- prisma migrate dev", "npx ./node_modules/.bin/prisma studio",
            "npx prisma7 migrate dev", "bunx --bun prisma db seed", "pnpm prisma db execute", "pnpm exec prisma migrate dev",
            "pnpm --filter db exec prisma migrate dev", "yarn prisma mcp", "yarn workspace db db:push", "npm exec -- prisma migrate reset",
            "npm run db:push", "npm run setup", "npm run lint", "yarn db:push", "pnpm db:push", "bun run db:push", "npm -w db run build",
            "npx prisma migrate diff --from-migrations x --shadow-database-url y", "npx wasp db migrate-dev", "npx zenstack db push",
            "npx turbo run build", "npx concurrently 'npm:db:push' 'next dev'", "npx prisma bootstrap", "npx prisma migrate status-x"];
        let run = ["npx --version", "npx tsc --noEmit", "npx prisma generate", "npx prisma validate", "npx prisma format",
            "npx prisma version", "npx prisma migrate status", "npx prisma db pull", "prisma --version", "prisma generate",
            "npx prisma migrate diff --from-empty --to-schema-datamodel x", "npx eslint 'no prisma'x", "npm run build", "npm run dev",
            "npm test", "npm start", "npm install", "npm ls prisma", "yarn build", "pnpm dev", "pnpm install", "bun run test", "yarn",
            "npx create-thing migrate dev", "npm exec tsc", "npm run missing"];
        for line in ask {
            session.types(line);
            assert_ne!(asked(&world), "", "{shell}: {line} was not asked about");
        }
        for line in run {
            session.types(line).ends_with_status(0);
            let asked = asked(&world);
            // A word with white space and `prisma` in it is asked about.
            assert!(asked.is_empty() || line.contains("no prisma"), "{shell}: {line} was asked about: {asked}");
        }
        session.types("cd empty");
        session.types("echo input | npm run cat").ends_with_status(0);
        assert_eq!(asked(&world), "");
    }

    fn it_asks_about_other_tools_only_where_their_words_could_lose_data(shell) {
        let makefile = "build:\n\ttsc -b\n";
        let world = guarded(shell, "exit 0")
            .file("Makefile", makefile)
            .file("db/Makefile", "reset:\n\tnpx prisma migrate reset\n")
            .file("package.json", "{\n \"scripts\": {\n  \"push\": \"drizzle-kit push\",\n  \"build\": \"tsc\"\n }\n}\n");
        let mut session = world.open(shell);
        session.types("cd repo");
        for line in ["psql -c 'DROP TABLE x'", "psql -c 'delete from x'", "psql -f x.sql", "psql -qf x.sql", "psql </dev/null",
            "echo 'drop table x' | psql", "dropdb nexus_db", "pg_restore --clean -d nexus_db x", "drizzle-kit push",
            "npx drizzle-kit push", "pnpm drizzle-kit push", "knex migrate:rollback", "npx knex migrate:latest", "rails db:drop",
            "alembic downgrade -1", "dotenv -e .env -- prisma migrate dev", "dotenv -e .env -- drizzle-kit push", "npm run push",
            "make -C db reset", "npx -c 'psql -c x'"] {
            session.types(line);
            assert_ne!(asked(&world), "", "{shell}: {line} was not asked about");
        }
        for line in ["psql", "psql -l", "psql -h localhost -p 5433 nexus_db", "psql -c 'select 1'", "psql --command 'select 1' --host x",
            "dropdb --help", "pg_restore -l x", "pg_restore --file=x y", "drizzle-kit generate", "knex --version", "rails server",
            "alembic current", "make build", "make", "dotenv -e .env -- next dev", "npm run build", "npx drizzle-kit check"] {
            session.types(line).ends_with_status(0);
            let asked = asked(&world);
            assert!(asked.is_empty(), "{shell}: {line} was asked about: {asked}");
        }
        session.types("cd db");
        session.types("make reset");
        assert_ne!(asked(&world), "", "{shell}: a recipe that reaches Prisma");
    }

    fn it_asks_about_a_recipe_only_where_it_or_what_it_names_could_reach_a_database(shell) {
        let world = guarded(shell, "exit 0")
            .file("make/Makefile", MAKEFILE)
            .file("patterns/Makefile", "build:\n\ttsc\nreset-%:\n\tpsql -c 'DROP DATABASE $*'\n")
            .file("included/Makefile", "include db.mk\nbuild:\n\ttsc\n")
            .file("just/justfile", JUSTFILE)
            .file("task/Taskfile.yml", TASKFILE)
            .file("wide/Taskfile.yml", "tasks:\n    build:\n        cmds: [tsc]\n    reset:\n        cmds: [npx prisma db push]\n")
            .file("sql/look.sql", "SELECT name, created FROM users WHERE id = 7;\n")
            .file("sql/drop.sql", "-- again\n\n  drop TABLE users;\n")
            .file("sql/do.sql", "DO\n$$ BEGIN PERFORM 1; END $$;\n")
            .file("sql/more.sql", "SELECT 1;\n\\ir drop.sql\n")
            .file("sql/long.sql", "SELECT 1;\n".repeat(110_000));
        let mut session = world.open(shell);
        session.types("cd repo");
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("make", &["make reset", "make fresh", "make again", "make deep", "make unknown", "make build reset", "make both",
                "make loop", "make other", "make run CMD='npx prisma db push'", "make build DEPS=reset", "make -f x build", "make -C . build",
                "make joined", "make conditional", "make -- build"],
                &["make", "make help", "make build", "make -j4 build test", "make -s lint", "make build MODE=fast", "make test -k"]),
            ("patterns", &["make build", "make reset-dev"], &[]),
            ("included", &["make build"], &[]),
            ("just", &["just reset", "just all", "just unknown", "just build 'a; npx prisma db push'", "just run npm", "just -f x build"],
                &["just", "just build", "just build fast", "just lint"]),
            ("task", &["task reset", "task db:reset", "task all", "task unknown", "task -d x build"], &["task", "task build", "task lint build"]),
            ("wide", &["task build", "task reset"], &[]),
            ("sql", &["psql -f drop.sql", "psql -qf drop.sql", "psql --file=drop.sql", "psql --file drop.sql", "psql -f do.sql", "psql -f more.sql",
                "psql -f long.sql", "psql -f missing.sql", "psql -f look.sql -f drop.sql", "psql -f -"],
                &["psql -f look.sql", "psql --file=look.sql", "psql -h localhost --file look.sql nexus_db"]),
        ];
        for (directory, ask, run) in cases {
            session.types(&format!("cd {directory}"));
            for line in *ask {
                session.types(line);
                assert_ne!(asked(&world), "", "{shell}: {directory}: {line} was not asked about");
            }
            for line in *run {
                session.types(line).ends_with_status(0);
                let asked = asked(&world);
                assert!(asked.is_empty(), "{shell}: {directory}: {line} was asked about: {asked}");
            }
            session.types("cd ..");
        }
    }

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

#[test]
fn a_huge_or_odd_package_json_is_no_hindrance() {
    let scripts: String = (0..3000).map(|n| format!("    \"script-{n}\": \"do something\",\n")).collect();
    let long = format!("{{\n  \"scripts\": {{\n{scripts}    \"late\": \"prisma db push\"\n  }}\n}}\n");
    let minified = format!("{{\"scripts\":{{\"a\":\"{}\",\"late\":\"prisma db push\"}}}}", "x".repeat(5000));
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        for (text, asks) in [
            (&long[..], &["late"][..]),
            (&minified[..], &["late", "a"]),
            ("{\"scripts\": {\"late\":\n\"prisma db push\"}}", &["late"]),
            ("{\"scripts\": {\"l\\u0061te\": \"prisma db push\"}}", &["late", "other"]),
            ("not json", &[]),
        ] {
            let world = guarded(shell, "exit 0").file("package.json", text);
            let mut session = world.open(shell);
            session.types("cd repo");
            for word in ["late", "a", "other", "script-2999"] {
                session.types(&format!("npm run {word}")).ends_with_status(0);
                assert_eq!(
                    !asked(&world).is_empty(),
                    asks.contains(&word) || asks.contains(&"other"),
                    "{shell}: {word}: {text:.60}"
                );
            }
        }
    }
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
    let said = "`eval` is the shells' own, so the rule `eval *` holds in scripts, recipes and `run`, not at the prompt";
    let told = world.run(&["allow"]).succeeds().stderr;
    assert!(told.contains(&format!("nexus-env: {said}\n")), "{told}");
    let found = world.run(&["doctor", "--json"]);
    assert!(String::from_utf8_lossy(&found.stdout).contains(said));
}
