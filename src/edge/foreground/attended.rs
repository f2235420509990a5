//! Runs a program to its end as if it stood in this one's place: it has the same streams but for those that are asked to be
//! seen first, it gets the signals that are sent to this process, and this process ends as it did.

use std::cell::Cell;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::Ended;
use crate::domain::text::needles::{Masking, Needles};
use crate::error::Status;
use crate::interruption;

/// Which of our streams go where what is written stays, or is passed on: neither to a terminal nor to `/dev/null`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kept {
    stdout: bool,
    stderr: bool,
    /// Both are one file, so that what is written has one order.
    together: bool,
}

impl Kept {
    pub fn look() -> Kept {
        let of = |stream: BorrowedFd<'_>| {
            let stat = rustix::fs::fstat(stream).ok()?;
            let nothing =
                rustix::fs::stat("/dev/null").is_ok_and(|null| null.st_rdev == stat.st_rdev && stat.st_rdev != 0);
            let kept = !nothing && !rustix::termios::isatty(stream);
            kept.then_some((stat.st_dev, stat.st_ino))
        };
        let (stdout, stderr) = (of(rustix::stdio::stdout()), of(rustix::stdio::stderr()));
        Kept { stdout: stdout.is_some(), stderr: stderr.is_some(), together: stdout.is_some() && stdout == stderr }
    }

    pub fn any(self) -> bool {
        self.stdout || self.stderr
    }
}

/// Runs the command to its end.
///
/// # Errors
/// Where it could not be started: those of execve(2).
pub fn run(command: Command) -> io::Result<Ended> {
    attend(command, Vec::new())
}

/// Runs the command in this process's place, which passes on how it ended. Where this one is killed, so is the command. In what it
/// writes to the streams that are kept, the needles are replaced, and the watched words are looked for.
///
/// # Errors
/// As for [`run`].
pub fn in_our_place(mut command: Command, masked: Option<(&Needles, Kept)>, watched: &Watched) -> io::Result<Ended> {
    #[cfg(target_os = "linux")]
    {
        let follow = || match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        };
        // SAFETY: prctl(2) is a system call and nothing else.
        unsafe { command.pre_exec(follow) };
    }
    let mut channels = Vec::new();
    if let Some((needles, kept)) = masked {
        let mut channel = |to: BorrowedFd<'static>| -> io::Result<PipeWriter> {
            let (reader, writer) = io::pipe()?;
            channels.push(Channel { reader, to, masking: Masking::new(needles), watched, last: Zeroizing::default() });
            Ok(writer)
        };
        if kept.stdout {
            let writer = channel(rustix::stdio::stdout())?;
            if kept.together {
                command.stderr(writer.try_clone()?);
            }
            command.stdout(writer);
        }
        if kept.stderr && !kept.together {
            command.stderr(channel(rustix::stdio::stderr())?);
        }
    }
    attend(command, channels)
}

impl Ended {
    /// Ends this process as the command ended: a signal that ended it ends this one, too.
    pub fn pass_on(self) -> Status {
        match self {
            Ended::Status(status) => Status(status as u8),
            Ended::Signal(signal) => {
                // SAFETY: a default action, and a signal to this process alone.
                unsafe {
                    libc::signal(signal, libc::SIG_DFL);
                    libc::raise(signal);
                }
                // As a shell says it, where that signal ends nobody.
                Status(128_u8.wrapping_add(signal as u8))
            }
        }
    }
}

/// One stream of the command's, on its way to ours.
struct Channel<'n> {
    reader: PipeReader,
    to: BorrowedFd<'static>,
    masking: Masking<'n>,
    watched: &'n Watched,
    /// The end of what it wrote last: the watched words may come in two pieces.
    last: Zeroizing<Vec<u8>>,
}

/// Words that tell something about the command, wherever it writes them.
#[derive(Debug)]
pub struct Watched {
    words: &'static str,
    seen: Cell<bool>,
}

impl Watched {
    pub fn new(words: &'static str) -> Watched {
        Watched { words, seen: Cell::new(false) }
    }

