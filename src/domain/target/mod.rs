//! Which database is it: URLs, who listens behind a port, what a server says of itself, and what all of it proves.

pub mod acceptance;
pub mod evidence;
pub mod exposure;
pub mod holders;
pub mod holding;
pub mod label;
pub mod listening;
pub mod pinning;
pub mod port;
pub mod proxy;
mod reached;
pub mod server;
pub mod started;
pub mod traces;
pub mod url;

pub use reached::{Known, Meant, NOBODY, Reach, Selection, StoredUrl, Target, astray, declared_ports, evidence};
