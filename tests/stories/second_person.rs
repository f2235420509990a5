//! Who clones a repository and is no reader of its secrets yet, and who finds a store that git left broken or out.

use crate::world::World;
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

/// A person of bash whom nobody has let in: another identity, and another memory of what was allowed.
fn newcomer() -> World {
    let world =
        World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL);
    let own = |name: &str| world.outside(name).display().to_string();
    let (config, state) = (own("grace/config"), own("grace/state"));
    let world = world
        .variable("XDG_CONFIG_HOME", config)
        .variable("XDG_STATE_HOME", state)
        .variable("SHELL", "/bin/bash")
        .variable("TMUX_TMPDIR", "/nowhere");
    std::fs::write(world.home().join(".bashrc"), "eval \"$(nexus-env hook bash)\"\n").unwrap();
    world.run(&["init"]).succeeds();
    world.allow()
}

fn closed(environment: &str) -> String {
    format!(
        "nexus-env: your key is not among the readers of `{environment}`; ada can let you in\n\
         hint: send them this line, which they type here: nexus-env recipients add ada-2 age1ada -e {environment}\n"
    )
}

#[test]
fn every_verb_says_whose_key_is_missing_and_who_can_let_them_in() {
    let world = newcomer();
    for words in [
        &["get", "DATABASE_URL", "-e", "dev"][..],
        &["export", "-e", "dev", "--format", "json"],
        &["run", "-e", "dev", "--", "true"],
        &["unset", "DATABASE_URL", "-e", "dev"],
        &["db", "pin", "-e", "dev"],
        &["rekey", "-e", "dev"],
    ] {
        world.run(words).ends_with_status(1).prints("").says(&closed("dev"));
    }
    world.run_with_input(&["set", "X", "-e", "prod"], b"x").ends_with_status(1).prints("").says(&closed("prod"));
    // Allowing it once more changes nothing, and says the same.
    let told = world.run(&["allow"]).succeeds().stderr;
    assert!(told.contains(&closed("dev")["nexus-env: ".len()..]), "{told}");
    // Nothing is advised that would make secrets that the others cannot read.
    let told = world.run(&["init"]).succeeds().stderr;
    assert!(told.ends_with("nexus-env: next: nexus-env status, which says what you can read\n"), "{told}");
}

#[test]
fn doctor_fails_and_the_guard_judges_what_they_export_by_hand() {
    let world = newcomer();
    world.run(&["doctor"]).ends_with_status(1).prints(
        "error: .nexusenv.d/dev.toml: your key is not among the readers of `dev`; ada can\n  let you in\n  \
         mend: send them this line, which they type here:\n        nexus-env recipients add ada-2 age1ada -e dev\n\
         warning: .nexusenv: prod is not pinned, so its database cannot be told from\n  \
         another one by what it says itself\n  \
         mend: nexus-env db pin -e prod, then nexus-env db label -e prod\n\
         note: .nexusenv.d/prod.toml: your key is not among the readers of `prod`; ada\n  can let you in\n  \
         mend: send them this line, which they type here:\n        nexus-env recipients add ada-2 age1ada -e prod\n\n\
         1 error, 1 warning, 1 note\n",
    );
    let world = world.variable("DATABASE_URL", "postgresql://u:hunter2@db.example.com/shop");
    world.run(&["guard", "check", "-q", "--", "npx", "prisma", "migrate", "dev"]).ends_with_status(3);
    world.run(&["guard", "check", "-q", "--", "npx", "prisma", "generate"]).succeeds();
}

/// A person of bash with a repository of git.
fn team() -> World {
    let world = World::with(DEV_AND_PROD)
        .secret("dev", "DATABASE_URL", DEV_URL)
        .variable("SHELL", "/bin/bash")
        .variable("TMUX_TMPDIR", "/nowhere")
        .variable("GIT_AUTHOR_NAME", "ada")
        .variable("GIT_AUTHOR_EMAIL", "ada@example.com")
        .variable("GIT_COMMITTER_NAME", "ada")
        .variable("GIT_COMMITTER_EMAIL", "ada@example.com");
    std::fs::write(world.home().join(".bashrc"), "eval \"$(nexus-env hook bash)\"\n").unwrap();
    world.git(&["init", "-q", "-b", "main"]);
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "one"]);
    world
}

