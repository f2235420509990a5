//! What is to be known before migrations go anywhere: the work tree and git, each environment's side, and the case that is
//! made of them. The verbs of `migrate` and the guard ask it; it changes nothing.

pub mod case;
mod plain_deploy;
pub mod presence;
pub mod side;
pub mod target;
pub mod tree;

pub use plain_deploy::in_the_way;
