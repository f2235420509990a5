//! What `set` and `import` take, refuse, replace and say: a stored value goes only where that was meant.

use crate::world::World;
use crate::world::shell::stories;
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

fn world() -> World {
    World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL)
}

#[track_caller]
fn holds(world: &World, environment: &str, name: &str, value: &[u8]) {
    let got = world.run(&["get", name, "-e", environment]).succeeds();
    assert_eq!(got.stdout.escape_ascii().to_string(), value.escape_ascii().to_string());
}

#[test]
fn an_empty_value_is_stored_only_where_it_is_meant() {
    let world = world();
    for given in [&b""[..], b"\n"] {
        world.run_with_input(&["set", "DATABASE_URL", "-e", "dev"], given).ends_with_status(1).prints("").says(
            "nexus-env: the value of `DATABASE_URL` is empty, and nothing was stored\n\
             hint: if that is meant: nexus-env set DATABASE_URL -e dev --empty\n",
        );
        world.run_with_input(&["set", "--plain", "REGION"], given).ends_with_status(1).says(
            "nexus-env: the value of `REGION` is empty, and nothing was stored\n\
             hint: if that is meant: nexus-env set --plain REGION -e dev --empty\n",
        );
    }
    holds(&world, "dev", "DATABASE_URL", DEV_URL.as_bytes());
    world
        .run_with_input(&["set", "DATABASE_URL", "--empty"], b"\n")
        .succeeds()
        .says("nexus-env: replaced the value of `DATABASE_URL` for dev\n");
    holds(&world, "dev", "DATABASE_URL", b"");
    world.run_with_input(&["set", "--plain", "REGION", "--empty"], b"").succeeds();
    holds(&world, "dev", "REGION", b"");
}

#[test]
fn set_says_whether_it_stored_or_replaced() {
    let world = world();
    let said = |value: &[u8]| world.run_with_input(&["set", "TOKEN"], value).succeeds().stderr;
    assert_eq!(said(b"one"), "nexus-env: stored `TOKEN` for dev\n");
    assert_eq!(said(b"two"), "nexus-env: replaced the value of `TOKEN` for dev\n");
    assert_eq!(said(b"two"), "nexus-env: `TOKEN` has this value for dev already\n");
    let said = |value: &[u8]| world.run_with_input(&["set", "--plain", "REGION"], value).succeeds().stderr;
    assert_eq!(said(b"one"), "nexus-env: set `REGION` for dev in `.nexusenv`\n");
    assert_eq!(said(b"two"), "nexus-env: replaced the value of `REGION` for dev in `.nexusenv`\n");
    assert_eq!(said(b"two"), "nexus-env: `REGION` has this value for dev already\n");
    world.run_with_input(&["set", "NODE_ENV"], b"x").succeeds().says(
        "nexus-env: stored `NODE_ENV` for dev; its plain value, in `.nexusenv` or `.nexusenv.local`, wins until that line goes\n",
    );
}

#[test]
fn a_database_variable_takes_no_other_text() {
    let world = world();
    for (given, hint) in [
        (
            &b"not a url"[..],
            "one begins with postgresql://, mysql:// or the like; `database_variables` in `.nexusenv` says which variables hold one",
        ),
        (b"postgresql://u:a/b@h/db", "a password's `@`, `/`, `?`, `#` and `%` are written %40, %2F, %3F, %23 and %25"),
        (b"postgresql://u:p@h/db\r\n", "there is white space before or after the URL"),
    ] {
        let told = format!(
            "nexus-env: the value of `DATABASE_URL` is no database URL, and nothing was stored\nhint: {hint}\n"
        );
        world.run_with_input(&["set", "DATABASE_URL"], given).ends_with_status(1).says(&told);
        world.run_with_input(&["set", "--plain", "DATABASE_URL"], given).ends_with_status(1);
    }
    holds(&world, "dev", "DATABASE_URL", DEV_URL.as_bytes());
}

