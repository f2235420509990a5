//! No text makes the reader panic, or read without end.

use proptest::prelude::*;

use super::parse;
use super::tests::{EXAMPLE, texts};

proptest! {
    #[test]
    fn never_panics_on_any_text(main in "\\PC*", local in prop::option::of("(?s).{0,200}")) {
        let _ = parse(&texts(&main, local.as_deref()), &[]);
    }

    #[test]
    fn never_panics_on_a_valid_text_that_was_changed(
        at in 0..EXAMPLE.len(), length in 0usize..60, with in "[\\PC\n]{0,20}", local in any::<bool>()
    ) {
        let start = (0..=at).rev().find(|i| EXAMPLE.is_char_boundary(*i)).unwrap_or(0);
        let end = (at..=(at + length).min(EXAMPLE.len())).rev().find(|i| EXAMPLE.is_char_boundary(*i)).unwrap_or(start);
        let changed = format!("{}{with}{}", &EXAMPLE[..start], &EXAMPLE[end.max(start)..]);
        let _ = parse(&if local { texts(EXAMPLE, Some(&changed)) } else { texts(&changed, None) }, &[]);
    }
}

#[test]
fn a_text_that_nests_without_end_is_refused() {
    for text in [
        format!("{} = 1", vec!["a"; 300_000].join(".")),
        format!("[{}]", vec!["a"; 300_000].join(".")),
        format!("a = {}", "[".repeat(500_000)),
        format!("a = {}", "{a=".repeat(300_000)),
    ] {
        assert!(parse(&texts(&text, None), &[]).is_err());
    }
}
