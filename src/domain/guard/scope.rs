//! The surroundings in which a command of a line will run: its directory, and which variables the line, a wrapper or a file
//! gave it, with where each value came from. Pure: the process's own variables and files come in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::line::{self, List, Written};
use crate::domain::text::secret::Secret;

/// What a variable will hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    Text(Secret),
    Unset,
    /// Why it cannot be known.
    Unknown(String),
    /// What the named environment of this repository stores.
    Stored(String),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Value::Text(Secret::new(text.into()))
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(secret) => std::str::from_utf8(secret.expose()).ok(),
            Value::Unset | Value::Unknown(_) | Value::Stored(_) => None,
        }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// This process's own environment.
    Shell,
    Line,
    /// A file, as the line or the tool names it.
    File(String),
    /// A word of the command itself: `--url`.
    Flag(String),
    /// A literal in a schema or a configuration.
    Schema(String),
    /// A wrapper that gives its own environment.
    Service(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Shell => f.write_str("set in this shell"),
            Origin::Line => f.write_str("on the line"),
            Origin::File(file) => write!(f, "from {file}"),
            Origin::Flag(flag) => write!(f, "given as {flag}"),
            Origin::Schema(file) => write!(f, "written in {file}"),
            Origin::Service(name) => write!(f, "given by {name}"),
        }
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    pub value: Value,
    pub origin: Origin,
}

/// A file that was meant to set a variable and does not, since the shell's own value wins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Beaten {
    pub variable: String,
    /// The words that name the file: `dotenv -e .env.dev`.
    pub by: String,
}

/// What is under the settings.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Floor {
    /// The process's own environment.
    Process,
    Nothing,
    /// A service gives its own environment, which cannot be read here; whether what the process has stays under it.
    Service(String, Under),
    /// The named environment's own variables.
    Stored(String),
}

/// Whether a service keeps what the process has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Under {
    Replaced,
    Kept,
    /// The command runs on another machine, or in a container.
    Elsewhere,
}

/// Whether a shell's assignment reaches the commands that it starts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exported {
    Yes,
    /// Only where the name is exported already.
    IfItWas,
}

/// What a command finds on its standard input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fed {
    /// Whoever started the line: a person at a terminal, most of the time.
    Nothing,
    Text(String),
    /// A text of which a filter lets something through, changes something, or both: more or less this.
    Nearly(String),
    /// Something that cannot be known before it runs.
    Unknown,
}

impl Fed {
    /// What is known of it.
    pub fn text(&self) -> Option<&str> {
        match self {
            Fed::Text(text) | Fed::Nearly(text) => Some(text),
            Fed::Nothing | Fed::Unknown => None,
        }
    }
}

/// What a name stands for where commands stand.
#[derive(Clone)]
pub enum Named {
    Function(Rc<List>),
    Alias(String),
}

