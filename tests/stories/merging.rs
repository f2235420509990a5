//! Stores on branches, with the real git: merged by name, shown by name, and never more in the merge than a verified side has.

use std::path::Path;

use crate::keys::dialogue;
use crate::world::{Output, Shell, World};
use crate::{DEV_AND_PROD, DEV_URL};

pub const PLACE: &str = ".nexusenv.d/dev.toml";

/// A person with a repository of git that merges secrets by name.
fn team() -> World {
    let world = World::with(DEV_AND_PROD).secret("dev", "DATABASE_URL", DEV_URL);
    world.run(&["init", "--git"]).succeeds();
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "one"]);
    world
}

/// `git` as a person types it, whatever its exit status.
pub fn git(world: &World, directory: &Path, words: &[&str]) -> Output {
    let mut command = world.command("git", directory);
    command.args(words);
    world.finish(command, b"")
}

/// A commit on a branch that begins where HEAD is, which sets these.
fn branch(world: &World, name: &str, set: &[(&str, &str)]) {
    world.git(&["checkout", "-qb", name]);
    commit(world, set);
    world.git(&["checkout", "-q", "main"]);
}

pub fn commit(world: &World, set: &[(&str, &str)]) {
    for (name, value) in set {
        world.sets("dev", name, value);
    }
    world.git(&["commit", "-qam", &format!("set {}", set[0].0)]);
}

#[track_caller]
pub fn holds(world: &World, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        world.run(&["get", name, "-e", "dev"]).succeeds().says("").prints(value);
    }
}

#[test]
fn what_two_people_set_on_branches_comes_together_by_itself() {
    let world = team();
    branch(&world, "other", &[("ONE", "1"), ("SAME", "x")]);
    branch(&world, "third", &[("THREE", "3")]);
    branch(&world, "fourth", &[("FOUR", "4")]);
    commit(&world, &[("TWO", "2"), ("SAME", "x")]);
    world.git(&["merge", "-q", "-m", "merged", "other"]);
    holds(&world, &[("ONE", "1"), ("TWO", "2"), ("SAME", "x"), ("DATABASE_URL", DEV_URL)]);
    world.git(&["cherry-pick", "third"]);
    world.git(&["checkout", "-q", "fourth"]);
    world.git(&["rebase", "-q", "main"]);
    holds(&world, &[("ONE", "1"), ("TWO", "2"), ("THREE", "3"), ("FOUR", "4")]);

    // Removed on one side, and changed on none: gone. A linked work tree needs no word of its own.
    let linked = world.outside("linked");
    world.git(&["worktree", "add", "-q", "-b", "less", &linked.display().to_string()]);
    world.run_in(&linked, &["unset", "ONE", "-e", "dev"], b"").succeeds();
    assert_eq!(git(&world, &linked, &["commit", "-qam", "less"]).status, 0);
    commit(&world, &[("FIVE", "5")]);
    world.git(&["merge", "-q", "-m", "merged", "less"]);
    world.run(&["list", "-e", "dev"]).succeeds().prints(
        "DATABASE_URL  secret\nFIVE          secret\nFOUR          secret\nNODE_ENV      plain\nSAME          secret\n\
         THREE         secret\nTWO           secret\n",
    );

    // A diff shows which, and not what.
    let shown = String::from_utf8_lossy(&world.git(&["diff", "HEAD^", "--", PLACE]).stdout).into_owned();
    let changed: Vec<&str> =
        shown.lines().filter(|line| line.starts_with(['+', '-']) && line.contains("secret")).collect();
    assert!(matches!(changed.as_slice(), [gone] if gone.starts_with("-secret ONE ")), "{shown}");
    assert!(shown.contains("\n-revision ") && shown.contains("\n+revision "), "{shown}");
    // A key's letters may spell anything.
    let tells = |line: &str| line.contains("v1:") || line.trim_start_matches(['+', '-', ' ']).starts_with("seal");
    assert!(!shown.lines().any(tells), "{shown}");
}

