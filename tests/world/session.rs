//! An interactive shell in a world, typed to like a person. Each line is answered when the next prompt stands.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use super::shell::Shell;
use super::terminal::{Terminal, rendered};
use super::{PATIENCE, World};

pub struct Session<'w> {
    world: &'w World,
    shell: Shell,
    terminal: Terminal,
    prompt: Prompt,
    said: Reply,
    files: Cell<u32>,
    /// Up to here was looked for text.
    shown: Cell<usize>,
}

/// What one line printed up to the next prompt, and its exit status.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reply {
    /// As it stands on the screen, with the world's own paths, times and numbers made the same in every run.
    pub text: String,
    pub status: i32,
}

/// A variable as the shell has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Held {
    Absent,
    /// Set, but no child sees it.
    InTheShell(Vec<u8>),
    Exported(Vec<u8>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Prompt {
    pid: u32,
    number: u32,
    status: i32,
    /// Where its mark begins and where it ends, counted from the start of the session.
    begin: usize,
    end: usize,
}

impl<'w> Session<'w> {
    /// Starts the shell in the home directory and waits for its first prompt. What came before is kept as what it said.
    #[track_caller]
    pub fn open(world: &'w World, shell: Shell) -> Session<'w> {
        let home = world.home().display().to_string();
        let terminal = Terminal::start(&shell.words(&home), world.home(), &world.variables());
        let prompt = terminal.wait("the first prompt", PATIENCE, 0, |bytes| prompt_after(bytes, 0, None));
        let text = terminal.wait("the start", PATIENCE, 0, |bytes| Some(rendered(&bytes[..prompt.begin])));
        let said = Reply { text: world.tidy(&text), status: prompt.status };
        Session { world, shell, terminal, prompt, said, files: Cell::new(0), shown: Cell::new(0) }
    }

    /// Types a line and returns what was printed before the next prompt.
    #[track_caller]
    pub fn types(&mut self, line: &str) -> &Reply {
        self.types_within(PATIENCE, line)
    }

    /// The same for a line that takes long.
    #[track_caller]
    pub fn types_within(&mut self, limit: Duration, line: &str) -> &Reply {
        let from = self.terminal.printed().max(self.prompt.end);
        self.terminal.send(format!("{line}\r").as_bytes());
        self.reads(limit, line, from)
    }

    /// Types a line that asks something, and answers it. The answer is also part of what was printed, where it echoes.
    #[track_caller]
    pub fn answers(&mut self, line: &str, question: &str, answer: &str) -> &Reply {
        let from = self.terminal.printed().max(self.prompt.end);
        self.terminal.send(line.as_bytes());
        // As a person does, who sees what they type: fish 4 draws what is typed ahead when it finds the time, over what is asked.
        let last = line.rsplit(' ').next().unwrap_or(line);
        if self.shell == Shell::Fish && last.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            self.terminal.wait(last, PATIENCE, from, |bytes| find(bytes, last.as_bytes()));
        }
        self.terminal.send(b"\r");
        // Only after <RUN>, so that the question's words in the typed line itself do not count.
        self.terminal.wait(question, PATIENCE, from, |bytes| {
            let printed = &bytes[find(bytes, b"<RUN>").map_or_else(|| find(bytes, b"\n"), Some)?..];
            find(printed, question.as_bytes())
        });
        self.terminal.send(format!("{answer}\r").as_bytes());
        self.reads(PATIENCE, line, from)
    }

    /// Types a line that may be asked about, says no to the question, and returns the status of the line.
    #[track_caller]
    pub fn types_and_says_no(&mut self, line: &str) -> i32 {
        let (from, before) = (self.terminal.printed().max(self.prompt.end), self.prompt);
        self.terminal.send(format!("{line}\r").as_bytes());
        let asked = self.terminal.wait(line, PATIENCE, from, |bytes| {
            let asks = find(bytes, b" to go on: ").is_some();
            (asks || prompt_after(bytes, 0, Some(before)).is_some()).then_some(asks)
        });
        if asked {
            self.terminal.send(b"no\r");
        }
        self.reads(PATIENCE, line, from).status
    }

    /// Presses keys without waiting for anything.
    pub fn presses(&mut self, keys: &str) {
        self.terminal.send(keys.as_bytes());
    }

    /// For what no line of a session is: somebody else reads what is printed.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Waits for text on the terminal while a line is still running.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        self.terminal.wait(text, PATIENCE, self.prompt.end, |bytes| find(bytes, text.as_bytes()));
    }

    /// The same for text that may have been there before: what was printed until now does not count again.
    #[track_caller]
    pub fn shows_again(&mut self, text: &str) {
        let from = self.prompt.end.max(self.shown.get());
        let at = self.terminal.wait(text, PATIENCE, from, |bytes| find(bytes, text.as_bytes()));
        self.shown.set(from + at + text.len());
    }

    /// Waits for the prompt that ends the line which is running.
    #[track_caller]
    pub fn returns(&mut self) -> &Reply {
        self.reads(PATIENCE, "the line that is running", self.prompt.end)
    }

    /// Types a line and then empty ones until `word` was printed, and returns all that was: for what happens by the
    /// clock. Each prompt is a full turn of the shell, so nothing here waits for time itself, and it does not matter
    /// at which of the prompts a busy machine came to it.
    #[track_caller]
    pub fn types_until(&mut self, line: &str, word: &str) -> String {
        let deadline = std::time::Instant::now() + PATIENCE;
        let mut told = self.types(line).text.clone();
        while !told.contains(word) {
            assert!(std::time::Instant::now() < deadline, "`{word}` was not printed within {PATIENCE:?}:\n{told}");
            let more = &self.types("").text;
            if !more.is_empty() {
                told = format!("{told}\n{more}");
            }
        }
        told
    }

    /// Waits, prompt by prompt, until the hook has nothing more to look at. Files that are younger than the clock's
    /// grain are loaded once more, and a story that is about one load alone must not meet that other one.
    #[track_caller]
    pub fn settles(&mut self) {
        let deadline = std::time::Instant::now() + PATIENCE;
        while self.types("__nexus_env_same").status != 0 {
            assert!(std::time::Instant::now() < deadline, "each prompt loads");
        }
    }

    /// What the last line printed.
    pub fn said(&self) -> &Reply {
        &self.said
    }

    /// The process number of the shell that shows the prompt.
    pub fn pid(&self) -> u32 {
        self.prompt.pid
    }

    /// What a program started at this prompt is given.
    #[track_caller]
    pub fn env_of_child(&mut self) -> BTreeMap<String, Vec<u8>> {
        let file = self.new_file();
        self.types(&format!("command env -0 >{file}")).ends_with_status(0);
        let text = std::fs::read(&file).expect("what `env -0` wrote");
        text.split(|&byte| byte == 0)
            .filter_map(|entry| {
                let at = entry.iter().position(|&byte| byte == b'=')?;
                Some((String::from_utf8_lossy(&entry[..at]).into_owned(), entry[at + 1..].to_vec()))
            })
            .collect()
    }

    /// A variable as the shell has it: absent, set or exported, byte by byte.
    #[track_caller]
    pub fn holds(&mut self, name: &str) -> Held {
        if let Some(value) = self.env_of_child().remove(name) {
            return Held::Exported(value);
        }
        let file = self.new_file();
        self.types(&self.shell.saves(name, &file));
        std::fs::read(&file).map_or(Held::Absent, Held::InTheShell)
    }

    /// Leaves the shell and returns its exit status.
    #[track_caller]
    pub fn leaves(mut self, line: &str) -> u32 {
        self.terminal.send(format!("{line}\r").as_bytes());
        self.terminal.ends()
    }

    fn new_file(&self) -> String {
        self.files.set(self.files.get() + 1);
        self.world.outside(&format!("seen-{}-{}", self.prompt.pid, self.files.get())).display().to_string()
    }

    #[track_caller]
    fn reads(&mut self, limit: Duration, line: &str, from: usize) -> &Reply {
        let before = self.prompt;
        let what = format!("the prompt after `{line}`");
        let (prompt, text) = self.terminal.wait(&what, limit, 0, |bytes| {
            let prompt = prompt_after(bytes, from, Some(before))?;
            Some((prompt, rendered(&told(&bytes[from..prompt.begin]))))
        });
        self.prompt = prompt;
        // fish marks output that does not end in a newline.
        self.said = Reply { text: self.world.tidy(text.trim_end_matches('⏎')), status: prompt.status };
        &self.said
    }
}

