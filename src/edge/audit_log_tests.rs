//! The log beside other writers, on a full disk, and where somebody else put something in its place.

use super::*;
use crate::domain::page::audit_entry::{self, Event};
use crate::domain::sample;
use crate::domain::session::ambient::Timestamp;

fn ambient(directory: &Path) -> Ambient {
    Ambient {
        state_dir: Some(directory.join("state/nexus-env")),
        now: Timestamp { seconds: 1_700_000_000, nanoseconds: 0 },
        uid: rustix::process::geteuid().as_raw(),
        ..sample::ambient()
    }
}

fn entry(detail: &str) -> Entry {
    Entry::new(Event::Blocked).command("prisma db push").detail(detail)
}

fn details(ambient: &Ambient) -> (Vec<String>, usize) {
    let (lines, torn) = audit_entry::read(&read(ambient).0);
    (lines.iter().filter_map(|line| line.text("detail").map(str::to_owned)).collect(), torn)
}

#[test]
fn lines_are_appended_in_a_file_of_this_user_alone() {
    let directory = tempfile::tempdir().unwrap();
    let ambient = ambient(directory.path());
    append(&ambient, &entry("one"), None).unwrap();
    append(&ambient, &entry("two"), Some("CLAUDECODE")).unwrap();
    assert_eq!(details(&ambient), (vec!["one".to_owned(), "two".to_owned()], 0));
    let path = path(&ambient).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"agent\":\"CLAUDECODE\""));
}

#[test]
fn nothing_is_written_through_a_link_or_into_what_is_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let ambient = ambient(directory.path());
    let (path, other) = (path(&ambient).unwrap(), directory.path().join("other"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&other, "mine\n").unwrap();
    std::os::unix::fs::symlink(&other, &path).unwrap();
    let error = append(&ambient, &entry("one"), None).unwrap_err().to_string();
    assert!(error.ends_with("it is a symbolic link"), "{error}");
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine\n");
    std::fs::remove_file(&path).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let error = append(&ambient, &entry("one"), None).unwrap_err().to_string();
    assert!(error.ends_with("it is no regular file"), "{error}");
    assert_eq!(read(&ambient).1.len(), 1);
}

#[test]
fn another_users_file_is_not_written_to() {
    let directory = tempfile::tempdir().unwrap();
    let mut other = ambient(directory.path());
    append(&other, &entry("one"), None).unwrap();
    other.uid += 1;
    let error = append(&other, &entry("two"), None).unwrap_err().to_string();
    assert!(error.ends_with("its directory is another user's"), "{error}");
    let refused = open_ours(&other, &path(&other).unwrap(), OpenOptions::new().read(true)).unwrap_err();
    assert_eq!(refused.to_string(), "it is another user's");
}

#[test]
fn a_torn_line_is_closed_by_the_next_one() {
    let directory = tempfile::tempdir().unwrap();
    let ambient = ambient(directory.path());
    append(&ambient, &entry("one"), None).unwrap();
    let path = path(&ambient).unwrap();
    File::options().append(true).open(&path).unwrap().write_all(b"{\"time\":\"20").unwrap();
    append(&ambient, &entry("two"), None).unwrap();
    assert_eq!(details(&ambient), (vec!["one".to_owned(), "two".to_owned()], 1));
}

#[test]
fn writers_at_the_same_time_lose_no_line_also_while_files_are_moved_aside() {
    let directory = tempfile::tempdir().unwrap();
    let ambient = ambient(directory.path());
    let path = path(&ambient).unwrap();
    let who = Who { uid: 1, pid: 2, tty: None, agent: None };
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (ambient, path, who) = (&ambient, &path, &who);
            scope.spawn(move || {
                for number in 0..100 {
                    let line = entry(&format!("{writer}.{number}")).line(who, 5);
                    written(ambient, path, &line, 2000).unwrap();
                }
            });
        }
    });
    let (mut found, torn) = details(&ambient);
    found.sort();
    let mut expected: Vec<String> = (0..800).map(|n| format!("{}.{}", n / 100, n % 100)).collect();
    expected.sort();
    assert_eq!((found, torn), (expected, 0));
    assert!(!older(&path).is_empty(), "nothing was moved aside");
}
