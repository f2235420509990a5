//! Whether a migration may go to an environment: from what stands in git and what each database has applied to the ledger
//! of both, to what its SQL risks, and to what stands in the way.

pub mod act;
pub mod base;
pub mod catalogue;
pub mod copy;
pub mod finding;
pub mod gate;
pub mod history;
pub mod ledger;
pub mod limits;
pub mod look;
pub mod migration;
pub mod models;
pub mod outcome;
pub mod page;
pub mod place;
pub mod plan;
pub mod proof;
pub mod review;
pub mod rules;
pub mod script;
pub mod statement;
pub mod version;
