//! Database URLs, from anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::target::url::DatabaseUrl;

fuzz_target!(|text: &str| {
    let Some(url) = DatabaseUrl::parse(text) else { return };
    assert!(url.same_but_query(&url));
    assert!(!url.to_string().chars().any(char::is_control));
    // Making it read-only changes the query and nothing else, and is done once.
    let Ok(read_only) = url.read_only() else { return };
    assert!(read_only.is_read_only() && read_only.same_but_query(&url));
    assert_eq!(read_only.read_only().as_ref().map(DatabaseUrl::expose), Ok(read_only.expose()));
});
