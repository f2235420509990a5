//! What is found from where, and what is watched.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use super::*;
use crate::domain::sample;

fn bare() -> Ambient {
    Ambient { uid: rustix::process::geteuid().as_raw(), ..sample::ambient() }
}

struct World {
    _keep: tempfile::TempDir,
    home: PathBuf,
}

impl World {
    fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let home = keep.path().canonicalize().unwrap().join("home");
        std::fs::create_dir(&home).unwrap();
        World { _keep: keep, home }
    }

    fn dir(&self, path: &str) -> PathBuf {
        let path = self.home.join(path);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn ambient(&self, cwd: Option<&Path>) -> Ambient {
        Ambient { cwd: cwd.map(Path::to_owned), home: Some(self.home.clone()), ..bare() }
    }

    fn find(&self, cwd: &str) -> Found {
        find(&self.ambient(Some(&self.home.join(cwd)))).unwrap()
    }

    /// From `cwd`: the root that is found and the absent places, all relative to the home directory.
    #[track_caller]
    fn check(&self, cwd: &str, root: Option<&str>, absent: &[&str]) {
        let (found, watch) = match self.find(cwd) {
            Found::Nothing(watch) => (None, watch),
            Found::Repository(repository) => (Some(repository.root), repository.watch),
            Found::Unreadable(_, error) => panic!("{error}"),
        };
        assert_eq!(found, root.map(|root| self.home.join(root)));
        assert_eq!(watch.absent, absent.iter().map(|path| self.home.join(path)).collect::<Vec<_>>());
    }

    #[track_caller]
    fn check_unreadable(&self, cwd: &str, sentence: &str) -> Watch {
        match self.find(cwd) {
            Found::Unreadable(watch, error) => {
                let told = crate::error::told(&error).0;
                assert_eq!(told.replace(self.home.to_str().unwrap(), "~"), sentence);
                watch
            }
            Found::Nothing(_) | Found::Repository(_) => panic!("was readable"),
        }
    }
}

#[test]
fn the_nearest_counts_and_every_place_without_one_is_watched() {
    let world = World::new();
    world.file("repo/.nexusenv", "outer");
    world.dir("repo/a/b");
    world.check("repo/a/b", Some("repo"), &["repo/a/b/.nexusenv", "repo/a/.nexusenv", "repo/.nexusenv.local"]);
    world.file("repo/a/.nexusenv", "inner");
    world.file("repo/a/.nexusenv.local", "mine");
    world.check("repo/a/b", Some("repo/a"), &["repo/a/b/.nexusenv"]);
    let Found::Repository(repository) = world.find("repo/a/b") else { panic!() };
    assert_eq!(repository.main.untrusted_bytes(), b"inner");
    assert_eq!(repository.local.as_ref().unwrap().untrusted_bytes(), b"mine");
    let seen: Vec<_> = repository.watch.present.iter().map(|sighting| sighting.path.file_name().unwrap()).collect();
    assert_eq!(seen, [".nexusenv", ".nexusenv.local"]);
}

#[test]
fn the_search_ends_at_the_home_directory_inclusive() {
    let world = World::new();
    world.dir("a");
    world.check("a", None, &["a/.nexusenv", ".nexusenv"]);
    std::fs::write(world.home.parent().unwrap().join(".nexusenv"), "above home").unwrap();
    world.check("a", None, &["a/.nexusenv", ".nexusenv"]);
    world.file(".nexusenv", "in home");
    world.check("a", Some(""), &["a/.nexusenv", ".nexusenv.local"]);
}

#[test]
fn a_home_behind_a_link_ends_the_search_as_well() {
    let world = World::new();
    let directory = world.dir("a");
    let link = world.home.parent().unwrap().join("link");
    symlink(&world.home, &link).unwrap();
    let ambient = Ambient { home: Some(link), ..world.ambient(Some(&directory)) };
    let Found::Nothing(watch) = find(&ambient).unwrap() else { panic!() };
    assert_eq!(watch.absent.len(), 2);
}

#[test]
fn outside_of_the_home_directory_the_search_goes_up_to_the_root() {
    let world = World::new();
    let outside = world.home.parent().unwrap().join("outside");
    std::fs::create_dir(&outside).unwrap();
    let Found::Nothing(watch) = find(&world.ambient(Some(&outside))).unwrap() else { panic!() };
    assert_eq!(watch.absent.last().unwrap(), Path::new("/.nexusenv"));
}

