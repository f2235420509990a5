//! `.env` files: as `import` takes them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::store::dotenv::{self, Dialect};

fuzz_target!(|bytes: &[u8]| {
    let lines = 1 + bytes.iter().filter(|&&byte| byte == b'\n').count();
    for dialect in [Dialect::Dotenv, Dialect::Docker, Dialect::Shell] {
        match dotenv::parse(dialect, bytes) {
            Ok(taken) => assert!(taken.entries.iter().all(|entry| (1..=lines).contains(&entry.line))),
            Err(wrong) => assert!((1..=lines + 1).contains(&wrong.line)),
        }
    }
});
