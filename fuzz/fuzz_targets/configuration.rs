//! `.nexusenv` and `.nexusenv.local`, which anybody who can push can write.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::config::repository::{AllowedText, AllowedTexts};
use nexus_env::domain::config::schema;

fuzz_target!(|text: &str| {
    let (main, local) = text.split_once('\0').map_or((text, None), |(main, local)| (main, Some(local)));
    let texts = AllowedTexts {
        main: AllowedText { file: ".nexusenv", text: main.to_owned() },
        local: local.map(|text| AllowedText { file: ".nexusenv.local", text: text.to_owned() }),
    };
    match schema::parse(&texts, &[]) {
        Ok(config) => {
            let default = config.environment(&config.default);
            assert!(default.is_some_and(|environment| !environment.is_protected()), "a default that may not be one");
        }
        Err(failure) => {
            let told = format!("{failure}{}", failure.hint.as_deref().unwrap_or_default());
            assert!(!told.chars().any(char::is_control), "{told:?}");
        }
    }
});
