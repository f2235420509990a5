//! A second person comes and a third one leaves, command by command, each in a home of their own with nothing but git
//! between them; where the tests are run by root, each under an account of their own as well. What they see is `people.txt`,
//! whole.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use crate::world::output::with_steady_days as steady;
use crate::world::{Shell, World};
use crate::{DEV_AND_PROD, DEV_URL, PROD_URL};

/// What everybody typed and saw, and what is another in every run.
struct Telling {
    world: World,
    text: String,
    keys: Vec<(String, String)>,
}

/// An account needs no entry in passwd(5): the kernel knows numbers alone.
const PEOPLE: [(&str, u32); 3] = [("ada", 3001), ("grace", 3002), ("bob", 3003)];

/// Only root may become somebody else.
fn account(who: &str) -> Option<u32> {
    let uid = PEOPLE.iter().find(|(name, _)| *name == who)?.1;
    rustix::process::geteuid().is_root().then_some(uid)
}

impl Telling {
    /// A home for each, with the program where everybody may run it.
    fn new() -> Telling {
        let story = Telling { world: World::new(), text: String::new(), keys: Vec::new() };
        for (who, _) in PEOPLE {
            let home = story.home(who);
            std::fs::create_dir_all(&home).unwrap();
            // What they push to is theirs together, as on a server (git-config(1), safe.directory).
            std::fs::write(home.join(".gitconfig"), "[safe]\ndirectory = *\n").unwrap();
            story.owns(who, &home);
        }
        let base = story.world.bin();
        let base = base.parent().unwrap();
        for directory in [base, &base.join("outside")] {
            std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        if account("ada").is_some() {
            let program = story.world.bin().join("nexus-env");
            let own = std::fs::canonicalize(&program).unwrap();
            std::fs::remove_file(&program).unwrap();
            crate::world::copy_program(own, &program);
        }
        story
    }

    fn owns(&self, who: &str, path: &Path) {
        if let Some(uid) = account(who) {
            chown(path, Some(uid), Some(uid)).unwrap();
        }
    }

    fn home(&self, who: &str) -> PathBuf {
        self.world.outside(who)
    }

    /// Somebody types a line in their clone; gives back what was printed, as it is.
    fn types(&mut self, who: &str, line: &str) -> String {
        let home = self.home(who);
        let shop = home.join("shop");
        let place = if shop.exists() { &shop } else { &home };
        let mut command = self.world.command("sh", place);
        command.args(["-c", &format!("exec 2>&1; {line}")]).env("HOME", &home).env("USER", who).env("LOGNAME", who);
        let own = [("XDG_CONFIG_HOME", ".config"), ("XDG_STATE_HOME", ".local/state"), ("XDG_RUNTIME_DIR", "run")];
        for (name, below) in own.into_iter().chain([("XDG_CACHE_HOME", ".cache"), ("TMPDIR", "")]) {
            command.env(name, home.join(below));
        }
        if let Some(uid) = account(who) {
            command.gid(uid).uid(uid);
        }
        for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] {
            command.env(name, who);
        }
        for name in ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
            command.env(name, format!("{who}@example.org"));
        }
        let output = self.world.finish(command, b"");
        let printed = String::from_utf8(output.stdout.clone()).unwrap();
        let status = if output.status == 0 { String::new() } else { format!("[status {}]\n", output.status) };
        let end = if printed.is_empty() || printed.ends_with('\n') { "" } else { "\n" };
        self.text.push_str(&format!("{who}$ {line}\n{printed}{end}{status}\n"));
        printed
    }

    /// The same without anybody reading it.
    #[track_caller]
    fn does(&mut self, who: &str, line: &str) {
        let before = self.text.len();
        self.types(who, line);
        let told = self.text.split_off(before);
        assert!(!told.contains("[status"), "{told}");
    }

    /// From here on the key of this identity has its person's name.
    fn knows(&mut self, who: &str) {
        let file = self.home(who).join(".config/nexus-env/identity.txt");
        let text = std::fs::read_to_string(file).unwrap();
        let key = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
        self.keys.push((key.to_owned(), format!("age1{who}")));
    }

    fn told(&self) -> String {
        let mut text = self.text.clone();
        for (key, name) in &self.keys {
            text = text.replace(key, name);
        }
        steady(&self.world.tidy(&text))
    }
}