#[test]
fn what_both_changed_is_asked_about_by_name() {
    let world = team();
    branch(&world, "other", &[("TOKEN", "theirs"), ("ONE", "1")]);
    commit(&world, &[("TOKEN", "ours"), ("TWO", "2")]);
    let merge = git(&world, world.repo(), &["merge", "-q", "other"]).ends_with_status(1);
    let claimed = "nexus-env: `TOKEN` of dev was changed on both sides of the merge\nhint: nexus-env resolve, which asks whose to keep\n";
    assert!(merge.stderr.contains(claimed), "{}", merge.stderr);
    // Neither side is loaded before it is decided.
    world.run(&["get", "TOKEN", "-e", "dev"]).ends_with_status(1).prints("").says(
        "nexus-env: `.nexusenv.d/dev.toml:1`: a merge conflict is not resolved\n\
         hint: nexus-env resolve merges both sides by name\n",
    );
    let asked = world.run(&["resolve"]).ends_with_status(1).stderr;
    assert!(asked.ends_with(
        "nexus-env: this needs an answer, and there is no terminal to ask on\n\
         hint: nexus-env resolve, in a terminal of your own\n"
    ));
    let (status, told) = dialogue(&world, &["nexus-env", "resolve"], &[("ours or theirs? [o/t] ", "t")]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!((status, lines.len()), (0, 6), "{told}");
    assert_eq!(lines[0], "nexus-env: `TOKEN` of dev was changed on both sides of the merge");
    assert!(lines[1].starts_with("  ours    ") && lines[1].ends_with(" Ada: set TOKEN"), "{told}");
    assert!(lines[2].starts_with("  theirs  ") && lines[2].ends_with(" Ada: set TOKEN"), "{told}");
    assert_eq!(
        &lines[3..],
        [
            "nexus-env: `TOKEN`: ours or theirs? [o/t] t",
            "nexus-env: merged the secrets of dev: `TOKEN` is theirs",
            "nexus-env: next: git commit"
        ]
    );
    world.git(&["commit", "-qm", "merged"]);
    holds(&world, &[("TOKEN", "theirs"), ("ONE", "1"), ("TWO", "2")]);

    // In a rebase, and said beforehand.
    branch(&world, "later", &[("TOKEN", "later")]);
    commit(&world, &[("TOKEN", "sooner")]);
    world.git(&["checkout", "-q", "later"]);
    assert_ne!(git(&world, world.repo(), &["rebase", "-q", "main"]).status, 0);
    world
        .run(&["resolve", "--ours"])
        .succeeds()
        .says("nexus-env: merged the secrets of dev: `TOKEN` is ours\nnexus-env: next: git rebase --continue\n");
    world.git(&["-c", "core.editor=true", "rebase", "--continue"]);
    holds(&world, &[("TOKEN", "sooner")]);
}

#[test]
fn what_an_outsider_put_on_a_branch_gets_into_no_merge() {
    let world = team();
    let refused = |merging: &str, sentence: &str| {
        commit(&world, &[("TWO", sentence)]);
        let merge = git(&world, world.repo(), &["merge", "-q", "outside"]).ends_with_status(1);
        assert!(merge.stderr.contains(merging), "{}", merge.stderr);
        let again = world.run(&["resolve", "--theirs"]).ends_with_status(1);
        assert!(again.stderr.contains(sentence), "{}", again.stderr);
        world.git(&["merge", "--abort"]);
        world.git(&["branch", "-qD", "outside"]);
    };
    let plant = |change: &dyn Fn(&str) -> String| {
        world.git(&["checkout", "-qb", "outside"]);
        let text = std::fs::read_to_string(world.repo().join(PLACE)).unwrap();
        let changed = change(&text);
        assert_ne!(changed, text);
        world.writes(PLACE, changed);
        world.git(&["commit", "-qam", "planted"]);
        world.git(&["checkout", "-q", "main"]);
    };
    // A reader who waits for a merge to let them in.
    plant(&|text| text.replace("[recipients]\n", &format!("[recipients]\naaa = \"age1{}\"\n", "q".repeat(58))));
    let sentence =
        "on the other side of the merge, the seal of `.nexusenv.d/dev.toml` does not hold: it lists 2 readers";
    refused(sentence, sentence);
    // An older state on top of a newer one, sealed as it was then.
    let old = std::fs::read_to_string(world.repo().join(PLACE)).unwrap();
    commit(&world, &[("DATABASE_URL", "postgresql://localhost/new")]);
    plant(&|_| old.clone());
    let sentence = "on the other side of the merge, `.nexusenv.d/dev.toml` is revision";
    refused(sentence, sentence);
    // A store made to the public key: it opens, and its key is another one.
    plant(&|text| forged(text, &world));
    refused(
        "on the other side of the merge, the secrets of dev have a key that is new here",
        "this needs an answer, and there is no terminal to ask on",
    );
    holds(&world, &[("DATABASE_URL", "postgresql://localhost/new")]);
}

/// A store for the same reader, by somebody who knows the public key alone.
fn forged(text: &str, world: &World) -> String {
    use nexus_env::domain::config::Protection;
    use nexus_env::domain::store::sealed::format;
    use nexus_env::domain::store::sealed::seal::{DataKey, Keys};
    use nexus_env::domain::text::day::Day;
    let there = format::parse(text.as_bytes()).unwrap();
    let reader: age::x25519::Recipient = there.recipients[0].key.parse().unwrap();
    let key = zeroize::Zeroizing::new([7; 32]);
    let wrapped = age::encrypt(&reader, key.as_slice()).unwrap();
    let keys = Keys::derive(&DataKey::new(key), &there.repository, &there.environment);
    let mut made = keys.create(wrapped, there.recipients.clone(), Protection::Open, Day::parse("2026-03-01").unwrap());
    made.revision = 99;
    keys.seal(&mut made);
    assert!(world.repo().is_dir());
    format::render(&made)
}

#[test]
fn a_new_key_wins_and_what_was_set_under_the_old_one_is_asked_about() {
    let world = team();
    branch(&world, "other", &[("ONE", "1")]);
    // As new as the branch: what is older than what was seen gets no new key.
    world.sets("dev", "TWO", "2");
    world.run(&["rekey", "-e", "dev"]).succeeds();
    world.git(&["commit", "-qam", "rekey"]);
    let merge = git(&world, world.repo(), &["merge", "-q", "other"]).ends_with_status(1);
    let new = "nexus-env: on the other side of the merge, the secrets of dev have a key that is new here\n\
               hint: nexus-env resolve, which shows who reads it and asks\n";
    assert!(merge.stderr.contains(new), "{}", merge.stderr);
    let question = "`ONE` changed under the key that was replaced; take that too? [y/N] ";
    let (status, told) = dialogue(&world, &["nexus-env", "resolve"], &[(question, "y")]);
    assert_eq!(
        (status, told.as_str()),
        (
            0,
            "nexus-env: `ONE` changed under the key that was replaced; take that too? [y/N] y\n\
             nexus-env: merged the secrets of dev\nnexus-env: next: git commit"
        )
    );
    world.git(&["commit", "-qm", "merged"]);
    holds(&world, &[("ONE", "1"), ("TWO", "2"), ("DATABASE_URL", DEV_URL)]);
}

#[test]
fn a_sparse_work_tree_says_what_it_leaves_out_and_a_submodule_is_a_repository() {
    let world = team();
    let (sub, outer) = (world.outside("outer/sub"), world.outside("outer"));
    std::fs::create_dir_all(&outer).unwrap();
    for words in [
        &["init", "-q"][..],
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &world.repo().display().to_string(),
            "sub",
        ],
    ] {
        assert_eq!(git(&world, &outer, words).status, 0, "{words:?}");
    }
    world.run_in(&sub, &["get", "DATABASE_URL", "-e", "dev"], b"").succeeds().prints(DEV_URL);
    let note = "note: .gitattributes: git does not merge secrets by name in this clone, and\n  leaves conflicts\n  \
                mend: nexus-env init --git\n";
    let doctor = world.run_in(&sub, &["doctor"], b"");
    assert!(String::from_utf8_lossy(&doctor.stdout).contains(note), "{}", String::from_utf8_lossy(&doctor.stdout));
    let (status, _) = (world.run_in(&sub, &["init", "--git"], b"").status, ());
    assert_eq!(status, 0);
    assert!(!String::from_utf8_lossy(&world.run_in(&sub, &["doctor"], b"").stdout).contains(note));

    world.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/.nexusenv.d/"]);
    world.run(&["export", "-e", "dev", "--format", "json"]).ends_with_status(1).prints("").says(
        "nexus-env: git has the secrets of dev, and this sparse work tree leaves them out\n\
         hint: git sparse-checkout add .nexusenv.d\n",
    );
    // Nor is another one made beside it, which would shut everybody else out.
    let left_out = "nexus-env: git has the secrets of dev, and this sparse work tree leaves them out\n\
                    hint: git sparse-checkout add .nexusenv.d\n";
    world.run_with_input(&["set", "NEW", "-e", "dev"], b"1").ends_with_status(1).says(left_out);
    for words in [&["list"][..], &["get", "DATABASE_URL"], &["recipients", "list"], &["unlock", "dev"]] {
        world.run(words).ends_with_status(1).prints("").says(left_out);
    }
    world.git(&["sparse-checkout", "disable"]);
    world.run(&["export", "-e", "dev", "--format", "json"]).succeeds();
    std::fs::remove_file(world.repo().join(PLACE)).unwrap();
    world.run_with_input(&["set", "NEW", "-e", "dev"], b"1").ends_with_status(1).says(
        "nexus-env: git has the secrets of dev, and they are not in this work tree\n\
         hint: git checkout -- .nexusenv.d/dev.toml brings them back; git rm --cached .nexusenv.d/dev.toml, where a new \
         store is meant\n",
    );
}

