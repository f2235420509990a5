//! Which files in the state directory are a pause, and which look like one.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::domain::sample;
use crate::domain::session::ambient::Timestamp;

fn ambient(state: &Path) -> Ambient {
    Ambient {
        state_dir: Some(state.join("nexus-env")),
        now: Timestamp { seconds: 200, nanoseconds: 0 },
        uid: rustix::process::geteuid().as_raw(),
        ..sample::ambient()
    }
}

fn pause(environment: &str) -> Pause {
    Pause {
        repository: RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(),
        root: "/home/ada/nexus".to_owned(),
        environment: EnvironmentName::new(environment).unwrap(),
        began: 100,
        end: crate::domain::text::clock::End { at: 700, uptime: None },
    }
}

#[test]
fn what_began_holds_until_it_ends() {
    let state = tempfile::tempdir().unwrap();
    let mut ambient = ambient(state.path());
    assert_eq!(all(&ambient), []);
    begin(&ambient, &pause("prod")).unwrap();
    begin(&ambient, &pause("eu")).unwrap();
    assert_eq!(all(&ambient), [pause("eu"), pause("prod")]);
    let file = path(&ambient, &pause("prod").repository, &pause("prod").environment).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    end(&ambient, &pause("eu").repository, &pause("eu").environment).unwrap();
    end(&ambient, &pause("eu").repository, &pause("eu").environment).unwrap();
    assert_eq!(all(&ambient), [pause("prod")]);
    ambient.now.seconds = 700;
    assert_eq!(all(&ambient), []);
}

#[test]
fn what_cannot_be_trusted_lifts_nothing() {
    let state = tempfile::tempdir().unwrap();
    let ambient = ambient(state.path());
    let file = path(&ambient, &pause("prod").repository, &pause("prod").environment).unwrap();
    let directory = file.parent().unwrap().to_owned();
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let afresh = || {
        let _ = std::fs::remove_file(&file);
        begin(&ambient, &pause("prod")).unwrap();
        assert_eq!(all(&ambient).len(), 1);
    };
    afresh();
    mode(&file, 0o644);
    assert_eq!(all(&ambient), [], "open to others");
    afresh();
    mode(&directory, 0o755);
    assert_eq!(all(&ambient), [], "in a directory that is open to others");
    mode(&directory, 0o700);
    afresh();
    std::fs::write(&file, &pause("prod").encode()[..30]).unwrap();
    assert_eq!(all(&ambient), [], "torn");
    afresh();
    std::fs::rename(&file, directory.join("9f3k2v7m4q8x1c5b.eu")).unwrap();
    assert_eq!(all(&ambient), [], "of another name");
    std::fs::rename(directory.join("9f3k2v7m4q8x1c5b.eu"), state.path().join("there")).unwrap();
    std::os::unix::fs::symlink(state.path().join("there"), &file).unwrap();
    assert_eq!(all(&ambient), [], "a link");
    afresh();
    let other = Ambient { uid: ambient.uid + 1, ..ambient.clone() };
    assert_eq!(all(&other), [], "another user's");
}
