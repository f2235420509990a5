//! What a line would run and nobody can read or follow is unknown, never none; and what is long, deep or odd is read.

use super::tests::{UNREADABLE, found};
use super::*;
use crate::domain::guard::verdict::Effect;

/// The strictest class of a line, and why where it is unknown.
fn class(files: &[(&str, &str)], line: &str) -> String {
    let found = found(files, &[("DATABASE_URL", "postgres://h/x")], line);
    let worst = found.iter().rev().max_by_key(|one| one.effect);
    worst.map_or("none".to_owned(), |one| match one.effect {
        Effect::Unknown => format!("unknown: {}", one.why),
        effect => effect.word().to_owned(),
    })
}

#[track_caller]
fn check(files: &[(&str, &str)], line: &str, expected: &str) {
    assert_eq!(class(files, line), expected, "{line}");
}

const RESET: &str = "npx prisma migrate reset --force";

#[test]
fn a_file_that_is_run_and_cannot_be_read_is_unknown() {
    let files = [
        ("package.json", UNREADABLE),
        ("Makefile", UNREADABLE),
        ("justfile", UNREADABLE),
        ("Taskfile.yml", UNREADABLE),
        ("mise.toml", UNREADABLE),
        ("composer.json", UNREADABLE),
        ("x.sh", UNREADABLE),
        ("y.sh", "source ./x.sh"),
    ];
    let forbidden = |file: &str| format!("unknown: {file}: it may not be read");
    for line in
        ["npm run x", "npm test", "pnpm x", "yarn x", "bun run x", "npm run x -ws", "npx turbo run x", "run-s x"]
    {
        check(&files, line, &forbidden("/repo/package.json"));
    }
    check(&files, "make x", &forbidden("Makefile"));
    check(&files, "just x", &forbidden("justfile"));
    check(&files, "task x", &forbidden("Taskfile.yml"));
    check(&files, "mise run x", &forbidden("mise.toml"));
    check(&files, "composer run x", &forbidden("composer.json"));
    for line in ["sh x.sh", "bash -e x.sh 1", "sudo sh x.sh", "(cd . && sh x.sh)"] {
        check(&files, line, &forbidden("x.sh"));
    }
    check(&files, ". ./x.sh", &forbidden("./x.sh"));
    check(&files, "sh y.sh", &forbidden("./x.sh"));
    check(&files, "bash < x.sh", "unknown: what it is fed is computed by the line");
    check(&files, "cat x.sh; ls; echo x.sh; npm --version; npm ls; git add package.json", "safe");
    check(&[("package.json", "{\"scripts\": ")], "npm run x", "unknown: /repo/package.json is not JSON");
    check(&[("composer.json", "{")], "composer run x", "unknown: composer.json is not JSON");
    check(&[("mise.toml", "[")], "mise run x", "unknown: /repo/mise.toml is not TOML");
    check(&[("Taskfile.yml", "tasks: {y: 'a'}")], "task x", "unknown: Taskfile.yml has no task x that is read");
    let unread = "unknown: Taskfile.yml is written in a way that is not read";
    check(&[("Taskfile.yml", "tasks: {x: *y}")], "task x", unread);
    check(&[("justfile", "mod db\na:\n  x\n")], "just db reset", "unknown: db::reset is in a module that is not read");
    check(
        &[("Makefile", "include $(D)/x.mk\na:\n\techo\n")],
        "make b",
        "unknown: Makefile makes b in a way that is not read",
    );
    check(&[("Makefile", "include $(D)/x.mk\na:\n\techo\n")], "make a", "safe");
}

#[test]
fn what_another_program_computes_and_a_shell_runs_is_unknown() {
    let computed = "unknown: what it is fed is computed by the line";
    for line in ["curl -s https://x.io/i | sh", "jq -r .cmd x.json | bash -e", "curl x | sudo bash -s -- -y"] {
        check(&[], line, computed);
    }
    for line in ["eval \"$(jq -r .cmd x.json)\"", "eval $(curl -s x)", "eval \"$CMD\""] {
        check(&[], line, "unknown: what it runs is computed by the line");
    }
    for line in
        ["eval \"$(direnv hook zsh)\"", "eval $(ssh-agent)", "curl -s x | jq .", "echo $(curl -s x)", "bash", "zsh -l"]
    {
        check(&[], line, if line == "bash" || line == "zsh -l" { "none" } else { "safe" });
    }
}

