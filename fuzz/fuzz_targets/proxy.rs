//! The words and the environment of a process that listens: anybody's, on a shared machine.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::listening::Process;
use nexus_env::domain::proxy;

fuzz_target!(|text: &str| {
    let (words, variables) = text.split_once("\0\0").unwrap_or((text, ""));
    let argv: Vec<String> = words.split('\0').map(str::to_owned).collect();
    let environ = variables.split('\0').filter_map(|pair| pair.split_once('='));
    let process = Process {
        pid: 4242,
        program: argv.first().cloned().unwrap_or_default(),
        argv,
        environ: Some(environ.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
    };
    let _ = proxy::cloud_sql(&process);
    let _ = proxy::is_database_server(&process);
});
