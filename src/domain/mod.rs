//! Facts and decisions as pure functions over plain types. Nothing here touches a file, the clock, a process, the
//! network, a terminal or the process environment.
//!
//! Eight districts, each with one question. They lean on each other in this order, and never the other way:
//! [`text`], [`config`], [`store`], [`target`], [`session`], [`guard`], [`promotion`], [`page`].

pub mod config;
pub mod guard;
pub mod page;
pub mod promotion;
#[cfg(test)]
pub mod sample;
pub mod session;
pub mod store;
pub mod target;
pub mod text;