#[test]
fn a_deleted_directory_counts_as_the_nearest_one_that_is_left() {
    let world = World::new();
    world.file("repo/.nexusenv", "");
    let ambient = Ambient { pwd: Some(world.home.join("repo/gone/deeper")), ..world.ambient(None) };
    let Found::Repository(repository) = find(&ambient).unwrap() else { panic!() };
    assert_eq!(repository.root, world.home.join("repo"));
    let nowhere = Ambient { pwd: None, ..world.ambient(None) };
    assert!(matches!(find(&nowhere).unwrap(), Found::Nothing(watch) if watch == Watch::default()));
}

#[test]
fn a_link_is_followed_and_where_it_leads_is_seen() {
    let world = World::new();
    let real = world.file("shared/config", "x");
    world.dir("repo");
    symlink(&real, world.home.join("repo/.nexusenv")).unwrap();
    let Found::Repository(repository) = world.find("repo") else { panic!() };
    assert_eq!(repository.watch.present[0].physical.as_deref(), Some(real.as_path()));
    std::fs::remove_file(&real).unwrap();
    world.check("repo", None, &["repo/.nexusenv", ".nexusenv"]);
}

#[test]
fn a_file_whose_time_has_no_nanoseconds_is_seen_with_its_content() {
    let world = World::new();
    let path = world.file("repo/.nexusenv", "x");
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    let Found::Repository(repository) = world.find("repo") else { panic!() };
    assert_eq!(repository.watch.present[0].content.as_deref(), Some(&b"x"[..]));
    let without = Sighting { content: None, ..repository.watch.present[0].clone() };
    assert_eq!(Some(without), sight(&path));
}

#[test]
fn what_cannot_be_read_is_watched_and_told() {
    let world = World::new();
    world.dir("directory/.nexusenv");
    world.check_unreadable("directory", "`~/directory/.nexusenv` is no regular file");
    let pipe = world.dir("pipe").join(".nexusenv");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    world.check_unreadable("pipe", "`~/pipe/.nexusenv` is no regular file");
    world.file("huge/.nexusenv", &"#".repeat((1 << 20) + 1));
    let watch = world.check_unreadable("huge", "`~/huge/.nexusenv` is larger than 1 MiB");
    assert_eq!(watch.present.len(), 1);
    world.file("local/.nexusenv", "");
    world.dir("local/.nexusenv.local");
    let watch = world.check_unreadable("local", "`~/local/.nexusenv.local` is no regular file");
    assert_eq!(watch.present.len(), 2);
}

#[test]
fn a_file_without_permission_says_how_to_mend_it() {
    let error = unreadable(Path::new("/x y/.nexusenv"), io::ErrorKind::PermissionDenied.into());
    let (sentence, hint, _) = crate::error::told(&error);
    assert_eq!(sentence, "`/x y/.nexusenv` cannot be read by you");
    assert_eq!(hint.as_deref(), Some("chmod u+r '/x y/.nexusenv'"));
}

#[test]
fn the_top_of_a_git_work_tree_is_not_the_home_directory() {
    let world = World::new();
    let inner = world.dir("repo/a");
    let ambient = world.ambient(Some(&inner));
    assert_eq!(git_top(&ambient, &inner), None);
    world.dir(".git");
    assert_eq!(git_top(&ambient, &inner), None);
    assert_eq!(git_top(&ambient, &world.home), Some(world.home.clone()));
    world.file("repo/.git", "gitdir: elsewhere");
    assert_eq!(git_top(&ambient, &inner), Some(world.home.join("repo")));
}

#[test]
fn finds_the_env_file_of_a_prisma_project() {
    let world = World::new();
    let root = world.dir("repo");
    world.file("repo/.env", "");
    assert_eq!(prisma_env_file(&root), None);
    world.file("repo/packages/database/prisma/schema.prisma", "");
    assert_eq!(prisma_env_file(&root), Some(root.join(".env")));
    let own = world.file("repo/packages/database/.env", "");
    assert_eq!(prisma_env_file(&root), Some(own));
}

#[test]
fn making_a_file_never_touches_one_that_is_there() {
    let world = World::new();
    let path = world.home.join("new");
    assert!(create(&path, b"1").unwrap());
    assert!(!create(&path, b"2").unwrap());
    assert_eq!(content(&path).unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(content(&world.home.join("none")).unwrap(), None);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o111, 0);
}
