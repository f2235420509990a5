//! What stands in front of a command neither hides it nor changes a word of it.

use super::tests::found;
use super::*;
use crate::domain::guard::verdict::Effect;

const DUMP: &str = "drop table x;";

const FILES: [(&str, &str); 11] = [
    (
        "package.json",
        r#"{"name":"app","scripts":{"db":"wireit","lint":"eslint .","start":"prisma migrate reset --force",
            "list":"prisma migrate reset --force",
            "deploy":"prisma migrate reset --force","watch":"prisma migrate reset --force","exec":"prisma migrate reset --force",
            "postinstall":"prisma migrate reset --force","reset":"prisma migrate reset --force"},
            "wireit":{"db":{"command":"eslint .","dependencies":["lint",{"script":"reset"}]}}}"#,
    ),
    ("justfile", "mod db\na x:\n  prisma migrate {{x}} --force\n"),
    ("x.sh", "prisma migrate reset --force\n"),
    ("y.sh", "prisma migrate $1 --force\n"),
    ("Taskfile.yml", "version: '3'\ntasks:\n  m:\n    cmds:\n      - prisma migrate {{.CLI_ARGS}} --force\n"),
    (".env.prod", "DATABASE_URL=postgres://h/prod"),
    ("loop.sql", "\\i loop.sql\ndrop table x;"),
    ("loop.my.sql", "source loop.my.sql\ndrop table x;"),
    ("loop.lite.sql", ".read loop.lite.sql\ndrop table x;"),
    ("drop.sql", DUMP),
    ("Makefile", "X = $(Y)$(Y)$(Y)$(Y)\nreset:\n\tprisma migrate reset --force\n"),
];

/// Each command that is not harmless, word by word.
fn commands(line: &str) -> Vec<String> {
    let found = found(&FILES, &[("DATABASE_URL", "postgres://h/x")], line);
    found.iter().filter(|one| one.effect != Effect::Safe).map(|one| one.words.join(" ")).collect()
}

#[test]
fn what_stands_in_front_of_a_command_changes_no_word_of_it() {
    for form in [
        "{}",
        "env {}",
        "env -v {}",
        "env --debug {}",
        "env -0 -v {}",
        "env --ignore-signal=PIPE {}",
        "env -i X=1 {}",
        "env - X=1 {}",
        "env -u X {}",
        "env -uX --unset=Y {}",
        "env --unset Y {}",
        "env -C /tmp {}",
        "env --chdir=/tmp {}",
        "env --chdir /tmp {}",
        "env -C /tmp X=1 {}",
        "env -- {}",
        "env X=1 -- {}",
        "env -S '{}'",
        "env -S'{}'",
        "env --split-string='{}'",
        "env --split-string '{}'",
        "env -v -S 'X=1 {}'",
        "sudo -E {}",
        "sudo -u ada -E {}",
        "sudo --user=ada -n -- {}",
        "nice -n 5 {}",
        "nice -5 {}",
        "timeout 5s {}",
        "timeout -k 1 -s KILL 5 {}",
        "timeout --signal=KILL --foreground 5 {}",
        "time -p {}",
        "nohup {}",
        "command {}",
        "exec -a x {}",
        "stdbuf -o L {}",
        "ionice -c 3 {}",
        "flock -w 3 /tmp/l {}",
        "flock /tmp/l -c '{}'",
        "flock /tmp/l --command '{}'",
        "script -c '{}' /dev/null",
        "script -q /dev/null {}",
        "script -q /dev/null -c '{}'",
        "script --command '{}'",
        "script -qec '{}' /dev/null",
        "script -q /dev/null -- {}",
        "watch -n 1 '{}'",
        "find . -name x -exec {} ;",
        "xargs -n 1 {} < /dev/null",
        "busybox {}",
        "sh -c '{}'",
        "sh -ec '{}'",
        "sh -e -u -c '{}' x y",
        "bash -o pipefail -c '{}'",
        "cmd /c {}",
        "powershell {}",
        "powershell -NoProfile -ep Bypass {}",
        "powershell -NoProfile -Command {}",
        "pwsh -WorkingDirectory /tmp -c '{}'",
        "poetry run {}",
        "bundle exec {}",
        "mise exec -- {}",
        "mise x node@22 -- {}",
        "nix develop -c {}",
        "nix shell nixpkgs#x --command {}",
        "nix-shell --run '{}'",
        "trap '{}' EXIT",
        "eval '{}'",
        "eval {}",
        "git -c alias.x='!{}' x",
        "git -c alias.X='!{}' x",
        "git -C /tmp -c alias.x='!{}' x",
        "git -c core.pager='{}' log",
        "git -c core.pager='!{}' log",
        "git -c pager.log='{}' log",
        "git -c difftool.x.cmd='{}' difftool",
        "echo '{}' | sh",
        "echo '{}' | tr -s x y | sh",
        "echo '{}' | tr -C x y | sh",
        "echo '{}' | tee /dev/null | sh",
        "echo '{}' | envsubst | sh",
        "echo '{}' | gzip | gunzip | sh",
        "sh <<< '{}'",
        "cat <<E | bash\n{}\nE",
        "$(echo {})",
        "f() { \"$@\"; }; f {}",
        "alias p='{}'\np",
        "! {}",
        "true && {} || true",
        "if true; then {}; fi",
        "while {}; do break; done",
        "for x in 1; do {}; done",
        "case x in x) {} ;; esac",
        "({})",
        "{ {}; }",
        "echo $({})",
        "echo \"`{}`\"",
        "cat <({})",
        "X=$({})",
        "X=1 Y=2 {}",
        "[[ -n $({}) ]]",
        "echo x > $({})",
        "echo x >> \"a $({}) b\"",
        "echo x 2> `{}`",
        "echo x &> $({})",
        "echo x >| $({})",
        "cat < $({})",
        "cat <<< $({})",
        "cat <<E\n$({})\nE",
        "cat < <({})",
        "echo x > >({})",
        "{ echo x; } > $({})",
        "(echo x) 2> $({})",
        "while read x; do echo $x; done < <({})",
        "while read x; do echo $x; done < $({})",
        "while read x; do echo $x; done <<< \"$({})\"",
        "while read x; do echo $x; done <<E\n$({})\nE",
        "if true; then echo; fi > >({})",
        "f() { echo x > $({}); }; f",
        "{} > x 2>&1 &",
    ] {
        let line = form.replace("{ {}", "{ \0").replace("{}", "prisma migrate reset --force");
        let line = line.replace('\0', "prisma migrate reset --force");
        let all = commands(&line);
        assert!(all.contains(&"prisma migrate reset --force".to_owned()), "{line}: {all:?}");
    }
}

