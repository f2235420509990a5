//! nexus-env as a library, so that tests, fuzz targets and benchmarks reach the domain. The program is `main.rs`.
//!
//! `main → cli → command → steps → edge → domain`, over one error type; arrows never run back up. `disk`, `interruption` and `trace` are cellars of `edge`.

#[global_allocator]
static ALLOCATOR: edge::watchdog::Counting = edge::watchdog::Counting;

pub mod cli;
pub mod command;
mod disk;
pub mod domain;
pub mod edge;
pub mod error;
mod interruption;
pub mod steps;
mod trace;
