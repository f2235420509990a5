//! What a prompt costs, counted and not timed: processes that the shell starts, as strace sees them.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};

use crate::real::Helper;
use crate::world::shell::stories;
use crate::world::{Session, Shell, World};
use crate::{DEV_AND_PROD, DEV_URL};

/// How often the shell and all below it did each of these.
#[derive(Debug, Default, Eq, PartialEq)]
struct Count {
    forks: usize,
    execs: usize,
}

const NOTHING: Count = Count { forks: 0, execs: 0 };
const ONE_PROCESS: Count = Count { forks: 1, execs: 1 };
/// The command itself, and the question about its line.
const ASKED: Count = Count { forks: 2, execs: 2 };

/// Counts while `lines` are typed one after the other.
#[track_caller]
fn count(world: &World, session: &mut Session<'_>, lines: &[&str]) -> Count {
    let log = world.outside("strace");
    let mut command = Command::new(crate::world::program("strace"));
    command.args(["-f", "-e", "trace=clone,clone3,fork,vfork,execve,execveat", "-e", "signal=none", "-o"]).arg(&log);
    command.arg("-p").arg(session.pid().to_string()).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut tracer = Helper::start(command, libc::SIGINT);
    let mut told = std::io::BufReader::new(tracer.child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut told, &mut line).unwrap();
    assert!(line.contains("attached"), "strace: {line}");
    for line in lines {
        session.types(line);
    }
    // SIGINT is how strace is told to let go; it has written its log when it has ended.
    drop(tracer);
    let log = fs::read_to_string(&log).unwrap();
    let calls = |name: &str| {
        // fish has threads of its own; a thread is no process.
        let process = |line: &str| !line.contains(" = -1 ") && !line.contains("CLONE_THREAD");
        let done = |line: &&str| line.contains(&format!(" {name}(")) && process(line);
        log.lines().filter(done).count()
    };
    Count {
        forks: calls("clone") + calls("clone3") + calls("fork") + calls("vfork"),
        execs: calls("execve") + calls("execveat"),
    }
}

fn world() -> World {
    let world = World::with(DEV_AND_PROD).file("apps/api/index.js", "");
    (0..10).fold(world, |world, number| world.secret("dev", &format!("SECRET_{number}"), DEV_URL))
}

/// People keep their dot files in git: the identity lies in a work tree then, and git must say that it ignores it.
#[test]
fn an_identity_in_a_work_tree_costs_git_once_until_something_changes() {
    let git = crate::world::program("git").display().to_string();
    let world = World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL);
    let world = world.program("git", &format!("#!/bin/sh\necho asked >> \"$HOME/asked\"\nexec {git} \"$@\"\n"));
    let run = |words: &[&str]| {
        assert!(Command::new(&git).arg("-C").arg(world.home()).args(words).status().unwrap().success())
    };
    let asked = || fs::read_to_string(world.home().join("asked")).unwrap_or_default().lines().count();
    run(&["init", "--quiet"]);
    fs::write(world.home().join(".gitignore"), "*\n").unwrap();
    for _ in 0..3 {
        world.run(&["run", "--", "true"]).succeeds().says("");
        assert_eq!(asked(), 1);
    }
    fs::write(world.home().join(".gitignore"), "*\n!/.config\n").unwrap();
    fs::write(world.home().join(".config/nexus-env/.gitignore"), "!identity.txt\n").unwrap();
    run(&["add", "--force", ".config/nexus-env/identity.txt"]);
    world.run(&["run", "--", "true"]).ends_with_status(1);
    assert!(asked() > 1);
}

stories! {
    fn a_prompt_where_nothing_changed_starts_nothing(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.settles();
        assert_eq!(count(&world, &mut session, &["", "", "true", "echo a line without a word of the list", ""]), NOTHING);
    }

    fn a_directory_without_configuration_starts_nothing(shell) {
        let world = world();
        let mut session = world.open(shell);
        session.settles();
        assert_eq!(count(&world, &mut session, &["", "", "true", ""]), NOTHING);
    }

    fn entering_and_leaving_start_the_program_once_each(shell) {
        let world = world();
        let mut session = world.open(shell);
        session.types("cd repo");
        session.settles();
        assert_eq!(count(&world, &mut session, &["cd .."]), ONE_PROCESS, "leaving");
        assert_eq!(count(&world, &mut session, &["cd repo"]), ONE_PROCESS, "entering");
    }

    fn a_line_with_a_word_of_the_list_is_asked_about_once(shell) {
        let world = world().program("npx", "#!/bin/sh\n").program("gcloud", "#!/bin/sh\n");
        let mut session = world.enter(shell);
        session.settles();
        assert_eq!(count(&world, &mut session, &["npx eslint ."]), ASKED);
        assert_eq!(count(&world, &mut session, &["gcloud auth list"]), ASKED);
    }

    fn a_harmless_recipe_beside_one_that_is_not_is_asked_about_once(shell) {
        let mut world = world()
            .file("Makefile", "PRISMA = npx prisma\nbuild: check\n\ttsc -b\ncheck:\n\ttsc\nreset: build\n\t$(PRISMA) migrate reset\n")
            .file("justfile", "build:\n    tsc -b\n\nreset: build\n    npx prisma migrate reset\n")
            .file("Taskfile.yml", "tasks:\n  build:\n    cmds: [tsc -b]\n  reset:\n    cmds:\n      - npx prisma migrate reset\n")
            .file("look.sql", "-- how many\nSELECT count(*) FROM users;\n");
        for tool in ["make", "just", "task", "psql"] {
            world = world.program(tool, "#!/bin/sh\n");
        }
        let mut session = world.enter(shell);
        session.settles();
        for line in ["make", "make build", "make -j2 check", "just build", "task build", "psql -f look.sql"] {
            assert_eq!(count(&world, &mut session, &[line]), ASKED, "{shell}: {line}");
        }
    }
}

/// The preload looks at one string, and starts nothing for what it is not about.
#[test]
fn a_node_program_starts_nothing_more_with_the_preload() {
    let world =
        world().file("x.js", "").file("node_modules/prisma/build/index.js", "").file("node_modules/.bin/eslint", "");
    std::fs::write(world.home().join(".config/nexus-env/config.toml"), "[shell]\nline = false\n").unwrap();
    let mut session = world.enter(Shell::Bash);
    session.settles();
    for line in
        ["node x.js", "node node_modules/prisma/build/index.js generate", "node node_modules/.bin/eslint prisma"]
    {
        assert_eq!(count(&world, &mut session, &[line]), ONE_PROCESS, "{line}");
    }
    // The counter sees the question that a named tool asks.
    let asks = "CLAUDECODE=1 node node_modules/prisma/build/index.js db seed";
    assert_eq!(count(&world, &mut session, &[asks]).execs, 2, "{asks}");
}

#[test]
fn the_counter_counts() {
    let world = World::new().without_hook();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let mut session = world.open(shell);
        assert_eq!(count(&world, &mut session, &["", "true"]), NOTHING, "{shell}");
        assert_eq!(count(&world, &mut session, &["/bin/true"]), ONE_PROCESS, "{shell}");
        assert_eq!(count(&world, &mut session, &["/bin/true; /bin/sh -c ''"]), Count { forks: 2, execs: 2 }, "{shell}");
    }
}
