//! What `allow` shows before it is answered, what it asks about, and what a no and an absent terminal leave as it was.

use std::fs;

use crate::world::shell::stories;
use crate::world::{Held, Output, Shell, World};
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

const NEEDS_A_TERMINAL: &str = "nexus-env: `.nexusenv` is not allowed: this needs an answer, and there is no terminal to ask on\n\
     hint: read what is above, then nexus-env allow --yes\n";

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL)
}

/// The same person on another machine: the files and the identity are there, and nothing was allowed yet.
fn elsewhere(world: &World) {
    fs::remove_dir_all(world.home().join(".local/state/nexus-env")).expect("the state of the world");
}

fn refused(world: &World) -> Output {
    let output = world.run(&["allow"]).ends_with_status(1);
    assert!(output.stderr.ends_with(NEEDS_A_TERMINAL), "{}", output.stderr);
    output
}

#[test]
fn the_first_time_all_is_shown_and_nothing_is_asked() {
    let world = World::new().file(".nexusenv", DEV_AND_PROD).file(".nexusenv.local", "[env.dev.vars]\nMINE = \"1\"\n");
    world.run(&["allow"]).succeeds().says(
        "nexus-env: `.nexusenv` holds:\n  \
           dev  not protected, read-write, exported into the shell, the default\n    \
             NODE_ENV = \"development\"\n    \
             MINE = \"1\"\n  \
           prod  protected, read-only, exported into the shell\n    \
             NODE_ENV = \"production\"\n  \
           database variables  DATABASE_URL\n  \
           `.nexusenv.local` is laid over it, and git does not ignore it\n\
         nexus-env: allowed `.nexusenv`\n",
    );
    world.run(&["allow"]).succeeds().says("nexus-env: `.nexusenv` is already allowed\n");
    fs::write(world.repo().join(".gitignore"), ".nexusenv.local\n").unwrap();
    world.writes(".nexusenv.local", "[env.dev.vars]\nMINE = \"2\"\n");
    let said = world.run(&["allow"]).succeeds().stderr;
    assert!(said.contains("\n  - MINE = \"1\"\n  + MINE = \"2\"\n"), "{said}");
    assert!(said.contains("\n  `.nexusenv.local` is laid over it\n"), "{said}");
    world.git(&["add", "-f", ".nexusenv.local"]);
    world.writes(".nexusenv.local", "[env.dev.vars]\nMINE = \"3\"\n");
    let said = world.run(&["allow"]).succeeds().stderr;
    assert!(said.contains("\n  `.nexusenv.local` is laid over it, and is in git: it is not yours alone\n"), "{said}");
}

#[test]
fn what_loosens_is_said_first_and_needs_an_answer() {
    let world = world();
    world.writes(
        ".nexusenv",
        format!("{DEV_AND_PROD}\n[env.prod]\nprotected = false\n").replace("[env.prod.vars]", "[env.other.vars]"),
    );
    let said = refused(&world).stderr;
    assert!(said.starts_with("nexus-env: `.nexusenv` needs your word:\n  prod is not protected here\n"), "{said}");
    // Nothing took effect, also of what it had before.
    world.run(&["run", "--", "true"]).ends_with_status(1);
    world.run(&["-q", "allow"]).ends_with_status(1).prints("");
}

#[test]
fn a_new_key_is_shown_with_its_readers_and_needs_an_answer() {
    let world = world();
    elsewhere(&world);
    let said = refused(&world).stderr;
    let first = "nexus-env: `.nexusenv` needs your word:\n  \
          the secrets of dev are new here: readable by ada, under the key FINGERPRINT\n  \
          the secrets of prod are new here: readable by ada, under the key FINGERPRINT\n\
        nexus-env: `.nexusenv` holds:\n  \
          dev  not protected, read-write, exported into the shell, the default\n    \
            NODE_ENV = \"development\"\n    \
            1 secret: DATABASE_URL, readable by ada\n    \
            under the key FINGERPRINT, new here\n";
    assert!(said.starts_with(first), "{said}");
    world.run(&["get", "DATABASE_URL"]).ends_with_status(1);
    world.run(&["allow", "--yes"]).succeeds();
    world.run(&["get", "DATABASE_URL"]).prints(DEV_URL);
    world.run(&["allow"]).succeeds().says("nexus-env: `.nexusenv` is already allowed\n");
}