/// Two clones of one repository, each with an identity that reads dev, and each with the driver.
struct Pair {
    world: World,
}

impl Pair {
    fn new() -> Pair {
        let pair = Pair { world: team() };
        let (world, key) = (&pair.world, pair.does("grace", "nexus-env keygen"));
        world.run(&["recipients", "add", "grace", key.trim(), "-e", "dev"]).succeeds();
        world.git(&["commit", "-qam", "grace"]);
        pair.does("grace", &format!("git clone -q {} ../grace", world.repo().display()));
        pair.does("grace", "nexus-env allow --yes && nexus-env init --git");
        pair
    }

    fn place(&self, who: &str) -> std::path::PathBuf {
        if who == "ada" { self.world.repo().to_owned() } else { self.world.outside(who) }
    }

    /// A line that one of them types in their clone, which must succeed.
    #[track_caller]
    fn does(&self, who: &str, line: &str) -> String {
        let place = self.place(who);
        std::fs::create_dir_all(&place).unwrap();
        let mut command = self.world.command("sh", &place);
        command.args(["-ec", line]);
        if who != "ada" {
            let home = self.world.outside(&format!("{who}-home"));
            for (name, below) in [("XDG_CONFIG_HOME", ".config"), ("XDG_STATE_HOME", ".local/state")] {
                command.env(name, home.join(below));
            }
            command.env("USER", who);
        }
        String::from_utf8(self.world.finish(command, b"").succeeds().stdout).unwrap()
    }