    /// Whether they were written to a stream that is kept.
    pub fn seen(&self) -> bool {
        self.seen.get()
    }

    /// `last` is the end of what came before, and then of this.
    fn look(&self, last: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
        let words = self.words.as_bytes();
        let both = Zeroizing::new([last.as_slice(), bytes].concat());
        self.seen.set(self.seen() || both.windows(words.len()).any(|part| part == words));
        *last = Zeroizing::new(both[both.len().saturating_sub(words.len())..].to_vec());
    }
}

impl Channel<'_> {
    /// Takes what is there; whether more may come.
    fn pass(&mut self) -> bool {
        let mut bytes = Zeroizing::new(vec![0; 64 * 1024]);
        match self.reader.read(&mut bytes) {
            Ok(0) => {
                let _ = write(self.to, &self.masking.end());
                false
            }
            Ok(length) => {
                self.watched.look(&mut self.last, &bytes[..length]);
                write(self.to, &self.masking.feed(&bytes[..length])).is_ok()
            }
            Err(error) => error.kind() == io::ErrorKind::Interrupted,
        }
    }
}

fn write(to: BorrowedFd<'_>, mut bytes: &[u8]) -> rustix::io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(to, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::INTR) => {}
            // Somebody made our stream one that does not wait.
            Err(Errno::AGAIN) => drop(poll(&mut [PollFd::from_borrowed_fd(to, PollFlags::OUT)], None)),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn attend(mut command: Command, mut channels: Vec<Channel<'_>>) -> io::Result<Ended> {
    let (bell, ringer) = io::pipe()?;
    CAME.store(0, Ordering::SeqCst);
    let attending = Attending::begin(&ringer);
    let started = command.spawn();
    // The writing ends of the channels are in it.
    drop(command);
    let mut child = started?;
    is_there(child.id() as i32);
    let status = wait(&mut child, &bell, &mut channels);
    CHILD.store(0, Ordering::SeqCst);
    let status = status?;
    // What it wrote before it ended.
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    loop {
        let ready = channels_ready(&channels, &[], Some(&at_once));
        if !ready.contains(&true) {
            break;
        }
        pass(&mut channels, &ready);
    }
    drop(attending);
    if !channels.is_empty() {
        stay_behind(channels);
    }
    Ok(status.code().map_or(Ended::Signal(status.signal().unwrap_or(0)), Ended::Status))
}

/// Passes on what comes until the command has ended.
fn wait(child: &mut Child, bell: &PipeReader, channels: &mut Vec<Channel<'_>>) -> io::Result<std::process::ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let mut ready = channels_ready(channels, &[bell.as_fd()], None);
        if ready.pop() == Some(true) {
            let mut rung = bell;
            let _ = rung.read(&mut [0; 64]);
        }
        pass(channels, &ready);
    }
}

fn pass(channels: &mut Vec<Channel<'_>>, ready: &[bool]) {
    let mut ready = ready.iter();
    channels.retain_mut(|channel| !ready.next().is_some_and(|ready| *ready) || channel.pass());
}

/// Which of the channels, and then of the others, have something to read, or will never have.
fn channels_ready(channels: &[Channel<'_>], others: &[BorrowedFd<'_>], wait: Option<&Timespec>) -> Vec<bool> {
    let all = channels.iter().map(|channel| channel.reader.as_fd()).chain(others.iter().copied());
    let mut all: Vec<PollFd<'_>> = all.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
    match poll(&mut all, wait) {
        Ok(_) => all.iter().map(|fd| !fd.revents().is_empty()).collect(),
        Err(_) => vec![false; all.len()],
    }
}

/// Something that the command left running has its streams still: a process of ours goes on for it, as long as it writes.
fn stay_behind(mut channels: Vec<Channel<'_>>) {
    // SAFETY: this process has one thread. What the new one does is what this one would have done.
    if unsafe { libc::fork() } != 0 {
        return;
    }
    while !channels.is_empty() {
        let ready = channels_ready(&channels, &[], None);
        pass(&mut channels, &ready);
    }
    // SAFETY: _exit(2) leaves nothing undone that is ours.
    unsafe { libc::_exit(0) }
}

