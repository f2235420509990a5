//! What does this command do, and may it.

pub mod agent;
pub mod deployment;
pub mod engine;
pub mod invocation;
pub mod judgement;
pub mod line;
pub mod node;
pub mod pause;
pub mod project;
pub mod report;
pub mod reserved;
pub mod rules;
pub mod scope;
pub mod screen;
pub mod sql;
pub mod toolcall;
pub mod trigger;
pub mod verdict;