    fn sets(&self, who: &str, name: &str, value: &str) {
        self.does(who, &format!("printf %s {value} | nexus-env set {name} -e dev && git commit -qam 'set {name}'"));
    }
}

#[test]
fn two_people_rebase_and_pick_each_others_secrets() {
    let pair = Pair::new();
    pair.sets("ada", "ONE", "1");
    pair.sets("grace", "TWO", "2");
    pair.does("grace", "git pull -q --rebase");
    for (who, count) in [("grace", 2), ("ada", 1)] {
        let listed = pair.does(who, "nexus-env list -e dev");
        assert_eq!(listed.matches("ONE").count() + listed.matches("TWO").count(), count, "{listed}");
    }
    // Ada takes it by its commit, while hers went on; then both meet again and nothing is left to say.
    pair.sets("ada", "THREE", "3");
    pair.does("ada", "git fetch -q ../../outside/grace main && git cherry-pick FETCH_HEAD");
    pair.does("grace", "git pull -q --rebase");
    for who in ["ada", "grace"] {
        for (name, value) in [("ONE", "1"), ("TWO", "2"), ("THREE", "3")] {
            assert_eq!(pair.does(who, &format!("nexus-env get {name} -e dev")), value, "{who} {name}");
        }
    }
    // The same name on both sides: a pick stops, is decided by name, and goes on.
    pair.sets("grace", "TOKEN", "of-grace");
    pair.sets("ada", "TOKEN", "of-ada");
    pair.does("ada", "git fetch -q ../../outside/grace main && ! git cherry-pick FETCH_HEAD");
    pair.world
        .run(&["resolve", "--theirs"])
        .succeeds()
        .says("nexus-env: merged the secrets of dev: `TOKEN` is theirs\nnexus-env: next: git cherry-pick --continue\n");
    pair.does("ada", "git -c core.editor=true cherry-pick --continue");
    assert_eq!(pair.does("ada", "nexus-env get TOKEN -e dev"), "of-grace");
    assert!(pair.does("ada", "nexus-env verify").contains("the seal holds"));
}

