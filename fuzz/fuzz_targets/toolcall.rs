//! A coding agent's tool call: whatever it is, there is an answer, and none says yes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::guard::toolcall;

fuzz_target!(|text: &str| {
    let (format, _) = toolcall::read(text);
    assert!(!toolcall::pass(format).stdout.contains("allow"));
    let refused = toolcall::refuse(format, text);
    assert!(refused.exit == 2 || refused.stdout.contains("deny"));
});
