//! What is remembered, and what asks again.

use super::*;
use crate::domain::sample;
use std::os::unix::fs::PermissionsExt;

fn bare() -> Ambient {
    Ambient { uid: rustix::process::geteuid().as_raw(), ..sample::ambient() }
}

struct World {
    keep: tempfile::TempDir,
    ambient: Ambient,
}

impl World {
    fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let state_dir = Some(keep.path().join("state/nexus-env"));
        World { keep, ambient: Ambient { state_dir, ..bare() } }
    }

    fn state(&self) -> &Path {
        self.ambient.state_dir.as_deref().unwrap()
    }

    /// `allowed`, `denied`, or `asks` with the changes shown.
    #[track_caller]
    fn check(&self, repository: &Repository, expected: &str) {
        let got = match judge(&self.ambient, repository).unwrap() {
            Trust::Allowed(_) => "allowed".to_owned(),
            Trust::Denied => "denied".to_owned(),
            Trust::Asks(changes) => changes
                .iter()
                .fold("asks".to_owned(), |text, change| format!("{text} | {} {}", change.file, change.lines.join(" "))),
        };
        assert_eq!(got, expected);
    }
}

fn repository(root: &str, main: &str, local: Option<&str>) -> Repository {
    let root = PathBuf::from(root);
    let input = |kind: InputKind, text: &str| Input::new(kind, root.join(kind.file_name()), text.into());
    Repository {
        main: input(InputKind::Main, main),
        local: local.map(|text| input(InputKind::Local, text)),
        watch: Watch::default(),
        root,
    }
}

fn names() -> (RepositoryId, EnvironmentName) {
    (RepositoryId::new("9f3k2v7m4q8x1c5b").unwrap(), EnvironmentName::new("dev").unwrap())
}

#[test]
fn what_was_allowed_is_the_content_not_the_path() {
    let world = World::new();
    let first = repository("/a", "one\n", None);
    world.check(&first, "asks");
    allow(&world.ambient, &first).unwrap();
    world.check(&first, "allowed");
    world.check(&repository("/second-clone", "one\n", None), "allowed");
    world.check(&repository("/a", "one\ntwo\n", None), "asks | .nexusenv + two");
    world.check(&repository("/second-clone", "two\n", None), "asks");
    world.check(&repository("/a", "one\n", None), "allowed");
}

#[test]
fn the_local_file_asks_by_itself() {
    let world = World::new();
    allow(&world.ambient, &repository("/a", "one\n", None)).unwrap();
    let both = repository("/a", "one\n", Some("mine\n"));
    world.check(&both, "asks | .nexusenv.local + mine");
    allow(&world.ambient, &both).unwrap();
    world.check(&both, "allowed");
    world.check(&repository("/a", "one\n", Some("other\n")), "asks | .nexusenv.local - mine + other");
    world.check(&repository("/a", "two\n", Some("mine\n")), "asks | .nexusenv - one + two");
}

#[test]
fn a_text_that_was_allowed_as_the_main_file_is_not_allowed_as_the_local_one() {
    let world = World::new();
    allow(&world.ambient, &repository("/a", "one\n", None)).unwrap();
    world.check(&repository("/b", "one\n", Some("one\n")), "asks | .nexusenv.local + one".split(" |").next().unwrap());
    allow(&world.ambient, &repository("/c", "x\n", Some("y\n"))).unwrap();
    world.check(&repository("/d", "y\n", None), "asks");
}

#[test]
fn denied_is_quiet_until_it_changes_or_is_allowed() {
    let world = World::new();
    let both = repository("/a", "one\n", Some("mine\n"));
    allow(&world.ambient, &both).unwrap();
    deny(&world.ambient, &both).unwrap();
    world.check(&both, "denied");
    world.check(&repository("/a", "one\n", None), "denied");
    world.check(&repository("/a", "two\n", None), "asks");
    allow(&world.ambient, &both).unwrap();
    world.check(&both, "allowed");
}

