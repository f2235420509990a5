//! Readers whose keys only a plugin of age knows: let in by `recipients`, opened by `unlock`, and started by nothing else.

use std::os::unix::fs::PermissionsExt;
use std::sync::PoisonError;

use crate::keys::{KEY, UNLOCKED, dialogue};
use crate::world::{Shell, World};
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

const PLUGIN: &str = include_str!("../real/age-plugin-standin.py");
/// In Bech32 with `age1standin` before it, and the identity behind it.
const STANDIN: &str = "age1standin1qyqszqgpqyqszqgpqyqszqgpqys0m7wj";
const IDENTITY: &str = "AGE-PLUGIN-STANDIN-1QYQSZQGPQYQSZQGPQYQSZQGPQY0RNHHW";
const OTHER: &str = "age1other1qgpqyqszqgpqyqszqgpqyqszqgpc6ks2";
/// What age itself encrypts to, for hardware: from its own tests.
const TAG: &str = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";

/// A repository with secrets, and the stand-in beside the machine's programs and in the person's settings.
fn world(id: &str) -> World {
    let world = World::with(&DEV_AND_PROD.replace("9f3k2v7m4q8x1c5b", id)).program("age-plugin-standin", PLUGIN);
    let world = world.secret("dev", "DATABASE_URL", DEV_URL).secret("prod", "DATABASE_URL", PROD_URL);
    names(&world, "\"standin\"");
    world
}

fn names(world: &World, plugins: &str) {
    std::fs::write(world.home().join(".config/nexus-env/config.toml"), format!("age_plugins = [{plugins}]\n")).unwrap();
}

/// How often the plugin was started since this was asked last.
fn starts(world: &World) -> usize {
    let log = world.home().join("standin.log");
    let count = std::fs::read_to_string(&log).map_or(0, |text| text.lines().count());
    let _ = std::fs::remove_file(log);
    count
}