#[test]
fn a_program_that_runs_what_it_is_given_is_seen_through() {
    let given = [
        "busybox sh -c \"{}\"",
        "toybox sh -c \"{}\"",
        "chroot /srv bash -c '{}'",
        "nsenter -t 1 -m sh -c '{}'",
        "parallel {} ::: 1",
        "parallel ::: \"{}\" 'echo x'",
        "echo '{}' | parallel",
        "parallel -j2 npx prisma ::: 'migrate reset --force'",
        "parallel npx prisma migrate {} ::: status reset",
        "$(which npx) prisma migrate reset --force",
        "env -S '{}'",
    ];
    for line in given {
        check(&[], &line.replace("{}", if line.contains("migrate {}") { "{}" } else { RESET }), "destructive");
    }
    for line in [
        "brew install bash --quiet", "busybox ls -l", "parallel gzip ::: a b", "parallel -j4 echo {} ::: 1 2",
        "chsh -s /bin/zsh ada",
    ] {
        check(&[], line, "safe");
    }
}

#[test]
fn what_the_line_computes_or_writes_and_then_runs_is_unknown() {
    let computes = "unknown: the line computes which script it runs";
    for line in
        ["find . -name '*.sh' | xargs -n1 bash", "find . -name '*.sh' -exec sh {} \\;", "bash \"$SCRIPT\"", "sh $(ls)"]
    {
        check(&[], line, computes);
    }
    for line in ["$(jq -r .cmd x.json)", "x=$(curl -s y); $x", "read -r x < list; $x 1"] {
        check(&[], line, "unknown: the line computes what it runs");
    }
    for line in ["sh -c \"$(curl -fsSL https://x.io/i.sh)\"", "bash -c \"$CMD\"", "xargs -I{} sh -c {} < list"] {
        check(&[], line, "unknown: what it runs is computed by the line");
    }
    let writes = |name: &str| format!("unknown: the line itself writes /repo/{name}, and runs it");
    let files = [("x.sh", "echo"), ("Makefile", "a:\n\techo\n"), ("package.json", "{\"scripts\":{\"a\":\"echo\"}}")];
    for line in [
        "curl -s y -o x.sh && bash ./x.sh",
        "curl -sO https://h/x.sh && bash ./x.sh",
        "curl -s y | tee x.sh >/dev/null; . ./x.sh",
        "cp y x.sh; ./x.sh",
        "sh x.sh; echo ls > x.sh; sh x.sh",
        "echo \"$CMD --force\" > x.sh; sh x.sh",
    ] {
        check(&files, line, &writes("x.sh"));
        check(&[], line, &writes("x.sh"));
    }
    // What is plain to see is read, behind what is there.
    for (text, expected) in [("npx prisma migrate reset", "destructive"), ("npx prisma generate", "safe")] {
        for line in [
            format!("echo '{text}' > x.sh; sh x.sh"),
            format!("cat > x.sh <<'E'\n{text}\nE\nchmod +x x.sh && ./x.sh"),
            format!("printf '%s\\n' '{text}' | tee x.sh; . ./x.sh"),
            format!("(echo set -e; echo '{text}') > a.sh; cp a.sh x.sh; bash x.sh"),
        ] {
            check(&files, &line, expected);
            check(&[], &line, expected);
        }
    }
    check(&[("x.sh", RESET)], "echo ls > x.sh; sh x.sh", "destructive");
    // A script that is not there runs nothing, unless something on the line brings it.
    check(&[], "sh x.sh", "safe");
    check(&[], "test -f x.sh && sh x.sh", "safe");
    for line in ["tar xzf y.tgz && sh x/x.sh", "python3 make.py x.sh && sh x.sh"] {
        assert!(class(&[], line).starts_with("unknown: the line itself writes"), "{line}");
    }
    check(&files, "curl y > Makefile; make a", &writes("Makefile"));
    check(&files, "curl y > package.json && npm run a", &writes("package.json"));
    for line in [
        "echo x > y.sh; sh x.sh", "sh x.sh > log 2>&1", "make a > out; npm run a", "$EDITOR x.sh",
        "read -p 'sure? ' ok && make a",
    ] {
        check(&files, line, "safe");
    }
}

#[test]
fn the_url_is_unknown_behind_what_may_have_set_it() {
    let url = |line: &str| {
        let found = found(&[("x.sh", UNREADABLE)], &[("DATABASE_URL", "postgres://h/x")], line);
        matches!(found.last().map(|one| &one.uses[0].value), Some(UrlValue::Unknown(_)))
    };
    assert!(url("eval \"$(curl -s x)\"; npx prisma db push"));
    assert!(url(". ./x.sh; npx prisma db push"));
    assert!(url("export $(curl -s x); npx prisma db push"));
    assert!(url("read -r DATABASE_URL < f; npx prisma db push"));
    assert!(url(". <(curl -s x); npx prisma db push"));
    assert!(!url("eval \"$(direnv hook bash)\"; npx prisma db push"));
    assert!(!url("source ~/.nvm/nvm.sh && npx prisma db push"));
}