#[test]
fn a_store_that_git_could_not_merge_is_mended_by_name() {
    let world = team();
    world.git(&["checkout", "-qb", "other"]);
    world.sets("dev", "ONE", "1");
    world.git(&["commit", "-qam", "other"]);
    world.git(&["checkout", "-q", "main"]);
    world.sets("dev", "TWO", "2");
    world.git(&["commit", "-qam", "mine"]);
    let mut merge = world.command("git", world.repo());
    merge.args(["merge", "-q", "other"]);
    world.finish(merge, b"").ends_with_status(1);
    let sentence = "`.nexusenv.d/dev.toml:7`: a merge conflict is not resolved";
    let hint = "nexus-env resolve merges both sides by name";
    let told = format!("nexus-env: {sentence}\nhint: {hint}\n");
    world.run(&["get", "ONE", "-e", "dev"]).ends_with_status(1).says(&told);
    let doctor = world.run(&["doctor"]).ends_with_status(1);
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(text.starts_with(&format!("error: {sentence}\n  mend: {hint}\n")), "{text}");
    let said = world.run(&["resolve"]).succeeds().stderr;
    assert_eq!(said, "nexus-env: merged the secrets of dev\nnexus-env: next: git commit\n");
    world.git(&["commit", "-qm", "merged"]);
    for (name, value) in [("ONE", "1"), ("TWO", "2"), ("DATABASE_URL", DEV_URL)] {
        world.run(&["get", name, "-e", "dev"]).succeeds().says("").prints(value);
    }
    world.run(&["resolve"]).succeeds().says("nexus-env: git has no store of secrets in conflict here\n");
}

#[test]
fn what_git_has_and_the_work_tree_has_not_is_missed() {
    let world = team();
    std::fs::remove_file(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    let doctor = world.run(&["doctor"]).ends_with_status(1);
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let error = "error: .nexusenv.d/dev.toml: git has the secrets of dev, and they are not in\n  this work tree\n  \
                 mend: git sparse-checkout add .nexusenv.d,\n        or git checkout -- .nexusenv.d/dev.toml where it was deleted\n";
    assert!(text.starts_with(error), "{text}");
    let status = world.run(&["status", "--offline"]).succeeds();
    let text = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(text.contains("secrets      cannot be opened: git has the secrets of dev"), "{text}");
}

#[test]
fn what_cannot_be_made_is_empty_or_lets_everything_run_is_said_by_doctor_and_status() {
    let configuration = "id = \"9f3k2v7m4q8x1c5b\"\ndefault = \"dev\"\n[env.dev.vars]\nGREETING = \"x${NOPE}\"\n\
                         [env.test.vars]\nDATABASE_URL = \"\"\n[env.prod]\nprotected = false\n";
    let world = World::with(configuration).variable("SHELL", "/bin/bash").variable("TMUX_TMPDIR", "/nowhere");
    std::fs::write(world.home().join(".bashrc"), "eval \"$(nexus-env hook bash)\"\n").unwrap();
    world.run(&["doctor"]).ends_with_status(1).prints(
        "error: .nexusenv: dev cannot be loaded: `GREETING` refers to `NOPE`, which this\n  \
         environment does not have\n  \
         mend: `${NAME}` is another variable of the same environment,\n        `$$` is a dollar sign\n\
         warning: .nexusenv: `DATABASE_URL` of test is empty\n  mend: nexus-env set DATABASE_URL -e test\n\
         warning: .nexusenv: prod is not protected: `protected = false` lets everything\n  run on it\n  \
         mend: remove that line under [env.prod], then nexus-env allow\n\n1 error, 2 warnings\n",
    );
    let status = world.run(&["status", "--offline", "--json"]).succeeds();
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let warnings: Vec<&str> = status["warnings"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    assert_eq!(
        warnings,
        [
            "dev cannot be loaded: `GREETING` refers to `NOPE`, which this environment does not have; `${NAME}` is another \
         variable of the same environment, `$$` is a dollar sign",
            "`DATABASE_URL` of test is empty; nexus-env set DATABASE_URL -e test",
            "prod is not protected: `protected = false` lets everything run on it; remove that line under [env.prod], then \
         nexus-env allow",
        ]
    );
}

#[test]
fn where_no_variable_says_their_name_the_account_does() {
    let world = newcomer();
    let id = std::process::Command::new("id").arg("-un").output().unwrap();
    let account = String::from_utf8(id.stdout).unwrap();
    // Whoever runs the tests may have the name of the one who is a reader already.
    let own = if account.trim() == "ada" { "ada-2" } else { account.trim() };
    for (user, name) in [(None, own), (Some("grace"), "grace")] {
        let mut join = world.command("nexus-env", world.repo());
        join.arg("join").env_remove("USER").env_remove("LOGNAME").envs(user.map(|user| ("LOGNAME", user)));
        let printed = String::from_utf8(world.finish(join, b"").succeeds().stdout).unwrap();
        assert!(printed.starts_with(&format!("nexus-env recipients add {name} age1")), "{printed}");
    }
}

#[test]
fn the_name_that_somebody_joined_under_stays_in_every_line_to_send() {
    let world = newcomer();
    let line = world.run(&["join", "grace"]).succeeds().stdout;
    let line = String::from_utf8(line).unwrap();
    assert!(line.starts_with("nexus-env recipients add grace age1"), "{line}");
    for words in [&["get", "DATABASE_URL", "-e", "dev"][..], &["doctor"]] {
        let said = world.run(words);
        let told = String::from_utf8_lossy(&said.stdout).into_owned() + &said.stderr;
        assert!(told.contains("nexus-env recipients add grace age1"), "{told}");
    }
}
