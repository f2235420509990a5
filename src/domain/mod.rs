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
pub mod evidence;
pub mod identity;
pub mod invocation;
pub mod judgement;
pub mod line;
pub mod listening;
pub mod name;
pub mod pattern;
pub mod person;
pub mod plain;
pub mod project;
pub mod proxy;
pub mod report;
pub mod repository;
pub mod schema;
pub mod scope;
pub mod screen;
pub mod secret;
pub mod session;
pub mod target;
pub mod template;
pub mod token;
pub mod url;
pub mod vars;
pub mod verdict;
pub mod watch;
