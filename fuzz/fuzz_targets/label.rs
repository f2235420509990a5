//! Comments on databases, and pinned fingerprints: texts that anybody may have written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::config::fingerprint::Fingerprint;
use nexus_env::domain::config::name::EnvironmentName;
use nexus_env::domain::target::label::{self, Label};

fuzz_target!(|text: &str| {
    if let Some(fingerprint) = Fingerprint::parse(text) {
        assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
    }
    for label in label::read(text) {
        if let Label::Strange(shown) = label {
            assert!(!shown.chars().any(char::is_control));
        }
    }
    let Some(environment) = EnvironmentName::new("dev") else { return };
    let labelled = label::put(text, &environment);
    assert_eq!(label::read(&labelled), [Label::Environment(environment)]);
    assert!(label::read(&label::remove(&labelled)).is_empty());
    if label::read(text).is_empty() {
        assert_eq!(label::remove(&labelled), text);
    }
});
