//! SQL as a client would be given it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = nexus_env::domain::guard::sql::read(text);
});
