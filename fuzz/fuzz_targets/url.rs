//! Database URLs, from anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::url::DatabaseUrl;

fuzz_target!(|text: &str| {
    let Some(url) = DatabaseUrl::parse(text) else { return };
    assert!(url.same_but_query(&url));
    // Making it read-only changes the query and nothing else, and is done once.
    let read_only = url.read_only();
    assert!(read_only.same_but_query(&url));
    assert_eq!(read_only.read_only().expose(), read_only.expose());
    assert!(!url.to_string().chars().any(char::is_control));
});
