//! What is said to words that make no command, in this program's own form and with the help that fits. Never the words
//! after `set NAME`: one of them may be a value that was typed in the wrong place.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::words::Cli;
use crate::command::variables;
use crate::domain::session::ambient::Ambient;
use crate::domain::store::reader_key::{self, NoKey};
use crate::domain::text::near::nearest;
use crate::edge::terminal;
use crate::error::{Exit, Failure, Status};

/// Help and version are data; every other answer of the parser is a usage error.
pub fn told(ambient: &Ambient, words: &[OsString], mut error: clap::Error) -> Status {
    if !error.use_stderr() {
        let _ = error.print();
        return Status::DONE;
    }
    // The whole page of what can be typed is no sentence.
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
    } else {
        only_near(&mut error);
        terminal::complain(ambient, &failure(words, &error).into());
    }
    Status::from(Exit::Usage as u8)
}

/// Leaves of what the parser found similar the one word that was probably meant.
fn only_near(error: &mut clap::Error) {
    for (typed, similar) in [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ] {
        let near = match (error.get(typed), error.get(similar)) {
            (Some(ContextValue::String(typed)), Some(ContextValue::String(one))) => nearest(typed, [one.as_str()]),
            (Some(ContextValue::String(typed)), Some(ContextValue::Strings(all))) => {
                nearest(typed, all.iter().map(String::as_str))
            }
            _ => continue,
        };
        match near.map(str::to_owned) {
            Some(one) => error.insert(similar, ContextValue::String(one)),
            None => error.remove(similar),
        };
    }
}

fn failure(words: &[OsString], error: &clap::Error) -> Failure {
    let word = |at: usize| words.get(at).and_then(|word| word.to_str());
    // The parser would say it again.
    if words.iter().skip(1).any(|word| reader_key::is_secret(&word.to_string_lossy())) {
        return NoKey::Secret.into();
    }
    if word(1) == Some("set") && error.kind() == ErrorKind::UnknownArgument {
        let environment = (2..words.len()).find(|at| matches!(word(*at), Some("-e" | "--env")));
        let environment = environment.and_then(|at| word(at + 1));
        return variables::refuse_argument(word(2).unwrap_or_default(), environment);
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let text = text.split("\n\nFor more information").next().unwrap_or(text).trim_end();
    let mut command = Cli::command();
    command.build();
    let mut verb = "nexus-env".to_owned();
    let mut at: &Command = &command;
    for word in words.iter().skip(1).map_while(|word| word.to_str()) {
        let Some(found) = at.find_subcommand(word) else { break };
        verb.push_str(&format!(" {word}"));
        at = found;
    }
    Failure::new(text).hint(format!("{verb} --help")).exit(Exit::Usage)
}