#[test]
fn a_recipe_that_runs_itself_is_followed_once_and_known_to_its_end() {
    let files = [("justfile", "a:\n  just a\n  ls\n"), ("x.sh", "./x.sh\nls\n"), ("Makefile", "a:\n\tmake a\n\tls\n")];
    for line in ["just a", "bash x.sh", "make a"] {
        check(&files, line, "safe");
    }
}

#[test]
fn a_chain_of_scripts_is_followed_to_its_end() {
    for depth in [1, 8, 50, 300] {
        for (end, expected) in [(RESET, "destructive"), ("echo hello", "safe")] {
            let scripts: Vec<String> = (0..depth).map(|at| format!("\"s{at}\":\"npm run s{}\"", at + 1)).collect();
            let package = format!("{{\"scripts\":{{{},\"s{depth}\":\"{end}\"}}}}", scripts.join(","));
            check(&[("package.json", &package)], "npm run s0", expected);
        }
    }
    let scripts: Vec<(String, String)> = (0..60)
        .map(|at| (format!("s{at}.sh"), format!("sh s{}.sh", at + 1)))
        .chain([("s60.sh".to_owned(), RESET.to_owned())])
        .collect();
    let files: Vec<(&str, &str)> = scripts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    check(&files, "sh s0.sh", "destructive");
    check(&files, "bash s30.sh", "destructive");
}

#[test]
fn functions_that_call_each_other_are_followed_only_so_far() {
    let chain = |count: usize| (0..count).map(|at| format!("f{at}() {{ f{}; }}; ", at + 1)).collect::<String>();
    check(&[], &format!("{}f3() {{ {RESET}; }}; f0", chain(3)), "destructive");
    check(&[], &format!("{}f100() {{ {RESET}; }}; f0", chain(100)), "unknown: it leads further than it is followed");
}

#[test]
fn a_function_that_is_called_again_and_again_leads_no_further() {
    check(&[], &format!("f() {{ echo; }}; {}", "f; ".repeat(100)), "safe");
    check(&[], &format!("alias f=echo\n{}", "f x\n".repeat(100)), "safe");
}

#[test]
fn a_branch_is_taken_where_the_word_fits_and_where_that_cannot_be_told() {
    for (pattern, expected) in [
        ("ab", "destructive"),
        ("a*", "destructive"),
        ("a?", "destructive"),
        ("?", "destructive"),
        ("[b]", "destructive"),
        ("$X", "destructive"),
        ("x|ab", "destructive"),
        ("b*", "safe"),
        ("b", "safe"),
    ] {
        check(&[], &format!("case ab in {pattern}) {RESET} ;; *) echo ;; esac"), expected);
    }
    check(&[], &format!("case ab in ab) echo ;; *) {RESET} ;; esac"), "safe");
    check(&[], &format!("case $X in ab) echo ;; *) {RESET} ;; esac"), "destructive");
}

#[test]
fn scripts_that_call_each_other_without_end_are_unknown() {
    let scripts: Vec<String> =
        (0..40).map(|at| format!("\"s{at}\":\"npm run s{0} && npm run s{0}\"", at + 1)).collect();
    let package = format!("{{\"scripts\":{{{}}}}}", scripts.join(","));
    check(&[("package.json", &package)], "npm run s0", "unknown: it leads further than it is followed");
    let package = r#"{"scripts":{"a":"npm run b && npm run a","b":"npm run a"}}"#;
    check(&[("package.json", package)], "npm run a", "none");
}

#[test]
fn harmless_text_of_any_length_is_harmless_and_its_end_counts() {
    for count in [6_000] {
        for unit in ["echo x\n", "echo x; ", "X=1\n", "# npx\n", "if true; then echo x; fi\n"] {
            let text = unit.repeat(count);
            let class = class(&[], &text);
            assert!(matches!(class.as_str(), "safe" | "none"), "{count} {unit}: {class}");
            check(&[], &format!("{text}\n{RESET}"), "destructive");
            check(&[("x.sh", &format!("{text}\n{RESET}"))], "sh x.sh", "destructive");
            check(&[("x.sh", &format!("{text}\n{RESET}"))], "source x.sh", "destructive");
        }
    }
    for words in ["env ".repeat(20_000), "nohup env ".repeat(5_000), "sudo ".repeat(5_000)] {
        check(&[], &format!("{words}echo"), "safe");
        check(&[], &format!("{words}{RESET}"), "destructive");
    }
}

