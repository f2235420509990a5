//! One line of the audit log: what happened, in which environment, to whom it happened. Pure.
//!
//! It never holds a value: commands are recorded by their name, targets by their instance, and what looks like a URL's
//! password is taken out of every text on its way in.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::domain::config::name::EnvironmentName;
use crate::domain::guard::invocation::Tool;
use crate::domain::guard::judgement::Judged;
use crate::domain::promotion::script::Script;
use crate::domain::target::evidence::{Evidence, Says};
use crate::domain::text::calendar;
use crate::domain::text::safe_text::safe_text;

/// What happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// The guard refused a command.
    Blocked,
    /// The guard asked, and the right word was typed.
    Confirmed,
    /// The guard asked, and something else was typed, or nothing.
    NotConfirmed,
    /// The guard was paused, for a time.
    Paused,
    /// A command that the guard would have refused or asked about ran, since it was paused.
    LetThrough,
    /// A pause was ended by hand.
    Resumed,
    /// A shell selected a protected environment.
    Selected,
    /// Read-only was lifted, after the environment's name was typed.
    WriteGranted,
    /// `run` started a command in a protected environment.
    Ran,
    /// A script of the repository that `run` started ended, and how.
    Ended,
    /// `db label` wrote into a database.
    Labelled,
    /// `db pin` wrote a fingerprint into the configuration.
    Pinned,
    /// An environment's secrets got a new data key.
    Rekeyed,
    /// Somebody can read an environment's secrets from now on.
    ReaderAdded,
    /// Somebody cannot any more.
    ReaderRemoved,
    /// Every check was passed, and migrations are about to be applied: the next entry says how that ended, unless whoever
    /// did it was killed.
    DeployStarted,
    /// Migrations were applied to an environment.
    Deployed,
    /// That was tried, and failed.
    DeployFailed,
    /// Migrations were applied to a copy of an environment's structure.
    Rehearsed,
    /// That was tried, and failed.
    RehearsalFailed,
}

impl Event {
    const ALL: [Event; 20] = [
        Event::Blocked,
        Event::Confirmed,
        Event::NotConfirmed,
        Event::Paused,
        Event::LetThrough,
        Event::Resumed,
        Event::Selected,
        Event::WriteGranted,
        Event::Ran,
        Event::Ended,
        Event::Labelled,
        Event::Pinned,
        Event::Rekeyed,
        Event::ReaderAdded,
        Event::ReaderRemoved,
        Event::DeployStarted,
        Event::Deployed,
        Event::DeployFailed,
        Event::Rehearsed,
        Event::RehearsalFailed,
    ];

    /// The value of `event` in a line.
    pub fn word(self) -> &'static str {
        match self {
            Event::Blocked => "blocked",
            Event::Confirmed => "confirmed",
            Event::NotConfirmed => "not-confirmed",
            Event::Paused => "paused",
            Event::LetThrough => "let-through",
            Event::Resumed => "resumed",
            Event::Selected => "selected",
            Event::WriteGranted => "write-granted",
            Event::Ran => "ran",
            Event::Ended => "ended",
            Event::Labelled => "labelled",
            Event::Pinned => "pinned",
            Event::Rekeyed => "rekeyed",
            Event::ReaderAdded => "reader-added",
            Event::ReaderRemoved => "reader-removed",
            Event::DeployStarted => "deploy-started",
            Event::Deployed => "deployed",
            Event::DeployFailed => "deploy-failed",
            Event::Rehearsed => "rehearsed",
            Event::RehearsalFailed => "rehearsal-failed",
        }
    }

    pub fn from_word(word: &str) -> Option<Event> {
        Event::ALL.into_iter().find(|event| event.word() == word)
    }
}

/// How a command came to the guard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layer {
    /// The line that a person accepts at a shell's prompt. In the log it is the shell's.
    Line,
    /// A function of the shell's hook.
    Shell,
    /// `nexus-env run`.
    Run,
    /// In place of Prisma's schema engine.
    Engine,
    /// The preload of a Node process.
    Node,
    /// A coding agent's hook.
    Agent,
}

impl Layer {
    /// The value of `through` in a line.
    pub fn word(self) -> &'static str {
        match self {
            Layer::Line | Layer::Shell => "shell",
            Layer::Run => "run",
            Layer::Engine => "engine",
            Layer::Node => "node",
            Layer::Agent => "agent",
        }
    }
}

/// What is to be recorded. Texts are cut and cleaned as they come in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    pub event: Event,
    pub environment: Option<EnvironmentName>,
    /// The directory of `.nexusenv`.
    pub repository: Option<String>,
    /// The name of a command, `prisma migrate dev`, never its words.
    pub command: Option<String>,
    /// The verdict's reason in one word, as in `--json`.
    pub reason: Option<String>,
    /// What a target was seen to be: an instance, a fingerprint, a database's name.
    pub target: Option<String>,
    pub through: Option<Layer>,
    pub script: Option<Script>,
    /// Whatever else a reader of the log wants to know, in a few words: `for 30m`, `3 migrations`.
    pub detail: Option<String>,
}

impl Entry {
    pub fn new(event: Event) -> Entry {
        Entry {
            event,
            environment: None,
            repository: None,
            command: None,
            reason: None,
            target: None,
            through: None,
            script: None,
            detail: None,
        }
    }

