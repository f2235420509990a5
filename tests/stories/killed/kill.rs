//! A command of a world that is killed at each of its steps, from the same beginning each time.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::world::World;
use crate::world::terminal::Terminal;

/// What makes a difference to somebody else; names that a machine does not have are left out (strace(1), `?`).
pub const CALLS: &str =
    "?rename,renameat,?renameat2,?link,linkat,?unlink,unlinkat,?mkdir,mkdirat,?symlink,symlinkat,add_key,keyctl";

/// A command that is killed, and what was there before.
pub struct Kill<'w> {
    world: &'w World,
    words: Vec<String>,
    input: Vec<u8>,
    turns: Vec<(String, String)>,
    calls: &'w str,
    before: PathBuf,
    trace: Trace,
}

/// Where it shows how far a command came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Trace {
    Files,
    /// In what the kernel keeps, which is looked at each time.
    Kernel,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    Killed,
    Well,
    /// By itself, with another status than 0.
    Badly,
}

impl<'w> Kill<'w> {
    pub fn new(world: &'w World, words: &[&str]) -> Kill<'w> {
        let before = world.outside("before");
        copy(world.home(), &before);
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Kill { world, words, input: Vec::new(), turns: Vec::new(), calls: CALLS, before, trace: Trace::Files }
    }

    pub fn input(mut self, input: &[u8]) -> Self {
        self.input = input.to_vec();
        self
    }

    /// Before these calls, instead of the usual ones.
    pub fn before(self, calls: &'w str) -> Self {
        Kill { calls, ..self }
    }

    pub fn in_the_kernel(self) -> Self {
        Kill { trace: Trace::Kernel, ..self }
    }

    /// On a terminal, where each question gets an answer.
    pub fn answering(mut self, turns: &[(&str, &str)]) -> Self {
        self.turns = turns.iter().map(|(question, answer)| ((*question).to_owned(), (*answer).to_owned())).collect();
        self
    }

    /// Which calls an undisturbed run makes, and how often.
    pub fn made(&self) -> BTreeMap<String, usize> {
        assert_ne!(self.run(None), End::Killed, "it fails by itself: {:?}", self.words);
        let log = std::fs::read_to_string(self.log()).unwrap();
        let mut made = BTreeMap::new();
        for name in log.lines().filter_map(|line| line.split_once('(')).map(|(name, _)| name) {
            *made.entry(name.to_owned()).or_default() += 1;
        }
        made
    }

    fn log(&self) -> PathBuf {
        self.world.outside("strace")
    }

    /// What is left of the files: which are as they were, and what the others look like.
    fn left(&self) -> String {
        let mut left = String::new();
        for (name, meta) in files(self.world.home()) {
            let read = |directory: &Path| std::fs::read(directory.join(&name)).ok();
            let now = read(self.world.home());
            if meta.is_dir() || now != read(&self.before) {
                let text = now.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default();
                // `.dev.toml.4242-0badcafe.new`
                let beside = name.extension().is_some_and(|extension| extension == "new");
                let name = if beside { name.with_extension("").with_extension("") } else { name };
                left.push_str(&format!("{} {:o}\n{}\n", name.display(), meta.mode(), shape(&text)));
            }
        }
        left
    }

    /// Runs it from the same beginning, killed before the `nth` call of a kind.
    pub fn run(&self, killed: Option<(&str, usize)>) -> End {
        copy(&self.before, self.world.home());
        let mut words = ["strace", "-qq", "-o"].map(str::to_owned).to_vec();
        words.push(self.log().display().to_string());
        words.push(format!("--trace={}", self.calls));
        words.extend(killed.map(|(call, nth)| format!("--inject={call}:signal=KILL:when={nth}")));
        words.push("nexus-env".to_owned());
        words.extend(self.words.iter().cloned());
        if self.turns.is_empty() {
            let mut command = self.world.command("strace", self.world.repo());
            command.args(&words[1..]);
            return match self.world.finish(command, &self.input).status {
                0 => End::Well,
                // It has none: a signal ended it.
                128 => End::Killed,
                _ => End::Badly,
            };
        }
        let mut terminal = Terminal::start(&words, self.world.repo(), &self.world.variables());
        let mut from = 0;
        for (question, answer) in &self.turns {
            let Some(to) = terminal.asks(question, from) else { break };
            from = to;
            terminal.send(format!("{answer}\r").as_bytes());
        }
        if terminal.ends() == 0 { End::Well } else { End::Killed }
    }

    /// Kills it at every step. `state` tells what is there, and must be one of `good` each time; then `next` runs. The
    /// last of them is what an undisturbed run leaves. What is left of the files is judged once where it is the same as before
    /// another step, but for random bytes: many calls change nothing.
    #[track_caller]
    pub fn everywhere(&self, state: &dyn Fn() -> String, next: &dyn Fn()) {
        let old = state();
        self.made();
        let new = state();
        assert_ne!(old, new);
        self.between(&[old, new], state, next);
    }

    #[track_caller]
    pub fn between(&self, good: &[String], state: &dyn Fn() -> String, next: &dyn Fn()) {
        let mut seen = vec![0; good.len()];
        let mut judged = BTreeSet::new();
        for (call, count) in self.made() {
            for nth in 1..=count {
                assert_eq!(self.run(Some((&call, nth))), End::Killed, "{:?} before {call} {nth}", self.words);
                if self.trace == Trace::Files && !judged.insert(self.left()) {
                    continue;
                }
                let found = state();
                let at = good.iter().position(|good| *good == found);
                let at = at.unwrap_or_else(|| {
                    panic!("{:?} before {call} {nth} left this:\n{found}\nand not one of {good:#?}", self.words)
                });
                seen[at] += 1;
                next();
                left_over(self.world.home(), &format!("{:?} before {call} {nth}", self.words));
            }
        }
        self.run(None);
        assert_eq!(Some(&state()), good.last());
        assert!(seen[..good.len() - 1].iter().all(|count| *count > 0), "not every state was seen: {seen:?}");
    }
}

/// Makes the second directory the same as the first, and leaves alone what is.
pub fn copy(from: &Path, to: &Path) {
    if !to.exists() {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
        return;
    }
    let (wanted, there) = (files(from), files(to));
    for name in there.keys().rev().filter(|name| !wanted.contains_key(*name)) {
        let path = to.join(name);
        if there[name].is_dir() { std::fs::remove_dir(path) } else { std::fs::remove_file(path) }.unwrap();
    }
    for (name, meta) in &wanted {
        let (source, path) = (from.join(name), to.join(name));
        let same = there.get(name).is_some_and(|other| {
            let about = |meta: &std::fs::Metadata| (meta.mode(), meta.len(), meta.mtime(), meta.mtime_nsec());
            meta.is_dir() && other.mode() == meta.mode() || about(other) == about(meta)
        });
        if !same {
            assert!(!meta.is_dir() || !path.exists(), "{} has another mode", path.display());
            let _ = std::fs::remove_file(&path);
            assert!(Command::new("cp").arg("-a").arg(source).arg(path).status().unwrap().success());
        }
    }
}

/// All that is below a directory, each before what is in it.
fn files(directory: &Path) -> BTreeMap<PathBuf, std::fs::Metadata> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(&next).unwrap().map(|entry| entry.unwrap()) {
            let meta = entry.path().symlink_metadata().unwrap();
            if meta.is_dir() {
                waiting.push(entry.path());
            }
            found.insert(entry.path().strip_prefix(directory).unwrap().to_owned(), meta);
        }
    }
    found
}

/// A text without what is another each time: keys and ciphertexts, numbers of processes, times.
fn shape(text: &str) -> String {
    let is_of_a_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut shaped = String::new();
    for part in text.split_inclusive(|c| !is_of_a_word(c)) {
        let word = part.trim_end_matches(|c| !is_of_a_word(c));
        let is_number = word.len() > 1 && word.bytes().all(|b| b.is_ascii_digit());
        shaped.push_str(if is_number || word.len() >= 16 { "<>" } else { word });
        shaped.push_str(&part[word.len()..]);
    }
    shaped
}

/// After the next write nothing lies beside the files that were being written.
#[track_caller]
fn left_over(directory: &Path, when: &str) {
    for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap_or_default();
        assert!(!(name.starts_with('.') && name.ends_with(".new")), "{when}: {}", entry.path().display());
        if entry.file_type().unwrap().is_dir() && name != ".git" {
            left_over(&entry.path(), when);
        }
    }
}