#[derive(Clone)]
pub struct Scope<'a> {
    pub cwd: PathBuf,
    /// How the command came about: `npm run db:reset`.
    pub through: Rc<Vec<String>>,
    pub beaten: Vec<Beaten>,
    /// The words of the commands in which this one was found, outermost first.
    pub outer: Rc<Vec<Vec<String>>>,
    /// How deep the reader itself stands.
    pub depth: usize,
    /// How many commands led here, each within the one before.
    pub chain: usize,
    /// The scripts that are being followed, so that none is followed into itself.
    pub running: Rc<Vec<String>>,
    /// `set -a` is on.
    pub exports_all: Exported,
    pub fed: Fed,
    /// What each `<(…)` of the command prints.
    pub pipes: Vec<Fed>,
    /// `$1` and so on, where they are known.
    pub arguments: Option<Vec<String>>,
    /// Functions and aliases that the line defines.
    pub named: Rc<BTreeMap<String, Named>>,
    settings: Rc<BTreeMap<String, Setting>>,
    /// Variables of the shell that are not exported.
    locals: Rc<BTreeMap<String, Value>>,
    /// Values of several words of which only a part is known.
    phrases: Rc<BTreeMap<String, Written>>,
    floor: Floor,
    process: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Scope<'a> {
    /// The name means this where commands stand, from here on.
    pub fn name(&mut self, name: &str, named: Named) {
        mine(&mut self.named).insert(name.to_owned(), named);
    }

    /// Takes the meaning off, for as long as what it means is followed.
    pub fn unname(&mut self, name: &str) -> Option<Named> {
        without(&mut self.named, name)
    }

    /// Enters a script, a recipe or a file: `place` tells it from all others, `label` is for messages.
    pub fn enter(&mut self, place: &str, label: &str) {
        mine(&mut self.running).push(place.to_owned());
        mine(&mut self.through).push(label.to_owned());
    }

    pub fn is_running(&self, place: &str) -> bool {
        self.running.iter().any(|running| running == place)
    }

    /// The scope of something that is followed only once. `None` where it is running already.
    pub fn entered(&self, place: &str, label: &str) -> Option<Self> {
        let mut scope = self.clone();
        (!scope.is_running(place)).then(|| scope.enter(place, label))?;
        Some(scope)
    }

    pub fn new(cwd: PathBuf, process: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Scope {
            cwd,
            through: Rc::default(),
            beaten: Vec::new(),
            outer: Rc::default(),
            depth: 0,
            chain: 0,
            running: Rc::default(),
            exports_all: Exported::IfItWas,
            fed: Fed::Nothing,
            pipes: Vec::new(),
            arguments: None,
            named: Rc::default(),
            settings: Rc::default(),
            locals: Rc::default(),
            phrases: Rc::default(),
            floor: Floor::Process,
            process,
        }
    }

    /// What the line, a wrapper or a file gives the name; `None` where nothing does.
    pub fn given(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// What a program started here would find under the name.
    pub fn get(&self, name: &str) -> Setting {
        if let Some(setting) = self.settings.get(name) {
            return setting.clone();
        }
        let from_process = || match (self.process)(name) {
            Some(text) => Value::text(text),
            None => Value::Unset,
        };
        match &self.floor {
            Floor::Process => Setting { value: from_process(), origin: Origin::Shell },
            Floor::Stored(environment) => Setting {
                value: Value::Stored(environment.clone()),
                origin: Origin::Service("nexus-env run".to_owned()),
            },
            Floor::Nothing => Setting { value: Value::Unset, origin: Origin::Line },
            Floor::Service(service, under) => match (under, from_process()) {
                (Under::Kept, Value::Text(secret)) => Setting { value: Value::Text(secret), origin: Origin::Shell },
                (Under::Kept | Under::Replaced | Under::Elsewhere, _) => Setting {
                    value: Value::Unknown(format!("{service} gives its own environment")),
                    origin: Origin::Service(service.clone()),
                },
            },
        }
    }

    /// What the shell itself would put in place of `$NAME`.
    pub fn expand(&self, name: &str) -> Value {
        match self.locals.get(name).cloned().unwrap_or_else(|| self.get(name).value) {
            // The shell keeps it, also where nothing exports it.
            Value::Unset if name == "PWD" => Value::text(self.cwd.display().to_string()),
            value => value,
        }
    }

    /// A value that the command will have, whatever was there.
    pub fn set(&mut self, name: &str, value: Value, origin: Origin) {
        without(&mut self.locals, name);
        without(&mut self.phrases, name);
        mine(&mut self.settings).insert(name.to_owned(), Setting { value, origin });
    }

    /// An assignment of the shell's own.
    pub fn assign(&mut self, name: &str, value: Value, exported: Exported) {
        let was = self.get(name).value != Value::Unset;
        if exported == Exported::Yes || self.exports_all == Exported::Yes || was {
            self.set(name, value, Origin::Line);
        } else {
            without(&mut self.phrases, name);
            mine(&mut self.locals).insert(name.to_owned(), value);
        }
    }

    /// Keeps the words of a value that is not known as a whole, until the name is set again.
    pub fn remember(&mut self, name: &str, phrase: Option<Written>) {
        if let Some(phrase) = phrase {
            mine(&mut self.phrases).insert(name.to_owned(), phrase);
        }
    }

    pub fn phrase(&self, name: &str) -> Option<&Written> {
        self.phrases.get(name)
    }

    /// What is read from the word, if it stands for a `<(…)`: nothing inside where that cannot be known.
    pub fn piped(&self, word: &str) -> Option<Option<String>> {
        let at = (0..self.pipes.len()).find(|at| line::pipe(*at) == word)?;
        Some(match &self.pipes[at] {
            Fed::Text(text) => Some(text.clone()),
            Fed::Nothing | Fed::Nearly(_) | Fed::Unknown => None,
        })
    }

    /// `export NAME`: a variable of the shell becomes visible.
    pub fn export(&mut self, name: &str) {
        if let Some(value) = without(&mut self.locals, name) {
            let phrase = without(&mut self.phrases, name);
            self.set(name, value, Origin::Line);
            self.remember(name, phrase);
        }
    }

    pub fn unset(&mut self, name: &str) {
        self.set(name, Value::Unset, Origin::Line);
    }

    /// The same, after something read what it was fed.
    pub fn drained(mut self) -> Self {
        self.fed = Fed::Unknown;
        self
    }

    /// `env -i`.
    pub fn clear(&mut self) {
        mine(&mut self.settings).clear();
        self.floor = Floor::Nothing;
    }

    /// Everything comes from a service from here on.
    pub fn given_by(&mut self, service: &str, under: Under) {
        if under != Under::Kept {
            mine(&mut self.settings).clear();
        }
        self.floor = Floor::Service(service.to_owned(), under);
    }

    /// What runs the command on another machine, or in a container: what is local there is not local here.
    pub fn elsewhere(&self) -> Option<&str> {
        match &self.floor {
            Floor::Service(service, Under::Elsewhere) => Some(service),
            Floor::Service(_, Under::Kept | Under::Replaced) | Floor::Process | Floor::Nothing | Floor::Stored(_) => {
                None
            }
        }
    }

    /// Everything comes from an environment of this repository from here on.
    pub fn stored_by(&mut self, environment: &str) {
        mine(&mut self.settings).clear();
        self.floor = Floor::Stored(environment.to_owned());
    }

    /// The values of a file, where those that are set already win. An empty value counts as set, as dotenv has it.
    pub fn fill(&mut self, pairs: &[(String, Value)], file: &str, by: &str) {
        for (name, value) in pairs {
            let now = self.get(name).value;
            if now == Value::Unset {
                self.set(name, value.clone(), Origin::File(file.to_owned()));
            } else if now != *value && self.get(name).origin == Origin::Shell {
                self.beaten.push(Beaten { variable: name.clone(), by: by.to_owned() });
            }
        }
    }

    /// The values of a file that wins.
    pub fn overlay(&mut self, pairs: &[(String, Value)], file: &str) {
        for (name, value) in pairs {
            self.set(name, value.clone(), Origin::File(file.to_owned()));
        }
    }

    /// The path as this directory sees it, without `.` and `..`.
    pub fn path(&self, path: &str) -> PathBuf {
        let home = || self.get("HOME").value.as_text().map(str::to_owned);
        match path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            Some(rest) => tidy(&PathBuf::from(format!("{}{rest}", home().unwrap_or_default()))),
            None => tidy(&self.cwd.join(path)),
        }
    }
}

/// A map that clones of the scope share until one of them changes it.
fn mine<T: Clone>(shared: &mut Rc<T>) -> &mut T {
    Rc::make_mut(shared)
}

fn without<T: Clone>(shared: &mut Rc<BTreeMap<String, T>>, name: &str) -> Option<T> {
    if shared.contains_key(name) { mine(shared).remove(name) } else { None }
}

/// The path without `.`, and with `..` taken back by its letters alone.
pub fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}