#[test]
fn a_second_person_comes_and_a_third_one_leaves() {
    let mut story = Telling::new();
    let origin = story.home("ada").join("shop.git").display().to_string();
    let git = |words: &str| format!("git -c init.defaultBranch=main -c pull.rebase=true {words}");
    story.does("ada", &git(&format!("init -q --bare --shared=0666 {origin}")));
    story.does("ada", &git(&format!("clone -q {origin} shop")));
    let configuration = story.home("ada").join("shop/.nexusenv");
    std::fs::write(&configuration, DEV_AND_PROD).unwrap();
    story.owns("ada", &configuration);
    story.does("ada", "nexus-env init && nexus-env allow --yes");
    story.does("ada", &format!("printf '%s' '{DEV_URL}' | nexus-env set DATABASE_URL -e dev"));
    story.does("ada", &format!("printf '%s' '{PROD_URL}' | nexus-env set DATABASE_URL -e prod"));
    story.does("ada", "printf abc123 | nexus-env set STRIPE_KEY -e dev --note https://dashboard.stripe.com/apikeys");
    story.does("ada", "git add -A && git commit -qm 'nexus-env' && git push -q");
    story.knows("ada");

    // The second person: three commands of hers, one of a colleague's.
    story.text.push_str("# grace comes\n\n");
    let clone = format!("git clone -q {origin} shop");
    story.does("grace", &clone);
    let printed = story.types("grace", "nexus-env join");
    story.knows("grace");
    let line = printed.lines().find(|line| line.starts_with("nexus-env recipients add")).unwrap().to_owned();
    story.types("ada", &line);
    story.types("ada", "git commit -qam 'grace reads dev' && git push -q");
    story.types("grace", "git pull -q && nexus-env recipients --fingerprint");
    story.types("grace", "nexus-env allow --yes");
    let got = story.types("grace", "nexus-env get DATABASE_URL -e dev");
    assert_eq!(got, DEV_URL);
    story.types("grace", "nexus-env get DATABASE_URL -e prod");

    // A third one asks by a pull request.
    story.text.push_str("# bob comes by a pull request\n\n");
    story.does("bob", &clone);
    story.types("bob", "nexus-env join --request");
    story.knows("bob");
    story.does("bob", "git checkout -qb bob && git add -A && git commit -qm 'bob asks' && git push -q origin bob");
    story.does("ada", "git fetch -q && git merge -q --no-edit origin/bob");
    story.types("ada", "nexus-env recipients approve bob");
    story.types("ada", "nexus-env recipients approve bob --yes");
    story.does("ada", "git add -A && git commit -qm 'bob reads dev' && git push -q");
    story.does("bob", "git checkout -q main && git pull -q && nexus-env allow --yes");
    story.types("bob", "nexus-env get STRIPE_KEY -e dev");
    story.types("bob", "nexus-env recipients list");

    // What a colleague stores loads without a question.
    story.text.push_str("# a colleague's secret\n\n");
    story.does("ada", "printf new | nexus-env set TOKEN -e dev --expires 90d && git commit -qam token && git push -q");
    story.types("grace", "git pull -q && nexus-env get TOKEN -e dev");

    // And leaves.
    story.text.push_str("# bob leaves\n\n");
    story.types("ada", "nexus-env recipients remove bob -e dev");
    story.types("ada", "git commit -qam 'bob left' && git push -q");
    story.types("grace", "git pull -q && nexus-env get TOKEN -e dev");
    story.types("grace", "nexus-env allow");
    story.does("grace", "nexus-env allow --yes");
    story.types("grace", "nexus-env get TOKEN -e dev");
    story.types("grace", "nexus-env list -e dev");
    story.types("grace", "printf sk_new | nexus-env set STRIPE_KEY -e dev");
    story.types("grace", "nexus-env list -e dev");
    story.types("bob", "git pull -q && nexus-env get TOKEN -e dev");
    story.types("ada", "nexus-env recipients remove ada -e prod");
    let told = story.told();
    let expected = include_str!("people.txt");
    assert!(told == expected, "{told}");
}

const KEY: &str = "age1vpqqpkj0lrhlv857u4y7kmadegn6f33k2zq0ejj9p72rzlyexu2qdlj6xd";

