//! The program's commands away from any terminal: data on stdout, talk on stderr, and the exit statuses that scripts
//! rely on, each compared whole.

use std::process::Stdio;

use crate::world::World;
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL)
}

const READ_ONLY: &str = "?options=-c%20default_transaction_read_only%3Don";

#[test]
fn init_allows_and_says_the_next_step_and_changes_nothing_that_exists() {
    let world = World::new();
    world.run(&["init"]).prints("").says(
        "nexus-env: made your identity `~/.config/nexus-env/identity.txt`, public key age1ada\n\
         nexus-env: wrote `.nexusenv` with dev and prod, and allowed it\n\
         nexus-env: wrote `.gitignore` with `.nexusenv.local`\n\
         nexus-env: next: nexus-env set DATABASE_URL -e dev, and the same for prod\n",
    );
    let files = [world.repo().join(".nexusenv"), world.home().join(".config/nexus-env/identity.txt")];
    let before = files.clone().map(|file| std::fs::read(file).unwrap());
    world.run(&["init"]).succeeds();
    assert_eq!(files.map(|file| std::fs::read(file).unwrap()), before);
}

#[test]
fn a_value_keeps_every_byte_and_loses_one_newline_at_its_end() {
    for (given, kept) in [
        (&b"plain"[..], &b"plain"[..]),
        (b"plain\n", b"plain"),
        (b"two\n\n", b"two\n"),
        (b"\xff\xfe 'q' \"d\" $x `y` \\ !", b"\xff\xfe 'q' \"d\" $x `y` \\ !"),
    ] {
        let world = world().secret("dev", "VALUE", given);
        let got = world.run(&["get", "VALUE"]).succeeds();
        assert_eq!(got.stdout.escape_ascii().to_string(), kept.escape_ascii().to_string());
    }
}

#[test]
fn a_value_is_never_an_argument_and_never_holds_nul() {
    let world = world();
    world.run(&["set", "TOKEN", "hunter2"]).ends_with_status(2).prints("").says(
        "nexus-env: a value is never taken from the command line: other users see it there, and the shell's history has it now\n\
         hint: nexus-env set TOKEN, which asks for it, or some-command | nexus-env set TOKEN\n",
    );
    world.run_with_input(&["set", "TOKEN"], b"a\0b").ends_with_status(1).says(
        "nexus-env: the value of `TOKEN` holds a NUL byte, which no variable can, and nothing was stored\n\
         hint: store it in base64, or store the path of a file\n",
    );
    world
        .run(&["get", "TOKEN"])
        .ends_with_status(1)
        .prints("")
        .says("nexus-env: `TOKEN` is not set for dev\nhint: nexus-env set TOKEN -e dev\n");
}

#[test]
fn a_dangerous_name_takes_no_secret() {
    for name in ["PATH", "LD_PRELOAD", "NODE_OPTIONS", "BASH_ENV", "NEXUS_ENV_ROOT", "A-B", "1A", "A B", ""] {
        let world = world();
        let output = world.run_with_input(&["set", name], b"hunter2").ends_with_status(1);
        assert!(!output.stderr.contains("hunter2") && output.stderr.starts_with("nexus-env: "), "{}", output.stderr);
        world.run(&["list"]).prints("DATABASE_URL  secret\nNODE_ENV      plain\n");
    }
}

#[test]
fn an_environment_can_be_had_as_data() {
    let world = world();
    world
        .run(&["export", "--format", "shell"])
        .succeeds()
        .says("")
        .prints(&format!("export DATABASE_URL='{DEV_URL}'\nexport NODE_ENV='development'\n"));
    world
        .run(&["export", "--format", "json", "-e", "dev"])
        .succeeds()
        .says("")
        .prints(&format!("{{\n  \"DATABASE_URL\": \"{DEV_URL}\",\n  \"NODE_ENV\": \"development\"\n}}\n"));
    world
        .run(&["export", "--format", "dotenv", "-e", "prod"])
        .succeeds()
        .says("")
        .prints(&format!("DATABASE_URL={PROD_URL}{READ_ONLY}\nNODE_ENV=production\n"));
    world.run(&["get", "DATABASE_URL", "-e", "prod"]).succeeds().prints(&format!("{PROD_URL}{READ_ONLY}"));
}

#[test]
fn github_gets_every_value_masked_before_it_is_written() {
    let file = World::new();
    let path = file.outside("github-env");
    std::fs::write(&path, "").unwrap();
    let world = world().secret("dev", "PEM", "line one\nline two\n").variable("GITHUB_ENV", path.display().to_string());
    let output = world.run(&["export", "--format", "github"]).succeeds();
    let masks = String::from_utf8(output.stdout).unwrap();
    for part in [DEV_URL, "hunter2-dev", "line one", "line two", "development"] {
        assert!(masks.lines().any(|line| line == format!("::add-mask::{part}")), "{part} in {masks}");
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains(&format!("\n{DEV_URL}\n")) && written.contains("\nline one\nline two"), "{written}");
}

