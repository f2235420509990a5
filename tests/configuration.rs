//! `allow`, `deny` and the program's own edits of `.nexusenv`, on real files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nexus_env::command::trust as command;
use nexus_env::domain::config::name::{EnvironmentName, VariableName};
use nexus_env::domain::config::repository::Repository;
use nexus_env::domain::session::ambient::{Ambient, Colour, Environ, Terminal, Timestamp};
use nexus_env::edge::repo::{self, Found};
use nexus_env::edge::trust::{self, Trust};
use nexus_env::error::told;
use nexus_env::steps::plain::{self, Edited, Place};

const GOOD: &str = "id = \"9f3k2v7m4q8x1c5b\"\n\n[env.dev.vars]\nA = \"1\" # one\n";

struct World {
    _keep: tempfile::TempDir,
    ambient: Ambient,
    root: PathBuf,
}

impl World {
    fn new(config: &str) -> Self {
        let keep = tempfile::tempdir().unwrap();
        let home = keep.path().canonicalize().unwrap();
        let root = home.join("repo");
        std::fs::create_dir_all(root.join("deep")).unwrap();
        std::fs::write(root.join(".nexusenv"), config).unwrap();
        let ambient = Ambient {
            cwd: Some(root.clone()),
            pwd: None,
            config_dir: None,
            state_dir: Some(home.join("state")),
            runtime_dir: None,
            variables: Environ::default(),
            terminal: Terminal::Absent,
            colour: Colour::No,
            quiet: true,
            now: Timestamp::default(),
            uptime: None,
            uid: rustix::process::geteuid().as_raw(),
            home: Some(home),
        };
        World { _keep: keep, ambient, root }
    }

    fn repository(&self) -> Repository {
        match repo::find_from(&self.ambient, &self.root).unwrap() {
            Found::Repository(repository) => repository,
            Found::Nothing(_) | Found::Unreadable(..) => panic!("no repository"),
        }
    }

    fn trust(&self) -> &'static str {
        match trust::judge(&self.ambient, &self.repository()).unwrap() {
            Trust::Allowed(_) => "allowed",
            Trust::Asks(_) => "asks",
            Trust::Denied => "denied",
        }
    }

    fn allow(&self, path: Option<&str>) -> Result<(), String> {
        command::allow(&self.ambient, path.map(Path::new), &[], command::Answer::Asked).map_err(|error| told(&error).0)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.root.join(".nexusenv")).unwrap()
    }

    fn set(&self, name: &str, value: &str) -> Result<Edited, String> {
        let place = Place {
            ambient: &self.ambient,
            repository: &self.repository(),
            environment: &EnvironmentName::new("dev").unwrap(),
            lifted: &[],
        };
        plain::set(place, &VariableName::new(name).unwrap(), value.as_bytes()).map_err(|error| told(&error).0)
    }
}

#[test]
fn allow_takes_a_directory_the_file_or_nothing() {
    for path in [None, Some("."), Some("deep"), Some(".nexusenv"), Some("deep/../.nexusenv")] {
        let world = World::new(GOOD);
        world.allow(path).unwrap();
        assert_eq!(world.trust(), "allowed", "{path:?}");
    }
    let world = World::new(GOOD);
    assert_eq!(world.allow(Some("none")).unwrap_err(), "there is no `none`");
    std::fs::write(world.root.join("other"), "").unwrap();
    assert_eq!(world.allow(Some("other")).unwrap_err(), "`other` is no configuration");
    assert_eq!(world.allow(Some("/")).unwrap_err(), "no `.nexusenv` at `/` or above");
}

#[test]
fn what_cannot_be_understood_is_not_allowed() {
    let refused = format!("{GOOD}PATH = \"x\"");
    for (text, sentence) in [
        ("[env", ".nexusenv:1: is no TOML: unclosed table, expected `]`"),
        (
            refused.as_str(),
            ".nexusenv:5: `env.dev.vars.PATH` is refused from a repository: a shell runs it, or finds programs, files or \
             its history by it",
        ),
    ] {
        let world = World::new(text);
        assert_eq!(world.allow(None).unwrap_err(), sentence);
        assert_eq!(world.trust(), "asks");
    }
}

#[test]
fn allow_and_deny_take_turns_and_a_second_one_changes_nothing() {
    let world = World::new(GOOD);
    let generation = || std::fs::read(world.ambient.state_dir.as_ref().unwrap().join("generation")).unwrap();
    world.allow(None).unwrap();
    let first = generation();
    world.allow(None).unwrap();
    assert_eq!(generation(), first);
    command::deny(&world.ambient, None).unwrap();
    assert_eq!(world.trust(), "denied");
    let denied = generation();
    assert_ne!(denied, first);
    command::deny(&world.ambient, None).unwrap();
    assert_eq!(generation(), denied);
    world.allow(None).unwrap();
    assert_eq!(world.trust(), "allowed");
}

#[test]
fn a_broken_configuration_can_be_denied() {
    let world = World::new("\u{0}[[[");
    command::deny(&world.ambient, None).unwrap();
    assert_eq!(world.trust(), "denied");
}

#[test]
fn the_programs_own_edit_stays_allowed_and_keeps_the_mode() {
    let world = World::new(GOOD);
    std::fs::set_permissions(world.root.join(".nexusenv"), std::fs::Permissions::from_mode(0o664)).unwrap();
    world.allow(None).unwrap();
    assert_eq!(world.set("B", "${A}/x"), Ok(Edited::Yes));
    assert_eq!(world.text(), format!("{GOOD}B = \"${{A}}/x\"\n"));
    assert_eq!(world.trust(), "allowed");
    assert_eq!(world.set("B", "${A}/x"), Ok(Edited::No));
    let mode = std::fs::metadata(world.root.join(".nexusenv")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o664);
    let names = std::fs::read_dir(&world.root).unwrap().count();
    assert_eq!(names, 2, "nothing is left behind");
}

#[test]
fn an_edit_of_what_is_not_allowed_does_not_make_it_so() {
    let world = World::new(GOOD);
    assert_eq!(world.set("B", "1").unwrap_err(), "`.nexusenv` was changed just now, and nothing was written");
    assert_eq!((world.text().as_str(), world.trust()), (GOOD, "asks"));
}

#[test]
fn a_refused_edit_leaves_the_file_as_it_was() {
    let world = World::new(GOOD);
    world.allow(None).unwrap();
    assert!(world.set("LD_PRELOAD", "x").unwrap_err().starts_with("`LD_PRELOAD` is refused from a repository"));
    assert_eq!(world.set("B", "5$").unwrap_err(), "the value for `B` has a `$` that stands alone");
    assert_eq!((world.text().as_str(), world.trust()), (GOOD, "allowed"));
}

#[test]
fn a_plain_variable_is_removed_with_its_line() {
    let world = World::new(GOOD);
    world.allow(None).unwrap();
    let (environment, repository) = (EnvironmentName::new("dev").unwrap(), world.repository());
    let place = Place { ambient: &world.ambient, repository: &repository, environment: &environment, lifted: &[] };
    assert_eq!(plain::unset(place, &VariableName::new("NONE").unwrap()).unwrap(), Edited::No);
    assert_eq!(plain::unset(place, &VariableName::new("A").unwrap()).unwrap(), Edited::Yes);
    assert_eq!((world.text().as_str(), world.trust()), ("id = \"9f3k2v7m4q8x1c5b\"\n\n[env.dev.vars]\n", "allowed"));
}