/// `A` and `B` were seen by somebody who left, `C` is good until tomorrow.
fn waiting() -> World {
    let world = World::with(DEV_AND_PROD).variable("SHELL", "/bin/bash").variable("TMUX_TMPDIR", "/nowhere");
    world.run_with_input(&["set", "A", "--note", "the vendor's console"], b"one").succeeds();
    world.run_with_input(&["set", "B"], b"two").succeeds();
    world.run_with_input(&["set", "C", "--expires", "1d"], b"three").succeeds();
    world.run(&["recipients", "add", "bob", KEY]).succeeds();
    world.run(&["recipients", "remove", "bob"]).succeeds();
    let said = world.run_with_input(&["set", "C"], b"four").succeeds().stderr;
    assert_eq!(steady(&said), "nexus-env: replaced the value of `C` for dev; it expires on DAY\n");
    world
}

#[test]
fn what_waits_to_be_changed_is_said_and_asked_for() {
    let world = waiting();
    let list = String::from_utf8(world.run(&["list"]).succeeds().stdout).unwrap();
    let list: Vec<String> = list.lines().map(steady).collect();
    let waits = "A         secret  stale: bob could read it";
    let soon = "C         secret  expires tomorrow, on DAY";
    assert_eq!(list, [waits, &waits.replace('A', "B"), soon, "NODE_ENV  plain"]);
    let told = "3 secrets of dev wait to be changed: `A` (stale: bob could read it), `B` (stale: bob could read it), `C` \
                (expires tomorrow, on DAY)";
    let status = world.run(&["status", "--offline", "--json"]).succeeds();
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(steady(status["warnings"][0].as_str().unwrap()), format!("{told}; nexus-env rotate -e dev"));
    let doctor = world.run(&["doctor", "--json"]);
    let doctor: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let found = doctor["findings"].as_array().unwrap().iter().map(|it| steady(it["sentence"].as_str().unwrap()));
    assert_eq!(found.filter(|sentence| sentence == told).count(), 1);
    world.run(&["rotate"]).ends_with_status(1).says(
        "nexus-env: `rotate` asks for each new value, and there is no terminal to ask on\n\
         hint: some-command | nexus-env set A -e dev\n",
    );
    let mut session = world.enter(Shell::Bash);
    session.presses("nexus-env rotate\r");
    session.shows("1 of 3  A  stale: bob could read it\r\n  issued  the vendor's console\r\nnew value of A (not shown");
    session.presses("fresh\r");
    session.shows("2 of 3  B");
    session.presses("\r");
    session.shows("3 of 3  C");
    session.presses("\r");
    let told = session.returns().ends_with_status(0).text().to_owned();
    assert!(told.contains("2 secrets of dev left for later: nexus-env rotate -e dev"), "{told}");
    assert!(!told.contains("fresh"), "{told}");
    world.run(&["get", "A"]).prints("fresh");
    world.run(&["get", "B"]).prints("two");
}

