//! One door to the outside a file. A door returns domain types, decides nothing, and imports no other door.

pub mod ambient;
pub mod clock;
pub mod consent;
pub mod containers;
pub mod daemon;
pub mod database;
pub mod entry;
pub mod identity;
pub mod intake;
pub mod journal;
pub mod listener;
pub mod memory;
pub mod output;
pub mod pause;
pub mod program;
pub mod project;
pub mod pty;
pub mod repo;
pub mod scratch;
pub mod shell;
pub mod stamp;
pub mod terminal;
pub mod trust;
pub mod tunnel;
pub mod vault;
pub mod watchdog;
