//! The line of state that the shell keeps between two loads. It can be damaged, and then counts as lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::session::Session;

fuzz_target!(|text: &str| {
    if let Some(session) = Session::decode(text) {
        assert_eq!(Session::decode(&session.encode()), Some(session));
    }
});