#[test]
fn allow_and_deny_replace_the_generation() {
    let world = World::new();
    let before = generation(&world.ambient);
    assert_eq!(before.absent, [world.state().join("generation")]);
    let repository = repository("/a", "one", None);
    let content = || std::fs::read(world.state().join("generation")).unwrap();
    allow(&world.ambient, &repository).unwrap();
    let first = content();
    assert_eq!(generation(&world.ambient).present.len(), 1);
    deny(&world.ambient, &repository).unwrap();
    assert_ne!(content(), first);
}

#[test]
fn the_programs_own_edit_of_an_allowed_file_stays_allowed_and_of_no_other() {
    let world = World::new();
    let old = repository("/a", "one\n", Some("mine\n"));
    follow(&world.ambient, &old, b"two\n").unwrap();
    world.check(&repository("/a", "two\n", Some("mine\n")), "asks");
    allow(&world.ambient, &old).unwrap();
    follow(&world.ambient, &old, b"two\n").unwrap();
    world.check(&repository("/a", "two\n", Some("mine\n")), "allowed");
    world.check(&repository("/a", "three\n", Some("mine\n")), "asks | .nexusenv - two + three");
}

#[test]
fn everything_kept_is_private() {
    let world = World::new();
    allow(&world.ambient, &repository("/a", "one", Some("two"))).unwrap();
    let (id, dev) = names();
    remember(
        &world.ambient,
        &id,
        &dev,
        Pin { fingerprint: [7; 16], revision: 3, protection: Protection::Open, seal: None },
        &[reader("ada")],
    )
    .unwrap();
    let mut directories = vec![world.keep.path().join("state")];
    let mut files = 0;
    while let Some(directory) = directories.pop() {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&directory), 0o700, "{}", directory.display());
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                files += 1;
            }
        }
    }
    assert_eq!(files, 6);
}

fn reader(name: &str) -> Recipient {
    Recipient { name: RecipientName::new(name).unwrap(), key: format!("ssh-ed25519 {name}") }
}

