//! `guard hook`: answers a coding agent that asks before it runs a tool. Whatever goes wrong, harmless work goes on, and
//! what names a destructive command does not.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::domain::guard::invocation::names_destruction;
use crate::domain::guard::toolcall::{self, Answer, Call, Format};
use crate::domain::session::ambient::{Ambient, Environ, Terminal};
use crate::domain::session::keyboard;
use crate::edge::watchdog::{self, AGENTS_LIMIT, LastWords};
use crate::edge::{intake, output, terminal};
use crate::error::{Exit, Failure, Result, Status, told};
use crate::steps::guard::Asked;
use crate::steps::{persons, sentry};

/// Reads one call from stdin and answers it in the agent's own format, which is found out where it is not given.
///
/// # Errors
/// Where nothing comes on stdin, and where the answer cannot be written.
pub fn hook(ambient: &Ambient, given: Option<Format>) -> Result<Status> {
    let Some(text) = intake::text() else {
        return Err(Failure::new("`guard hook` reads a coding agent's tool call from stdin")
            .hint("it goes into the agent's settings; by hand, nexus-env guard check --line 'npx prisma migrate dev'")
            .exit(Exit::Usage)
            .into());
    };
    let (found, call) = toolcall::read(&text);
    let format = given.unwrap_or(found);
    let answer = answer(ambient, format, call, &text);
    if !answer.stderr.is_empty() {
        terminal::narrate_anyway(answer.stderr.trim_end());
    }
    output::write(answer.stdout.as_bytes())?;
    Ok(Status::from(answer.exit))
}

fn answer(ambient: &Ambient, format: Format, call: Call, text: &str) -> Answer {
    let (asked, cwd) = match call {
        Call::Harmless => return toolcall::pass(format),
        Call::Unreadable if names_destruction(text) => {
            let why = "blocked: the tool call cannot be read, and it names a destructive database command";
            return toolcall::refuse(format, why);
        }
        // It may be any command, so it is one that nobody here can read.
        Call::Unreadable => {
            let asked = Asked::Ready(vec![toolcall::unreadable(ambient.cwd.clone().unwrap_or_default())]);
            let answer = judged(ambient, format, &asked, None, false);
            let passed = answer.exit == 0;
            let said = "nexus-env: what came on stdin is no tool call that can be read, so nothing was judged\n";
            return if passed { Answer { stderr: said.to_owned(), ..answer } } else { answer };
        }
        Call::File { path, cwd } => {
            return match persons::refusal_to_write(&as_agent(ambient, cwd), &path) {
                Some(reason) => toolcall::refuse(format, &reason),
                None => toolcall::pass(format),
            };
        }
        Call::Line { line, cwd } => (Asked::Line(line), cwd),
        Call::Words { words, cwd } => (Asked::Words(words), cwd),
        Call::Database { command, cwd } => (Asked::Ready(vec![command]), cwd),
    };
    let named = names_destruction(&asked.text());
    judged(ambient, format, &asked, cwd, named)
}

/// `named`: where the guard itself fails, a line that names a destructive command does not run.
fn judged(ambient: &Ambient, format: Format, asked: &Asked, cwd: Option<PathBuf>, named: bool) -> Answer {
    // An agent takes any status but 2 for a hook that broke, and goes on.
    let late = toolcall::refuse(format, &format!("blocked: {}", sentry::UNANSWERED));
    watchdog::arm(AGENTS_LIMIT, last_words(late));
    match sentry::for_agent(&as_agent(ambient, cwd), asked) {
        Ok(None) => toolcall::pass(format),
        Ok(Some(reason)) => toolcall::refuse(format, &reason),
        Err(error) if named => toolcall::refuse(format, &format!("blocked: {}", told(&error).0)),
        Err(_) => toolcall::pass(format),
    }
}

fn last_words(answer: Answer) -> LastWords {
    LastWords { stdout: answer.stdout, stderr: answer.stderr, exit: answer.exit }
}

/// The surroundings of the command that the agent will start: its directory, nobody to ask, and an agent's marker, which
/// not every agent gives to its hooks.
fn as_agent(ambient: &Ambient, cwd: Option<PathBuf>) -> Ambient {
    let mut inner = Ambient { terminal: Terminal::Absent, ..ambient.clone() };
    if let Some(cwd) = cwd {
        let cwd = ambient.cwd.as_ref().map_or(cwd.clone(), |own| own.join(&cwd));
        (inner.cwd, inner.pwd) = (Some(cwd.clone()), Some(cwd));
    }
    if keyboard::marker(&inner.variables).is_none() {
        let pairs = ambient.variables.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let marker: (OsString, OsString) = ("AI_AGENT".into(), "hook".into());
        inner.variables = Environ::new(pairs.chain([marker]).collect());
    }
    inner
}