#[test]
fn a_replaced_key_needs_an_answer() {
    let world = world();
    fs::remove_file(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    let other = World::with(DEV_AND_PROD);
    fs::copy(world.home().join(".config/nexus-env/identity.txt"), other.home().join(".config/nexus-env/identity.txt"))
        .unwrap();
    other.sets("dev", "DATABASE_URL", "postgresql://x:y@h/other");
    fs::copy(other.repo().join(".nexusenv.d/dev.toml"), world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    let said = refused(&world).stderr;
    let first = "nexus-env: `.nexusenv` needs your word:\n  \
        the secrets of dev have another key than the one that was allowed: readable by ada, under the key FINGERPRINT\n";
    assert!(said.starts_with(first), "{said}");
    world.run(&["allow", "--yes"]).succeeds();
    world.run(&["get", "DATABASE_URL"]).prints("postgresql://x:y@h/other");
}

#[test]
fn a_store_that_went_back_needs_an_answer_and_another_of_the_same_revision_is_said() {
    let world = world();
    let store = world.repo().join(".nexusenv.d/dev.toml");
    let first = fs::read(&store).unwrap();
    world.sets("dev", "DATABASE_URL", "postgresql://x:y@h/one");
    let second = fs::read(&store).unwrap();
    fs::write(&store, &first).unwrap();
    let said = refused(&world).stderr;
    assert!(said.contains("\n  the secrets of dev went back from revision 2 to 1\n"), "{said}");
    world.run(&["allow", "--yes"]).succeeds();
    world.sets("dev", "DATABASE_URL", "postgresql://x:y@h/two");
    fs::write(&store, &second).unwrap();
    let warning = "nexus-env: `.nexusenv.d/dev.toml` is another revision 2 than the one that was seen here before\n";
    world.run(&["get", "DATABASE_URL"]).prints("postgresql://x:y@h/one").says(warning);
    world.run(&["get", "DATABASE_URL"]).prints("postgresql://x:y@h/one").says("");
}

#[test]
fn an_id_that_is_known_from_another_directory_needs_an_answer() {
    let world = world();
    let clone = world.home().join("clone");
    fs::create_dir_all(clone.join(".nexusenv.d")).unwrap();
    for file in [".nexusenv", ".nexusenv.d/dev.toml", ".nexusenv.d/prod.toml"] {
        fs::copy(world.repo().join(file), clone.join(file)).unwrap();
    }
    world.run_in(&clone, &["get", "DATABASE_URL"], b"").prints(DEV_URL);
    fs::write(clone.join(".nexusenv"), DEV_AND_PROD.replace("development", "theirs")).unwrap();
    let said = world.run_in(&clone, &["allow"], b"").ends_with_status(1).stderr;
    let first = "nexus-env: `.nexusenv` needs your word:\n  \
        its id 9f3k2v7m4q8x1c5b belongs to `~/repo`, where another content was allowed\n";
    assert!(said.starts_with(first), "{said}");
    assert!(said.contains(", known from /home/ada/repo\n"), "{said}");
    world.run_in(&clone, &["get", "DATABASE_URL"], b"").ends_with_status(1);
    world.run_in(&clone, &["allow", "--yes"], b"").succeeds();
    world.run_in(&clone, &["get", "DATABASE_URL"], b"").prints(DEV_URL);
    // It is asked once: what changes there later is a change like any other.
    fs::write(clone.join(".nexusenv"), DEV_AND_PROD.replace("development", "later")).unwrap();
    world.run_in(&clone, &["allow"], b"").succeeds();
}

#[test]
fn a_change_is_shown_whole_and_with_nothing_hidden() {
    let world = world();
    let many: String = (0..40).map(|n| format!("V{n} = \"{}\"\n", "x".repeat(200))).collect();
    let hidden = format!("[env.dev.vars]\n{many}EVIL = \"a\u{200b}b prоd\"");
    world.writes(".nexusenv", DEV_AND_PROD.replace("[env.dev.vars]", &hidden));
    let said = world.run(&["allow"]).succeeds().stderr;
    assert!(said.contains(&format!("\n  + V39 = \"{}\"\n", "x".repeat(200))), "{said}");
    assert!(said.contains("\n  + EVIL = \"a‹U+200B›b prо‹U+043E›d\"\n"), "{said}");
}

#[test]
fn an_older_content_loads_and_is_said() {
    let world = world();
    world.writes(".nexusenv", DEV_AND_PROD.replace("development", "newer"));
    world.run(&["allow"]).succeeds();
    world.writes(".nexusenv", DEV_AND_PROD);
    let mut session = world.open(Shell::Bash);
    session.types("cd repo").prints(
        "nexus-env: `.nexusenv` is an older content, allowed before the present one; nexus-env allow shows what differs\n\
         nexus-env: dev · DATABASE_URL and 1 more",
    );
    let said = world.run(&["allow"]).succeeds().stderr;
    let first = "nexus-env: `.nexusenv` is an older content, allowed before the present one; what differs:\n\
        nexus-env: `.nexusenv` changed since it was allowed:\n  \
          - NODE_ENV = \"newer\"\n  \
          + NODE_ENV = \"development\"\n";
    assert!(said.starts_with(first), "{said}");
    session.types("");
    assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
}

#[test]
fn a_coding_agent_allows_nothing() {
    let world = world().variable("CLAUDECODE", "1");
    world.writes(".nexusenv", DEV_AND_PROD.replace("development", "theirs"));
    world.run(&["allow", "--yes"]).ends_with_status(3).says(
        "nexus-env: `allow` is not for a coding agent (CLAUDECODE)\nhint: a person types it in a shell of their own\n",
    );
}

stories! {
    fn a_person_is_asked_and_a_no_changes_nothing(shell) {
        let world = world();
        world.writes(".nexusenv", DEV_AND_PROD.replace("[env.prod.vars]", "[env.prod]\nprotected = false\n[env.prod.vars]"));
        fs::remove_dir_all(world.repo().join(".nexusenv.d")).unwrap();
        let mut session = world.enter(shell);
        let said = session.answers("nexus-env allow", "allow all of this? [y/N]", "").text.clone();
        assert!(said.contains("prod is not protected here"), "{said}");
        assert!(said.contains("`.nexusenv` is not allowed, nothing changed"), "{said}");
        assert_eq!(session.holds("NODE_ENV"), Held::Absent);
        session.answers("nexus-env allow", "allow all of this? [y/N]", "y");
        assert_eq!(session.holds("NODE_ENV"), Held::exported("development"));
    }
}
