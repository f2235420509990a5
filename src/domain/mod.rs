//! Facts and decisions as pure functions over plain types. Nothing here touches a file, the clock, a process, the
//! network, a terminal or the process environment.

pub mod agent;
pub mod ambient;
pub mod change;
pub mod config;
pub mod container;
pub mod diff;
pub mod dotenv;
pub mod duration;
pub mod identity;
pub mod name;
pub mod person;
pub mod plain;
pub mod repository;
pub mod schema;
pub mod secret;
pub mod session;
pub mod template;
pub mod vars;
pub mod watch;
