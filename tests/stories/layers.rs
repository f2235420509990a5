//! The guard's deeper layers as a person meets them: variables that come and go without a trace, an engine that is handed
//! every byte, and a preload that touches nothing but what it is for.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::world::shell::stories;
use crate::world::{Held, Output, Session, World};
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL)
}

/// `NODE_OPTIONS` of a child, with the world's own path and the preload's hash made steady.
#[track_caller]
fn options(world: &World, session: &mut Session<'_>) -> String {
    let held = session.env_of_child().remove("NODE_OPTIONS").expect("NODE_OPTIONS");
    let text = world.tidy(&String::from_utf8(held).unwrap());
    // SAFETY: geteuid(2) cannot fail.
    let uid = unsafe { libc::geteuid() };
    let ours = ["/dev/shm", "/tmp"].map(|base| format!("--require={base}/nexus-env-{uid}/nexus-env-preload-"));
    let rest = ours.iter().find_map(|ours| text.strip_prefix(ours)).unwrap_or_else(|| panic!("not ours: {text}"));
    rest.split_once(".cjs").expect("a script").1.to_owned()
}

stories! {
    fn what_a_person_had_there_is_there_again(shell) {
        let world = world();
        let mut session = world.open(shell);
        for (before, beside) in [
            (Held::Absent, ""),
            (Held::exported(""), ""),
            (Held::exported("--trace-warnings --max-old-space-size=512"), " --trace-warnings --max-old-space-size=512"),
            (Held::in_the_shell("--trace-warnings"), ""),
        ] {
            for name in ["NODE_OPTIONS", "PRISMA_SCHEMA_ENGINE_BINARY"] {
                let value = |bytes: &[u8]| format!("'{}'", String::from_utf8_lossy(bytes));
                session.types(&match &before {
                    Held::Absent => shell.unsets(name),
                    Held::InTheShell(bytes) => format!("{}; {}", shell.unsets(name), shell.sets(name, &value(bytes))),
                    Held::Exported(bytes) => format!("{}; {}", shell.unsets(name), shell.exports(name, &value(bytes))),
                });
            }
            session.types("cd repo").prints("nexus-env: dev · DATABASE_URL and 1 more");
            assert_eq!(options(&world, &mut session), beside);
            let child = session.env_of_child();
            let engine = String::from_utf8_lossy(&child["PRISMA_SCHEMA_ENGINE_BINARY"]).into_owned();
            assert_eq!(world.tidy(&engine), "/home/ada/.local/state/nexus-env/engine/schema-engine");
            session.types("cd ..");
            for name in ["NODE_OPTIONS", "PRISMA_SCHEMA_ENGINE_BINARY"] {
                assert_eq!(session.holds(name), before, "{name}");
            }
            assert_eq!(session.holds("NEXUS_ENV_ENGINE"), Held::Absent);
        }
    }

    fn what_came_beside_ours_meanwhile_stays(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.types(&shell.exports("NODE_OPTIONS", "\"$NODE_OPTIONS --trace-warnings\""));
        session.types("nexus-env use prod").prints("nexus-env: prod until 15:42 · read-only · DATABASE_URL and 1 more");
        assert_eq!(options(&world, &mut session), " --trace-warnings");
        session.types("cd ..");
        assert_eq!(session.holds("NODE_OPTIONS"), Held::exported("--trace-warnings"));
    }

    fn a_variable_that_has_the_value_already_keeps_it(shell) {
        let world = world();
        let mut session = world.open(shell);
        session.types(&shell.exports("NODE_ENV", "development"));
        session.types("cd repo");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
        session.types("cd ..");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
    }

    fn a_nested_shell_that_leaves_takes_out_ours_alone(shell) {
        let world = world();
        let mut session = world.open(shell);
        session.types(&shell.exports("NODE_OPTIONS", "--trace-warnings"));
        session.types(&shell.exports("PRISMA_SCHEMA_ENGINE_BINARY", "/own/engine"));
        session.types("cd repo");
        session.types(&shell.words(&world.home().display().to_string()).join(" "));
        session.types("cd ~");
        assert_eq!(session.holds("NODE_OPTIONS"), Held::exported("--trace-warnings"));
        assert_eq!(session.holds("PRISMA_SCHEMA_ENGINE_BINARY"), Held::exported("/own/engine"));
    }
}

const HARMLESS: &str =
    "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"introspect\",\"params\":{\"schema\":\"\u{e9}\\u00e9 \"}}\n";

fn text(told: &Output) -> &str {
    std::str::from_utf8(&told.stdout).unwrap()
}

/// Runs the engine's stand-in with this real engine behind it.
#[track_caller]
fn engine(world: &World, script: &str, input: &str) -> Output {
    let path = world.outside("engine");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    let words = ["run", "--", "sh", "-c", "exec \"$PRISMA_SCHEMA_ENGINE_BINARY\" --datamodels s"];
    let mut command = world.command("nexus-env", world.repo());
    command.args(words).env("PRISMA_SCHEMA_ENGINE_BINARY", &path);
    world.finish(command, input.as_bytes())
}

#[test]
fn every_byte_passes_in_both_directions_and_so_does_the_end() {
    let world = world();
    let input = format!("{HARMLESS}\n  {}", HARMLESS.replace("\n", ""));
    let told = engine(&world, "cat; echo \"$*\"; echo aside >&2; exit 7", &input);
    assert_eq!(text(&told), format!("{input}--datamodels s\n"));
    assert_eq!((told.stderr.as_str(), told.status), ("aside\n", 7));
    let told = engine(&world, "read -r _; echo ended; exit 3", HARMLESS);
    assert_eq!((text(&told), told.status), ("ended\n", 3), "it ends although more could come");
}

