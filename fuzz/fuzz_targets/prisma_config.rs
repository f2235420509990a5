//! A Prisma schema and a Prisma configuration, of which only the datasource is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::guard::invocation::datasource;

fuzz_target!(|text: &str| {
    let _ = (datasource::from_schema(text), datasource::from_configuration(text));
});
