//! What a coding agent is refused, whatever database it would reach.

pub mod line;
pub mod own;
mod programs;