    /// What was decided about a command: its name, the environment, the reason, and the strongest thing seen of the target
    /// that decided.
    pub fn of(event: Event, judged: &Judged) -> Entry {
        let because = judged.verdict.because();
        // Words that no rule of ours knows may hold anything, so the team's own rule stands for them.
        let command =
            match (judged.invocation.tool, judged.concern.as_ref().and_then(|concern| concern.rule.as_deref())) {
                (Tool::Other, Some(rule)) => rule,
                (Tool::Other | Tool::Prisma, _) => &judged.invocation.name,
            };
        let entry = Entry::new(event).command(command).reason(because.reason.word());
        let target = because.target.and_then(|at| judged.targets.get(at));
        let about = |evidence: &&Evidence| match &evidence.says {
            Says::Environment(name, _) => because.environment.as_ref() == Some(name) && evidence.seen != name.as_str(),
            Says::Local | Says::NotAsPinned(_) | Says::Unknown => false,
        };
        let evidence = target.map(|target| target.evidence.as_slice()).unwrap_or_default();
        let entry = match evidence.iter().filter(about).min_by_key(|evidence| evidence.source) {
            Some(evidence) => entry.target(&evidence.seen),
            None => entry,
        };
        match &because.environment {
            Some(environment) => entry.environment(environment),
            None => entry,
        }
    }

    pub fn environment(mut self, name: &EnvironmentName) -> Entry {
        self.environment = Some(name.clone());
        self
    }

    pub fn repository(mut self, root: &Path) -> Entry {
        self.repository = Some(clean(&root.to_string_lossy(), 1024));
        self
    }

    pub fn command(mut self, name: &str) -> Entry {
        self.command = Some(command_name(name));
        self
    }

    pub fn reason(mut self, word: &str) -> Entry {
        self.reason = Some(clean(word, 64));
        self
    }

    pub fn target(mut self, seen: &str) -> Entry {
        self.target = Some(clean(seen, 256));
        self
    }

    pub fn through(mut self, layer: Layer) -> Entry {
        self.through = Some(layer);
        self
    }

    pub fn script(mut self, script: &Script) -> Entry {
        self.script = Some(Script { path: clean(&script.path, 256), ..script.clone() });
        self
    }

    pub fn detail(mut self, words: &str) -> Entry {
        self.detail = Some(clean(words, 256));
        self
    }

    /// The line without its end: one JSON object of less than 4 KiB.
    pub fn line(&self, who: &Who, now: i64) -> String {
        let mut object = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                object.insert(key.to_owned(), value);
            }
        };
        put("time", Some(calendar::rfc3339(now).into()));
        put("event", Some(self.event.word().into()));
        put("environment", self.environment.as_ref().map(|name| name.as_str().into()));
        for (key, text) in [
            ("repository", &self.repository),
            ("command", &self.command),
            ("reason", &self.reason),
            ("target", &self.target),
            ("through", &self.through.map(|layer| layer.word().to_owned())),
            ("script", &self.script.as_ref().map(|script| script.path.clone())),
            ("sha256", &self.script.as_ref().map(|script| script.hash.clone())),
            ("detail", &self.detail),
        ] {
            put(key, text.clone().map(Value::from));
        }
        put("uid", Some(json!(who.uid)));
        put("pid", Some(json!(who.pid)));
        put("tty", who.tty.as_deref().map(|tty| clean(tty, 64).into()));
        put("agent", who.agent.as_deref().map(|agent| clean(agent, 64).into()));
        Value::Object(object).to_string()
    }
}

/// Who did it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Who {
    pub uid: u32,
    pub pid: u32,
    pub tty: Option<String>,
    /// The name of the variable that gave a coding agent away.
    pub agent: Option<String>,
}

/// One line as it was read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Seconds since 1970-01-01 UTC.
    pub at: i64,
    pub object: Map<String, Value>,
}

impl Line {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.object.get(key)?.as_str()
    }
}

/// Reads what the log holds. The second is how many pieces of it are no entry: torn by a full disk or a crash. An entry
/// behind a torn one on the same line is found all the same.
pub fn read(text: &str) -> (Vec<Line>, usize) {
    let (mut lines, mut torn) = (Vec::new(), 0);
    for piece in text.split('\n').filter(|piece| !piece.trim().is_empty()) {
        match one(piece) {
            Some(line) => lines.push(line),
            None => {
                torn += 1;
                lines.extend(piece.match_indices("{\"").skip(1).find_map(|(at, _)| one(&piece[at..])));
            }
        }
    }
    (lines, torn)
}

fn one(piece: &str) -> Option<Line> {
    let Value::Object(object) = serde_json::from_str(piece).ok()? else { return None };
    let at = calendar::seconds(object.get("time")?.as_str()?)?;
    object.get("event")?.as_str()?;
    Some(Line { at, object })
}

/// A command's name without anything that could be a value: it ends before the first word that is an option, an
/// assignment, a URL or a path with a value in it.
fn command_name(name: &str) -> String {
    let harmless =
        |word: &&str| !word.starts_with('-') && !word.contains(['=', '@', '$', '\'', '"']) && !word.contains("://");
    let scoped = |word: &&str| word.starts_with('@') && !word[1..].contains(['@', ':', '=']);
    let words: Vec<&str> = name.split_whitespace().take_while(|word| harmless(word) || scoped(word)).collect();
    clean(&words.join(" "), 96)
}

/// Without control characters, without the password of a URL, and not longer than `most` characters.
fn clean(text: &str, most: usize) -> String {
    let plain = safe_text(text);
    let mut out = String::new();
    let mut rest = plain.as_str();
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        rest = after;
        if let Some(sign) = after[..end].rfind('@') {
            let user = after[..sign].split(':').next().unwrap_or_default();
            out.push_str(&format!("{user}:•••"));
            rest = &after[sign..];
        }
    }
    out.push_str(rest);
    match out.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}

#[cfg(test)]
#[path = "audit_entry_tests.rs"]
mod tests;
