//! The cell in which the guard judges: where it takes too long, takes too much memory, overruns its stack or breaks down,
//! it says what was prepared and the program ends with that status. It is silent as long as all is well.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// How long the guard may look before it counts as hanging, in seconds: several times what its slowest evidence takes.
pub const LIMIT: u32 = 8;

/// The same where a coding agent waits, whose own patience ends earlier.
pub const AGENTS_LIMIT: u32 = 5;

/// How much the guard may hold, in bytes: many times what the longest script takes.
const MOST_MEMORY: usize = 512 * 1024 * 1024;

/// What is said, and how the program ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastWords {
    pub stdout: String,
    pub stderr: String,
    pub exit: u8,
}

/// Never freed: the handler may need it at any moment.
static PREPARED: AtomicPtr<LastWords> = AtomicPtr::new(std::ptr::null_mut());

/// What the alarm's signal did before: a command that `run` becomes gets it back.
static BEFORE: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);

/// What is allocated now, and how much may be.
static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Where the handlers run when the stack itself is used up (sigaltstack(2)); a signal's frame is some kilobytes.
static mut SPARE: [u8; 64 * 1024] = [0; 64 * 1024];

/// What ends a program that broke down: its stack overrun, and what the standard library does where memory cannot be had
/// or a panic is no longer told.
const BREAKS: [libc::c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGABRT, libc::SIGILL, libc::SIGFPE];

/// From now on the program has `seconds` and a share of the memory. A second call begins anew.
pub fn arm(seconds: u32, words: LastWords) {
    PREPARED.store(Box::leak(Box::new(words)), Ordering::SeqCst);
    MOST.store(MOST_MEMORY, Ordering::SeqCst);
    std::panic::set_hook(Box::new(|_| broken(0)));
    let handler: extern "C" fn(libc::c_int) = broken;
    let stack = libc::stack_t { ss_sp: (&raw mut SPARE).cast(), ss_flags: 0, ss_size: 64 * 1024 };
    // SAFETY: the handler calls nothing but write(2) and _exit(2), which are async-signal-safe; the spare stack is static and
    // nobody else's; an empty `sigaction` is a valid one, and alarm(2) cannot fail.
    unsafe {
        libc::sigaltstack(&stack, std::ptr::null_mut());
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_ONSTACK;
        for signal in BREAKS {
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
        let before = libc::signal(libc::SIGALRM, handler as libc::sighandler_t);
        if before != handler as libc::sighandler_t && before != libc::SIG_ERR {
            BEFORE.store(before, Ordering::SeqCst);
        }
        libc::alarm(seconds);
    }
}

/// Gives all the time and memory in the world: before a question to a person, and before the program becomes another one,
/// since an alarm survives that (alarm(2)).
pub fn disarm() {
    MOST.store(usize::MAX, Ordering::SeqCst);
    // SAFETY: alarm(2) cannot fail; `signal` gets constants, and what it returned.
    unsafe {
        libc::alarm(0);
        libc::signal(libc::SIGALRM, BEFORE.load(Ordering::SeqCst));
        for signal in BREAKS {
            libc::signal(signal, libc::SIG_DFL);
        }
    }
    drop(std::panic::take_hook());
}

extern "C" fn broken(_signal: libc::c_int) {
    // SAFETY: it points to what `arm` leaked, or to nothing.
    match unsafe { PREPARED.load(Ordering::SeqCst).as_ref() } {
        Some(words) => end(words),
        // SAFETY: _exit(2) is async-signal-safe.
        None => unsafe { libc::_exit(3) },
    }
}

/// The system's allocator, with an eye on how much the guard holds.
pub struct Counting;

/// Notes what is asked for. Where it is too much, or is not to be had, the guard ends here.
fn taken(pointer: *mut u8, more: usize) -> *mut u8 {
    let used = USED.fetch_add(more, Ordering::Relaxed).wrapping_add(more);
    let most = MOST.load(Ordering::Relaxed);
    if most != usize::MAX && (used > most || pointer.is_null()) {
        broken(0);
    }
    pointer
}

// SAFETY: every call is handed to the system's allocator as it is; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `System`.
        taken(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        taken(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        taken(unsafe { System.realloc(pointer, layout, size) }, size)
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

    fn deep(at: u64) -> u64 {
        let here = std::hint::black_box([at; 64]);
        if here[63] == 0 { 0 } else { deep(at + 1) + here[at as usize % 64] }
    }

    #[test]
    fn a_child() {
        match std::env::var(CHILD).as_deref() {
            Ok("hangs") => {
                arm(1, words());
                let _ = std::io::stdin().read(&mut [0]);
            }
            Ok("panics") => {
                arm(30, words());
                assert!(std::env::var(CHILD).is_err());
            }
            Ok("aborts") => {
                arm(30, words());
                std::process::abort();
            }
            Ok("eats") => {
                arm(30, words());
                let all: Vec<Vec<u8>> = (0..1_000_000).map(|_| vec![1; 1024]).collect();
                assert!(all.is_empty());
            }
            Ok("asks for too much at once") => {
                arm(30, words());
                let all: Vec<u8> = Vec::with_capacity(isize::MAX as usize - 64);
                assert!(all.capacity() == 0);
            }
            Ok("overruns its stack") => {
                arm(30, words());
                assert_eq!(deep(1), 0);
            }
            Ok("is in time") => {
                arm(1, words());
                disarm();
                assert_eq!(vec![1; MOST_MEMORY + 1].len(), MOST_MEMORY + 1);
            }
            Ok(_) | Err(_) => {}
        }
    }

    #[test]
    fn who_hangs_overruns_or_breaks_down_is_ended_with_the_last_words() {
        for what in ["hangs", "panics", "aborts", "eats", "asks for too much at once", "overruns its stack"] {
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
