//! What stands in the state directory and can be torn or tampered with: the audit log, a pause, the person's settings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::config::person;
use nexus_env::domain::guard::pause::Pause;
use nexus_env::domain::page::audit_entry;

fuzz_target!(|text: &str| {
    let (lines, torn) = audit_entry::read(text);
    assert!(lines.len() + torn <= 2 * text.lines().count() + 1);
    if let Some(pause) = Pause::decode(text) {
        assert_eq!(Pause::decode(&pause.encode()), Some(pause));
    }
    if let Err(wrong) = person::parse(text) {
        assert!(wrong.line >= 1 && wrong.line <= 1 + text.matches('\n').count());
    }
});
