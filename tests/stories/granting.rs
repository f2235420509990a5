//! Write access: a record of what was typed, which a variable names and nothing but the typed word makes. And the end of a
//! selection, which whoever inherits it is held to.

use crate::pausing::{DEV, PROD, world};
use crate::world::shell::stories;
use crate::world::{Held, Session, World};

const READS: &str = "sh -c 'nexus-env run -- printenv DATABASE_URL'";

#[track_caller]
fn text(session: &mut Session<'_>, name: &str) -> String {
    match session.holds(name) {
        Held::Exported(bytes) => String::from_utf8(bytes).unwrap(),
        held => panic!("{name} is {held:?}"),
    }
}

/// What `run`, `get` and `export` make of these variables.
#[track_caller]
fn gives(world: &World, variables: &[(&str, &str)], url: &str, access: &str) {
    for words in [
        &["run", "--no-mask", "--", "printenv", "DATABASE_URL"][..],
        &["get", "DATABASE_URL"],
        &["export", "--format", "dotenv"],
    ] {
        let mut command = world.command("nexus-env", world.repo());
        command.args(words).envs(variables.iter().copied());
        let output = world.finish(command, b"").succeeds();
        let got = String::from_utf8_lossy(&output.stdout);
        let read_only = got.contains("default_transaction_read_only");
        assert!(got.contains(url) && read_only == (access == "read-only"), "{words:?} with {variables:?}: {got}");
    }
}

stories! {
    fn it_goes_where_its_name_goes_until_its_end(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.answers("nexus-env use prod --write", "lift read-only: ", "prod").ends_with_status(0);
        session.types(READS).prints(PROD);
        session.types("nexus-env prompt").prints("prod 30m write");
        let mut variables = Vec::new();
        for name in ["NEXUS_ENV", "NEXUS_ENV_ROOT", "NEXUS_ENV_UNTIL", "NEXUS_ENV_UNTIL_UPTIME", "NEXUS_ENV_ACCESS"] {
            variables.push((name, text(&mut session, name)));
        }
        let inherited = |change: &[(&'static str, &str)]| {
            let mut all: Vec<(&str, String)> = variables.clone();
            for (name, value) in change {
                all.retain(|(known, _)| known != name);
                all.push((name, (*value).to_owned()));
            }
            all
        };
        let gives = |change: &[(&'static str, &str)], url, access| {
            let all = inherited(change);
            gives(&world, &all.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), url, access);
        };
        // A pane of tmux, another terminal: wherever these variables are.
        gives(&[], PROD, "read-write");
        gives(&[("NEXUS_ENV_UNTIL", "99999999999")], PROD, "read-write");
        // What names no grant, or none of this environment, is none.
        gives(&[("NEXUS_ENV_ACCESS", "read-write")], PROD, "read-only");
        gives(&[("NEXUS_ENV_ACCESS", "6a3f1c529d0e4b7a8f610123456789ab")], PROD, "read-only");
        gives(&[("NEXUS_ENV_ROOT", "/elsewhere")], DEV, "read-write");
        gives(&[("NEXUS_ENV_UNTIL", "1")], DEV, "read-write");
        let list = || std::fs::read_dir(world.home().join(".local/state/nexus-env/grants")).unwrap().map(|e| e.unwrap().path());
        let file = list().next().unwrap();
        let record = std::fs::read(&file).unwrap();
        let end = text(&mut session, "NEXUS_ENV_UNTIL");
        for (old, new) in [(end.as_str(), "1"), ("prod", "dev"), ("/home/", "/elsewhere/")] {
            let other = String::from_utf8(record.clone()).unwrap().replace(old, new);
            std::fs::write(&file, other).unwrap();
            gives(&[], PROD, "read-only");
        }
        std::fs::write(&file, record).unwrap();
        gives(&[], PROD, "read-write");
        std::fs::remove_file(&file).unwrap();
        gives(&[], PROD, "read-only");
        // The shell that was granted it learns that as well.
        session.types("nexus-env use prod").ends_with_status(0);
        assert_eq!(session.holds("NEXUS_ENV_ACCESS"), Held::Absent);
    }

    fn a_forged_memory_of_a_shell_is_no_grant(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.answers("nexus-env use prod --write", "lift read-only: ", "prod").ends_with_status(0);
        std::fs::remove_dir_all(world.home().join(".local/state/nexus-env/grants")).unwrap();
        session.types("cd ..");
        session.types("cd repo").prints("nexus-env: prod until 15:42 · read-only · DATABASE_URL and 1 more");
    }

    fn run_gives_it_to_what_it_starts(shell) {
        let world = world();
        let mut session = world.enter(shell);
        session.answers(
            "nexus-env run -e prod --write -- sh -c 'nexus-env get DATABASE_URL; nexus-env run -e prod -- printenv DATABASE_URL'",
            "lift read-only: ", "prod",
        ).prints(&format!("nexus-env: type prod to lift read-only: prod\n{PROD}\n{PROD}"));
        session.types("sh -c 'nexus-env run -e prod -- printenv DATABASE_URL'");
        assert!(session.said().text.contains("default_transaction_read_only"), "{}", session.said().text);
    }
}

#[test]
fn a_selection_that_is_over_is_not_inherited() {
    let world = world();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let root = world.repo().display().to_string();
    let prod = [("NEXUS_ENV", "prod"), ("NEXUS_ENV_ROOT", root.as_str())];
    let (soon, past) = ((now + 900).to_string(), (now - 1).to_string());
    let with = |until: &str, uptime: Option<&str>, url, access| {
        let mut all = [&prod[..], &[("NEXUS_ENV_UNTIL", until)]].concat();
        all.extend(uptime.map(|uptime| ("NEXUS_ENV_UNTIL_UPTIME", uptime)));
        gives(&world, &all, url, access);
    };
    with(&soon, None, PROD, "read-only");
    for until in [past.as_str(), "0", "-1", "", "soon", " 99999999999", "+99999999999", "99999999999x", "1e12"] {
        with(until, None, DEV, "read-write");
    }
    // The clock on the wall was set back, the other one goes on.
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let boot = boot.trim().replace('-', "");
    with(&soon, Some(&format!("{boot}:1")), DEV, "read-write");
    with(&soon, Some(&format!("{boot}:99999999999")), PROD, "read-only");
    with(&soon, Some("garbage"), DEV, "read-write");
}