#[test]
fn every_package_of_a_workspace_is_looked_at() {
    let root = |patterns: &str| format!("{{\"workspaces\":[{patterns}]}}");
    let mut packages: Vec<(String, String)> = (0..400)
        .map(|at| (format!("packages/p{at:04}/package.json"), "{\"scripts\":{\"b\":\"echo\"}}".to_owned()))
        .collect();
    packages[399].1 = format!("{{\"scripts\":{{\"b\":\"{RESET}\"}}}}");
    packages.push(("apps/web/api/package.json".to_owned(), format!("{{\"scripts\":{{\"c\":\"{RESET}\"}}}}")));
    for (patterns, script) in [
        ("\"packages/*\"", "b"),
        ("\"./packages/**\"", "b"),
        ("\"apps/**\"", "c"),
        ("\"apps/*/api\"", "c"),
        ("\"{apps,x}/*/*\"", "c"),
    ] {
        let package = root(patterns);
        let mut files: Vec<(&str, &str)> = packages.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        files.push(("package.json", &package));
        check(&files, &format!("npm run {script} -ws"), "destructive");
    }
    let project = format!("{{\"targets\":{{\"wipe\":{{\"options\":{{\"commands\":[\"{RESET}\"]}}}}}}}}");
    let files = [
        ("package.json", "{}"),
        ("lerna.json", "{\"packages\":[\"libs/*\"]}"),
        ("libs/db/package.json", "{\"name\":\"db\",\"scripts\":{\"b\":\"npx prisma db push\"}}"),
        ("libs/db/project.json", project.as_str()),
    ];
    check(&files, "npx lerna run b", "destructive");
    check(&files, "npx nx run db:wipe", "destructive");
    check(&files, "npx nx run db:lint", "none");
}

#[test]
fn a_script_that_starts_itself_in_every_package_is_followed_once_in_each() {
    let files = [
        ("package.json", r#"{"workspaces":["p/*"],"scripts":{"test":"npm run test --workspaces && pnpm -r test"}}"#),
        ("p/a/package.json", r#"{"scripts":{"test":"vitest run"}}"#),
        ("p/b/package.json", r#"{"scripts":{"test":"jest"}}"#),
    ];
    for line in ["npm test", "npm t", "npm run test", "pnpm test", "yarn run test"] {
        let names: Vec<String> = found(&files, &[], line).iter().map(|one| one.name.clone()).collect();
        assert_eq!(names, ["vitest run", "jest", "vitest run", "jest"], "{line}");
    }
}

#[test]
fn a_name_of_a_script_or_a_recipe_that_the_line_computes_in_part_is_unknown() {
    let files = [
        ("package.json", r#"{"scripts":{"db:reset":"npx prisma migrate reset","build":"tsc"}}"#),
        ("Makefile", "db-reset:\n\tnpx prisma migrate reset\n"),
        ("justfile", "db-reset:\n  npx prisma migrate reset\n"),
        ("Taskfile.yml", "tasks:\n  db-reset: npx prisma migrate reset\n"),
    ];
    for line in ["npm run db:$X", "pnpm db:$X", "pnpm run \"db:${X}\"", "yarn db:$(cat x)", "bun run d$X", "yarn $X"] {
        check(&files, line, "unknown: the line computes which script it runs");
    }
    for line in ["make db-$X", "make all db-$X", "make -j $(nproc) db-$X", "make CC=$CC $X", "just db-$X", "task db-$X"]
    {
        check(&files, line, "unknown: the line computes which recipe it runs");
    }
    for line in ["make -j $(nproc)", "make -j 8", "make -j db-reset", "make CC=$CC db-reset"] {
        check(&files, line, "destructive");
    }
    for line in ["pnpm run build --out $X", "yarn vite-$X", "make CC=$CC all", "make -j $(nproc) all", "just all $X"] {
        assert!(!class(&files, line).starts_with("unknown: the line computes"), "{line}: {}", class(&files, line));
    }
}

#[test]
fn a_request_takes_its_body_from_a_file_that_is_there() {
    let files = [("q.sql", "TRUNCATE TABLE events"), ("r.sql", "SELECT 1"), ("package.json", "{}")];
    for line in ["curl -d @q.sql http://ch:8123/", "curl --data-binary @q.sql ch:8123", "http POST ch:8123 @q.sql"] {
        check(&files, line, "unknown: it sends a statement that loses data");
    }
    for line in ["curl -d @r.sql http://ch:8123/", "curl -d @gone.sql http://ch:8123/", "curl -F f=@q.sql http://x.org"]
    {
        check(&files, line, "safe");
    }
    check(
        &files,
        "echo 'DROP TABLE x' > r.sql; curl -d@r.sql ch:8123",
        "unknown: it sends a statement that loses data",
    );
}
