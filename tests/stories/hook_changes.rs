//! Every change is noticed at the next prompt, and where nothing changed nothing is started.

use std::fs::{self, File, FileTimes};
use std::time::{Duration, SystemTime};

use crate::hook_loading::DEV_AND_PROD;
use crate::world::shell::stories;
use crate::world::{Held, Session, World};

fn with_url(url: &str) -> String {
    DEV_AND_PROD.replace("postgresql://dev:one@127.0.0.1:5433/nexus_db", url)
}

/// Edits as an editor does: a new file in the place of the old one.
fn replaces(world: &World, path: &str, text: &str) {
    world.writes(".beside", text);
    fs::rename(world.repo().join(".beside"), world.repo().join(path)).unwrap();
}

fn dates(world: &World, path: &str, time: SystemTime) {
    let file = File::options().write(true).open(world.repo().join(path)).unwrap();
    file.set_times(FileTimes::new().set_modified(time)).unwrap();
}

#[track_caller]
fn loads(session: &mut Session, url: &str) {
    session.types("");
    assert_eq!(session.holds("DATABASE_URL"), Held::exported(url));
}

stories! {
    fn an_edit_is_noticed_also_within_the_same_second(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        for number in 0..5 {
            world.writes(".nexusenv", with_url(&format!("postgresql://h/{number}")));
            world.run(&["allow"]).succeeds();
            loads(&mut session, &format!("postgresql://h/{number}"));
        }
    }

    fn an_edit_is_noticed_also_with_a_time_that_goes_backwards_or_has_no_nanoseconds(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000);
        for number in 0..3 {
            world.writes(".nexusenv", with_url(&format!("postgresql://h/{number}")));
            dates(&world, ".nexusenv", long_ago);
            world.run(&["allow"]).succeeds();
            dates(&world, ".nexusenv", long_ago);
            loads(&mut session, &format!("postgresql://h/{number}"));
        }
    }

    fn a_file_that_replaces_the_old_one_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        for number in 0..3 {
            replaces(&world, ".nexusenv", &with_url(&format!("postgresql://h/{number}")));
            world.run(&["allow"]).succeeds();
            loads(&mut session, &format!("postgresql://h/{number}"));
        }
    }

    fn a_configuration_that_goes_and_comes_back_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        fs::rename(world.repo().join(".nexusenv"), world.repo().join("away")).unwrap();
        session.types("").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        fs::rename(world.repo().join("away"), world.repo().join(".nexusenv")).unwrap();
        session.types("").prints("nexus-env: dev · DATABASE_URL and 1 more");
    }

    fn a_nearer_configuration_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD).file("a/b/c", "");
        let mut session = world.open(shell);
        session.types("cd repo/a/b").prints("nexus-env: dev · DATABASE_URL and 1 more");
        world.writes("a/.nexusenv", with_url("postgresql://nearer/db"));
        world.run_in(&world.repo().join("a"), &["allow"], b"").succeeds();
        loads(&mut session, "postgresql://nearer/db");
        fs::remove_file(world.repo().join("a/.nexusenv")).unwrap();
        loads(&mut session, "postgresql://dev:one@127.0.0.1:5433/nexus_db");
    }

    fn a_retargeted_link_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        let one = world.repo().join("one");
        let other = world.repo().join("other");
        fs::create_dir_all(&one).unwrap();
        fs::create_dir_all(&other).unwrap();
        fs::write(one.join(".nexusenv"), with_url("postgresql://one/db")).unwrap();
        fs::write(other.join(".nexusenv"), with_url("postgresql://other/db")).unwrap();
        for directory in [&one, &other] {
            world.run_in(directory, &["allow"], b"").succeeds();
        }
        let link = world.repo().join("packages");
        std::os::unix::fs::symlink("one", &link).unwrap();
        let mut session = world.open(shell);
        session.types("cd repo/packages");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported("postgresql://one/db"));
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("other", &link).unwrap();
        // The shell still stands in the old directory; only going there anew leads to the other.
        session.types("cd ..");
        session.types("cd packages");
        assert_eq!(session.holds("DATABASE_URL"), Held::exported("postgresql://other/db"));
    }

    fn a_file_that_is_a_link_to_another_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        let far = |number: u8| world.outside(&format!("far-{number}"));
        for number in [1, 2] {
            fs::write(far(number), with_url(&format!("postgresql://far/{number}"))).unwrap();
            let long_ago = SystemTime::UNIX_EPOCH + Duration::new(1_500_000_000, 7);
            File::options().write(true).open(far(number)).unwrap()
                .set_times(FileTimes::new().set_modified(long_ago)).unwrap();
        }
        let path = world.repo().join(".nexusenv");
        let mut session = world.enter(shell);
        for number in [1, 2] {
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink(far(number), &path).unwrap();
            world.run(&["allow"]).succeeds();
            loads(&mut session, &format!("postgresql://far/{number}"));
        }
    }

    fn a_directory_that_moves_under_the_shell_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        fs::rename(world.repo(), world.home().join("moved")).unwrap();
        session.types("");
        session.types("cd ~/moved");
        assert_eq!(session.holds("NEXUS_ENV_ROOT"), Held::exported(world.home().join("moved").display().to_string()));
    }

    fn a_directory_that_is_deleted_under_the_shell_unloads(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        fs::remove_dir_all(world.repo()).unwrap();
        session.types("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("").prints("");
    }

    fn a_checkout_that_changes_or_removes_it_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        world.git(&["add", ".nexusenv"]);
        world.git(&["commit", "--quiet", "-m", "one"]);
        world.git(&["checkout", "--quiet", "-b", "without"]);
        world.git(&["rm", "--quiet", ".nexusenv"]);
        world.git(&["commit", "--quiet", "-m", "two"]);
        world.git(&["checkout", "--quiet", "main"]);
        let mut session = world.enter(shell);
        session.types("git checkout --quiet without").prints("");
        assert_eq!(session.holds("DATABASE_URL"), Held::Absent);
        session.types("git checkout --quiet main").prints("nexus-env: dev · DATABASE_URL and 1 more");
    }

    fn a_local_override_that_appears_is_noticed(shell) {
        let world = World::with(DEV_AND_PROD);
        let mut session = world.enter(shell);
        session.types("").prints("");
        world.writes(".nexusenv.local", "");
        world.run(&["allow"]).succeeds();
        session.types("");
        session.types("").prints("");
        assert!(matches!(session.holds("DATABASE_URL"), Held::Exported(_)));
    }

    fn a_runtime_directory_that_cannot_be_used_hides_no_change(shell) {
        let world = World::with(DEV_AND_PROD).variable("XDG_RUNTIME_DIR", "");
        fs::create_dir_all(world.home().join(".local/state/nexus-env")).unwrap();
        fs::write(world.home().join(".local/state/nexus-env/stamps"), "no directory").unwrap();
        let mut session = world.enter(shell);
        for number in 0..2 {
            world.writes(".nexusenv", with_url(&format!("postgresql://h/{number}")));
            world.run(&["allow"]).succeeds();
            loads(&mut session, &format!("postgresql://h/{number}"));
        }
    }
}