/// The command, for the handler; 0 where there is none.
static CHILD: AtomicI32 = AtomicI32::new(0);
/// This process, for the handler in a copy of it that is about to become the command.
static OURS: AtomicI32 = AtomicI32::new(0);
/// What came and is to be sent on, a bit for each signal.
static CAME: AtomicU32 = AtomicU32::new(0);
/// Where the handler says that a child has changed.
static RINGER: AtomicI32 = AtomicI32::new(-1);

/// What somebody may send to this process and mean the command.
const PASSED_ON: [libc::c_int; 8] = [
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGWINCH,
    libc::SIGALRM,
];

/// From here on signals go to the command, also those that came since it was started.
fn is_there(child: i32) {
    CHILD.store(child, Ordering::SeqCst);
    pass_on();
}

/// Sends what came to the command, once that is there. In two threads at once each signal is sent by one of them: whoever
/// notes it looks for the command afterwards, and whoever starts the command looks for what was noted afterwards.
fn pass_on() {
    let child = CHILD.load(Ordering::SeqCst);
    if child == 0 {
        return;
    }
    let came = CAME.swap(0, Ordering::SeqCst);
    for signal in PASSED_ON.into_iter().filter(|signal| came & (1 << signal) != 0) {
        // SAFETY: it sends a signal to a child that was not waited for.
        unsafe { libc::kill(child, signal) };
    }
}

/// While it lives, signals to this process go to the command. Those that are ignored stay so, also there.
struct Attending(Vec<(libc::c_int, libc::sigaction)>);

impl Attending {
    fn begin(ringer: &PipeWriter) -> Attending {
        RINGER.store(ringer.as_raw_fd(), Ordering::SeqCst);
        OURS.store(own_id(), Ordering::SeqCst);
        let all = PASSED_ON.into_iter().chain([libc::SIGCHLD]);
        Attending(all.filter_map(|signal| Some((signal, take(signal)?))).collect())
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        for (signal, before) in &self.0 {
            // SAFETY: what sigaction(2) has told.
            unsafe { libc::sigaction(*signal, before, std::ptr::null_mut()) };
        }
        RINGER.store(-1, Ordering::SeqCst);
    }
}

fn take(signal: libc::c_int) -> Option<libc::sigaction> {
    let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = handle;
    // SAFETY: all zeroes is a valid `sigaction`; the calls fill it, and set what was filled in.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        let known = libc::sigaction(signal, std::ptr::null(), &raw mut before) == 0;
        // Where somebody wants it ignored (nohup(1)), it is. But children are to be waited for.
        if !known || before.sa_sigaction == libc::SIG_IGN && signal != libc::SIGCHLD {
            return None;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        Some(before)
    }
}

fn own_id() -> i32 {
    // SAFETY: getpid(2) cannot fail.
    unsafe { libc::getpid() }
}

/// Everything in it is safe in a handler (signal-safety(7)): getpid, kill, raise, signal, write.
extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // Between fork(2) and execve(2) the command has this handler; Ctrl-C is for it then.
    if own_id() != OURS.load(Ordering::SeqCst) {
        // SAFETY: a default action, which is taken when this handler returns.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        return;
    }
    interruption::remember(signal);
    if signal == libc::SIGCHLD {
        // SAFETY: the descriptor is open as long as its number is there; a full pipe has rung already.
        unsafe { libc::write(RINGER.load(Ordering::SeqCst), c"!".as_ptr().cast(), 1) };
        return;
    }
    // SAFETY: the kernel gives it.
    if unsafe { info.as_ref() }.is_some_and(is_from_a_process) {
        CAME.fetch_or(1 << signal, Ordering::SeqCst);
        pass_on();
    }
}

/// What the terminal sends goes to the whole group, and so to the command as well.
#[cfg(target_os = "linux")]
fn is_from_a_process(info: &libc::siginfo_t) -> bool {
    info.si_code <= 0
}

#[cfg(not(target_os = "linux"))]
fn is_from_a_process(info: &libc::siginfo_t) -> bool {
    info.si_pid > 0
}