/// From here on this person has the stand-in's key alone.
fn takes_the_key(world: &World) {
    let file = world.home().join(".config/nexus-env/identity.txt");
    std::fs::write(&file, format!("# Serial: 7\n#  Recipient: {STANDIN}\n{IDENTITY}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn locked(environment: &str) -> String {
    format!("nexus-env: {environment} is locked\nhint: nexus-env unlock {environment}\n")
}

#[test]
fn a_key_of_a_plugin_is_let_in_and_opens_by_unlock_alone() {
    let _alone = UNLOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    let world = world("plugged000000001").variable("AGEDEBUG", "plugin").variable("STANDIN", "pin");
    world.run(&["recipients", "add", "grace", STANDIN, "-e", "dev", "-e", "prod"]).succeeds().says(
        "nexus-env: grace  age1standin1qyqszqgpqyqszqgpqyqszqgpqys0m7wj
  fingerprint  FINGERPRINT
  will be able to read 1 secret of dev
  will be able to read 1 secret of prod, which is protected
nexus-env: grace can read dev and prod now
hint: commit .nexusenv.d/dev.toml and .nexusenv.d/prod.toml; after they pulled: nexus-env allow
",
    );
    // One start for each environment, away from the repository, and without what is ours.
    let log = std::fs::read_to_string(world.home().join("standin.log")).unwrap();
    assert_eq!(log, "--age-plugin=recipient-v1 /\n".repeat(2));
    assert_eq!(starts(&world), 2);
    // What is wrapped for a plugin takes nothing from who has a key of their own.
    world.run(&["get", "DATABASE_URL", "-e", "dev"]).succeeds();
    world.run_with_input(&["set", "A", "-e", "dev"], b"1").succeeds();
    assert_eq!(starts(&world), 0);

    takes_the_key(&world);
    let mut session = world.open(Shell::Bash);
    assert_eq!(session.types("cd repo").text, locked("dev").trim_end());
    for words in [
        &["get", "A", "-e", "dev"][..],
        &["export", "-e", "dev", "--format", "json"],
        &["run", "-e", "dev", "--", "true"],
        &["recipients", "add", "bob", KEY, "-e", "dev"],
        &["rekey", "-e", "dev"],
        &["recipients", "--fingerprint", "-e", "dev"],
    ] {
        world.run(words).ends_with_status(1).says(&locked("dev"));
    }
    world.run_with_input(&["set", "A", "-e", "dev"], b"2").ends_with_status(1).says(&locked("dev"));
    world.run(&["guard", "check", "--", "npx", "prisma", "migrate", "dev"]);
    world.run(&["status"]);
    let doctor = world.run(&["doctor"]);
    assert!(!String::from_utf8_lossy(&doctor.stdout).contains("identity.txt"), "{doctor:?}");
    assert!(world.run(&["join"]).stderr.contains("you can read dev and prod already"));
    assert_eq!(starts(&world), 0);

    world.run(&["unlock", "dev"]).ends_with_status(1).says(
        "nexus-env: age-plugin-standin asks `PIN of the stand-in`, and there is no terminal to ask on\n\
         hint: a person types this command in a shell of their own\n",
    );
    let asks = "age-plugin-standin: PIN of the stand-in: ";
    let (status, told) = dialogue(&world, &["nexus-env", "unlock", "dev"], &[(asks, "4321")]);
    assert_eq!(status, 1);
    assert!(
        told.replace('\u{fffd}', "").ends_with(
            "nexus-env: age-plugin-standin says: the PIN is wrong, 2 tries are left[2J\n\
             hint: type it once more with its key plugged in; age-plugin-standin --help says what it needs"
        ),
        "{told}"
    );
    assert_eq!(starts(&world), 2);
    // Once, and all that follows is opened by what was kept.
    let said = session.answers("nexus-env unlock", asks, "1234").text.clone();
    assert!(!said.contains("1234") && said.contains("nexus-env: dev is unlocked until 15:42\n"), "{said}");
    assert!(said.ends_with("nexus-env: dev · DATABASE_URL and 2 more"), "{said}");
    assert_eq!(starts(&world), 1);
    world.run(&["get", "A", "-e", "dev"]).succeeds().prints("1");
    world.run_with_input(&["set", "A", "-e", "dev"], b"2").succeeds();
    let listed = String::from_utf8(world.run(&["recipients", "list", "-e", "dev"]).succeeds().stdout).unwrap();
    assert!(listed.lines().any(|line| line.contains(STANDIN) && line.ends_with("(you)")), "{listed}");
    assert_eq!(starts(&world), 0);
    // Who is let in next is wrapped for with everybody else, the plugin's reader too.
    world.run(&["recipients", "add", "bob", KEY, "-e", "dev"]).succeeds();
    assert_eq!(starts(&world), 1);
    world.run(&["rekey", "-e", "dev"]).succeeds();
    world.run(&["get", "A", "-e", "dev"]).ends_with_status(1).says(&locked("dev"));
    assert_eq!(dialogue(&world, &["nexus-env", "unlock", "dev"], &[(asks, "1234")]).0, 0);
    world.run(&["get", "A", "-e", "dev"]).succeeds().prints("2");
    world.run(&["lock"]).succeeds();
    world.run(&["get", "A", "-e", "dev"]).ends_with_status(1).says(&locked("dev"));
}

#[test]
fn a_key_that_is_new_here_is_unlocked_for_allow_to_show() {
    let _alone = UNLOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    let world = world("plugged000000002").variable("STANDIN", "touch");
    world.run(&["recipients", "add", "grace", STANDIN, "-e", "dev"]).succeeds();
    takes_the_key(&world);
    world.run(&["get", "DATABASE_URL", "-e", "prod"]).ends_with_status(1).says(&format!(
        "nexus-env: your key is not among the readers of `prod`; ada can let you in\n\
         hint: send them this line, which they type here: nexus-env recipients add ada-2 {STANDIN} -e prod\n"
    ));
    // As on grace's machine, which has seen nothing yet.
    std::fs::remove_dir_all(world.home().join(".local/state/nexus-env")).unwrap();
    let allowed = world.run(&["allow", "--yes"]).succeeds().stderr;
    assert!(
        allowed.contains("the secrets of dev stay closed: dev is locked\nhint: nexus-env unlock dev\n"),
        "{allowed}"
    );
    world.run(&["unlock", "dev"]).succeeds().says(
        "nexus-env: age-plugin-standin: touch the stand-in\u{fffd}[2J\n\
         nexus-env: dev is unlocked until 15:42; its key is new here, and nothing loads with it before nexus-env allow\n",
    );
    let words = ["export", "-e", "dev", "--format", "json"];
    let closed = world.run(&words).ends_with_status(1).prints("");
    assert!(closed.stderr.contains("the secrets of dev are new here and not allowed yet"), "{}", closed.stderr);
    world.run(&["allow", "--yes"]).succeeds();
    world.run(&words).succeeds().says("");
    world.run(&["lock"]).succeeds();
}

#[test]
fn whoever_has_a_plugins_key_alone_begins_with_recipients() {
    let _alone = UNLOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    let world = World::with(&DEV_AND_PROD.replace("9f3k2v7m4q8x1c5b", "plugged000000003"));
    let world = world.program("age-plugin-standin", PLUGIN);
    names(&world, "\"standin\"");
    takes_the_key(&world);
    world.run_with_input(&["set", "A", "-e", "dev"], b"1").ends_with_status(1).says(&format!(
        "nexus-env: dev has no secrets, and only age-plugin-standin encrypts to your key\n\
         hint: nexus-env recipients add ada {STANDIN} -e dev, which makes its store with you as its reader\n"
    ));
    assert_eq!(starts(&world), 0);
    world.run(&["recipients", "add", "ada", STANDIN, "-e", "dev"]).succeeds();
    assert_eq!(starts(&world), 1);
    world.run(&["unlock", "dev"]).succeeds();
    world.run_with_input(&["set", "A", "-e", "dev"], b"1").succeeds();
    world.run(&["get", "A", "-e", "dev"]).succeeds().prints("1");
    world.run(&["lock"]).succeeds();
    // Nobody else begins for somebody.
    world
        .run(&["recipients", "add", "bob", KEY, "-e", "prod"])
        .ends_with_status(1)
        .says("nexus-env: prod has no secrets\nhint: nexus-env set NAME -e prod\n");
}

#[test]
fn a_merge_starts_no_plugin_and_says_what_to_do_instead() {
    let world = world("plugged000000007");
    world.run(&["init", "--git"]).succeeds();
    world.run(&["recipients", "add", "grace", STANDIN, "-e", "dev"]).succeeds();
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "one"]);
    for (checkout, name, key) in [(&["-qb", "other"][..], "bob", KEY), (&["-q", "main"], "carol", TAG)] {
        world.git(&[&["checkout"], checkout].concat());
        world.run(&["recipients", "add", name, key, "-e", "dev"]).succeeds();
        world.git(&["commit", "-qam", name]);
    }
    starts(&world);
    let mut merge = world.command("git", world.repo());
    merge.args(["merge", "-q", "other"]);
    let said = "nexus-env: both sides of the merge changed who reads dev, and only age-plugin-standin, which a merge never starts, \
                encrypts to the key of `grace`\n\
                hint: git checkout --ours -- .nexusenv.d/dev.toml && git add .nexusenv.d/dev.toml takes this side's alone; whom \
                the other side let in, and what it stored, comes again by nexus-env recipients add and set\n";
    world.finish(merge, b"").ends_with_status(1).says(said);
    assert_eq!(starts(&world), 0);
    world.git(&["checkout", "--ours", "--", ".nexusenv.d/dev.toml"]);
    world.run(&["recipients", "add", "bob", KEY, "-e", "dev"]).succeeds();
    world.git(&["commit", "-qam", "merged"]);
    world.run(&["verify"]).succeeds();
}

