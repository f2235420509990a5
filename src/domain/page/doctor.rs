//! `doctor`: findings over gathered facts. Each is one sentence with its place and the command that mends it. Pure; of what
//! was read in clear only the place and the variable's name are told, never a value.

mod clear;
mod loaders;
mod setup;
mod start_up;
pub mod stores;

use serde::Serialize;
use std::path::PathBuf;

use crate::domain::config::Config;
use crate::domain::config::name::{EnvironmentName, VariableName};
pub use crate::domain::text::shell::Shell;
use crate::error::Failure;

pub use clear::{is_dotenv, names_in_clear};

/// How bad it is. An error makes the exit status 1.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does not work, or a secret is on its way to others.
    Error,
    /// It works, and an accident is close.
    Warning,
    /// Worth knowing.
    Note,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// `~/.zshrc:12`
    pub place: Option<String>,
    pub sentence: String,
    /// What to type.
    pub mend: String,
}

/// Everything that was gathered.
#[derive(Debug, Default)]
pub struct Facts {
    pub files: Vec<File>,
    /// The name of the person's login shell: `zsh`.
    pub shell: Option<String>,
    pub identity: Checked,
    pub state: StateDirectory,
    pub configuration: Configuration,
    /// Names in the tmux server's environment whose value is a database URL with a password.
    pub tmux: Vec<String>,
    /// The environment that this process was given for a time that is over, and for how long.
    pub left_over: Option<(String, u64)>,
    /// Whether this shell's list of what runs at a prompt is read-only, as its hook found.
    pub prompt: Prompt,
    /// Programs that declared tunnels start and that are nowhere in `PATH`, each with its environment.
    pub missing: Vec<(EnvironmentName, String)>,
    pub merging: Merging,
}

/// How git merges stores in this clone.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Merging {
    /// By name, or as the team wants it.
    #[default]
    AsAsked,
    /// The team's `.gitattributes` want it by name, and this clone has no settings for that.
    NotHere,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Prompt {
    #[default]
    Hooked,
    ReadOnly,
}

/// The outcome of something that is looked at as a whole.
#[derive(Debug, Default)]
pub enum Checked {
    #[default]
    Well,
    Failed {
        sentence: String,
        hint: Option<String>,
    },
}

#[derive(Debug, Default)]
pub enum StateDirectory {
    /// It is there and nobody else's, or not there yet.
    #[default]
    Well,
    OpenToOthers(String),
    AnotherUsers(String),
}

#[derive(Debug, Default)]
pub enum Configuration {
    #[default]
    Nothing,
    /// There are secrets in this `.nexusenv.d`, and no `.nexusenv` beside it.
    Gone(String),
    Denied,
    Unusable {
        sentence: String,
        hint: Option<String>,
        /// What else is wrong with it, and with the stores beside it, that shows before it is allowed.
        beside: Vec<Failure>,
    },
    Ready(Box<Ready>),
}

#[derive(Debug)]
pub struct Ready {
    pub config: Config,
    /// Names that an environment sets: plain ones and secrets.
    pub names: Vec<VariableName>,
    /// What each environment would load.
    pub stores: Vec<stores::Examined>,
}

/// A file that was read, or its last part where it is long.
#[derive(Clone, Debug)]
pub struct File {
    pub path: PathBuf,
    /// As a person writes it: `~/.zshrc`, `packages/db/.env`.
    pub shown: String,
    pub role: Role,
    pub text: String,
    /// The number of its first line: not 1 where the beginning was left out.
    pub first_line: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// What a shell reads when it starts.
    StartUp(Shell),
    History(Shell),
    /// `.env*` of the repository.
    DotEnv(InGit),
    /// What another loader reads.
    Loader(Loader),
    /// `.nexusenv.local`, which is one person's own.
    Own(InGit),
    /// `.nexusenv`, for line numbers.
    Configuration,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InGit {
    Tracked,
    Ignored,
    /// The next `git add .` takes it.
    Untracked,
    /// There is no git work tree.
    Outside,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Loader {
    Direnv,
    Mise,
    Shadowenv,
    /// oh-my-zsh's `dotenv`, autoenv.
    Autoenv,
}

impl File {
    /// The lines with their numbers.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (self.first_line + at, line))
    }

    fn at(&self, line: usize) -> Option<String> {
        Some(format!("{}:{line}", self.shown))
    }
}

/// All findings, the worst first and otherwise in the order of this list.
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut all = setup::findings(facts);
    all.extend(start_up::findings(facts));
    all.extend(loaders::findings(facts));
    all.extend(clear::findings(facts));
    all.sort_by_key(|finding| finding.severity);
    all
}

/// The page, in so many columns: a mark, the place, the sentence, and below it the command.
pub fn page(findings: &[Finding], columns: usize) -> String {
    if findings.is_empty() {
        return "all is well\n".to_owned();
    }
    let mut out = String::new();
    for finding in findings {
        let mark = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let place = finding.place.as_ref().map_or(String::new(), |place| format!("{place}: "));
        let sentence = format!("{place}{}", finding.sentence);
        out.push_str(&wrapped(&format!("{mark}: "), sentence.split_inclusive(' '), "  ", columns));
        out.push_str(&wrapped("  mend: ", steps(&finding.mend).into_iter(), "        ", columns));
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let told =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")].map(|(s, word)| {
            match count(s) {
                0 => None,
                1 => Some(format!("1 {word}")),
                more => Some(format!("{more} {word}s")),
            }
        });
    out.push_str(&format!("\n{}\n", told.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    out
}

/// The parts between which a line may break: never inside of a command, which would run when its half is pasted.
fn steps(mend: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = mend;
    while let Some(at) = [", ", "; ", ": "].iter().filter_map(|mark| rest.find(mark)).min() {
        let (part, next) = rest.split_at(at + 2);
        parts.push(part);
        rest = next;
    }
    parts.push(rest);
    parts
}

/// What begins like this, in lines of at most so many characters where the parts allow it: broken between them, the later
/// lines with this margin.
fn wrapped<'a>(begin: &str, parts: impl Iterator<Item = &'a str>, margin: &str, columns: usize) -> String {
    let mut out = String::new();
    let mut line = begin.to_owned();
    for (at, part) in parts.enumerate() {
        if at > 0 && line.chars().count() + part.trim_end().chars().count() > columns {
            out.push_str(line.trim_end());
            out.push('\n');
            margin.clone_into(&mut line);
        }
        line.push_str(part);
    }
    out + line.trim_end() + "\n"
}

#[cfg(test)]
#[path = "doctor_tests.rs"]
mod tests;
