//! `schema.prisma` and `prisma.config.ts`, read for the one URL that stands in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::guard::invocation::datasource;

fuzz_target!(|text: &str| {
    let _ = datasource::from_schema(text);
    let _ = datasource::from_configuration(text);
});
