//! `migrate`: where each migration stands, what it risks, and its way to a protected environment. A file for each verb, and
//! beside them what they share.

pub mod check;
pub mod deploy;
mod launch;
mod progress;
pub mod rehearse;
pub mod status;
