//! A Makefile, a justfile and a Taskfile, and the lines of everything that they define.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::guard::invocation::{makefile, taskfile};
use nexus_env::domain::text::yaml;

fuzz_target!(|text: &str| {
    let file = makefile::read(text);
    for rule in &file.rules {
        for target in rule.targets.iter().take(8) {
            let _ = file.lines(target);
        }
    }
    let tasks = yaml::read(text).map(|file| taskfile::task(&file));
    for recipes in tasks.into_iter().chain([taskfile::just(text)]) {
        for name in recipes.all.keys() {
            let _ = recipes.lines(name, &["x".to_owned()]);
        }
    }
});