#[test]
fn run_becomes_the_command_and_gives_its_status() {
    let world = world();
    world
        .run(&["run", "--", "sh", "-c", "printf '%s %s' $NODE_ENV $NEXUS_ENV; exit 9"])
        .ends_with_status(9)
        .prints("development dev");
    world
        .run(&["run", "-e", "prod", "--no-mask", "sh", "-c", "printf %s $DATABASE_URL"])
        .succeeds()
        .prints(&format!("{PROD_URL}{READ_ONLY}"));
    world
        .run(&["run", "-e", "stage", "--", "true"])
        .ends_with_status(1)
        .says("nexus-env: there is no environment `stage`\nhint: one of dev, prod\n");
}

#[test]
fn an_identity_given_in_ci_opens_and_does_not_reach_the_command() {
    let world = world();
    let file = world.home().join(".config/nexus-env/identity.txt");
    let identity = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let key = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().to_owned();
    let world = world.variable("NEXUS_ENV_IDENTITY", key);
    world
        .run(&["run", "--no-mask", "--", "sh", "-c", "printf %s ${NEXUS_ENV_IDENTITY-gone}:$DATABASE_URL"])
        .succeeds()
        .prints(&format!("gone:{DEV_URL}"));
}

#[test]
fn the_guards_answer_is_an_exit_status() {
    let world = world();
    for (words, status) in [
        (&["npx", "eslint", "."][..], 0),
        (&["npx", "prisma", "generate"], 0),
        (&["npx", "prisma", "migrate", "dev"], 3),
        (&["prisma", "db", "push"], 3),
        (&["echo", "prisma migrate dev"], 0),
    ] {
        let output = world.run(&[&["guard", "check", "--"], words].concat());
        assert_eq!(output.status, status, "{words:?}: {}", output.stderr);
    }
    world.run(&["guard", "check", "--line", "cd x && npx prisma migrate reset --force"]).ends_with_status(3);
    world.run(&["guard", "check", "--line", "git commit -m 'prisma migrate reset'"]).ends_with_status(0);
}

#[test]
fn messages_carry_colour_only_where_it_is_wanted() {
    let world = world();
    let told = |colour: &str| world.run(&["--color", colour, "get", "TOKEN"]).ends_with_status(1).stderr;
    let plain = "nexus-env: `TOKEN` is not set for dev\nhint: nexus-env set TOKEN -e dev\n";
    let painted = plain.replace("nexus-env: ", "\x1b[1;31mnexus-env:\x1b[0m ").replace("hint:", "\x1b[1mhint:\x1b[0m");
    assert_eq!(told("always"), painted);
    assert_eq!(told("never"), plain);
    assert_eq!(told("auto"), plain, "no terminal");
    let blocked = ["guard", "check", "--color", "always", "--", "npx", "prisma", "migrate", "dev"];
    let told = world.run(&blocked).ends_with_status(3).stderr;
    assert!(told.starts_with("\x1b[1;31mnexus-env:\x1b[0m blocked: "), "{told}");
    // An explicit word counts more than the variable (no-color.org).
    let world = world.variable("NO_COLOR", "1");
    assert_eq!(world.run(&["--color", "always", "get", "TOKEN"]).stderr, painted);
}

#[test]
fn wrong_usage_is_two() {
    let world = world();
    for words in [&["frob"][..], &["run"], &["export"], &["guard"], &["hook", "tcsh"], &["list", "--frob"]] {
        world.run(words).ends_with_status(2);
    }
}

