//! The shells' own language: the hook, and a transition as code to be evaluated. It decides nothing and reads nothing.
//!
//! A value is only ever written between quotes of ours; it is never evaluated.

mod bash;
mod fish;
mod zsh;

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::domain::config::name::VariableName;
use crate::domain::config::person::Lines;
use crate::domain::config::vars::Vars;
use crate::domain::config::watch::Sighting;
use crate::domain::guard::trigger;
pub use crate::domain::text::shell::Shell;

/// A shell and its version, as the hook gives them: `bash:5.2`. Version 0 is one whose builtins cannot see a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dialect {
    pub shell: Shell,
    pub version: (u32, u32),
}

/// Everything that one load changes in a shell, and how the shell sees when it must load again.
#[derive(Debug)]
pub struct Transition<'a> {
    pub forget: &'a [VariableName],
    pub restore: &'a [VariableName],
    pub save: &'a [VariableName],
    pub save_if_set: &'a [VariableName],
    pub set: &'a Vars,
    /// All that is loaded afterwards, to be given back if one of them cannot be set.
    pub loaded: &'a [VariableName],
    /// The exported names and labels: `NEXUS_ENV` and its like, `None` where one must be absent.
    pub labels: &'a [(&'static str, Option<Vec<u8>>)],
    pub state: Remembered<'a>,
    /// What is remembered when a variable could not be set.
    pub state_if_refused: Remembered<'a>,
    /// Lines for the person, told when everything was set.
    pub lines: &'a [String],
    pub nearby: Nearby,
    pub typed: Lines,
    /// Programs that the team's rules name, beside the ones that every guard knows.
    pub guarded: &'a [String],
    /// What is in the text of every command that the team's rules name.
    pub marks: &'a [String],
    /// Who held the ports of the database URLs, as digits and `=+,`: the guard is handed it, and says where it changed.
    pub holders: &'a str,
    /// `yes` where another environment's tunnel has one of them, so that each guarded command looks again; else nothing.
    pub astray: &'a str,
    pub check: &'a Check,
}

/// The line that the shell keeps, and the beginning of it that no other state shares: the check compares that.
#[derive(Clone, Copy, Debug)]
pub struct Remembered<'a> {
    pub line: &'a str,
    pub seal: &'a str,
}

/// Whether a configuration was found, also one that could not be loaded: there the guard asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Nearby {
    Configuration,
    Nothing,
}

/// When the shell must load again.
#[derive(Clone, Debug)]
pub enum Check {
    /// At the next prompt, whatever happens.
    Always,
    /// As soon as one of these no longer holds.
    Unless(Conditions),
}

#[derive(Clone, Debug)]
pub struct Conditions {
    /// What the shell calls its directory.
    pub pwd: PathBuf,
    pub present: Vec<Watched>,
    pub absent: Vec<PathBuf>,
    pub owned: Vec<PathBuf>,
    pub until: Option<Until>,
}

#[derive(Clone, Debug)]
pub struct Watched {
    pub sighting: Sighting,
    /// A file with the same modification time. zsh needs none.
    pub stamp: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct Until {
    /// Seconds since 1970-01-01 UTC.
    pub at: u64,
    /// The same moment in seconds since this machine was started, where `/proc/uptime` tells the shell's own `read` of it
    /// (proc(5)): a clock on the wall that is set back lengthens nothing.
    pub uptime: Option<u64>,
    /// For a shell without a clock: a file to touch, and one whose time is the last before the end.
    pub clock: Option<(PathBuf, PathBuf)>,
}

/// The names that have a guard function in every shell: what people type themselves. Shells, interpreters and `git` are not
/// among them; what those start meets the other layers.
const GUARDED: &str = "npx prisma pnpm pnpx yarn bun bunx npm make just task psql dropdb pg_restore mysql mongosh drizzle-kit knex \
                       sequelize sequelize-cli typeorm supabase rails rake alembic flyway liquibase dbmate goose atlas sqlx diesel mix \
                       dotenv dotenvx env-cmd";

/// What a content to compare may measure at most, in bytes.
pub const LONGEST_CONTENT: usize = 64 * 1024;

impl Shell {
    /// The hook, for the program at `program`.
    pub fn hook(self, program: &Path) -> Vec<u8> {
        let (hook, line) = match self {
            Shell::Bash => (include_str!("../../shell/hook.bash"), include_str!("../../shell/line.bash")),
            Shell::Zsh => (include_str!("../../shell/hook.zsh"), include_str!("../../shell/line.zsh")),
            Shell::Fish => (include_str!("../../shell/hook.fish"), include_str!("../../shell/line.fish")),
        };
        let mut out = Vec::with_capacity(hook.len() + line.len() + 8 * 1024);
        self.fill(&mut out, hook, line, program);
        out
    }

    /// `text`, with what is rendered in its places: `__NEXUS_ENV_WORDS__` and the like.
    fn fill(self, out: &mut Vec<u8>, text: &str, line: &str, program: &Path) {
        let mut parts = text.split("__NEXUS_ENV_");
        out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            let (place, rest) = part.split_once("__").unwrap_or((part, ""));
            match place {
                "BIN" => self.quote_into(out, program.as_os_str().as_bytes()),
                "LINE" => self.fill(out, line, "", program),
                "NAMES" => out.extend_from_slice(GUARDED.as_bytes()),
                "TOOLS" => join(out, trigger::tools()),
                "PART" => out.extend_from_slice(trigger::PART.as_bytes()),
                "WORDS" => join(out, trigger::words()),
                other => debug_assert!(false, "no such place: {other}"),
            }
            out.extend_from_slice(rest.as_bytes());
        }
    }