#[test]
fn a_time_and_a_note_are_told_beside_a_value_and_changed_without_it() {
    let world = World::with(DEV_AND_PROD).secret("dev", "A", "one");
    let said = world.run(&["set", "A", "--keep", "--expires", "90d", "--note", "vendor"]).succeeds().stderr;
    assert_eq!(steady(&said), "nexus-env: `A` keeps its value for dev; it expires on DAY\n");
    world.run(&["get", "A"]).prints("one");
    let store = std::fs::read_to_string(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    assert!(store.contains("\n[notes]\nA = \"vendor\"\n"), "{store}");
    for (words, sentence) in [
        (&["--expires", "90"][..], "`90` is no time until which a secret is good"),
        (&["--note", "postgresql://u:hunter2@h/db"], "this note holds a password, and a note is kept in clear"),
        (&["--note", "say \"x\""], "this note cannot be kept"),
    ] {
        let said = world.run(&[&["set", "A", "--keep"], words].concat()).ends_with_status(2).stderr;
        assert!(said.starts_with(&format!("nexus-env: {sentence}\nhint: ")), "{said}");
    }
    world.run(&["set", "NEW", "--keep", "--note", "x"]).ends_with_status(1);
    // What failed in front of a pipe changes nothing.
    world.run_with_input(&["set", "A", "--expires", "1d"], b"").ends_with_status(1);
    world.run(&["set", "A", "--keep", "--expires", "never", "--note", ""]).succeeds();
    let store = std::fs::read_to_string(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    assert!(!store.contains("[notes]") && !store.contains("[expires]"), "{store}");
}

#[test]
fn no_key_that_cannot_be_encrypted_to_gets_in_and_no_secret_key_is_shown() {
    let world = World::with(DEV_AND_PROD).secret("dev", "A", "one").secret("prod", "A", "two");
    let before = std::fs::read_to_string(world.repo().join(".nexusenv.d/dev.toml")).unwrap();
    for (words, sentence) in [
        (&["bob", "AGE-SECRET-KEY-1GFPYYSJZ"][..], "this is a secret key, and it was typed where others can read it"),
        (&["AGE-SECRET-KEY-1GFPYYSJZ", "bob"], "this is "),
        (
            &["bob", "ssh-rsa", "AAAAB3Nza"],
            "an ssh-rsa key is refused: opening with one leaks it through its timing (RUSTSEC-2023-0071)",
        ),
        (&["bob", "age1yubikey1qqqq"], "this key is not whole: something in it was left out or changed on its way"),
    ] {
        let said = world.run(&[&["recipients", "add"], words].concat()).ends_with_status(2).stderr;
        assert!(said.starts_with(&format!("nexus-env: {sentence}")) && !said.contains("GFPYY"), "{said}");
    }
    for words in [&["join", "AGE-SECRET-KEY-1GFPYYSJZ"][..], &["recipients", "AGE-SECRET-KEY-1GFPYYSJZ"]] {
        let said = world.run(words).ends_with_status(2).stderr;
        assert!(said.starts_with("nexus-env: this is a secret key") && !said.contains("GFPYY"), "{said}");
    }
    // Two environments together or none: there is no third.
    world.run(&["recipients", "add", "bob", KEY, "-e", "dev", "-e", "test"]).ends_with_status(1);
    assert_eq!(std::fs::read_to_string(world.repo().join(".nexusenv.d/dev.toml")).unwrap(), before);
    let said = world.run(&["recipients", "add", "bob", KEY, "-e", "dev", "-e", "prod"]).succeeds().stderr;
    assert!(
        said.ends_with(
            "hint: commit .nexusenv.d/dev.toml and .nexusenv.d/prod.toml; after they pulled: nexus-env allow\n"
        ),
        "{said}"
    );
    world.run(&["recipients", "add", "bob", KEY, "-e", "dev"]).succeeds();
    world.run(&["recipients", "remove", "ada", "-e", "dev"]).ends_with_status(1).says(
        "nexus-env: `ada` is you, and you could no longer read dev\n\
         hint: if that is meant: nexus-env recipients remove ada -e dev --yes\n",
    );
    let said = world.run(&["recipients", "remove", "bob", "-e", "dev"]).succeeds().stderr;
    assert!(
        said.contains("nexus-env: the same key still reads prod: nexus-env recipients remove bob -e prod\n"),
        "{said}"
    );
}

#[test]
fn a_coding_agent_changes_no_reader_of_a_protected_environment() {
    let world = World::with(DEV_AND_PROD).secret("dev", "A", "one").secret("prod", "A", "two");
    let before = std::fs::read_to_string(world.repo().join(".nexusenv.d/prod.toml")).unwrap();
    let world = world.variable("AI_AGENT", "1");
    for words in [
        &["recipients", "add", "bob", KEY, "-e", "dev", "-e", "prod"][..],
        &["recipients", "remove", "ada", "-e", "prod"],
        &["recipients", "approve", "bob", "-e", "dev", "--yes"],
        &["rekey", "-e", "prod"],
        &["rotate", "-e", "prod"],
        &["set", "A", "--keep", "--note", "x", "-e", "prod"],
    ] {
        let said = world.run(words).ends_with_status(3).stderr;
        assert!(said.contains("is not for a coding agent (AI_AGENT)"), "{words:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(world.repo().join(".nexusenv.d/prod.toml")).unwrap(), before);
    world.run(&["recipients", "list", "-e", "prod"]).succeeds();
    world
        .run(&["join"])
        .succeeds()
        .says("nexus-env: you can read dev and prod already\nhint: nexus-env allow, after a look at `.nexusenv`\n");
}

#[test]
fn ci_and_a_hook_before_a_commit_see_a_store_that_is_not_whole() {
    let world = World::with(DEV_AND_PROD).secret("dev", "A", "one").secret("prod", "A", "two");
    let line =
        |name: &str, rest: &str| format!(".nexusenv.d/{name}.toml: revision 1, 1 secret, readable by ada{rest}\n");
    let seals = "; the seal holds";
    world.run(&["verify"]).succeeds().prints(&format!("{}{}", line("dev", seals), line("prod", seals)));
    let path = world.repo().join(".nexusenv.d/dev.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    // What needs the key is not seen without it.
    world.writes(".nexusenv.d/dev.toml", good.replace("revision = 1", "revision = 2"));
    world.run(&["verify", "--no-key"]).succeeds();
    let told = ".nexusenv.d/dev.toml: error: the seal of `.nexusenv.d/dev.toml` does not hold: a name, an older value, a reader or \
                the revision was changed by something that cannot read `dev`; git log -p -- .nexusenv.d/dev.toml shows who changed \
                it, git checkout -- .nexusenv.d/dev.toml restores it\n";
    world.run(&["verify"]).ends_with_status(1).prints(&format!("{told}{}", line("prod", seals)));
    let fault = ".nexusenv.d/dev.toml: error: names 2 readers, and its key is wrapped for 1\n";
    world.writes(".nexusenv.d/dev.toml", good.replace("\n[secrets]", &format!("eve = \"{KEY}\"\n\n[secrets]")));
    world.run(&["verify", "--no-key"]).ends_with_status(1).prints(&format!("{fault}{}", line("prod", "")));
    world.writes(".nexusenv.d/dev.toml", format!("<<<<<<< HEAD\n{good}"));
    let said = world.run(&["verify", "--no-key"]).ends_with_status(1);
    assert!(String::from_utf8_lossy(&said.stdout).contains("a merge conflict is not resolved"));
    world.writes(".nexusenv.d/dev.toml", good);
    // A machine that knows nothing: no identity, nothing allowed.
    let bare = world.outside("bare").display().to_string();
    let world = world.variable("XDG_CONFIG_HOME", &bare).variable("XDG_STATE_HOME", &bare);
    world.run(&["verify", "--no-key"]).succeeds().prints(&format!("{}{}", line("dev", ""), line("prod", "")));
    world.run(&["verify"]).ends_with_status(1).says(
        "nexus-env: there is no identity to open the secrets with\n\
         hint: nexus-env verify --no-key checks what needs none; in CI, NEXUS_ENV_IDENTITY holds one\n",
    );
}

#[test]
fn what_two_commands_do_is_said_of_two() {
    let world = crate::pausing::world();
    world.run(&["recipients", "add", "bob", KEY, "-e", "dev", "-e", "prod"]).succeeds();
    let removed = world.run(&["recipients", "remove", "bob", "-e", "dev", "-e", "prod"]).succeeds().stderr;
    let end = "; nexus-env rotate -e dev and nexus-env rotate -e prod ask for each new value in turn\n";
    assert!(removed.ends_with(end), "{removed}");
}

#[test]
fn a_list_for_programs_tells_what_waits_and_shows_no_value() {
    let world = waiting();
    let printed = world.run(&["list", "--json"]).succeeds().says("").stdout;
    let text = steady(&String::from_utf8(printed).unwrap());
    assert!(!["one", "two", "four"].iter().any(|value| text.contains(value)), "{text}");
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    let secret = |name: &str, revision: u64, stale: &[&str], note: Option<&str>, expires: Option<&str>| {
        serde_json::json!({
            "name": name, "kind": "secret", "written": { "revision": revision, "day": "DAY" }, "expires": expires,
            "stale": stale, "due": !stale.is_empty(), "note": note,
        })
    };
    let plain = serde_json::json!({
        "name": "NODE_ENV", "kind": "plain", "written": null, "expires": null, "stale": [], "due": false, "note": null,
    });
    assert_eq!(
        list,
        serde_json::json!({ "environment": "dev", "variables": [
            secret("A", 1, &["bob"], Some("the vendor's console"), None),
            secret("B", 2, &["bob"], None, None),
            secret("C", 6, &[], None, Some("DAY")),
            plain,
        ]})
    );
}
