//! Real processes, started, known again and stopped.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::domain::target::started::Draft;

const PATIENCE: Duration = Duration::from_secs(60);

struct Den {
    directory: tempfile::TempDir,
}

impl Den {
    fn new() -> Den {
        Den { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn log(&self) -> PathBuf {
        log::path(self.path(), "id", "dev")
    }

    fn starts(&self, words: &[&str]) -> io::Result<Child> {
        let draft = Draft {
            version: 1,
            repository: "id".to_owned(),
            root: self.path().to_owned(),
            environment: "dev".to_owned(),
            instance: "i".to_owned(),
            port: 1,
            words: String::new(),
            since: 0,
            boot: boot(),
        };
        start(&Plan {
            words: &words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(),
            directory: self.path(),
            variables: &[("PATH".into(), "/usr/bin:/bin".into()), ("GIVEN".into(), "yes".into())],
            log: &self.log(),
            draft: &draft.line(),
            record: &Place::new(self.path(), "id", "dev"),
        })
    }

    /// Until the log says the words.
    #[track_caller]
    fn says(&self, words: &str) {
        let said = until(PATIENCE, &mut || {
            let text = std::fs::read_to_string(self.log()).unwrap_or_default();
            text.contains(words).then_some(())
        });
        assert!(said.is_some(), "{}", std::fs::read_to_string(self.log()).unwrap_or_default());
    }
}

#[test]
fn it_is_known_again_by_its_record_and_stopped_with_what_it_started() {
    let den = Den::new();
    let mut child = den.starts(&["sh", "-c", "sleep 600 & echo started $!; wait"]).unwrap();
    den.says("started");
    let running = record::running(den.path());
    let [started] = running.as_slice() else { panic!("{running:?}") };
    assert_eq!(started.pid, child.id());
    let text = std::fs::read_to_string(den.log()).unwrap();
    let grandchild: u32 = text.trim().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(belongs(started, grandchild) && !belongs(started, std::process::id()));
    assert_eq!(stop(started, PATIENCE), Stopped::Asked);
    let _ = child.wait();
    assert!(until(PATIENCE, &mut || birth(grandchild).is_none().then_some(())).is_some());
    assert_eq!(record::running(den.path()), []);
    record::sweep(den.path(), &record::lock(den.path()).unwrap());
    assert!(!den.path().join("id.dev.started").exists());
}

#[test]
fn one_that_does_not_go_is_killed() {
    let den = Den::new();
    let mut child =
        den.starts(&["sh", "-c", "trap '' TERM; echo deaf; while :; do read -r x </dev/zero; done"]).unwrap();
    den.says("deaf");
    let started = record::running(den.path()).pop().unwrap();
    assert_eq!(stop(&started, Duration::from_millis(20)), Stopped::Killed);
    let _ = child.wait();
}

#[test]
fn another_process_with_its_number_is_not_it() {
    let den = Den::new();
    let mut child = den.starts(&["cat", "/dev/zero"]).unwrap();
    let started = record::running(den.path()).pop().unwrap();
    let later = Started { birth: "1".to_owned(), ..started.clone() };
    assert!(is_alive(&started) && !is_alive(&later));
    assert_eq!(stop(&later, PATIENCE), Stopped::Asked, "nothing to wait for");
    assert!(is_alive(&started), "a process that only has the number was signalled");
    let other = Draft { boot: "another run of the machine".to_owned(), ..started.draft.clone() };
    assert!(!is_alive(&Started { draft: other, ..started.clone() }));
    assert_eq!(stop_other(started.pid, &started.birth, PATIENCE), Stopped::Asked);
    let _ = child.wait();
}

#[test]
fn a_program_that_is_missing_leaves_no_record() {
    let den = Den::new();
    assert_eq!(den.starts(&["no-such-proxy"]).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert!(!den.path().join("id.dev.started").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn it_has_no_terminal_no_descriptor_and_no_variable_of_ours() {
    let den = Den::new();
    let open = File::open("/dev/null").unwrap();
    // A descriptor that whoever started this program left open for all its children.
    let inherited = rustix::io::dup(&open).unwrap();
    rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty()).unwrap();
    let script = "cat /proc/self/stat; echo $(ls /proc/self/fd); readlink /proc/self/fd/0; env; echo end";
    let mut child = den.starts(&["sh", "-c", script]).unwrap();
    den.says("end\n");
    let _ = child.wait();
    let text = std::fs::read_to_string(den.log()).unwrap();
    let (stat, rest) = text.split_once('\n').unwrap();
    let stat: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    assert_eq!((stat[3], stat[4]), (child.id().to_string().as_str(), "0"), "its session, and its terminal: {text}");
    // 3 is the directory that `ls` reads; the shell adds variables of its own.
    let own = |line: &&str| !["PWD=", "OLDPWD=", "SHLVL=", "_="].iter().any(|name| line.starts_with(name));
    let mut rest: Vec<&str> = rest.lines().filter(own).collect();
    rest.sort_unstable();
    assert_eq!(rest, ["/dev/null", "0 1 2 3", "GIVEN=yes", "PATH=/usr/bin:/bin", "end"]);
}

#[test]
fn a_log_is_private_grows_only_so_far_and_can_be_followed() {
    let den = Den::new();
    std::fs::create_dir_all(den.path()).unwrap();
    let mut log = log::open(&den.log()).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&log.metadata().unwrap()) & 0o777, 0o600);
    log.write_all(b"one\n").unwrap();
    let (before, mut follower) = log::Follower::new(&den.log()).unwrap();
    assert_eq!(before, b"one\n");
    assert_eq!(follower.more().unwrap(), b"");
    log.write_all(b"two\n").unwrap();
    assert_eq!(follower.more().unwrap(), b"two\n");
    log.write_all(&vec![b'x'; 5 << 20]).unwrap();
    log::bound(&den.log()).unwrap();
    assert_eq!(log::length(&den.log()), 0);
    assert_eq!(log::length(&den.path().join("id.dev.log.old")), 1 << 20);
    log.write_all(b"three\n").unwrap();
    assert_eq!(follower.more().unwrap(), b"three\n");
    assert_eq!(log::after(&den.log(), 2).unwrap(), b"ree\n");
}
