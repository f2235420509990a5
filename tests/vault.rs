//! The vault on a real disk: what it refuses, what survives a kill, who may read, and that others can read it too.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

#[path = "vault/commands.rs"]
mod commands;
#[path = "vault/identity.rs"]
mod identity;
#[path = "vault/protection.rs"]
mod protection;
#[path = "vault/readers.rs"]
mod readers;
#[path = "vault/tamper.rs"]
mod tamper;
#[path = "vault/typing.rs"]
mod typing;
#[path = "vault/vectors.rs"]
mod vectors;
#[path = "vault/world.rs"]
mod world;
#[path = "vault/writing.rs"]
mod writing;
