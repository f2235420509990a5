//! A pseudo-terminal with a program on it, and somebody who looks at the screen. It answers what a program asks of a
//! terminal, waits on a condition and never sleeps; a wait that takes too long fails with the screen in its message.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// 40 rows of 200 columns: wide enough that no line of a shell's prompt wraps.
const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(200).unwrap();
/// More than one line ever prints.
const PAPER: NonZero<u16> = NonZero::new(500).unwrap();

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    seen: Arc<Seen>,
    // The line is hung up when it is dropped.
    _master: Box<dyn MasterPty + Send>,
}

struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    bytes: Vec<u8>,
    screen: vt100::Parser,
    /// Up to here the program's questions were answered.
    answered: usize,
    ended: bool,
}

impl Terminal {
    /// Starts `words` in `directory` with exactly these variables.
    pub fn start(words: &[String], directory: &Path, variables: &[(String, String)]) -> Terminal {
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(&words[0]);
        command.args(&words[1..]);
        command.cwd(directory);
        command.env_clear();
        for (name, value) in variables {
            command.env(name, value);
        }
        let child =
            pair.slave.spawn_command(command).unwrap_or_else(|error| panic!("could not start {words:?}: {error}"));
        drop(pair.slave);
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().expect("the terminal's keyboard")));
        let mut output = pair.master.try_clone_reader().expect("the terminal's output");
        let screen = vt100::Parser::new(ROWS, COLUMNS, 0);
        let state = State { bytes: Vec::new(), screen, answered: 0, ended: false };
        let seen = Arc::new(Seen { state: Mutex::new(state), changed: Condvar::new() });
        let (eye, hand) = (Arc::clone(&seen), Arc::clone(&keyboard));
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let count = output.read(&mut buffer).unwrap_or(0);
                let mut state = eye.lock();
                state.ended = count == 0;
                state.bytes.extend_from_slice(&buffer[..count]);
                state.screen.process(&buffer[..count]);
                let answers = state.answers();
                eye.changed.notify_all();
                drop(state);
                if count == 0 {
                    return;
                }
                // A program that ended meanwhile needs no answer.
                let _ = hand.lock().expect("the keyboard").write_all(&answers);
            }
        });
        Terminal { child, keyboard, seen, _master: pair.master }
    }

    /// Presses keys; `\r` is the return key.
    pub fn send(&self, keys: &[u8]) {
        let mut keyboard = self.keyboard.lock().expect("the keyboard");
        keyboard.write_all(keys).and_then(|()| keyboard.flush()).expect("the program still reads its terminal");
    }

    /// How many bytes the program has printed.
    pub fn printed(&self) -> usize {
        self.seen.lock().bytes.len()
    }

    /// Waits until `find` sees what it looks for in the bytes after `from`, and returns what it made of them.
    #[track_caller]
    pub fn wait<T>(&self, what: &str, limit: Duration, from: usize, find: impl Fn(&[u8]) -> Option<T>) -> T {
        let deadline = Instant::now() + limit;
        let mut state = self.seen.lock();
        loop {
            if let Some(found) = find(&state.bytes[from.min(state.bytes.len())..]) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let over = if state.ended { "the program ended" } else { "nothing more came" };
            if state.ended || left.is_zero() {
                panic!(
                    "waited for {what}, but {over}; the screen:\n{}\n--- bytes:\n{}",
                    state.screen.screen().contents(),
                    state.bytes[from.min(state.bytes.len())..].escape_ascii()
                );
            }
            state = self.seen.changed.wait_timeout(state, left).expect("the screen").0;
        }
    }

    /// Waits until the program asks this after `from`, and returns where the question ends; `None` where it ended before.
    #[track_caller]
    pub fn asks(&self, question: &str, from: usize) -> Option<usize> {
        let deadline = Instant::now() + super::PATIENCE;
        let mut state = self.seen.lock();
        loop {
            let rest = &state.bytes[from.min(state.bytes.len())..];
            if let Some(at) = rest.windows(question.len()).position(|part| part == question.as_bytes()) {
                return Some(from + at + question.len());
            }
            if state.ended {
                return None;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for {question}; the screen:\n{}", state.screen.screen().contents());
            state = self.seen.changed.wait_timeout(state, left).expect("the screen").0;
        }
    }

    /// Waits until the program has ended, and returns its exit status.
    #[track_caller]
    pub fn ends(&mut self) -> u32 {
        let deadline = Instant::now() + super::PATIENCE;
        let mut state = self.seen.lock();
        while !state.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the program did not end; the screen:\n{}", state.screen.screen().contents());
            state = self.seen.changed.wait_timeout(state, left).expect("the screen").0;
        }
        drop(state);
        self.child.wait().expect("the program's exit status").exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let (Some(pid), Ok(None)) = (self.child.process_id(), self.child.try_wait()) {
            // SAFETY: a signal to our own child, which was not waited for yet, so that the number is still its.
            unsafe { libc::kill(pid as libc::pid_t, libc::SIGKILL) };
            let _ = self.child.wait();
        }
    }
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A failed assertion while looking at the screen must not hide itself behind a poisoned lock.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl State {
    /// What a terminal says to the questions that came since the last time. fish 4 and others ask for the device
    /// (`ESC [ c`), the cursor (`ESC [ 6 n`) and the colours (`OSC 10`, `OSC 11`), and wait.
    fn answers(&mut self) -> Vec<u8> {
        let (row, column) = self.screen.screen().cursor_position();
        let questions: [(&[u8], String); 5] = [
            (b"\x1b[c", "\x1b[?62;c".into()),
            (b"\x1b[0c", "\x1b[?62;c".into()),
            (b"\x1b[6n", format!("\x1b[{};{}R", row + 1, column + 1)),
            (b"\x1b]10;?", "\x1b]10;rgb:ffff/ffff/ffff\x1b\\".into()),
            (b"\x1b]11;?", "\x1b]11;rgb:0000/0000/0000\x1b\\".into()),
        ];
        let mut out = Vec::new();
        while self.answered < self.bytes.len() {
            let rest = &self.bytes[self.answered..];
            if let Some((question, answer)) = questions.iter().find(|(question, _)| rest.starts_with(question)) {
                out.extend_from_slice(answer.as_bytes());
                self.answered += question.len();
            } else if questions.iter().any(|(question, _)| question.starts_with(rest)) {
                break;
            } else {
                self.answered += 1;
            }
        }
        out
    }
}

/// What these bytes leave on a screen: text without colours, titles and redrawn lines; no blanks at the ends.
pub fn rendered(bytes: &[u8]) -> String {
    let mut parser = vt100::Parser::new(PAPER, COLUMNS, 0);
    parser.process(bytes);
    let lines: Vec<String> = parser.screen().contents().lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