#[test]
fn no_password_goes_into_the_file_that_goes_into_git() {
    let world = world();
    let before = std::fs::read_to_string(world.repo().join(".nexusenv")).unwrap();
    for (name, value) in [
        ("DATABASE_URL", "postgresql://app:clear@h/db"),
        ("DIRECT_URL", "postgresql://app@h/db?password=clear"),
        ("REDIS_URL", "redis://:clear@h:6379"),
        ("PGPASSWORD", "clear"),
    ] {
        let told = format!(
            "nexus-env: the value of `{name}` would put a password into git, and nothing was stored\n\
             hint: nexus-env set {name} -e dev, without --plain, encrypts it\n"
        );
        world.run_with_input(&["set", "--plain", name], value.as_bytes()).ends_with_status(1).says(&told);
    }
    assert_eq!(std::fs::read_to_string(world.repo().join(".nexusenv")).unwrap(), before);
    let reference = b"postgresql://app:${DB_PASSWORD}@127.0.0.1:5433/db";
    world.run_with_input(&["set", "DB_PASSWORD"], b"clear").succeeds();
    world.run_with_input(&["set", "--plain", "OTHER_URL"], reference).succeeds();
    holds(&world, "dev", "OTHER_URL", b"postgresql://app:clear@127.0.0.1:5433/db");
}

#[test]
fn an_import_takes_all_or_nothing_and_says_the_names() {
    let world = world().file("../values.env", "A=1\nexport B='two words' # said\n\nC=\"x\\ny\"\n");
    world.run(&["import", "../values.env"]).succeeds().prints("").says(
        "nexus-env: dev took `A`, `B`, `C`\n\
         nexus-env: `../values.env` still holds these values in clear; delete it: rm -- ../values.env\n",
    );
    world.run(&["list"]).prints(
        "A             secret\nB             secret\nC             secret\nDATABASE_URL  secret\nNODE_ENV      plain\n",
    );
    let output = world.run(&["get", "C"]).succeeds();
    assert_eq!(output.stdout, b"x\ny");
}

#[test]
fn an_import_replaces_a_value_of_prod_only_when_told_to() {
    let other = PROD_URL.replace("hunter2", "other");
    let world = world().file("../values.env", format!("FIRST=1\nDATABASE_URL={other}\n"));
    world.run(&["import", "../values.env", "-e", "prod"]).ends_with_status(3).prints("").says(
        "nexus-env: prod has another value of `DATABASE_URL`, and nothing was taken\n\
         hint: if it is to be replaced: nexus-env import ../values.env -e prod --yes\n",
    );
    world.run(&["list", "-e", "prod"]).prints("DATABASE_URL  secret\nNODE_ENV      plain\n");
    world.run(&["import", "../values.env", "-e", "prod", "--yes"]).succeeds().says(
        "nexus-env: prod took `FIRST`\n\
         nexus-env: prod replaced `DATABASE_URL`\n\
         nexus-env: `../values.env` still holds these values in clear; delete it: rm -- ../values.env\n",
    );
    // What is there already, and what is new, asks nothing.
    world.run(&["import", "../values.env", "-e", "prod"]).succeeds();
}

stories! {
    fn a_person_is_asked_before_an_import_replaces_a_value_of_prod(shell) {
        let world = world().file("../values.env", "TOKEN=two\n").secret("prod", "TOKEN", "one");
        let mut session = world.enter(shell);
        let line = "nexus-env import ../values.env -e prod";
        session.answers(line, "type prod to replace `TOKEN`: ", "no").ends_with_status(3);
        holds(&world, "prod", "TOKEN", b"one");
        session.answers(line, "type prod to replace `TOKEN`: ", "prod").ends_with_status(0);
        holds(&world, "prod", "TOKEN", b"two");
    }
}

