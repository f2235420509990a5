//! A SQLite file. There is no server that could be asked, and the file keeps no name of an environment: whose it is, its path
//! says, which `domain::target` compares with what is stored.

use super::SaysWho;
use crate::domain::target::server::Reply;
use crate::domain::target::url::DatabaseUrl;

/// It is never opened.
pub struct File;

impl SaysWho for File {
    fn who(&self, _: &DatabaseUrl) -> Vec<Reply> {
        Vec::new()
    }
}
