//! A Makefile, a justfile and a Taskfile, and the lines of everything that they define.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::guard::invocation::{makefile, taskfile};

fuzz_target!(|text: &str| {
    let file = makefile::read(text);
    for rule in &file.rules {
        for target in rule.targets.iter().take(8) {
            let _ = file.lines(target);
        }
    }
    for recipes in [taskfile::just(text), taskfile::task(text)] {
        for name in recipes.all.keys() {
            let _ = recipes.lines(name, &["x".to_owned()]);
        }
    }
});
