//! Ctrl-C and its like while something has begun that must be cleared away or told to its end: remembered here, and obeyed
//! by whoever asked for it. It clears nothing away itself.

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use crate::error::{Failure, Result};

/// What ends a process from outside, and can be remembered.
const SIGNALS: [libc::c_int; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];

/// The first that came; 0 where none did.
static CAME: AtomicI32 = AtomicI32::new(0);

/// So many works are in each other.
static DEPTH: AtomicUsize = AtomicUsize::new(0);

/// Does the work to its end, and says which signal would have ended it before.
pub fn held<T>(work: impl FnOnce() -> T) -> (T, Option<i32>) {
    if DEPTH.fetch_add(1, Ordering::SeqCst) == 0 {
        CAME.store(0, Ordering::SeqCst);
    }
    let before: Vec<(libc::c_int, libc::sigaction)> =
        SIGNALS.into_iter().filter_map(|signal| Some((signal, take(signal)?))).collect();
    let done = work();
    for (signal, action) in &before {
        // SAFETY: what sigaction(2) has told.
        unsafe { libc::sigaction(*signal, action, std::ptr::null_mut()) };
    }
    DEPTH.fetch_sub(1, Ordering::SeqCst);
    (done, came())
}

/// The signal that came while work was held.
pub fn came() -> Option<i32> {
    Some(CAME.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
}

/// Nothing new is begun after a signal.
///
/// # Errors
/// Where one came.
pub fn check(left: &str) -> Result<()> {
    match came() {
        Some(_) => Err(Failure::new(format!("stopped, and {left}")).into()),
        None => Ok(()),
    }
}

/// Keeps a signal in mind, from any handler: it is safe in one (signal-safety(7)).
pub fn remember(signal: libc::c_int) {
    if SIGNALS.contains(&signal) {
        let _ = CAME.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst);
    }
}

fn take(signal: libc::c_int) -> Option<libc::sigaction> {
    // SAFETY: all zeroes is a valid `sigaction`; the calls fill it, and set what was filled in.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        let known = libc::sigaction(signal, std::ptr::null(), &raw mut before) == 0;
        // Where somebody wants it ignored (nohup(1)), it is.
        if !known || before.sa_sigaction == libc::SIG_IGN {
            return None;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        Some(before)
    }
}

extern "C" fn handle(signal: libc::c_int) {
    remember(signal);
}
