//! The names of files that are written beside others and then renamed over them, and what becomes of the ones whose writer
//! was killed in between.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::process::Pid;

/// No write takes that long: what is older was left by a process whose number another one has now.
const LONGEST_WRITE: Duration = Duration::from_secs(60 * 60);

/// A name in the same directory that nobody else uses, hidden, with this process's number in it.
pub fn name(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{:08x}.new", std::process::id(), rand::random::<u32>()));
    path.with_file_name(name)
}

/// Removes what killed writers left in a directory, and nothing else: files with a name of ours whose writer is no longer
/// there. That there is none, or no such directory, is no error.
pub fn sweep(directory: &Path) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        if let Some(writer) = writer(&entry.file_name())
            && (!is_alive(writer) || is_old(&entry.path()))
        {
            // Somebody else may sweep at this moment, and a directory of that name is none of ours: both fail.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The number of the process that made a file of this name, where [`name`] made it.
fn writer(name: &OsStr) -> Option<i32> {
    let rest = name.as_bytes().strip_prefix(b".")?.strip_suffix(b".new")?;
    let (rest, random) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
    let rest = rest.strip_suffix(b"-")?;
    let dot = rest.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > 0)?;
    let digits = std::str::from_utf8(&rest[dot + 1..]).ok()?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && random.iter().all(u8::is_ascii_hexdigit);
    digits.parse().ok().filter(|&number: &i32| plain && number > 0)
}

/// Also where it is another user's (kill(2): `EPERM`).
fn is_alive(number: i32) -> bool {
    let pid = Pid::from_raw(number);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

fn is_old(path: &Path) -> bool {
    let modified = std::fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|time| SystemTime::now().duration_since(time).ok());
    age.is_some_and(|age| age > LONGEST_WRITE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, number: Option<i32>) {
        assert_eq!(writer(OsStr::new(file)), number, "{file}");
    }

    #[test]
    fn knows_its_own_names_and_no_others() {
        let own = name(Path::new("/a/.nexusenv"));
        assert_eq!(writer(own.file_name().unwrap()), i32::try_from(std::process::id()).ok());
        check("..nexusenv.4242-0000abcd.new", Some(4242));
        check(".a.b.1-ffffffff.new", Some(1));
        check(".nexusenv.new", None);
        check("nexusenv.4242-0000abcd.new", None);
        check(".4242-0000abcd.new", None);
        check(".a.4242-0000abcg.new", None);
        check(".a.+242-0000abcd.new", None);
        check(".a.0-0000abcd.new", None);
        check(".a.4242-0000abcd", None);
        check(".new", None);
    }

    #[test]
    fn sweeps_what_the_dead_left_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let (own, first) = (std::process::id(), format!(".b.{}-00000000.new", std::process::id()));
        let old = format!(".c.{own}-00000000.new");
        // Above the largest number that Linux gives (proc(5), pid_max: 4194304).
        for name in [".a.4194305-00000000.new", &first, &old, ".a.new", "a"] {
            std::fs::write(dir.path().join(name), "half").unwrap();
        }
        std::fs::create_dir(dir.path().join(".d.4194305-00000000.new")).unwrap();
        let file = std::fs::File::options().write(true).open(dir.path().join(&old)).unwrap();
        file.set_modified(SystemTime::now() - 2 * LONGEST_WRITE).unwrap();
        sweep(dir.path());
        sweep(&dir.path().join("none"));
        let mut left: Vec<_> =
            std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, [".a.new", first.as_str(), ".d.4194305-00000000.new", "a"]);
    }
}
