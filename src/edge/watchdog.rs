//! The guard's last word when it hangs or breaks down: after a time, or at a panic, it says what was prepared and the
//! program ends with that status. It is silent as long as all is well.

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// How long the guard may look before it counts as hanging, in seconds: several times what its slowest evidence takes.
pub const LIMIT: u32 = 10;

/// What is said, and how the program ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastWords {
    pub stdout: String,
    pub stderr: String,
    pub exit: u8,
}

/// Never freed: the handler may need it at any moment.
static PREPARED: AtomicPtr<LastWords> = AtomicPtr::new(std::ptr::null_mut());

/// What the signal did before: a command that `run` becomes gets it back.
static BEFORE: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);

/// From now on the program has `seconds`. A second call begins anew.
pub fn arm(seconds: u32, words: LastWords) {
    PREPARED.store(Box::leak(Box::new(words)), Ordering::SeqCst);
    let handler: extern "C" fn(libc::c_int) = expired;
    // SAFETY: the handler calls nothing but write(2) and _exit(2), which are async-signal-safe; alarm(2) cannot fail.
    unsafe {
        let before = libc::signal(libc::SIGALRM, handler as libc::sighandler_t);
        if before != handler as libc::sighandler_t && before != libc::SIG_ERR {
            BEFORE.store(before, Ordering::SeqCst);
        }
        libc::alarm(seconds);
    }
}

/// Gives all the time in the world: before a question to a person, and before the program becomes another one, since an
/// alarm survives that (alarm(2)).
pub fn disarm() {
    // SAFETY: alarm(2) cannot fail.
    unsafe {
        libc::alarm(0);
        libc::signal(libc::SIGALRM, BEFORE.load(Ordering::SeqCst));
    }
}

/// At a panic the program ends with these words in place of its usual ones.
pub fn at_panic(words: LastWords) {
    std::panic::set_hook(Box::new(move |_| end(&words)));
}

extern "C" fn expired(_signal: libc::c_int) {
    // SAFETY: it points to what `arm` leaked, or to nothing.
    match unsafe { PREPARED.load(Ordering::SeqCst).as_ref() } {
        Some(words) => end(words),
        // SAFETY: _exit(2) is async-signal-safe.
        None => unsafe { libc::_exit(3) },
    }
}

fn end(words: &LastWords) {
    for (stream, text) in [(libc::STDOUT_FILENO, &words.stdout), (libc::STDERR_FILENO, &words.stderr)] {
        if !text.is_empty() {
            // SAFETY: the pointer and the length are of one live text; a failure changes nothing.
            let _ = unsafe { libc::write(stream, text.as_ptr().cast(), text.len()) };
        }
    }
    // SAFETY: _exit(2) is async-signal-safe, and nothing of ours waits to be written.
    unsafe { libc::_exit(libc::c_int::from(words.exit)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::process::{Command, Stdio};

    const CHILD: &str = "NEXUS_ENV_TEST_CHILD";

    fn words() -> LastWords {
        LastWords { stdout: "out\n".to_owned(), stderr: "err\n".to_owned(), exit: 3 }
    }

    /// Runs `a_child` below in a process of its own, and returns its status and what it printed.
    fn child(what: &str) -> (Option<i32>, String, String) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "edge::watchdog::tests::a_child", "--nocapture", "--test-threads=1"])
            .env(CHILD, what)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Held open, so that the child waits on it for good.
        let stdin = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    #[test]
    fn a_child() {
        match std::env::var(CHILD).as_deref() {
            Ok("hangs") => {
                arm(1, words());
                let _ = std::io::stdin().read(&mut [0]);
            }
            Ok("panics") => {
                at_panic(words());
                assert!(std::env::var(CHILD).is_err());
            }
            Ok("is in time") => {
                arm(1, words());
                disarm();
            }
            Ok(_) | Err(_) => {}
        }
    }

    #[test]
    fn who_hangs_or_panics_is_ended_with_the_last_words() {
        for what in ["hangs", "panics"] {
            let (status, stdout, stderr) = child(what);
            assert_eq!((status, stderr.as_str()), (Some(3), "err\n"), "{what}: {stdout}");
            assert!(stdout.ends_with("out\n"), "{what}: {stdout}");
        }
    }

    #[test]
    fn who_is_in_time_is_left_alone() {
        let (status, stdout, _) = child("is in time");
        assert!(status == Some(0) && !stdout.contains("out\n"), "{stdout}");
    }
}
