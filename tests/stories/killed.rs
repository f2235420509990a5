//! `kill -9` at every step of every kind of write: before each system call that changes a file or a key of the kernel, in turn,
//! until the command comes to its end. What is there afterwards is the old or the new, whole, and the next command works.

mod kill;

use std::sync::PoisonError;
use std::time::Instant;

use self::kill::{CALLS, Kill, copy};
use crate::DEV_AND_PROD;
use crate::keys::{KEY, UNLOCKED, behind_a_passphrase, dialogue};
use crate::world::{PATIENCE, World};

/// What the program prints, as it is; `None` where it fails.
fn printed(world: &World, words: &[&str]) -> Option<String> {
    let output = world.run(words);
    (output.status == 0).then(|| String::from_utf8(output.stdout).unwrap())
}

#[track_caller]
fn loaded(world: &World, environment: &str) -> String {
    let words = ["export", "-e", environment, "--format", "json"];
    printed(world, &words).unwrap_or_else(|| panic!("{environment} does not load: {}", world.run(&words).stderr))
}

/// Two environments with two secrets each.
fn two() -> World {
    let world = World::with(DEV_AND_PROD);
    for environment in ["dev", "prod"] {
        for name in ["A", "B"] {
            world.sets(environment, name, format!("{name} of {environment}"));
        }
    }
    world
}

#[test]
fn a_secret_that_is_set_replaced_or_removed_and_a_plain_variable() {
    let world = two();
    let state = || loaded(&world, "dev");
    let next = || {
        world.sets("dev", "NEXT", "x");
        world.run_with_input(&["set", "--plain", "NEXT_PLAIN", "-e", "dev"], b"x").succeeds();
        world.run(&["get", "NEXT", "-e", "dev"]).succeeds().says("").prints("x");
    };
    // A file that is being written lies beside the old one, empty and half.
    let writes = format!("write,{CALLS}");
    Kill::new(&world, &["set", "A", "-e", "dev"]).input(b"new").before(&writes).everywhere(&state, &next);
    Kill::new(&world, &["set", "C", "-e", "dev", "--expires", "9d", "--note", "x"])
        .input(b"new")
        .everywhere(&state, &next);
    Kill::new(&world, &["unset", "A", "-e", "dev"]).everywhere(&state, &next);
    Kill::new(&world, &["set", "--plain", "P", "-e", "dev"]).input(b"new").everywhere(&state, &next);
}

#[test]
fn the_first_secret_of_an_environment() {
    let world = World::with(DEV_AND_PROD);
    // One that was killed before it was remembered is as new as a colleague's.
    let state = || {
        let new = "nexus-env: the secrets of dev are new here and not allowed yet\nhint: nexus-env allow, if you expected them\n";
        if world.run(&["export", "-e", "dev", "--format", "json"]).stderr == new {
            world.run(&["allow", "--yes"]).succeeds();
        }
        loaded(&world, "dev")
    };
    let next = || world.sets("dev", "A", "again");
    // A file that is being written lies beside the old one, empty and half.
    let writes = format!("write,{CALLS}");
    Kill::new(&world, &["set", "A", "-e", "dev"]).input(b"new").before(&writes).everywhere(&state, &next);
}

#[test]
fn an_import_of_two_files() {
    let world = two().file("one.env", "A=1\nC=2\n").file("two.env", "D=3\n");
    let state = || loaded(&world, "dev");
    let next = || world.sets("dev", "NEXT", "x");
    Kill::new(&world, &["import", "one.env", "two.env", "-e", "dev", "--yes"]).everywhere(&state, &next);
}

/// The readers of both environments and their keys, and whether all of it loads.
fn readers(world: &World) -> String {
    // It ends what was cut off, too.
    let listed = printed(world, &["recipients", "list", "-e", "dev", "-e", "prod"]).expect("a list");
    let keys = printed(world, &["recipients", "--fingerprint"]).expect("the fingerprints");
    let keys: Vec<&str> = keys.lines().filter(|line| line.starts_with(['d', 'p'])).collect();
    format!("{listed}{}\n{}\n{}", keys.join("\n"), loaded(world, "dev"), loaded(world, "prod"))
}

/// The same, with a name for each key that is not one of these.
fn renamed(world: &World, known: &str) -> String {
    let told = readers(world);
    let name = |line: &str| match line.starts_with("dev  ") || line.starts_with("prod  ") {
        true if !line.contains("age1") && !known.contains(line) => format!("{} another key\n", &line[..4]),
        _ => format!("{line}\n"),
    };
    told.lines().map(name).collect()
}