#[test]
fn the_readers_of_the_newest_revision_are_remembered() {
    let world = World::new();
    let (id, dev) = names();
    let see = |byte, revision, names: &[&str]| {
        let readers: Vec<Recipient> = names.iter().map(|name| reader(name)).collect();
        let pin = Pin { fingerprint: [byte; 16], revision, protection: Protection::Open, seal: None };
        remember(&world.ambient, &id, &dev, pin, &readers).unwrap();
        let known = super::readers(&world.ambient, &id, &dev);
        known.iter().map(|reader| reader.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(super::readers(&world.ambient, &id, &dev), []);
    assert_eq!(see(7, 3, &["ada", "bob"]), "ada bob");
    assert_eq!(see(7, 2, &["ada"]), "ada bob");
    assert_eq!(see(7, 4, &["ada", "bob", "grace"]), "ada bob grace");
    assert_eq!(see(8, 1, &["ada"]), "ada");
    assert_eq!(super::readers(&world.ambient, &id, &dev), [reader("ada")]);
}

#[test]
fn another_users_mark_is_no_word_of_this_person() {
    let mut world = World::new();
    let repository = repository("/a", "one", None);
    allow(&world.ambient, &repository).unwrap();
    world.ambient.uid += 1;
    world.check(&repository, "asks");
}

#[test]
fn without_a_state_directory_nothing_is_allowed() {
    let mut world = World::new();
    world.ambient.state_dir = None;
    let repository = repository("/a", "one", None);
    world.check(&repository, "asks");
    let error = allow(&world.ambient, &repository).unwrap_err();
    assert!(error.to_string().starts_with("there is no place to remember anything"), "{error}");
    assert_eq!(generation(&world.ambient), Watch::default());
}

#[test]
fn a_text_that_is_not_utf8_names_the_line() {
    let mut bytes = b"a\nb\n".to_vec();
    bytes.push(0xff);
    assert_eq!(text(InputKind::Main, &bytes).unwrap_err().to_string(), ".nexusenv:3: is not UTF-8");
}

#[test]
fn a_pin_never_goes_back_in_revision_unless_the_store_is_another() {
    let world = World::new();
    let (id, dev) = names();
    let check = |expected: Option<(u8, u64)>| {
        let pin = pin(&world.ambient, &id, &dev).unwrap();
        assert_eq!(pin.map(|pin| (pin.fingerprint[0], pin.revision)), expected);
    };
    let set = |byte, revision| {
        remember(
            &world.ambient,
            &id,
            &dev,
            Pin { fingerprint: [byte; 16], revision, protection: Protection::Open, seal: None },
            &[],
        )
        .unwrap();
    };
    check(None);
    set(0, 5);
    check(Some((0, 5)));
    set(0, 4);
    check(Some((0, 5)));
    set(0, 6);
    check(Some((0, 6)));
    set(0xfe, 1);
    check(Some((0xfe, 1)));
}

#[test]
fn a_damaged_pin_is_an_error_and_not_a_missing_one() {
    let world = World::new();
    let (id, dev) = names();
    let fine = Pin { fingerprint: [7; 16], revision: 3, protection: Protection::Open, seal: None };
    remember(&world.ambient, &id, &dev, fine, &[]).unwrap();
    let key = "07070707070707070707070707070707";
    let damaged = ["".to_owned(), "07".to_owned(), format!("+{} 3\n", &key[1..])];
    let more = ["x", "3 protect", "3 protected 07", "3 07", "3  "].map(|rest| format!("{key} {rest}\n"));
    for damage in damaged.into_iter().chain(more) {
        std::fs::write(pin_path(world.state(), &id, &dev), &damage).unwrap();
        assert!(pin(&world.ambient, &id, &dev).unwrap_err().to_string().ends_with("is damaged"), "{damage:?}");
    }
    remember(&world.ambient, &id, &dev, fine, &[]).unwrap();
    assert_eq!(pin(&world.ambient, &id, &dev).unwrap(), Some(fine));
    let sealed = Pin { seal: Some([0xa5; 32]), protection: Protection::Protected, ..fine };
    remember(&world.ambient, &id, &dev, sealed, &[]).unwrap();
    assert_eq!(pin(&world.ambient, &id, &dev).unwrap(), Some(sealed));
}

#[test]
fn an_id_is_known_from_the_places_where_it_was_allowed() {
    let world = World::new();
    let (id, _) = names();
    assert!(places(&world.ambient, &id).is_empty());
    for place in ["/b", "/a", "/b"] {
        settle(&world.ambient, &id, Path::new(place)).unwrap();
    }
    assert_eq!(places(&world.ambient, &id), [Path::new("/a"), Path::new("/b")]);
    let other = RepositoryId::new("anotheranotheranother").unwrap();
    assert!(places(&world.ambient, &other).is_empty());
}

#[test]
fn a_content_from_before_the_last_allow_is_older() {
    let world = World::new();
    let (first, second) = (repository("/a", "one\n", None), repository("/a", "two\n", Some("mine\n")));
    assert_eq!(age(&world.ambient, &first), Age::Latest);
    allow(&world.ambient, &first).unwrap();
    allow(&world.ambient, &second).unwrap();
    assert_eq!((age(&world.ambient, &first), age(&world.ambient, &second)), (Age::Older, Age::Latest));
    assert_eq!(age(&world.ambient, &repository("/clone", "one\n", None)), Age::Latest);
    let before = before(&world.ambient, &first).unwrap();
    assert_eq!((before.main.text.as_str(), before.local.unwrap().text.as_str()), ("two\n", "mine\n"));
    let told: Vec<String> = changes(&world.ambient, &first).into_iter().flat_map(|change| change.lines).collect();
    assert_eq!(told, ["- two", "+ one", "- mine"]);
}