#[test]
fn a_refused_first_request_starts_nothing() {
    let world = world();
    let request = "{\"id\":4,\"jsonrpc\":\"2.0\",\"method\":\"reset\",\"params\":{}}\n";
    let told = engine(&world, "echo started", request);
    let answer: serde_json::Value = serde_json::from_str(text(&told)).unwrap_or_else(|_| panic!("{}", text(&told)));
    assert_eq!((answer["id"].as_i64(), answer["error"]["code"].as_i64()), (Some(4), Some(4466)));
    let message = answer["error"]["data"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("nexus-env: blocked: prisma migrate reset would erase an unknown database"),
        "{message}"
    );
}

#[test]
fn a_missing_engine_is_said_in_one_sentence() {
    let world = world();
    let mut command = world.command("nexus-env", world.repo());
    command.args(["run", "--", "sh", "-c", "exec \"$PRISMA_SCHEMA_ENGINE_BINARY\""]);
    let told = world.finish(command, HARMLESS.as_bytes());
    let answer: serde_json::Value = serde_json::from_str(text(&told)).unwrap_or_else(|_| panic!("{}", text(&told)));
    assert_eq!(
        answer["error"]["data"]["message"].as_str().map(|text| world.tidy(text)).as_deref(),
        Some(
            "nexus-env: Prisma's own schema engine was not found: there is no node_modules/@prisma/engines at or above \
             `/home/ada/repo`\nhint: install Prisma here, or set PRISMA_SCHEMA_ENGINE_BINARY to the engine before you \
             enter the repository"
        )
    );
}

#[test]
fn an_engine_that_prismas_installer_left_out_is_fetched_by_it() {
    let installer = "const target = process.platform === 'darwin' ? 'darwin' + (process.arch === 'arm64' ? '-arm64' : '')\n\
                     : process.arch === 'arm64' ? 'linux-static-arm64' : 'linux-static-x64';\n\
                     if (process.env.PRISMA_SCHEMA_ENGINE_BINARY) process.exit(1);\n\
                     require('fs').writeFileSync(__dirname + '/../schema-engine-' + target, '#!/bin/sh\\necho real\\n', { mode: 0o755 });\n";
    let world = world()
        .file("node_modules/@prisma/engines/package.json", "{}")
        .file("node_modules/@prisma/engines/scripts/postinstall.js", installer);
    let words = ["run", "--", "sh", "-c", "exec \"$PRISMA_SCHEMA_ENGINE_BINARY\" --version"];
    let told = world.run(&words).succeeds();
    assert_eq!(text(&told), "real\n");
}

#[test]
fn what_is_no_tool_runs_as_it_did_also_with_spaces_in_the_path() {
    let state = |world: &World| world.outside("a state").display().to_string();
    let world = world();
    let there = state(&world);
    let world = world.variable("XDG_STATE_HOME", there);
    world.run(&["allow", "--yes"]).succeeds();
    let world = world
        .file(
            "plain.mjs",
            "import { Worker } from 'node:worker_threads';\nnew Worker('console.log(1)', { eval: true });\n",
        )
        .file("it.test.mjs", "import test from 'node:test';\ntest('it', () => {});\n");
    for (words, expected) in [
        (&["node", "-e", "console.log(1)"][..], "1\n"),
        (&["node", "plain.mjs"], "1\n"),
        (&["sh", "-c", "node --test it.test.mjs | grep -c '^# pass 1$\\|pass 1$'"], "1\n"),
        (&["sh", "-c", "echo 'console.log(1)' | node -"], "1\n"),
    ] {
        let told = world.run(&[&["run", "--"], words].concat());
        assert_eq!((text(&told), told.stderr.as_str(), told.status), (expected, "", 0), "{words:?}");
    }
}

#[test]
fn a_tool_of_nodes_whose_guard_is_gone_does_not_run() {
    let world = world().file("tools/node_modules/knex/bin/cli.js", "console.log('rolled back');\n");
    let line = "rm ~/.local/state/nexus-env/engine/schema-engine; exec node tools/node_modules/knex/bin/cli.js \"$0\"";
    let told = world.run(&["run", "--", "sh", "-c", line, "migrate:rollback"]);
    assert_eq!((text(&told), told.status), ("", 3), "{}", told.stderr);
    assert!(told.stderr.starts_with("nexus-env: blocked: the guard gave no answer ("), "{}", told.stderr);
}

stories! {
    /// `su postgres -c …` and its like keep NODE_OPTIONS, and Node ends where it cannot read what that names.
    fn node_under_another_account_works_as_ever(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        let Held::Exported(options) = session.holds("NODE_OPTIONS") else { panic!("no preload") };
        let preload = String::from_utf8(options).unwrap().replace("--require=", "");
        let preload = Path::new(&preload);
        for path in preload.ancestors() {
            let mode = path.metadata().unwrap().permissions().mode();
            let everyone = if path == preload { 0o004 } else { 0o001 };
            assert_eq!(mode & everyone, everyone, "{}: {mode:o}", path.display());
            assert!(mode & 0o022 == 0 || mode & 0o1000 != 0, "{}: {mode:o}", path.display());
        }
        // SAFETY: geteuid(2) cannot fail.
        if unsafe { libc::geteuid() } == 0 {
            let node = crate::world::program("node").canonicalize().unwrap();
            session.types(&format!("setpriv --reuid=65534 --regid=65534 --clear-groups {} -p 1+1", node.display())).prints("2");
        }
        // Whoever takes it away does not end Node for long.
        std::fs::remove_file(preload).unwrap();
        session.types("");
        session.types("node -p 1+1").prints("2");
    }
}
