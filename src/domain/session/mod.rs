//! What is this shell in: its surroundings, what it carries from one load to the next, and what a person granted it.

pub mod ambient;
mod carried;
pub mod clipboard;
pub mod diff;
pub mod editor;
pub mod given;
pub mod grant;
pub mod keyboard;
pub mod layers;

pub use carried::{Ended, Key, Mark, Memory, NEW, Place, Plan, Selected, Selection, Session, Until, Wish};
