//! What the team and the person wrote down: `.nexusenv`, its local twin and one's own `config.toml`.

pub mod change;
mod declared;
mod document;
pub mod fingerprint;
pub mod marker;
pub mod name;
pub mod person;
pub mod plain;
pub mod refused;
pub mod repository;
pub mod schema;
pub mod template;
pub mod vars;
pub mod watch;

pub use declared::{
    Access, Backup, Config, Deploy, Environment, Export, GuardAction, GuardRule, Match, Protection, Proxy, RuleOrigin,
    Service,
};