#[test]
fn a_store_in_a_submodule_merges_as_anywhere_else() {
    let pair = Pair::new();
    let origin = pair.world.repo().display().to_string();
    pair.does("outer", "git init -q");
    pair.does(
        "outer",
        &format!("git -c protocol.file.allow=always submodule --quiet add {origin} sub && git commit -qm sub"),
    );
    let sub = pair.world.outside("outer/sub");
    assert!(sub.join(".git").is_file(), "git keeps a submodule's own directory elsewhere");
    let types = |line: &str| {
        let mut command = pair.world.command("sh", &sub);
        command.args(["-ec", line]);
        pair.world.finish(command, b"").succeeds()
    };
    // Their content was allowed already; the driver belongs to a clone, and this is another one.
    types("nexus-env init --git");
    types("printf 1 | nexus-env set ONE -e dev && git commit -qam one");
    pair.sets("ada", "TWO", "2");
    types("git pull -q --no-rebase --no-edit origin main");
    for (name, value) in [("ONE", "1"), ("TWO", "2")] {
        assert_eq!(types(&format!("nexus-env get {name} -e dev")).stdout, value.as_bytes());
    }
    // And by hand, from the repository around it: git is asked where the store is.
    types("printf here | nexus-env set TOKEN -e dev && git commit -qam here");
    pair.sets("ada", "TOKEN", "there");
    types("! git pull -q --no-rebase --no-edit origin main");
    types("nexus-env resolve --theirs && git commit -qm merged");
    assert_eq!(types("nexus-env get TOKEN -e dev").stdout, b"there");
    let mut status = pair.world.command("git", &pair.world.outside("outer"));
    status.args(["status", "--short"]);
    assert_eq!(pair.world.finish(status, b"").succeeds().stdout, b" M sub\n");
}

#[test]
fn whoever_wants_no_merging_by_name_is_told_how_to_have_it_later() {
    let world = World::with(DEV_AND_PROD);
    let mut session = world.enter(Shell::Bash);
    let said = session.answers("nexus-env init", "[Y/n] ", "n").ends_with_status(0).text.clone();
    assert!(said.ends_with("nexus-env: git merges secrets as text; nexus-env init --git sets it up later"), "{said}");
    assert!(!world.repo().join(".gitattributes").exists());
}
