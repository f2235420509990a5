//! `.nexusenv.d/<environment>.toml`, before its seal is verified.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::store::sealed::format;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(store) = format::parse(bytes) {
        let again = format::parse(format::render(&store).as_bytes());
        assert!(again.is_ok_and(|again| again == store), "what was written is not what was read");
    }
});
