//! `migrate`: where each migration stands, what it risks, and its way to a protected environment. A file for each verb, and
//! beside them what they share.

mod case;
pub mod check;
pub mod deploy;
mod drift;
mod launch;
mod presence;
mod progress;
pub mod rehearse;
mod side;
pub mod status;
mod target;
mod throwaway;
mod tree;