#[test]
fn wrong_usage_says_what_to_type_and_never_what_may_be_a_value() {
    let world = world();
    for (words, status, told) in [
        (
            &["stauts"][..],
            2,
            "unrecognized subcommand 'stauts'\n\n  tip: a similar subcommand exists: 'status'\n\n\
          Usage: nexus-env [OPTIONS] <COMMAND>\nhint: nexus-env --help",
        ),
        (
            &["alow"],
            2,
            "unrecognized subcommand 'alow'\n\n  tip: a similar subcommand exists: 'allow'\n\n\
          Usage: nexus-env [OPTIONS] <COMMAND>\nhint: nexus-env --help",
        ),
        (
            &["tour", "--shell", "tcsh"],
            2,
            "invalid value 'tcsh' for '--shell <SHELL>'\n  \
          [possible values: bash, zsh, fish]\nhint: nexus-env tour --help",
        ),
        (
            &["guard", "pause", "--fro", "5m"],
            2,
            "unexpected argument '--fro' found\n\nUsage: nexus-env guard pause [OPTIONS]\nhint: nexus-env guard pause --help",
        ),
        (
            &["export", "--format", "yaml"],
            2,
            "invalid value 'yaml' for '--format <FORMAT>'\n  \
          [possible values: shell, json, dotenv, docker, github]\nhint: nexus-env export --help",
        ),
        (
            &["run", "prod", "--", "ls"],
            1,
            "there is no program `prod`; the environment is named by -e\n\
          hint: nexus-env run -e prod -- COMMAND",
        ),
        (
            &["run", "--", "nosuch"],
            1,
            "there is no program `nosuch`\nhint: is it installed, on the PATH, and spelled right?",
        ),
        (&["get", "DATABSE_URL"], 1, "`DATABSE_URL` is not set for dev\nhint: nexus-env get DATABASE_URL -e dev"),
    ] {
        world.run(words).ends_with_status(status).prints("").says(&format!("nexus-env: {told}\n"));
    }
    let refused = "nexus-env: a value is never taken from the command line: other users see it there, and the shell's history has it now\nhint: ";
    let asks = "nexus-env set TOKEN, which asks for it, or some-command | nexus-env set TOKEN";
    for (words, hint) in [
        (&["set", "TOKEN", "hunter2"][..], asks),
        (
            &["set", "TOKEN", "hunter2", "-e", "prod"],
            "nexus-env set TOKEN -e prod, which asks for it, or some-command | nexus-env set TOKEN -e prod",
        ),
        (&["set", "TOKEN", "two", "hunter2"], asks),
        (&["set", "TOKEN", "--hunter2"], asks),
        (&["set", "TOKEN", "-Xhunter2"], asks),
        (&["set", "TOKEN=hunter2"], asks),
        (&["set", "TOKEN", "prod"], "nexus-env set TOKEN -e prod"),
    ] {
        world.run(words).ends_with_status(2).prints("").says(&format!("{refused}{hint}\n"));
    }
    let help = world.run(&["help", "use"]).succeeds();
    assert!(String::from_utf8_lossy(&help.stdout).starts_with("Select an environment for this shell alone"));
}

#[test]
fn secrets_are_never_told() {
    let world = world();
    for words in [
        &["status"][..],
        &["status", "--json"],
        &["list"],
        &["guard", "explain", "--", "npx", "prisma", "migrate", "dev"],
        &["guard", "check", "--json", "--", "npx", "prisma", "migrate", "dev"],
        &["allow"],
        &["unset", "DATABASE_URL", "-e", "prod"],
    ] {
        let output = world.run(words);
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), output.stderr);
        assert!(!text.contains("hunter2"), "{words:?}: {text}");
    }
}

/// `status | head -1`, `list | true`: whoever reads has what was wanted, and under `pipefail` a script goes on.
#[test]
fn a_reader_that_goes_away_ends_no_command_with_a_signal() {
    let world = World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL);
    let words = [
        "status",
        "status --json",
        "list",
        "get DATABASE_URL -e dev",
        "export --format dotenv",
        "export --format json",
        "log",
        "log --json",
        "doctor --json",
        "ps --json",
        "proxy status",
        "guard explain -- npx prisma migrate dev",
        "--help",
        "help",
        "--version",
        "hook bash",
        "completions bash",
        "man",
        "prompt",
    ];
    for line in words {
        let ended = |out: Stdio| {
            let mut command = world.command("nexus-env", world.repo());
            command.args(line.split(' ')).stdin(Stdio::null()).stderr(Stdio::null()).stdout(out);
            command.status().unwrap().code()
        };
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        assert_eq!(ended(writer.into()), ended(Stdio::null()), "{line}");
    }
}

#[test]
fn a_trace_tells_every_step_and_never_a_value() {
    let line = "PGPASSWORD=hunter2 npx prisma migrate dev";
    let world = world().secret("prod", "TOKEN", "hunter2");
    let quiet = world.run(&["run", "-e", "prod", "--", "nexus-env", "guard", "check", "--line", line]);
    assert!(!quiet.stderr.contains("trace"), "{}", quiet.stderr);
    let world = world.variable("NEXUS_ENV_TRACE", "1");
    let told = world.run(&["run", "-e", "prod", "--", "nexus-env", "guard", "check", "--line", line]);
    assert_eq!((told.status, &told.stdout), (quiet.status, &quiet.stdout));
    let told = told.stderr;
    for step in [
        " ms  read       /home/ada/repo/.nexusenv, ",
        " ms  concluded  /home/ada/repo/.nexusenv is allowed",
        " ms  concluded  the store of prod is whole: revision 2, values: 2",
        " ms  observed   DATABASE_URL: identity says prod, protected: ",
        " ms  concluded  prisma migrate dev, destructive: it is blocked, ",
    ] {
        assert!(told.contains(step), "{step:?} is not in\n{told}");
    }
    for value in ["hunter2", "AGE-SECRET-KEY", "three"] {
        assert!(!told.contains(value), "{told}");
    }
}