#[test]
fn somebody_let_in_to_two_environments_and_out_of_them() {
    let world = two();
    let before = readers(&world);
    let state = || renamed(&world, &before);
    let next = || {
        world.sets("dev", "NEXT", "x");
        world.sets("prod", "NEXT", "x");
        let verified = printed(&world, &["verify"]).expect("all is whole");
        assert_eq!(verified.matches("the seal holds").count(), 2, "{verified}");
    };
    Kill::new(&world, &["recipients", "add", "bob", KEY, "-e", "dev", "-e", "prod"]).everywhere(&state, &next);
    Kill::new(&world, &["rekey", "-e", "dev", "-e", "prod"]).everywhere(&state, &next);
    copy(&world.outside("before"), world.home());
    world.run(&["recipients", "add", "bob", KEY, "-e", "dev", "-e", "prod"]).succeeds();
    let before = readers(&world);
    let state = || renamed(&world, &before);
    Kill::new(&world, &["recipients", "remove", "bob", "-e", "dev", "-e", "prod"]).everywhere(&state, &next);
}

#[test]
fn half_a_change_of_readers_is_said_by_a_load_and_ended_by_the_next_change() {
    let world = two();
    world.run(&["recipients", "add", "bob", KEY, "-e", "dev", "-e", "prod"]).succeeds();
    let kill = Kill::new(&world, &["recipients", "remove", "bob", "-e", "dev", "-e", "prod"]);
    let store = |environment: &str| {
        std::fs::read_to_string(world.repo().join(format!(".nexusenv.d/{environment}.toml"))).unwrap()
    };
    let (dev, prod) = (store("dev"), store("prod"));
    let made = kill.made();
    let rename =
        ["rename", "renameat", "renameat2"].into_iter().find(|call| made.contains_key(*call)).expect("a rename");
    let mut nth = 1;
    while {
        kill.run(Some((rename, nth)));
        store("dev") == dev
    } {
        nth += 1;
    }
    assert_eq!(store("prod"), prod);
    world.run(&["export", "-e", "dev", "--format", "json"]).ends_with_status(1).prints("").says(
        "nexus-env: a change of who reads `dev` was cut off half-way\nhint: nexus-env recipients list, which ends it\n",
    );
    world.run(&["export", "-e", "prod", "--format", "json"]).succeeds().says("");
    let ended = "nexus-env: a change of who reads dev and prod was cut off, and is done now\n";
    world
        .run_with_input(&["set", "A", "-e", "prod"], b"1")
        .succeeds()
        .says(&format!("{ended}nexus-env: replaced the value of `A` for prod\n"));
    assert!(!store("prod").contains("bob =") && !store("dev").contains("bob ="));
    world.run(&["export", "-e", "dev", "--format", "json"]).succeeds().says("");
    // What was taken back in between stays taken back.
    kill.run(Some((rename, nth)));
    world.writes(".nexusenv.d/dev.toml", &dev);
    world.run(&["recipients", "list", "-e", "prod"]).succeeds().says("");
    assert_eq!((store("dev"), store("prod")), (dev, prod));
}

#[test]
fn a_request_that_is_approved() {
    let world = two();
    let request = format!("name = \"bob\"\nkey = \"{KEY}\"\nenvironments = [\"dev\", \"prod\"]\n");
    let world = world.file(".nexusenv.d/requests/bob.toml", request);
    let before = readers(&world);
    let state = || renamed(&world, &before);
    let approve = ["recipients", "approve", "bob", "--yes"];
    let next = || {
        let place = world.repo().join(".nexusenv.d/requests/bob.toml");
        if place.exists() {
            world.run(&approve).succeeds();
        }
        assert!(!place.exists() && state().matches("bob").count() == 2, "{}", state());
    };
    Kill::new(&world, &approve).everywhere(&state, &next);
}

/// A branch of its own, on which `TOKEN` is `theirs`; here it is `ours`.
fn forked() -> World {
    let world = two();
    world.run(&["init", "--git"]).succeeds();
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "one"]);
    for (branch, value, checkout) in [("other", "theirs", &["-qb", "other"][..]), ("main", "ours", &["-q", "main"])] {
        world.git(&[&["checkout"], checkout].concat());
        world.sets("dev", "TOKEN", value);
        world.sets("dev", &format!("OF_{}", branch.to_uppercase()), "x");
        world.git(&["commit", "-qam", branch]);
    }
    world
}

#[test]
fn a_merge_by_the_driver_and_one_by_hand() {
    let world = forked();
    let mut merge = world.command("git", world.repo());
    merge.args(["merge", "-q", "other"]);
    world.finish(merge, b"").ends_with_status(1);
    let get = |name: &str| world.run(&["get", name, "-e", "dev"]);
    let state = || match get("TOKEN").status {
        0 => format!("{:?}", (get("TOKEN").stdout, get("OF_MAIN").stdout, get("OF_OTHER").stdout)),
        _ => get("TOKEN").stderr,
    };
    let next = || {
        world.run(&["resolve", "--theirs"]).succeeds();
        assert_eq!(get("TOKEN").succeeds().stdout, b"theirs");
        world.git(&["commit", "-qm", "merged"]);
    };
    let conflict = state();
    assert!(conflict.contains("a merge conflict is not resolved"), "{conflict}");
    Kill::new(&world, &["resolve", "--theirs"]).everywhere(&state, &next);

    // The driver writes the file that git hands it; git takes it only from one that ended well.
    world.git(&["reset", "-q", "--hard", "main"]);
    let text = |revision: &str| world.git(&["show", &format!("{revision}:.nexusenv.d/dev.toml")]).stdout;
    for (name, revision) in [("O", "main^"), ("A", "main"), ("B", "other")] {
        world.writes(name, text(revision));
    }
    let driver = ["__merge", "O", "A", "B", ".nexusenv.d/dev.toml"];
    let state = || {
        let text = std::fs::read_to_string(world.repo().join("A")).unwrap();
        if text.starts_with("<<<<<<<") { "both sides".to_owned() } else { text }
    };
    let old = state();
    let kill = Kill::new(&world, &driver);
    kill.made();
    // What both changed is for a person: both sides stay in it.
    assert_eq!(state(), "both sides");
    // git calls it anew with the next merge, and each write clears away what another one left there.
    let next = || {
        world.run(&driver).ends_with_status(1);
        assert_eq!(state(), "both sides");
    };
    kill.between(&[old, state()], &state, &next);
}

