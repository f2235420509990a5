//! What a command line means: which tool runs, what it does, and which database URLs it will use. Pure: the words, the
//! process's variables and the project's files come in.

mod chain;
mod client;
mod cmdlet;
mod code;
mod connect;
mod console;
pub mod datasource;
mod disk;
mod dotenv;
mod filter;
mod fold;
mod found;
mod graphql;
mod interface;
mod interpreter;
mod java;
pub mod makefile;
mod mcp;
mod mention;
mod monorepo;
mod named;
mod notes;
mod options;
mod printer;
mod prisma;
mod program;
mod reach;
mod reader;
mod recipe;
mod request;
mod runner;
mod script;
mod sdk;
mod service;
mod shell_script;
mod sound;
mod spelling;
mod statement;
mod strings;
mod talk;
pub mod taskfile;
mod told;
mod tool;
pub mod tools;
mod uses;
mod walk;
mod wire;
mod word;
mod wrapper;

use found::Inner;
pub use found::{Invocation, Tool};
pub use mention::in_text as names_destruction;
pub use notes::Notes;
use notes::Wrote;
pub use reader::Reader;
pub use service::database_tool;
pub use uses::{Role, UrlValue, Use};
pub use walk::{of_line, of_words};
use word::{Sure, Word};

/// The names of all tools and clients that a rule knows.
pub fn tools() -> impl Iterator<Item = &'static str> {
    tools::TOOLS.iter().flat_map(|tool| tool.names.iter().copied()).chain(client::names())
}

/// The names of programs that run what they are given, as far as they are rows of a table.
pub fn runners() -> impl Iterator<Item = &'static str> {
    let sounds = sound::MARKS.iter().copied().flatten().chain(request::MARKS).copied();
    let places = [disk::DIRECTORIES, disk::ENDINGS, disk::PROGRAMS].into_iter().flatten().copied();
    let rows = wrapper::names()
        .chain(console::names())
        .chain(wire::NAMES.iter().chain(told::TASKS).chain(mcp::CLIENTS).copied())
        .chain(sounds)
        .chain(places);
    mention::RUNS.iter().copied().filter(|name| *name != "nexus-env").chain(rows)
}

#[cfg(test)]
#[path = "invocation_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "unknown_tests.rs"]
mod unknown;

#[cfg(test)]
#[path = "wrapped_tests.rs"]
mod wrapped;
