//! One door to the outside a file. A door returns domain types, decides nothing, and imports no other door.

pub mod ambient;
pub mod consent;
pub mod entry;
pub mod identity;
pub mod memory;
pub mod output;
pub mod repo;
pub mod terminal;
pub mod trust;
pub mod vault;
