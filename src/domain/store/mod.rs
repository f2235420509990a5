//! Which secrets there are, and who reads them: the encrypted store, the keys that open it, and `.env` files that are taken in.

pub mod container;
pub mod dotenv;
pub mod identity;
