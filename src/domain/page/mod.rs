//! What is told: the pages of `status`, `doctor`, `allow` and `ps`, and the lines of the audit log.

pub mod audit_entry;
pub mod doctor;
pub mod loosening;
pub mod offer;
pub mod past;
pub mod running;
mod status;

pub use status::{
    Database, Fact, Guard, Health, Line, Page, Paused, Proxy, Reaches, Served, Service, Tone, fact, led_by, lines,
    reaches, selected, stored_for, warnings, why, word,
};