#[test]
fn a_line_that_runs_something_beside_the_command_does_not_run_the_command() {
    for line in [
        "git -c alias.y='!prisma migrate reset --force' x",
        "git -c user.name='!prisma migrate reset --force' commit",
        "git commit -m 'prisma migrate reset --force'",
        "command -v prisma migrate reset",
        "env X=1",
        "env -v",
        "flock /tmp/l",
        "echo prisma migrate reset --force",
        "just nosuch",
        "npx turbo run watch=x",
        "npx turbo run watch --dry-run",
        "npx nx run-many -t watch --exclude=app",
        "pnpm list",
        "pnpm deploy",
        "npm list",
        "yarn list",
        "npm run nosuch",
        "npm ls",
        "npm test",
        "cat loop.sql",
        "trap - EXIT",
    ] {
        assert_eq!(commands(line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn runners_hand_on_the_words_that_are_theirs_to_hand_on() {
    let reset = "prisma migrate reset --force";
    for (line, expected) in [
        ("cargo run -p migration -- refresh", "sea-orm-cli migrate refresh"),
        ("cargo run --bin migration -- -n 1 down", "sea-orm-cli migrate -n 1 down"),
        ("cargo run --manifest-path ./migration/Cargo.toml -- fresh", "sea-orm-cli migrate fresh"),
        ("spring rails db:drop", "rails db:drop"),
        ("spring rake db:drop", "rake db:drop"),
        ("ruby bin/rails db:drop", "rails db:drop"),
        ("python -c 'from alembic.config import main; main([\"downgrade\", \"base\"])'", "alembic downgrade base"),
        ("python -c 'import django; execute_from_command_line([\"manage.py\", \"flush\"])'", "manage.py flush"),
        ("script -q /dev/null psql -c 'drop table x'", "psql -c drop table x"),
        ("node node_modules/.bin/prisma migrate reset --force", reset),
        ("node ./node_modules/prisma/build/index migrate reset --force", reset),
        ("node ./node_modules/prisma/build/index.js migrate reset --force", reset),
        ("pnpm run list", reset),
        ("npm run deploy", reset),
        ("npm run db", reset),
        ("npx turbo run watch", reset),
        ("npx turbo watch exec", reset),
        ("npx nx run-many -t watch", reset),
        ("npx turbo run lint watch", reset),
        ("npm start", reset),
        ("npm install", reset),
        ("npm i x", reset),
        ("npm ci", reset),
        ("npm run-script reset", reset),
        ("npm rum reset", reset),
        ("yarn reset", reset),
        (". ./y.sh reset", reset),
        ("source y.sh reset x", reset),
        ("set -- reset; . ./y.sh", reset),
        ("set -- status; . ./y.sh reset", reset),
        ("sh y.sh reset", reset),
        ("task m -- reset", reset),
        ("task m X=1 -- reset", reset),
        ("task -d . m -- reset", reset),
        ("make reset", reset),
        ("just a reset", reset),
    ] {
        let mut all = commands(line);
        all.dedup();
        assert_eq!(all, [expected], "{line}");
    }
}

#[test]
fn a_file_that_brings_itself_in_is_read_once_and_to_its_end() {
    for line in ["psql -f loop.sql", "mysql x -e 'source loop.my.sql'", "sqlite3 x.db '.read loop.lite.sql'"] {
        assert_eq!(commands(line).len(), 1, "{line}");
    }
}

#[test]
fn a_script_that_the_line_writes_as_it_is_runs_once() {
    for line in ["echo 'prisma migrate reset --force' > x.sh; sh x.sh", "cp x.sh new.sh; sh new.sh", "sh x.sh"] {
        assert_eq!(commands(line), ["prisma migrate reset --force"], "{line}");
    }
}

#[test]
fn a_text_names_a_program_that_runs_others_between_any_marks() {
    for text in [
        "npx", "x npx y", "x|psql", "a;bash", "{sh}", "x=$(prisma y)", "`make`", "<psql", ">sh", "x&npm", "(sudo)",
        "n'p'x", "\"py\"thon", "m\\ake", "x $'\\x6e'", "/usr/bin/psql",
    ] {
        assert!(mention::could_start_one(text), "{text}");
    }
    for text in ["", "npxx", "the makers of bashful", "x.npx.y", "--sh", "echo 'x", "$x"] {
        assert!(!mention::could_start_one(text), "{text}");
    }
}
