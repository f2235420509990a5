//! Which secrets there are, and who reads them: the encrypted store, the keys that open it, the files that are taken in, and the text that is edited.

pub mod container;
pub mod dotenv;
pub mod draft;
pub mod identity;
pub mod stand_in;