#[test]
fn a_walk_through_what_is_stale() {
    let world = two();
    world.run(&["recipients", "add", "bob", KEY]).succeeds();
    world.run(&["recipients", "remove", "bob"]).succeeds();
    let state = || loaded(&world, "dev");
    let next = || world.sets("dev", "NEXT", "x");
    let kill = Kill::new(&world, &["rotate", "-e", "dev"]);
    let asks = [
        ("new value of A (not shown; Enter for later): ", "1"),
        ("new value of B (not shown; Enter for later): ", "2"),
    ];
    let old = state();
    let one = old.replace("A of dev", "1");
    let both = one.replace("B of dev", "2");
    kill.answering(&asks).between(&[old, one, both], &state, &next);
}

#[test]
fn an_edit() {
    let world = two()
        .program("ed", "#!/bin/sh\nfor file; do :; done\nprintf 'A=1\\nC=3\\n' > \"$file\"; echo edited\n")
        .variable("VISUAL", "ed");
    let state = || loaded(&world, "dev");
    let next = || world.sets("dev", "NEXT", "x");
    Kill::new(&world, &["edit", "-e", "dev"]).answering(&[("edited", "")]).everywhere(&state, &next);
}

#[test]
fn an_identity_that_is_made_and_one_that_goes_behind_a_passphrase() {
    let world = World::new();
    let place = world.home().join(".config/nexus-env/identity.txt");
    let state = || {
        match std::fs::read_to_string(&place) {
            Err(_) => "none",
            Ok(text)
                if text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n")
                    && text.ends_with("-----END AGE ENCRYPTED FILE-----\n") =>
            {
                "protected"
            }
            Ok(text)
                if text.lines().count() == 3
                    && text
                        .lines()
                        .last()
                        .is_some_and(|line| line.starts_with("AGE-SECRET-KEY-1") && line.len() == 74) =>
            {
                "made"
            }
            Ok(_) => "half",
        }
        .to_owned()
    };
    // Where a half one was left, the next one clears it away.
    let next = || {
        world.run(&["keygen"]);
        assert_eq!(state(), "made");
    };
    Kill::new(&world, &["keygen"]).everywhere(&state, &next);
    let public = |world: &World| {
        let mut age = world.command("age-keygen", world.repo());
        age.arg("-y").arg(&place);
        world.finish(age, b"").succeeds().stdout
    };
    let key = public(&world);
    let turns = [
        ("it stays the same key [y/N] ", "y"),
        ("or nothing, and one is made for you: ", "correct horse"),
        ("the same again: ", "correct horse"),
    ];
    let next = || {
        if state() == "made" {
            assert_eq!(public(&world), key);
            assert_eq!(dialogue(&world, &["nexus-env", "keygen", "--passphrase"], &turns).0, 0);
        }
        assert_eq!(state(), "protected");
    };
    Kill::new(&world, &["keygen", "--passphrase"]).answering(&turns).everywhere(&state, &next);
}

#[test]
fn an_environment_that_is_unlocked() {
    let _alone = UNLOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    let id = "killedunlocking1";
    let world = World::with(&DEV_AND_PROD.replace("9f3k2v7m4q8x1c5b", id)).secret("dev", "A", "one");
    behind_a_passphrase(&world, "correct horse");
    let state = || {
        let output = world.run(&["get", "A", "-e", "dev"]);
        // One that was not given its end yet goes with its process, which the kernel clears away when it finds the time.
        let until = Instant::now() + PATIENCE;
        let keys = || std::fs::read_to_string("/proc/keys").unwrap();
        while keys().lines().any(|line| line.contains(id) && line.contains(" perm ")) {
            assert!(Instant::now() < until, "a key was left that never ends:\n{}", keys());
            std::thread::yield_now();
        }
        world.run(&["lock", "dev"]).succeeds();
        format!("{}{}", output.status, output.stderr)
    };
    let asks = [("passphrase of `~/.config/nexus-env/identity.txt`: ", "correct horse")];
    let unlock = Kill::new(&world, &["unlock", "dev", "--for", "5m"]).answering(&asks).in_the_kernel();
    unlock.everywhere(&state, &|| ());
}