#[test]
fn what_age_encrypts_to_by_itself_takes_no_plugin() {
    let world = world("plugged000000004");
    names(&world, "");
    world.run(&["recipients", "add", "grace", TAG, "-e", "dev"]).succeeds();
    assert_eq!(starts(&world), 0);
    world.run(&["get", "DATABASE_URL", "-e", "dev"]).succeeds();
}

#[test]
fn what_is_wrong_with_a_plugin_is_said_with_what_to_type() {
    let world = world("plugged000000005");
    let add = |world: &World, key: &str| world.run(&["recipients", "add", "grace", key, "-e", "dev"]);
    let store = || std::fs::read(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    let before = store();
    let check = |world: &World, key: &str, said: &str| {
        let told = add(world, key).ends_with_status(1).stderr;
        assert!(told.ends_with(said), "{told}");
        assert_eq!(store(), before);
    };
    // Nobody named it; the repository cannot.
    check(
        &world,
        OTHER,
        "nexus-env: to encrypt to age1other1qgpqyqszqgpqyq… takes age-plugin-other, and your own settings name no such plugin\n\
         hint: if you installed it yourself, in `~/.config/nexus-env/config.toml`: age_plugins = [\"standin\", \"other\"]\n",
    );
    world.writes(".nexusenv.local", "age_plugins = [\"other\"]\n");
    let refused = world.run(&["allow", "--yes"]).ends_with_status(1).stderr;
    assert_eq!(
        refused,
        "nexus-env: .nexusenv.local:1: unknown key `age_plugins`\n\
         hint: `age_plugins` is for a person's own config.toml: a repository does not say it\n"
    );
    std::fs::remove_file(world.repo().join(".nexusenv.local")).unwrap();
    // It is nowhere, or where somebody else could have put it.
    names(&world, "\"other\", \"standin\"");
    check(
        &world,
        OTHER,
        "nexus-env: to encrypt to age1other1qgpqyqszqgpqyq… takes age-plugin-other, which is in no directory of your PATH\n\
         hint: install it; age-plugin-other --version shows whether it is found\n",
    );
    let elsewhere = "hint: install it where only you or root can write, such as ~/.local/bin or /usr/local/bin\n";
    let path = |directory: &str| {
        let path = world.variables().into_iter().find(|(name, _)| name == "PATH").unwrap().1;
        format!("{directory}:{path}")
    };
    world.writes("node_modules/.bin/age-plugin-other", PLUGIN);
    let own = world.repo().join("node_modules/.bin");
    std::fs::set_permissions(own.join("age-plugin-other"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = world.command("nexus-env", world.repo());
    command.args(["recipients", "add", "grace", OTHER, "-e", "dev"]).env("PATH", path(&own.display().to_string()));
    let told = world.finish(command, b"").ends_with_status(1).stderr;
    let refused = "takes age-plugin-other, and `/home/ada/repo/node_modules/.bin/age-plugin-other` is not started: it lies \
                   in the work tree `/home/ada/repo`\n";
    assert!(told.ends_with(&format!("{refused}{elsewhere}")), "{told}");
    assert_eq!(starts(&world), 0);

    // It goes wrong by itself.
    let behaves = |world: World, mode: &str, said: &str| {
        let world = world.variable("STANDIN", mode);
        let told = add(&world, STANDIN).ends_with_status(1).stderr;
        assert!(told.ends_with(said), "{mode}: {told}");
        assert_eq!(std::fs::read(world.repo().join(".nexusenv.d/dev.toml")).unwrap(), before);
        world
    };
    let world = behaves(
        world,
        "dies",
        "nexus-env: age-plugin-standin ended before it had answered (exit status 7)\n\
         hint: age-plugin-standin --version shows whether it runs here\n",
    );
    let world = behaves(
        world,
        "nonsense",
        "nexus-env: age-plugin-standin answers in no words that a plugin of age has\n\
         hint: age-plugin-standin --version shows whether it is the program that its name says\n",
    );
    let world = behaves(
        world,
        "refuses",
        "nexus-env: age-plugin-standin says: no stand-in is plugged in\n\
         hint: type it once more with its key plugged in; age-plugin-standin --help says what it needs\n",
    );
    let world = behaves(
        world,
        "twice",
        "nexus-env: age-plugin-standin wrapped the key 2 times for one reader, where once is right\n\
         hint: age-plugin-standin --version says whether there is a newer one\n",
    );
    behaves(
        world,
        "pq",
        "nexus-env: post-quantum keys and ordinary ones cannot read one store: age encrypts to the one kind or to the other\n\
         hint: nexus-env recipients list shows the keys of those who read it\n",
    );
}

#[test]
fn a_plugin_asks_as_it_would_with_age() {
    let _alone = UNLOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    let world = world("plugged000000006");
    world.run(&["recipients", "add", "grace", STANDIN, "-e", "dev"]).succeeds();
    takes_the_key(&world);
    let world = world.variable("STANDIN", "choice");
    let choice = "age-plugin-standin: Plug in the stand-in no. 7 [y: It is plugged in, n: Skip it]: ";
    let unlock = ["nexus-env", "unlock", "dev"];
    let (status, told) = dialogue(&world, &unlock, &[(choice, "n")]);
    assert!(status == 1 && told.contains("age-plugin-standin says: it was not plugged in"), "{told}");
    assert_eq!(dialogue(&world, &unlock, &[(choice, "y")]).0, 0);
    let world = world.variable("STANDIN", "name");
    let name = "age-plugin-standin: Which slot?: ";
    assert_eq!(dialogue(&world, &unlock, &[(name, "9a")]).0, 0);
    // The ordinary age reads the same key with the same plugin.
    let world = world.variable("STANDIN", "");
    let store = std::fs::read_to_string(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    let key = store.lines().find_map(|line| line.strip_prefix("key = \"")?.strip_suffix('"')).unwrap();
    let mut decode = world.command("python3", world.repo());
    decode.args(["-c", "import base64, sys; sys.stdout.buffer.write(base64.b64decode(sys.stdin.read()))"]);
    let file = world.finish(decode, key.as_bytes()).succeeds().stdout;
    let mut age = world.command("age", world.repo());
    age.args(["-d", "-i", "../.config/nexus-env/identity.txt"]);
    assert_eq!(world.finish(age, &file).succeeds().stdout.len(), 32);
    world.run(&["lock"]).succeeds();
}
