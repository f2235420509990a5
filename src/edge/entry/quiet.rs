//! A terminal without echo, given back as it was however the program ends: by itself, or by a signal.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicPtr, Ordering};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// What can end or stop this process from outside, and would leave the terminal silent.
const SIGNALS: [libc::c_int; 6] =
    [libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGALRM];

/// What the handler needs. Null where there is nothing to give back.
static HELD: AtomicPtr<Held> = AtomicPtr::new(std::ptr::null_mut());

struct Held {
    tty: RawFd,
    before: Termios,
    during: Termios,
    /// How each signal was taken before.
    actions: Vec<(libc::c_int, libc::sigaction)>,
}

/// The terminal without echo, until this is dropped.
pub struct Quiet<'t> {
    tty: &'t File,
    held: Box<Held>,
}

impl<'t> Quiet<'t> {
    pub fn new(tty: &'t File) -> rustix::io::Result<Self> {
        let before = tcgetattr(tty)?;
        let mut during = before.clone();
        // Without signals from keys: nothing that was typed half is to be left in the terminal's queue.
        during.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        during.special_codes[SpecialCodeIndex::VMIN] = 1;
        during.special_codes[SpecialCodeIndex::VTIME] = 0;
        let mut held = Box::new(Held { tty: tty.as_raw_fd(), before, during, actions: Vec::new() });
        held.actions = SIGNALS.iter().filter_map(|signal| Some((*signal, take(*signal)?))).collect();
        HELD.store(&raw mut *held, Ordering::SeqCst);
        let quiet = Quiet { tty, held };
        tcsetattr(tty, OptionalActions::Now, &quiet.held.during)?;
        Ok(quiet)
    }

    /// Whether more was there than was read; what was is gone.
    pub fn discard_pending(&self) -> bool {
        let mut at_once = self.held.during.clone();
        // With both at zero a read returns what is there, also when that is nothing.
        at_once.special_codes[SpecialCodeIndex::VMIN] = 0;
        let mut any = false;
        let mut sink = Zeroizing::new([0; 1024]);
        let mut tty = self.tty;
        if tcsetattr(self.tty, OptionalActions::Now, &at_once).is_ok() {
            while tty.read(sink.as_mut()).is_ok_and(|length| length > 0) {
                any = true;
            }
        }
        any
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.tty, OptionalActions::Now, &self.held.before);
        HELD.store(std::ptr::null_mut(), Ordering::SeqCst);
        for (signal, action) in &self.held.actions {
            // SAFETY: it sets what sigaction(2) has told before.
            unsafe { libc::sigaction(*signal, action, std::ptr::null_mut()) };
        }
    }
}

/// Takes a signal, and returns how it was taken before; `None` where somebody wants it ignored (nohup(1)) or has a
/// handler.
fn take(signal: libc::c_int) -> Option<libc::sigaction> {
    // SAFETY: all zeroes is a valid `sigaction`, which the call fills.
    let mut before: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: it only asks.
    let known = unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut before) } == 0;
    if !known || before.sa_sigaction != libc::SIG_DFL {
        return None;
    }
    set(signal, give_back as *const () as libc::sighandler_t);
    Some(before)
}

fn set(signal: libc::c_int, handler: libc::sighandler_t) {
    // SAFETY: all zeroes is a valid `sigaction`: no flag, so that a read is interrupted, and no further signal blocked.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    // SAFETY: the handler calls only what is safe in one.
    unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
}

/// Gives the terminal back and lets the signal do its work. After a stop that was continued, the terminal is silent again.
/// Everything in it is safe in a handler (signal-safety(7)): tcsetattr, signal, sigaction, pthread_sigmask, raise.
extern "C" fn give_back(signal: libc::c_int) {
    // SAFETY: where it is not null it is what a `Quiet` holds that is not dropped yet.
    let Some(held) = (unsafe { HELD.load(Ordering::SeqCst).as_ref() }) else { return };
    // SAFETY: the file is open as long as the `Quiet` is there.
    let tty = unsafe { BorrowedFd::borrow_raw(held.tty) };
    // Also from the background, where it would stop this process instead (tcsetattr(3)).
    // SAFETY: signal(2) with an action that it defines itself.
    let before = unsafe { libc::signal(libc::SIGTTOU, libc::SIG_IGN) };
    let _ = tcsetattr(tty, OptionalActions::Now, &held.before);
    set(signal, libc::SIG_DFL);
    // SAFETY: back to what it was.
    unsafe { libc::signal(libc::SIGTTOU, before) };
    // SAFETY: a set of signals of ours, filled before it is used.
    unsafe {
        let mut this: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut this);
        libc::sigaddset(&raw mut this, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const this, std::ptr::null_mut());
        libc::raise(signal);
    }
    // Only a stop comes here.
    set(signal, give_back as *const () as libc::sighandler_t);
    let _ = tcsetattr(tty, OptionalActions::Now, &held.during);
}
