//! What was found: a command that will run, with its effect and the databases that it will use, or something inside of another
//! command that is read next.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use super::uses::{self, Role, UrlValue, Use};
use super::word::said;
use super::{Reader, Word};
use crate::domain::guard::scope::{Beaten, Origin, Scope};
use crate::domain::guard::verdict::Effect;
use crate::domain::text::safe_text;

/// A command that was found inside another.
pub enum Inner<'a> {
    Command(Vec<Word>, Scope<'a>),
    Line(String, Scope<'a>),
    /// It runs something that cannot be read, and why.
    Unknown(String, Scope<'a>),
    /// Code of this program that deletes from a database by itself: from this one, where the code names it.
    Talks(String, Option<String>, Scope<'a>),
}

impl<'a> Inner<'a> {
    pub fn scope_mut(&mut self) -> &mut Scope<'a> {
        let (Inner::Command(_, scope) | Inner::Line(_, scope) | Inner::Unknown(_, scope) | Inner::Talks(_, _, scope)) =
            self;
        scope
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

/// A command's effect, what completes "… would …", and why it is in its class.
type Is = (Effect, &'static str, Cow<'static, str>);

impl Invocation {
    fn new(tool: Tool, name: String, words: Vec<String>, is: Is, uses: Vec<Use>, scope: &Scope<'_>) -> Self {
        let (effect, does, why) = is;
        Invocation {
            tool,
            name,
            words,
            outer: scope.outer.clone(),
            effect,
            does,
            why,
            uses,
            through: scope.through.clone(),
            beaten: Vec::new(),
            directory: scope.cwd.clone(),
            migrations: None,
        }
    }

    /// A tool, as a rule names it: `shown` is for messages, `name` stands in front of its words.
    pub fn of_a_tool(
        shown: String,
        (name, words): (&str, &[Word]),
        (effect, does, why): (Effect, &'static str, &'static str),
        uses: Vec<Use>,
        scope: &Scope<'_>,
    ) -> Self {
        let used = |beaten: &&Beaten| uses.iter().any(|one| one.variable.as_deref() == Some(beaten.variable.as_str()));
        let beaten = scope.beaten.iter().filter(used).cloned().collect();
        let words = std::iter::once(name.to_owned()).chain(texts(words)).collect();
        Invocation { beaten, ..Self::new(Tool::Other, shown, words, (effect, does, why.into()), uses, scope) }
    }

    /// What runs and cannot be read, or not be followed to its end. `name` is for messages, `why` says what is in the way.
    pub fn unknown(reader: &Reader<'_>, name: &str, words: &[Word], why: &str, scope: &Scope<'_>) -> Self {
        let is = (Effect::Unknown, "run on", safe_text::safe_text(why).into());
        let uses = uses::of_any_program(reader, scope);
        Self::new(Tool::Other, name.to_owned(), texts(words).collect(), is, uses, scope)
    }

    /// A text that names a destructive command, in a place where no shell's line is read.
    pub fn unreadable(scope: &Scope<'_>) -> Self {
        let value = UrlValue::Unknown("the line cannot be read".to_owned());
        let one = Use { label: "line".to_owned(), variable: None, role: Role::Main, value, origin: Origin::Line };
        let name = "a line that names a destructive command".to_owned();
        let why = "the line cannot be read as a shell would read it".into();
        Self::new(Tool::Prisma, name, Vec::new(), (Effect::Destructive, "write to", why), vec![one], scope)
    }

    /// What no rule names.
    pub fn other(reader: &Reader<'_>, words: &[Word], scope: &Scope<'_>) -> Self {
        let is = (Effect::Safe, "run on", "no built-in rule names it".into());
        let uses = uses::of_any_program(reader, scope);
        Self::new(Tool::Other, said(words), texts(words).collect(), is, uses, scope)
    }
}

fn texts(words: &[Word]) -> impl Iterator<Item = String> {
    words.iter().map(|word| word.text.clone())
}
