//! What is to be known before migrations go anywhere: the work tree and git, each environment's side, and the case that is
//! made of them. The verbs of `migrate` and the guard ask it; it changes nothing but
//! the copies that it makes and drops on an open server.

pub mod case;
pub mod drift;
pub mod plain_deploy;
pub mod presence;
pub mod preview;
pub mod services;
pub mod side;
pub mod target;
pub mod throwaway;
pub mod tree;
