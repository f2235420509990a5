//! What a command line means: which tool runs, what it does, and which database URLs it will use. Pure: the words, the
//! process's variables and the project's files come in.

mod builtin;
mod client;
mod code;
mod connect;
mod console;
pub mod datasource;
mod dotenv;
mod expand;
mod feed;
mod filter;
mod interpreter;
mod journal;
mod made;
pub mod makefile;
mod mention;
mod monorepo;
mod options;
mod printer;
mod prisma;
mod program;
mod reach;
mod recipe;
mod runner;
mod script;
mod service;
mod spelling;
mod talk;
pub mod taskfile;
mod tool;
pub mod tools;
mod uses;
mod walk;
mod wrapper;
mod writes;

pub use journal::Journal;
use journal::Wrote;
pub use mention::in_text as names_destruction;
pub use service::database_tool;
pub use uses::{Role, UrlValue, Use};

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::line;
use super::project::{Content, Files};
use super::scope::{Beaten, Fed, Origin, Scope, Value};
use super::verdict::Effect;
use crate::domain::config::name::VariableName;
use crate::domain::text::safe_text;

/// The names of all tools and clients that a rule knows.
pub fn tools() -> impl Iterator<Item = &'static str> {
    tools::TOOLS.iter().flat_map(|tool| tool.names.iter().copied()).chain(client::names())
}

/// The names of programs that run what they are given, as far as they are rows of a table.
pub fn runners() -> impl Iterator<Item = &'static str> {
    let rows = wrapper::names().chain(console::names());
    mention::RUNS.iter().copied().filter(|name| *name != "nexus-env").chain(rows)
}

/// One word that a command will get.
#[derive(Clone, Eq, PartialEq)]
pub struct Word {
    pub text: String,
    pub sure: Sure,
}

/// Whether the word is known before the line runs. An unsure one holds expansions as they are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sure {
    Yes,
    No,
}

impl Word {
    pub fn sure(text: &str) -> Self {
        Word { text: text.to_owned(), sure: Sure::Yes }
    }

    pub fn unsure(text: &str) -> Self {
        Word { text: text.to_owned(), sure: Sure::No }
    }

    /// The name of a program, wherever its file is.
    pub fn base(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or(&self.text)
    }
}

/// Variables were replaced in it, so it may be a password.
impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Word({} bytes, {:?})", self.text.len(), self.sure)
    }
}

/// A command that will run, after wrappers and runners were seen through.
#[derive(Clone, Eq, PartialEq)]
pub struct Invocation {
    pub tool: Tool,
    /// For messages: `prisma migrate dev`.
    pub name: String,
    /// The command's words, for the team's own rules.
    pub words: Vec<String>,
    /// The words of what it was found in: `npm run import`.
    pub outer: Rc<Vec<Vec<String>>>,
    pub effect: Effect,
    /// Completes "… would …": `write to`.
    pub does: &'static str,
    /// Why it is in its class.
    pub why: Cow<'static, str>,
    pub uses: Vec<Use>,
    /// How it came about: `npm run db:reset`.
    pub through: Rc<Vec<String>>,
    /// Files that were meant to set one of its variables and do not.
    pub beaten: Vec<Beaten>,
    /// The directory that it is started in.
    pub directory: PathBuf,
    /// The folder of migrations that it names itself.
    pub migrations: Option<PathBuf>,
}

/// The words hold what the shell put in the place of variables.
impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("tool", &self.tool)
            .field("name", &self.name)
            .field("words", &self.words.len())
            .field("effect", &self.effect)
            .field("uses", &self.uses)
            .field("through", &self.through)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tool {
    Prisma,
    Other,
}

/// What a line is read against.
pub struct Reader<'a> {
    pub files: &'a dyn Files,
    /// The process's own environment.
    pub process: &'a dyn Fn(&str) -> Option<String>,
    pub database_variables: &'a [VariableName],
    pub cwd: &'a Path,
    /// The root of the configuration, and where it says that Prisma's files are.
    pub root: &'a Path,
    pub prisma_directory: Option<&'a Path>,
    pub journal: Journal,
}

/// So many commands within each other are in no project: a chain of scripts is two for each.
const LONGEST_CHAIN: usize = 2000;

/// So many of its words each: a rule's stand in front.
const MOST_WORDS: usize = 500;

/// So many commands around one are kept for the team's rules.
const MOST_OUTER: usize = 200;

