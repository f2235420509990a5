//! The steps that several commands take alike: find and load a configuration, observe what a URL reaches, write the audit log.
//! They gather through the edge and decide in the domain, and none of them knows which command takes it.

pub mod arriving;
pub mod astray;
pub mod audit;
pub mod data_script;
pub mod guard;
pub mod load;
pub mod merging;
pub mod observation;
pub mod persons;
pub mod plain;
pub mod plugins;
pub mod promotion;
pub mod proxy;
pub mod selecting;
pub mod sentry;
pub mod stores;
pub mod trial;
pub mod unfinished;