    /// One word that the shell reads as exactly these bytes. They hold no NUL.
    pub fn quote(self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 2);
        self.quote_into(&mut out, bytes);
        out
    }

    fn quote_into(self, out: &mut Vec<u8>, bytes: &[u8]) {
        match self {
            Shell::Bash => bash::quote(out, bytes),
            Shell::Zsh => zsh::quote(out, bytes),
            Shell::Fish => fish::quote(out, bytes),
        }
    }
}

fn join(out: &mut Vec<u8>, words: impl Iterator<Item = &'static str>) {
    for (at, word) in words.enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word.as_bytes());
    }
}

impl Dialect {
    pub fn parse(text: &str) -> Option<Self> {
        let (shell, version) = text.split_once(':')?;
        let mut numbers = version.split(['.', '-', '(']).map(|number| number.parse().unwrap_or(0));
        let version = (numbers.next()?, numbers.next().unwrap_or(0));
        Some(Dialect { shell: Shell::from_name(shell)?, version })
    }

    /// Whether its file comparison sees whole seconds only: bash did before 4.3.
    pub fn compares_seconds(self) -> bool {
        self.shell == Shell::Bash && self.version < (4, 3)
    }

    /// Whether it needs stamps to see that a file changed. zsh reads the time itself.
    pub fn needs_stamps(self) -> bool {
        match self.shell {
            Shell::Bash | Shell::Fish => true,
            Shell::Zsh => false,
        }
    }

    /// Whether a line can be looked at before it runs: bash before 4.0 does not show it.
    fn shows_lines(self) -> bool {
        self.shell != Shell::Bash || self.version >= (4, 0)
    }

    /// Whether it has a clock among its builtins.
    pub fn has_clock(self) -> bool {
        match self.shell {
            Shell::Bash => self.version >= (5, 0),
            Shell::Zsh => true,
            Shell::Fish => false,
        }
    }

    /// The code to evaluate.
    pub fn render(self, transition: &Transition) -> Vec<u8> {
        let mut out = Code { shell: self.shell, text: Vec::with_capacity(4096) };
        match self.shell {
            Shell::Bash => bash::render(&mut out, self, transition),
            Shell::Zsh => zsh::render(&mut out, self, transition),
            Shell::Fish => fish::render(&mut out, self, transition),
        }
        out.text
    }
}

/// Code that is being written.
struct Code {
    shell: Shell,
    text: Vec<u8>,
}

impl Code {
    fn raw(&mut self, text: &str) -> &mut Self {
        self.text.extend_from_slice(text.as_bytes());
        self
    }

    fn quoted(&mut self, bytes: &[u8]) -> &mut Self {
        let shell = self.shell;
        shell.quote_into(&mut self.text, bytes);
        self
    }

    fn path(&mut self, path: &Path) -> &mut Self {
        self.quoted(path.as_os_str().as_bytes())
    }

    fn names<'n>(&mut self, names: impl IntoIterator<Item = &'n VariableName>) -> &mut Self {
        for name in names {
            self.raw(" ").raw(name.as_str());
        }
        self
    }

    /// `COMMAND NAME…` and the end of the line, or nothing where there is no name.
    fn each(&mut self, command: &str, names: &[VariableName]) -> &mut Self {
        if !names.is_empty() {
            self.raw(command).names(names).raw("\n");
        }
        self
    }
}

impl Transition<'_> {
    /// The labels that are present, with their values.
    fn present(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.labels.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)))
    }

    fn absent(&self) -> impl Iterator<Item = &'static str> {
        self.labels.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name)
    }

    /// The variables that it sets, as bash and zsh export them.
    fn export(&self, out: &mut Code) {
        let mut command = "export";
        let mut one = |name: &str, value: &[u8]| {
            out.raw(command).raw(" ").raw(name).raw("=").quoted(value);
            command = "";
        };
        self.set.iter().for_each(|(name, value)| one(name.as_str(), value.expose()));
        self.present().for_each(|(name, value)| one(name, value));
    }

    /// What the hooks of bash and zsh keep of it, and the functions that they make.
    fn remember(&self, out: &mut Code, dialect: Dialect) {
        out.raw("__nexus_env_near=").raw(self.nearby());
        out.raw(" __nexus_env_rules=").quoted(self.marks.join(" ").as_bytes());
        out.raw(" __nexus_env_holders=").quoted(self.holders.as_bytes());
        out.raw(" __nexus_env_astray=").raw(self.astray).raw(" __nexus_env_line=").raw(self.line(dialect));
        out.raw("\n__nexus_env_wrap ").raw(&self.guarded(dialect));
    }

    /// Where no line is judged, every tool that is known has a function.
    fn guarded(&self, dialect: Dialect) -> String {
        let tools: BTreeSet<&str> = if self.judges(dialect) { BTreeSet::new() } else { trigger::tools().collect() };
        let more = tools.into_iter().filter(|name| GUARDED.split(' ').all(|known| known != *name));
        let all = more.chain(self.guarded.iter().map(String::as_str));
        all.fold(GUARDED.to_owned(), |all, name| all + " " + name)
    }

    fn judges(&self, dialect: Dialect) -> bool {
        self.typed == Lines::Judged && dialect.shows_lines()
    }

    /// What `__nexus_env_line` is.
    fn line(&self, dialect: Dialect) -> &'static str {
        if self.judges(dialect) { "yes" } else { "" }
    }

    fn nearby(&self) -> &'static str {
        match self.nearby {
            Nearby::Configuration => "yes",
            Nearby::Nothing => "",
        }
    }
}

#[cfg(test)]
mod tests;