/// A command that was found inside another.
enum Inner<'a> {
    Command(Vec<Word>, Scope<'a>),
    Line(String, Scope<'a>),
    /// It runs something that cannot be read, and why.
    Unknown(String, Scope<'a>),
    /// Code of this program that deletes from a database by itself: from this one, where the code names it.
    Talks(String, Option<String>, Scope<'a>),
}

/// What a part of a line comes to. What was found inside a command is read after it, not within it, so that no chain of
/// scripts is too long for the stack.
enum Found<'a> {
    Is(Invocation),
    Later(Inner<'a>),
}

/// The project's files as the line will have changed them.
impl Reader<'_> {
    fn read(&self, path: &Path) -> Content {
        let now = self.files.read(path);
        match (self.journal.written(path), now) {
            // What is there may be run before it is replaced, so both are read.
            (Some(Wrote::Whole(text)), Content::Text(now)) if now != text => Content::Text(format!("{now}\n{text}")),
            (Some(Wrote::Behind(text)), Content::Text(now)) => Content::Text(now + &text),
            (Some(Wrote::Whole(text) | Wrote::Behind(text)), Content::Text(_) | Content::Missing) => {
                Content::Text(text)
            }
            (Some(_) | None, now) => now,
        }
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        self.files.names(directory)
    }

    fn first_line(&self, path: &Path) -> Option<String> {
        match self.journal.written(path) {
            Some(_) => self.read(path).text().map(|text| text.lines().next().unwrap_or_default().to_owned()),
            None => self.files.first_line(path),
        }
    }
}

impl Files for Reader<'_> {
    fn read(&self, path: &Path) -> Content {
        self.read(path)
    }

    fn names(&self, directory: &Path) -> Vec<String> {
        self.names(directory)
    }

    fn first_line(&self, path: &Path) -> Option<String> {
        self.first_line(path)
    }
}

impl<'a> Reader<'a> {
    /// Every command that these words would start.
    pub fn words(&self, words: &[String], fed: &Fed) -> Vec<Invocation> {
        let mut scope = Scope::new(self.cwd.to_owned(), self.process);
        scope.fed = fed.clone();
        let found = self.command(words.iter().map(|word| Word::sure(word)).collect(), &scope);
        self.whole(found)
    }

    /// Every command that this shell line would start.
    pub fn line(&self, text: &str) -> Vec<Invocation> {
        let mut scope = Scope::new(self.cwd.to_owned(), self.process);
        self.journal.allow_for(text);
        let found = self.text(text, &mut scope);
        self.whole(found)
    }

    /// All of a line, and what it runs of its own making.
    fn whole(&self, found: Vec<Found<'a>>) -> Vec<Invocation> {
        let mut all = self.finish(found, 0);
        if let Some(path) = self.journal.written_and_run() {
            let scope = Scope::new(self.cwd.to_owned(), self.process);
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let why = format!("the line itself writes {}, and runs it", path.display());
            all.push(self.unknown(&name, &[], why, &scope));
        }
        all
    }

    /// Reads on until nothing is left to be read, in the order in which it runs.
    fn finish(&self, found: Vec<Found<'a>>, depth: usize) -> Vec<Invocation> {
        let mut all = Vec::new();
        let mut waiting = found;
        waiting.reverse();
        while let Some(next) = waiting.pop() {
            let inner = match next {
                Found::Is(one) => {
                    all.push(one);
                    continue;
                }
                Found::Later(inner) => inner,
            };
            let mut more = match inner {
                Inner::Command(words, mut scope) => {
                    scope.depth = depth;
                    self.command(words, &scope)
                }
                Inner::Line(text, mut scope) => {
                    scope.depth = depth;
                    self.text(&text, &mut scope)
                }
                Inner::Unknown(why, scope) => {
                    let words: Vec<Word> =
                        scope.outer.last().into_iter().flatten().map(|text| Word::sure(text)).collect();
                    vec![Found::Is(self.unknown(&made::said(&words), &words, why, &scope))]
                }
                Inner::Talks(program, url, scope) => {
                    let uses = match url {
                        Some(url) => vec![reach::given("URL", &Word::sure(&url), &scope)],
                        None => uses::of_any_program(self, &scope),
                    };
                    let is = (Effect::Gated, "delete from", "its code deletes all of something from a database");
                    vec![Found::Is(self.of_a_tool(program.clone(), &program, &[], is, uses, &scope))]
                }
            };
            more.reverse();
            waiting.append(&mut more);
        }
        all
    }

    /// What a command comes to: through wrappers and runners to the tool.
    fn command(&self, words: Vec<Word>, scope: &Scope<'a>) -> Vec<Found<'a>> {
        let is = |one: Invocation| vec![Found::Is(one)];
        let mut scope = scope.clone();
        scope.depth += 1;
        scope.chain += 1;
        let assigned = words
            .iter()
            .take_while(|word| word.text.split_once('=').is_some_and(|(name, _)| line::is_name(name)))
            .count();
        for word in &words[..assigned] {
            if let Some((name, value)) = word.text.split_once('=') {
                let value = match word.sure {
                    Sure::Yes => Value::text(value),
                    Sure::No => Value::Unknown("the line computes it".to_owned()),
                };
                scope.set(name, value, Origin::Line);
            }
        }
        let words = wrapper::without_repeats(&words[assigned..]);
        let Some((first, rest)) = words.split_first() else { return Vec::new() };
        if scope.depth > walk::DEEPEST || scope.chain > LONGEST_CHAIN || !self.journal.step(words.len()) {
            let why = "it leads further than it is followed".to_owned();
            return is(self.unknown(&made::said(words), words, why, &scope));
        }
        if let Some((prefix, behind)) = program::prisma_words(words) {
            let prefix = prefix.iter().map(|word| Word::sure(word));
            let words: Vec<Word> = prefix.chain(behind.rest.iter().cloned()).collect();
            return is(self.prisma(&words, behind.major, &scope));
        }
        if let Some(named) = scope.named.get(&first.text).cloned() {
            return self.named(named, &first.text, rest, &mut scope);
        }
        let name = program::known_as(first);
        let inner = wrapper::see_through(self, name, rest, &scope)
            .or_else(|| runner::see_through(self, name, rest, &scope))
            .or_else(|| monorepo::see_through(self, name, rest, &scope))
            .or_else(|| interpreter::see_through(self, name, rest, &scope))
            .or_else(|| recipe::see_through(self, name, rest, &scope))
            .or_else(|| recipe::program(self, first, rest, &scope));
        if let Some(mut inner) = inner {
            let mut outer = scope.outer.clone();
            if outer.len() < MOST_OUTER {
                Rc::make_mut(&mut outer).push(words.iter().take(MOST_WORDS).map(|word| word.text.clone()).collect());
            }
            for inner in &mut inner {
                let (Inner::Command(_, scope)
                | Inner::Line(_, scope)
                | Inner::Unknown(_, scope)
                | Inner::Talks(_, _, scope)) = inner;
                scope.outer.clone_from(&outer);
            }
            return inner.into_iter().map(Found::Later).collect();
        }
        let known = client::read(self, name, rest, &scope).or_else(|| tool::read(self, name, rest, &scope));
        if let Some(invocation) = known {
            return is(invocation);
        }
        if first.sure == Sure::No && prisma::is_guarded(rest) {
            return is(self.prisma(rest, None, &scope));
        }
        if first.sure == Sure::No
            && let Some(invocation) = client::of_unknown_program(self, words, &scope)
        {
            return is(invocation);
        }
        // `${PACKAGE_MANAGER} run NAME`.
        if first.sure == Sure::No && rest.first().is_some_and(|word| word.text == "run") {
            let packages = script::nearest(self, &scope);
            return script::script_or_program(&packages, &rest[1..], "run", &scope)
                .into_iter()
                .map(Found::Later)
                .collect();
        }
        // A program that nobody here knows, with a shell's name behind it, may well be one that runs it.
        if let Some(at) = mention::shell_inside(name, words) {
            Rc::make_mut(&mut scope.through).push(first.text.clone());
            return vec![Found::Later(Inner::Command(words[at..].to_vec(), scope))];
        }
        // A program that nobody here knows, with a whole Prisma command behind it, may well be one that runs it.
        if let Some(at) = (1..words.len()).find(|at| mention::may_run(name, &words[*at..])) {
            Rc::make_mut(&mut scope.through).push(first.text.clone());
            return vec![Found::Later(Inner::Command(words[at..].to_vec(), scope))];
        }
        if let Some(line) = mention::line_inside(name, rest) {
            let mut inner = scope.clone();
            Rc::make_mut(&mut inner.through).push(first.text.clone());
            let found = self.text(line, &mut inner);
            let found = self.finish(found, scope.depth);
            if found.iter().any(|one| one.effect != Effect::Safe) {
                return found.into_iter().map(Found::Is).collect();
            }
        }
        if first.sure == Sure::No && options::is_one_expansion(&first.text) && is_computed(words) {
            return is(self.unknown(&made::said(words), words, "the line computes what it runs".to_owned(), &scope));
        }
        is(self.other(words, &scope))
    }
}

/// Whether what stands in a command's place is computed by the line, and not handed to it: `$@` is whoever called it. A
/// variable in front of words that are known, as in `$LOG "a message"`, is most of the time one of those that print.
fn is_computed(words: &[Word]) -> bool {
    let text = words[0].text.as_str();
    let is_variable = || text.strip_prefix('$').is_some_and(|name| line::is_name(name.trim_matches(['{', '}'])));
    text.starts_with("$(") || is_variable() && words.iter().all(|word| word.sure == Sure::No)
}

#[cfg(test)]
#[path = "invocation_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "unknown_tests.rs"]
mod unknown;
