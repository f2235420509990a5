//! The words, the environment and the configuration file of a process that listens: anybody's, on a shared machine.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_env::domain::config::Proxy;
use nexus_env::domain::target::listening::{Door, Process};
use nexus_env::domain::target::proxy;

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, "\0\0");
    let (words, variables, file) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next());
    let argv: Vec<String> = words.split('\0').map(str::to_owned).collect();
    let environ = variables.split('\0').filter_map(|pair| pair.split_once('='));
    let process = Process {
        pid: 4242,
        program: argv.first().cloned().unwrap_or_default(),
        argv: argv.clone(),
        environ: Some(environ.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
        file: file.map(str::to_owned),
        ..Process::default()
    };
    let door = Door::Tcp { address: core::net::Ipv4Addr::LOCALHOST.into(), port: 5433 };
    let _ = proxy::file_of(&process);
    let _ = proxy::is_database_server(&process);
    let _ = proxy::publishes(&process, &door);
    if let Some(serves) = proxy::leads(&process, Some("nexus_db")) {
        let _ = serves.behind(&door);
    }
    let _ = proxy::engine::publishing(text, 5433);
    let _ = proxy::engine::first_process(text);
    let declared = Proxy { instance: "p:r:i".to_owned(), port: 5433, command: argv };
    let _ = proxy::declared(&declared, &process);
});
