//! The record of a proxy that was started, and what such a program writes into its log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::target::started::{self, Started};

fuzz_target!(|text: &str| {
    if let Some(started) = Started::parse(text) {
        assert!(started.pid > 1);
    }
    for line in started::last_lines(text, 10) {
        assert!(!line.chars().any(char::is_control));
    }
});