impl Reply {
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn status(&self) -> i32 {
        self.status
    }

    /// The whole of what was printed.
    #[track_caller]
    pub fn prints(&self, expected: &str) -> &Self {
        assert_eq!(self.text, expected);
        self
    }

    #[track_caller]
    pub fn ends_with_status(&self, expected: i32) -> &Self {
        assert_eq!(self.status, expected, "it printed:\n{}", self.text);
        self
    }
}

impl Held {
    pub fn exported(value: impl AsRef<[u8]>) -> Held {
        Held::Exported(value.as_ref().to_vec())
    }

    pub fn in_the_shell(value: impl AsRef<[u8]>) -> Held {
        Held::InTheShell(value.as_ref().to_vec())
    }
}

/// What a line printed, and what it was asked before it ran. The line itself is none of it, nor is the prompt that is drawn
/// again behind a question, nor a refused line that is put back on the screen.
fn told(printed: &[u8]) -> Vec<u8> {
    let Some(run) = find(printed, b"<RUN>") else {
        return printed[find(printed, b"\n").map_or(0, |at| at + 1)..].to_vec();
    };
    let (before, behind) = (&printed[..run], &printed[run + b"<RUN>".len()..]);
    let asked = find(before, b"nexus-env:").map_or(&before[run..], |at| {
        let line = (0..at).rev().find(|at| matches!(before[*at], b'\n' | b'\r')).map_or(0, |at| at + 1);
        let begin = find(before, b"\n").map_or(line, |first| line.min(first + 1));
        let end = (at..run).rev().find(|at| before[*at..].starts_with(b"<N")).unwrap_or(at);
        &before[begin..end.max(begin)]
    });
    // fish resets its colours first.
    let put_back = find(behind, b"\x1b[A\r\x1b[J").filter(|at| !behind[..*at].contains(&b'\n'));
    let behind = match put_back.map(|at| &behind[at + b"\x1b[A\r\x1b[J".len()..]) {
        Some(line) if line.starts_with(b"> ") => &line[find(line, b"\n").map_or(0, |at| at + 1)..],
        Some(rest) => rest,
        None => behind,
    };
    [asked, behind].concat()
}

/// The first prompt after `from` that is not the redrawing of `known`.
fn prompt_after(bytes: &[u8], from: usize, known: Option<Prompt>) -> Option<Prompt> {
    let mut at = from;
    loop {
        let begin = at + find(&bytes[at..], b"<N")?;
        at = begin + 2;
        let Some(length) = find(&bytes[at..], b"> ").filter(|&length| length < 40) else { continue };
        let Some(prompt) = std::str::from_utf8(&bytes[at..at + length]).ok().and_then(|mark| {
            let (id, status) = mark.split_once("X:")?;
            let (pid, number) = id.split_once('.')?;
            let end = at + length + 2;
            let (pid, number) = (pid.parse().ok()?, number.parse().ok()?);
            Some(Prompt { pid, number, status: status.parse().ok()?, begin, end })
        }) else {
            continue;
        };
        if known.is_none_or(|known| (known.pid, known.number) != (prompt.pid, prompt.number)) {
            return Some(prompt);
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
