//! Which secrets there are, and who reads them: the encrypted store, the keys that open it, the files that are taken in, and the text that is edited.

pub mod beside;
pub mod dotenv;
pub mod draft;
pub mod identity;
pub mod needs;
pub mod plugin;
pub mod reader_key;
pub mod readers;
pub mod request;
pub mod sealed;
pub mod soundness;
pub mod stand_in;
