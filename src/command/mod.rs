//! What a user can do, one file a family of verbs: gather (edge), decide (domain), act (edge).

pub mod agent;
pub mod audit;
pub mod database;
pub mod doctor;
pub mod engine;
pub mod export;
pub mod guard;
pub mod init;
pub mod load;
pub mod log;
pub mod migrate;
pub mod observation;
pub mod pause;
pub mod plain;
pub mod prompt;
pub mod proxy;
pub mod ps;
pub mod rekey;
pub mod run;
pub mod scripts;
pub mod sentry;
pub mod session;
pub mod status;
pub mod tour;
pub mod trust;
pub mod variables;
