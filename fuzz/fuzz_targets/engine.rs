//! Everything that Prisma or a shell's environment gives to the deeper layers: requests, words, options.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::guard::engine::{self, Given, Line};
use nexus_env::domain::session::ambient::Environ;
use nexus_env::domain::session::grant::Grant;
use nexus_env::domain::session::layers;

fuzz_target!(|data: &[u8]| {
    if let Line::Named { operation, params, .. } = engine::line(data) {
        let schemas = [Some(String::from_utf8_lossy(data).into_owned())];
        let _ = engine::invocation(&operation, &Given::default(), &params, &schemas, &Environ::default());
    }
    let _ = Grant::decode(data);
    let text = String::from_utf8_lossy(data);
    let words: Vec<String> = text.split('\0').map(str::to_owned).collect();
    let _ = engine::start(&words);
    let _ = layers::without_ours(&text);
});