#[test]
fn an_import_takes_no_emptiness_for_a_value_and_no_text_for_a_url() {
    let world = world().file("empty.env", "DATABASE_URL=\nNEW=\n").file("text.env", "NEW=1\nDATABASE_URL=not a url\n");
    world.run(&["import", "empty.env"]).succeeds().says(
        "nexus-env: not taken: `DATABASE_URL` (line 1): it is empty there; if that is meant: nexus-env set DATABASE_URL -e dev --empty\n\
         nexus-env: dev took `NEW`\n\
         nexus-env: `empty.env` still holds these values in clear; delete it, after you moved what was not taken: rm -- empty.env\n",
    );
    holds(&world, "dev", "DATABASE_URL", DEV_URL.as_bytes());
    world.run(&["import", "text.env"]).ends_with_status(1).says(
        "nexus-env: `text.env:2`: the value of `DATABASE_URL` is no database URL, and nothing was taken\n\
         hint: one begins with postgresql://, mysql:// or the like; `database_variables` in `.nexusenv` says which variables hold one\n",
    );
    holds(&world, "dev", "NEW", b"");
}

#[test]
fn references_and_ciphertexts_are_said_and_not_taken() {
    let world = world().file(
        ".envrc",
        "use flake\nexport A='it is' B=$(op read op://team/x)\nexport C=op://team/prod/c\nif true; then\n  export D=1\nfi\n",
    );
    world.run(&["import", ".envrc"]).succeeds().says(
        "nexus-env: not taken: line 1: a command stands there, and none is run\n\
         nexus-env: not taken: `B` (line 2): a shell computes it\n\
         nexus-env: not taken: `D` (line 5): it stands inside of a condition, a loop or a function\n\
         nexus-env: not taken: `C` (line 3): it is a reference to 1Password, and no value\n\
         nexus-env: dev took `A`\n\
         nexus-env: `.envrc` still holds these values in clear; delete it, after you moved what was not taken: rm -- .envrc\n",
    );
    holds(&world, "dev", "A", b"it is");
    let world = world.file("list.env", "\u{feff}QUOTED=\"x\"\r\nHOME\r\nSEALED=ENC[AES256_GCM,data:x,type:str]\r\n");
    world.run(&["import", "list.env", "--format", "docker"]).succeeds().says(
        "nexus-env: not taken: `HOME` (line 2): docker takes its value from where it runs\n\
         nexus-env: not taken: `SEALED` (line 3): it is a ciphertext of sops, and no value\n\
         nexus-env: dev took `QUOTED`\n\
         nexus-env: `list.env` still holds these values in clear; delete it, after you moved what was not taken: rm -- list.env\n",
    );
    holds(&world, "dev", "QUOTED", b"\"x\"");
}

#[test]
fn a_name_that_stands_twice_in_one_file_is_said() {
    let world = world().file("twice.env", "A=1\nB=same\nA=2\nB=same\n");
    let said = world.run(&["import", "twice.env"]).succeeds().stderr;
    assert!(said.starts_with("nexus-env: `A` stands twice in `twice.env`: line 3 counts, and not line 1\n"), "{said}");
    assert!(!said.contains("`B` stands"), "{said}");
    holds(&world, "dev", "A", b"2");
}

#[test]
fn several_files_are_one_import_and_what_they_disagree_about_is_asked() {
    let world = world().file("one.env", "A=1\nB=same\n").file("two.yaml", "A: 2\nB: same\nC: three\n");
    let files = ["import", "one.env", "two.yaml"];
    world.run(&files).ends_with_status(3).prints("").says(
        "nexus-env: `A` has another value in each of `one.env`, `two.yaml`, and nothing was taken\n\
         hint: import them one after the other: what comes later replaces what was there\n",
    );
    let mut session = world.enter(crate::world::shell::Shell::Bash);
    let line = "nexus-env import one.env two.yaml";
    let question = "`A` has another value in each of `one.env`, `two.yaml`; type 1 for `one.env`, 2 for `two.yaml`: ";
    session.answers(line, question, "3").ends_with_status(3);
    session.answers(line, question, "2").ends_with_status(0);
    for (name, value) in [("A", "2"), ("B", "same"), ("C", "three")] {
        holds(&world, "dev", name, value.as_bytes());
    }
}
